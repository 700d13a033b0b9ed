//! Counts of values in buckets, for quantiles and distribution functions: bounded, exact to merge.
//!
//! Values below 1024 have a bucket each, so 0 and short times are exact. Above, each doubling is
//! cut into 512 buckets of equal width, and a value is reported as the middle of its bucket: off by
//! at most 1 part in 1024. That is the scheme of HdrHistogram (G. Tene) with three digits, written
//! out because ours must answer by rank, hold nothing while it is empty (there is one per measure
//! and batch) and have no fallible calls.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::simulate::estimate::{
    Confidence, Interval, Proportion, dkw_half_width, quantile_rank, quantile_ranks,
};

/// Values below this have a bucket each.
const EXACT: u64 = 1024;

/// Buckets per doubling above.
const PER_DOUBLING: u64 = EXACT / 2;

/// Counts of values, by default of milliseconds. At most 229 kB; grown only as far as values need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Stored", try_from = "Stored")]
pub struct Histogram {
    /// By bucket; the last one is not 0.
    counts: Vec<u64>,
    /// All values, those without a bucket too.
    count: u64,
    /// Values that are larger than any number: of what has no end.
    endless: u64,
    /// Exact; `u64::MAX` while empty.
    min: u64,
    /// Exact; 0 while empty.
    max: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self {
            counts: Vec::new(),
            count: 0,
            endless: 0,
            min: u64::MAX,
            max: 0,
        }
    }
}

/// A histogram in a stored file: only the buckets in use.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    min: u64,
    max: u64,
    endless: u64,
    /// Number of the bucket and its count, ascending.
    buckets: Vec<(usize, u64)>,
}

impl From<Histogram> for Stored {
    fn from(histogram: Histogram) -> Self {
        let used = histogram.counts.iter().copied().enumerate();
        Self {
            min: histogram.min,
            max: histogram.max,
            endless: histogram.endless,
            buckets: used.filter(|(_, count)| *count > 0).collect(),
        }
    }
}

/// Why a stored histogram is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the buckets of a histogram are not in order")]
pub struct NotInOrder;

impl TryFrom<Stored> for Histogram {
    type Error = NotInOrder;

    /// A file may come from anywhere: what no histogram can hold is refused.
    fn try_from(stored: Stored) -> Result<Self, Self::Error> {
        let Some(&(last, _)) = stored.buckets.last() else {
            return Ok(Self {
                count: stored.endless,
                endless: stored.endless,
                ..Self::default()
            });
        };
        let ascending = stored.buckets.windows(2).all(|pair| pair[0].0 < pair[1].0);
        if !ascending || last > bucket(u64::MAX) || stored.min > stored.max {
            return Err(NotInOrder);
        }
        let mut histogram = Self {
            counts: vec![0; last + 1],
            count: stored.endless,
            endless: stored.endless,
            min: stored.min,
            max: stored.max,
        };
        for (bucket, count) in stored.buckets {
            histogram.counts[bucket] = count;
            histogram.count = histogram.count.saturating_add(count);
        }
        Ok(histogram)
    }
}

/// A quantile: its point estimate and what it lies between.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct QuantileEstimate {
    /// The value at the quantile's rank, within 1 part in 1024; `None` where it has no end.
    pub value: Option<u64>,
    /// Limits by order statistics, in the values' unit.
    pub interval: Interval,
}

/// A point of an empirical distribution function, with its band.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CdfPoint {
    /// The value, within 1 part in 1024.
    pub value: u64,
    /// The share of all values up to this one (and up to the end of its bucket).
    pub share: f64,
    /// Lower edge of the band, at least 0.
    pub low: f64,
    /// Upper edge of the band, at most 1.
    pub high: f64,
}

impl Histogram {
    /// An empty histogram; it allocates nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Counts a value once.
    #[inline]
    pub fn record(&mut self, value: u64) {
        self.record_many(value, 1);
    }

    /// Counts a value `times` times.
    #[inline]
    pub fn record_many(&mut self, value: u64, times: u64) {
        if times == 0 {
            return;
        }
        let bucket = bucket(value);
        if bucket >= self.counts.len() {
            self.counts.resize(bucket + 1, 0);
        }
        self.counts[bucket] = self.counts[bucket].saturating_add(times);
        self.count = self.count.saturating_add(times);
        self.min = self.min.min(value);
        self.max = self.max.max(value);
    }

    /// Counts a value that is larger than any number, as the length of what has no end.
    pub fn record_endless(&mut self) {
        self.count = self.count.saturating_add(1);
        self.endless = self.endless.saturating_add(1);
    }

