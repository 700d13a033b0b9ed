//! The answer to a change, first coarse and then finer, until it is the result of the command.

use poolproof_reports::{document as doc, live};

use super::finding::{LiveFinding, Refinement};
use super::{Changed, WhatIf};
use crate::app::compare::{self, ComparisonInput};
use crate::app::document::result::document;
use crate::app::document::simulation::Simulated;
use crate::app::error::AppError;
use crate::app::evaluation::{EvaluateRequest, assembled};
use crate::app::limits::SearchLimits;
use crate::app::observer::Execution;
use crate::app::simulation::{self, Kept};
use crate::app::study::{ReplicationGroup, Study};
use crate::app::{check, evaluation};
use crate::scenario::Scenario;

/// The trials, and the drills, of the first figures: the fewest with an honest interval, which is
/// wide. They take a moment.
const FIRST: u64 = 100;

/// Those of the next figures, and of the first differences.
pub(super) const COARSE: u64 = 2_000;

/// Those of the figures and differences before the scenario's own number.
pub(super) const FINE: u64 = 20_000;

/// A question: what a changed scenario comes to, and what differs from another one.
pub struct Inquiry<'a> {
    /// The scenario and its limits.
    pub about: &'a WhatIf,
    /// The changed scenario.
    pub changed: &'a Changed,
    /// What it is compared with.
    pub before: Option<&'a Changed>,
}

/// Takes what is found.
pub type OnFinding<'a> = &'a mut dyn FnMut(LiveFinding);

impl Inquiry<'_> {
    /// Answers it, until the result is complete or the caller ends it; whether it is complete.
    ///
    /// # Errors
    ///
    /// A defect.
    pub fn answer(&self, execution: &Execution<'_>, take: OnFinding<'_>) -> Result<bool, AppError> {
        let scenario = &self.changed.loaded.scenario;
        let limits = self.about.limits.on(execution);
        let scenarios = check::within_budgets(scenario, &[])?;
        let mut answer = Partly {
            inquiry: self,
            checks: vec![None; scenarios.len()],
            simulated: None,
        };
        let mut order: Vec<usize> = (0..scenarios.len()).collect();
        order.sort_by_key(|index| size(&scenarios[*index]));
        let mut order = order.into_iter();
        let first = order.next();
        if !answer.search(&scenarios, first, &limits, execution) {
            return Ok(false);
        }
        take(answer.finding(Refinement::FirstVerdicts));
        for trials in [FIRST, COARSE] {
            if !answer.simulate(trials, execution, take)? {
                return Ok(false);
            }
        }
        if !self.differ(COARSE, execution, take)? {
            return Ok(false);
        }
        // Sure figures are worth more than the verdicts of large budgets, which take longest.
        if !answer.simulate(FINE, execution, take)? {
            return Ok(false);
        }
        for index in order {
            if !answer.search(&scenarios, Some(index), &limits, execution) {
                return Ok(false);
            }
            take(answer.finding(Refinement::Partial));
        }
        if !self.differ(FINE, execution, take)? {
            return Ok(false);
        }
        self.complete(answer.checks, &limits, execution, take)
    }

    /// Adds what is left of the result of the command.
    fn complete(
        &self,
        checks: Vec<Option<doc::Check>>,
        limits: &SearchLimits,
        execution: &Execution<'_>,
        take: OnFinding<'_>,
    ) -> Result<bool, AppError> {
        let loaded = &self.changed.loaded;
        let cut_sets = execution
            .on_threads(|| check::cuts_of_report(&loaded.scenario, limits, execution.observer));
        if execution.observer.is_cancelled() {
            return Ok(false);
        }
        let command = self.about.command(self.changed);
        let request = EvaluateRequest {
            loaded,
            path: self.about.file(),
            budgets: &[],
            limits,
            settings: &self.changed.settings,
            checkpoint: None,
            resume: false,
            command: &command,
        };
        let simulated = simulation::alone(&loaded.scenario, None, false, execution)?;
        let found = evaluation::EvaluationParts {
            checks: checks.into_iter().flatten().collect(),
            interrupted: execution.observer.is_cancelled(),
            cut_sets,
            simulated,
        };
        let evaluation = assembled(&request, found);
        if evaluation.interrupted {
            return Ok(false);
        }
        take(LiveFinding::Answer {
            refinement: Refinement::Complete,
            document: Box::new(evaluation.document),
        });
        Ok(true)
    }

    /// Compares with the scenario before the change, under the same failures; whether it came to
    /// its end.
    fn differ(
        &self,
        trials: u64,
        execution: &Execution<'_>,
        take: OnFinding<'_>,
    ) -> Result<bool, AppError> {
        let Some(before) = self.before else {
            return Ok(true);
        };
        let after = &self.changed.loaded.scenario;
        let mut scenarios = vec![before.loaded.scenario.clone(), after.clone()];
        // What has another horizon has other trials: there is nothing to compare.
        if scenarios[0].simulate.horizon != after.simulate.horizon {
            return Ok(true);
        }
        for scenario in &mut scenarios {
            // Both run the trials of the state that is shown.
            scenario.simulate.clone_from(&after.simulate);
            *scenario = with_trials(scenario, trials);
            // As in a comparison: nothing is listed, and nothing ends early.
            scenario.simulate.incident_trials = 0;
            scenario.simulate.precision = 0.0;
            scenario.simulate.stop_when_decided = false;
        }
        let labels = ["before", "after"].map(str::to_owned);
        let study = Study::new(vec![ReplicationGroup {
            scenarios: scenarios.clone(),
        }]);
        let Kept {
            parts, complete, ..
        } = simulation::kept(&study, None, false, execution)?;
        if !complete {
            return Ok(false);
        }
        let compared = compare::document(&ComparisonInput {
            scenarios: &scenarios,
            labels: &labels,
            checks: &[],
            counts: &study.counts(parts).remove(0),
            interrupted: false,
            command: "",
        });
        take(LiveFinding::Differences {
            trials: [compared.trials, compared.drill_trials],
            rows: live::differences(&compared),
        });
        Ok(true)
    }
}

