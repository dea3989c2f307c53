//! Names the tests of the official client to the compiler, as they lie in its package: `tests/lives.rs` includes the list.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use serde_json::Value;

/// The package, and the files of its tests that run against the live service.
const CLIENT: &str = "clickhouse-cloud-api";
const TESTS: [&str; 3] = ["integration_test", "integration_org_test", "integration_postgres_test"];

fn main() {
    println!("cargo::rerun-if-changed=Cargo.lock");
    let tests = package(CLIENT).join("tests");
    let modules = TESTS.map(|name| {
        let file = tests.join(name).with_extension("rs");
        format!("#[path = {file:?}]\nmod {name};\n")
    });
    fs::write(Path::new(&env::var("OUT_DIR").unwrap()).join("lives.rs"), modules.concat()).unwrap();
}

/// The folder of a dependency's source.
fn package(name: &str) -> PathBuf {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap());
    let output = cargo.args(["metadata", "--format-version=1", "--locked", "--offline"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages.iter().find(|package| package["name"] == name).unwrap();
    Path::new(package["manifest_path"].as_str().unwrap()).parent().unwrap().to_owned()
}
