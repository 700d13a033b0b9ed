//! How durations, counts, shares and estimates are written for people.
//!
//! Every renderer goes through here, so that a figure reads the same on the terminal, on a chart
//! and on the page. Durations show their largest two units, because a third is finer than any
//! interval beside it.

use crate::document::{Estimate, Method};

const SECOND_MS: u64 = 1_000;
const MINUTE_MS: u64 = 60 * SECOND_MS;
const HOUR_MS: u64 = 60 * MINUTE_MS;
const DAY_MS: u64 = 24 * HOUR_MS;
/// A calendar year of 365 days and a mean year: both occur as horizons.
const YEARS_MS: [u64; 2] = [365 * DAY_MS, 365 * DAY_MS + 6 * HOUR_MS];

/// What is written where there is no value.
pub const NOT_AVAILABLE: &str = "not available";

/// Returns a duration in its largest two units: `1 h 12 min`.
pub fn duration(ms: f64) -> String {
    if !ms.is_finite() {
        return "no limit".to_owned();
    }
    if ms < 0.0 {
        return format!("-{}", duration(-ms));
    }
    if ms < 999.5 {
        return if ms < 0.5 {
            "0 s".to_owned()
        } else {
            format!("{ms:.0} ms")
        };
    }
    if ms < 59_950.0 {
        return format!("{} s", number(ms / 1_000.0));
    }
    // Rounding to the smaller unit may carry into the larger, so the unit is chosen after rounding:
    // 59 min 59.8 s is 1 h.
    let in_units_of = |unit_ms: u64| libm::round(ms / unit_ms as f64) as u64;
    let seconds = in_units_of(SECOND_MS);
    if seconds < 60 * 60 {
        return two_units(seconds / 60, "min", seconds % 60, "s");
    }
    let minutes = in_units_of(MINUTE_MS);
    if minutes < 24 * 60 {
        return two_units(minutes / 60, "h", minutes % 60, "min");
    }
    let hours = in_units_of(HOUR_MS);
    two_units(hours / 24, "d", hours % 24, "h")
}

fn two_units(large: u64, large_unit: &str, small: u64, small_unit: &str) -> String {
    if small == 0 {
        format!("{} {large_unit}", count(large))
    } else {
        format!("{} {large_unit} {small} {small_unit}", count(large))
    }
}

/// Returns the simulated time of a trial: `1 year` where it is a whole number of years.
pub fn horizon(ms: u64) -> String {
    for year_ms in YEARS_MS {
        if ms > 0 && ms.is_multiple_of(year_ms) {
            return plural(ms / year_ms, "year", "years");
        }
    }
    duration(ms as f64)
}

/// Whether the simulated time of a trial is one year.
pub(crate) fn is_a_year(ms: u64) -> bool {
    YEARS_MS.contains(&ms)
}

/// Returns an integer with its digits in groups of three: `1,234,567`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// Returns a count with its noun: `1 fault`, `2 faults`.
pub fn plural(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// Returns a number to three significant digits, or to the unit from 100 up.
pub fn number(value: f64) -> String {
    let size = value.abs();
    if !value.is_finite() {
        "no limit".to_owned()
    } else if value == 0.0 {
        "0".to_owned()
    } else if !(0.001..1e15).contains(&size) {
        format!("{value:.2e}")
    } else if size >= 99.95 {
        let sign = if value < 0.0 { "-" } else { "" };
        format!("{sign}{}", count(libm::round(size) as u64))
    } else {
        let mut decimals = 1;
        let mut scaled = size;
        while scaled < 9.995 && decimals < 5 {
            scaled *= 10.0;
            decimals += 1;
        }
        without_trailing_zeros(&format!("{value:.decimals$}"))
    }
}

/// Returns a probability in percent: `3.2 %`. Only certainty is written as 100 %.
pub fn probability(share: f64) -> String {
    if share > 0.99 && share < 1.0 {
        return percent(share, decimals_of_gap(share));
    }
    format!("{} %", number(share * 100.0))
}

/// Returns a share of time with service, with as many nines as it has and the interval.
pub fn availability(share: &Estimate) -> String {
    estimate(share, nines(share))
}

/// Returns the interval of a share of time, with as many nines as the share has.
pub(crate) fn interval_of_time(share: &Estimate) -> Option<String> {
    interval(share, nines(share))
}

fn nines(share: &Estimate) -> impl Fn(f64) -> String {
    let decimals = share.value.map_or(2, decimals_of_gap);
    move |value| percent(value, decimals)
}

/// Returns a share of time with service, with as many nines as it has.
pub(crate) fn share_of_time(share: f64) -> String {
    percent(share, decimals_of_gap(share))
}

/// Returns how many decimals of a percentage show the distance from 100 % to three digits.
///
/// Where there is no distance, four decimals serve the other end of the interval.
fn decimals_of_gap(share: f64) -> usize {
    if share >= 1.0 {
        return 4;
    }
    let mut decimals = 2;
    let mut gap = (1.0 - share) * 1e4;
    while gap < 99.95 && decimals < 9 {
        gap *= 10.0;
        decimals += 1;
    }
    decimals
}

fn percent(share: f64, decimals: usize) -> String {
    if share == 1.0 || share == 0.0 {
        return format!("{} %", share * 100.0);
    }
    // A bound that is not 100 % must not be rounded to it.
    let mut decimals = decimals;
    let mut text = format!("{:.decimals$}", share * 100.0);
    while share < 1.0 && text.starts_with("100") && decimals < 12 {
        decimals += 1;
        text = format!("{:.decimals$}", share * 100.0);
    }
    format!("{text} %")
}

/// Returns very small odds: `1.2e-9`.
pub fn odds(share: f64) -> String {
    if share == 0.0 {
        "0".to_owned()
    } else {
        format!("{share:.1e}")
    }
}

/// Returns the value of an estimate alone.
pub fn value(estimate: &Estimate, format: impl Fn(f64) -> String) -> String {
    match (estimate.value, estimate.low) {
        (Some(value), _) if estimate.method == Method::FewValues => {
            format!("at least {}", format(value))
        }
        (Some(value), _) if estimate.method == Method::FewValuesUpper => {
            format!("at most {}", format(value))
        }
        (None, None) if estimate.method == Method::Endless => "without an end".to_owned(),
        (Some(value), _) => format(value),
        (None, Some(low)) => format!("more than {}", format(low)),
        (None, None) => NOT_AVAILABLE.to_owned(),
    }
}

/// Returns the interval of an estimate alone, if it has one.
pub fn interval(estimate: &Estimate, format: impl Fn(f64) -> String) -> Option<String> {
    match (estimate.value, estimate.low, estimate.high) {
        (Some(_), None, None)
            if matches!(estimate.method, Method::FewValues | Method::FewValuesUpper) =>
        {
            Some("few values carry it".to_owned())
        }
        // The value has said it already.
        (None, _, None) | (_, None, None) => None,
        (_, Some(low), Some(high)) => Some(format!("{} to {}", format(low), format(high))),
        // "0 s or more" would be true of everything.
        (Some(0.0), _, None) if estimate.method == Method::NothingSeen => {
            Some("none seen".to_owned())
        }
        (_, Some(low), None) => Some(format!("{} or more", format(low))),
        (_, None, Some(high)) => Some(format!("{} or less", format(high))),
    }
}

/// Returns an estimate with its interval: `1 h 12 min (1 h 8 min to 1 h 17 min)`.
pub fn estimate(estimate: &Estimate, format: impl Fn(f64) -> String) -> String {
    let value = value(estimate, &format);
    match interval(estimate, &format) {
        Some(interval) => format!("{value} ({interval})"),
        None => value,
    }
}

fn without_trailing_zeros(text: &str) -> String {
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text.to_owned()
    }
}

