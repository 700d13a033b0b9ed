//! The promise that no change of the model passes unseen: the size of every shipped scenario's
//! space is written down.
//!
//! The spaces are those that `parity` compares with Stateright's: no property, so that nothing is
//! cut off behind a violation. `POOLPROOF_UPDATE=1 cargo test --test model state_counts::` writes
//! the table anew; what changed in it belongs into the description of the change.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use poolproof::app::compile::check;
use poolproof::scenario;
use poolproof_engines::check::search::{Limits, SearchOutcome};
use poolproof_engines::pools::search;
use rayon::prelude::*;

use crate::support::scenarios::files;

const TABLE: &str = "tests/model/state_counts.txt";

/// Larger spaces are counted with fewer faults.
const STATES_MOST: u64 = 1_000_000;

/// The whole space of a scenario, with the most faults that leave it small enough.
fn counted(path: &Path) -> (u32, SearchOutcome) {
    let loaded = scenario::load(path);
    let mut scenario = loaded.unwrap_or_else(|error| panic!("{error}")).scenario;
    loop {
        let model = check::model(&scenario);
        let mut limits = Limits {
            states: STATES_MOST,
            bytes: u64::MAX,
            on_progress: &mut |_| true,
        };
        let outcome = search(&model, 0, &mut limits);
        if outcome.cut_off.is_none() {
            return (scenario.check.faults, outcome);
        }
        assert!(scenario.check.faults > 0, "{}", path.display());
        scenario.check.faults -= 1;
    }
}

fn table() -> String {
    // The reference files first: they take longest.
    let mut paths = files("scenarios", "toml");
    paths.extend(files("scenarios/hazards", "toml"));
    paths.extend(files("scenarios/parts", "toml"));
    let found: Vec<_> = paths.par_iter().map(|path| counted(path)).collect();
    let heads = ["scenario", "faults", "states", "transitions", "depth"];
    let [name, faults, states, transitions, depth] = heads;
    let mut text = format!("{name:40} {faults:>6} {states:>9} {transitions:>11} {depth:>5}\n");
    for (path, (faults, outcome)) in paths.iter().zip(found) {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let (states, transitions) = (outcome.progress.states, outcome.progress.transitions);
        let depth = outcome.depth;
        let line = writeln!(
            text,
            "{name:40} {faults:>6} {states:>9} {transitions:>11} {depth:>5}"
        );
        line.unwrap();
    }
    text
}

#[test]
fn every_shipped_scenario_has_the_states_that_are_written_down() {
    let found = table();
    if std::env::var_os("POOLPROOF_UPDATE").is_some() {
        fs::write(TABLE, &found).unwrap();
    }
    let stored = fs::read_to_string(TABLE).unwrap_or_default();
    // Line by line: the whole of two long tables is hard to compare by eye.
    let changed: Vec<String> = found
        .lines()
        .filter(|line| !stored.lines().any(|old| old == *line))
        .map(str::to_owned)
        .collect();
    assert!(
        changed.is_empty(),
        "changed or new:\n{}",
        changed.join("\n")
    );
    assert_eq!(found, stored, "{TABLE} lists a scenario that is gone");
}
