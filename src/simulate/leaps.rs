//! Leaps, as far as they are known: an event with everything that has to be told to the world
//! before it, as one step. How they are learned is in `trial/leap.rs`.

use std::ops::Range;

use poolproof_models::lineage::TIMELINES;

use super::ledger::FILES;

/// Ways in which the ages of three files can compare.
const PATTERNS: usize = 27;

/// The most leaps kept, and the most numbers of leaps.
const LEAPS_MOST: usize = 1 << 17;
const NUMBERS_MOST: usize = 1 << 22;

/// An event with everything that has to be told to the world before it.
#[derive(Debug, Clone, Copy)]
pub struct Leap {
    /// The row in the end.
    pub to: u32,
    /// Steps made.
    pub events: u32,
    /// Properties broken on the way.
    pub violated: u32,
    /// Where the numbers begin that are listed for this leap.
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

/// What is learned of a leap; the meaning is that of [`Leap`].
pub struct Lesson {
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

/// What is known of an event in a state: where the numbers of its leaps begin, and in the lowest
/// bit whether there is one for each pattern of files. A word, because most are never used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fan(u32);

impl Fan {
    /// Nothing is known yet.
    const UNKNOWN: Self = Self(u32::MAX);

    /// Whether job runs up to now have to be told to the world first.
    #[must_use]
    pub const fn ship_first(self) -> bool {
        self.0 & 1 == 1
    }

    const fn number_at(self, pattern: usize) -> usize {
        (self.0 >> 1) as usize + pattern
    }
}

/// The leaps that are known.
#[derive(Debug, Clone, Default)]
pub struct Leaps {
    fans: Vec<Fan>,
    /// Numbers of leaps: 0 where it is not known yet, 1 where the steps must be made one by one.
    numbers: Vec<u32>,
    leaps: Vec<Leap>,
    /// What is listed for the leaps, one after the other.
    lists: Vec<u8>,
}

impl Leaps {
    /// Makes room for the fans of one more state.
    pub fn add_fans(&mut self, more: usize) {
        self.fans.resize(self.fans.len() + more, Fan::UNKNOWN);
    }

    /// A fan; `None` where nothing is known yet.
    #[must_use]
    pub fn fan(&self, slot: usize) -> Option<Fan> {
        let fan = self.fans[slot];
        (fan != Fan::UNKNOWN).then_some(fan)
    }

    /// Learns whether runs of jobs have to be told before an event; `None` where there is no room.
    pub fn learn_fan(&mut self, slot: usize, ship_first: bool) -> Option<Fan> {
        let at = self.numbers.len();
        let patterns = if ship_first { PATTERNS } else { 1 };
        if at + patterns > NUMBERS_MOST {
            return None;
        }
        self.numbers.resize(at + patterns, 0);
        let fan = Fan((at as u32) << 1 | u32::from(ship_first));
        self.fans[slot] = fan;
        Some(fan)
    }

    /// The number of a leap: 0 where it is not known yet, 1 where the steps must be made one by
    /// one.
    #[must_use]
    pub fn number(&self, fan: Fan, pattern: usize) -> u32 {
        self.numbers[fan.number_at(pattern)]
    }

    /// Learns a leap, or that there is none, and gives it a number.
    pub fn learn(&mut self, fan: Fan, pattern: usize, lesson: Option<Lesson>) -> u32 {
        let mut number = 1;
        if let Some(lesson) = lesson.filter(|_| self.leaps.len() < LEAPS_MOST) {
            let at = self.lists.len() as u32;
            self.lists.extend(lesson.moves.as_flattened());
            self.lists.extend(&lesson.stops);
            self.lists.extend(&lesson.winds);
            self.leaps.push(Leap {
                to: lesson.to,
                events: lesson.events,
                violated: lesson.violated,
                at,
                moves: lesson.moves.len() as u8,
                stops: lesson.stops.len() as u8,
                winds: lesson.winds.len() as u8,
                renamed: (0..TIMELINES)
                    .filter(|t| usize::from(lesson.timelines[*t]) != *t)
                    .fold(0, |bits, t| bits | 1 << t),
                timelines: lesson.timelines,
                files: lesson.moves.iter().any(|[_, from]| FILES.contains(from)),
                up: lesson.up,
                switches: lesson.switches,
            });
            number = self.leaps.len() as u32 + 1;
        }
        self.numbers[fan.number_at(pattern)] = number;
        number
    }

    /// A leap by its number, at least 2.
    #[must_use]
    pub fn get(&self, number: u32) -> &Leap {
        &self.leaps[number as usize - 2]
    }

    /// The ranks that get another moment, each with where it comes from.
    #[must_use]
    pub fn moves(&self, leap: &Leap) -> &[[u8; 2]] {
        let at = leap.at as usize;
        self.lists[at..at + usize::from(leap.moves) * 2]
            .as_chunks()
            .0
    }

    /// Where the clocks are listed that stop, and those that are wound.
    #[must_use]
    pub const fn clocks(&self, leap: &Leap) -> [Range<usize>; 2] {
        let stops = leap.at as usize + leap.moves as usize * 2;
        let winds = stops + leap.stops as usize;
        [stops..winds, winds..winds + leap.winds as usize]
    }

    /// A clock that is listed.
    #[must_use]
    pub fn clock(&self, at: usize) -> usize {
        usize::from(self.lists[at])
    }
}
