//! `[expect]`: the verdicts, reachable goals and objectives that CI checks.

use std::collections::BTreeMap;

use poolproof_engines::clocks::distribution::SimDuration;
use poolproof_models::names::component::Component;
use poolproof_models::names::event::{Event, EventKind};
use poolproof_models::names::property::Property;
use poolproof_models::names::runbook::Operation;

use super::check::CheckSettings;
use super::document::Node;
use super::format::{List, Named, OneOf};
use super::keys::Kind;
use super::reader::Section;
use super::row::{EachRow, Row, each, keys, optional, stated_if};
use super::value::{self, Parsed};
use super::words::{named, words};
use super::writer::TableWriter;
use super::{objective, suggest};

pub use poolproof_models::names::property::Goal;

words! {
    /// What the checker is expected to find about a property.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Verdict {
        /// Never violated.
        Holds = "holds",
        /// A counterexample is found.
        Violated = "violated",
        /// A limit is reached first.
        Undecided = "undecided",
    }
}

words! {
    /// Which runs an objective is about.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    pub enum Column {
        /// Each interval without service.
        PerIncident = "per_incident",
        /// Each simulated year.
        PerYear = "per_year",
        /// Each drill: the loss of DC1 at a random time.
        GivenSiteLoss = "given_site_loss",
    }
}

words! {
    /// What an objective measures.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    pub enum Measure {
        /// From the failure until users are served again.
        TimeToRecover = "time_to_recover",
        /// Acknowledged messages lost, as time.
        DataLost = "data_lost",
        /// Acknowledged messages lost, counted.
        MessagesLost = "messages_lost",
        /// Time without service.
        Outage = "outage",
        /// Time without service in a year that was not planned.
        UnplannedOutage = "unplanned_outage",
        /// Time without service in a year that was planned.
        PlannedOutage = "planned_outage",
        /// Share of time with service, 0 to 1.
        Availability = "availability",
        /// Probability that anything acknowledged is lost, 0 to 1.
        AnyLoss = "any_loss",
    }
}

words! {
    /// Which figure of the distribution counts.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    pub enum Statistic {
        /// The mean. Also the value of a measure that is a share or a probability.
        Mean = "mean",
        /// The median.
        P50 = "p50",
        /// The 95th percentile.
        P95 = "p95",
        /// The 99th percentile.
        P99 = "p99",
    }
}

/// How the figure is compared with the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `<`
    Below,
    /// `<=`
    AtMost,
    /// `>`
    Above,
    /// `>=`
    AtLeast,
}

/// The limit of an objective, of the kind that its measure has.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Limit {
    /// For times.
    Duration(SimDuration),
    /// For messages.
    Count(f64),
    /// For shares and probabilities, 0 to 1.
    Share(f64),
}

/// A figure of the simulation, such as `per_year.outage.mean`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figure {
    /// Which observations.
    pub column: Column,
    /// What of them.
    pub measure: Measure,
    /// Which number of these.
    pub statistic: Statistic,
}

impl Figure {
    /// As files have it, for example `per_year.outage.mean`.
    #[must_use]
    pub fn text(&self) -> String {
        let (column, measure) = (self.column.name(), self.measure.name());
        if self.measure.is_single() {
            return format!("{column}.{measure}");
        }
        format!("{column}.{measure}.{}", self.statistic.name())
    }
}

/// An objective such as `given_site_loss.data_lost.p95 <= "30min"`.
#[derive(Debug, Clone, PartialEq)]
pub struct Objective {
    /// As it stands in the file.
    pub text: String,
    /// Which runs.
    pub column: Column,
    /// What is measured.
    pub measure: Measure,
    /// Which figure.
    pub statistic: Statistic,
    /// How it is compared.
    pub comparison: Comparison,
    /// With what.
    pub limit: Limit,
}

/// An entry of `expect.fires`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fires {
    /// Any event of a kind, for example `automatic-failover`.
    Kind(EventKind),
    /// One event, for example `automatic-failover:pair-A-B`.
    Event(Event),
}

