//! `[check]`: how far the model checker goes and what it proves.

use std::collections::BTreeMap;

use poolproof_models::names::event::Event;
pub use poolproof_models::names::event::FaultClass;
pub use poolproof_models::names::property::Property;
pub use poolproof_models::names::runbook::Mistake;
use poolproof_models::names::runbook::Operation;
use poolproof_models::state::topology::Slices;
pub use poolproof_models::state::topology::Start;

use super::assumption::Grade;
use super::document::Node;
use super::empirical::Observations;
use super::format::{Format, List, Named, OneOf, Whole, word};
use super::keys::Kind;
use super::reader::Section;
use super::row::{EachRow, Row, default, each, keys, optional};
use super::suggest;
use super::value::{self, Parsed};
use super::words::named;
use super::writer::{Files, TableWriter};

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

const AMOUNT: &str = "poolproof: an amount of work, not a property of the system";
/// A budget above this is out of reach of any search.
const FAULTS_MOST: u32 = 8;
const FAULT: Named<FaultName> = Named {
    kind: Kind::Fault,
    read: fault,
    name: |fault| fault.name(),
};
const EVENT: Named<Event> = Named {
    kind: Kind::Event,
    read: event,
    name: |event| event.name(),
};

keys! {
    /// Limits and contents of the check.
    #[derive(Debug, Clone, PartialEq)]
    pub struct CheckSettings, then Self::in_order {
        pub faults: u32 = "how many faults may happen on one path",
            default(Whole(0, FAULTS_MOST), "2", Grade::J, "poolproof: single and double faults");
        /// A class that is not listed is bounded by `faults` only.
        pub limits: BTreeMap<FaultClass, u32> =
            "at most so many faults of a class; the others share the budget", Limits;
        pub faults_enabled: Option<Vec<FaultName>> =
            "the only faults considered; every class with every mistake and no misoperation unless \
             given",
            optional(List(FAULT));
        /// In stable order and without repetition.
        pub properties: Vec<Property> = "what is checked",
            default(
                List(named!(Property)),
                "[\"SB\", \"AL0\", \"ALr\", \"I3\"]", Grade::J, "poolproof: handbook 9 and 3.12"
            );
        pub slices: Slices =
            "parts of the system that are modelled only where something reads them",
            optional(SliceNames).unlisted().or(Slices::default());
        pub start: Start = "where the check begins",
            default(
                OneOf([
                    ("normal", Start::Normal),
                    ("failed-over", Start::FailedOver),
                    ("failed-over-old-disks", Start::FailedOverOldDisks),
                ]),
                "\"normal\"", Grade::J, "poolproof: everything runs in DC1"
            );
        /// For example `heal:DC1-DC2`.
        pub exclude: Vec<Event> =
            "events that do not happen here: an assumption, named with the verdict",
            optional(List(EVENT)).unlisted().or(Vec::new());
        pub states_limit: u64 = "states after which the verdict is undecided",
            default(Whole(1_000, 4_000_000_000), "20_000_000", Grade::J, AMOUNT);
        pub servers_per_class: u32 =
            "servers kept for each class and site, 0 for all of them: a cutoff, named with the \
             verdict",
            default(Whole(0, 8), "2", Grade::J, "poolproof: a cutoff, tested at 1, 2 and 3");
    }
}

impl CheckSettings {
    fn in_order(mut self, _: &mut Section<'_, '_>) -> Self {
        self.properties.sort_unstable();
        self.properties.dedup();
        self
    }
}

/// The limits per class; an absent class is bounded by the budget alone.
struct Limits;

impl Limits {
    fn row() -> EachRow<FaultClass, Whole<u32>> {
        let names = FaultClass::ALL.map(|class| (class.name(), class));
        each(names, Whole(0, FAULTS_MOST), |_| {
            "faults of this class on one path; as many as the budget unless given".to_owned()
        })
    }
}

impl Row for Limits {
    type Value = BTreeMap<FaultClass, u32>;

    fn read(&self, section: &mut Section<'_, '_>, key: &str, meaning: &str) -> Option<Self::Value> {
        let limits = Self::row().read(section, key, meaning)?;
        Some(limits.into_iter().collect())
    }

    fn write(&self, value: &Self::Value, out: &mut TableWriter<'_>, key: &str) {
        let limits = value.iter().map(|(class, limit)| (*class, limit));
        Self::row().write_into(limits, &mut out.inner(key));
    }
}

/// The slices that are switched on, by their names.
struct SliceNames;

/// A slice by its name.
type Slice = (&'static str, fn(&mut Slices) -> &mut bool);

const SLICES: [Slice; 11] = [
    ("sessions", |slices| &mut slices.sessions),
    ("partner-names", |slices| &mut slices.partner_names),
    ("grey", |slices| &mut slices.grey),
    ("log-full", |slices| &mut slices.log_full),
    ("retention", |slices| &mut slices.retention),
    ("compliance", |slices| &mut slices.compliance),
    ("front-end", |slices| &mut slices.front_end),
    ("storage", |slices| &mut slices.storage),
    ("one-sided-detection", |slices| {
        &mut slices.one_sided_detection
    }),
    ("witness-memory", |slices| &mut slices.witness_memory),
    ("ports", |slices| &mut slices.ports),
];

impl Format for SliceNames {
    type Value = Slices;

    fn kind(&self) -> Kind {
        List(OneOf(SLICES.map(|(name, _)| (name, ())))).kind()
    }

    fn read(&self, node: &Node, observed: &Observations) -> Parsed<Slices> {
        let indices: [usize; SLICES.len()] = std::array::from_fn(|index| index);
        let names = List(OneOf(indices.map(|index| (SLICES[index].0, index))));
        let mut slices = Slices::default();
        for index in names.read(node, observed)? {
            *SLICES[index].1(&mut slices) = true;
        }
        Ok(slices)
    }

    fn write(&self, value: &Slices, files: &mut Files) -> String {
        let mut slices = *value;
        let on = SLICES.iter().filter(|(_, slice)| *slice(&mut slices));
        let names = on.map(|(name, _)| (*name).to_owned()).collect();
        List(super::format::Text).write(&names, files)
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
                let valid = Operation::ALL.map(Operation::name);
                let message = format!("unknown operation `{operation}`");
                let help = suggest::help(operation, &valid, "operations");
                vec![value::mistake(node, "E0025", message).helped(help)]
            });
    }
    let words: Vec<(&str, FaultName)> = classes.into_iter().chain(mistakes).collect();
    word(node, &words)
}
