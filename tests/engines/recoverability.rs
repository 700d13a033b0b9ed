//! The promise of recoverability: what is called a trap is one, the nearest there is, and what
//! holds has no trap; on graphs against brute force, and on the hazards of the handbook where
//! service cannot return.

use std::collections::BTreeMap;
use std::path::Path;

use poolproof::app::compile::check;
use poolproof::app::document::verdict;
use poolproof::scenario;
use poolproof_engines::check::recoverability::ending;
use poolproof_engines::check::search::{CutOff, Limits, SearchOutcome, search};
use poolproof_engines::pools;
use poolproof_models::model::{Bounded, Budget};
use poolproof_models::names::event::FaultClass;
use poolproof_models::names::property::Property;
use poolproof_models::system::System;
use poolproof_reports::document::{Reach, Verdict, VerdictStatus};
use proptest::prelude::*;

use crate::support::graphs::{Edge, Graph};

const RETURNS: u32 = Property::ServiceReturns.bit();
const CRASH: FaultClass = FaultClass::ComponentCrash;

/// What was found about recoverability.
struct Recoverability {
    cut_off: Option<CutOff>,
    trap: Option<Trap>,
}

/// The nearest state from which service cannot return.
#[derive(Debug, PartialEq, Eq)]
struct Trap {
    faults: u8,
    path: Vec<usize>,
}

fn recoverability(outcome: &SearchOutcome) -> Recoverability {
    Recoverability {
        cut_off: outcome.cut_off,
        trap: outcome.trap.map(|found| Trap {
            faults: found.faults,
            path: outcome.path(found),
        }),
    }
}

fn of(graph: &Graph, faults: u8, states: u64) -> Recoverability {
    let model = Bounded::new(graph.clone(), Budget::of(faults));
    let mut limits = Limits {
        states,
        bytes: u64::MAX,
        on_progress: &mut |_| true,
    };
    recoverability(&search(&model, RETURNS, &mut limits))
}

/// Faults and steps of the nearest trap.
fn nearest(graph: &Graph, faults: u8) -> Option<(u8, usize)> {
    let found = of(graph, faults, 1 << 20);
    assert_eq!(found.cut_off, None);
    found.trap.map(|trap| (trap.faults, trap.path.len()))
}

fn graph(serves: u64, edges: Vec<Edge>) -> Graph {
    Graph {
        edges,
        serves,
        broken: 0,
    }
}

#[test]
fn a_circle_with_a_way_out_holds_and_one_without_is_a_trap() {
    let mut edges = vec![
        Edge::fault(0, 1, CRASH),
        Edge::free(1, 2),
        Edge::free(2, 3),
        Edge::free(3, 1),
    ];
    assert_eq!(nearest(&graph(1, edges.clone()), 1), Some((1, 1)));
    edges.push(Edge::free(3, 0));
    assert_eq!(nearest(&graph(1, edges), 1), None);
}

#[test]
fn a_way_back_that_costs_a_fault_is_none() {
    let edges = vec![Edge::fault(0, 1, CRASH), Edge::fault(1, 0, CRASH)];
    assert_eq!(nearest(&graph(1, edges), 2), Some((1, 1)));
}

#[test]
fn what_one_may_not_count_on_is_explored_and_leads_nowhere() {
    // A disaster to 1; rebuilding leads to 2, from where service returns.
    let mut rebuilt = Edge::free(1, 2);
    rebuilt.will_happen = false;
    let edges = vec![Edge::fault(0, 1, CRASH), rebuilt, Edge::free(2, 0)];
    let graph = graph(1, edges);
    assert_eq!(nearest(&graph, 1), Some((1, 1)));
    let end = ending(&graph, 1);
    assert_eq!((end.state, end.states), (1, 1));
    assert_eq!(end.would_help, [1]);
}

