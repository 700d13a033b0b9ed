//! What a page shows of a scenario: the pool, every value that can be changed with its range and
//! source, and the runbooks with their steps.

use std::collections::BTreeMap;

use poolproof_models::names::runbook::Role;
use poolproof_reports::document as doc;
use serde::Serialize;

use super::{Changed, WhatIf};
use crate::app::document::result::document;
use crate::explain::operations::operation_text;
use crate::scenario::assumption::Assumption;
use crate::scenario::keys::{Key, Kind};
use crate::scenario::operators::{duration_key, key_of};
use crate::scenario::runbook::RunbookFile;
use crate::scenario::value::duration_text;
use crate::scenario::writer::Form;

/// A scenario as a page shows it.
#[derive(Serialize)]
pub struct ScenarioView {
    /// The name that results are filed under.
    name: String,
    /// One line.
    title: String,
    /// What it is about.
    description: String,
    /// The scenario file.
    file: String,
    /// The version of the program.
    version: &'static str,
    /// The command of the complete result.
    command: String,
    /// The command to be typed before it, where the files come from the program.
    before: Option<String>,
    /// What was described, for the picture.
    pool: doc::Scenario,
    /// Every value that can be changed.
    values: Vec<ValueView>,
    /// The failure modes by their list: its key, and the modes with all their keys.
    modes: BTreeMap<String, toml::Value>,
    /// The runbooks, in the order of their roles.
    runbooks: Vec<RunbookView>,
    /// The objectives, as the file has them.
    objectives: Vec<String>,
    /// The rules of the handbook that only warn here.
    allowed: Vec<String>,
    /// The names of the budgets, with what they search.
    budgets: Vec<String>,
    seed: u64,
    trials: u64,
    drill_trials: u64,
}

/// A value that can be changed.
#[derive(Serialize)]
struct ValueView {
    key: String,
    meaning: String,
    /// In the syntax of the file, without quotes; none where the file is silent and nothing stands
    /// for it.
    value: Option<String>,
    default: Option<String>,
    source: String,
    /// The grade of its source; none of what is written.
    grade: Option<&'static str>,
    is_default: bool,
    /// Whether results depend on it.
    is_modelled: bool,
    input: InputView,
}

/// What may stand at a key.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum InputView {
    /// One of several words.
    Words { words: Vec<String> },
    /// A number from one to another.
    Number { least: f64, most: f64 },
    /// A text in the syntax of the file, with the range in words.
    Text { range: String },
}

/// A runbook.
#[derive(Serialize)]
struct RunbookView {
    /// The key that names its file.
    key: String,
    /// What it is for.
    role: &'static str,
    /// The file in use, relative to the scenario; none where there is no runbook.
    file: Option<String>,
    title: String,
    /// The files that can be chosen, with their titles.
    choices: Vec<(String, String)>,
    steps: Vec<StepView>,
}

/// A step of a runbook.
#[derive(Serialize)]
struct StepView {
    operation: &'static str,
    /// What it does, in words.
    does: &'static str,
    actor: String,
    duration: String,
    /// The key by which the scenario changes the duration.
    duration_key: String,
    wait_for: Option<&'static str>,
    is_optional: bool,
}

impl ScenarioView {
    pub(super) fn of(about: &WhatIf, changed: &Changed) -> Self {
        let loaded = &changed.loaded;
        let scenario = &loaded.scenario;
        let command = about.command(changed).to_string();
        let pool = document(scenario, &loaded.warnings, &command, Vec::new(), None).scenario;
        let objectives = scenario.expect.objectives.iter();
        let budgets = scenario.check.budgets.iter();
        let simulate = &scenario.simulate;
        Self {
            name: scenario.name.clone(),
            title: scenario.title.clone(),
            description: scenario.description.clone(),
            file: about.file().to_owned(),
            version: env!("CARGO_PKG_VERSION"),
            command,
            before: about.before(),
            pool,
            values: values(&about.changeable, scenario.assumptions()),
            modes: modes(&scenario.write(Form::Full).text),
            runbooks: Role::ALL
                .map(|role| runbook(about, changed, role))
                .into_iter()
                .collect(),
            objectives: objectives.map(|one| one.text.clone()).collect(),
            allowed: scenario.allowed_rules.clone(),
            budgets: budgets.map(|one| one.name.clone()).collect(),
            seed: simulate.seed,
            trials: simulate.trials,
            drill_trials: simulate.drill_trials,
        }
    }
}

