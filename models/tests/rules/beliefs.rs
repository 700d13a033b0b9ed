//! What operators believe (handbook 5): each part of a belief is needed, none alone is enough.

use poolproof_models::names::component::Component;
use poolproof_models::names::event::{Event, EventKind};
use poolproof_models::names::runbook::{Belief, Operation};
use poolproof_models::names::site::Site;
use poolproof_models::state::topology::{Assumption, MirrorShipping, PoolServer, Start, Topology};
use poolproof_models::state::world::World;

use crate::trio::Trio;

fn believes(trio: &Trio, belief: Belief) -> bool {
    trio.world.believes(&trio.topology, belief)
}

/// 3.5: the witness does not answer either partner, and they answer each other.
#[test]
fn the_witness_is_down_when_both_partners_miss_it_and_have_each_other() {
    let mut trio = Trio::new(true);
    assert!(!believes(&trio, Belief::WitnessDown), "it answers");
    trio.go(EventKind::Crash, Component::W);
    assert!(!believes(&trio, Belief::WitnessDown), "nobody has noticed");
    trio.go(EventKind::Detect, Component::LinkAW);
    assert!(!believes(&trio, Belief::WitnessDown), "B still hears it");
    trio.go(EventKind::Detect, Component::LinkBW);
    assert!(believes(&trio, Belief::WitnessDown));
    trio.go(EventKind::Cut, Component::LinkAB);
    trio.go(EventKind::Detect, Component::LinkAB);
    assert!(!believes(&trio, Belief::WitnessDown), "all are apart");
    assert!(
        !believes(&Trio::new(false), Belief::WitnessDown),
        "there is none"
    );
}

/// 3.6: the principal is gone and a mirror is left that has noticed it.
#[test]
fn the_principal_is_down_when_its_mirror_has_noticed_and_it_does_not_run() {
    let mut trio = Trio::new(false);
    assert!(!believes(&trio, Belief::PrincipalDown), "it runs");
    trio.go(EventKind::Crash, Component::A);
    assert!(
        !believes(&trio, Belief::PrincipalDown),
        "nobody has noticed"
    );
    trio.go(EventKind::Detect, Component::LinkAB);
    assert!(believes(&trio, Belief::PrincipalDown));
    trio.go(EventKind::Crash, Component::B);
    assert!(!believes(&trio, Belief::PrincipalDown), "no mirror is left");
    // While the assumption holds, a cut is not taken for a crash.
    let mut trio = Trio::new(false);
    trio.go(EventKind::Cut, Component::LinkAB);
    trio.go(EventKind::Detect, Component::LinkAB);
    assert!(
        !believes(&trio, Belief::PrincipalDown),
        "it runs behind a cut"
    );
}

/// 6: users are served from DC2, DC1 is there and can be reached.
#[test]
fn the_site_is_rebuilt_when_it_is_up_and_reached_after_a_failover() {
    let servers = Site::ALL.map(|site| PoolServer {
        site,
        active: site == Site::Dc1,
    });
    let mut topology = Topology::new(servers.to_vec());
    topology.mirror = true;
    topology.secondary = true;
    let normal = topology.clone().finish();
    assert!(!normal.initial().believes(&normal, Belief::SiteRebuilt));
    topology.start = Start::FailedOver;
    let topology = topology.finish();
    let after = |world: World, kind, at| world.apply(&topology, Event::new(kind, at)).0;
    let believed = |world: World| world.believes(&topology, Belief::SiteRebuilt);
    let start = topology.initial();
    assert!(believed(start));
    let cut = after(start, EventKind::Cut, Component::Wan);
    assert!(!believed(cut), "DC1 is not reached");
    assert!(believed(after(cut, EventKind::Heal, Component::Wan)));
    let down = after(start, EventKind::Outage, Component::Dc1);
    assert!(!believed(down), "DC1 is down");
}

/// 5: while the assumption holds, a cut inter-site link is not taken for the loss of DC1.
#[test]
fn the_site_is_down_when_it_is_or_when_nothing_of_it_can_be_reached() {
    for (assumption, mistaken) in [(Assumption::Holds, false), (Assumption::Dropped, true)] {
        let mut trio = Trio::shipping(MirrorShipping::SameShare);
        trio.topology.assumption = assumption;
        let mut trio = trio.rebuilt();
        assert!(!believes(&trio, Belief::SiteDown), "it is up");
        trio.go(EventKind::Cut, Component::Wan);
        assert_eq!(
            believes(&trio, Belief::SiteDown),
            mistaken,
            "{assumption:?}"
        );
        trio.go(EventKind::Heal, Component::Wan);
        trio.go(EventKind::Outage, Component::Dc1);
        assert!(believes(&trio, Belief::SiteDown), "it is down");
    }
}

/// 1.4: a new active list is current where it has been replicated.
#[test]
fn replicas_are_current_until_a_new_list_and_after_its_replication() {
    let mut trio = Trio::new(true);
    assert!(
        believes(&trio, Belief::ReplicasCurrent),
        "nothing has changed"
    );
    trio.operate(Operation::ClearActive);
    assert!(!believes(&trio, Belief::ReplicasCurrent), "the list is new");
    trio.go(EventKind::Replicate, Component::server(0));
    assert!(believes(&trio, Belief::ReplicasCurrent), "it has arrived");
}
