//! Moments of a lognormal distribution that has an end.

use crate::numbers::normal::normal_below;

/// The mean of a lognormal value of this median, no larger than `most`. An invalid `sigma` counts
/// as 0; infinite where it is too large for a number.
#[must_use]
pub fn mean(median: u64, sigma: f64, most: Option<u64>) -> f64 {
    moment(median, sigma, most, 1.0)
}

/// The variance of such a value, as [`mean`] has it.
#[must_use]
pub fn variance(median: u64, sigma: f64, most: Option<u64>) -> f64 {
    let mean = mean(median, sigma, most);
    match most {
        // Without the difference of two large numbers.
        None if median == 0 => 0.0,
        None => {
            let sigma = valid(sigma);
            mean * mean * libm::expm1(sigma * sigma)
        }
        Some(_) => (moment(median, sigma, most, 2.0) - mean * mean).max(0.0),
    }
}

fn valid(sigma: f64) -> f64 {
    if sigma.is_finite() && sigma > 0.0 {
        sigma
    } else {
        0.0
    }
}

/// The mean of the `power`th power.
fn moment(median: u64, sigma: f64, most: Option<u64>, power: f64) -> f64 {
    if median == 0 {
        return 0.0;
    }
    let sigma = valid(sigma);
    let median = median as f64;
    let whole = libm::pow(median, power) * libm::exp(power * power * sigma * sigma / 2.0);
    let Some(most) = most.map(|most| most as f64) else {
        return whole;
    };
    if sigma == 0.0 {
        return libm::pow(median.min(most), power);
    }
    let end = libm::log(most / median) / sigma;
    let longest = libm::pow(most, power);
    // Where the whole is too large for a number, nothing of it lies below the end.
    let short = if whole.is_finite() {
        whole * normal_below(end - power * sigma)
    } else {
        0.0
    };
    short.min(longest) + longest * normal_below(-end)
}

#[cfg(test)]
mod tests {
    use super::{mean, moment, variance};
    use crate::numbers::normal::normal_quantile;

    #[test]
    fn moments_are_those_of_the_values() {
        let (median, sigma, most) = (1_920_000_u64, 2.34, 2_592_000_000_u64);
        for power in [1.0, 2.0] {
            let steps = 2_000_000;
            let value = |n: u32| {
                let u = (f64::from(n) + 0.5) / f64::from(steps);
                let x = median as f64 * libm::exp(sigma * normal_quantile(u));
                libm::pow(x.min(most as f64), power)
            };
            let mean = (0..steps).map(value).sum::<f64>() / f64::from(steps);
            let found = moment(median, sigma, Some(most), power);
            assert!(
                (found / mean - 1.0).abs() < 1e-4,
                "{power}: {found}, {mean}"
            );
        }
        // Without an end, the formula of the textbooks.
        assert!((mean(1000, 1.0, None) - 1000.0 * libm::exp(0.5)).abs() < 1e-9);
        assert_eq!(mean(1000, 0.0, Some(10)), 10.0);
    }

    #[test]
    fn what_is_too_large_is_infinite_and_nothing_is_no_number() {
        assert_eq!(variance(1000, 40.0, None), f64::INFINITY);
        // Nearly every value is 0 or the end: half of them each.
        let found = mean(1000, 1e6, Some(2_000_000));
        assert!((found / 1e6 - 1.0).abs() < 1e-3, "{found}");
        assert!((variance(1000, 1e6, Some(2_000_000)) / 1e12 - 1.0).abs() < 1e-3);
    }
}
