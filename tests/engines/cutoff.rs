//! What makes the searched space smaller changes no verdict: the cutoff of pool servers per class,
//! and the symmetry between servers of a class.

use poolproof::app::compile::check;
use poolproof::scenario::Scenario;
use poolproof_engines::check::search::{self, Limits, SearchOutcome};
use poolproof_engines::pools;
use poolproof_models::model::Bounded;
use poolproof_models::names::event::{EventSet, FaultClass};
use poolproof_models::names::property::{Goal, Property, Spent};
use poolproof_models::state::topology::Topology;
use poolproof_models::state::world::World;
use poolproof_models::system::{System, Words};
use poolproof_models::transition::step::Report;

use crate::support::scenarios;

const LBW: &str = "scenarios/lync-2013-lbw.toml";
const HBW: &str = "scenarios/lync-2013-hbw.toml";

fn load(path: &str, faults: u32, per_class: u32) -> Scenario {
    let mut scenario = scenarios::load(path, &[]);
    scenario.check.faults = faults;
    scenario.check.servers_per_class = per_class;
    scenario
}

/// What is compared: per listed property whether it is broken and with how many faults, per goal
/// whether it is reached.
#[derive(Debug, PartialEq, Eq)]
struct Verdicts {
    broken: Vec<(Property, Option<u8>)>,
    reached: Vec<(Goal, bool)>,
}

/// As the engine searches models of one kind.
type Search<S> = fn(&Bounded<S>, u32, &mut Limits<'_>) -> SearchOutcome;

fn run<S>(
    search: Search<S>,
    model: &Bounded<S>,
    properties: &[Property],
) -> (Verdicts, SearchOutcome) {
    let mask = properties.iter().fold(0, |mask, p| mask | p.bit());
    let mut limits = Limits {
        states: 20_000_000,
        bytes: u64::MAX,
        on_progress: &mut |_| true,
    };
    let outcome = search(model, mask, &mut limits);
    assert!(outcome.cut_off.is_none(), "too many states to compare");
    let faults = |p: &Property| outcome.violations[*p as usize].map(|found| found.faults);
    let verdicts = Verdicts {
        broken: properties.iter().map(|p| (*p, faults(p))).collect(),
        reached: Goal::ALL
            .into_iter()
            .map(|goal| (goal, outcome.goals[goal as usize].is_some()))
            .collect(),
    };
    (verdicts, outcome)
}

/// So many servers of a class give the same verdicts.
fn compare_cutoffs(path: &str, faults: u32, per_class: &[u32]) {
    let mut first: Option<Verdicts> = None;
    for &per_class in per_class {
        let scenario = load(path, faults, per_class);
        let model = check::model(&scenario);
        let (verdicts, outcome) = run(pools::search, &model, &check::properties(&scenario));
        let servers = model.system.servers.len();
        let name = format!("{path}, {faults} faults, {servers} servers");
        println!("{name}: {} states", outcome.progress.states);
        match &first {
            None => first = Some(verdicts),
            Some(first) => assert_eq!(*first, verdicts, "{name}"),
        }
    }
}

#[test]
fn more_servers_of_a_class_change_no_verdict_of_lbw() {
    compare_cutoffs(LBW, 1, &[1, 2, 3]);
    compare_cutoffs(LBW, 2, &[1, 3]);
}

#[test]
fn more_servers_of_a_class_change_no_verdict_of_hbw() {
    compare_cutoffs(HBW, 1, &[1, 2, 3]);
}

/// A topology that tells the servers of a class apart.
struct Plain(Topology);

impl System for Plain {
    type State = World;

    fn initial(&self) -> World {
        System::initial(&self.0)
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

    fn enabled(&self, state: &World) -> EventSet {
        self.0.enabled(state)
    }

    fn apply(&self, state: &World, index: usize) -> (World, Report) {
        self.0.apply(state, index)
    }

    // `canonical` is the default: the identity.

    fn words(&self, state: &World) -> Words {
        self.0.words(state)
    }

    fn fault_class(&self, state: &World, index: usize) -> Option<FaultClass> {
        self.0.fault_class(state, index)
    }

    fn violated(&self, state: &World, spent: Spent, enabled: &EventSet) -> u32 {
        self.0.violated(state, spent, enabled)
    }

    fn reached(&self, index: usize, after: &World) -> u32 {
        self.0.reached(index, after)
    }

    fn is_serving(&self, state: &World) -> bool {
        self.0.is_serving(state)
    }
}

/// Sorting the servers of a class gives the verdicts of telling them apart.
fn compare_symmetry(path: &str, faults: u32, per_class: u32) {
    let scenario = load(path, faults, per_class);
    let model = check::model(&scenario);
    let properties = check::properties(&scenario);
    let (sorted, small) = run(pools::search, &model, &properties);
    let plain = Bounded::new(Plain(model.system.clone()), model.budget);
    let (told_apart, large) = run(search::search, &plain, &properties);
    let [small, large] = [small, large].map(|outcome| outcome.progress.states);
    let name = format!("{path}, {faults} faults, {per_class} per class");
    println!("{name}: {small} states for {large}");
    assert_eq!(sorted, told_apart, "{name}");
    assert!(small <= large, "{name}: {small} states for {large}");
    // With one server in each class there is nothing to sort.
    assert_eq!(small == large, per_class == 1, "{name}: {small}, {large}");
}

#[test]
fn telling_servers_apart_changes_no_verdict_of_lbw() {
    for per_class in 1..=2 {
        compare_symmetry(LBW, 1, per_class);
    }
}

#[test]
fn telling_servers_apart_changes_no_verdict_of_hbw() {
    for per_class in 1..=2 {
        compare_symmetry(HBW, 1, per_class);
    }
}
