//! What a scenario asks the simulator: its system, its clocks, and what each stage is about.

use poolproof_engines::simulate::stage::{self, SimulationRequest};
use poolproof_engines::simulate::trial::{Drill, TrialSettings};
use poolproof_models::names::component::Component;
use poolproof_models::names::event::{Event, EventKind};
use poolproof_models::state::topology::Topology;

use crate::app::compile;
use crate::scenario::Scenario;

/// How long past the horizon an incident is followed to its end.
const FOLLOW_MS: u64 = 90 * 24 * 3_600_000;

/// The request of a scenario.
#[must_use]
pub fn request(scenario: &Scenario) -> SimulationRequest {
    let settings = &scenario.simulate;
    let topology = compile::timed_topology(scenario);
    let plain = trial_settings(scenario);
    let drilled = TrialSettings {
        incident_trials: 0,
        drill: drill(&topology, settings.drill),
        ..plain.clone()
    };
    let drills = if drilled.drill.is_some() {
        settings.drill_trials
    } else {
        0
    };
    SimulationRequest {
        activities: compile::activities(scenario, &topology),
        topology,
        settings: [plain, drilled],
        trials: [settings.trials, drills],
        seed: settings.seed,
    }
}

/// What the plain trials of a scenario are about.
#[must_use]
pub fn trial_settings(scenario: &Scenario) -> TrialSettings {
    TrialSettings {
        horizon_ms: scenario.simulate.horizon.ms,
        follow_ms: FOLLOW_MS,
        messages_per_s: scenario.pool.message_rate.per_second(),
        incident_trials: scenario.simulate.incident_trials,
        drill: None,
    }
}

/// The drill of a fault, or of the loss of DC1 for good; `None` where the topology has neither.
#[must_use]
pub fn drill(topology: &Topology, fault: Option<Event>) -> Option<Drill> {
    let site_loss = Event::new(EventKind::Disaster, Component::Dc1);
    stage::drill(topology, fault.unwrap_or(site_loss))
}
