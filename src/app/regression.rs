//! A counterexample as a scenario of its own: the file that found it, narrowed to what it needs,
//! expecting the violation. So what was found once is checked for ever.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use poolproof_models::names::event::{Event, EventKind, FaultClass};
use poolproof_models::names::property::Property;
use poolproof_models::state::topology::Topology;
use poolproof_models::state::world::World;
use poolproof_reports::document::Counterexample;
use poolproof_reports::trace::Engine;

/// What a saved scenario is made from.
pub struct RegressionSource<'a> {
    /// The path of the scenario that is extended, as the saved file has to name it.
    pub extends: &'a str,
    /// Its title.
    pub title: &'a str,
    /// What `--set` changed.
    pub overrides: &'a [(String, String)],
    /// Who found the counterexample.
    pub engine: Engine,
    /// The counterexample.
    pub counterexample: &'a Counterexample,
    /// The property that it violates.
    pub property: Property,
    /// Everything that the narrowed check finds violated, the property among it.
    pub violated: &'a BTreeSet<Property>,
}

/// Why a counterexample cannot be saved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegressionError {
    /// A change reaches into a list, which a file that extends another replaces as a whole.
    #[error("--set {0} reaches into a list: write it into a scenario first")]
    List(String),
    /// No search has a budget for so many faults.
    #[error("the counterexample has {0} faults, more than the 8 that a check can spend")]
    TooManyFaults(u32),
}

/// The text of the scenario.
///
/// # Errors
/// When it cannot be expressed by extending the scenario.
pub fn text(source: &RegressionSource<'_>, topology: &Topology) -> Result<String, RegressionError> {
    if source.counterexample.faults > 8 {
        return Err(RegressionError::TooManyFaults(source.counterexample.faults));
    }
    let mut tables: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut top = vec![
        format!("extends = {}", quoted(source.extends)),
        format!(
            "title = {}",
            quoted(&format!(
                "Regression: {} in {}",
                source.property.name(),
                source.title
            ))
        ),
    ];
    for (path, value) in source.overrides {
        if path.split('.').any(|key| key.trim().parse::<u32>().is_ok()) {
            return Err(RegressionError::List(path.clone()));
        }
        let value = toml_value(value);
        match path.split_once('.') {
            // Narrowed below.
            Some(("check", "faults" | "faults_enabled" | "properties")) => {}
            Some(("expect", _)) => {}
            Some((table, key)) => {
                let lines = tables.entry(table).or_default();
                lines.push(format!("{key} = {value}"));
            }
            None => top.push(format!("{path} = {value}")),
        }
    }
    tables
        .entry("check")
        .or_default()
        .extend(check(source, topology));
    let expected = source.violated.iter();
    let mut expect: Vec<String> = expected
        .map(|property| format!("{} = \"violated\"", property.name()))
        .collect();
    expect.push("reachable = []".to_owned());
    expect.push("objectives = []".to_owned());
    tables.insert("expect", expect);
    let mut text = header(source);
    text += &top.join("\n");
    text.push('\n');
    for (table, lines) in tables {
        text += &format!("\n[{table}]\n{}\n", lines.join("\n"));
    }
    Ok(text)
}

