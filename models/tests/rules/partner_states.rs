//! The states of a mirroring session and the transitions between them (handbook 3.3), driven event
//! by event.

use poolproof_models::names::component::Component;
use poolproof_models::names::event::EventKind;
use poolproof_models::names::runbook::Operation;
use poolproof_models::names::session::SessionId;
use poolproof_models::state::session::PartnerState;

use crate::trio::{A, B, Trio};

/// What both partners show.
fn states(t: &Trio) -> [Option<PartnerState>; 2] {
    [A, B].map(|member| t.world.partner_state(SessionId::Primary, member))
}

/// But for PENDING_FAILOVER both partners show the same state.
const fn both(state: PartnerState) -> [Option<PartnerState>; 2] {
    [Some(state), Some(state)]
}

#[test]
fn link_loss_is_disconnected_and_heals_by_itself() {
    let mut t = Trio::new(true);
    t.post();
    assert_eq!(states(&t), both(PartnerState::Synchronized));
    t.cut(&[Component::LinkAB]).post();
    assert_eq!(states(&t), both(PartnerState::Disconnected));
    t.heal(&[Component::LinkAB]);
    assert_eq!(states(&t), both(PartnerState::Synchronizing));
    t.resynchronise();
    assert_eq!(states(&t), both(PartnerState::Synchronized));
}

#[test]
fn a_partner_that_does_not_run_shows_nothing() {
    let mut t = Trio::new(true);
    t.post().crash(Component::B);
    assert_eq!(states(&t), [Some(PartnerState::Disconnected), None]);
    t.restart(Component::B);
    assert_eq!(states(&t), both(PartnerState::Synchronizing));
}

#[test]
fn suspended_survives_restarts_until_somebody_resumes() {
    let mut t = Trio::new(true);
    t.post().operate(Operation::SuspendMirroring).post();
    assert_eq!(states(&t), both(PartnerState::Suspended));
    t.crash(Component::B).restart(Component::B);
    assert_eq!(states(&t), both(PartnerState::Suspended));
    assert!(!t.can(EventKind::Resynchronise, Component::PairDc1));
    t.operate(Operation::ResumeMirroring);
    assert_eq!(states(&t), both(PartnerState::Synchronizing));
}

#[test]
fn pending_failover_is_only_on_the_old_principal() {
    let mut t = Trio::new(true);
    t.post().operate(Operation::ManualFailover);
    let expected = [PartnerState::PendingFailover, PartnerState::Synchronized].map(Some);
    assert_eq!(states(&t), expected);
    assert_eq!(t.served_by(), 0, "user connections are killed");
    t.swap_roles();
    assert!(t.world.session(SessionId::Primary).is_mirror(A));
    assert_eq!(states(&t), both(PartnerState::Synchronizing), "R6");
    assert_eq!(t.served_by(), 1 << B);
}

/// 3.8: if the mirror goes before it has the tail, the principal is principal again.
#[test]
fn a_failover_without_its_mirror_does_not_take_place() {
    let mut t = Trio::new(true);
    t.post().operate(Operation::ManualFailover);
    t.crash(Component::B);
    assert!(!t.can(EventKind::SwapRoles, Component::PairDc1));
    assert_eq!(t.served_by(), 1 << A);
    assert_eq!(states(&t), [Some(PartnerState::Disconnected), None]);
    t.restart(Component::B).resynchronise().post();
    assert_eq!(states(&t), both(PartnerState::Synchronized));
    t.nothing_lost();
}

/// If the principal fails in the middle, the witness still holds the session for synchronised.
#[test]
fn a_principal_lost_in_a_failover_is_an_automatic_failover() {
    let mut t = Trio::new(true);
    t.post().operate(Operation::ManualFailover);
    t.crash(Component::A);
    t.fail_over().post().nothing_lost();
    assert_eq!(t.served_by(), 1 << B);
    t.restart(Component::A).resynchronise();
    assert_eq!(states(&t), both(PartnerState::Synchronized));
}

/// After forced service the session is suspended as soon as the partners meet (3.9, 3.10).
#[test]
fn forced_service_ends_suspended() {
    let mut t = Trio::new(false);
    t.post()
        .crash(Component::A)
        .operate(Operation::ForceService);
    assert_eq!(states(&t), [None, Some(PartnerState::Disconnected)]);
    t.post().restart(Component::A);
    assert_eq!(states(&t), both(PartnerState::Suspended));
}

/// A session that was removed has no state.
#[test]
fn removed_mirroring_has_no_state() {
    let mut t = Trio::new(true);
    t.post().operate(Operation::RemoveMirroring);
    assert_eq!(states(&t), [None, None]);
}
