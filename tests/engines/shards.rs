//! The promise of shards: run anywhere, in any cut and any order, they merge to the bytes of one
//! machine, and nothing else is ever merged.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use poolproof::app::Execution;
use poolproof::app::shard::{Plan, Task, decode, encode, merge, plan};
use poolproof::app::study::job::{StudyJob, StudyKind};
use poolproof::app::study::{PartialResult, PartialResultView, ReplicationGroup, Study};
use poolproof::scenario::{self, FileSystem};
use proptest::prelude::*;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use serde_json::Value;

use crate::support::program::poolproof_in;
use crate::support::shards::{SHARDS, assert_refused};
use crate::support::tree::tree;

const SCENARIO: &str = "scenarios/lync-2013-lbw.toml";
const OTHER: &str = "scenarios/lync-2013-lbw-no-witness.toml";

fn study(scenarios: &[&str], trials: u64) -> Study {
    let load = |path: &&str| {
        let mut scenario = scenario::load(Path::new(path)).unwrap().scenario;
        scenario.simulate.trials = trials;
        scenario.simulate.drill_trials = trials / 2;
        scenario
    };
    let scenarios: Vec<_> = scenarios.iter().map(load).collect();
    let single = ReplicationGroup {
        scenarios: vec![scenarios[0].clone()],
    };
    Study::new(vec![ReplicationGroup { scenarios }, single])
}

fn file(study: &Study, from: u64, to: u64) -> (String, String) {
    let (parts, complete) = study.run(from..to, Vec::new(), &mut |_| true);
    assert!(complete);
    let views: Vec<PartialResultView<'_>> = parts.iter().map(PartialResult::view).collect();
    let text = encode(&study.digest(), from..to, &views).unwrap();
    (format!("{from}-{to}"), text)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_cut_in_any_order_gives_the_same_counts(
        cuts in prop::collection::btree_set(1_u64..449, 0..7),
        order in any::<u64>(),
    ) {
        let study = study(&[SCENARIO, OTHER], 150);
        prop_assert_eq!(study.trials(), 450);
        let whole = study.counts(study.run_all(&mut |_| true).0);
        let mut edges = vec![0];
        edges.extend(cuts);
        edges.push(450);
        let mut files: Vec<_> =
            edges.windows(2).map(|pair| file(&study, pair[0], pair[1])).collect();
        files.shuffle(&mut ChaCha8Rng::seed_from_u64(order));
        let parts = merge(&study, &[], files.into_iter().map(Ok)).unwrap();
        // One part for each group and stage: what has met is one.
        prop_assert_eq!(parts.len(), 4);
        prop_assert_eq!(study.counts(parts), whole);
    }
}

#[test]
fn a_shard_that_lies_about_its_trials_is_refused() {
    let study = study(&[SCENARIO], 150);
    let (_, text) = file(&study, 0, 100);
    let shard = decode::<PartialResult>(&text).unwrap();
    let views: Vec<_> = shard.parts.iter().map(PartialResult::view).collect();
    // The checksum is right, the range is not.
    let lie = encode(&shard.study, 0..300, &views).unwrap();
    let rest = file(&study, 300, study.trials());
    let error = merge(&study, &[], [Ok(("lie".to_owned(), lie)), Ok(rest)]).unwrap_err();
    assert!(
        error.to_string().contains("lie: its counts are not those"),
        "{error}"
    );
    // It has more than it says, which the next shard has as well.
    let more = encode(&shard.study, 0..40, &views).unwrap();
    let rest = file(&study, 40, study.trials());
    let error = merge(&study, &[], [Ok(("more".to_owned(), more)), Ok(rest)]).unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("the trials 40 to 99 are not of it"),
        "{error}"
    );
}

#[test]
fn an_empty_shard_hides_no_other() {
    let study = study(&[SCENARIO], 150);
    let whole = study.counts(study.run_all(&mut |_| true).0);
    let empty = encode::<PartialResultView<'_>>(&study.digest(), 60..60, &[]).unwrap();
    let files = [
        ("empty".to_owned(), empty),
        file(&study, 60, study.trials()),
        file(&study, 0, 60),
    ];
    let parts = merge(&study, &[], files.into_iter().map(Ok)).unwrap();
    assert_eq!(study.counts(parts), whole);
}

/// The pointer of every number; of a list only the first, as the others are of the same kind.
fn numbers(value: &Value, pointer: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (key, inner) in fields {
                numbers(inner, &format!("{pointer}/{key}"), found);
            }
        }
        Value::Array(elements) => {
            if let Some(first) = elements.first() {
                numbers(first, &format!("{pointer}/0"), found);
            }
        }
        Value::Number(_) => found.push(pointer.to_owned()),
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

