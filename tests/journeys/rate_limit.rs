//! The rate limit: many calls at once, in order, without a 429; and 429s all the same.

use std::cell::RefCell;
use std::rc::Rc;

use clickhouse_cloud::client::RateLimiting;
use clickhouse_cloud::client::rate_limit::RateLimiter;
use clickhouse_cloud::error::Error;
use clickhouse_cloud::race::race;

use super::cloud::{Cloud, NOBODY, body, failed};
use super::network::{Network, answer, answer_with};
use super::world::all;

const LIMITED: &str = r#"{"status":429,"error":"RATE_LIMITED: slow down","requestId":"x"}"#;

/// Starts so many lists at once, and brings the order in which they ended.
fn lists(cloud: &Cloud, count: usize) -> Vec<usize> {
    let order = Rc::new(RefCell::new(Vec::new()));
    let tasks = (0..count).map(|number| {
        let (cloud, order) = (cloud.clone(), order.clone());
        cloud.world.clone().spawn(async move {
            cloud.list().await.unwrap();
            order.borrow_mut().push(number);
        })
    });
    cloud.run(all(tasks.collect()));
    order.take()
}

#[test]
fn many_at_once_go_in_order_at_the_limits_own_pace() {
    for latency in [(0.0, 0.0), (20.0, 30.0), (900.0, 100.0), (5.0, 2_000.0)] {
        let cloud = Cloud::new();
        cloud.network.latency.set(latency);
        let order = lists(&cloud, 105);
        assert_eq!(order, (0..105).collect::<Vec<_>>(), "first come, first served");
        assert_eq!(cloud.network.refused_by_limit(), 0, "{latency:?}");
        // Eleven windows begin, each one response after the one before.
        let least = 10.0 * (10_000.0 + latency.0 + latency.1);
        assert!((least..least + 5_000.0).contains(&cloud.world.elapsed()), "{latency:?}: {}", cloud.world.elapsed());
        cloud.assert_quiet();
    }
}

#[test]
fn whatever_the_network_does_to_the_answers_there_is_no_429() {
    for seed in 0..20 {
        let cloud = Cloud::new();
        let tasks = (0..60).map(|_| {
            let cloud = cloud.clone();
            cloud.world.clone().spawn(async move {
                cloud.world.sleep(cloud.network.roll() * 20_000.0).await;
                let (there, back) = (cloud.network.roll() * 3_000.0, cloud.network.roll() * 3_000.0);
                cloud.network.latency.set((there, back));
                cloud.list().await.unwrap();
            })
        });
        for _ in 0..seed {
            cloud.network.roll();
        }
        cloud.run(all(tasks.collect()));
        assert_eq!(cloud.network.refused_by_limit(), 0, "seed {seed}");
        cloud.assert_quiet();
    }
}

#[test]
fn whole_journeys_at_once_meet_no_429() {
    let cloud = Cloud::new();
    let tasks = (0..12).map(|_| {
        let cloud = cloud.clone();
        cloud.world.clone().spawn(async move {
            let id = cloud.running().await;
            cloud.stop_and_delete(&id).await.unwrap();
        })
    });
    cloud.run(all(tasks.collect()));
    assert_eq!(cloud.network.refused_by_limit(), 0);
    assert_eq!(cloud.run(cloud.list()).unwrap().data, serde_json::json!([]));
    cloud.assert_quiet();
}

#[test]
fn clients_that_share_a_limiter_share_the_limit() {
    let first = Cloud::new();
    let limiter = Rc::new(RateLimiter::new(10, 10_000.0));
    let clients: Vec<Cloud> = (0..3)
        .map(|_| {
            Cloud::on(&first.world, &first.network, |settings| settings.limiter = RateLimiting::Shared(limiter.clone()))
        })
        .collect();
    let tasks = (0..90).map(|number| {
        let cloud = clients[number % 3].clone();
        first.world.spawn(async move { cloud.list().await.map(|_| ()) })
    });
    assert!(first.run(all(tasks.collect())).iter().all(Result::is_ok));
    assert_eq!(first.network.refused_by_limit(), 0);
}

#[test]
fn clients_that_share_only_the_key_recover() {
    let first = Cloud::new();
    let second = Cloud::on(&first.world, &first.network, |_| {});
    let tasks = (0..120).map(|number| {
        let cloud = if number % 2 == 0 { first.clone() } else { second.clone() };
        first.world.spawn(async move { cloud.list().await.map(|_| ()) })
    });
    let results = first.run(all(tasks.collect()));
    assert!(results.iter().all(Result::is_ok), "{:?}", results.iter().find(|result| result.is_err()));
    let refused = first.network.refused_by_limit();
    assert!(refused > 0, "or the test shows nothing");
    first.assert_quiet();
}

