//! How often cut sets happen, from how often their events do.
//!
//! A cut set is counted when the last of its events begins while the others last: the rare-event
//! approximation of kinetic tree theory (Vesely, Nuclear Engineering and Design 13, 1970; Fault
//! Tree Handbook, NUREG-0492, XI). With the rate λ and the mean time to repair τ of each event, the
//! share of time that it lasts is q = λτ / (1 + λτ) and its frequency w = λ / (1 + λτ), and the
//! set's frequency is the sum over its events of w times the product of the q of all others. Sets
//! add up, but not beyond what an event that they share can cause.

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
        /// The most that its probability can be: for a mistake that has a probability at each
        /// step, that of making it at any; 1 where nothing is known of it.
        probability: f64,
    },
    /// Nothing is known about it.
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
pub struct CutSetRate {
    /// Times per year of 8766 h.
    pub per_year: f64,
    /// Whether events on demand were taken for certain, so that it is no more than this.
    pub at_most: bool,
}

/// The estimate for a cut set: its basic events, each with how often it has to happen.
///
/// # Errors
/// Where there is none, why.
pub fn rate(events: &[(Frequency, u32)]) -> Result<CutSetRate, Unrated> {
    // One entry per event that has to happen: its share of time and its frequency.
    let mut terms: Vec<(f64, f64)> = Vec::new();
    let mut combinations = 1.0;
    let mut at_most = false;
    for (frequency, count) in events {
        match *frequency {
            Frequency::Unknown => return Err(Unrated::NoRate),
            Frequency::OnDemand { probability } => {
                at_most = true;
                combinations *= libm::pow(probability, f64::from(*count));
            }
            Frequency::Rate {
                per_year,
                repair_h,
                components,
            } => {
                if *count > components {
                    return Err(Unrated::Repeated);
                }
                combinations *= choose(components, *count);
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
    let per_year = combinations * (0..terms.len()).map(last).sum::<f64>();
    Ok(CutSetRate { per_year, at_most })
}

/// A cut set with an estimate, beside others.
#[derive(Debug, Clone, PartialEq)]
pub struct Rated {
    /// Times per year of 8766 h.
    pub per_year: f64,
    /// Its events that happen by themselves, each with its own frequency per year of 8766 h.
    pub needs: Vec<(usize, f64)>,
}

/// How often any of several cut sets happens, at most: the sum of their frequencies, but for sets
/// that need the same event never more than that event happens.
///
/// The plain sum counts an event once for each set that has it, which made "at most once in 3.33
/// years" of three sets that need what happens once in ten.
#[must_use]
pub fn together(sets: &[Rated]) -> f64 {
    let mut rest: Vec<&Rated> = sets.iter().collect();
    let mut total = 0.0;
    loop {
        let needed = |event: usize| {
            let with = rest
                .iter()
                .filter(|set| set.needs.iter().any(|n| n.0 == event));
            with.map(|set| set.per_year).sum::<f64>()
        };
        let all = rest.iter().flat_map(|set| &set.needs);
        let saved = all.map(|(event, per_year)| (needed(*event) - per_year, *event, *per_year));
        let best = saved.max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
        match best {
            Some((saved, event, per_year)) if saved > 0.0 => {
                total += per_year;
                rest.retain(|set| set.needs.iter().all(|need| need.0 != event));
            }
            _ => return total + rest.iter().map(|set| set.per_year).sum::<f64>(),
        }
    }
}

/// Number of choices of `k` of `n`.
fn choose(n: u32, k: u32) -> f64 {
    (0..k).fold(1.0, |product, i| {
        product * f64::from(n - i) / f64::from(i + 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_that_share_an_event_are_no_more_than_it() {
        let set = |per_year: f64, needs: &[(usize, f64)]| Rated {
            per_year,
            needs: needs.to_vec(),
        };
        let shared = [(0, 0.1)];
        let three = [set(0.1, &shared), set(0.1, &shared), set(0.1, &shared)];
        assert_eq!(together(&three), 0.1);
        let alone = [set(0.1, &[(0, 0.1)]), set(0.2, &[(1, 0.2)])];
        assert!((together(&alone) - 0.3).abs() < 1e-15);
        // Rare sets of a frequent event add up.
        let rare = [
            set(0.01, &[(0, 9.0), (1, 2.0)]),
            set(0.02, &[(0, 9.0), (2, 2.0)]),
        ];
        assert!((together(&rare) - 0.03).abs() < 1e-15);
        // Two groups, and one beside them.
        let groups = [
            set(0.1, &[(0, 0.1)]),
            set(0.1, &[(0, 0.1), (1, 5.0)]),
            set(0.3, &[(2, 0.3)]),
            set(0.3, &[(2, 0.3), (1, 5.0)]),
            set(0.5, &[(3, 1.0)]),
        ];
        assert!((together(&groups) - 0.9).abs() < 1e-12);
        assert_eq!(together(&[]), 0.0);
    }

    const fn failure(per_year: f64, repair_h: f64, components: u32) -> Frequency {
        Frequency::Rate {
            per_year,
            repair_h,
            components,
        }
    }

    fn close(found: Result<CutSetRate, Unrated>, expected: f64) {
        let found = found.unwrap().per_year;
        assert!(
            (found - expected).abs() <= 1e-12 * expected,
            "{found} {expected}"
        );
    }

    #[test]
    fn one_component_fails_once_per_cycle_of_up_and_down() {
        // Up 1/4 year, down half a year: one failure in three quarters.
        close(rate(&[(failure(4.0, YEAR_H / 2.0, 1), 1)]), 4.0 / 3.0);
    }

    #[test]
    fn two_fail_together_as_in_the_exact_product_of_two_chains() {
        // Of independent parts, the pair is down q1 q2 of the time and goes down w1 q2 + w2 q1.
        let (a, b) = (failure(2.0, 100.0, 1), failure(8.0, 10.0, 1));
        let terms = |rate: f64, repair: f64| {
            let x = rate * repair / YEAR_H;
            (x / (1.0 + x), rate / (1.0 + x))
        };
        let ((qa, wa), (qb, wb)) = (terms(2.0, 100.0), terms(8.0, 10.0));
        close(rate(&[(a, 1), (b, 1)]), wa * qb + wb * qa);
    }

    #[test]
    fn alike_components_are_counted_in_pairs() {
        let each = rate(&[(failure(3.0, 50.0, 1), 1), (failure(3.0, 50.0, 1), 1)]).unwrap();
        close(rate(&[(failure(3.0, 50.0, 4), 2)]), 6.0 * each.per_year);
    }

    #[test]
    fn what_has_no_rate_has_no_estimate() {
        let known = (failure(1.0, 1.0, 1), 1);
        assert_eq!(
            rate(&[known, (Frequency::Unknown, 1)]),
            Err(Unrated::NoRate)
        );
        assert_eq!(
            rate(&[(Frequency::OnDemand { probability: 1.0 }, 1)]),
            Err(Unrated::NoRate)
        );
        assert_eq!(rate(&[(failure(1.0, 1.0, 1), 2)]), Err(Unrated::Repeated));
        let bound = rate(&[known, (Frequency::OnDemand { probability: 1.0 }, 1)]).unwrap();
        assert!(bound.at_most);
        close(Ok(bound), rate(&[known]).unwrap().per_year);
        let seldom = Frequency::OnDemand { probability: 0.25 };
        close(rate(&[known, (seldom, 1)]), bound.per_year / 4.0);
    }

    #[test]
    fn what_is_never_repaired_lasts_for_ever() {
        let gone = (failure(1.0, f64::INFINITY, 1), 1);
        close(rate(&[gone, (failure(2.0, 0.0, 1), 1)]), 2.0);
    }
}
