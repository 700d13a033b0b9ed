//! How often basic events and cut sets happen, from the rates of a scenario.
//!
//! A cut set is counted when the last of its events begins while the others last: the rare-event
//! approximation of kinetic tree theory (Vesely, Nuclear Engineering and Design 13, 1970; Fault
//! Tree Handbook, NUREG-0492, XI). With the rate λ and the mean time to repair τ of each event, the
//! share of time that it lasts is q = λτ / (1 + λτ) and its frequency w = λ / (1 + λτ), and the
//! set's frequency is the sum over its events of w times the product of the q of all others. Sets
//! add up.

use poolproof_models::names::component::Component;
use poolproof_models::names::event::{Event, EventKind, FaultClass, mistake_kind, role_of};
use poolproof_models::names::runbook::Role;

use crate::app::compile;
use crate::scenario::Scenario;

/// Hours of a year.
const YEAR_H: f64 = 8766.0;

/// How often a basic event happens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Frequency {
    /// By itself.
    Rate {
        /// Per component and year of 8766 h.
        per_year: f64,
        /// Mean time until it is over, in hours.
        repair_h: f64,
        /// Number of components that it can happen to.
        components: u32,
    },
    /// At most once, where the other events have happened: the return of what was left, and the
    /// mistakes at a runbook.
    OnDemand {
        /// The most that its probability can be: for a mistake that the scenario has a probability
        /// of at each step, that of making it at any; 1 where the scenario says nothing.
        probability: f64,
    },
    /// The scenario says nothing about it.
    Unknown,
}

/// How often a cut set happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unrated {
    /// An event has no rate.
    NoRate,
    /// The same component would have to fail again while it is down.
    Repeated,
}

/// The estimate of a cut set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// Times per year of 8766 h.
    pub per_year: f64,
    /// Whether events on demand were taken for certain, so that it is no more than this.
    pub at_most: bool,
}

/// The frequency of a basic event.
#[must_use]
pub fn frequency(scenario: &Scenario, event: Event, class: FaultClass) -> Frequency {
    if class == FaultClass::LateReturn {
        return Frequency::OnDemand { probability: 1.0 };
    }
    if let Some(role) = role_of(event.at).filter(|_| event.kind != EventKind::Misoperation) {
        let probability = mistake(scenario, event.kind, role);
        return Frequency::OnDemand { probability };
    }
    if let Some(operation) = event.operation {
        // Done in a moment; what it leaves behind is no part of the estimate.
        let mut listed = scenario.operators.misoperations.iter();
        let rate = listed.find(|(listed, _)| *listed == operation);
        return rate.map_or(Frequency::Unknown, |(_, rate)| Frequency::Rate {
            per_year: rate.per_year(),
            repair_h: 0.0,
            components: 1,
        });
    }
    let Some(failure) = compile::failure(scenario, event.kind, event.at) else {
        return Frequency::Unknown;
    };
    Frequency::Rate {
        per_year: failure.per_year,
        repair_h: failure.repair_ms / 3_600_000.0,
        components: components(scenario, event.at),
    }
}

/// The probability of a mistake in one run of a runbook, at any of its steps.
fn mistake(scenario: &Scenario, kind: EventKind, role: Role) -> f64 {
    let operators = &scenario.operators;
    let mut listed = operators.mistakes.iter();
    let at_a_step = listed.find(|(mistake, _)| mistake_kind(*mistake) == kind);
    let steps = operators
        .runbook(role)
        .map_or(0, |file| file.runbook.steps.len());
    at_a_step.map_or(1.0, |(_, probability)| {
        1.0 - libm::pow(1.0 - probability, steps as f64)
    })
}

/// Number of components that a component of the checked topology stands for.
fn components(scenario: &Scenario, at: Component) -> u32 {
    let topology = compile::checked_topology(scenario);
    let Some(server) = topology.servers.get(usize::from(at.number())) else {
        return 1;
    };
    let count = &scenario.pool.servers[server.site.index()];
    u32::from(if server.active {
        count.active
    } else {
        count.idle
    })
}

