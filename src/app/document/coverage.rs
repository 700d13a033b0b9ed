//! Coverage: what has to fire, so that a verdict is not about an empty search.
//!
//! An event that a scenario names under `expect.fires`, and every fault that it lists in
//! `check.faults_enabled`, must happen somewhere within the budget.

use poolproof_models::model::Bounded;
use poolproof_models::names::event::{EventKind, FaultClass, mistake_kind};
use poolproof_models::state::topology::Topology;
use poolproof_reports::document as doc;

use crate::scenario::Scenario;
use crate::scenario::check::FaultName;
use crate::scenario::expect::Fires;

/// How often each event happened, in the order of the events.
#[derive(Clone, Copy)]
pub(super) struct Fired<'a> {
    /// At all.
    pub all: &'a [u64],
    /// As a fault.
    pub as_fault: &'a [u64],
}

/// What has to fire, and how often it did.
pub(super) fn coverage(
    scenario: &Scenario,
    model: &Bounded<Topology>,
    fired: Fired<'_>,
    complete: bool,
) -> Vec<doc::Coverage> {
    let events = model.system.events();
    let sum = |counts: &[u64], wanted: &dyn Fn(EventKind, &str) -> bool| {
        let fired = events.iter().zip(counts);
        let fired = fired.filter(|(event, _)| wanted(event.kind, &event.name()));
        fired.map(|(_, count)| *count).sum()
    };
    let row = |event: String, listed_in: &str, fired| doc::Coverage {
        event,
        listed_in: listed_in.to_owned(),
        fired,
        complete,
    };
    let mut rows = Vec::new();
    for fires in &scenario.expect.fires {
        let times = match fires {
            Fires::Kind(kind) => sum(fired.all, &|of, _| of == *kind),
            Fires::Event(event) => sum(fired.all, &|_, name| name == event.name()),
        };
        rows.push(row(fires.name(), "expect.fires", times));
    }
    let possible = |fault: &&FaultName| model.budget.per_class[class(fault) as usize] > 0;
    for fault in scenario
        .check
        .faults_enabled
        .iter()
        .flatten()
        .filter(possible)
    {
        // What is a fault in some states only is a return once the failover has begun.
        let class_of = |kind: EventKind| kind.fault_class().unwrap_or(FaultClass::LateReturn);
        let times = sum(fired.as_fault, &|kind, name| match fault {
            FaultName::Class(listed) => class_of(kind) == *listed,
            FaultName::Mistake(mistake) => kind == mistake_kind(*mistake),
            FaultName::Misoperation(_) => name == fault.name(),
        });
        rows.push(row(fault.name(), "check.faults_enabled", times));
    }
    rows
}

/// The class that a listed fault is spent from.
const fn class(fault: &FaultName) -> FaultClass {
    match fault {
        FaultName::Class(class) => *class,
        FaultName::Mistake(_) | FaultName::Misoperation(_) => FaultClass::Mistake,
    }
}
