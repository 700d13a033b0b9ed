//! The promise of honest verdicts: one test for each trap that a checker of failovers falls into.
//! Where the trap is one of Stateright 0.31, the second opinion of this project, the test shows
//! that too: the day it is gone there, the test says so.

mod toy;

use poolproof::app::compile::check;
use poolproof::app::document::verdict::{self, Bounds, Checked, Stop};
use poolproof::scenario::Scenario;
use poolproof_engines::check::lift::lift;
use poolproof_engines::check::search::{CutOff, Limits, Progress, search};
use poolproof_models::names::property::Property;
use poolproof_models::system::System;
use poolproof_reports::document as doc;
use poolproof_reports::findings::{self, Outcome};
use poolproof_stateright::BoundedModel;
use poolproof_stateright::stateright::{self, Checker, Model};
use toy::{Toy, explore, explore_to};

use crate::support::scenarios::load;

const LBW: &str = "scenarios/lync-2013-lbw.toml";
const H01: &str = "scenarios/hazards/H-01-failover-during-partition.toml";

/// A line of states, the last `length`; the first property is broken from `bug` on.
fn line(length: u32, bug: u32) -> Toy {
    Toy::new()
        .step(move |at| (at < length).then_some(at + 1))
        .broken(move |at| u32::from(at >= bug))
}

// --- Limits -------------------------------------------------------------------------------------

/// In Stateright a check that a limit ended looks finished, and its assertion passes.
#[test]
fn a_limit_before_the_bug_says_so() {
    let outcome = explore_to(&line(5_000, 4_000).within(0), 0b11, 1_000);
    assert_eq!(outcome.cut_off, Some(CutOff::States));
    assert_eq!(outcome.violations[0], None);
    let whole = explore(&line(5_000, 4_000).within(0), 0b11);
    assert_eq!(whole.violations[0].map(|found| found.depth), Some(4_000));

    let theirs = BoundedModel::new(line(5_000, 4_000).within(0), &[Property::SplitBrain]);
    let theirs = theirs
        .checker()
        .target_state_count(1_000)
        .spawn_bfs()
        .join();
    assert!(theirs.is_done() && theirs.discovery("SB").is_none());
}

/// How a check of the reference system ends within bounds.
fn bounded(scenario: &Scenario, bytes: Option<u64>, stop: Option<Stop>) -> Checked {
    let mut stop_late = |at: &Progress| stop.filter(|_| at.states >= 20_000);
    let bounds = Bounds {
        bytes,
        time_ms: None,
        stop: &mut stop_late,
    };
    verdict::check_within(scenario, bounds)
}

fn statuses(check: &doc::Check) -> Vec<doc::VerdictStatus> {
    check
        .verdicts
        .iter()
        .map(|verdict| verdict.status)
        .collect()
}

fn limited() -> [(doc::CutOff, Checked); 4] {
    // Nothing that is violated so early.
    let properties = (
        "check.properties",
        "[\"SB\", \"AL0\", \"ALr\", \"I3\", \"RC\"]",
    );
    let scenario = load(LBW, &[properties]);
    let few = load(LBW, &[properties, ("check.states_limit", "20000")]);
    [
        (doc::CutOff::States, bounded(&few, None, None)),
        (
            doc::CutOff::Memory,
            bounded(&scenario, Some(4_000_000), None),
        ),
        (
            doc::CutOff::Time,
            bounded(&scenario, None, Some(Stop::Time)),
        ),
        (
            doc::CutOff::Interrupt,
            bounded(&scenario, None, Some(Stop::Interrupt)),
        ),
    ]
}

