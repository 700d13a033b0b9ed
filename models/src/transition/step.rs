//! What can happen next, and what it does: the rule of an event, and what follows it at once.

use crate::names::event::{Event, EventKind, FaultClass};
use crate::names::replica::Replica;
use crate::rules::losses::Losses;
use crate::rules::refusal::Permission;
use crate::state::changes::Changes;
use crate::state::lineage::Renumbering;
use crate::state::topology::Topology;
use crate::state::world::World;
use crate::transition::table::rule;

/// What a step did beside the new world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Report {
    /// How ranks and timelines were renumbered. The losses are in the old numbers.
    pub renumbering: Renumbering,
    /// Acknowledged messages that were lost, or that users are served without.
    pub losses: Losses,
}

impl World {
    /// Whether an event can happen now. Every event that can, changes the world.
    #[must_use]
    #[inline]
    pub fn may(&self, topology: &Topology, event: Event) -> bool {
        self.guard(topology, event).is_ok()
    }

    /// The guard of an event.
    ///
    /// # Errors
    ///
    /// The first condition that is false, where the event cannot happen now.
    #[inline]
    pub fn guard(&self, topology: &Topology, event: Event) -> Permission {
        (rule(event.kind).guard)(self, topology, event)
    }

    /// What an event costs, if it is a fault.
    #[must_use]
    pub fn fault_class(&self, topology: &Topology, event: Event) -> Option<FaultClass> {
        let late = || topology.returns_to_dc1(event) && topology.has_left_dc1(self);
        event
            .kind
            .fault_class()
            .or_else(|| late().then_some(FaultClass::LateReturn))
    }

    /// Does an event that is enabled.
    #[must_use]
    pub fn apply(&self, topology: &Topology, event: Event) -> (Self, Report) {
        let mut world = *self;
        let (losses, changes) = world.perform(topology, event);
        let written = match (event.kind, Replica::of(event.at)) {
            (EventKind::Write, Some(copy)) => Some(world.copy(copy).rank()),
            (_, Some(_) | None) => None,
        };
        let mut renumbering = if changes.may_renumber(self, &world) {
            world.compact(topology)
        } else {
            world.keep_numbers(topology)
        };
        renumbering.written = written;
        let report = Report {
            renumbering,
            losses,
        };
        (world, report)
    }

    /// The world after an event that is enabled, for those who need no report of it.
    #[must_use]
    pub fn after(&self, topology: &Topology, event: Event) -> Self {
        let mut world = *self;
        let (_, changes) = world.perform(topology, event);
        if changes.may_renumber(self, &world) {
            world.compact(topology);
        }
        world
    }

    /// The canonical world after an event that is enabled in this one, which is canonical.
    #[must_use]
    #[inline(always)]
    pub fn successor(&self, topology: &Topology, event: Event) -> Self {
        let mut world = *self;
        let (_, changes) = world.perform(topology, event);
        if changes.may_renumber(self, &world) {
            world.compact(topology);
        }
        if changes.in_servers() {
            world.sort_servers(topology);
        }
        debug_assert!(world.canonical(topology) == world, "servers are not sorted");
        world
    }

    /// Does an event and what follows at once, but for renumbering. In place: a world that is
    /// copied just after some byte of it was written waits for that byte.
    #[inline(always)]
    fn perform(&mut self, topology: &Topology, event: Event) -> (Losses, Changes) {
        let before = self.pack();
        let losses = (rule(event.kind).effect)(self, topology, event);
        let changes = Changes::since(before, self);
        self.settle_after(&changes, topology);
        (losses, changes)
    }
}
