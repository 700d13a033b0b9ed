//! What can be asked of several states at once: pinned states side by side, a value over a range,
//! and advice. What is found grows, and is the result of a command in the end.

use poolproof_reports::evidence::Evidence;
use poolproof_reports::{advice, comparison, sweep as swept};
use serde::Deserialize;

use super::finding::LiveFinding;
use super::run::{COARSE, FINE, OnFinding, with_trials};
use super::texts::WithOwn;
use super::{ChangeSet, Changed, WhatIf};
use crate::app::advise::{AdviceRequest, advise};
use crate::app::compare::{self, ComparisonInput};
use crate::app::error::AppError;
use crate::app::observer::Execution;
use crate::app::reproduction::{Reproduction, Settings};
use crate::app::simulation::{self, Kept};
use crate::app::study::job::{ReadyStudy, StudyJob, StudyKind};
use crate::app::study::{ReplicationGroup, Study};
use crate::app::sweep::{self, Design, Method, Parameter, Sweep};
use crate::scenario::Scenario;

/// The most states side by side.
const VARIANTS_MOST: usize = 6;

/// The most bytes of a label.
const LABEL_BYTES_MOST: usize = 200;

/// The most values of a range.
const POINTS_MOST: usize = 12;

/// The most trials, and drills, of a candidate of an advice on the page.
const OF_ADVICE: u64 = 4_000;

/// The key of the number of drills.
const DRILLS: &str = "simulate.drill_trials";

/// A question about several states.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum StudyQuestion {
    /// What meets the objectives at least cost.
    Advise,
    /// States side by side, the first of which the others are compared with.
    Compare {
        /// Two to six of them.
        variants: Vec<Variant>,
    },
    /// The state over the range of one value, or of two.
    Sweep {
        /// The ranges.
        ranges: Vec<SweptRange>,
    },
}

/// A state with its name.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    /// What it is called.
    pub label: String,
    /// What it changes.
    pub changes: ChangeSet,
}

/// A range of a value.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SweptRange {
    /// The path of the key.
    pub path: String,
    /// Its low end, in the syntax of scenario files.
    pub low: String,
    /// Its high end.
    pub high: String,
    /// How many values of it are looked at.
    pub points: usize,
}

/// A question whose scenarios are read.
pub enum ReadyQuestion {
    /// About the state at hand.
    Advise(Box<Changed>),
    /// The states with their names.
    Compare(Vec<(String, Changed)>),
    /// The sweep, and the runbooks that it may read.
    Sweep(Box<(StudyJob, ReadyStudy)>),
}

impl WhatIf {
    /// Reads the scenarios of a question about a state.
    ///
    /// # Errors
    ///
    /// Changes that cannot be made, ranges that cannot be divided, and too many of either.
    pub fn ready(
        &self,
        changes: &ChangeSet,
        question: &StudyQuestion,
    ) -> Result<ReadyQuestion, AppError> {
        match question {
            StudyQuestion::Advise => Ok(ReadyQuestion::Advise(Box::new(self.changed(changes)?))),
            StudyQuestion::Compare { variants } => self.side_by_side(variants),
            StudyQuestion::Sweep { ranges } => self.over_ranges(&self.changed(changes)?, ranges),
        }
    }

    fn side_by_side(&self, variants: &[Variant]) -> Result<ReadyQuestion, AppError> {
        if !(2..=VARIANTS_MOST).contains(&variants.len()) {
            let message = format!("a comparison on this page has 2 to {VARIANTS_MOST} states");
            return Err(AppError::request(message));
        }
        let mut found = Vec::new();
        for one in variants {
            if one.label.len() > LABEL_BYTES_MOST {
                return Err(AppError::request("the name of a state is too long"));
            }
            found.push((one.label.clone(), self.changed(&one.changes)?));
        }
        let mut scenarios: Vec<Scenario> = found
            .iter()
            .map(|(_, changed)| changed.loaded.scenario.clone())
            .collect();
        compare::align(&mut scenarios).map_err(AppError::request)?;
        Ok(ReadyQuestion::Compare(found))
    }

    fn over_ranges(
        &self,
        changed: &Changed,
        ranges: &[SweptRange],
    ) -> Result<ReadyQuestion, AppError> {
        if !(1..=2).contains(&ranges.len()) {
            return Err(AppError::request(
                "a sweep on this page varies one value or two",
            ));
        }
        let parameters: Result<Vec<Parameter>, AppError> =
            ranges.iter().map(|range| self.divided(range)).collect();
        let job = self.sweep_job(changed, parameters?, FINE);
        let resolver = WithOwn {
            texts: &self.texts,
            own: &changed.own,
        };
        let ready = job.ready(&resolver).map_err(AppError::from)?;
        Ok(ReadyQuestion::Sweep(Box::new((job, ready))))
    }

