//! Swarm checking, for spaces that do not fit: many small searches, each in an order of its own.
//!
//! Nothing is shared between the searches but the model and the seed, so that they run anywhere.
//! Together they find violations that an exhaustive search would reach only after its limit; they
//! never prove that there is none.

mod record;
pub mod search;
pub mod sketch;
pub mod summary;

use std::ops::Range;

use poolproof_models::model::Bounded;
use poolproof_models::names::property::Property;
use poolproof_models::state::topology::Topology;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use rayon::prelude::*;

pub use record::{FoundPath, RecordError, SearchRecord, indices};
pub use search::search;

use crate::check::verdict::mask;

/// The bounds of one search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SwarmLimits {
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
    pub limits: SwarmLimits,
}

/// Observes the searches while they run, on any thread.
pub struct SwarmObserver<'a> {
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
    /// their order: all of them, unless it was stopped.
    #[must_use]
    pub fn run(&self, searches: Range<u64>, observer: &SwarmObserver<'_>) -> Vec<SearchRecord> {
        let one = |number: u64| {
            let seed = self.seed(number);
            let result = search(&self.model, self.mask(), self.limits, seed, observer.stop)?;
            (observer.done)();
            Some(SearchRecord::new(&self.model, number, &result))
        };
        let records: Vec<Option<SearchRecord>> = searches.into_par_iter().map(one).collect();
        records.into_iter().flatten().collect()
    }

    /// Sees that records are those of a range of searches, each once, and that every violation and
    /// goal in them is one: its path is replayed.
    ///
    /// # Errors
    ///
    /// Names the first search that is missing, or whose record is not what it says.
    pub fn together(
        &self,
        searches: Range<u64>,
        mut records: Vec<SearchRecord>,
    ) -> Result<Vec<SearchRecord>, RecordError> {
        records.sort_by_key(|record| record.search);
        if !records
            .iter()
            .map(|record| record.search)
            .eq(searches.clone())
        {
            return Err(RecordError::Searches(searches));
        }
        for record in &records {
            record.verify(&self.model, self.mask(), self.limits)?;
        }
        Ok(records)
    }

    /// The seed of a search: the first number of its own stream.
    fn seed(&self, number: u64) -> u64 {
        let mut random = ChaCha8Rng::seed_from_u64(self.seed);
        random.set_stream(number);
        random.next_u64()
    }
}
