//! A study: scenarios that are simulated together, and the work list of all their trials.
//!
//! The trials of a study stand in one work list: group by group, first the plain trials, then the
//! drills. A range of the work list is all that a shard or a checkpoint needs to name, and any set
//! of ranges that covers the work list gives the same counts.

pub mod job;
mod part;
pub mod result;

use std::ops::Range;

use poolproof_engines::simulate::run::{Counts, IsAbandoned, OnRound};
use poolproof_engines::simulate::stage::{Stage, run_stage};

use crate::app::compile::simulation::request;
use crate::app::document::simulation::run_to_the_end;
use crate::scenario::Scenario;
use crate::scenario::digest::Digest;

pub use part::{PartialResult, PartialResultError, PartialResultView, together};

/// Scenarios whose trials run in lockstep: one, or several that are compared.
#[derive(Debug, Clone)]
pub struct ReplicationGroup {
    /// At least one; all have the same seed and numbers of trials.
    pub scenarios: Vec<Scenario>,
}

impl ReplicationGroup {
    /// How many trials a stage has: drills only if every scenario can have them.
    #[must_use]
    pub fn trials(&self, stage: Stage) -> u64 {
        let trials = self.scenarios.iter().map(|one| {
            let prepared = request(one);
            prepared.trials(stage)
        });
        trials.min().unwrap_or(0)
    }
}

/// A stage of a group, and where it begins on the work list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Segment {
    group: usize,
    stage: Stage,
    begins: u64,
    trials: u64,
}

/// Scenarios to be simulated.
#[derive(Debug, Clone)]
pub struct Study {
    groups: Vec<ReplicationGroup>,
    segments: Vec<Segment>,
}

/// How far a study has come.
#[derive(Clone, Copy)]
pub struct StudyProgress<'a> {
    /// The group at work.
    pub group: usize,
    /// Its stage.
    pub stage: Stage,
    /// Trials of the work list that are counted.
    pub done: u64,
    /// What is finished before the stage at work.
    pub finished: &'a [PartialResult],
    /// The stage at work.
    pub current: PartialResultView<'a>,
}

