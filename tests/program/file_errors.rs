//! The promise that errors from files lose nothing: a disk that fills up, a reader that goes away,
//! a file that is in the way. Each is named, nothing half-written stays, and what was there is
//! there afterwards.

use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use crate::support::program::{PROGRAM, command, poolproof, poolproof_in, stderr};
use crate::support::tree::tree;

const H01: &str = "scenarios/hazards/H-01-failover-during-partition.toml";

/// Few trials, for runs whose figures do not matter.
const QUICK: [&str; 4] = [
    "--set",
    "simulate.trials=100",
    "--set",
    "simulate.drill_trials=100",
];

/// The command that a run that failed ends with.
fn last(output: &Output) -> String {
    let said = stderr(output);
    let line = said.lines().last().unwrap_or_default();
    let command = line.strip_prefix("Reproduce with: ");
    command.expect("the last line is the command").to_owned()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A directory whose name needs quotes.
fn awkward() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let inner = directory.path().join("it's an out");
    (directory, inner)
}

/// A limit on the size of files stands for a disk that is full: writing fails in the middle.
#[cfg(unix)]
#[test]
fn a_disk_that_fills_up_leaves_the_earlier_result_whole() {
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("out");
    let words = [&["evaluate", H01, "--out", text(&out)], &QUICK[..]].concat();
    let first = poolproof(&words);
    assert_eq!(first.status.code(), Some(0), "{}", stderr(&first));
    let before = tree(&out);
    let limited = "trap '' XFSZ; ulimit -f 128; exec \"$@\"";
    let second = Command::new("sh")
        .args(["-c", limited, "sh", PROGRAM])
        .args([&words[..], &["--seed", "2"]].concat())
        .output()
        .unwrap();
    let said = stderr(&second);
    assert_eq!(second.status.code(), Some(74), "{said}");
    assert!(said.contains("error: cannot write "), "{said}");
    assert!(said.contains("result.json"), "{said}");
    assert!(last(&second).contains(" --seed 2"), "{said}");
    let table = String::from_utf8(second.stdout).unwrap();
    assert!(table.contains("SB"), "what was found is printed: {table}");
    assert!(tree(&out) == before, "the earlier files changed");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_stdout_is_74_and_a_full_stderr_changes_nothing() {
    let full = || OpenOptions::new().write(true).open("/dev/full").unwrap();
    for words in [
        &["--help"][..],
        &["help", "check"],
        &["--version"],
        &["schema"],
        &["man"],
        &["show", H01],
        &["check", H01],
    ] {
        let output = command(words).stdout(full()).output().unwrap();
        assert_eq!(output.status.code(), Some(74), "{words:?}");
        let said = stderr(&output);
        assert!(said.contains("error: cannot write to stdout"), "{said}");
    }
    for (words, code) in [
        (&["check", H01][..], 0),
        (&["check", H01, "--set", "expect.SB=holds"], 1),
        (&["chek"], 2),
        (&["check", "none.toml"], 3),
        (&["report", "none.json"], 3),
    ] {
        let output = command(words).stderr(full()).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{words:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_error() {
    for words in [
        &["--help"][..],
        &["schema"],
        &["completions", "bash"],
        &["show", H01],
        &["check", H01],
        &["explain", H01],
    ] {
        let mut command = command(words);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{words:?}");
        assert!(!stderr(&output).contains("error"), "{}", stderr(&output));
    }
}

#[test]
fn what_others_wrote_is_not_replaced() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    let (page, file) = (at("index.html"), at("mine.toml"));
    fs::write(&page, "<!DOCTYPE html>\nmy own page").unwrap();
    fs::write(&file, "mine").unwrap();
    let manifest = at("manifest.json");
    fs::write(&manifest, "{\"name\": \"a web application\"}").unwrap();
    let below = at("H-01-failover-during-partition");
    fs::create_dir(&below).unwrap();
    fs::write(below.join("figures.csv"), "my own figures").unwrap();
    let before = tree(directory.path());
    let out = text(directory.path());
    let grid = "log_shipping.backup_interval=5min,15min";
    for words in [
        &["evaluate", H01, "--out", out][..],
        &["simulate", H01, "--out", out],
        &["compare", H01, H01, "--out", out],
        &["sweep", H01, "--grid", grid, "--out", out],
        &[
            "sweep",
            "plan",
            H01,
            "--grid",
            grid,
            "--shards",
            "2",
            "--manifest",
            text(&manifest),
        ],
        &["explain", H01, "--html", text(&page)],
        &["explain", H01, "--save", text(&file)],
        &["init", text(&file)],
    ] {
        let output = poolproof(words);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(74), "{words:?}: {said}");
        assert!(said.contains("exists and is not overwritten"), "{said}");
        assert!(tree(directory.path()) == before, "{words:?}");
    }
}

/// A directory with files of somebody else that a report would have replaced or removed.
#[test]
fn a_checkpoint_a_chart_and_a_trace_of_others_stay() {
    for name in ["checkpoint.json", "charts/pareto.svg", "traces/SB.json"] {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "{\"mine\": true}").unwrap();
        let before = tree(directory.path());
        let out = ["--out", text(directory.path())];
        for words in [
            &["compare", H01, H01, "--no-check"][..],
            &["sweep", H01, "--grid", "log_shipping.backup_interval=5min"],
        ] {
            let output = poolproof(&[words, &QUICK, &out].concat());
            let said = stderr(&output);
            assert_eq!(output.status.code(), Some(74), "{words:?}: {said}");
            assert!(said.contains("exists and is not overwritten"), "{said}");
            assert!(tree(directory.path()) == before, "{name}: {words:?}");
        }
    }
}

/// A counterexample of an earlier run goes when its property holds, and a file that only has its
/// name stays.
#[test]
fn a_stale_counterexample_is_removed_and_no_other_file() {
    let directory = tempfile::tempdir().unwrap();
    let out = text(directory.path()).to_owned();
    let run = |set: &[&str]| {
        let words = [&["evaluate", H01, "--out", &out], set, &QUICK].concat();
        let output = poolproof(&words);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    };
    run(&[]);
    let traces = directory
        .path()
        .join("H-01-failover-during-partition/traces");
    let trace = traces.join("SB.json");
    assert!(trace.exists());
    let mine = traces.join("SB-mine.json");
    fs::write(&mine, "{\"mine\": true}").unwrap();
    run(&[
        "--set",
        "check.faults=0",
        "--set",
        "expect.SB=holds",
        "--set",
        "expect.reachable=[]",
    ]);
    assert!(!trace.exists() && mine.exists());
}

#[cfg(unix)]
#[test]
fn a_file_that_is_written_is_as_readable_as_any_other() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    let (ours, other) = (directory.path().join("p.html"), directory.path().join("o"));
    fs::write(&other, "").unwrap();
    let output = poolproof(&["explain", H01, "--html", text(&ours)]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode(&ours), mode(&other));
}

