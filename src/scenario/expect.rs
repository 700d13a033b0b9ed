//! `[expect]`: the verdicts, reachable goals and objectives that CI checks.

use std::collections::BTreeMap;

pub use poolproof_models::property::Goal;
use poolproof_models::property::Property;

use super::check::CheckSettings;
use super::diagnostic::Diagnostic;
use super::diagnostic::Severity;
use super::document::Node;
use super::objective;
use super::reader;
use super::reader::Section;
use crate::distribution::SimDuration;

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

/// What is expected of this scenario.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Expectations {
    /// Expected verdicts as written; see [`Expectations::verdict`] for the others.
    pub verdicts: BTreeMap<Property, Verdict>,
    /// Goals that must be reachable.
    pub reachable: Vec<Goal>,
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
            let read = section.optional(property.name(), |node| reader::word(node, &verdicts));
            if let Some(verdict) = read {
                expect.verdicts.insert(property, verdict);
            }
        }
        let goals = Goal::ALL.map(|goal| (goal.name(), goal));
        let goal = |node: &Node| reader::word(node, &goals);
        let reachable = section.optional("reachable", |node| reader::list(node, goal));
        expect.reachable = reachable.unwrap_or_default();
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
