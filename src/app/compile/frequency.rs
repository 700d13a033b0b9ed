//! How often basic events happen, from the rates of a scenario.

use poolproof_engines::check::cut_rate::Frequency;
use poolproof_models::names::component::Component;
use poolproof_models::names::event::{Event, EventKind, FaultClass, mistake_kind, role_of};
use poolproof_models::names::runbook::Role;

use crate::app::compile;
use crate::scenario::Scenario;

/// The frequency of a basic event.
#[must_use]
pub fn frequency(scenario: &Scenario, event: Event, class: FaultClass) -> Frequency {
    if class == FaultClass::LateReturn {
        return Frequency::OnDemand { probability: 1.0 };
    }
    if let Some(role) = role_of(event.at).filter(|_| event.kind != EventKind::Misoperation) {
        let probability = mistake(scenario, event.kind, role);
        return Frequency::OnDemand { probability };
    }
    if let Some(operation) = event.operation {
        // Done in a moment; what it leaves behind is no part of the estimate.
        let mut listed = scenario.operators.misoperations.iter();
        let rate = listed.find(|(listed, _)| *listed == operation);
        return rate.map_or(Frequency::Unknown, |(_, rate)| Frequency::Rate {
            per_year: rate.per_year(),
            repair_h: 0.0,
            components: 1,
        });
    }
    let Some(failure) = compile::failure(scenario, event.kind, event.at) else {
        return Frequency::Unknown;
    };
    Frequency::Rate {
        per_year: failure.per_year,
        repair_h: failure.repair_ms / 3_600_000.0,
        components: components(scenario, event.at),
    }
}

/// The probability of a mistake in one run of a runbook, at any of its steps.
fn mistake(scenario: &Scenario, kind: EventKind, role: Role) -> f64 {
    let operators = &scenario.operators;
    let mut listed = operators.mistakes.iter();
    let at_a_step = listed.find(|(mistake, _)| mistake_kind(*mistake) == kind);
    let steps = operators
        .runbook(role)
        .map_or(0, |file| file.runbook.steps.len());
    at_a_step.map_or(1.0, |(_, probability)| {
        1.0 - libm::pow(1.0 - probability, steps as f64)
    })
}

/// Number of components that a component of the checked topology stands for.
fn components(scenario: &Scenario, at: Component) -> u32 {
    let topology = compile::checked_topology(scenario);
    let Some(server) = topology.servers.get(usize::from(at.number())) else {
        return 1;
    };
    let count = &scenario.pool.servers[server.site.index()];
    u32::from(if server.active {
        count.active
    } else {
        count.idle
    })
}
