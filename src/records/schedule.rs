//! Schedules of SQL Server Agent: how often a job runs, from the columns of `sysschedules`.

use super::aside::Unread;
use super::rows::{RecordRow, truth, whole};

/// How often a schedule starts its job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repetition {
    /// Around the clock, each so many milliseconds.
    Every(u64),
    /// At such an interval in milliseconds, but not around the clock or not on every day.
    WithPauses(u64),
    /// In a way that has no interval: once, at the start of the Agent, monthly, or never.
    Irregular,
}

const SECOND: u64 = 1_000;
const DAY: u64 = 86_400 * SECOND;

/// What the columns of a schedule say. The first one is `freq_type`.
///
/// # Errors
/// The value that cannot be read.
pub(super) fn repetition(row: &RecordRow<'_>, first: usize) -> Result<Repetition, Unread> {
    let number = |column: usize| row.may(column, "a number", whole);
    let (kind, days) = (number(first)?, number(first + 1)?);
    let (unit, size) = (number(first + 2)?, number(first + 3)?);
    let weeks = number(first + 6)?;
    let start = row.may(first + 7, "a time as hhmmss", clock)?.unwrap_or(0);
    let end = row.may(first + 8, "a time as hhmmss", clock)?;
    let end = end.unwrap_or(DAY - SECOND);
    let size = size.and_then(|size| u64::try_from(size).ok()).unwrap_or(0);
    let within_day = match unit {
        Some(2) => Some(size.saturating_mul(SECOND)),
        Some(4) => Some(size.saturating_mul(60 * SECOND)),
        Some(8) => Some(size.saturating_mul(3_600 * SECOND)),
        _ => None,
    };
    let days_apart = match (kind, days, weeks.unwrap_or(1)) {
        (Some(4), Some(days), _) => u64::try_from(days).ok().filter(|days| *days > 0),
        // On every day of every week.
        (Some(8), Some(127), 0 | 1) => Some(1),
        _ => None,
    };
    let on_some_days = kind == Some(8) && days.is_some_and(|days| (1..127).contains(&days));
    Ok(match (within_day, days_apart) {
        (Some(0), _) => Repetition::Irregular,
        (Some(every), Some(1)) if every < DAY => {
            // The set-up tools end a day at 23:59:00.
            let pause = DAY.saturating_sub(end.saturating_sub(start));
            match start <= end && pause <= every.max(60 * SECOND) + 60 * SECOND {
                true => Repetition::Every(every),
                false => Repetition::WithPauses(every),
            }
        }
        (Some(every), Some(_)) => Repetition::WithPauses(every),
        (Some(every), None) if on_some_days => Repetition::WithPauses(every),
        (None, Some(days)) if unit == Some(1) => Repetition::Every(days.saturating_mul(DAY)),
        _ => Repetition::Irregular,
    })
}

/// A time of day as Agent writes it, hhmmss in one number, in milliseconds.
fn clock(text: &str) -> Option<u64> {
    let number = u64::try_from(whole(text)?).ok()?;
    let (hours, minutes, seconds) = (number / 10_000, number / 100 % 100, number % 100);
    let is_time = hours < 24 && minutes < 60 && seconds < 60;
    is_time.then_some((hours * 3_600 + minutes * 60 + seconds) * SECOND)
}

/// Whether a job and its schedule are enabled; what is not collected counts as enabled.
///
/// # Errors
/// The value that cannot be read.
pub(super) fn is_enabled(row: &RecordRow<'_>, columns: [usize; 2]) -> Result<bool, Unread> {
    for column in columns {
        if row.may(column, "0 or 1", truth)? == Some(false) {
            return Ok(false);
        }
    }
    Ok(true)
}
