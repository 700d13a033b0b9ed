//! The promise that what cannot succeed is refused before the work, and that work is bounded by
//! the machine.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::program::{poolproof, poolproof_in, printed, stderr, stdout};
use crate::support::tree::tree;

const H01: &str = "scenarios/hazards/H-01-failover-during-partition.toml";
const LBW: &str = "scenarios/lync-2013-lbw.toml";

const QUICK: [&str; 4] = [
    "--set",
    "simulate.trials=100",
    "--set",
    "simulate.drill_trials=100",
];

/// More trials than a test can wait for: a run that begins them is seen.
const ENDLESS: [&str; 2] = ["--set", "simulate.trials=10000000000"];

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn absolute(path: &str) -> String {
    fs::canonicalize(path).unwrap().display().to_string()
}

#[test]
fn more_servers_than_the_model_has_are_refused_whatever_is_allowed() {
    let allow = "allow.rules=[\"V1\",\"V2\",\"V3\",\"V29\",\"V30\"]";
    let set = ["--set", "pool.dc1.active=5", "--set", allow];
    for command in [
        &["check", LBW][..],
        &["simulate", LBW],
        &["show", LBW],
        &["solve", LBW],
    ] {
        let output = poolproof(&[command, &set].concat());
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(3), "{command:?}: {said}");
        assert!(
            said.contains("error[E0101]: the pool has 9 servers"),
            "{said}"
        );
        assert!(said.contains("`allow` cannot permit it"), "{said}");
    }
    // Five active ones of eight are permitted, and played.
    let eight = ["--set", "pool.dc2.idle=3"];
    let output = poolproof(&[&["simulate", LBW], &set[..], &eight, &QUICK].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

#[test]
fn failures_too_often_or_too_rare_for_a_clock_are_refused() {
    for rate in ["1000000/s", "1/s", "61/h", "0.0000000000001/year"] {
        for set in [
            format!("failures.site_outage={{ rate = \"{rate}\" }}"),
            format!("operators.misoperations.decide=\"{rate}\""),
        ] {
            let output = poolproof(&["simulate", H01, "--set", &set, QUICK[0], QUICK[1]]);
            let said = stderr(&output);
            assert_eq!(output.status.code(), Some(3), "{set}: {said}");
            assert!(said.contains("E0024"), "{said}");
            assert!(said.contains("0.0000001/year to 1/min"), "{said}");
        }
    }
    let output = poolproof(&["show", H01, "--set", "pool.message_rate=100/s"]);
    assert_eq!(output.status.code(), Some(0), "messages are no events");
}

#[test]
fn two_scenarios_of_one_name_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    for below in ["A", "B"] {
        fs::create_dir(at.join(below)).unwrap();
        let extends = format!("extends = {:?}\n", absolute(H01));
        fs::write(at.join(below).join("pool.toml"), extends).unwrap();
    }
    let pools = ["A/pool.toml", "B/pool.toml"];
    for words in [
        &["evaluate"][..],
        &["simulate", "--out", "out"],
        &["solve", "--prism", "out"],
        &["simulate", "plan", "--shards", "2"],
    ] {
        let before = tree(at);
        let output = poolproof_in(at, &[words, &pools, &ENDLESS].concat());
        let said = stderr(&output);
        assert!(matches!(output.status.code(), Some(2 | 3)), "{said}");
        assert!(said.contains("are named `pool`"), "{words:?}: {said}");
        assert!(stdout(&output).is_empty() && tree(at) == before);
    }
    // Nothing is filed: nothing is lost.
    let output = poolproof_in(at, &[&["simulate"], &pools[..], &QUICK].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

#[test]
fn a_place_that_cannot_be_written_to_is_seen_before_the_work() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    let file = at.join("file");
    fs::write(&file, "in the way of a directory").unwrap();
    let out = file.join("below");
    let grid = ["--grid", "log_shipping.backup_interval=5min,15min"];
    for words in [
        &["evaluate", H01, "--out"][..],
        &["simulate", H01, "--out"],
        &["compare", H01, LBW, "--out"],
        &["sweep", H01, grid[0], grid[1], "--out"],
    ] {
        let output = poolproof(&[words, &[text(&out)], &ENDLESS].concat());
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(74), "{words:?}: {said}");
        assert!(said.contains("cannot write "), "{said}");
        assert!(output.stdout.is_empty());
    }
    assert_eq!(tree(at).len(), 1);
}

#[test]
fn a_search_is_bounded_by_the_memory_that_is_free() {
    let json = printed(&["check", H01, "--format", "json"]);
    let document: Value = serde_json::from_str(&json).unwrap();
    let limits = &document["checks"][0]["limits"];
    assert_eq!(limits["bytes"], Value::Null, "no result names the machine");
    let json = poolproof(&[
        "check",
        LBW,
        "--memory-limit",
        "1MB",
        "--format",
        "json",
        "--budget",
        "2 faults, no mistakes",
    ]);
    let document: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(document["checks"][0]["cut_off_by"], "memory");
    assert_eq!(document["checks"][0]["limits"]["bytes"], 1_000_000);
}

#[test]
fn more_threads_than_a_machine_can_use_change_nothing() {
    let words = [&["simulate", H01, "--format", "csv"], &QUICK[..]].concat();
    let many = printed(&[&words[..], &["--threads", "1024"]].concat());
    assert_eq!(many, printed(&[&words[..], &["--threads", "1"]].concat()));
}
