//! A trial of a scenario, run again.

use poolproof_engines::simulate::tally::Tally;
use poolproof_engines::simulate::trial::Runner;

use crate::app::compile;
use crate::app::compile::simulation;
use crate::scenario::Scenario;

/// Runs one trial of a scenario again: every event with its time in milliseconds. The drills are
/// numbered on their own. `None` where the scenario's system has no drill.
#[must_use]
pub fn trial(scenario: &Scenario, number: u64, drilled: bool) -> Option<Vec<(u64, usize)>> {
    let topology = compile::timed_topology(scenario);
    let activities = compile::activities(scenario, &topology);
    let mut settings = simulation::trial_settings(scenario);
    if drilled {
        settings.drill = Some(simulation::drill(&topology, scenario.simulate.drill)?);
    }
    let mut runner = Runner::new(&topology, &activities, scenario.simulate.seed);
    Some(runner.trace(number, &settings, &mut Tally::default()))
}
