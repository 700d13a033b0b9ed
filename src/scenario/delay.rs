//! Distributions of delays in scenario and runbook files.

use std::fmt::Write;

use poolproof_engines::clocks::distribution::{Distribution, SimDuration};

use super::diagnostic::{Diagnostic, Severity};
use super::document::{Node, Table, Value};
use super::empirical::Observations;
use super::format::quoted;
use super::reader::MISTAKES_MOST;
use super::suggest::suggestion;
use super::value::{Parsed, duration, duration_text, integer_within, mistake, number, wrong_type};
use super::writer::Files;

pub(super) const SHAPES: [&str; 9] = [
    "fixed",
    "uniform",
    "exponential",
    "lognormal",
    "weibull",
    "gamma",
    "erlang",
    "empirical",
    "mixture",
];
const HELP: &str = "write \"10s\", { fixed = \"10s\" }, { uniform = [\"5s\", \"20s\"] }, \
     { exponential = \"30min\" }, { lognormal = { median = \"30min\", sigma = 1.3 } }, \
     { lognormal = { median = \"30min\", p95 = \"4h\" } }, \
     { weibull = { mean = \"30min\", shape = 0.75 } }, \
     { gamma = { mean = \"30min\", shape = 2 } }, \
     { erlang = { mean = \"30min\", stages = 3 } }, { empirical = \"repairs.csv\" } or \
     { mixture = [...] }";

/// The quantile of the normal distribution at 0.95.
const NORMAL_P95: f64 = 1.644_853_626_951_472_7;

/// Reads a distribution; a plain duration is a fixed one.
pub(super) fn distribution(node: &Node, observed: &Observations) -> Parsed<Distribution> {
    match &node.value {
        Value::Table(table) => shape(node, table, &SHAPES, &[], observed),
        Value::Text(_) | Value::Integer(..) | Value::Float(_) => Ok(Distribution::Fixed {
            value: duration(node)?,
        }),
        _ => Err(vec![
            wrong_type(node, "a duration or a distribution").helped(HELP),
        ]),
    }
}

/// Writes a distribution as [`distribution`] reads it.
pub(super) fn write(distribution: &Distribution, files: &mut Files) -> String {
    match distribution {
        Distribution::Fixed { value } => time(*value),
        other => format!("{{ {} }}", shape_text(other, files)),
    }
}

/// The name of a shape with its parameters.
fn shape_text(distribution: &Distribution, files: &mut Files) -> String {
    match distribution {
        Distribution::Fixed { value } => format!("fixed = {}", time(*value)),
        Distribution::Uniform { low, high } => {
            format!("uniform = [{}, {}]", time(*low), time(*high))
        }
        Distribution::Exponential { mean } => format!("exponential = {}", time(*mean)),
        Distribution::Lognormal {
            median,
            sigma,
            most,
        } => {
            let median = time(*median);
            let most = most.map_or_else(String::new, |most| format!(", most = {}", time(most)));
            format!("lognormal = {{ median = {median}, sigma = {sigma:?}{most} }}")
        }
        Distribution::Weibull { mean, shape } => {
            let mean = time(*mean);
            format!("weibull = {{ mean = {mean}, shape = {shape:?} }}")
        }
        // A whole shape can be larger as a number of stages.
        Distribution::Gamma { mean, shape } if *shape > FACTOR_MOST => {
            let mean = time(*mean);
            format!("erlang = {{ mean = {mean}, stages = {shape} }}")
        }
        Distribution::Gamma { mean, shape } => {
            let mean = time(*mean);
            format!("gamma = {{ mean = {mean}, shape = {shape:?} }}")
        }
        Distribution::Empirical { values } => {
            let mut rows = String::new();
            for &ms in &**values {
                // Writing into a string cannot fail.
                let _ = writeln!(rows, "{}", duration_text(SimDuration { ms }));
            }
            format!("empirical = {}", quoted(&files.observed(rows)))
        }
        Distribution::Mixture { parts } => {
            let parts: Vec<String> = parts
                .iter()
                .map(|(weight, part)| {
                    format!("{{ weight = {weight:?}, {} }}", shape_text(part, files))
                })
                .collect();
            format!("mixture = [{}]", parts.join(", "))
        }
    }
}

fn time(duration: SimDuration) -> String {
    quoted(&duration_text(duration))
}