    fn divided(&self, range: &SweptRange) -> Result<Parameter, AppError> {
        let set = [(range.path.clone(), range.low.clone())];
        let alone = ChangeSet {
            set: set.to_vec(),
            ..ChangeSet::default()
        };
        alone.verify(&self.changeable)?;
        if !(2..=POINTS_MOST).contains(&range.points) {
            let message = format!("a range on this page has 2 to {POINTS_MOST} values");
            return Err(AppError::request(message));
        }
        let ends = Parameter {
            path: range.path.clone(),
            values: vec![range.low.clone(), range.high.clone()],
        };
        let mut values = Vec::new();
        for index in 0..range.points {
            let share = index as f64 / (range.points - 1) as f64;
            values.push(ends.between(share).map_err(AppError::request)?);
        }
        values.dedup();
        Ok(Parameter {
            path: range.path.clone(),
            values,
        })
    }

    fn sweep_job(&self, changed: &Changed, parameters: Vec<Parameter>, most: u64) -> StudyJob {
        let (settings, trials) = fewer(changed, most);
        StudyJob {
            kind: StudyKind::Sweep,
            scenarios: vec![self.file().to_owned()],
            set: settings.overrides,
            seed: settings.seed,
            trials,
            drill: None,
            check: false,
            design: Some(Design {
                method: Method::Grid,
                parameters,
            }),
            design_file: None,
        }
    }

    /// Answers a question, growing; whether it came to its end.
    ///
    /// # Errors
    ///
    /// A defect, or that there is nothing to advise on.
    pub fn study(
        &self,
        question: &ReadyQuestion,
        execution: &Execution<'_>,
        take: OnFinding<'_>,
    ) -> Result<bool, AppError> {
        match question {
            ReadyQuestion::Advise(changed) => self.advice(changed, execution, take),
            ReadyQuestion::Compare(variants) => self.comparison(variants, execution, take),
            ReadyQuestion::Sweep(sweep) => grown(&sweep.0, &sweep.1, execution, take),
        }
    }

    fn advice(
        &self,
        changed: &Changed,
        execution: &Execution<'_>,
        take: OnFinding<'_>,
    ) -> Result<bool, AppError> {
        let (settings, trials) = fewer(changed, OF_ADVICE);
        let limits = self.limits.on(execution);
        let command = Reproduction::new("advise")
            .argument(self.file())
            .settings(&settings)
            .given("--trials", trials);
        let limited = self.limited.iter();
        let command = limited.fold(command, |command, (name, value)| {
            command.option(name, value)
        });
        let command = command.to_string();
        let request = AdviceRequest {
            scenario: self.file(),
            settings: &settings,
            trials,
            decisions: &[],
            sensitivities: true,
            limits: &limits,
            command: &command,
        };
        let resolver = WithOwn {
            texts: &self.texts,
            own: &changed.own,
        };
        let found = match advise(&request, &resolver, execution) {
            Err(_) if execution.observer.is_cancelled() => return Ok(false),
            found => found?,
        };
        let files = advice::render(&found).map_err(AppError::defect)?;
        take(studied(advice::evidence(&found), files, true));
        Ok(true)
    }

    fn comparison(
        &self,
        variants: &[(String, Changed)],
        execution: &Execution<'_>,
        take: OnFinding<'_>,
    ) -> Result<bool, AppError> {
        let labels: Vec<String> = variants.iter().map(|(label, _)| label.clone()).collect();
        let mut all: Vec<Scenario> = variants
            .iter()
            .map(|(_, changed)| changed.loaded.scenario.clone())
            .collect();
        compare::align(&mut all).map_err(AppError::defect)?;
        for (most, last) in [(COARSE, false), (FINE, true)] {
            let scenarios = all.iter().map(|one| compared_alone(one, most));
            let scenarios: Vec<Scenario> = scenarios.collect();
            let study = Study::new(vec![ReplicationGroup {
                scenarios: scenarios.clone(),
            }]);
            let Kept {
                parts, complete, ..
            } = simulation::kept(&study, None, false, execution)?;
            if !complete {
                return Ok(false);
            }
            let command = self.compare_command(variants, most);
            let document = compare::document(&ComparisonInput {
                scenarios: &scenarios,
                labels: &labels,
                checks: &[],
                counts: &study.counts(parts).remove(0),
                interrupted: false,
                command: &command,
            });
            let mut files = comparison::pictures(&document).map_err(AppError::defect)?;
            if last {
                files.extend(comparison::render(&document).map_err(AppError::defect)?);
            }
            take(studied(comparison::evidence(&document), files, last));
        }
        Ok(true)
    }

