//! `[expect]`: the verdicts, reachable goals and objectives that CI checks.

use std::collections::BTreeMap;

use poolproof_engines::clocks::distribution::SimDuration;
use poolproof_models::names::component::Component;
use poolproof_models::names::event::Event;
use poolproof_models::names::event::EventKind;
use poolproof_models::names::property::Property;
use poolproof_models::names::runbook::Operation;

use super::check::CheckSettings;
use super::diagnostic::Diagnostic;
use super::diagnostic::Severity;
use super::document::Node;
use super::keys::Kind;
use super::objective;
use super::reader;
use super::reader::Section;
use super::suggest;
use super::value;
use super::value::Parsed;

pub use poolproof_models::names::property::Goal;

/// What the checker is expected to find about a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Never violated.
    Holds,
    /// A counterexample is found.
    Violated,
    /// A limit is reached first.
    Undecided,
}

/// Which runs an objective is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    /// Each interval without service.
    PerIncident,
    /// Each simulated year.
    PerYear,
    /// Each drill: the loss of DC1 at a random time.
    GivenSiteLoss,
}

/// What an objective measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// From the failure until users are served again.
    TimeToRecover,
    /// Acknowledged messages lost, as time.
    DataLost,
    /// Acknowledged messages lost, counted.
    MessagesLost,
    /// Time without service.
    Outage,
    /// Share of time with service, 0 to 1.
    Availability,
    /// Probability that anything acknowledged is lost, 0 to 1.
    AnyLoss,
}

/// Which figure of the distribution counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Statistic {
    /// The mean. Also the value of a measure that is a share or a probability.
    Mean,
    /// The median.
    P50,
    /// The 95th percentile.
    P95,
    /// The 99th percentile.
    P99,
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

/// What is expected of this scenario.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Expectations {
    /// Expected verdicts as written; see [`Expectations::verdict`] for the others.
    pub verdicts: BTreeMap<Property, Verdict>,
    /// Goals that must be reachable.
    pub reachable: Vec<Goal>,
    /// Goals that must not be reachable.
    pub unreachable: Vec<Goal>,
    /// Events that must happen somewhere in the search.
    pub fires: Vec<Fires>,
    /// Objectives that must be met.
    pub objectives: Vec<Objective>,
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
}

impl Verdict {
    /// Every verdict.
    pub const ALL: [Self; 3] = [Self::Holds, Self::Violated, Self::Undecided];

    /// The name used in files and reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Violated => "violated",
            Self::Undecided => "undecided",
        }
    }
}

impl Expectations {
    pub(super) fn read(mut section: Section<'_>, check: &CheckSettings) -> Self {
        let mut expect = Self::default();
        let verdicts = Verdict::ALL.map(|verdict| (verdict.name(), verdict));
        for property in Property::ALL {
            let meaning = format!(
                "expected verdict on {}: holds unless given",
                property.name()
            );
            section.describe(property.name(), Kind::words(&verdicts), &meaning);
            let read = section.optional(property.name(), |node| reader::word(node, &verdicts));
            if let Some(verdict) = read {
                expect.verdicts.insert(property, verdict);
            }
        }
        let goals = Goal::ALL.map(|goal| (goal.name(), goal));
        section.describe(
            "reachable",
            Kind::list(Kind::words(&goals)),
            "goals that must be reachable, so that a verdict is not empty",
        );
        section.describe(
            "unreachable",
            Kind::list(Kind::words(&goals)),
            "goals that must not be reachable",
        );
        section.describe(
            "fires",
            Kind::list(Kind::Event),
            "events, or kinds of events, that must happen somewhere in the search",
        );
        section.describe(
            "objectives",
            Kind::list(Kind::Objective),
            "objectives that must be met, as in 'per_year.outage.p95 <= \"4h\"'",
        );
        let goal = |node: &Node| reader::word(node, &goals);
        let reachable = section.optional("reachable", |node| reader::list(node, goal));
        expect.reachable = reachable.unwrap_or_default();
        let unreachable = section.optional("unreachable", |node| reader::list(node, goal));
        expect.unreachable = unreachable.unwrap_or_default();
        both(&mut section, &expect);
        let fires = section.optional("fires", |node| reader::list(node, fires));
        expect.fires = fires.unwrap_or_default();
        let objectives = section.optional("objectives", |node| reader::list(node, objective::read));
        expect.objectives = objectives.unwrap_or_default();
        for property in Property::ALL {
            if !check.properties.contains(&property) && expect.verdicts.remove(&property).is_some()
            {
                unchecked(&mut section, property);
            }
        }
        section.finish();
        expect
    }
}

/// No search can satisfy both.
fn both(section: &mut Section<'_>, expect: &Expectations) {
    let mut goals = expect.unreachable.iter();
    let twice = goals.find(|goal| expect.reachable.contains(goal));
    if let (Some(goal), Some(place)) = (twice, section.value_place("unreachable")) {
        let goal = goal.name();
        let message = format!("{goal} is expected to be reachable and never to be reached");
        let mistake = Diagnostic::at(&place, Severity::Error, "E0026", message);
        let help = "take it out of `reachable`, or out here";
        section.refuse("unreachable", vec![mistake.helped(help)]);
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

/// An expectation that nobody would look at is worse than none. Only one that is inherited is
/// dropped in silence: a variant may check less than the file it extends.
fn unchecked(section: &mut Section<'_>, property: Property) {
    let Some(place) = section.value_place(property.name()) else {
        return;
    };
    let mut noted = section.reader.assumptions.iter();
    let properties = noted.find(|noted| noted.key == "check.properties");
    if properties.is_some_and(|noted| noted.source == place.source.name) {
        let message = format!("{} is expected but not checked", property.name());
        let mistake = Diagnostic::at(&place, Severity::Error, "E0026", message);
        let help = "add it to properties in [check], or take it out here";
        section.refuse(property.name(), vec![mistake.helped(help)]);
    }
}