#[test]
fn a_place_in_the_line_that_is_given_up_leaves_no_gap() {
    let cloud = Cloud::new();
    let tasks: Vec<_> = (0..40)
        .map(|number| {
            let cloud = cloud.clone();
            cloud.world.clone().spawn(async move {
                if number % 3 == 0 {
                    // Some of these are sent before that, most give up in the queue.
                    race(cloud.list(), cloud.world.sleep(100.0 * f64::from(number))).await;
                } else {
                    cloud.list().await.unwrap();
                }
            })
        })
        .collect();
    cloud.run(all(tasks));
    assert_eq!(cloud.network.refused_by_limit(), 0);
    cloud.assert_quiet();
}

/// The time between the first and the second request of a call whose first response is a 429 with these headers.
fn waited(headers: &[(&str, &str)]) -> f64 {
    let cloud = Cloud::with(|settings| settings.retry_budget_ms = 100_000.0);
    cloud.network.next(answer_with(429, headers, LIMITED));
    let outcome = cloud.run(cloud.list()).unwrap();
    assert_eq!(outcome.response.attempt_log.attempts.len(), 2);
    cloud.assert_quiet();
    let sent = cloud.network.sent.borrow();
    sent[1].at - sent[0].at - 50.0
}

#[track_caller]
fn assert_about(ms: f64, expected: f64) {
    assert!((expected..=expected * 1.1).contains(&ms), "{ms}, not {expected} to a tenth more");
}

#[test]
fn a_429_says_how_long_to_wait() {
    for (headers, expected) in [
        (&[("x-ratelimit-reset", "2.5")][..], 2_500.0),
        (&[("x-ratelimit-reset", " 3 ")], 3_000.0),
        (&[("x-ratelimit-reset", "4"), ("retry-after", "9")], 4_000.0),
        (&[("retry-after", "5")], 5_000.0),
        (&[("retry-after", "Sat, 01 Aug 2026 00:00:07 GMT")], 6_950.0),
        (&[("x-ratelimit-reset", "soon"), ("retry-after", "6")], 6_000.0),
        (&[], 10_000.0),
        (&[("x-ratelimit-reset", "soon")], 10_000.0),
        (&[("x-ratelimit-reset", "NaN")], 10_000.0),
        (&[("x-ratelimit-reset", "1e300")], 10_000.0),
        (&[("x-ratelimit-reset", "99999999999999999999999999")], 60_000.0),
        (&[("retry-after", "86400")], 60_000.0),
        (&[("retry-after", "Sat, 01 Aug 2037 00:00:07 GMT")], 60_000.0),
    ] {
        let ms = waited(headers);
        assert!((expected..=expected * 1.1).contains(&ms), "{headers:?}: {ms}, not {expected} to a tenth more");
    }
}

#[test]
fn a_429_that_asks_for_no_wait_is_not_answered_by_a_storm() {
    for headers in [
        [("x-ratelimit-reset", "0")],
        [("x-ratelimit-reset", "-5")],
        [("retry-after", "Sat, 01 Aug 1970 00:00:00 GMT")],
    ] {
        let cloud = Cloud::with(|settings| settings.limiter = RateLimiting::Off);
        for _ in 0..1_000 {
            cloud.network.next(answer_with(429, &headers, LIMITED));
        }
        let _ = cloud.run(race(cloud.list(), cloud.world.sleep(10_000.0)));
        assert!(cloud.network.count() <= 25, "{headers:?}: {} requests in 10 s", cloud.network.count());
    }
}

#[test]
fn everyone_who_shares_the_limiter_pauses() {
    let cloud = Cloud::new();
    cloud.network.next(answer_with(429, &[("x-ratelimit-reset", "5")], LIMITED));
    let tasks = (0..8).map(|number| {
        let cloud = cloud.clone();
        cloud.world.clone().spawn(async move {
            cloud.world.sleep(f64::from(number) * 100.0).await;
            cloud.list().await.unwrap();
        })
    });
    cloud.run(all(tasks.collect()));
    let sent = cloud.network.sent.borrow();
    assert_about(sent[1].at - 50.0, 5_000.0);
    assert_eq!(sent.len(), 9);
}

