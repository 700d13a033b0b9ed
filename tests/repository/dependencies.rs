//! The promise of small crates: the model depends on almost nothing, and never on an engine.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

/// How many packages the installed program is made of on Linux, those of this workspace among
/// them. The number may only go down; README.md states it.
const INSTALLED: usize = 129;

/// The packages that a package of this workspace is made of, itself among them, by their versions.
fn versions(package: &str) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--locked", "--prefix", "none"])
        .args(["-e", "normal", "--target", "x86_64-unknown-linux-gnu"])
        .args(["--format", "{p}", "-p", package])
        .output()
        .expect("cargo starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let text = String::from_utf8(output.stdout).expect("it is text");
    let two = |line: &str| -> Vec<String> {
        let words = line.split(' ').take(2);
        words.map(str::to_owned).collect()
    };
    text.lines().map(|line| two(line).join(" ")).collect()
}

/// The same by their names.
fn packages(package: &str) -> BTreeSet<String> {
    let versions = versions(package).into_iter();
    versions
        .filter_map(|one| one.split(' ').next().map(str::to_owned))
        .collect()
}

#[test]
fn the_installed_program_is_made_of_no_more_packages() {
    let packages = versions("poolproof");
    let count = packages.len();
    let so_many = format!("{count} packages");
    assert_eq!(count, INSTALLED, "{so_many}: {packages:#?}");
    let readme = fs::read_to_string("README.md").expect("README.md is there");
    assert!(readme.contains(&so_many), "README.md states another number");
}

/// With stateright, which brings an HTTP server, they were 47.
#[test]
fn the_models_need_fewer_than_eight_packages() {
    let packages = packages("poolproof-models");
    assert!(packages.contains("poolproof-models"));
    assert!(packages.len() < 8, "{packages:?}");
}

#[test]
fn the_engines_know_neither_stateright_nor_a_format() {
    let packages = packages("poolproof-engines");
    assert!(packages.contains("poolproof-models"));
    for forbidden in [
        "clap",
        "poolproof",
        "poolproof-reports",
        "serde_json",
        "stateright",
        "toml",
    ] {
        assert!(!packages.contains(forbidden), "{forbidden}: {packages:?}");
    }
}
