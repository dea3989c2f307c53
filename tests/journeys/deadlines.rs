//! A deadline is a moment of the clock: timers that fire early or late change nothing.

use clickhouse_cloud::error::{Error, WaitReason};

use super::cloud::{Cloud, NOBODY, failed};
use super::network::answer;
use super::outages::cause_of;
use super::waiting::{assert_wait, options, shown};

const HOUR: f64 = 3_600_000.0;

/// A wait of half an hour, in which the clock jumps after ten seconds. Until then the state is `provisioning`.
fn jumping(then: &str, jump_ms: f64) -> (Cloud, Result<serde_json::Value, Box<Error>>) {
    let cloud = Cloud::unlimited();
    for _ in 0..5 {
        cloud.network.next(answer(200, &shown("provisioning")));
    }
    for _ in 0..1_000 {
        cloud.network.next(answer(200, &shown(then)));
    }
    let waited = cloud.run(async {
        let wait = {
            let cloud = cloud.clone();
            let (options, _) = options(None, None);
            cloud.world.clone().spawn(async move { cloud.wait_with(NOBODY, &["running"], &options).await })
        };
        cloud.world.sleep(10_000.0).await;
        cloud.world.oversleep(jump_ms);
        wait.await
    });
    cloud.network.forget();
    cloud.assert_quiet();
    (cloud, waited)
}

#[test]
fn hours_of_sleep_end_a_wait_at_the_next_wake_up_after_one_last_look() {
    let (cloud, waited) = jumping("provisioning", 5.0 * HOUR);
    let elapsed = assert_wait(waited, WaitReason::Deadline, Some("provisioning"));
    assert!((5.0 * HOUR..5.0 * HOUR + 20_000.0).contains(&elapsed), "{elapsed}");
    assert!(cloud.network.count() <= 6, "{}", cloud.network.count());
}

#[test]
fn what_was_reached_meanwhile_is_a_success() {
    let (cloud, waited) = jumping("running", 5.0 * HOUR);
    assert_eq!(waited.unwrap()["state"], "running");
    assert!(cloud.network.count() <= 6);
}

#[test]
fn a_sleep_that_is_shorter_than_the_deadline_does_not_prolong_it() {
    let (_, waited) = jumping("provisioning", 0.25 * HOUR);
    assert_eq!(assert_wait(waited, WaitReason::Deadline, Some("provisioning")), 0.5 * HOUR);
}

#[test]
fn a_last_look_that_hangs_is_given_up() {
    let cloud = Cloud::unlimited();
    cloud.network.next(answer(200, &shown("provisioning")));
    cloud.network.next(super::network::Act::Hang);
    cloud.run(async {
        let wait = {
            let cloud = cloud.clone();
            let (options, _) = options(Some(60_000.0), Some(30_000.0));
            cloud.world.clone().spawn(async move { cloud.wait_with(NOBODY, &["running"], &options).await })
        };
        cloud.world.sleep(1_000.0).await;
        cloud.world.oversleep(HOUR);
        let elapsed = assert_wait(wait.await, WaitReason::Deadline, Some("provisioning"));
        assert!((HOUR..HOUR + 45_000.0).contains(&elapsed), "{elapsed}");
    });
    cloud.assert_quiet();
}

#[test]
fn timers_that_fire_early_end_no_wait_early() {
    for share in [0.1, 0.5, 0.999] {
        let cloud = Cloud::unlimited();
        for _ in 0..100_000 {
            cloud.network.next(answer(200, &shown("provisioning")));
        }
        cloud.network.timers.set(share);
        cloud.run(async {
            let (options, _) = options(Some(600_000.0), None);
            let elapsed = assert_wait(
                cloud.wait_with(NOBODY, &["running"], &options).await,
                WaitReason::Deadline,
                Some("provisioning"),
            );
            assert!((600_000.0..601_000.0).contains(&elapsed), "{share}: {elapsed}");
        });
        cloud.network.forget();
        cloud.assert_quiet();
    }
}

#[test]
fn on_a_clock_whose_timers_take_no_time_a_wait_does_not_spin() {
    let cloud = Cloud::unlimited();
    cloud.network.timers.set(0.0);
    cloud.run(async {
        // The timeout of a request is a timer, too.
        let (options, _) = options(Some(60_000.0), None);
        let error = failed(cloud.wait_with(NOBODY, &["running"], &options).await);
        assert!(matches!(cause_of(&error), Error::Timeout { .. }));
        assert_wait::<()>(Err(error.into()), WaitReason::Deadline, None);
    });
    assert!(cloud.network.count() < 2_000, "{}", cloud.network.count());
    cloud.assert_quiet();
}

#[test]
fn a_clock_that_is_set_back_prolongs_no_wait() {
    let (cloud, waited) = jumping("provisioning", -5.0 * HOUR);
    let elapsed = assert_wait(waited, WaitReason::Deadline, Some("provisioning"));
    assert!((0.5 * HOUR..0.5 * HOUR + 20_000.0).contains(&elapsed), "{elapsed}");
    drop(cloud);
}
