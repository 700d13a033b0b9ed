//! The swarm of a scenario: which model it searches, and what decides its result.

use poolproof_engines::check::swarm as engine;
use poolproof_engines::check::swarm::SwarmLimits;
use poolproof_models::model::Bounded;
use poolproof_models::state::topology::Topology;

use crate::app::compile::check;
use crate::scenario::Scenario;
use crate::scenario::digest::Digest;

/// A scenario and the searches of its model.
pub struct Swarm {
    /// The scenario; its seed is that of the swarm.
    pub scenario: Scenario,
    /// The searches.
    pub engine: engine::Swarm,
}

impl Swarm {
    /// The searches of a scenario.
    #[must_use]
    pub fn new(scenario: Scenario, searches: u64, limits: SwarmLimits) -> Self {
        let model = check::model(&scenario);
        Self::of_model(scenario, model, searches, limits)
    }

    /// The searches of a model that differs from the scenario's, as tests need it.
    #[must_use]
    pub fn of_model(
        scenario: Scenario,
        model: Bounded<Topology>,
        searches: u64,
        limits: SwarmLimits,
    ) -> Self {
        Self {
            engine: engine::Swarm {
                model,
                properties: check::properties(&scenario),
                seed: scenario.simulate.seed,
                searches,
                limits,
            },
            scenario,
        }
    }

    /// 32 hexadecimal digits over everything that decides what is found, except the version.
    #[must_use]
    pub fn digest(&self) -> String {
        let engine = &self.engine;
        let mut digest = Digest::new();
        digest.add("swarm of", &self.scenario.digest);
        digest.add("seed", &engine.seed.to_string());
        digest.add("searches", &engine.searches.to_string());
        digest.add("depth", &engine.limits.depth.to_string());
        digest.add("states", &engine.limits.states.to_string());
        digest.hex()
    }
}
