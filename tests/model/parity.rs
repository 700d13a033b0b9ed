//! The promise of a second opinion: Stateright's breadth-first checker finds exactly the states
//! that our own search finds, and no shorter counterexample.

use std::path::Path;

use poolproof::app::compile::check;
use poolproof_engines::check::search::{Limits, SearchOutcome};
use poolproof_engines::pools::search;
use poolproof_models::model::Bounded;
use poolproof_models::names::property::Property;
use poolproof_models::state::topology::Topology;
use poolproof_stateright::BoundedModel;
use poolproof_stateright::stateright::{Checker, Model};

use crate::support::scenarios::{files, load};

/// Larger spaces are compared with fewer faults: Stateright keeps every state whole.
const STATES_MOST: u64 = 1_000_000;

fn search_all(model: &Bounded<Topology>, properties: u32, states: u64) -> SearchOutcome {
    let mut limits = Limits {
        states,
        bytes: u64::MAX,
        on_progress: &mut |_| true,
    };
    search(model, properties, &mut limits)
}

/// Both find the same states and transitions in every scenario of a directory.
fn compare(directory: &str) {
    for path in files(directory, "toml") {
        let mut scenario = load(&path, &[]);
        let (model, ours) = loop {
            let model = check::model(&scenario);
            // No property, so nothing is cut off behind a violation.
            let ours = search_all(&model, 0, STATES_MOST);
            if ours.cut_off.is_none() {
                break (model, ours);
            }
            assert!(
                scenario.check.faults > 0,
                "{}: no faults, too many",
                path.display()
            );
            scenario.check.faults -= 1;
        };
        let theirs = BoundedModel::new(model, &[])
            .over_the_whole_space()
            .checker()
            .threads(1)
            .spawn_bfs()
            .join();
        let name = format!("{} with {} faults", path.display(), scenario.check.faults);
        println!("{name}: {} states", ours.progress.states);
        let unique = theirs.unique_state_count() as u64;
        assert_eq!(ours.progress.states, unique, "states of {name}");
        // Stateright counts the initial state as generated.
        let generated = theirs.state_count() as u64 - 1;
        assert_eq!(
            ours.progress.transitions, generated,
            "transitions of {name}"
        );
    }
}

#[test]
fn both_agree_on_the_reference_files() {
    compare("scenarios");
}

#[test]
fn both_agree_on_the_parts() {
    compare("scenarios/parts");
}

#[test]
fn both_agree_on_the_hazards() {
    compare("scenarios/hazards");
}

#[test]
fn neither_finds_a_shorter_way_to_the_split_brain_of_h_01() {
    let path = Path::new("scenarios/hazards/H-01-failover-during-partition.toml");
    let mut scenario = load(path, &[]);
    // Ours is the shortest of those with the fewest faults; with one fault at most, and none
    // without it, that is the shortest of all.
    scenario.check.faults = 1;
    let model = check::model(&scenario);
    let ours = search_all(&model, Property::SplitBrain.bit(), STATES_MOST);
    let found = ours.violations[Property::SplitBrain as usize].expect("H-01 violates SB");
    assert_eq!(
        found.faults, 1,
        "the cut of the link between the data centres"
    );
    assert_eq!(ours.path(found).len(), found.depth as usize);

    let theirs = BoundedModel::new(model, &[Property::SplitBrain])
        .checker()
        .threads(1)
        .spawn_bfs()
        .join();
    let path = theirs.discovery("SB").expect("Stateright finds it too");
    assert_eq!(path.into_actions().len(), found.depth as usize);
}
