//! The promise of cut sets: what is listed breaks the property, nothing smaller does, and nothing
//! is missing up to the size that is stated; against a search of each multiset by itself.

use std::collections::BTreeSet;

use poolproof::app::compile::check;
use poolproof::app::document::cut_sets::{self, Asked, Found};
use poolproof::app::document::verdict::Stop;
use poolproof::scenario::Scenario;
use poolproof_engines::check::cuts::{CutProgress, CutRequest, Cuts, Multiset, cuts};
use poolproof_engines::check::search::CutOff;
use poolproof_models::model::{Bounded, Budget, Node};
use poolproof_models::names::event::FaultClass;
use poolproof_models::names::property::Property;
use poolproof_models::system::{System, Words};
use poolproof_reports::document::{self as doc, CutSets};
use proptest::prelude::*;

use crate::support::graphs::{Edge, Graph};
use crate::support::program;
use crate::support::scenarios::load;

fn of<S: System>(model: &Bounded<S>, properties: u32, states: u64) -> Cuts {
    cuts(
        model,
        &mut CutRequest {
            properties,
            states,
            bytes: u64::MAX,
            on_progress: &mut |_: &CutProgress| true,
        },
    )
}

/// Every multiset of at most `order` basic events, by size.
fn multisets(kinds: &BTreeSet<usize>, order: u8) -> Vec<Multiset> {
    let mut all = vec![Multiset::new()];
    let mut from = 0;
    for _ in 0..order {
        let smaller = all[from..].to_vec();
        from = all.len();
        for multiset in smaller {
            let least = multiset.last().copied().unwrap_or(0);
            all.extend(kinds.range(least..).map(|kind| {
                let mut larger = multiset.clone();
                larger.push(*kind);
                larger
            }));
        }
    }
    all
}

/// The properties that a run with exactly these faults can break: a search of its own, whose
/// states remember which of the faults are left.
fn breaks<S: System>(model: &Bounded<S>, faults: &[usize], properties: u32) -> u32
where
    S::State: Ord,
{
    let system = &model.system;
    let start = (model.initial(), faults.to_vec());
    let mut seen = BTreeSet::from([(start.0.state, start.1.clone())]);
    let mut waiting = vec![start];
    let mut broken = 0;
    // The states after the last fault, and the steps between them that will happen.
    let mut last: Vec<S::State> = Vec::new();
    while let Some((node, left)) = waiting.pop() {
        let enabled = system.enabled(&node.state);
        if left.is_empty() {
            broken |= properties & system.violated(&node.state, node.spent, &enabled);
            last.push(node.state);
        }
        for event in enabled.iter() {
            let mut left = left.clone();
            let mut spent = node.spent;
            if system.fault_class(&node.state, event).is_some() {
                let Some(after) = model.spend(&node, event) else {
                    continue;
                };
                let kind = system.kind_of(event);
                let Some(place) = left.iter().position(|other| *other == kind) else {
                    continue;
                };
                left.remove(place);
                spent = after;
            }
            let state = system.canonical(system.apply(&node.state, event).0);
            if seen.insert((state, left.clone())) {
                waiting.push((Node { state, spent }, left));
            }
        }
    }
    if properties & Property::ServiceReturns.bit() != 0 {
        let trapped = |state: &S::State| !comes_back(system, *state);
        if last.iter().any(trapped) {
            broken |= Property::ServiceReturns.bit();
        }
    }
    broken
}

/// Whether service is reached from a state by events that will happen.
fn comes_back<S: System>(system: &S, state: S::State) -> bool
where
    S::State: Ord,
{
    let mut seen = BTreeSet::from([state]);
    let mut waiting = vec![state];
    while let Some(state) = waiting.pop() {
        if system.is_serving(&state) {
            return true;
        }
        for event in system.enabled(&state).iter() {
            let after = system.canonical(system.apply(&state, event).0);
            if system.will_happen(&state, event) && seen.insert(after) {
                waiting.push(after);
            }
        }
    }
    false
}

