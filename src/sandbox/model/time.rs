//! Virtual time, in milliseconds since the epoch, and its text in the API.

/// A second, in milliseconds.
pub const SECOND: f64 = 1000.0;
/// A minute, in milliseconds.
pub const MINUTE: f64 = 60.0 * SECOND;
/// A day, in milliseconds.
pub const DAY: f64 = 24.0 * 60.0 * MINUTE;
/// The last moment of a JavaScript `Date`; virtual time ends there.
pub const END: f64 = 8.64e15;

/// Milliseconds since the epoch as RFC 3339 in UTC, to the second: `2026-08-01T12:34:56Z`.
pub fn timestamp(ms: f64) -> String {
    let seconds = (ms.clamp(-END, END) / SECOND).floor() as i64;
    let (year, month, day) = date(seconds.div_euclid(86_400));
    let second = seconds.rem_euclid(86_400);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", second / 3600, second / 60 % 60, second % 60)
}

/// Days since the epoch as year, month and day. Counts years from March, so that the leap day comes last.
const fn date(days: i64) -> (i64, i64, i64) {
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
    use super::timestamp;

    #[test]
    fn known_moments() {
        assert_eq!(timestamp(0.0), "1970-01-01T00:00:00Z");
        assert_eq!(timestamp(951_782_400_000.0), "2000-02-29T00:00:00Z");
        assert_eq!(timestamp(1_700_000_000_999.0), "2023-11-14T22:13:20Z");
        assert_eq!(timestamp(4_107_542_399_000.0), "2100-02-28T23:59:59Z");
        assert_eq!(timestamp(-1000.0), "1969-12-31T23:59:59Z");
    }
}