    /// Adds all values of another histogram, exactly: the order of merging does not matter.
    pub fn merge(&mut self, other: &Self) {
        if other.counts.len() > self.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *mine = mine.saturating_add(*theirs);
        }
        self.count = self.count.saturating_add(other.count);
        self.endless = self.endless.saturating_add(other.endless);
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
    }

    /// The number of values, of those without an end too.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The number of values without an end.
    #[must_use]
    pub fn endless(&self) -> u64 {
        self.endless
    }

    /// The number of values that are numbers.
    fn finite(&self) -> u64 {
        self.count - self.endless
    }

    /// The number of values that are exactly 0.
    #[must_use]
    pub fn zeros(&self) -> u64 {
        self.counts.first().copied().unwrap_or(0)
    }

    /// The smallest value, exactly; `None` while empty.
    #[must_use]
    pub fn min(&self) -> Option<u64> {
        (self.finite() > 0).then_some(self.min)
    }

    /// The largest value that is a number, exactly; `None` while empty. A sample maximum, not a
    /// bound.
    #[must_use]
    pub fn max(&self) -> Option<u64> {
        (self.finite() > 0).then_some(self.max)
    }

    /// The value with a given rank, 1 being the smallest, within 1 part in 1024; `None` outside,
    /// and where it has no end.
    #[must_use]
    pub fn value_at_rank(&self, rank: u64) -> Option<u64> {
        if rank == 0 {
            return None;
        }
        let mut up_to_here = self.cumulative();
        up_to_here
            .find(|&(_, cumulative)| cumulative >= rank)
            .map(|(value, _)| value)
    }

    /// The quantile `q` with distribution-free limits: the values at binomial ranks, equal tails.
    ///
    /// `None` while empty or for `q` outside [0, 1]; a limit is `None` where the values are too few
    /// for it (the upper one of the 0.99 quantile needs 368 values at 95 %).
    ///
    /// The limits take the values as independent; where they come in clusters, as incidents do in
    /// trials, `design_effect` above 1 is how much larger than that the variance of the share below
    /// the quantile is, and the ranks are further apart by its root (R. Woodruff, JASA 47, 1952).
    #[must_use]
    pub fn quantile_estimate(
        &self,
        q: f64,
        confidence: Confidence,
        design_effect: f64,
    ) -> Option<QuantileEstimate> {
        let rank = quantile_rank(self.count, q)?;
        let ranks =
            quantile_ranks(self.count, q, confidence).spread(rank, self.count, design_effect);
        let limit = |rank: Option<u64>| Some(self.value_at_rank(rank?)? as f64);
        let interval = Interval {
            low: limit(ranks.low),
            high: limit(ranks.high),
        };
        Some(QuantileEstimate {
            value: self.value_at_rank(rank),
            interval,
        })
    }

    /// The empirical distribution function at no more than `points_max` values, with the band that
    /// the true one stays in as a whole with the given confidence (A. Dvoretzky, J. Kiefer,
    /// J. Wolfowitz 1956; constant by P. Massart 1990).
    ///
    /// The values are spread evenly over the ranks, the smallest and the largest among them. The
    /// band too takes the values as independent: see [`Histogram::quantile_estimate`].
    #[must_use]
    pub fn cdf_points(&self, points_max: usize, confidence: Confidence) -> Vec<CdfPoint> {
        let Some(half_width) = dkw_half_width(self.count, confidence) else {
            return Vec::new();
        };
        let total = self.count as f64;
        let point = |(value, cumulative): (u64, u64)| {
            let share = cumulative as f64 / total;
            CdfPoint {
                value,
                share,
                low: (share - half_width).max(0.0),
                high: (share + half_width).min(1.0),
            }
        };
        let used = self.cumulative().count();
        if used <= points_max {
            return self.cumulative().map(point).collect();
        }
        // The n-th point is the bucket of rank 1 + n (finite - 1) / (points_max - 1), rounded down.
        let rank_of = |n: usize| match points_max {
            1 => self.finite(),
            _ => {
                let offset = n as u128 * u128::from(self.finite().saturating_sub(1))
                    / (points_max - 1) as u128;
                1 + offset as u64
            }
        };
        let mut points = Vec::with_capacity(points_max);
        let mut n = 0;
        for (value, cumulative) in self.cumulative() {
            if n == points_max {
                break;
            }
            if cumulative >= rank_of(n) {
                points.push(point((value, cumulative)));
                while n < points_max && cumulative >= rank_of(n) {
                    n += 1;
                }
            }
        }
        points
    }

    /// How many values are above a value, at values where that number falls by a constant factor:
    /// twenty for each tenfold, where there are so many. Ends where nothing is above.
    #[must_use]
    pub fn exceedance_points(&self) -> Vec<(u64, Proportion)> {
        // The twentieth root of 10.
        const FACTOR: f64 = 1.122_018_454_301_963_3;
        let mut points = Vec::new();
        let mut wanted = f64::INFINITY;
        for (value, cumulative) in self.cumulative() {
            let above = self.count - cumulative;
            if above as f64 <= wanted || above == 0 {
                points.extend(Proportion::new(above, self.count).map(|share| (value, share)));
                wanted = above as f64 / FACTOR;
            }
        }
        points
    }

    /// The buckets in use, each as its value and the number of values up to its end.
    fn cumulative(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        let mut cumulative = 0_u64;
        let used = self.counts.iter().enumerate().filter(|(_, n)| **n > 0);
        used.map(move |(bucket, n)| {
            cumulative = cumulative.saturating_add(*n);
            // The middle of an end bucket may lie beyond everything that was seen.
            (middle(bucket).clamp(self.min, self.max), cumulative)
        })
    }
}

