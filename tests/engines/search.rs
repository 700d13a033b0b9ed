//! The promises of the search itself: one outcome for any number of threads, little memory.

use std::path::Path;

use poolproof::app::compile::check;
use poolproof::scenario;
use poolproof_engines::check::search::{CutOff, Limits, SearchOutcome};
use poolproof_engines::pools::search;
use poolproof_models::model::Bounded;
use poolproof_models::names::property::Property;
use poolproof_models::state::topology::Topology;

fn model(path: &str, faults: u32) -> Bounded<Topology> {
    let loaded = scenario::load(Path::new(path));
    let mut scenario = loaded.unwrap_or_else(|error| panic!("{error}")).scenario;
    scenario.check.faults = faults;
    check::model(&scenario)
}

fn search_on(threads: usize, model: &Bounded<Topology>, states: u64) -> SearchOutcome {
    let all = Property::ALL.iter().fold(0, |mask, p| mask | p.bit());
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    pool.unwrap().install(|| {
        let mut limits = Limits {
            states,
            bytes: u64::MAX,
            on_progress: &mut |_| true,
        };
        search(model, all, &mut limits)
    })
}

/// Everything that a search tells.
fn told(outcome: &SearchOutcome) -> String {
    let broken = outcome.violations.iter().flatten();
    let goals = outcome.goals.iter().flatten();
    let paths = broken.map(|found| outcome.path(*found));
    let paths: Vec<_> = paths
        .chain(goals.map(|found| outcome.path_to_goal(*found)))
        .collect();
    format!(
        "{:?} {} {} {:?} {:?} {:?} {:?} {:?} {} {paths:?}",
        outcome.progress,
        outcome.depth,
        outcome.pruned,
        outcome.cut_off,
        outcome.violations,
        outcome.goals,
        outcome.fired,
        outcome.fired_as_fault,
        outcome.stored_bytes,
    )
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let hazard = "scenarios/hazards/H-16-writes-after-full-backup.toml";
    for (path, faults, states) in [
        ("scenarios/lync-2013-lbw.toml", 1, u64::MAX),
        // Cut off in the middle of a layer, after the same state.
        ("scenarios/lync-2013-hbw.toml", 2, 123_456),
        (hazard, 2, 50_000),
    ] {
        let model = model(path, faults);
        let one = search_on(1, &model, states);
        assert_eq!(one.cut_off.is_some(), one.cut_off == Some(CutOff::States));
        for threads in [2, 3, 8] {
            let many = search_on(threads, &model, states);
            assert_eq!(told(&one), told(&many), "{path}, {threads} threads");
        }
    }
}

#[test]
fn a_stored_state_takes_about_sixteen_bytes() {
    let model = model("scenarios/lync-2013-lbw.toml", 2);
    // At any size: tables grow in steps.
    for states in [50_000, 60_000, 70_000, 80_000, 100_000] {
        let outcome = search_on(1, &model, states);
        assert!(outcome.progress.states >= states);
        let bytes = outcome.stored_bytes / outcome.progress.states;
        assert!(
            (13..=20).contains(&bytes),
            "{bytes} bytes at {states} states"
        );
    }
}
