//! A layer: states that lead to each other without one fault more.
//!
//! The faults spent never grow within a layer, so it can be searched, judged and forgotten as a
//! whole. Other than the search, a layer keeps its states: it is exact, and one that leads back can
//! be asked for.

use hashbrown::HashTable;
use poolproof_models::names::event::EventSet;
use poolproof_models::system::System;

use crate::fingerprints::fingerprint;

/// A set of states, numbered in the order in which they were added, and how far it is expanded.
pub struct Layer<'s, S: System> {
    system: &'s S,
    states: Vec<S::State>,
    /// What can happen in the states that are expanded.
    enabled: Vec<EventSet>,
    /// Numbers of states, found by the state's fingerprint.
    table: HashTable<u32>,
}

/// A step of a state that was expanded.
pub enum Step {
    /// It costs nothing and leads to the state with this number; `new` if nothing did before.
    Free {
        /// Dense index of the event.
        event: usize,
        /// Number of the state it leads to.
        to: u32,
        /// Whether the state is new.
        new: bool,
    },
    /// A fault; what it leads to belongs to another layer.
    Fault {
        /// Dense index of the event.
        event: usize,
    },
}

impl<'s, S: System> Layer<'s, S> {
    /// The state, what can happen in it, and its place in the table, which is at most 7/8 full and
    /// at least half of that.
    pub const BYTES_PER_STATE: u64 =
        (size_of::<S::State>() + size_of::<EventSet>() + 3 * size_of::<u32>()) as u64;

    /// An empty layer.
    pub fn new(system: &'s S) -> Self {
        Self {
            system,
            states: Vec::new(),
            enabled: Vec::new(),
            table: HashTable::new(),
        }
    }

    /// The number of a canonical state, and whether it is new.
    pub fn add(&mut self, state: S::State) -> (u32, bool) {
        let hash = |state: &S::State| fingerprint(self.system.words(state), 0);
        let own = hash(&state);
        let states = &self.states;
        if let Some(known) = self.table.find(own, |id| states[*id as usize] == state) {
            return (*known, false);
        }
        let id = states.len() as u32;
        self.table
            .insert_unique(own, id, |id| hash(&states[*id as usize]));
        self.states.push(state);
        (id, true)
    }

    /// Expands the first state that is not expanded yet and tells its number with each step;
    /// returns the number, or `None` when all are expanded.
    pub fn expand(&mut self, mut on_step: impl FnMut(&Self, u32, Step)) -> Option<u32> {
        let id = self.enabled.len();
        let state = *self.states.get(id)?;
        let id = id as u32;
        let enabled = self.system.enabled(&state);
        self.enabled.push(enabled);
        let faults = self.system.faults(&state);
        for event in enabled.iter() {
            if faults.contains(event) {
                on_step(self, id, Step::Fault { event });
                continue;
            }
            let (to, new) = self.add(self.after(&state, event));
            on_step(self, id, Step::Free { event, to, new });
        }
        Some(id)
    }

    /// The canonical state to which an event leads.
    pub fn after(&self, state: &S::State, event: usize) -> S::State {
        self.system.successor(state, event)
    }

    /// A state by its number.
    pub fn state(&self, id: u32) -> &S::State {
        &self.states[id as usize]
    }

    /// What can happen in a state that is expanded.
    pub fn enabled(&self, id: u32) -> &EventSet {
        &self.enabled[id as usize]
    }

    /// Number of states.
    pub const fn len(&self) -> usize {
        self.states.len()
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.states.is_empty()
    }

    /// Number of states that are expanded: those with the lowest numbers.
    pub const fn expanded(&self) -> usize {
        self.enabled.len()
    }

    /// The states, and what can happen in each, of a layer that is expanded.
    pub fn into_parts(self) -> (Vec<S::State>, Vec<EventSet>) {
        (self.states, self.enabled)
    }
}
