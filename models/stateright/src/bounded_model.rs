//! A system under a budget of faults, as Stateright checks it.

use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

use poolproof_models::model::{Bounded, Node};
use poolproof_models::names::property::Property;
use poolproof_models::system::System;
use stateright::Model;

use crate::limits::Limits;
use crate::properties::{Breaks, always};

/// The name of the property that keeps a search going after every other one is decided.
const WHOLE_SPACE: &str = "the end of the space";

/// A system under a budget, with the properties that Stateright is asked for.
///
/// States are those of our own search: canonical, with the faults spent on the way to them.
#[derive(Debug)]
pub struct BoundedModel<S> {
    bounded: Bounded<S>,
    properties: Vec<Property>,
    whole_space: bool,
    /// The properties for which Stateright has a counterexample, as bits. A breadth-first search
    /// meets the shortest first but keeps the last, so nothing is reported twice.
    reported: AtomicU32,
    limits: Arc<Limits>,
}

/// A state, with the properties that it breaks as soon as one of them is asked for.
#[derive(Debug, Clone)]
pub struct Judged<T> {
    node: Node<T>,
    broken: OnceLock<u32>,
}

impl<T> Judged<T> {
    /// The state and the faults spent on the way to it.
    #[must_use]
    pub const fn node(&self) -> &Node<T> {
        &self.node
    }
}

impl<T> From<Node<T>> for Judged<T> {
    fn from(node: Node<T>) -> Self {
        Self {
            node,
            broken: OnceLock::new(),
        }
    }
}

impl<T: PartialEq> PartialEq for Judged<T> {
    fn eq(&self, other: &Self) -> bool {
        self.node == other.node
    }
}

impl<T: Hash> Hash for Judged<T> {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.node.hash(hasher);
    }
}

impl<S: System> BoundedModel<S> {
    /// A bounded system with the properties to check, but for `ServiceReturns`: no state breaks it
    /// by itself, and Stateright's `eventually` decides nothing on spaces with cycles.
    #[must_use]
    pub fn new(bounded: Bounded<S>, properties: &[Property]) -> Self {
        let by_states = |property: &&Property| **property != Property::ServiceReturns;
        Self {
            bounded,
            properties: properties.iter().filter(by_states).copied().collect(),
            whole_space: false,
            reported: AtomicU32::new(0),
            limits: Arc::new(Limits::of(u64::MAX)),
        }
    }

    /// The same, searched to the end of the space even when every property is broken, so that the
    /// numbers of states and transitions are those of the whole space.
    #[must_use]
    pub const fn over_the_whole_space(mut self) -> Self {
        self.whole_space = true;
        self
    }

    /// The same, with at most so many states expanded.
    pub(crate) fn limited_to(mut self, states: u64) -> (Self, Arc<Limits>) {
        self.limits = Arc::new(Limits::of(states));
        let limits = Arc::clone(&self.limits);
        (self, limits)
    }

    /// The system under its budget.
    #[must_use]
    pub const fn bounded(&self) -> &Bounded<S> {
        &self.bounded
    }

    /// The properties that Stateright is asked for.
    #[must_use]
    pub fn listed(&self) -> &[Property] {
        &self.properties
    }
}

impl<S: System + Send + 'static> Breaks for BoundedModel<S>
where
    S::State: 'static,
{
    fn broken(&self, state: &Judged<S::State>) -> u32 {
        *state.broken.get_or_init(|| {
            let node = &state.node;
            let enabled = self.bounded.system.enabled(&node.state);
            let broken = self
                .bounded
                .system
                .violated(&node.state, node.spent, &enabled);
            broken & !self.reported.fetch_or(broken, Ordering::Relaxed)
        })
    }
}

impl<S: System + Send + 'static> Model for BoundedModel<S>
where
    S::State: 'static,
{
    type State = Judged<S::State>;
    type Action = usize;

    fn init_states(&self) -> Vec<Self::State> {
        vec![self.bounded.initial().into()]
    }

    fn actions(&self, state: &Self::State, actions: &mut Vec<usize>) {
        if !self.limits.expand() {
            return;
        }
        let node = &state.node;
        let possible = self.bounded.system.enabled(&node.state);
        let affordable = |event: &usize| self.bounded.spend(node, *event).is_some();
        actions.extend(possible.iter().filter(affordable));
    }

    fn next_state(&self, state: &Self::State, event: usize) -> Option<Self::State> {
        let node = &state.node;
        let spent = self.bounded.spend(node, event)?;
        let (next, _) = self.bounded.system.apply(&node.state, event);
        let state = self.bounded.system.canonical(next);
        Some(Node { state, spent }.into())
    }

    fn properties(&self) -> Vec<stateright::Property<Self>> {
        let mut properties: Vec<_> = self.properties.iter().copied().map(always).collect();
        if self.whole_space {
            properties.push(stateright::Property::sometimes(WHOLE_SPACE, |_, _| false));
        }
        properties
    }

    fn format_action(&self, event: &usize) -> String {
        self.bounded.system.event_name(*event)
    }
}
