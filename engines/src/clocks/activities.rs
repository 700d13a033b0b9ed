//! Activities: which clock each event of the system has.

use poolproof_models::names::event::EventSet;

use crate::clocks::distribution::{Distribution, Sampler, SimDuration};
use crate::clocks::purpose::Purpose;
use crate::clocks::timed::Job;

/// What a clock does while its event cannot happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Memory {
    /// It is stopped and goes on with the remaining time: people's work, a component's age.
    Resume,
    /// It is drawn again: detection, timers, repairs.
    Restart,
}

/// One of the things that can happen when a clock rings.
#[derive(Debug, Clone)]
pub struct Case {
    /// The probability of this case, above 0; those of a clock sum to at most 1.
    pub probability: f64,
    /// What happens in this case.
    pub outcome: CaseOutcome,
}

/// What happens when a clock rings.
#[derive(Debug, Clone)]
pub enum CaseOutcome {
    /// These events, one after the other at the same instant, each if it can happen then.
    Events(Vec<usize>),
    /// Not yet: the work takes this much longer, and then may go wrong again.
    Longer(Sampler),
    /// Nothing, until the event has been impossible and becomes possible again.
    Nothing,
}

/// The clock of one event.
#[derive(Debug, Clone)]
pub struct Activity {
    /// The component that owns the clock: half of the address of its draws.
    pub component: u8,
    /// The other half.
    pub purpose: Purpose,
    /// What happens while the event is disabled.
    pub memory: Memory,
    /// The delay, by stage.
    pub delays: Vec<Sampler>,
    /// The delay of a stage where it depends on the hour at which it begins: on duty, off duty.
    pub by_hour: Vec<Option<[Sampler; 2]>>,
    /// The delay after a planned stop, where it differs.
    pub planned: Option<Sampler>,
    /// What else can happen instead of the event; the event itself with what is left of
    /// probability 1.
    pub cases: Vec<Case>,
    /// What else the time of a step depends on, if the event is one.
    pub step: Option<StepTimes>,
}

/// What the time of a runbook's step depends on, beside its delay.
#[derive(Debug, Clone)]
pub struct StepTimes {
    /// The most that a step takes which turns out to be impossible, or not needed, and is skipped.
    pub look_ms: u64,
    /// By stage: the work of log shipping that the step does to its end.
    pub backlog: Vec<Option<Backlog>>,
}

/// Log that waits to be copied or restored (handbook 13.8).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Backlog {
    /// Whose work it is.
    pub job: Job,
    /// The time that the log of a millisecond takes, in milliseconds.
    pub per_log_ms: f64,
    /// The log that the job leaves alone because it is too young, in milliseconds.
    pub held_back_ms: u64,
}

impl Activity {
    /// A clock with one stage.
    #[must_use]
    pub fn new(component: u8, purpose: Purpose, memory: Memory, delay: &Distribution) -> Self {
        Self::staged(component, purpose, memory, vec![Sampler::new(delay)])
    }

    /// A clock with several stages.
    #[must_use]
    pub const fn staged(
        component: u8,
        purpose: Purpose,
        memory: Memory,
        delays: Vec<Sampler>,
    ) -> Self {
        Self {
            component,
            purpose,
            memory,
            delays,
            by_hour: Vec::new(),
            planned: None,
            cases: Vec::new(),
            step: None,
        }
    }

    /// A clock that rings at once.
    #[must_use]
    pub fn immediate(component: u8) -> Self {
        let now = Distribution::Fixed {
            value: SimDuration { ms: 0 },
        };
        Self::new(component, Purpose::Immediate, Memory::Restart, &now)
    }
}

/// When a shared clock rings.
#[derive(Debug, Clone)]
pub enum Timer {
    /// Again and again, after a delay each.
    Renewal(Sampler),
    /// On a timetable whose beginning is uniformly random in each trial.
    Every {
        /// From one time to the next, in milliseconds, above 0.
        interval_ms: u64,
        /// Where in the interval, from 0 to 1, after the timetable's beginning.
        offset: f64,
    },
}

/// A clock that runs all the time, whatever can happen.
#[derive(Debug, Clone)]
pub struct Shared {
    /// The component that owns the draws.
    pub component: u8,
    /// What it draws for.
    pub purpose: Purpose,
    /// When it rings.
    pub timer: Timer,
    /// What can happen then; nothing with what is left of probability 1.
    pub cases: Vec<Case>,
    /// It is work that is planned.
    pub planned: Option<PlannedWork>,
}

/// Work that is planned, on a server or by a runbook: it waits until it does no harm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlannedWork {
    /// The event by which what was stopped starts again, for work on a server.
    pub restart: Option<usize>,
    /// The shared clock of the same work on the server's partner. Where both are due, the mirror is
    /// done first, then the roles are moved once (13.16).
    pub partner: Option<usize>,
}

/// The hours of a week in which people are on duty. Time 0 is a Monday, 00:00.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shifts {
    /// From this time of the day, in milliseconds.
    pub from_ms: u64,
    /// To this time of the day, in milliseconds, above `from_ms`.
    pub to_ms: u64,
    /// On this many days, from Monday on.
    pub days: u64,
}

