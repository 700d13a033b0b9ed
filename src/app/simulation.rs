//! Simulating one scenario: many years, drills, and rare events where they are asked for.

use std::ops::Range;

use poolproof_engines::simulate::rare::{RareError, RareEventMethod};
use poolproof_engines::simulate::stage::Stage;
use poolproof_engines::simulate::summary::YEAR_MS;
use poolproof_engines::simulate::trial::Rare;
use poolproof_models::names::event::Event;
use poolproof_reports::document as doc;

use super::checkpoint::{Checkpoint, CheckpointStore};
use super::clock::Stopwatch;
use super::document::result::document;
use super::error::AppError;
use super::evaluation::Evaluation;
use super::observer::{Execution, Progress, StageTiming};
use super::reproduction::{Reproduction, Settings};
use super::study::{PartialResult, ReplicationGroup, Study, StudyProgress};
use crate::app::compile;
use crate::app::document::rare;
use crate::app::document::simulation::{Simulated, simulated};
use crate::scenario::{Loaded, Scenario};

/// The name of the fault that every simulation drills: the loss of DC1.
pub const SITE_LOSS: &str = "site-loss";

/// A simulation of one scenario, whose own settings say how many trials.
pub struct SimulateRequest<'a> {
    /// The scenario.
    pub loaded: &'a Loaded,
    /// Its file, as the commands in the result name it.
    pub path: &'a str,
    /// Seed and overrides that were given, for the commands in the result.
    pub settings: &'a Settings,
    /// The fault of the drills where it was given; the scenario holds it already.
    pub drill: Option<&'a str>,
    /// A rare event to estimate as well.
    pub rare: Option<(RareEventMethod, Rare)>,
    /// Where finished trials are kept, if anywhere.
    pub checkpoint: Option<&'a dyn CheckpointStore>,
    /// Whether to resume from what is kept there.
    pub resume: bool,
    /// The command that makes it again.
    pub command: &'a Reproduction,
}

/// Sets the fault of a scenario's drills, or the planned work.
///
/// # Errors
///
/// When the scenario has neither of that name.
pub fn set_drill(scenario: &mut Scenario, name: &str, file: &str) -> Result<(), AppError> {
    if name != SITE_LOSS {
        let known = compile::drillable(scenario);
        if !known.iter().any(|known| known == name) {
            let message = format!("`{name}` cannot be drilled in {file}");
            let known = format!("what can be is {SITE_LOSS}, {}", known.join(", "));
            return Err(AppError::request(message).hinted(known));
        }
    }
    // None for the loss of DC1; other names have been looked up.
    scenario.simulate.drill = Event::from_name(name);
    Ok(())
}

/// Simulates a scenario.
///
/// # Errors
///
/// When rare events cannot be estimated as asked for, or a checkpoint cannot be resumed from.
pub fn simulate(
    request: &SimulateRequest<'_>,
    execution: &Execution<'_>,
) -> Result<Evaluation, AppError> {
    let (loaded, scenario) = (request.loaded, &request.loaded.scenario);
    // First, as it may be refused.
    let rare = match request.rare {
        Some((method, event)) => rare_event(scenario, method, event, execution)?,
        None => None,
    };
    let cut_short = request.rare.is_some() && rare.is_none();
    let Alone {
        mut found,
        problems,
    } = alone(scenario, request.checkpoint, request.resume, execution)?;
    found.document.rare = rare;
    name_replays(
        &mut found.document,
        request.path,
        request.settings,
        request.drill,
    );
    Ok(Evaluation {
        incidents: found.incidents,
        interrupted: found.interrupted || cut_short,
        is_drill: request.drill.is_some(),
        problems,
        ..Evaluation::of(document(
            scenario,
            &loaded.warnings,
            &request.command.to_string(),
            Vec::new(),
            Some(found.document),
        ))
    })
}

/// One scenario, simulated.
pub(super) struct Alone {
    /// What was found.
    pub(super) found: Simulated,
    /// What went wrong with its checkpoint.
    pub(super) problems: Vec<AppError>,
}

/// Simulates one scenario with its checkpoint.
pub(super) fn alone(
    scenario: &Scenario,
    checkpoint: Option<&dyn CheckpointStore>,
    resume: bool,
    execution: &Execution<'_>,
) -> Result<Alone, AppError> {
    let study = Study::new(vec![ReplicationGroup {
        scenarios: vec![scenario.clone()],
    }]);
    let kept = kept(&study, checkpoint, resume, execution)?;
    let [plain, drilled] = study.counts(kept.parts).remove(0);
    let (plain, drilled) = (&plain.tallies[0], &drilled.tallies[0]);
    Ok(Alone {
        found: simulated(scenario, plain, drilled, !kept.complete),
        problems: kept.problem.into_iter().collect(),
    })
}

