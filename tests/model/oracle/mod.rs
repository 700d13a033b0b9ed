//! The promise that verdicts are right: books that are kept from the handbook's definitions alone
//! stand beside random walks of the model, and both say the same of every property at every step.
//!
//! `POOLPROOF_ORACLE_STEPS` and `POOLPROOF_ORACLE_SEED` choose other walks, and more of them.

mod books;
mod definitions;
mod entries;
mod inputs;
mod known;
mod messages;
mod mutants;
mod returns;
mod shrink;
mod standing;
mod walk;

use std::collections::BTreeMap;
use std::env;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use self::inputs::Library;
use self::known::EXPECTED;
use self::shrink::Case;
use self::walk::{Disagreement, model_of, walk};

/// Steps of one stretch of work, which has a seed of its own: results do not depend on threads.
const STRETCH: u64 = 50_000;

/// Walks through one scenario.
const WALKS: usize = 8;

/// The shortest case of each disagreement, by the last event, with the number of cases.
type Found = BTreeMap<(Disagreement, String), (usize, Case)>;

/// Walks of about [`STRETCH`] steps; returns how many there were.
fn stretch(library: &Library, seed: u64) -> (u64, Found) {
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    let (mut steps, mut found) = (0, Found::new());
    while steps < STRETCH {
        let scenario = library.scenario(&mut chance);
        let model = model_of(&scenario);
        for _ in 0..WALKS {
            let length = chance.random_range(20..=120);
            let walked = walk(&model, length, &mut chance);
            steps += walked.path.len() as u64;
            if let Some(found_here) = walked.found {
                let case = Case {
                    scenario: scenario.clone(),
                    path: walked.path,
                    found: found_here,
                };
                add(&mut found, 1, case);
            }
        }
    }
    (steps, found)
}

fn add(found: &mut Found, count: usize, case: Case) {
    let last = case.path.last().map_or_else(String::new, |e| e.name());
    match found.get_mut(&(case.found, last.clone())) {
        None => {
            found.insert((case.found, last), (count, case));
        }
        Some((known, shortest)) => {
            *known += count;
            if case.path.len() < shortest.path.len() {
                *shortest = case;
            }
        }
    }
}

fn number(name: &str, default: u64) -> u64 {
    let set = env::var(name).ok();
    set.map_or(default, |text| text.parse().expect("a whole number"))
}

#[test]
fn the_model_and_the_books_agree() {
    let stretches = number("POOLPROOF_ORACLE_STEPS", 2_000_000).div_ceil(STRETCH);
    let seed = number("POOLPROOF_ORACLE_SEED", 1) << 32;
    let library = Library::read();
    let all: Vec<_> = (0..stretches)
        .into_par_iter()
        .map(|number| stretch(&library, seed + number))
        .collect();
    let (mut steps, mut found) = (0, Found::new());
    for (some, cases) in all {
        steps += some;
        for (count, case) in cases.into_values() {
            add(&mut found, count, case);
        }
    }
    println!("{steps} steps");
    let mut unknown = 0;
    for ((disagreement, last), (count, case)) in found {
        let (property, violated) = (disagreement.property, disagreement.violated_in_model);
        println!("{count} times {property}, in the model violated: {violated}, at {last}");
        if !EXPECTED.contains(&(property, violated)) {
            unknown += 1;
            println!("{}", case.shrink().describe());
        }
    }
    assert_eq!(unknown, 0, "disagreements, shown above");
}
