//! The promise of the outputs: which files a run writes, that programs can read them, and that no
//! clock of the real world leaves a mark in them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Output;

use poolproof_reports::document::{ResultDocument, SCHEMA};
use serde_json::Value;
use tempfile::TempDir;

use crate::support::program::command;
use crate::support::tree::tree;

const H01: &str = "scenarios/hazards/H-01-failover-during-partition.toml";
const NAME: &str = "H-01-failover-during-partition";

/// What an evaluation writes: the published names.
const FILES: [&str; 19] = [
    "charts/data-lost.png",
    "charts/data-lost.svg",
    "charts/exceedance.png",
    "charts/exceedance.svg",
    "charts/outage-by-cause.png",
    "charts/outage-by-cause.svg",
    "charts/outage-by-phase.png",
    "charts/outage-by-phase.svg",
    "charts/time-to-recover.png",
    "charts/time-to-recover.svg",
    "charts/timeline.png",
    "charts/timeline.svg",
    "charts/topology.png",
    "charts/topology.svg",
    "figures.csv",
    "incidents.csv",
    "index.html",
    "result.json",
    "summary.md",
];

fn written(arguments: &[&str], out: &Path) -> Output {
    let output = command(arguments).arg("--out").arg(out).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {errors}");
    output
}

fn evaluate(more: &[&str], out: &Path) -> Output {
    let few = ["simulate.trials=1000", "simulate.drill_trials=1000"];
    let set = ["--set", few[0], "--set", few[1]];
    written(&[&["evaluate", H01], &set[..], more].concat(), out)
}

fn evaluated() -> TempDir {
    let out = tempfile::tempdir().unwrap();
    evaluate(&[], out.path());
    out
}

/// The files below a directory, with `/` on every platform.
fn names(root: &Path) -> BTreeSet<String> {
    let files = tree(root).into_keys();
    files
        .map(|file| file.to_str().unwrap().replace('\\', "/"))
        .collect()
}

fn below(directory: &str, files: &[&str]) -> BTreeSet<String> {
    files
        .iter()
        .map(|file| format!("{directory}/{file}"))
        .collect()
}

#[test]
fn the_files_are_the_published_ones() {
    let out = evaluated();
    // H-01 violates SB, and nothing else is checked there.
    let expected = [&FILES[..], &["traces/SB.json"]].concat();
    assert_eq!(names(out.path()), below(NAME, &expected));
}

#[test]
fn a_trace_of_an_earlier_run_goes_and_a_file_of_the_user_stays() {
    let out = evaluated();
    fs::write(out.path().join(NAME).join("notes.txt"), "mine").unwrap();
    let never = ["--set", "check.faults=0", "--set", "expect.SB=holds"];
    let never = [&never[..], &["--set", "expect.reachable=[]"]].concat();
    evaluate(&never, out.path());
    let expected = [&FILES[..], &["notes.txt"]].concat();
    assert_eq!(names(out.path()), below(NAME, &expected));
}

#[test]
fn the_result_can_be_read_back_and_drawn_again() {
    let out = evaluated();
    let stored = out.path().join(NAME).join("result.json");
    let text = fs::read_to_string(&stored).unwrap();
    let document = ResultDocument::parse(&text).unwrap();
    assert_eq!(document.schema, SCHEMA);
    assert_eq!(document.identity.scenario_name, NAME);
    assert!(document.identity.command.starts_with("poolproof evaluate "));
    assert!(!document.checks.is_empty());
    assert!(document.simulation.is_some());
}

#[test]
fn a_stored_result_is_drawn_again_as_it_was() {
    let out = tempfile::tempdir().unwrap();
    let few = [
        "simulate.trials=1000",
        "simulate.drill_trials=1000",
        "check.faults=1",
    ];
    let set = few.iter().flat_map(|value| ["--set", value]);
    let arguments: Vec<&str> = ["evaluate", "scenarios/lync-2013-lbw.toml"]
        .into_iter()
        .chain(set)
        .collect();
    written(&arguments, out.path());
    let stored = out.path().join("lync-2013-lbw/result.json");

    let again = tempfile::tempdir().unwrap();
    written(&["report", stored.to_str().unwrap()], again.path());
    let expected = names(out.path());
    assert_eq!(names(again.path()), expected);
    for name in expected {
        let same = fs::read(again.path().join(&name)).unwrap();
        assert!(same == fs::read(out.path().join(&name)).unwrap(), "{name}");
    }
}

#[test]
fn a_result_without_its_table_of_incidents_is_drawn_and_says_so() {
    let out = evaluated();
    let moved = tempfile::tempdir().unwrap();
    let alone = moved.path().join("result.json");
    fs::copy(out.path().join(NAME).join("result.json"), &alone).unwrap();
    let again = tempfile::tempdir().unwrap();
    let output = written(&["report", alone.to_str().unwrap()], again.path());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("incidents.csv is not written"), "{said}");
    let mut expected = names(out.path());
    expected.remove(&format!("{NAME}/incidents.csv"));
    assert_eq!(names(again.path()), expected);
}

