//! What trials are counted into: integers that merge exactly, in any grouping.

use poolproof_models::names::incident::Cause;
use poolproof_models::names::property::Property;
use poolproof_models::names::runbook::Phase;
use poolproof_models::state::latches::LossCause;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::simulate::accumulator::MeanAccumulator;
use crate::simulate::estimate::Proportion;
use crate::simulate::histogram::Histogram;

/// Time without service, by phase, in milliseconds.
pub type ByPhase = [u64; 5];

/// An interval without service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Incident {
    /// The trial.
    pub trial: u64,
    /// When it began, in milliseconds of simulated time.
    pub start_ms: u64,
    /// When users were served again; `None` if the simulation ended first.
    pub end_ms: Option<u64>,
    /// What began it.
    #[serde(with = "cause_name")]
    pub cause: Cause,
    /// Its length by phase.
    pub phases_ms: ByPhase,
    /// Acknowledged messages lost, as time.
    pub data_lost_ms: u64,
    /// Acknowledged messages lost, counted.
    pub messages_lost: u64,
    /// What lost the first of them; [`LossCause::None`] where nothing is lost.
    #[serde(with = "loss_cause_name")]
    pub loss_cause: LossCause,
}

impl Incident {
    /// How long users were not served.
    #[must_use]
    pub fn length_ms(&self) -> u64 {
        self.phases_ms.iter().sum()
    }
}

/// Time and losses of a set of incidents, trials or drills.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measures {
    /// Time without service, in milliseconds.
    pub time: Histogram,
    /// The same, for its mean.
    pub time_mean: MeanAccumulator,
    /// Data lost, in milliseconds.
    pub data_lost: Histogram,
    /// The same, for its mean.
    pub data_lost_mean: MeanAccumulator,
    /// Messages lost.
    pub messages: Histogram,
    /// The same, for its mean.
    pub messages_mean: MeanAccumulator,
    /// How many lost anything.
    pub any_loss: Proportion,
}

impl Measures {
    /// Counts one.
    pub fn record(&mut self, time_ms: u64, data_lost_ms: u64, messages: u64) {
        self.time.record(time_ms);
        self.time_mean.record(time_ms);
        self.data_lost.record(data_lost_ms);
        self.data_lost_mean.record(data_lost_ms);
        self.messages.record(messages);
        self.messages_mean.record(messages);
        self.any_loss.record(data_lost_ms > 0);
    }

    fn merge(&mut self, other: &Self) {
        self.time.merge(&other.time);
        self.time_mean.merge(&other.time_mean);
        self.data_lost.merge(&other.data_lost);
        self.data_lost_mean.merge(&other.data_lost_mean);
        self.messages.merge(&other.messages);
        self.messages_mean.merge(&other.messages_mean);
        self.any_loss.merge(&other.any_loss);
    }
}

/// Times of one kind: bounded, whatever their number.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Times {
    /// The times, in milliseconds.
    pub histogram: Histogram,
    /// The same, for their mean.
    pub mean: MeanAccumulator,
}

impl Times {
    fn record(&mut self, ms: u64) {
        self.histogram.record(ms);
        self.mean.record(ms);
    }

    fn merge(&mut self, other: &Self) {
        self.histogram.merge(&other.histogram);
        self.mean.merge(&other.mean);
    }
}

/// The counts of a number of trials.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tally {
    /// Number of trials.
    pub trials: u64,
    /// Events executed.
    pub events: u64,
    /// Each incident.
    pub per_incident: Measures,
    /// Each trial: time without service and losses within the horizon.
    pub per_trial: Measures,
    /// Per trial and cause, time without service.
    pub by_cause: [MeanAccumulator; Cause::ALL.len()],
    /// Incidents by cause.
    pub incidents_by_cause: [u64; Cause::ALL.len()],
    /// Per incident and phase, time without service.
    pub by_phase: [Times; Phase::ALL.len()],
    /// Incidents that had not ended when the simulation did.
    pub unended: u64,
    /// Per property: trials that broke it, and the first of them.
    pub violations: [Violations; Property::ALL.len()],
    /// The incidents of the first trials, for the table.
    pub incidents: Vec<Incident>,
    /// The trial with the longest time without service; the first of several.
    pub worst: Option<Worst>,
}

