//! The quorum table of handbook 3.5 row by row, and forced service during a partition case by case
//! (handbook 3.16).

use poolproof_models::names::component::Component;
use poolproof_models::names::event::EventKind;
use poolproof_models::names::replica::Replica;
use poolproof_models::names::runbook::Operation;
use poolproof_models::names::session::SessionId;
use poolproof_models::names::site::Site;
use poolproof_models::state::latches::{LossCause, LossKind};
use poolproof_models::state::topology::MirrorShipping;

use crate::trio::{A, B, Trio};

const AB: Component = Component::LinkAB;
const AW: Component = Component::LinkAW;
const BW: Component = Component::LinkBW;

/// The old principal is the mirror of a suspended session; RESUME brings it up to date.
#[track_caller]
fn resume(t: &mut Trio) {
    assert!(t.world.session(SessionId::Primary).is_mirror(A));
    assert!(t.suspended());
    assert!(!t.can(EventKind::Resynchronise, Component::PairDc1));
    t.operate(Operation::ResumeMirroring).resynchronise().post();
    assert_eq!(
        t.world.copy(Replica::Primary),
        t.world.copy(Replica::PrimaryMirror)
    );
    assert_eq!(t.served_by(), 1 << B);
}

#[test]
fn f1_no_witness_and_no_link() {
    let mut t = Trio::new(false);
    t.post().cut(&[AB]).post();
    assert_eq!(t.served_by(), 1 << A, "no quorum rule");
    assert!(t.exposed());
    t.nothing_lost();
    t.operate(Operation::ForceService);
    assert_eq!(t.served_by(), 1 << A | 1 << B, "two principals");
    t.post();
    assert!(t.world.split_brain(), "H-03");
    t.heal(&[AB]);
    assert_eq!(t.world.loss(), LossKind::Recoverable);
    assert_eq!(t.served_by(), 1 << B);
    resume(&mut t);
    assert_eq!(t.world.loss(), LossKind::Final);
    assert_eq!(t.world.loss_cause(), LossCause::Discarded);
}

#[test]
fn f1_without_a_post_on_the_old_side_nothing_is_lost() {
    let mut t = Trio::new(false);
    t.post().cut(&[AB]).operate(Operation::ForceService);
    t.go(EventKind::Heal, AB);
    resume(&mut t);
    t.nothing_lost();
}

#[test]
fn f2_partners_parted_and_both_see_the_witness() {
    let mut t = Trio::new(true);
    t.post().cut(&[AB]).post();
    assert_eq!(t.served_by(), 1 << A, "thanks to W");
    assert!(t.exposed());
    assert!(!t.may_operate(Operation::ForceService), "W still sees A");
    assert!(!t.may_fail_over());
    t.heal(&[AB]).resynchronise().post().nothing_lost();
    assert_eq!(
        t.world.copy(Replica::Primary),
        t.world.copy(Replica::PrimaryMirror)
    );
    assert!(!t.exposed());
}

#[test]
fn f3_only_a_sees_the_witness() {
    let mut t = Trio::new(true);
    t.post().cut(&[AB, BW]).post();
    assert_eq!(t.served_by(), 1 << A, "thanks to W");
    assert!(t.exposed());
    assert!(
        !t.may_operate(Operation::ForceService),
        "B is cut off from W"
    );
    assert!(!t.may_fail_over());
    t.heal(&[AB, BW]).resynchronise().post().nothing_lost();
    assert_eq!(
        t.world.copy(Replica::Primary),
        t.world.copy(Replica::PrimaryMirror)
    );
}

#[test]
fn f4_only_b_sees_the_witness() {
    let mut t = Trio::new(true);
    t.post().cut(&[AB, AW]).post();
    assert_eq!(t.served_by(), 0, "A stops");
    t.fail_over().post();
    assert_eq!(t.served_by(), 1 << B);
    t.heal(&[AB, AW]);
    assert!(t.world.session(SessionId::Primary).is_mirror(A));
    assert!(!t.suspended(), "it resynchronises by itself");
    t.resynchronise().post().nothing_lost();
    assert_eq!(
        t.world.copy(Replica::Primary),
        t.world.copy(Replica::PrimaryMirror)
    );
}

#[test]
fn f5_exposed_then_cut_off_then_b_meets_the_witness() {
    let mut t = Trio::new(true);
    t.post().cut(&[AB, BW]).post();
    assert_eq!(t.served_by(), 1 << A);
    t.cut(&[AW]);
    assert_eq!(t.served_by(), 0);
    assert!(!t.may_operate(Operation::ForceService), "B has no witness");
    t.heal(&[BW]);
    assert!(!t.may_fail_over(), "W knows that B is not synchronised");
    t.operate(Operation::ForceService).post();
    assert_eq!(t.served_by(), 1 << B);
    assert_eq!(t.world.loss(), LossKind::Recoverable, "A's disk has it");
    assert!(!t.world.split_brain());
    t.heal(&[AB, AW]);
    resume(&mut t);
    assert_eq!(t.world.loss(), LossKind::Final, "what A acked exposed");
    assert_eq!(t.world.loss_cause(), LossCause::Discarded);
    assert!(!t.world.split_brain());
}

