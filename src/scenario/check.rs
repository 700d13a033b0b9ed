//! `[check]`: how far the model checker goes and what it proves.

use std::collections::BTreeMap;

use poolproof_models::names::event::Event;
use poolproof_models::names::runbook::Operation;
use poolproof_models::state::topology::Slices;

use super::assumption::Grade;
use super::document::Node;
use super::keys::Kind;
use super::reader;
use super::reader::Section;
use super::reader::Setting;
use super::suggest;
use super::value;
use super::value::Parsed;

pub use poolproof_models::names::event::FaultClass;
pub use poolproof_models::names::property::Property;
pub use poolproof_models::names::runbook::Mistake;
pub use poolproof_models::state::topology::Start;

/// An entry of `check.faults_enabled`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultName {
    /// A whole class.
    Class(FaultClass),
    /// One kind of mistake.
    Mistake(Mistake),
    /// `misoperation:<operation>`: that operation outside any runbook.
    Misoperation(Operation),
}

impl FaultName {
    /// The name used in files and results.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Class(class) => class.name().to_owned(),
            Self::Mistake(mistake) => mistake.name().to_owned(),
            Self::Misoperation(operation) => format!("misoperation:{}", operation.name()),
        }
    }
}

/// Limits and contents of the check.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckSettings {
    /// How many faults may happen on one path, 0 to 8.
    pub faults: u32,
    /// At most so many of these classes; a class that is not listed is bounded by `faults` only.
    pub limits: BTreeMap<FaultClass, u32>,
    /// The only faults considered; `None` for every class with every mistake and no
    /// misoperation.
    pub faults_enabled: Option<Vec<FaultName>>,
    /// Events that do not happen in this scenario, for example `heal:DC1-DC2`: an assumption, named
    /// with the verdict.
    pub exclude: Vec<Event>,
    /// Parts of the system that are modelled only where something reads them, as far as the
    /// checker goes.
    pub slices: Slices,
    /// Where the check begins.
    pub start: Start,
    /// States after which the verdict is "undecided".
    pub states_limit: u64,
    /// What is checked, in stable order and without repetition.
    pub properties: Vec<Property>,
    /// Servers kept per class and site; 0 for all of them. A cutoff, named with the verdict.
    pub servers_per_class: u32,
}

const AMOUNT: &str = "poolproof: an amount of work, not a property of the system";
const FAULTS: Setting = Setting::new(
    "faults",
    "2",
    Grade::J,
    "poolproof: single and double faults",
)
.means("how many faults may happen on one path");
const STATES_LIMIT: Setting = Setting::new("states_limit", "20_000_000", Grade::J, AMOUNT)
    .means("states after which the verdict is undecided");
const SERVERS_PER_CLASS: Setting = Setting::new(
    "servers_per_class",
    "2",
    Grade::J,
    "poolproof: a cutoff, tested at 1, 2 and 3",
)
.means("servers kept for each class and site, 0 for all of them: a cutoff, named with the verdict");
const START: Setting = Setting::new(
    "start",
    "\"normal\"",
    Grade::J,
    "poolproof: everything runs in DC1",
)
.means("where the check begins");
const PROPERTIES: Setting = Setting::new(
    "properties",
    "[\"SB\", \"AL0\", \"ALr\", \"I3\"]",
    Grade::J,
    "poolproof: handbook 9 and 3.12",
)
.means("what is checked");
/// A budget above this is out of reach of any search.
const FAULTS_MOST: u64 = 8;

impl CheckSettings {
    pub(super) fn read(mut section: Section<'_>) -> Self {
        let faults = section.integer(&FAULTS, 0..=FAULTS_MOST);
        describe(&mut section);
        let limits = limits(section.inner("limits"));
        let faults_enabled =
            section
                .node("faults_enabled")
                .and_then(|node| match reader::list(node, fault) {
                    Ok(faults) => {
                        section.assume("faults_enabled", node.value.shown(), Ok(&node.place));
                        Some(faults)
                    }
                    Err(mistakes) => {
                        section.refuse("faults_enabled", mistakes);
                        None
                    }
                });
        let words = Property::ALL.map(|property| (property.name(), property));
        let properties = section.read(&PROPERTIES, |node| {
            reader::list(node, |item| reader::word(item, &words))
        });
        let mut properties = properties.unwrap_or_default();
        properties.sort_unstable();
        properties.dedup();
        let settings = Self {
            faults: u32::try_from(faults).unwrap_or_default(),
            limits,
            faults_enabled,
            slices: slices(&mut section),
            start: section.word(
                &START,
                &[
                    ("normal", Start::Normal),
                    ("failed-over", Start::FailedOver),
                    ("failed-over-old-disks", Start::FailedOverOldDisks),
                ],
            ),
            exclude: section
                .optional("exclude", |node| reader::list(node, event))
                .unwrap_or_default(),
            states_limit: section.integer(&STATES_LIMIT, 1_000..=4_000_000_000),
            properties,
            servers_per_class: u32::try_from(section.integer(&SERVERS_PER_CLASS, 0..=8))
                .unwrap_or_default(),
        };
        section.finish();
        settings
    }
}

