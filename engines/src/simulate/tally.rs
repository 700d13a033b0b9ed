//! What trials are counted into: integers that merge exactly, in any grouping.

use poolproof_models::names::incident::Cause;
use poolproof_models::names::property::Property;
use poolproof_models::names::runbook::Phase;
use poolproof_models::state::latches::LossCause;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::simulate::accumulator::{CONTROLS, MeanAccumulator, Observation, Slopes};
use crate::simulate::clusters::Clusters;
use crate::simulate::estimate::Proportion;
use crate::simulate::histogram::Histogram;

/// Time without service, by phase, in milliseconds.
pub type ByPhase = [u64; 5];

/// The lengths by which incidents are counted, in milliseconds: each class is up to and with its
/// value, and the last is longer than all of them.
pub const LENGTHS_MS: [u64; 3] = [30_000, 5 * 60_000, 60 * 60_000];

/// Incidents by their length: a class for each of [`LENGTHS_MS`], and the longer ones.
pub type ByLength = [u64; LENGTHS_MS.len() + 1];

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
    /// Nothing was left: no copy and no file.
    pub no_copy_left: bool,
}

impl Incident {
    /// How long users were not served, as far as the incident was followed.
    #[must_use]
    pub fn length_ms(&self) -> u64 {
        self.phases_ms.iter().sum()
    }

    /// The class of its length; without an end it is of the longest.
    fn length_class(&self) -> usize {
        let ended = self.end_ms.map(|_| self.length_ms());
        let class = ended.and_then(|ms| LENGTHS_MS.iter().position(|most| ms <= *most));
        class.unwrap_or(LENGTHS_MS.len())
    }

    /// What it comes to.
    #[must_use]
    pub fn measured(&self) -> Measured {
        Measured {
            time_ms: self.end_ms.map(|_| self.length_ms()),
            lost: (!self.no_copy_left).then_some([self.data_lost_ms, self.messages_lost]),
        }
    }
}

/// What one observation comes to: an incident, a trial or a drill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measured {
    /// Time without service, in milliseconds; `None` of an incident without an end.
    pub time_ms: Option<u64>,
    /// Data lost in milliseconds and messages lost; `None` where no copy was left.
    pub lost: Option<[u64; 2]>,
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
    /// Counts one in the distributions.
    pub fn record(&mut self, measured: Measured) {
        match measured.time_ms {
            Some(ms) => self.time.record(ms),
            None => self.time.record_endless(),
        }
        if let Some([data_ms, messages]) = measured.lost {
            self.data_lost.record(data_ms);
            self.messages.record(messages);
        } else {
            self.data_lost.record_endless();
            self.messages.record_endless();
        }
        self.any_loss
            .record(measured.lost.is_none_or(|[ms, _]| ms > 0));
    }

    /// Counts a trial in the means.
    pub fn record_means(&mut self, trial: &TrialMeans) {
        let means = [
            (&mut self.time_mean, trial.time),
            (&mut self.data_lost_mean, trial.data_lost),
            (&mut self.messages_mean, trial.messages),
        ];
        for (mean, observation) in means {
            match observation {
                Some(observation) => mean.observe(observation),
                None => mean.leave_out(),
            }
        }
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

/// What one trial contributes to the means; `None` where its outcome is of another kind, which is
/// counted apart: service that did not return, or no copy that was left.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TrialMeans {
    /// Time without service, in milliseconds.
    pub time: Option<Observation>,
    /// Data lost, in milliseconds.
    pub data_lost: Option<Observation>,
    /// Messages lost.
    pub messages: Option<Observation>,
}

impl TrialMeans {
    /// Adds to the data lost, in milliseconds, and to the messages lost.
    pub fn correct(&mut self, [data_ms, messages]: [i64; 2]) {
        for (sum, more) in [
            (&mut self.data_lost, data_ms),
            (&mut self.messages, messages),
        ] {
            if let Some(sum) = sum {
                sum.value += more;
            }
        }
    }
}

/// How much of the age of the data is lost when the primary data centre is, on average: nothing
/// where people wait until it is back, everything where they leave it.
///
/// It is the slope of the losses on the age. A regression would be decided by the few losses during
/// which a link had been cut for weeks; here each loss counts alike.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LostShare {
    /// Losses of the data centre.
    losses: u64,
    /// The sum of their shares, each at most 1, in millionths.
    millionths: u64,
}

