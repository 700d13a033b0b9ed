//! Speed by memory: the system as an automaton that is compiled while it runs.
//!
//! The states that a simulated year visits are few and come again and again, so each state's facts
//! and each step's result are computed once and looked up ever after. Nothing in here can change a
//! result: a full automaton is emptied and compiles afresh.

use poolproof_models::names::event::EventSet;
use poolproof_models::rules::losses::Losses;
use poolproof_models::state::lineage::TIMELINES;
use poolproof_models::transition::step::Report;

use crate::clocks::timed::{Facts, Timed};
use crate::fingerprints::fingerprint;
use crate::simulate::macro_steps::MacroSteps;

/// The most states kept; a state costs about a kilobyte and a half with its edges.
const STATES_MOST: usize = 1 << 16;

const UNKNOWN: u32 = u32::MAX;

/// A state with what can be read off it.
pub struct Row<S> {
    /// The state.
    pub state: S,
    /// What can happen.
    pub enabled: EventSet,
    /// The events whose clocks run: half a dozen of sixty.
    pub clocked: EventSet,
    /// What can be read off it.
    pub facts: Facts,
    /// Where `clocked` is listed, and how long the list is.
    clocks: (u32, u8),
}

/// A step: where it leads and what has to be done about it.
#[derive(Clone, Copy)]
pub struct Edge {
    /// The row of the next state.
    pub to: u32,
    /// The report, 0 where ranks and timelines keep their numbers and nothing is lost.
    pub report: u32,
    /// Job runs up to now have to be told to the world before this step.
    pub ship_first: bool,
}

const UNEXPLORED: Edge = Edge {
    to: UNKNOWN,
    report: 0,
    ship_first: false,
};

/// What a step can do to what is held.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Harm {
    Unknown,
    None,
    Possible,
}

/// The automaton of one worker.
pub struct Automaton<'s, T: Timed> {
    system: &'s T,
    events: usize,
    /// The events that have a clock at all.
    clocks: EventSet,
    rows: Vec<Row<T::State>>,
    edges: Vec<Edge>,
    /// By row and event, whether the step is harmless, as far as somebody asked.
    harmless: Vec<Harm>,
    /// What is known of macro-steps: see [`Automaton::slot`].
    pub macro_steps: MacroSteps,
    /// The clocks that run in each row, one after the other.
    running: Vec<u8>,
    reports: Vec<Report>,
    /// Open addressing over row numbers plus one; 0 is empty.
    index: Vec<u32>,
    initial: u32,
}

impl<'s, T: Timed> Automaton<'s, T> {
    /// An automaton that knows the first state.
    #[must_use]
    pub fn new(system: &'s T, clocks: EventSet) -> Self {
        let mut automaton = Self {
            system,
            events: system.event_count(),
            clocks,
            rows: Vec::new(),
            edges: Vec::new(),
            harmless: Vec::new(),
            macro_steps: MacroSteps::default(),
            running: Vec::new(),
            reports: vec![Report::default()],
            index: vec![0; STATES_MOST * 2],
            initial: 0,
        };
        automaton.initial = automaton.intern(system.initial());
        automaton
    }

    /// The row of the first state.
    #[must_use]
    pub const fn initial(&self) -> u32 {
        self.initial
    }

