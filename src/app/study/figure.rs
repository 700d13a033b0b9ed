//! The figures that studies set side by side, named as objectives name them.

use poolproof_reports::comparison::Unit;
use poolproof_reports::document as doc;

use crate::objectives;
use crate::scenario::expect::{Column, Measure, Statistic};

pub use crate::scenario::expect::Figure;

impl Figure {
    const fn new(column: Column, measure: Measure, statistic: Statistic) -> Self {
        Self {
            column,
            measure,
            statistic,
        }
    }

    /// The figures of a comparison, in the order of its table.
    pub const ALL: [Self; 17] = [
        Self::new(Column::PerYear, Measure::Availability, Statistic::Mean),
        Self::OUTAGE,
        Self::new(Column::PerYear, Measure::Outage, Statistic::P95),
        Self::new(Column::PerYear, Measure::DataLost, Statistic::Mean),
        Self::new(Column::PerYear, Measure::MessagesLost, Statistic::Mean),
        Self::new(Column::PerYear, Measure::AnyLoss, Statistic::Mean),
        Self::new(Column::PerIncident, Measure::TimeToRecover, Statistic::P50),
        Self::new(Column::PerIncident, Measure::TimeToRecover, Statistic::P95),
        Self::new(
            Column::GivenSiteLoss,
            Measure::TimeToRecover,
            Statistic::Mean,
        ),
        Self::new(
            Column::GivenSiteLoss,
            Measure::TimeToRecover,
            Statistic::P50,
        ),
        Self::TIME_TO_RECOVER,
        Self::new(Column::GivenSiteLoss, Measure::DataLost, Statistic::Mean),
        Self::new(Column::GivenSiteLoss, Measure::DataLost, Statistic::P50),
        Self::DATA_LOST,
        Self::new(Column::GivenSiteLoss, Measure::DataLost, Statistic::P99),
        Self::new(
            Column::GivenSiteLoss,
            Measure::MessagesLost,
            Statistic::Mean,
        ),
        Self::new(Column::GivenSiteLoss, Measure::AnyLoss, Statistic::Mean),
    ];

    /// Mean outage of a trial.
    pub const OUTAGE: Self = Self::new(Column::PerYear, Measure::Outage, Statistic::Mean);

    /// Time to recover that 95 % of site losses stay within.
    pub const TIME_TO_RECOVER: Self = Self::new(
        Column::GivenSiteLoss,
        Measure::TimeToRecover,
        Statistic::P95,
    );

    /// Data lost that 95 % of site losses stay within.
    pub const DATA_LOST: Self = Self::new(Column::GivenSiteLoss, Measure::DataLost, Statistic::P95);

    /// The figures of a sweep, in the order of its table.
    pub const OF_SWEEP: [Self; 8] = [
        Self::new(Column::PerYear, Measure::Availability, Statistic::Mean),
        Self::OUTAGE,
        Self::new(Column::PerYear, Measure::DataLost, Statistic::Mean),
        Self::new(Column::PerYear, Measure::AnyLoss, Statistic::Mean),
        Self::new(Column::PerIncident, Measure::TimeToRecover, Statistic::P95),
        Self::TIME_TO_RECOVER,
        Self::DATA_LOST,
        Self::new(Column::GivenSiteLoss, Measure::AnyLoss, Statistic::Mean),
    ];

    /// The name that objectives use: `given_site_loss.data_lost.p95`.
    #[must_use]
    pub fn name(self) -> String {
        let (column, measure) = (self.column.name(), self.measure.name());
        if self.measure.is_share() {
            format!("{column}.{measure}")
        } else {
            format!("{column}.{measure}.{}", self.statistic.name())
        }
    }

    /// The name for people; `horizon` says what a trial is, "per year" for most.
    #[must_use]
    pub fn title(self, horizon: &str) -> String {
        let measure = match self.measure {
            Measure::TimeToRecover => "time to recover",
            Measure::DataLost => "data lost",
            Measure::MessagesLost => "messages lost",
            Measure::Outage => "outage",
            Measure::Availability => return "availability".to_owned(),
            Measure::AnyLoss => "probability of any loss",
        };
        let column = match self.column {
            Column::PerIncident => "per incident",
            Column::PerYear => horizon,
            Column::GivenSiteLoss => "given loss of DC1",
        };
        if self.measure.is_share() {
            format!("{measure}, {column}")
        } else {
            format!("{measure}, {column}, {}", self.statistic.name())
        }
    }

    /// The unit of its values.
    #[must_use]
    pub const fn unit(self) -> Unit {
        match self.measure {
            Measure::TimeToRecover | Measure::DataLost | Measure::Outage => Unit::Ms,
            Measure::MessagesLost => Unit::Messages,
            Measure::Availability => Unit::Availability,
            Measure::AnyLoss => Unit::Share,
        }
    }

    /// Its value in a simulation.
    #[must_use]
    pub fn value(self, simulation: &doc::Simulation) -> doc::Estimate {
        objectives::figure(self, simulation)
    }
}
