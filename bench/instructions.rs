//! Checks the same lists of services each time, for callgrind to count the instructions: `node bench/instructions.mjs`.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "as in tests")]

use std::hint::black_box;

use clickhouse_cloud::contract::{self, ResponseKind, Schema};
use clickhouse_cloud::validate::validate_response;

const SERVICES: usize = 100;

fn main() {
    let ResponseKind::Json(schema) = contract::operation("services.list").unwrap().response else { panic!("no JSON") };
    for pretty in [false, true] {
        for shuffled in [false, true] {
            let body = response(pretty, shuffled);
            assert_eq!(checked(body.as_bytes(), schema), 0, "the lists fit");
        }
    }
}

/// callgrind counts what happens in here, by this name.
#[inline(never)]
fn checked(body: &[u8], schema: &'static Schema) -> usize {
    black_box(validate_response(black_box(body), Some(schema))).issues.len()
}

/// A list in the contract's order of properties, or with an order of its own in each service.
fn response(pretty: bool, shuffled: bool) -> String {
    let services: Vec<String> = (0..SERVICES).map(|index| service(index, pretty, shuffled)).collect();
    let status = r#""status": 200, "requestId": "0c7ba33b-3057-4ab0-8ebd-000000000000""#;
    format!("{{{status}, \"result\": [{}]}}", services.join(","))
}

fn service(index: usize, pretty: bool, shuffled: bool) -> String {
    let id = format!("0c7ba33b-3057-4ab0-8ebd-{index:012x}");
    let host = format!(r#""abcdefg{index}.eu-west-1.aws.clickhouse.cloud""#);
    let endpoint = |protocol: &str, port: u32| {
        object(&[member("protocol", protocol), member("host", &host), member("port", &port.to_string())], pretty, 4)
    };
    let endpoints = [endpoint("\"https\"", 8443), endpoint("\"nativesecure\"", 9440)].join(",");
    let access = object(&[member("source", r#""203.0.113.0/24""#), member("description", r#""office""#)], pretty, 4);
    let mut members = vec![
        member("id", &format!("\"{id}\"")),
        member("name", &format!("\"service {index}\"")),
        member("provider", r#""aws""#),
        member("region", r#""eu-west-1""#),
        member("state", r#""running""#),
        member("endpoints", &format!("[{endpoints}]")),
        member("minReplicaMemoryGb", "16"),
        member("maxReplicaMemoryGb", "120"),
        member("numReplicas", "3"),
        member("idleScaling", "true"),
        member("idleTimeoutMinutes", "15"),
        member("ipAccessList", &format!("[{access}]")),
        member("createdAt", r#""2026-08-01T12:34:56Z""#),
        member("releaseChannel", r#""default""#),
        member("futureText", r#""a text that the contract does not know, with \"quotes\" in it""#),
        member("futureNumber", "123.456"),
        member("futureNothing", "null"),
        member("futureObject", r#"{"nested":{"list":[1,2,3]}}"#),
    ];
    if shuffled {
        let mut draw = index as u32 + 1;
        for last in (1..members.len()).rev() {
            draw = draw.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            members.swap(last, draw as usize / 7 % (last + 1));
        }
    }
    object(&members, pretty, 2)
}

fn member(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

fn object(members: &[(String, String)], pretty: bool, depth: usize) -> String {
    let (line, colon) = if pretty { (format!("\n{}", "  ".repeat(depth + 1)), ": ") } else { (String::new(), ":") };
    let members: Vec<String> = members.iter().map(|(name, value)| format!("{line}\"{name}\"{colon}{value}")).collect();
    format!("{{{}{}}}", members.join(","), if pretty { format!("\n{}", "  ".repeat(depth)) } else { String::new() })
}
