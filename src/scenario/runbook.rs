//! Runbook files: operations in order, with who does them and how long they take.

use std::path::Path;
use std::sync::Arc;

use poolproof_engines::clocks::distribution::{Distribution, SimDuration};
use poolproof_models::names::runbook::{Belief, Operation, Phase, Role, Runbook, Step};

use super::assumption::Grade;
use super::diagnostic::{Diagnostic, Severity, Source};
use super::document::{self, Node, Value};
use super::format::{Delay, EventsPerTime, Flag, Text, Time};
use super::keys::Kind;
use super::reader::{Origin, Reader, Section};
use super::row::{Built, Row, Rows, keys, optional, required};
use super::value::Rate;
use super::words::named;
use super::writer::TableWriter;
use super::{runbook_order, value};

/// A runbook as read from its file.
#[derive(Debug, Clone, PartialEq)]
pub struct RunbookFile {
    /// The file it came from, as shown to the user.
    pub file: String,
    /// One line for people who read the file; empty when not given.
    pub title: String,
    /// The untimed runbook, as the model knows it.
    pub runbook: Runbook,
    /// When it is followed, if it is planned.
    pub occasions: Option<Occasions>,
    /// The time each step takes before its effect; as many as the runbook has steps.
    pub durations: Vec<Distribution>,
    /// Where each duration comes from; as many as the runbook has steps.
    pub duration_sources: Vec<DurationSource>,
}

/// When planned work is done (handbook 13.15).
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Occasions {
    /// On a timetable whose beginning is uniformly random: the time from one to the next.
    Every(SimDuration),
    /// At random times.
    Random(Rate),
}

/// Where the duration of a step comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DurationSource {
    /// Page title or publication, where the file names one.
    pub source: Option<String>,
    /// How well it is founded, where the file says it.
    pub grade: Option<Grade>,
}

/// The role that the text of a runbook file names; none where it cannot be read.
#[must_use]
pub fn role_of(text: &str) -> Option<Role> {
    let table: toml::Table = text.parse().ok()?;
    Role::from_name(table.get("role")?.as_str()?)
}

/// The most steps a runbook can have; the model keeps the current step in a few bits.
pub const STEPS_MOST: usize = 30;

keys! {
    /// The keys of a runbook file.
    struct RunbookKeys, then Self::finish {
        pub role: Role = "whose runbook it is",
            required(named!(Role), "\"site-failover\"").unlisted();
        pub trigger: Belief = "the belief that starts it",
            required(named!(Belief), "\"site-down\"").unlisted();
        pub title: String = "one line for people who read the file",
            optional(Text).unlisted().or(String::new());
        pub every: Option<SimDuration> =
            "with the trigger planned, the time from one occasion to the next: 365d, for a \
             failback 7d, unless given",
            optional(Time(SimDuration { ms: 3_600_000 }, value::LONGEST));
        pub rate: Option<Rate> =
            "in place of `every`, how often planned work comes at random times",
            optional(EventsPerTime);
        pub step: Vec<StepKeys> = "the steps in their order; at most 30", Steps::of(&role);
    }
}

impl RunbookKeys {
    /// Sees that planned work has its times, and nothing else has any.
    fn finish(mut self, section: &mut Section<'_, '_>) -> Self {
        let timed = [
            ("every", self.every.is_some()),
            ("rate", self.rate.is_some()),
        ];
        if self.trigger != Belief::Planned {
            if self.role == Role::PlannedSwitch && !section.is_broken("trigger") {
                let message = "a planned switch is started by something else".to_owned();
                let help = "write trigger = \"planned\", or role = \"site-failover\"";
                section.contradiction("trigger", message, help);
            }
            for (key, _) in timed.iter().filter(|(_, given)| *given) {
                let message = format!("`{key}` in a runbook that is not planned");
                section.contradiction(key, message, "write trigger = \"planned\", or leave it out");
            }
            return self;
        }
        if self.role == Role::LastResort {
            let message = "the last resort is planned".to_owned();
            let help = "write trigger = \"service-stuck\"";
            section.contradiction("trigger", message, help);
        }
        let waits = |step: &StepKeys| step.wait_for == Some(Belief::Planned);
        if self.step.iter().any(waits) {
            let message = "a step waits for `planned`, which only starts a runbook".to_owned();
            let help = "leave wait_for out, or name what the step waits for";
            section.contradiction("step", message, help);
        }
        match (self.every, self.rate) {
            (Some(_), Some(_)) => {
                let message = "both `every` and `rate`".to_owned();
                section.contradiction("rate", message, "write one of them");
            }
            (None, None) => {
                let (interval, built) = if self.role == Role::SiteFailback {
                    (SimDuration { ms: 7 * DAY_MS }, WEEKLY)
                } else {
                    (SimDuration { ms: 365 * DAY_MS }, YEARLY)
                };
                self.every = Some(interval);
                section.assume("every", built.toml.to_owned(), &Origin::Default(built));
            }
            (Some(_), None) | (None, Some(_)) => {}
        }
        self
    }

