//! A swarm as it is asked for: what a command line comes to, and what a manifest carries to other
//! machines.

use poolproof_engines::check::swarm::SwarmLimits;
use serde::{Deserialize, Serialize};

use crate::app::compile::swarm::Swarm;
use crate::scenario::library::Resolver;
use crate::scenario::{self, LoadError, Loaded};

/// A swarm over one scenario.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SwarmJob {
    /// The command that makes the result on one machine.
    pub command: String,
    /// Name of the scenario file.
    pub scenario: String,
    /// Changes of its values.
    pub set: Vec<(String, String)>,
    /// The seed in place of the scenario's.
    pub seed: Option<u64>,
    /// How many searches.
    pub searches: u64,
    /// The most steps from the start in each.
    pub depth: u32,
    /// The most distinct states of each.
    pub states: u64,
}

impl SwarmJob {
    /// Loads the scenario.
    ///
    /// # Errors
    ///
    /// Mistakes of the scenario.
    pub fn ready(&self, resolver: &dyn Resolver) -> Result<(Loaded, Swarm), LoadError> {
        let mut loaded = scenario::load_from(resolver, &self.scenario, &self.set)?;
        if let Some(seed) = self.seed {
            loaded.scenario.simulate.seed = seed;
        }
        let limits = SwarmLimits {
            depth: self.depth,
            states: self.states,
        };
        let swarm = Swarm::new(loaded.scenario.clone(), self.searches, limits);
        Ok((loaded, swarm))
    }
}