    /// The system.
    #[must_use]
    pub const fn system(&self) -> &'s T {
        self.system
    }

    /// A row.
    #[must_use]
    pub fn row(&self, row: u32) -> &Row<T::State> {
        &self.rows[row as usize]
    }

    /// The events of a row whose clocks run, ascending: `Row::clocked` as a list, which is read
    /// faster.
    #[must_use]
    pub fn clocked(&self, row: u32) -> &[u8] {
        let (at, length) = self.rows[row as usize].clocks;
        &self.running[at as usize..][..usize::from(length)]
    }

    /// A report.
    #[must_use]
    pub fn report(&self, report: u32) -> &Report {
        &self.reports[report as usize]
    }

    /// The slot in `macro_steps` of an event, or of none, in a state.
    #[must_use]
    pub const fn slot(&self, row: u32, event: Option<usize>) -> usize {
        let event = match event {
            Some(event) => event,
            None => self.events,
        };
        row as usize * (self.events + 1) + event
    }

    /// Empties a full automaton, between two trials.
    pub fn make_room(&mut self) {
        if self.rows.len() > STATES_MOST * 3 / 4 || self.macro_steps.is_full() {
            *self = Self::new(self.system, self.clocks);
        }
    }

    /// The step of an enabled event.
    pub fn edge(&mut self, from: u32, event: usize) -> Edge {
        let at = from as usize * self.events + event;
        let edge = self.edges[at];
        if edge.to != UNKNOWN {
            edge
        } else {
            self.explore(from, event)
        }
    }

    /// Whether an event, if it can happen, neither loses anything nor brings service back, which
    /// could show a loss. Its next state is not kept: whoever looks ahead at every failure would
    /// fill the automaton with states that no trial visits.
    pub fn is_harmless(&mut self, from: u32, event: usize) -> bool {
        let row = &self.rows[from as usize];
        if !row.enabled.contains(event) {
            return true;
        }
        let at = from as usize * self.events + event;
        if self.harmless.len() <= at {
            self.harmless.resize(self.edges.len(), Harm::Unknown);
        }
        if self.harmless[at] == Harm::Unknown {
            let (after, report) = self.system.apply(&row.state, event);
            let back = !row.facts.up && self.system.facts(&after).up;
            self.harmless[at] = if report.losses == Losses::default() && !back {
                Harm::None
            } else {
                Harm::Possible
            };
        }
        self.harmless[at] == Harm::None
    }

    #[cold]
    fn explore(&mut self, from: u32, event: usize) -> Edge {
        let before = self.rows[from as usize].state;
        let facts = self.rows[from as usize].facts;
        let (after, report) = self.system.apply(&before, event);
        let to = self.intern(after);
        let next = self.rows[to as usize].facts;
        let ship_first = facts.jobs != next.jobs
            || facts.serving != next.serving
            || self.system.touches_log(&before, &after);
        let report = if is_identity(&report) {
            0
        } else {
            self.reports.push(report);
            (self.reports.len() - 1) as u32
        };
        let edge = Edge {
            to,
            report,
            ship_first,
        };
        self.edges[from as usize * self.events + event] = edge;
        edge
    }

    fn intern(&mut self, state: T::State) -> u32 {
        if self.rows.len() * 8 > self.index.len() * 7 {
            self.grow_index();
        }
        let mask = self.index.len() - 1;
        let mut at = fingerprint(self.system.words(&state), 0) as usize & mask;
        loop {
            match self.index[at] {
                0 => break,
                row if self.rows[row as usize - 1].state == state => return row - 1,
                _ => at = (at + 1) & mask,
            }
        }
        let row = self.rows.len() as u32;
        self.index[at] = row + 1;
        let enabled = self.system.enabled(&state);
        let clocked = self.system.clocked(&state, enabled).and(&self.clocks);
        let clocks = (self.running.len() as u32, clocked.len() as u8);
        self.running.extend(clocked.iter().map(|event| event as u8));
        self.rows.push(Row {
            state,
            enabled,
            clocked,
            facts: self.system.facts(&state),
            clocks,
        });
        self.edges
            .resize(self.edges.len() + self.events, UNEXPLORED);
        self.macro_steps.add_entries(self.events + 1);
        row
    }

    /// One trial may visit more states than the automaton is made for.
    fn grow_index(&mut self) {
        let mask = self.index.len() * 2 - 1;
        let mut index = vec![0; mask + 1];
        for (row, known) in self.rows.iter().enumerate() {
            let mut at = fingerprint(self.system.words(&known.state), 0) as usize & mask;
            while index[at] != 0 {
                at = (at + 1) & mask;
            }
            index[at] = row as u32 + 1;
        }
        self.index = index;
    }
}

fn is_identity(report: &Report) -> bool {
    let renumbering = &report.renumbering;
    let dense = renumbering.ranks & (renumbering.ranks + 1) == 0;
    let same = (0..TIMELINES)
        .all(|t| usize::from(renumbering.timelines[t]) == t || renumbering.timelines[t] == 0xFF);
    dense && same && renumbering.written.is_none() && report.losses == Losses::default()
}
