//! The promise of stalls (handbook 13.5): a server that answers nothing for a while is silent to
//! its partners, and then goes on with what it knew.

use poolproof_models::names::component::Component;
use poolproof_models::names::event::EventKind;
use poolproof_models::names::session::SessionId;

use crate::trio::{A, B, Trio};

fn stalling() -> Trio {
    let mut t = Trio::new(true);
    t.topology.slices.stalls = true;
    t.rebuilt()
}

#[test]
fn what_nobody_noticed_has_not_been() {
    let mut t = stalling();
    t.post().go(EventKind::Stall, Component::A);
    assert_eq!(t.served_by(), 0);
    assert!(!t.can(EventKind::Restart, Component::A));
    t.go(EventKind::StallEnds, Component::A);
    assert_eq!(t.served_by(), 1 << A);
    assert!(t.world.session(SessionId::Primary).is_synchronized(A));
    t.post().nothing_lost();
}

#[test]
fn a_principal_that_stalls_for_longer_comes_back_as_the_mirror() {
    let mut t = stalling();
    t.post().go(EventKind::Stall, Component::A);
    t.detect().fail_over().post();
    assert_eq!(t.served_by(), 1 << B);
    t.go(EventKind::StallEnds, Component::A);
    assert!(t.world.session(SessionId::Primary).is_mirror(A));
    t.resynchronise().post().nothing_lost();
}

#[test]
fn a_mirror_that_stalls_holds_commits_up_until_it_is_given_up() {
    let mut t = stalling();
    t.post().go(EventKind::Stall, Component::B);
    assert_eq!(
        t.served_by(),
        0,
        "the principal waits for the mirror's disk"
    );
    t.detect().expose();
    assert_eq!(t.served_by(), 1 << A);
    t.post().go(EventKind::StallEnds, Component::B);
    assert!(t.exposed());
    t.resynchronise().post().nothing_lost();
}

#[test]
fn a_stalled_server_starts_with_its_data_centre() {
    let mut t = stalling();
    t.go(EventKind::Stall, Component::A)
        .go(EventKind::Outage, Component::Dc1)
        .go(EventKind::Return, Component::Dc1);
    assert!(t.world.is_up(Component::A));
    assert!(!t.can(EventKind::StallEnds, Component::A));
}
