//! Minimal counterexamples: steps that were not needed are left out, and the rest is replayed.
//!
//! The search gives the way with the fewest faults and then the fewest steps, so there is seldom
//! anything to leave out of its own; a recorded run of the simulator is mostly noise.

use poolproof_models::model::Bounded;
use poolproof_models::names::property::Spent;
use poolproof_models::system::System;

/// What a way has to show at its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A property is broken; its bit.
    Violation(u32),
    /// A goal is reached; its bit.
    Goal(u32),
}

/// The rules by which ways are replayed.
pub struct Ground<'a, S> {
    system: &'a S,
    /// The budget; without one any number of faults may happen, as in a simulated year.
    bounded: Option<&'a Bounded<S>>,
}

impl<S> Clone for Ground<'_, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for Ground<'_, S> {}

/// A state on a way.
#[derive(Debug, Clone, Copy)]
pub struct At<T> {
    /// The state, with every server by its own name.
    pub state: T,
    /// The faults spent on the way to it.
    pub spent: Spent,
}

impl<'a, S: System> Ground<'a, S> {
    /// Within the budget of a check.
    #[must_use]
    pub const fn within(bounded: &'a Bounded<S>) -> Self {
        Self {
            system: &bounded.system,
            bounded: Some(bounded),
        }
    }

    /// With as many faults as happened.
    #[must_use]
    pub const fn unlimited(system: &'a S) -> Self {
        Self {
            system,
            bounded: None,
        }
    }

    /// The system.
    #[must_use]
    pub const fn system(&self) -> &'a S {
        self.system
    }

    /// The start.
    #[must_use]
    pub fn start(&self) -> At<S::State> {
        At {
            state: self.system.initial(),
            spent: Spent::default(),
        }
    }

    /// Does an event; `None` if it cannot happen, or if the budget does not allow it.
    #[must_use]
    pub fn step(&self, at: &At<S::State>, event: usize) -> Option<At<S::State>> {
        if !self.system.enabled(&at.state).contains(event) {
            return None;
        }
        let spent = match (self.system.fault_class(&at.state, event), self.bounded) {
            (None, _) => at.spent,
            (Some(class), Some(bounded)) => {
                let allowed = bounded.budget.allows(at.spent, class);
                allowed.then(|| at.spent.plus(class))?
            }
            // The count has four bits; no property asks for more than "at most one".
            (Some(_), None) if at.spent.total() >= 15 => at.spent,
            (Some(class), None) => at.spent.plus(class),
        };
        let (state, _) = self.system.apply(&at.state, event);
        Some(At { state, spent })
    }

    /// Whether a state shows the target; `by` is the event that led there.
    #[must_use]
    pub fn shows(&self, at: &At<S::State>, by: Option<usize>, target: Target) -> bool {
        match target {
            Target::Violation(bit) => {
                let enabled = self.system.enabled(&at.state);
                self.system.violated(&at.state, at.spent, &enabled) & bit != 0
            }
            Target::Goal(bit) => {
                by.is_some_and(|event| self.system.reached(event, &at.state) & bit != 0)
            }
        }
    }

    /// Follows a way as far as its target, passing over what cannot happen; `None` if it does not
    /// get there.
    #[must_use]
    pub fn follow(
        &self,
        events: impl Iterator<Item = usize>,
        target: Target,
    ) -> Option<Vec<usize>> {
        let mut at = self.start();
        let mut done = Vec::new();
        if self.shows(&at, None, target) {
            return Some(done);
        }
        for event in events {
            if let Some(next) = self.step(&at, event) {
                at = next;
                done.push(event);
                if self.shows(&at, Some(event), target) {
                    return Some(done);
                }
            }
        }
        None
    }

    /// After how many steps of a way the target shows first.
    #[must_use]
    pub fn first(&self, events: &[usize], target: Target) -> Option<usize> {
        self.follow(events.iter().copied(), target)
            .map(|done| done.len())
    }

    /// The number of faults on a way that can be followed.
    #[must_use]
    pub fn faults(&self, events: &[usize]) -> usize {
        let mut at = self.start();
        let mut faults = 0;
        for event in events {
            faults += usize::from(self.system.fault_class(&at.state, *event).is_some());
            let Some(next) = self.step(&at, *event) else {
                break;
            };
            at = next;
        }
        faults
    }
}

/// Leaves out of a way to `target` what was not needed: no step, and no fault with what follows
/// from it alone, can be left out of the result. Each attempt is replayed, and so is the result.
///
/// `None` if the way does not lead to the target.
#[must_use]
pub fn minimise<S: System>(
    ground: Ground<'_, S>,
    events: &[usize],
    target: Target,
) -> Option<Vec<usize>> {
    let mut way = ground.follow(events.iter().copied(), target)?;
    // Delta debugging: halves first, then ever smaller pieces, single steps to the end.
    let mut piece = way.len().div_ceil(2).max(1);
    loop {
        let mut shortened = false;
        let mut from = 0;
        while from < way.len() {
            let to = (from + piece).min(way.len());
            let rest = way[..from].iter().chain(&way[to..]).copied();
            match ground.follow(rest, target) {
                Some(shorter) if ground.faults(&shorter) <= ground.faults(&way) => {
                    way = shorter;
                    shortened = true;
                }
                _ => from += piece,
            }
        }
        if piece > 1 {
            piece = piece.div_ceil(2);
        } else if !shortened {
            return Some(way);
        }
    }
}
