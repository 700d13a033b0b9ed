//! The promise that the oracle can fail: errors in the bookkeeping of the model are found by it.

use poolproof_models::model::Bounded;
use poolproof_models::rules::mutant::Mutant;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::inputs::Library;
use super::walk::{judged, model_of, replay, walk};

/// Errors about who holds what, about recovery forks (13.1) and about roles (13.2). What an error
/// in a guard leads to is true of that model: the books follow it, and `tests/model/mutants.rs` and
/// the cases of the handbook find it.
const MUTANTS: [Mutant; 7] = [
    Mutant::ResynchroniseCopiesNothing,
    Mutant::BackupFromMirror,
    Mutant::BacklogNotCopied,
    Mutant::BacklogNotRestored,
    Mutant::RestoresOldBackup,
    Mutant::RolesByAncestry,
    Mutant::ForksMergePastSiblings,
];

const STEPS_MOST: u64 = 4_000_000;

/// The steps after which a walk finds what is not so without the mutant.
fn steps_until_found(library: &Library, mutant: Mutant) -> Option<u64> {
    let mut chance = ChaCha8Rng::seed_from_u64(1);
    let mut steps = 0;
    while steps < STEPS_MOST {
        let clean = model_of(&library.scenario(&mut chance));
        let mut topology = clean.system.clone();
        topology.mutant = Some(mutant);
        let mutated = Bounded::new(topology, clean.budget);
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
