//! The checked model: a system under a budget of faults.

use std::hash::{Hash, Hasher};

use crate::names::event::FaultClass;
use crate::names::property::Spent;
use crate::system::System;

/// How many faults the checker may spend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Over all classes, at most 15.
    pub total: u8,
    /// Per class, in the order of [`FaultClass::ALL`]; what is at least `total` is no limit.
    pub per_class: [u8; 6],
    /// Of all classes but [`FaultClass::Mistake`] together; what is at least `total` is no limit.
    pub besides_mistakes: u8,
}

impl Budget {
    /// That many faults of any class.
    #[must_use]
    pub const fn of(total: u8) -> Self {
        Self {
            total,
            per_class: [total; 6],
            besides_mistakes: total,
        }
    }

    /// So many faults, and beside them so many operators' mistakes; at most 15 together.
    #[must_use]
    pub const fn with_mistakes(faults: u8, mistakes: u8) -> Self {
        let budget = Self {
            besides_mistakes: faults,
            ..Self::of(faults + mistakes)
        };
        budget.with_limit(FaultClass::Mistake, mistakes)
    }

    /// Whether one fault more of a class may happen after those that are spent.
    #[must_use]
    pub const fn allows(&self, spent: Spent, class: FaultClass) -> bool {
        let besides = spent.total() - spent.of(FaultClass::Mistake);
        spent.total() < self.total
            && spent.of(class) < self.per_class[class as usize]
            && (matches!(class, FaultClass::Mistake) || besides < self.besides_mistakes)
    }

    /// The same with a limit for one class.
    #[must_use]
    pub const fn with_limit(mut self, class: FaultClass, limit: u8) -> Self {
        self.per_class[class as usize] = limit;
        self
    }

    /// Classes whose count must be remembered: those with a limit of their own, and site losses,
    /// which AL0 reads.
    fn counted(&self) -> Vec<FaultClass> {
        FaultClass::ALL
            .into_iter()
            .filter(|class| {
                let limit = self.per_class[*class as usize];
                let apart = *class == FaultClass::Mistake
                    && limit > 0
                    && self.besides_mistakes < self.total;
                *class == FaultClass::SiteLoss || limit < self.total && limit > 0 || apart
            })
            .collect()
    }
}

/// A state of the search: the world, canonical, and the faults spent on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node<T> {
    /// The state of the system.
    pub state: T,
    /// Faults spent.
    pub spent: Spent,
}

/// A system under a budget.
#[derive(Debug, Clone)]
pub struct Bounded<S> {
    /// The system.
    pub system: S,
    /// The budget.
    pub budget: Budget,
    counted: Vec<FaultClass>,
}

impl<S: System> Bounded<S> {
    /// Puts a system under a budget.
    #[must_use]
    pub fn new(system: S, budget: Budget) -> Self {
        Self {
            system,
            budget,
            counted: budget.counted(),
        }
    }

    /// The first node.
    #[must_use]
    pub fn initial(&self) -> Node<S::State> {
        let state = self.system.canonical(self.system.initial());
        Node {
            state,
            spent: Spent::default(),
        }
    }

    /// The faults spent after an event, or `None` if the budget does not allow it.
    #[must_use]
    pub fn spend(&self, node: &Node<S::State>, index: usize) -> Option<Spent> {
        match self.system.fault_class(&node.state, index) {
            None => Some(node.spent),
            Some(class) => {
                let allowed = self.budget.allows(node.spent, class);
                allowed.then(|| node.spent.plus(class).only(&self.counted))
            }
        }
    }

    /// Calls `visit` with each event that can happen and the node it leads to, in the order of the
    /// dense index.
    pub fn for_each_successor(
        &self,
        node: &Node<S::State>,
        mut visit: impl FnMut(usize, Node<S::State>),
    ) {
        for index in self.system.enabled(&node.state).iter() {
            if let Some(spent) = self.spend(node, index) {
                let (state, _) = self.system.apply(&node.state, index);
                visit(
                    index,
                    Node {
                        state: self.system.canonical(state),
                        spent,
                    },
                );
            }
        }
    }
}

impl<T: Hash> Hash for Node<T> {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.state.hash(hasher);
        hasher.write_u32(self.spent.bits());
    }
}