#[test]
fn what_this_program_wrote_is_replaced() {
    let directory = tempfile::tempdir().unwrap();
    let page = directory.path().join("page.html");
    let saved = directory.path().join("saved.toml");
    let manifest = directory.path().join("manifest.json");
    let out = text(directory.path()).to_owned();
    let set = ["--set", QUICK[1], "--set", QUICK[3], "--no-check"];
    for _ in 0..2 {
        for words in [
            &[
                "explain",
                H01,
                "--html",
                text(&page),
                "--save",
                text(&saved),
            ][..],
            &[
                "compare", H01, H01, "--out", &out, set[0], set[1], set[2], set[3], set[4],
            ],
            &[
                "simulate",
                "plan",
                H01,
                "--shards",
                "2",
                "--manifest",
                text(&manifest),
            ],
        ] {
            let output = poolproof(words);
            assert_eq!(
                output.status.code(),
                Some(0),
                "{words:?}: {}",
                stderr(&output)
            );
        }
    }
    let parts: Vec<_> = tree(directory.path()).into_keys().collect();
    let left = parts
        .iter()
        .filter(|path| text(path).contains(".poolproof-"));
    assert_eq!(left.count(), 0, "{parts:?}");
}

/// A pipe stands for all that is no file: replaced by one, it would be gone for everybody.
#[cfg(unix)]
#[test]
fn a_pipe_takes_the_page_and_stays() {
    use std::os::unix::fs::FileTypeExt;
    let directory = tempfile::tempdir().unwrap();
    let pipe = directory.path().join("pipe");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    let from = pipe.clone();
    let reader = std::thread::spawn(move || fs::read_to_string(from).unwrap());
    let output = poolproof(&["explain", H01, "--html", text(&pipe)]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(reader.join().unwrap().starts_with("<!DOCTYPE html>"));
    assert!(fs::symlink_metadata(&pipe).unwrap().file_type().is_fifo());
}

/// Every command that can fail ends with a line that a shell takes as it is.
#[cfg(unix)]
#[test]
fn the_last_line_of_a_failure_can_be_pasted() {
    let (_directory, out) = awkward();
    fs::create_dir_all(&out).unwrap();
    let scenario = out.join("my pool.toml");
    let base = fs::canonicalize(H01).unwrap();
    let variant = format!("extends = {:?}\nname = \"my-pool\"\n", text(&base));
    fs::write(&scenario, variant).unwrap();
    let set = "expect.objectives=[\"given_site_loss.time_to_recover.p95 <= \\\"1s\\\"\"]";
    let results = out.join("results");
    let common = ["--seed", "7", "--set", set, "--set", "expect.SB=holds"];
    let grid = ["--check", "--grid", "log_shipping.backup_interval=5min"];
    let scenario = text(&scenario);
    for words in [
        &["check", scenario][..],
        &["evaluate", scenario, "--out", text(&results)],
        &["simulate", scenario, "--trials", "100"],
        &["compare", scenario, H01, "--trials", "100"],
        &[
            "sweep", scenario, "--trials", "100", grid[0], grid[1], grid[2],
        ],
    ] {
        let quick = [&common[..], &QUICK[..]].concat();
        let output = poolproof(&[words, &quick[..]].concat());
        assert_eq!(
            output.status.code(),
            Some(1),
            "{words:?}: {}",
            stderr(&output)
        );
        let line = last(&output);
        assert!(
            line.starts_with(&format!("poolproof {} ", words[0])),
            "{line}"
        );
        assert!(line.contains("--seed 7"), "{line}");
        let place = Path::new(PROGRAM).parent().unwrap();
        let path = std::env::join_paths([place, Path::new("/usr/bin"), Path::new("/bin")]);
        let again = Command::new("sh")
            .args(["-c", &line])
            .env("PATH", path.unwrap())
            .output()
            .unwrap();
        assert_eq!(again.status.code(), Some(1), "{line}: {}", stderr(&again));
        assert_eq!(again.stdout, output.stdout, "{line}");
        assert_eq!(last(&again), line);
    }
}

#[test]
fn a_shard_that_cannot_be_written_ends_with_its_command() {
    let (directory, out) = awkward();
    fs::write(&out, "a file").unwrap();
    let manifest = directory.path().join("my manifest.json");
    let planned = ["simulate", "plan", H01, "--trials", "100", "--shards", "1"];
    let options = ["--set", QUICK[3], "--manifest", text(&manifest)];
    let output = poolproof(&[&planned[..], &options].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let output = poolproof(&["run-shard", text(&manifest), "0", "--out", text(&out)]);
    assert_eq!(output.status.code(), Some(74), "{}", stderr(&output));
    let quoted = |path: &Path| format!("'{}'", text(path).replace('\'', "'\\''"));
    let expected = format!(
        "poolproof run-shard {} 0 --out {}",
        quoted(&manifest),
        quoted(&out)
    );
    assert_eq!(last(&output), expected);
    for (words, what) in [
        (["run-shard", "none.json", "0"], "there is no such file"),
        (["run-shard", "scenarios", "0"], "it is a directory"),
        (["merge", "none.json", "none.json"], "there is no such file"),
    ] {
        let output = poolproof(&words);
        assert_eq!(output.status.code(), Some(3));
        assert!(stderr(&output).contains(what), "{}", stderr(&output));
    }
}

/// What is no regular file may never end: it is refused, wherever a file is read.
#[cfg(unix)]
#[test]
fn a_pipe_or_a_device_is_not_read() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    let pipe = at.join("pipe.toml");
    let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    fs::write(at.join("variant.toml"), "extends = \"pipe.toml\"\n").unwrap();
    let base = fs::canonicalize(H01).unwrap();
    let runbook = format!(
        "extends = {:?}\n[operators]\nsite_failover = \"pipe.toml\"\n",
        text(&base)
    );
    fs::write(at.join("runbook.toml"), runbook).unwrap();
    let zero = Path::new("/dev/zero");
    for name in [
        "zero.json",
        "H-01-failover-during-partition/checkpoint.json",
    ] {
        let link = at.join(name);
        fs::create_dir_all(link.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(zero, link).unwrap();
    }
    let base = text(&base);
    for words in [
        &["validate", "pipe.toml"][..],
        &["validate", "variant.toml"],
        &["validate", "runbook.toml"],
        &["check", "/dev/zero"],
        &["compare", base, "pipe.toml"],
        &["sweep", base, "--file", "pipe.toml"],
        &["report", "zero.json"],
        &["replay", "zero.json"],
        &["explain", "zero.json"],
        &["merge", "zero.json", "zero.json"],
        &["run-shard", "zero.json", "0"],
        &["simulate", base, "--out", ".", "--resume"],
    ] {
        let output = poolproof_in(at, words);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(3), "{words:?}: {said}");
        assert!(said.contains("not a regular file"), "{words:?}: {said}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_no_text_is_called_so() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(OsStr::from_bytes(b"a\xff.toml"));
    fs::copy(H01, &path).unwrap();
    for (command_words, more) in [("validate", &[][..]), ("compare", &[H01]), ("check", &[])] {
        let mut command = command(&[command_words]);
        let output = command.arg(&path).args(more).output().unwrap();
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(3), "{said}");
        assert!(said.contains("its name is not UTF-8"), "{said}");
        assert!(!said.contains("there is no file"), "{said}");
    }
}
