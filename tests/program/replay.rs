//! The promise of a record: what was found once can be replayed, step by step and on the clock, and
//! a difference is named.

use std::fs;
use std::path::{Path, PathBuf};

use poolproof::app::compile;
use poolproof::app::document::{result, verdict};
use poolproof::app::replay::Replay;
use poolproof::scenario;
use poolproof_engines::simulate::replay::{Unclocked, on_clock};
use poolproof_reports::trace::Trace;
use poolproof_reports::{bundle, json};
use serde_json::Value;

use crate::support::program::{poolproof, poolproof_in, stderr, stdout};
use crate::support::scenarios::files;

const H01: &str = "scenarios/hazards/H-01-failover-during-partition.toml";
const HBW: &str = "scenarios/lync-2013-hbw.toml";

fn hazards() -> Vec<PathBuf> {
    files("scenarios/hazards", "toml")
}

/// Every counterexample of every shipped hazard, through JSON and back: it replays as recorded, and
/// where its events have clocks, by the clocks to the same worlds.
#[test]
fn every_counterexample_replays_in_the_model_and_on_the_clock() {
    let (mut replayed, mut clocked, mut only_checked) = (0, 0, 0);
    for path in hazards() {
        let scenario = scenario::load(&path)
            .unwrap_or_else(|e| panic!("{e}"))
            .scenario;
        let checked = verdict::check(&scenario, &mut |_| true);
        let command = format!("poolproof check {}", path.display());
        let document = result::document(&scenario, &[], &command, vec![checked.document], None);
        for trace in bundle::traces(&document) {
            let name = format!("{}, {:?}", path.display(), trace.property);
            let trace = Trace::parse(&json::trace(&trace).unwrap()).expect(&name);
            let replay = Replay::new(&scenario, &trace).expect(&name);
            let mut steps = 0;
            let run = replay.run(&trace, &mut |_| steps += 1);
            assert_eq!(run, Ok(()), "{name}");
            assert_eq!(steps, trace.counterexample.steps.len(), "{name}");
            replayed += 1;
            let topology = replay.topology();
            let activities = compile::activities(&scenario, topology);
            match on_clock(topology, &activities, replay.events()) {
                Ok(times) => {
                    assert_eq!(times.len(), steps, "{name}");
                    clocked += 1;
                }
                Err(Unclocked::NoActivity { .. }) => only_checked += 1,
                Err(other) => panic!("{name}: {other}"),
            }
        }
    }
    println!("{replayed} replayed, {clocked} on the clock, {only_checked} only in the checker");
    assert!(replayed >= 30, "{replayed}");
    assert!(clocked >= 15, "{clocked}");
}

fn recorded(directory: &Path) -> PathBuf {
    let output = poolproof(&["explain", H01, "--property", "SB", "--format", "json"]);
    let path = directory.join("SB.json");
    fs::write(&path, &output.stdout).unwrap();
    path
}

fn edit(path: &Path, change: impl FnOnce(&mut Value)) -> PathBuf {
    let mut value: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    change(&mut value);
    let edited = path.with_file_name("edited.json");
    fs::write(&edited, value.to_string()).unwrap();
    edited
}