/// Minimal cut sets by trying every multiset by itself, without leaving any out.
fn by_brute_force<S: System>(
    model: &Bounded<S>,
    kinds: &BTreeSet<usize>,
    properties: u32,
) -> Vec<(Multiset, u32)>
where
    S::State: Ord,
{
    let all = multisets(kinds, model.budget.total);
    let each = all.into_iter().map(|multiset| {
        let broken = breaks(model, &multiset, properties);
        (multiset, broken)
    });
    let breaking: Vec<(Multiset, u32)> = each.filter(|(_, broken)| *broken != 0).collect();
    let minimal = |(multiset, broken): &(Multiset, u32)| {
        let parts = breaking
            .iter()
            .filter(|(part, _)| part.len() < multiset.len());
        let parts = parts.filter(|(part, _)| {
            let count = |of: &Multiset, kind: usize| of.iter().filter(|k| **k == kind).count();
            part.iter()
                .all(|kind| count(part, *kind) <= count(multiset, *kind))
        });
        let known = parts.fold(0, |bits, (_, broken)| bits | broken);
        (multiset.clone(), broken & !known)
    };
    let minimal = breaking.iter().map(minimal);
    minimal.filter(|(_, broken)| *broken != 0).collect()
}

const CLASSES: [FaultClass; 2] = [FaultClass::ComponentCrash, FaultClass::LinkCut];

fn edges(states: u8) -> impl Strategy<Value = Vec<Edge>> {
    let edge = (0..states, 0..states, 0..10_u8).prop_map(|(from, to, what)| match what {
        0..5 => Edge {
            kind: what,
            ..Edge::fault(from, to, CLASSES[usize::from(what % 2)])
        },
        5 => Edge {
            will_happen: false,
            ..Edge::free(from, to)
        },
        _ => Edge::free(from, to),
    });
    proptest::collection::vec(edge, 0..20)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn the_cut_sets_of_a_graph_are_those_of_brute_force(
        edges in edges(8),
        broken in 0_u64..1 << 8,
        serves in 0_u64..1 << 8,
        order in 0_u8..4,
        link_cuts in 0_u8..3,
    ) {
        // The start breaks nothing, so that most graphs have something to find.
        let graph = Graph { edges, serves, broken: broken & !1 };
        let kinds = (0..graph.event_count())
            .filter(|event| graph.fault_class(&0, *event).is_some())
            .map(|event| graph.kind_of(event))
            .collect();
        let budget = Budget::of(order).with_limit(FaultClass::LinkCut, link_cuts.min(order));
        let model = Bounded::new(graph, budget);
        let properties = 1 | Property::ServiceReturns.bit();
        let found = of(&model, properties, 1 << 20);
        prop_assert_eq!(found.complete_up_to, Some(order));
        prop_assert_eq!(found.sets, by_brute_force(&model, &kinds, properties));
    }
}

#[test]
fn the_order_of_faults_and_what_happens_in_between_do_not_matter() {
    // First 1 then a free step then 2; the other way round nothing breaks.
    let crash = |from, to, kind| Edge {
        kind,
        ..Edge::fault(from, to, CLASSES[0])
    };
    let edges = vec![
        crash(0, 1, 1),
        Edge::free(1, 2),
        crash(2, 3, 2),
        crash(0, 4, 2),
        crash(4, 5, 1),
        crash(3, 6, 3),
    ];
    let graph = Graph {
        edges,
        serves: u64::MAX,
        broken: 1 << 3 | 1 << 6,
    };
    let model = Bounded::new(graph, Budget::of(3));
    assert_eq!(of(&model, 1, 1 << 20).sets, [(vec![0, 2], 1)]);
}

/// A world as its words, so that brute force can sort it.
struct Sorted(poolproof_models::state::topology::Topology);

impl System for Sorted {
    type State = Words;

    fn initial(&self) -> Words {
        System::initial(&self.0).pack()
    }

    fn event_count(&self) -> usize {
        self.0.event_count()
    }

    fn event_id(&self, index: usize) -> u16 {
        self.0.event_id(index)
    }

    fn event_name(&self, index: usize) -> String {
        self.0.event_name(index)
    }

    fn enabled(&self, state: &Words) -> poolproof_models::names::event::EventSet {
        System::enabled(&self.0, &world(state))
    }

    fn apply(
        &self,
        state: &Words,
        index: usize,
    ) -> (Words, poolproof_models::transition::step::Report) {
        let (after, report) = System::apply(&self.0, &world(state), index);
        (after.pack(), report)
    }

    fn canonical(&self, state: Words) -> Words {
        System::canonical(&self.0, world(&state)).pack()
    }

    fn words(&self, state: &Words) -> Words {
        *state
    }

    fn fault_class(&self, state: &Words, index: usize) -> Option<FaultClass> {
        System::fault_class(&self.0, &world(state), index)
    }

