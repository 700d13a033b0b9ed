//! What operators reach, what they believe without being told, and what one fault takes with it
//! (handbook 13.3, 13.6, 13.10, 13.13, 13.14).

use poolproof_models::names::component::Component;
use poolproof_models::names::event::{EventKind, operators};
use poolproof_models::names::replica::Replica;
use poolproof_models::names::runbook::{Belief, Operation, Phase, Role, Runbook, Step};
use poolproof_models::names::session::SessionId;
use poolproof_models::names::site::{ShareLocation, Site};
use poolproof_models::state::topology::{Assumption, MirrorShipping};

use crate::trio::{A, B, Trio};

const WAN: Component = Component::Wan;
const TEAM: Component = operators(Role::SiteFailover);

/// The trio with log shipping, and a runbook of the team in DC2 that has these steps.
fn with_steps(operations: &[Operation]) -> Trio {
    let mut t = Trio::shipping(MirrorShipping::SameShare);
    t.topology.assumption = Assumption::Dropped;
    let step = |operation: &Operation| Step {
        operation: *operation,
        actor: "operator".to_owned(),
        wait_for: None,
        optional: true,
        phase: Phase::Act,
        source: "test".to_owned(),
    };
    t.topology.runbooks = vec![Runbook {
        name: "test".to_owned(),
        role: Role::SiteFailover,
        trigger: Belief::ReplicasCurrent,
        steps: operations.iter().map(step).collect(),
    }];
    t.rebuilt()
}

#[test]
fn services_behind_a_cut_are_not_stopped() {
    let steps = [
        Operation::FailOverCms,
        Operation::ClearActive,
        Operation::StopServices,
    ];
    for cut in [false, true] {
        let mut t = with_steps(&steps);
        if cut {
            t.cut(&[WAN]);
        }
        t.go(EventKind::StartRunbook, TEAM);
        for _ in steps {
            t.go(EventKind::RunbookStep, TEAM);
        }
        assert_eq!(t.served_by() != 0, cut, "cut: {cut}");
    }
}

#[test]
fn an_operation_in_the_other_data_centre_needs_the_link() {
    let on_dc1 = [
        Operation::Salvage,
        Operation::TailBackup,
        Operation::FenceInBand,
        Operation::ManualFailover,
        Operation::ReseedMirror,
    ];
    for operation in on_dc1 {
        let mut t = with_steps(&[operation]);
        let from_dc2 = |t: &Trio| t.world.may_do(&t.topology, operation, Some(Site::Dc2));
        let joined = from_dc2(&t);
        t.cut(&[WAN]);
        assert!(from_dc2(&t).is_err(), "{operation:?}");
        let near = t.world.may_do(&t.topology, operation, Some(Site::Dc1));
        assert_eq!(near, joined, "{operation:?}");
    }
}

#[test]
fn a_fence_in_band_reaches_only_what_runs_and_stays_until_it_is_lifted() {
    let mut t = with_steps(&[Operation::FenceInBand]);
    t.go(EventKind::Crash, Component::B)
        .operate(Operation::FenceInBand);
    assert_eq!(t.served_by(), 0, "A is fenced");
    t.detect();
    t.go(EventKind::Restart, Component::B);
    t.operate(Operation::LiftFence);
    assert_eq!(t.served_by(), 1 << A);
    assert!(!t.may_operate(Operation::LiftFence), "none is left");
}

/// 3.9: without a witness, the old principal is fenced before its mirror is forced.
#[test]
fn a_fenced_principal_is_silent_until_mirroring_is_resumed_to_it() {
    let mut t = Trio::new(false);
    t.post().cut(&[Component::LinkAB]);
    t.operate(Operation::FencePrincipal)
        .operate(Operation::ForceService);
    assert_eq!(t.served_by(), 1 << B);
    t.post();
    assert!(!t.world.split_brain());
    t.heal(&[Component::LinkAB])
        .operate(Operation::ResumeMirroring);
    t.resynchronise()
        .operate(Operation::ManualFailover)
        .swap_roles();
    assert_eq!(t.served_by(), 1 << A, "the fence was lifted");
}

/// 13.14, H-38: the Central Management store is failed over while its old master runs.
#[test]
fn servers_of_dc1_follow_their_old_master_until_there_is_one_again() {
    let mut t = with_steps(&[Operation::FailOverCms, Operation::SetFailedOver]);
    t.cut(&[WAN]).go(EventKind::StartRunbook, TEAM);
    t.go(EventKind::RunbookStep, TEAM)
        .go(EventKind::RunbookStep, TEAM);
    t.heal(&[WAN]);
    let server = Component::server(0);
    assert!(!t.can(EventKind::Replicate, server), "two masters");
    t.operate(Operation::FailOverCms);
    assert!(t.can(EventKind::Replicate, server));
}

