//! The figures of a simulation: each once, with its name, its unit, where it stands in the document
//! and what it is called. Tables, pages, charts, CSV, comparisons, sweeps and objectives read here.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::document::{Column, ColumnName, Distribution, Estimate, Simulation};
use crate::quantity;

/// What a figure counts.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Milliseconds.
    Ms,
    /// A share or a probability, 0 to 1.
    Share,
    /// A share of time that is nearly 1.
    Availability,
    /// Messages.
    Messages,
    /// Cost per year, in the currency of the scenario.
    CostPerYear,
}

impl Unit {
    /// Returns a value in words.
    #[must_use]
    pub fn words(self, value: f64) -> String {
        match self {
            Self::Ms => quantity::duration(value),
            Self::Share => quantity::probability(value),
            Self::Availability => quantity::share_of_time(value),
            Self::Messages | Self::CostPerYear => quantity::number(value),
        }
    }

    /// Returns an estimate with its interval in words.
    #[must_use]
    pub fn estimate(self, estimate: &Estimate) -> String {
        match self {
            Self::Availability => quantity::availability(estimate),
            Self::Ms | Self::Share | Self::Messages | Self::CostPerYear => {
                quantity::estimate(estimate, |value| self.words(value))
            }
        }
    }

    /// Whether a greater value is the better one.
    pub(crate) const fn more_is_better(self) -> bool {
        matches!(self, Self::Availability)
    }

    /// Returns a difference in words, with its sign.
    #[must_use]
    pub fn difference(self, value: f64) -> String {
        let size = match self {
            Self::Ms => quantity::duration(value.abs()),
            Self::Share | Self::Availability => {
                format!("{} points", quantity::number(value.abs() * 100.0))
            }
            Self::Messages | Self::CostPerYear => quantity::number(value.abs()),
        };
        // What is rounded to nothing has no sign.
        if value == 0.0 || size.starts_with("0 ") || size == "0" {
            size
        } else if value < 0.0 {
            format!("-{size}")
        } else {
            format!("+{size}")
        }
    }
}

/// What of an observation a figure is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// The time until users are served again.
    TimeToRecover,
    /// The time without service within a trial.
    Outage,
    /// The part of it in a year that was not planned.
    UnplannedOutage,
    /// The part of it in a year that was planned.
    PlannedOutage,
    /// The span of time whose messages are gone.
    DataLost,
    /// How many messages are gone.
    MessagesLost,
    /// Whether any message is gone.
    AnyLoss,
    /// The share of time with service.
    Availability,
}

/// What of a sample a figure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Statistic {
    /// The median.
    P50,
    /// The 95th percentile.
    P95,
    /// The 99th percentile.
    P99,
    /// The mean.
    Mean,
}

impl Measure {
    /// Every measure.
    pub const ALL: [Self; 8] = [
        Self::TimeToRecover,
        Self::Outage,
        Self::UnplannedOutage,
        Self::PlannedOutage,
        Self::DataLost,
        Self::MessagesLost,
        Self::AnyLoss,
        Self::Availability,
    ];

    /// The measures of a column, in the order of its rows.
    pub(crate) const fn of_column(name: ColumnName) -> [Self; 4] {
        let time = match name {
            ColumnName::PerYear => Self::Outage,
            ColumnName::PerIncident | ColumnName::GivenSiteLoss => Self::TimeToRecover,
        };
        [time, Self::DataLost, Self::MessagesLost, Self::AnyLoss]
    }

    /// Returns the name that objectives use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::TimeToRecover => "time_to_recover",
            Self::Outage => "outage",
            Self::UnplannedOutage => "unplanned_outage",
            Self::PlannedOutage => "planned_outage",
            Self::DataLost => "data_lost",
            Self::MessagesLost => "messages_lost",
            Self::AnyLoss => "any_loss",
            Self::Availability => "availability",
        }
    }

    /// Returns the name for people.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::TimeToRecover => "time to recover",
            Self::Outage => "time without service",
            Self::UnplannedOutage => "unplanned outage",
            Self::PlannedOutage => "planned outage",
            Self::DataLost => "data lost",
            Self::MessagesLost => "messages lost",
            Self::AnyLoss => "any message lost",
            Self::Availability => "availability",
        }
    }

    /// Returns the name of the field of the document, which is that of `figures.csv`.
    pub(crate) const fn field(self) -> &'static str {
        match self {
            Self::TimeToRecover | Self::Outage => "time_ms",
            Self::UnplannedOutage => "unplanned_outage_ms_per_year",
            Self::PlannedOutage => "planned_outage_ms_per_year",
            Self::DataLost => "data_lost_ms",
            Self::MessagesLost => "messages_lost",
            Self::AnyLoss => "any_loss",
            Self::Availability => "availability",
        }
    }

    /// Returns the unit of its values.
    #[must_use]
    pub const fn unit(self) -> Unit {
        match self {
            Self::TimeToRecover
            | Self::Outage
            | Self::UnplannedOutage
            | Self::PlannedOutage
            | Self::DataLost => Unit::Ms,
            Self::MessagesLost => Unit::Messages,
            Self::AnyLoss => Unit::Share,
            Self::Availability => Unit::Availability,
        }
    }

    /// Whether it is one number, which has no percentiles: a share, or a part of the yearly outage.
    #[must_use]
    pub const fn is_single(self) -> bool {
        matches!(
            self,
            Self::AnyLoss | Self::Availability | Self::UnplannedOutage | Self::PlannedOutage
        )
    }

    /// Returns the sample of a column; none of a single number.
    pub(crate) const fn sample(self, column: &Column) -> Option<&Distribution> {
        match self {
            Self::TimeToRecover | Self::Outage => Some(&column.time_ms),
            Self::DataLost => Some(&column.data_lost_ms),
            Self::MessagesLost => Some(&column.messages_lost),
            Self::AnyLoss | Self::Availability | Self::UnplannedOutage | Self::PlannedOutage => {
                None
            }
        }
    }

    /// Returns the statistics of a column with their names.
    pub(crate) fn rows(self, column: &Column) -> Vec<(&'static str, &Estimate)> {
        match self.sample(column) {
            Some(sample) => sample.rows().to_vec(),
            None => vec![(Statistic::Mean.name(), &column.any_loss)],
        }
    }
}

