//! The reference cases of handbook 3.17, driven event by event.

use poolproof_models::names::component::Component;
use poolproof_models::names::event::EventKind;
use poolproof_models::names::replica::Replica;
use poolproof_models::names::runbook::Operation;
use poolproof_models::names::session::SessionId;
use poolproof_models::names::site::Site;
use poolproof_models::state::latches::LossKind;
use poolproof_models::state::topology::MirrorShipping;

use crate::trio::{A, B, Trio};

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
    assert!(t.world.session(SessionId::Primary).is_mirror(A));
    t.resynchronise().post().nothing_lost();
    assert!(!t.exposed());
    assert_eq!(
        t.world.copy(Replica::Primary),
        t.world.copy(Replica::PrimaryMirror)
    );
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
        .swap_roles()
        .resynchronise()
        .post();
    assert_eq!(t.served_by(), 1 << B);
    t.restart(Component::W).post().nothing_lost();
    assert_eq!(
        t.served_by(),
        1 << B,
        "the witness learns of the new principal"
    );
    assert_eq!(t.world.session(SessionId::Primary).registered(), B);
}

#[test]
fn t16_failover_with_log_shipping_set_up_on_b() {
    let mut t = Trio::shipping(MirrorShipping::SameShare);
    t.post();
    assert!(t.ship());
    t.post().crash(Component::A).fail_over().post();
    assert!(
        !t.world
            .target_stale(&t.topology, t.world.chain_broken(&t.topology))
    );
    assert!(t.ship(), "S continues without a gap");
    assert!(!t.world.chain_broken(&t.topology));
    assert_eq!(
        t.world.copy(Replica::Target),
        t.world.copy(Replica::PrimaryMirror),
        "nothing is missing on S"
    );
    // A's job does nothing in the mirror role, and B's goes on.
    t.restart(Component::A).resynchronise().post();
    assert_eq!(
        t.world.backup_source(&t.topology),
        Some(Replica::PrimaryMirror)
    );
    assert!(t.ship());
    assert!(!t.world.chain_broken(&t.topology));
    t.nothing_lost();
}

#[test]
fn t17_failover_with_log_shipping_not_set_up_on_b() {
    let mut t = Trio::shipping(MirrorShipping::None);
    t.post();
    assert!(t.ship());
    assert!(
        !t.world
            .target_stale(&t.topology, t.world.chain_broken(&t.topology))
    );
    t.post().crash(Component::A).fail_over().post();
    assert_eq!(t.served_by(), 1 << B);
    assert!(
        t.world
            .target_stale(&t.topology, t.world.chain_broken(&t.topology)),
        "S is stale (H-21)"
    );
    assert!(!t.ship());
    // 4.3: stalled, not broken, if A becomes principal again.
    assert!(!t.world.chain_broken(&t.topology));
    t.restart(Component::A)
        .resynchronise()
        .post()
        .operate(Operation::ManualFailover)
        .swap_roles()
        .resynchronise()
        .post();
    assert_eq!(t.served_by(), 1 << A);
    assert!(
        !t.world
            .target_stale(&t.topology, t.world.chain_broken(&t.topology))
    );
    assert!(t.ship());
    assert_eq!(
        t.world.copy(Replica::Target),
        t.world.copy(Replica::Primary)
    );
    t.nothing_lost();
}

