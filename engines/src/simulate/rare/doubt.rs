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