/// H-17: a service that starts takes users by the pool state that its replica has.
#[test]
fn services_start_with_the_pool_state_of_their_replica() {
    let mut t = with_steps(&[]);
    let server = Component::server(0);
    t.operate(Operation::RecoverSecondary)
        .operate(Operation::SetFailedOver);
    t.go(EventKind::Replicate, server);
    assert_eq!(t.served_by(), Replica::Target.bit());
    t.operate(Operation::ClearActive)
        .operate(Operation::StopServices);
    assert_eq!(t.served_by(), 0, "stopped");
    t.operate(Operation::SetNormal)
        .operate(Operation::ActivateDc1);
    t.operate(Operation::StartServices);
    assert_eq!(t.served_by(), Replica::Target.bit(), "the replica is old");
    t.go(EventKind::Replicate, server);
    assert_eq!(t.served_by(), 1 << A);
}

/// 13.10: one closed port cuts a principal off its mirror and its witness, not off its users.
#[test]
fn a_lost_port_is_one_fault_that_cuts_every_link_of_a_server() {
    let mut t = Trio::new(true);
    t.topology.slices.ports = true;
    let mut t = t.rebuilt();
    t.post().go(EventKind::PortLost, Component::A);
    assert!(!t.can(EventKind::PortLost, Component::A), "it is lost");
    t.detect().fail_over();
    assert_eq!(t.served_by(), 1 << B);
    t.post().nothing_lost();
}

/// 13.10: a third place has a link to each data centre.
#[test]
fn a_share_in_a_third_place_is_cut_off_from_one_data_centre_at_a_time() {
    let mut t = Trio::shipping(MirrorShipping::SameShare);
    t.topology.share = ShareLocation::Third;
    let mut t = t.rebuilt();
    t.post().cut(&[WAN]);
    assert!(t.ship(), "not over the inter-site link");
    t.post().cut(&[Component::Dc1ToThird]);
    assert!(!t.can(EventKind::Backup, Component::BackupJob));
    t.heal(&[Component::Dc1ToThird])
        .go(EventKind::Backup, Component::BackupJob);
    t.cut(&[Component::Dc2ToThird]);
    assert!(!t.can(EventKind::Copy, Component::CopyJob));
}

/// 13.10, V5: a witness in a third place hears A and B over one link.
#[test]
fn a_witness_in_a_third_place_is_behind_one_link() {
    let mut t = Trio::new(true);
    t.topology.witness_site = None;
    let mut t = t.rebuilt();
    assert!(!t.topology.has(EventKind::Cut, Component::LinkAW));
    t.post().cut(&[Component::Dc1ToThird]);
    assert!(!t.world.is_connected(SessionId::Primary, 1));
    assert!(!t.world.is_connected(SessionId::Primary, 2));
    assert_eq!(t.served_by(), 1 << A, "the partners are a quorum");
}

/// 4.1, 13.6: without its Agent, its rights or its path the job backs nothing up, and nothing
/// truncates the log.
#[test]
fn a_stopped_backup_job_ships_nothing_and_holds_the_log() {
    let mut t = Trio::shipping(MirrorShipping::SameShare);
    t.topology.slices.log_full = true;
    let mut t = t.rebuilt();
    t.post();
    assert!(t.can(EventKind::Backup, Component::BackupJob));
    assert!(!t.can(EventKind::LogFull, Component::PairDc1));
    t.operate(Operation::StopBackupAgent);
    assert!(!t.can(EventKind::Backup, Component::BackupJob));
    t.go(EventKind::LogFull, Component::PairDc1);
    assert_eq!(t.served_by(), 0, "9002");
    t.operate(Operation::StartBackupAgent);
    assert_eq!(t.served_by(), 1 << A, "the next log backup truncates it");
}

/// 13.6: a session that is not synchronised holds the log; a backup to nowhere does not.
#[test]
fn a_mirror_that_is_away_holds_the_log_and_a_broken_chain_does_not() {
    let mut t = Trio::shipping(MirrorShipping::SameShare);
    t.topology.slices.log_full = true;
    let mut t = t.rebuilt();
    t.post().operate(Operation::AdHocLogBackup).post();
    assert!(!t.can(EventKind::LogFull, Component::PairDc1));
    t.crash(Component::B).post();
    t.go(EventKind::LogFull, Component::PairDc1);
    t.restart(Component::B).resynchronise();
    assert_eq!(t.served_by(), 1 << A, "nothing holds the log any more");
}

