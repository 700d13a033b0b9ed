//! The choices that the documents leave open (handbook section 10), where they are a knob: both
//! sides of each, driven event by event.

use poolproof_models::names::component::Component;
use poolproof_models::names::event::EventKind;
use poolproof_models::names::property::{Property, Spent};
use poolproof_models::names::runbook::Operation;
use poolproof_models::state::latches::LossKind;
use poolproof_models::state::topology::{Acknowledgement, MirrorShipping};

use crate::trio::{A, B, Trio};

/// 3.13: a witness that is restored from an old image lets the old principal in.
#[test]
fn a_witness_without_its_memory_confirms_the_wrong_principal() {
    let run = |forgets: bool| {
        let mut t = Trio::new(true);
        t.topology.slices.witness_memory = true;
        let mut t = t.rebuilt();
        t.post().crash(Component::A).fail_over().post();
        t.crash(Component::B);
        if forgets {
            t.go(EventKind::Forget, Component::W);
        }
        t.restart(Component::A).post();
        t
    };
    assert_eq!(run(false).served_by(), 0, "T2: the witness names B");
    let t = run(true);
    assert_eq!(t.served_by(), 1 << A);
    assert!(t.world.split_brain(), "both histories were acknowledged on");
}

/// 10, choice 4: the narrow reading of 3.15 a and b refuses forced service wherever a witness is
/// set; without one it stays.
#[test]
fn forced_service_can_be_refused_wherever_a_witness_is_set() {
    for (witness, allowed) in [(true, false), (false, true)] {
        let mut t = Trio::new(witness);
        t.topology.force_needs_no_witness = true;
        let mut t = t.rebuilt();
        // T9: nobody but the operator could help.
        t.post().crash(Component::B).post().crash(Component::A);
        t.restart(Component::B);
        assert_eq!(t.may_operate(Operation::ForceService), allowed);
    }
}

/// 10, choice 22: what an old principal is that learns that its session was removed.
#[test]
fn a_principal_removed_while_away_comes_back_as_the_knob_says() {
    for (serves, expected) in [(true, 1 << A | 1 << B), (false, 1 << B)] {
        let mut t = Trio::new(true);
        t.topology.removed_principal_serves = serves;
        let mut t = t.rebuilt();
        t.post().crash(Component::A).fail_over();
        t.operate(Operation::RemoveMirroring).post();
        t.restart(Component::A);
        assert_eq!(
            t.served_by(),
            expected,
            "online and stale is the worst case"
        );
    }
}

/// 10, choice 1: users who are told on acceptance lose what is in flight at any crash.
#[test]
fn acknowledged_on_acceptance_a_crash_is_a_loss() {
    for (acknowledgement, lost) in [
        (Acknowledgement::OnAccept, LossKind::Final),
        (Acknowledgement::OnCommit, LossKind::None),
    ] {
        let mut t = Trio::new(true);
        t.topology.acknowledgement = acknowledgement;
        let mut t = t.rebuilt();
        t.post();
        if acknowledgement == Acknowledgement::OnAccept {
            t.go(EventKind::Accept, Component::Clients);
            t.post().nothing_lost();
            t.go(EventKind::Accept, Component::Clients);
        }
        t.crash(Component::A).fail_over().post();
        assert_eq!(t.world.loss(), lost);
    }
}

/// 10, choice 16: a record that leaves before the commit can be of a message that never was (H-45).
#[test]
fn recorded_before_the_commit_a_crash_leaves_a_phantom() {
    for before in [true, false] {
        let mut t = Trio::new(true);
        t.topology.slices.compliance = true;
        t.topology.record_before_commit = before;
        let mut t = t.rebuilt();
        t.post();
        if before {
            t.go(EventKind::Accept, Component::Clients);
        }
        t.crash(Component::A).fail_over().post();
        let broken = t.world.violated(&t.topology, Spent::default());
        assert_eq!(broken & Property::RecordsComplete.bit() != 0, before);
    }
}

/// 4.2; 10, choice 18: a differential backup bridges a gap without a full one, but only on the
/// branch that S is on.
#[test]
fn a_differential_backup_bridges_a_gap() {
    let mut t = Trio::shipping(MirrorShipping::SameShare);
    t.post();
    assert!(t.ship());
    t.post().operate(Operation::AdHocLogBackup).post();
    assert!(!t.ship());
    t.operate(Operation::BridgeGap).post();
    assert!(t.ship());
    assert!(!t.world.chain_broken(&t.topology));

    // 4.3: S is ahead of the new principal, on a dead branch.
    let mut t = Trio::shipping(MirrorShipping::SameShare);
    t.post().crash(Component::B).post();
    assert!(t.ship());
    t.crash(Component::A).restart(Component::B);
    t.operate(Operation::ForceService).post();
    assert!(!t.may_operate(Operation::BridgeGap));
    assert!(t.may_operate(Operation::ReinitialiseSecondary));
}

/// 3.7: a later contact of mirror and witness does not count; with the knob it does.
#[test]
fn mirror_and_witness_that_meet_again_fail_over_only_with_the_knob() {
    for knob in [false, true] {
        let mut t = Trio::new(true);
        t.topology.deviations.failover_on_regained_contact = knob;
        let mut t = t.rebuilt();
        t.post().crash(Component::W).crash(Component::A);
        t.restart(Component::W);
        assert_eq!(t.may_fail_over(), knob, "T7, F6");
    }
}

/// 3.3: partners that meet again are SYNCHRONIZING, even with nothing behind; with the knob they
/// are SYNCHRONIZED at once.
#[test]
fn partners_that_meet_with_nothing_behind_synchronise_at_once_only_with_the_knob() {
    for knob in [false, true] {
        let mut t = Trio::new(false);
        t.topology.deviations.instant_resynchronisation = knob;
        let mut t = t.rebuilt();
        t.post().crash(Component::A).restart(Component::A);
        assert_eq!(t.exposed(), !knob);
        assert_eq!(t.can(EventKind::Resynchronise, Component::PairDc1), !knob);
    }
}

/// 3.9: forced service suspends, and a principal that was away learns of it when the two meet
/// (3.10); with the knob it is what a failover is.
#[test]
fn forced_service_is_a_failover_only_with_the_knob() {
    for knob in [false, true] {
        let mut t = Trio::new(false);
        t.topology.deviations.orderly_forced_service = knob;
        let mut t = t.rebuilt();
        t.post().crash(Component::A);
        t.operate(Operation::ForceService).post();
        assert_eq!(t.suspended(), !knob);
        t.crash(Component::B).restart(Component::A);
        assert_eq!(
            t.served_by() & (1 << A) != 0,
            !knob,
            "A takes itself for the principal"
        );
        let mut t = Trio::new(false);
        t.topology.deviations.orderly_forced_service = knob;
        let mut t = t.rebuilt();
        t.post().crash(Component::B).expose().post();
        t.crash(Component::A).restart(Component::B);
        assert_eq!(t.may_operate(Operation::ForceService), !knob, "B is behind");
    }
}
