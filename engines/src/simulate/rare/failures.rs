//! Which clocks are failures that strike at a constant rate, so that they can be counted in advance
//! or made to strike.

use poolproof_models::names::event::EventSet;

use crate::clocks::activities::{Activities, Activity, CaseOutcome, Shared, Timer};
use crate::clocks::purpose::Purpose;
use crate::clocks::timed::Timed;

/// The failure clocks of a system. A clock is numbered as its event, and the clocks of no event of
/// their own follow.
#[derive(Debug, Clone)]
pub struct Failures {
    /// By clock: failures per millisecond while it runs; 0 where it is none, or not exponential.
    rates: Vec<f64>,
    /// The events with such a clock.
    events: EventSet,
    /// Such clocks of no event.
    shared: Vec<usize>,
    /// Failure clocks that are not exponential.
    unfit: Vec<usize>,
    names: Vec<String>,
}

impl Failures {
    /// The failure clocks among these.
    #[must_use]
    pub fn of<T: Timed>(system: &T, activities: &Activities) -> Self {
        let events = activities.by_event.len();
        let mut found = Self {
            rates: vec![0.0; events + activities.shared.len()],
            events: EventSet::default(),
            shared: Vec::new(),
            unfit: Vec::new(),
            names: (0..events).map(|event| system.event_name(event)).collect(),
        };
        for (event, activity) in activities.by_event.iter().enumerate() {
            let Some(activity) = activity else { continue };
            if !fails(activity.purpose) || !system.is_fault(event) {
                continue;
            }
            match exponential_mean(activity) {
                Some(mean) => {
                    found.rates[event] = 1.0 / mean;
                    found.events.insert(event);
                }
                None => found.unfit.push(event),
            }
        }
        for (index, shared) in activities.shared.iter().enumerate() {
            let clock = events + index;
            found.names.push(shared_name(system, shared));
            let Timer::Renewal(delay) = &shared.timer else {
                continue;
            };
            match delay.exponential_mean() {
                Some(mean) if mean > 0.0 => {
                    found.rates[clock] = 1.0 / mean;
                    found.shared.push(clock);
                }
                _ => found.unfit.push(clock),
            }
        }
        found
    }

    /// Failures per millisecond of a clock while it runs; 0 for any other clock.
    #[must_use]
    pub fn rate(&self, clock: usize) -> f64 {
        self.rates.get(clock).copied().unwrap_or(0.0)
    }

    /// The events that strike at a constant rate.
    #[must_use]
    pub const fn events(&self) -> EventSet {
        self.events
    }

    /// The clocks of no event that strike at a constant rate.
    #[must_use]
    pub fn shared(&self) -> &[usize] {
        &self.shared
    }

    /// Every clock that strikes at a constant rate, by ascending number.
    pub fn clocks(&self) -> impl Iterator<Item = usize> + '_ {
        self.events.iter().chain(self.shared.iter().copied())
    }

    /// The failure clocks that have another distribution, as names.
    #[must_use]
    pub fn unfit(&self) -> Vec<String> {
        let names = self.unfit.iter().map(|clock| self.names[*clock].clone());
        names.collect()
    }

    /// What a clock is called.
    #[must_use]
    pub fn name(&self, clock: usize) -> &str {
        &self.names[clock]
    }
}

/// Whether a clock stands for something that breaks, rather than for what follows from it.
const fn fails(purpose: Purpose) -> bool {
    matches!(
        purpose,
        Purpose::Failure
            | Purpose::Disaster
            | Purpose::CommonCause
            | Purpose::GreyFailure
            | Purpose::Stall
    )
}

/// The mean of the only delay of a clock, if that is exponential.
fn exponential_mean(activity: &Activity) -> Option<f64> {
    match &activity.delays[..] {
        [delay] if activity.by_hour.is_empty() && activity.planned.is_none() => {
            delay.exponential_mean().filter(|mean| *mean > 0.0)
        }
        _ => None,
    }
}

/// What can happen when a shared clock rings.
fn shared_name<T: Timed>(system: &T, shared: &Shared) -> String {
    let cases = shared.cases.iter().filter_map(|case| match &case.outcome {
        CaseOutcome::Events(events) => {
            let names = events.iter().map(|event| system.event_name(*event));
            Some(names.collect::<Vec<_>>().join(" + "))
        }
        CaseOutcome::Longer(_) | CaseOutcome::Nothing => None,
    });
    cases.collect::<Vec<_>>().join(" or ")
}
