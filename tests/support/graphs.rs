//! Small graphs as systems: every state and step is written down, so that a verdict can be found
//! by brute force.

use poolproof_models::names::event::{EventSet, FaultClass};
use poolproof_models::names::property::Spent;
use poolproof_models::system::{System, Words, words_of};
use poolproof_models::transition::step::Report;

/// A step of a graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    pub from: u8,
    pub to: u8,
    /// What it costs, if it is a fault.
    pub class: Option<FaultClass>,
    /// Whether one may count on it, being free.
    pub will_happen: bool,
    /// Edges that are the same basic event.
    pub kind: u8,
}

impl Edge {
    pub const fn free(from: u8, to: u8) -> Self {
        Self {
            from,
            to,
            class: None,
            will_happen: true,
            kind: 0,
        }
    }

    pub const fn fault(from: u8, to: u8, class: FaultClass) -> Self {
        Self {
            from,
            to,
            class: Some(class),
            will_happen: false,
            kind: 0,
        }
    }
}

/// A graph that begins in state 0; an event is an edge.
#[derive(Debug, Clone)]
pub struct Graph {
    pub edges: Vec<Edge>,
    /// Bit per state: it serves.
    pub serves: u64,
    /// Bit per state: it breaks property 0.
    pub broken: u64,
}

impl System for Graph {
    type State = u8;

    fn initial(&self) -> u8 {
        0
    }

    fn event_count(&self) -> usize {
        self.edges.len()
    }

    fn event_id(&self, index: usize) -> u16 {
        index as u16
    }

    fn event_name(&self, index: usize) -> String {
        let Edge { from, to, .. } = self.edges[index];
        format!("step:{from}-{to}")
    }

    fn enabled(&self, state: &u8) -> EventSet {
        let mut set = EventSet::default();
        for (index, edge) in self.edges.iter().enumerate() {
            if edge.from == *state {
                set.insert(index);
            }
        }
        set
    }

    fn apply(&self, _: &u8, index: usize) -> (u8, Report) {
        (self.edges[index].to, Report::default())
    }

    fn words(&self, state: &u8) -> Words {
        words_of([u64::from(*state)])
    }

    fn fault_class(&self, _: &u8, index: usize) -> Option<FaultClass> {
        self.edges[index].class
    }

    fn violated(&self, state: &u8, _: Spent, _: &EventSet) -> u32 {
        (self.broken >> state & 1) as u32
    }

    fn reached(&self, _: usize, _: &u8) -> u32 {
        0
    }

    fn is_serving(&self, state: &u8) -> bool {
        self.serves >> state & 1 == 1
    }

    fn will_happen(&self, _: &u8, index: usize) -> bool {
        self.edges[index].will_happen
    }

    fn kind_of(&self, index: usize) -> usize {
        let kind = (self.edges[index].kind, self.edges[index].class);
        let same = |edge: &Edge| edge.class.is_some() && (edge.kind, edge.class) == kind;
        self.edges.iter().position(same).unwrap_or(index)
    }
}
