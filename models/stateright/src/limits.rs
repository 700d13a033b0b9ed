//! What ends a search early. Stateright's own limits count successors, or do not say that they were
//! reached.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// How a search ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Every state was visited.
    Complete,
    /// So many states were expanded that the limit was reached.
    StatesLimit,
    /// The caller ended it.
    Stopped,
}

/// The limits of one search: once one is reached, states have no successors any more.
#[derive(Debug)]
pub(crate) struct Limits {
    /// The states that may still be expanded.
    left: AtomicU64,
    reached: AtomicBool,
    stopped: AtomicBool,
}

impl Limits {
    pub(crate) const fn of(states: u64) -> Self {
        Self {
            left: AtomicU64::new(states),
            reached: AtomicBool::new(false),
            stopped: AtomicBool::new(false),
        }
    }

    /// Ends the search.
    pub(crate) fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    /// Counts a state that is to be expanded; false if it must not be.
    pub(crate) fn expand(&self) -> bool {
        if self.stopped.load(Ordering::Relaxed) {
            return false;
        }
        let (order, one_less) = (Ordering::Relaxed, |left: u64| left.checked_sub(1));
        let within = self.left.fetch_update(order, order, one_less).is_ok();
        if !within {
            self.reached.store(true, Ordering::Relaxed);
        }
        within
    }

    /// Ends the limits with the search, so that its paths can be followed; returns how it ended.
    pub(crate) fn lift(&self) -> Ending {
        self.left.store(u64::MAX, Ordering::Relaxed);
        let stopped = self.stopped.swap(false, Ordering::Relaxed);
        let reached = self.reached.load(Ordering::Relaxed);
        match (stopped, reached) {
            (true, _) => Ending::Stopped,
            (false, true) => Ending::StatesLimit,
            (false, false) => Ending::Complete,
        }
    }
}