impl Statistic {
    /// Every statistic, in the order of rows.
    pub const ALL: [Self; 4] = [Self::P50, Self::P95, Self::P99, Self::Mean];

    /// Returns the name that objectives, tables and `figures.csv` use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::P50 => "p50",
            Self::P95 => "p95",
            Self::P99 => "p99",
            Self::Mean => "mean",
        }
    }

    /// Returns the estimate in a sample.
    const fn of(self, sample: &Distribution) -> &Estimate {
        match self {
            Self::P50 => &sample.p50,
            Self::P95 => &sample.p95,
            Self::P99 => &sample.p99,
            Self::Mean => &sample.mean,
        }
    }
}

impl Distribution {
    /// Returns every statistic with its name.
    pub(crate) fn rows(&self) -> [(&'static str, &Estimate); Statistic::ALL.len()] {
        Statistic::ALL.map(|statistic| (statistic.name(), statistic.of(self)))
    }
}

impl ColumnName {
    /// Every column.
    pub const ALL: [Self; 3] = [Self::PerIncident, Self::PerYear, Self::GivenSiteLoss];

    /// Returns the name that objectives and `figures.csv` use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PerIncident => "per_incident",
            Self::PerYear => "per_year",
            Self::GivenSiteLoss => "given_site_loss",
        }
    }
}

/// A figure of a simulation; stored by its name, as in `given_site_loss.data_lost.p95`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Figure {
    /// The observations.
    pub column: ColumnName,
    /// What of an observation.
    pub measure: Measure,
    /// What of the sample; the mean for a single number.
    pub statistic: Statistic,
}

impl Figure {
    /// Availability.
    pub const AVAILABILITY: Self = year(Measure::Availability, Statistic::Mean);
    /// The mean outage of a trial.
    pub const OUTAGE: Self = year(Measure::Outage, Statistic::Mean);
    /// The probability of any loss within a trial.
    pub const ANY_LOSS: Self = year(Measure::AnyLoss, Statistic::Mean);
    /// The time to recover that 95 % of incidents stay within.
    pub const INCIDENT: Self = Self {
        column: ColumnName::PerIncident,
        measure: Measure::TimeToRecover,
        statistic: Statistic::P95,
    };
    /// The time to recover that 95 % of site losses stay within.
    pub const TIME_TO_RECOVER: Self = drill(Measure::TimeToRecover, Statistic::P95);
    /// The data lost that 95 % of site losses stay within.
    pub const DATA_LOST: Self = drill(Measure::DataLost, Statistic::P95);

    /// The figures of a comparison, in the order of its table.
    pub const OF_COMPARISON: [Self; 17] = [
        Self::AVAILABILITY,
        Self::OUTAGE,
        year(Measure::Outage, Statistic::P95),
        year(Measure::DataLost, Statistic::Mean),
        year(Measure::MessagesLost, Statistic::Mean),
        Self::ANY_LOSS,
        Self {
            statistic: Statistic::P50,
            ..Self::INCIDENT
        },
        Self::INCIDENT,
        drill(Measure::TimeToRecover, Statistic::Mean),
        drill(Measure::TimeToRecover, Statistic::P50),
        Self::TIME_TO_RECOVER,
        drill(Measure::DataLost, Statistic::Mean),
        drill(Measure::DataLost, Statistic::P50),
        Self::DATA_LOST,
        drill(Measure::DataLost, Statistic::P99),
        drill(Measure::MessagesLost, Statistic::Mean),
        drill(Measure::AnyLoss, Statistic::Mean),
    ];

