//! One search of a swarm: depth first, in an order drawn from its seed, within bounds of depth and
//! states.
//!
//! Every event has a weight for the whole search, and every state shuffles its events by these
//! weights, so that no two searches prefer the same events. A branch may use up only a part of the
//! states that are left to its parent: otherwise the first choices would never be made anew, as a
//! search ends long before it comes back to them. Measured on the HBW reference file with three
//! faults, mistakes among them, and 64 searches of 100,000 states, while orders still came from a
//! hash of the state: a loss is found by 7 searches and a split brain by 5, without that rule by 0
//! and 1.

use poolproof_models::model::{Bounded, Node};
use poolproof_models::system::System;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

use crate::check::swarm::SwarmLimits;
use crate::check::swarm::sketch::Sketch;
use crate::fingerprints::{Fingerprints, fingerprint};

/// The path to the best state of its kind that a search has found: fewest faults, then steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitedPath {
    /// Faults spent.
    pub faults: u8,
    /// The events from the start, on canonical states.
    pub events: Vec<u8>,
}

/// What a search found.
#[derive(Debug, Clone)]
pub struct SearchResult {
    /// Distinct states.
    pub states: u64,
    /// Successors generated.
    pub transitions: u64,
    /// The most steps from the start.
    pub depth: u32,
    /// Whether nothing was left to visit within the depth.
    pub exhausted: bool,
    /// How often each event happened.
    pub fired: Vec<u64>,
    /// How often each event happened as a fault.
    pub fired_as_fault: Vec<u64>,
    /// Per property (bit number): the best violation.
    pub violations: Vec<Option<VisitedPath>>,
    /// Per goal (bit number): the best path there.
    pub goals: Vec<Option<VisitedPath>>,
    /// The states.
    pub sketch: Sketch,
}

/// A state on the path from the start to where the search is.
struct Frame<T> {
    node: Node<T>,
    /// The events that are still to be tried here are those behind this one on the common stack.
    untried: usize,
    /// The number of states at which the search leaves this one behind: its share.
    until: u64,
}

/// A branch leaves a quarter of its parent's states to the later ones, or an eighth, ...: in how
/// many paths searches differ in that.
const SPREADS: u64 = 4;

/// How often a search polls whether it is to end.
const EXPANSIONS_PER_POLL: u64 = 1 << 12;

/// Runs a search; `None` if it was stopped.
///
/// A state that breaks every property of the mask is not expanded, as in the exhaustive search.
pub fn search<S: System>(
    model: &Bounded<S>,
    properties: u32,
    limits: SwarmLimits,
    seed: u64,
    stop: &(dyn Fn() -> bool + Sync),
) -> Option<SearchResult> {
    let events = model.system.event_count();
    // Of half of the events each, of a quarter, ...: how many places an event is set back.
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let weights = (0..events).map(|_| random.next_u64().trailing_zeros() as u8);
    let weights: Vec<u8> = weights.map(|weight| weight.min(6)).collect();
    let mut run = SwarmRun {
        model,
        properties,
        random,
        weights,
        seen: Fingerprints::new(),
        path: Vec::new(),
        frames: Vec::new(),
        untried: Vec::new(),
        order: Vec::new(),
        result: SearchResult {
            states: 0,
            transitions: 0,
            depth: 0,
            exhausted: false,
            fired: vec![0; events],
            fired_as_fault: vec![0; events],
            violations: vec![None; 32],
            goals: vec![None; 32],
            sketch: Sketch::default(),
        },
    };
    run.go(limits, stop).then_some(run.result)
}

struct SwarmRun<'m, S: System> {
    model: &'m Bounded<S>,
    properties: u32,
    random: ChaCha8Rng,
    weights: Vec<u8>,
    seen: Fingerprints,
    /// The events on the path to the last frame.
    path: Vec<u8>,
    frames: Vec<Frame<S::State>>,
    untried: Vec<u8>,
    /// Kept, so that nothing is allocated for each state.
    order: Vec<(u64, u8)>,
    result: SearchResult,
}

