//! Explaining a violation: the counterexample of a check, or what a recorded trace needs of itself.

use std::collections::BTreeSet;
use std::path::Path;

use poolproof_engines::check::minimise::{Ground, Target};
use poolproof_engines::pools::minimise;
use poolproof_models::names::property::Property;
use poolproof_models::state::topology::Topology;
use poolproof_reports::trace::{Engine, TRACE_SCHEMA, Trace};
use poolproof_reports::{document as doc, words};

use super::check;
use super::document::result::document;
use super::error::{AppError, ErrorKind};
use super::limits::SearchLimits;
use super::observer::Execution;
use super::reproduction::Reproduction;
use crate::app::document::counterexample;
use crate::app::replay::Replay;
use crate::app::{compile, regression};
use crate::explain::properties::property_text;
use crate::scenario::library::Resolver;
use crate::scenario::{self, Loaded, Scenario};

/// A violation that is explained.
pub struct Explanation {
    /// A result with the scenario, and with the check if there was one.
    pub document: doc::ResultDocument,
    /// Who found the violation.
    pub engine: Engine,
    /// The trial, if a simulation found it.
    pub trial: Option<u64>,
    /// The property that is violated.
    pub property: Property,
    /// The name of the budget within which it was found; none where there is only one, and of a
    /// simulation.
    pub budget: Option<String>,
    /// How.
    pub counterexample: doc::Counterexample,
    /// What there is to say before the steps.
    pub notes: Vec<String>,
    topology: Topology,
}

/// The answer to the question why a property of a scenario is violated.
pub enum Answer {
    /// It is, and this is how.
    Explained(Box<Explanation>),
    /// Nothing that was asked for is violated; the verdicts on it.
    NothingViolated {
        /// The budget of the check.
        budget: doc::Budget,
        /// The verdicts.
        verdicts: Vec<doc::Verdict>,
    },
}

/// A question about one scenario.
pub struct ExplainRequest<'a> {
    /// The scenario.
    pub loaded: &'a Loaded,
    /// The property; by default the first that is violated.
    pub property: Option<Property>,
    /// The names of the budgets that are searched in turn for a violation; without any, those that
    /// run without being asked for.
    pub budgets: &'a [String],
    /// The limits of each search.
    pub limits: &'a SearchLimits,
    /// The command that explains a property.
    pub command: &'a dyn Fn(Property) -> Reproduction,
}

/// Checks a scenario and explains a violation.
///
/// # Errors
///
/// When the scenario does not check the property, or does not have a budget that is named.
pub fn explain(
    request: &ExplainRequest<'_>,
    execution: &Execution<'_>,
) -> Result<Answer, AppError> {
    let mut nothing = None;
    for scenario in check::within_budgets(&request.loaded.scenario, request.budgets)? {
        match explain_within(&scenario, request, execution)? {
            Answer::NothingViolated { .. } if execution.observer.is_cancelled() => break,
            answer @ Answer::NothingViolated { .. } => {
                nothing.get_or_insert(answer);
            }
            answer @ Answer::Explained(_) => return Ok(answer),
        }
    }
    nothing.ok_or_else(|| AppError::new(ErrorKind::Cancelled, "interrupted"))
}

/// Checks a scenario within one budget and explains a violation.
fn explain_within(
    scenario: &Scenario,
    request: &ExplainRequest<'_>,
    execution: &Execution<'_>,
) -> Result<Answer, AppError> {
    let limits = request.limits.on(execution);
    let checked = execution.on_threads(|| check::search(scenario, &limits, execution.observer));
    let asked = |v: &&doc::Verdict| request.property.is_none_or(|p| p.name() == v.property);
    let verdicts = &checked.document.verdicts;
    let violated: Vec<&doc::Verdict> = verdicts
        .iter()
        .filter(|verdict| verdict.counterexample.is_some())
        .collect();
    let explained = violated.iter().copied().find(asked).and_then(|verdict| {
        let property = Property::from_name(&verdict.property)?;
        Some((property, verdict.counterexample.clone()?))
    });
    let Some((property, counterexample)) = explained else {
        let answered: Vec<doc::Verdict> = verdicts.iter().filter(asked).cloned().collect();
        if answered.is_empty() {
            let name = request.property.map_or("", Property::name);
            return Err(AppError::input(format!(
                "the scenario does not check {name}: add it to check.properties"
            )));
        }
        return Ok(Answer::NothingViolated {
            budget: checked.document.budget.clone(),
            verdicts: answered,
        });
    };
    let others = violated.iter().map(|verdict| verdict.property.as_str());
    let others: Vec<&str> = others.filter(|name| *name != property.name()).collect();
    let mut notes = Vec::new();
    if checked.interrupted {
        notes.push("the check was interrupted".to_owned());
    }
    if !others.is_empty() {
        notes.push(format!(
            "also violated: {} (explain them with --property)",
            others.join(", ")
        ));
    }
    let command = (request.command)(property).to_string();
    let warnings = &request.loaded.warnings;
    Ok(Answer::Explained(Box::new(Explanation {
        topology: compile::checked_topology(scenario),
        engine: Engine::Check,
        trial: None,
        property,
        budget: checked.document.name.clone(),
        counterexample,
        notes,
        document: document(scenario, warnings, &command, vec![checked.document], None),
    })))
}

