//! The promise of reproducibility: the same scenario and seed give the same bytes, in every file,
//! on one thread and on two, today and at the next run.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::LazyLock;

use crate::support::program::command;
use crate::support::tree::tree;

/// Every file below a directory: its path relative to the directory, and its bytes.
type Tree = BTreeMap<PathBuf, Vec<u8>>;

/// Evaluates a scenario and returns what it wrote and printed. Few trials, but several batches of
/// them, so that threads could come in each other's way.
fn evaluate(scenario: &str, arguments: &[&str]) -> (Tree, Vec<u8>) {
    let out = tempfile::tempdir().unwrap();
    let run = command(&["evaluate", scenario, "--format", "json"])
        .args(["--set", "simulate.trials=2000"])
        .args(["--set", "simulate.drill_trials=1000"])
        .args(["--budget", "2 faults, no mistakes"])
        .args(arguments)
        .arg("--out")
        .arg(out.path())
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{scenario} {arguments:?}: {errors}");
    (tree(out.path()), run.stdout)
}

/// Names the first difference; the whole of two trees would fill the screen.
fn assert_same(first: &(Tree, Vec<u8>), second: &(Tree, Vec<u8>), what: &str) {
    let names = |tree: &Tree| tree.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&first.0), names(&second.0), "{what}: other files");
    for (name, bytes) in &first.0 {
        assert!(
            *bytes == second.0[name],
            "{what}: {} differs",
            name.display()
        );
    }
    assert!(first.1 == second.1, "{what}: stdout differs");
}

/// The other reference files are compared by the release program, in `.ci/run`.
const LBW: &str = "scenarios/lync-2013-lbw.toml";

/// What is compared with: on two threads.
static FIRST: LazyLock<(Tree, Vec<u8>)> = LazyLock::new(|| evaluate(LBW, &["--threads", "2"]));

#[test]
fn threads_change_no_byte() {
    let one = evaluate(LBW, &["--threads", "1"]);
    assert!(one.0.len() >= 9, "{:?}", one.0.keys());
    assert_same(&one, &FIRST, "one and two threads");
}

#[test]
fn a_second_run_changes_no_byte() {
    let second = evaluate(LBW, &["--threads", "2"]);
    assert_same(&FIRST, &second, "the same command twice");
}

#[test]
fn another_seed_changes_the_figures_but_not_the_verdicts() {
    let document = |(_, printed): &(Tree, Vec<u8>)| -> serde_json::Value {
        serde_json::from_slice(printed).unwrap()
    };
    let first = document(&FIRST);
    let other = document(&evaluate(LBW, &["--seed", "2"]));
    assert_ne!(first["simulation"], other["simulation"]);
    assert_eq!(first["checks"], other["checks"]);
}
