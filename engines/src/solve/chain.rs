//! From a system with exponential clocks to its continuous-time Markov chain.
//!
//! A state in which an event without delay can happen is left before time passes, so it is no
//! state of the chain: it is followed to the first state in which time does pass, lower stable id
//! first, which is how the simulator breaks the tie. What is down for no time is no outage. Users'
//! posts take no time either: the simulator tells the
//! world of them before every other event, and here a serving copy that can write has written.
//! Positions are dense ranks and nothing counts without bound, so this keeps the chain finite.
//!
//! The jobs of log shipping run by a timetable, which no Markov chain can hold, and never happen
//! here unless they are given a rate: what was shipped decides what is lost and how much remains
//! to be restored by hand, but not whether a step can be taken. The chain answers for
//! availability; ages of data are arithmetic (`simulate::shipping`).
//!
//! States that differ only in the names of interchangeable parts are one, by `System::canonical`:
//! such parts have the same rates because rates belong to classes of components.

use std::collections::{BTreeMap, BTreeSet};

use poolproof_models::system::{System, Words};

use crate::clocks::timed::Timed;
use crate::solve::SolveError;
use crate::solve::rates::{Delay, Rates};

/// States of a chain unless told otherwise. A state costs about half a kilobyte with what solving
/// needs, and a million would take minutes.
pub const STATES_MOST: usize = 300_000;

/// After this many states, what is known to be wrong is reported without looking for more.
const STATES_WHEN_WRONG: usize = 20_000;

/// Events in a row without delay. More are taken for a circle.
const IMMEDIATE_MOST: usize = 1_000;

/// The numbers of a chain: its transitions row by row, and what is up.
#[derive(Debug, Clone, PartialEq)]
pub struct Generator {
    starts: Vec<usize>,
    entries: Vec<(u32, f64)>,
    /// Whether users are served, by state.
    pub up: Vec<bool>,
    /// The first state.
    pub initial: usize,
}

impl Generator {
    /// A generator from its rows: target and rate per hour. Several entries for one target add up
    /// and entries to the state itself are dropped, neither of which changes the process.
    #[must_use]
    pub fn new(rows: Vec<Vec<(u32, f64)>>, up: Vec<bool>, initial: usize) -> Self {
        let mut starts = vec![0];
        let mut entries: Vec<(u32, f64)> = Vec::new();
        for (state, mut row) in rows.into_iter().enumerate() {
            row.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
            let start = entries.len();
            for (to, rate) in row {
                match entries[start..].last_mut() {
                    Some(last) if last.0 == to => last.1 += rate,
                    _ if to as usize == state => {}
                    _ => entries.push((to, rate)),
                }
            }
            starts.push(entries.len());
        }
        Self {
            starts,
            entries,
            up,
            initial,
        }
    }

    /// The number of states.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.up.len()
    }

    /// Whether there is none: never, as there is a first state.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.up.is_empty()
    }

    /// The number of transitions.
    #[must_use]
    pub const fn transitions(&self) -> usize {
        self.entries.len()
    }

    /// The transitions of a state: target and rate per hour, by ascending target.
    #[must_use]
    pub fn row(&self, state: usize) -> &[(u32, f64)] {
        &self.entries[self.starts[state]..self.starts[state + 1]]
    }

    /// The rate per hour at which a state is left.
    #[must_use]
    pub fn exit(&self, state: usize) -> f64 {
        self.row(state).iter().map(|(_, rate)| rate).sum()
    }

    /// By state, the rate per hour at which an outage begins.
    #[must_use]
    pub fn outage_rates(&self) -> Vec<f64> {
        let begins = |state: usize| {
            let down = self
                .row(state)
                .iter()
                .filter(|(to, _)| !self.up[*to as usize]);
            down.map(|(_, rate)| rate).sum()
        };
        let rate = |state| if self.up[state] { begins(state) } else { 0.0 };
        (0..self.len()).map(rate).collect()
    }

    /// By state, 1 where users are not served.
    #[must_use]
    pub fn down(&self) -> Vec<f64> {
        self.up.iter().map(|up| f64::from(u8::from(!up))).collect()
    }
}

/// A chain: its states and its numbers.
#[derive(Debug, Clone)]
pub struct Chain<S> {
    /// The states in the order in which they were found, the first state first.
    pub states: Vec<S>,
    /// The numbers.
    pub generator: Generator,
}

/// Builds the chain of what can be reached from the first state.
///
/// # Errors
/// When a delay is not exponential, when there are more than `states_most` states, and when
/// events without delay go in a circle.
pub fn build<T: Timed>(
    system: &T,
    rates: &Rates,
    states_most: usize,
) -> Result<Chain<T::State>, SolveError> {
    let mut builder = Builder {
        system,
        rates,
        writes: [0, 1, 2, 3].map(|copy| system.write_event(copy)),
        states: Vec::new(),
        numbers: BTreeMap::new(),
        wrong: BTreeSet::new(),
    };
    let first = builder.settle(system.initial())?;
    let initial = builder.number(first) as usize;
    let mut rows = Vec::new();
    let mut up = Vec::new();
    while rows.len() < builder.states.len() {
        let state = builder.states[rows.len()];
        up.push(system.facts(&state).up);
        rows.push(builder.row(&state)?);
        if !builder.wrong.is_empty() && rows.len() >= STATES_WHEN_WRONG {
            break;
        }
        if builder.states.len() > states_most {
            return Err(builder
                .not_exponential()
                .unwrap_or(SolveError::TooManyStates { most: states_most }));
        }
    }
    match builder.not_exponential() {
        Some(error) => Err(error),
        None => Ok(Chain {
            states: builder.states,
            generator: Generator::new(rows, up, initial),
        }),
    }
}

