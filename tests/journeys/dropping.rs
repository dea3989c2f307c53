//! Dropping a call ends it: its position in the queue, its timer, its request. An abort is such a drop.

use clickhouse_cloud::client::RateLimiting;
use clickhouse_cloud::client::wait::WaitOptions;
use clickhouse_cloud::race::{Either, race};

use super::cloud::{Cloud, NOBODY, body, service};
use super::network::{Act, answer};
use super::world::all;

/// Runs the work for that long, drops it, and finds nothing running.
#[track_caller]
fn dropped_after<T>(cloud: &Cloud, ms: f64, work: impl Future<Output = T>) {
    let ended = cloud.run(race(work, cloud.world.sleep(ms)));
    assert!(matches!(ended, Either::Right(())), "ended before {ms} ms");
    assert_eq!((cloud.network.under_way(), cloud.world.timers()), (0, 0), "after {ms} ms");
}

#[test]
fn under_way() {
    let cloud = Cloud::new();
    dropped_after(&cloud, 10.0, cloud.list());
    assert_eq!(cloud.network.sandbox.borrow().ledger().len(), 0);
    dropped_after(&cloud, 30.0, cloud.list());
    assert_eq!(cloud.network.sandbox.borrow().ledger().len(), 1);
}

#[test]
fn while_it_hangs() {
    let cloud = Cloud::new();
    cloud.network.next(Act::Hang);
    dropped_after(&cloud, 29_999.0, cloud.list());
    cloud.network.next(Act::HangAfter);
    dropped_after(&cloud, 29_999.0, cloud.create(&body()));
}

#[test]
fn in_the_back_off() {
    for _ in 0..20 {
        let cloud = Cloud::unlimited();
        for _ in 0..50 {
            cloud.network.next(answer(500, ""));
        }
        let patience = 3_000.0 + cloud.network.roll() * 1_000.0;
        dropped_after(&cloud, patience, cloud.get(NOBODY));
    }
}

#[test]
fn in_the_line() {
    let cloud = Cloud::new();
    cloud.run(async {
        for _ in 0..10 {
            cloud.list().await.unwrap();
        }
    });
    dropped_after(&cloud, 5_000.0, cloud.list());
    assert_eq!(cloud.network.count(), 10);
    // The queue goes on without it.
    cloud.run(cloud.list()).unwrap();
    assert!(cloud.world.elapsed() < 11_000.0, "{}", cloud.world.elapsed());
}

#[test]
fn while_a_429_pauses_all() {
    let cloud = Cloud::new();
    cloud.network.next(answer(429, ""));
    dropped_after(&cloud, 5_000.0, cloud.list());
    let before = cloud.world.elapsed();
    cloud.run(cloud.list()).unwrap();
    assert!((4_000.0..6_500.0).contains(&(cloud.world.elapsed() - before)), "the pause is still kept");
}

#[test]
fn at_any_moment_of_a_journey() {
    for round in 0..200 {
        let cloud = Cloud::new();
        for _ in 0..round {
            cloud.network.roll();
        }
        let patience = cloud.network.roll() * 400_000.0;
        let journey = async {
            let id = cloud.running().await;
            let wait = WaitOptions::default();
            cloud.set_password(&id, b"x").await.unwrap();
            cloud.wait_for(&id, "idle").await.unwrap();
            cloud.client.ensure_running(&service(&id), false, &wait).await.unwrap();
            cloud.stop_and_delete(&id).await.unwrap();
        };
        cloud.run(race(journey, cloud.world.sleep(patience)));
        assert_eq!((cloud.network.under_way(), cloud.world.timers()), (0, 0), "after {patience} ms");
    }
}

/// One life of a service, on a network that fails now and then.
async fn life(cloud: Cloud) {
    let Ok(created) = cloud.create(&body()).await else { return };
    let id = created.data["service"]["id"].as_str().unwrap().to_owned();
    let _ = cloud.wait_for(&id, "running").await;
    let _ = cloud.set_password(&id, b"x").await;
    let _ = cloud.stop_and_delete(&id).await;
}

#[test]
fn many_lives_are_dropped_one_after_the_other_and_nothing_is_left_of_them() {
    for round in 0..40 {
        for lent in [false, true] {
            let cloud = Cloud::with(|settings| {
                settings.organization_id = None;
                if lent {
                    settings.limiter = RateLimiting::Custom;
                }
            });
            cloud.network.caller.free(10_000);
            for _ in 0..round {
                cloud.network.roll();
            }
            let acts =
                [|| answer(429, ""), || answer(503, ""), || Act::DropAfter, || Act::HangAfter, || Act::DropBefore];
            for _ in 0..12 {
                let act = acts[(cloud.network.roll() * 5.0) as usize]();
                let method = ["GET", "PATCH", "DELETE"][(cloud.network.roll() * 3.0) as usize];
                cloud.network.on(method, "", act);
            }
            // Each is dropped at a moment of its own; the last one outlives them.
            let lives = (0..5).map(|number| {
                let patience = if number == 4 { 1e9 } else { cloud.network.roll() * 300_000.0 };
                let (cloud, life) = (cloud.clone(), life(cloud.clone()));
                cloud
                    .world
                    .clone()
                    .spawn(async move { matches!(race(life, cloud.world.sleep(patience)).await, Either::Left(())) })
            });
            let ended = cloud.run(all(lives.collect()));
            assert!(ended[4], "round {round}: the last one came to its end");
            assert_eq!((cloud.network.under_way(), cloud.world.timers()), (0, 0), "round {round}");
            // Every slot that was taken was given back, and only once.
            let told = cloud.network.caller.told.borrow();
            let mut slots: Vec<usize> = told.iter().map(|(slot, ..)| *slot).collect();
            slots.sort_unstable();
            assert!(slots.iter().copied().eq(1..=slots.len()), "round {round}: {slots:?}");
            assert_eq!(slots.len(), if lent { cloud.network.count() } else { 0 }, "round {round}");
            drop(told);
            // The queue is empty and no slot is taken: after a pause a whole window is sent at once.
            cloud.network.forget();
            cloud.run(cloud.world.sleep(300_000.0));
            let before = cloud.world.elapsed();
            let calls = (0..10).map(|_| {
                let cloud = cloud.clone();
                cloud.world.clone().spawn(async move { cloud.get(NOBODY).await.map(|_| ()) })
            });
            cloud.run(all(calls.collect()));
            let took = cloud.world.elapsed() - before;
            assert!(took < 1_000.0, "round {round}: {took}");
        }
    }
}
