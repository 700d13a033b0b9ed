//! A job: everything that decides a study and what is reported of it, apart from the texts.
//!
//! It is what a command line comes to, and what a manifest carries to other machines: loaded from
//! the same texts it is the same study anywhere.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::{ReplicationGroup, Study};
use crate::app::compare;
use crate::app::error::AppError;
use crate::app::reproduction::{self, Reproduction, Settings};
use crate::app::simulation::set_drill;
use crate::app::sweep::{Design, Point};
use crate::scenario::library::Resolver;
use crate::scenario::{self, LoadError, Loaded, Scenario};

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StudyKind {
    /// Each scenario for itself.
    Simulate,
    /// Scenarios against the first of them.
    Compare,
    /// One scenario at many points.
    Sweep,
}

/// A job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StudyJob {
    /// What is asked for.
    pub kind: StudyKind,
    /// Names of the scenario files.
    pub scenarios: Vec<String>,
    /// Changes of values, for all scenarios.
    pub set: Vec<(String, String)>,
    /// The seed in place of the scenarios'.
    pub seed: Option<u64>,
    /// The number of trials in place of the scenarios'.
    pub trials: Option<u64>,
    /// The fault of the drills in place of the loss of DC1, by its name.
    pub drill: Option<String>,
    /// Whether counterexamples are searched for as well.
    pub check: bool,
    /// What a sweep varies.
    pub design: Option<Design>,
    /// The file that the design was read from, if it was.
    pub design_file: Option<String>,
}

/// How many trials a simulation has: fewer give no honest interval, more do not end.
pub const TRIALS: RangeInclusive<u64> = 100..=10_000_000_000;

/// How many scenarios are set side by side.
pub const COMPARED: RangeInclusive<usize> = 2..=16;

/// A job with its scenarios.
#[derive(Debug, Clone)]
pub struct ReadyStudy {
    /// The scenarios as they are named, without the points of a sweep.
    pub loaded: Vec<Loaded>,
    /// The points of a sweep.
    pub points: Vec<Point>,
    /// What is run.
    pub study: Study,
}

/// Why a job cannot be run.
#[derive(Debug)]
pub enum StudyJobError {
    /// Mistakes of texts.
    Scenario(LoadError),
    /// Mistakes that a point of a sweep makes; the point in words.
    Point(String, LoadError),
    /// A scenario does not have the fault of the drills.
    Drill(AppError),
    /// Anything else, in words.
    Other(String),
}

impl From<StudyJobError> for AppError {
    fn from(error: StudyJobError) -> Self {
        match error {
            StudyJobError::Scenario(error) => error.into(),
            StudyJobError::Point(point, error) => {
                Self::from(error).hinted(format!("this is the scenario at the point {point}"))
            }
            StudyJobError::Drill(error) => error,
            StudyJobError::Other(message) => Self::input(message),
        }
    }
}

impl StudyJob {
    /// The commands that make the results on one machine: one per scenario, or one in all. They
    /// are made from the job and never read, because a job may come from a file.
    #[must_use]
    pub fn commands(&self) -> Vec<String> {
        let settings = Settings {
            seed: self.seed,
            overrides: self.set.clone(),
        };
        let command = match self.kind {
            StudyKind::Simulate => {
                let paths = self.scenarios.iter();
                let one = |path: &String| {
                    let drill = self.drill.as_deref();
                    reproduction::simulate(path, &settings, self.trials, drill).to_string()
                };
                return paths.map(one).collect();
            }
            StudyKind::Compare => {
                let command = Reproduction::new("compare");
                let command = self.scenarios.iter().fold(command, Reproduction::argument);
                command
                    .given("--trials", self.trials)
                    .flag("--no-check", !self.check)
            }
            StudyKind::Sweep => {
                let command = Reproduction::new("sweep");
                let command = self.scenarios.iter().fold(command, Reproduction::argument);
                let command = match (&self.design_file, &self.design) {
                    (Some(file), _) => command.option("--file", file),
                    (None, Some(design)) => design.add_to(command),
                    (None, None) => command,
                };
                command
                    .given("--trials", self.trials)
                    .flag("--check", self.check)
            }
        };
        vec![command.settings(&settings).to_string()]
    }

    /// Sees that the numbers are those that a command line can have.
    fn verify(&self) -> Result<(), StudyJobError> {
        let count = self.scenarios.len();
        let fits = match self.kind {
            StudyKind::Simulate => count >= 1,
            StudyKind::Compare => COMPARED.contains(&count) && self.drill.is_none(),
            StudyKind::Sweep => count == 1 && self.design.is_some() && self.drill.is_none(),
        };
        if !fits {
            let message = match self.kind {
                StudyKind::Simulate => "a simulation has at least one scenario".to_owned(),
                StudyKind::Compare => format!(
                    "a comparison has {} to {} scenarios, and no fault of its own to drill",
                    COMPARED.start(),
                    COMPARED.end()
                ),
                StudyKind::Sweep => {
                    "a sweep has one scenario, a design, and no fault of its own to drill"
                        .to_owned()
                }
            };
            return Err(StudyJobError::Other(message));
        }
        match self.trials.filter(|trials| !TRIALS.contains(trials)) {
            Some(trials) => Err(StudyJobError::Other(format!(
                "{trials} trials: from {} to {}",
                TRIALS.start(),
                TRIALS.end()
            ))),
            None => Ok(()),
        }
    }

