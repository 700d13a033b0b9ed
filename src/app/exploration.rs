//! Walking through the model event by event, on a recorded path or off it.

use poolproof_models::model::{Bounded, Node};
use poolproof_models::names::event::Event;
use poolproof_models::names::property::Property;
use poolproof_models::names::site::Site;
use poolproof_models::state::topology::Topology;
use poolproof_models::state::world::World;
use poolproof_models::system::System as _;
use poolproof_reports::exploration::{self, ExploredEvent, ExploredState, RefusedEvent, SEPARATOR};
use poolproof_reports::{document as doc, words};

use crate::app::AppError;
use crate::app::compile::check;
use crate::app::document::counterexample::{holders, links, start, step};
use crate::app::document::names;
use crate::explain::changes::service_text;
use crate::explain::explainer::Explainer;
use crate::explain::properties::property_text;
use crate::explain::refusal::why_not;
use crate::explain::steps::{event_text, step_text};
use crate::scenario::Scenario;

/// What the budget says to a fault that is possible in itself.
const BEYOND_BUDGET: &str = "the budget has no such fault left";

/// The model of a scenario within one budget, with the properties that are checked.
pub struct Exploration {
    name: String,
    title: String,
    budget: String,
    model: Bounded<Topology>,
    properties: Vec<Property>,
}

impl Exploration {
    /// The model that a check of the scenario searches.
    #[must_use]
    pub fn new(scenario: &Scenario) -> Self {
        let model = check::model(scenario);
        Self {
            name: scenario.name.clone(),
            title: scenario.title.clone(),
            budget: match scenario.check.budget.as_str() {
                "" => words::budget(&names::budget(&model.budget)),
                name => name.to_owned(),
            },
            model,
            properties: check::properties(scenario),
        }
    }

    /// The address of the state that a path comes to.
    #[must_use]
    pub fn way(steps: &[doc::Step]) -> String {
        let events: Vec<&str> = steps.iter().map(|step| step.event.as_str()).collect();
        events.join(SEPARATOR)
    }

    /// The page of the state that a way comes to: stable names of events with commas between them,
    /// nothing for the start. `None` where the way has an event that does not exist, or that cannot
    /// happen there.
    ///
    /// # Errors
    ///
    /// A defect, where the page cannot be drawn.
    pub fn page(&self, way: &str) -> Option<Result<String, AppError>> {
        let state = self.state(way)?;
        Some(exploration::page(&state).map_err(AppError::defect))
    }

    /// The state that a way comes to.
    fn state(&self, way: &str) -> Option<ExploredState> {
        let topology = &self.model.system;
        let mut explainer = Explainer::new(topology);
        let mut node = Node {
            state: topology.initial(),
            ..self.model.initial()
        };
        let start = start(topology, &explainer);
        let mut steps = Vec::new();
        let names = way.split(SEPARATOR).filter(|_| !way.is_empty());
        for (number, name) in (1..).zip(names) {
            let event = Event::from_name(name)?;
            let index = topology.index_of(event)?;
            let spent = self.model.spend(&node, index)?;
            if steps.len() >= exploration::STEPS_MOST || !node.state.may(topology, event) {
                return None;
            }
            let told = explainer.step(event);
            node = Node {
                state: *explainer.world(),
                spent,
            };
            steps.push(doc::Step {
                state: holders(&explainer),
                links: links(&explainer),
                ..step(topology, event, &told, number)
            });
        }
        let world = &node.state;
        let enabled = topology.enabled(world);
        let broken = world.violated_with(topology, node.spent, &enabled);
        let violated = self.properties.iter().filter(|p| broken & p.bit() != 0);
        let faults = steps.iter().filter(|step| step.is_fault()).count();
        let mut found = ExploredState {
            scenario: self.name.clone(),
            title: self.title.clone(),
            sites: Site::ALL.map(|site| site.name().to_owned()).to_vec(),
            budget: self.budget.clone(),
            faults: [faults as u32, self.model.budget.total.into()],
            start,
            steps,
            service: service_text(topology, world),
            violated: violated
                .map(|p| (p.name().to_owned(), property_text(*p).title.to_owned()))
                .collect(),
            possible: Vec::new(),
            refused: Vec::new(),
        };
        for (index, event) in topology.events().iter().enumerate() {
            match why_not(topology, world, *event) {
                Some(reason) => found.refused.push(refused(topology, world, *event, reason)),
                None if self.model.spend(&node, index).is_none() => {
                    let reason = BEYOND_BUDGET.to_owned();
                    found.refused.push(refused(topology, world, *event, reason));
                }
                None => found.possible.push(possible(topology, world, *event)),
            }
        }
        Some(found)
    }
}

