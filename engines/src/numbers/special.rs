//! The special functions behind the intervals: incomplete beta and gamma functions, their inverses,
//! and quantiles of Student's t.
//!
//! They are ours because the intervals need them far out and the same on every platform. The
//! library at hand (statrs) stops its continued fraction after 140 steps, silently, which is too
//! few from some 10^4 trials on, loses digits to differences of large log-gammas, and uses the
//! platform's mathematics. In the tests it is the second opinion where it is good.

use crate::numbers::normal::normal_quantile;

/// More terms than any argument in use needs; they grow with the square root of the count.
const TERMS_MAX: u32 = 1_000_000;

/// A factor of a continued fraction this near to 1 is the last. A stricter limit would be met by
/// luck only, and until then each further factor adds a rounding error.
const CONVERGED: f64 = 4e-16;

/// Steps of a root search; halving alone would need some 1100 for the smallest number there is.
const STEPS_MAX: u32 = 1200;

/// The two tails of a distribution function: probabilities at most and above.
///
/// Both are kept because 1 minus one of them has no digits left where the other is small.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tails {
    /// The probability of at most x.
    pub lower: f64,
    /// The probability of more than x.
    pub upper: f64,
}

impl Tails {
    fn of_lower(lower: f64) -> Self {
        let lower = lower.clamp(0.0, 1.0);
        Self {
            lower,
            upper: 1.0 - lower,
        }
    }

    fn swapped(self) -> Self {
        Self {
            lower: self.upper,
            upper: self.lower,
        }
    }
}

/// Which tail a quantile leaves the probability in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tail {
    /// Below the quantile.
    Lower,
    /// Above the quantile.
    Upper,
}

/// ln gamma(x) less Stirling's formula for it, for x > 0.
///
/// With it, ratios of gammas are written without differences of large logarithms.
/// (C. Loader, "Fast and accurate computation of binomial probabilities", 2000.)
fn stirling_error(x: f64) -> f64 {
    const HALF_LOG_TWO_PI: f64 = 0.918_938_533_204_672_8;
    if x < 15.0 {
        return libm::lgamma(x) - ((x - 0.5) * libm::log(x) - x + HALF_LOG_TWO_PI);
    }
    const SERIES: [f64; 6] = [
        1.0 / 12.0,
        -1.0 / 360.0,
        1.0 / 1260.0,
        -1.0 / 1680.0,
        1.0 / 1188.0,
        -691.0 / 360_360.0,
    ];
    let inverse_square = 1.0 / (x * x);
    let horner = |sum: f64, c: &f64| sum * inverse_square + c;
    SERIES.iter().rev().fold(0.0, horner) / x
}

/// ln(1 + r), where r = (x - x0) / x0 is given together with x / x0.
fn log_ratio(r: f64, quotient: f64) -> f64 {
    if r.abs() < 0.5 {
        libm::log1p(r)
    } else {
        libm::log(quotient)
    }
}

/// x^a (1-x)^b / B(a, b), for 0 < x < 1.
fn beta_weight(x: f64, a: f64, b: f64) -> f64 {
    let n = a + b;
    let mode = a / n;
    let above = log_ratio((x - mode) / mode, x / mode);
    let below = log_ratio((mode - x) * n / b, (1.0 - x) * n / b);
    let errors = stirling_error(n) - stirling_error(a) - stirling_error(b);
    libm::sqrt(a * b / (2.0 * std::f64::consts::PI * n)) * libm::exp(a * above + b * below + errors)
}

/// The distribution function of Beta(a, b) at x, that is the regularised incomplete beta function.
///
/// For a, b > 0. Continued fraction by Lentz's method (W. Press and others, "Numerical Recipes",
/// 6.4).
pub fn beta_tails(x: f64, a: f64, b: f64) -> Tails {
    if x <= 0.0 {
        return Tails::of_lower(0.0);
    }
    if x >= 1.0 {
        return Tails::of_lower(1.0);
    }
    // The fraction converges fast on this side of the mean only.
    if x <= (a + 1.0) / (a + b + 2.0) {
        return Tails::of_lower(beta_weight(x, a, b) * beta_fraction(x, a, b));
    }
    // Beyond it one takes the fraction from the other side. But where x is small, 1 - x has lost
    // most of its digits: rare events in 10^9 trials would have limits with seven good digits.
    let beyond = (a + b) * x - a;
    if x < 0.01 && beyond < 8.0 * libm::sqrt(a) + 60.0 {
        return Tails::of_lower(beta_weight(x, a, b) * beta_series(x, a, b));
    }
    Tails::of_lower(beta_weight(x, a, b) * beta_fraction(1.0 - x, b, a)).swapped()
}