/// 13.3: a promotion behind a cut tells the old principal nothing.
#[test]
fn an_old_principal_behind_a_cut_goes_on_waiting_for_its_mirror() {
    let mut t = Trio::new(true);
    t.post().cut(&[Component::LinkAB, Component::LinkAW]);
    t.fail_over().post();
    t.heal(&[Component::LinkAW]);
    assert_eq!(t.served_by(), 1 << B, "the witness names B");
    assert!(t.world.session(SessionId::Primary).is_synchronized(0));
}

/// 13.3, 3.10: the witness's record outlives the disks of the principal that it names.
#[test]
fn the_witness_does_not_take_an_older_principal_for_one_that_lost_its_disks() {
    let mut t = Trio::new(true);
    t.topology.slices.storage = true;
    let mut t = t.rebuilt();
    t.post().crash(Component::A);
    t.fail_over().post();
    t.go(EventKind::Destroy, Component::B);
    t.detect();
    t.restart(Component::A);
    assert_eq!(t.served_by(), 0, "W says that B owns the role");
    assert!(!t.world.split_brain());
}

/// 13.10: a lost mirror is noticed before the principal goes on alone.
#[test]
fn the_disks_of_a_mirror_are_missed_only_when_its_silence_is_noticed() {
    let mut t = Trio::new(true);
    t.topology.slices.storage = true;
    let mut t = t.rebuilt();
    t.post().go(EventKind::Destroy, Component::B);
    assert_eq!(t.served_by(), 0, "commits wait for the mirror's disk");
    t.detect();
    t.expose();
    assert_eq!(t.served_by(), 1 << A);
}

/// 13.2: of two principals that meet, the one promoted last stays, whatever their histories.
#[test]
fn of_two_principals_the_one_promoted_last_stays() {
    let mut t = Trio::new(false);
    let ab = [Component::LinkAB];
    t.post().cut(&ab).post();
    t.operate(Operation::ForceService).post();
    t.heal(&ab);
    t.cut(&ab);
    // A is a mirror now, with a history of its own. It is forced in turn.
    t.operate(Operation::ForceService).post();
    t.heal(&ab);
    let session = t.world.session(SessionId::Primary);
    assert!(session.is_principal(0) && session.is_mirror(1));
}

/// D8, 4.8: an initialisation needs a database that serves.
#[test]
fn a_secondary_is_not_initialised_from_a_database_that_does_not_serve() {
    let mut t = Trio::shipping(MirrorShipping::SameShare);
    t.post();
    assert!(t.may_operate(Operation::ReinitialiseSecondary));
    t.operate(Operation::FenceDc1);
    assert!(!t.may_operate(Operation::ReinitialiseSecondary), "fenced");
    t.operate(Operation::LiftFence)
        .crash(Component::B)
        .crash(Component::W);
    assert!(
        !t.may_operate(Operation::ReinitialiseSecondary),
        "no quorum"
    );
}

/// 6 steps 3 and 4: a full backup is taken of a database that serves, not of one that restores.
#[test]
fn a_primary_is_not_restored_from_a_secondary_that_restores() {
    let mut t = Trio::shipping(MirrorShipping::SameShare);
    t.post();
    assert!(!t.may_operate(Operation::RestorePrimary), "S restores");
    t.operate(Operation::RecoverSecondary);
    assert!(t.may_operate(Operation::RestorePrimary), "S serves");
}

/// 4.2, H-27: a log backup of a fork on which nothing was written yet carries the fork all the
/// same, and the log of its sibling does not follow it.
#[test]
fn a_log_backup_of_an_empty_fork_shuts_out_its_sibling() {
    let mut t = Trio::new(false);
    t.topology.secondary = true;
    t.topology.mirror_ships = MirrorShipping::SameShare;
    let mut t = t.rebuilt();
    t.post().go(EventKind::Cut, Component::LinkAB).detect();
    t.operate(Operation::ForceService);
    t.go(EventKind::Backup, Component::BackupJob);
    assert!(!t.world.chain_broken(&t.topology), "only B serves");
    t.expose();
    assert!(t.world.chain_broken(&t.topology), "A serves too");
}

/// 4.2, ALr: S that was recovered has a fork of its own, and what A ships afterwards is no backup
/// that S could have had.
#[test]
fn what_cannot_be_applied_is_not_left_out() {
    let mut t = Trio::shipping(MirrorShipping::SameShare);
    t.post();
    assert!(t.ship());
    t.operate(Operation::RecoverSecondary)
        .operate(Operation::TailBackupDc2);
    t.post().go(EventKind::Backup, Component::BackupJob);
    t.operate(Operation::RecoverSecondary);
    assert!(!t.world.backup_left_out());
}
