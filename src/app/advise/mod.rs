//! Advice: which of many designs meets the objectives of a scenario at least cost.
//!
//! Candidates are the scenario with other decisions, as `--set` would make them. The checker comes
//! first: a candidate that breaks a property is out. The others race under the same random numbers
//! until the best is decided.

mod candidates;
mod decisions;
mod race;
mod sensitivity;

use std::collections::BTreeMap;

use poolproof_reports::advice::{
    AdviceCandidate, AdviceDocument, AdviceFigures, AdviceOutcome, AdviceSearch, CandidateProperty,
    CandidateStatus, InvalidCandidate, PhaseMean, SCHEMA, Sensitivity,
};
use poolproof_reports::figure::Figure;

use self::candidates::{Choices, ChosenChanges, Safety};
use self::race::{Race, Raced, Rounds, Shares};
use self::sensitivity::Finalists;
use super::error::{AppError, ErrorKind};
use super::front::{self, Coordinates};
use super::limits::SearchLimits;
use super::objectives;
use super::observer::Execution;
use super::reproduction::{self, Reproduction};
use crate::app::document::names;
use crate::app::document::stopping::stated_confidence;
use crate::scenario::Scenario;
use crate::scenario::library::Resolver;

pub use decisions::{ChoiceSettings, DecisionChoice, VariedDecision};

/// The most candidates that race together. Where the decisions have more combinations, one
/// decision at a time is changed, and then these are the most neighbours of a candidate.
pub const CANDIDATES_MOST: usize = 64;

/// Codes of keys that there are not, and of values that are no values.
const MISTYPED: [&str; 2] = ["E0012", "E0020"];

/// The most trials of a candidate unless a number is given.
pub const TRIALS_MOST: u64 = 20_000;

/// A question for advice.
pub struct AdviceRequest<'a> {
    /// The scenario file.
    pub scenario: &'a str,
    /// Seed and overrides, for all candidates.
    pub settings: &'a reproduction::Settings,
    /// The most trials of a candidate, in place of the scenario's.
    pub trials: Option<u64>,
    /// The decisions that vary. Where there are none, those that the scenario declares, and without
    /// them the shipped list.
    pub decisions: &'a [VariedDecision],
    /// Whether assumptions are changed by a factor of two.
    pub sensitivities: bool,
    /// The limits of each search for counterexamples.
    pub limits: &'a SearchLimits,
    /// The command that makes it again.
    pub command: &'a str,
}

/// A candidate on its way.
struct Entrant {
    choices: Choices,
    changes: Vec<String>,
    settings: ChoiceSettings,
    scenario: Scenario,
    /// None where nothing has a price.
    cost_per_year: Option<f64>,
    /// None where it is safe.
    unsafe_by: Option<CandidateStatus>,
    properties: Vec<CandidateProperty>,
    raced: Option<Raced>,
}

impl Entrant {
    /// What it costs; 0 without prices.
    fn cost(&self) -> f64 {
        self.cost_per_year.unwrap_or_default()
    }
}

/// Everything that is known while candidates are looked at.
struct Inquest<'a> {
    request: &'a AdviceRequest<'a>,
    resolver: &'a dyn Resolver,
    execution: &'a Execution<'a>,
    decisions: Vec<VariedDecision>,
    rounds: Rounds,
    /// How many intervals of objectives share the error.
    intervals: u64,
    /// How many comparisons do.
    comparisons: u64,
    safety: Safety,
    seen: BTreeMap<Choices, Option<usize>>,
    entrants: Vec<Entrant>,
    invalid: Vec<InvalidCandidate>,
}

