//! How long somebody waits for a search, and how much memory it may take.

use std::time::Duration;

use poolproof_reports::document as doc;

use super::clock::Stopwatch;
use super::observer::{Execution, Observer};
use crate::app::document::verdict::Stop;

/// A value with the words that stand for it in a request, as `30s` or `2GB`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitValue<T> {
    /// The value.
    pub value: T,
    /// Its words.
    pub text: String,
}

/// Limits of a search that a scenario cannot know: they depend on the machine. What is unresolved
/// when one is reached is undecided.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SearchLimits {
    /// The longest time of the search of each scenario.
    pub time: Option<LimitValue<Duration>>,
    /// The most bytes of its tables.
    pub bytes: Option<LimitValue<u64>>,
    /// The most bytes where none are asked for: what the machine has to spare. No result names
    /// them unless they ended its search.
    pub spare_bytes: Option<u64>,
}

impl SearchLimits {
    /// The longest time in milliseconds, for the result.
    pub(super) fn time_ms(&self) -> Option<u64> {
        let limit = self.time.as_ref();
        limit.map(|limit| limit.value.as_millis() as u64)
    }

    /// The same limits on the machine of an execution.
    pub(super) fn on(&self, execution: &Execution<'_>) -> Self {
        Self {
            spare_bytes: execution.spare_bytes,
            ..self.clone()
        }
    }

    /// The most bytes.
    pub(super) fn bytes(&self) -> Option<u64> {
        let asked = self.bytes.as_ref().map(|limit| limit.value);
        asked.or(self.spare_bytes)
    }

    /// The most bytes as a result states them: those of the machine only if they ended the search,
    /// because all other results are the same on every machine.
    pub(super) fn stated_bytes(&self, cut_off_by: Option<doc::CutOff>) -> Option<u64> {
        let ended = cut_off_by == Some(doc::CutOff::Memory);
        self.bytes().filter(|_| self.bytes.is_some() || ended)
    }

    /// The time that is left of a search, where it is limited.
    pub(super) fn left(&self, watch: &Stopwatch) -> Option<Duration> {
        let limit = self.time.as_ref()?.value;
        Some(limit.saturating_sub(watch.elapsed()))
    }

    /// Why a search should stop now, if it should.
    pub(super) fn stop(&self, watch: &Stopwatch, observer: &dyn Observer) -> Option<Stop> {
        if observer.is_cancelled() {
            return Some(Stop::Interrupt);
        }
        let limit = self.time.as_ref()?;
        let late = watch.elapsed() >= limit.value;
        late.then_some(Stop::Time)
    }
}
