//! Candidates: the scenario with one choice of each decision, and what the checker says of it.

use std::collections::BTreeMap;

use poolproof_models::names::property::Goal;
use poolproof_reports::advice::{CandidateProperty, CandidateStatus, InvalidCandidate};
use poolproof_reports::document as doc;

use super::AdviceRequest;
use super::decisions::{ChoiceSettings, DecisionChoice, VariedDecision};
use crate::app::compile::slices;
use crate::app::limits::SearchLimits;
use crate::app::observer::Execution;
use crate::app::reproduction::{self, Reproduction};
use crate::app::{check, compile};
use crate::scenario::diagnostic::Severity;
use crate::scenario::library::Resolver;
use crate::scenario::{self, LoadError, Scenario};

/// A choice of each decision: 0 is the scenario's own.
pub(super) type Choices = Vec<usize>;

/// What some choices change.
pub(super) struct ChosenChanges {
    /// In words.
    pub(super) words: Vec<String>,
    /// As settings.
    pub(super) settings: ChoiceSettings,
    /// What the choices cost per year beside the prices.
    pub(super) cost_per_year: f64,
}

impl ChosenChanges {
    pub(super) fn of(decisions: &[VariedDecision], choices: &[usize]) -> Self {
        let chosen = decisions.iter().zip(choices);
        let chosen =
            chosen.filter_map(|(decision, choice)| decision.choices.get(choice.checked_sub(1)?));
        let chosen: Vec<&DecisionChoice> = chosen.collect();
        let settings = chosen.iter().flat_map(|one| &one.settings);
        Self {
            words: chosen.iter().map(|one| one.words()).collect(),
            settings: settings.cloned().collect(),
            cost_per_year: chosen.iter().map(|one| one.cost_per_year).sum(),
        }
    }
}

/// Loads the scenario with settings beside those of the request.
pub(super) fn load(
    request: &AdviceRequest<'_>,
    resolver: &dyn Resolver,
    more: &[(String, String)],
) -> Result<Scenario, LoadError> {
    let set = request.settings.overrides.iter().chain(more).cloned();
    let set: Vec<_> = set.collect();
    let mut scenario = scenario::load_from(resolver, request.scenario, &set)?.scenario;
    let simulate = &mut scenario.simulate;
    if let Some(seed) = request.settings.seed {
        simulate.seed = seed;
    }
    simulate.trials = match request.trials {
        Some(trials) => trials,
        None => simulate.trials.min(super::TRIALS_MOST),
    };
    // The race says when trials are enough, and nothing shows single incidents.
    simulate.incident_trials = 0;
    simulate.precision = 0.0;
    simulate.stop_when_decided = false;
    Ok(scenario)
}

/// Why settings make no valid scenario.
pub(super) fn invalid(changes: Vec<String>, error: &LoadError) -> InvalidCandidate {
    let mut errors = error.diagnostics.iter();
    let first = errors.find(|one| one.severity == Severity::Error);
    let code = first.map_or(String::new(), |first| match &first.rule {
        Some(rule) => format!("{rule} ({})", first.code),
        None => first.code.clone(),
    });
    InvalidCandidate {
        changes,
        code,
        message: first.map_or(String::new(), |first| first.message.clone()),
    }
}

/// What the checker says of candidates. Those that differ only in clocks, prices or other values
/// that it never reads are the same model, which is searched once.
#[derive(Default)]
pub(super) struct Safety {
    known: BTreeMap<String, Vec<doc::Verdict>>,
}

/// Whether a candidate is safe, and the properties that say otherwise.
pub(super) struct Judgement {
    /// None where it is safe.
    pub(super) status: Option<CandidateStatus>,
    /// The properties that it breaks, or that are undecided.
    pub(super) properties: Vec<CandidateProperty>,
}

impl Safety {
    /// Judges a candidate within the first budget of its scenario; `None` where the caller ended
    /// the search.
    pub(super) fn judge(
        &mut self,
        request: &AdviceRequest<'_>,
        scenario: &Scenario,
        of: &[(String, String)],
        execution: &Execution<'_>,
    ) -> Option<Judgement> {
        let key = key(scenario);
        if !self.known.contains_key(&key) {
            let limits = request.limits.on(execution);
            let checked =
                execution.on_threads(|| check::search(scenario, &limits, execution.observer));
            if checked.interrupted {
                return None;
            }
            self.known.insert(key.clone(), checked.document.verdicts);
        }
        let verdicts = self.known.get(&key)?;
        let about = |wanted: &dyn Fn(doc::VerdictStatus) -> bool| {
            let odd = |one: &&doc::Verdict| wanted(one.status) && !one.as_expected;
            let found = verdicts.iter().filter(odd);
            found
                .map(|one| property(request, scenario, of, one))
                .collect::<Vec<_>>()
        };
        let broken = about(&|status| status == doc::VerdictStatus::Violated);
        let open = about(&|status| {
            matches!(
                status,
                doc::VerdictStatus::Undecided | doc::VerdictStatus::NotChecked
            )
        });
        Some(if !broken.is_empty() {
            Judgement {
                status: Some(CandidateStatus::Unsafe),
                properties: broken,
            }
        } else if !open.is_empty() {
            Judgement {
                status: Some(CandidateStatus::SafetyUndecided),
                properties: open,
            }
        } else {
            Judgement {
                status: None,
                properties: Vec::new(),
            }
        })
    }
}

/// Everything that decides what the checker finds: the compiled model, what is asked of it, what
/// it leaves out of that, and what is expected.
fn key(scenario: &Scenario) -> String {
    let model = compile::check::model(scenario);
    let goals: Vec<(Goal, bool)> = compile::check::expected_goals(scenario).collect();
    let asked = compile::check::properties(scenario);
    let missing = asked.iter().map(|one| slices::missing(scenario, *one));
    let missing: Vec<_> = missing.collect();
    format!(
        "{model:?} {asked:?} {missing:?} {goals:?} {:?} {:?}",
        scenario.check, scenario.expect
    )
}

/// A property as the document has it, with the command that shows its counterexample.
fn property(
    request: &AdviceRequest<'_>,
    scenario: &Scenario,
    of: &[(String, String)],
    verdict: &doc::Verdict,
) -> CandidateProperty {
    let (faults, steps) = match verdict.reach {
        doc::Reach::Shortest { faults, steps } | doc::Reach::NearestTrap { faults, steps } => {
            (Some(faults), Some(steps))
        }
        _ => (None, None),
    };
    let mut all = request.settings.clone();
    all.seed = None;
    // The checker reads neither.
    all.overrides
        .retain(|(path, _)| !path.starts_with("simulate.") && path != "expect.objectives");
    all.overrides.extend_from_slice(of);
    CandidateProperty {
        property: verdict.property.clone(),
        title: verdict.title.clone(),
        status: verdict.status,
        faults,
        steps,
        command: command(request.scenario, &all, scenario, request.limits),
    }
}

fn command(
    path: &str,
    settings: &reproduction::Settings,
    scenario: &Scenario,
    limits: &SearchLimits,
) -> String {
    let time = limits.time.as_ref().map(|limit| &limit.text);
    let size = limits.bytes.as_ref().map(|limit| &limit.text);
    let budget = scenario.check.budgets.first().map(|budget| &budget.name);
    Reproduction::new("check")
        .argument(path)
        .settings(settings)
        .given("--budget", budget)
        .given("--time-limit", time)
        .given("--memory-limit", size)
        .to_string()
}
