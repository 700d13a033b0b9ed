//! A part of a study: the counts of consecutive trials of one group and stage.

use std::ops::Range;

use poolproof_engines::simulate::run::Counts;
use poolproof_engines::simulate::stage::Stage;
use serde::{Deserialize, Serialize};

use super::Study;

/// The counts of trials `first..first + count`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartialResult {
    /// Number of the group.
    pub group: usize,
    /// Its stage.
    pub stage: Stage,
    /// The first trial.
    pub first: u64,
    /// How many trials.
    pub count: u64,
    /// What they are counted into.
    pub counts: Counts,
}

/// A part that is looked at, not owned: as it is written.
#[derive(Clone, Copy, Serialize)]
pub struct PartialResultView<'a> {
    /// Number of the group.
    pub group: usize,
    /// Its stage.
    pub stage: Stage,
    /// The first trial.
    pub first: u64,
    /// How many trials.
    pub count: u64,
    /// What they are counted into.
    pub counts: &'a Counts,
}

impl PartialResult {
    pub(super) fn new(group: usize, stage: Stage, first: u64, scenarios: usize) -> Self {
        Self {
            group,
            stage,
            first,
            count: 0,
            counts: Counts::empty(scenarios),
        }
    }

    /// Whether it belongs to this group and stage.
    #[must_use]
    pub fn is_of(&self, group: usize, stage: Stage) -> bool {
        self.group == group && self.stage == stage
    }

    /// Says that the study has no such part.
    pub(super) fn foreign(&self) -> PartialResultError {
        PartialResultError::Foreign {
            group: self.group,
            first: self.first,
            last: self.first.saturating_add(self.count).saturating_sub(1),
        }
    }

    /// Adds the trials that follow this part's; gives back what does not follow it.
    pub fn join(&mut self, next: Self) -> Option<Self> {
        if !self.is_of(next.group, next.stage) || self.first + self.count != next.first {
            return Some(next);
        }
        self.count += next.count;
        self.counts.merge(next.counts);
        None
    }

    /// The part as it is written.
    #[must_use]
    pub fn view(&self) -> PartialResultView<'_> {
        PartialResultView {
            group: self.group,
            stage: self.stage,
            first: self.first,
            count: self.count,
            counts: &self.counts,
        }
    }
}

/// Why parts are not the whole of a study.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum PartialResultError {
    /// Trials that no part has.
    #[error("the trials {} to {} are missing", .0.start, .0.end - 1)]
    Gap(Range<u64>),
    /// Trials that two parts have.
    #[error("the trials {} to {} are there twice", .0.start, .0.end - 1)]
    Overlap(Range<u64>),
    /// Trials beyond the range that is stated.
    #[error("the trials {} to {} are not of it", .0.start, .0.end - 1)]
    Beyond(Range<u64>),
    /// Trials that the study has not got.
    #[error("group {group} has no such trials: {first} to {last}")]
    Foreign {
        /// Number of the group.
        group: usize,
        /// The first trial of the part.
        first: u64,
        /// Its last trial.
        last: u64,
    },
}

/// Puts parts in the order of the work list, and sees that they cover it from `line.start` to
/// `line.end`, each trial once.
///
/// # Errors
///
/// Names the first trials that are missing, there twice, or not of this range or study.
pub fn together(
    study: &Study,
    trials: Range<u64>,
    parts: Vec<PartialResult>,
) -> Result<Vec<PartialResult>, PartialResultError> {
    let mut placed = Vec::with_capacity(parts.len());
    for part in parts {
        let Some(range) = study.trials_of(&part) else {
            return Err(part.foreign());
        };
        placed.push((range, part));
    }
    placed.sort_by_key(|(range, _)| (range.start, range.end));
    let mut next = trials.start;
    for (range, _) in &placed {
        if range.start > next {
            return Err(PartialResultError::Gap(next..range.start));
        }
        if range.start < next && !range.is_empty() {
            return Err(PartialResultError::Overlap(
                range.start..next.min(range.end),
            ));
        }
        next = next.max(range.end);
    }
    if next < trials.end {
        return Err(PartialResultError::Gap(next..trials.end));
    }
    if next > trials.end {
        return Err(PartialResultError::Beyond(trials.end..next));
    }
    Ok(placed.into_iter().map(|(_, part)| part).collect())
}
