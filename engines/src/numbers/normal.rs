//! The normal distribution and its quantile, for lognormal delays and for intervals.

/// The quantile of the standard normal distribution at `p`, within a relative 1e-15 or so.
///
/// M. Wichura, "Algorithm AS 241", Applied Statistics 37(3), 1988, routine PPND16. Infinite at 0
/// and 1, NaN outside.
#[must_use]
pub fn normal_quantile(p: f64) -> f64 {
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        return q * ratio(&CENTRE, 0.180625 - q * q);
    }
    let tail = if q < 0.0 { p } else { 1.0 - p };
    if tail == 0.0 {
        return f64::INFINITY.copysign(q);
    }
    let r = libm::sqrt(-libm::log(tail));
    let size = if r <= 5.0 {
        ratio(&MIDDLE, r - 1.6)
    } else {
        ratio(&FAR, r - 5.0)
    };
    // Not `copysign`, which would hide a NaN's origin behind a sign.
    if q < 0.0 { -size } else { size }
}

/// The probability that a standard normal value is below `z`.
#[must_use]
pub fn normal_below(z: f64) -> f64 {
    0.5 * libm::erfc(-z / std::f64::consts::SQRT_2)
}

/// A quotient of two polynomials of degree seven, by Horner's rule; coefficients from x^0 upwards.
#[inline]
fn ratio((above, below): &([f64; 8], [f64; 8]), x: f64) -> f64 {
    let horner = |c: &[f64; 8]| c.iter().rev().fold(0.0, |sum, c| sum * x + c);
    horner(above) / horner(below)
}

/// |p - 1/2| up to 0.425.
#[expect(clippy::excessive_precision, reason = "as printed in the article")]
const CENTRE: ([f64; 8], [f64; 8]) = (
    [
        3.3871328727963666080e0,
        1.3314166789178437745e2,
        1.9715909503065514427e3,
        1.3731693765509461125e4,
        4.5921953931549871457e4,
        6.7265770927008700853e4,
        3.3430575583588128105e4,
        2.5090809287301226727e3,
    ],
    [
        1.0,
        4.2313330701600911252e1,
        6.8718700749205790830e2,
        5.3941960214247511077e3,
        2.1213794301586595867e4,
        3.9307895800092710610e4,
        2.8729085735721942674e4,
        5.2264952788528545610e3,
    ],
);

/// Further out, down to a tail of exp(-25).
#[expect(clippy::excessive_precision, reason = "as printed in the article")]
const MIDDLE: ([f64; 8], [f64; 8]) = (
    [
        1.42343711074968357734e0,
        4.63033784615654529590e0,
        5.76949722146069140550e0,
        3.64784832476320460504e0,
        1.27045825245236838258e0,
        2.41780725177450611770e-1,
        2.27238449892691845833e-2,
        7.74545014278341407640e-4,
    ],
    [
        1.0,
        2.05319162663775882187e0,
        1.67638483018380384940e0,
        6.89767334985100004550e-1,
        1.48103976427480074590e-1,
        1.51986665636164571966e-2,
        5.47593808499534494600e-4,
        1.05075007164441684324e-9,
    ],
);

/// The far tail.
#[expect(clippy::excessive_precision, reason = "as printed in the article")]
const FAR: ([f64; 8], [f64; 8]) = (
    [
        6.65790464350110377720e0,
        5.46378491116411436990e0,
        1.78482653991729133580e0,
        2.96560571828504891230e-1,
        2.65321895265761230930e-2,
        1.24266094738807843860e-3,
        2.71155556874348757815e-5,
        2.01033439929228813265e-7,
    ],
    [
        1.0,
        5.99832206555887937690e-1,
        1.36929880922735805310e-1,
        1.48753612908506148525e-2,
        7.86869131145613259100e-4,
        1.84631831751005468180e-5,
        1.42151175831644588870e-7,
        2.04426310338993978564e-15,
    ],
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_quantiles_have_sixteen_digits() {
        // The checks given with the algorithm, and the constants that every table has.
        for (p, z) in [
            (0.25, -0.674_489_750_196_081_7),
            (0.001, -3.090_232_306_167_813_5),
            (1e-20, -9.262_340_089_798_408),
            (0.975, 1.959_963_984_540_054_2),
            (0.995, 2.575_829_303_548_900_4),
        ] {
            assert!((normal_quantile(p) / z - 1.0).abs() < 4e-16, "{p}");
        }
        for u in (1..1000)
            .map(|n| f64::from(n) / 1000.0)
            .chain([1e-300, 1e-12, 1e-6])
        {
            let back = normal_below(normal_quantile(u));
            // What a last digit of the quantile is worth grows with its square.
            let tolerance = 1e-15 * (2.0 + normal_quantile(u) * normal_quantile(u));
            assert!((back / u - 1.0).abs() < tolerance, "{u:e}: {back:e}");
        }
        assert_eq!(normal_quantile(0.5), 0.0);
        assert_eq!(normal_quantile(0.0), f64::NEG_INFINITY);
        assert_eq!(normal_quantile(1.0), f64::INFINITY);
        assert!(normal_quantile(1.5).is_nan());
        assert!(normal_quantile(f64::NAN).is_nan());
    }
}
