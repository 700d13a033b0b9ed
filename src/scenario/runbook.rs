//! Runbook files: operations in order, with who does them and how long they take.

use std::path::Path;
use std::sync::Arc;

use poolproof_engines::clocks::distribution::Distribution;
use poolproof_models::names::runbook::Belief;
use poolproof_models::names::runbook::Operation;
use poolproof_models::names::runbook::Phase;
use poolproof_models::names::runbook::Role;
use poolproof_models::names::runbook::Runbook;
use poolproof_models::names::runbook::Step;

use super::assumption::Grade;
use super::diagnostic::Diagnostic;
use super::diagnostic::Severity;
use super::diagnostic::Source;
use super::document;
use super::document::Node;
use super::document::Value;
use super::keys::Kind;
use super::library::Library;
use super::reader;
use super::reader::Reader;
use super::reader::Section;
use super::reader::Setting;
use super::runbook_order;
use super::value;

/// A runbook as read from its file.
#[derive(Debug, Clone, PartialEq)]
pub struct RunbookFile {
    /// The file it came from, as shown to the user.
    pub file: String,
    /// The untimed runbook, as the model knows it.
    pub runbook: Runbook,
    /// The time each step takes before its effect; as many as the runbook has steps.
    pub durations: Vec<Distribution>,
}

/// The most steps a runbook can have; the model keeps the current step in a few bits.
pub const STEPS_MOST: usize = 30;

const ROLE: Setting = Setting::required("role", "\"site-failover\"", "whose runbook it is");
const TRIGGER: Setting = Setting::required("trigger", "\"site-down\"", "the belief that starts it");
const OPERATION: Setting = Setting::required("operation", "\"decide\"", "what is done");
const ACTOR: Setting = Setting::required("actor", "\"DBA on S\"", "who does it");
const SOURCE: Setting = Setting::required("source", "\"page title\"", "where the step stands");
const DURATION: Setting = Setting::required(
    "duration",
    "\"5min\"",
    "the time the step takes, or a distribution",
);

impl RunbookFile {
    /// Reads a runbook; `None` after a mistake, which the reader has noted.
    pub(super) fn read(
        reader: &mut Reader,
        library: &mut Library<'_>,
        source: &Arc<Source>,
    ) -> Option<Self> {
        if source.text.trim().is_empty() {
            let message = "the runbook is empty".to_owned();
            let mistake = Diagnostic::about(&source.name, Severity::Error, "E0006", message);
            reader
                .diagnostics
                .push(mistake.helped("it needs a role, a trigger and steps"));
            return None;
        }
        let before = reader.diagnostics.len();
        let (table, syntax) = document::parse(source);
        let incomplete = reader.incomplete;
        reader.incomplete |= !syntax.is_empty();
        reader.diagnostics.extend(syntax);
        reader.observed.gather(library, &table);
        let stem = Path::new(&source.name).file_stem().unwrap_or_default();
        let name = stem.to_string_lossy().into_owned();
        let place = document::place(source, 0..0);
        let mut section = Section::new(reader, name.as_str(), Some(&table), place);
        section.describe("role", Kind::words(&Role::ALL.map(|r| (r.name(), r))), "");
        section.describe("trigger", beliefs(), "");
        let title = "one line for people who read the file";
        section.describe("title", Kind::Text, title);
        section.describe("step", Kind::Tables, "the steps in their order; at most 30");
        let role = section.needed(&ROLE, |node| {
            reader::word(node, &Role::ALL.map(|r| (r.name(), r)))
        });
        let trigger = section.needed(&TRIGGER, belief);
        // For people who read the file; the model has no use for it.
        let _ = section.string("title");
        let (steps, durations) = steps(&mut section, &name, role);
        section.finish();
        reader.incomplete = incomplete;
        if reader.diagnostics.len() > before {
            return None;
        }
        let runbook = Runbook {
            name,
            role: role?,
            trigger: trigger?,
            steps,
        };
        Some(Self {
            file: source.name.clone(),
            runbook,
            durations,
        })
    }
}

/// Refuses orders that no system can follow.
fn refuse_impossible_order(
    section: &mut Section<'_>,
    role: Option<Role>,
    items: &[Node],
    steps: &[Step],
) {
    let Some(role) = role else { return };
    for (index, (item, step)) in items.iter().zip(steps).enumerate() {
        let Some(reason) = runbook_order::impossible(role, steps, index) else {
            continue;
        };
        let message = format!("step {} ({}): {reason}", index + 1, step.operation.name());
        let mistake = value::mistake(item, "E0028", message);
        section.refuse(
            "step",
            vec![mistake.helped("handbook 4.2, 5 and 6 have the order")],
        );
    }
}

