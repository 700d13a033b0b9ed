//! Coverage: what a scenario requires to happen, so that a verdict is not about an empty search.
//!
//! An event that a scenario names under `expect.fires`, and every fault that it lists in
//! `check.faults_enabled`, must happen somewhere within the budget.

use poolproof_engines::check::coverage::{Fired, Required};
use poolproof_models::model::Bounded;
use poolproof_models::names::event::FaultClass;
use poolproof_models::state::topology::Topology;
use poolproof_reports::document as doc;

use crate::scenario::Scenario;
use crate::scenario::check::FaultName;
use crate::scenario::expect::Fires;

/// What has to happen, and how often it did.
pub(super) fn coverage(
    scenario: &Scenario,
    model: &Bounded<Topology>,
    fired: Fired<'_>,
    complete: bool,
) -> Vec<doc::Coverage> {
    let row = |event: String, listed_in, required| doc::Coverage {
        event,
        listed_in,
        fired: fired.times(required),
        complete,
    };
    let expected = scenario.expect.fires.iter().map(|fires| {
        let required = match *fires {
            Fires::Kind(kind) => Required::Kind(kind),
            Fires::Event(event) => Required::Event(event),
        };
        row(fires.name(), doc::ListedIn::ExpectFires, required)
    });
    let possible = |fault: &&FaultName| model.budget.per_class[class(fault) as usize] > 0;
    let listed = scenario.check.faults_enabled.iter().flatten();
    let enabled = listed.filter(possible).map(|fault| {
        let required = match *fault {
            FaultName::Class(class) => Required::Class(class),
            FaultName::Mistake(mistake) => Required::Mistake(mistake),
            FaultName::Misoperation(operation) => Required::Misoperation(operation),
        };
        row(fault.name(), doc::ListedIn::FaultsEnabled, required)
    });
    expected.chain(enabled).collect()
}

/// The class that a listed fault is spent from.
const fn class(fault: &FaultName) -> FaultClass {
    match fault {
        FaultName::Class(class) => *class,
        FaultName::Mistake(_) | FaultName::Misoperation(_) => FaultClass::Mistake,
    }
}