/// I_x(a, b) divided by its weight, as a series of positive terms (Abramowitz and Stegun 26.5.4).
///
/// They grow until about the (a + b) x - a-th, and fade over as many as its square root after it.
fn beta_series(x: f64, a: f64, b: f64) -> f64 {
    let (mut term, mut sum) = (1.0 / a, 1.0 / a);
    for n in 1..TERMS_MAX {
        let n = f64::from(n);
        let factor = (a + b + n - 1.0) * x / (a + n);
        term *= factor;
        sum += term;
        if factor < 1.0 && term < sum * 1e-17 * (1.0 - factor) {
            break;
        }
    }
    sum
}

/// I_x(a, b) divided by its weight.
fn beta_fraction(x: f64, a: f64, b: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away_from_zero = |v: f64| if v.abs() < TINY { TINY } else { v };
    let mut d = 1.0 / away_from_zero((a + 1.0 - (a + b) * x) / (a + 1.0));
    let mut c = 1.0;
    let mut fraction = d;
    for m in 1..TERMS_MAX {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / away_from_zero(1.0 + even * d);
        c = away_from_zero(1.0 + even / c);
        fraction *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / away_from_zero(1.0 + odd * d);
        c = away_from_zero(1.0 + odd / c);
        fraction *= d * c;
        if (d * c - 1.0).abs() < CONVERGED {
            break;
        }
    }
    fraction / a
}

/// x^a exp(-x) / gamma(a), for x > 0.
fn gamma_weight(x: f64, a: f64) -> f64 {
    let r = (x - a) / a;
    let deviance = a * (r - log_ratio(r, x / a));
    libm::sqrt(a / (2.0 * std::f64::consts::PI)) * libm::exp(-deviance - stirling_error(a))
}

/// The distribution function of Gamma(a, 1) at x: the regularised incomplete gamma function, a > 0.
///
/// Series below a + 1, continued fraction above (Numerical Recipes, 6.2).
pub fn gamma_tails(x: f64, a: f64) -> Tails {
    if x <= 0.0 {
        return Tails::of_lower(0.0);
    }
    let weight = gamma_weight(x, a);
    if x < a + 1.0 {
        let (mut term, mut sum) = (1.0 / a, 1.0 / a);
        for n in 1..TERMS_MAX {
            term *= x / (a + f64::from(n));
            sum += term;
            if term < sum * 1e-17 {
                break;
            }
        }
        return Tails::of_lower(weight * sum);
    }
    let mut b = x + 1.0 - a;
    let mut c = 1e300;
    let mut d = 1.0 / b;
    let mut fraction = d;
    for n in 1..TERMS_MAX {
        let n = f64::from(n);
        let numerator = -n * (n - a);
        b += 2.0;
        d = 1.0 / (numerator * d + b);
        c = b + numerator / c;
        fraction *= d * c;
        if (d * c - 1.0).abs() < CONVERGED {
            break;
        }
    }
    Tails::of_lower(weight * fraction).swapped()
}

/// The x in [low, high] at which a distribution function leaves `probability` in `tail`.
///
/// Newton's method from `start`, halving where it would leave the bracket; works on the given tail,
/// so that small probabilities keep their digits.
fn invert(
    probability: f64,
    tail: Tail,
    (mut low, mut high): (f64, f64),
    start: f64,
    tails: impl Fn(f64) -> Tails,
    density: impl Fn(f64) -> f64,
) -> f64 {
    let mut x = start;
    for _ in 0..STEPS_MAX {
        let found = tails(x);
        let missing = match tail {
            Tail::Lower => probability - found.lower,
            Tail::Upper => found.upper - probability,
        };
        if missing == 0.0 {
            return x;
        }
        if missing > 0.0 {
            low = x;
        } else {
            high = x;
        }
        let newton = x + missing / density(x);
        let next = if newton > low && newton < high {
            newton
        } else {
            // Quantiles may be many orders of magnitude below the start: halve the exponent there.
            let middle = low + (high - low) / 2.0;
            if low > 0.0 && high > 4.0 * low {
                libm::sqrt(low) * libm::sqrt(high)
            } else {
                middle
            }
        };
        if (next - x).abs() <= 4e-16 * next.abs() {
            return next;
        }
        x = next;
    }
    x
}

