//! The result of a study: run here or merged from shards, the same in both cases.

use poolproof_engines::simulate::run::Counts;
use poolproof_reports::comparison::{ComparedVerdict, ComparisonDocument};
use poolproof_reports::document as doc;
use poolproof_reports::sweep::SweepDocument;

use super::job::{ReadyStudy, StudyJob, StudyKind};
use super::part::PartialResult;
use crate::app::check;
use crate::app::checkpoint::CheckpointStore;
use crate::app::compare::{self, ComparisonInput};
use crate::app::document::result;
use crate::app::document::simulation::simulated;
use crate::app::error::AppError;
use crate::app::evaluation::Evaluation;
use crate::app::limits::SearchLimits;
use crate::app::observer::Execution;
use crate::app::reproduction::Settings;
use crate::app::simulation::{self, Kept};
use crate::app::sweep::{self, Sweep};
use crate::scenario::Scenario;

/// What was found.
pub enum StudyContent {
    /// Each scenario for itself, in the order of the job.
    Simulations(Vec<Evaluation>),
    /// Scenarios against the first of them.
    Comparison(Box<ComparisonDocument>),
    /// One scenario at many points.
    Sweep(Box<SweepDocument>),
}

/// A study that has run.
pub struct StudyResult {
    /// What was found.
    pub content: StudyContent,
    /// Whether the caller ended it early.
    pub interrupted: bool,
    /// What went wrong beside the result.
    pub problems: Vec<AppError>,
}

impl StudyResult {
    /// The verdicts that are set side by side; none of simulations.
    pub fn verdicts(&self) -> impl Iterator<Item = &ComparedVerdict> {
        let (compared, swept) = match &self.content {
            StudyContent::Simulations(_) => (None, None),
            StudyContent::Comparison(document) => (Some(&document.scenarios), None),
            StudyContent::Sweep(document) => (None, Some(&document.points)),
        };
        let compared = compared.into_iter().flatten();
        let swept = swept.into_iter().flatten();
        compared
            .flat_map(|one| &one.verdicts)
            .chain(swept.flat_map(|one| &one.verdicts))
    }
}

/// Runs a study on this machine, with its checkpoint.
///
/// # Errors
///
/// When the checkpoint cannot be resumed from, or a sweep has no design.
pub fn run(
    job: &StudyJob,
    ready: &ReadyStudy,
    checkpoint: Option<&dyn CheckpointStore>,
    resume: bool,
    execution: &Execution<'_>,
) -> Result<StudyResult, AppError> {
    let kept = simulation::kept(&ready.study, checkpoint, resume, execution)?;
    let Kept {
        parts,
        complete,
        problem,
    } = kept;
    let mut result = of_parts(job, ready, parts, !complete, execution)?;
    result.problems.extend(problem);
    Ok(result)
}

/// The result of a study whose trials are counted: checks what is to be checked, and puts the
/// documents together.
///
/// # Errors
///
/// When a sweep has no design.
pub fn of_parts(
    job: &StudyJob,
    ready: &ReadyStudy,
    parts: Vec<PartialResult>,
    interrupted: bool,
    execution: &Execution<'_>,
) -> Result<StudyResult, AppError> {
    let (content, stopped) = match job.kind {
        StudyKind::Simulate => {
            let content = StudyContent::Simulations(simulations(job, ready, parts, interrupted));
            (content, false)
        }
        StudyKind::Compare => comparison(job, ready, parts, interrupted, execution),
        StudyKind::Sweep => swept(job, ready, parts, interrupted, execution)?,
    };
    Ok(StudyResult {
        content,
        interrupted: interrupted || stopped,
        problems: Vec::new(),
    })
}

fn simulations(
    job: &StudyJob,
    ready: &ReadyStudy,
    parts: Vec<PartialResult>,
    interrupted: bool,
) -> Vec<Evaluation> {
    let settings = Settings {
        seed: job.seed,
        overrides: job.set.clone(),
    };
    let counts = ready.study.counts(parts);
    let commands = job.commands();
    let one = |(index, [plain, drilled]): (usize, &[Counts; 2])| {
        let (loaded, command) = (&ready.loaded[index], &commands[index]);
        let scenario = &loaded.scenario;
        let mut found = simulated(
            scenario,
            &plain.tallies[0],
            &drilled.tallies[0],
            interrupted,
        );
        let path = &job.scenarios[index];
        simulation::name_replays(&mut found.document, path, &settings, job.drill.as_deref());
        let document = Some(found.document);
        Evaluation {
            incidents: found.incidents,
            interrupted,
            is_drill: job.drill.is_some(),
            ..Evaluation::of(result::document(
                scenario,
                &loaded.warnings,
                command,
                Vec::new(),
                document,
            ))
        }
    };
    counts.iter().enumerate().map(one).collect()
}

fn comparison(
    job: &StudyJob,
    ready: &ReadyStudy,
    parts: Vec<PartialResult>,
    interrupted: bool,
    execution: &Execution<'_>,
) -> (StudyContent, bool) {
    let scenarios = &ready.study.groups()[0].scenarios;
    let (checks, stopped) = checks(job, scenarios, execution);
    let counts = ready.study.counts(parts).remove(0);
    let document = compare::document(&ComparisonInput {
        scenarios,
        labels: &labels(job, scenarios),
        checks: &checks,
        counts: &counts,
        interrupted,
        command: &job.commands().concat(),
    });
    (StudyContent::Comparison(Box::new(document)), stopped)
}

fn swept(
    job: &StudyJob,
    ready: &ReadyStudy,
    parts: Vec<PartialResult>,
    interrupted: bool,
    execution: &Execution<'_>,
) -> Result<(StudyContent, bool), AppError> {
    let scenarios = ready.study.groups().iter().map(|group| &group.scenarios[0]);
    let scenarios: Vec<Scenario> = scenarios.cloned().collect();
    let Some(design) = &job.design else {
        return Err(AppError::input("the sweep has no design"));
    };
    let (checks, stopped) = checks(job, &scenarios, execution);
    let document = sweep::document(&Sweep {
        design,
        points: &ready.points,
        base: &ready.loaded[0].scenario,
        scenarios: &scenarios,
        checks: &checks,
        counts: &ready.study.counts(parts),
        interrupted,
        command: &job.commands().concat(),
    });
    Ok((StudyContent::Sweep(Box::new(document)), stopped))
}

/// Runs the checker on each scenario, if that is part of the job; whether the caller ended it.
fn checks(
    job: &StudyJob,
    scenarios: &[Scenario],
    execution: &Execution<'_>,
) -> (Vec<doc::Check>, bool) {
    let (limits, mut interrupted) = (SearchLimits::default().on(execution), false);
    let checked = scenarios.iter().filter(|_| job.check).map(|scenario| {
        let checked = execution.on_threads(|| check::search(scenario, &limits, execution.observer));
        interrupted |= checked.interrupted;
        checked.document
    });
    (checked.collect(), interrupted)
}

/// Names of scenarios; with the file where two have the same.
fn labels(job: &StudyJob, scenarios: &[Scenario]) -> Vec<String> {
    let label = |(index, scenario): (usize, &Scenario)| {
        let same = scenarios.iter().filter(|other| other.name == scenario.name);
        if same.count() > 1 {
            format!("{} ({})", scenario.name, job.scenarios[index])
        } else {
            scenario.name.clone()
        }
    };
    scenarios.iter().enumerate().map(label).collect()
}
