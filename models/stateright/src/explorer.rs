//! The model for Stateright's Explorer: every listed property by its name, servers that keep their
//! names, and states and events in words that the caller supplies.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::net::SocketAddr;
use std::sync::Arc;

use poolproof_models::model::{Bounded, Node};
use poolproof_models::names::event::Event;
use poolproof_models::names::property::{Property, Spent};
use poolproof_models::state::topology::Topology;
use poolproof_models::state::world::World;
use poolproof_models::system::System;
use stateright::Model;

use crate::properties::{Breaks, always};

/// Words for what the Explorer shows.
pub trait Wording: Send + Sync + 'static {
    /// A state, one fact a line; `broken` are the properties that it breaks, as bits.
    fn state(&self, bounded: &Bounded<Topology>, node: &Node<World>, broken: u32) -> String;

    /// An event that can happen in a world, as the label of a link.
    fn event(&self, topology: &Topology, world: &World, event: Event) -> String;

    /// What changes from one world to the next, one change a line.
    fn changes(&self, topology: &Topology, before: &World, after: &World) -> String;
}

/// A bounded model to walk through by hand. Unlike [`crate::BoundedModel`] it does not rename
/// interchangeable servers, so each keeps its name on the whole path.
#[derive(Clone)]
pub struct ExplorerModel {
    shown: Arc<Shown>,
    properties: Vec<Property>,
}

/// What every state has to know to describe itself.
struct Shown {
    bounded: Bounded<Topology>,
    wording: Box<dyn Wording>,
}

impl Shown {
    fn broken(&self, node: &Node<World>) -> u32 {
        let enabled = node.state.enabled(&self.bounded.system);
        node.state
            .violated_with(&self.bounded.system, node.spent, &enabled)
    }
}

/// A state that can describe itself.
#[derive(Clone)]
pub struct Scene {
    shown: Arc<Shown>,
    node: Node<World>,
}

/// An event that can happen in a state.
#[derive(Clone, PartialEq)]
pub struct Choice {
    index: usize,
    from: World,
}

impl ExplorerModel {
    /// Shows a bounded model with the listed properties, but for `ServiceReturns`: no state breaks
    /// it by itself.
    #[must_use]
    pub fn new(
        bounded: Bounded<Topology>,
        mut properties: Vec<Property>,
        wording: impl Wording,
    ) -> Self {
        properties.retain(|property| *property != Property::ServiceReturns);
        let wording = Box::new(wording);
        Self {
            shown: Arc::new(Shown { bounded, wording }),
            properties,
        }
    }

    fn scene(&self, node: Node<World>) -> Scene {
        Scene {
            shown: Arc::clone(&self.shown),
            node,
        }
    }

    fn topology(&self) -> &Topology {
        &self.shown.bounded.system
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
        let Shown { bounded, wording } = &*self.shown;
        let broken = self.shown.broken(&self.node);
        f.write_str(&wording.state(bounded, &self.node, broken))
    }
}

impl Breaks for ExplorerModel {
    fn broken(&self, scene: &Scene) -> u32 {
        self.shown.broken(&scene.node)
    }
}

impl Model for ExplorerModel {
    type State = Scene;
    type Action = Choice;

    fn init_states(&self) -> Vec<Scene> {
        let node = Node {
            state: self.topology().initial(),
            spent: Spent::default(),
        };
        vec![self.scene(node)]
    }

    fn actions(&self, scene: &Scene, actions: &mut Vec<Choice>) {
        let from = scene.node.state;
        let bounded = &self.shown.bounded;
        let possible = from.enabled(self.topology());
        let affordable = possible
            .iter()
            .filter(|index| bounded.spend(&scene.node, *index).is_some());
        actions.extend(affordable.map(|index| Choice { index, from }));
    }

    fn next_state(&self, scene: &Scene, choice: Choice) -> Option<Scene> {
        let spent = self.shown.bounded.spend(&scene.node, choice.index)?;
        let (state, _) = System::apply(self.topology(), &scene.node.state, choice.index);
        Some(self.scene(Node { state, spent }))
    }

    fn format_action(&self, choice: &Choice) -> String {
        let topology = self.topology();
        let event = topology.events()[choice.index];
        self.shown.wording.event(topology, &choice.from, event)
    }

    fn format_step(&self, scene: &Scene, choice: Choice) -> Option<String> {
        let topology = self.topology();
        let before = &scene.node.state;
        let (after, _) = before.apply(topology, topology.events()[choice.index]);
        Some(self.shown.wording.changes(topology, before, &after))
    }

    fn properties(&self) -> Vec<stateright::Property<Self>> {
        self.properties.iter().copied().map(always).collect()
    }
}

/// Serves Stateright's Explorer at an address, until the program ends.
pub fn serve(model: ExplorerModel, address: SocketAddr) {
    model.checker().serve(address);
}
