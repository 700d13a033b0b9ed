//! A parameter of a sweep: the path of a value in the scenario, and what it is set to.

use poolproof_engines::clocks::distribution::SimDuration;
use serde::{Deserialize, Serialize};

use crate::scenario::value::{duration_text, parse_duration};

/// A path with its values, in the syntax of scenario files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// The path, as for `--set`.
    pub path: String,
    /// Its values. Of a range: the low end, for one at a time perhaps the base, and the high end.
    pub values: Vec<String>,
}

impl Parameter {
    /// Reads `PATH=V1,V2,...`.
    ///
    /// # Errors
    ///
    /// Says what is missing.
    pub fn list(text: &str) -> Result<Self, String> {
        let (path, values) = assignment(text, "PATH=V1,V2")?;
        let values = split(values);
        if values.iter().any(String::is_empty) {
            return Err(format!("`{text}` has an empty value"));
        }
        Ok(Self { path, values })
    }

    /// Reads `PATH=LOW..HIGH`, or with a base `PATH=LOW..BASE..HIGH`.
    ///
    /// # Errors
    ///
    /// Says what is missing.
    pub fn range(text: &str, base: bool) -> Result<Self, String> {
        let form = if base {
            "PATH=LOW..BASE..HIGH or PATH=LOW..HIGH"
        } else {
            "PATH=LOW..HIGH"
        };
        let (path, range) = assignment(text, form)?;
        let values: Vec<String> = range.split("..").map(|one| one.trim().to_owned()).collect();
        let known = values.len() == 2 || base && values.len() == 3;
        if !known || values.iter().any(String::is_empty) {
            return Err(format!("expected {form}, found `{text}`"));
        }
        Ok(Self { path, values })
    }

    /// The value at a fraction of the range, from the low to the high end, in the unit of the ends.
    ///
    /// # Errors
    ///
    /// When the ends are neither numbers with the same unit nor durations.
    pub fn between(&self, share: f64) -> Result<String, String> {
        let (Some(low), Some(high)) = (self.values.first(), self.values.last()) else {
            return Err(format!("`{}` has no range", self.path));
        };
        let at = |low: f64, high: f64| low + (high - low) * share;
        let factor = |text: &str| {
            text.strip_prefix('x')?
                .parse()
                .ok()
                .filter(|x: &f64| *x > 0.0)
        };
        if let (Some(from), Some(to)) = (factor(low), factor(high)) {
            // Half and twice are equally far from one.
            return Ok(format!("x{}", rounded(from * libm::pow(to / from, share))));
        }
        let ((from, unit), (to, other)) = (number(low), number(high));
        if let (Some(from), Some(to)) = (from, to)
            && unit == other
        {
            let whole = |text: &str| !text.contains(['.', 'e', 'E']);
            // A count stays a count: each of its values is as likely as the others.
            if unit.is_empty() && whole(low) && whole(high) {
                let value = libm::floor(at(from, to + 1.0));
                return Ok(value.min(to).to_string());
            }
            if !unit.chars().all(char::is_alphabetic) || unit.is_empty() {
                return Ok(format!("{}{unit}", rounded(at(from, to))));
            }
        }
        if let (Ok(from), Ok(to)) = (parse_duration(low), parse_duration(high)) {
            let ms = libm::round(at(from.ms as f64, to.ms as f64)) as u64;
            return Ok(duration_text(SimDuration { ms }));
        }
        Err(format!(
            "cannot go from `{low}` to `{high}` for {}: both must be numbers with the same unit, \
             durations, or factors as in x0.5..x2",
            self.path
        ))
    }
}

fn assignment<'a>(text: &'a str, form: &str) -> Result<(String, &'a str), String> {
    match text.split_once('=') {
        Some((path, values)) if !path.trim().is_empty() && !values.trim().is_empty() => {
            Ok((path.trim().to_owned(), values.trim()))
        }
        _ => Err(format!("expected {form}, found `{text}`")),
    }
}

/// Splits at commas that are not within brackets, braces or quotes.
fn split(text: &str) -> Vec<String> {
    let (mut depth, mut quoted) = (0_u32, None);
    let mut values = vec![String::new()];
    for letter in text.chars() {
        match (quoted, letter) {
            (Some(quote), _) if letter == quote => quoted = None,
            (None, '"' | '\'') => quoted = Some(letter),
            (None, '[' | '{') => depth += 1,
            (None, ']' | '}') => depth = depth.saturating_sub(1),
            (None, ',') if depth == 0 => {
                values.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(last) = values.last_mut() {
            last.push(letter);
        }
    }
    values.iter().map(|value| value.trim().to_owned()).collect()
}

/// The number that a value begins with, and the unit after it.
fn number(text: &str) -> (Option<f64>, &str) {
    let end = text
        .find(|letter: char| !letter.is_ascii_digit() && !matches!(letter, '.' | '-' | '+'))
        .unwrap_or(text.len());
    let (digits, unit) = text.split_at(end);
    (digits.parse().ok().filter(|x: &f64| x.is_finite()), unit)
}

/// Six digits: more would only make the table hard to read.
fn rounded(value: f64) -> f64 {
    format!("{value:.5e}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_split_outside_of_brackets() {
        let of = |text: &str| Parameter::list(text).unwrap().values;
        assert_eq!(of("a.b=1,2, 3"), ["1", "2", "3"]);
        assert_eq!(
            of("a={ x = 1, y = 2 },[1,2]"),
            ["{ x = 1, y = 2 }", "[1,2]"]
        );
        assert_eq!(of("a='x,y',z"), ["'x,y'", "z"]);
        for bad in ["a", "=1", "a=", "a=1,,2"] {
            assert!(Parameter::list(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn ranges_keep_their_unit() {
        let at = |text: &str, share: f64| Parameter::range(text, false).unwrap().between(share);
        assert_eq!(at("a=5min..30min", 0.5).unwrap(), "17min 30s");
        assert_eq!(at("a=30s..2h", 0.0).unwrap(), "30s");
        assert_eq!(at("a=1/year..4/year", 0.5).unwrap(), "2.5/year");
        assert_eq!(at("a=0.1..0.2", 0.25).unwrap(), "0.125");
        assert_eq!(at("a=x0.5..x2", 0.5).unwrap(), "x1");
        assert_eq!(at("a=x1..x100", 0.5).unwrap(), "x10");
        assert_eq!(at("a=1..4", 0.0).unwrap(), "1");
        assert_eq!(at("a=1..4", 0.999).unwrap(), "4");
        for bad in ["a=1/year..2/day", "a=DC1..DC2", "a=1..2min"] {
            assert!(at(bad, 0.5).is_err(), "{bad}");
        }
        assert!(Parameter::range("a=1..2..3", false).is_err());
        assert_eq!(Parameter::range("a=1..2..3", true).unwrap().values.len(), 3);
    }
}
