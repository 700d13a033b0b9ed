//! Minimal cut sets of a scenario, on their own.

use poolproof_models::names::property::Property;

use super::check;
use super::limits::SearchLimits;
use super::observer::Execution;
use super::reproduction::Reproduction;
use crate::app::document::cut_sets::Found;
use crate::scenario::Scenario;

/// A search for the minimal cut sets of one scenario.
pub struct CutsRequest<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// The most basic events in a set.
    pub order: u8,
    /// The properties; none for those that the scenario checks.
    pub properties: &'a [Property],
    /// Its limits.
    pub limits: &'a SearchLimits,
    /// The command that makes it again.
    pub command: &'a Reproduction,
}

/// Finds, names, rates and ranks the minimal cut sets.
#[must_use]
pub fn cuts(request: &CutsRequest<'_>, execution: &Execution<'_>) -> Found {
    let mut properties = match request.properties {
        [] => request.scenario.check.properties.clone(),
        wanted => wanted.to_vec(),
    };
    properties.sort_unstable();
    properties.dedup();
    let command = request.command.to_string();
    // What is modelled follows from the properties.
    let mut scenario = request.scenario.clone();
    scenario.check.properties.clone_from(&properties);
    execution.on_threads(|| {
        check::cuts(
            &scenario,
            request.order,
            &properties,
            &command,
            &request.limits.on(execution),
            execution.observer,
        )
    })
}
