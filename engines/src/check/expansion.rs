//! A few states expanded: what can happen in each of them, and the states that may be new.

use poolproof_models::model::{Bounded, Node};
use poolproof_models::names::event::EventSet;
use poolproof_models::system::System;

use crate::fingerprints::{Fingerprints, FreeSlot, fingerprint, touch};

/// A state in the open list, not expanded yet.
#[derive(Clone, Copy)]
pub struct OpenEntry<T> {
    /// The state, and the faults spent on the path to it.
    pub node: Node<T>,
    /// Its number, in the order of discovery.
    pub id: u32,
}

/// What a search asks of each state, as bits.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// The listed properties.
    pub properties: u32,
    /// The goals that are not reached yet.
    pub goals: u32,
    /// Whether service returns.
    pub returns: bool,
}

/// What is known of states while those with a number of faults are expanded.
#[derive(Default)]
pub struct Known {
    /// The states that have a number.
    pub seen: Fingerprints,
    /// The states that one fault more leads to. They have no number yet: a shorter path, with that
    /// fault earlier, may still be found.
    pub next_frontier: Fingerprints,
}

impl Known {
    /// Where a state is looked up, by whether the event that leads to it is a fault.
    pub const fn table(&self, costs: bool) -> &Fingerprints {
        if costs {
            &self.next_frontier
        } else {
            &self.seen
        }
    }
}

/// A successor of a state, before it is known whether it is new.
struct Candidate<T> {
    node: Node<T>,
    fingerprint: u64,
    event: u8,
    costs: bool,
}

/// A successor that was not known when its parent was expanded.
pub struct Successor<T> {
    /// The state, and the faults spent on the path to it.
    pub node: Node<T>,
    /// Of both.
    pub fingerprint: u64,
    /// Where the fingerprint goes.
    pub free_slot: FreeSlot,
    event: u8,
    /// Whether the event was a fault.
    pub costs: bool,
}

impl<T> Successor<T> {
    /// The dense index of the event that led here.
    pub const fn event(&self) -> usize {
        self.event as usize
    }
}

/// A step that reaches goals, whether the state that it leads to is new or not.
#[derive(Debug, Clone, Copy)]
pub struct GoalStep {
    /// The wanted goals that it reaches, as bits.
    pub reached: u32,
    /// The dense index of the event.
    pub event: u8,
    /// Whether the event was a fault.
    pub costs: bool,
}

/// What was learned about a state.
pub struct Expanded {
    /// The listed properties that are broken, as bits.
    pub broken: u32,
    /// The events that happen: those that are enabled and within the budget.
    pub tried: EventSet,
    /// Those of them that are faults here.
    pub costly: EventSet,
    /// Where its candidates end; once known ones are dropped, where its successors do.
    end: usize,
    /// Where its steps to goals end.
    goals_end: usize,
    /// The fingerprint of a state that neither serves nor leads to service in one step that will
    /// happen, if [`Wanted::returns`] is asked.
    pub out_of_service: Option<u64>,
    /// Where the steps of such a state end.
    steps_end: usize,
}

/// What was learned about a state, with what belongs to it.
pub struct ExpandedState<'a, T> {
    /// The state.
    pub expanded: &'a Expanded,
    /// Those that were not known.
    pub successors: &'a [Successor<T>],
    /// Its steps to goals.
    pub goal_steps: &'a [GoalStep],
    /// Of a state that is out of service: the fingerprints that steps which will happen lead to.
    pub steps: &'a [u64],
}

/// A few states expanded. Kept and filled again, so that nothing is allocated for each state.
pub struct Expansion<T> {
    states: Vec<Expanded>,
    candidates: Vec<Candidate<T>>,
    /// Those that are not known, by their place among all, with the bucket that each goes to.
    unknown: Vec<(u32, u32)>,
    successors: Vec<Successor<T>>,
    goal_steps: Vec<GoalStep>,
    steps: Vec<u64>,
}

impl<T> Default for Expansion<T> {
    fn default() -> Self {
        Self {
            states: Vec::new(),
            candidates: Vec::new(),
            unknown: Vec::new(),
            successors: Vec::new(),
            goal_steps: Vec::new(),
            steps: Vec::new(),
        }
    }
}

