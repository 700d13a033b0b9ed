//! Values with units: durations ("15min", "1h 30min", "2.7min") and rates ("4/year", "24/s").
//!
//! Durations are read with our own few lines instead of a crate: decimals are wanted, months
//! and years are not (their length is a matter of taste), and a fraction of a millisecond is a
//! mistake because the clock of the simulation counts whole ones.

use std::ops::RangeInclusive;

use poolproof_engines::clocks::distribution::SimDuration;

use super::diagnostic::{Diagnostic, Severity};
use super::document::{Node, Value};

/// What came out of reading a value: the value, or all its mistakes.
pub(crate) type Parsed<T> = Result<T, Vec<Diagnostic>>;

/// The longest duration in a file: 1000 years of 8766 h. Sums of a few still fit 64 bits easily.
pub const LONGEST: SimDuration = SimDuration {
    ms: 1_000 * RateUnit::Year.ms(),
};

const DURATION_HELP: &str = "write a number and a unit: ms, s, min, h, d or w, as in \"15min\"";
const RATE_HELP: &str =
    "write a number, a slash and s, min, h, day or year, as in \"4/year\" or \"24/s\"";

/// The unit of time that a rate counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RateUnit {
    /// Per second.
    Second,
    /// Per minute.
    Minute,
    /// Per hour.
    Hour,
    /// Per day of 24 h.
    Day,
    /// Per year of 8766 h (365.25 days).
    Year,
}

impl RateUnit {
    /// Length of the unit in milliseconds.
    #[must_use]
    pub const fn ms(self) -> u64 {
        match self {
            Self::Second => 1_000,
            Self::Minute => 60_000,
            Self::Hour => 3_600_000,
            Self::Day => 86_400_000,
            Self::Year => 8_766 * 3_600_000,
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        let known = RATE_UNITS.iter().chain(&RATE_UNITS_LONG);
        let mut known = known.filter(|(known, _)| *known == name);
        known.next().map(|(_, unit)| *unit)
    }
}

/// The units as rates are written with them.
pub(super) const RATE_UNITS: [(&str, RateUnit); 5] = [
    ("s", RateUnit::Second),
    ("min", RateUnit::Minute),
    ("h", RateUnit::Hour),
    ("day", RateUnit::Day),
    ("year", RateUnit::Year),
];

/// Other names of the units that are read.
const RATE_UNITS_LONG: [(&str, RateUnit); 6] = [
    ("sec", RateUnit::Second),
    ("second", RateUnit::Second),
    ("minute", RateUnit::Minute),
    ("hour", RateUnit::Hour),
    ("d", RateUnit::Day),
    ("y", RateUnit::Year),
];

/// Events per unit of time, as written ("4/year"): never negative, always finite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// How many.
    pub count: f64,
    /// In what time.
    pub per: RateUnit,
}

impl Rate {
    /// Events per millisecond, the unit of simulated time.
    #[must_use]
    pub fn per_ms(self) -> f64 {
        self.count / self.per.ms() as f64
    }

    /// Events per second.
    #[must_use]
    pub fn per_second(self) -> f64 {
        self.count * 1_000.0 / self.per.ms() as f64
    }

    /// Events per year of 8766 h.
    #[must_use]
    pub fn per_year(self) -> f64 {
        self.count * RateUnit::Year.ms() as f64 / self.per.ms() as f64
    }

    /// Whether nothing ever happens.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.count == 0.0
    }
}

/// Writes a duration as files have it, in the largest units that are exact: `1h 30min`.
#[must_use]
pub fn duration_text(duration: SimDuration) -> String {
    const UNITS: [(&str, u64); 5] = [
        ("d", 86_400_000),
        ("h", 3_600_000),
        ("min", 60_000),
        ("s", 1_000),
        ("ms", 1),
    ];
    let mut rest = duration.ms;
    let mut parts = Vec::new();
    for (unit, ms) in UNITS {
        if rest >= ms {
            parts.push(format!("{}{unit}", rest / ms));
            rest %= ms;
        }
    }
    if parts.is_empty() {
        "0s".to_owned()
    } else {
        parts.join(" ")
    }
}

/// Makes the diagnostic of a value that cannot be read.
pub(crate) fn mistake(node: &Node, code: &str, message: impl Into<String>) -> Diagnostic {
    Diagnostic::at(&node.place, Severity::Error, code, message.into())
}

/// Makes the diagnostic of a value of the wrong type.
pub(crate) fn wrong_type(node: &Node, expected: &str) -> Diagnostic {
    let kind = node.value.kind();
    mistake(node, "E0022", format!("expected {expected}, found {kind}")).labelled(kind)
}

