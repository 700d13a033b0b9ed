//! Incidents of one trial hang together, and quantiles of all incidents have to know by how much.
//!
//! Ten incidents of one bad year say less than ten incidents of ten years. The design effect is how
//! much larger the variance of a share of incidents is than of as many independent ones (L. Kish,
//! "Survey Sampling", 1965); the limits of a quantile lie further apart by its root (R. Woodruff,
//! JASA 47, 1952).

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Thresholds, each twice the one before, from 1 ms on.
const THRESHOLDS: usize = 40;

/// Sums over trials, for the variance of the share of incidents that are longer than a threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "StoredClusters", into = "StoredClusters")]
pub struct Clusters {
    /// Incidents, and the sum of their squared number in a trial.
    incidents: u64,
    squares: u64,
    /// By threshold: incidents at or above it, the squares, and products with all of the trial.
    longer: [[u64; 3]; THRESHOLDS],
}

/// What a file holds: the thresholds as a list.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredClusters {
    incidents: u64,
    squares: u64,
    longer: Vec<[u64; 3]>,
}

/// Why stored sums are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the thresholds of incidents are others")]
pub struct OtherThresholds;

impl From<Clusters> for StoredClusters {
    fn from(clusters: Clusters) -> Self {
        Self {
            incidents: clusters.incidents,
            squares: clusters.squares,
            longer: clusters.longer.to_vec(),
        }
    }
}

impl TryFrom<StoredClusters> for Clusters {
    type Error = OtherThresholds;

    fn try_from(stored: StoredClusters) -> Result<Self, Self::Error> {
        let longer = stored.longer.try_into();
        Ok(Self {
            incidents: stored.incidents,
            squares: stored.squares,
            longer: longer.map_err(|_| OtherThresholds)?,
        })
    }
}

impl Default for Clusters {
    fn default() -> Self {
        Self {
            incidents: 0,
            squares: 0,
            longer: [[0; 3]; THRESHOLDS],
        }
    }
}

/// The incidents of one trial, by length.
#[derive(Debug, Clone, Copy)]
pub struct Lengths([u32; THRESHOLDS]);

impl Default for Lengths {
    fn default() -> Self {
        Self([0; THRESHOLDS])
    }
}

impl Lengths {
    /// Counts an incident; one without an end is longer than any.
    pub fn record(&mut self, ms: Option<u64>) {
        self.0[ms.map_or(THRESHOLDS - 1, threshold)] += 1;
    }
}

/// The highest threshold that a length reaches.
fn threshold(ms: u64) -> usize {
    (ms.max(1).ilog2() as usize).min(THRESHOLDS - 1)
}

impl Clusters {
    /// Counts a trial.
    pub fn record(&mut self, lengths: &Lengths) {
        let all: u64 = lengths.0.iter().map(|n| u64::from(*n)).sum();
        self.incidents = self.incidents.saturating_add(all);
        self.squares = self.squares.saturating_add(all * all);
        let mut above = 0;
        for (sums, here) in self.longer.iter_mut().zip(lengths.0).rev() {
            above += u64::from(here);
            for (sum, more) in sums.iter_mut().zip([above, above * above, above * all]) {
                *sum = sum.saturating_add(more);
            }
        }
    }

    /// Adds the sums of other trials.
    pub fn merge(&mut self, other: &Self) {
        self.incidents = self.incidents.saturating_add(other.incidents);
        self.squares = self.squares.saturating_add(other.squares);
        for (mine, theirs) in self.longer.iter_mut().zip(other.longer) {
            for (sum, more) in mine.iter_mut().zip(theirs) {
                *sum = sum.saturating_add(more);
            }
        }
    }

    /// The design effect of the share of incidents that are longer than about this; at least 1.
    ///
    /// The larger one of the two thresholds around it.
    #[must_use]
    pub fn design_effect(&self, ms: u64) -> f64 {
        let at = threshold(ms);
        let next = (at + 1).min(THRESHOLDS - 1);
        self.effect_at(at).max(self.effect_at(next)).max(1.0)
    }

    fn effect_at(&self, threshold: usize) -> f64 {
        let [longer, squares, products] = self.longer[threshold].map(|sum| sum as f64);
        let incidents = self.incidents as f64;
        let share = longer / incidents;
        let independent = incidents * share * (1.0 - share);
        if independent > 0.0 {
            let all = self.squares as f64;
            (squares - 2.0 * share * products + share * share * all) / independent
        } else {
            1.0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(trials: &[&[u64]]) -> Clusters {
        let mut clusters = Clusters::default();
        for trial in trials {
            let mut lengths = Lengths::default();
            trial.iter().for_each(|ms| lengths.record(Some(*ms)));
            clusters.record(&lengths);
        }
        clusters
    }

    #[test]
    fn what_comes_in_pairs_counts_half() {
        // Each trial has two short incidents or two long ones: as good as one of each kind.
        let short: &[u64] = &[3, 3];
        let long: &[u64] = &[5000, 5000];
        let clusters = of(&[short, long, short, long]);
        assert_eq!(clusters.design_effect(3000), 2.0);
    }

    #[test]
    fn incidents_alone_in_their_trials_are_independent() {
        let clusters = of(&[&[3], &[5000], &[3], &[70]]);
        assert_eq!(clusters.design_effect(60), 1.0);
        assert_eq!(Clusters::default().design_effect(60), 1.0);
    }
}
