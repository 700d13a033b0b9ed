//! The promise of planned work (handbook 13.15): it begins while everything is in order and at no
//! other time, a disaster takes its place, and from DC2 the way back is there.

use poolproof_models::names::component::Component;
use poolproof_models::names::event::{EventKind, operators};
use poolproof_models::names::runbook::{Belief, Operation, Role};
use poolproof_models::names::site::Site;
use poolproof_models::state::latches::LossKind;
use poolproof_models::state::topology::{MirrorShipping, PoolServer};

use crate::trio::{Trio, runbook};

const PLANNERS: Component = operators(Role::PlannedSwitch);
const DISASTER_TEAM: Component = operators(Role::SiteFailover);

const SWITCH: [Operation; 9] = [
    Operation::Decide,
    Operation::ClearActive,
    Operation::StopServices,
    Operation::TailBackup,
    Operation::CopyBacklog,
    Operation::RestoreBacklog,
    Operation::RecoverSecondary,
    Operation::SetFailedOver,
    Operation::ActivateDc2,
];

/// A stretched pool with a runbook for the disaster, one for a planned switch and one for the way
/// back.
fn stretched() -> Trio {
    let mut t = Trio::shipping(MirrorShipping::SameShare);
    t.topology.servers.push(PoolServer {
        site: Site::Dc2,
        active: false,
    });
    t.topology.runbooks = vec![
        runbook(
            Role::SiteFailover,
            Belief::SiteDown,
            &[Operation::Decide, Operation::RecoverSecondary],
        ),
        runbook(
            Role::SiteFailback,
            Belief::Planned,
            &[Operation::Decide, Operation::ClearActive],
        ),
        runbook(Role::PlannedSwitch, Belief::Planned, &SWITCH),
    ];
    t.rebuilt()
}

/// The team does this many steps.
fn steps(t: &mut Trio, team: Component, count: usize) {
    for _ in 0..count {
        t.go(EventKind::RunbookStep, team);
    }
}

#[test]
fn planned_work_begins_only_while_everything_is_in_order() {
    let may_start = |t: &Trio| t.can(EventKind::StartRunbook, PLANNERS);
    assert!(may_start(&stretched()));
    let broken: [(EventKind, Component); 6] = [
        (EventKind::Crash, Component::B),
        (EventKind::Crash, Component::W),
        (EventKind::Crash, Component::S),
        (EventKind::Crash, Component::server(0)),
        (EventKind::Cut, Component::Wan),
        (EventKind::Outage, Component::Dc2),
    ];
    for (kind, at) in broken {
        let mut t = stretched();
        t.go(kind, at);
        assert!(!may_start(&t), "{at:?}");
    }
    let mut t = stretched();
    t.crash(Component::B).restart(Component::B);
    assert!(!may_start(&t), "the mirror is behind");
    t.go(EventKind::Resynchronise, Component::PairDc1);
    assert!(may_start(&t));
    t.operate(Operation::StopAgent);
    assert!(!may_start(&t), "nothing is restored on S");
}

#[test]
fn planned_work_that_was_only_decided_is_called_off_when_something_breaks() {
    let mut t = stretched();
    t.go(EventKind::StartRunbook, PLANNERS);
    assert!(!t.can(EventKind::StandDown, PLANNERS));
    t.go(EventKind::Crash, Component::W);
    assert!(!t.can(EventKind::RunbookStep, PLANNERS));
    t.go(EventKind::StandDown, PLANNERS);
    assert_eq!(t.world.progress(Role::PlannedSwitch), 0);
}

#[test]
fn a_planned_switch_loses_nothing_and_leads_to_a_failback() {
    let mut t = stretched();
    t.post();
    let may_fail_back = |t: &Trio| t.can(EventKind::StartRunbook, operators(Role::SiteFailback));
    assert!(!may_fail_back(&t), "users are at home");
    t.go(EventKind::StartRunbook, PLANNERS);
    steps(&mut t, PLANNERS, SWITCH.len());
    for server in [0, 1].map(Component::server) {
        t.go(EventKind::Replicate, server);
    }
    assert!(t.world.is_switched_by_plan(&t.topology));
    assert_ne!(t.world.service(&t.topology), 0, "users are served in DC2");
    assert_eq!(t.world.loss(), LossKind::None);
    assert!(
        !t.can(EventKind::StartRunbook, PLANNERS),
        "users are in DC2"
    );
    assert!(!t.topology.has_left_dc1(&t.world), "DC1 runs");
    t.crash(Component::A).restart(Component::A);
    assert!(may_fail_back(&t), "the window of the way back");
}

#[test]
fn a_disaster_takes_the_place_of_a_planned_switch() {
    let mut t = stretched();
    t.go(EventKind::StartRunbook, PLANNERS);
    steps(&mut t, PLANNERS, 3);
    t.go(EventKind::Disaster, Component::Dc1);
    t.go(EventKind::StartRunbook, DISASTER_TEAM);
    steps(&mut t, DISASTER_TEAM, 1);
    assert_ne!(t.world.progress(Role::PlannedSwitch), 0, "they only decide");
    steps(&mut t, DISASTER_TEAM, 1);
    assert_eq!(t.world.progress(Role::PlannedSwitch), 0);
}

#[test]
fn a_failover_with_a_planned_trigger_leaves_a_dc1_that_may_return() {
    let mut t = stretched();
    t.topology.runbooks = vec![runbook(Role::SiteFailover, Belief::Planned, &SWITCH)];
    t = t.rebuilt();
    t.go(EventKind::StartRunbook, DISASTER_TEAM);
    steps(&mut t, DISASTER_TEAM, 3);
    assert!(!t.topology.has_left_dc1(&t.world));
    t.crash(Component::A).restart(Component::A);
}
