//! The reference cases of handbook 3.17, driven event by event.

use poolproof_models::component::Component;
use poolproof_models::event::{Event, EventKind};
use poolproof_models::runbook::Operation;
use poolproof_models::site::Site;
use poolproof_models::topology::{PoolServer, Topology};
use poolproof_models::world::{LossKind, Pair, World};

/// The mirror trio with one pool server beside it.
struct Trio {
    topology: Topology,
    world: World,
}

const A: usize = 0;
const B: usize = 1;

impl Trio {
    fn new(witness: bool) -> Self {
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

    fn can(&self, kind: EventKind, at: Component) -> bool {
        self.world.may(&self.topology, Event::new(kind, at))
    }

    #[track_caller]
    fn go(&mut self, kind: EventKind, at: Component) -> &mut Self {
        let event = Event::new(kind, at);
        assert!(
            self.world.may(&self.topology, event),
            "{} is not enabled",
            event.name()
        );
        self.world = self.world.apply(&self.topology, event).0;
        self
    }

    fn may_operate(&self, operation: Operation) -> bool {
        self.world
            .may(&self.topology, Event::misoperation(operation))
    }

    #[track_caller]
    fn operate(&mut self, operation: Operation) -> &mut Self {
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
    fn post(&mut self) -> &mut Self {
        for copy in [Component::A, Component::B] {
            if self.can(EventKind::Write, copy) {
                self.go(EventKind::Write, copy);
            }
        }
        self
    }

    /// Every pending detection happens.
    fn detect(&mut self) -> &mut Self {
        for link in [Component::LinkAB, Component::LinkAW, Component::LinkBW] {
            if self.topology.has(EventKind::Detect, link) && self.can(EventKind::Detect, link) {
                self.go(EventKind::Detect, link);
            }
        }
        self
    }

    /// The principal goes on alone if the rules let it.
    fn expose(&mut self) -> &mut Self {
        if self.can(EventKind::Expose, Component::PairDc1) {
            self.go(EventKind::Expose, Component::PairDc1);
        }
        self
    }

    fn crash(&mut self, node: Component) -> &mut Self {
        self.go(EventKind::Crash, node).detect().expose()
    }

    fn restart(&mut self, node: Component) -> &mut Self {
        self.go(EventKind::Restart, node).detect().expose()
    }

    fn may_fail_over(&self) -> bool {
        self.can(EventKind::AutomaticFailover, Component::PairDc1)
    }

    fn fail_over(&mut self) -> &mut Self {
        self.go(EventKind::AutomaticFailover, Component::PairDc1)
    }

    fn resynchronise(&mut self) -> &mut Self {
        self.go(EventKind::Resynchronise, Component::PairDc1)
    }

    /// Which copies acknowledge: bit 0 A, bit 1 B.
    fn served_by(&self) -> u8 {
        self.world.service(&self.topology)
    }

    fn exposed(&self) -> bool {
        !self.world.session(Pair::Dc1).synchronized()
    }

    #[track_caller]
    fn nothing_lost(&self) -> &Self {
        assert_eq!(self.world.loss(), LossKind::None);
        assert!(!self.world.split_brain());
        self
    }
}

#[test]
fn t1_full_quorum_then_a_crashes() {
    let mut t = Trio::new(true);
    t.post().crash(Component::A);
    assert_eq!(t.served_by(), 0);
    t.fail_over().post().nothing_lost();
    assert_eq!(t.served_by(), 1 << B);
    assert!(t.exposed());
}

#[test]
fn t2_then_b_crashes_and_a_meets_the_witness() {
    let mut t = Trio::new(true);
    t.post().crash(Component::A).fail_over().post();
    t.crash(Component::B).restart(Component::A);
    assert_eq!(t.served_by(), 0, "the witness says that B owns the role");
    assert!(!t.may_fail_over());
    t.nothing_lost();
}

#[test]
fn t3_then_b_restarts() {
    let mut t = Trio::new(true);
    t.post().crash(Component::A).fail_over().post();
    t.crash(Component::B)
        .restart(Component::A)
        .restart(Component::B)
        .post();
    assert_eq!(t.served_by(), 1 << B);
    assert!(t.world.session(Pair::Dc1).is_mirror(A));
    t.resynchronise().post().nothing_lost();
    assert!(!t.exposed());
    assert_eq!(t.world.copy(A), t.world.copy(B));
}

#[test]
fn t4_witness_lost_then_partners_part_then_a_meets_the_witness() {
    let mut t = Trio::new(true);
    t.post();
    t.go(EventKind::Cut, Component::LinkAW)
        .go(EventKind::Cut, Component::LinkBW)
        .detect();
    assert_eq!(
        t.served_by(),
        1 << A,
        "row 8: the partners are each other's quorum"
    );
    t.go(EventKind::Cut, Component::LinkAB).detect().expose();
    assert_eq!(t.served_by(), 0, "row 7");
    t.go(EventKind::Heal, Component::LinkAW)
        .expose()
        .post()
        .nothing_lost();
    assert_eq!(t.served_by(), 1 << A, "the witness confirms A");
    assert!(t.exposed());
}

#[test]
fn t5_witness_lost_then_b_lost() {
    let mut t = Trio::new(true);
    t.post().crash(Component::W);
    assert_eq!(t.served_by(), 1 << A);
    t.crash(Component::B);
    assert_eq!(t.served_by(), 0, "A stops although healthy (H-11)");
}

#[test]
fn t6_witness_lost_and_removed_then_b_lost() {
    let mut t = Trio::new(true);
    t.post()
        .crash(Component::W)
        .operate(Operation::RemoveWitness)
        .crash(Component::B)
        .post();
    assert_eq!(t.served_by(), 1 << A);
    assert!(t.exposed());
    t.nothing_lost();
}

#[test]
fn t7_all_three_restart_and_only_b_and_w_come_back() {
    let mut t = Trio::new(true);
    t.post();
    for node in [Component::A, Component::B, Component::W] {
        t.go(EventKind::Crash, node);
    }
    t.detect().restart(Component::B).restart(Component::W);
    assert_eq!(t.served_by(), 0);
    assert!(!t.may_fail_over(), "H-12");
}

#[test]
fn t8_all_three_restart_and_a_and_b_come_back() {
    let mut t = Trio::new(true);
    t.post();
    for node in [Component::A, Component::B, Component::W] {
        t.go(EventKind::Crash, node);
    }
    t.detect()
        .restart(Component::A)
        .restart(Component::B)
        .post()
        .nothing_lost();
    assert_eq!(t.served_by(), 1 << A);
}

#[test]
fn t9_exposed_principal_lost_then_mirror_and_witness_back() {
    let mut t = Trio::new(true);
    t.post()
        .crash(Component::B)
        .post()
        .crash(Component::A)
        .restart(Component::B);
    assert_eq!(t.served_by(), 0);
    assert!(!t.may_fail_over());
    t.operate(Operation::ForceService).post();
    assert_eq!(t.served_by(), 1 << B);
    assert_eq!(
        t.world.loss(),
        LossKind::Recoverable,
        "A's disk still has the exposed acks"
    );
    assert!(!t.world.split_brain());
    t.restart(Component::A)
        .operate(Operation::ResumeMirroring)
        .resynchronise();
    assert_eq!(t.world.loss(), LossKind::Final, "H-05");
}

#[test]
fn t10_principal_lost_before_the_resynchronisation_ends() {
    let mut t = Trio::new(true);
    t.post()
        .crash(Component::B)
        .post()
        .restart(Component::B)
        .crash(Component::A);
    assert!(!t.may_fail_over(), "SYNCHRONIZING");
    t.operate(Operation::ForceService).post();
    assert_eq!(t.world.loss(), LossKind::Recoverable);
}

#[test]
fn t11_no_witness_and_a_crashes() {
    let mut t = Trio::new(false);
    t.post().crash(Component::A);
    assert_eq!(t.served_by(), 0);
    let mut forced = Trio {
        topology: t.topology.clone(),
        world: t.world,
    };
    t.restart(Component::A).post().nothing_lost();
    assert_eq!(t.served_by(), 1 << A);
    forced
        .operate(Operation::ForceService)
        .post()
        .nothing_lost();
    assert_eq!(forced.served_by(), 1 << B);
}

#[test]
fn t12_no_witness_and_b_crashes() {
    let mut t = Trio::new(false);
    t.post().crash(Component::B).post().nothing_lost();
    assert_eq!(t.served_by(), 1 << A);
    assert!(t.exposed());
}

#[test]
fn t13_paused_then_a_crashes() {
    let mut t = Trio::new(true);
    t.post()
        .operate(Operation::SuspendMirroring)
        .post()
        .crash(Component::A);
    assert!(!t.may_fail_over());
}

#[test]
fn t14_manual_failover_while_synchronizing() {
    let mut t = Trio::new(true);
    t.post().crash(Component::B).post().restart(Component::B);
    assert!(!t.may_operate(Operation::ManualFailover));
    t.resynchronise();
    assert!(t.may_operate(Operation::ManualFailover));
}

#[test]
fn t15_manual_failover_with_the_witness_lost() {
    let mut t = Trio::new(true);
    t.post()
        .crash(Component::W)
        .operate(Operation::ManualFailover)
        .resynchronise()
        .post();
    assert_eq!(t.served_by(), 1 << B);
    t.restart(Component::W).post().nothing_lost();
    assert_eq!(
        t.served_by(),
        1 << B,
        "the witness learns of the new principal"
    );
    assert_eq!(t.world.session(Pair::Dc1).registered(), B);
}
