//! Recoverability: from every reachable state service returns, without one fault more.
//!
//! Under strong fairness (what can happen again and again, happens) service returns from every
//! state if and only if from every state there is a path to it. So the search is for a state
//! without one: layer by layer of the same faults spent, because the path may cost none, backwards
//! from the states that serve. A repair is free, but for that of a disaster.

use std::collections::BTreeMap;

use poolproof_models::model::{Bounded, Node};
use poolproof_models::names::event::EventSet;
use poolproof_models::names::property::Spent;
use poolproof_models::system::System;

use crate::check::layer::{Layer, Step};
use crate::check::returns::Returns;
use crate::check::search::{CutOff, Limits, Progress, bytes_soon};

/// What was found about recoverability.
pub struct Recoverability {
    /// Distinct states, transitions; the faults of the last layer.
    pub progress: Progress,
    /// Why it ended early: then nothing is known beyond what `progress` says.
    pub cut_off: Option<CutOff>,
    /// The nearest state from which service cannot return, by faults, then steps.
    pub trap: Option<Trap>,
}

/// A state from which service cannot return.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trap {
    /// Faults spent on the path.
    pub faults: u8,
    /// The events from the start, on canonical states.
    pub path: Vec<usize>,
}

/// How often the caller is asked whether to go on.
const EXPANSIONS_PER_REPORT: u64 = 1 << 13;

/// How a state was reached first.
#[derive(Clone, Copy)]
struct Discovery {
    /// Steps from the start.
    depth: u32,
    /// Number of the state before, over all layers.
    parent: u32,
    /// The event.
    cause: u8,
}

/// States that faults of other layers lead to, each with the shortest path.
struct Seeds<'m, S: System> {
    states: Layer<'m, S>,
    discoveries: Vec<Discovery>,
}

impl<S: System> Seeds<'_, S> {
    fn add(&mut self, state: S::State, discovery: Discovery) {
        let (id, new) = self.states.add(state);
        if new {
            self.discoveries.push(discovery);
        } else if discovery.depth < self.discoveries[id as usize].depth {
            self.discoveries[id as usize] = discovery;
        }
    }
}

/// Looks for the nearest state from which service cannot return.
pub fn recoverability<S: System>(model: &Bounded<S>, limits: &mut Limits<'_>) -> Recoverability {
    let mut run = RecoverabilityRun {
        model,
        open: BTreeMap::new(),
        discoveries: Vec::new(),
        expansions: 0,
        found: Recoverability {
            progress: Progress::default(),
            cut_off: None,
            trap: None,
        },
    };
    run.all(limits);
    run.found
}

struct RecoverabilityRun<'m, S: System> {
    model: &'m Bounded<S>,
    /// The layers to be searched. Faults stand highest in [`Spent`], so they come in this order.
    open: BTreeMap<Spent, Seeds<'m, S>>,
    /// Of every state of every layer.
    discoveries: Vec<Discovery>,
    expansions: u64,
    found: Recoverability,
}

