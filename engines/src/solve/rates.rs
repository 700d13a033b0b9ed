//! How fast each event is, where a Markov chain can say it.

use crate::clocks::activities::{Activities, Activity, Case, CaseOutcome, Timer};
use crate::clocks::distribution::{Distribution, Sampler, SimDuration};
use crate::clocks::purpose::Purpose;
use crate::clocks::random::Uniform;

/// Milliseconds of an hour: rates are per hour.
pub const HOUR_MS: f64 = 3_600_000.0;

/// The delay of an event, as far as a chain can have it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Delay {
    /// None: the event happens before any time passes.
    Immediate,
    /// Exponential.
    Exponential {
        /// Events per hour while the event can happen, above 0.
        per_hour: f64,
    },
    /// Any other distribution.
    Other,
}

/// What may happen when a clock rings: the probability, and events at one instant, each if it can
/// happen then.
#[derive(Debug, Clone, PartialEq)]
pub struct Alternative {
    /// Above 0.
    pub probability: f64,
    /// One after the other.
    pub events: Vec<usize>,
}

/// A clock of no event of its own, such as a cause that servers have in common.
#[derive(Debug, Clone, PartialEq)]
pub struct SharedRate {
    /// How often it rings per hour.
    pub per_hour: f64,
    /// What happens then; nothing with what is left of probability 1.
    pub cases: Vec<Alternative>,
}

/// The delays of a system's events, by stage; none for an event that never happens by itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Rates {
    by_event: Vec<Vec<Delay>>,
    /// What else can happen in an event's place, by event; empty where it has no cases.
    cases: Vec<Vec<Alternative>>,
    shared: Vec<SharedRate>,
}

impl Rates {
    /// One exponential delay for each event; an event with rate 0 never happens.
    #[must_use]
    pub fn per_hour(rates: &[f64]) -> Self {
        let delays = |per_hour: &f64| match *per_hour {
            per_hour if per_hour > 0.0 => vec![Delay::Exponential { per_hour }],
            _ => Vec::new(),
        };
        Self {
            by_event: rates.iter().map(delays).collect(),
            cases: Vec::new(),
            shared: Vec::new(),
        }
    }

    /// The delays that the simulator's clocks have. The jobs of log shipping run by a timetable
    /// and have no clock, so they do not happen here: see [`super::chain`]. Nor does the deletion
    /// of the files that they make.
    #[must_use]
    pub fn of_clocks(activities: &Activities) -> Self {
        let mut by_event = Vec::with_capacity(activities.by_event.len());
        let mut cases = Vec::with_capacity(activities.by_event.len());
        for activity in &activities.by_event {
            let kept = activity
                .as_ref()
                .filter(|a| a.purpose != Purpose::Retention);
            let (delays, of_event) = kept.map_or_else(Default::default, delays_of);
            by_event.push(delays);
            cases.push(of_event);
        }
        let mut shared_rates = Vec::new();
        for shared in &activities.shared {
            let delay = match &shared.timer {
                Timer::Renewal(sampler) => delay_of(sampler),
                Timer::Every { .. } => Delay::Other,
            };
            match (delay, alternatives(&shared.cases)) {
                (Delay::Exponential { per_hour }, Some(cases)) => {
                    shared_rates.push(SharedRate { per_hour, cases });
                }
                // What also happens by such a clock is not its own delay's alone.
                _ => shared.cases.iter().for_each(|case| {
                    if let CaseOutcome::Events(events) = &case.outcome {
                        events
                            .iter()
                            .for_each(|e| by_event[*e] = vec![Delay::Other]);
                    }
                }),
            }
        }
        Self {
            by_event,
            cases,
            shared: shared_rates,
        }
    }

    /// What else can happen in an event's place, each with its probability.
    #[must_use]
    pub fn cases(&self, event: usize) -> &[Alternative] {
        self.cases.get(event).map_or(&[], Vec::as_slice)
    }

    /// The clocks of no event of their own.
    #[must_use]
    pub fn shared(&self) -> &[SharedRate] {
        &self.shared
    }

    /// The delay of an event at a stage; an event with one delay has it at every stage.
    #[must_use]
    pub fn delay(&self, event: usize, stage: usize) -> Option<Delay> {
        let delays = self.by_event.get(event)?;
        delays
            .get(if delays.len() > 1 { stage } else { 0 })
            .copied()
    }

