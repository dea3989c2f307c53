//! Many waits at once share their polls, end in time, and do not end each other.

use std::cell::RefCell;
use std::rc::Rc;

use clickhouse_cloud::client::helpers::Command;
use clickhouse_cloud::client::wait::WaitOptions;
use clickhouse_cloud::client::{CallOptions, RateLimiting};
use clickhouse_cloud::contract;
use clickhouse_cloud::error::{Error, WaitReason};
use clickhouse_cloud::race::{Either, race};
use clickhouse_cloud::request::Arguments;
use clickhouse_cloud::sandbox::{Fault, Injection, Options, Sandbox};
use serde_json::Value;

use super::cloud::{Cloud, NOBODY, body, failed};
use super::network::{Act, Network, answer};
use super::world::{Joined, World, all};

/// A cloud without limits with so many new services, and a client on it that keeps the default limit.
fn with_services(count: usize) -> (Cloud, Vec<String>) {
    let world = World::new();
    let network =
        Rc::new(Network::new(Sandbox::new(Options { rate_limit: None, max_services: 50, ..Options::default() })));
    let maker = Cloud::on(&world, &network, |settings| settings.limiter = RateLimiting::Off);
    let ids = world.run(async {
        let mut ids = Vec::new();
        for _ in 0..count {
            ids.push(maker.created(&body()).await);
        }
        ids
    });
    (Cloud::on(&world, &network, |_| {}), ids)
}

/// The result of a wait, and when it ended.
type Waited = Joined<(Result<Value, Box<Error>>, f64)>;

fn wait(cloud: &Cloud, id: &str, states: &'static [&str], options: WaitOptions) -> Waited {
    let (cloud, id) = (cloud.clone(), id.to_owned());
    cloud.world.clone().spawn(async move {
        let waited = cloud.wait_with(&id, states, &options).await;
        (waited, cloud.world.elapsed())
    })
}

/// When the sandbox says that each of them came to run, to a fifth of a second and not too late.
fn ran_at(cloud: &Cloud, ids: &[String]) -> Vec<f64> {
    const STEP_MS: f64 = 200.0;
    let list = cloud.client.build(&contract::SERVICES_LIST, &Arguments::default(), &[]).unwrap().request;
    let mut ran = vec![None; ids.len()];
    while ran.iter().any(Option::is_none) {
        cloud.run(cloud.world.sleep(STEP_MS));
        let reply = cloud.network.sandbox.borrow_mut().handle(cloud.world.now(), &list);
        let all: Value = serde_json::from_slice(&reply.into_result().unwrap().body).unwrap();
        for service in all["result"].as_array().unwrap() {
            let index = ids.iter().position(|id| service["id"] == id.as_str()).unwrap();
            if service["state"] == "running" {
                ran[index].get_or_insert(cloud.world.elapsed() - STEP_MS);
            }
        }
    }
    ran.into_iter().flatten().collect()
}

/// The same services over the same time, without waits.
fn expected(count: usize) -> Vec<f64> {
    let (cloud, ids) = with_services(count);
    ran_at(&cloud, &ids)
}

#[test]
fn fifty_waits_cost_no_more_than_the_limit_and_each_is_told_within_two_intervals() {
    let ran = expected(50);
    for (stagger, fixed) in
        [(0.0, None), (317.0, None), (0.0, Some(5_000.0)), (97.0, Some(5_000.0)), (0.0, Some(1_000.0))]
    {
        let (cloud, ids) = with_services(50);
        let began = (cloud.world.elapsed(), cloud.network.count());
        let waits: Vec<_> = ids
            .iter()
            .map(|id| {
                cloud.run(cloud.world.sleep(stagger));
                wait(&cloud, id, &["running"], WaitOptions { poll_interval_ms: fixed, ..WaitOptions::default() })
            })
            .collect();
        let told = cloud.run(all(waits));
        let requests = cloud.network.count() - began.1;
        let seconds = (cloud.world.elapsed() - began.0) / 1_000.0;
        let interval = fixed.unwrap_or(10_000.0);
        let mut latest = 0f64;
        for ((waited, at), ran) in told.into_iter().zip(&ran) {
            assert_eq!(waited.unwrap()["state"], "running");
            latest = latest.max(at - ran);
        }
        println!(
            "every {stagger} ms, {fixed:?}: {requests} requests in {seconds:.0} s, told after {latest:.0} ms at most"
        );
        assert!(latest < 2.0 * interval, "{stagger}, {fixed:?}: told after {latest} ms");
        assert!(requests as f64 <= seconds + 10.0, "{stagger}, {fixed:?}: {requests} in {seconds} s");
        assert_window(&cloud, began.1);
        cloud.assert_quiet();
    }
}

