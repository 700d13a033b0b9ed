//! The promise of the recipes of `docs/cluster.md`: shards run side by side by tools that know
//! nothing of them.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const PROGRAM: &str = env!("CARGO_BIN_EXE_poolproof");

fn run(directory: &Path, program: &str, arguments: &[&str]) -> Output {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(directory)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {errors}");
    output
}

fn planned(directory: &Path) -> Vec<u8> {
    let scenario = fs::canonicalize("scenarios/lync-2013-lbw.toml").unwrap();
    let scenario = scenario.display().to_string();
    let few = ["--trials", "400", "--set", "simulate.drill_trials=200"];
    run(
        directory,
        PROGRAM,
        &[
            &["simulate", "plan", &scenario],
            &few[..],
            &["--shards", "6"],
        ]
        .concat(),
    );
    let json = ["--format", "json"];
    run(
        directory,
        PROGRAM,
        &[&["simulate", &scenario], &few[..], &json].concat(),
    )
    .stdout
}

fn merged(directory: &Path) -> Vec<u8> {
    let merge = format!("'{PROGRAM}' merge manifest.json shards/*.json --format json");
    run(directory, "sh", &["-c", &merge]).stdout
}

#[test]
fn xargs_runs_shards_side_by_side() {
    let directory = tempfile::tempdir().unwrap();
    let here = planned(directory.path());
    let recipe =
        format!("seq 0 5 | xargs -P 2 -I{{}} '{PROGRAM}' run-shard manifest.json {{}} --threads 1");
    run(directory.path(), "sh", &["-c", &recipe]);
    assert!(here == merged(directory.path()));
}

#[test]
fn gnu_parallel_runs_shards_where_it_is_installed() {
    let version = Command::new("parallel").arg("--version").output();
    let is_gnu = version.is_ok_and(|output| output.stdout.starts_with(b"GNU parallel"));
    if !is_gnu {
        eprintln!("GNU parallel is not installed: only the recipe with xargs is tested");
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let here = planned(directory.path());
    let recipe = format!(
        "seq 0 5 | parallel --will-cite --joblog shards.log --resume-failed --jobs 2 \
         '{PROGRAM}' run-shard manifest.json {{}} --threads 1"
    );
    run(directory.path(), "sh", &["-c", &recipe]);
    let log = fs::read_to_string(directory.path().join("shards.log")).unwrap();
    assert_eq!(log.lines().count(), 7, "{log}");
    assert!(here == merged(directory.path()));
}