/// Reads a table with exactly one of `shapes` as key, besides the keys in `others`.
fn shape(
    node: &Node,
    table: &Table,
    shapes: &[&str],
    others: &[&str],
    observed: &Observations,
) -> Parsed<Distribution> {
    let mut mistakes = Vec::new();
    let mut found = Vec::new();
    for (key, entry) in &table.entries {
        if shapes.contains(&key.as_str()) {
            found.push((key.as_str(), &entry.node));
        } else if !others.contains(&key.as_str()) && mistakes.len() < MISTAKES_MOST {
            let message = format!("unknown distribution `{key}`");
            let diagnostic = Diagnostic::at(&entry.key, Severity::Error, "E0020", message);
            let help = suggestion(key, shapes).unwrap_or_else(|| HELP.to_owned());
            mistakes.push(diagnostic.helped(help));
        }
    }
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    let [(key, value)] = found[..] else {
        let message = if found.is_empty() {
            "a distribution is missing here"
        } else {
            "more than one distribution"
        };
        return Err(vec![mistake(node, "E0026", message).helped(HELP)]);
    };
    match key {
        "fixed" => Ok(Distribution::Fixed {
            value: duration(value)?,
        }),
        "uniform" => uniform(value),
        "exponential" => Ok(Distribution::Exponential {
            mean: positive(value)?,
        }),
        "lognormal" => lognormal(value),
        "weibull" => {
            let (mean, shape) = pair(value, ["mean", "shape"], &[], |node| factor(node, "shape"))?;
            Ok(Distribution::Weibull { mean, shape })
        }
        "gamma" => {
            let (mean, shape) = pair(value, ["mean", "shape"], &[], |node| factor(node, "shape"))?;
            Ok(Distribution::Gamma { mean, shape })
        }
        "erlang" => {
            let (mean, stages) = pair(value, ["mean", "stages"], &[], stages)?;
            let shape = stages as f64;
            Ok(Distribution::Gamma { mean, shape })
        }
        "empirical" => Ok(Distribution::Empirical {
            values: observed.of(value)?,
        }),
        _ => mixture(value, observed),
    }
}

/// A duration above 0.
fn positive(node: &Node) -> Parsed<SimDuration> {
    let value = duration(node)?;
    if value.ms == 0 {
        return Err(vec![mistake(node, "E0024", "must be above 0")]);
    }
    Ok(value)
}

fn uniform(node: &Node) -> Parsed<Distribution> {
    let Value::Array(items) = &node.value else {
        return Err(vec![wrong_type(node, "a list of two durations")]);
    };
    let [low, high] = &items[..] else {
        let message = format!("expected two durations, found {}", items.len());
        return Err(vec![mistake(node, "E0022", message)]);
    };
    let (low, high) = both(duration(low), duration(high))?;
    if low > high {
        return Err(vec![mistake(
            node,
            "E0024",
            "the lower end is above the upper end",
        )]);
    }
    Ok(Distribution::Uniform { low, high })
}

/// A lognormal by its median and either sigma or its 95th percentile, and the longest delay if it
/// has one.
fn lognormal(node: &Node) -> Parsed<Distribution> {
    let entry = |key: &str| {
        let table = node.table()?;
        table.entries.get(key).map(|entry| &entry.node)
    };
    let most = entry("most").map(positive).transpose()?;
    let (median, sigma) = if entry("p95").is_some() {
        let (median, p95) = pair(node, ["median", "p95"], &["most"], positive)?;
        let sigma = libm::log(p95.ms as f64 / median.ms as f64) / NORMAL_P95;
        if !(SIGMA_LEAST..=FACTOR_MOST).contains(&sigma) {
            let message = "the 95th percentile must be above the median".to_owned();
            return Err(vec![mistake(node, "E0024", message)]);
        }
        (median, sigma)
    } else {
        pair(node, ["median", "sigma"], &["most"], |node| {
            factor(node, "sigma")
        })?
    };
    if most.is_some_and(|most| most <= median) {
        let message = "`most` must be above the median".to_owned();
        return Err(vec![mistake(node, "E0024", message)]);
    }
    Ok(Distribution::Lognormal {
        median,
        sigma,
        most,
    })
}

const SIGMA_LEAST: f64 = 0.01;
const FACTOR_MOST: f64 = 20.0;

