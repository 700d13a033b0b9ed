//! The promise that the oracle can fail: errors in the bookkeeping of the model are found by it.

use poolproof_engines::check::search::Limits;
use poolproof_engines::pools::search;
use poolproof_models::model::Bounded;
use poolproof_models::names::event::Event;
use poolproof_models::names::property::Property;
use poolproof_models::rules::mutant::Mutant;
use poolproof_models::state::topology::Topology;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::inputs::Library;
use super::walk::{judged, model_of, replay, walk};
use crate::support::scenarios::load;

/// Errors about who holds what, about recovery forks (13.1) and about roles (13.2). What an error
/// in a guard leads to is true of that model: the books follow it, and `tests/model/mutants.rs` and
/// the cases of the handbook find it.
const MUTANTS: [Mutant; 6] = [
    Mutant::ResynchroniseCopiesNothing,
    Mutant::BackupFromMirror,
    Mutant::BacklogNotCopied,
    Mutant::BacklogNotRestored,
    Mutant::RestoresOldBackup,
    Mutant::RolesByAncestry,
];

/// The rarest of these errors shows in some four hundred thousand steps.
const STEPS_MOST: u64 = 2_000_000;

fn with_mutant(clean: &Bounded<Topology>, mutant: Mutant) -> Bounded<Topology> {
    let mut topology = clean.system.clone();
    topology.mutant = Some(mutant);
    Bounded::new(topology.finish(), clean.budget)
}

/// The steps after which a walk finds what is not so without the mutant.
fn steps_until_found(library: &Library, mutant: Mutant) -> Option<u64> {
    let mut chance = ChaCha8Rng::seed_from_u64(1);
    let mut steps = 0;
    while steps < STEPS_MOST {
        let clean = model_of(&library.scenario(&mut chance));
        let mutated = with_mutant(&clean, mutant);
        let length = chance.random_range(20..=120);
        let walked = walk(&mutated, length, &mut chance);
        steps += walked.path.len() as u64;
        let found = walked.found.is_some();
        let without = replay(&clean, &walked.path, judged());
        if found && without.is_some_and(|same| same.found.is_none()) {
            return Some(steps);
        }
    }
    None
}

#[test]
fn the_books_find_errors_of_the_model() {
    let library = Library::read();
    let escaped: Vec<_> = MUTANTS
        .into_par_iter()
        .filter(|mutant| {
            let steps = steps_until_found(&library, *mutant);
            println!("{mutant:?}: {steps:?}");
            steps.is_none()
        })
        .collect();
    assert!(escaped.is_empty(), "{escaped:?} are not found");
}

/// The shortest way to a violation in the model with a mutant.
fn shortest_way(model: &Bounded<Topology>, property: Property) -> Vec<Event> {
    let mut limits = Limits {
        states: 2_000_000,
        bytes: u64::MAX,
        on_progress: &mut |_| true,
    };
    let outcome = search(model, u32::MAX, &mut limits);
    let found = outcome.violations[property as usize].expect("the mutant breaks the property");
    let events = model.system.events();
    outcome
        .path(found)
        .into_iter()
        .map(|index| events[index])
        .collect()
}

/// The error that merges a fork past its siblings (13.1) takes a long way to show, longer than the
/// walks go by chance: the books are led along the shortest one.
#[test]
fn the_books_find_a_fork_that_is_merged_past_its_siblings() {
    let clean = model_of(&load("scenarios/field/D2-false-split-brain.toml", &[]));
    let mutated = with_mutant(&clean, Mutant::ForksMergePastSiblings);
    let way = shortest_way(&mutated, Property::SplitBrain);
    let found = replay(&mutated, &way, judged())
        .expect("the way is possible with the mutant")
        .found
        .expect("the books know that nothing is split");
    assert!(
        found.violated_in_model && found.property == Property::SplitBrain.name(),
        "{found:?}"
    );
}