/// Says what may stand at the keys that have no default.
fn describe(section: &mut Section<'_>) {
    section.describe(
        "faults_enabled",
        Kind::list(Kind::Fault),
        "the only faults considered; every class with every mistake and no misoperation unless \
         given",
    );
    let words = Property::ALL.map(|property| (property.name(), ()));
    section.describe("properties", Kind::list(Kind::words(&words)), "");
    section.describe(
        "exclude",
        Kind::list(Kind::Event),
        "events that do not happen here: an assumption, named with the verdict",
    );
    section.describe(
        "slices",
        Kind::list(Kind::words(&SLICES.map(|name| (name, ())))),
        "parts of the system that are modelled only where something reads them",
    );
}

/// Reads the limits per class; an absent class is bounded by the budget alone.
fn limits(mut section: Section<'_>) -> BTreeMap<FaultClass, u32> {
    let mut limits = BTreeMap::new();
    for class in FaultClass::ALL {
        let name = class.name();
        if section.has(name) {
            let setting = Setting::new(name, "0", Grade::J, "");
            let limit = section.integer(&setting, 0..=FAULTS_MOST);
            limits.insert(class, u32::try_from(limit).unwrap_or_default());
        } else {
            let most = FAULTS_MOST;
            let meaning = "faults of this class on one path; as many as the budget unless given";
            section.describe(name, Kind::Integer { least: 0, most }, meaning);
            // Known all the same, so that a misspelt class can be recognised.
            let _ = section.node(name);
        }
    }
    section.finish();
    limits
}

/// The names of the slices, for files and messages.
const SLICES: [&str; 10] = [
    "sessions",
    "partner-names",
    "grey",
    "log-full",
    "retention",
    "compliance",
    "front-end",
    "storage",
    "one-sided-detection",
    "witness-memory",
];

/// Reads the slices that are switched on.
fn slices(section: &mut Section<'_>) -> Slices {
    let words = SLICES.map(|name| (name, name));
    let listed = section
        .optional("slices", |node| {
            reader::list(node, |item| reader::word(item, &words))
        })
        .unwrap_or_default();
    let on = |name: &str| listed.contains(&name);
    Slices {
        clients: false,
        sessions: on("sessions"),
        partner_names: on("partner-names"),
        grey: on("grey"),
        log_full: on("log-full"),
        retention: on("retention"),
        compliance: on("compliance"),
        front_end: on("front-end"),
        storage: on("storage"),
        one_sided_detection: on("one-sided-detection"),
        witness_memory: on("witness-memory"),
    }
}

/// Reads the stable name of an event, `kind:component`.
fn event(node: &Node) -> Parsed<Event> {
    let text = value::string(node)?;
    Event::from_name(&text).ok_or_else(|| {
        let mistake = value::mistake(node, "E0025", format!("unknown event `{text}`"));
        vec![mistake.helped("the stable name of an event, as in \"heal:DC1-DC2\"")]
    })
}

/// Reads a fault: a class, a kind of mistake or `misoperation:<operation>`.
fn fault(node: &Node) -> Parsed<FaultName> {
    let classes = FaultClass::ALL.map(|class| (class.name(), FaultName::Class(class)));
    let mistakes = Mistake::ALL.map(|mistake| (mistake.name(), FaultName::Mistake(mistake)));
    if let Some(operation) = node
        .text()
        .and_then(|text| text.strip_prefix("misoperation:"))
    {
        return Operation::from_name(operation)
            .map(FaultName::Misoperation)
            .ok_or_else(|| {
                let known = Operation::ALL.map(Operation::name);
                let message = format!("unknown operation `{operation}`");
                let help = suggest::help(operation, &known, "operations");
                vec![value::mistake(node, "E0025", message).helped(help)]
            });
    }
    let words: Vec<(&str, FaultName)> = classes.into_iter().chain(mistakes).collect();
    reader::word(node, &words)
}