#[test]
fn fewer_faults_come_first_and_then_fewer_steps() {
    // By two faults after two steps, or by one fault after four.
    let edges = vec![
        Edge::fault(0, 1, CRASH),
        Edge::fault(1, 2, CRASH),
        Edge::free(1, 3),
        Edge::free(3, 4),
        Edge::free(4, 5),
        Edge::free(5, 0),
        Edge::free(5, 6),
    ];
    let found = of(&graph(1, edges), 2, 1 << 20);
    let trap = found.trap.expect("state 6 is a trap");
    assert_eq!((trap.faults, trap.path), (1, vec![0, 2, 3, 4, 6]));
}

#[test]
fn a_later_fault_may_lead_to_a_shorter_way() {
    // State 3 is entered late by a fault at 2, and early over 4 by a fault at 0.
    let edges = vec![
        Edge::free(0, 1),
        Edge::free(1, 2),
        Edge::fault(2, 3, CRASH),
        Edge::fault(0, 4, CRASH),
        Edge::free(4, 3),
        Edge::free(4, 0),
        Edge::free(2, 0),
    ];
    assert_eq!(nearest(&graph(0b0001_0111, edges), 1), Some((1, 2)));
}

#[test]
fn where_it_ends_is_what_is_left_when_all_has_happened() {
    let edges = vec![
        Edge::free(0, 1),
        Edge::free(1, 0),
        Edge::free(1, 2),
        Edge::free(2, 3),
        Edge::free(3, 2),
    ];
    let end = ending(&graph(0, edges), 0);
    assert!(end.state >= 2);
    assert_eq!(end.states, 2);
}

#[test]
fn a_search_that_was_cut_off_decides_nothing() {
    let edges = vec![Edge::fault(0, 1, CRASH), Edge::free(1, 2)];
    let found = of(&graph(1, edges), 1, 2);
    assert_eq!(found.cut_off, Some(CutOff::States));
    assert_eq!(found.trap, None);
}

/// A state and the faults of each class spent on the way to it.
type Place = (u8, [u8; 2]);

const CLASSES: [FaultClass; 2] = [FaultClass::ComponentCrash, FaultClass::LinkCut];

/// The nearest trap, by trying everything: shortest ways by repeated relaxation, and for each place
/// a walk that looks for service.
fn by_brute_force(graph: &Graph, faults: u8, link_cuts: u8) -> Option<(u8, usize)> {
    let mut ways: BTreeMap<Place, usize> = BTreeMap::from([((0, [0, 0]), 0)]);
    loop {
        let mut changed = false;
        for ((state, spent), steps) in ways.clone() {
            for edge in graph.edges.iter().filter(|edge| edge.from == state) {
                let mut after = spent;
                if let Some(class) = edge.class {
                    after[CLASSES.iter().position(|c| *c == class).unwrap()] += 1;
                }
                if after[0] + after[1] > faults || after[1] > link_cuts {
                    continue;
                }
                let known = ways.entry((edge.to, after)).or_insert(usize::MAX);
                if steps + 1 < *known {
                    *known = steps + 1;
                    changed = true;
                }
            }
        }
        if !changed {
            break;
        }
    }
    let returns = |start: u8| {
        let mut seen = vec![start];
        let mut at = 0;
        while at < seen.len() {
            let state = seen[at];
            for edge in &graph.edges {
                if edge.from == state && edge.will_happen && !seen.contains(&edge.to) {
                    seen.push(edge.to);
                }
            }
            at += 1;
        }
        seen.into_iter().any(|state| graph.is_serving(&state))
    };
    let traps = ways.into_iter().filter(|((state, _), _)| !returns(*state));
    traps
        .map(|((_, spent), steps)| (spent[0] + spent[1], steps))
        .min()
}