impl Fires {
    /// The name used in files and results.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Kind(kind) => kind.name().to_owned(),
            Self::Event(event) => event.name(),
        }
    }
}

const FIRES: Named<Fires> = Named {
    kind: Kind::Event,
    read: fires,
    name: |fires| fires.name(),
};
const OBJECTIVE: Named<Objective> = Named {
    kind: Kind::Objective,
    read: objective::read,
    name: |objective| objective.text.clone(),
};

/// A list of goals.
fn goals() -> List<OneOf<Goal, { Goal::ALL.len() }>> {
    List(named!(Goal))
}

keys! {
    /// What is expected of this scenario.
    #[derive(Debug, Clone, PartialEq, Default)]
    pub struct Expectations given check: &CheckSettings {
        /// As written; see [`Expectations::verdict`] for the others.
        pub verdicts: BTreeMap<Property, Verdict> = "expected verdicts",
            stated_if(check.budgets.is_empty(), Verdicts { properties: &check.properties });
        pub reachable: Vec<Goal> = "goals that must be reachable, so that a verdict is not empty",
            stated_if(check.budgets.is_empty(), optional(goals()).unlisted().or(Vec::new()));
        pub unreachable: Vec<Goal> = "goals that must not be reachable",
            stated_if(check.budgets.is_empty(), Unreachable { reachable: reachable.as_slice() });
        pub fires: Vec<Fires> =
            "events, or kinds of events, that must happen somewhere in the search",
            stated_if(check.budgets.is_empty(), optional(List(FIRES)).unlisted().or(Vec::new()));
        pub objectives: Vec<Objective> =
            "objectives that must be met, as in 'per_year.outage.p95 <= \"4h\"' or \
             'per_year.availability >= 3 nines'",
            optional(List(OBJECTIVE)).unlisted().or(Vec::new());
    }
}

impl Expectations {
    /// The expected verdict on a property; one without an expectation is expected to hold.
    #[must_use]
    pub fn verdict(&self, property: Property) -> Verdict {
        self.verdicts
            .get(&property)
            .copied()
            .unwrap_or(Verdict::Holds)
    }

    /// These, with what a budget expects beside or instead.
    #[must_use]
    pub fn within(&self, budget: &BudgetExpectations) -> Self {
        let mut all = self.clone();
        all.verdicts.extend(&budget.verdicts);
        for (common, own) in [
            (&mut all.reachable, &budget.reachable),
            (&mut all.unreachable, &budget.unreachable),
        ] {
            if let Some(own) = own {
                common.clone_from(own);
            }
        }
        if let Some(own) = &budget.fires {
            all.fires.clone_from(own);
        }
        // A budget that reaches what the others must not, and the reverse.
        if budget.reachable.is_some() && budget.unreachable.is_none() {
            all.unreachable.retain(|goal| !all.reachable.contains(goal));
        } else {
            all.reachable.retain(|goal| !all.unreachable.contains(goal));
        }
        all
    }
}

keys! {
    /// What is expected within one budget, beside `[expect]` or instead of it.
    #[derive(Debug, Clone, PartialEq, Default)]
    pub struct BudgetExpectations given properties: &[Property] {
        pub verdicts: BTreeMap<Property, Verdict> =
            "expected verdicts, in place of those of `[expect]`", Verdicts { properties };
        pub reachable: Option<Vec<Goal>> =
            "goals that must be reachable, in place of those of `[expect]`",
            optional(goals()).unlisted();
        pub unreachable: Option<Vec<Goal>> =
            "goals that must not be reachable, in place of those of `[expect]`",
            optional(goals()).unlisted();
        pub fires: Option<Vec<Fires>> =
            "events, or kinds of events, that must happen somewhere in the search, in place of \
             those of `[expect]`",
            optional(List(FIRES)).unlisted();
    }
}