fn values(changeable: &[Key], assumptions: &[Assumption]) -> Vec<ValueView> {
    let modelled = changeable.iter().filter(|key| key.is_modelled);
    modelled
        .map(|key| {
            let known = assumptions.iter().find(|one| one.key == key.path);
            let source = key.source.as_ref();
            ValueView {
                meaning: key.meaning.clone(),
                value: known.map(|one| one.value.clone()),
                default: key.default.clone(),
                source: known.map_or_else(
                    || source.map(|(text, _)| text.clone()).unwrap_or_default(),
                    |one| one.source.clone(),
                ),
                grade: known.and_then(|one| one.grade).map(|grade| grade.name()),
                is_default: known.is_none_or(|one| one.is_default),
                is_modelled: key.is_modelled,
                input: input(&key.kind),
                key: key.path.clone(),
            }
        })
        .collect()
}

fn input(kind: &Kind) -> InputView {
    let words = |words: &[&str]| InputView::Words {
        words: words.iter().map(|word| (*word).to_owned()).collect(),
    };
    match kind {
        Kind::Words(known) => InputView::Words {
            words: known.clone(),
        },
        Kind::Boolean => words(&["true", "false"]),
        Kind::Integer { least, most } => InputView::Number {
            least: *least as f64,
            most: *most as f64,
        },
        Kind::Number { above, below } => InputView::Number {
            least: *above,
            most: *below,
        },
        Kind::Within { least, most } => InputView::Number {
            least: *least,
            most: *most,
        },
        Kind::Duration { least, most } => InputView::Text {
            range: format!("{} to {}", duration_text(*least), duration_text(*most)),
        },
        Kind::DurationOrOff { least, most } => InputView::Text {
            range: format!(
                "off, or {} to {}",
                duration_text(*least),
                duration_text(*most)
            ),
        },
        other => InputView::Text {
            range: range(other).to_owned(),
        },
    }
}

/// What may stand at a key whose range is no pair of numbers.
const fn range(kind: &Kind) -> &'static str {
    match kind {
        Kind::Rate => "a number in a unit of time, as in 4/year",
        Kind::Distribution => "a duration or a distribution of durations",
        Kind::Modes => "a list of failure modes",
        Kind::Path => "a file that the scenario names, or a runbook beside it",
        Kind::Objective => "an objective, as in per_year.outage.p95 <= 4h",
        Kind::Figure => "a figure, as in per_year.outage.mean",
        Kind::List(_) => "a list",
        _ => "a text",
    }
}

/// The lists of failure modes of a scenario that is written in full.
fn modes(text: &str) -> BTreeMap<String, toml::Value> {
    let read: toml::Table = text.parse().unwrap_or_default();
    let failures = read.get("failures").and_then(toml::Value::as_table);
    let failures = failures.into_iter().flatten();
    failures
        .filter(|(_, value)| value.is_array())
        .map(|(key, value)| (format!("failures.{key}"), value.clone()))
        .collect()
}

fn runbook(about: &WhatIf, changed: &Changed, role: Role) -> RunbookView {
    let key = format!("operators.{}", key_of(role));
    let scenario = &changed.loaded.scenario;
    let mut assumptions = scenario.assumptions().iter();
    let written = assumptions.find(|one| one.key == key);
    let choices = about.texts.choices().iter();
    let choices: Vec<_> = choices.filter(|choice| choice.role == role).collect();
    let runbook = scenario.operators.runbook(role);
    // A file that is extended may name it from another directory.
    let mut known = choices.iter();
    let known = known.find(|choice| {
        runbook.is_some_and(|runbook| about.texts.beside(&choice.file) == runbook.file)
    });
    let file = known.map(|choice| &choice.file);
    let file = file
        .or(written.map(|one| &one.value))
        .filter(|_| runbook.is_some());
    RunbookView {
        key,
        role: role.name(),
        file: file.cloned(),
        title: runbook.map(|one| one.title.clone()).unwrap_or_default(),
        choices: choices
            .iter()
            .map(|choice| (choice.file.clone(), choice.title.clone()))
            .collect(),
        steps: runbook
            .map(|one| steps(role, one, scenario.assumptions()))
            .unwrap_or_default(),
    }
}

fn steps(role: Role, file: &RunbookFile, assumptions: &[Assumption]) -> Vec<StepView> {
    let steps = file.runbook.steps.iter().enumerate();
    steps
        .map(|(index, step)| {
            let replaced = duration_key(role, step.operation.name());
            let own = format!("{}.step.{}.duration", file.runbook.name, index + 1);
            let keys = [&replaced, &own];
            let mut known = assumptions.iter();
            let duration = known.find(|one| keys.contains(&&one.key));
            StepView {
                operation: step.operation.name(),
                does: operation_text(step.operation),
                actor: step.actor.clone(),
                duration: duration.map(|one| one.value.clone()).unwrap_or_default(),
                duration_key: replaced,
                wait_for: step.wait_for.map(|belief| belief.name()),
                is_optional: step.optional,
            }
        })
        .collect()
}
