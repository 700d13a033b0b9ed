//! A counterexample on the clock: its events driven by the clocks that they have.

use poolproof_models::names::event::EventKind;
use poolproof_models::state::topology::Topology;
use poolproof_models::state::world::World;
use poolproof_models::system::System;

use crate::clocks::activities::{Activities, Memory};
use crate::simulate::automaton::Automaton;

/// Why a way cannot be driven by the clock.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unclocked {
    /// An event has no clock: it is only in the checker.
    #[error("step {step}, {event}, has no clock: it is only in the checker")]
    NoActivity {
        /// The step, from 1.
        step: usize,
        /// The event.
        event: String,
    },
    /// An event of the way cannot happen where it stands.
    #[error("at step {step} the clocks give an end, not {event}")]
    NotEnabled {
        /// The step, from 1.
        step: usize,
        /// The recorded event.
        event: String,
    },
    /// Another clock rings first, or none.
    #[error("at step {step} the clocks give {rings}, not {event}")]
    OutOfOrder {
        /// The step, from 1.
        step: usize,
        /// The recorded event.
        event: String,
        /// The event whose clock rings.
        rings: String,
    },
    /// The worlds differ after a step.
    #[error("after step {step}, {event}, the clock's world differs from the checker's")]
    WorldsDiffer {
        /// The step, from 1.
        step: usize,
        /// The event.
        event: String,
    },
}

/// The time between two steps of a way on the clock: a second.
const BEAT_MS: u64 = 1_000;

const NEVER: u64 = u64::MAX;

/// Drives a way by the clocks of its events and returns the time of each step.
///
/// Each delay that the clocks would draw is chosen so that the events come in the order of the
/// way, one a second: an event that comes later gets the time that its clock runs until then, and
/// one that does not come before it is stopped gets a longer one. Messages and the runs of the jobs
/// happen when the clock has come so far. Everything else is as in a trial: clocks start when an
/// event becomes possible, stop when it no longer is, and keep or forget the rest by their memory;
/// the worlds are the simulator's interned ones, compared with the checker's after each step.
///
/// # Errors
/// When an event has no clock, when another event comes first, or when the worlds differ.
pub fn on_clock(
    topology: &Topology,
    activities: &Activities,
    events: &[usize],
) -> Result<Vec<u64>, Unclocked> {
    let name = |index: usize| topology.event_name(index);
    let mut worlds = vec![topology.initial()];
    for (step, event) in events.iter().enumerate() {
        let world = worlds[step];
        if !System::enabled(topology, &world).contains(*event) {
            return Err(Unclocked::NotEnabled {
                step: step + 1,
                event: name(*event),
            });
        }
        worlds.push(System::apply(topology, &world, *event).0);
    }
    let mut clocks = Clocks {
        topology,
        activities,
        events,
        worlds: &worlds,
        rings: vec![NEVER; topology.event_count()],
        kept: vec![NEVER; topology.event_count()],
    };
    let mut automaton = Automaton::new(topology, activities.clocked());
    let mut row = automaton.initial();
    let mut times = Vec::with_capacity(events.len());
    for event in automaton.row(row).enabled.iter() {
        clocks.wind(event, 0);
    }
    for (step, event) in events.iter().enumerate() {
        let now = (step as u64 + 1) * BEAT_MS;
        if clocks.has_clock(*event) {
            let first = clocks.next();
            if first != Some((now, *event)) {
                return Err(Unclocked::OutOfOrder {
                    step: step + 1,
                    event: name(*event),
                    rings: first.map_or_else(|| "nothing".to_owned(), |(_, other)| name(other)),
                });
            }
        } else if !clocks.is_bookkeeping(*event) {
            return Err(Unclocked::NoActivity {
                step: step + 1,
                event: name(*event),
            });
        }
        let before = automaton.row(row).enabled;
        row = automaton.edge(row, *event).to;
        if automaton.row(row).state != worlds[step + 1] {
            return Err(Unclocked::WorldsDiffer {
                step: step + 1,
                event: name(*event),
            });
        }
        let after = automaton.row(row).enabled;
        clocks.rings[*event] = NEVER;
        for stopped in before.minus(&after).iter() {
            clocks.stop(stopped, now);
        }
        for started in after.minus(&before).iter() {
            clocks.wind(started, step + 1);
        }
        if before.contains(*event) && after.contains(*event) {
            clocks.wind(*event, step + 1);
        }
        times.push(now);
    }
    Ok(times)
}

/// The clocks of a way.
struct Clocks<'a> {
    topology: &'a Topology,
    activities: &'a Activities,
    events: &'a [usize],
    /// The world before each step, and the last.
    worlds: &'a [World],
    rings: Vec<u64>,
    kept: Vec<u64>,
}

impl Clocks<'_> {
    fn has_clock(&self, event: usize) -> bool {
        self.activities.by_event[event].is_some()
    }

    /// Messages and runs of the jobs, with which the simulator synchronises the world when it has
    /// to.
    fn is_bookkeeping(&self, event: usize) -> bool {
        use EventKind as K;
        let kind = self.topology.events()[event].kind;
        matches!(kind, K::Write | K::Backup | K::Copy | K::Restore)
    }

    fn resumes(&self, event: usize) -> bool {
        let activity = &self.activities.by_event[event];
        activity
            .as_ref()
            .is_some_and(|a| a.memory == Memory::Resume)
    }

    /// The clock that rings next. Ties: the lower stable id.
    fn next(&self) -> Option<(u64, usize)> {
        let running = self
            .rings
            .iter()
            .enumerate()
            .filter(|(_, at)| **at != NEVER);
        running.map(|(event, at)| (*at, event)).min()
    }

    fn stop(&mut self, event: usize, now: u64) {
        let at = std::mem::replace(&mut self.rings[event], NEVER);
        if self.resumes(event) && at != NEVER {
            self.kept[event] = at - now;
        }
    }

    /// Starts the clock of an event that can happen from step `from` on (0 is the start).
    fn wind(&mut self, event: usize, from: usize) {
        if !self.has_clock(event) {
            return;
        }
        let now = from as u64 * BEAT_MS;
        let kept = std::mem::replace(&mut self.kept[event], NEVER);
        let delay = if kept == NEVER {
            self.choose(event, from)
        } else {
            kept
        };
        self.rings[event] = now + delay;
    }

    /// The time that the clock runs until the event comes; past the end where it does not.
    fn choose(&self, event: usize, from: usize) -> u64 {
        let mut ran = 0;
        for step in from..self.events.len() {
            let possible = System::enabled(self.topology, &self.worlds[step]).contains(event);
            if !possible && !self.resumes(event) {
                break;
            }
            ran += u64::from(possible) * BEAT_MS;
            if self.events[step] == event {
                return ran;
            }
        }
        (self.events.len() as u64 + 1) * BEAT_MS
    }
}
