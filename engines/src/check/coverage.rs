//! Coverage: how often the events happened without which a verdict is about an empty search.

use poolproof_models::names::event::{Event, EventKind, FaultClass, mistake_kind};
use poolproof_models::names::runbook::{Mistake, Operation};

/// Something that has to happen somewhere within the budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Required {
    /// An event of this kind, as a fault or not.
    Kind(EventKind),
    /// This event, as a fault or not.
    Event(Event),
    /// A fault of this class.
    Class(FaultClass),
    /// This mistake at a runbook.
    Mistake(Mistake),
    /// This operation outside a runbook.
    Misoperation(Operation),
}

/// How often each event of a topology happened.
#[derive(Debug, Clone, Copy)]
pub struct Fired<'a> {
    /// The events, in the order of the topology.
    pub events: &'a [Event],
    /// At all.
    pub all: &'a [u64],
    /// As a fault.
    pub as_fault: &'a [u64],
}

impl Fired<'_> {
    /// How often what is required happened.
    #[must_use]
    pub fn times(&self, required: Required) -> u64 {
        let sum = |counts: &[u64], wanted: &dyn Fn(Event) -> bool| {
            let fired = self.events.iter().zip(counts);
            fired
                .filter(|(event, _)| wanted(**event))
                .map(|(_, count)| *count)
                .sum()
        };
        match required {
            Required::Kind(kind) => sum(self.all, &|event| event.kind == kind),
            Required::Event(wanted) => sum(self.all, &|event| event == wanted),
            // An event that is a fault in some states only is a late return there.
            Required::Class(class) => sum(self.as_fault, &|event| {
                event.kind.fault_class().unwrap_or(FaultClass::LateReturn) == class
            }),
            Required::Mistake(mistake) => {
                sum(self.as_fault, &|event| event.kind == mistake_kind(mistake))
            }
            Required::Misoperation(operation) => sum(self.as_fault, &|event| {
                event == Event::misoperation(operation)
            }),
        }
    }
}