    /// Loads the scenarios and lays out the study.
    ///
    /// # Errors
    ///
    /// Mistakes of the scenarios, or scenarios and design that do not fit together.
    pub fn ready(&self, resolver: &dyn Resolver) -> Result<ReadyStudy, StudyJobError> {
        self.verify()?;
        let mut mistakes = Vec::new();
        let mut loaded = Vec::new();
        for name in &self.scenarios {
            match self.load(resolver, name, &[]) {
                Ok(one) => loaded.push(one),
                Err(error) => mistakes.extend(error.diagnostics),
            }
        }
        if !mistakes.is_empty() {
            return Err(StudyJobError::Scenario(LoadError {
                diagnostics: mistakes,
            }));
        }
        if self.kind == StudyKind::Simulate {
            let mut names = BTreeSet::new();
            // Some file systems do not distinguish `a` from `A`.
            let mut again = loaded.iter();
            let again = again.find(|one| !names.insert(one.scenario.name.to_ascii_lowercase()));
            if let Some(twice) = again {
                return Err(StudyJobError::Other(format!(
                    "two of the scenarios are named `{}`, and their results would be in one place",
                    twice.scenario.name
                )));
            }
        }
        if let Some(drill) = &self.drill {
            for (one, file) in loaded.iter_mut().zip(&self.scenarios) {
                set_drill(&mut one.scenario, drill, file).map_err(StudyJobError::Drill)?;
            }
        }
        let mut points = Vec::new();
        let groups = match self.kind {
            StudyKind::Simulate => loaded.iter().map(|one| group(&one.scenario)).collect(),
            StudyKind::Compare => {
                let scenarios = loaded.iter().map(|one| one.scenario.clone());
                let mut scenarios: Vec<Scenario> = scenarios.collect();
                compare::align(&mut scenarios).map_err(StudyJobError::Other)?;
                vec![ReplicationGroup { scenarios }]
            }
            StudyKind::Sweep => {
                points = self.points(&loaded)?;
                self.groups(resolver, &points)?
            }
        };
        Ok(ReadyStudy {
            loaded,
            points,
            study: Study::new(groups),
        })
    }

    fn load(
        &self,
        resolver: &dyn Resolver,
        name: &str,
        more: &[(String, String)],
    ) -> Result<Loaded, LoadError> {
        let set: Vec<_> = self.set.iter().chain(more).cloned().collect();
        let mut loaded = scenario::load_from(resolver, name, &set)?;
        // Not changes of the scenario: results name them beside the scenario's digest.
        if let Some(seed) = self.seed {
            loaded.scenario.simulate.seed = seed;
        }
        if let Some(trials) = self.trials {
            loaded.scenario.simulate.trials = trials;
        }
        if self.kind != StudyKind::Simulate {
            // Nothing shows single incidents, and they would be most of a shard.
            loaded.scenario.simulate.incident_trials = 0;
            // What is set side by side has the same number of trials, which nothing cuts short.
            loaded.scenario.simulate.precision = 0.0;
            loaded.scenario.simulate.stop_when_decided = false;
        }
        Ok(loaded)
    }

    fn points(&self, loaded: &[Loaded]) -> Result<Vec<Point>, StudyJobError> {
        let (Some(design), [base]) = (&self.design, loaded) else {
            return Ok(Vec::new());
        };
        let points = design.points(base.scenario.simulate.seed);
        points.map_err(StudyJobError::Other)
    }

    /// The scenario at each point; a point that is no valid scenario ends the job.
    fn groups(
        &self,
        resolver: &dyn Resolver,
        points: &[Point],
    ) -> Result<Vec<ReplicationGroup>, StudyJobError> {
        let parameters = self.design.iter().flat_map(|design| &design.parameters);
        let parameters: Vec<_> = parameters.collect();
        let mut groups = Vec::new();
        for point in points {
            let set: Vec<(String, String)> = parameters
                .iter()
                .zip(point)
                .filter_map(|(parameter, value)| Some((parameter.path.clone(), value.clone()?)))
                .collect();
            let loaded = self.load(resolver, &self.scenarios[0], &set);
            let loaded = loaded.map_err(|error| {
                let words: Vec<String> = set.iter().map(|(p, v)| format!("{p}={v}")).collect();
                StudyJobError::Point(words.join(" "), error)
            });
            groups.push(group(&loaded?.scenario));
        }
        let horizon = |group: &ReplicationGroup| group.scenarios[0].simulate.horizon;
        if groups
            .windows(2)
            .any(|two| horizon(&two[0]) != horizon(&two[1]))
        {
            let message = "simulate.horizon cannot be varied: the figures of the points would not \
                           be about the same time";
            return Err(StudyJobError::Other(message.to_owned()));
        }
        Ok(groups)
    }
}

fn group(scenario: &Scenario) -> ReplicationGroup {
    ReplicationGroup {
        scenarios: vec![scenario.clone()],
    }
}
