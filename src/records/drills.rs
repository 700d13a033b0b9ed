//! The record of a drill, which a team fills in while it tests its runbook: when each step began
//! and ended, when users were served again, and what was lost. One file is one drill.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use poolproof_models::names::runbook::{Operation, Role};

use super::aside::Unread;
use super::instant::{self, BadInstant, InstantMs};
use super::rows::RecordRow;
use crate::scenario::value::parse_duration;

/// What stands at `step` in the row about the users.
pub const SERVICE: &str = "service";

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepResult {
    /// It was done.
    Done,
    /// It was left out.
    Skipped,
    /// It was tried, and did not succeed.
    Failed,
    /// The drill did not come to it, or has not come to its end.
    NotReached,
}

impl StepResult {
    /// The words of a record; a step without any is done where it has an end.
    pub const WORDS: [(&'static str, Self); 3] = [
        ("done", Self::Done),
        ("skipped", Self::Skipped),
        ("failed", Self::Failed),
    ];
}

/// A step of a drill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DrilledStep {
    /// Its number in the runbook, from 1.
    pub number: usize,
    /// What is done.
    pub operation: Operation,
    /// When it was begun, where that was written down.
    pub started: Option<InstantMs>,
    /// When it was over.
    pub ended: Option<InstantMs>,
    /// How it ended.
    pub result: StepResult,
    /// The row that says so.
    pub row: u64,
}

/// A drill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrillRecord {
    /// The index of its file in the manifest.
    pub file: usize,
    /// Whose runbook was tested.
    pub role: Role,
    /// When users were no longer served.
    pub outage: Option<InstantMs>,
    /// When they were served again.
    pub served: Option<InstantMs>,
    /// How much was lost: the time whose messages are gone, in milliseconds.
    pub lost_ms: Option<u64>,
    /// The steps that the record has, by their number.
    pub steps: Vec<DrilledStep>,
}

impl DrillRecord {
    /// The time to recover in milliseconds, where both ends are known.
    #[must_use]
    pub fn time_ms(&self) -> Option<u64> {
        let (outage, served) = (self.outage?, self.served?);
        u64::try_from(served - outage).ok()
    }

    /// The steps that were done, each with its duration in milliseconds: from its own start, or
    /// where nobody wrote that down, from the last end before its own.
    pub fn durations(&self) -> impl Iterator<Item = (&DrilledStep, u64)> {
        let done = self
            .steps
            .iter()
            .filter(|one| one.result == StepResult::Done);
        done.filter_map(|step| {
            let ended = step.ended?;
            let before = self.steps.iter().take_while(|one| one.number < step.number);
            let before = before
                .filter_map(|one| one.ended)
                .filter(|end| *end <= ended)
                .max();
            let started = step.started.or(before)?;
            Some((step, u64::try_from(ended - started).ok()?))
        })
    }

    /// The time between the steps, in which nobody did anything, in milliseconds.
    #[must_use]
    pub fn idle_ms(&self) -> u64 {
        let mut idle = 0;
        let mut until: Option<InstantMs> = None;
        for step in &self.steps {
            if let Some((until, started)) = until.zip(step.started) {
                idle += u64::try_from(started - until).unwrap_or(0);
            }
            until = until.max(step.ended);
        }
        idle
    }

    /// The first instant that it has.
    #[must_use]
    pub fn at(&self) -> Option<InstantMs> {
        let steps = self.steps.iter();
        let steps = steps.filter_map(|step| step.started.or(step.ended));
        self.outage.into_iter().chain(steps).min()
    }
}

/// Puts rows together to drills, file by file.
#[derive(Debug, Default)]
pub struct Drills {
    by_file: BTreeMap<usize, (DrillRecord, Clock)>,
}

/// The last instant of a file, from which times without a date are counted.
#[derive(Debug, Clone, Copy, Default)]
struct Clock(Option<InstantMs>);

