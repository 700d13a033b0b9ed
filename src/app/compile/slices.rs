//! Which parts of the system a check models of those that can be left out.

use poolproof_models::names::property::Property;
use poolproof_models::names::slice::Slice;
use poolproof_models::state::topology::Slices;

use crate::app::compile::check::properties;
use crate::scenario::Scenario;
use crate::scenario::operators::SiteAssumption;

/// The slices of a check: those that its file lists, or else all that its properties read but for
/// what it assumes never to happen.
#[must_use]
pub fn of_check(scenario: &Scenario) -> Slices {
    let settings = &scenario.check;
    let slices: Vec<Slice> = match &settings.slices {
        // A file that extends another may list what that one assumes away.
        Some(slices) => slices.clone(),
        None => properties(scenario)
            .into_iter()
            .flat_map(|property| read(scenario, property))
            .filter(|slice| !settings.without.contains(slice))
            .collect(),
    };
    slices.into_iter().fold(Slices::default(), Slices::with)
}

/// The slices that a property reads and that a check neither models nor states as an assumption.
#[must_use]
pub fn missing(scenario: &Scenario, property: Property) -> Vec<Slice> {
    let modelled = of_check(scenario);
    let without = &scenario.check.without;
    let assumed = |slice: &Slice| without.contains(slice) && !property.is_about(*slice);
    read(scenario, property)
        .filter(|slice| !modelled.has(*slice) && !assumed(slice))
        .collect()
}

/// The slices that a property reads, as far as the scenario has what they are about.
fn read(scenario: &Scenario, property: Property) -> impl Iterator<Item = Slice> {
    let slices = property.reads().iter().copied();
    slices.filter(|slice| exists(scenario, *slice))
}

/// Whether a scenario has what a slice is about. What has a rate of zero does not happen.
fn exists(scenario: &Scenario, slice: Slice) -> bool {
    let failures = &scenario.failures;
    let operators = &scenario.operators;
    match slice {
        Slice::Sessions
        | Slice::LogFull
        | Slice::Compliance
        | Slice::OneSidedDetection
        | Slice::WitnessMemory
        | Slice::Ports => true,
        Slice::PartnerNames => scenario.mirroring.enabled,
        Slice::Grey => !failures.grey_failure.rate.is_zero(),
        Slice::Stalls => !failures.stall.rate.is_zero(),
        Slice::Retention => scenario.log_shipping.enabled,
        // Nobody leaves DC1 for the Front End pool alone while the assumption holds.
        Slice::FrontEnd => {
            operators.assumption == SiteAssumption::Dropped && operators.site_failover.is_some()
        }
        Slice::Storage => failures
            .database_server
            .iter()
            .any(|mode| mode.destructive > 0.0),
    }
}
