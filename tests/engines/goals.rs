//! The promise of goals: one that a step reaches is found at every such step, wherever the step
//! leads and from wherever it begins, and by the path with the fewest faults, then steps.

use poolproof::app::document::verdict;
use poolproof_engines::check::search::{Limits, SearchOutcome, search};
use poolproof_models::model::{Bounded, Budget};
use poolproof_models::names::event::{EventSet, FaultClass};
use poolproof_models::names::property::Spent;
use poolproof_models::system::{System, Words};
use poolproof_models::transition::step::Report;
use proptest::prelude::*;

use crate::support::graphs::{Edge, Graph};
use crate::support::scenarios::load;

/// A graph in which some edges reach goal 0.
#[derive(Debug, Clone)]
struct WithGoals {
    graph: Graph,
    /// Bit per edge: it reaches the goal.
    goals: u64,
}

impl System for WithGoals {
    type State = u8;

    fn initial(&self) -> u8 {
        self.graph.initial()
    }

    fn event_count(&self) -> usize {
        self.graph.event_count()
    }

    fn event_id(&self, index: usize) -> u16 {
        self.graph.event_id(index)
    }

    fn event_name(&self, index: usize) -> String {
        self.graph.event_name(index)
    }

    fn enabled(&self, state: &u8) -> EventSet {
        self.graph.enabled(state)
    }

    fn apply(&self, state: &u8, index: usize) -> (u8, Report) {
        self.graph.apply(state, index)
    }

    fn words(&self, state: &u8) -> Words {
        self.graph.words(state)
    }

    fn fault_class(&self, state: &u8, index: usize) -> Option<FaultClass> {
        self.graph.fault_class(state, index)
    }

    fn violated(&self, _: &u8, _: Spent, _: &EventSet) -> u32 {
        0
    }

    fn reached(&self, index: usize, _: &u8) -> u32 {
        (self.goals >> index & 1) as u32
    }

    fn is_serving(&self, state: &u8) -> bool {
        self.graph.is_serving(state)
    }
}

fn system(edges: Vec<Edge>, goals: u64) -> WithGoals {
    let graph = Graph {
        edges,
        serves: 0,
        broken: 0,
    };
    WithGoals { graph, goals }
}

fn outcome(system: &WithGoals, faults: u8) -> SearchOutcome {
    let model = Bounded::new(system.clone(), Budget::of(faults));
    let mut limits = Limits {
        states: 1 << 20,
        bytes: u64::MAX,
        on_progress: &mut |_| true,
    };
    search(&model, 1, &mut limits)
}

/// The path that a search finds: its faults and its events.
fn found(system: &WithGoals, faults: u8) -> Option<(u8, Vec<usize>)> {
    let outcome = outcome(system, faults);
    let step = outcome.goals[0]?;
    let path = outcome.path_to_goal(step);
    assert_eq!(path.len(), step.depth as usize);
    Some((step.faults, path))
}

/// The fewest faults of a path to the goal, and of those the fewest steps, by relaxing every edge
/// until nothing changes.
fn fewest(system: &WithGoals, faults: u8) -> Option<(u8, usize)> {
    let edges = &system.graph.edges;
    let mut known = vec![vec![None::<usize>; 64]; usize::from(faults) + 1];
    known[0][0] = Some(0);
    loop {
        let before = known.clone();
        for edge in edges {
            let cost = usize::from(edge.class.is_some());
            for spent in cost..known.len() {
                let Some(steps) = known[spent - cost][usize::from(edge.from)] else {
                    continue;
                };
                let there = &mut known[spent][usize::from(edge.to)];
                *there = Some(there.map_or(steps + 1, |known| known.min(steps + 1)));
            }
        }
        if known == before {
            break;
        }
    }
    let by_goals = edges
        .iter()
        .enumerate()
        .filter(|(index, _)| system.goals >> index & 1 == 1);
    let ends = by_goals.flat_map(|(_, edge)| {
        let cost = usize::from(edge.class.is_some());
        let known = &known;
        (cost..known.len()).filter_map(move |spent| {
            let steps = known[spent - cost][usize::from(edge.from)]?;
            Some((spent as u8, steps + 1))
        })
    });
    ends.min()
}

#[test]
fn a_step_to_a_known_state_reaches_its_goal() {
    // Back to the start, and to a state that a shorter path has found.
    let around = system(vec![Edge::free(0, 1), Edge::free(1, 0)], 0b10);
    assert_eq!(found(&around, 0), Some((0, vec![0, 1])));
    let crash = FaultClass::ComponentCrash;
    let edges = vec![
        Edge::fault(0, 2, crash),
        Edge::free(0, 1),
        Edge::fault(1, 2, crash),
    ];
    assert_eq!(found(&system(edges, 0b100), 1), Some((1, vec![1, 2])));
}

proptest! {
    #[test]
    fn the_path_to_a_goal_is_the_shortest_of_all(
        steps in proptest::collection::vec((0_u8..8, 0_u8..8, any::<bool>()), 1..24),
        goals in any::<u64>(),
        faults in 0_u8..3,
    ) {
        let edge = |(from, to, costs): (u8, u8, bool)| match costs {
            true => Edge::fault(from, to, FaultClass::ComponentCrash),
            false => Edge::free(from, to),
        };
        let system = system(steps.into_iter().map(edge).collect(), goals & goals >> 7);
        let search = found(&system, faults).map(|(faults, path)| (faults, path.len()));
        prop_assert_eq!(search, fewest(&system, faults));
    }
}

/// The failback leads back to the very state that a check may begin in, and to states that others
/// reach first.
#[test]
fn a_failback_is_reached_from_every_start() {
    let guarded = "scenarios/hazards/H-16-guarded.toml";
    let wanted = ("expect.reachable", "[\"failback-to-dc1\"]");
    let one_fault = [wanted, ("check.faults", "1"), ("check.mistakes", "0")];
    for (path, overrides) in [
        (guarded, &[wanted][..]),
        (guarded, &[wanted, ("check.start", "failed-over-old-disks")]),
        ("scenarios/lync-2013-lbw.toml", &one_fault),
        ("scenarios/lync-2013-hbw.toml", &one_fault),
    ] {
        let check = verdict::check(&load(path, overrides), &mut |_| true).document;
        let [goal] = &check.goals[..] else {
            panic!("{path}: one goal");
        };
        let witness = goal.witness.as_ref();
        let steps = &witness.unwrap_or_else(|| panic!("{path}: {goal:?}")).steps;
        let last = steps.last().expect("a step");
        assert_eq!(last.component, "failback-operators", "{path}");
    }
}
