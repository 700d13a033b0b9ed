//! The promise that every test runs: there are few test programs, and each file of tests and of
//! sources belongs to a program or a library.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::source::{CRATES, reached_from, rust_files};

/// Each test program is linked against everything, which takes longer than most tests.
const PROGRAMS_MOST: usize = 10;

/// Where test programs are.
const TESTS: [&str; 5] = [
    "engines/tests",
    "models/stateright/tests",
    "models/tests",
    "reports/tests",
    "tests",
];

/// The root files of the targets of this workspace that have one of these kinds.
fn targets(kinds: &[&str]) -> BTreeSet<PathBuf> {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--offline",
            "--format-version",
            "1",
        ])
        .output()
        .expect("cargo starts");
    assert!(output.status.success());
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    let root = PathBuf::from(metadata["workspace_root"].as_str().expect("a path"));
    let packages = metadata["packages"].as_array().expect("a list");
    packages
        .iter()
        .flat_map(|package| package["targets"].as_array().expect("a list"))
        .filter(|target| kinds.iter().any(|kind| target["kind"][0] == *kind))
        .map(|target| {
            let file = Path::new(target["src_path"].as_str().expect("a path"));
            file.strip_prefix(&root).expect("it is here").to_owned()
        })
        .collect()
}

fn reached(roots: &BTreeSet<PathBuf>) -> BTreeSet<PathBuf> {
    roots.iter().flat_map(|root| reached_from(root)).collect()
}

#[test]
fn no_file_of_tests_is_forgotten() {
    let all: BTreeSet<_> = TESTS.into_iter().flat_map(rust_files).collect();
    let reached = reached(&targets(&["test"]));
    let forgotten: Vec<_> = all.difference(&reached).collect();
    assert!(forgotten.is_empty(), "no program has {forgotten:?}");
    assert!(all.len() > 50, "only {} files are found", all.len());
}

#[test]
fn no_source_is_forgotten() {
    let all: BTreeSet<_> = CRATES
        .into_iter()
        .flat_map(|(root, _)| rust_files(root))
        .collect();
    let reached = reached(&targets(&["lib", "bin"]));
    let forgotten: Vec<_> = all.difference(&reached).collect();
    assert!(forgotten.is_empty(), "no crate has {forgotten:?}");
}

#[test]
fn the_test_programs_are_few() {
    let programs = targets(&["test"]);
    assert!(programs.len() <= PROGRAMS_MOST, "{programs:?}");
    assert!(programs.len() >= 5, "{programs:?}");
}