impl Drills {
    /// Takes a row of a file.
    ///
    /// # Errors
    /// The value that cannot be read, or that contradicts another.
    pub fn take(&mut self, row: &RecordRow<'_>, file: usize) -> Result<(), Unread> {
        let role = row.need(
            0,
            "the role of a runbook, such as site-failover",
            Role::from_name,
        )?;
        let empty = DrillRecord {
            file,
            role,
            outage: None,
            served: None,
            lost_ms: None,
            steps: Vec::new(),
        };
        let (drill, clock) = self
            .by_file
            .entry(file)
            .or_insert((empty, Clock::default()));
        if drill.role != role {
            return Err(unread(row, 0, "the same runbook in every row of a file"));
        }
        let step = row.need(1, "the number of a step, or service", |text| match text {
            SERVICE => Some(None),
            text => text.parse().ok().filter(|number| *number > 0).map(Some),
        })?;
        let started = clock.read(row, 3)?;
        let ended = clock.read_end(row, 4, started)?;
        let lost_ms = row.may(6, "a duration such as 12min, or none", lost)?;
        let Some(number) = step else {
            if drill.outage.or(drill.served).is_some() || drill.lost_ms.is_some() {
                return Err(unread(row, 1, "one row for service in a file"));
            }
            (drill.outage, drill.served, drill.lost_ms) = (started, ended, lost_ms);
            return Ok(());
        };
        if lost_ms.is_some() {
            return Err(unread(
                row,
                6,
                "nothing: what was lost stands in the row service",
            ));
        }
        if drill.steps.last().is_some_and(|last| last.number >= number) {
            return Err(unread(
                row,
                1,
                "each step once, in the order of their numbers",
            ));
        }
        let operation = row.need(2, "the operation of the step, as it was written", |name| {
            Operation::from_name(name)
        })?;
        let result = row.may(5, "done, skipped or failed", |text| {
            let mut words = StepResult::WORDS.iter();
            let found = words.find(|(word, _)| word.eq_ignore_ascii_case(text));
            found.map(|(_, result)| *result)
        })?;
        let result = result.unwrap_or(match ended {
            Some(_) => StepResult::Done,
            None => StepResult::NotReached,
        });
        if result == StepResult::Done && ended.is_none() {
            return Err(unread(row, 4, "the time at which the step was done"));
        }
        drill.steps.push(DrilledStep {
            number,
            operation,
            started,
            ended,
            result,
            row: row.number,
        });
        Ok(())
    }

    /// The drills, by file.
    #[must_use]
    pub fn finish(self) -> Vec<DrillRecord> {
        self.by_file.into_values().map(|(drill, _)| drill).collect()
    }
}

fn unread(row: &RecordRow<'_>, column: usize, expected: &'static str) -> Unread {
    Unread {
        column,
        found: row.get(column).unwrap_or_default().to_owned(),
        expected,
    }
}

fn lost(text: &str) -> Option<u64> {
    match text.to_ascii_lowercase().as_str() {
        "0" | "none" | "nothing" => Some(0),
        text => parse_duration(text).ok().map(|duration| duration.ms),
    }
}

const DAY_MS: i64 = 86_400_000;

const NO_DATE: &str = "a date with the first time, such as 2016-03-02 10:15";

impl Clock {
    /// The instant of a column. A time without a date is the one nearest to the last instant.
    fn read(&mut self, row: &RecordRow<'_>, column: usize) -> Result<Option<InstantMs>, Unread> {
        let at = self.instant(row, column, |last| last - DAY_MS / 2)?;
        self.0 = at.or(self.0);
        Ok(at)
    }

    /// The end of what began at an instant. A time without a date is the first one after that.
    fn read_end(
        &mut self,
        row: &RecordRow<'_>,
        column: usize,
        started: Option<InstantMs>,
    ) -> Result<Option<InstantMs>, Unread> {
        let ended = match started {
            Some(started) => Self(Some(started)).instant(row, column, |started| started)?,
            None => self.instant(row, column, |last| last - DAY_MS / 2)?,
        };
        if started
            .zip(ended)
            .is_some_and(|(started, ended)| ended < started)
        {
            return Err(unread(row, column, "an end after the start"));
        }
        // The outage ends after most steps, which are counted from its beginning.
        if self.0.is_none() || row.get(1) != Some(SERVICE) {
            self.0 = ended.or(self.0);
        }
        Ok(ended)
    }

    fn instant(
        self,
        row: &RecordRow<'_>,
        column: usize,
        earliest: impl Fn(InstantMs) -> InstantMs,
    ) -> Result<Option<InstantMs>, Unread> {
        let Some(text) = row.get(column) else {
            return Ok(None);
        };
        let refuse = |why: BadInstant| unread(row, column, why.expected());
        if !is_time_of_day(text) {
            return instant::parse(text, &TimeZone::UTC)
                .map(Some)
                .map_err(refuse);
        }
        let since = instant::parse(&format!("1970-01-01 {text}"), &TimeZone::UTC);
        let since = since.map_err(refuse)?;
        let last = self.0.ok_or_else(|| unread(row, column, NO_DATE))?;
        let earliest = earliest(last);
        let days = (earliest - since).div_euclid(DAY_MS);
        let on_that_day = days * DAY_MS + since;
        Ok(Some(match on_that_day < earliest {
            true => on_that_day + DAY_MS,
            false => on_that_day,
        }))
    }
}

/// Whether a text is a time such as `10:15` and nothing else.
fn is_time_of_day(text: &str) -> bool {
    let mut parts = text.split(':');
    let hour = parts.next().unwrap_or_default();
    let is_short = (1..=2).contains(&hour.len());
    is_short && hour.bytes().all(|byte| byte.is_ascii_digit()) && parts.next().is_some()
}
