//! The search: every state within a budget of faults, in the order of faults spent, then steps.
//!
//! Stateright's own searches do not order by faults, report no event counts and call a search that
//! hit a limit done; this loop runs over the same bounded model and is compared with them in tests.

use poolproof_models::bits::bits;
use poolproof_models::model::{Bounded, Node};
use poolproof_models::names::property::Property;
use poolproof_models::system::System;
use rayon::prelude::*;

use crate::check::expansion::{Expansion, GoalStep, Known, OpenEntry, Successor, Wanted};
use crate::check::recoverability::OutOfService;
use crate::check::trail::Trail;
use crate::fingerprints::{Fingerprints, fingerprint, touch};

/// How far a search may go, and who is notified.
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
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Distinct states found.
    pub states: u64,
    /// Successors generated.
    pub transitions: u64,
    /// Faults spent on the path to the state that is being expanded.
    pub faults: u8,
}

impl Progress {
    /// The number of faults up to which every state was visited; `None` if not even every state
    /// without a fault was.
    #[must_use]
    pub fn complete_up_to(&self) -> Option<u32> {
        self.faults.checked_sub(1).map(u32::from)
    }
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
pub struct FoundState {
    /// Faults spent.
    pub faults: u8,
    /// Steps from the start.
    pub depth: u32,
    /// The number of the state, in the order of discovery.
    pub id: u32,
}

/// A step that reaches a goal: the state before it, and the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FoundStep {
    /// Faults spent, that of the step included.
    pub faults: u8,
    /// Steps from the start, this one included.
    pub depth: u32,
    /// The number of the state before.
    from: u32,
    event: u8,
}

/// What a search found.
pub struct SearchOutcome {
    /// Distinct states, transitions.
    pub progress: Progress,
    /// The longest shortest path, in steps.
    pub depth: u32,
    /// Whether states were not expanded because they break every listed property.
    pub pruned: bool,
    /// Why it ended early; `None` when it is complete.
    pub cut_off: Option<CutOff>,
    /// Per property (bit number): the first state that breaks it, by faults, then steps.
    pub violations: Vec<Option<FoundState>>,
    /// Per goal (bit number): the first step that reaches it, by faults, then steps.
    pub goals: Vec<Option<FoundStep>>,
    /// The nearest state from which service cannot return, by faults, then steps; looked for where
    /// [`Property::ServiceReturns`] is among the properties.
    pub trap: Option<FoundState>,
    /// How often each event happened.
    pub fired: Vec<u64>,
    /// How often each event happened as a fault; some events are faults in some states only.
    pub fired_as_fault: Vec<u64>,
    /// Bytes of memory for what is stored of every state: fingerprint, parent and event.
    pub stored_bytes: u64,
    trail: Trail,
}

impl SearchOutcome {
    /// The events that lead from the start to a found state.
    #[must_use]
    pub fn path(&self, found: FoundState) -> Vec<usize> {
        self.trail.path(found.id)
    }