    /// Whether the delay depends on the stage.
    #[must_use]
    pub fn is_staged(&self, event: usize) -> bool {
        self.by_event.get(event).is_some_and(|d| d.len() > 1)
    }

    /// The stages of an event at which its delay is neither exponential nor zero.
    pub fn unfit_stages(&self, event: usize) -> impl Iterator<Item = usize> + '_ {
        let delays = self.by_event.get(event).map_or(&[][..], Vec::as_slice);
        let unfit = delays
            .iter()
            .enumerate()
            .filter(|(_, d)| **d == Delay::Other);
        unfit.map(|(stage, _)| stage)
    }

    /// Replaces an event's delay at every stage.
    pub fn set(&mut self, event: usize, delay: Delay) {
        if let Some(delays) = self.by_event.get_mut(event) {
            *delays = vec![delay];
        }
    }
}

/// The delays of a clock by stage, and its cases.
fn delays_of(activity: &Activity) -> (Vec<Delay>, Vec<Alternative>) {
    // What depends on the hour or on what was planned is no single delay.
    let depends = activity.planned.is_some() || activity.by_hour.iter().any(Option::is_some);
    match alternatives(&activity.cases) {
        Some(cases) if !depends => {
            let delays = activity.delays.iter().map(delay_of);
            (delays.collect(), cases)
        }
        _ => (vec![Delay::Other; activity.delays.len()], Vec::new()),
    }
}

/// The cases of a clock; `None` where one of them is no event.
fn alternatives(cases: &[Case]) -> Option<Vec<Alternative>> {
    let alternative = |case: &Case| match &case.outcome {
        CaseOutcome::Events(events) => Some(Alternative {
            probability: case.probability,
            events: events.clone(),
        }),
        CaseOutcome::Longer(_) | CaseOutcome::Nothing => None,
    };
    cases.iter().map(alternative).collect()
}

/// What a sampler draws from.
///
/// A sampler does not say what it was made of, but two made of the same distribution are equal. So
/// the mean is guessed from the far tail and the guess is proven by making it a sampler too. No
/// other distribution can pass for an exponential one.
fn delay_of(sampler: &Sampler) -> Delay {
    let is = |distribution: &Distribution| *sampler == Sampler::new(distribution);
    let zero = SimDuration { ms: 0 };
    if is(&Distribution::Fixed { value: zero }) {
        return Delay::Immediate;
    }
    // The largest draw is 53 ln 2 means, rounded to a millisecond: a mean in whole milliseconds is
    // certain from it.
    let far = Uniform::from_bits(u64::MAX);
    let means = -libm::log1p(-far.get());
    let ms = (sampler.sample(far).ms as f64 / means).round() as u64;
    let mean = SimDuration { ms };
    if ms > 0 && is(&Distribution::Exponential { mean }) {
        return Delay::Exponential {
            per_hour: HOUR_MS / ms as f64,
        };
    }
    Delay::Other
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delay(distribution: &Distribution) -> Delay {
        delay_of(&Sampler::new(distribution))
    }

    #[test]
    fn exponential_delays_are_known_by_their_mean() {
        for ms in [
            1,
            2,
            3,
            20_000,
            7_200_000,
            7_200_000_001,
            360_000_000_000_000,
        ] {
            let found = delay(&Distribution::Exponential {
                mean: SimDuration { ms },
            });
            let per_hour = HOUR_MS / ms as f64;
            assert_eq!(found, Delay::Exponential { per_hour });
        }
    }

    #[test]
    fn nothing_else_passes_for_exponential() {
        let hour = SimDuration { ms: 3_600_000 };
        let none = SimDuration { ms: 0 };
        let fixed = |value| Distribution::Fixed { value };
        assert_eq!(delay(&fixed(none)), Delay::Immediate);
        let exponential = Distribution::Exponential { mean: hour };
        for other in [
            fixed(hour),
            Distribution::Uniform {
                low: none,
                high: hour,
            },
            Distribution::Lognormal {
                median: hour,
                sigma: 1.0,
                most: None,
            },
            Distribution::Weibull {
                mean: hour,
                shape: 1.0,
            },
            Distribution::Mixture {
                parts: vec![(0.5, exponential.clone()), (0.5, fixed(hour))],
            },
        ] {
            assert_eq!(delay(&other), Delay::Other, "{other:?}");
        }
    }
}