/// By state of a chain, how often per hour an event happens.
#[must_use]
pub fn event_rates<T: Timed>(
    system: &T,
    rates: &Rates,
    states: &[T::State],
    event: usize,
) -> Vec<f64> {
    let rate = |state: &T::State| {
        let delay = rates.delay(event, stage(system, rates, state, event));
        match delay {
            Some(Delay::Exponential { per_hour }) if system.enabled(state).contains(event) => {
                per_hour
            }
            _ => 0.0,
        }
    };
    states.iter().map(rate).collect()
}

/// Which of an event's delays counts, as the simulator has it.
fn stage<T: Timed>(system: &T, rates: &Rates, state: &T::State, event: usize) -> usize {
    if rates.is_staged(event) {
        system.stage(state, event).unwrap_or(0)
    } else {
        0
    }
}

struct Builder<'s, T: System> {
    system: &'s T,
    rates: &'s Rates,
    writes: [Option<usize>; 4],
    states: Vec<T::State>,
    numbers: BTreeMap<Words, u32>,
    /// Events with a delay that is not exponential, by event and stage.
    wrong: BTreeSet<(usize, usize)>,
}

impl<T: Timed> Builder<'_, T> {
    fn number(&mut self, state: T::State) -> u32 {
        let next = self.states.len() as u32;
        let number = *self
            .numbers
            .entry(self.system.words(&state))
            .or_insert(next);
        if number == next {
            self.states.push(state);
        }
        number
    }

    fn not_exponential(&self) -> Option<SolveError> {
        let at: Vec<_> = self.wrong.iter().copied().collect();
        (!at.is_empty()).then_some(SolveError::NotExponential { at })
    }

    fn delay(&self, state: &T::State, event: usize) -> Option<Delay> {
        let stage = stage(self.system, self.rates, state, event);
        self.rates.delay(event, stage)
    }

    /// The transitions of a state in which time passes.
    fn row(&mut self, state: &T::State) -> Result<Vec<(u32, f64)>, SolveError> {
        let mut row = Vec::new();
        let enabled = self.system.enabled(state);
        for event in self.system.clocked(state, enabled).iter() {
            let per_hour = match self.delay(state, event) {
                Some(Delay::Exponential { per_hour }) => per_hour,
                // Any number: no answer will come of it, only the list of what is wrong. Whoever
                // has to change one step of a piece of work wants to know of all of them.
                Some(Delay::Other) => {
                    let stages = self.rates.unfit_stages(event);
                    self.wrong.extend(stages.map(|stage| (event, stage)));
                    1.0
                }
                Some(Delay::Immediate) | None => continue,
            };
            let mut left = 1.0;
            for case in self.rates.cases(event) {
                if let Some(next) = self.each(state, &case.events) {
                    left -= case.probability;
                    row.push((self.settled(next)?, per_hour * case.probability));
                }
            }
            // Rounding may leave a trifle of a probability that is 0.
            if left > 1e-12 {
                let (next, _) = self.system.apply(state, event);
                row.push((self.settled(next)?, per_hour * left));
            }
        }
        for shared in self.rates.shared() {
            for case in &shared.cases {
                if let Some(next) = self.each(state, &case.events) {
                    let next = self.settled(next)?;
                    row.push((next, shared.per_hour * case.probability));
                }
            }
        }
        Ok(row)
    }

    /// The state after events at one instant, each if it can happen then; `None` if none can.
    fn each(&self, state: &T::State, events: &[usize]) -> Option<T::State> {
        let mut next = None;
        for event in events {
            let now = next.as_ref().unwrap_or(state);
            if self.system.enabled(now).contains(*event) {
                next = Some(self.system.apply(now, *event).0);
            }
        }
        next
    }

    /// The number of the state in which time passes after this one.
    fn settled(&mut self, state: T::State) -> Result<u32, SolveError> {
        let state = self.settle(state)?;
        Ok(self.number(state))
    }

    /// Follows posts and events without delay to a state in which time passes.
    fn settle(&self, mut state: T::State) -> Result<T::State, SolveError> {
        for _ in 0..IMMEDIATE_MOST {
            let serving = self.system.facts(&state).serving;
            for (copy, write) in self.writes.iter().enumerate() {
                if let Some(write) = write
                    && serving >> copy & 1 == 1
                    && self.system.enabled(&state).contains(*write)
                {
                    (state, _) = self.system.apply(&state, *write);
                }
            }
            let enabled = self.system.enabled(&state);
            let clocked = self.system.clocked(&state, enabled);
            let mut at_once = clocked
                .iter()
                .filter(|event| self.delay(&state, *event) == Some(Delay::Immediate));
            match at_once.next() {
                None => {
                    let state = self.system.without_history(state);
                    return Ok(self.system.canonical(state));
                }
                Some(event) => (state, _) = self.system.apply(&state, event),
            }
        }
        let enabled = self.system.enabled(&state);
        let event = enabled
            .iter()
            .find(|event| self.delay(&state, *event) == Some(Delay::Immediate));
        Err(SolveError::NoTimePasses {
            event: event.map_or_else(String::new, |event| self.system.event_name(event)),
        })
    }
}