/// Sets to 0 what a number of JSON does not hold exactly: large sums of products.
fn only_exact(value: &mut Value) {
    match value {
        Value::Object(fields) => fields.values_mut().for_each(only_exact),
        Value::Array(elements) => elements.iter_mut().for_each(only_exact),
        Value::Number(number) if number.is_f64() => *value = Value::from(0),
        Value::Number(_) | Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

#[test]
fn no_number_of_a_shard_with_a_right_checksum_ends_in_a_panic() {
    let job = StudyJob {
        kind: StudyKind::Simulate,
        scenarios: vec![SCENARIO.to_owned()],
        set: vec![("simulate.drill_trials".to_owned(), "100".to_owned())],
        seed: None,
        trials: Some(100),
        drill: None,
        check: false,
        design: None,
        design_file: None,
    };
    let manifest = plan(Task::Study(job), 1, &FileSystem).unwrap();
    let text = serde_json::to_string(&manifest).unwrap();
    let (manifest, plan) = Plan::open(&text).unwrap();
    let execution = Execution::PLAIN;
    let shard = plan.run_shard(&manifest, &manifest.shards[0], &execution);
    let shard = decode::<Value>(&shard.unwrap().unwrap()).unwrap();
    let mut parts = Value::Array(shard.parts);
    let mut pointers = Vec::new();
    numbers(&parts, "", &mut pointers);
    assert!(pointers.len() > 50, "{pointers:?}");
    only_exact(&mut parts);
    let merged = |parts: &Value| {
        let text = encode(&shard.study, shard.range.clone(), parts.as_array().unwrap());
        let found = plan.merge(
            &manifest,
            [Ok(("forged".to_owned(), text.unwrap()))],
            &execution,
        );
        found.map(|_| ()).map_err(|error| error.to_string())
    };
    assert_eq!(merged(&parts), Ok(()));
    let mut failures = Vec::new();
    for pointer in &pointers {
        for value in [0, 1 << 40, u64::MAX] {
            let mut forged = parts.clone();
            *forged.pointer_mut(pointer).unwrap() = value.into();
            if catch_unwind(AssertUnwindSafe(|| merged(&forged))).is_err() {
                failures.push(format!("{pointer} = {value}"));
            }
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

fn ok(directory: &Path, arguments: &[&str]) -> Vec<u8> {
    let output = poolproof_in(directory, arguments);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {errors}");
    output.stdout
}

fn absolute(path: &str) -> String {
    fs::canonicalize(path).unwrap().display().to_string()
}

/// Runs a study here, and in shards from the last to the first; all bytes must be the same.
fn same_bytes(kind: &str, what: &[&str]) {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    let few = ["--trials", "700", "--set", "simulate.drill_trials=300"];
    let out = ["--out", "report", "--format", "json"];
    let here = ok(at, &[&[kind], what, &few, &out].concat());
    let local = tree(&at.join("report"));
    fs::remove_dir_all(at.join("report")).unwrap();
    ok(
        at,
        &[&[kind, "plan"], what, &few, &["--shards", "4"]].concat(),
    );
    for shard in ["3", "1", "0", "2"] {
        ok(at, &["run-shard", "manifest.json", shard, "--threads", "2"]);
    }
    let files = ["00002", "00000", "00003", "00001"].map(|k| format!("shards/shard-{k}.json"));
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let merged = ok(
        at,
        &[&["merge", "manifest.json"], &files[..], &out].concat(),
    );
    assert!(here == merged, "{kind}: the printed documents differ");
    assert!(
        local == tree(&at.join("report")),
        "{kind}: the written files differ"
    );
    // What else lies there is not asked for.
    fs::write(at.join("shards").join("manifest.json"), "{}").unwrap();
    fs::write(at.join("shards").join("._shard-00000.json"), "").unwrap();
    let by_directory = ok(
        at,
        &["merge", "manifest.json", "shards", "--format", "json"],
    );
    assert!(here == by_directory, "{kind}: merged by directory");
    let before = fs::read(at.join(files[0])).unwrap();
    ok(at, &["run-shard", "manifest.json", "2", "--threads", "1"]);
    assert!(
        before == fs::read(at.join(files[0])).unwrap(),
        "{kind}: run again"
    );
}

#[test]
fn simulations_merge_to_the_same_bytes() {
    same_bytes("simulate", &[&absolute(SCENARIO), &absolute(OTHER)]);
}

#[test]
fn comparisons_merge_to_the_same_bytes() {
    same_bytes(
        "compare",
        &[&absolute(SCENARIO), &absolute(OTHER), "--no-check"],
    );
}

#[test]
fn sweeps_merge_to_the_same_bytes() {
    let grid = ["--grid", "log_shipping.backup_interval=5min,15min"];
    same_bytes(
        "sweep",
        &[&[absolute(SCENARIO).as_str()], &grid[..]].concat(),
    );
}

#[test]
fn a_manifest_needs_no_other_file() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    let runbooks = absolute("scenarios/runbooks");
    fs::create_dir(at.join("runbooks")).unwrap();
    for entry in fs::read_dir(runbooks).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, at.join("runbooks").join(path.file_name().unwrap())).unwrap();
    }
    fs::copy(SCENARIO, at.join("a.toml")).unwrap();
    ok(
        at,
        &[
            "simulate", "plan", "a.toml", "--trials", "200", "--shards", "2",
        ],
    );
    fs::remove_file(at.join("a.toml")).unwrap();
    fs::remove_dir_all(at.join("runbooks")).unwrap();
    ok(at, &["run-shard", "manifest.json", "0"]);
}

#[test]
fn what_is_not_the_simulation_is_refused() {
    refused("simulate", &[&absolute(SCENARIO)], (100, 199));
}

#[test]
fn what_is_not_the_comparison_is_refused() {
    let scenarios = [absolute(SCENARIO), absolute(OTHER)];
    refused(
        "compare",
        &[&scenarios[0], &scenarios[1], "--no-check"],
        (100, 199),
    );
}

#[test]
fn what_is_not_the_sweep_is_refused() {
    let grid = "log_shipping.backup_interval=5min,15min";
    refused("sweep", &[&absolute(SCENARIO), "--grid", grid], (200, 399));
}

/// Every way in which files are not the three shards of a study; the second of them has the trials
/// `first..=last`.
fn refused(kind: &str, what: &[&str], (first, last): (u64, u64)) {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    let plan = [&[kind, "plan"], what].concat();
    let few = [
        "--trials",
        "200",
        "--set",
        "simulate.drill_trials=100",
        "--shards",
        "3",
    ];
    ok(at, &[&plan[..], &few[..]].concat());
    for shard in ["0", "1", "2"] {
        ok(at, &["run-shard", "manifest.json", shard]);
    }
    let shards = SHARDS;
    let refused = |files: &[&str], why: &str| assert_refused(at, files, why);
    refused(
        &[shards[0], shards[2]],
        &format!("the trials {first} to {last} are missing: run shard 1"),
    );
    refused(&shards[..2], "run shard 2");
    let both = format!("overlap: both have the trials {first} to {last}");
    refused(&[shards[0], shards[1], shards[1], shards[2]], &both);
    refused(&["none.json"], "cannot read none.json");
    fs::create_dir(at.join("nothing")).unwrap();
    refused(&["nothing"], "run shard 0, 1, 2");
    // Another seed is another study.
    let other = ["--seed", "9", "--manifest", "other.json"];
    ok(at, &[&plan[..], &few[..], &other[..]].concat());
    ok(at, &["run-shard", "other.json", "1", "--out", "foreign"]);
    let foreign = "foreign/shard-00001.json";
    refused(&[shards[0], foreign, shards[2]], "belongs to another study");
    // A damaged byte, half a file, another version.
    let text = fs::read_to_string(at.join(shards[1])).unwrap();
    let damaged = text.replacen("\"events\":", "\"events\":1", 1);
    fs::write(at.join("damaged.json"), damaged).unwrap();
    refused(&[shards[0], "damaged.json", shards[2]], "it is damaged");
    fs::write(at.join("half.json"), &text[..text.len() / 2]).unwrap();
    refused(&[shards[0], "half.json", shards[2]], "it is damaged");
    fs::write(at.join("empty.json"), "").unwrap();
    refused(&["empty.json"], "no shard");
    let manifest = fs::read_to_string(at.join("manifest.json")).unwrap();
    let version = format!("\"poolproof_version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    let changed = manifest.replace(&version, "\"poolproof_version\": \"9.9.9\"");
    fs::write(at.join("manifest.json"), changed).unwrap();
    refused(&shards, "made by poolproof 9.9.9");
    // A changed scenario in the manifest.
    let changed = manifest.replace("Lync Server 2013, low", "Lync Server 2013, lower");
    assert_ne!(changed, manifest);
    fs::write(at.join("manifest.json"), changed).unwrap();
    refused(&shards, "it was changed");
    fs::write(at.join("manifest.json"), manifest).unwrap();
    let output = poolproof_in(at, &["run-shard", "manifest.json", "3"]);
    assert_eq!(output.status.code(), Some(3));
    ok(at, &[&["merge", "manifest.json"], &shards[..]].concat());
}
