//! The promise of small crates: the model depends on almost nothing, and never on an engine.

use std::collections::BTreeSet;
use std::process::Command;

/// The packages that a package of this workspace is made of, itself among them.
fn packages(package: &str) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--prefix", "none", "-e", "normal"])
        .args(["--format", "{p}", "-p", package])
        .output()
        .expect("cargo starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let text = String::from_utf8(output.stdout).expect("it is text");
    text.lines()
        .filter_map(|line| line.split(' ').next())
        .map(str::to_owned)
        .collect()
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
