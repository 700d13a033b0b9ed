//! A job or a swarm cut into shards: planned into a manifest, opened from one, run and merged.

use std::ops::Range;

use super::file::encode;
use super::manifest::{Manifest, Recorder, ShardRange, Task, WorkList};
use super::merge::{MergeError, merge, merge_swarm};
use crate::app::compile::swarm::Swarm;
use crate::app::error::AppError;
use crate::app::observer::Execution;
use crate::app::shard::swarm_job::SwarmJob;
use crate::app::study::job::{ReadyStudy, StudyJob, StudyKind};
use crate::app::study::result::{StudyContent, StudyResult, of_parts};
use crate::app::{simulation, swarm};
use crate::scenario::Loaded;
use crate::scenario::library::Resolver;

/// The text of a shard that was read, with the name of its file; or why there is none.
pub type ShardText = Result<(String, String), MergeError>;

/// What the shards of a manifest are of, with its scenarios.
pub enum Plan {
    /// Trials.
    Study(StudyJob, Box<ReadyStudy>),
    /// Searches.
    Swarm(SwarmJob, Box<Loaded>, Box<Swarm>),
}

impl Plan {
    /// Loads the scenarios of a task.
    ///
    /// # Errors
    ///
    /// Mistakes of the scenarios, or scenarios that do not fit together.
    pub fn new(task: Task, resolver: &dyn Resolver) -> Result<Self, AppError> {
        Ok(match task {
            Task::Study(job) => {
                let ready = job.ready(resolver)?;
                Self::Study(job, Box::new(ready))
            }
            Task::Swarm(job) => {
                let (loaded, swarm) = job.ready(resolver)?;
                Self::Swarm(job, Box::new(loaded), Box::new(swarm))
            }
        })
    }

    /// Reads a manifest, and loads what its shards are of from the texts in it.
    ///
    /// # Errors
    ///
    /// When it is no manifest of this version, or was changed since it was made.
    pub fn open(text: &str) -> Result<(Manifest, Self), AppError> {
        let unusable = |error: super::ManifestError| AppError::input(error.to_string());
        let manifest = Manifest::parse(text).map_err(unusable)?;
        let plan = Self::new(manifest.job.clone(), &manifest.texts())?;
        manifest.verify(&plan.work()).map_err(unusable)?;
        Ok((manifest, plan))
    }

    /// The line of trials or searches.
    fn work(&self) -> WorkList {
        match self {
            Self::Study(_, ready) => WorkList::of_study(&ready.study),
            Self::Swarm(_, _, swarm) => WorkList::of_swarm(swarm),
        }
    }

    /// The scenarios as they are named.
    pub fn scenarios(&self) -> impl Iterator<Item = &Loaded> {
        let (study, swarm) = match self {
            Self::Study(_, ready) => (Some(&ready.loaded), None),
            Self::Swarm(_, loaded, _) => (None, Some(&**loaded)),
        };
        study.into_iter().flatten().chain(swarm)
    }

    /// Whether each scenario has a result of its own.
    #[must_use]
    pub fn is_of_single_scenarios(&self) -> bool {
        match self {
            Self::Study(job, _) => job.kind == StudyKind::Simulate,
            Self::Swarm(..) => true,
        }
    }

    /// The commands that make the same results on one machine.
    #[must_use]
    pub fn commands(&self) -> Vec<String> {
        match self {
            Self::Study(job, _) => job.commands(),
            Self::Swarm(job, _, _) => vec![job.command().to_string()],
        }
    }

    /// Runs a shard and gives the text of its file; `None` if the caller ended it.
    ///
    /// # Errors
    ///
    /// A defect, where the text cannot be written.
    pub fn run_shard(
        &self,
        manifest: &Manifest,
        shard: &ShardRange,
        execution: &Execution<'_>,
    ) -> Result<Option<String>, AppError> {
        let (digest, range): (&str, Range<u64>) = (&manifest.study, shard.range());
        let text = match self {
            Self::Study(_, ready) => {
                let of = range.clone();
                let study = &ready.study;
                let (parts, complete) =
                    simulation::run(study, of, Vec::new(), execution, &mut |_| {});
                let views: Vec<_> = parts.iter().map(|part| part.view()).collect();
                complete.then(|| encode(digest, range, &views))
            }
            Self::Swarm(_, _, swarm) => {
                let parts = swarm::run(swarm, range.clone(), execution);
                let complete = parts.len() as u64 == range.end - range.start;
                complete.then(|| encode(digest, range, &parts))
            }
        };
        let unwritten =
            |error| AppError::defect(format_args!("the shard cannot be written: {error}"));
        text.transpose().map_err(unwritten)
    }

    /// Merges shards, in any order, to the result that one machine would have given.
    ///
    /// # Errors
    ///
    /// When shards are missing, double, damaged or foreign.
    pub fn merge(
        &self,
        manifest: &Manifest,
        files: impl IntoIterator<Item = ShardText>,
        execution: &Execution<'_>,
    ) -> Result<StudyResult, AppError> {
        let planned = &manifest.shards;
        let refused = |error: MergeError| AppError::input(error.to_string());
        match self {
            Self::Study(job, ready) => {
                let parts = merge(&ready.study, planned, files).map_err(refused)?;
                of_parts(job, ready, parts, false, execution)
            }
            Self::Swarm(job, loaded, searches) => {
                let parts = merge_swarm(searches, planned, files).map_err(refused)?;
                let found =
                    swarm::of_parts(loaded, searches, &parts, false, &job.command().to_string());
                Ok(StudyResult {
                    content: StudyContent::Simulations(vec![found]),
                    interrupted: false,
                    problems: Vec::new(),
                })
            }
        }
    }
}

/// Cuts a task into shards.
///
/// # Errors
///
/// Mistakes of the scenarios, or a simulation that may end early and so cannot be cut.
pub fn plan(task: Task, shards: u64, resolver: &dyn Resolver) -> Result<Manifest, AppError> {
    let recorder = Recorder::new(resolver);
    let plan = Plan::new(task.clone(), &recorder)?;
    let early = |one: &&Loaded| {
        let settings = &one.scenario.simulate;
        settings.precision > 0.0 || settings.stop_when_decided
    };
    let simulated = matches!(&task, Task::Study(job) if job.kind == StudyKind::Simulate);
    if let Some(early) = plan.scenarios().find(early).filter(|_| simulated) {
        return Err(AppError::input(format!(
            "a plan has a fixed number of trials, and {} may end early; add --set \
             simulate.precision=0.0 --set simulate.stop_when_decided=false",
            early.scenario.name
        )));
    }
    let first = plan.scenarios().next();
    let seed = first.map_or(0, |one| one.scenario.simulate.seed);
    let work = plan.work();
    let unwritten =
        |error| AppError::defect(format_args!("the manifest cannot be written: {error}"));
    Manifest::new(task, work, seed, recorder.texts(), shards).map_err(unwritten)
}
