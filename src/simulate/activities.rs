//! Activities: which clock each event of the system has.

use crate::distribution::{Distribution, Sampler, SimDuration};

use super::purpose::Purpose;

/// What a clock does while its event cannot happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Memory {
    /// It is stopped and goes on with the remaining time: people's work, a component's age.
    Resume,
    /// It is drawn again: detection, timers, repairs.
    Restart,
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
}

impl Activity {
    /// A clock with one stage.
    #[must_use]
    pub fn new(component: u8, purpose: Purpose, memory: Memory, delay: &Distribution) -> Self {
        Self {
            component,
            purpose,
            memory,
            delays: vec![Sampler::new(delay)],
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

/// The clocks of a system: one slot per event, empty where the event never happens by itself.
#[derive(Debug, Clone)]
pub struct Activities {
    /// By dense index of the event.
    pub by_event: Vec<Option<Activity>>,
    /// Interval, duration and first start of the jobs; a first start is drawn where it is `None`.
    pub jobs: [JobSchedule; 3],
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