#[test]
fn the_result_has_what_the_page_draws() {
    let out = evaluated();
    let text = fs::read_to_string(out.path().join(NAME).join("result.json")).unwrap();
    let document = ResultDocument::parse(&text).unwrap();
    let simulation = document.simulation.unwrap();
    // The worst trial is the one that the largest value comes from.
    let year = &simulation.columns[1].time_ms;
    let worst = simulation.examples.last().unwrap();
    // Numbers of the document have nine digits.
    assert!((worst.outage_ms as f64 - year.max).abs() <= year.max * 1e-8);
    let length: u64 = worst
        .incidents
        .iter()
        .map(|one| one.detect_ms + one.decide_ms + one.act_ms + one.recover_ms + one.reconnect_ms)
        .sum();
    assert!(
        length >= worst.outage_ms,
        "incidents are followed past the horizon"
    );
    let curve = &simulation.outage_exceedance;
    assert!(
        curve
            .windows(2)
            .all(|two| two[0].x < two[1].x && two[0].p > two[1].p)
    );
    assert_eq!(curve.last().unwrap().p, 0.0);
    assert!(
        curve
            .iter()
            .all(|one| one.low <= one.p && one.p <= one.high)
    );
    // H-01 violates SB by a cut link alone, and its budget is one fault.
    let cuts = document.cut_sets.unwrap();
    assert_eq!(cuts.complete_up_to, Some(1));
    assert_eq!(cuts.properties[0].sets[0].events[0].event, "cut:DC1-DC2");
    let links = &document.scenario.links;
    let nodes: BTreeSet<&str> = document
        .scenario
        .sites
        .iter()
        .flat_map(|site| {
            site.nodes
                .iter()
                .map(|node| node.name.as_str())
                .chain([&*site.name])
        })
        .collect();
    assert!(!links.is_empty());
    for link in links {
        assert!(
            nodes.contains(&*link.from) && nodes.contains(&*link.to),
            "{link:?}"
        );
    }
}

#[test]
fn json_on_stdout_is_the_stored_result() {
    let out = tempfile::tempdir().unwrap();
    let printed = evaluate(&["--format", "json"], out.path()).stdout;
    let stored = fs::read(out.path().join(NAME).join("result.json")).unwrap();
    assert!(printed == stored);
}

/// Every key of a JSON text.
fn keys(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (key, field) in fields {
                into.insert(key.clone());
                keys(field, into);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| keys(item, into)),
        _ => {}
    }
}

#[test]
fn no_file_knows_the_clock_the_place_or_the_threads() {
    let out = tempfile::tempdir().unwrap();
    evaluate(&["--timing", "--threads", "2"], out.path());
    let place = out.path().to_str().unwrap();
    for name in names(out.path()) {
        let bytes = fs::read(out.path().join(&name)).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        for word in [
            "per_second",
            "elapsed",
            "hostname",
            "--threads",
            "--timing",
            place,
        ] {
            assert!(!text.contains(word), "{name} contains {word}");
        }
    }
    let text = fs::read(out.path().join(NAME).join("result.json")).unwrap();
    let mut found = BTreeSet::new();
    keys(&serde_json::from_slice(&text).unwrap(), &mut found);
    for key in found {
        for word in ["second", "elapsed", "timestamp", "date", "host", "thread"] {
            assert!(!key.contains(word), "result.json has a key {key}");
        }
    }
}

#[test]
fn timing_is_json_lines_on_stderr() {
    let out = tempfile::tempdir().unwrap();
    let output = evaluate(&["--timing"], out.path());
    let stderr = String::from_utf8(output.stderr).unwrap();
    let lines: Vec<Value> = stderr
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    let required: [(&str, &[&str]); 3] = [
        (
            "check",
            &[
                "seconds",
                "states_per_second",
                "transitions_per_second",
                "bytes_per_state",
            ][..],
        ),
        ("cuts", &["seconds", "states_per_second"]),
        (
            "simulate",
            &["seconds", "events_per_second", "simulated_years_per_second"][..],
        ),
    ];
    assert_eq!(lines.len(), required.len(), "{stderr}");
    for (line, (stage, figures)) in lines.iter().zip(required) {
        assert_eq!(line["stage"], stage);
        for figure in figures {
            assert!(
                line[*figure].as_f64().is_some_and(|x| x > 0.0),
                "{figure}: {line}"
            );
        }
    }
}

#[test]
fn without_a_terminal_stderr_is_empty() {
    let out = tempfile::tempdir().unwrap();
    let output = evaluate(&[], out.path());
    assert!(
        output.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(!output.stdout.contains(&0x1b), "colours without a terminal");
}
