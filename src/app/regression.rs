//! A counterexample as a scenario of its own: the file that found it, narrowed to what it needs,
//! expecting the violation. So what was found once is checked for ever.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use poolproof_models::names::event::{Event, EventKind, FaultClass};
use poolproof_models::names::property::Property;
use poolproof_models::names::slice::Slice;
use poolproof_models::state::topology::Topology;
use poolproof_models::state::world::World;
use poolproof_reports::document::Counterexample;
use poolproof_reports::trace::Engine;

use crate::scenario::writer::{Document, quoted};

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
    let mut file = Document::default();
    header(source, &mut file);
    file.set("extends", &quoted(&one_line(source.extends)));
    let title = format!("Regression: {} in {}", source.property.name(), source.title);
    file.set("title", &quoted(&one_line(&title)));
    for (path, value) in source.overrides {
        let budget = path.starts_with("check.budgets");
        if !budget && path.split('.').any(|key| key.trim().parse::<u32>().is_ok()) {
            return Err(RegressionError::List(path.clone()));
        }
        match path.split_once('.') {
            // Narrowed below.
            Some(("check", key)) if NARROWED.contains(&key) || key.starts_with("limits") => {}
            Some(("check", key)) if key.starts_with("budgets") => {}
            Some(("expect", _)) => {}
            _ => file.set(path, &toml_value(value)),
        }
    }
    narrow(source, topology, &mut file);
    for property in source.violated {
        file.set(&format!("expect.{}", property.name()), &quoted("violated"));
    }
    file.set("expect.reachable", "[]");
    file.set("expect.objectives", "[]");
    Ok(file.text())
}

/// Keys of `[check]` that the path decides.
const NARROWED: [&str; 6] = [
    "faults",
    "mistakes",
    "faults_enabled",
    "properties",
    "slices",
    "without",
];

/// The path to the violation, as a comment.
fn header(source: &RegressionSource<'_>, file: &mut Document) {
    file.comment(&format!(
        "{} is violated like this:",
        source.property.name()
    ));
    file.comment("");
    for step in &source.counterexample.steps {
        let fault = if step.is_fault() { " (fault)" } else { "" };
        let text = one_line(&step.text);
        file.comment(&format!("  {:>2}. {text}{fault}", step.number));
    }
    file.comment("");
    let mut line = String::new();
    for word in source.counterexample.cause.split_whitespace() {
        if line.chars().count() + 2 + word.chars().count() > 99 {
            file.comment(&line);
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line += word;
    }
    file.comment(&line);
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `[check]`, narrowed to the faults of the path.
fn narrow(source: &RegressionSource<'_>, topology: &Topology, file: &mut Document) {
    let (names, counts) = faults(source.counterexample, topology);
    let list = |names: Vec<String>| format!("[{}]", names.join(", "));
    let names = names.iter().map(|name| quoted(name));
    let properties = source.violated.iter();
    let properties = properties.map(|property| quoted(property.name()));
    let mistakes = counts.get(&FaultClass::Mistake).copied().unwrap_or(0);
    let faults = source.counterexample.faults - mistakes;
    file.set("check.faults", &faults.to_string());
    if mistakes > 0 {
        file.set("check.mistakes", &mistakes.to_string());
    }
    file.set("check.faults_enabled", &list(names.collect()));
    file.set("check.properties", &list(properties.collect()));
    if source.engine == Engine::Simulation {
        // The simulator begins normally, with every event.
        file.set("check.start", &quoted("normal"));
        file.set("check.exclude", "[]");
    }
    // The parts that were modelled, whatever the narrowed properties read.
    let modelled = Slice::ALL
        .into_iter()
        .filter(|slice| topology.slices.has(*slice));
    file.set(
        "check.slices",
        &list(modelled.map(|slice| quoted(slice.name())).collect()),
    );
    file.set("check.without", "[]");
    for (class, count) in counts {
        file.set(
            &format!("check.limits.{}", class.name()),
            &count.to_string(),
        );
    }
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
                | EventKind::Abort
                | EventKind::FenceFails => mistake(event),
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
        quoted(&one_line(value))
    }
}

/// The way from the directory of `from` to the file `to`, with `/` on every platform. Both are
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