#[test]
fn a_service_that_only_ever_says_429_is_given_up() {
    for limited in [true, false] {
        let cloud = Cloud::with(|settings| {
            if !limited {
                settings.limiter = RateLimiting::Off;
            }
        });
        for _ in 0..1_000 {
            cloud.network.next(answer(429, LIMITED));
        }
        let gave_up = cloud.run(race(cloud.get(NOBODY), cloud.world.sleep(600_000.0)));
        let clickhouse_cloud::race::Either::Left(result) = gave_up else {
            panic!("still trying after ten minutes; with a limiter: {limited}");
        };
        match failed(result) {
            Error::Api { ambiguous, retry_after_ms, response, .. } => {
                assert_eq!((response.status, ambiguous, retry_after_ms), (429, false, Some(10_000.0)));
                assert!(response.attempt_log.attempts.len() >= 5);
                assert!(response.attempt_log.attempts.last().unwrap().after_ms < 60_000.0);
            }
            other => panic!("{other}"),
        }
    }
}

#[test]
fn a_creation_that_met_a_429_is_sent_again() {
    let cloud = Cloud::new();
    cloud.network.next(answer_with(429, &[("x-ratelimit-reset", "1")], LIMITED));
    let created = cloud.run(cloud.create(&body())).unwrap();
    assert_eq!(created.response.attempt_log.attempts.len(), 2);
    let changes = cloud.network.sandbox.borrow().ledger().filter(|entry| entry.change.is_some()).count();
    assert_eq!(changes, 1);
}

#[test]
fn time_in_the_line_is_not_of_the_retry_budget() {
    let cloud = Cloud::with(|settings| settings.retry_budget_ms = 5_000.0);
    let tasks = (0..50).map(|_| {
        let cloud = cloud.clone();
        cloud.world.clone().spawn(async move { cloud.list().await.map(|_| ()) })
    });
    // The last one in the queue meets a fault after forty seconds.
    let tasks: Vec<_> = tasks.collect();
    let last = cloud.clone();
    let last = cloud.world.spawn(async move { last.get(NOBODY).await.map(|_| ()) });
    cloud.network.on("GET", NOBODY, answer(503, ""));
    assert!(cloud.run(all(tasks)).iter().all(Result::is_ok));
    assert_eq!(failed(cloud.run(last)).status(), Some(404), "it was tried again");
}

#[test]
fn a_sandbox_that_scales_time_scales_its_limit() {
    // Half the window and a third of the requests, in sandbox and client.
    let world = super::world::World::new();
    let options = clickhouse_cloud::sandbox::Options {
        rate_limit: Some(clickhouse_cloud::sandbox::RateLimit { requests: 3, per_ms: 5_000.0 }),
        ..Default::default()
    };
    let network = Rc::new(Network::new(clickhouse_cloud::sandbox::Sandbox::new(options)));
    let cloud = Cloud::on(&world, &network, |settings| {
        settings.limiter = RateLimiting::Shared(Rc::new(RateLimiter::new(3, 5_000.0)));
    });
    lists(&cloud, 30);
    assert_eq!(cloud.network.refused_by_limit(), 0);
    assert!((45_000.0..46_000.0).contains(&cloud.world.elapsed()), "{}", cloud.world.elapsed());
}

#[test]
fn a_clock_that_is_set_back_pauses_nobody_for_longer_than_a_window() {
    let set_back: fn(f64) -> f64 = |now| now - 86_400_000.0;
    let ahead: fn(f64) -> f64 = |now| now + 86_400_000.0;
    // Of one that jumps ahead, the service may say that it was too early.
    for (clock, most) in [(set_back, 11_000.0), (|_| 7.0, 11_000.0), (|_| f64::NAN, 11_000.0), (ahead, 40_000.0)] {
        let cloud = Cloud::new();
        lists(&cloud, 10);
        cloud.network.clock.set(clock);
        let before = cloud.world.elapsed();
        lists(&cloud, 10);
        assert!(cloud.world.elapsed() - before < most, "{}", cloud.world.elapsed() - before);
        cloud.assert_quiet();
    }
    // Nor for longer than a 429 has asked.
    let cloud = Cloud::new();
    cloud.network.next(answer_with(429, &[("x-ratelimit-reset", "5")], LIMITED));
    let waiting = cloud.clone();
    let called = cloud.world.spawn(async move { waiting.list().await.map(|_| ()) });
    cloud.run(cloud.world.sleep(1_000.0));
    cloud.network.clock.set(set_back);
    cloud.run(called).unwrap();
    assert!(cloud.world.elapsed() < 7_000.0, "{}", cloud.world.elapsed());
    cloud.run(cloud.list()).unwrap();
    assert!(cloud.world.elapsed() < 18_000.0, "{}", cloud.world.elapsed());
}
