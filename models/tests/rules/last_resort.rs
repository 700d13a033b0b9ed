//! The promise of the last resort (handbook 13.22): where nothing else brings service back, the
//! newest copy serves, else the newest backup, else an empty database; and nothing else calls for
//! it.

use poolproof_models::names::component::Component;
use poolproof_models::names::event::EventKind;
use poolproof_models::names::replica::Replica;
use poolproof_models::names::runbook::{Belief, Operation, Role};
use poolproof_models::names::session::SessionId;
use poolproof_models::names::site::{ShareLocation, Site};
use poolproof_models::state::latches::LossKind;
use poolproof_models::state::topology::{MirrorShipping, PoolServer};

use crate::trio::{A, B, S, Trio, runbook};

/// A stretched pool whose database servers can lose their disks, with a mirror for S.
fn stretched() -> Trio {
    let mut t = Trio::shipping(MirrorShipping::SameShare);
    t.topology.servers.push(PoolServer {
        site: Site::Dc2,
        active: false,
    });
    t.topology.secondary_mirror = true;
    t.topology.slices.storage = true;
    t.topology.slices.partner_names = true;
    t.rebuilt()
}

fn is_stuck(t: &Trio) -> bool {
    t.world.believes(&t.topology, Belief::ServiceStuck)
}

/// The server loses its disks and is replaced.
fn lose_disks(t: &mut Trio, server: Component) {
    t.go(EventKind::Destroy, server).detect().expose();
    t.restart(server);
}

/// Every pool server learns the pool state.
fn replicate(t: &mut Trio) {
    for server in [0, 1].map(Component::server) {
        if t.can(EventKind::Replicate, server) {
            t.go(EventKind::Replicate, server);
        }
    }
}

fn fail_over_to_dc2(t: &mut Trio) {
    use Operation as O;
    t.go(EventKind::Disaster, Component::Dc1);
    for operation in [
        O::FailOverCms,
        O::RecoverSecondary,
        O::SetFailedOver,
        O::InstallMirror,
    ] {
        t.operate(operation);
    }
    t.operate(O::ActivateDc2).operate(O::MoveNextHop);
    replicate(t);
    assert_eq!(t.served_by(), 1 << S);
}

/// The first kind of dead end: S loses its disks after the failover, and SM has no witness.
#[test]
fn the_mirror_of_s_takes_over_where_no_witness_promotes_it() {
    let mut t = stretched();
    fail_over_to_dc2(&mut t);
    t.go(EventKind::Resynchronise, Component::PairDc2)
        .go(EventKind::Write, Component::S);
    t.go(EventKind::Destroy, Component::S)
        .go(EventKind::Detect, Component::LinkSSM);
    t.go(EventKind::Restart, Component::S);
    assert_eq!(t.served_by(), 0);
    assert!(is_stuck(&t));

    t.operate(Operation::RecoverNewest);
    assert!(t.world.session(SessionId::Secondary).is_principal(1));
    assert!(!t.world.session(SessionId::Primary).is_principal(A));
    t.operate(Operation::ServeNewest);
    replicate(&mut t);
    assert_eq!(t.served_by(), Replica::TargetMirror.bit());
    assert!(!is_stuck(&t));

    t.operate(Operation::RemirrorNewest);
    assert!(t.world.session(SessionId::Secondary).is_principal(0));
    assert!(t.world.session(SessionId::Secondary).is_mirror(1));
    assert_eq!(t.served_by(), 1 << S);
    t.go(EventKind::Write, Component::S).nothing_lost();
}

/// The second kind: the principal loses its disks, and the witness keeps the old one from serving
/// (13.3). S has less than A here.
#[test]
fn the_old_principal_serves_where_the_newer_one_is_gone() {
    let mut t = stretched();
    t.post().crash(Component::A).fail_over().post();
    lose_disks(&mut t, Component::B);
    assert!(!is_stuck(&t), "A is about to restart");
    t.restart(Component::A);
    assert_eq!(t.served_by(), 0, "the witness names B");
    assert!(is_stuck(&t));

    t.operate(Operation::RecoverNewest);
    assert_eq!(t.served_by(), 1 << A);
    t.post();
    assert_eq!(t.world.loss(), LossKind::Final, "what only B had");
    assert!(
        !t.world.split_brain(),
        "B's history is gone, not beside A's"
    );
    t.operate(Operation::RemirrorNewest).resynchronise().post();
    assert!(!t.exposed());
}

/// The same, but what B acknowledged was shipped: S is newer than A.
#[test]
fn the_newest_copy_serves_in_whichever_data_centre_it_is() {
    let mut t = stretched();
    t.post().crash(Component::A).fail_over().post();
    assert!(t.ship());
    lose_disks(&mut t, Component::B);
    t.restart(Component::A);
    assert!(is_stuck(&t));
    t.operate(Operation::RecoverNewest)
        .operate(Operation::ServeNewest);
    replicate(&mut t);
    assert_eq!(t.served_by(), 1 << S);
    t.go(EventKind::Write, Component::S).nothing_lost();
    assert!(
        !t.may_operate(Operation::RecoverNewest),
        "it serves already"
    );
}

