//! The organization that is looked up, once, when none is given.

use clickhouse_cloud::contract;
use clickhouse_cloud::error::Error;
use clickhouse_cloud::race::race;
use clickhouse_cloud::request::{Argument, Arguments};
use serde_json::json;

use super::cloud::{Cloud, NOBODY, failed};
use super::network::{Act, answer};
use super::world::all;

const ORGANIZATION: &str = "5a9db0c5-0000-4000-8000-000000000001";

fn without() -> Cloud {
    Cloud::with(|settings| settings.organization_id = None)
}

fn looked_up(cloud: &Cloud) -> usize {
    cloud.network.sent.borrow().iter().filter(|sent| sent.path == "/v1/organizations").count()
}

#[test]
fn it_is_looked_up_once() {
    let cloud = without();
    let tasks = (0..30).map(|_| {
        let cloud = cloud.clone();
        cloud.world.clone().spawn(async move { cloud.list().await.map(|outcome| outcome.data) })
    });
    for result in cloud.run(all(tasks.collect())) {
        assert_eq!(result.unwrap(), json!([]));
    }
    assert_eq!((looked_up(&cloud), cloud.network.count()), (1, 31));
    assert_eq!(cloud.network.refused_by_limit(), 0);
    cloud.assert_quiet();
}

#[test]
fn one_that_is_named_is_taken() {
    let cloud = without();
    let arguments = Arguments { path: vec![Argument::text("organizationId", ORGANIZATION)], ..Arguments::default() };
    cloud.run(cloud.call(&contract::SERVICES_LIST, arguments)).unwrap();
    assert_eq!(looked_up(&cloud), 0);
}

/// The client's message about a key with these organizations.
fn refused(organizations: &serde_json::Value) -> String {
    let cloud = without();
    cloud.network.next(answer(200, &json!({ "result": organizations }).to_string()));
    let error = failed(cloud.run(cloud.list()));
    assert!(matches!(error, Error::Configuration(_)), "{error}");
    assert_eq!(cloud.network.count(), 1);
    // It is asked again: the key may have been given another one by now.
    assert!(cloud.run(cloud.list()).is_ok());
    error.to_string()
}

#[test]
fn none_and_several_are_a_configuration_error() {
    let none = refused(&json!([]));
    assert_eq!(none, "services.list: the key belongs to no organization: use one that was made in an organization");
    let two = refused(&json!([{ "id": ORGANIZATION, "name": "Acme's" }, { "id": NOBODY }]));
    let way = "name one with the option organizationId or with CLICKHOUSE_ORG_ID";
    let list = format!("{ORGANIZATION} (\"Acme's\"), {NOBODY}");
    assert_eq!(two, format!("services.list: the key belongs to 2 organizations: {way}: {list}"));
}

#[test]
fn their_names_are_texts_of_others() {
    let long = "x".repeat(5_000);
    let odd = "a\nerror: forged\u{1b}[31m\u{202e}\"";
    let said = refused(&json!([{ "id": ORGANIZATION, "name": odd }, { "id": NOBODY, "name": long }]));
    assert!(said.contains(r#"("a\nerror: forged\u001b[31m\u202e\"")"#), "{said}");
    assert!(said.len() < 500 && !said.contains(char::is_control), "{said}");
    // The service may echo.
    let secret = clickhouse_cloud::sandbox::Options::default().key_secret;
    let said = refused(&json!([{ "id": ORGANIZATION, "name": secret.reveal() }, { "id": NOBODY }]));
    assert!(said.contains("[secret]") && !said.contains(secret.reveal()), "{said}");
}

#[test]
fn of_many_the_first_are_listed() {
    let id = |index: u32| format!("5a9db0c5-0000-4000-8000-{index:012}");
    let many: Vec<_> = (0..25).map(|index| json!({ "id": id(index), "name": format!("team {index}") })).collect();
    let said = refused(&json!(many));
    assert!(said.contains(&format!("{} (\"team 19\"), and 5 more", id(19))), "{said}");
    assert!(said.contains("25 organizations") && !said.contains("team 20"), "{said}");
}

#[test]
fn a_failed_look_up_fails_the_call_and_is_not_kept() {
    let cloud = without();
    cloud.network.next(answer(401, r#"{"status":401,"error":"UNAUTHORIZED: no"}"#));
    let error = failed(cloud.run(cloud.list()));
    assert_eq!(error.status(), Some(401));
    assert_eq!(error.operation().unwrap().name, "organizations.list");
    assert!(cloud.run(cloud.list()).is_ok());
    assert_eq!(looked_up(&cloud), 2);
}

#[test]
fn a_look_up_that_is_given_up_is_taken_over_by_the_next() {
    let cloud = without();
    cloud.network.next(Act::Hang);
    let (first, second) = (cloud.clone(), cloud.clone());
    let first = cloud.world.spawn(async move {
        let _ = race(first.list(), first.world.sleep(1_000.0)).await;
    });
    let second = cloud.world.spawn(async move { second.list().await.map(|outcome| outcome.data) });
    cloud.run(first);
    assert_eq!(cloud.run(second).unwrap(), json!([]));
    assert_eq!(looked_up(&cloud), 2);
    assert!(cloud.world.elapsed() < 2_000.0, "without waiting for the first one's timeout");
    cloud.assert_quiet();
}

#[test]
fn wrong_arguments_are_refused_before_it_is_looked_up() {
    let cloud = without();
    let error = failed(cloud.run(cloud.get("../../organizations")));
    assert!(matches!(error, Error::Request { .. }), "{error}");
    assert_eq!(cloud.network.count(), 0);
}

#[test]
fn a_request_is_built_only_with_a_known_one() {
    let cloud = without();
    let build = || cloud.client.build(&contract::SERVICES_LIST, &Arguments::default(), &[]);
    assert!(matches!(failed(build()), Error::Configuration(_)));
    cloud.run(cloud.list()).unwrap();
    assert!(build().unwrap().request.url.contains(ORGANIZATION));
}
