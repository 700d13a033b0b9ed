//! A swarm as it is asked for: what a command line comes to, and what a manifest carries to other
//! machines.

use std::ops::RangeInclusive;

use poolproof_engines::check::swarm::SwarmLimits;
use serde::{Deserialize, Serialize};

use crate::app::compile::swarm::Swarm;
use crate::app::error::AppError;
use crate::app::reproduction::{Reproduction, Settings};
use crate::app::swarm::SEARCHES_MOST;
use crate::scenario::library::Resolver;
use crate::scenario::{self, Loaded};

/// A swarm over one scenario.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SwarmJob {
    /// Name of the scenario file.
    pub scenario: String,
    /// Changes of its values.
    pub set: Vec<(String, String)>,
    /// The seed in place of the scenario's.
    pub seed: Option<u64>,
    /// How many searches.
    pub searches: u64,
    /// The maximum depth of each.
    pub depth: u32,
    /// The most distinct states of each.
    pub states: u64,
}

/// How deep a search of a swarm may go, in steps.
pub const DEPTH: RangeInclusive<u32> = 1..=100_000;

/// How many states a search of a swarm may have.
pub const STATES: RangeInclusive<u64> = 1..=4_000_000_000;

impl SwarmJob {
    /// The command that makes the result on one machine. It is made from the job and never read,
    /// because a job may come from a file.
    #[must_use]
    pub fn command(&self) -> Reproduction {
        let settings = Settings {
            seed: self.seed,
            overrides: self.set.clone(),
        };
        command(&self.scenario, &settings, self.searches, self.limits())
    }

    const fn limits(&self) -> SwarmLimits {
        SwarmLimits {
            depth: self.depth,
            states: self.states,
        }
    }

    /// Loads the scenario.
    ///
    /// # Errors
    ///
    /// Mistakes of the scenario, or numbers that no command line can have.
    pub fn ready(&self, resolver: &dyn Resolver) -> Result<(Loaded, Swarm), AppError> {
        let fits = (1..=SEARCHES_MOST).contains(&self.searches)
            && DEPTH.contains(&self.depth)
            && STATES.contains(&self.states);
        if !fits {
            let error = "the numbers of searches, steps or states are out of range";
            return Err(AppError::input(error));
        }
        let mut loaded = scenario::load_from(resolver, &self.scenario, &self.set)?;
        if let Some(seed) = self.seed {
            loaded.scenario.simulate.seed = seed;
        }
        let swarm = Swarm::new(loaded.scenario.clone(), self.searches, self.limits());
        Ok((loaded, swarm))
    }
}

/// The command of a swarm.
#[must_use]
pub fn command(
    path: &str,
    settings: &Settings,
    searches: u64,
    limits: SwarmLimits,
) -> Reproduction {
    Reproduction::new("check")
        .argument(path)
        .settings(settings)
        .option("--swarm", searches)
        .option("--depth", limits.depth)
        .option("--states", limits.states)
}
