//! Words about the simulation: causes, phases, columns, methods.

use crate::document::{
    Cause, ColumnName, Drilled, IncidentLength, LossCause, Method, Phase, Simulation,
};
use crate::quantity;

/// Returns what began an outage.
#[must_use]
pub const fn cause(cause: Cause) -> &'static str {
    match cause {
        Cause::PoolServer => "pool server",
        Cause::DatabaseServer => "database server in DC1",
        Cause::Witness => "witness",
        Cause::Share => "backup share",
        Cause::LocalLink => "link inside a site",
        Cause::InterSiteLink => "inter-site link",
        Cause::SiteOutage => "site outage",
        Cause::SiteDisaster => "site disaster",
        Cause::Other => "other",
        Cause::DatabaseServerDc2 => "database server in DC2",
        Cause::Operators => "operators' steps (planned failback)",
        Cause::Maintenance => "planned maintenance",
        Cause::Mistake => "operators' mistakes",
    }
}

/// Returns what lost messages, as it follows what is gone.
#[must_use]
pub const fn loss_cause(cause: LossCause) -> &'static str {
    match cause {
        LossCause::SiteLost => "lost with the data centre",
        LossCause::ShareLost => "lost with the share",
        LossCause::Discarded => "discarded by resynchronisation",
        LossCause::ServedWithout => "not in the history that is served",
        LossCause::Overwritten => "overwritten",
        LossCause::StorageLost => "lost with a server's disks",
        LossCause::NeverCommitted => "never committed",
    }
}

/// Returns a phase of an outage, which is also its name in `figures.csv`.
#[must_use]
pub const fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Detect => "detect",
        Phase::Decide => "decide",
        Phase::Act => "act",
        Phase::Recover => "recover",
        Phase::Reconnect => "reconnect",
    }
}

/// Returns what was drilled, as it follows "drills of".
#[must_use]
pub fn drilled(drilled: &Drilled) -> &str {
    match drilled {
        Drilled::SiteLoss => "the loss of DC1",
        Drilled::Fault(event) => event,
    }
}

/// Returns the heading of a column.
pub(crate) fn column(name: ColumnName, simulation: &Simulation) -> String {
    match name {
        ColumnName::PerIncident => "Per unplanned incident".to_owned(),
        ColumnName::PerYear if quantity::is_a_year(simulation.horizon_ms) => "Per year".to_owned(),
        ColumnName::PerYear => "Per trial".to_owned(),
        ColumnName::GivenSiteLoss => match &simulation.drilled {
            Drilled::SiteLoss => "Given loss of DC1".to_owned(),
            Drilled::Fault(event) => format!("Given {event}"),
        },
    }
}

/// Returns a class of length, as it follows "incidents".
pub(crate) fn length(class: &IncidentLength, classes: &[IncidentLength]) -> String {
    let longest = classes.iter().filter_map(|one| one.up_to_ms).max();
    match (class.up_to_ms, longest) {
        (Some(ms), _) => format!("up to {}", quantity::duration(ms as f64)),
        (None, Some(ms)) => format!("longer than {}", quantity::duration(ms as f64)),
        (None, None) => "of any length".to_owned(),
    }
}

/// The outcome that service had not returned when it was followed no longer.
pub(crate) const NO_RETURN: &str = "service did not return";
/// The outcome that every copy was lost.
pub(crate) const NO_COPY_LEFT: &str = "every copy was lost";

/// Returns how an estimate was made.
pub(crate) const fn method(method: Method) -> &'static str {
    match method {
        Method::OrderStatistics => "order statistics",
        Method::StudentT => "Student's t",
        Method::ClopperPearson => "Clopper-Pearson",
        Method::PoissonExact => "Poisson, exact",
        Method::NothingSeen => "one-sided, nothing seen",
        Method::FewValuesUpper => "an upper bound: few values carry the mean",
        Method::FewValues => "a lower bound: few values carry the mean",
        Method::Endless => "among what had no end",
        Method::StratifiedImportanceSampling => "stratified importance sampling, Student's t",
        Method::ConditionalMonteCarlo => "conditional Monte Carlo, Student's t",
        Method::StudentTOfWeights => "Student's t on the weights",
        Method::StudentTOfPairs => "Student's t on pairs",
        Method::DiscordantPairs => "discordant pairs, exact",
        Method::TwoIntervals => "two intervals at half the error",
    }
}