impl LostShare {
    /// Counts a loss of the data centre: what was lost with it, and the age of the data then.
    pub fn record(&mut self, lost_ms: u64, age_ms: u64) {
        if age_ms > 0 {
            let share = u128::from(lost_ms.min(age_ms)) * 1_000_000 / u128::from(age_ms);
            self.losses = self.losses.saturating_add(1);
            self.millionths = self.millionths.saturating_add(share as u64);
        }
    }

    fn merge(&mut self, other: &Self) {
        self.losses = self.losses.saturating_add(other.losses);
        self.millionths = self.millionths.saturating_add(other.millionths);
    }

    /// The mean share; 1 where there was no loss, as if it were left each time.
    fn mean(&self) -> f64 {
        match self.losses {
            0 => 1.0,
            losses => self.millionths as f64 / 1e6 / losses as f64,
        }
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
    /// Each unplanned incident, or each drill.
    pub per_incident: Measures,
    /// Each trial: time without service and losses within the horizon.
    pub per_trial: Measures,
    /// Per trial and cause, time without service.
    pub by_cause: [MeanAccumulator; Cause::ALL.len()],
    /// Incidents by cause.
    pub incidents_by_cause: [u64; Cause::ALL.len()],
    /// Per trial, time without service that was not planned, and that was.
    pub by_planning: [MeanAccumulator; 2],
    /// Per trial, time without service of the average user: that of the service, and beside it that
    /// of the users of lost pool servers.
    pub users_time: MeanAccumulator,
    /// Incidents that were not planned, and that were, by length.
    pub incidents_by_length: [ByLength; 2],
    /// Per unplanned incident and phase, time without service.
    pub by_phase: [Times; Phase::ALL.len()],
    /// By kind of site loss: how much of the age of the data was lost with it.
    pub site_losses: [LostShare; CONTROLS],
    /// How the incidents of a trial hang together.
    pub clusters: Clusters,
    /// Trials with an incident that had not ended when it was no longer followed.
    pub without_return: u64,
    /// Trials that lost every copy.
    pub without_copy: u64,
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
    /// Counts an incident. Planned work is not among those whose time to recover is measured.
    pub fn incident(&mut self, incident: &Incident, planned: bool) {
        self.incidents_by_cause[incident.cause as usize] += 1;
        self.incidents_by_length[usize::from(planned)][incident.length_class()] += 1;
        if planned {
            return;
        }
        self.per_incident.record(incident.measured());
        for (phase, ms) in incident.phases_ms.iter().enumerate() {
            match incident.end_ms {
                Some(_) => self.by_phase[phase].histogram.record(*ms),
                None => self.by_phase[phase].histogram.record_endless(),
            }
        }
    }

    /// How much each of the measures of trials or incidents rises with what is known to be 0 on
    /// average: time, data lost, messages lost.
    #[must_use]
    pub fn slopes(&self, measures: &Measures) -> [Slopes; 3] {
        let [lost, messages] = self.loss_slopes(measures);
        let given = |slopes| Slopes::Given([slopes, [0.0; CONTROLS]]);
        [Slopes::Fitted, given(lost), given(messages)]
    }

    /// How much data, in milliseconds, and how many messages are lost for each millisecond of the
    /// age, by kind of site loss.
    #[must_use]
    pub fn loss_slopes(&self, measures: &Measures) -> [[f64; CONTROLS]; 2] {
        // Messages for each millisecond that is lost.
        let rate = match measures.data_lost_mean.sum() {
            0 => 0.0,
            sum => measures.messages_mean.sum() as f64 / sum as f64,
        };
        [1.0, rate].map(|unit| self.site_losses.map(|share| share.mean() * unit))
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
        for (mine, theirs) in self.by_planning.iter_mut().zip(&other.by_planning) {
            mine.merge(theirs);
        }
        self.users_time.merge(&other.users_time);
        let mine = self.incidents_by_length.as_flattened_mut().iter_mut();
        for (mine, theirs) in mine.zip(other.incidents_by_length.as_flattened()) {
            *mine = mine.saturating_add(*theirs);
        }
        for (mine, theirs) in self.by_phase.iter_mut().zip(&other.by_phase) {
            mine.merge(theirs);
        }
        for (mine, theirs) in self.site_losses.iter_mut().zip(&other.site_losses) {
            mine.merge(theirs);
        }
        self.clusters.merge(&other.clusters);
        self.without_return = self.without_return.saturating_add(other.without_return);
        self.without_copy = self.without_copy.saturating_add(other.without_copy);
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