/// All three apart, then B meets the witness.
fn f6(mut t: Trio) -> Trio {
    t.post().cut(&[AB, AW, BW]).post();
    assert_eq!(t.served_by(), 0, "A stopped and had acked nothing alone");
    assert!(!t.may_operate(Operation::ForceService));
    t.heal(&[BW]);
    t
}

#[test]
fn f6_all_apart_then_b_meets_the_witness() {
    let mut t = f6(Trio::new(true));
    assert!(!t.may_fail_over(), "data might be missing (R7)");
    t.operate(Operation::ForceService).post().nothing_lost();
    assert_eq!(t.served_by(), 1 << B);
    t.heal(&[AB, AW]);
    resume(&mut t);
    t.nothing_lost();
}

#[cfg(feature = "mutants")]
#[test]
fn f6_fails_where_readiness_survives_isolation() {
    let mut t = Trio::new(true);
    t.topology.mutant = Some(poolproof_models::rules::mutant::Mutant::ReadinessSurvivesIsolation);
    assert!(f6(t).may_fail_over(), "the mutant is not caught");
}

/// A row of the table in 3.5; A is the principal.
struct Row {
    number: u8,
    /// The links that are down.
    down: &'static [Component],
    serves: bool,
    /// An acknowledgement needs the mirror's disk too.
    mirrored: bool,
    automatic: bool,
    /// The mirror would take over if the principal disappeared; `true` in row 6, where it has.
    armed: bool,
    /// The same by the strict reading of 3.15 d.
    armed_if_strict: bool,
    manual: bool,
    forced: bool,
}

const ROW: Row = Row {
    number: 0,
    down: &[],
    serves: true,
    mirrored: true,
    automatic: false,
    armed: false,
    armed_if_strict: false,
    manual: true,
    forced: false,
};

const ALONE: Row = Row {
    mirrored: false,
    manual: false,
    ..ROW
};

const STOPPED: Row = Row {
    serves: false,
    ..ALONE
};

const TABLE: [Row; 8] = [
    Row {
        number: 1,
        armed: true,
        armed_if_strict: true,
        ..ROW
    },
    Row {
        number: 2,
        down: &[BW],
        ..ROW
    },
    Row {
        number: 3,
        down: &[AW],
        armed: true,
        ..ROW
    },
    Row {
        number: 4,
        down: &[AB],
        ..ALONE
    },
    Row {
        number: 5,
        down: &[AB, BW],
        ..ALONE
    },
    Row {
        number: 6,
        down: &[AB, AW],
        automatic: true,
        armed: true,
        armed_if_strict: true,
        forced: true,
        ..STOPPED
    },
    Row {
        number: 7,
        down: &[AB, AW, BW],
        ..STOPPED
    },
    Row {
        number: 8,
        down: &[AW, BW],
        ..ROW
    },
];

fn check_row(row: &Row, strict: bool) {
    let name = format!("row {}, strict {strict}", row.number);
    let mut t = Trio::new(true);
    t.topology.strict_failover = strict;
    let mut t = t.rebuilt();
    t.post().cut(row.down);
    assert_eq!(t.served_by(), u8::from(row.serves) << A, "{name}: serves");
    assert_eq!(t.may_fail_over(), row.automatic, "{name}: failover");
    let manual = t.may_operate(Operation::ManualFailover);
    assert_eq!(manual, row.manual, "{name}: manual failover");
    let forced = t.may_operate(Operation::ForceService);
    assert_eq!(forced, row.forced, "{name}: forced service");
    assert!(
        t.world.session(SessionId::Primary).is_mirror(B),
        "{name}: its role"
    );
    t.post().nothing_lost();
    assert_eq!(
        t.exposed(),
        row.serves && !row.mirrored,
        "{name}: exposed where it serves alone, DISCONNECTED where it has stopped"
    );
    let on_both = t.world.copy(Replica::Primary) == t.world.copy(Replica::PrimaryMirror);
    assert_eq!(on_both, row.mirrored || !row.serves, "{name}: disks");
    // Nothing that is acknowledged then is lost by the failover that the row allows.
    let armed = if strict {
        row.armed_if_strict
    } else {
        row.armed
    };
    t.crash(Component::A);
    assert_eq!(t.may_fail_over(), armed, "{name}: armed");
    if armed {
        t.fail_over().post().nothing_lost();
        assert_eq!(t.served_by(), 1 << B, "{name}: B serves");
    } else {
        assert_eq!(t.served_by(), 0, "{name}: nobody serves");
    }
}

#[test]
fn quorum_table_rows() {
    for row in &TABLE {
        check_row(row, false);
        check_row(row, true);
    }
}

