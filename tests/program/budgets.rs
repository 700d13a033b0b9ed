//! The promise of budgets at the command line: a column for each, one by its name, and a default
//! that finds a runbook which does nothing or forgets a step.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::program::{poolproof, poolproof_in, printed, stderr, stdout};

/// A small pool with two budgets and a third on request.
const SMALL: &str = r#"
extends = "EXTENDS"

[operators]
mirror_failover = "none"
site_failover = "none"
site_failback = "none"
log_shipping_repair = "none"

[log_shipping]
enabled = false

[check]
properties = ["SB", "UQ"]
without = ["sessions", "partner-names", "log-full", "storage"]

[[check.budgets]]
name = "two crashes"
faults = 2
mistakes = 0
limits = { site-loss = 0 }
expect = { UQ = "violated" }

[[check.budgets]]
name = "one crash"
faults = 1
mistakes = 0
limits = { site-loss = 0 }

[[check.budgets]]
name = "at night"
faults = 3
mistakes = 0
limits = { site-loss = 0 }
on_request = true
expect = { UQ = "violated" }

[expect]
reachable = ["automatic-failover"]
"#;

fn small(directory: &Path) -> String {
    let base = fs::canonicalize("scenarios/lync-2013-lbw.toml").unwrap();
    let path = directory.join("small.toml");
    fs::write(&path, SMALL.replace("EXTENDS", base.to_str().unwrap())).unwrap();
    path.to_str().unwrap().to_owned()
}

fn names(json: &str) -> Vec<String> {
    let result: Value = serde_json::from_str(json).unwrap();
    let checks = result["checks"].as_array().unwrap().iter();
    checks
        .map(|check| check["name"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn each_budget_is_a_column_and_one_can_be_named() {
    let directory = tempfile::tempdir().unwrap();
    let path = small(directory.path());
    let text = printed(&["check", &path]);
    let head = text
        .lines()
        .find(|line| line.trim_start().starts_with("property"))
        .unwrap();
    let columns = ["two crashes", "one crash"].map(|name| head.find(name).expect(head));
    let row = text
        .lines()
        .find(|line| line.trim_start().starts_with("Never stuck"))
        .unwrap();
    assert!(
        row[columns[0]..].starts_with("violated, as expected"),
        "{row}"
    );
    assert!(row[columns[1]..].starts_with("holds"), "{row}");
    assert!(
        text.contains("Counterexample: Never stuck without need (UQ) within \"two"),
        "{text}"
    );
    assert!(
        text.lines().all(|line| line.chars().count() <= 80),
        "{text}"
    );

    let json = |more: &[&str]| printed(&[&["check", &path, "--format", "json"], more].concat());
    assert_eq!(names(&json(&[])), ["two crashes", "one crash"]);
    assert_eq!(names(&json(&["--budget", "at night"])), ["at night"]);
    let both = ["--budget", "at night", "--budget", "one crash"];
    assert_eq!(names(&json(&both)), ["one crash", "at night"]);

    let unknown = poolproof(&["check", &path, "--budget", "by day"]);
    assert_eq!(unknown.status.code(), Some(3));
    let says = stderr(&unknown);
    assert!(
        says.contains("no budget \"by day\"") && says.contains("\"at night\""),
        "{says}"
    );
}

#[test]
fn every_format_names_the_budget() {
    let directory = tempfile::tempdir().unwrap();
    let path = small(directory.path());
    // Nobody expects it, so that every format speaks of it.
    for (format, says) in [
        ("junit", "small.property.two crashes"),
        ("sarif", "small/property/UQ/two crashes"),
        ("github", "UQ within \"two crashes\""),
        ("human", "UQ"),
    ] {
        let set = ["--set", "check.budgets.0.expect={ UQ = \"holds\" }"];
        let run = poolproof(&[&["check", &path, "--format", format], &set[..]].concat());
        assert_eq!(run.status.code(), Some(1), "{format}");
        assert!(
            stdout(&run).replace("%2C", ",").contains(says),
            "{}",
            stdout(&run)
        );
    }
}

#[test]
fn a_trace_knows_its_budget() {
    let directory = tempfile::tempdir().unwrap();
    let path = small(directory.path());
    let explain = ["explain", &path, "--property", "UQ", "--format", "json"];
    let trace = printed(&explain);
    assert!(trace.contains("\"budget\": \"two crashes\""), "{trace}");
    let file = directory.path().join("uq.json");
    fs::write(&file, trace).unwrap();
    let file = file.to_str().unwrap();
    assert!(poolproof(&["replay", file]).status.success());
    // What one crash cannot do is not explained by it.
    let one = poolproof(&[
        "explain",
        &path,
        "--property",
        "UQ",
        "--budget",
        "one crash",
    ]);
    assert!(
        stdout(&one).contains("nothing to explain"),
        "{}",
        stdout(&one)
    );
    // A regression states the one budget that it needs.
    let saved = directory.path().join("saved.toml");
    let saved = saved.to_str().unwrap();
    let save = ["explain", &path, "--property", "UQ", "--save", saved];
    assert!(poolproof(&save).status.success());
    assert_eq!(poolproof(&["check", saved]).status.code(), Some(0));
    assert!(!fs::read_to_string(saved).unwrap().contains("budgets"));
}

/// What a check says of a copy of the reference file that follows another runbook for the failover
/// to DC2, and says nothing else: with the team of the last resort, and without one.
fn reference_with(runbook: &str, directory: &Path) -> [String; 2] {
    let base = fs::canonicalize("scenarios/lync-2013-lbw.toml").unwrap();
    ["", "last_resort = \"none\"\n"].map(|more| {
        let text = format!(
            "extends = \"{}\"\n[operators]\nsite_failover = \"{runbook}\"\n{more}",
            base.display()
        );
        fs::write(directory.join("own.toml"), text).unwrap();
        let run = poolproof_in(
            directory,
            &["check", "own.toml", "--budget", "1 fault, no mistakes"],
        );
        assert_eq!(run.status.code(), Some(1), "{}", stderr(&run));
        stdout(&run)
    })
}

fn unexpected(text: &str, property: &str) {
    let expected = format!("✗ {property}: violated, expected: holds");
    assert!(text.contains(&expected), "{text}");
}

#[test]
fn a_runbook_that_does_nothing_is_red() {
    let directory = tempfile::tempdir().unwrap();
    let runbook = r#"
title = "Wait and see"
role = "site-failover"
trigger = "site-down"
[[step]]
operation = "decide"
actor = "service owner"
duration = "1h"
source = "none"
"#;
    fs::write(directory.path().join("nothing.toml"), runbook).unwrap();
    // The last resort brings service back, and UQ says that the failover does not.
    let [with, without] = reference_with("nothing.toml", directory.path());
    unexpected(&with, "Never stuck without need (UQ)");
    unexpected(&without, "Service returns (RC)");
}

#[test]
fn a_runbook_that_forgets_the_next_hop_is_red() {
    let directory = tempfile::tempdir().unwrap();
    let forgets = fs::canonicalize("scenarios/runbooks/site-failover-without-next-hop.toml");
    let forgets = forgets.unwrap();
    let [with, without] = reference_with(forgets.to_str().unwrap(), directory.path());
    unexpected(&with, "Never stuck without need (UQ)");
    unexpected(&without, "Never stuck without need (UQ)");
    unexpected(&without, "Service returns (RC)");
}