/// Reads a duration.
pub(super) fn duration(node: &Node) -> Parsed<SimDuration> {
    let refuse = |message: String, label: &str| {
        Err(vec![
            mistake(node, "E0023", message)
                .labelled(label)
                .helped(DURATION_HELP),
        ])
    };
    match &node.value {
        Value::Text(text) => match parse_duration(text) {
            Ok(duration) => Ok(duration),
            Err(why) => refuse(format!("`{text}` is not a duration"), &why),
        },
        Value::Integer(..) | Value::Float(_) => {
            let shown = node.value.shown();
            refuse(
                format!("the duration {shown} has no unit"),
                "a number without a unit",
            )
        }
        _ => Err(vec![wrong_type(node, "a duration").helped(DURATION_HELP)]),
    }
}

/// Reads a duration from text; the error says what is wrong with it.
pub(crate) fn parse_duration(text: &str) -> Result<SimDuration, String> {
    let mut rest = text.trim();
    if rest.is_empty() {
        return Err("empty".to_owned());
    }
    let mut total: u128 = 0;
    while !rest.is_empty() {
        let end = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(rest.len());
        let (number, tail) = rest.split_at(end);
        if number.is_empty() {
            let minus = rest.starts_with('-');
            return Err(if minus {
                "negative"
            } else {
                "no number before the unit"
            }
            .to_owned());
        }
        let tail = tail.trim_start();
        let end = tail
            .find(|c: char| !c.is_alphabetic())
            .unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(end);
        total += scaled(number, unit_ms(unit)?)?;
        if total > u128::from(LONGEST.ms) {
            return Err("longer than 1000 years".to_owned());
        }
        rest = tail.trim_start();
    }
    u64::try_from(total)
        .map(|ms| SimDuration { ms })
        .map_err(|_| "too long".to_owned())
}

/// Milliseconds of a unit.
fn unit_ms(unit: &str) -> Result<u128, String> {
    Ok(match unit {
        "ms" | "millisecond" | "milliseconds" => 1,
        "s" | "sec" | "second" | "seconds" => 1_000,
        "m" | "min" | "minute" | "minutes" => 60_000,
        "h" | "hr" | "hour" | "hours" => 3_600_000,
        "d" | "day" | "days" => 86_400_000,
        "w" | "week" | "weeks" => 7 * 86_400_000,
        "" => return Err("no unit".to_owned()),
        "ns" | "us" | "µs" | "μs" => return Err("finer than a millisecond".to_owned()),
        "M" | "month" | "months" | "mo" | "y" | "yr" | "year" | "years" => {
            return Err("months and years differ in length: use days".to_owned());
        }
        other => return Err(format!("unknown unit `{other}`")),
    })
}

/// A decimal number times a unit, exactly.
fn scaled(number: &str, unit: u128) -> Result<u128, String> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() || fraction.contains('.') || (fraction.is_empty() && number.contains('.')) {
        return Err(format!("`{number}` is not a number"));
    }
    if whole.len() > 15 || fraction.len() > 15 {
        return Err("too many digits".to_owned());
    }
    let digits = |text: &str| {
        text.bytes()
            .fold(0_u128, |value, digit| value * 10 + u128::from(digit - b'0'))
    };
    let scale = fraction.bytes().fold(1_u128, |scale, _| scale * 10);
    let parts = digits(fraction) * unit;
    if !parts.is_multiple_of(scale) {
        return Err("finer than a millisecond".to_owned());
    }
    Ok(digits(whole) * unit + parts / scale)
}

/// Reads a rate.
pub(super) fn rate(node: &Node) -> Parsed<Rate> {
    let Value::Text(text) = &node.value else {
        let diagnostic = match node.value {
            Value::Integer(..) | Value::Float(_) => {
                let shown = node.value.shown();
                mistake(node, "E0023", format!("the rate {shown} has no unit"))
                    .labelled("a number without a unit")
            }
            _ => wrong_type(node, "a rate"),
        };
        return Err(vec![diagnostic.helped(RATE_HELP)]);
    };
    parse_rate(text).map_err(|why| {
        let message = format!("`{text}` is not a rate");
        vec![
            mistake(node, "E0023", message)
                .labelled(why)
                .helped(RATE_HELP),
        ]
    })
}

fn parse_rate(text: &str) -> Result<Rate, String> {
    let (count, unit) = text.split_once('/').ok_or("no unit")?;
    let (count, unit) = (count.trim(), unit.trim());
    let per = RateUnit::from_name(unit).ok_or_else(|| format!("unknown unit `{unit}`"))?;
    // `f64` alone would also take "inf", "nan" and "1e400".
    let plain = !count.is_empty() && count.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if count.starts_with('-') {
        return Err("negative".to_owned());
    }
    let number = count
        .parse::<f64>()
        .ok()
        .filter(|_| plain && count.len() <= 30);
    let count = number.ok_or_else(|| format!("`{count}` is not a number"))?;
    let rate = Rate { count, per };
    if rate.per_second() > 1e6 {
        return Err("more than a million a second".to_owned());
    }
    Ok(rate)
}

