//! What speaks against an estimate of something rare. An interval from contributions of which one
//! outweighs the others is no interval, and what was never seen has no estimate.

use crate::simulate::rare::RareEstimate;

/// No single path may carry more than this share.
pub const SHARE_MOST: f64 = 0.05;

/// Fewer effective paths than this give no interval that can be trusted.
pub const EFFECTIVE_MIN: f64 = 100.0;

/// Half-widths that the mean weight may be off 1.
const HALF_WIDTHS_MOST: f64 = 2.5;

/// A reason not to believe an estimate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Doubt {
    /// No path led there.
    NothingSeen,
    /// One path carries too much of the whole.
    Dominated {
        /// Its share.
        share: f64,
    },
    /// Too few paths carry it.
    FewEffective {
        /// As many equal contributions would be as good.
        paths: f64,
    },
    /// The weights do not average to 1: paths with large weights have not been seen.
    WeightsOff {
        /// Their mean.
        mean: f64,
    },
}

impl Doubt {
    /// Whether no number must be given at all.
    #[must_use]
    pub const fn forbids(self) -> bool {
        matches!(self, Self::NothingSeen | Self::Dominated { .. })
    }
}

/// What speaks against an estimate.
pub(super) fn about(found: &RareEstimate) -> Vec<Doubt> {
    if found.probability.value <= 0.0 {
        return vec![Doubt::NothingSeen];
    }
    let mut doubts = Vec::new();
    if found.largest_share > SHARE_MOST {
        doubts.push(Doubt::Dominated {
            share: found.largest_share,
        });
    }
    if found.effective_paths < EFFECTIVE_MIN {
        doubts.push(Doubt::FewEffective {
            paths: found.effective_paths,
        });
    }
    if let Some(weight) = &found.mean_weight {
        let half_width = weight.interval.high.unwrap_or(weight.value) - weight.value;
        if (weight.value - 1.0).abs() > HALF_WIDTHS_MOST * half_width + 1e-9 {
            doubts.push(Doubt::WeightsOff { mean: weight.value });
        }
    }
    doubts
}

#[cfg(test)]
mod tests {
    use super::{Doubt, EFFECTIVE_MIN, HALF_WIDTHS_MOST, SHARE_MOST, about};
    use crate::simulate::estimate::{Estimate, Interval};
    use crate::simulate::rare::RareEstimate;

    fn estimate(value: f64, half_width: f64) -> Estimate {
        let interval = Interval {
            low: Some(value - half_width),
            high: Some(value + half_width),
        };
        Estimate { value, interval }
    }

    /// An estimate that nothing speaks against.
    fn sound() -> RareEstimate {
        RareEstimate {
            probability: estimate(1e-4, 1e-5),
            paths: 10_000,
            effective_paths: EFFECTIVE_MIN,
            largest_share: SHARE_MOST,
            mean_weight: Some(estimate(1.0, 0.01)),
            begun: 10_000,
            first_failures: Vec::new(),
            doubts: Vec::new(),
        }
    }

    #[test]
    fn at_its_thresholds_an_estimate_is_believed() {
        assert_eq!(about(&sound()), []);
        assert_eq!((SHARE_MOST, EFFECTIVE_MIN), (0.05, 100.0));
    }

    #[test]
    fn one_path_that_carries_more_than_a_twentieth_forbids_a_number() {
        let share = SHARE_MOST + 1e-9;
        let found = RareEstimate {
            largest_share: share,
            ..sound()
        };
        assert_eq!(about(&found), [Doubt::Dominated { share }]);
        assert!(about(&found)[0].forbids());
    }

    #[test]
    fn fewer_than_a_hundred_effective_paths_are_doubted() {
        let paths = EFFECTIVE_MIN - 1e-9;
        let found = RareEstimate {
            effective_paths: paths,
            ..sound()
        };
        assert_eq!(about(&found), [Doubt::FewEffective { paths }]);
        assert!(!about(&found)[0].forbids());
    }

    #[test]
    fn a_mean_weight_is_doubted_beyond_its_limits_on_both_sides() {
        for sign in [-1.0, 1.0] {
            let weight = |half_widths: f64| {
                about(&RareEstimate {
                    mean_weight: Some(estimate(1.0 + sign * half_widths * 0.01, 0.01)),
                    ..sound()
                })
            };
            assert_eq!(weight(HALF_WIDTHS_MOST - 0.01), []);
            let [Doubt::WeightsOff { mean }] = weight(HALF_WIDTHS_MOST + 0.01)[..] else {
                panic!("{sign}");
            };
            assert!((mean - 1.0) * sign > 0.0);
        }
    }

    #[test]
    fn what_was_never_seen_has_no_estimate() {
        let found = RareEstimate {
            probability: estimate(0.0, 0.0),
            ..sound()
        };
        assert_eq!(about(&found), [Doubt::NothingSeen]);
        assert!(about(&found)[0].forbids());
    }
}