    /// The events that lead from the start to a goal.
    #[must_use]
    pub fn path_to_goal(&self, found: FoundStep) -> Vec<usize> {
        let mut path = self.trail.path(found.from);
        path.push(usize::from(found.event));
        path
    }
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

/// States that are expanded together: the lookups of their successors wait for memory together
/// (alone, every third cycle was such a wait), and the successors stay in the nearest caches.
const CHUNK: usize = 32;

/// Chunks a thread gets at once; with fewer states than two threads need, one does it all.
const CHUNKS_PER_THREAD: usize = 16;

/// Searches the space of `model` for the properties and goals in the masks.
///
/// A state that breaks every property of the mask is not expanded: nothing new can be learned
/// behind it. Uses the threads of the current pool; the outcome does not depend on their number.
pub fn search<S: System>(
    model: &Bounded<S>,
    properties: u32,
    limits: &mut Limits<'_>,
) -> SearchOutcome {
    let mut run = SearchRun {
        model,
        properties,
        known: Known::default(),
        expansions: 0,
        open_goals: u32::MAX,
        goals_by_fault: vec![None; 32],
        unbroken: u32::MAX,
        returns: properties & Property::ServiceReturns.bit() != 0,
        out_of_service: OutOfService::default(),
        outcome: SearchOutcome {
            progress: Progress::default(),
            depth: 0,
            pruned: false,
            cut_off: None,
            violations: vec![None; 32],
            goals: vec![None; 32],
            trap: None,
            fired: vec![0; model.system.event_count()],
            fired_as_fault: vec![0; model.system.event_count()],
            stored_bytes: 0,
            trail: Trail::default(),
        },
    };
    run.all(limits);
    run.outcome.stored_bytes = run.known.seen.bytes() + run.outcome.trail.bytes();
    run.outcome
}

struct SearchRun<'m, S: System> {
    model: &'m Bounded<S>,
    properties: u32,
    known: Known,
    expansions: u64,
    /// The goals that no state has reached yet, as bits.
    open_goals: u32,
    /// Per goal (bit number): the shortest path to it whose last step is one fault more than those
    /// spent so far.
    goals_by_fault: Vec<Option<FoundStep>>,
    /// The properties that no state has broken yet, as bits.
    unbroken: u32,
    /// Whether it is asked if service returns, and no state is known from which it cannot.
    returns: bool,
    /// Of those with as many faults as are spent now.
    out_of_service: OutOfService,
    outcome: SearchOutcome,
}

/// The open list by depth, for the same number of faults.
type OpenList<T> = Vec<Vec<OpenEntry<T>>>;

/// A state that a fault leads to, with the number of the state before.
struct FrontierEntry<T> {
    node: Node<T>,
    fingerprint: u64,
    from: u32,
    event: u8,
}

/// The states that one fault more leads to, by their depth.
type Frontier<T> = Vec<Vec<FrontierEntry<T>>>;