#[test]
fn after_any_limit_nothing_holds_and_the_limit_is_named() {
    for (limit, checked) in limited() {
        let check = &checked.document;
        assert_eq!(check.cut_off_by, Some(limit));
        assert!(!check.complete, "{limit:?}");
        assert_eq!(checked.interrupted, limit == doc::CutOff::Interrupt);
        let undecided = |status: &doc::VerdictStatus| *status == doc::VerdictStatus::Undecided;
        assert!(
            statuses(check).iter().all(undecided),
            "{limit:?}: {:?}",
            statuses(check)
        );
        for verdict in &check.verdicts {
            let reached = match verdict.reach {
                doc::Reach::NoViolation { complete_up_to, .. }
                | doc::Reach::NoTrap { complete_up_to, .. } => complete_up_to,
                other => panic!("{limit:?}: {other:?}"),
            };
            assert!(reached.is_some(), "{limit:?}");
        }
    }
}

#[test]
fn a_limit_that_is_not_reached_changes_nothing() {
    let scenario = load(LBW, &[("check.faults", "1")]);
    let free = verdict::check(&scenario, &mut |_| true).document;
    let mut wide = bounded(&scenario, Some(1 << 40), None).document;
    // The limits are a part of the document; everything else is the same.
    wide.limits = free.limits;
    assert!(free.complete && free == wide);
}

/// Leaving DC1 on sight while it runs splits the brain with one fault (H-01); the rest of the
/// search is cut off after that.
#[test]
fn what_was_violated_before_the_limit_stays_violated() {
    let overrides = [
        ("operators.assumption", "dropped"),
        ("operators.site_failback", "none"),
        ("expect.SB", "violated"),
    ];
    let scenario = load(LBW, &overrides);
    let whole = bounded(
        &load(LBW, &[&overrides[..], &[("check.faults", "1")]].concat()),
        None,
        None,
    );
    let cut = bounded(&scenario, None, Some(Stop::Time));
    let split = |checked: &Checked| {
        let mut verdicts = checked.document.verdicts.iter();
        verdicts
            .find(|verdict| verdict.property == "SB")
            .unwrap()
            .clone()
    };
    assert_eq!(cut.document.cut_off_by, Some(doc::CutOff::Time));
    assert_eq!(split(&cut).status, doc::VerdictStatus::Violated);
    assert!(split(&cut).as_expected);
    assert_eq!(
        split(&cut).counterexample,
        split(&whole).counterexample,
        "still the shortest"
    );
    assert!(!statuses(&cut.document).contains(&doc::VerdictStatus::Holds));
}

/// The tables are counted, not guessed: what the search says it needs bounds it.
#[test]
fn the_memory_limit_counts_the_tables() {
    let model = || {
        let bits = (0..18).fold(Toy::new(), |toy, bit| {
            toy.step(move |at| (at >> bit & 1 == 0).then_some(at | 1 << bit))
        });
        bits.within(0)
    };
    let within = |bytes| {
        let mut limits = Limits {
            states: u64::MAX,
            bytes,
            on_progress: &mut |_| true,
        };
        search(&model(), 0, &mut limits)
    };
    let (tight, wide) = (within(6_000_000), within(60_000_000));
    assert_eq!(tight.cut_off, Some(CutOff::Memory));
    assert_eq!(wide.cut_off, None);
    assert_eq!(wide.progress.states, 1 << 18);
    // At least a fingerprint each: a limit of so many bytes cannot hold more states.
    assert!(tight.progress.states * 8 <= 6_000_000 && tight.progress.states > 50_000);
}

/// *Holds* is about fingerprints, and states the odds that two states shared one: n² / 2⁶⁵.
#[test]
fn holds_states_the_odds_of_a_collision() {
    let check = verdict::check(&load(LBW, &[("check.faults", "1")]), &mut |_| true).document;
    let n = check.states as f64;
    assert!(n > 1_000.0 && statuses(&check).contains(&doc::VerdictStatus::Holds));
    let odds = n * n / (f64::from(1 << 16).powi(4) * 2.0);
    assert!((check.collision_odds / odds - 1.0).abs() < 1e-12);
}

// --- Shortest counterexamples -------------------------------------------------------------------

