//! The promise about adverse days: a run that is killed at any moment, and again when it goes on,
//! ends with the bytes of a run that nobody touched; two runs in one directory leave one whole
//! result; and descriptors that are closed or full change no result.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::Instant;

use poolproof::app::shard::decode;
use poolproof::app::study::PartialResult;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::support::program::{PROGRAM, command, poolproof, poolproof_in, stderr};
use crate::support::tree::tree;

const H01: &str = "scenarios/hazards/H-01-guarded.toml";
const VIOLATED: &str = "scenarios/hazards/H-01-failover-during-partition.toml";

/// Some rounds on one thread, each of them short, and a small search.
const SOME: [&str; 8] = [
    "--set",
    "simulate.trials=300",
    "--set",
    "simulate.drill_trials=300",
    "--set",
    "check.faults=1",
    "--threads",
    "1",
];

/// How often a run is killed before it may end.
const KILLS: u32 = 3;

#[expect(
    clippy::disallowed_methods,
    reason = "when a run is killed is a matter of the real clock"
)]
fn now() -> Instant {
    Instant::now()
}

/// What a directory holds. A run that is killed while it writes leaves a file under a name that no
/// other run reads or writes.
fn files(directory: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = tree(directory);
    files.retain(|path, _| !path.to_string_lossy().contains("/.poolproof-"));
    files
}

fn started(words: &[&str], at: &Path) -> Child {
    let mut command = command(words);
    command
        .current_dir(at)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.spawn().unwrap()
}

/// Every file that is there is whole: a document can be read, a checkpoint be gone on from.
fn assert_whole(directory: &Path) {
    for (path, bytes) in files(directory) {
        let name = path.to_string_lossy().into_owned();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if name.ends_with("checkpoint.json") || name.contains("shard-") {
            assert!(decode::<PartialResult>(&text).is_ok(), "{name}");
        } else if name.ends_with(".json") {
            assert!(
                serde_json::from_str::<serde_json::Value>(&text).is_ok(),
                "{name}"
            );
        } else {
            assert!(!text.is_empty(), "{name}");
        }
    }
}

/// Kills a run at random moments of the time that it takes, goes on with other words, kills that
/// too, and compares what is there in the end with a run that nobody killed.
fn killed_again_and_again(seed: u64, words: &[&str], again: &[&str], plan: &[&str]) {
    let (killed, whole) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for at in [&killed, &whole] {
        if !plan.is_empty() {
            let planned = poolproof_in(at.path(), plan);
            assert!(planned.status.success(), "{}", stderr(&planned));
        }
    }
    let start = now();
    let uninterrupted = poolproof_in(whole.path(), words);
    assert!(uninterrupted.status.success(), "{}", stderr(&uninterrupted));
    let took = start.elapsed();
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let (mut ended, mut kept) = (0, 0);
    for kill in 0..KILLS {
        let words = if kill == 0 { words } else { again };
        let mut child = started(words, killed.path());
        sleep(took.mul_f64(random.random_range(0.1..0.8)));
        ended += u32::from(child.try_wait().unwrap().is_some());
        // A process that has ended is killed in vain.
        let _ = child.kill();
        child.wait().unwrap();
        assert_whole(killed.path());
        let names: Vec<_> = files(killed.path()).into_keys().collect();
        kept += usize::from(names.iter().any(|path| path.ends_with("checkpoint.json")));
    }
    let resumed = poolproof_in(killed.path(), again);
    assert!(resumed.status.success(), "{words:?}: {}", stderr(&resumed));
    assert!(
        resumed.stdout == uninterrupted.stdout,
        "{words:?}: what is printed"
    );
    let (found, expected) = (files(killed.path()), files(whole.path()));
    assert!(found == expected, "{words:?}: {:?}", found.keys());
    let left = |path: &PathBuf| path.to_string_lossy().ends_with(".staged");
    assert!(
        !tree(killed.path()).keys().any(left),
        "what is left over is removed"
    );
    let bytes: usize = found.values().map(Vec::len).sum();
    println!(
        "{}: {KILLS} kills in {:.1} s, {ended} after the end, {kept} with a checkpoint; {} files, \
         {bytes} bytes, are the same",
        words[0],
        took.as_secs_f64(),
        found.len()
    );
}

/// The same for a command that goes on from a checkpoint.
fn resumes(seed: u64, words: &[&str]) {
    let scenario = fs::canonicalize(H01).unwrap();
    let scenario = scenario.to_str().unwrap();
    let words = words
        .iter()
        .map(|word| if *word == "POOL" { scenario } else { word });
    let words: Vec<&str> = words.chain(SOME).chain(["--out", "out"]).collect();
    let again = [&words[..], &["--resume"]].concat();
    killed_again_and_again(seed, &words, &again, &[]);
}

#[test]
fn an_evaluation_is_killed_again_and_again() {
    resumes(1, &["evaluate", "POOL", "--format", "json"]);
}

#[test]
fn a_simulation_is_killed_again_and_again() {
    resumes(2, &["simulate", "POOL", "--format", "json"]);
}