    const fn occasions(&self) -> Option<Occasions> {
        match (self.every, self.rate) {
            (Some(interval), _) => Some(Occasions::Every(interval)),
            (None, Some(rate)) => Some(Occasions::Random(rate)),
            (None, None) => None,
        }
    }
}

const DAY_MS: u64 = 86_400_000;

const YEARLY: Built = Built {
    toml: "\"365d\"",
    grade: Grade::J,
    source: "judgement: one test of disaster recovery a year",
    rules_only: false,
};

const WEEKLY: Built = Built {
    toml: "\"7d\"",
    grade: Grade::J,
    source: "judgement: a maintenance window every week",
    rules_only: false,
};

keys! {
    /// The keys of one step.
    #[derive(Debug, Clone, PartialEq)]
    struct StepKeys {
        pub operation: Operation = "what is done",
            required(named!(Operation), "\"decide\"").unlisted();
        pub actor: String = "who does it", required(Text, "\"DBA on S\"").unlisted();
        pub duration: Distribution = "the time the step takes, or a distribution",
            required(Delay, "\"5min\"");
        pub duration_source: Option<String> = "where the duration comes from",
            optional(Text).unlisted();
        pub duration_grade: Option<Grade> = "how well the duration is founded",
            optional(named!(Grade)).unlisted();
        pub wait_for: Option<Belief> = "the belief that the step waits for",
            optional(named!(Belief)).unlisted();
        pub may_be_skipped("optional"): bool =
            "whether the step is skipped where it is impossible, as what a disaster took away",
            optional(Flag).unlisted().or(false);
        pub phase: Phase =
            "the phase of the incident that its time counts to; act unless given",
            optional(named!(Phase)).unlisted().or(Phase::Act);
        pub source: String = "the page on which the step stands",
            optional(Text).unlisted().or(String::new());
    }
}

impl RunbookFile {
    /// Reads a runbook; `None` after a mistake, which the reader has noted.
    pub(super) fn read(reader: &mut Reader<'_>, source: &Arc<Source>) -> Option<Self> {
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
        reader.observed.gather(&mut reader.library, &table);
        let stem = Path::new(&source.name).file_stem().unwrap_or_default();
        let name = stem.to_string_lossy().into_owned();
        let place = document::place(source, 0..0);
        let keys = RunbookKeys::read(Section::new(reader, &*name, Some(&table), place), ());
        reader.incomplete = incomplete;
        if reader.diagnostics.len() > before {
            return None;
        }
        let keys = keys?;
        let occasions = keys.occasions();
        let RunbookKeys {
            role,
            trigger,
            title,
            step,
            ..
        } = keys;
        let durations = step.iter().map(|step| step.duration.clone()).collect();
        let sources = step.iter().map(|step| DurationSource {
            source: step.duration_source.clone(),
            grade: step.duration_grade,
        });
        Some(Self {
            file: source.name.clone(),
            title,
            occasions,
            durations,
            duration_sources: sources.collect(),
            runbook: Runbook {
                name,
                role,
                trigger,
                steps: step.into_iter().map(StepKeys::step).collect(),
            },
        })
    }

    /// Writes the runbook.
    pub(super) fn write_into(&self, out: &mut TableWriter<'_>) {
        let steps = self.runbook.steps.iter().zip(&self.durations);
        let steps = steps.zip(&self.duration_sources);
        let keys = RunbookKeys {
            role: self.runbook.role,
            trigger: self.runbook.trigger,
            title: self.title.clone(),
            every: match self.occasions {
                Some(Occasions::Every(interval)) => Some(interval),
                Some(Occasions::Random(_)) | None => None,
            },
            rate: match self.occasions {
                Some(Occasions::Random(rate)) => Some(rate),
                Some(Occasions::Every(_)) | None => None,
            },
            step: steps
                .map(|((step, duration), from)| StepKeys::of(step, duration, from))
                .collect(),
        };
        keys.write_rows(out, ());
    }