/// The same with a file that was neither copied nor restored: it is applied first (5 steps 2, 3).
#[test]
fn files_in_reach_are_applied_before_s_is_recovered() {
    let mut t = stretched();
    t.post().crash(Component::A).fail_over().post();
    t.go(EventKind::Backup, Component::BackupJob);
    lose_disks(&mut t, Component::B);
    t.restart(Component::A).operate(Operation::RecoverNewest);
    assert!(t.world.session(SessionId::Secondary).is_principal(0));
    assert!(!t.world.backup_left_out());
    t.nothing_lost();
}

/// The third kind: no copy and no backup is left.
#[test]
fn where_nothing_is_left_a_new_history_begins() {
    let mut t = stretched();
    t.post();
    lose_disks(&mut t, Component::S);
    assert!(!t.may_operate(Operation::StartEmpty), "A has everything");
    for server in [Component::B, Component::A] {
        lose_disks(&mut t, server);
    }
    assert_eq!(t.world.loss(), LossKind::Final);
    assert!(is_stuck(&t));
    assert!(!t.may_operate(Operation::RecoverNewest));
    assert!(!t.may_operate(Operation::RestoreNewestBackup));

    t.operate(Operation::StartEmpty);
    assert_eq!(t.served_by(), 1 << A);
    t.post();
    assert!(
        !t.world.split_brain(),
        "nothing is left that it could be beside"
    );
    // Mirroring first, then log shipping (4.3).
    t.operate(Operation::RemirrorNewest)
        .resynchronise()
        .operate(Operation::ReinitialiseSecondary)
        .post();
    assert!(t.ship(), "log shipping goes on");
    assert!(!t.world.chain_broken(&t.topology));
    // What is acknowledged from now on is protected as before.
    t.crash(Component::A).fail_over().post();
    assert_eq!(t.served_by(), 1 << B);
}

/// A full backup outlives the copies.
#[test]
fn where_only_a_backup_is_left_it_is_restored() {
    let mut t = stretched();
    t.topology.share = ShareLocation::Dc2;
    let mut t = t.rebuilt();
    fail_over_to_dc2(&mut t);
    t.go(EventKind::Write, Component::S)
        .operate(Operation::FullBackup);
    for server in [Component::SM, Component::S] {
        t.go(EventKind::Destroy, server);
        t.go(EventKind::Restart, server);
    }
    assert!(is_stuck(&t));
    assert!(!t.may_operate(Operation::StartEmpty), "a backup is left");
    t.operate(Operation::RestoreNewestBackup);
    assert_eq!(t.served_by(), 1 << S);
    t.go(EventKind::Write, Component::S).nothing_lost();
}

/// A failover that finds nothing in DC2 is given up, and DC1 comes back.
#[test]
fn a_failover_to_nothing_is_given_up() {
    let mut t = stretched();
    t.topology.runbooks = vec![runbook(
        Role::SiteFailover,
        Belief::SiteDown,
        &[Operation::DropLogShipping, Operation::RecoverSecondary],
    )];
    let mut t = t.rebuilt();
    t.post();
    t.go(EventKind::Outage, Component::Dc1)
        .go(EventKind::StartRunbook, Component::SiteOperators)
        .go(EventKind::RunbookStep, Component::SiteOperators);
    lose_disks(&mut t, Component::S);
    assert!(!t.can(EventKind::Return, Component::Dc1), "it was left");
    assert!(is_stuck(&t));
    t.operate(Operation::ReturnToDc1)
        .go(EventKind::Return, Component::Dc1);
    assert!(is_stuck(&t), "no database of DC1 goes on by itself");
    t.operate(Operation::RecoverNewest).post().nothing_lost();
    assert_eq!(t.served_by(), 1 << A);
}

/// UQ asks about the ordinary runbooks: that a team of the last resort exists changes nothing.
#[test]
fn never_stuck_without_need_ignores_the_last_resort() {
    let mut t = stretched();
    let stuck = |t: &Trio| t.world.stuck(&t.topology, &t.world.enabled(&t.topology));
    t.topology.runbooks = vec![runbook(
        Role::LastResort,
        Belief::ServiceStuck,
        &[Operation::Decide, Operation::RecoverNewest],
    )];
    let mut t = t.rebuilt();
    t.post().crash(Component::A).fail_over();
    lose_disks(&mut t, Component::B);
    t.restart(Component::A);
    let team = Component::LastResortOperators;
    assert!(t.can(EventKind::StartRunbook, team));
    assert!(
        stuck(&t),
        "A has everything that is left, and no runbook helps"
    );
    t.go(EventKind::StartRunbook, team)
        .go(EventKind::RunbookStep, team);
    assert!(stuck(&t));
    t.go(EventKind::RunbookStep, team);
    assert!(!stuck(&t));
    assert_eq!(t.served_by(), 1 << A);
    assert_eq!(
        t.world.progress(Role::LastResort),
        0,
        "it can be needed again"
    );
}

/// H-52, 13.19: the database is online, and no pool server can log in until somebody creates the
/// logins there.
#[test]
fn logins_that_are_missing_are_created() {
    let mut t = stretched();
    t.topology.logins = !Replica::PrimaryMirror.bit();
    let mut t = t.rebuilt();
    t.crash(Component::A).fail_over();
    assert!(t.world.can_acknowledge(&t.topology, Replica::PrimaryMirror));
    assert_eq!(t.served_by(), 0);
    // The repair of A brings nothing back: it is B's mirror then.
    t.restart(Component::A).resynchronise();
    assert!(is_stuck(&t));
    t.operate(Operation::ServeNewest);
    assert_eq!(t.served_by(), 1 << B);
}