impl Shifts {
    /// Whether people are on duty at a time, in milliseconds since the start.
    #[must_use]
    pub const fn on_duty(&self, at_ms: u64) -> bool {
        const DAY_MS: u64 = 86_400_000;
        let time = at_ms % DAY_MS;
        at_ms / DAY_MS % 7 < self.days && self.from_ms <= time && time < self.to_ms
    }
}

/// How a delay comes about, at a glance: the two most frequent ways, and any other.
#[derive(Debug, Clone, Copy)]
pub enum Winding {
    /// It is always the same, and needs no draw.
    Constant {
        /// The delay in milliseconds.
        ms: u64,
    },
    /// It is exponential, in every state and at every hour.
    Exponential {
        /// Half of the address of its draws.
        component: u8,
        /// The other half.
        purpose: u8,
        /// The mean in milliseconds.
        mean_ms: f64,
        /// Nothing is drawn from it but this delay, so that it may be drawn in advance.
        alone: bool,
    },
    /// As the activity says.
    Other,
}

/// The clocks of a system: one slot per event, empty where the event never happens by itself.
#[derive(Debug, Clone)]
pub struct Activities {
    /// By dense index of the event.
    pub by_event: Vec<Option<Activity>>,
    /// Clocks of no event of their own.
    pub shared: Vec<Shared>,
    /// When people are on duty; `None` for always.
    pub shifts: Option<Shifts>,
    /// The mean time in which users of a lost pool server connect again, in milliseconds.
    pub reconnect_ms: u64,
    /// A stall that is no longer only makes posts late, in milliseconds (13.5).
    pub pause_ms: u64,
    /// Interval, duration and first start of the jobs; a first start is drawn where it is `None`.
    pub jobs: [JobSchedule; 3],
}

impl Activities {
    /// The events that have a clock of their own.
    #[must_use]
    pub fn clocked(&self) -> EventSet {
        let mut set = EventSet::default();
        for (event, activity) in self.by_event.iter().enumerate() {
            if activity.is_some() {
                set.insert(event);
            }
        }
        set
    }

    /// How the delay of an event comes about.
    #[must_use]
    pub fn winding(&self, event: usize) -> Winding {
        if let Some(ms) = self.constant(event) {
            return Winding::Constant { ms };
        }
        let plain = |a: &&Activity| a.by_hour.is_empty() && a.planned.is_none() && a.step.is_none();
        let activity = self.by_event[event].as_ref().filter(plain);
        match activity.map(|a| (a, &a.delays[..])) {
            Some((activity, [delay])) => match delay.exponential_mean() {
                Some(mean_ms) => Winding::Exponential {
                    component: activity.component,
                    purpose: activity.purpose.number(),
                    mean_ms,
                    alone: activity.cases.is_empty(),
                },
                None => Winding::Other,
            },
            _ => Winding::Other,
        }
    }

    /// The delay of an event in milliseconds, if it is always the same: it needs no draw.
    #[must_use]
    pub fn constant(&self, event: usize) -> Option<u64> {
        let activity = self.by_event[event].as_ref()?;
        match &activity.delays[..] {
            [delay]
                if activity.by_hour.is_empty()
                    && activity.planned.is_none()
                    && activity.step.is_none()
                    && activity.cases.is_empty() =>
            {
                delay.constant()
            }
            _ => None,
        }
    }

    /// An address from which two clocks would draw, if there is one: then they would depend on each
    /// other. The timetables of planned work draw their beginning once for all.
    #[must_use]
    pub fn shared_address(&self) -> Option<(u8, Purpose)> {
        let events = 0..self.by_event.len();
        let random = events.filter(|event| self.constant(*event).is_none());
        let own = random.filter_map(|event| self.by_event[event].as_ref());
        let own = own.map(|activity| (activity.component, activity.purpose));
        let renewals = self.shared.iter();
        let renewals = renewals.filter(|shared| matches!(shared.timer, Timer::Renewal(_)));
        let renewals = renewals.map(|shared| (shared.component, shared.purpose));
        let jobs = self.jobs.iter().filter(|job| job.phase.is_none());
        let jobs = jobs.map(|job| (job.component, Purpose::JobPhase));
        let mut all: Vec<_> = own.chain(renewals).chain(jobs).collect();
        all.sort_by_key(|(component, purpose)| (purpose.number(), *component));
        let twice = all.windows(2).find(|pair| pair[0] == pair[1]);
        twice.map(|pair| pair[0])
    }
}

/// When a job of log shipping runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JobSchedule {
    /// From one start to the next, in milliseconds.
    pub interval: u64,
    /// From start to end of a run, in milliseconds, below the interval.
    pub duration: u64,
    /// The first start; `None` for uniformly random in each trial.
    pub phase: Option<u64>,
    /// The component that owns the draw of the phase.
    pub component: u8,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn office_hours_repeat_every_week() {
        let hour = 3_600_000;
        let shifts = Shifts {
            from_ms: 8 * hour,
            to_ms: 18 * hour,
            days: 5,
        };
        let on = |h: u64| shifts.on_duty(h * hour);
        assert!(!on(7) && on(8) && on(17) && !on(18));
        assert!(on(4 * 24 + 9) && !on(5 * 24 + 9) && !on(6 * 24 + 9) && on(7 * 24 + 9));
        let staffed = (0..7 * 24).filter(|h| on(*h)).count();
        assert_eq!(staffed, 50);
    }
}