/// Two faults give a way of three steps, one fault a way of thirty: one fault is the answer.
/// Breadth-first search alone knows nothing of faults, and would answer with three steps.
#[test]
fn fewest_faults_come_before_fewest_steps() {
    let rest = |toy: Toy| {
        toy.step(|at| (at == 100).then_some(999))
            .step(|at| (1..29).contains(&at).then_some(at + 1))
            .step(|at| (at == 29).then_some(999))
            .broken(|at| u32::from(at == 999))
    };
    let first = |at| (at == 0).then_some(1);
    let second = |at| (at == 1).then_some(100);
    let found = |toy: Toy| {
        let found = explore(&rest(toy).within(2), 0b11).violations[0].expect("a violation");
        (found.faults, found.depth)
    };
    assert_eq!(found(Toy::new().fault(first).fault(second)), (1, 30));
    assert_eq!(found(Toy::new().step(first).step(second)), (0, 3));
}

/// A state that a late fault leads to is not counted as reached before the ways with an early one
/// are followed: within the same faults the fewest steps are told.
#[test]
fn an_early_fault_with_free_steps_after_it_beats_a_late_fault() {
    // 0 -> 1 -> 2 -> 3, then a fault to 9; or a fault to 8 at once, and 8 -> 9.
    let model = Toy::new()
        .edges(&[(0, 1), (1, 2), (2, 3), (8, 9), (9, 10)])
        .fault(|at| (at == 3).then_some(9))
        .fault(|at| (at == 0).then_some(8))
        .broken(|at| u32::from(at == 10))
        .within(1);
    let outcome = explore(&model, 0b11);
    let found = outcome.violations[0].expect("a way");
    assert_eq!((found.faults, found.depth), (1, 3));
    assert_eq!(outcome.path(found).len(), 3);
}

/// With several properties Stateright overwrites a discovery with later and longer ones.
#[test]
fn every_property_of_several_gets_its_shortest_way() {
    let toy = || {
        line(5_000, 10)
            .step(|at| (at == 2).then_some(4_000))
            .broken(|at| {
                u32::from(at >= 10) | u32::from(at >= 4_990) << 1 | u32::from(at == 7) << 2
            })
    };
    let outcome = explore(&toy().within(0), 0b1111);
    let depth = |property: usize| outcome.violations[property].map(|found| found.depth);
    assert_eq!(depth(0), Some(3), "over the short cut to 4,000");
    assert_eq!(depth(1), Some(993));
    assert_eq!(depth(2), Some(7));
    assert_eq!(depth(3), None);
    let path = outcome.path(outcome.violations[1].expect("a violation"));
    assert_eq!((path.len(), path[2]), (993, 1));

    // Stateright keeps the last state that breaks a property, as long as another one is open.
    let theirs = Counting.checker().spawn_bfs().join();
    let length = theirs
        .discovery("below ten")
        .map(|p| p.into_actions().len());
    assert_eq!(length, Some(5_000));
    // Our model of a system reports each property once.
    let theirs = BoundedModel::new(line(5_000, 10).within(0), &[Property::SplitBrain]);
    let theirs = theirs.over_the_whole_space().checker().spawn_bfs().join();
    let length = theirs.discovery("SB").map(|p| p.into_actions().len());
    assert_eq!(length, Some(10));
}

/// Counts to 5,000 in Stateright alone; ten breaks its first property, and nothing meets its
/// second.
struct Counting;

impl Model for Counting {
    type State = u32;
    type Action = ();

    fn init_states(&self) -> Vec<u32> {
        vec![0]
    }

    fn actions(&self, at: &u32, actions: &mut Vec<()>) {
        actions.extend((*at < 5_000).then_some(()));
    }

    fn next_state(&self, at: &u32, (): ()) -> Option<u32> {
        Some(at + 1)
    }

    fn properties(&self) -> Vec<stateright::Property<Self>> {
        vec![
            stateright::Property::always("below ten", |_, at| *at < 10),
            stateright::Property::sometimes("never", |_, _| false),
        ]
    }
}