/// A sigma or a shape.
fn factor(node: &Node, name: &str) -> Parsed<f64> {
    let value = number(node)?;
    if (SIGMA_LEAST..=FACTOR_MOST).contains(&value) {
        return Ok(value);
    }
    let message = format!("{name} must be between {SIGMA_LEAST} and {FACTOR_MOST}");
    Err(vec![mistake(node, "E0024", message)])
}

/// The stages of an Erlang distribution.
fn stages(node: &Node) -> Parsed<u64> {
    integer_within(node, &(1..=1000))
}

/// A table of a duration above 0 and something else.
fn pair<T>(
    node: &Node,
    [time, factor]: [&'static str; 2],
    others: &[&'static str],
    read: impl Fn(&Node) -> Parsed<T>,
) -> Parsed<(SimDuration, T)> {
    let Some(table) = node.table() else {
        return Err(vec![wrong_type(
            node,
            &format!("a table with `{time}` and `{factor}`"),
        )]);
    };
    let unknown = table
        .entries
        .iter()
        .filter(|(key, _)| *key != time && *key != factor && !others.contains(&key.as_str()))
        .take(MISTAKES_MOST);
    let mut mistakes: Vec<Diagnostic> = unknown
        .map(|(key, entry)| {
            let message = format!("unknown key `{key}`");
            let valid = [&[time, factor], others].concat().join(", ");
            let help = format!("valid keys: {valid}");
            Diagnostic::at(&entry.key, Severity::Error, "E0020", message).helped(help)
        })
        .collect();
    let value_of = |key: &str| {
        let missing = || vec![mistake(node, "E0021", format!("`{key}` is missing"))];
        table
            .entries
            .get(key)
            .map(|entry| &entry.node)
            .ok_or_else(missing)
    };
    let factor = value_of(factor).and_then(read);
    match both(value_of(time).and_then(positive), factor) {
        Ok(values) if mistakes.is_empty() => Ok(values),
        Ok(_) => Err(mistakes),
        Err(more) => {
            mistakes.extend(more);
            Err(mistakes)
        }
    }
}

fn mixture(node: &Node, observed: &Observations) -> Parsed<Distribution> {
    let Value::Array(items) = &node.value else {
        return Err(vec![wrong_type(
            node,
            "a list of distributions with weights",
        )]);
    };
    let mut parts = Vec::new();
    let mut mistakes = Vec::new();
    for item in items {
        match part(item, observed) {
            Ok(part) => parts.push(part),
            Err(more) => mistakes.extend(more),
        }
        if mistakes.len() > MISTAKES_MOST {
            break;
        }
    }
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    if parts.is_empty() {
        return Err(vec![mistake(node, "E0024", "the mixture is empty")]);
    }
    let sum: f64 = parts.iter().map(|(weight, _)| weight).sum();
    if (sum - 1.0).abs() > 1e-9 {
        return Err(vec![mistake(
            node,
            "E0024",
            format!("the weights sum to {sum}, not 1"),
        )]);
    }
    Ok(Distribution::Mixture { parts })
}

/// A weight and a distribution that is not itself a mixture.
fn part(node: &Node, observed: &Observations) -> Parsed<(f64, Distribution)> {
    let Some(table) = node.table() else {
        return Err(vec![wrong_type(
            node,
            "a table with `weight` and a distribution",
        )]);
    };
    let weight = match table.entries.get("weight") {
        None => Err(vec![mistake(node, "E0021", "`weight` is missing")]),
        Some(entry) => number(&entry.node).and_then(|weight| {
            if weight > 0.0 && weight <= 1.0 {
                return Ok(weight);
            }
            Err(vec![mistake(
                &entry.node,
                "E0024",
                "a weight is above 0 and at most 1",
            )])
        }),
    };
    let plain = &SHAPES[..SHAPES.len() - 1];
    both(weight, shape(node, table, plain, &["weight"], observed))
}

/// Both values, or the mistakes of both.
fn both<A, B>(one: Parsed<A>, other: Parsed<B>) -> Parsed<(A, B)> {
    match (one, other) {
        (Ok(one), Ok(other)) => Ok((one, other)),
        (Err(mut mistakes), Err(more)) => {
            mistakes.extend(more);
            Err(mistakes)
        }
        (Err(mistakes), _) | (_, Err(mistakes)) => Err(mistakes),
    }
}