impl<S: System> SwarmRun<'_, S> {
    /// False if it was stopped.
    fn go(&mut self, limits: SwarmLimits, stop: &(dyn Fn() -> bool + Sync)) -> bool {
        let start = self.model.initial();
        let print = fingerprint(self.model.system.words(&start.state), start.spent.bits());
        let spread = 2 + self.random.next_u64() % SPREADS;
        let mut cut_short = false;
        self.enter(start, print, limits.depth, limits.states);
        let mut until_poll = EXPANSIONS_PER_POLL;
        while let Some(frame) = self.frames.last() {
            let left = frame.until.saturating_sub(self.result.states);
            if self.untried.len() == frame.untried || left == 0 {
                cut_short |= self.untried.len() > frame.untried;
                self.untried.truncate(frame.untried);
                self.frames.pop();
                self.path.pop();
                continue;
            }
            let (node, others) = (frame.node, self.untried.len() - frame.untried - 1);
            let Some(event) = self.untried.pop() else {
                break;
            };
            let index = usize::from(event);
            let Some(spent) = self.model.spend(&node, index) else {
                continue;
            };
            let system = &self.model.system;
            let state = system.successor(&node.state, index);
            let next = Node { state, spent };
            self.result.transitions += 1;
            self.result.fired[index] += 1;
            self.result.fired_as_fault[index] += u64::from(spent.total() > node.spent.total());
            let print = fingerprint(system.words(&state), spent.bits());
            self.path.push(event);
            // A goal is about a step: the state that it leads to may be known.
            let reached = system.reached(index, &state);
            if reached != 0 {
                note(&mut self.result.goals, reached, spent.total(), &self.path);
            }
            if self.seen.find(print).0 {
                self.path.pop();
                continue;
            }
            let share = if others == 0 {
                left
            } else {
                left - (left >> spread)
            };
            self.enter(next, print, limits.depth, self.result.states + share);
            until_poll -= 1;
            if until_poll == 0 {
                until_poll = EXPANSIONS_PER_POLL;
                if stop() {
                    return false;
                }
            }
        }
        self.result.exhausted = !cut_short;
        true
    }

    /// Visits a new state, to which the path leads.
    fn enter(&mut self, node: Node<S::State>, print: u64, depth: u32, until: u64) {
        let system = &self.model.system;
        self.seen.insert(print);
        self.result.states += 1;
        self.result.sketch.insert(print);
        self.result.depth = self.result.depth.max(self.path.len() as u32);
        let enabled = system.enabled(&node.state);
        let broken = system.violated(&node.state, node.spent, &enabled) & self.properties;
        if broken != 0 {
            let faults = node.spent.total();
            note(&mut self.result.violations, broken, faults, &self.path);
        }
        let untried = self.untried.len();
        let leave = broken != 0 && broken == self.properties || self.path.len() >= depth as usize;
        if !leave {
            self.order.clear();
            for event in enabled.iter() {
                let drawn = self.random.next_u64() >> self.weights[event];
                self.order.push((drawn, event as u8));
            }
            // What is drawn highest is tried first: it comes last on the stack.
            self.order.sort_unstable();
            self.untried
                .extend(self.order.iter().map(|(_, event)| *event));
        }
        self.frames.push(Frame {
            node,
            untried,
            until,
        });
    }
}

/// Keeps the path to each bit that is better than what is known.
fn note(best: &mut [Option<VisitedPath>], bits: u32, faults: u8, path: &[u8]) {
    for (bit, slot) in best.iter_mut().enumerate() {
        if bits >> bit & 1 == 0 {
            continue;
        }
        let rank = (faults, path.len());
        if slot
            .as_ref()
            .is_none_or(|known| rank < (known.faults, known.events.len()))
        {
            let events = path.to_vec();
            *slot = Some(VisitedPath { faults, events });
        }
    }
}