/// Among equals the lower event comes first, in each run.
#[test]
fn ties_are_decided_by_the_event() {
    let edges = [(0, 2), (0, 1), (1, 3), (2, 3)];
    let toy = || Toy::new().edges(&edges).broken(|at| u32::from(at == 3));
    for _ in 0..3 {
        let outcome = explore(&toy().within(0), 0b11);
        let found = outcome.violations[0].expect("a violation");
        assert_eq!(outcome.path(found), [0, 3]);
    }
}

// --- Shapes of spaces ---------------------------------------------------------------------------

/// Stateright's `eventually` says nothing on cycles; *always* must not be lost behind one.
#[test]
fn a_violation_behind_a_cycle_is_found_and_a_cycle_ends() {
    let cycle = [(0, 1), (1, 2), (2, 1), (2, 0)];
    let clean = explore(&Toy::new().edges(&cycle).within(0), 1);
    assert_eq!((clean.progress.states, clean.progress.transitions), (3, 4));
    assert_eq!(clean.violations[0], None);
    let behind = [&cycle[..], &[(1, 3)]].concat();
    let toy = Toy::new().edges(&behind).broken(|at| u32::from(at == 3));
    let found = explore(&toy.within(0), 0b11).violations[0];
    assert_eq!(found.map(|found| found.depth), Some(2));
}

/// Six counters that turn for ever: 7⁶ states, each with six ways out. Stateright's depth-first
/// search copies the path of every state that waits; here the price of a state does not grow.
#[test]
fn a_cyclic_space_is_searched_once() {
    let wheel = |number: u32| {
        let unit = 7_u32.pow(number);
        move |at: u32| {
            let digit = at / unit % 7;
            Some(if digit == 6 { at - 6 * unit } else { at + unit })
        }
    };
    let toy = (0..6).fold(Toy::new(), |toy, number| toy.step(wheel(number)));
    let outcome = explore(&toy.within(0), 1);
    assert_eq!(outcome.progress.states, 117_649);
    assert_eq!(outcome.progress.transitions, 6 * 117_649);
    assert_eq!(outcome.depth, 36);
    assert_eq!(outcome.fired, [117_649; 6], "every event once per state");
}

/// A join is one state, whichever branch comes first; Stateright's `eventually` depends on it.
#[test]
fn joins_do_not_depend_on_the_order_of_branches() {
    let branches = [[(0, 1), (0, 2)], [(0, 2), (0, 1)]];
    for branch in branches {
        let edges = [&branch[..], &[(1, 3), (2, 3), (3, 4)]].concat();
        let toy = Toy::new().edges(&edges);
        let toy = toy
            .broken(|at| u32::from(at == 4))
            .goals(|at| u32::from(at == 3));
        let outcome = explore(&toy.within(0), 0b11);
        assert_eq!(
            (outcome.progress.states, outcome.progress.transitions),
            (5, 5)
        );
        assert_eq!(outcome.violations[0].map(|found| found.depth), Some(3));
        assert_eq!(outcome.goals[0].map(|found| found.depth), Some(2));
    }
}

/// A state without a next one is no violation: a search may end in peace.
#[test]
fn a_dead_end_is_no_violation() {
    let outcome = explore(&Toy::new().edges(&[(0, 1), (0, 2)]).within(0), 1);
    assert_eq!(outcome.progress.states, 3);
    assert_eq!(outcome.violations[0], None);
    assert!(!outcome.pruned);
}

/// In Stateright a model without a property is done after one state, and one with reached goals
/// only stops there.
#[test]
fn the_space_is_searched_whole_without_a_property_and_behind_a_goal() {
    assert_eq!(
        explore(&line(500, u32::MAX).within(0), 0).progress.states,
        501
    );
    let goal = line(500, u32::MAX).goals(|at| u32::from(at == 3));
    let outcome = explore(&goal.within(0), 0);
    assert_eq!(outcome.progress.states, 501);
    assert_eq!(outcome.goals[0].map(|found| found.depth), Some(3));
}

