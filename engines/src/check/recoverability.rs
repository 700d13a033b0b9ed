//! Recoverability: from every reachable state service returns, without one fault more.
//!
//! Under strong fairness (what can happen again and again, happens) service returns from every
//! state if and only if from every state there is a path to it. The path may cost no fault, and a
//! repair is free, but for that of a disaster: so the states with as many faults spent are judged
//! together, backwards from those that serve.

use hashbrown::HashTable;
use poolproof_models::system::System;

use crate::check::layer::Layer;
use crate::check::returns::Returns;
use crate::check::search::{FoundState, bytes_soon};

/// The states with as many faults spent that neither serve nor lead to service in one step, each
/// with the steps that will happen. Those are few.
#[derive(Default)]
pub struct OutOfService {
    states: Vec<FoundState>,
    /// Of each state.
    fingerprints: Vec<u64>,
    /// Where the steps of each state end.
    ends: Vec<u32>,
    /// The fingerprints of the states that the steps lead to.
    steps: Vec<u64>,
}

impl OutOfService {
    /// Adds a state, which was not added before. The nearest come first.
    pub fn add(&mut self, state: FoundState, fingerprint: u64, steps: &[u64]) {
        self.states.push(state);
        self.fingerprints.push(fingerprint);
        self.steps.extend(steps);
        self.ends.push(self.steps.len() as u32);
    }

    /// The nearest state from which service cannot return. Every state with as many faults spent
    /// has been expanded: one that is not in the list serves, or leads to service in one step.
    pub fn nearest_trap(&self) -> Option<FoundState> {
        let mut numbers = HashTable::with_capacity(self.states.len());
        let mut returns = Returns::default();
        for (number, fingerprint) in (0_u32..).zip(&self.fingerprints) {
            numbers.insert_unique(*fingerprint, number, |n| self.fingerprints[*n as usize]);
            returns.add(false);
        }
        let service = self.states.len() as u32;
        returns.add(true);
        let mut from = 0;
        for (number, end) in (0_u32..).zip(&self.ends) {
            for step in &self.steps[from as usize..*end as usize] {
                let same = |n: &u32| self.fingerprints[*n as usize] == *step;
                let to = numbers.find(*step, same).unwrap_or(&service);
                returns.step(number, *to);
            }
            from = *end;
        }
        let stranded = returns.stranded();
        stranded.first().map(|number| self.states[*number as usize])
    }

    /// The bytes of its tables while `new` steps are added, and of those that it is judged with.
    pub fn bytes_soon(&self, new: usize) -> u64 {
        let judged = 32 * self.states.len() + 28 * self.steps.len();
        bytes_soon(&self.states, new)
            + bytes_soon(&self.fingerprints, new)
            + bytes_soon(&self.ends, new)
            + bytes_soon(&self.steps, new)
            + judged as u64
    }
}

/// Where a state ends up if nothing else happens, service being out of reach.
pub struct Ending<T> {
    /// One of the states between which it ends up.
    pub state: T,
    /// How many these are.
    pub states: usize,
    /// Events that are not to be counted on (faults, the repair of a disaster), each of which alone
    /// would make the return of service possible.
    pub would_help: Vec<usize>,
}

/// Follows a state from which service cannot return to the states that it ends up in.
pub fn ending<S: System>(system: &S, state: S::State) -> Ending<S::State> {
    let mut state = system.canonical(state);
    let states = loop {
        let (layer, astray) = aftermath(system, state);
        // From the last of those that do not lead back here less can be reached than from here.
        match astray.last() {
            Some(id) => state = *layer.state(*id),
            None => break layer.len(),
        }
    };
    let helps = |event: &usize| {
        let after = system.successor(&state, *event);
        let (layer, _) = aftermath(system, after);
        (0..layer.len() as u32).any(|id| system.is_serving(layer.state(id)))
    };
    let uncertain = |event: &usize| !system.will_happen(&state, *event);
    let enabled = system.enabled(&state);
    let would_help = enabled.iter().filter(uncertain).filter(helps).collect();
    Ending {
        state,
        states,
        would_help,
    }
}

/// Every state that events which will happen lead to, and those of them that do not lead back.
fn aftermath<S: System>(system: &S, state: S::State) -> (Layer<'_, S>, Vec<u32>) {
    let mut layer = Layer::new(system);
    let mut leads_back = Returns::default();
    layer.add(state);
    leads_back.add(true);
    let mut id = 0;
    while (id as usize) < layer.len() {
        let state = *layer.state(id);
        let enabled = system.enabled(&state);
        for event in enabled
            .iter()
            .filter(|event| system.will_happen(&state, *event))
        {
            let (to, new) = layer.add(layer.after(&state, event));
            if new {
                leads_back.add(false);
            }
            if leads_back.is_open(id) {
                leads_back.step(id, to);
            }
        }
        leads_back.expanded(id);
        id += 1;
    }
    (layer, leads_back.stranded())
}