/// Finds what meets the objectives at least cost or, if nothing does, what comes nearest.
///
/// # Errors
///
/// When the scenario is invalid or has no objectives, a decision cannot vary, there are too many
/// candidates, or the caller ended the work.
pub fn advise(
    request: &AdviceRequest<'_>,
    resolver: &dyn Resolver,
    execution: &Execution<'_>,
) -> Result<AdviceDocument, AppError> {
    let base = candidates::load(request, resolver, &[])?;
    if base.expect.objectives.is_empty() {
        let message = format!(
            "{} has no objectives, so that nothing says what advice is to reach",
            request.scenario
        );
        return Err(AppError::input(message).hinted(
            "add them to [expect], as in objectives = [\"per_year.availability >= 99.9%\"]",
        ));
    }
    let decisions = if !request.decisions.is_empty() {
        decisions::asked(request.decisions, &base)?
    } else if !base.decisions.is_empty() {
        decisions::declared(&base)
    } else {
        let loads = |set: &ChoiceSettings| candidates::load(request, resolver, set).is_ok();
        decisions::shipped(&base, &loads)
    };
    let plan = CandidatePlan::of(&decisions)?;
    let rounds = race::rounds(base.simulate.trials, base.simulate.drill_trials);
    let objectives = base.expect.objectives.len() as u64;
    let looks = rounds.len() as u64;
    let mut inquest = Inquest {
        request,
        resolver,
        execution,
        decisions,
        intervals: plan.combinations * objectives * looks,
        comparisons: plan.pairs() * looks,
        rounds,
        safety: Safety::default(),
        seen: BTreeMap::new(),
        entrants: Vec::new(),
        invalid: Vec::new(),
    };
    let passes = inquest.search(&plan, &base)?;
    inquest.document(&plan, passes, &base)
}

/// How candidates are chosen.
struct CandidatePlan {
    /// How many combinations the decisions have.
    combinations: u64,
    /// Whether all of them are candidates.
    every: bool,
    /// The most candidates of a pass.
    at_a_time: u64,
    /// The most passes.
    passes_most: u64,
}

/// The most combinations of decisions: each has its share of the error, looked at or not.
const COMBINATIONS_MOST: u64 = 100_000;

impl CandidatePlan {
    fn of(decisions: &[VariedDecision]) -> Result<Self, AppError> {
        let choices = || decisions.iter().map(|one| one.choices.len());
        let multiplied = |all: u64, choices: usize| all.saturating_mul(choices as u64 + 1);
        let combinations = choices().fold(1, multiplied);
        if combinations <= CANDIDATES_MOST as u64 {
            return Ok(Self {
                combinations,
                every: true,
                at_a_time: combinations,
                passes_most: 1,
            });
        }
        let at_a_time = choices().sum::<usize>() + 1;
        if combinations > COMBINATIONS_MOST {
            let message = format!("the decisions have more than {COMBINATIONS_MOST} combinations");
            return Err(AppError::request(message).hinted("vary fewer of them at a time"));
        }
        if at_a_time > CANDIDATES_MOST {
            let message = format!(
                "the decisions have {at_a_time} choices, and at most {CANDIDATES_MOST} can race"
            );
            return Err(AppError::request(message).hinted("give fewer values to --vary"));
        }
        Ok(Self {
            combinations,
            every: false,
            at_a_time: at_a_time as u64,
            passes_most: decisions.len() as u64 + 1,
        })
    }

    /// How many pairs of a candidate and a leader may be compared in a round. In a single pass the
    /// leader is chosen by earlier trials. Later passes run the same trials again, which have
    /// chosen candidates and leaders: there every pair of neighbours counts.
    fn pairs(&self) -> u64 {
        match self.every {
            true => self.combinations,
            false => self.combinations * self.at_a_time * self.at_a_time,
        }
    }
}

