//! The promise to CI: how a run ended is in its exit code, and what is wrong with an input is one
//! clear diagnostic on stderr, never a panic.
//!
//! 70 needs a defect, and is fixed by a unit test of `cli` that panics on purpose; 130 by
//! `tests/program/interrupt.rs`; the order of the codes by the unit tests of `exit`.

use std::fs;
use std::path::Path;

use crate::support::program;

const LBW: &str = "scenarios/lync-2013-lbw.toml";
const H01: &str = "scenarios/hazards/H-01-failover-during-partition.toml";

/// A finished run.
struct Run {
    code: i32,
    stdout: String,
    stderr: String,
}

fn poolproof(arguments: &[&str]) -> Run {
    let output = program::poolproof(arguments);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(!stderr.contains("panicked"), "{arguments:?}: {stderr}");
    Run {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr,
    }
}

fn code(arguments: &[&str]) -> i32 {
    poolproof(arguments).code
}

/// Few trials, for runs whose figures do not matter.
const QUICK: [&str; 4] = [
    "--set",
    "simulate.trials=100",
    "--set",
    "simulate.drill_trials=100",
];

#[test]
fn as_expected_is_0() {
    let run = poolproof(&["check", H01]);
    assert_eq!(run.code, 0, "an expected violation: {}", run.stderr);
    assert!(
        run.stdout.contains("violated, as expected"),
        "{}",
        run.stdout
    );
    let pair = "scenarios/parts/mirror-pair.toml";
    let run = poolproof(&["check", pair, "--engine", "stateright"]);
    assert_eq!(run.code, 0, "both checkers agree: {}", run.stderr);
    assert!(run.stdout.contains("Stateright 0.31.0"), "{}", run.stdout);
    let limited = [
        "check",
        pair,
        "--engine",
        "stateright",
        "--set",
        "check.states_limit=1000",
    ];
    assert_eq!(code(&limited), 4);
    assert_eq!(code(&["validate", LBW]), 0);
    assert_eq!(code(&["show", LBW]), 0);
    assert_eq!(code(&["--help"]), 0);
    assert_eq!(code(&["--version"]), 0);
}

#[test]
fn a_verdict_that_differs_is_1_and_the_command_is_repeated() {
    let run = poolproof(&["check", H01, "--set", "expect.SB=holds"]);
    assert_eq!(run.code, 1);
    let last = run.stderr.lines().last().unwrap();
    let command = format!("poolproof check {H01} --set expect.SB=holds");
    assert_eq!(last, format!("Reproduce with: {command}"));
}

#[test]
fn a_missed_objective_is_1() {
    let objective = "expect.objectives=[\"given_site_loss.time_to_recover.p50 <= \\\"1s\\\"\"]";
    let arguments = [&["simulate", LBW, "--set", objective], &QUICK[..]].concat();
    let run = poolproof(&arguments);
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
}

#[test]
fn a_wrong_command_line_is_2() {
    for arguments in [
        &[][..],
        &["evaluate"],
        &["prove", LBW],
        &["check", LBW, "--frobnicate"],
        &["check", LBW, "--threads", "0"],
        &["check", LBW, "--time-limit", "30"],
        &["check", LBW, "--memory-limit", "2"],
        &["simulate", LBW, "--time-limit", "30s"],
        &["check", LBW, "--set", "no equals sign"],
    ] {
        let run = poolproof(arguments);
        assert_eq!(run.code, 2, "{arguments:?}");
        assert!(run.stdout.is_empty(), "{arguments:?}: {}", run.stdout);
    }
}

#[test]
fn undecided_is_4_and_a_search_cut_off_never_holds() {
    let limit = [
        "--budget",
        "1 fault, no mistakes",
        "--set",
        "check.states_limit=1000",
        "--format",
        "json",
    ];
    let run = poolproof(&[&["check", LBW], &limit[..]].concat());
    assert_eq!(run.code, 4, "{}", run.stderr);
    let result: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let verdicts = result["checks"][0]["verdicts"].as_array().unwrap();
    assert!(!verdicts.is_empty());
    for verdict in verdicts {
        assert_eq!(verdict["status"], "undecided", "{verdict}");
    }
}

#[test]
fn a_limit_of_the_command_line_is_4_and_named() {
    for (option, value, named) in [
        ("--memory-limit", "4MB", "memory"),
        ("--time-limit", "1ms", "time"),
    ] {
        let budget = ["--budget", "2 faults, no mistakes"];
        let limit = [option, value, "--format", "json"];
        let run = poolproof(&[&["check", LBW], &budget[..], &limit].concat());
        assert_eq!(run.code, 4, "{}", run.stderr);
        let last = run.stderr.lines().last().unwrap();
        assert!(
            last.starts_with("Reproduce with: poolproof check"),
            "{last}"
        );
        assert!(last.contains(&format!("{option} {value}")), "{last}");
        let result: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!(result["checks"][0]["cut_off_by"], named);
        assert!(!run.stdout.contains("\"status\": \"holds\""));
    }
}

#[test]
fn an_empty_search_is_1_and_names_what_never_fired() {
    let fires = ["--set", "expect.fires=[\"share-loss\"]"];
    let run = poolproof(&[&["check", H01], &fires[..]].concat());
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stdout.contains("share-loss"), "{}", run.stdout);
    let reached = ["--set", "expect.unreachable=[\"failover-to-dc2\"]"];
    let run = poolproof(&[&["check", H01], &reached[..]].concat());
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(
        run.stdout.contains("reached, expected: never"),
        "{}",
        run.stdout
    );
}

