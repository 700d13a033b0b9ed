//! The main job: check and simulate one scenario, and put everything into one result document.

use poolproof_reports::{bundle, document as doc, json};

use super::checkpoint::CheckpointStore;
use super::document::result::document;
use super::error::AppError;
use super::limits::SearchLimits;
use super::observer::Execution;
use super::reproduction::{Reproduction, Settings};
use super::simulation::Alone;
use super::{check, simulation};
use crate::scenario::Loaded;

/// An evaluation of one scenario.
pub struct EvaluateRequest<'a> {
    /// The scenario.
    pub loaded: &'a Loaded,
    /// Its file, as the commands in the result name it.
    pub path: &'a str,
    /// The names of the budgets of its check; without any, those that run without being asked for.
    pub budgets: &'a [String],
    /// The limits of each search.
    pub limits: &'a SearchLimits,
    /// Seed and overrides that were given, for the commands in the result.
    pub settings: &'a Settings,
    /// Where finished trials are kept, if anywhere.
    pub checkpoint: Option<&'a dyn CheckpointStore>,
    /// Whether to resume from what is kept there.
    pub resume: bool,
    /// The command that makes it again.
    pub command: &'a Reproduction,
}

/// What was found about one scenario.
pub struct Evaluation {
    /// The result.
    pub document: doc::ResultDocument,
    /// The incidents of the first trials, which are no part of the result.
    pub incidents: Vec<doc::Incident>,
    /// Whether the caller ended it early.
    pub interrupted: bool,
    /// Whether it is about the drills of a fault that was named: their phases are of interest.
    pub is_drill: bool,
    /// What went wrong beside the result.
    pub problems: Vec<AppError>,
}

impl Evaluation {
    /// A result that is complete.
    pub(super) const fn of(document: doc::ResultDocument) -> Self {
        Self {
            document,
            incidents: Vec::new(),
            interrupted: false,
            is_drill: false,
            problems: Vec::new(),
        }
    }

    /// The files of its report: their names, with `/`, and their bytes. The document becomes what
    /// is stored, so that the same bytes are rendered from the stored result.
    ///
    /// # Errors
    ///
    /// A defect, where the document cannot be rendered.
    pub fn files(&mut self) -> Result<Vec<(String, Vec<u8>)>, AppError> {
        let text = json::result(&self.document).map_err(undrawn)?;
        self.document = doc::ResultDocument::parse(&text).map_err(undrawn)?;
        bundle::render(&self.document, &self.incidents).map_err(undrawn)
    }
}

fn undrawn(error: impl std::fmt::Display) -> AppError {
    AppError::defect(format_args!("the report cannot be drawn: {error}"))
}

/// Checks and simulates a scenario.
///
/// # Errors
///
/// When a checkpoint cannot be resumed from, or the scenario does not have a budget that is named.
pub fn evaluate(
    request: &EvaluateRequest<'_>,
    execution: &Execution<'_>,
) -> Result<Evaluation, AppError> {
    let scenario = &request.loaded.scenario;
    let scenarios = check::within_budgets(scenario, request.budgets)?;
    let limits = request.limits.on(execution);
    let ((checks, interrupted), cut_sets) = execution.on_threads(|| {
        (
            check::search_each(&scenarios, &limits, execution.observer),
            check::cuts_of_report(scenario, &limits, execution.observer),
        )
    });
    let simulated = simulation::alone(scenario, request.checkpoint, request.resume, execution)?;
    let found = EvaluationParts {
        checks,
        interrupted,
        cut_sets,
        simulated,
    };
    Ok(assembled(request, found))
}

/// The parts of an evaluation.
pub(super) struct EvaluationParts {
    /// The checks, in the order of the budgets.
    pub(super) checks: Vec<doc::Check>,
    /// Whether the caller ended one of them.
    pub(super) interrupted: bool,
    /// The cut sets, if they were searched for.
    pub(super) cut_sets: Option<doc::CutSets>,
    /// The simulation.
    pub(super) simulated: Alone,
}

/// Puts the parts of an evaluation together, in whatever order they were found.
pub(super) fn assembled(request: &EvaluateRequest<'_>, found: EvaluationParts) -> Evaluation {
    let EvaluationParts {
        checks,
        interrupted,
        cut_sets,
        mut simulated,
    } = found;
    simulation::name_replays(
        &mut simulated.found.document,
        request.path,
        request.settings,
        None,
    );
    let mut document = document(
        &request.loaded.scenario,
        &request.loaded.warnings,
        &request.command.to_string(),
        checks,
        Some(simulated.found.document),
    );
    document.cut_sets = cut_sets.map(|cut_sets| doc::CutSets {
        identity: document.identity.clone(),
        ..cut_sets
    });
    Evaluation {
        document,
        incidents: simulated.found.incidents,
        interrupted: interrupted || simulated.found.interrupted,
        is_drill: false,
        problems: simulated.problems,
    }
}
