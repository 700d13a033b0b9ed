//! Swarm checking, for spaces that do not fit: many small searches, each in an order of its own.
//!
//! Nothing is shared between the searches but the model and the seed, so that they run anywhere.
//! Together they find violations that an exhaustive search would reach only after its limit; they
//! never prove that there is none.

mod part;
pub mod search;
pub mod sketch;
pub mod summary;

use std::ops::Range;

use poolproof_models::model::Bounded;
use poolproof_models::names::property::Property;
use poolproof_models::state::topology::Topology;
use rayon::prelude::*;

pub use part::{Part, PartError, Way, indices};
pub use search::search;

use crate::check::verdict::mask;

/// The bounds of one search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most steps from the start.
    pub depth: u32,
    /// The most distinct states.
    pub states: u64,
}

/// The searches of a model, numbered from 0.
pub struct Swarm {
    /// The model that every search walks.
    pub model: Bounded<Topology>,
    /// The properties that are checked.
    pub properties: Vec<Property>,
    /// The seed that each search derives its own from.
    pub seed: u64,
    /// The number of searches.
    pub searches: u64,
    /// The bounds of each.
    pub limits: Limits,
}

/// Observes the searches while they run, on any thread.
pub struct Watch<'a> {
    /// Whether to end.
    pub stop: &'a (dyn Fn() -> bool + Sync),
    /// A search is done.
    pub done: &'a (dyn Fn() + Sync),
}

impl Swarm {
    /// The checked properties, as bits.
    fn mask(&self) -> u32 {
        mask(&self.properties)
    }

    /// Runs these searches on the threads of the current pool. Gives those that were finished, in
    /// their order: all of them, unless it was told to stop.
    #[must_use]
    pub fn run(&self, line: Range<u64>, watch: &Watch<'_>) -> Vec<Part> {
        let one = |number: u64| {
            let seed = self.seed(number);
            let dive = search(&self.model, self.mask(), self.limits, seed, watch.stop)?;
            (watch.done)();
            Some(Part::new(&self.model, number, &dive))
        };
        let parts: Vec<Option<Part>> = line.into_par_iter().map(one).collect();
        parts.into_iter().flatten().collect()
    }

    /// Sees that parts are those of a stretch of searches, each once, and that every violation and
    /// goal in them is one: its way is replayed.
    ///
    /// # Errors
    ///
    /// Names the first search that is missing, or whose part is not what it says.
    pub fn together(&self, line: Range<u64>, mut parts: Vec<Part>) -> Result<Vec<Part>, PartError> {
        parts.sort_by_key(|part| part.search);
        if !parts.iter().map(|part| part.search).eq(line.clone()) {
            return Err(PartError::Searches(line));
        }
        for part in &parts {
            part.verify(&self.model, self.mask(), self.limits)?;
        }
        Ok(parts)
    }

    /// The seed of a search.
    fn seed(&self, number: u64) -> u64 {
        sketch::mix(sketch::mix(self.seed) ^ number)
    }
}