impl From<&Expectations> for BudgetExpectations {
    fn from(all: &Expectations) -> Self {
        Self {
            verdicts: all.verdicts.clone(),
            reachable: Some(all.reachable.clone()),
            unreachable: Some(all.unreachable.clone()),
            fires: Some(all.fires.clone()),
        }
    }
}

/// A key for each property, beside the other keys of the table.
struct Verdicts<'c> {
    properties: &'c [Property],
}

impl Verdicts<'_> {
    fn row() -> EachRow<Property, OneOf<Verdict, 3>> {
        let names = Property::ALL.map(|property| (property.name(), property));
        each(names, named!(Verdict), |name| {
            format!("expected verdict on {name}: holds unless given")
        })
    }
}

impl Row for Verdicts<'_> {
    type Value = BTreeMap<Property, Verdict>;

    fn read(&self, section: &mut Section<'_, '_>, _: &str, _: &str) -> Option<Self::Value> {
        let found = Self::row().read_from(section, false).into_iter();
        let (checked, others): (BTreeMap<_, _>, BTreeMap<_, _>) =
            found.partition(|(property, _)| self.properties.contains(property));
        for property in others.into_keys() {
            unchecked(section, property);
        }
        Some(checked)
    }

    fn write(&self, value: &Self::Value, out: &mut TableWriter<'_>, _: &str) {
        let verdicts = value.iter().map(|(property, verdict)| (*property, verdict));
        Self::row().write_into(verdicts, out);
    }
}

/// An expectation about a property that is not checked is worse than none. Only one that is
/// inherited is dropped: a variant may check less than the file it extends.
fn unchecked(section: &mut Section<'_, '_>, property: Property) {
    let Some(place) = section.value_place(property.name()) else {
        return;
    };
    let mut noted = section.reader.assumptions.iter();
    let properties = noted.find(|noted| noted.key == "check.properties");
    if properties.is_some_and(|noted| noted.source == place.source.name) {
        let message = format!("{} is expected but not checked", property.name());
        let help = "add it to properties in [check], or take it out here";
        section.contradiction(property.name(), message, help);
    }
}

/// Goals that must not be reachable, none of which may be expected to be reachable.
struct Unreachable<'r> {
    reachable: &'r [Goal],
}

impl Row for Unreachable<'_> {
    type Value = Vec<Goal>;

    fn read(&self, section: &mut Section<'_, '_>, key: &str, meaning: &str) -> Option<Vec<Goal>> {
        let row = optional(goals()).unlisted().or(Vec::new());
        let unreachable: Vec<Goal> = row.read(section, key, meaning)?;
        let twice = unreachable
            .iter()
            .find(|goal| self.reachable.contains(goal));
        if let Some(goal) = twice {
            let goal = goal.name();
            let message = format!("{goal} is expected to be reachable and never to be reached");
            section.contradiction(key, message, "take it out of `reachable`, or out here");
        }
        Some(unreachable)
    }

    fn write(&self, value: &Vec<Goal>, out: &mut TableWriter<'_>, key: &str) {
        out.value(key, &goals(), value, value.is_empty());
    }
}

/// Reads the name of an event, `kind:component`, or of a kind of event.
fn fires(node: &Node) -> Parsed<Fires> {
    let text = value::string(node)?;
    if let Some(kind) = EventKind::from_name(&text) {
        return Ok(Fires::Kind(kind));
    }
    if let Some(event) = Event::from_name(&text) {
        return Ok(Fires::Event(event));
    }
    let (kind, at) = text.split_once(':').unwrap_or((&text, ""));
    let help = match EventKind::from_name(kind) {
        None => suggest::help(
            kind,
            &EventKind::ALL.map(EventKind::name),
            "kinds of events",
        ),
        Some(EventKind::Misoperation) => {
            suggest::help(at, &Operation::ALL.map(Operation::name), "operations")
        }
        Some(_) => suggest::help(at, &Component::ALL.map(Component::name), "components"),
    };
    let mistake = value::mistake(node, "E0025", format!("unknown event `{text}`"));
    Err(vec![mistake.helped(help)])
}
