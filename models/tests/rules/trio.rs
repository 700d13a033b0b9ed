//! The mirror trio of handbook 3 as a thing to drive event by event, for the cases' tests.
#![allow(dead_code, reason = "each file of cases uses a part of it")]

use poolproof_models::names::component::Component;
use poolproof_models::names::event::{Event, EventKind};
use poolproof_models::names::runbook::{Belief, Operation, Phase, Role, Runbook, Step};
use poolproof_models::names::session::SessionId;
use poolproof_models::names::site::Site;
use poolproof_models::state::latches::LossKind;
use poolproof_models::state::topology::{MirrorShipping, PoolServer, Topology};
use poolproof_models::state::world::World;

/// The mirror trio with one pool server beside it.
pub struct Trio {
    pub topology: Topology,
    pub world: World,
}

/// A in the table of copies.
pub const A: usize = 0;
/// B in the table of copies.
pub const B: usize = 1;
/// S in the table of copies.
pub const S: usize = 2;

impl Trio {
    pub fn new(witness: bool) -> Self {
        let mut topology = Topology::new(vec![PoolServer {
            site: Site::Dc1,
            active: true,
        }]);
        topology.mirror = true;
        topology.witness = witness;
        topology.misoperations = Operation::ALL.to_vec();
        let topology = topology.finish();
        let world = topology.initial();
        Self { topology, world }
    }

    /// The trio with log shipping to S in DC2 (handbook 4).
    pub fn shipping(mirror_ships: MirrorShipping) -> Self {
        let mut trio = Self::new(true);
        trio.topology.secondary = true;
        trio.topology.mirror_ships = mirror_ships;
        trio.rebuilt()
    }

    /// The trio after a change of its topology, at the start.
    pub fn rebuilt(self) -> Self {
        let topology = self.topology.finish();
        let world = topology.initial();
        Self { topology, world }
    }

    pub fn can(&self, kind: EventKind, at: Component) -> bool {
        self.world.may(&self.topology, Event::new(kind, at))
    }

    #[track_caller]
    pub fn go(&mut self, kind: EventKind, at: Component) -> &mut Self {
        let event = Event::new(kind, at);
        assert!(
            self.world.may(&self.topology, event),
            "{} is not enabled",
            event.name()
        );
        self.world = self.world.apply(&self.topology, event).0;
        self
    }

    pub fn may_operate(&self, operation: Operation) -> bool {
        self.world
            .may(&self.topology, Event::misoperation(operation))
    }

    #[track_caller]
    pub fn operate(&mut self, operation: Operation) -> &mut Self {
        assert!(
            self.may_operate(operation),
            "{} is refused",
            operation.name()
        );
        self.world = self
            .world
            .apply(&self.topology, Event::misoperation(operation))
            .0;
        self
    }

    /// Users post wherever they are served.
    pub fn post(&mut self) -> &mut Self {
        for copy in [Component::A, Component::B] {
            if self.can(EventKind::Write, copy) {
                self.go(EventKind::Write, copy);
            }
        }
        self
    }

    /// Every pending detection happens.
    pub fn detect(&mut self) -> &mut Self {
        for link in [Component::LinkAB, Component::LinkAW, Component::LinkBW] {
            if self.topology.has(EventKind::Detect, link) && self.can(EventKind::Detect, link) {
                self.go(EventKind::Detect, link);
            }
        }
        self
    }

    /// The principal goes on alone if the rules let it.
    pub fn expose(&mut self) -> &mut Self {
        if self.can(EventKind::Expose, Component::PairDc1) {
            self.go(EventKind::Expose, Component::PairDc1);
        }
        self
    }

    pub fn crash(&mut self, node: Component) -> &mut Self {
        self.go(EventKind::Crash, node).detect().expose()
    }

    pub fn restart(&mut self, node: Component) -> &mut Self {
        self.go(EventKind::Restart, node).detect().expose()
    }

    pub fn cut(&mut self, links: &[Component]) -> &mut Self {
        for link in links {
            self.go(EventKind::Cut, *link);
        }
        self.detect().expose()
    }

    pub fn heal(&mut self, links: &[Component]) -> &mut Self {
        for link in links {
            self.go(EventKind::Heal, *link);
        }
        self.expose()
    }

    /// The log is shipped to S as far as the jobs bring it; whether anything arrived.
    pub fn ship(&mut self) -> bool {
        let mut arrived = false;
        for (kind, job) in [
            (EventKind::Backup, Component::BackupJob),
            (EventKind::Copy, Component::CopyJob),
            (EventKind::Restore, Component::RestoreJob),
        ] {
            if self.can(kind, job) {
                self.go(kind, job);
                arrived = kind == EventKind::Restore;
            }
        }
        arrived
    }

    pub fn may_fail_over(&self) -> bool {
        self.can(EventKind::AutomaticFailover, Component::PairDc1)
    }

    pub fn fail_over(&mut self) -> &mut Self {
        self.go(EventKind::AutomaticFailover, Component::PairDc1)
    }

    pub fn swap_roles(&mut self) -> &mut Self {
        self.go(EventKind::SwapRoles, Component::PairDc1)
    }

    pub fn resynchronise(&mut self) -> &mut Self {
        self.go(EventKind::Resynchronise, Component::PairDc1)
    }

    /// Which copies acknowledge: bit 0 A, bit 1 B.
    pub fn served_by(&self) -> u8 {
        self.world.service(&self.topology)
    }

    pub fn exposed(&self) -> bool {
        !self.world.is_synchronized(SessionId::Primary)
    }

    pub fn suspended(&self) -> bool {
        self.world.is_suspended(SessionId::Primary)
    }

    #[track_caller]
    pub fn nothing_lost(&self) -> &Self {
        assert_eq!(self.world.loss(), LossKind::None);
        assert!(!self.world.split_brain());
        self
    }
}

/// A runbook of steps that must be done and wait for nothing.
pub fn runbook(role: Role, trigger: Belief, operations: &[Operation]) -> Runbook {
    let step = |operation: &Operation| Step {
        operation: *operation,
        actor: String::new(),
        wait_for: None,
        optional: false,
        phase: Phase::Act,
        source: String::new(),
    };
    Runbook {
        name: role.name().to_owned(),
        role,
        trigger,
        steps: operations.iter().map(step).collect(),
    }
}