fn beliefs() -> Kind {
    Kind::words(&Belief::ALL.map(|belief| (belief.name(), belief)))
}

fn belief(node: &Node) -> value::Parsed<Belief> {
    reader::word(node, &Belief::ALL.map(|belief| (belief.name(), belief)))
}

fn steps(
    section: &mut Section<'_>,
    name: &str,
    role: Option<Role>,
) -> (Vec<Step>, Vec<Distribution>) {
    let mut steps = Vec::new();
    let mut durations = Vec::new();
    let Some(node) = section.node("step") else {
        if !section.reader.incomplete {
            let message = "the runbook has no steps".to_owned();
            let mistake = Diagnostic::at(section.place(), Severity::Error, "E0021", message);
            section.refuse(
                "step",
                vec![mistake.helped("write [[step]] for each of them")],
            );
        }
        return (steps, durations);
    };
    let Value::Array(items) = &node.value else {
        let mistake = value::wrong_type(node, "a list of steps").helped("write [[step]]");
        section.refuse("step", vec![mistake]);
        return (steps, durations);
    };
    if items.is_empty() || items.len() > STEPS_MOST {
        let message = format!("{} steps in the runbook", items.len());
        let help = format!("from 1 to {STEPS_MOST}");
        section.refuse(
            "step",
            vec![value::mistake(node, "E0024", message).helped(help)],
        );
        return (steps, durations);
    }
    for (index, item) in items.iter().enumerate() {
        let Some(table) = item.table() else {
            section.refuse("step", vec![value::wrong_type(item, "a table")]);
            continue;
        };
        let path = format!("{name}.step.{}", index + 1);
        let inner = Section::new(section.reader, path, Some(table), item.place.clone());
        if let Some((step, duration)) = step(inner) {
            steps.push(step);
            durations.push(duration);
        }
    }
    if steps.len() == items.len() {
        refuse_impossible_order(section, role, items, &steps);
    }
    (steps, durations)
}

/// Says what may stand at the keys of a step.
fn describe(section: &mut Section<'_>) {
    let operations = Operation::ALL.map(|operation| (operation.name(), ()));
    for (key, kind, meaning) in [
        ("operation", Kind::words(&operations), ""),
        ("actor", Kind::Text, ""),
        ("source", Kind::Text, ""),
        (
            "duration_source",
            Kind::Text,
            "where the duration comes from",
        ),
        (
            "duration_grade",
            Kind::words(&Grade::ALL.map(|grade| (grade.name(), ()))),
            "how well the duration is founded",
        ),
        ("wait_for", beliefs(), "the belief that the step waits for"),
        (
            "optional",
            Kind::Boolean,
            "whether the step is passed over where it is impossible, as what a disaster took away",
        ),
        (
            "phase",
            Kind::words(&Phase::ALL.map(|phase| (phase.name(), ()))),
            "the phase of the incident that its time counts to; act unless given",
        ),
    ] {
        section.describe(key, kind, meaning);
    }
}

fn step(mut section: Section<'_>) -> Option<(Step, Distribution)> {
    let operations = Operation::ALL.map(|operation| (operation.name(), operation));
    let phases = Phase::ALL.map(|phase| (phase.name(), phase));
    let grades = Grade::ALL.map(|grade| (grade.name(), grade));
    describe(&mut section);
    let operation = section.needed(&OPERATION, |node| reader::word(node, &operations));
    let actor = section.needed(&ACTOR, value::string);
    let duration = section.distribution(&DURATION);
    let duration_source = section.string("duration_source");
    let grade = section.optional("duration_grade", |node| reader::word(node, &grades));
    let key = section.path_of("duration");
    let noted = section
        .reader
        .assumptions
        .last_mut()
        .filter(|noted| noted.key == key);
    if let Some(noted) = noted {
        noted.source = duration_source.unwrap_or_else(|| noted.source.clone());
        noted.grade = grade;
    }
    let wait_for = section.optional("wait_for", belief);
    let optional = section.optional("optional", value::boolean);
    let phase = section.optional("phase", |node| reader::word(node, &phases));
    let source = section.needed(&SOURCE, value::string);
    section.finish();
    let step = Step {
        operation: operation?,
        actor: actor?,
        wait_for,
        optional: optional.unwrap_or(false),
        phase: phase.unwrap_or(Phase::Act),
        source: source?,
    };
    Some((step, duration))
}