/// What a run of a study gives.
pub(super) struct Kept {
    /// What is counted.
    pub(super) parts: Vec<PartialResult>,
    /// Whether that is everything.
    pub(super) complete: bool,
    /// What went wrong with the checkpoint.
    pub(super) problem: Option<AppError>,
}

/// Runs a study and keeps what is finished.
pub(super) fn kept(
    study: &Study,
    store: Option<&dyn CheckpointStore>,
    resume: bool,
    execution: &Execution<'_>,
) -> Result<Kept, AppError> {
    let mut checkpoint = Checkpoint::new(store, study);
    let begun = if resume {
        checkpoint.read(study, execution.observer)?
    } else {
        Vec::new()
    };
    let all = 0..study.trials();
    let (parts, complete) = run(study, all, begun, execution, &mut |at| checkpoint.keep(at));
    Ok(Kept {
        problem: checkpoint.end(&parts, complete, execution.observer),
        parts,
        complete,
    })
}

/// Runs a range of a study's trials, from where `parts` end; whether all of it was run.
pub(super) fn run(
    study: &Study,
    trials: Range<u64>,
    parts: Vec<PartialResult>,
    execution: &Execution<'_>,
    keep: &mut (dyn FnMut(StudyProgress<'_>) + Send),
) -> (Vec<PartialResult>, bool) {
    let watch = Stopwatch::start();
    let (total, observer) = (trials.end - trials.start, execution.observer);
    observer.progress(Progress::Simulating { done: 0, total });
    let (parts, complete) = execution.on_threads(|| {
        let is_abandoned = || observer.is_abandoned();
        study.run_unless(&is_abandoned, trials, parts, &mut |at| {
            let done = at.done;
            observer.progress(Progress::Simulating { done, total });
            keep(at);
            !observer.is_cancelled()
        })
    });
    let seconds = watch.seconds();
    let tallies = parts.iter().flat_map(|part| &part.counts.tallies);
    let events: f64 = tallies.map(|tally| tally.events as f64).sum();
    observer.finished(&StageTiming {
        stage: "simulate",
        seconds,
        events_per_second: Some(events / seconds),
        simulated_years_per_second: Some(years(study, &parts) / seconds),
        ..StageTiming::default()
    });
    (parts, complete)
}

fn years(study: &Study, parts: &[PartialResult]) -> f64 {
    let plain = parts.iter().filter(|part| part.stage == Stage::Trials);
    let years = plain.flat_map(|part| {
        let scenarios = study.groups()[part.group].scenarios.iter();
        scenarios.map(|one| part.count as f64 * one.simulate.horizon.ms as f64 / YEAR_MS as f64)
    });
    years.sum()
}

/// The command that runs one trial again; of the drills of a fault, if that is given.
#[must_use]
pub fn replay_of_trial(
    scenario: &str,
    settings: &Settings,
    number: u64,
    drill: Option<&str>,
) -> Reproduction {
    Reproduction::new("replay")
        .option("--trial", number)
        .given("--drill", drill)
        .argument(scenario)
        .settings(settings)
}

/// Adds to each property that a trial broke the command that shows it.
pub(super) fn name_replays(
    simulation: &mut doc::Simulation,
    path: &str,
    settings: &Settings,
    drill: Option<&str>,
) {
    for seen in &mut simulation.violations_seen {
        let drill = seen.drill.then(|| drill.unwrap_or(SITE_LOSS));
        let command = replay_of_trial(path, settings, seen.first_trial, drill);
        seen.replay = command.to_string();
    }
}

/// Estimates a rare event; `None` where the caller ended it.
fn rare_event(
    scenario: &Scenario,
    method: RareEventMethod,
    event: Rare,
    execution: &Execution<'_>,
) -> Result<Option<doc::RareEvent>, AppError> {
    let (total, observer) = (scenario.simulate.trials, execution.observer);
    observer.progress(Progress::RareEvents { done: 0, total });
    let found = execution.on_threads(|| {
        rare::simulated(scenario, method, event, &mut |done, _| {
            observer.progress(Progress::RareEvents { done, total });
            !observer.is_cancelled()
        })
    });
    found.map_err(|error| refused(scenario, &error))
}

/// Why there is no estimate, and what to change.
fn refused(scenario: &Scenario, error: &RareError) -> AppError {
    let message = format!("{}: {error}", scenario.name);
    match error {
        RareError::NotExponential { .. } => AppError::input(message).hinted(
            "forced failures need exponential times between failures; write failures.shape = \
             1.0, or use --rare=hazard",
        ),
        RareError::LossesOnly => {
            AppError::request(message).hinted("--rare=cycles estimates outages too")
        }
        RareError::TooFewPaths { least, .. } => AppError::request(message).hinted(format!(
            "--trials {least}, or --rare=hazard, which has no such limit"
        )),
    }
}
