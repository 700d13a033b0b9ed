//! The clocks of a system with exponential delays in place of others.
//!
//! A Markov chain has no memory, so a delay of another distribution has no place in it. Here each
//! is replaced by an exponential one of the same mean. What depends on the hour is averaged over a
//! week, a correction of a step that goes wrong is part of the step's time, and planned work, which
//! runs by a timetable, is left out. Each replacement is noted.

use crate::clocks::activities::{Activities, Activity, Case, CaseOutcome, Shifts, Timer};
use crate::clocks::distribution::{Distribution, Sampler, SimDuration};
use crate::clocks::purpose::Purpose;

/// What stands for another thing in an exponential system.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Replacement {
    /// The delay of an event at a stage is exponential, with this mean in milliseconds.
    Delay {
        /// The event, by its dense index.
        event: usize,
        /// The stage, from 0.
        stage: usize,
        /// The mean.
        mean_ms: f64,
    },
    /// The time between two rings of a clock of no event of its own is exponential.
    Shared {
        /// Its place in the list of these clocks.
        clock: usize,
        /// The mean in milliseconds.
        mean_ms: f64,
    },
    /// Planned work is left out.
    Planned {
        /// Its place in the list of clocks of no event of their own.
        clock: usize,
    },
    /// A stall is an outage from its first moment on, however short it is.
    Pause,
    /// Steps take their own time, whatever log waits and whether there is anything to do.
    Steps,
}

/// Replaces every delay that is neither zero nor exponential by an exponential one of the same
/// mean, and says which.
#[must_use]
pub fn exponential(activities: &Activities) -> (Activities, Vec<Replacement>) {
    let mut replaced = Vec::new();
    let mut changed = activities.clone();
    for (event, slot) in changed.by_event.iter_mut().enumerate() {
        if let Some(activity) = slot {
            replace(activity, event, activities.shifts, &mut replaced);
        }
        // The files of log shipping's jobs, which run by a timetable, are not in a chain.
        if slot
            .as_ref()
            .is_some_and(|a| a.purpose == Purpose::Retention)
        {
            *slot = None;
        }
    }
    let planned = |clock: usize| activities.shared[clock].planned.is_some();
    for (clock, shared) in changed.shared.iter_mut().enumerate() {
        let mean_ms = match &shared.timer {
            _ if planned(clock) => {
                replaced.push(Replacement::Planned { clock });
                continue;
            }
            Timer::Renewal(sampler) if is_fit(sampler) => continue,
            Timer::Renewal(sampler) => sampler.mean_ms(),
            Timer::Every { interval_ms, .. } => *interval_ms as f64,
        };
        shared.timer = Timer::Renewal(of_mean(mean_ms));
        replaced.push(Replacement::Shared { clock, mean_ms });
    }
    // Clocks keep their order, by which draws are addressed.
    changed.shared.retain(|shared| shared.planned.is_none());
    changed.shifts = None;
    if changed.pause_ms > 0 {
        changed.pause_ms = 0;
        replaced.push(Replacement::Pause);
    }
    (changed, replaced)
}

fn replace(
    activity: &mut Activity,
    event: usize,
    shifts: Option<Shifts>,
    replaced: &mut Vec<Replacement>,
) {
    let longer = take_longer(&mut activity.cases);
    let by_hour = std::mem::take(&mut activity.by_hour);
    activity.planned = None;
    if activity.step.take().is_some() && !replaced.contains(&Replacement::Steps) {
        replaced.push(Replacement::Steps);
    }
    for (stage, delay) in activity.delays.iter_mut().enumerate() {
        let hours = by_hour.get(stage).and_then(Option::as_ref);
        if hours.is_none() && longer == 0.0 && is_fit(delay) {
            continue;
        }
        let alone = match (hours, shifts) {
            (Some([on, off]), Some(shifts)) => {
                let on_duty = share_on_duty(shifts);
                on_duty * on.mean_ms() + (1.0 - on_duty) * off.mean_ms()
            }
            _ => delay.mean_ms(),
        };
        let mean_ms = alone + longer;
        *delay = of_mean(mean_ms);
        replaced.push(Replacement::Delay {
            event,
            stage,
            mean_ms,
        });
    }
}

