//! The search: every state within a budget of faults, in the order of faults spent, then steps.
//!
//! Stateright's own searches do not order by faults, report no event counts and call a search that
//! hit a limit done; this loop runs over the same bounded model and is compared with them in tests.

use poolproof_models::event::EventSet;
use poolproof_models::model::{Bounded, Node};
use poolproof_models::system::System;

use super::fingerprints::{Fingerprints, fingerprint};

/// How far a search may go, and who is told.
pub struct Limits<'a> {
    /// The most distinct states; reaching it makes every open verdict undecided.
    pub states: u64,
    /// The most bytes of the search's own tables; `u64::MAX` for no limit. Asked as often as the
    /// caller, and before a table grows.
    pub bytes: u64,
    /// Called every few thousand expansions with the progress; false ends the search.
    pub on_progress: &'a mut dyn FnMut(&Progress) -> bool,
}

/// How far a search has come.
#[derive(Debug, Clone, Copy, Default)]
pub struct Progress {
    /// Distinct states found.
    pub states: u64,
    /// Successors generated.
    pub transitions: u64,
    /// Faults spent on the way to the state that is being expanded.
    pub faults: u8,
}

/// Why a search ended before the end of the space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CutOff {
    /// The limit of states was reached.
    States,
    /// The tables would have grown above the limit of bytes.
    Memory,
    /// The caller ended it.
    Interrupted,
}

/// A place in the search: number of the state, and its distance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Faults spent.
    pub faults: u8,
    /// Steps from the start.
    pub depth: u32,
    /// The number of the state, in the order of discovery.
    pub id: u32,
}

/// What a search found.
pub struct Outcome {
    /// Distinct states, transitions.
    pub progress: Progress,
    /// The longest shortest path, in steps.
    pub depth: u32,
    /// Whether states were not expanded because they break every listed property.
    pub pruned: bool,
    /// Why it ended early; `None` when it is complete.
    pub cut_off: Option<CutOff>,
    /// Per property (bit number): the first state that breaks it, by faults, then steps.
    pub violations: Vec<Option<Found>>,
    /// Per goal (bit number): the first state that reaches it.
    pub goals: Vec<Option<Found>>,
    /// How often each event happened.
    pub fired: Vec<u64>,
    /// How often each event happened as a fault; some events are faults in some states only.
    pub fired_as_fault: Vec<u64>,
    parents: Vec<u32>,
    causes: Vec<u8>,
}

impl Outcome {
    /// The events that lead from the start to a found state.
    #[must_use]
    pub fn path(&self, found: Found) -> Vec<usize> {
        let mut path = Vec::new();
        let mut at = found.id as usize;
        while at != 0 {
            path.push(usize::from(self.causes[at]));
            at = self.parents[at] as usize;
        }
        path.reverse();
        path
    }
}

/// A state that waits for its expansion.
#[derive(Clone, Copy)]
struct Waiting<T> {
    node: Node<T>,
    id: u32,
}

/// The bytes of a list while `new` entries are added: it doubles when it is full.
pub(super) fn bytes_soon<T>(list: &Vec<T>, new: usize) -> u64 {
    let grown = if list.len() + new > list.capacity() {
        3
    } else {
        1
    };
    (list.capacity() * grown * size_of::<T>()) as u64
}

/// How often the caller is asked whether to go on.
const EXPANSIONS_PER_REPORT: u64 = 1 << 13;

/// Searches the space of `model` for the properties and goals in the masks.
///
/// A state that breaks every property of the mask is not expanded: nothing new can be learned
/// behind it.
pub fn search<S: System>(model: &Bounded<S>, properties: u32, limits: &mut Limits<'_>) -> Outcome {
    let mut run = Run {
        model,
        properties,
        seen: Fingerprints::new(),
        expansions: 0,
        outcome: Outcome {
            progress: Progress::default(),
            depth: 0,
            pruned: false,
            cut_off: None,
            violations: vec![None; 32],
            goals: vec![None; 32],
            fired: vec![0; model.system.event_count()],
            fired_as_fault: vec![0; model.system.event_count()],
            parents: Vec::new(),
            causes: Vec::new(),
        },
    };
    run.all(limits);
    run.outcome
}

struct Run<'m, S: System> {
    model: &'m Bounded<S>,
    properties: u32,
    seen: Fingerprints,
    expansions: u64,
    outcome: Outcome,
}