fn steps(value: &mut Value) -> &mut Vec<Value> {
    value["counterexample"]["steps"].as_array_mut().unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_record_replays_and_finds_its_scenario() {
    let directory = tempfile::tempdir().unwrap();
    let path = recorded(directory.path());
    let output = poolproof(&["replay", text(&path), "--clock"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let said = stdout(&output);
    assert!(
        said.contains("1 ! environment: The link DC1-DC2 is cut"),
        "{said}"
    );
    assert!(
        said.contains("16 steps as recorded\nSB is violated, as recorded\n"),
        "{said}"
    );
    assert!(
        said.ends_with("by the simulator's clocks: the same worlds\n"),
        "{said}"
    );
}

#[test]
fn a_scenario_is_found_from_the_trace_upwards() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    for file in [
        "lync-2013-lbw.toml",
        "hazards/H-01-failover-during-partition.toml",
    ] {
        let to = root.join("scenarios").join(file);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(Path::new("scenarios").join(file), to).unwrap();
    }
    fs::create_dir_all(root.join("scenarios/runbooks")).unwrap();
    for entry in fs::read_dir("scenarios/runbooks").unwrap() {
        let from = entry.unwrap().path();
        let to = root
            .join("scenarios/runbooks")
            .join(from.file_name().unwrap());
        fs::copy(&from, to).unwrap();
    }
    let traces = root.join("out/traces");
    fs::create_dir_all(&traces).unwrap();
    let path = recorded(&traces);
    // Nothing is found from where it runs.
    let elsewhere = tempfile::tempdir().unwrap();
    let output = poolproof_in(elsewhere.path(), &["replay", text(&path)]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

#[test]
fn a_step_that_cannot_happen_is_refused_with_the_guard_and_what_could() {
    let directory = tempfile::tempdir().unwrap();
    let path = edit(&recorded(directory.path()), |value| {
        // Without the cut nobody has a reason to begin.
        steps(value).remove(0);
        for (number, step) in (1..).zip(steps(value)) {
            step["number"] = Value::from(number);
        }
        value["counterexample"]["faults"] = Value::from(0);
    });
    let output = poolproof(&["replay", text(&path)]);
    assert_eq!(output.status.code(), Some(5));
    let said = stdout(&output);
    assert!(
        said.contains("DIFFERS at step 1: start-runbook:site-operators"),
        "{said}"
    );
    assert!(
        said.contains("the operators do not believe that nothing in DC1 answers"),
        "{said}"
    );
    assert!(said.contains("what can happen instead:\n"), "{said}");
    assert!(
        said.contains("write:A") && said.contains("Users post and A acknowledges"),
        "{said}"
    );
    assert!(
        stderr(&output).contains("poolproof replay "),
        "the command once more"
    );
}

#[test]
fn a_step_that_does_something_else_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let path = edit(&recorded(directory.path()), |value| {
        steps(value)[9]["changes"][0] = Value::from("A holds post 7");
        // Everything before is as it was.
        steps(value)[4]["text"] = Value::from("in other words");
    });
    let output = poolproof(&["replay", text(&path)]);
    assert_eq!(output.status.code(), Some(5));
    let said = stdout(&output);
    assert!(said.contains("DIFFERS at step 10: write:A"), "{said}");
    assert!(
        said.contains("recorded: A holds post 7\n    now:      A holds post 1\n"),
        "{said}"
    );
}

#[test]
fn what_is_not_violated_is_said() {
    let directory = tempfile::tempdir().unwrap();
    let path = edit(&recorded(directory.path()), |value| {
        steps(value).truncate(3);
    });
    let output = poolproof(&["replay", text(&path)]);
    assert_eq!(output.status.code(), Some(5));
    assert!(stdout(&output).contains("DIFFERS at the end: SB is not violated"));
}

#[test]
fn what_cannot_be_used_is_refused_with_a_reason() {
    let directory = tempfile::tempdir().unwrap();
    let path = recorded(directory.path());
    let refused = |path: &Path, more: &[&str], why: &str| {
        let output = poolproof(&[&["replay", text(path)], more].concat());
        assert_eq!(output.status.code(), Some(3), "{why}");
        let said = stderr(&output);
        assert!(said.contains(why), "{said}");
        assert!(!said.contains("defect"), "{said}");
    };
    refused(
        &path,
        &["--scenario", HBW],
        "recorded of another scenario: its digest is",
    );
    refused(&path, &["--scenario", "no.toml"], "no.toml");
    refused(Path::new("no.json"), &[], "no.json");
    refused(Path::new(H01), &[], "not a trace");
    refused(
        &edit(&path, |v| v["schema"] = "x/v9".into()),
        &[],
        "has schema \"x/v9\"",
    );
    refused(
        &edit(&path, |v| v["more"] = 1.into()),
        &[],
        "unknown field `more`",
    );
    refused(
        &edit(&path, |v| v["property"] = "XY".into()),
        &[],
        "\"XY\", which does not exist",
    );
    let unknown = edit(&path, |v| steps(v)[3]["event"] = "dance:A".into());
    refused(&unknown, &[], "step 4 has the event \"dance:A\"");
    let number = edit(&path, |v| steps(v)[3]["number"] = 9.into());
    refused(&number, &[], "step 4 has the number 9");
    let gone = |v: &mut Value| v["identity"]["scenario_path"] = "gone.toml".into();
    refused(&edit(&path, gone), &[], "name it with --scenario");
    let half = fs::read(&path).unwrap();
    let cut = directory.path().join("half.json");
    fs::write(&cut, &half[..half.len() / 2]).unwrap();
    refused(&cut, &[], "not a trace of poolproof: EOF");
}

/// What a simulation says about a violation leads to the trial, and from there to its cause.
#[test]
fn a_violation_in_a_trial_can_be_replayed_and_explained() {
    let directory = tempfile::tempdir().unwrap();
    let few = [
        "operators.assumption=dropped",
        "simulate.trials=400",
        "simulate.drill_trials=100",
    ];
    let set = ["--set", few[0], "--set", few[1], "--set", few[2]];
    let simulated = poolproof(&[&["simulate", HBW, "--format", "json"], &set[..]].concat());
    let result: Value = serde_json::from_slice(&simulated.stdout).unwrap();
    let seen = result["simulation"]["violations_seen"].as_array().unwrap();
    let split = seen
        .iter()
        .find(|s| s["property"] == "SB" && s["drill"].is_null())
        .unwrap();
    let first = split["first_trial"].as_u64().unwrap();
    let share = &split["share"];
    let [low, value, high] = ["low", "value", "high"].map(|key| share[key].as_f64().unwrap());
    assert_eq!(value, split["trials"].as_f64().unwrap() / 400.0);
    assert!(low < value && value < high, "{share}");
    let command = split["replay"].as_str().unwrap();
    assert!(
        command.starts_with(&format!("poolproof replay --trial {first} {HBW}")),
        "{command}"
    );
    let human = stdout(&poolproof(&[&["simulate", HBW], &set[..]].concat()));
    assert!(human.contains(command), "the table names it too: {human}");

    let words: Vec<&str> = command.split(' ').skip(1).collect();
    let told = stdout(&poolproof(&words));
    assert!(
        told.contains("d 0") || told.contains("d 1") || told.contains("d 2"),
        "times: {told}"
    );
    assert!(told.contains("Violated: SB since step"), "{told}");

    // A trial before it does not break the property.
    if let Some(before) = first.checked_sub(1) {
        let number = before.to_string();
        let words: Vec<&str> = words
            .iter()
            .map(|word| {
                if *word == first.to_string() {
                    number.as_str()
                } else {
                    word
                }
            })
            .collect();
        assert!(!stdout(&poolproof(&words)).contains("SB since step"));
    }

    let path = directory.path().join("trial.json");
    fs::write(
        &path,
        poolproof(&[&words[..], &["--format", "json"]].concat()).stdout,
    )
    .unwrap();
    let replayed = poolproof(&["replay", text(&path)]);
    assert_eq!(replayed.status.code(), Some(0), "{}", stderr(&replayed));
    let saved = directory.path().join("saved/regression.toml");
    let arguments = [
        "explain",
        text(&path),
        "--property",
        "SB",
        "--save",
        text(&saved),
    ];
    let explained = poolproof(&arguments);
    assert_eq!(explained.status.code(), Some(0), "{}", stderr(&explained));
    let said = stdout(&explained);
    assert!(said.contains("recorded steps were not needed"), "{said}");
    let checked = poolproof(&["check", text(&saved)]);
    assert_eq!(checked.status.code(), Some(0), "{}", stdout(&checked));
}

#[test]
fn a_trial_replays_to_the_same_bytes() {
    let arguments = ["replay", "--trial", "3", HBW, "--seed", "7"];
    let once = poolproof(&arguments);
    assert_eq!(once.status.code(), Some(0), "{}", stderr(&once));
    assert_eq!(once.stdout, poolproof(&arguments).stdout);
    let other = poolproof(&["replay", "--trial", "3", HBW, "--seed", "8"]);
    assert_ne!(once.stdout, other.stdout);
}
