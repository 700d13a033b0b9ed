//! The model for Stateright's Explorer: states and actions in the handbook's words, every listed
//! property by its name, and servers that keep their names.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use stateright::{Expectation, Model};

use crate::model::{Bounded, Node};
use crate::names::property::Property;
use crate::names::runbook::Role;
use crate::narrator::Narrator;
use crate::state::topology::Topology;
use crate::state::world::World;
use crate::story::operation_text;
use crate::system::System;

/// A bounded model to walk through by hand. Unlike the checked one it does not rename
/// interchangeable servers, so a path reads as one story.
#[derive(Debug, Clone)]
pub struct Explored {
    bounded: Arc<Bounded<Topology>>,
    properties: Vec<Property>,
}

/// A state that can tell what it is.
#[derive(Clone)]
pub struct Scene {
    bounded: Arc<Bounded<Topology>>,
    node: Node<World>,
}

/// An event that can happen in a state.
#[derive(Clone, PartialEq)]
pub struct Choice {
    index: usize,
    from: World,
}

impl Explored {
    /// Shows a bounded model with the listed properties, but for RC, which no state breaks by
    /// itself.
    #[must_use]
    pub fn new(bounded: Bounded<Topology>, mut properties: Vec<Property>) -> Self {
        properties.retain(|property| *property != Property::ServiceReturns);
        Self {
            bounded: Arc::new(bounded),
            properties,
        }
    }

    fn scene(&self, node: Node<World>) -> Scene {
        Scene {
            bounded: Arc::clone(&self.bounded),
            node,
        }
    }

    fn topology(&self) -> &Topology {
        &self.bounded.system
    }
}

impl PartialEq for Scene {
    fn eq(&self, other: &Self) -> bool {
        self.node == other.node
    }
}

impl Hash for Scene {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.node.hash(hasher);
    }
}

impl fmt::Debug for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.index)
    }
}

impl fmt::Debug for Scene {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (topology, world) = (&self.bounded.system, &self.node.state);
        let narrator = Narrator::at(topology, *world);
        let enabled = world.enabled(topology);
        let broken = world.violated_with(topology, self.node.spent, &enabled);
        for property in Property::ALL.into_iter().filter(|p| broken & p.bit() != 0) {
            writeln!(f, "BROKEN: {}, {}", property.name(), property.title())?;
        }
        let (spent, budget) = (self.node.spent.total(), self.bounded.budget.total);
        writeln!(f, "faults: {spent} of {budget}")?;
        writeln!(f, "{}", world.service_text(topology))?;
        let mut site = None;
        for holder in narrator.holders() {
            if site != Some(holder.site) {
                let name = holder
                    .site
                    .map_or("a third place", crate::names::site::Site::name);
                writeln!(f, "in {name}:")?;
                site = Some(holder.site);
            }
            let down = if holder.up { "" } else { ", DOWN" };
            write!(f, "  {}: {}{down}", holder.name, holder.role)?;
            let content = world.content_text(holder.name);
            writeln!(f, "{}{content}", if content.is_empty() { "" } else { ", " })?;
        }
        for link in narrator.links() {
            let state = match (link.cut, link.believed) {
                (true, true) => "CUT, and nobody has noticed",
                (true, false) => "CUT",
                (false, true) => continue,
                (false, false) => "silent",
            };
            writeln!(f, "link {}: {state}", link.name)?;
        }
        for role in Role::ALL {
            if let Some(step) = world.current_step(topology, role) {
                let (number, text) = (world.progress(role), operation_text(step.operation));
                writeln!(f, "{} at step {number}: {text}", role.name())?;
            }
        }
        Ok(())
    }
}

/// Whether a property holds, for one number each: Stateright takes plain functions.
fn holds<const PROPERTY: usize>(_: &Explored, scene: &Scene) -> bool {
    let (topology, node) = (&scene.bounded.system, &scene.node);
    let enabled = node.state.enabled(topology);
    let broken = node.state.violated_with(topology, node.spent, &enabled);
    broken >> PROPERTY & 1 == 0
}

/// By the number of the property.
const HOLDS: [fn(&Explored, &Scene) -> bool; Property::ALL.len()] = [
    holds::<0>,
    holds::<1>,
    holds::<2>,
    holds::<3>,
    holds::<4>,
    holds::<5>,
    holds::<6>,
    holds::<7>,
    holds::<8>,
    holds::<9>,
    holds::<10>,
    holds::<11>,
    holds::<12>,
    holds::<13>,
    holds::<14>,
    holds::<15>,
    holds::<16>,
];

impl Model for Explored {
    type State = Scene;
    type Action = Choice;

    fn init_states(&self) -> Vec<Scene> {
        let node = Node {
            state: self.topology().initial(),
            spent: crate::names::property::Spent::default(),
        };
        vec![self.scene(node)]
    }

    fn actions(&self, scene: &Scene, actions: &mut Vec<Choice>) {
        let from = scene.node.state;
        let possible = from.enabled(self.topology());
        let affordable = possible
            .iter()
            .filter(|index| self.bounded.spend(&scene.node, *index).is_some());
        actions.extend(affordable.map(|index| Choice { index, from }));
    }

    fn next_state(&self, scene: &Scene, choice: Choice) -> Option<Scene> {
        let spent = self.bounded.spend(&scene.node, choice.index)?;
        let (state, _) = System::apply(self.topology(), &scene.node.state, choice.index);
        Some(self.scene(Node { state, spent }))
    }

    fn format_action(&self, choice: &Choice) -> String {
        let topology = self.topology();
        let event = topology.events()[choice.index];
        let (after, _) = choice.from.apply(topology, event);
        let told = choice.from.tell(topology, event, &after);
        let fault = if told.fault { "FAULT: " } else { "" };
        format!("{fault}{} ({})", told.text, told.actor)
    }

    fn format_step(&self, scene: &Scene, choice: Choice) -> Option<String> {
        let topology = self.topology();
        let event = topology.events()[choice.index];
        let (after, _) = scene.node.state.apply(topology, event);
        let told = scene.node.state.tell(topology, event, &after);
        Some(told.changes.join("\n"))
    }

    fn properties(&self) -> Vec<stateright::Property<Self>> {
        self.properties
            .iter()
            .map(|property| stateright::Property {
                expectation: Expectation::Always,
                name: property.name(),
                condition: HOLDS[*property as usize],
            })
            .collect()
    }
}