/// Takes the progress after every round; false ends the run.
pub type OnProgress<'a> = &'a mut dyn FnMut(StudyProgress<'_>) -> bool;

impl Study {
    /// A study of these groups.
    #[must_use]
    pub fn new(groups: Vec<ReplicationGroup>) -> Self {
        let mut segments = Vec::new();
        let mut begins = 0;
        for (group, scenarios) in groups.iter().enumerate() {
            for stage in Stage::ALL {
                let trials = scenarios.trials(stage);
                segments.push(Segment {
                    group,
                    stage,
                    begins,
                    trials,
                });
                begins += trials;
            }
        }
        Self { groups, segments }
    }

    /// The groups.
    #[must_use]
    pub fn groups(&self) -> &[ReplicationGroup] {
        &self.groups
    }

    /// The number of trials on the work list.
    #[must_use]
    pub fn trials(&self) -> u64 {
        self.segments
            .last()
            .map_or(0, |last| last.begins + last.trials)
    }

    /// 32 hexadecimal digits over everything that decides the counts, except the version.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut digest = Digest::new();
        for (number, group) in self.groups.iter().enumerate() {
            for scenario in &group.scenarios {
                digest.add("scenario", &format!("{number} {}", scenario.digest));
                let settings = &scenario.simulate;
                digest.add("seed", &settings.seed.to_string());
                // These can come from the command line, which the scenario's digest does not see.
                let drill = settings.drill.map(|fault| fault.name());
                digest.add("drill", &drill.unwrap_or_default());
                let early = (settings.precision, settings.stop_when_decided);
                digest.add("early", &format!("{early:?}"));
            }
        }
        for segment in &self.segments {
            digest.add("trials", &segment.trials.to_string());
        }
        digest.hex()
    }

    /// Runs the trials of a range of the work list that are not in `parts` yet, which hold its
    /// beginning. Gives all parts, and whether the range is complete.
    pub fn run(
        &self,
        trials: Range<u64>,
        parts: Vec<PartialResult>,
        on_progress: OnProgress<'_>,
    ) -> (Vec<PartialResult>, bool) {
        self.run_unless(&|| false, trials, parts, on_progress)
    }

    /// The same, unless nothing of it is wanted any more: then it ends at once, in the middle of a
    /// round, which is not counted.
    pub fn run_unless(
        &self,
        is_abandoned: IsAbandoned<'_>,
        trials: Range<u64>,
        mut parts: Vec<PartialResult>,
        on_progress: OnProgress<'_>,
    ) -> (Vec<PartialResult>, bool) {
        for segment in &self.segments {
            let ends = segment.begins + segment.trials;
            let (from, to) = (trials.start.max(segment.begins), trials.end.min(ends));
            if from >= to {
                continue;
            }
            let range = from - segment.begins..to - segment.begins;
            let of_segment = |part: &PartialResult| part.is_of(segment.group, segment.stage);
            let group = &self.groups[segment.group];
            // Of what is known already, only the last part may have trials left.
            let mut part = match parts.pop_if(|last| of_segment(last)) {
                Some(started) => started,
                None if parts.iter().any(of_segment) => continue,
                None => PartialResult::new(
                    segment.group,
                    segment.stage,
                    range.start,
                    group.scenarios.len(),
                ),
            };
            let next = part.first + part.count;
            let mut complete = true;
            if next < range.end {
                let prepared: Vec<_> = group.scenarios.iter().map(request).collect();
                let first = part.first;
                let (mut counts, mut reached) = (std::mem::take(&mut part.counts), next);
                let on_round: OnRound<'_> = &mut |counts, next| {
                    reached = next;
                    on_progress(StudyProgress {
                        group: segment.group,
                        stage: segment.stage,
                        done: segment.begins + next - trials.start,
                        finished: &parts,
                        current: PartialResultView {
                            group: segment.group,
                            stage: segment.stage,
                            first,
                            count: next - first,
                            counts,
                        },
                    })
                };
                let stage = segment.stage;
                complete = match &group.scenarios[..] {
                    // Alone and from its first trial on, a scenario may have enough before the end.
                    [alone] if range == (0..segment.trials) => {
                        let mut plain = parts.iter();
                        let plain = plain.find(|part| part.is_of(segment.group, Stage::Trials));
                        let plain = plain.map(|part| &part.counts.tallies[0]);
                        let counts = &mut counts;
                        run_to_the_end(
                            &prepared,
                            alone,
                            stage,
                            plain,
                            counts,
                            is_abandoned,
                            on_round,
                        )
                    }
                    _ => run_stage(
                        &prepared,
                        stage,
                        next..range.end,
                        &mut counts,
                        is_abandoned,
                        on_round,
                    ),
                };
                part.counts = counts;
                part.count = reached - first;
            }
            parts.push(part);
            if !complete {
                return (parts, false);
            }
        }
        (parts, true)
    }

    /// Runs everything.
    pub fn run_all(&self, on_progress: OnProgress<'_>) -> (Vec<PartialResult>, bool) {
        self.run(0..self.trials(), Vec::new(), on_progress)
    }

    /// The counts of each group and stage, empty where no trial ran.
    #[must_use]
    pub fn counts(&self, parts: Vec<PartialResult>) -> Vec<[Counts; Stage::ALL.len()]> {
        let empty =
            |group: &ReplicationGroup| Stage::ALL.map(|_| Counts::empty(group.scenarios.len()));
        let mut counts: Vec<_> = self.groups.iter().map(empty).collect();
        for part in parts {
            counts[part.group][part.stage as usize].merge(part.counts);
        }
        counts
    }

    /// What an interrupted run has left: parts from the first trial of each stage on, in the order
    /// of the work list. A stage that ended early leaves a gap before the next.
    ///
    /// # Errors
    ///
    /// When a part is not of this study or not in its place.
    pub fn begun(
        &self,
        parts: Vec<PartialResult>,
    ) -> Result<Vec<PartialResult>, PartialResultError> {
        let mut next = 0;
        for part in &parts {
            match self.trials_of(part) {
                Some(range) if part.first == 0 && range.start >= next => next = range.end,
                _ => return Err(part.foreign()),
            }
        }
        Ok(parts)
    }

    /// Which trials of the work list a partial result counts; `None` where the study has no such
    /// trials.
    #[must_use]
    pub fn trials_of(&self, part: &PartialResult) -> Option<Range<u64>> {
        let of = |segment: &&Segment| part.is_of(segment.group, segment.stage);
        let segment = self.segments.iter().find(of)?;
        let ends = part.first.checked_add(part.count)?;
        let scenarios = self.groups[segment.group].scenarios.len();
        let fits = ends <= segment.trials
            && part.counts.tallies.len() == scenarios
            && part.counts.pairs.len() + 1 == scenarios
            && part
                .counts
                .tallies
                .iter()
                .all(|tally| tally.trials == part.count);
        fits.then_some(segment.begins + part.first..segment.begins + ends)
    }
}