    fn violated(
        &self,
        state: &Words,
        spent: poolproof_models::names::property::Spent,
        enabled: &poolproof_models::names::event::EventSet,
    ) -> u32 {
        System::violated(&self.0, &world(state), spent, enabled)
    }

    fn reached(&self, index: usize, after: &Words) -> u32 {
        System::reached(&self.0, index, &world(after))
    }

    fn is_serving(&self, state: &Words) -> bool {
        self.0.is_serving(&world(state))
    }

    fn will_happen(&self, state: &Words, index: usize) -> bool {
        self.0.will_happen(&world(state), index)
    }

    fn kind_of(&self, index: usize) -> usize {
        self.0.kind_of(index)
    }
}

fn world(state: &Words) -> poolproof_models::state::world::World {
    poolproof_models::state::world::World::unpack(*state)
}

/// Small spaces of the library, each with the properties that it is about and some more.
#[test]
fn the_cut_sets_of_hazards_are_those_of_brute_force() {
    let listed = Property::NoLoss.bit()
        | Property::NeverStuck.bit()
        | Property::SplitBrain.bit()
        | Property::NothingDestroyed.bit()
        | Property::ServiceReturns.bit();
    let mut sets = 0;
    for (name, order) in [
        ("H-11-witness-down-then-mirror", 2),
        ("H-11-guarded", 2),
        ("H-08-exposed-then-forced", 2),
        ("H-16-writes-after-full-backup", 1),
        ("H-20-wrong-backup-file", 1),
        ("H-36-too-many-active", 1),
        ("H-38-cms-not-failed-over", 1),
        ("H-52-missing-logins", 1),
    ] {
        let path = format!("scenarios/hazards/{name}.toml");
        let scenario = load(&path, &[("check.servers_per_class", "1")]);
        let model = check::model_within(&scenario, order);
        let found = of(&model, listed, 1 << 30);
        assert_eq!(found.complete_up_to, Some(order), "{name}");
        let sorted = Bounded::new(Sorted(model.system.clone()), model.budget);
        let kinds = (0..model.system.event_count())
            .map(|event| model.system.kind_of(event))
            .collect();
        assert_eq!(
            found.sets,
            by_brute_force(&sorted, &kinds, listed),
            "{name}"
        );
        sets += found.sets.len();
    }
    assert!(sets >= 10, "{sets}");
}

fn find(scenario: &Scenario, order: u8, property: Property, bytes: Option<u64>) -> Found {
    let asked = Asked {
        order,
        properties: &[property],
        command: "",
        bytes,
        time_ms: None,
        stop: &mut |_| None,
    };
    cut_sets::find(scenario, asked)
}

#[test]
fn a_limit_of_states_is_said_and_what_was_found_stays() {
    let path = "scenarios/lync-2013-lbw.toml";
    let full = find(&load(path, &[]), 1, Property::NoLoss, None);
    assert!(full.complete);
    let limit = full.document.states + 1_000;
    let limit = limit.to_string();
    let scenario = load(path, &[("check.states_limit", &limit)]);
    let cut = find(&scenario, 2, Property::NoLoss, None);
    assert!(!cut.complete && !cut.interrupted);
    assert_eq!(cut.document.complete_up_to, Some(1));
    assert!(cut.document.cut_off_by.is_some());
    let singles = |document: &CutSets| {
        let sets = document.properties[0].sets.iter();
        let singles = sets
            .filter(|set| set.order <= 1)
            .map(|set| set.events.clone());
        singles.collect::<Vec<_>>()
    };
    assert_eq!(singles(&cut.document), singles(&full.document));
    assert!(!singles(&full.document).is_empty());
}

#[test]
fn a_limit_of_memory_is_said() {
    let scenario = load("scenarios/lync-2013-lbw.toml", &[]);
    let cut = find(&scenario, 2, Property::NoLoss, Some(1_000_000));
    assert!(!cut.complete && !cut.interrupted);
    assert!(cut.document.complete_up_to < Some(2));
    let by = cut.document.cut_off_by.unwrap();
    assert_eq!(by, doc::CutOff::Memory);
}

