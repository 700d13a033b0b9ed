//! `[check]`: how far the model checker goes and what it proves.

use std::collections::BTreeMap;

use poolproof_models::names::event::Event;
pub use poolproof_models::names::event::FaultClass;
pub use poolproof_models::names::property::Property;
pub use poolproof_models::names::runbook::Mistake;
use poolproof_models::names::runbook::Operation;
pub use poolproof_models::names::slice::Slice;
pub use poolproof_models::state::topology::Start;

use super::assumption::Grade;
use super::budget::{self, Budgets, CheckBudget};
use super::document::Node;
use super::format::{List, Named, Whole, word};
use super::keys::Kind;
use super::reader::Section;
use super::row::{EachRow, Row, Unwritten, default, each, keys, optional, stated_if};
use super::suggest;
use super::value::{self, Parsed};
use super::words::named;
use super::writer::TableWriter;

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

pub(super) const AMOUNT: &str = "poolproof: an amount of work, not a property of the system";
/// A budget above this is out of reach of any search.
pub(super) const FAULTS_MOST: u32 = 8;
/// Faults and mistakes of a path are counted in four bits together.
pub(super) const MISTAKES_MOST: u32 = 7;
pub(super) const FAULT: Named<FaultName> = Named {
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
        /// In stable order and without repetition.
        pub properties: Vec<Property> = "what is checked",
            default(
                List(named!(Property)),
                "[\"SB\", \"AL0\", \"ALr\", \"I3\", \"UQ\", \"RC\"]", Grade::J,
                "poolproof: handbook 9 and 3.12"
            );
        /// A scenario with budgets has the faults of one of them at the keys below.
        pub budgets: Vec<CheckBudget> =
            "several budgets, each with expectations of its own, in place of `faults`, \
             `mistakes`, `limits` and `faults_enabled`. Commands that take one take the first",
            Budgets { properties: &properties };
        pub faults: u32 = "how many faults may happen on one path",
            stated_if(
                budgets.is_empty(),
                default(
                    Whole(0, FAULTS_MOST), "2", Grade::J, "poolproof: single and double faults"
                )
            );
        /// Without them, mistakes are among the `faults`.
        pub mistakes: Option<u32> =
            "how many operators' mistakes may happen beside the faults; without this key they \
             share the number of faults",
            stated_if(budgets.is_empty(), optional(Whole(0, MISTAKES_MOST)));
        /// A class that is not listed is bounded by `faults` only.
        pub limits: BTreeMap<FaultClass, u32> =
            "at most so many faults of a class; the others share the budget",
            stated_if(budgets.is_empty(), Limits);
        pub faults_enabled: Option<Vec<FaultName>> =
            "the only faults considered; every class with every mistake and no misoperation unless \
             given",
            stated_if(budgets.is_empty(), optional(List(FAULT)));
        /// Without them, those that the properties read and that the scenario has.
        pub slices: Option<Vec<Slice>> =
            "the only parts modelled of those that can be left out; unless given, every part that \
             a listed property reads. What a property reads beside them is named with its verdict; \
             an empty list gives it none",
            optional(List(named!(Slice)));
        pub without: Vec<Slice> =
            "parts that are left out: an assumption that nothing goes wrong there, named with the \
             verdict",
            optional(List(named!(Slice))).or(Vec::new());
        pub start: Start = "where the check begins",
            default(budget::STARTS, "\"normal\"", Grade::J, "poolproof: everything runs in DC1");
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
        /// Empty where the file has no budgets.
        pub budget: String = "the name of the budget that is looked at",
            Unwritten(String::new());
    }
}

impl CheckSettings {
    fn in_order(mut self, _: &mut Section<'_, '_>) -> Self {
        self.properties.sort_unstable();
        self.properties.dedup();
        for slices in self.slices.iter_mut().chain([&mut self.without]) {
            slices.sort_unstable();
            slices.dedup();
        }
        self
    }
}

/// The limits per class; an absent class is bounded by the budget alone.
pub(super) struct Limits;

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
