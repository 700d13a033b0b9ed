//! The promise of an interrupted run: finished batches are kept, and going on ends with the same
//! bytes as a run that was never interrupted.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use poolproof::app::shard::{decode, encode};
use poolproof::app::study::{PartialResult, PartialResultView, ReplicationGroup, Study};
use poolproof::scenario;
use poolproof_engines::simulate::run::Counts;

use crate::support::program::command;
use crate::support::tree::tree;

const SCENARIO: &str = "scenarios/lync-2013-lbw.toml";

/// Interrupts a study after every round in turn, stores it, reads it and goes on.
fn stopped_after_any_round(seed: u64, trials: u64, precision: f64) -> u64 {
    let mut scenario = scenario::load(Path::new(SCENARIO)).unwrap().scenario;
    scenario.simulate.trials = trials;
    scenario.simulate.seed = seed;
    scenario.simulate.drill_trials = 300;
    scenario.simulate.precision = precision;
    let scenarios = vec![scenario];
    let study = Study::new(vec![ReplicationGroup { scenarios }]);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .unwrap();
    pool.install(|| {
        let plain = |counts: &[[Counts; 2]]| counts[0][0].tallies[0].trials;
        let mut rounds = 0;
        let (whole, _) = study.run_all(&mut |_| {
            rounds += 1;
            true
        });
        assert!(rounds >= 2, "{rounds} rounds");
        let whole = study.counts(whole);
        for stop in 1..=rounds {
            let mut at = 0;
            let (parts, _) = study.run_all(&mut |_| {
                at += 1;
                at < stop
            });
            let views: Vec<_> = parts.iter().map(PartialResult::view).collect();
            let trials = parts.iter().map(|part| part.count).sum();
            let text = encode(&study.digest(), 0..trials, &views).unwrap();
            let read = study.begun(decode(&text).unwrap().parts).unwrap();
            let (parts, complete) = study.run(0..study.trials(), read, &mut |_| true);
            assert!(complete);
            assert_eq!(study.counts(parts), whole, "stopped after round {stop}");
        }
        plain(&whole)
    })
}

#[test]
fn stopped_after_any_round_the_counts_are_the_same() {
    assert_eq!(stopped_after_any_round(1, 1100, 0.0), 1100);
}

/// A run that has enough before its last trial leaves a gap before the drills.
#[test]
fn so_they_are_where_a_run_ends_early() {
    assert_eq!(stopped_after_any_round(2, 5100, 0.5), 5000);
    // So narrow no interval of 5,000 years is.
    assert_eq!(stopped_after_any_round(1, 5100, 0.001), 5100);
}

fn writing(arguments: &[&str], out: &Path) -> Command {
    let mut command = command(arguments);
    command.arg("--out").arg(out);
    command
}

fn ok(arguments: &[&str], out: &Path) -> Output {
    let output = writing(arguments, out).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {errors}");
    output
}

/// Kills a run when its checkpoint appears, goes on, and compares with an uninterrupted run.
fn killed_and_resumed(arguments: &[&str], checkpoint: &str) {
    let directory = tempfile::tempdir().unwrap();
    let (killed, whole) = (
        directory.path().join("killed"),
        directory.path().join("whole"),
    );
    let mut child = writing(arguments, &killed)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let checkpoint = killed.join(checkpoint);
    let mut waited = 0;
    while !checkpoint.exists() {
        assert!(
            child.try_wait().unwrap().is_none(),
            "ended before a checkpoint"
        );
        assert!(waited < 60_000, "no checkpoint after ten minutes");
        waited += 1;
        std::thread::sleep(Duration::from_millis(10));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let stored = fs::read_to_string(&checkpoint).unwrap();
    let kept = decode::<PartialResult>(&stored).unwrap().range.end;
    assert!(kept > 0, "nothing was kept");
    let more = [arguments, &["--resume"]].concat();
    let resumed = ok(&more, &killed);
    assert!(
        !checkpoint.exists(),
        "the checkpoint of a finished run is left over"
    );
    let uninterrupted = ok(arguments, &whole);
    assert!(
        resumed.stdout == uninterrupted.stdout,
        "what is printed differs"
    );
    assert!(tree(&killed) == tree(&whole), "what is written differs");
}

/// Two rounds on one thread, one for each stage.
const MANY: [&str; 8] = [
    "--set",
    "simulate.trials=800",
    "--set",
    "simulate.drill_trials=1600",
    "--threads",
    "1",
    "--format",
    "json",
];

#[test]
fn a_killed_simulation_goes_on() {
    killed_and_resumed(
        &[&["simulate", SCENARIO], &MANY[..]].concat(),
        "lync-2013-lbw/checkpoint.json",
    );
}

#[test]
fn a_killed_sweep_goes_on() {
    let grid = ["--grid", "log_shipping.backup_interval=5min,15min,30min,1h"];
    killed_and_resumed(
        &[&["sweep", SCENARIO], &grid[..], &MANY[..]].concat(),
        "checkpoint.json",
    );
}

#[test]
fn a_killed_evaluation_goes_on() {
    let hazard = "scenarios/hazards/H-01-guarded.toml";
    killed_and_resumed(
        &[&["evaluate", hazard], &MANY[..]].concat(),
        "H-01-guarded/checkpoint.json",
    );
}

#[test]
fn a_checkpoint_of_something_else_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path().join("lync-2013-lbw");
    fs::create_dir_all(&at).unwrap();
    let few = ["simulate", SCENARIO, "--trials", "200", "--resume"];
    for (text, why) in [
        (
            encode::<PartialResultView<'_>>("0123", 0..0, &[]).unwrap(),
            "another scenario",
        ),
        (
            "{\"schema\":\"poolproof/shard/v1\"".to_owned(),
            "no shard of poolproof",
        ),
    ] {
        fs::write(at.join("checkpoint.json"), text).unwrap();
        let output = writing(&few, directory.path()).output().unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(3), "{errors}");
        assert!(errors.contains(why), "{errors}");
    }
    // A file of somebody else is neither read nor replaced.
    fs::write(at.join("checkpoint.json"), "{}").unwrap();
    let output = writing(&few, directory.path()).output().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(74), "{errors}");
    assert!(errors.contains("exists and is not overwritten"), "{errors}");
    let left = fs::read_to_string(at.join("checkpoint.json"));
    assert_eq!(left.unwrap(), "{}");
    fs::remove_file(at.join("checkpoint.json")).unwrap();
    // Without a checkpoint it is a run like any other.
    ok(&few, directory.path());
}