impl<S: System> SearchRun<'_, S> {
    fn all(&mut self, limits: &mut Limits<'_>) {
        let node = self.model.initial();
        self.known.seen.insert(self.fingerprint(&node));
        let id = self.outcome.trail.push(0, 0);
        // By faults spent; within, by depth. A fault leads to the next layer.
        let mut layer = vec![vec![OpenEntry { node, id }]];
        let mut frontier = Frontier::new();
        let mut faults = 0;
        while layer.iter().any(|nodes| !nodes.is_empty()) || !frontier.is_empty() {
            layer.resize_with(layer.len().max(frontier.len()), Vec::new);
            let mut next_frontier = Frontier::new();
            let by_fault = std::mem::replace(&mut self.goals_by_fault, vec![None; 32]);
            let mut depth = 0;
            while depth < layer.len() {
                self.note_goals_by_fault(&by_fault, depth as u32 + 1);
                // Before the states of this depth are expanded, whose successors are as deep: of
                // two paths of one length, the one by a fault is reported.
                if let Some(entries) = frontier.get_mut(depth + 1) {
                    let entries = std::mem::take(entries);
                    self.enter_frontier(&entries, &mut layer[depth + 1]);
                }
                let here = std::mem::take(&mut layer[depth]);
                if layer.len() == depth + 1 && !here.is_empty() {
                    layer.push(Vec::new());
                }
                let mut round = Round {
                    faults,
                    depth,
                    here: here.capacity(),
                    layer: &mut layer,
                    frontier: &mut next_frontier,
                };
                if !self.expand(&here, &mut round, limits) {
                    return;
                }
                depth += 1;
            }
            self.note_goals_by_fault(&by_fault, u32::MAX);
            let out_of_service = std::mem::take(&mut self.out_of_service);
            self.outcome.trap = self.outcome.trap.or_else(|| out_of_service.nearest_trap());
            self.returns &= self.outcome.trap.is_none();
            layer.clear();
            frontier = next_frontier;
            self.known.next_frontier = Fingerprints::default();
            faults += 1;
        }
    }

    const fn wanted(&self) -> Wanted {
        Wanted {
            properties: self.properties,
            goals: self.open_goals,
            returns: self.returns,
        }
    }

    fn fingerprint(&self, node: &Node<S::State>) -> u64 {
        fingerprint(self.model.system.words(&node.state), node.spent.bits())
    }

    /// Numbers the states that a fault leads to at one depth, unless a shorter path was found.
    fn enter_frontier(
        &mut self,
        entries: &[FrontierEntry<S::State>],
        open: &mut Vec<OpenEntry<S::State>>,
    ) {
        for chunk in entries.chunks(4 * CHUNK) {
            let prints = chunk.iter().map(|entry| entry.fingerprint);
            touch(prints.map(|fingerprint| self.known.seen.peek(fingerprint)));
            for entry in chunk {
                if !self.known.seen.insert(entry.fingerprint) {
                    continue;
                }
                let (node, event) = (entry.node, usize::from(entry.event));
                let id = self.outcome.trail.push(entry.from, event);
                open.push(OpenEntry { node, id });
            }
        }
    }

    /// Expands the states at one depth; false if the search is to end.
    ///
    /// Expanding only reads, so threads share it; what was found is recorded afterwards by one,
    /// in the order of a search without threads.
    fn expand(
        &mut self,
        here: &[OpenEntry<S::State>],
        round: &mut Round<'_, S::State>,
        limits: &mut Limits<'_>,
    ) -> bool {
        let threads = rayon::current_num_threads();
        let mut one = Expansion::default();
        for block in here.chunks(CHUNK * CHUNKS_PER_THREAD * threads) {
            if threads > 1 && block.len() >= 2 * CHUNK * CHUNKS_PER_THREAD {
                let this = &*self;
                let expanded: Vec<_> = block
                    .par_chunks(CHUNK)
                    .map(|chunk| {
                        let mut expansion = Expansion::default();
                        expansion.fill(this.model, this.wanted(), chunk, &this.known);
                        expansion
                    })
                    .collect();
                for (chunk, expansion) in block.chunks(CHUNK).zip(&expanded) {
                    if !self.record(chunk, expansion, round, limits) {
                        return false;
                    }
                }
            } else {
                for chunk in block.chunks(CHUNK) {
                    one.fill(self.model, self.wanted(), chunk, &self.known);
                    if !self.record(chunk, &one, round, limits) {
                        return false;
                    }
                }
            }
        }
        true
    }

    /// Numbers what is new and notes what was found; false if the search is to end.
    fn record(
        &mut self,
        chunk: &[OpenEntry<S::State>],
        expansion: &Expansion<S::State>,
        round: &mut Round<'_, S::State>,
        limits: &mut Limits<'_>,
    ) -> bool {
        self.outcome.depth = self.outcome.depth.max(round.depth as u32);
        for (open, state) in chunk.iter().zip(expansion.iter()) {
            let expanded = state.expanded;
            let found = FoundState {
                faults: round.faults,
                depth: round.depth as u32,
                id: open.id,
            };
            if expanded.broken != 0 {
                self.note_violations(expanded.broken, found);
            }
            for step in state.goal_steps {
                self.note_goals(*step, found);
            }
            if let Some(fingerprint) = expanded.out_of_service {
                self.out_of_service.add(found, fingerprint, state.steps);
            }
            self.outcome.progress.transitions += expanded.tried.len() as u64;
            for event in expanded.tried.iter() {
                self.outcome.fired[event] += 1;
            }
            for event in expanded.costly.iter() {
                self.outcome.fired_as_fault[event] += 1;
            }
            for successor in state.successors {
                let known = if successor.costs {
                    &mut self.known.next_frontier
                } else {
                    &mut self.known.seen
                };
                if known.insert_at(successor.fingerprint, successor.free_slot) {
                    self.discover(successor, found, round);
                }
            }
            if self.should_stop(limits, round) {
                return false;
            }
        }
        true
    }

    fn should_stop(&mut self, limits: &mut Limits<'_>, round: &Round<'_, S::State>) -> bool {
        self.outcome.progress.states = self.known.seen.len() as u64;
        self.outcome.progress.faults = round.faults;
        if self.outcome.progress.states >= limits.states {
            self.outcome.cut_off = Some(CutOff::States);
        }
        self.expansions += 1;
        if self.expansions.is_multiple_of(EXPANSIONS_PER_REPORT) {
            if self.bytes_soon(round) > limits.bytes {
                self.outcome.cut_off = Some(CutOff::Memory);
            }
            if !(limits.on_progress)(&self.outcome.progress) {
                self.outcome.cut_off = Some(CutOff::Interrupted);
            }
        }
        self.outcome.cut_off.is_some()
    }

    /// The bytes that the tables hold at most until the next report: a table that may have to grow
    /// by then exists twice while it does.
    fn bytes_soon(&self, round: &Round<'_, S::State>) -> u64 {
        // Most successors are known already: a few new ones per expansion.
        let new = 8 * EXPANSIONS_PER_REPORT as usize;
        let open: usize = round.here + round.layer.iter().map(Vec::capacity).sum::<usize>();
        let frontier: usize = round.frontier.iter().map(Vec::capacity).sum();
        self.known.seen.bytes_soon(new)
            + self.known.next_frontier.bytes_soon(new)
            + self.outcome.trail.bytes_soon(new)
            + self.out_of_service.bytes_soon(new)
            + (open * size_of::<OpenEntry<S::State>>()) as u64
            + (frontier * size_of::<FrontierEntry<S::State>>()) as u64
    }

    /// The first state that breaks a property is the nearest, like that which reaches a goal.
    fn note_violations(&mut self, broken: u32, found: FoundState) {
        for property in bits(broken & self.unbroken) {
            self.outcome.violations[property] = Some(found);
        }
        self.unbroken &= !broken;
        self.outcome.pruned |= broken == self.properties;
    }

    /// Puts a new state into the open list, with its number unless a fault leads
    /// to it.
    fn discover(
        &mut self,
        successor: &Successor<S::State>,
        from: FoundState,
        round: &mut Round<'_, S::State>,
    ) {
        let depth = round.depth + 1;
        let node = successor.node;
        if successor.costs {
            if round.frontier.len() <= depth {
                round.frontier.resize_with(depth + 1, Vec::new);
            }
            round.frontier[depth].push(FrontierEntry {
                node,
                fingerprint: successor.fingerprint,
                from: from.id,
                event: successor.event() as u8,
            });
            return;
        }
        let id = self.outcome.trail.push(from.id, successor.event());
        round.layer[depth].push(OpenEntry { node, id });
    }

    /// Notes the goals that a step from a state reaches. States are expanded in the order of
    /// faults, then steps, so the first step that is no fault counts; one that is a fault has to
    /// wait for the paths with as many faults.
    fn note_goals(&mut self, step: GoalStep, before: FoundState) {
        let found = FoundStep {
            faults: before.faults + u8::from(step.costs),
            depth: before.depth + 1,
            from: before.id,
            event: step.event,
        };
        let goals = if step.costs {
            &mut self.goals_by_fault
        } else {
            &mut self.outcome.goals
        };
        for goal in bits(step.reached & self.open_goals) {
            goals[goal].get_or_insert(found);
        }
        if !step.costs {
            self.open_goals &= !step.reached;
        }
    }

    /// Notes the goals that the last fault of a path reaches in at most so many steps.
    fn note_goals_by_fault(&mut self, by_fault: &[Option<FoundStep>], depth: u32) {
        for goal in bits(self.open_goals) {
            if let Some(found) = by_fault[goal].filter(|found| found.depth <= depth) {
                self.outcome.goals[goal] = Some(found);
                self.open_goals &= !(1 << goal);
            }
        }
    }
}

/// Where the search is: the states at one depth are being expanded.
struct Round<'a, T> {
    faults: u8,
    depth: usize,
    /// The capacity of their list.
    here: usize,
    layer: &'a mut OpenList<T>,
    frontier: &'a mut Frontier<T>,
}
