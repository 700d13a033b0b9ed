//! The same trial under two scenarios: sums for the difference, in integers.

use serde::{Deserialize, Serialize};

use crate::simulate::accumulator::DifferenceAccumulator;
use crate::simulate::estimate::{Confidence, Estimate, Interval, Proportion};
use crate::simulate::trial::TrialOutcome;

/// A scenario against the first one, over trials with the same random numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pairs {
    /// How many trials.
    pub trials: u64,
    /// Time without service, or of a drill the time to recover, in milliseconds.
    pub time: DifferenceAccumulator,
    /// Data lost, in milliseconds.
    pub data_lost: DifferenceAccumulator,
    /// Messages lost.
    pub messages: DifferenceAccumulator,
    /// Trials in which the scenario lost something and the first one did not.
    pub only_here: u64,
    /// Trials in which the first one lost something and the scenario did not.
    pub only_there: u64,
    /// Trials in which anything differed.
    pub differing: u64,
}

impl Pairs {
    /// Adds a trial.
    pub fn record(&mut self, here: TrialOutcome, there: TrialOutcome) {
        self.trials = self.trials.saturating_add(1);
        let (mine, theirs) = (here.means, there.means);
        // An outcome of another kind under one of them is no difference in numbers.
        let sums = [
            (&mut self.time, mine.time, theirs.time),
            (&mut self.data_lost, mine.data_lost, theirs.data_lost),
            (&mut self.messages, mine.messages, theirs.messages),
        ];
        for (sum, here, there) in sums {
            match here.zip(there) {
                Some((here, there)) => sum.record(here, there),
                None => sum.leave_out(),
            }
        }
        let (lost_here, lost_there) = (here.data_lost_ms > 0, there.data_lost_ms > 0);
        self.only_here += u64::from(lost_here && !lost_there);
        self.only_there += u64::from(lost_there && !lost_here);
        let seen = |one: &TrialOutcome| (one.time_ms, one.data_lost_ms, one.messages_lost);
        self.differing += u64::from(seen(&here) != seen(&there));
    }

    /// Adds all trials of another one, exactly.
    pub fn merge(&mut self, other: &Self) {
        self.time.merge(&other.time);
        self.data_lost.merge(&other.data_lost);
        self.messages.merge(&other.messages);
        self.trials = self.trials.saturating_add(other.trials);
        self.only_here = self.only_here.saturating_add(other.only_here);
        self.only_there = self.only_there.saturating_add(other.only_there);
        self.differing = self.differing.saturating_add(other.differing);
    }

    /// The number of trials.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.trials
    }

    /// The difference of the probabilities of losing anything.
    ///
    /// Only the trials in which one lost and the other did not count. Each of the two shares gets
    /// its exact interval at half the error, so the interval of the difference holds at least as
    /// often as stated, also where no such trial was seen. `None` without trials.
    #[must_use]
    pub fn any_loss_difference(&self, confidence: Confidence) -> Option<Estimate> {
        let trials = self.count();
        if trials == 0 {
            return None;
        }
        let half = confidence.shared_by(2);
        let limits =
            |hits: u64| Proportion::new(hits, trials).map(|share| share.clopper_pearson(half));
        let (here, there) = (limits(self.only_here)?, limits(self.only_there)?);
        let less = |a: Option<f64>, b: Option<f64>| Some(a? - b?);
        let value = (self.only_here as f64 - self.only_there as f64) / trials as f64;
        Some(Estimate {
            value,
            interval: Interval {
                low: less(here.low, there.high),
                high: less(here.high, there.low),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(time_ms: u64, data_lost_ms: u64) -> TrialOutcome {
        TrialOutcome {
            time_ms,
            data_lost_ms,
            messages_lost: data_lost_ms / 10,
            ..TrialOutcome::default()
        }
    }

    #[test]
    fn discordant_trials_alone_tell_the_difference() {
        let mut pairs = Pairs::default();
        for trial in 0..1000 {
            let here = outcome(10, u64::from(trial % 10 == 0) * 50);
            let there = outcome(10, u64::from(trial % 20 == 0) * 50);
            pairs.record(here, there);
        }
        assert_eq!((pairs.only_here, pairs.only_there), (50, 0));
        assert_eq!(pairs.differing, 50);
        let found = pairs.any_loss_difference(Confidence::default()).unwrap();
        assert_eq!(found.value, 0.05);
        assert!(found.interval.contains(0.05));
        assert!(!found.interval.contains(0.0));
    }

    #[test]
    fn where_nothing_differs_the_interval_has_a_width_and_holds_zero() {
        let mut pairs = Pairs::default();
        assert_eq!(pairs.any_loss_difference(Confidence::default()), None);
        (0..1000).for_each(|_| pairs.record(outcome(5, 0), outcome(5, 0)));
        assert_eq!(pairs.differing, 0);
        let found = pairs.any_loss_difference(Confidence::default()).unwrap();
        let (low, high) = (found.interval.low.unwrap(), found.interval.high.unwrap());
        assert!(low < 0.0 && high > 0.0 && high < 0.006, "{low} {high}");
    }

    #[test]
    fn merging_is_adding() {
        let (mut whole, mut left, mut right) =
            (Pairs::default(), Pairs::default(), Pairs::default());
        for trial in 0..100_u64 {
            let (here, there) = (outcome(trial * 7 % 13, trial % 3), outcome(trial % 11, 0));
            whole.record(here, there);
            if trial < 40 { &mut left } else { &mut right }.record(here, there);
        }
        left.merge(&right);
        assert_eq!(left, whole);
    }
}