    /// The figures of a sweep, in the order of its table.
    pub const OF_SWEEP: [Self; 8] = [
        Self::AVAILABILITY,
        Self::OUTAGE,
        year(Measure::DataLost, Statistic::Mean),
        Self::ANY_LOSS,
        Self::INCIDENT,
        Self::TIME_TO_RECOVER,
        Self::DATA_LOST,
        drill(Measure::AnyLoss, Statistic::Mean),
    ];

    /// What a design is chosen by beside its cost: the Pareto front of a sweep.
    pub const OF_FRONT: [Self; 4] = [
        Self::OUTAGE,
        year(Measure::DataLost, Statistic::Mean),
        Self::TIME_TO_RECOVER,
        Self::DATA_LOST,
    ];

    /// Returns the name that objectives use.
    #[must_use]
    pub fn name(self) -> String {
        let (column, measure) = (self.column.name(), self.measure.name());
        if self.measure.is_single() {
            format!("{column}.{measure}")
        } else {
            format!("{column}.{measure}.{}", self.statistic.name())
        }
    }

    /// Returns the figure of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let mut all = ColumnName::ALL.into_iter().flat_map(|column| {
            Measure::ALL.into_iter().flat_map(move |measure| {
                Statistic::ALL.map(|statistic| Self {
                    column,
                    measure,
                    statistic,
                })
            })
        });
        let fits = |one: &Self| !one.measure.is_single() || one.statistic == Statistic::Mean;
        all.find(|one| fits(one) && one.name() == name)
    }

    /// Returns the name for people; `horizon_ms` is the simulated time of a trial.
    #[must_use]
    pub fn title(self, horizon_ms: u64) -> String {
        let measure = match self.measure {
            Measure::Availability => return "availability".to_owned(),
            Measure::AnyLoss => "probability of any loss",
            Measure::Outage => "outage",
            Measure::TimeToRecover
            | Measure::UnplannedOutage
            | Measure::PlannedOutage
            | Measure::DataLost
            | Measure::MessagesLost => self.measure.title(),
        };
        let column = match self.column {
            ColumnName::PerIncident => "per unplanned incident",
            ColumnName::PerYear if quantity::is_a_year(horizon_ms) => "per year",
            ColumnName::PerYear => "per trial",
            ColumnName::GivenSiteLoss => "given loss of DC1",
        };
        if self.measure.is_single() {
            format!("{measure}, {column}")
        } else {
            format!("{measure}, {column}, {}", self.statistic.name())
        }
    }

    /// Returns the unit of its values.
    #[must_use]
    pub const fn unit(self) -> Unit {
        self.measure.unit()
    }

    /// Returns its estimate in a simulation; none where the simulation has no such column.
    #[must_use]
    pub fn of(self, simulation: &Simulation) -> Option<&Estimate> {
        match self.measure {
            Measure::Availability => return Some(&simulation.availability),
            Measure::UnplannedOutage => return Some(&simulation.unplanned_outage_ms_per_year),
            Measure::PlannedOutage => return Some(&simulation.planned_outage_ms_per_year),
            Measure::TimeToRecover
            | Measure::Outage
            | Measure::DataLost
            | Measure::MessagesLost
            | Measure::AnyLoss => {}
        }
        let column = simulation.column(self.column)?;
        match self.measure.sample(column) {
            Some(sample) => Some(self.statistic.of(sample)),
            None => Some(&column.any_loss),
        }
    }
}

const fn year(measure: Measure, statistic: Statistic) -> Figure {
    Figure {
        column: ColumnName::PerYear,
        measure,
        statistic,
    }
}

const fn drill(measure: Measure, statistic: Statistic) -> Figure {
    Figure {
        column: ColumnName::GivenSiteLoss,
        measure,
        statistic,
    }
}

impl Simulation {
    /// Returns the column of a kind of observation.
    pub(crate) fn column(&self, name: ColumnName) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}

impl Serialize for Figure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.name())
    }
}

impl<'de> Deserialize<'de> for Figure {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::from_name(&name).ok_or_else(|| D::Error::custom(format!("unknown figure `{name}`")))
    }
}

impl JsonSchema for Figure {
    fn schema_name() -> Cow<'static, str> {
        "Figure".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A figure: a column, a measure, and unless that is a share a statistic, \
                            as in given_site_loss.data_lost.p95.",
            "pattern": "^[a-z_]+\\.[a-z_]+(\\.(p50|p95|p99|mean))?$",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_comes_back_from_its_name() {
        for figure in Figure::OF_COMPARISON.iter().chain(&Figure::OF_SWEEP) {
            assert_eq!(Figure::from_name(&figure.name()), Some(*figure));
        }
        assert_eq!(Figure::from_name("per_year.any_loss.p95"), None);
        assert_eq!(Figure::from_name("per_week.outage.mean"), None);
    }
}