/// The counterexample, as a comment.
fn header(source: &RegressionSource<'_>) -> String {
    let mut text = format!("# {} is violated like this:\n#\n", source.property.name());
    for step in &source.counterexample.steps {
        let fault = if step.is_fault() { " (fault)" } else { "" };
        text += &format!("#   {:>2}. {}{fault}\n", step.number, one_line(&step.text));
    }
    text += "#\n";
    let mut line = "#".to_owned();
    for word in source.counterexample.cause.split_whitespace() {
        if line.chars().count() + 1 + word.chars().count() > 100 {
            text += &format!("{line}\n");
            line = "#".to_owned();
        }
        line += &format!(" {word}");
    }
    text += &format!("{line}\n\n");
    text
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `[check]`, narrowed to the faults of the counterexample.
fn check(source: &RegressionSource<'_>, topology: &Topology) -> Vec<String> {
    let (names, counts) = faults(source.counterexample, topology);
    let names: Vec<String> = names.iter().map(|name| quoted(name)).collect();
    let limits: Vec<String> = counts
        .iter()
        .map(|(class, count)| format!("{} = {count}", class.name()))
        .collect();
    let listed = source.violated.iter().map(|p| quoted(p.name()));
    let mut lines = vec![
        format!("faults = {}", source.counterexample.faults),
        format!("faults_enabled = [{}]", names.join(", ")),
        format!("properties = [{}]", listed.collect::<Vec<_>>().join(", ")),
    ];
    if !limits.is_empty() {
        lines.push(format!("limits = {{ {} }}", limits.join(", ")));
    }
    if source.engine == Engine::Simulation {
        // The simulator begins normally, with every event and without slices.
        lines.push("start = \"normal\"".to_owned());
        lines.push("exclude = []".to_owned());
        lines.push("slices = []".to_owned());
    }
    lines
}

/// The names of the faults as in `check.faults_enabled`, and how many of each class.
fn faults(
    counterexample: &Counterexample,
    topology: &Topology,
) -> (BTreeSet<String>, BTreeMap<FaultClass, u32>) {
    let (mut names, mut counts) = (BTreeSet::new(), BTreeMap::new());
    let mut world: World = topology.initial();
    for step in &counterexample.steps {
        let Some(event) = Event::from_name(&step.event) else {
            continue;
        };
        if !world.may(topology, event) {
            break;
        }
        if let Some(class) = world.fault_class(topology, event) {
            *counts.entry(class).or_default() += 1;
            names.insert(match event.kind {
                EventKind::Misoperation
                | EventKind::Premature
                | EventKind::Skip
                | EventKind::SwapNext
                | EventKind::WrongFile
                | EventKind::Abort => mistake(event),
                _ => class.name().to_owned(),
            });
        }
        world = world.apply(topology, event).0;
    }
    (names, counts)
}

fn mistake(event: Event) -> String {
    match event.operation {
        Some(operation) => format!("misoperation:{}", operation.name()),
        None => event.kind.name().to_owned(),
    }
}

/// A value as `--set` reads it: TOML if it is, a string otherwise.
fn toml_value(value: &str) -> String {
    let is_toml =
        toml::from_str::<toml::Table>(&format!("k = {value}")).is_ok_and(|table| table.len() == 1);
    if is_toml {
        value.to_owned()
    } else {
        quoted(value)
    }
}

/// A string of TOML.
fn quoted(text: &str) -> String {
    toml::Value::String(one_line(text)).to_string()
}

/// The counterexample from the directory of `from` to the file `to`, with `/` on every platform. Both are
/// absolute or relative to the same directory.
#[must_use]
pub fn relative(from: &Path, to: &Path) -> String {
    let parts = |path: &Path| -> Vec<String> {
        let mut parts: Vec<String> = Vec::new();
        for part in path.components() {
            match part {
                Component::CurDir => {}
                Component::ParentDir if parts.last().is_some_and(|last| last != "..") => {
                    parts.pop();
                }
                other => parts.push(other.as_os_str().to_string_lossy().into_owned()),
            }
        }
        parts
    };
    let from = parts(from.parent().unwrap_or(Path::new("")));
    let to = parts(to);
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = from[shared..].iter().map(|_| "..".to_owned());
    let counterexample: PathBuf = up.chain(to[shared..].iter().cloned()).collect();
    counterexample.to_string_lossy().replace('\\', "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_to_a_file_is_relative_to_the_file_that_names_it() {
        let counterexample = |from: &str, to: &str| relative(Path::new(from), Path::new(to));
        assert_eq!(counterexample("a/b/c.toml", "a/d.toml"), "../d.toml");
        assert_eq!(counterexample("c.toml", "a/d.toml"), "a/d.toml");
        assert_eq!(counterexample("a/c.toml", "a/./b/../d.toml"), "d.toml");
        assert_eq!(counterexample("/x/y/c.toml", "/z/d.toml"), "../../z/d.toml");
    }

    #[test]
    fn values_are_read_as_the_command_line_reads_them() {
        assert_eq!(toml_value("3"), "3");
        assert_eq!(toml_value("5min"), "\"5min\"");
        assert_eq!(toml_value("[\"SB\"]"), "[\"SB\"]");
        assert_eq!(toml_value("1\nx = 2"), "\"1 x = 2\"");
    }
}
