//! Compiles `contract/*.yaml` into the static tables of `src/contract.rs`, and into `contract.json`, the OpenAPI
//! document that the phases of scripts/build read. A mistake in the contract stops the build and is reported with its
//! file and path.

#[path = "build/document.rs"]
mod document;
#[path = "build/marks.rs"]
mod marks;
#[path = "build/openapi.rs"]
mod openapi;
#[path = "build/operation.rs"]
mod operation;
#[path = "build/pattern.rs"]
mod pattern;
#[path = "build/review.rs"]
mod review;
#[path = "build/routes.rs"]
mod routes;
#[path = "build/rules.rs"]
mod rules;
#[path = "build/schema.rs"]
mod schema;
#[path = "build/tables.rs"]
mod tables;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

fn main() -> ExitCode {
    println!("cargo::rerun-if-changed=contract");
    println!("cargo::rerun-if-changed=build");
    match compile(Path::new("contract"), &PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            println!("cargo::error={message}");
            ExitCode::FAILURE
        }
    }
}

fn compile(folder: &Path, out: &Path) -> Result<(), String> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .map_err(|error| format!("{}: {error}", folder.display()))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .collect();
    files.sort();
    let mut contract = document::Document::default();
    for file in files {
        let text = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        contract.add(&file.to_string_lossy(), &text).map_err(|failure| failure.to_string())?;
    }
    let operations = operation::read_all(&contract).map_err(|failure| failure.to_string())?;
    let tables = tables::write(&contract, &operations).map_err(|failure| failure.to_string())?;
    fs::write(out.join("contract.rs"), tables).map_err(|error| format!("contract.rs: {error}"))?;
    let openapi =
        openapi::write(&contract, &operations, env!("CARGO_PKG_VERSION")).map_err(|failure| failure.to_string())?;
    fs::write(out.join("contract.json"), openapi.to_string()).map_err(|error| format!("contract.json: {error}"))
}