#[test]
fn an_old_list_does_not_say_that_a_state_is_reached() {
    let (cloud, ids) = with_services(4);
    let maker = Cloud::on(&cloud.world, &cloud.network, |settings| settings.limiter = RateLimiting::Off);
    cloud.run(cloud.world.sleep(600_000.0));
    for id in &ids {
        cloud.run(maker.command(id, Command::Stop)).unwrap();
    }
    let path = Some(contract::SERVICES_LIST.path.to_owned());
    let stale = Injection { path, ..Injection::once(Fault::StaleRead) };
    cloud.network.sandbox.borrow_mut().inject(stale).unwrap();
    let began = cloud.network.count();
    let options = || WaitOptions { timeout_ms: Some(20_000.0), ..WaitOptions::default() };
    let waits: Vec<_> = ids.iter().map(|id| wait(&cloud, id, &["running"], options())).collect();
    for (waited, _) in cloud.run(all(waits)) {
        assert!(matches!(failed(waited), Error::Wait { reason: WaitReason::Deadline, .. }));
    }
    let faults: Vec<_> = cloud.network.sandbox.borrow().ledger().filter_map(|entry| entry.fault).collect();
    assert_eq!(faults, [Fault::StaleRead], "of {} requests", cloud.network.count() - began);
}

/// Never more than ten requests in ten seconds.
#[track_caller]
fn assert_window(cloud: &Cloud, from: usize) {
    let sent = cloud.network.sent.borrow();
    assert!(sent[from..].windows(11).all(|eleven| eleven[10].at - eleven[0].at >= 10_000.0));
}

#[test]
fn fifty_deletions_at_once_come_to_their_end() {
    let (cloud, ids) = with_services(50);
    let before = cloud.network.count();
    let tasks = ids.iter().map(|id| {
        let (cloud, id) = (cloud.clone(), id.clone());
        cloud.world.clone().spawn(async move { cloud.stop_and_delete(&id).await })
    });
    for deleted in cloud.run(all(tasks.collect())) {
        deleted.unwrap();
    }
    assert_window(&cloud, before);
    assert_eq!(cloud.run(cloud.list()).unwrap().data, serde_json::json!([]));
    cloud.assert_quiet();
}

fn lists(cloud: &Cloud) -> usize {
    cloud.requests().iter().filter(|request| *request == "GET ").count()
}

#[test]
fn one_wait_asks_for_its_service_itself() {
    let (cloud, ids) = with_services(2);
    let waits: Vec<_> = ids.iter().map(|id| wait(&cloud, id, &["running"], WaitOptions::default())).collect();
    for (waited, _) in cloud.run(all(waits)) {
        waited.unwrap();
    }
    assert_eq!(lists(&cloud), 0);
}

#[test]
fn whoever_is_left_polls_on() {
    // The first waits are dropped one after the other, some while they ask for all.
    let (cloud, ids) = with_services(12);
    let mut waits = Vec::new();
    for (number, id) in ids.iter().enumerate() {
        let (inner, id) = (cloud.clone(), id.clone());
        let patience = 10.0 + 700.0 * number as f64;
        waits.push(cloud.world.spawn(async move {
            let waited = inner.wait_for(&id, "running");
            if number < 8 {
                matches!(race(waited, inner.world.sleep(patience)).await, Either::Right(()))
            } else {
                waited.await.is_ok()
            }
        }));
    }
    assert!(cloud.run(all(waits)).into_iter().all(|as_expected| as_expected));
    assert!(lists(&cloud) > 0);
    cloud.assert_quiet();
}

#[test]
fn a_list_that_lags_ends_no_wait() {
    let (cloud, ids) = with_services(5);
    // Three lists know of no service, and three of services in a state that would end the wait.
    for state in ["", "failed"] {
        for _ in 0..3 {
            let listed: Vec<Value> = ids
                .iter()
                .filter(|_| !state.is_empty())
                .map(|id| serde_json::json!({ "id": id, "name": "a", "state": state }))
                .collect();
            cloud.network.on("GET", "/services", answer(200, &serde_json::json!({ "result": listed }).to_string()));
        }
    }
    let waits: Vec<_> = ids.iter().map(|id| wait(&cloud, id, &["running"], WaitOptions::default())).collect();
    for (waited, _) in cloud.run(all(waits)) {
        assert_eq!(waited.unwrap()["state"], "running");
    }
    cloud.assert_quiet();
}

