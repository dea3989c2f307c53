//! An operation is added in one file of the contract and nowhere else: tables, routes and document follow.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use crate::document::Document;
use crate::{openapi, operation, tables};

const ADDED: &str = "
  keys.replaceSecret:
    route: POST /keys/{keyId}/secret
    id: keySecretReplace
    maturity: beta
    summary: Replace a key's secret.
    query: { overlap: { type: integer, minimum: 0, description: How long the old one still works. } }
    body: UpdateApiKeyBody
    result: CreateApiKeyResult
    status: 201
";

/// The files of `contract/` by their names.
fn files() -> BTreeMap<String, String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/contract");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let texts =
        paths.map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read_to_string(path).unwrap()));
    texts.collect()
}

/// The tables, and the document.
fn compiled(files: &BTreeMap<String, String>) -> (String, Value) {
    let mut document = Document::default();
    for (name, text) in files {
        document.add(name, text).unwrap_or_else(|failure| panic!("{failure}"));
    }
    let operations = operation::read_all(&document).unwrap_or_else(|failure| panic!("{failure}"));
    let whole = openapi::write(&document, &operations, "1.0.0").unwrap_or_else(|failure| panic!("{failure}"));
    (tables::write(&document, &operations).unwrap_or_else(|failure| panic!("{failure}")), whole)
}

#[test]
fn an_operation_is_added_in_one_file() {
    let mut files = files();
    let (_, mut before) = compiled(&files);
    let keys = files.get_mut("keys.yaml").unwrap();
    *keys = keys.replacen("\noperations:\n", &format!("\noperations:{ADDED}"), 1);
    let (tables, mut after) = compiled(&files);
    for expected in ["pub static KEYS_REPLACE_SECRET: Operation", "\"keys.replaceSecret\"", "(\"secret\", RouteNode"] {
        assert!(tables.contains(expected), "{expected}");
    }
    let paths = after["paths"].as_object_mut().unwrap();
    let added = paths.remove("/v1/organizations/{organizationId}/keys/{keyId}/secret").unwrap();
    assert_eq!(added["post"]["operationId"], "keySecretReplace");
    assert_eq!(added["post"]["tags"], serde_json::json!(["keys"]));
    // All the rest is as before.
    let paths = before["paths"].as_object_mut().unwrap().len();
    assert!(paths > 60);
    assert_eq!(after, before);
}