/// Reads a whole number that is not negative.
pub(super) fn integer(node: &Node) -> Parsed<u64> {
    match &node.value {
        Value::Integer(digits, _) if digits.starts_with('-') => Err(vec![mistake(
            node,
            "E0024",
            format!("{digits} is negative"),
        )]),
        Value::Integer(digits, radix) => {
            let digits = digits.strip_prefix('+').unwrap_or(digits);
            u64::from_str_radix(digits, *radix).map_err(|_| {
                let message = format!("{digits} is above {}", u64::MAX);
                vec![mistake(node, "E0024", message)]
            })
        }
        _ => Err(vec![wrong_type(node, "an integer")]),
    }
}

/// Reads an integer within a range.
pub(super) fn integer_within(node: &Node, range: &RangeInclusive<u64>) -> Parsed<u64> {
    let integer = integer(node)?;
    if range.contains(&integer) {
        return Ok(integer);
    }
    let found = mistake(node, "E0024", format!("{integer} is out of range"));
    Err(vec![found.helped(format!(
        "from {} to {}",
        range.start(),
        range.end()
    ))])
}

/// Reads a number between two, both included.
pub(super) fn number_within(node: &Node, low: f64, high: f64) -> Parsed<f64> {
    let value = number(node)?;
    if (low..=high).contains(&value) {
        return Ok(value);
    }
    let message = format!("{value} is out of range");
    let help = format!("from {low} to {high}");
    Err(vec![mistake(node, "E0024", message).helped(help)])
}

/// Reads a finite number.
pub(super) fn number(node: &Node) -> Parsed<f64> {
    let text = match &node.value {
        Value::Float(text) => text.as_str(),
        Value::Integer(text, 10) => text.as_str(),
        _ => return Err(vec![wrong_type(node, "a number")]),
    };
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(value),
        _ => Err(vec![mistake(
            node,
            "E0024",
            format!("{text} is not a finite number"),
        )]),
    }
}

/// Reads a boolean.
pub(super) fn boolean(node: &Node) -> Parsed<bool> {
    match node.value {
        Value::Boolean(value) => Ok(value),
        _ => Err(vec![wrong_type(node, "true or false")]),
    }
}

/// Reads a string.
pub(crate) fn string(node: &Node) -> Parsed<String> {
    node.text()
        .map(str::to_owned)
        .ok_or_else(|| vec![wrong_type(node, "a string")])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_exact() {
        for (text, ms) in [
            ("15min", 900_000),
            ("1h 30min", 5_400_000),
            ("1h30m", 5_400_000),
            ("2.7min", 162_000),
            ("0.001 s", 1),
            ("10 ms", 10),
            ("0s", 0),
            ("8766 h", 31_557_600_000),
            ("2 weeks", 1_209_600_000),
        ] {
            assert_eq!(parse_duration(text), Ok(SimDuration { ms }), "{text}");
        }
    }

    #[test]
    fn bad_durations_say_why() {
        for (text, why) in [
            ("", "empty"),
            ("15", "no unit"),
            ("15 parsec", "unknown unit `parsec`"),
            ("min", "no number before the unit"),
            ("-5s", "negative"),
            ("1month", "months and years differ in length: use days"),
            ("5us", "finer than a millisecond"),
            ("0.0001s", "finer than a millisecond"),
            ("1.2.3s", "`1.2.3` is not a number"),
            (".5s", "`.5` is not a number"),
            ("99999999999999999999s", "too many digits"),
            ("999999999999w", "longer than 1000 years"),
        ] {
            assert_eq!(parse_duration(text), Err(why.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        for ms in [0, 1, 999, 61_001, 90_061_000, LONGEST.ms] {
            let duration = SimDuration { ms };
            assert_eq!(parse_duration(&duration_text(duration)), Ok(duration));
        }
    }

    #[test]
    fn rates_know_their_unit() {
        assert_eq!(
            parse_rate("24/s"),
            Ok(Rate {
                count: 24.0,
                per: RateUnit::Second
            })
        );
        assert_eq!(
            parse_rate("0.25 / year"),
            Ok(Rate {
                count: 0.25,
                per: RateUnit::Year
            })
        );
        for bad in [
            "4",
            "4/decade",
            "/year",
            "-1/year",
            "inf/s",
            "1e3/s",
            "1.2.3/s",
            "9999999/s",
        ] {
            assert!(parse_rate(bad).is_err(), "{bad}");
        }
        let rate = Rate {
            count: 8766.0,
            per: RateUnit::Year,
        };
        assert_eq!((rate.per_ms() * 1e9 * 3.6).round(), 1e3);
    }
}