impl Inquest<'_> {
    /// Looks at the candidates of the plan; how many passes it took.
    fn search(&mut self, plan: &CandidatePlan, base: &Scenario) -> Result<u64, AppError> {
        if plan.every {
            let points = self.combinations();
            self.pass(&points, base)?;
            return Ok(1);
        }
        let mut current: Choices = vec![0; self.decisions.len()];
        let mut passes = 0;
        loop {
            let points = self.neighbours(&current);
            self.pass(&points, base)?;
            passes += 1;
            let best = self.ranked().first().copied();
            match best.map(|best| &self.entrants[best].choices) {
                Some(best) if *best != current && passes < plan.passes_most => {
                    current.clone_from(best);
                }
                _ => return Ok(passes),
            }
        }
    }

    /// Every combination; the last decision changes first.
    fn combinations(&self) -> Vec<Choices> {
        let mut points: Vec<Choices> = vec![Vec::new()];
        for decision in &self.decisions {
            let with = |point: &Choices, choice| {
                let mut point = point.clone();
                point.push(choice);
                point
            };
            points = points
                .iter()
                .flat_map(|point| (0..=decision.choices.len()).map(|one| with(point, one)))
                .collect();
        }
        points
    }

    /// The candidate, and all that differ from it in one decision.
    fn neighbours(&self, current: &[usize]) -> Vec<Choices> {
        let mut points = vec![current.to_vec()];
        for (number, decision) in self.decisions.iter().enumerate() {
            let others = (0..=decision.choices.len()).filter(|one| *one != current[number]);
            points.extend(others.map(|choice| {
                let mut point = current.to_vec();
                point[number] = choice;
                point
            }));
        }
        points
    }

    /// Loads, checks and races candidates.
    fn pass(&mut self, points: &[Choices], base: &Scenario) -> Result<(), AppError> {
        for point in points {
            if !self.seen.contains_key(point) {
                let entrant = self.enter(point)?;
                self.seen.insert(point.clone(), entrant);
            }
        }
        let known = points.iter().filter_map(|point| self.seen[point]);
        let safe = |index: &usize| self.entrants[*index].unsafe_by.is_none();
        let racing: Vec<usize> = known.filter(safe).collect();
        let entrants = || racing.iter().map(|index| &self.entrants[*index]);
        let race = Race {
            scenarios: &entrants().map(|one| &one.scenario).collect::<Vec<_>>(),
            costs: &entrants().map(Entrant::cost).collect::<Vec<_>>(),
            rounds: &self.rounds,
            shares: Shares::of(stated_confidence(base), self.intervals, self.comparisons),
            observer: self.execution.observer,
        };
        let raced = self.execution.on_threads(|| race::run(&race));
        for (index, raced) in racing.into_iter().zip(raced.ok_or_else(interrupted)?) {
            self.entrants[index].raced = Some(raced);
        }
        Ok(())
    }

    /// Loads and checks a candidate; its number, or `None` where it is no valid scenario.
    fn enter(&mut self, choices: &Choices) -> Result<Option<usize>, AppError> {
        let ChosenChanges {
            words: changes,
            settings,
            cost_per_year: besides,
        } = ChosenChanges::of(&self.decisions, choices);
        let scenario = match candidates::load(self.request, self.resolver, &settings) {
            Ok(scenario) => scenario,
            // A key that there is not is a mistake of the request, and no combination that is.
            Err(error)
                if error
                    .diagnostics
                    .iter()
                    .any(|one| MISTYPED.contains(&one.code.as_str())) =>
            {
                return Err(error.into());
            }
            Err(error) => {
                self.invalid.push(candidates::invalid(changes, &error));
                return Ok(None);
            }
        };
        let judgement = self
            .safety
            .judge(self.request, &scenario, &settings, self.execution);
        let judgement = judgement.ok_or_else(interrupted)?;
        let mut choices_of_all = self.decisions.iter().flat_map(|one| &one.choices);
        let have_costs = choices_of_all.any(|one| one.cost_per_year > 0.0);
        let priced = scenario.cost_per_year();
        self.entrants.push(Entrant {
            choices: choices.clone(),
            changes,
            settings,
            cost_per_year: (have_costs || priced.is_some())
                .then(|| priced.unwrap_or_default() + besides),
            scenario,
            unsafe_by: judgement.status,
            properties: judgement.properties,
            raced: None,
        });
        Ok(Some(self.entrants.len() - 1))
    }

    /// The candidates that have run, best first.
    fn ranked(&self) -> Vec<usize> {
        let entrants = self.entrants.iter().enumerate();
        let mut raced: Vec<(usize, &Raced)> = entrants
            .filter_map(|(index, one)| Some((index, one.raced.as_ref()?)))
            .collect();
        raced.sort_by(|(_, one), (_, other)| race::order(one, other));
        raced.into_iter().map(|(index, _)| index).collect()
    }

    fn outcome(&self, ranked: &[usize]) -> AdviceOutcome {
        let status = |one: &Entrant| one.raced.as_ref().map(|raced| raced.status);
        let open = self.entrants.iter().any(|one| {
            one.unsafe_by == Some(CandidateStatus::SafetyUndecided)
                || status(one) == Some(CandidateStatus::Undecided)
        });
        match ranked
            .first()
            .and_then(|best| status(&self.entrants[*best]))
        {
            Some(CandidateStatus::Meets) => AdviceOutcome::Advised,
            _ if open => AdviceOutcome::Undecided,
            None => AdviceOutcome::NoneSafe,
            Some(_) => AdviceOutcome::NoneMeets,
        }
    }

    fn document(
        self,
        plan: &CandidatePlan,
        passes: u64,
        base: &Scenario,
    ) -> Result<AdviceDocument, AppError> {
        let ranked = self.ranked();
        let outcome = self.outcome(&ranked);
        let best = ranked.first().map(|best| &self.entrants[*best]);
        let missed = best
            .and_then(|best| best.raced.as_ref())
            .filter(|raced| raced.status != CandidateStatus::Meets);
        let binding = missed.and_then(binding);
        let best_command = best.map(|best| {
            let mut settings = self.request.settings.clone();
            settings.overrides.extend(best.settings.iter().cloned());
            let command = Reproduction::new("evaluate").argument(self.request.scenario);
            command.settings(&settings).to_string()
        });
        let sensitivities = self.sensitivities(&ranked, base)?;
        let raced = ranked
            .iter()
            .filter_map(|index| self.entrants[*index].raced.as_ref());
        let coordinates = raced.map(|one| {
            Some(Coordinates {
                cost: one.cost,
                rounds: one.history.clone(),
            })
        });
        let front = front::front(&coordinates.collect::<Vec<_>>());
        let safe = ranked.iter().zip(front);
        let safe = safe.map(|(index, on_front)| candidate(&self.entrants[*index], on_front));
        let others = self.entrants.iter().filter(|one| one.raced.is_none());
        let candidates = safe
            .chain(others.map(|one| candidate(one, false)))
            .collect();
        Ok(AdviceDocument {
            schema: SCHEMA.to_owned(),
            poolproof_version: env!("CARGO_PKG_VERSION").to_owned(),
            command: self.request.command.to_owned(),
            scenario_name: base.name.clone(),
            title: base.title.clone(),
            scenario_digest: base.digest.clone(),
            seed: base.simulate.seed,
            trials: base.simulate.trials,
            horizon_ms: base.simulate.horizon.ms,
            drill_trials: base.simulate.drill_trials,
            budget: names::budget_name(base),
            confidence_together: stated_confidence(base).get(),
            intervals: self.intervals,
            comparisons: self.comparisons,
            search: match plan.every {
                true => AdviceSearch::Every,
                false => AdviceSearch::OneAtATime {
                    combinations: plan.combinations,
                    passes,
                },
            },
            objectives: base
                .expect
                .objectives
                .iter()
                .map(|one| one.text.clone())
                .collect(),
            decisions: self
                .decisions
                .iter()
                .map(VariedDecision::document)
                .collect(),
            invalid: self.invalid,
            candidates,
            outcome,
            best_command,
            binding,
            sensitivities,
        })
    }

    /// What becomes of the best candidate and its rivals where an assumption is wrong.
    fn sensitivities(
        &self,
        ranked: &[usize],
        base: &Scenario,
    ) -> Result<Vec<Sensitivity>, AppError> {
        // By their places in the ranking, which are their places in the document.
        let numbers = self.finalists(ranked);
        if numbers.is_empty() || !self.request.sensitivities {
            return Ok(Vec::new());
        }
        let entrants = numbers.iter().map(|place| &self.entrants[ranked[*place]]);
        let entrants: Vec<&Entrant> = entrants.collect();
        // A quarter of the trials, looked at twice: the order is known already.
        let rounds = self.rounds.iter().take(2).copied().collect();
        let best = entrants[0].raced.as_ref();
        let finalists = Finalists {
            numbers: &numbers,
            met: best.is_some_and(|best| best.status == CandidateStatus::Meets),
            scenarios: &entrants.iter().map(|one| &one.scenario).collect::<Vec<_>>(),
            costs: &entrants.iter().map(|one| one.cost()).collect::<Vec<_>>(),
            rounds: &rounds,
            stated: stated_confidence(base),
            objectives: base.expect.objectives.len() as u64,
        };
        let observer = self.execution.observer;
        let found = self
            .execution
            .on_threads(|| sensitivity::run(&finalists, observer));
        found.ok_or_else(interrupted)
    }

    /// The best candidate, the next one, and of the cheaper ones that which comes nearest: their
    /// places in the ranking.
    fn finalists(&self, ranked: &[usize]) -> Vec<usize> {
        let raced = |index: &usize| self.entrants[*index].raced.as_ref();
        let raced: Vec<&Raced> = ranked.iter().filter_map(raced).collect();
        let Some((best, others)) = raced.split_first() else {
            return Vec::new();
        };
        // Those that do not meet every objective are ranked by how near they come.
        let is_nearer = |one: &&Raced| one.status != CandidateStatus::Meets && one.cost < best.cost;
        let cheaper = others.iter().position(is_nearer);
        let mut found = vec![0];
        found.extend((!others.is_empty()).then_some(1));
        found.extend(cheaper.filter(|at| *at > 0).map(|at| at + 1));
        found
    }
}

