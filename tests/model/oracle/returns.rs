//! The promise of recoverability (RC) on random scenarios: the search and a plain walk through
//! every state, which keeps each state and every step, name the same nearest state without a way
//! back.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use poolproof_engines::check::search::Limits;
use poolproof_engines::pools::search;
use poolproof_models::model::{Bounded, Node};
use poolproof_models::names::property::Property;
use poolproof_models::state::topology::Topology;
use poolproof_models::state::world::World;
use poolproof_models::system::System;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::inputs::Library;
use super::walk::model_of;

/// Scenarios with more states are left out.
const STATES_MOST: usize = 30_000;

const SCENARIOS: usize = 80;

/// Every state within the budget.
#[derive(Default)]
struct Graph {
    nodes: Vec<Node<World>>,
    /// Faults and steps of the nearest way to each state.
    nearest: Vec<(u8, u32)>,
    /// Where the steps that will happen lead to, but for faults.
    ways: Vec<Vec<usize>>,
}

impl Graph {
    /// None where there are too many states.
    fn explore(model: &Bounded<Topology>) -> Option<Self> {
        let mut graph = Self::default();
        let mut numbers = BTreeMap::new();
        let start = model.initial();
        let mut open = BinaryHeap::new();
        let mut number = |graph: &mut Self, node: Node<World>| {
            let key = (model.system.words(&node.state), node.spent.bits());
            *numbers.entry(key).or_insert_with(|| {
                graph.nodes.push(node);
                graph.nearest.push((u8::MAX, u32::MAX));
                graph.ways.push(Vec::new());
                graph.nodes.len() - 1
            })
        };
        let first = number(&mut graph, start);
        graph.nearest[first] = (0, 0);
        open.push(Reverse(((0, 0), first)));
        while let Some(Reverse((way, from))) = open.pop() {
            if way > graph.nearest[from] {
                continue;
            }
            let node = graph.nodes[from];
            let mut ways = Vec::new();
            model.for_each_successor(&node, |event, next| {
                let costs = model.system.fault_class(&node.state, event).is_some();
                let to = number(&mut graph, next);
                if !costs && model.system.will_happen(&node.state, event) {
                    ways.push(to);
                }
                let longer = (way.0 + u8::from(costs), way.1 + 1);
                if longer < graph.nearest[to] {
                    graph.nearest[to] = longer;
                    open.push(Reverse((longer, to)));
                }
            });
            graph.ways[from] = ways;
            if graph.nodes.len() > STATES_MOST {
                return None;
            }
        }
        Some(graph)
    }

    /// Faults and steps of the nearest state from which no way leads to a served user.
    fn nearest_trap(&self, topology: &Topology) -> Option<(u8, u32)> {
        let served = |node: &Node<World>| node.state.service(topology) != 0;
        let mut returns: Vec<bool> = self.nodes.iter().map(served).collect();
        loop {
            let mut changed = false;
            for state in (0..self.nodes.len()).rev() {
                if !returns[state] && self.ways[state].iter().any(|to| returns[*to]) {
                    returns[state] = true;
                    changed = true;
                }
            }
            if !changed {
                break;
            }
        }
        let traps = (0..self.nodes.len()).filter(|state| !returns[*state]);
        traps.map(|state| self.nearest[state]).min()
    }
}

#[test]
fn service_returns_where_a_plain_walk_says_so() {
    let library = Library::read();
    let mut chance = ChaCha8Rng::seed_from_u64(1);
    let (mut compared, mut violated) = (0, 0);
    while compared < SCENARIOS {
        let drawn = model_of(&library.scenario(&mut chance));
        let mut budget = drawn.budget;
        budget.total = budget.total.min(1);
        let model = Bounded::new(drawn.system.with_servers_per_class(1).finish(), budget);
        let Some(graph) = Graph::explore(&model) else {
            continue;
        };
        let mut limits = Limits {
            states: u64::MAX,
            bytes: u64::MAX,
            on_progress: &mut |_| true,
        };
        let outcome = search(&model, Property::ServiceReturns.bit(), &mut limits);
        assert_eq!(outcome.progress.states, graph.nodes.len() as u64);
        let found = outcome.trap.map(|trap| (trap.faults, trap.depth));
        let expected = graph.nearest_trap(&model.system);
        assert_eq!(found, expected, "scenario {compared}: {:?}", model.system);
        compared += 1;
        violated += usize::from(found.is_some());
    }
    println!("{violated} of {compared} scenarios have a trap");
    assert!(violated >= 10 && compared - violated >= 10);
}
