//! Minimal cut sets: which multisets of basic events can break a property.
//!
//! A multiset is a cut set of a property if a run whose faults are exactly these, in some order and
//! with any free steps between, comes to a state that breaks it; it is minimal if no part of it is
//! one. Each multiset has a layer of its own: its states follow from those of the multisets with
//! one event less. By ascending size, and what holds a cut set of every property is not searched,
//! so nothing is searched twice, and what is found up to a size is all that there is.

use std::collections::BTreeMap;

use poolproof_models::model::{Bounded, Node};
use poolproof_models::names::event::EventSet;
use poolproof_models::names::property::{Property, Spent};
use poolproof_models::system::System;
use rayon::prelude::*;

use crate::check::layer::{Layer, Step};
use crate::check::returns::Returns;
use crate::check::search::CutOff;

/// Basic events by the dense index of the first event of their kind ([`System::kind_of`]),
/// ascending; one that happens twice stands there twice.
pub type Multiset = Vec<usize>;

/// What is searched for.
pub struct CutRequest<'a> {
    /// The properties, as bits.
    pub properties: u32,
    /// The most distinct states over all layers.
    pub states: u64,
    /// The most bytes of the search's tables; `u64::MAX` for no limit.
    pub bytes: u64,
    /// Called between layers with the progress; false ends the search.
    pub on_progress: &'a mut dyn FnMut(&CutProgress) -> bool,
}

/// How far the search has come.
#[derive(Debug, Clone, Copy, Default)]
pub struct CutProgress {
    /// Size of the multisets that are being searched.
    pub order: u8,
    /// Multisets searched.
    pub multisets: u64,
    /// States over all of them.
    pub states: u64,
}

/// What was found.
pub struct Cuts {
    /// Minimal cut sets, each with the bits of the properties that it is one of; by size, then by
    /// events.
    pub sets: Vec<(Multiset, u32)>,
    /// Every cut set up to this size is there; `None` if not even the empty one is decided.
    pub complete_up_to: Option<u8>,
    /// Why it ended early.
    pub cut_off: Option<CutOff>,
    /// What was searched.
    pub progress: CutProgress,
}

/// Multisets that are searched at once. The limit of states is looked at in between, so this is
/// part of the result where one is reached, and does not depend on the number of threads.
const BATCH: usize = 32;

/// The states of a multiset, for those with one event more.
struct Closed<T> {
    states: Vec<T>,
    enabled: Vec<EventSet>,
    /// The faults that some state allows, by kind, with what is spent after.
    faults: BTreeMap<usize, Spent>,
}

/// What the search of one multiset found.
struct LayerResult<T> {
    /// The properties that some state breaks.
    broken: u32,
    states: u64,
    /// Whether the limit of states was reached before the last state.
    cut_off: bool,
    /// Only where it can be needed again.
    closed: Option<Closed<T>>,
}

/// Looks for all minimal cut sets that `model`'s budget allows.
pub fn cuts<S: System>(model: &Bounded<S>, request: &mut CutRequest<'_>) -> Cuts {
    let system = &model.system;
    let kinds: Vec<usize> = (0..system.event_count())
        .map(|event| system.kind_of(event))
        .collect();
    let mut found = Cuts {
        sets: Vec::new(),
        complete_up_to: None,
        cut_off: None,
        progress: CutProgress::default(),
    };
    let mut below: BTreeMap<Multiset, Closed<S::State>> = BTreeMap::new();
    for order in 0..=model.budget.total {
        found.progress.order = order;
        let mut here = BTreeMap::new();
        let open_list: Vec<(Multiset, Spent, u32)> = candidates(order, &below)
            .into_iter()
            .map(|(multiset, spent)| {
                let open = request.properties & !broken_by_parts(&found.sets, &multiset);
                (multiset, spent, open)
            })
            .filter(|(_, _, open)| *open != 0)
            .collect();
        for batch in open_list.chunks(BATCH) {
            let left = request.states.saturating_sub(found.progress.states);
            // A table that grows exists twice while it does.
            let each = 3 * Layer::<S>::BYTES_PER_STATE * rayon::current_num_threads() as u64;
            let held = held::<S>(&below) + held::<S>(&here);
            let fit = request.bytes.saturating_sub(held) / each;
            let search = CutSearch {
                model,
                kinds: &kinds,
                below: &below,
                most: left.min(fit),
                is_last: order == model.budget.total,
            };
            let results: Vec<LayerResult<S::State>> = batch
                .par_iter()
                .map(|(multiset, spent, open)| search.close(multiset, *spent, *open))
                .collect();
            for ((multiset, _, open), result) in batch.iter().zip(results) {
                found.progress.multisets += 1;
                found.progress.states += result.states;
                if result.broken != 0 {
                    found.sets.push((multiset.clone(), result.broken));
                }
                if result.cut_off {
                    let by_memory = fit < left;
                    found.cut_off = Some(if by_memory {
                        CutOff::Memory
                    } else {
                        CutOff::States
                    });
                } else if let Some(closed) = result.closed
                    && open & !result.broken != 0
                {
                    here.insert(multiset.clone(), closed);
                }
            }
            if found.progress.states >= request.states {
                found.cut_off = Some(CutOff::States);
            }
            if found.cut_off.is_none() && !(request.on_progress)(&found.progress) {
                found.cut_off = Some(CutOff::Interrupted);
            }
            if found.cut_off.is_some() {
                return found;
            }
        }
        found.complete_up_to = Some(order);
        below = here;
    }
    found
}