    /// The command that compares the files of the states, as they are taken home.
    fn compare_command(&self, variants: &[(String, Changed)], most: u64) -> String {
        let first = &variants[0].1;
        let (settings, trials) = fewer(first, most);
        let drills = settings.overrides.into_iter();
        let drills = drills.filter(|(key, _)| key == DRILLS).collect();
        let files = variants.iter().enumerate();
        let files = files.map(|(index, (_, changed))| self.variant_file(changed, index));
        let command = files.fold(Reproduction::new("compare"), |command, file| {
            command.argument(&file)
        });
        let settings = Settings {
            seed: None,
            overrides: drills,
        };
        command
            .given("--trials", trials)
            .flag("--no-check", true)
            .settings(&settings)
            .to_string()
    }

    /// The name of the file of a state: the scenario's own where nothing is changed.
    #[must_use]
    pub fn variant_file(&self, changed: &Changed, index: usize) -> String {
        let is_own = changed.settings.overrides.is_empty() && changed.settings.seed.is_none();
        match is_own {
            true => self.file().to_owned(),
            false => self
                .texts
                .beside(&format!("{}-{}.toml", changed.name(), index + 1)),
        }
    }
}

impl ReadyQuestion {
    /// The states of a comparison.
    #[must_use]
    pub fn variants(&self) -> &[(String, Changed)] {
        match self {
            Self::Compare(variants) => variants,
            Self::Advise(_) | Self::Sweep(_) => &[],
        }
    }
}

/// Runs a sweep point by point, first coarse and then finer.
fn grown(
    job: &StudyJob,
    ready: &ReadyStudy,
    execution: &Execution<'_>,
    take: OnFinding<'_>,
) -> Result<bool, AppError> {
    let (Some(design), [base]) = (&job.design, &ready.loaded[..]) else {
        return Err(AppError::defect("a sweep of one scenario has a design"));
    };
    for (most, last) in [(COARSE, false), (FINE, true)] {
        let groups = ready.study.groups().iter();
        let scenarios = groups.flat_map(|group| &group.scenarios);
        let scenarios: Vec<Scenario> = scenarios.map(|one| with_trials(one, most)).collect();
        let base = with_trials(&base.scenario, most);
        let command = job.commands().remove(0);
        let mut counts = Vec::new();
        for (index, scenario) in scenarios.iter().enumerate() {
            let study = Study::new(vec![ReplicationGroup {
                scenarios: vec![scenario.clone()],
            }]);
            let Kept {
                parts, complete, ..
            } = simulation::kept(&study, None, false, execution)?;
            if !complete {
                return Ok(false);
            }
            counts.extend(study.counts(parts));
            let done = index + 1;
            let document = sweep::document(&Sweep {
                design,
                points: &ready.points[..done],
                base: &base,
                scenarios: &scenarios[..done],
                checks: &[],
                counts: &counts,
                interrupted: false,
                command: &command,
            });
            let is_complete = last && done == scenarios.len();
            // The fine line takes the place of the coarse one when it is whole.
            if last && !is_complete {
                continue;
            }
            let mut files = swept::pictures(&document).map_err(AppError::defect)?;
            if is_complete {
                files.extend(swept::render(&document).map_err(AppError::defect)?);
            }
            take(studied(swept::evidence(&document), files, is_complete));
        }
    }
    Ok(true)
}

fn studied(evidence: Evidence, files: Vec<(String, Vec<u8>)>, is_complete: bool) -> LiveFinding {
    LiveFinding::Study {
        evidence: Box::new(evidence),
        files,
        is_complete,
    }
}

/// The settings of a state with fewer trials and drills, where it has more: the drills among the
/// values, the trials for `--trials`.
fn fewer(changed: &Changed, most: u64) -> (Settings, Option<u64>) {
    let simulate = &changed.loaded.scenario.simulate;
    let mut settings = changed.settings.clone();
    if simulate.drill_trials > most {
        settings.overrides.retain(|(key, _)| key != DRILLS);
        settings
            .overrides
            .push((DRILLS.to_owned(), most.to_string()));
    }
    (settings, (simulate.trials > most).then_some(most))
}

/// As in a comparison: nothing is listed, and nothing ends early.
fn compared_alone(scenario: &Scenario, most: u64) -> Scenario {
    let mut scenario = with_trials(scenario, most);
    scenario.simulate.incident_trials = 0;
    scenario.simulate.precision = 0.0;
    scenario.simulate.stop_when_decided = false;
    scenario
}
