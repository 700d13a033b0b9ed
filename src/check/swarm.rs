//! Swarm checking, for spaces that do not fit: many small searches, each in an order of its own.
//!
//! Nothing is shared between the searches but the scenario and the seed, so that they run anywhere.
//! Together they find violations that an exhaustive search would reach only after its limit; they
//! never prove that there is none.

mod document;
pub mod job;
mod part;
pub mod search;
pub mod sketch;

use std::ops::Range;

use poolproof_models::model::Bounded;
use poolproof_models::state::topology::Topology;
use rayon::prelude::*;

pub use document::document;
pub use part::{Part, PartError, Way};
pub use search::search;

use crate::check::verdict;
use crate::scenario::Scenario;
use crate::scenario::digest::Digest;

/// The bounds of one search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most steps from the start.
    pub depth: u32,
    /// The most distinct states.
    pub states: u64,
}

/// The searches of a scenario, numbered from 0.
pub struct Swarm {
    /// What is searched; its seed is that of the swarm.
    pub scenario: Scenario,
    /// How many searches.
    pub searches: u64,
    /// The bounds of each.
    pub limits: Limits,
    model: Bounded<Topology>,
    /// The checked properties, as bits.
    mask: u32,
}

/// Who is told about searches that run, on any thread.
pub struct Watch<'a> {
    /// Whether to end.
    pub stop: &'a (dyn Fn() -> bool + Sync),
    /// A search is done.
    pub done: &'a (dyn Fn() + Sync),
}

impl Swarm {
    /// The searches of a scenario.
    #[must_use]
    pub fn new(scenario: Scenario, searches: u64, limits: Limits) -> Self {
        let model = verdict::model(&scenario);
        Self::of_model(scenario, model, searches, limits)
    }

    /// The same over a model that was changed, as tests do.
    #[must_use]
    pub fn of_model(
        scenario: Scenario,
        model: Bounded<Topology>,
        searches: u64,
        limits: Limits,
    ) -> Self {
        let properties = verdict::properties(&scenario);
        Self {
            mask: properties.iter().fold(0, |mask, p| mask | p.bit()),
            scenario,
            searches,
            limits,
            model,
        }
    }

    /// 32 hexadecimal digits over everything that decides what is found, except the version.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut digest = Digest::new();
        digest.add("swarm of", &self.scenario.digest);
        digest.add("seed", &self.scenario.simulate.seed.to_string());
        digest.add("searches", &self.searches.to_string());
        digest.add("depth", &self.limits.depth.to_string());
        digest.add("states", &self.limits.states.to_string());
        digest.hex()
    }

    /// Runs these searches on the threads of the current pool. Gives those that were finished, in
    /// their order: all of them, unless it was told to stop.
    #[must_use]
    pub fn run(&self, line: Range<u64>, watch: &Watch<'_>) -> Vec<Part> {
        let one = |number: u64| {
            let seed = self.seed(number);
            let dive = search(&self.model, self.mask, self.limits, seed, watch.stop)?;
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
            part.verify(&self.model, self.mask, self.limits)?;
        }
        Ok(parts)
    }

    /// The seed of a search.
    fn seed(&self, number: u64) -> u64 {
        sketch::mix(sketch::mix(self.scenario.simulate.seed) ^ number)
    }
}
