//! What a scenario asks the checker: the bounded model, the properties and the goals.

use poolproof_models::model::{Bounded, Budget};
use poolproof_models::names::event::FaultClass;
use poolproof_models::names::property::{Goal, Property};
use poolproof_models::state::topology::Topology;

use crate::app::compile::checked_topology;
use crate::scenario::Scenario;
use crate::scenario::check::FaultName;

/// The bounded model that a scenario's check searches.
#[must_use]
pub fn model(scenario: &Scenario) -> Bounded<Topology> {
    let budget = budget(scenario, scenario.check.faults as u8);
    Bounded::new(checked_topology(scenario), budget)
}

/// The same with another total of faults, among which as many mistakes as the scenario allows. The
/// scenario's limits per class stay.
#[must_use]
pub fn model_within(scenario: &Scenario, faults: u8) -> Bounded<Topology> {
    let allowed = budget(scenario, scenario.check.faults as u8);
    let most = |limit: u8| if limit < allowed.total { limit } else { faults };
    let budget = Budget {
        total: faults,
        per_class: allowed.per_class.map(most),
        besides_mistakes: faults,
    };
    Bounded::new(checked_topology(scenario), budget)
}

fn budget(scenario: &Scenario, faults: u8) -> Budget {
    let settings = &scenario.check;
    let mut budget = match settings.mistakes {
        Some(mistakes) => Budget::with_mistakes(faults, mistakes as u8),
        None => Budget::of(faults),
    };
    for class in FaultClass::ALL {
        let listed = settings.faults_enabled.as_ref().is_none_or(|faults| {
            faults.iter().any(|fault| match fault {
                FaultName::Class(listed) => *listed == class,
                FaultName::Mistake(_) | FaultName::Misoperation(_) => class == FaultClass::Mistake,
            })
        });
        let allowed = budget.per_class[class as usize];
        let limit = settings
            .limits
            .get(&class)
            .map_or(allowed, |limit| *limit as u8);
        budget = budget.with_limit(class, if listed { limit.min(allowed) } else { 0 });
    }
    budget
}

/// The listed properties, and the invariants of mirroring, which are part of every check.
#[must_use]
pub fn properties(scenario: &Scenario) -> Vec<Property> {
    let invariants = [
        Property::MirrorHasAll,
        Property::RegisterIsTrue,
        Property::OnePrincipal,
        Property::FailoverKeepsAll,
    ];
    let mut properties = scenario.check.properties.clone();
    properties.extend(invariants);
    properties.sort_unstable();
    properties.dedup();
    properties
}

/// The goals that a scenario names, and whether it expects them to be reached.
pub fn expected_goals(scenario: &Scenario) -> impl Iterator<Item = (Goal, bool)> {
    Goal::ALL.into_iter().filter_map(|goal| {
        let wanted = scenario.expect.reachable.contains(&goal);
        (wanted || scenario.expect.unreachable.contains(&goal)).then_some((goal, wanted))
    })
}
