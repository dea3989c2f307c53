//! How long a call waits before a retry: as a 429 or a 503 asks, within the budget, by any clock.

use clickhouse_cloud::error::Error;

use super::cloud::{Cloud, NOBODY, body, failed};
use super::network::{answer, answer_with};

/// How long the client waits after a first response like this, of a read that succeeds then.
fn waited(status: u16, headers: &[(&str, &str)]) -> f64 {
    let cloud = Cloud::unlimited();
    cloud.network.next(answer_with(status, headers, ""));
    let outcome = cloud.run(cloud.list()).unwrap();
    cloud.assert_quiet();
    outcome.response.attempt_log.attempts[0].waited_ms
}

#[test]
fn a_503_is_waited_out_for_as_long_as_it_asks() {
    for (headers, expected) in [
        (&[("retry-after", "20")][..], 20_000.0),
        (&[("retry-after", " 1.5 ")], 1_500.0),
        (&[("x-ratelimit-reset", "3")], 3_000.0),
        (&[("x-ratelimit-reset", "soon"), ("retry-after", "4")], 4_000.0),
        // The world begins at midnight; the latency of a response is 50 ms.
        (&[("retry-after", "Sat, 01 Aug 2026 00:00:30 GMT")], 29_950.0),
        // Against the service's own clock, which is years apart from ours.
        (&[("date", "Fri, 01 Aug 2031 00:00:00 GMT"), ("retry-after", "Fri, 01 Aug 2031 00:00:12 GMT")], 12_000.0),
        (&[("date", "Thu, 01 Jan 1970 00:00:00 GMT"), ("retry-after", "Thu, 01 Jan 1970 00:00:07 GMT")], 7_000.0),
        (&[("date", "today"), ("retry-after", "Sat, 01 Aug 2026 00:00:30 GMT")], 29_950.0),
    ] {
        let ms = waited(503, headers);
        assert!((expected..=expected * 1.1).contains(&ms), "{headers:?}: {ms}, not {expected} to a tenth more");
    }
}

#[test]
fn a_5xx_that_says_nothing_that_can_be_followed_is_a_back_off() {
    for value in ["", "0", "0.1", "-5", "soon", "NaN", "1e3", "Infinity", "10, 20", "Sat, 01 Aug 2020 00:00:00 GMT"] {
        let ms = waited(503, &[("retry-after", value)]);
        assert!(ms < 500.0, "{value}: {ms}");
    }
    assert!(waited(502, &[("retry-after", "20")]) < 500.0, "only a 503 says when the service is back");
}

#[test]
fn a_503_that_asks_for_more_than_the_budget_ends_the_call_and_says_so() {
    for (asked, ms) in [("60", 60_000.0), ("86400", 86_400_000.0), ("31536000", 31_536_000_000.0)] {
        let cloud = Cloud::unlimited();
        cloud.network.next(answer_with(503, &[("retry-after", asked)], ""));
        let error = failed(cloud.run(cloud.list()));
        assert!(matches!(error, Error::Api { retry_after_ms, .. } if retry_after_ms == Some(ms)), "{asked}: {error:?}");
        assert_eq!((cloud.network.count(), cloud.world.elapsed()), (1, 50.0), "nobody waits for nothing");
    }
    // A change that is never repeated says it, too, and so does any other 5xx.
    for status in [500, 502, 503, 504] {
        let cloud = Cloud::unlimited();
        cloud.network.next(answer_with(status, &[("retry-after", "7")], ""));
        let error = failed(cloud.run(cloud.create(&body())));
        assert!(matches!(error, Error::Api { retry_after_ms: Some(7_000.0), ambiguous: true, .. }), "{error:?}");
        cloud.network.next(answer(status, ""));
        let error = failed(cloud.run(cloud.create(&body())));
        assert!(matches!(error, Error::Api { retry_after_ms: None, .. }), "it says nothing: {error:?}");
    }
}

#[test]
fn what_a_429_asks_for_is_told_uncapped_and_a_503_pauses_nobody_else() {
    let cloud = Cloud::new();
    cloud.network.next(answer_with(429, &[("retry-after", "86400")], ""));
    let error = failed(cloud.run(cloud.list()));
    assert!(matches!(error, Error::Api { retry_after_ms: Some(86_400_000.0), .. }), "{error:?}");
    let cloud = Cloud::new();
    cloud.network.next(answer_with(503, &[("retry-after", "30")], ""));
    let waiting = cloud.clone();
    drop(cloud.world.spawn(async move { waiting.list().await.map(|_| ()) }));
    cloud.run(cloud.world.sleep(1_000.0));
    cloud.run(cloud.get(NOBODY)).map(|_| ()).unwrap_err();
    assert!(cloud.world.elapsed() < 2_000.0, "{}", cloud.world.elapsed());
}

#[test]
fn a_clock_that_is_set_back_or_stands_still_ends_no_budget_later() {
    let clocks: [fn(f64) -> f64; 6] = [
        |now| if now - super::world::START > 1_000.0 { now - 86_400_000.0 } else { now },
        // Back by an hour every second.
        |now| now - ((now - super::world::START) / 1_000.0).floor() * 3_600_000.0,
        |_| 7.0,
        |_| f64::NAN,
        |_| f64::INFINITY,
        |_| 1e308,
    ];
    for (index, clock) in clocks.into_iter().enumerate() {
        let cloud = Cloud::unlimited();
        cloud.network.clock.set(clock);
        for _ in 0..1_000 {
            cloud.network.next(answer(500, ""));
        }
        assert_eq!(failed(cloud.run(cloud.list())).status(), Some(500));
        assert!(cloud.world.elapsed() < 180_000.0, "clock {index}: {} ms", cloud.world.elapsed());
        assert!(cloud.network.count() > 3, "clock {index}");
    }
}