/// What lies behind a state that breaks everything was not looked at, and is not "unreachable".
#[test]
fn behind_a_state_that_breaks_everything_no_goal_is_out_of_reach() {
    let toy = line(10, 5).goals(|at| u32::from(at == 8));
    let outcome = explore(&toy.within(0), 1);
    assert!(outcome.pruned);
    assert_eq!(outcome.goals[0], None);
    assert_eq!(outcome.progress.states, 6);
}

/// A representative that sorts by a part only gave other counts in every run (Stateright's example
/// with 2 threads); six machines of three states that are sorted wholly are 28 states.
#[test]
fn symmetry_counts_each_class_once_and_the_way_back_is_concrete() {
    fn sorted(state: u32) -> u32 {
        let mut digits: Vec<u32> = (0..6).map(|i| state / 3_u32.pow(i) % 3).collect();
        digits.sort_unstable();
        digits.iter().fold(0, |number, digit| number * 3 + digit)
    }
    let machine = |number: u32| {
        let unit = 3_u32.pow(number);
        move |at: u32| (at / unit % 3 < 2).then_some(at + unit)
    };
    let toy = || {
        let toy = (0..6).fold(Toy::new(), |toy, number| toy.step(machine(number)));
        toy.broken(|at| u32::from(at == 3_u32.pow(6) - 1))
    };
    assert_eq!(explore(&toy().within(0), 0b11).progress.states, 729);
    let model = toy().canonical(sorted).within(0);
    let outcome = explore(&model, 0b11);
    assert_eq!(outcome.progress.states, 28);
    let path = outcome.path(outcome.violations[0].expect("a violation"));
    let mut state = model.system.initial();
    for event in lift(&model, &path) {
        assert!(
            model.system.enabled(&state).contains(event),
            "the way can be walked"
        );
        state = model.system.apply(&state, event).0;
    }
    assert_eq!((path.len(), state), (12, 728));
}

/// The contract of the model that keeps Stateright honest: what is enabled leads somewhere else.
/// `None` would count as a dead end and shift its traces; a loop would hide that nothing happens.
#[test]
fn every_enabled_event_changes_the_state() {
    for path in [H01, "scenarios/hazards/H-20-wrong-backup-file.toml", LBW] {
        let scenario = load(path, &[("check.faults", "1")]);
        let model = BoundedModel::new(check::model(&scenario), &[]);
        let mut open = model.init_states();
        let mut seen = open.clone();
        // The first thousand states, breadth first, know every kind of event of these files.
        while let Some(node) = (!open.is_empty() && seen.len() < 1_000).then(|| open.remove(0)) {
            let mut actions = Vec::new();
            model.actions(&node, &mut actions);
            for action in actions {
                let name = model.format_action(&action);
                let next = model
                    .next_state(&node, action)
                    .expect("an enabled event happens");
                assert_ne!(next, node, "{path}: {name} changes nothing");
                if !seen.contains(&next) {
                    seen.push(next.clone());
                    open.push(next);
                }
            }
        }
        assert!(seen.len() >= 100, "{path}");
    }
}

// --- What is counted ----------------------------------------------------------------------------

/// A restart is a fault in some states only: what was spent is counted apart.
#[test]
fn faults_are_counted_where_they_cost() {
    let toy = Toy::new()
        .fault(|at| (at < 3).then_some(at + 1))
        .step(|at| at.checked_sub(1));
    let outcome = explore(&toy.within(2), 0);
    assert_eq!(outcome.fired_as_fault[1], 0);
    assert_eq!(outcome.fired_as_fault[0], outcome.fired[0]);
    assert!(outcome.fired[0] > 0 && outcome.fired[1] > 0);
}

fn outcome_of(scenario: &Scenario, states: Option<u64>) -> (Outcome, doc::Check) {
    let mut scenario = scenario.clone();
    if let Some(states) = states {
        scenario.check.states_limit = states;
    }
    let check = verdict::check(&scenario, &mut |_| true).document;
    let document =
        poolproof::app::document::result::document(&scenario, &[], "", vec![check.clone()], None);
    (findings::outcome(&document), check)
}