impl<T: Copy> Expansion<T> {
    /// Expands states, in place of what was there before.
    pub fn fill<S: System<State = T>>(
        &mut self,
        model: &Bounded<S>,
        wanted: Wanted,
        states: &[OpenEntry<T>],
        known: &Known,
    ) {
        self.states.clear();
        self.candidates.clear();
        self.successors.clear();
        self.goal_steps.clear();
        self.steps.clear();
        for open in states {
            let expanded = self.expand(model, wanted, &open.node);
            self.states.push(expanded);
        }
        self.forget_known(known);
    }

    fn expand<S: System<State = T>>(
        &mut self,
        model: &Bounded<S>,
        wanted: Wanted,
        node: &Node<T>,
    ) -> Expanded {
        let system = &model.system;
        let Wanted {
            properties, goals, ..
        } = wanted;
        let first = self.candidates.len();
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
                let state = system.successor(&node.state, event);
                // A goal is about a step: the state that it leads to may be known.
                if goals != 0 {
                    let reached = system.reached_among(event, &state, goals);
                    if reached != 0 {
                        self.goal_steps.push(GoalStep {
                            reached,
                            event: event as u8,
                            costs,
                        });
                    }
                }
                self.candidates.push(Candidate {
                    node: Node { state, spent },
                    fingerprint: fingerprint(system.words(&state), spent.bits()),
                    event: event as u8,
                    costs,
                });
            }
        }
        let out_of_service =
            wanted.returns && !system.is_serving(&node.state) && self.steps(system, node, first);
        Expanded {
            broken,
            tried,
            costly,
            end: self.candidates.len(),
            goals_end: self.goal_steps.len(),
            out_of_service: out_of_service
                .then(|| fingerprint(system.words(&node.state), node.spent.bits())),
            steps_end: self.steps.len(),
        }
    }

    /// Lists where the steps that will happen lead to from a state whose candidates begin at
    /// `first`; false, and none, where one of them leads to service.
    fn steps<S: System<State = T>>(&mut self, system: &S, node: &Node<T>, first: usize) -> bool {
        let known = self.steps.len();
        for next in &self.candidates[first..] {
            if next.costs || !system.will_happen(&node.state, usize::from(next.event)) {
                continue;
            }
            if system.is_serving(&next.node.state) {
                self.steps.truncate(known);
                return false;
            }
            self.steps.push(next.fingerprint);
        }
        true
    }

    /// Keeps the candidates whose states are not known already: one of four.
    fn forget_known(&mut self, known: &Known) {
        let candidates = self.candidates.iter();
        touch(candidates.map(|next| known.table(next.costs).peek(next.fingerprint)));
        // Listed without a branch on what is known: it would be foreseen wrongly for most
        // successors.
        self.unknown.resize(self.candidates.len(), (0, 0));
        let mut unknown = 0;
        for (index, next) in (0..).zip(&self.candidates) {
            let (found, at) = known.table(next.costs).find(next.fingerprint);
            self.unknown[unknown] = (index, at);
            unknown += usize::from(!found);
        }
        let mut listed = self.unknown[..unknown].iter().peekable();
        for expanded in &mut self.states {
            while let Some((index, at)) = listed.next_if(|(i, _)| (*i as usize) < expanded.end) {
                let next = &self.candidates[*index as usize];
                self.successors.push(Successor {
                    node: next.node,
                    fingerprint: next.fingerprint,
                    free_slot: known.table(next.costs).free_slot(next.fingerprint, *at),
                    event: next.event,
                    costs: next.costs,
                });
            }
            expanded.end = self.successors.len();
        }
    }

    /// The states in order.
    pub fn iter(&self) -> impl Iterator<Item = ExpandedState<'_, T>> {
        let (mut from, mut goals_from, mut steps_from) = (0, 0, 0);
        self.states.iter().map(move |expanded| {
            let successors = &self.successors[from..expanded.end];
            let goal_steps = &self.goal_steps[goals_from..expanded.goals_end];
            let steps = &self.steps[steps_from..expanded.steps_end];
            from = expanded.end;
            goals_from = expanded.goals_end;
            steps_from = expanded.steps_end;
            ExpandedState {
                expanded,
                successors,
                goal_steps,
                steps,
            }
        })
    }
}