#[test]
fn a_sweep_is_killed_again_and_again() {
    let grid = "log_shipping.backup_interval=5min,15min";
    resumes(4, &["sweep", "POOL", "--grid", grid, "--format", "json"]);
}

#[test]
fn a_shard_is_killed_again_and_again() {
    let scenario = fs::canonicalize(H01).unwrap();
    let scenario = scenario.to_str().unwrap();
    let plan = [&["simulate", "plan", scenario, "--shards", "1"], &SOME[..6]].concat();
    let run = ["run-shard", "manifest.json", "0", "--threads", "1"];
    killed_again_and_again(5, &run, &run, &plan);
}

/// Few trials, for runs whose figures do not matter.
const QUICK: [&str; 4] = [
    "--set",
    "simulate.trials=100",
    "--set",
    "simulate.drill_trials=100",
];

/// Whichever of two runs is the last to write: all files are of one of them.
#[test]
fn two_runs_in_one_directory_leave_one_whole_result() {
    let run = |out: &Path, seed: &str| {
        let words = [
            "evaluate",
            H01,
            "--seed",
            seed,
            "--out",
            out.to_str().unwrap(),
        ];
        command(&[&words[..], &QUICK].concat())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let alone = ["1", "2"].map(|seed| {
        let directory = tempfile::tempdir().unwrap();
        let ended = run(directory.path(), seed).wait_with_output().unwrap();
        assert_eq!(ended.status.code(), Some(0), "{}", stderr(&ended));
        tree(directory.path())
    });
    assert!(alone[0] != alone[1], "the seeds give different results");
    let together = tempfile::tempdir().unwrap();
    for round in 0..3 {
        let both = ["1", "2"].map(|seed| run(together.path(), seed));
        for child in both {
            let ended = child.wait_with_output().unwrap();
            assert_eq!(
                ended.status.code(),
                Some(0),
                "round {round}: {}",
                stderr(&ended)
            );
        }
        let left = tree(together.path());
        let is_one = alone.contains(&left);
        assert!(
            is_one,
            "round {round}: a mixture, or more: {:?}",
            left.keys()
        );
    }
}

/// Runs the program by a shell, which closes descriptors or limits their number first.
fn by_shell(before: &str, words: &[&str]) -> Output {
    let script = format!("{before}; exec \"$@\"");
    let mut shell = Command::new("sh");
    shell.args(["-c", &script, "sh", PROGRAM]).args(words);
    shell.stdin(Stdio::null()).output().unwrap()
}

#[test]
fn closed_descriptors_change_no_result() {
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("out");
    let evaluate = ["evaluate", H01, "--out", out.to_str().unwrap()];
    let evaluate = [&evaluate[..], &QUICK].concat();
    assert_eq!(poolproof(&evaluate).status.code(), Some(0));
    let before = tree(&out);
    for closed in ["exec >&-", "exec 2>&-", "exec <&-", "exec <&- >&- 2>&-"] {
        for (words, code) in [
            (&["--version"][..], 0),
            (&["check", H01], 0),
            (&["check", H01, "--set", "expect.SB=violated"], 1),
            (&["chek"], 2),
            (&["check", "none.toml"], 3),
            (&["validate", "-"], 3),
            (&evaluate, 0),
        ] {
            let output = by_shell(closed, words);
            assert_eq!(output.status.code(), Some(code), "{closed}: {words:?}");
            assert!(!stderr(&output).contains("panicked"), "{}", stderr(&output));
        }
        // No word for a closed descriptor goes into a file that got its number.
        assert!(tree(&out) == before, "{closed}");
    }
}

/// A process that may open hardly any file says so, and leaves the earlier result.
#[test]
fn hardly_any_descriptor_is_an_error_with_a_name() {
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("out");
    let words = ["evaluate", H01, "--out", out.to_str().unwrap()];
    let words = [&words[..], &QUICK].concat();
    assert_eq!(poolproof(&words).status.code(), Some(0));
    let before = tree(&out);
    for most in [3, 4, 6, 8, 12] {
        let output = by_shell(&format!("ulimit -n {most}"), &words);
        let said = stderr(&output);
        let code = output.status.code();
        assert!(
            matches!(code, Some(0 | 3 | 74 | 127)),
            "{most}: {code:?}: {said}"
        );
        assert!(!said.contains("panicked"), "{most}: {said}");
        assert!(code == Some(0) || !said.is_empty(), "{most}");
        assert!(tree(&out) == before, "{most}");
    }
}

/// What is full is named, whatever was to be written there.
#[cfg(target_os = "linux")]
#[test]
fn a_full_device_in_place_of_a_file_is_74() {
    for words in [
        &["explain", VIOLATED, "--save", "/dev/full"][..],
        &["explain", VIOLATED, "--html", "/dev/full"],
        &[
            "simulate",
            "plan",
            VIOLATED,
            "--shards",
            "1",
            "--manifest",
            "/dev/full",
        ],
    ] {
        let output = poolproof(words);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(74), "{words:?}: {said}");
        assert!(said.contains("/dev/full"), "{said}");
    }
}