impl<S: System> RecoverabilityRun<'_, S> {
    fn all(&mut self, limits: &mut Limits<'_>) {
        let start = self.model.initial();
        let discovery = Discovery {
            depth: 0,
            parent: 0,
            cause: 0,
        };
        self.seed(start, discovery);
        let mut nearest: Option<(u8, Discovery)> = None;
        while let Some((spent, seeds)) = self.open.pop_first() {
            let faults = spent.total();
            if nearest.is_some_and(|(known, _)| known < faults) {
                break;
            }
            self.found.progress.faults = faults;
            let trap = self.layer(spent, seeds, limits);
            if self.found.cut_off.is_some() {
                return;
            }
            if let Some(discovery) = trap
                && nearest.is_none_or(|(_, known)| discovery.depth < known.depth)
            {
                nearest = Some((faults, discovery));
            }
        }
        self.found.trap = nearest.map(|(faults, discovery)| Trap {
            faults,
            path: self.path(discovery),
        });
    }

    fn seed(&mut self, node: Node<S::State>, discovery: Discovery) {
        let system = &self.model.system;
        let seeds = self.open.entry(node.spent).or_insert_with(|| Seeds {
            states: Layer::new(system),
            discoveries: Vec::new(),
        });
        seeds.add(node.state, discovery);
    }

    /// Searches a layer in the order of steps; the path to its nearest trap.
    fn layer(
        &mut self,
        spent: Spent,
        seeds: Seeds<'_, S>,
        limits: &mut Limits<'_>,
    ) -> Option<Discovery> {
        let model = self.model;
        let mut by_depth: Vec<u32> = (0..seeds.discoveries.len() as u32).collect();
        by_depth.sort_by_key(|id| seeds.discoveries[*id as usize].depth);
        let mut by_depth = by_depth.into_iter().peekable();
        let mut layer = Layer::new(&model.system);
        let mut returns = Returns::default();
        let base = self.discoveries.len();
        let mut depth = 0;
        loop {
            while let Some(seed) =
                by_depth.next_if(|seed| seeds.discoveries[*seed as usize].depth <= depth)
            {
                let state = *seeds.states.state(seed);
                if layer.add(state).1 {
                    returns.add(model.system.is_serving(&state));
                    self.discoveries.push(seeds.discoveries[seed as usize]);
                }
            }
            let level = layer.len();
            if layer.expanded() == level {
                match by_depth.peek() {
                    Some(seed) => depth = seeds.discoveries[*seed as usize].depth,
                    None => break,
                }
                continue;
            }
            while layer.expanded() < level {
                self.expand(spent, &mut layer, &mut returns, depth);
                if self.should_stop(&layer, &returns, limits) {
                    return None;
                }
            }
            depth += 1;
        }
        let discoveries = &self.discoveries;
        let stranded = returns.stranded().into_iter();
        stranded
            .map(|id| discoveries[base + id as usize])
            .min_by_key(|discovery| discovery.depth)
    }

    /// Expands the next state of a layer.
    fn expand(
        &mut self,
        spent: Spent,
        layer: &mut Layer<'_, S>,
        returns: &mut Returns,
        depth: u32,
    ) {
        let model = self.model;
        // The layer's states are the last of all.
        let base = self.discoveries.len() - layer.len();
        let discovery = |id: u32, event: usize| Discovery {
            depth: depth + 1,
            parent: base as u32 + id,
            cause: event as u8,
        };
        let mut faults = EventSet::default();
        let mut taken = 0;
        let discoveries = &mut self.discoveries;
        let expanded = layer.expand(|layer, id, step| match step {
            Step::Fault { event } => faults.insert(event),
            Step::Free { event, to, new } => {
                taken += 1;
                if new {
                    returns.add(model.system.is_serving(layer.state(to)));
                    discoveries.push(discovery(id, event));
                }
                if returns.is_open(id) && model.system.will_happen(layer.state(id), event) {
                    returns.step(id, to);
                }
            }
        });
        let Some(id) = expanded else { return };
        returns.expanded(id);
        let state = *layer.state(id);
        let node = Node { state, spent };
        for event in faults.iter() {
            if let Some(spent) = model.spend(&node, event) {
                taken += 1;
                let state = layer.after(&state, event);
                self.seed(Node { state, spent }, discovery(id, event));
            }
        }
        self.found.progress.transitions += taken;
    }

    fn should_stop(
        &mut self,
        layer: &Layer<'_, S>,
        returns: &Returns,
        limits: &mut Limits<'_>,
    ) -> bool {
        self.found.progress.states = self.discoveries.len() as u64;
        if self.found.progress.states >= limits.states {
            self.found.cut_off = Some(CutOff::States);
        }
        self.expansions += 1;
        if self.expansions.is_multiple_of(EXPANSIONS_PER_REPORT) {
            if self.bytes_soon(layer, returns) > limits.bytes {
                self.found.cut_off = Some(CutOff::Memory);
            }
            if !(limits.on_progress)(&self.found.progress) {
                self.found.cut_off = Some(CutOff::Interrupted);
            }
        }
        self.found.cut_off.is_some()
    }

    /// The bytes that the tables hold at most until the next report.
    fn bytes_soon(&self, layer: &Layer<'_, S>, returns: &Returns) -> u64 {
        // Most successors are known already: a few new ones per expansion.
        let new = 8 * EXPANSIONS_PER_REPORT as usize;
        let seeds = self.open.values();
        let seeds =
            seeds.map(|seeds| seeds.states.bytes_soon(new) + bytes_soon(&seeds.discoveries, new));
        bytes_soon(&self.discoveries, new)
            + layer.bytes_soon(new)
            + returns.bytes_soon(new)
            + seeds.sum::<u64>()
    }

    fn path(&self, last: Discovery) -> Vec<usize> {
        let mut path = Vec::new();
        let mut discovery = last;
        while discovery.depth > 0 {
            path.push(usize::from(discovery.cause));
            discovery = self.discoveries[discovery.parent as usize];
        }
        path.reverse();
        path
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