/// The quantile of Beta(a, b) that leaves `probability`, strictly inside (0, 1), in `tail`; a, b >
/// 0.
pub fn beta_quantile(probability: f64, tail: Tail, a: f64, b: f64) -> f64 {
    let tails = |x| beta_tails(x, a, b);
    let density = |x: f64| beta_weight(x, a, b) / (x * (1.0 - x));
    invert(probability, tail, (0.0, 1.0), a / (a + b), tails, density)
}

/// The quantile of Gamma(a, 1) that leaves `probability`, strictly inside (0, 1), in `tail`; a > 0.
pub fn gamma_quantile(probability: f64, tail: Tail, a: f64) -> f64 {
    let tails = |x| gamma_tails(x, a);
    let density = |x: f64| gamma_weight(x, a) / x;
    // 745 above is where a tail of this shape underflows.
    let high = a + 40.0 * libm::sqrt(a) + 800.0;
    invert(probability, tail, (0.0, high), a, tails, density)
}

/// The quantile of Gamma(shape, 1).
#[must_use]
pub fn standard_gamma(u: f64, shape: f64) -> f64 {
    // Far down the distribution function is its first term, x^shape / gamma(shape + 1). It spares
    // the iteration a search over hundreds of orders of magnitude where the shape is small.
    let first = libm::exp((libm::log(u) + libm::lgamma(shape + 1.0)) / shape);
    if first < 1e-10 {
        first
    } else if u < 0.5 {
        gamma_quantile(u, Tail::Lower, shape)
    } else {
        gamma_quantile(1.0 - u, Tail::Upper, shape)
    }
}

/// The t that Student's distribution with `freedom` >= 1 exceeds with `probability` in (0, 1/2).
///
/// From the beta distribution; with 1000 degrees of freedom and more by the series of R. Fisher and
/// E. Cornish 1960 (Abramowitz and Stegun 26.7.5), whose next term is then below 10^-11.
pub fn student_quantile(probability: f64, freedom: f64) -> f64 {
    if freedom < 1000.0 {
        // The square of t over (t^2 + freedom) is Beta(1/2, freedom/2).
        let y = beta_quantile(2.0 * probability, Tail::Upper, 0.5, freedom / 2.0);
        return libm::sqrt(freedom * y / (1.0 - y));
    }
    let z = -normal_quantile(probability);
    let s = z * z;
    let terms = [
        1.0,
        (s + 1.0) / 4.0,
        ((5.0 * s + 16.0) * s + 3.0) / 96.0,
        (((3.0 * s + 19.0) * s + 17.0) * s - 15.0) / 384.0,
        ((((79.0 * s + 776.0) * s + 1482.0) * s - 1920.0) * s - 945.0) / 92_160.0,
    ];
    z * terms.iter().rev().fold(0.0, |sum, c| sum / freedom + c)
}

/// The distribution function of the binomial: at most `k`, and more, of `n` with probability `p`.
pub fn binomial_tails(k: u64, n: u64, p: f64) -> Tails {
    if k >= n {
        return Tails::of_lower(1.0);
    }
    beta_tails(p, k as f64 + 1.0, (n - k) as f64).swapped()
}

#[cfg(test)]
mod tests {
    use super::*;
    use statrs::distribution::ContinuousCDF;

    fn close(found: f64, expected: f64, tolerance: f64) {
        let error = (found - expected).abs() / expected.abs().max(1e-300);
        assert!(error <= tolerance, "{found:e} {expected:e} {error:e}");
    }

    /// Binomial probabilities summed term by term.
    fn binomial_sum(k: u64, n: u64, p: f64) -> f64 {
        let mut term = (1.0 - p).powi(n as i32);
        let mut sum = term;
        for i in 1..=k {
            term *= p / (1.0 - p) * (n - i + 1) as f64 / i as f64;
            sum += term;
        }
        sum
    }

    #[test]
    fn binomial_tails_are_the_sums_of_their_terms() {
        for (k, n, p) in [
            (0, 1, 0.3),
            (3, 10, 0.5),
            (39, 100, 0.5),
            (94, 100, 0.99),
            (7, 1000, 0.01),
            (20, 1000, 0.01),
            (480, 1000, 0.5),
        ] {
            close(binomial_tails(k, n, p).lower, binomial_sum(k, n, p), 1e-12);
            // Beyond 100 the first term of this sum underflows.
            if n <= 100 {
                let upper = binomial_sum(n - k - 1, n, 1.0 - p);
                close(binomial_tails(k, n, p).upper, upper, 1e-12);
            }
        }
        assert_eq!(binomial_tails(5, 5, 0.5).upper, 0.0);
    }