/// Explains a trace: leaves out the steps that the violation does not need.
///
/// # Errors
///
/// When the trace is not what happens, or violates nothing.
pub fn explain_trace(
    trace: &Trace,
    loaded: &Loaded,
    replay: &Replay,
    asked: Option<Property>,
) -> Result<Explanation, AppError> {
    let scenario = replay.scenario();
    let asked = asked.or_else(|| replay.property());
    let mut notes = Vec::new();
    let (property, counterexample) = if asked == Some(Property::ServiceReturns) {
        // It is about what cannot follow from the end, which no shorter path need have in common.
        (Property::ServiceReturns, trace.counterexample.clone())
    } else {
        let listed = asked.map_or_else(|| compile::check::properties(scenario), |one| vec![one]);
        let ground = Ground::unlimited(replay.topology());
        let events = replay.events();
        // Of several the one that breaks first.
        let broken = listed.into_iter().filter_map(|property| {
            let at = ground.first(events, Target::Violation(property.bit()))?;
            Some((at, property))
        });
        let Some((_, property)) = broken.min() else {
            let what = asked.map_or("any property of the scenario", Property::name);
            let message = format!("nothing to explain: the trace does not violate {what}");
            return Err(AppError::new(ErrorKind::Differs, message));
        };
        let needed = minimise(ground, events, Target::Violation(property.bit()));
        let needed = needed.ok_or_else(|| AppError::defect("a violation has no shorter form"))?;
        let (all, left) = (events.len(), needed.len());
        if left < all {
            let fewer = all - left;
            notes.push(format!("{fewer} of {all} recorded steps were not needed"));
        }
        (
            property,
            counterexample::tell(ground, &needed, Some(property)),
        )
    };
    let command = &trace.identity.command;
    Ok(Explanation {
        budget: trace.budget.clone(),
        document: document(scenario, &loaded.warnings, command, Vec::new(), None),
        engine: trace.engine,
        trial: trace.trial,
        property,
        counterexample,
        notes,
        topology: replay.topology().clone(),
    })
}

impl Explanation {
    /// One line that names the violation.
    #[must_use]
    pub fn headline(&self) -> String {
        let property = self.property;
        let title = property_text(property).title;
        format!("{} is violated", words::property(title, property.name()))
    }

    /// The explanation as a trace.
    #[must_use]
    pub fn trace(&self) -> Trace {
        Trace {
            schema: TRACE_SCHEMA.to_owned(),
            identity: self.document.identity.clone(),
            engine: self.engine,
            trial: self.trial,
            property: Some(self.property.name().to_owned()),
            budget: self.budget.clone(),
            title: property_text(self.property).title.to_owned(),
            counterexample: self.counterexample.clone(),
        }
    }
}

/// A scenario that is to expect an explained violation.
pub struct RegressionRequest<'a> {
    /// The violation.
    pub explanation: &'a Explanation,
    /// The overrides under which it was found.
    pub overrides: &'a [(String, String)],
    /// The file that is extended, absolute.
    pub scenario: &'a Path,
    /// The file that will be written, absolute.
    pub path: &'a Path,
    /// Where the files that it names are read.
    pub resolver: &'a dyn Resolver,
}

/// The text of a scenario that expects the violation. It is loaded and checked first: what it
/// expects is what it finds.
///
/// # Errors
///
/// When the violation cannot be expressed so, or the check does not find it.
pub fn regression(
    request: &RegressionRequest<'_>,
    execution: &Execution<'_>,
) -> Result<String, AppError> {
    let explanation = request.explanation;
    let extends = regression::relative(request.path, request.scenario);
    let mut violated = BTreeSet::from([explanation.property]);
    // The narrowed check may find other invariants broken on the same path.
    for _ in 0..2 {
        let source = regression::RegressionSource {
            extends: &extends,
            title: &explanation.document.scenario.name,
            overrides: request.overrides,
            engine: explanation.engine,
            counterexample: &explanation.counterexample,
            property: explanation.property,
            violated: &violated,
        };
        let refuse = |error: &dyn std::fmt::Display| AppError::input(error.to_string());
        let text = regression::text(&source, &explanation.topology);
        let text = text.map_err(|error| refuse(&error))?;
        let name = request.path.display().to_string();
        let loaded = scenario::load_text(&name, &text, &[], request.resolver)
            .map_err(|error| refuse(&error))?;
        let limits = SearchLimits::default().on(execution);
        let checked =
            execution.on_threads(|| check::search(&loaded.scenario, &limits, execution.observer));
        if checked.interrupted {
            return Err(AppError::new(ErrorKind::Cancelled, "interrupted"));
        }
        let verdicts = &checked.document.verdicts;
        if verdicts.iter().all(|verdict| verdict.as_expected) {
            return Ok(text);
        }
        let found = verdicts.iter();
        let found = found.filter(|verdict| verdict.status == doc::VerdictStatus::Violated);
        violated.extend(found.filter_map(|verdict| Property::from_name(&verdict.property)));
    }
    let name = explanation.property.name();
    Err(AppError::input(format!(
        "a check with the faults of this path alone does not find {name} violated"
    )))
}