/// The estimate for a cut set: its basic events, each with how often it has to happen.
///
/// # Errors
/// Where there is none, why.
pub fn estimate(events: &[(Frequency, u32)]) -> Result<Estimate, Unrated> {
    // One entry per event that has to happen: its share of time and its frequency.
    let mut terms: Vec<(f64, f64)> = Vec::new();
    let mut ways = 1.0;
    let mut at_most = false;
    for (frequency, count) in events {
        match *frequency {
            Frequency::Unknown => return Err(Unrated::NoRate),
            Frequency::OnDemand { probability } => {
                at_most = true;
                ways *= libm::pow(probability, f64::from(*count));
            }
            Frequency::Rate {
                per_year,
                repair_h,
                components,
            } => {
                if *count > components {
                    return Err(Unrated::Repeated);
                }
                ways *= choose(components, *count);
                let lasting = per_year * repair_h / YEAR_H;
                let term = if lasting.is_finite() {
                    (lasting / (1.0 + lasting), per_year / (1.0 + lasting))
                } else {
                    (1.0, 0.0)
                };
                terms.extend((0..*count).map(|_| term));
            }
        }
    }
    if terms.is_empty() {
        return Err(Unrated::NoRate);
    }
    let last = |last: usize| {
        let others = terms.iter().enumerate().filter(|(i, _)| *i != last);
        terms[last].1 * others.map(|(_, (share, _))| share).product::<f64>()
    };
    let per_year = ways * (0..terms.len()).map(last).sum::<f64>();
    Ok(Estimate { per_year, at_most })
}

/// Number of ways to choose `k` of `n`.
fn choose(n: u32, k: u32) -> f64 {
    (0..k).fold(1.0, |ways, i| ways * f64::from(n - i) / f64::from(i + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn rate(per_year: f64, repair_h: f64, components: u32) -> Frequency {
        Frequency::Rate {
            per_year,
            repair_h,
            components,
        }
    }

    fn close(estimate: Result<Estimate, Unrated>, expected: f64) {
        let found = estimate.unwrap().per_year;
        assert!(
            (found - expected).abs() <= 1e-12 * expected,
            "{found} {expected}"
        );
    }

    #[test]
    fn one_component_fails_once_per_cycle_of_up_and_down() {
        // Up 1/4 year, down half a year: one failure in three quarters.
        close(estimate(&[(rate(4.0, YEAR_H / 2.0, 1), 1)]), 4.0 / 3.0);
    }

    #[test]
    fn two_fail_together_as_in_the_exact_product_of_two_chains() {
        // Of independent parts, the pair is down q1 q2 of the time and goes down w1 q2 + w2 q1.
        let (a, b) = (rate(2.0, 100.0, 1), rate(8.0, 10.0, 1));
        let terms = |rate: f64, repair: f64| {
            let x = rate * repair / YEAR_H;
            (x / (1.0 + x), rate / (1.0 + x))
        };
        let ((qa, wa), (qb, wb)) = (terms(2.0, 100.0), terms(8.0, 10.0));
        close(estimate(&[(a, 1), (b, 1)]), wa * qb + wb * qa);
    }

    #[test]
    fn alike_components_are_counted_in_pairs() {
        let each = estimate(&[(rate(3.0, 50.0, 1), 1), (rate(3.0, 50.0, 1), 1)]).unwrap();
        close(estimate(&[(rate(3.0, 50.0, 4), 2)]), 6.0 * each.per_year);
    }

    #[test]
    fn what_has_no_rate_has_no_estimate() {
        let known = (rate(1.0, 1.0, 1), 1);
        assert_eq!(
            estimate(&[known, (Frequency::Unknown, 1)]),
            Err(Unrated::NoRate)
        );
        assert_eq!(
            estimate(&[(Frequency::OnDemand { probability: 1.0 }, 1)]),
            Err(Unrated::NoRate)
        );
        assert_eq!(estimate(&[(rate(1.0, 1.0, 1), 2)]), Err(Unrated::Repeated));
        let bound = estimate(&[known, (Frequency::OnDemand { probability: 1.0 }, 1)]).unwrap();
        assert!(bound.at_most);
        close(Ok(bound), estimate(&[known]).unwrap().per_year);
        let seldom = Frequency::OnDemand { probability: 0.25 };
        close(estimate(&[known, (seldom, 1)]), bound.per_year / 4.0);
    }

    #[test]
    fn what_is_never_repaired_lasts_for_ever() {
        let gone = (rate(1.0, f64::INFINITY, 1), 1);
        close(estimate(&[gone, (rate(2.0, 0.0, 1), 1)]), 2.0);
    }
}
