//! WS at its limits: how many users the pool servers may carry (handbook 1.2) and how many servers
//! may be active (V1).

use poolproof_models::names::component::Component;
use poolproof_models::names::event::{Event, EventKind};
use poolproof_models::names::property::{Property, Spent};
use poolproof_models::names::runbook::Operation;
use poolproof_models::names::site::Site;
use poolproof_models::state::topology::{PoolServer, Topology};

/// A pool of active servers in DC1 without a mirror.
fn pool(servers: usize, users: u32) -> Topology {
    let site = Site::Dc1;
    let mut topology = Topology::new(vec![PoolServer { site, active: true }; servers]);
    topology.users = users;
    topology.finish()
}

fn is_overloaded(topology: &Topology) -> bool {
    let world = topology.initial();
    let broken = world.violated(topology, Spent::default()) & Property::RightSide.bit() != 0;
    assert_eq!(broken, world.overloaded(topology));
    broken
}

/// 1.2: 30,000 users on a server are allowed, one more is not.
#[test]
fn a_server_carries_thirty_thousand_users_and_not_one_more() {
    for servers in 1..=4 {
        let most = 30_000 * servers as u32;
        assert!(!is_overloaded(&pool(servers, most)), "{servers} servers");
        assert!(is_overloaded(&pool(servers, most + 1)), "{servers} servers");
    }
    assert!(!is_overloaded(&pool(1, 0)), "users are not counted");
}

/// Users who are not served overload nobody.
#[test]
fn without_service_nothing_is_overloaded() {
    let topology = pool(2, 60_000);
    let crash = |at| Event::new(EventKind::Crash, at);
    let world = topology.initial();
    let world = world.apply(&topology, crash(Component::server(0))).0;
    assert!(world.overloaded(&topology), "one server carries them all");
    let world = world.apply(&topology, crash(Component::A)).0;
    assert!(!world.overloaded(&topology), "no database server, no users");
}

/// V1: four active servers are allowed, five are not. They are made active by a swap of the active
/// and the idle ones.
#[test]
fn four_servers_may_be_active_and_not_five() {
    for (active, idle, broken) in [(1, 3, false), (2, 4, false), (3, 5, true)] {
        let site = Site::Dc1;
        let mut servers = vec![PoolServer { site, active: true }; active];
        servers.extend(vec![
            PoolServer {
                site,
                active: false
            };
            idle
        ]);
        let mut topology = Topology::new(servers);
        topology.misoperations = vec![Operation::SwapActive];
        let topology = topology.finish();
        let swap = Event::misoperation(Operation::SwapActive);
        let world = topology.initial().apply(&topology, swap).0;
        let found = world.violated(&topology, Spent::default()) & Property::RightSide.bit() != 0;
        assert_eq!(found, broken, "{idle} active servers");
    }
}