fn edges(states: u8) -> impl Strategy<Value = Vec<Edge>> {
    let edge = (0..states, 0..states, 0..8_u8).prop_map(|(from, to, what)| match what {
        0 => Edge::fault(from, to, CLASSES[0]),
        1 => Edge::fault(from, to, CLASSES[1]),
        2 => Edge {
            will_happen: false,
            ..Edge::free(from, to)
        },
        _ => Edge::free(from, to),
    });
    proptest::collection::vec(edge, 0..24)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_nearest_trap_is_the_one_of_brute_force(
        edges in edges(9), serves in 0_u64..1 << 9, faults in 0_u8..4, link_cuts in 0_u8..3,
    ) {
        let graph = graph(serves, edges);
        let budget = Budget::of(faults).with_limit(FaultClass::LinkCut, link_cuts.min(faults));
        let model = Bounded::new(graph.clone(), budget);
        let mut limits = Limits { states: 1 << 20, bytes: u64::MAX, on_progress: &mut |_| true };
        let found = recoverability(&search(&model, RETURNS, &mut limits));
        prop_assert_eq!(found.cut_off, None);
        let expected = by_brute_force(&graph, faults, link_cuts);
        let trap = found.trap;
        prop_assert_eq!(trap.as_ref().map(|trap| (trap.faults, trap.path.len())), expected);
        if let Some(trap) = trap {
            // The way is a way.
            let mut state = 0;
            for event in trap.path {
                prop_assert_eq!(graph.edges[event].from, state);
                state = graph.edges[event].to;
            }
        }
    }
}

/// The verdict on RC of a scenario with other values.
fn verdict_on(path: &str, changes: &[(&str, &str)]) -> Verdict {
    let mut overrides = vec![("check.properties".to_owned(), "[\"RC\"]".to_owned())];
    overrides.extend(
        changes
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned())),
    );
    let loaded = scenario::load_with(Path::new(path), &overrides);
    let scenario = loaded.unwrap_or_else(|error| panic!("{error}")).scenario;
    let check = verdict::check(&scenario, &mut |_| true).document;
    let mut verdicts = check.verdicts.into_iter();
    verdicts.find(|verdict| verdict.property == "RC").unwrap()
}

/// One site is enough to lose: with both gone there is nothing to come back.
const ONE_SITE: (&str, &str) = ("check.limits.site-loss", "1");

/// Where no disk is lost: S has its database whatever becomes of DC1.
const DISKS_LAST: (&str, &str) = ("check.without", "[\"log-full\", \"storage\"]");

#[test]
fn the_reference_pools_recover_from_any_two_faults_that_leave_a_data_centre() {
    for name in ["lync-2013-lbw", "lync-2013-hbw", "lync-2013-lbw-no-witness"] {
        let path = format!("scenarios/{name}.toml");
        let verdict = verdict_on(&path, &[ONE_SITE, DISKS_LAST]);
        assert_eq!(verdict.status, VerdictStatus::Holds, "{name}");
    }
}

#[test]
fn two_lost_data_centres_are_the_end() {
    let verdict = verdict_on("scenarios/lync-2013-lbw.toml", &[DISKS_LAST]);
    let events = steps(&verdict);
    assert_eq!(events, ["disaster:DC1", "disaster:DC2"]);
}

/// Not the loss of A and B, which is as near: operators leave a data centre without a database.
#[test]
fn a_lost_data_centre_and_a_lost_secondary_are_the_end_without_a_last_resort() {
    let none = ("operators.last_resort", "none");
    let verdict = verdict_on("scenarios/lync-2013-lbw.toml", &[ONE_SITE, none]);
    assert_eq!(steps(&verdict), ["disaster:DC1", "destroy:S"]);
    let verdict = verdict_on("scenarios/lync-2013-lbw.toml", &[ONE_SITE]);
    assert_eq!(verdict.status, VerdictStatus::Holds, "it starts empty");
}

fn steps(verdict: &Verdict) -> Vec<&str> {
    let told = verdict.counterexample.as_ref();
    let told = told.unwrap_or_else(|| panic!("{:?}", verdict.status));
    told.steps.iter().map(|step| step.event.as_str()).collect()
}

