//! Mistakes at a step of a runbook (handbook 9, H-13 to H-20): what each does to the progress.

use poolproof_models::names::component::Component;
use poolproof_models::names::event::EventKind;
use poolproof_models::names::runbook::{Belief, Mistake, Operation, Phase, Role, Runbook, Step};
use poolproof_models::names::session::SessionId;

use crate::trio::Trio;

const TEAM: Component = Component::MirrorOperators;

/// A trio without a witness whose operators are at the first of these steps, after a loss of A.
fn at_work(operations: &[Operation], wait_for: Option<Belief>) -> Trio {
    let step = |operation: &Operation| Step {
        operation: *operation,
        actor: String::new(),
        wait_for,
        optional: false,
        phase: Phase::Act,
        source: String::new(),
    };
    let mut trio = Trio::new(false);
    trio.topology.mistakes = Mistake::ALL.to_vec();
    trio.topology.runbooks = vec![Runbook {
        name: "mirror-failover".to_owned(),
        role: Role::MirrorFailover,
        trigger: Belief::PrincipalDown,
        steps: operations.iter().map(step).collect(),
    }];
    let mut trio = trio.rebuilt();
    trio.go(EventKind::Crash, Component::A).detect();
    trio.go(EventKind::StartRunbook, TEAM);
    trio
}

fn current(trio: &Trio) -> Option<Operation> {
    let step = trio
        .world
        .current_step(&trio.topology, Role::MirrorFailover);
    step.map(|step| step.operation)
}

const STEPS: [Operation; 4] = [
    Operation::ForceService,
    Operation::RestartServers,
    Operation::ClearActive,
    Operation::ActivateAll,
];

#[test]
fn a_step_that_is_left_out_is_one_step() {
    let mut trio = at_work(&STEPS, None);
    assert_eq!(current(&trio), Some(STEPS[0]));
    trio.go(EventKind::Skip, TEAM);
    assert_eq!(current(&trio), Some(STEPS[1]));
}

#[test]
fn two_steps_that_are_swapped_are_two_steps() {
    let mut trio = at_work(&STEPS, None);
    trio.go(EventKind::SwapNext, TEAM);
    assert_eq!(current(&trio), Some(STEPS[2]));
    // Both were done.
    let served = trio.world.newest_principal(SessionId::Primary);
    assert_eq!(served, Some(1), "B was promoted");
}

#[test]
fn a_runbook_that_is_given_up_has_no_step() {
    let mut trio = at_work(&STEPS, None);
    trio.go(EventKind::Abort, TEAM);
    assert_eq!(current(&trio), None);
}

/// A step that waits can be done too early, and it is one step.
#[test]
fn a_step_that_is_done_too_early_is_one_step() {
    let mut trio = at_work(&STEPS[1..], Some(Belief::PartnerBack));
    assert!(!trio.can(EventKind::RunbookStep, TEAM), "it waits for A");
    trio.go(EventKind::Premature, TEAM);
    assert_eq!(current(&trio), Some(STEPS[2]));
}

/// Two steps are not swapped where the second waits: that would be two mistakes.
#[test]
fn a_step_that_waits_is_not_swapped_with_the_one_before() {
    let trio = at_work(&STEPS[1..], Some(Belief::PartnerBack));
    assert!(!trio.can(EventKind::SwapNext, TEAM), "the next one waits");
    let trio = at_work(&STEPS[1..], Some(Belief::PrincipalDown));
    assert!(trio.can(EventKind::SwapNext, TEAM), "A is down");
}

/// 3.9, 3.14: mirroring that was suspended by a forced service is resumed, also where another
/// failure came between and was over before anything was done.
#[test]
fn what_a_failover_left_to_do_is_not_forgotten() {
    let steps = [
        Operation::Decide,
        Operation::ForceService,
        Operation::ResumeMirroring,
    ];
    let mut trio = at_work(&steps, None);
    let runbook = &mut trio.topology.runbooks[0];
    runbook.steps[2].wait_for = Some(Belief::PartnerBack);
    trio.go(EventKind::RunbookStep, TEAM)
        .go(EventKind::RunbookStep, TEAM);
    trio.post();
    assert_eq!(current(&trio), Some(Operation::ResumeMirroring));
    // A is back as the mirror, and suspended. B fails before anybody resumes, and comes back.
    trio.restart(Component::A);
    assert!(trio.suspended());
    trio.go(EventKind::Crash, Component::B).detect();
    trio.go(EventKind::StandDown, TEAM)
        .go(EventKind::StartRunbook, TEAM);
    assert_eq!(current(&trio), Some(Operation::Decide));
    trio.restart(Component::B);
    trio.go(EventKind::StandDown, TEAM);
    assert_eq!(current(&trio), Some(Operation::ResumeMirroring));
    trio.go(EventKind::RunbookStep, TEAM);
    assert!(!trio.suspended());
    assert_eq!(current(&trio), None);
}
