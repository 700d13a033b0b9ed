//! The promise of the frequencies of basic events: they follow from what the scenario says of each
//! failure and each mistake.

use poolproof::app::compile;
use poolproof::app::compile::frequency::frequency;
use poolproof::scenario::Scenario;
use poolproof_engines::check::cut_rate::Frequency;
use poolproof_models::names::component::Component;
use poolproof_models::names::event::{Event, EventKind, FaultClass, mistake_kind, operators};
use poolproof_models::names::runbook::{Mistake, Operation, Role};

use crate::support::scenarios::load;

const LBW: &str = "scenarios/lync-2013-lbw.toml";

/// The probability of a mistake in one run of a runbook.
fn of_a_run(scenario: &Scenario, mistake: Mistake, role: Role) -> f64 {
    let event = Event::new(mistake_kind(mistake), operators(role));
    match frequency(scenario, event, FaultClass::Mistake) {
        Frequency::OnDemand { probability } => probability,
        Frequency::Rate { .. } | Frequency::Unknown => panic!("a mistake happens on demand"),
    }
}

/// A run is right if each of its steps is: as many factors as the runbook has steps.
#[test]
fn a_mistake_is_as_likely_as_one_at_any_step_of_the_runbook() {
    let scenario = load(LBW, &[("operators.mistakes.skip", "0.1")]);
    let topology = compile::timed_topology(&scenario);
    for role in [Role::SiteFailover, Role::SiteFailback] {
        let steps = &topology
            .runbook(role)
            .expect("the reference pool has it")
            .steps;
        assert!(steps.len() > 5);
        let right: f64 = steps.iter().map(|_| 0.9).product();
        let found = of_a_run(&scenario, Mistake::Skip, role);
        assert!((found - (1.0 - right)).abs() < 1e-12, "{role:?}: {found}");
    }
}

/// What no scenario rates is taken for certain, so that a frequency is never too low.
#[test]
fn a_mistake_without_a_probability_is_certain() {
    let scenario = load(LBW, &[("operators.mistakes.skip", "0.1")]);
    let found = of_a_run(&scenario, Mistake::Abort, Role::SiteFailover);
    assert!((found - 1.0).abs() < f64::EPSILON, "{found}");
}

/// A failure has the rate and the mean repair of its component, and stands for as many components
/// as the checked pool leaves out.
#[test]
fn a_failure_has_its_rate_its_repair_and_its_number() {
    let mode = "[{ rate = \"3/year\", repair = { exponential = \"6h\" } }]";
    let scenario = load(
        LBW,
        &[
            ("failures.pool_server", mode),
            ("failures.database_server", mode),
            ("pool.dc2.idle", "3"),
        ],
    );
    let topology = compile::checked_topology(&scenario);
    let servers = topology.servers.iter().enumerate().map(|(number, server)| {
        let listed = &scenario.pool.servers[server.site.index()];
        let count = if server.active {
            listed.active
        } else {
            listed.idle
        };
        (Component::server(number), u32::from(count))
    });
    let numbers: Vec<u32> = servers.clone().map(|(_, count)| count).collect();
    assert!(numbers.contains(&3) && numbers.contains(&4), "{numbers:?}");
    for (component, number) in servers.chain([(Component::A, 1), (Component::B, 1)]) {
        let crash = Event::new(EventKind::Crash, component);
        match frequency(&scenario, crash, FaultClass::ComponentCrash) {
            Frequency::Rate {
                per_year,
                repair_h,
                components,
            } => {
                assert!((per_year - 3.0).abs() < 1e-9, "{component:?}: {per_year}");
                assert!((repair_h - 6.0).abs() < 1e-9, "{component:?}: {repair_h}");
                assert_eq!(components, number, "{component:?}");
            }
            other => panic!("{component:?}: {other:?}"),
        }
    }
    // What returns late does so at the failover, not at a rate.
    let returns = Event::new(EventKind::Crash, Component::A);
    let found = frequency(&scenario, returns, FaultClass::LateReturn);
    assert_eq!(found, Frequency::OnDemand { probability: 1.0 });
}

/// Each operation outside a runbook has the rate that is listed for it.
#[test]
fn an_operation_outside_a_runbook_has_its_own_rate() {
    let scenario = load(
        LBW,
        &[
            ("operators.misoperations.remove-witness", "2/year"),
            ("operators.misoperations.stop-agent", "5/year"),
        ],
    );
    for (operation, rate) in [(Operation::RemoveWitness, 2.0), (Operation::StopAgent, 5.0)] {
        let event = Event::misoperation(operation);
        match frequency(&scenario, event, FaultClass::Mistake) {
            Frequency::Rate { per_year, .. } => assert!((per_year - rate).abs() < 1e-9),
            other => panic!("{operation:?}: {other:?}"),
        }
    }
    let unlisted = Event::misoperation(Operation::RecoverSecondary);
    let found = frequency(&scenario, unlisted, FaultClass::Mistake);
    assert_eq!(found, Frequency::Unknown);
}