/// 3.5, row 6 after row 3: the recommended reading of 3.15 d lets the mirror take over.
#[test]
fn quorum_table_row_3_then_row_6() {
    for strict in [false, true] {
        let mut t = Trio::new(true);
        t.topology.strict_failover = strict;
        let mut t = t.rebuilt();
        t.post().cut(&[AW]).post().cut(&[AB]);
        assert_eq!(t.served_by(), 0);
        assert_eq!(t.may_fail_over(), !strict);
        t.nothing_lost();
    }
}

/// 3.5, row 7: a later reconnection of mirror and witness alone starts nothing.
#[test]
fn quorum_table_row_7_then_row_6() {
    let mut t = Trio::new(true);
    t.post().cut(&[AB, AW, BW]).heal(&[BW]);
    assert!(!t.may_fail_over());
    assert_eq!(t.served_by(), 0);
}

/// 3.5, row 8: losing either partner takes the database down although the other is healthy.
#[test]
fn quorum_table_row_8_and_a_partner_lost() {
    for partner in [Component::A, Component::B] {
        let mut t = Trio::new(true);
        t.post().cut(&[AW, BW]).crash(partner);
        assert_eq!(t.served_by(), 0);
        assert!(!t.may_fail_over());
        t.nothing_lost();
    }
}

/// R4: whoever forces service as soon as the witness has noticed, and before the principal has,
/// makes two writers; whoever waits out the timeout or fences first does not.
#[test]
fn r4_a_hasty_force_within_the_detection_lag_makes_two() {
    let exposed_behind_a_cut = || {
        let mut t = Trio::new(true);
        t.topology.slices.one_sided_detection = true;
        let mut t = t.rebuilt();
        // Row 5: B is away, A is exposed with the witness; then B comes back to the witness only.
        t.post().cut(&[Component::LinkAB, Component::LinkBW]).post();
        t.heal(&[Component::LinkBW]);
        t.go(EventKind::Cut, Component::LinkAW);
        assert!(
            !t.may_operate(Operation::ForceService),
            "the witness sees A"
        );
        t
    };
    let mut hasty = exposed_behind_a_cut();
    hasty.go(EventKind::Notice, Component::LinkAW);
    assert_eq!(hasty.served_by(), 1 << A, "A has noticed nothing");
    hasty.operate(Operation::ForceService);
    assert_eq!(hasty.served_by(), 1 << A | 1 << B, "two writers");
    hasty.post();
    assert!(hasty.world.split_brain());

    let mut patient = exposed_behind_a_cut();
    patient.go(EventKind::Notice, Component::LinkAW).detect();
    patient.operate(Operation::ForceService);
    assert_eq!(patient.served_by(), 1 << B, "A has stopped");
    assert!(!patient.post().world.split_brain());

    let mut fenced = exposed_behind_a_cut();
    fenced
        .go(EventKind::Notice, Component::LinkAW)
        .operate(Operation::FenceDc1);
    assert_eq!(fenced.served_by(), 0, "nothing in DC1 takes writes");
}

/// R10 (3.14): SET WITNESS OFF needs a principal that is connected to its mirror. Otherwise a
/// partition could turn the quorum rule off on one side only, and both sides would serve.
#[test]
fn the_witness_is_removed_only_while_the_partners_are_connected() {
    let mut t = Trio::new(true);
    assert!(t.may_operate(Operation::RemoveWitness));
    t.cut(&[AB]);
    assert!(!t.may_operate(Operation::RemoveWitness), "partners apart");
    t.heal(&[AB]);
    assert!(t.may_operate(Operation::RemoveWitness), "connected again");
    t.crash(Component::B);
    assert!(!t.may_operate(Operation::RemoveWitness), "no mirror");
    t.restart(Component::B).cut(&[AW, BW]);
    assert!(
        t.may_operate(Operation::RemoveWitness),
        "the witness has no say"
    );
    t.operate(Operation::RemoveWitness);
    assert!(!t.may_operate(Operation::RemoveWitness), "it is removed");
}

/// V5: a witness in DC2 is heard over the inter-site link, one in DC1 is not.
#[test]
fn the_inter_site_link_takes_a_witness_in_dc2_with_it() {
    for (site, lost) in [(Site::Dc1, false), (Site::Dc2, true)] {
        let mut t = Trio::shipping(MirrorShipping::SameShare);
        t.topology.witness_site = Some(site);
        let mut t = t.rebuilt();
        t.go(EventKind::Cut, Component::Wan);
        for link in [AW, BW] {
            assert_eq!(t.can(EventKind::Detect, link), lost, "{site:?}");
        }
        assert!(!t.can(EventKind::Detect, AB), "{site:?}");
        t.go(EventKind::Heal, Component::Wan);
        assert!(!t.can(EventKind::Detect, AW), "{site:?}");
    }
}
