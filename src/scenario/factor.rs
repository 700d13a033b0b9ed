//! Values that are a multiple of what the scenario says: `--set failures.stall.rate=x2`.
//!
//! A range of constants in place of a distribution changes its shape as well as its size, and then
//! nothing that is compared with the scenario is compared with it alone.

use super::Scenario;
use super::document::{Entry, Node, Table, Value};
use super::failures::FailureMode;
use super::operators::duration_key;
use super::value::{duration_text, parse_duration};

/// Larger factors are mistakes.
const MOST: f64 = 1e6;

/// Parts of a distribution that are no times.
const NO_TIMES: [&str; 4] = ["sigma", "shape", "stages", "weight"];

/// The factor of a value that is written as one, as in `x0.5`.
pub(super) fn of(text: &str) -> Option<f64> {
    let digits = text.trim().strip_prefix('x')?;
    let plain = |letter: char| letter.is_ascii_digit() || letter == '.';
    let factor: f64 = digits.parse().ok().filter(|_| digits.chars().all(plain))?;
    (factor > 0.0 && factor <= MOST).then_some(factor)
}

/// A value of a scenario times a factor: a number, a rate, a duration or the times of a
/// distribution, whose shape stays.
///
/// # Errors
///
/// Why it cannot be multiplied.
pub(super) fn multiplied(value: &Value, factor: f64) -> Result<Value, String> {
    let refuse = |why: &str| Err(format!("{}, which {why}", value.inline()));
    match value {
        Value::Text(text) => match text_times(text, factor) {
            Some(text) => Ok(Value::Text(text)),
            None => refuse("is no number, rate, duration or distribution"),
        },
        Value::Integer(digits, 10) => match digits.replace('_', "").parse::<f64>() {
            Ok(number) => {
                let whole = libm::round(number * factor);
                Ok(Value::Integer(format!("{whole}"), 10))
            }
            Err(_) => refuse("is no number"),
        },
        Value::Float(digits) => match digits.replace('_', "").parse::<f64>() {
            Ok(number) => Ok(Value::Float(format!("{:?}", rounded(number * factor)))),
            Err(_) => refuse("is no number"),
        },
        Value::Array(items) => {
            let items = items.iter().map(|item| node(item, factor));
            items.collect::<Result<_, _>>().map(Value::Array)
        }
        Value::Table(table) if table.entries.contains_key("empirical") => {
            refuse("are observed values of a file")
        }
        Value::Table(table) => {
            let entries = table.entries.iter().map(|(key, entry)| {
                let node = if NO_TIMES.contains(&key.as_str()) {
                    entry.node.clone()
                } else {
                    node(&entry.node, factor)?
                };
                let key_at = entry.key.clone();
                Ok((key.clone(), Entry { key: key_at, node }))
            });
            let entries = entries.collect::<Result<_, String>>()?;
            Ok(Value::Table(Table { entries }))
        }
        Value::Integer(..) | Value::Boolean(_) | Value::Datetime(_) => {
            refuse("cannot be multiplied")
        }
    }
}

fn node(node: &Node, factor: f64) -> Result<Node, String> {
    Ok(Node {
        value: multiplied(&node.value, factor)?,
        place: node.place.clone(),
    })
}

/// Multiplies what no key of a scenario file can name by itself: a value of one of several failure
/// modes, as in `failures.database_server.outage.rate`, or the durations of a runbook's steps that
/// do an operation. The keys of what was changed; `None` where the path is of nothing like that.
///
/// # Errors
///
/// Why it cannot be multiplied.
pub(super) fn multiply_within(
    scenario: &mut Scenario,
    path: &str,
    factor: f64,
) -> Option<Result<Vec<String>, String>> {
    if let Some(rest) = path.strip_prefix("failures.") {
        let mut words = rest.split('.');
        let (kind, name, field) = (words.next()?, words.next()?, words.next()?);
        let failures = &mut scenario.failures;
        let modes = match kind {
            "database_server" => &mut failures.database_server,
            "pool_server" => &mut failures.pool_server,
            "witness_server" => &mut failures.witness_server,
            "share_server" => &mut failures.share_server,
            _ => return None,
        };
        let mode = modes.iter_mut().find(|mode| mode.name == name)?;
        return Some(multiply_mode(mode, field, factor)?.map(|()| vec![path.to_owned()]));
    }
    let mut changed = Vec::new();
    for file in scenario.operators.runbooks_mut() {
        for index in 0..file.runbook.steps.len() {
            let operation = file.runbook.steps[index].operation.name();
            if duration_key(file.runbook.role, operation) == path {
                file.durations[index].multiply(factor);
                changed.push(file.duration_key(index));
            }
        }
    }
    (!changed.is_empty()).then_some(Ok(changed))
}