/// Hazards whose outage nobody ends, each with a part of the reason; their guards end it.
#[test]
fn hazards_from_which_service_cannot_return() {
    for (hazard, first, reason) in [
        (
            "H-33-stale-failover-partner",
            "disaster:DC1",
            "no active pool server uses",
        ),
        (
            "H-37-next-hop-stays",
            "disaster:DC1",
            "no next hop leads to an active pool server",
        ),
        (
            "H-38-cms-not-failed-over",
            "disaster:DC1",
            "stands at step 7 (set PoolState to FailedOver): the master of the Central Management \
             store cannot be reached from DC2",
        ),
        (
            "H-48-log-drive-fills",
            "misoperation:suspend-mirroring",
            "the log drive of A is full",
        ),
        (
            "H-52-missing-logins",
            "disaster:DC1",
            "S has no logins for the pool servers",
        ),
    ] {
        let found = verdict_on(&format!("scenarios/hazards/{hazard}.toml"), &[ONE_SITE]);
        assert_eq!(found.status, VerdictStatus::Violated, "{hazard}");
        assert_eq!(steps(&found)[0], first, "{hazard}");
        let cause = &found.counterexample.as_ref().unwrap().cause;
        assert!(cause.contains(reason), "{hazard}: {cause}");
        let guard = format!("scenarios/hazards/{}-guarded.toml", &hazard[..4]);
        let found = verdict_on(&guard, &[ONE_SITE]);
        assert_eq!(found.status, VerdictStatus::Holds, "{guard}");
    }
}

/// T5, H-11: A stops although it is healthy. That is UQ; but the witness or B will be repaired.
#[test]
fn an_outage_that_a_repair_ends_is_no_trap() {
    for hazard in [
        "H-11-witness-down-then-mirror",
        "H-12-principal-does-not-come-back",
    ] {
        let found = verdict_on(&format!("scenarios/hazards/{hazard}.toml"), &[]);
        assert_eq!(found.status, VerdictStatus::Holds, "{hazard}");
    }
}

/// What is left in DC1 comes back only by a fault, the late return (handbook 5).
#[test]
fn a_late_return_is_not_counted_on_but_named() {
    let found = verdict_on(
        "scenarios/hazards/H-38-cms-not-failed-over.toml",
        &[
            ONE_SITE,
            ("operators.assumption", "dropped"),
            ("check.limits.late-return", "1"),
            ("check.limits.link-cut", "0"),
            ("check.exclude", "[\"disaster:DC1\", \"disaster:DC2\"]"),
        ],
    );
    // Before the first step that changes anything, DC1 may come back for nothing.
    let steps = steps(&found);
    assert_eq!(steps[0], "outage:DC1");
    assert!(steps.len() > 2, "{steps:?}");
    let cause = &found.counterexample.as_ref().unwrap().cause;
    assert!(cause.contains("(return:DC1)"), "{cause}");
}

#[test]
fn a_limit_of_memory_decides_nothing() {
    let path = Path::new("scenarios/lync-2013-lbw.toml");
    let scenario = scenario::load(path)
        .unwrap_or_else(|error| panic!("{error}"))
        .scenario;
    let mut limits = Limits {
        states: u64::MAX,
        bytes: 5_000_000,
        on_progress: &mut |_| true,
    };
    let outcome = pools::search(&check::model(&scenario), RETURNS, &mut limits);
    let found = recoverability(&outcome);
    assert_eq!(found.cut_off, Some(CutOff::Memory));
    assert_eq!(found.trap, None);
}

#[test]
fn a_limit_of_states_leaves_it_undecided() {
    let path = "scenarios/lync-2013-lbw.toml";
    let found = verdict_on(path, &[ONE_SITE, ("check.states_limit", "5000")]);
    assert_eq!(found.status, VerdictStatus::Undecided);
    let reach = found.reach;
    assert!(
        matches!(
            reach,
            Reach::NoTrap {
                complete_up_to: Some(_),
                ..
            }
        ),
        "{reach:?}"
    );
    assert!(found.counterexample.is_none());
}
