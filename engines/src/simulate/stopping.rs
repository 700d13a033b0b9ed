//! When a simulation is looked at, to see whether it is enough.
//!
//! The looks are at fixed numbers of trials, so that the end does not depend on threads. A test at
//! several places errs more often than one: where a decision ends the run, each interval is as wide
//! as if the error probability were divided among all places at which it could have ended
//! (C. Bonferroni 1936). A relative half-width needs no such care once the first test comes late
//! (Y. Chow, H. Robbins 1965; P. Glynn, W. Whitt 1992), and 5,000 trials are late.

use crate::simulate::estimate::Confidence;
use crate::simulate::run::BATCH;

/// Trials before the first look; each next look is after twice as many.
const FIRST: u64 = 10 * BATCH;

/// The numbers of trials after which a stage of so many trials may end, the last being all of them;
/// `early` where anything may end it before.
#[must_use]
pub fn checkpoints(trials: u64, early: bool) -> Vec<u64> {
    let looks = std::iter::successors(Some(FIRST), |n| n.checked_mul(2));
    let mut found: Vec<u64> = if early {
        looks.take_while(|n| *n < trials).collect()
    } else {
        Vec::new()
    };
    found.push(trials);
    found
}

/// The confidence of each interval where a decision may end a run of at most so many trials, so
/// that all looks together err no more often than `stated`.
#[must_use]
pub fn confidence(stated: Confidence, trials: u64) -> Confidence {
    stated.shared_by(checkpoints(trials, true).len() as u64)
}