/// Multiplies a field of a failure mode; `None` where it has no such field.
fn multiply_mode(mode: &mut FailureMode, field: &str, factor: f64) -> Option<Result<(), String>> {
    let share = |share: &mut f64| {
        let product = *share * factor;
        if product > 1.0 {
            return Err(format!("{share}, and no share is above 1"));
        }
        *share = product;
        Ok(())
    };
    match field {
        "rate" => mode.rate.count = rounded(mode.rate.count * factor),
        "repair" => mode.repair.multiply(factor),
        "every" => mode.planned_every = Some(mode.planned_every?.times(factor)),
        "common_cause" => return Some(share(&mut mode.common_cause)),
        "destructive" => return Some(share(&mut mode.destructive)),
        _ => return None,
    }
    Some(Ok(()))
}

/// A duration or a rate.
fn text_times(text: &str, factor: f64) -> Option<String> {
    if let Ok(duration) = parse_duration(text) {
        return Some(duration_text(duration.times(factor)));
    }
    let (count, unit) = text.split_once('/')?;
    let count: f64 = count.trim().parse().ok()?;
    Some(format!("{}/{}", rounded(count * factor), unit.trim()))
}

/// Twelve digits: the last ones of a product would only make the text hard to read.
fn rounded(value: f64) -> f64 {
    format!("{value:.11e}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::scenario::diagnostic::Source;
    use crate::scenario::document;

    fn times(text: &str, factor: f64) -> Result<String, String> {
        let source = Arc::new(Source::file("test", text));
        let (table, errors) = document::parse_as(&source, &format!("key = {text}"));
        assert!(errors.is_empty(), "{text}");
        multiplied(&table.entries["key"].node.value, factor).map(|value| value.inline())
    }

    #[test]
    fn a_factor_is_an_x_and_a_number() {
        assert_eq!(of("x0.5"), Some(0.5));
        assert_eq!(of(" x2"), Some(2.0));
        for none in [
            "2", "x", "x-1", "x0", "xen", "x1e3", "x1_0", "x9999999", "X2",
        ] {
            assert_eq!(of(none), None, "{none}");
        }
    }

    #[test]
    fn times_are_multiplied_and_shapes_stay() {
        for (text, twice) in [
            ("3", "6"),
            ("0.1", "0.2"),
            ("\"12/year\"", "\"24/year\""),
            ("\"90s\"", "\"3min\""),
            ("{ fixed = \"10s\" }", "{ fixed = \"20s\" }"),
            (
                "{ uniform = [\"1s\", \"2s\"] }",
                "{ uniform = [\"2s\", \"4s\"] }",
            ),
            (
                "{ lognormal = { median = \"30min\", sigma = 1.3 } }",
                "{ lognormal = { median = \"1h\", sigma = 1.3 } }",
            ),
            (
                "{ erlang = { mean = \"1h\", stages = 3 } }",
                "{ erlang = { mean = \"2h\", stages = 3 } }",
            ),
            (
                "{ mixture = [{ weight = 0.5, fixed = \"1s\" }] }",
                "{ mixture = [{ fixed = \"2s\", weight = 0.5 }] }",
            ),
        ] {
            assert_eq!(times(text, 2.0).as_deref(), Ok(twice), "{text}");
        }
        for refused in ["true", "\"LBW\"", "{ empirical = \"a.csv\" }"] {
            assert!(times(refused, 2.0).is_err(), "{refused}");
        }
    }
}