    /// Where the duration of a step is listed among the assumptions.
    #[must_use]
    pub fn duration_key(&self, index: usize) -> String {
        format!("{}.step.{}.duration", self.runbook.name, index + 1)
    }
}

impl StepKeys {
    fn step(self) -> Step {
        Step {
            operation: self.operation,
            actor: self.actor,
            wait_for: self.wait_for,
            optional: self.may_be_skipped,
            phase: self.phase,
            source: self.source,
        }
    }

    fn of(step: &Step, duration: &Distribution, from: &DurationSource) -> Self {
        Self {
            operation: step.operation,
            actor: step.actor.clone(),
            duration: duration.clone(),
            duration_source: from.source.clone(),
            duration_grade: from.grade,
            wait_for: step.wait_for,
            may_be_skipped: step.optional,
            phase: step.phase,
            source: step.source.clone(),
        }
    }

    /// Notes where the duration comes from.
    fn note_source(&self, section: &mut Section<'_, '_>) {
        let key = section.path_of("duration");
        let mut noted = section.reader.assumptions.iter_mut().rev();
        if let Some(noted) = noted.find(|noted| noted.key == key) {
            noted.source = self
                .duration_source
                .clone()
                .unwrap_or_else(|| noted.source.clone());
            noted.grade = self.duration_grade;
        }
    }
}

/// The steps, a list of tables.
struct Steps {
    role: Role,
}

impl Row for Steps {
    type Value = Vec<StepKeys>;

    fn read(&self, section: &mut Section<'_, '_>, key: &str, meaning: &str) -> Option<Self::Value> {
        section.describe(key, Kind::Tables, meaning);
        let Some(items) = items(section, key) else {
            return Some(Vec::new());
        };
        let mut steps = Vec::new();
        let before = section.reader.diagnostics.len();
        for (index, item) in items.iter().enumerate() {
            let Some(mut inner) = section.item(key, index, item) else {
                continue;
            };
            let step = StepKeys::read_rows(&mut inner, ())?;
            step.note_source(&mut inner);
            inner.finish();
            steps.push(step);
        }
        if section.reader.diagnostics.len() == before && !section.is_broken("role") {
            self.refuse_impossible_order(section, key, items, &steps);
        }
        Some(steps)
    }

    fn write(&self, value: &Self::Value, out: &mut TableWriter<'_>, key: &str) {
        for step in value {
            step.write_rows(&mut out.item(key), ());
        }
    }
}

/// The steps of the file, if their number makes sense.
fn items<'a>(section: &mut Section<'a, '_>, key: &str) -> Option<&'a [Node]> {
    let Some(node) = section.node(key) else {
        if !section.reader.incomplete {
            let message = "the runbook has no steps".to_owned();
            let mistake = Diagnostic::at(section.place(), Severity::Error, "E0021", message);
            section.refuse(key, vec![mistake.helped("write [[step]] for each of them")]);
        }
        return None;
    };
    let Value::Array(items) = &node.value else {
        let mistake = value::wrong_type(node, "a list of steps").helped("write [[step]]");
        section.refuse(key, vec![mistake]);
        return None;
    };
    if items.is_empty() || items.len() > STEPS_MOST {
        let message = format!("{} steps in the runbook", items.len());
        let mistake = value::mistake(node, "E0024", message);
        section.refuse(key, vec![mistake.helped(format!("from 1 to {STEPS_MOST}"))]);
        return None;
    }
    Some(items)
}

impl Steps {
    const fn of(role: &Role) -> Self {
        Self { role: *role }
    }

    /// Refuses orders that no system can follow.
    fn refuse_impossible_order(
        &self,
        section: &mut Section<'_, '_>,
        key: &str,
        items: &[Node],
        steps: &[StepKeys],
    ) {
        let operations: Vec<Operation> = steps.iter().map(|step| step.operation).collect();
        for (index, (item, operation)) in items.iter().zip(&operations).enumerate() {
            let reason = runbook_order::impossible(self.role, &operations, index);
            let Some(reason) = reason else { continue };
            let message = format!("step {} ({}): {reason}", index + 1, operation.name());
            let mistake = value::mistake(item, "E0028", message);
            let help = "handbook 4.2, 5 and 6 have the order";
            section.refuse(key, vec![mistake.helped(help)]);
        }
    }
}
