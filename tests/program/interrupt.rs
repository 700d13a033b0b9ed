//! The promise to who cannot wait: Ctrl-C, or a scheduler's termination, ends a run with what is
//! known so far, says that it was cut off, calls nothing decided that is not, and exits with 130.
#![cfg(unix)]

use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::Duration;

use serde_json::Value;

use crate::support::program::command;

const LBW: &str = "scenarios/lync-2013-lbw.toml";
const H01: &str = "scenarios/hazards/H-01-failover-during-partition.toml";

fn signal(child: &Child, signal: &str) {
    let sent = Command::new("kill")
        .args([signal, &child.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
}

/// Presses Ctrl-C in the middle of a run. A machine that is so busy that the program had not even
/// begun to listen gets another try, with more patience.
fn interrupted(arguments: &[&str]) -> Output {
    ended_by("-INT", arguments)
}

/// The same with another signal.
fn ended_by(name: &str, arguments: &[&str]) -> Output {
    for seconds in [1, 4, 16] {
        let child = command(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        sleep(Duration::from_secs(seconds));
        signal(&child, name);
        let output = child.wait_with_output().unwrap();
        // Nor had its work come to a place to stop at.
        let abandoned = String::from_utf8_lossy(&output.stderr).contains("did not end in time");
        if output.status.signal().is_none() && !abandoned {
            return output;
        }
    }
    panic!("{arguments:?}: ended by the signal itself");
}

fn parsed(output: &Output) -> Value {
    let stderr = String::from_utf8_lossy(&output.stderr);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {stderr}"))
}

/// More than any machine checks in the time of this test, of what is not violated until then.
const LONG_CHECK: [&str; 10] = [
    "--set",
    "check.properties=[\"SB\", \"I3\"]",
    "--set",
    "check.faults=8",
    "--set",
    "check.servers_per_class=0",
    "--set",
    "check.states_limit=4000000000",
    "--format",
    "json",
];

#[test]
fn a_check_reports_how_far_it_came() {
    let output = interrupted(&[&["check", LBW], &LONG_CHECK[..]].concat());
    assert_eq!(output.status.code(), Some(130));
    let check = &parsed(&output)["checks"][0];
    assert_eq!(check["cut_off_by"], "interrupt");
    assert_eq!(check["complete"], false);
    assert!(check["states"].as_u64().unwrap() > 1_000);
    let verdicts = check["verdicts"].as_array().unwrap();
    assert!(verdicts.len() >= 4);
    for verdict in verdicts {
        assert_ne!(verdict["status"], "holds", "{verdict}");
    }
    let stderr = String::from_utf8(output.stderr).unwrap();
    let again = stderr.lines().last().unwrap();
    assert!(
        again.starts_with(&format!("Reproduce with: poolproof check {LBW}")),
        "{stderr}"
    );
}

#[test]
fn what_was_not_run_is_named_and_what_was_run_is_kept() {
    let output = interrupted(&[&["check", H01, LBW, H01], &LONG_CHECK[..]].concat());
    assert_eq!(output.status.code(), Some(130));
    let run = parsed(&output);
    let results = run.as_array().expect("an array, as for several scenarios");
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(!results.is_empty() && results.len() < 3, "{stderr}");
    assert!(stderr.contains("interrupted; not run: "), "{stderr}");
    assert!(stderr.trim_end().ends_with(H01), "{stderr}");
}

/// Its trials are short, so that a busy machine finishes some between two looks at the signal.
const LONG_SIMULATION: [&str; 6] = [
    "simulate",
    "scenarios/oracles/m4.toml",
    "--trials",
    "10000000000",
    "--format",
    "json",
];

#[test]
fn a_simulation_reports_the_finished_trials() {
    reports_the_finished_trials(&interrupted(&LONG_SIMULATION));
}

/// What Slurm sends at the end of a job's time and Kubernetes to a pod that has to go.
#[test]
fn termination_is_an_interrupt_too() {
    reports_the_finished_trials(&ended_by("-TERM", &LONG_SIMULATION));
}

/// Every command that works for long, in whatever state the signal finds it.
#[test]
fn one_signal_ends_every_command_soon() {
    let long = [
        "--set",
        "check.faults=8",
        "--set",
        "check.servers_per_class=0",
    ];
    let endless = ["--set", "simulate.trials=10000000000"];
    let states = ["--set", "check.states_limit=4000000000"];
    for words in [
        &[&["check", LBW], &long[..], &states].concat()[..],
        &[
            &["check", LBW, "--engine", "stateright"],
            &long[..],
            &states,
        ]
        .concat(),
        &[&["check", LBW, "--swarm", "1000000"], &long[..]].concat(),
        &[&["cuts", LBW, "--order", "8"], &long[..], &states].concat(),
        &[&["explain", LBW], &long[..], &states].concat(),
        &[&["simulate", LBW], &endless[..]].concat(),
        &[&["simulate", LBW, "--rare"], &endless[..]].concat(),
        &[&["compare", LBW, H01, "--no-check"], &endless[..]].concat(),
        &[
            "solve",
            "scenarios/oracles/m6.toml",
            "--max-states",
            "100000000",
        ],
    ] {
        for seconds in [1, 3] {
            let mut child = command(words)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            sleep(Duration::from_secs(seconds));
            if child.try_wait().unwrap().is_some() {
                continue;
            }
            signal(&child, "-INT");
            // Two seconds, and what a busy machine and a program with debug assertions add.
            let mut waited = 0;
            while child.try_wait().unwrap().is_none() {
                assert!(waited < 800, "{words:?} goes on after 8 s");
                waited += 1;
                sleep(Duration::from_millis(10));
            }
        }
    }
}

/// What waits for its input has nothing to finish.
#[test]
fn waiting_for_input_is_ended_by_the_signal_itself() {
    let mut child = command(&["validate", "-"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    sleep(Duration::from_secs(1));
    signal(&child, "-TERM");
    assert_eq!(child.wait().unwrap().signal(), Some(15));
}

fn reports_the_finished_trials(output: &Output) {
    assert_eq!(output.status.code(), Some(130));
    let simulation = &parsed(output)["simulation"];
    let why = simulation["cut_off_by"].as_str().unwrap();
    assert!(why.contains("interrupt"), "{why}");
    let trials = simulation["trials"].as_u64().unwrap();
    assert!(trials < 10_000_000_000);
    assert_eq!(simulation["availability"]["n"].as_u64(), Some(trials));
}