/// The worst trial so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Worst {
    /// Its number.
    pub trial: u64,
    /// Its time without service within the horizon, in milliseconds.
    pub outage_ms: u64,
}

/// Trials that broke a property.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Violations {
    /// How many.
    pub trials: u64,
    /// The first.
    pub first: Option<u64>,
}

impl Tally {
    /// Counts an incident.
    pub fn incident(&mut self, incident: &Incident) {
        let length = incident.length_ms();
        self.per_incident
            .record(length, incident.data_lost_ms, incident.messages_lost);
        self.incidents_by_cause[incident.cause as usize] += 1;
        for (phase, ms) in incident.phases_ms.iter().enumerate() {
            self.by_phase[phase].record(*ms);
        }
        self.unended += u64::from(incident.end_ms.is_none());
    }

    /// Counts a trial by its time without service, in milliseconds.
    pub fn trial(&mut self, trial: u64, outage_ms: u64) {
        let worse = |worst: Worst| (outage_ms, worst.trial) > (worst.outage_ms, trial);
        if self.worst.is_none_or(worse) {
            self.worst = Some(Worst { trial, outage_ms });
        }
    }

    /// Adds the counts of other trials, later in number. A sum that is no count of trials, as only
    /// an edited file can have it, stays at the largest number.
    pub fn merge(&mut self, other: Self) {
        self.trials = self.trials.saturating_add(other.trials);
        self.events = self.events.saturating_add(other.events);
        self.per_incident.merge(&other.per_incident);
        self.per_trial.merge(&other.per_trial);
        for (mine, theirs) in self.by_cause.iter_mut().zip(&other.by_cause) {
            mine.merge(theirs);
        }
        for (mine, theirs) in self
            .incidents_by_cause
            .iter_mut()
            .zip(other.incidents_by_cause)
        {
            *mine = mine.saturating_add(theirs);
        }
        for (mine, theirs) in self.by_phase.iter_mut().zip(&other.by_phase) {
            mine.merge(theirs);
        }
        self.unended = self.unended.saturating_add(other.unended);
        for (mine, theirs) in self.violations.iter_mut().zip(other.violations) {
            mine.trials = mine.trials.saturating_add(theirs.trials);
            mine.first = match (mine.first, theirs.first) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            };
        }
        self.incidents.extend(other.incidents);
        if let Some(worst) = other.worst {
            self.trial(worst.trial, worst.outage_ms);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_trial_is_the_first_of_equals_in_any_order() {
        let of = |trials: &[(u64, u64)]| {
            let mut tally = Tally::default();
            trials
                .iter()
                .for_each(|(trial, ms)| tally.trial(*trial, *ms));
            tally
        };
        let worst = Some(Worst {
            trial: 2,
            outage_ms: 9,
        });
        assert_eq!(of(&[(0, 1), (2, 9), (3, 9), (4, 5)]).worst, worst);
        let mut whole = of(&[(3, 9), (4, 5)]);
        whole.merge(of(&[(0, 1), (2, 9)]));
        assert_eq!(whole.worst, worst);
        assert_eq!(Tally::default().worst, None);
    }
}

/// A name in a stored file that no cause has.
#[derive(Debug, Error)]
enum UnknownCause {
    #[error("no cause of a loss `{0}`")]
    OfLoss(String),
    #[error("no cause `{0}`")]
    OfOutage(String),
}

/// A cause in a stored file: by its name, which is stable.
mod loss_cause_name {
    use poolproof_models::state::latches::LossCause;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(cause: &LossCause, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(cause.name())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<LossCause, D::Error> {
        let name = String::deserialize(deserializer)?;
        let known = LossCause::from_name(&name);
        known.ok_or_else(|| D::Error::custom(super::UnknownCause::OfLoss(name)))
    }
}

mod cause_name {
    use poolproof_models::names::incident::Cause;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(cause: &Cause, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(cause.name())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Cause, D::Error> {
        let name = String::deserialize(deserializer)?;
        let known = Cause::ALL.into_iter().find(|cause| cause.name() == name);
        known.ok_or_else(|| D::Error::custom(super::UnknownCause::OfOutage(name)))
    }
}