/// An answer in the making.
struct Partly<'a> {
    inquiry: &'a Inquiry<'a>,
    /// The checks that are done, in the order of the budgets.
    checks: Vec<Option<doc::Check>>,
    simulated: Option<Simulated>,
}

impl Partly<'_> {
    /// Searches within a budget, if there is one; whether the search came to its end.
    fn search(
        &mut self,
        scenarios: &[Scenario],
        index: Option<usize>,
        limits: &SearchLimits,
        execution: &Execution<'_>,
    ) -> bool {
        let Some(index) = index else {
            return true;
        };
        let scenario = &scenarios[index];
        let checked = execution.on_threads(|| check::search(scenario, limits, execution.observer));
        if checked.interrupted {
            return false;
        }
        self.checks[index] = Some(checked.document);
        true
    }

    /// Simulates so many trials and drills, unless the scenario has no more of its own; whether the
    /// simulation came to its end.
    fn simulate(
        &mut self,
        trials: u64,
        execution: &Execution<'_>,
        take: OnFinding<'_>,
    ) -> Result<bool, AppError> {
        let scenario = &self.inquiry.changed.loaded.scenario;
        if trials >= scenario.simulate.trials {
            return Ok(true);
        }
        let scenario = with_trials(scenario, trials);
        let found = simulation::alone(&scenario, None, false, execution)?.found;
        if found.interrupted {
            return Ok(false);
        }
        self.simulated = Some(found);
        take(self.finding(Refinement::Partial));
        Ok(true)
    }

    /// The answer so far.
    fn finding(&self, refinement: Refinement) -> LiveFinding {
        let loaded = &self.inquiry.changed.loaded;
        let command = self.inquiry.about.command(self.inquiry.changed);
        let simulated = self.simulated.as_ref();
        LiveFinding::Answer {
            refinement,
            document: Box::new(document(
                &loaded.scenario,
                &loaded.warnings,
                &command.to_string(),
                self.checks.iter().flatten().cloned().collect(),
                simulated.map(|found| found.document.clone()),
            )),
        }
    }
}

/// The same scenario with fewer trials and drills.
pub(super) fn with_trials(scenario: &Scenario, trials: u64) -> Scenario {
    let mut scenario = scenario.clone();
    let settings = &mut scenario.simulate;
    settings.trials = settings.trials.min(trials);
    settings.drill_trials = settings.drill_trials.min(trials);
    scenario
}

/// How large a search may become: faults, and mistakes.
fn size(scenario: &Scenario) -> (u32, u32) {
    let check = &scenario.check;
    (check.faults, check.mistakes.unwrap_or(check.faults))
}