fn possible(topology: &Topology, world: &World, event: Event) -> ExploredEvent {
    let (after, _) = world.apply(topology, event);
    let told = step_text(topology, world, event, &after);
    ExploredEvent {
        event: event.name(),
        actor: told.actor,
        text: told.text,
        fault: told.fault,
    }
}

fn refused(topology: &Topology, world: &World, event: Event, reason: String) -> RefusedEvent {
    RefusedEvent {
        event: event.name(),
        text: event_text(topology, world, event),
        reason,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use rand::seq::IndexedRandom;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::scenario;

    fn exploration(path: &str) -> Exploration {
        Exploration::new(
            &scenario::load(Path::new(path))
                .expect("a scenario")
                .scenario,
        )
    }

    /// What the guards refuse with a reason is what the masks of the search do not have, within the
    /// budget; every link of the page leads on, and a name in an address needs no escape.
    #[test]
    fn what_is_possible_is_what_the_search_finds_on_random_ways() {
        let mut chance = ChaCha8Rng::seed_from_u64(1);
        for path in [
            "scenarios/lync-2013-lbw.toml",
            "scenarios/lync-2013-hbw.toml",
            "scenarios/hazards/H-01-failover-during-partition.toml",
        ] {
            let exploration = exploration(path);
            let topology = &exploration.model.system;
            for _ in 0..20 {
                let mut way = String::new();
                let mut explainer = Explainer::new(topology);
                let mut spent = exploration.model.initial().spent;
                let length = chance.random_range(1..40);
                for _ in 0..length {
                    let state = exploration.state(&way).expect("a link leads on");
                    let node = Node {
                        state: *explainer.world(),
                        spent,
                    };
                    let enabled = topology.enabled(&node.state);
                    let found = enabled
                        .iter()
                        .filter(|index| exploration.model.spend(&node, *index).is_some())
                        .map(|index| topology.events()[index].name());
                    let listed = state.possible.iter().map(|one| one.event.clone());
                    assert!(listed.eq(found), "{way}");
                    assert!(state.refused.iter().all(|one| !one.reason.is_empty()));
                    let Some(next) = state.possible.choose(&mut chance) else {
                        break;
                    };
                    let safe = |c: char| c.is_ascii_alphanumeric() || "-:._".contains(c);
                    assert!(next.event.chars().all(safe), "{}", next.event);
                    let event = Event::from_name(&next.event).expect("an event");
                    let index = topology.index_of(event).expect("of this system");
                    spent = exploration.model.spend(&node, index).expect("within");
                    explainer.step(event);
                    let comma = if way.is_empty() { "" } else { SEPARATOR };
                    way = format!("{way}{comma}{}", next.event);
                }
                assert!(exploration.page(&way).expect("a page").is_ok());
            }
        }
    }

    #[test]
    fn a_way_that_cannot_be_gone_has_no_page() {
        let exploration = exploration("scenarios/lync-2013-lbw.toml");
        assert!(exploration.page("").is_some());
        for way in ["nonsense", "crash:A,crash:A", "restart:A", ",", "crash:A,"] {
            assert!(exploration.page(way).is_none(), "{way}");
        }
        let faults = "crash:A,crash:B,crash:W,crash:S";
        assert!(exploration.page(faults).is_none(), "beyond the budget");
    }
}
