//! A few states expanded: what can happen in each of them, and the states that may be new.

use poolproof_models::event::EventSet;
use poolproof_models::model::{Bounded, Node};
use poolproof_models::system::System;

use super::fingerprints::{Fingerprints, Vacancy, fingerprint};

/// A state that waits for its expansion.
#[derive(Clone, Copy)]
pub struct Waiting<T> {
    /// The state, and the faults spent on the way to it.
    pub node: Node<T>,
    /// Its number, in the order of discovery.
    pub id: u32,
}

/// What is known of states while those with a number of faults are expanded.
#[derive(Default)]
pub struct Known {
    /// The states that have a number.
    pub seen: Fingerprints,
    /// The states that one fault more leads to. They have no number yet: a shorter way, with that
    /// fault earlier, may still be found.
    pub ahead: Fingerprints,
}

impl Known {
    /// Where a state is looked up, by whether the event that leads to it is a fault.
    pub const fn table(&self, costs: bool) -> &Fingerprints {
        if costs { &self.ahead } else { &self.seen }
    }
}

/// A successor of a state, before it is known whether it is new.
struct Successor<T> {
    node: Node<T>,
    fingerprint: u64,
    event: u8,
    costs: bool,
}

/// A successor that was not known when its parent was expanded.
pub struct Arrival<T> {
    /// The state, and the faults spent on the way to it.
    pub node: Node<T>,
    /// Of both.
    pub fingerprint: u64,
    /// The goals that are reached here, as bits.
    pub reached: u32,
    /// Where the fingerprint goes.
    pub vacancy: Vacancy,
    event: u8,
    /// Whether the event was a fault.
    pub costs: bool,
}

impl<T> Arrival<T> {
    /// The dense index of the event that led here.
    pub const fn event(&self) -> usize {
        self.event as usize
    }
}

/// What was learned about a state.
pub struct Expanded {
    /// The listed properties that are broken, as bits.
    pub broken: u32,
    /// The events that happen: those that are enabled and within the budget.
    pub tried: EventSet,
    /// Those of them that are faults here.
    pub costly: EventSet,
    /// Where its successors end; once known ones are dropped, where its arrivals do.
    end: usize,
}

/// A few states expanded. Kept and filled again, so that nothing is allocated for each state.
pub struct Expansion<T> {
    states: Vec<Expanded>,
    successors: Vec<Successor<T>>,
    arrivals: Vec<Arrival<T>>,
}

impl<T> Default for Expansion<T> {
    fn default() -> Self {
        Self {
            states: Vec::new(),
            successors: Vec::new(),
            arrivals: Vec::new(),
        }
    }
}

impl<T: Copy> Expansion<T> {
    /// Expands states, in place of what was there before.
    pub fn fill<S: System<State = T>>(
        &mut self,
        model: &Bounded<S>,
        properties: u32,
        states: &[Waiting<T>],
        known: &Known,
    ) {
        self.states.clear();
        self.successors.clear();
        self.arrivals.clear();
        for waiting in states {
            let expanded = self.expand(model, properties, &waiting.node);
            self.states.push(expanded);
        }
        self.forget_known(model, known);
    }

    fn expand<S: System<State = T>>(
        &mut self,
        model: &Bounded<S>,
        properties: u32,
        node: &Node<T>,
    ) -> Expanded {
        let system = &model.system;
        let more_faults = node.spent.total() < model.budget.total;
        let enabled = if more_faults {
            system.enabled(&node.state)
        } else {
            system.enabled_without_faults(&node.state)
        };
        let broken = system.violated(&node.state, node.spent, &enabled) & properties;
        let (mut tried, mut costly) = (EventSet::default(), EventSet::default());
        if broken == 0 || broken != properties {
            tried = enabled;
            if more_faults {
                let faults = system.faults(&node.state);
                let affordable = |event: &usize| model.spend(node, *event).is_some();
                for event in enabled.and(&faults).iter().filter(affordable) {
                    costly.insert(event);
                }
                tried = enabled.minus(&faults).or(&costly);
            }
            for event in tried.iter() {
                let costs = costly.contains(event);
                let spent = if costs {
                    model.spend(node, event).unwrap_or(node.spent)
                } else {
                    node.spent
                };
                let state = system.canonical(system.after(&node.state, event));
                self.successors.push(Successor {
                    node: Node { state, spent },
                    fingerprint: fingerprint(system.words(&state), spent.bits()),
                    event: event as u8,
                    costs,
                });
            }
        }
        Expanded {
            broken,
            tried,
            costly,
            end: self.successors.len(),
        }
    }

    /// Keeps the successors whose states are not known already: one of four.
    fn forget_known<S: System<State = T>>(&mut self, model: &Bounded<S>, known: &Known) {
        for costs in [false, true] {
            let those = self.successors.iter().filter(|next| next.costs == costs);
            known.table(costs).touch(those.map(|next| next.fingerprint));
        }
        let mut from = 0;
        for expanded in &mut self.states {
            for next in &self.successors[from..expanded.end] {
                let Some(vacancy) = known.table(next.costs).vacancy(next.fingerprint) else {
                    continue;
                };
                let event = usize::from(next.event);
                self.arrivals.push(Arrival {
                    node: next.node,
                    fingerprint: next.fingerprint,
                    reached: model.system.reached(event, &next.node.state),
                    vacancy,
                    event: next.event,
                    costs: next.costs,
                });
            }
            from = expanded.end;
            expanded.end = self.arrivals.len();
        }
    }

    /// The states in order, each with its arrivals.
    pub fn iter(&self) -> impl Iterator<Item = (&Expanded, &[Arrival<T>])> {
        let mut from = 0;
        self.states.iter().map(move |expanded| {
            let arrivals = &self.arrivals[from..expanded.end];
            from = expanded.end;
            (expanded, arrivals)
        })
    }
}
