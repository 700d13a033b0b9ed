//! The budget of faults (handbook 9): every class up to its limit, and all together up to the
//! total; neither one more nor one less.

use poolproof_models::model::{Bounded, Budget};
use poolproof_models::names::event::FaultClass;
use poolproof_models::state::topology::Topology;
use poolproof_models::system::System;

use crate::trio::Trio;

/// A trio with all operations outside runbooks, which are mistakes.
fn topology() -> Topology {
    Trio::new(true).topology
}

/// How many faults of a class a path has that takes one whenever the budget lets it, up to 8.
fn most(budget: Budget, class: FaultClass) -> u8 {
    let model = Bounded::new(topology(), budget);
    let mut node = model.initial();
    for found in 0..8 {
        let system = &model.system;
        let of_class = |index: &usize| system.fault_class(&node.state, *index) == Some(class);
        let mut successors = system.enabled(&node.state).iter().filter(of_class);
        let Some((index, spent)) =
            successors.find_map(|index| Some((index, model.spend(&node, index)?)))
        else {
            return found;
        };
        node.state = System::apply(system, &node.state, index).0;
        node.spent = spent;
    }
    8
}

const CLASSES: [FaultClass; 3] = [
    FaultClass::ComponentCrash,
    FaultClass::LinkCut,
    FaultClass::Mistake,
];

#[test]
fn a_class_has_as_many_faults_as_its_limit() {
    for class in CLASSES {
        for limit in 0..=3 {
            let budget = Budget::of(3).with_limit(class, limit);
            assert_eq!(most(budget, class), limit, "{class:?}");
        }
    }
}

#[test]
fn all_classes_together_have_as_many_faults_as_the_total() {
    for class in CLASSES {
        for total in 0..=3 {
            assert_eq!(most(Budget::of(total), class), total, "{class:?}");
        }
    }
}