/// The bytes of the layers that are kept.
fn held<S: System>(layers: &BTreeMap<Multiset, Closed<S::State>>) -> u64 {
    let states: usize = layers.values().map(|closed| closed.states.capacity()).sum();
    states as u64 * Layer::<S>::BYTES_PER_STATE
}

/// The multisets of a size that can be, with what they spend.
fn candidates<T>(order: u8, below: &BTreeMap<Multiset, Closed<T>>) -> BTreeMap<Multiset, Spent> {
    if order == 0 {
        return BTreeMap::from([(Multiset::new(), Spent::default())]);
    }
    let mut out = BTreeMap::new();
    for (multiset, closed) in below {
        for (kind, spent) in &closed.faults {
            let mut larger = multiset.clone();
            larger.insert(larger.partition_point(|other| other <= kind), *kind);
            out.insert(larger, *spent);
        }
    }
    out
}

/// The properties of which some part of a multiset is a cut set.
fn broken_by_parts(sets: &[(Multiset, u32)], multiset: &[usize]) -> u32 {
    sets.iter()
        .filter(|(part, _)| is_part(part, multiset))
        .fold(0, |bits, (_, properties)| bits | properties)
}

/// Whether every event of `part` is in `whole`, as often. Both are ascending.
fn is_part(part: &[usize], whole: &[usize]) -> bool {
    let mut rest = whole.iter();
    part.iter().all(|event| rest.any(|other| other == event))
}

/// The search of one multiset.
struct CutSearch<'m, S: System> {
    model: &'m Bounded<S>,
    kinds: &'m [usize],
    /// The multisets with one event less.
    below: &'m BTreeMap<Multiset, Closed<S::State>>,
    /// The most states.
    most: u64,
    is_last: bool,
}

impl<S: System> CutSearch<'_, S> {
    /// Searches every state that a run with exactly these faults can come to, for the properties
    /// that are open.
    fn close(&self, multiset: &[usize], spent: Spent, open: u32) -> LayerResult<S::State> {
        let system = &self.model.system;
        let recoverability = open & Property::ServiceReturns.bit();
        let mut layer = Layer::new(system);
        let mut returns = Returns::default();
        let seed = |state: S::State, layer: &mut Layer<'_, S>, returns: &mut Returns| {
            if layer.add(state).1 && recoverability != 0 {
                returns.add(system.is_serving(&state));
            }
        };
        if multiset.is_empty() {
            seed(self.model.initial().state, &mut layer, &mut returns);
        }
        for state in self.seeds(multiset) {
            seed(state, &mut layer, &mut returns);
        }
        let mut found = LayerResult {
            broken: 0,
            states: 0,
            cut_off: false,
            closed: None,
        };
        let mut faults: BTreeMap<usize, Spent> = BTreeMap::new();
        let mut fault_events = EventSet::default();
        while let Some(id) = layer.expand(|layer, id, step| match step {
            Step::Fault { event } => fault_events.insert(event),
            Step::Free { event, to, new } if recoverability != 0 => {
                if new {
                    returns.add(system.is_serving(layer.state(to)));
                }
                if returns.is_open(id) && system.will_happen(layer.state(id), event) {
                    returns.step(id, to);
                }
            }
            Step::Free { .. } => {}
        }) {
            let state = *layer.state(id);
            if recoverability != 0 {
                returns.expanded(id);
            }
            found.broken |= open & system.violated(&state, spent, layer.enabled(id));
            if found.broken == open {
                found.states = layer.len() as u64;
                return found;
            }
            if !self.is_last {
                let node = Node { state, spent };
                for event in fault_events.iter() {
                    if let Some(after) = self.model.spend(&node, event) {
                        faults.insert(self.kinds[event], after);
                    }
                }
            }
            fault_events = EventSet::default();
            if layer.len() as u64 >= self.most {
                found.states = layer.len() as u64;
                found.cut_off = true;
                return found;
            }
        }
        if recoverability != 0 && !returns.stranded().is_empty() {
            found.broken |= recoverability;
        }
        found.states = layer.len() as u64;
        if !self.is_last {
            let (states, enabled) = layer.into_parts();
            found.closed = Some(Closed {
                states,
                enabled,
                faults,
            });
        }
        found
    }

    /// The states right after the last fault of a multiset, whichever that is.
    fn seeds(&self, multiset: &[usize]) -> impl Iterator<Item = S::State> {
        let system = &self.model.system;
        let last = (0..multiset.len()).filter(|i| *i == 0 || multiset[i - 1] != multiset[*i]);
        let smaller = last.filter_map(|i| {
            let mut rest = multiset.to_vec();
            let kind = rest.remove(i);
            self.below.get(&rest).map(|closed| (kind, closed))
        });
        smaller.flat_map(move |(kind, closed)| {
            let mut of_kind = EventSet::default();
            for (event, other) in self.kinds.iter().enumerate() {
                if *other == kind {
                    of_kind.insert(event);
                }
            }
            let places = closed.states.iter().zip(&closed.enabled);
            places.flat_map(move |(state, enabled)| {
                let faults = enabled.and(&of_kind).iter();
                faults
                    .filter(|event| system.fault_class(state, *event).is_some())
                    .map(|event| system.successor(state, event))
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::is_part;

    #[test]
    fn a_part_holds_no_event_more_often_than_the_whole() {
        assert!(is_part(&[], &[1]));
        assert!(is_part(&[1, 3], &[1, 2, 3]));
        assert!(is_part(&[2, 2], &[1, 2, 2]));
        assert!(!is_part(&[2, 2], &[1, 2, 3]));
        assert!(!is_part(&[1, 2], &[1]));
    }
}