#[test]
fn a_trace_that_is_not_what_happens_is_5() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("trace.json");
    let path = path.to_str().unwrap();
    let run = poolproof(&["explain", H01, "--format", "json"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let mut trace: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    fs::write(path, run.stdout).unwrap();
    assert_eq!(code(&["replay", path]), 0);
    let steps = trace["counterexample"]["steps"].as_array_mut().unwrap();
    let last = steps.len() - 1;
    steps[0]["event"] = steps[last]["event"].clone();
    fs::write(path, trace.to_string()).unwrap();
    let run = poolproof(&["replay", path]);
    assert_eq!(run.code, 5, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("DIFFERS at step 1"), "{}", run.stdout);
    let last = run.stderr.lines().last().unwrap();
    assert_eq!(last, format!("Reproduce with: poolproof replay {path}"));
    assert_eq!(code(&["explain", path]), 5);
}

#[test]
fn failed_writing_is_74() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    fs::write(&file, "not a directory").unwrap();
    let below = file.join("out");
    let below = below.to_str().unwrap();
    let run = poolproof(&[&["evaluate", H01, "--out", below], &QUICK[..]].concat());
    assert_eq!(run.code, 74, "{}", run.stderr);
    assert!(run.stderr.contains("cannot write"), "{}", run.stderr);
    assert_eq!(fs::read_to_string(&file).unwrap(), "not a directory");
}

#[test]
fn of_several_scenarios_the_worst_counts() {
    assert_eq!(code(&["check", H01, "scenarios/none.toml"]), 3);
    let differs = [
        "check",
        H01,
        "scenarios/none.toml",
        "--set",
        "expect.SB=holds",
    ];
    assert_eq!(code(&differs), 3);
}

/// An input with one mistake.
struct Mistake {
    text: &'static str,
    code: &'static str,
    message: &'static str,
    /// Line and column, where there is one.
    place: Option<(u32, u32)>,
}

const MISTAKES: [Mistake; 7] = [
    Mistake {
        text: "",
        code: "E0006",
        message: "is empty",
        place: None,
    },
    Mistake {
        text: "[pool\n",
        code: "E0010",
        message: "unclosed",
        place: Some((1, 6)),
    },
    Mistake {
        text: "[pool]\nvariant = \"LBW\"\ndc1 = { active = 4 }\ndc2 = { active = 0 }\nuser = 3\n\
               [log_shipping]\nshare = \"third\"\n",
        code: "E0020",
        message: "unknown key `user`",
        place: Some((5, 1)),
    },
    Mistake {
        text: "[pool]\nvariant = \"LBW\"\ndc1 = { active = 4 }\ndc2 = { active = 0 }\n\
               [log_shipping]\nshare = \"third\"\ncopy_interval = \"15 parsec\"\n",
        code: "E0023",
        message: "`15 parsec` is not a duration",
        place: Some((7, 17)),
    },
    Mistake {
        text: "[pool]\nvariant = \"LBW\"\ndc1 = { active = 4 }\ndc2 = { active = 0 }\n\
               message_rate = 24\n[log_shipping]\nshare = \"third\"\n",
        code: "E0023",
        message: "has no unit",
        place: Some((5, 16)),
    },
    Mistake {
        text: "[pool]\nvariant = \"LBW\"\ndc1 = { active = 4 }\ndc2 = { active = 0 }\n\
               [mirroring]\nwitness = \"DC2\"\n[log_shipping]\nshare = \"third\"\n",
        code: "E0105",
        message: "the witness of the A/B session is in DC2",
        place: Some((6, 11)),
    },
    Mistake {
        text: "extends = \"none.toml\"\n",
        code: "E0001",
        message: "there is no file",
        place: Some((1, 11)),
    },
];

/// Asserts that a run was refused with exactly one diagnostic, and returns it.
fn one_diagnostic(arguments: &[&str]) -> String {
    let run = poolproof(arguments);
    assert_eq!(run.code, 3, "{arguments:?}: {}", run.stderr);
    assert!(run.stdout.is_empty(), "{arguments:?}: {}", run.stdout);
    let is_header = |line: &&str| line.starts_with("error") || line.starts_with("warning");
    let headers: Vec<_> = run.stderr.lines().filter(is_header).collect();
    assert_eq!(headers.len(), 1, "{arguments:?}: {}", run.stderr);
    run.stderr
}

#[test]
fn a_mistake_in_the_input_is_3_with_one_diagnostic_at_its_place() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("scenario.toml");
    let path = path.to_str().unwrap();
    for mistake in MISTAKES {
        let Mistake {
            text,
            code,
            message,
            place,
        } = mistake;
        fs::write(path, text).unwrap();
        let said = one_diagnostic(&["check", path]);
        assert!(said.starts_with(&format!("error[{code}]")), "{said}");
        assert!(said.contains(message), "{message}: {said}");
        if let Some((line, column)) = place {
            assert!(said.contains(&format!("{path}:{line}:{column}")), "{said}");
        }
    }
}

#[test]
fn a_missing_file_and_a_directory_are_3_for_every_command() {
    for command in ["evaluate", "check", "simulate", "validate", "show"] {
        let said = one_diagnostic(&[command, "scenarios/none.toml"]);
        assert!(
            said.contains("there is no file `scenarios/none.toml`"),
            "{said}"
        );
        let said = one_diagnostic(&[command, "scenarios"]);
        assert!(said.contains("`scenarios` is a directory"), "{said}");
    }
    for not_a_result in ["none.json", "scenarios", LBW] {
        one_diagnostic(&["report", not_a_result]);
    }
}

#[test]
fn a_refused_input_writes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("out");
    let arguments = [
        "evaluate",
        "scenarios/none.toml",
        "--out",
        out.to_str().unwrap(),
    ];
    assert_eq!(code(&arguments), 3);
    assert!(!Path::new(&out).exists());
}
