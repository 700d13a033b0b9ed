//! One trial of a simulation, run again and put down as a trace.

use poolproof_engines::check::minimise::{Ground, Target};
use poolproof_models::names::property::{Property, Spent};
use poolproof_models::system::System;
use poolproof_reports::document as doc;
use poolproof_reports::trace::{Engine, TRACE_SCHEMA, Trace};

use super::document::result::document;
use super::error::AppError;
use super::reproduction::Reproduction;
use crate::app::compile;
use crate::app::compile::trial::trial;
use crate::app::document::{counterexample, names};
use crate::explain::explainer::Explainer;
use crate::scenario::Loaded;

/// A trial of one scenario.
pub struct TrialRequest<'a> {
    /// The scenario, whose settings name the fault of its drills.
    pub loaded: &'a Loaded,
    /// The number of the trial, from 0.
    pub number: u64,
    /// Whether it is one of the drills, which are numbered on their own.
    pub is_drill: bool,
    /// The command that runs it again.
    pub command: &'a Reproduction,
}

/// Runs a trial again. States are left out of the trace: a year has many steps.
///
/// # Errors
///
/// When a drill is asked for and the scenario has none.
pub fn replay_trial(request: &TrialRequest<'_>) -> Result<Trace, AppError> {
    let (scenario, number) = (&request.loaded.scenario, request.number);
    let events = trial(scenario, number, request.is_drill).ok_or_else(|| {
        AppError::input("the scenario has no drill: there is no second data centre to fail over to")
    })?;
    let topology = compile::timed_topology(scenario);
    let ground = Ground::unlimited(&topology);
    let mut explainer = Explainer::new(&topology);
    let start = counterexample::start(&topology, &explainer);
    let mut at = ground.start();
    let mut first_broken: Vec<(u32, Property)> = Vec::new();
    let mut steps = Vec::new();
    for (step, (time, index)) in (1..).zip(&events) {
        let event = topology.events()[*index];
        if let Some(next) = ground.step(&at, *index) {
            at = next;
        }
        let described = explainer.step(event);
        let enabled = System::enabled(&topology, &at.state);
        // As in the simulation: what holds "under one fault" is the checker's to say.
        let all = Spent::from_bits(u32::MAX);
        let broken = System::violated(&topology, &at.state, all, &enabled);
        for property in compile::check::properties(scenario) {
            let known = first_broken.iter().any(|(_, p)| *p == property);
            if broken & property.bit() != 0 && !known {
                first_broken.push((step, property));
            }
        }
        steps.push(doc::Step {
            at_ms: Some(*time),
            ..counterexample::step(&topology, event, &described, step)
        });
    }
    let broken = first_broken.iter();
    let broken = broken.map(|(step, property)| format!("{} since step {step}", property.name()));
    let broken: Vec<String> = broken.collect();
    let cause = if broken.is_empty() {
        "No listed property is violated.".to_owned()
    } else {
        format!("Violated: {}.", broken.join(", "))
    };
    let command = request.command.to_string();
    let document = document(
        scenario,
        &request.loaded.warnings,
        &command,
        Vec::new(),
        None,
    );
    let what = if request.is_drill { "drill" } else { "trial" };
    Ok(Trace {
        schema: TRACE_SCHEMA.to_owned(),
        identity: document.identity,
        engine: Engine::Simulation,
        trial: Some(number),
        // At the end of the trial it may hold again: only what stays broken is recorded as such.
        property: first_broken
            .iter()
            .find(|(_, p)| ground.shows(&at, None, Target::Violation(p.bit())))
            .map(|(_, property)| property.name().to_owned()),
        budget: None,
        title: format!(
            "{what} {number} of {}: {} events",
            scenario.name,
            steps.len()
        ),
        counterexample: doc::Counterexample {
            faults: steps.iter().filter(|step| step.is_fault()).count() as u32,
            start,
            steps,
            cause,
            loss_cause: names::loss_cause(at.state.loss_cause()),
        },
    })
}
