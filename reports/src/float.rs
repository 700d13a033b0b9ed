//! One rounding for every number that leaves this crate.
//!
//! Two platforms may differ in the last bits of a mean; after rounding to nine significant digits
//! they write the same text. The rounding goes through decimal text because that is exact: a
//! division by a power of ten would add an error of its own.

use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Returns `value` rounded to nine significant decimal digits; never minus zero.
///
/// A value that is not finite is returned as it is.
pub fn rounded(value: f64) -> f64 {
    if !value.is_finite() {
        return value;
    }
    // The text has one digit before the point and eight after it.
    let nearest: f64 = format!("{value:.8e}").parse().unwrap_or(value);
    if nearest == 0.0 { 0.0 } else { nearest }
}

/// Writes an `f64` rounded; for `#[serde(serialize_with = "float::serialize")]`.
///
/// A value that is not finite is an error and not `null`: JSON cannot say it, and a reader would
/// take it for "not available", which has a form of its own.
pub(crate) fn serialize<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    if value.is_finite() {
        rounded(*value).serialize(serializer)
    } else {
        Err(S::Error::custom(format!(
            "{value} cannot be written: not a finite number"
        )))
    }
}

/// Writes an optional `f64` rounded. What is not finite has no value, and is written as `null`.
pub(crate) fn serialize_option<S: Serializer>(
    value: &Option<f64>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    value
        .filter(|number| number.is_finite())
        .map(rounded)
        .serialize(serializer)
}

/// Reads an optional `f64` that must be written out, if only as `null`.
pub(crate) fn deserialize_option<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<f64>, D::Error> {
    Option::deserialize(deserializer)
}

#[cfg(test)]
mod tests {
    use super::rounded;

    #[test]
    fn nine_significant_digits_are_kept() {
        assert_eq!(rounded(0.1 + 0.2), 0.3);
        assert_eq!(rounded(1.0 / 3.0), 0.333_333_333);
        assert_eq!(rounded(2.0e10 / 3.0), 6_666_666_670.0);
        assert_eq!(rounded(123_456_789.5), 123_456_790.0);
        assert_eq!(rounded(1.0e-300 / 3.0), 3.333_333_33e-301);
    }

    #[test]
    fn rounding_again_changes_nothing() {
        for index in 1..2_000_u32 {
            let once = rounded(f64::from(index) / 7.0e5);
            assert_eq!(rounded(once).to_bits(), once.to_bits());
        }
    }

    #[test]
    fn zero_has_no_sign_and_the_rest_passes_through() {
        assert!(rounded(-0.0).is_sign_positive());
        assert_eq!(rounded(f64::INFINITY), f64::INFINITY);
        assert!(rounded(f64::NAN).is_nan());
    }
}