    #[test]
    fn large_counts_agree_with_the_normal_limit() {
        // Symmetric, so the median is known exactly: P(X <= n/2 - 1) = (1 - P(X = n/2)) / 2.
        let n = 100_000_000_u64;
        let middle =
            libm::sqrt(2.0 / (std::f64::consts::PI * n as f64)) * (1.0 - 1.0 / (4.0 * n as f64));
        close(
            binomial_tails(n / 2 - 1, n, 0.5).lower,
            0.5 - middle / 2.0,
            1e-12,
        );
        // Gamma(a) at a: 1/2 + 1/(3 sqrt(2 pi a)) and terms of order a^(-3/2).
        let a = 1e8;
        let expected = 0.5 + 1.0 / (3.0 * libm::sqrt(2.0 * std::f64::consts::PI * a));
        close(gamma_tails(a, a).lower, expected, 1e-12);
    }

    #[test]
    fn moderate_arguments_agree_with_statrs() {
        for a in [0.5, 1.0, 2.5, 10.0, 49.5, 300.0] {
            for b in [0.5, 1.0, 3.0, 40.0, 250.0] {
                let theirs = statrs::distribution::Beta::new(a, b).unwrap();
                for n in 1..40 {
                    let x = f64::from(n) / 40.0;
                    let found = beta_tails(x, a, b);
                    assert!((found.lower - theirs.cdf(x)).abs() < 1e-11, "{x} {a} {b}");
                    assert!((found.lower + found.upper - 1.0).abs() < 1e-15);
                }
            }
            let theirs = statrs::distribution::Gamma::new(a, 1.0).unwrap();
            for n in 1..40 {
                let x = a * f64::from(n) / 15.0;
                assert!(
                    (gamma_tails(x, a).lower - theirs.cdf(x)).abs() < 1e-11,
                    "{x} {a}"
                );
            }
        }
    }

    #[test]
    fn quantiles_invert_their_distribution_functions() {
        for probability in [1e-12, 1e-6, 0.025, 0.3, 0.5, 0.9] {
            for (a, b) in [
                (0.5, 0.5),
                (1.0, 100.0),
                (3.0, 998.0),
                (5e5, 5e5),
                (1e5, 1.0),
            ] {
                let x = beta_quantile(probability, Tail::Lower, a, b);
                close(beta_tails(x, a, b).lower, probability, 1e-8);
                // Beyond 1 - 10^-16 no number is left to return.
                if b >= 1.0 && a < 1e5 {
                    let x = beta_quantile(probability, Tail::Upper, a, b);
                    close(beta_tails(x, a, b).upper, probability, 1e-8);
                }
            }
            for a in [0.5, 1.0, 7.0, 1e4, 1e7] {
                let x = gamma_quantile(probability, Tail::Lower, a);
                close(gamma_tails(x, a).lower, probability, 1e-10);
                let x = gamma_quantile(probability, Tail::Upper, a);
                close(gamma_tails(x, a).upper, probability, 1e-10);
            }
        }
    }

    #[test]
    fn student_quantiles_match_the_tables_and_both_methods_meet() {
        // tan(pi (1/2 - 0.025)), and with even degrees of freedom from the closed forms.
        for (probability, freedom, expected) in [
            (0.025, 1.0, 12.706_204_736_174_7),
            (0.025, 10.0, 2.228_138_851_986_274),
            (0.025, 100.0, 1.983_971_518_523_546),
            (0.025, 998.0, 1.962_343_846_216_319),
            (0.025, 1000.0, 1.962_339_080_826_463),
            (0.005, 1000.0, 2.580_754_698_065_838),
        ] {
            close(student_quantile(probability, freedom), expected, 2e-13);
        }
        for probability in [0.25, 0.025, 1e-3, 1e-5] {
            for freedom in [1000.0, 1500.0, 1e5, 1e7] {
                let y = beta_quantile(2.0 * probability, Tail::Upper, 0.5, freedom / 2.0);
                let exact = libm::sqrt(freedom * y / (1.0 - y));
                close(student_quantile(probability, freedom), exact, 1e-11);
            }
            let theirs = statrs::distribution::StudentsT::new(0.0, 1.0, 120.0).unwrap();
            let found = student_quantile(probability, 120.0);
            close(1.0 - theirs.cdf(found), probability, 1e-9);
        }
    }
}
