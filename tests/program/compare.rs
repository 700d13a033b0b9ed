//! The promise of `compare`: the same failures for all, differences with intervals that hold the
//! truth, and no difference where there is none to see (handbook of statistics, B1.3 and B2).

use std::fs;
use std::path::Path;

use poolproof_reports::comparison::{ComparisonDocument, NOT_VISIBLE, SCHEMA};
use poolproof_reports::document::Method;

use crate::support::program::poolproof;

const WITNESS: &str = "scenarios/lync-2013-lbw.toml";
const NO_WITNESS: &str = "scenarios/lync-2013-lbw-no-witness.toml";

fn compared(scenarios: &[&str], more: &[&str]) -> (ComparisonDocument, Vec<u8>) {
    let few = ["--no-check", "--trials", "2000", "--format", "json"];
    let set = ["--set", "simulate.drill_trials=1000"];
    let output = poolproof(&[&["compare"], scenarios, &few, &set, more].concat());
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let document = serde_json::from_slice(&output.stdout).unwrap();
    (document, output.stdout)
}

/// Writes a variant of a reference file and returns its path.
fn variant(directory: &Path, name: &str, text: &str) -> String {
    let base = fs::canonicalize(WITNESS).unwrap();
    let path = directory.join(name);
    fs::write(&path, format!("extends = \"{}\"\n{text}", base.display())).unwrap();
    path.display().to_string()
}

#[test]
fn a_scenario_does_not_differ_from_itself() {
    let directory = tempfile::tempdir().unwrap();
    let same = variant(directory.path(), "same.toml", "");
    let (document, _) = compared(&[WITNESS, &same], &[]);
    assert_eq!(document.schema, SCHEMA);
    assert_eq!(document.scenarios[1].trials_differing, 0);
    assert_eq!(document.scenarios[1].drills_differing, 0);
    for row in &document.figures {
        assert_eq!(row.values[0], row.values[1], "{:?}", row.figure);
        let difference = &row.differences[0];
        assert_eq!(difference.estimate.value, Some(0.0), "{:?}", row.figure);
        assert_ne!(difference.visible, Some(true), "{:?}", row.figure);
        if difference.visible.is_some() {
            assert_eq!(difference.words(row.unit), NOT_VISIBLE);
        }
    }
    let table = poolproof(&["compare", WITNESS, &same, "--no-check", "--trials", "500"]);
    let table = String::from_utf8(table.stdout).unwrap();
    assert!(table.contains(NOT_VISIBLE), "{table}");
}

#[test]
fn a_backup_interval_of_twice_the_length_loses_more_and_changes_nothing_else() {
    let directory = tempfile::tempdir().unwrap();
    let text = "[log_shipping]\nbackup_interval = \"30min\"\n";
    let twice = variant(directory.path(), "twice.toml", text);
    let (document, _) = compared(&[WITNESS, &twice], &[]);
    let row = |name: &str| {
        document
            .figures
            .iter()
            .find(|row| row.figure.name() == name)
            .unwrap()
    };
    let lost = &row("given_site_loss.data_lost.mean").differences[0];
    assert_eq!(lost.visible, Some(true));
    assert!(lost.estimate.value.unwrap() > 0.0);
    assert!(lost.estimate.low.unwrap() > 0.0);
    // The interval is that of the difference, much narrower than that of either value.
    let values = &row("given_site_loss.data_lost.mean").values;
    let difference = values[1].value.unwrap() - values[0].value.unwrap();
    let found = lost.estimate.value.unwrap();
    assert!(
        (difference / found - 1.0).abs() < 1e-6,
        "{difference} {found}"
    );
}

#[test]
fn pairs_are_sharper_than_runs_of_their_own() {
    let (document, _) = compared(&[WITNESS, NO_WITNESS], &[]);
    let row = document
        .figures
        .iter()
        .find(|row| row.figure.name() == "per_year.outage.mean")
        .unwrap();
    let difference = &row.differences[0];
    // Without a witness nothing fails over by itself (handbook 3.7): the outage is longer.
    assert_eq!(difference.visible, Some(true), "{row:?}");
    assert!(difference.estimate.value.unwrap() > 0.0);
    assert_eq!(difference.estimate.method, Method::StudentTOfPairs);
    // All differences share the error of one interval (Bonferroni).
    let shared = 1.0 - 0.05 / document.differences as f64;
    assert!((difference.estimate.confidence - shared).abs() < 1e-8);
}

#[test]
fn threads_and_repetition_do_not_matter() {
    let scenarios = [WITNESS, NO_WITNESS];
    let (_, one) = compared(&scenarios, &["--threads", "1"]);
    let (_, two) = compared(&scenarios, &["--threads", "2"]);
    assert!(one == two, "the documents differ");
}

#[test]
fn verdicts_stand_side_by_side() {
    let hazard = "scenarios/hazards/H-01-failover-during-partition.toml";
    let guarded = "scenarios/hazards/H-01-guarded.toml";
    let set = ["--set", "simulate.drill_trials=100"];
    let base = ["compare", hazard, guarded, "--trials", "100"];
    let output = poolproof(&[&base, &set[..], &["--format", "markdown"]].concat());
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    let row = |name: &str| {
        let mut rows = text.lines().filter(|line| line.starts_with("| "));
        rows.find(|line| line.contains(&format!("<br>{name} |")))
            .unwrap()
    };
    let (first, second) = (row("H-01-failover-during-partition"), row("H-01-guarded"));
    assert!(first.contains("| violated: SB"), "{first}");
    assert!(second.contains("| holds: SB"), "{second}");
}

#[test]
fn files_are_written_and_stand_alone() {
    let out = tempfile::tempdir().unwrap();
    let path = out.path().display().to_string();
    let few = ["--no-check", "--trials", "500", "--out", &path];
    let output = poolproof(&[&["compare", WITNESS, NO_WITNESS], &few[..]].concat());
    assert!(output.status.success());
    let page = fs::read_to_string(out.path().join("index.html")).unwrap();
    // Each chart twice: for a screen and for a telephone.
    assert_eq!(page.matches("<svg").count(), 6);
    let elsewhere = page.replace("http://www.w3.org/2000/svg", "");
    assert!(!elsewhere.contains("://") && !elsewhere.contains(" src="));
    for name in ["scenarios", "time-to-recover", "data-lost"] {
        let png = fs::read(out.path().join(format!("charts/{name}.png"))).unwrap();
        assert_eq!(&png[1..4], b"PNG");
    }
    let csv = fs::read_to_string(out.path().join("comparison.csv")).unwrap();
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let figures = reader.records().map(Result::unwrap).count();
    assert_eq!(figures, 17 * 2);
    let json = fs::read_to_string(out.path().join("comparison.json")).unwrap();
    let document: ComparisonDocument = serde_json::from_str(&json).unwrap();
    assert_eq!(document.figures.len(), 17);
}

#[test]
fn different_horizons_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let long = variant(
        directory.path(),
        "long.toml",
        "[simulate]\nhorizon = \"3652d\"\n",
    );
    let output = poolproof(&["compare", WITNESS, &long]);
    assert_eq!(output.status.code(), Some(3));
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.contains("simulate.horizon"), "{errors}");
}