/// The bucket of a value.
#[inline]
fn bucket(value: u64) -> usize {
    if value < EXACT {
        return value as usize;
    }
    let doublings = u64::from(EXACT.leading_zeros() - value.leading_zeros());
    let offset = (value >> (doublings + 1)) - PER_DOUBLING;
    (EXACT + doublings * PER_DOUBLING + offset) as usize
}

/// The value that a bucket is reported as: its own if it has one, else the upper middle.
fn middle(bucket: usize) -> u64 {
    let bucket = bucket as u64;
    if bucket < EXACT {
        return bucket;
    }
    let doublings = (bucket - EXACT) / PER_DOUBLING;
    let offset = (bucket - EXACT) % PER_DOUBLING;
    ((PER_DOUBLING + offset) << (doublings + 1)) + (1 << doublings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clocks::random::Draws;
    use proptest::prelude::*;

    fn confidence() -> Confidence {
        Confidence::new(0.95).expect("valid")
    }

    fn of(values: impl IntoIterator<Item = u64>) -> Histogram {
        let mut histogram = Histogram::new();
        values.into_iter().for_each(|v| histogram.record(v));
        histogram
    }

    #[test]
    fn buckets_follow_each_other_without_gaps() {
        assert_eq!(bucket(1023), 1023);
        assert_eq!(bucket(1024), 1024);
        assert_eq!(bucket(1025), 1024);
        assert_eq!(bucket(2047), 1535);
        assert_eq!(bucket(2048), 1536);
        assert_eq!(bucket(u64::MAX), 1024 + 54 * 512 - 1);
        for n in 0..bucket(u64::MAX) {
            assert_eq!(bucket(middle(n)), n);
            assert!(middle(n) < middle(n + 1));
        }
    }

    #[test]
    fn an_empty_histogram_answers_nothing() {
        let empty = Histogram::new();
        assert_eq!(empty.max(), None);
        assert_eq!(empty.min(), None);
        assert_eq!(empty.zeros(), 0);
        assert_eq!(empty.value_at_rank(1), None);
        assert_eq!(empty.quantile_estimate(0.5, confidence(), 1.0), None);
        assert_eq!(empty.cdf_points(10, confidence()), []);
    }

    #[test]
    fn what_is_stored_is_read_again() {
        for histogram in [Histogram::new(), of([0, 0, 5, 1_000_001, u64::MAX])] {
            let text = serde_json::to_string(&histogram).unwrap();
            assert_eq!(serde_json::from_str::<Histogram>(&text).unwrap(), histogram);
        }
        for bad in ["[[3,1],[2,1]]", "[[99999999,1]]"] {
            let text = format!("{{\"min\":0,\"max\":9,\"buckets\":{bad}}}");
            assert!(serde_json::from_str::<Histogram>(&text).is_err(), "{bad}");
        }
    }

    #[test]
    fn zero_and_the_ends_are_exact() {
        let histogram = of([0, 0, 5, 1_000_001]);
        assert_eq!(histogram.zeros(), 2);
        assert_eq!(histogram.count(), 4);
        assert_eq!(histogram.value_at_rank(0), None);
        assert_eq!(histogram.value_at_rank(2), Some(0));
        assert_eq!(histogram.value_at_rank(3), Some(5));
        assert_eq!(histogram.max(), Some(1_000_001));
        // The middle of the last bucket is 1_000_448 or so, but nothing was as large.
        assert!(histogram.value_at_rank(4).unwrap() <= 1_000_001);
        assert_eq!(histogram.value_at_rank(5), None);
        assert_eq!(of([7_777_777]).value_at_rank(1), Some(7_777_777));
    }

    #[test]
    fn quantiles_are_values_at_binomial_ranks() {
        let histogram = of(1..=1000);
        let estimate = histogram
            .quantile_estimate(0.95, confidence(), 1.0)
            .unwrap();
        assert_eq!(estimate.value, Some(950));
        assert_eq!(estimate.interval.low, Some(936.0));
        assert_eq!(estimate.interval.high, Some(964.0));
        let few = of(1..=100)
            .quantile_estimate(0.99, confidence(), 1.0)
            .unwrap();
        assert_eq!(few.value, Some(99));
        assert_eq!(few.interval.high, None);
        assert!(few.interval.low.is_some());
        assert_eq!(histogram.quantile_estimate(1.5, confidence(), 1.0), None);
        assert_eq!(
            histogram.quantile_estimate(f64::NAN, confidence(), 1.0),
            None
        );
    }

    #[test]
    fn the_limits_of_quantiles_cover_them_at_least_as_often_as_stated() {
        // Exact coverages: 0.9648 and 0.9581; 1000 repetitions, noise 0.6 %.
        for (q, n, seed) in [(0.5, 100, 3), (0.95, 1000, 4)] {
            let (mut draws, mut covered) = (Draws::new(seed), 0);
            let truth = -1e6 * libm::log(1.0 - q);
            for trial in 0..1000 {
                draws.start_trial(trial);
                let values = (0..n).map(|_| (-1e6 * libm::log(draws.next(0, 0).get())) as u64);
                let estimate = of(values).quantile_estimate(q, confidence(), 1.0).unwrap();
                covered += u64::from(estimate.interval.contains(truth));
            }
            assert!((940..985).contains(&covered), "{q}: {covered}");
        }
    }

    #[test]
    fn the_band_covers_the_whole_distribution_function() {
        let (mut draws, mut covered) = (Draws::new(5), 0);
        for trial in 0..300 {
            draws.start_trial(trial);
            let histogram = of((0..200).map(|_| (draws.next(0, 0).get() * 1000.0) as u64));
            let points = histogram.cdf_points(1000, confidence());
            covered += u64::from(points.iter().all(|point| {
                let truth = (point.value + 1) as f64 / 1000.0;
                point.low <= truth && truth <= point.high
            }));
        }
        assert!((280..=300).contains(&covered), "{covered}");
    }

    #[test]
    fn thinned_points_keep_both_ends() {
        let histogram = of((0..100_000).map(|n| n * n));
        for points_max in [2, 3, 50, 400] {
            let points = histogram.cdf_points(points_max, confidence());
            assert!(points.len() <= points_max);
            assert!(points.len() > points_max / 2);
            assert_eq!(points[0].value, 0);
            let last = points.last().unwrap();
            assert_eq!(last.share, 1.0);
            assert_eq!(last.high, 1.0);
            assert!(points.is_sorted_by(|a, b| a.value < b.value && a.share < b.share));
        }
        assert_eq!(histogram.cdf_points(1, confidence())[0].share, 1.0);
        assert_eq!(histogram.cdf_points(0, confidence()), []);
    }

    #[test]
    fn exceedance_falls_by_steps_to_nothing() {
        let points = of(1..=1000).exceedance_points();
        let above: Vec<_> = points.iter().map(|(x, share)| (*x, share.hits())).collect();
        assert_eq!(above[0], (1, 999));
        assert_eq!(above.last(), Some(&(1000, 0)));
        assert!(above.iter().all(|(x, hits)| x + hits == 1000), "{above:?}");
        assert!(above.is_sorted_by(|a, b| a.1 > b.1));
        // Twenty for each tenfold, and each of the last few.
        assert!((40..=60).contains(&above.len()), "{}", above.len());
        assert_eq!(of([7, 7, 7]).exceedance_points().len(), 1);
        assert_eq!(Histogram::default().exceedance_points(), []);
    }

    proptest! {
        #[test]
        fn every_value_is_within_a_thousandth(values in proptest::collection::vec(
            (0..64_u32, any::<u64>()).prop_map(|(shift, v)| v >> shift), 1..100))
        {
            let histogram = of(values.iter().copied());
            let mut sorted = values;
            sorted.sort_unstable();
            for (n, &value) in sorted.iter().enumerate() {
                let found = histogram.value_at_rank(n as u64 + 1).unwrap();
                prop_assert!(found.abs_diff(value) <= value / 1000, "{} {}", found, value);
                prop_assert!(value >= 1024 || found == value);
            }
        }

        #[test]
        fn merging_in_any_order_and_grouping_is_exact(
            parts in proptest::collection::vec(proptest::collection::vec(
                (0..64_u32, any::<u64>()).prop_map(|(shift, v)| v >> shift), 0..20), 3))
        {
            let whole = of(parts.concat());
            let [x, y, z] = [&parts[0], &parts[1], &parts[2]].map(|part| of(part.iter().copied()));
            let merged = |a: &Histogram, b: &Histogram| {
                let mut sum = a.clone();
                sum.merge(b);
                sum
            };
            prop_assert_eq!(&merged(&merged(&x, &y), &z), &whole);
            prop_assert_eq!(&merged(&z, &merged(&y, &x)), &whole);
        }
    }
}