/// T17, the alerts: 45 min after the failover S raises its own; the one about log backups (60 min)
/// comes only from a monitor server or a living A.
#[test]
fn t17_who_raises_an_alert() {
    let alerts = |t: &Trio| {
        let world = &t.world;
        let [restore, backup] = [
            world.no_restore_alert(&t.topology),
            world.no_backup_alert(&t.topology),
        ];
        [restore, backup]
    };
    let mut t = Trio::shipping(MirrorShipping::None);
    t.post();
    assert_eq!(alerts(&t), [false, false], "every job runs");
    t.crash(Component::A).fail_over().post();
    assert_eq!(
        alerts(&t),
        [true, false],
        "the alert job of A is down with it"
    );
    t.restart(Component::A).resynchronise().post();
    assert_eq!(alerts(&t), [true, true], "A lives, as a mirror");

    for (monitor, heard) in [(Site::Dc1, true), (Site::Dc2, true)] {
        let mut t = Trio::shipping(MirrorShipping::None);
        t.topology.alerts.monitor = Some(monitor);
        t.post().crash(Component::A).fail_over().post();
        assert_eq!(alerts(&t), [heard, heard], "a monitor server hears both");
        // Without S's own instance the monitor still notices that nothing is restored.
        t.go(EventKind::Crash, Component::S);
        assert!(t.world.no_restore_alert(&t.topology));
    }

    let mut t = Trio::shipping(MirrorShipping::None);
    t.topology.alerts.no_restore = false;
    t.post().crash(Component::A).fail_over().post();
    assert_eq!(alerts(&t), [false, false], "an alert that is off is silent");
}

/// Handbook 4.8: a chain that is broken for good is mended by a full backup to S, from whichever
/// partner is principal.
#[test]
fn a_broken_chain_is_mended_by_initialising_s_again() {
    let mut t = Trio::shipping(MirrorShipping::SameShare);
    t.post();
    assert!(t.ship());
    t.post().operate(Operation::AdHocLogBackup).post();
    assert!(!t.ship(), "S waits for the missing file (4.2)");
    assert!(t.world.chain_broken(&t.topology));
    t.crash(Component::A).fail_over().post();
    t.operate(Operation::ReinitialiseSecondary);
    assert_eq!(
        t.world.copy(Replica::Target),
        t.world.copy(Replica::PrimaryMirror),
        "a full backup of B"
    );
    t.post();
    assert!(t.ship());
    assert!(!t.world.chain_broken(&t.topology));
    t.nothing_lost();
}

/// Against rule V5: a witness in DC2 is no quorum for A while the inter-site link is cut, and a
/// healthy principal stops if it then loses its mirror (row 7).
#[test]
fn a_witness_in_dc2_hangs_on_the_inter_site_link() {
    let mut t = Trio::shipping(MirrorShipping::SameShare);
    t.topology.witness_site = Some(Site::Dc2);
    let mut t = t.rebuilt();
    t.post().go(EventKind::Cut, Component::Wan);
    t.detect().post();
    assert_eq!(t.served_by(), 1 << A, "the partners are a quorum (row 8)");
    t.crash(Component::B);
    assert_eq!(t.served_by(), 0, "row 7: A is healthy and stops");
    t.heal(&[Component::Wan]).post();
    assert_eq!(t.served_by(), 1 << A, "the witness confirms A");
    // And the loss of DC1 leaves the witness alive.
    t.go(EventKind::Disaster, Component::Dc1);
    assert!(t.world.is_up(Component::W));
}

/// Handbook 4.3, third row: B's files land where the copy job does not look.
#[test]
fn t17_with_the_files_of_b_in_another_folder_there_is_a_gap() {
    let mut t = Trio::shipping(MirrorShipping::OtherFolder);
    t.post();
    assert!(t.ship());
    t.crash(Component::A).fail_over().post();
    assert!(
        t.world
            .target_stale(&t.topology, t.world.chain_broken(&t.topology)),
        "stale (H-22)"
    );
    assert!(!t.ship());
    assert!(t.world.chain_broken(&t.topology), "and a gap");
}

/// Handbook 9, AL: with its last copy everything is lost, whether or not anything was posted since.
#[test]
fn the_loss_of_the_only_copy_is_a_loss() {
    let mut t = Trio::new(true);
    t.go(EventKind::Disaster, Component::Dc1);
    assert_eq!(t.world.loss(), LossKind::Final);
    let mut t = Trio::shipping(MirrorShipping::SameShare);
    t.go(EventKind::Disaster, Component::Dc1);
    assert_eq!(t.world.loss(), LossKind::None, "S has everything");
    t.go(EventKind::Disaster, Component::Dc2);
    assert_eq!(t.world.loss(), LossKind::Final);
}
