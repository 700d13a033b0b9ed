//! The loss of the primary data centre while the data is old, repeated with other random numbers.
//!
//! Whether such a loss costs a week of messages or nothing depends on whether people leave the data
//! centre before it is back. One coin for a week would carry the mean of a thousand years. So what
//! follows from the loss is run many times, with the same past, and the mean takes the average:
//! conditional on the past its expectation is the same. Distributions keep what happened.

use crate::simulate::tally::{Incident, Tally};
use crate::simulate::trial::{Runner, Timed, TrialSettings};

/// Data is old from this age on: several times what log shipping lags behind.
const OLD_MS: u64 = 2 * 3_600_000;

/// For each so many milliseconds of the age there is one more repetition.
const MS_PER_REPEAT: u64 = 3_600_000;

/// The most repetitions.
const REPEATS_MOST: u64 = 512;

/// From this bit on, the number of a trial tells its repetitions apart: trials are fewer.
const REPEAT_SHIFT: u32 = 40;

/// A loss of the primary data centre that came when the data was old, and what followed.
#[derive(Debug, Clone, Copy)]
pub(super) struct OldDataLoss {
    start_ms: u64,
    age_ms: u64,
    data_lost_ms: u64,
    messages_lost: u64,
}

impl<T: Timed> Runner<'_, T> {
    /// Keeps the first loss of a trial that came when the data was old.
    pub(super) fn note_old_data_loss(
        &mut self,
        incident: &Incident,
        age_ms: u64,
        settings: &TrialSettings,
    ) {
        let kept = settings.drill.is_none() && age_ms >= OLD_MS && self.old_data_loss.is_none();
        if kept && incident.start_ms < settings.horizon_ms {
            self.old_data_loss = Some(OldDataLoss {
                start_ms: incident.start_ms,
                age_ms,
                data_lost_ms: incident.data_lost_ms,
                messages_lost: incident.messages_lost,
            });
        }
    }

    /// What is to be added to the data lost, in milliseconds, and to the messages lost, so that the
    /// trial has the average over what could have followed.
    pub(super) fn average_old_data_loss(
        &mut self,
        trial: u64,
        settings: &TrialSettings,
    ) -> [i64; 2] {
        let Some(happened) = self.old_data_loss else {
            return [0; 2];
        };
        let trace = self.trace.take();
        let repeats = (happened.age_ms / MS_PER_REPEAT).min(REPEATS_MOST);
        let mut nothing = Tally::default();
        let mut sums = [happened.data_lost_ms, happened.messages_lost].map(i128::from);
        let mut counted = 1;
        for repeat in 1..=repeats {
            if let Some(lost) = self.repeat(trial, repeat, &happened, settings, &mut nothing) {
                for (sum, lost) in sums.iter_mut().zip(lost) {
                    *sum += i128::from(lost);
                }
                counted += 1;
            }
        }
        self.trace = trace;
        // What was done here is no part of any trial.
        self.events = 0;
        let [data, messages] = sums.map(|sum| (sum / counted) as i64);
        [
            data - happened.data_lost_ms as i64,
            messages - happened.messages_lost as i64,
        ]
    }

    /// What the same loss costs with other random numbers after it; `None` where no copy is left.
    fn repeat(
        &mut self,
        trial: u64,
        repeat: u64,
        happened: &OldDataLoss,
        settings: &TrialSettings,
        nothing: &mut Tally,
    ) -> Option<[u64; 2]> {
        self.start(trial, settings);
        let end = settings.horizon_ms + settings.follow_ms;
        let mut again = false;
        while let Some((at, clock)) = self.next(settings) {
            if at >= end || at > happened.start_ms && !again {
                return None;
            }
            self.advance(at);
            if !again && at == happened.start_ms && self.is_site_loss(clock) {
                self.draws.start_trial(trial | repeat << REPEAT_SHIFT);
                again = true;
            }
            self.ring(clock, trial, settings, nothing);
            if again && self.open.is_none() {
                break;
            }
        }
        if self.open.is_some() {
            self.advance(end);
            self.end_incident(trial, settings, nothing, false);
        }
        self.old_data_loss
            .map(|lost| [lost.data_lost_ms, lost.messages_lost])
    }
}