impl<S: System> Run<'_, S> {
    fn all(&mut self, limits: &mut Limits<'_>) {
        let start = self.model.initial();
        let id = self.discover(&start, 0, 0).unwrap_or(0);
        // By faults spent; within, by depth. A fault leads to the next layer.
        let mut layer = vec![vec![Waiting { node: start, id }]];
        let mut faults = 0;
        while layer.iter().any(|nodes| !nodes.is_empty()) {
            let mut next_layer: Vec<Vec<Waiting<S::State>>> = Vec::new();
            let mut depth = 0;
            while depth < layer.len() {
                let here = std::mem::take(&mut layer[depth]);
                if layer.len() == depth + 1 && !here.is_empty() {
                    layer.push(Vec::new());
                }
                let room = here.capacity();
                for waiting in here {
                    self.expand(waiting, faults, depth, &mut layer, &mut next_layer);
                    if self.should_stop(limits, faults, room, &[&layer, &next_layer]) {
                        return;
                    }
                }
                depth += 1;
            }
            layer = next_layer;
            faults += 1;
        }
    }

    fn should_stop(
        &mut self,
        limits: &mut Limits<'_>,
        faults: u8,
        room: usize,
        layers: &[&Vec<Vec<Waiting<S::State>>>; 2],
    ) -> bool {
        self.outcome.progress.states = self.seen.len() as u64;
        self.outcome.progress.faults = faults;
        if self.outcome.progress.states >= limits.states {
            self.outcome.cut_off = Some(CutOff::States);
        }
        self.expansions += 1;
        if self.expansions.is_multiple_of(EXPANSIONS_PER_REPORT) {
            if self.bytes_soon(room, layers) > limits.bytes {
                self.outcome.cut_off = Some(CutOff::Memory);
            }
            if !(limits.on_progress)(&self.outcome.progress) {
                self.outcome.cut_off = Some(CutOff::Interrupted);
            }
        }
        self.outcome.cut_off.is_some()
    }

    /// The bytes that the tables hold at most until the next report: a table that may have to grow
    /// by then exists twice while it does. `room` is that of the list being expanded.
    fn bytes_soon(&self, room: usize, layers: &[&Vec<Vec<Waiting<S::State>>>; 2]) -> u64 {
        // Most successors are known already: a few new ones per expansion.
        let new = 8 * EXPANSIONS_PER_REPORT as usize;
        let waiting = layers.iter().copied().flatten().map(Vec::capacity);
        let waiting = room + waiting.sum::<usize>();
        self.seen.bytes_soon(new)
            + bytes_soon(&self.outcome.parents, new)
            + bytes_soon(&self.outcome.causes, new)
            + (waiting * size_of::<Waiting<S::State>>()) as u64
    }

    /// Numbers a node if it is new.
    fn discover(&mut self, node: &Node<S::State>, parent: u32, cause: usize) -> Option<u32> {
        let words = self.model.system.words(&node.state);
        self.seen
            .insert(fingerprint(words, node.spent.bits()))
            .then(|| {
                self.outcome.parents.push(parent);
                self.outcome.causes.push(cause as u8);
                (self.outcome.parents.len() - 1) as u32
            })
    }

    fn expand(
        &mut self,
        waiting: Waiting<S::State>,
        faults: u8,
        depth: usize,
        layer: &mut [Vec<Waiting<S::State>>],
        next_layer: &mut Vec<Vec<Waiting<S::State>>>,
    ) {
        let Waiting { node, id } = waiting;
        self.outcome.depth = self.outcome.depth.max(depth as u32);
        let found = Found {
            faults,
            depth: depth as u32,
            id,
        };
        let model = self.model;
        let enabled: EventSet = model.system.enabled(&node.state);
        let broken = model.system.violated(&node.state, node.spent, &enabled) & self.properties;
        if broken != 0 {
            for (property, slot) in self.outcome.violations.iter_mut().enumerate() {
                if broken >> property & 1 == 1 && slot.is_none() {
                    *slot = Some(found);
                }
            }
            if broken == self.properties {
                self.outcome.pruned = true;
                return;
            }
        }
        let costly = model.system.faults(&node.state);
        let affordable = if node.spent.total() < model.budget.total {
            enabled
        } else {
            enabled.minus(&costly)
        };
        for event in affordable.iter() {
            let spent = if costly.contains(event) {
                let Some(spent) = model.spend(&node, event) else {
                    continue;
                };
                spent
            } else {
                node.spent
            };
            let state = model.system.after(&node.state, event);
            self.outcome.progress.transitions += 1;
            self.outcome.fired[event] += 1;
            let costs = spent.total() > node.spent.total();
            self.outcome.fired_as_fault[event] += u64::from(costs);
            let next = Node {
                state: model.system.canonical(state),
                spent,
            };
            let Some(id) = self.discover(&next, id, event) else {
                continue;
            };
            let there = Found {
                faults: faults + u8::from(costs),
                depth: depth as u32 + 1,
                id,
            };
            self.note_goals(event, &next.state, there);
            let target = if costs {
                if next_layer.len() <= depth + 1 {
                    next_layer.resize_with(depth + 2, Vec::new);
                }
                &mut next_layer[depth + 1]
            } else {
                &mut layer[depth + 1]
            };
            target.push(Waiting { node: next, id });
        }
    }

    /// A goal counts where the state that reaches it is new: an event that is the goal itself
    /// always leads to a state that is new at its first occurrence or was reached by it before.
    fn note_goals(&mut self, event: usize, after: &S::State, there: Found) {
        let reached = self.model.system.reached(event, after);
        if reached == 0 {
            return;
        }
        for (goal, slot) in self.outcome.goals.iter_mut().enumerate() {
            let sooner =
                slot.is_none_or(|known| (there.faults, there.depth) < (known.faults, known.depth));
            if reached >> goal & 1 == 1 && sooner {
                *slot = Some(there);
            }
        }
    }
}