/// A verdict about a search in which the interesting thing never happens is an empty one.
#[test]
fn an_event_that_has_to_fire_and_never_does_differs() {
    let fires = |events: &str| load(LBW, &[("check.faults", "1"), ("expect.fires", events)]);
    let (outcome, check) = outcome_of(&fires("[\"automatic-failover:pair-A-B\", \"crash\"]"), None);
    assert_eq!(outcome, Outcome::AsExpected);
    let crashes = check
        .events
        .iter()
        .filter(|one| one.event.starts_with("crash:"));
    assert_eq!(
        check.coverage[1].fired,
        crashes.map(|one| one.fired).sum::<u64>()
    );

    let never = fires("[\"automatic-failover:pair-S-SM\"]");
    let (outcome, check) = outcome_of(&never, None);
    assert_eq!((outcome, check.coverage[0].fired), (Outcome::Differs, 0));
    let (outcome, check) = outcome_of(&never, Some(1_000));
    assert_eq!((outcome, check.complete), (Outcome::Undecided, false));
}

/// A hazard file that lists a fault which cannot happen shows nothing about it.
#[test]
fn a_listed_fault_that_cannot_happen_differs() {
    let file = "scenarios/hazards/H-34-wrong-side-activated.toml";
    let (outcome, check) = outcome_of(&load(file, &[]), None);
    assert_eq!(outcome, Outcome::AsExpected);
    assert_eq!(check.coverage[0].event, "misoperation:activate-all");
    assert!(check.coverage[0].fired > 0);
    // Nothing has been left, so nothing can return late.
    let vacuous = [(
        "check.faults_enabled",
        "[\"misoperation:activate-all\", \"late-return\"]",
    )];
    let limits = [("check.limits", "{ mistake = 1, late-return = 1 }")];
    let (outcome, check) = outcome_of(&load(file, &[&vacuous[..], &limits].concat()), None);
    assert_eq!(check.coverage[1].event, "late-return");
    assert_eq!((check.coverage[1].fired, outcome), (0, Outcome::Differs));
}

/// The fourth verdict: a goal is reached, or out of reach, or undecided; it may be either expected.
#[test]
fn an_unreachable_goal_is_a_verdict_only_after_a_complete_search() {
    let expect = |reachable: &str, unreachable: &str| {
        let faults = ("check.faults", "0");
        let goals = [
            ("expect.reachable", reachable),
            ("expect.unreachable", unreachable),
        ];
        load(LBW, &[&[faults][..], &goals[..]].concat())
    };
    let never = expect("[]", "[\"automatic-failover\"]");
    assert_eq!(
        outcome_of(&never, None).0,
        Outcome::AsExpected,
        "not without a fault"
    );
    let wanted = expect("[\"automatic-failover\"]", "[]");
    assert_eq!(outcome_of(&wanted, None).0, Outcome::Differs);
    let mut one_fault = never;
    one_fault.check.faults = 1;
    assert_eq!(
        outcome_of(&one_fault, None).0,
        Outcome::Differs,
        "reached with one"
    );
    one_fault.check.faults = 2;
    assert_eq!(outcome_of(&one_fault, Some(20)).0, Outcome::Undecided);
}

// --- Threads ------------------------------------------------------------------------------------

/// Stateright's trace differs from run to run with two threads, and so does its count of states
/// with a symmetry that is not canonical.
#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let dropped = [
        ("operators.assumption", "dropped"),
        ("operators.site_failback", "none"),
        ("check.faults", "1"),
    ];
    let scenarios = [LBW, H01].map(|file| load(file, &dropped));
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.unwrap().install(|| {
            let checked = |scenario| verdict::check(scenario, &mut |_| true).document;
            scenarios.each_ref().map(checked)
        })
    };
    let one = run(1);
    let counterexample = one[0].verdicts[0].counterexample.as_ref();
    assert!(!counterexample.expect("SB is violated").steps.is_empty());
    for threads in [2, 4] {
        assert!(run(threads) == one, "{threads} threads");
    }
}