/// What a table is sorted by: the value itself; nothing where there is none.
pub(crate) fn sort_key(value: Option<f64>) -> String {
    value.map_or(String::new(), |value| {
        format!("{}", crate::float::rounded(value))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn estimated(value: Option<f64>, low: Option<f64>, high: Option<f64>) -> Estimate {
        Estimate {
            value,
            low,
            high,
            confidence: 0.95,
            n: 7,
            method: Method::StudentT,
        }
    }

    #[test]
    fn durations_show_two_units() {
        for (ms, text) in [
            (0.0, "0 s"),
            (0.4, "0 s"),
            (850.0, "850 ms"),
            (999.7, "1 s"),
            (1_000.0, "1 s"),
            (1_234.0, "1.23 s"),
            (12_340.0, "12.3 s"),
            (59_949.0, "59.9 s"),
            (59_960.0, "1 min"),
            (272_000.0, "4 min 32 s"),
            (3_599_400.0, "59 min 59 s"),
            (3_599_600.0, "1 h"),
            (4_320_000.0, "1 h 12 min"),
            (86_399_000.0, "1 d"),
            (187_200_000.0, "2 d 4 h"),
            (31_536_000_000.0, "365 d"),
            (315_360_000_000.0, "3,650 d"),
            (f64::INFINITY, "no limit"),
            (-60_000.0, "-1 min"),
        ] {
            assert_eq!(duration(ms), text, "{ms} ms");
        }
    }

    #[test]
    fn horizons_are_years_where_they_can_be() {
        assert_eq!(horizon(31_536_000_000), "1 year");
        assert_eq!(horizon(31_557_600_000), "1 year");
        assert_eq!(horizon(315_360_000_000), "10 years");
        assert_eq!(horizon(86_400_000), "1 d");
        assert_eq!(horizon(0), "0 s");
    }

    #[test]
    fn numbers_have_three_digits() {
        for (value, text) in [
            (0.0, "0"),
            (0.000_012_34, "1.23e-5"),
            (0.001_234, "0.00123"),
            (0.5, "0.5"),
            (9.999, "10"),
            (12.34, "12.3"),
            (99.96, "100"),
            (1_234.5, "1,235"),
            (-1_234.4, "-1,234"),
            (f64::NAN, "no limit"),
        ] {
            assert_eq!(number(value), text, "{value}");
        }
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(count(999), "999");
        assert_eq!(plural(1, "fault", "faults"), "1 fault");
    }

    #[test]
    fn only_certainty_is_a_hundred_percent() {
        assert_eq!(probability(0.0), "0 %");
        assert_eq!(probability(0.032), "3.2 %");
        assert_eq!(probability(0.999_6), "99.9600 %");
        assert_eq!(probability(1.0), "100 %");
        let nearly = estimated(Some(0.999_87), Some(0.999_8), Some(0.999_999_9));
        assert_eq!(availability(&nearly), "99.9870 % (99.9800 % to 99.99999 %)");
        assert_eq!(
            availability(&estimated(Some(1.0), Some(0.9), Some(1.0))),
            "100 % (90.0000 % to 100 %)"
        );
    }

    #[test]
    fn missing_ends_are_said() {
        let minutes = |ms: f64| duration(ms);
        assert_eq!(
            estimate(&estimated(None, None, None), minutes),
            "not available"
        );
        assert_eq!(
            estimate(&estimated(None, Some(6e4), None), minutes),
            "more than 1 min"
        );
        let open = estimated(Some(9e4), Some(6e4), None);
        assert_eq!(estimate(&open, minutes), "1 min 30 s (1 min or more)");
        let below = estimated(Some(0.0), None, Some(6e4));
        assert_eq!(estimate(&below, minutes), "0 s (1 min or less)");
    }
}