fn interrupted() -> AppError {
    AppError::new(
        ErrorKind::Cancelled,
        "interrupted before there was an answer",
    )
}

/// The objective that a candidate misses by most, the first of equal ones.
fn binding(raced: &Raced) -> Option<usize> {
    let ratios = raced.ratios.iter().enumerate();
    let most =
        ratios.max_by(|(at, one), (other_at, other)| one.total_cmp(other).then(other_at.cmp(at)));
    most.map(|(at, _)| at)
}

fn candidate(entrant: &Entrant, on_front: bool) -> AdviceCandidate {
    let raced = entrant.raced.as_ref();
    let simulation = raced.map(|one| &one.simulation);
    let phases = simulation
        .filter(|one| one.drill_trials > 0)
        .map_or(&[][..], |one| &one.outage_by_phase);
    let mean = |ms: Option<f64>| ms.filter(|ms| ms.is_finite());
    AdviceCandidate {
        changes: entrant.changes.clone(),
        settings: decisions::settings(&entrant.settings),
        scenario_digest: entrant.scenario.digest.clone(),
        cost_per_year: entrant.cost_per_year,
        status: match (entrant.unsafe_by, raced) {
            (Some(status), _) => status,
            (None, Some(raced)) => raced.status,
            (None, None) => CandidateStatus::Undecided,
        },
        properties: entrant.properties.clone(),
        trials: simulation.map_or(0, |one| one.trials),
        drill_trials: simulation.map_or(0, |one| one.drill_trials),
        ended: raced.and_then(|one| one.ended),
        figures: simulation.map(|one| AdviceFigures {
            outage_ms: objectives::value(Figure::OUTAGE, one),
            data_lost_ms: objectives::value(Figure::DATA_LOST, one),
            time_to_recover_ms: objectives::value(Figure::TIME_TO_RECOVER, one),
        }),
        objectives: raced.map_or_else(Vec::new, |one| one.objectives.clone()),
        recovery: phases
            .iter()
            .filter_map(|one| {
                Some(PhaseMean {
                    phase: one.phase,
                    ms: mean(one.given_site_loss_ms.mean.value)?,
                })
            })
            .collect(),
        on_front,
    }
}