#[test]
fn an_interrupt_ends_it_between_two_sizes() {
    let scenario = load("scenarios/lync-2013-lbw.toml", &[]);
    let asked = Asked {
        order: 2,
        properties: &[Property::NoLoss],
        command: "",
        bytes: None,
        time_ms: None,
        stop: &mut |at| (at.order > 0).then_some(Stop::Interrupt),
    };
    let found = cut_sets::find(&scenario, asked);
    assert!(found.interrupted && !found.complete);
    assert_eq!(found.document.complete_up_to, Some(0));
    let model = check::model_within(&scenario, 2);
    let mut question = CutRequest {
        properties: Property::NoLoss.bit(),
        states: 1 << 30,
        bytes: u64::MAX,
        on_progress: &mut |_| false,
    };
    assert_eq!(
        cuts(&model, &mut question).cut_off,
        Some(CutOff::Interrupted)
    );
}

/// The reference pool loses messages by the loss of DC1, and by no other single fault.
#[test]
fn the_reference_pool_loses_messages_with_dc1() {
    let scenario = load("scenarios/lync-2013-lbw.toml", &[]);
    let found = find(&scenario, 1, Property::NoLoss, None).document;
    let [property] = &found.properties[..] else {
        panic!("one property was asked for");
    };
    let sets: Vec<(&str, f64)> = property
        .sets
        .iter()
        .map(|set| (set.events[0].event.as_str(), set.per_year.unwrap()))
        .collect();
    let [(outage, by_outage), (disaster, by_disaster)] = sets[..] else {
        panic!("{sets:?}");
    };
    assert_eq!((outage, disaster), ("outage:DC1", "disaster:DC1"));
    // Rates of 0.25 and 0.02 a year, less the time that it lasts anyway.
    assert!((0.249..0.25).contains(&by_outage), "{by_outage}");
    assert!((0.0199..0.02).contains(&by_disaster), "{by_disaster}");
    assert_eq!(property.per_year, Some(by_outage + by_disaster));
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let scenario = load("scenarios/hazards/H-11-witness-down-then-mirror.toml", &[]);
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.unwrap()
            .install(|| find(&scenario, 2, Property::NeverStuck, None).document)
    };
    assert_eq!(on(1), on(3));
}

/// The code and the output of the program.
fn poolproof(arguments: &[&str]) -> (i32, String) {
    let output = program::poolproof(arguments);
    (output.status.code().unwrap(), program::stdout(&output))
}

const H11: &str = "scenarios/hazards/H-11-witness-down-then-mirror.toml";

/// T5: the quorum is lost by two crashes, and by nothing less.
#[test]
fn the_command_prints_a_table_csv_and_json() {
    let (code, table) = poolproof(&["cuts", H11]);
    assert_eq!(code, 0);
    assert!(table.contains("crash of B + crash of W"), "{table}");
    let (code, csv) = poolproof(&["cuts", H11, "--format", "csv"]);
    assert_eq!(code, 0);
    let mut lines = csv.lines();
    assert_eq!(
        lines.next(),
        Some("property,rank,order,events,per_year,at_most,note")
    );
    assert!(
        lines.any(|line| line.starts_with("UQ,1,2,crash:B + crash:W,")),
        "{csv}"
    );
    let (code, json) = poolproof(&["cuts", H11, "--format", "json", "--property", "UQ"]);
    assert_eq!(code, 0);
    let document: CutSets = serde_json::from_str(&json).unwrap();
    assert_eq!(document.properties.len(), 1);
    assert_eq!(document.complete_up_to, Some(2));
    let crash = document
        .basic_events
        .iter()
        .find(|basic| basic.event == "crash:B");
    let modes = load(H11, &[]).failures.database_server;
    let rate: f64 = modes.iter().map(|mode| mode.rate.per_year()).sum();
    assert!(
        (crash.unwrap().per_year.unwrap() - rate).abs() < 1e-6,
        "every way to fail"
    );
    assert_eq!(
        document.identity.command,
        format!("poolproof cuts {H11} --order 2 --property UQ")
    );
}

#[test]
fn the_command_says_by_its_code_that_a_limit_came_first() {
    let limit = "check.states_limit=1_000";
    let (code, text) = poolproof(&["cuts", "scenarios/lync-2013-lbw.toml", "--set", limit]);
    assert_eq!(code, 4);
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        words.contains("ended early by the limit of 1,000"),
        "{text}"
    );
    assert_eq!(poolproof(&["cuts", H11, "--property", "XX"]).0, 2);
    assert_eq!(poolproof(&["cuts", "nowhere.toml"]).0, 3);
}
