//! Random requests in random order: each response keeps the contract, and nothing panics.

use clickhouse_cloud::contract::Method;
use proptest::prelude::*;
use serde_json::json;

use crate::cloud::{Cloud, body};

const METHODS: [Method; 5] = [Method::Get, Method::Post, Method::Put, Method::Patch, Method::Delete];

/// One step: a kind of request, a service, and a pause in seconds.
fn step() -> impl Strategy<Value = (usize, usize, f64)> {
    let wait = prop_oneof![Just(0.0), 0.0..30.0, 30.0..400.0, 400.0..200_000.0];
    (0_usize..16, 0_usize..4, wait)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_course_keeps_the_contract(seed: u64, steps in prop::collection::vec(step(), 1..80)) {
        let mut cloud = Cloud::of(clickhouse_cloud::sandbox::Options { seed, rate_limit: None, ..Default::default() });
        let mut ids: Vec<String> = Vec::new();
        for (request, which, wait) in steps {
            cloud.wait(wait);
            let Some(id) = ids.get(which).cloned() else {
                let tier = if which == 1 { json!({ "tier": "development" }) } else { json!({ "idleTimeoutMinutes": 5 }) };
                ids.push(cloud.create(&tier).0);
                continue;
            };
            let path = format!("/services/{id}");
            let answer = match request {
                0 => cloud.get(&path),
                1 => cloud.get(&format!("{path}/backups")),
                2..=4 => cloud.delete(&path),
                5 | 6 => cloud.command(&id, "start"),
                7 | 8 => cloud.command(&id, "stop"),
                9 => cloud.command(&id, "awake"),
                10 => cloud.patch(&format!("{path}/password"), &json!({})),
                11 => cloud.patch(&format!("{path}/scaling"), &json!({ "minTotalMemoryGb": 96 })),
                12 => cloud.patch(&format!("{path}/replicaScaling"), &json!({ "maxReplicaMemoryGb": 24, "minReplicas": 2, "maxReplicas": 3 })),
                13 => cloud.patch(&path, &json!({ "ipAccessList": { "add": [{ "source": "10.0.0.1" }] } })),
                14 => cloud.patch(&path, &json!({ "tags": { "add": [{ "key": "a" }], "remove": [{ "key": "a" }] } })),
                _ => cloud.get("/services"),
            };
            prop_assert!([200, 400, 404, 409, 424].contains(&answer.status), "{}", answer.text);
            // A deleted service stays deleted.
            if cloud.get(&path).status == 404 {
                cloud.wait(100_000.0);
                prop_assert_eq!(cloud.get(&path).status, 404);
                ids.retain(|known| *known != id);
            }
        }
    }

    #[test]
    fn any_address_gets_a_response(path in "[/a-z0-9%?&=#.:{}é-]{0,60}", method in 0_usize..5) {
        let mut cloud = Cloud::new();
        for url in [path.clone(), format!("/v1/organizations/{path}"), cloud.url(&path)] {
            let answer = cloud.send(METHODS[method], &url, Some("{}".to_owned()));
            prop_assert!([200, 400, 403, 404, 405, 501].contains(&answer.status), "{}", answer.text);
        }
    }

    #[test]
    fn any_body_gets_a_response(text in ".{0,80}", cut in 0_usize..400, method in 0_usize..5) {
        let mut cloud = Cloud::new();
        let whole = body(&json!({ "tags": [{ "key": "a" }], "idleTimeoutMinutes": 5, "minReplicaMemoryGb": 8 })).to_string();
        let cut = &whole[..cut.min(whole.len())];
        for body in [text.clone(), cut.to_owned(), format!("{cut}{text}"), whole.replace("events", &text)] {
            let url = cloud.url("/services");
            let answer = cloud.send(METHODS[method], &url, Some(body));
            prop_assert!([200, 400, 405].contains(&answer.status), "{}", answer.text);
        }
    }
}
