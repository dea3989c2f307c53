//! `toCurl` runs in a POSIX shell, sends the request that was built, and holds no secret.

#![cfg(all(feature = "client", unix, not(target_arch = "wasm32")))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "in tests they are fine"
)]

use std::process::Command;

use clickhouse_cloud::contract::{self, Operation};
use clickhouse_cloud::request::{Argument, Arguments, Checks, Target, build};
use clickhouse_cloud::secret::Secret;
use proptest::prelude::*;
use serde_json::{Value, json};

const ID: &str = "5a9db0c5-0000-4000-8000-000000000001";
const HASH: &str = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

/// The arguments that the shell passes to curl, in order.
fn run(script: &str) -> Vec<String> {
    let curl = "curl() { for argument; do printf '%s\\0' \"$argument\"; done; }";
    let output = Command::new("sh")
        .args(["-eu", "-c", &format!("{curl}\n{script}\n")])
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("CLICKHOUSE_CLOUD_API_KEY", "the id")
        .env("CLICKHOUSE_CLOUD_API_SECRET", "the 'secret' $HOME")
        .env("CLICKHOUSE_CLOUD_BEARER_TOKEN", "the token")
        .env("NEW_PASSWORD_HASH", "the hash")
        .env("NEW_DOUBLE_SHA1_HASH", "the other hash")
        .env("X_TRACE", "the trace")
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && error.is_empty(), "{script}\n{error}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.split_terminator('\0').map(str::to_owned).collect()
}

fn curl(authorization: Option<&str>, operation: &'static Operation, body: Option<&str>, filter: &[&str]) -> String {
    let target = Target {
        base_url: "http://localhost:8080/it's".to_owned(),
        authorization: authorization.map(Secret::new),
        headers: Vec::new(),
    };
    let path = operation.path_parameters.iter().map(|parameter| Argument::text(parameter.name, ID)).collect();
    let mut query = Vec::new();
    if !filter.is_empty() {
        query.push(Argument { name: "filter".to_owned(), json: json!(filter).to_string() });
    }
    let arguments = Arguments { path, query, body: body.map(str::to_owned), ..Arguments::default() };
    build(operation, &target, &arguments, &[], Checks::STRICT).ok().unwrap().to_curl()
}

#[test]
fn a_list() {
    let script = curl(Some("Basic c2VjcmV0"), &contract::SERVICES_LIST, None, &["tag:a=b", "tag:c-d"]);
    assert!(!script.contains("c2VjcmV0"), "{script}");
    let url = format!("http://localhost:8080/it's/v1/organizations/{ID}/services?filter=tag%3Aa%3Db&filter=tag%3Ac-d");
    let expected = [
        "--fail-with-body",
        "-X",
        "GET",
        url.as_str(),
        "--user",
        "the id:the 'secret' $HOME",
        "-H",
        "accept: application/json",
    ];
    assert_eq!(run(&script), expected);
}

#[test]
fn a_token_and_no_credentials() {
    let script = curl(Some("Bearer c2VjcmV0"), &contract::SERVICES_LIST, None, &[]);
    assert!(!script.contains("c2VjcmV0"));
    assert!(run(&script).contains(&"authorization: Bearer the token".to_owned()));
    let script = curl(None, &contract::SERVICES_LIST, None, &[]);
    assert!(!script.contains("--user") && !script.contains("uthorization"));
    assert_eq!(run(&script).len(), 6);
}

#[test]
fn a_creation() {
    let name = "it's \"quoted\" $HOME `id` \\n !x %s ü\u{1F40E}";
    let body = json!({ "name": name, "provider": "aws", "region": "eu-west-1" }).to_string();
    let arguments = run(&curl(Some("Basic x"), &contract::SERVICES_CREATE, Some(&body), &[]));
    let data = arguments.iter().position(|argument| argument == "--data").unwrap();
    assert_eq!(arguments[data + 1], body);
    assert!(arguments.contains(&"content-type: application/json".to_owned()));
}

#[test]
fn a_password_by_its_hashes() {
    let sha1 = "da39a3ee5e6b4b0d3255bfef95601890afd80709";
    let body = format!(r#"{{ "newPasswordHash" : "{HASH}", "newDoubleSha1Hash":"{sha1}" }}"#);
    let script = curl(Some("Basic x"), &contract::SERVICES_UPDATE_PASSWORD, Some(&body), &[]);
    assert!(!script.contains(HASH) && !script.contains(sha1), "{script}");
    let sent: Value = serde_json::from_str(run(&script).last().unwrap()).unwrap();
    assert_eq!(sent, json!({ "newPasswordHash": "the hash", "newDoubleSha1Hash": "the other hash" }));
}

#[test]
fn a_secret_that_stands_twice_or_is_written_oddly_is_left_out_too() {
    for body in [
        format!(r#"{{"newPasswordHash":"{HASH}","newPasswordHash":"{HASH}"}}"#),
        format!(r#"{{"newPasswor\u0064Hash":"{HASH}"}}"#),
        format!(r#"{{"newPasswordHash":"\u0034{}"}}"#, &HASH[1..]),
    ] {
        let script = curl(Some("Basic x"), &contract::SERVICES_UPDATE_PASSWORD, Some(&body), &[]);
        assert!(!script.contains(&HASH[1..]), "{script}");
        run(&script);
    }
}

#[test]
fn what_the_caller_adds_is_named_and_not_shown() {
    let target = Target {
        base_url: "https://api.clickhouse.cloud".to_owned(),
        authorization: None,
        headers: vec![("x-trace".to_owned(), "c2VjcmV0".to_owned())],
    };
    let arguments = Arguments { path: vec![Argument::text("organizationId", ID)], ..Arguments::default() };
    let built = build(&contract::SERVICES_LIST, &target, &arguments, &[], Checks::STRICT).ok().unwrap();
    assert!(!built.to_curl().contains("c2VjcmV0"));
    assert!(run(&built.to_curl()).contains(&"x-trace: the trace".to_owned()));
}

#[test]
fn the_name_of_a_header_runs_nothing() {
    // All of these are header names by RFC 9110.
    for name in ["x`id`", "x$home", "x'y", "x.y", "x!y", "x|y", "1x", "x*"] {
        let target = Target {
            base_url: "https://api.clickhouse.cloud".to_owned(),
            authorization: None,
            headers: vec![(name.to_owned(), "v".to_owned())],
        };
        let arguments = Arguments { path: vec![Argument::text("organizationId", ID)], ..Arguments::default() };
        let built = build(&contract::SERVICES_LIST, &target, &arguments, &[], Checks::STRICT).ok().unwrap();
        // The variable that it names is not set: without -u it is empty.
        let shown = run(&format!("set +u\n{}", built.to_curl()));
        assert!(shown.iter().any(|argument| argument.starts_with(&format!("{name}:"))), "{name}: {shown:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The shell hands curl the body that was built, for every name that the contract takes: not all of it is white space.
    #[test]
    fn any_name(name in "[^\0]{0,19}x") {
        let body = json!({ "name": name, "provider": "aws", "region": "eu-west-1" }).to_string();
        prop_assert_eq!(run(&curl(Some("Basic x"), &contract::SERVICES_CREATE, Some(&body), &[])).pop().unwrap(), body);
    }
}
