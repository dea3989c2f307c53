//! The core as it runs in wasm, in Node and in Chromium. It does not say `run_in_browser`: a file that says so is
//! skipped in Node.
#![cfg(all(target_arch = "wasm32", feature = "client"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "in tests they are fine"
)]

use clickhouse_cloud::contract::{self, SCHEMAS};
use clickhouse_cloud::issue::Code;
use clickhouse_cloud::password::{double_sha1_hex, sha256_base64};
use clickhouse_cloud::request::{Argument, Arguments, Checks, Target, build};
use clickhouse_cloud::secret::Secret;
use clickhouse_cloud::validate::{Mode, Unknown, validate, validate_response};
use js_sys::{Function, JSON};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

const ID: &str = "5a9db0c5-0000-4000-8000-000000000001";

fn arguments(id: &str, body: Option<&str>) -> Arguments {
    let path = vec![Argument::text("organizationId", ID), Argument::text("serviceId", id)];
    Arguments { path, body: body.map(str::to_owned), ..Arguments::default() }
}

fn target() -> Target {
    let authorization = Some(Secret::new("Basic c2VjcmV0"));
    Target { base_url: "https://api.clickhouse.cloud".to_owned(), authorization, headers: Vec::new() }
}

#[wasm_bindgen_test]
fn hashes() {
    assert_eq!(sha256_base64(b""), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    assert_eq!(sha256_base64(b"abc"), "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
    assert_eq!(double_sha1_hex(b"yourpassword"), "d4cecba84f0a507325cd8aa82fcde04ea8be56b0");
}

#[wasm_bindgen_test]
fn requests() {
    let operation = &contract::SERVICES_UPDATE;
    let good = arguments(ID, Some(r#"{"name":"it's ü"}"#));
    let built = build(operation, &target(), &good, &[], Checks::STRICT).ok().unwrap();
    let url = web_sys::Url::new(&built.request.url).unwrap();
    assert_eq!(url.href(), built.request.url, "the host reads the address as it was written");
    assert!(!built.to_curl().contains("c2VjcmV0"));
    let bad = arguments("../x", Some(r#"{"name":"","ipAccessList":{"add":[{"source":"10.0.0.0/33"}]}}"#));
    assert_eq!(build(operation, &target(), &bad, &[], Checks::STRICT).err().unwrap().len(), 3);
}

/// Numbers that look random and are the same each time.
struct Dice(u32);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0 as usize % bound
    }
}

/// Whether the host's own parser takes the text.
fn is_json(bytes: &[u8]) -> bool {
    JSON::parse(&String::from_utf8_lossy(bytes)).is_ok()
}

#[wasm_bindgen_test]
fn ten_thousand_broken_documents_do_not_trap() {
    let seeds = [
        format!(r#"{{"status":200,"requestId":"r","result":{{"id":"{ID}","name":"a","state":"running","tags":[{{"key":"k"}}]}}}}"#),
        r#"{"name":"x","provider":"aws","region":"eu-west-1","ipAccessList":[{"source":"10.0.0.0/8"}],"numReplicas":2}"#.to_owned(),
        r#"{"newPasswordHash":"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=","x":"\ud83d\ude00","n":-1.5e+10}"#.to_owned(),
    ];
    let noise = b"{}[]\",:\\u0e-+.tfn \x00\xff\xf0\x80";
    let mut dice = Dice(2_463_534_242);
    for round in 0..10_000 {
        let mut bytes = seeds[round % seeds.len()].clone().into_bytes();
        for _ in 0..=dice.below(4) {
            let at = dice.below(bytes.len().max(1)).min(bytes.len().saturating_sub(1));
            match dice.below(4) {
                0 => bytes.truncate(at),
                1 => bytes.insert(at, noise[dice.below(noise.len())]),
                2 if !bytes.is_empty() => bytes[at] = noise[dice.below(noise.len())],
                _ if !bytes.is_empty() => drop(bytes.remove(at)),
                _ => {}
            }
        }
        let (_, schema) = SCHEMAS[dice.below(SCHEMAS.len())];
        let envelope = validate_response(&bytes, Some(schema));
        let _ = validate(&bytes, schema, Mode::Request { unknown: Unknown::Refuse }, &[]);
        // A text that the host can parse is well-formed to the scanner, too.
        let syntax = envelope.issues.iter().any(|issue| issue.code == Code::Syntax);
        assert!(!syntax || !is_json(&bytes), "{}", String::from_utf8_lossy(&bytes));
    }
}

#[wasm_bindgen_test]
fn deep_documents_do_not_trap() {
    for open in ["[", "{\"a\":", "{\"result\":["] {
        for depth in [100, 10_000, 100_000] {
            let text = open.repeat(depth);
            for schema in ["Service", "CreateServiceResult", "BackupBucket"] {
                assert!(!validate_response(text.as_bytes(), contract::schema(schema)).issues.is_empty());
            }
        }
    }
}

#[wasm_bindgen_test]
fn texts_cross_the_boundary_as_they_are() {
    // A host that writes JSON well: lone surrogates are escaped, and the scanner takes them.
    let written = Function::new_no_args(r#"return JSON.stringify({ name: "a\uD800b" })"#).call0(&JsValue::UNDEFINED);
    let body = written.unwrap().as_string().unwrap();
    assert_eq!(body, r#"{"name":"a\ud800b"}"#);
    let built = build(&contract::SERVICES_UPDATE, &target(), &arguments(ID, Some(&body)), &[], Checks::STRICT);
    assert_eq!(built.ok().unwrap().request.body.as_deref(), Some(body.as_str()));
}