/// Takes out the cases in which the work takes longer: the time that they add on average. The
/// other cases are drawn again after each of them, so that their shares grow.
fn take_longer(cases: &mut Vec<Case>) -> f64 {
    let (mut slip, mut sum) = (0.0, 0.0);
    for case in cases.iter() {
        if let CaseOutcome::Longer(more) = &case.outcome {
            slip += case.probability;
            sum += case.probability * more.mean_ms();
        }
    }
    if slip <= 0.0 || slip >= 1.0 {
        return 0.0;
    }
    cases.retain(|case| !matches!(case.outcome, CaseOutcome::Longer(_)));
    cases
        .iter_mut()
        .for_each(|case| case.probability /= 1.0 - slip);
    sum / (1.0 - slip)
}

/// The share of a week in which people are on duty.
fn share_on_duty(shifts: Shifts) -> f64 {
    const DAY_MS: f64 = 86_400_000.0;
    let hours = shifts.to_ms.saturating_sub(shifts.from_ms) as f64;
    hours / DAY_MS * (shifts.days.min(7) as f64 / 7.0)
}

/// Whether a chain can have the delay as it is.
fn is_fit(sampler: &Sampler) -> bool {
    sampler.constant() == Some(0) || sampler.exponential_mean().is_some()
}

fn of_mean(mean_ms: f64) -> Sampler {
    let mean = SimDuration {
        ms: (mean_ms + 0.5) as u64,
    };
    Sampler::new(&match mean.ms {
        0 => Distribution::Fixed { value: mean },
        _ => Distribution::Exponential { mean },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clocks::activities::Memory;
    use crate::clocks::purpose::Purpose;

    const HOUR_MS: u64 = 3_600_000;

    fn fixed(ms: u64) -> Sampler {
        Sampler::new(&Distribution::Fixed {
            value: SimDuration { ms },
        })
    }

    /// Three hours, and with a probability of 1 in 4 one more, after which it may go wrong again:
    /// 3 h 20 min. A mistake in 3 of the 4 has the whole rest.
    #[test]
    fn a_step_that_takes_longer_is_longer_on_average() {
        let mut activity = Activity::new(
            1,
            Purpose::Step,
            Memory::Resume,
            &Distribution::Fixed {
                value: SimDuration { ms: 3 * HOUR_MS },
            },
        );
        let case = |probability, outcome| Case {
            probability,
            outcome,
        };
        activity.cases = vec![
            case(0.375, CaseOutcome::Events(vec![4])),
            case(0.25, CaseOutcome::Longer(fixed(HOUR_MS))),
        ];
        let mut replaced = Vec::new();
        replace(&mut activity, 7, None, &mut replaced);
        let mean_ms = 12_000_000.0;
        assert_eq!(
            replaced,
            [Replacement::Delay {
                event: 7,
                stage: 0,
                mean_ms
            }]
        );
        assert_eq!(activity.delays[0].exponential_mean(), Some(mean_ms));
        assert_eq!(activity.cases.len(), 1);
        assert!((activity.cases[0].probability - 0.5).abs() < 1e-15);
    }

    /// Ten hours on five days are 50 of 168.
    #[test]
    fn what_depends_on_the_hour_is_averaged_over_a_week() {
        let mut activity = Activity::immediate(1);
        activity.by_hour = vec![Some([fixed(0), fixed(168 * HOUR_MS)])];
        let shifts = Shifts {
            from_ms: 8 * HOUR_MS,
            to_ms: 18 * HOUR_MS,
            days: 5,
        };
        replace(&mut activity, 0, Some(shifts), &mut Vec::new());
        let found = activity.delays[0].exponential_mean().expect("exponential");
        assert!((found / (118 * HOUR_MS) as f64 - 1.0).abs() < 1e-9);
    }
}
