//! Macro-steps, as far as they are known: an event with everything that the world has to be
//! synchronised with before it, as one step. How they are learned is in `trial/macro_step.rs`.

use std::ops::Range;

use poolproof_models::state::lineage::TIMELINES;

use crate::simulate::ledger::FILES;

/// Ways in which the ages of three files can compare.
const PATTERNS: usize = 27;

/// The most macro-steps kept, and the most numbers of macro-steps.
const STEPS_MOST: usize = 1 << 17;
const NUMBERS_MOST: usize = 1 << 22;

/// An event with everything that the world has to be synchronised with before it.
#[derive(Debug, Clone, Copy)]
pub struct MacroStep {
    /// The row in the end.
    pub to: u32,
    /// Steps made.
    pub events: u32,
    /// Properties broken on the way.
    pub violated: u32,
    /// Where the numbers begin that are listed for this macro-step.
    at: u32,
    /// Of these, how many ranks get another moment: pairs, see `Ledger::rearrange`.
    moves: u8,
    /// After them, how many clocks stop.
    stops: u8,
    /// At last, how many clocks are wound.
    winds: u8,
    /// Bit per timeline that does not keep its number.
    pub renamed: u8,
    /// New number of each timeline, as in `Renumbering`.
    pub timelines: [u8; TIMELINES],
    /// Whether some rank comes to stand for the moment of a file.
    pub files: bool,
    /// Whether users are served before and after.
    pub up: [bool; 2],
    /// Whether other jobs run afterwards.
    pub switches: bool,
}

/// What is learned of a macro-step; the meaning is that of [`MacroStep`].
pub struct Compiled {
    /// The row in the end.
    pub to: u32,
    /// Steps made.
    pub events: u32,
    /// Properties broken on the way.
    pub violated: u32,
    /// The ranks that get another moment, each with where it comes from.
    pub moves: Vec<[u8; 2]>,
    /// The clocks that stop.
    pub stops: Vec<u8>,
    /// The clocks that are wound.
    pub winds: Vec<u8>,
    /// New number of each timeline.
    pub timelines: [u8; TIMELINES],
    /// Whether users are served before and after.
    pub up: [bool; 2],
    /// Whether other jobs run afterwards.
    pub switches: bool,
}

/// What is known of an event in a state: where the numbers of its macro-steps begin, and in the
/// lowest bit whether there is one for each pattern of files. A word, because most are never used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry(u32);

impl Entry {
    /// Nothing is known yet.
    const UNKNOWN: Self = Self(u32::MAX);

    /// Whether the world has to be synchronised with job runs up to now first.
    #[must_use]
    pub const fn ship_first(self) -> bool {
        self.0 & 1 == 1
    }

    const fn number_at(self, pattern: usize) -> usize {
        (self.0 >> 1) as usize + pattern
    }
}

/// The macro-steps that are known.
#[derive(Debug, Clone, Default)]
pub struct MacroSteps {
    entries: Vec<Entry>,
    /// Numbers of macro-steps: 0 where it is not known yet, 1 where the steps must be made one by
    /// one.
    numbers: Vec<u32>,
    macro_steps: Vec<MacroStep>,
    /// What is listed for the macro-steps, one after the other.
    lists: Vec<u8>,
}

impl MacroSteps {
    /// Whether nothing more is learned.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.macro_steps.len() >= STEPS_MOST || self.numbers.len() >= NUMBERS_MOST
    }

    /// Makes room for the entries of one more state.
    pub fn add_entries(&mut self, more: usize) {
        self.entries
            .resize(self.entries.len() + more, Entry::UNKNOWN);
    }

    /// A entry; `None` where nothing is known yet.
    #[must_use]
    pub fn entry(&self, slot: usize) -> Option<Entry> {
        let entry = self.entries[slot];
        (entry != Entry::UNKNOWN).then_some(entry)
    }

    /// Learns whether the world has to be synchronised with runs of jobs before an event; `None`
    /// where there is no room.
    pub fn learn_entry(&mut self, slot: usize, ship_first: bool) -> Option<Entry> {
        if self.is_full() {
            return None;
        }
        let at = self.numbers.len();
        let patterns = if ship_first { PATTERNS } else { 1 };
        self.numbers.resize(at + patterns, 0);
        let entry = Entry((at as u32) << 1 | u32::from(ship_first));
        self.entries[slot] = entry;
        Some(entry)
    }

    /// The number of a macro-step: 0 where it is not known yet, 1 where the steps must be made one
    /// by one.
    #[must_use]
    pub fn number(&self, entry: Entry, pattern: usize) -> u32 {
        self.numbers[entry.number_at(pattern)]
    }

    /// Learns a macro-step, or that there is none, and gives it a number.
    pub fn learn(&mut self, entry: Entry, pattern: usize, compiled: Option<Compiled>) -> u32 {
        let mut number = 1;
        if let Some(compiled) = compiled.filter(|_| self.macro_steps.len() < STEPS_MOST) {
            let at = self.lists.len() as u32;
            self.lists.extend(compiled.moves.as_flattened());
            self.lists.extend(&compiled.stops);
            self.lists.extend(&compiled.winds);
            self.macro_steps.push(MacroStep {
                to: compiled.to,
                events: compiled.events,
                violated: compiled.violated,
                at,
                moves: compiled.moves.len() as u8,
                stops: compiled.stops.len() as u8,
                winds: compiled.winds.len() as u8,
                renamed: (0..TIMELINES)
                    .filter(|t| usize::from(compiled.timelines[*t]) != *t)
                    .fold(0, |bits, t| bits | 1 << t),
                timelines: compiled.timelines,
                files: compiled.moves.iter().any(|[_, from]| FILES.contains(from)),
                up: compiled.up,
                switches: compiled.switches,
            });
            number = self.macro_steps.len() as u32 + 1;
        }
        self.numbers[entry.number_at(pattern)] = number;
        number
    }

    /// A macro-step by its number, at least 2.
    #[must_use]
    pub fn get(&self, number: u32) -> &MacroStep {
        &self.macro_steps[number as usize - 2]
    }

    /// The ranks that get another moment, each with where it comes from.
    #[must_use]
    pub fn moves(&self, macro_step: &MacroStep) -> &[[u8; 2]] {
        let at = macro_step.at as usize;
        self.lists[at..at + usize::from(macro_step.moves) * 2]
            .as_chunks()
            .0
    }

    /// Where the clocks are listed that stop, and those that are wound.
    #[must_use]
    pub const fn clocks(&self, macro_step: &MacroStep) -> [Range<usize>; 2] {
        let stops = macro_step.at as usize + macro_step.moves as usize * 2;
        let winds = stops + macro_step.stops as usize;
        [stops..winds, winds..winds + macro_step.winds as usize]
    }

    /// A clock that is listed.
    #[must_use]
    pub fn clock(&self, at: usize) -> usize {
        usize::from(self.lists[at])
    }
}
