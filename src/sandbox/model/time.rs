//! Virtual time, in milliseconds since the epoch, and its text in the API.

/// A second, in milliseconds.
pub const SECOND: f64 = 1000.0;
/// A minute, in milliseconds.
pub const MINUTE: f64 = 60.0 * SECOND;
/// An hour, in milliseconds.
pub const HOUR: f64 = 60.0 * MINUTE;
/// A day, in milliseconds.
pub const DAY: f64 = 24.0 * HOUR;
/// The last moment of a JavaScript `Date`; virtual time ends there.
pub const END: f64 = 8.64e15;

/// Milliseconds since the epoch as RFC 3339 in UTC, to the second: `2026-08-01T12:34:56Z`.
pub fn timestamp(ms: f64) -> String {
    let seconds = (ms.clamp(-END, END) / SECOND).floor() as i64;
    let (year, month, day) = date_of(seconds.div_euclid(86_400));
    let second = seconds.rem_euclid(86_400);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", second / 3600, second / 60 % 60, second % 60)
}

/// The day of a moment in UTC, as RFC 3339 writes it: `2026-08-01`.
pub fn date(ms: f64) -> String {
    let mut text = timestamp(ms);
    text.truncate(text.find('T').unwrap_or(text.len()));
    text
}

/// The moment of an RFC 3339 text, in milliseconds since the epoch; none: it is no such text.
pub fn parse(text: &str) -> Option<f64> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let rest = text.get(19..)?;
    let (fraction, offset) = rest.split_at(rest.find(['Z', 'z', '+', '-'])?);
    let fraction: f64 = if fraction.is_empty() { 0.0 } else { format!("0{fraction}").parse().ok()? };
    let offset = match offset.split_at_checked(1)? {
        ("Z" | "z", "") => 0,
        (sign, ahead) => {
            let (hours, minutes) = ahead.split_once(':')?;
            let minutes = hours.parse::<i64>().ok()? * 60 + minutes.parse::<i64>().ok()?;
            if sign == "-" { -minutes } else { minutes }
        }
    };
    let seconds = days(year, month, day) * 86_400 + hour * 3600 + (minute - offset) * 60 + second;
    Some((seconds as f64 + fraction) * SECOND)
}

/// The days from the epoch to a date: the inverse of [`date_of`].
const fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// Days since the epoch as year, month and day. Counts years from March, so that the leap day comes last.
const fn date_of(days: i64) -> (i64, i64, i64) {
    const ERA: i64 = 146_097; // days in 400 years
    let days = days + 719_468; // from 1970-01-01 to 0000-03-01
    let day_of_era = days.rem_euclid(ERA);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + days.div_euclid(ERA) * 400 + (month <= 2) as i64;
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::{parse, timestamp};

    #[test]
    fn texts_are_read_back() {
        for moment in [0.0, 951_782_400_000.0, 1_700_000_000_000.0, 4_107_542_399_000.0, -1000.0] {
            assert_eq!(parse(&timestamp(moment)), Some(moment));
        }
        assert_eq!(parse("2026-08-01T12:34:56.25+02:00"), parse("2026-08-01T10:34:56.250Z"));
        assert_eq!(parse("2026-08-01T12:34:56.25Z").map(|ms| ms % 1000.0), Some(250.0));
        for wrong in ["", "2026-08-01", "2026-08-01T12:34:56", "today", "2026-08-01T12:34:56+x"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn known_moments() {
        assert_eq!(timestamp(0.0), "1970-01-01T00:00:00Z");
        assert_eq!(timestamp(951_782_400_000.0), "2000-02-29T00:00:00Z");
        assert_eq!(timestamp(1_700_000_000_999.0), "2023-11-14T22:13:20Z");
        assert_eq!(timestamp(4_107_542_399_000.0), "2100-02-28T23:59:59Z");
        assert_eq!(timestamp(-1000.0), "1969-12-31T23:59:59Z");
    }
}