#[test]
fn no_access_ends_all_and_another_failure_none() {
    for status in [401, 403] {
        let (cloud, ids) = with_services(6);
        cloud.network.on("GET", "/services", answer(status, "{}"));
        let waits: Vec<_> = ids.iter().map(|id| wait(&cloud, id, &["running"], WaitOptions::default())).collect();
        let ended = cloud
            .run(all(waits))
            .into_iter()
            .filter(|(waited, _)| matches!(waited, Err(error) if error.status() == Some(status)));
        // The first two began before there were three.
        assert!(ended.count() >= 4, "{status}");
        assert_eq!(lists(&cloud), 1, "{status}");
    }
    for act in [answer(404, "{}"), answer(200, r#"{"result":7}"#), Act::TooLong] {
        let (cloud, ids) = with_services(6);
        let again = matches!(&act, Act::Answer(response) if response.status == 200);
        cloud.network.on("GET", "/services", act);
        if again {
            cloud.network.on("GET", "/services", answer(200, r#"{"result":7}"#));
        }
        let waits: Vec<_> = ids.iter().map(|id| wait(&cloud, id, &["running"], WaitOptions::default())).collect();
        for (waited, _) in cloud.run(all(waits)) {
            assert_eq!(waited.unwrap()["state"], "running");
        }
        cloud.assert_quiet();
    }
}

#[test]
fn an_outage_ends_no_wait_and_costs_few_requests() {
    let (cloud, ids) = with_services(30);
    let out = Injection::once(Fault::Outage);
    let before = cloud.network.count();
    let seen = Rc::new(RefCell::new(vec![0; ids.len()]));
    let waits: Vec<_> = ids
        .iter()
        .enumerate()
        .map(|(number, id)| {
            let seen = seen.clone();
            let on_progress: clickhouse_cloud::client::wait::OnProgress = Box::new(move |progress| {
                seen.borrow_mut()[number] += usize::from(progress.fault.is_some());
                Ok(())
            });
            wait(&cloud, id, &["running"], WaitOptions { on_progress: Some(on_progress), ..WaitOptions::default() })
        })
        .collect();
    let out = {
        let cloud = cloud.clone();
        cloud.world.clone().spawn(async move {
            cloud.world.sleep(20_000.0).await;
            cloud.network.sandbox.borrow_mut().inject(out).unwrap();
        })
    };
    for (waited, at) in cloud.run(all(waits)) {
        assert_eq!(waited.unwrap()["state"], "running");
        assert!(at > 110_000.0);
    }
    cloud.run(out);
    assert!(seen.borrow().iter().all(|faults| *faults > 0), "{seen:?}");
    assert_window(&cloud, before);
    cloud.assert_quiet();
}

#[test]
fn a_wait_with_its_own_headers_does_not_share() {
    let (cloud, ids) = with_services(6);
    let before = cloud.network.count();
    let waits: Vec<_> = ids
        .iter()
        .map(|id| {
            let headers = vec![("traceparent".to_owned(), "00-1-2-03".to_owned())];
            let call = CallOptions { headers, ..CallOptions::default() };
            wait(&cloud, id, &["running"], WaitOptions { call, ..WaitOptions::default() })
        })
        .collect();
    for (waited, _) in cloud.run(all(waits)) {
        waited.unwrap();
    }
    assert!(cloud.network.count() > before);
    assert_eq!(lists(&cloud), 0);
}

#[test]
fn each_has_its_own_progress_and_deadline() {
    let (cloud, ids) = with_services(6);
    let seen = Rc::new(RefCell::new(vec![0; ids.len()]));
    let waits: Vec<_> = ids
        .iter()
        .enumerate()
        .map(|(number, id)| {
            let seen = seen.clone();
            let options = WaitOptions {
                timeout_ms: Some(5_000.0 + 1_000.0 * number as f64),
                on_progress: Some(Box::new(move |progress| {
                    seen.borrow_mut()[number] += 1;
                    assert_eq!(progress.attempt, seen.borrow()[number]);
                    Ok(())
                })),
                ..WaitOptions::default()
            };
            wait(&cloud, id, &["stopped"], options)
        })
        .collect();
    for (number, (waited, _)) in cloud.run(all(waits)).into_iter().enumerate() {
        match failed(waited) {
            Error::Wait { reason, elapsed_ms, .. } => {
                assert_eq!((reason, elapsed_ms), (WaitReason::Deadline, 5_000.0 + 1_000.0 * number as f64));
            }
            other => panic!("{other}"),
        }
        assert!(seen.borrow()[number] >= 2);
    }
    cloud.assert_quiet();
}

#[test]
fn one_that_never_was_is_not_found_among_many() {
    let (cloud, ids) = with_services(4);
    let mut waits: Vec<_> = ids.iter().map(|id| wait(&cloud, id, &["running"], WaitOptions::default())).collect();
    waits.push(wait(&cloud, NOBODY, &["running"], WaitOptions::default()));
    let mut ended = cloud.run(all(waits));
    let (never, at) = ended.pop().unwrap();
    assert_eq!(failed(never).status(), Some(404));
    assert!((120_000.0..140_000.0).contains(&at), "{at}");
    assert!(ended.into_iter().all(|(waited, _)| waited.is_ok()));
    cloud.assert_quiet();
}
