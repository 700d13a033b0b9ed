//! The promise of minimal counterexamples: each step is possible, only the last one shows the
//! target, and no step can be left out.

use std::path::Path;

use poolproof::app::compile::check;
use poolproof::scenario;
use poolproof_engines::check::lift::lift;
use poolproof_engines::check::minimise::{Ground, Target};
use poolproof_engines::check::search::Limits;
use poolproof_engines::pools::{minimise, search};
use poolproof_models::model::Bounded;
use poolproof_models::names::property::Property;
use poolproof_models::system::System;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn model(name: &str) -> Bounded<poolproof_models::state::topology::Topology> {
    let path = Path::new("scenarios/hazards").join(name);
    let loaded = scenario::load(&path).unwrap_or_else(|error| panic!("{error}"));
    let mut scenario = loaded.scenario;
    scenario.check.faults = 2;
    scenario.check.limits.clear();
    check::model(&scenario)
}

/// A way with events by chance between its steps; `None` if it no longer gets there.
fn padded<S: System>(
    ground: Ground<'_, S>,
    way: &[usize],
    target: Target,
    chance: &mut ChaCha8Rng,
) -> Option<Vec<usize>> {
    let mut at = ground.start();
    let mut out = Vec::new();
    for event in way {
        for _ in 0..chance.random_range(0..4) {
            let all: Vec<usize> = ground.system().enabled(&at.state).iter().collect();
            let other = all[chance.random_range(0..all.len())];
            if let Some(next) = ground.step(&at, other)
                && ground.step(&next, *event).is_some()
                && !ground.shows(&next, Some(other), target)
            {
                at = next;
                out.push(other);
            }
        }
        at = ground.step(&at, *event)?;
        out.push(*event);
        if ground.shows(&at, Some(*event), target) {
            return Some(out);
        }
    }
    None
}

#[test]
fn a_padded_way_becomes_minimal_and_still_violates() {
    let model = model("H-01-failover-during-partition.toml");
    let ground = Ground::within(&model);
    let target = Target::Violation(Property::SplitBrain.bit());
    let mut chance = ChaCha8Rng::seed_from_u64(1);
    let mut limits = Limits {
        states: u64::MAX,
        bytes: u64::MAX,
        on_progress: &mut |_| true,
    };
    let outcome = search(&model, Property::SplitBrain.bit(), &mut limits);
    let end = outcome.violations[Property::SplitBrain as usize].expect("H-01");
    let spine = lift(&model, &outcome.path(end));
    assert_eq!(
        minimise(ground, &spine, target).as_ref(),
        Some(&spine),
        "the shortest"
    );
    let (mut found, mut left_out) = (0, 0);
    for _ in 0..300 {
        let Some(way) = padded(ground, &spine, target, &mut chance) else {
            continue;
        };
        found += 1;
        let minimal = minimise(ground, &way, target).expect("it violates");
        left_out += way.len() - minimal.len();
        assert!(ground.faults(&minimal) <= ground.faults(&way));
        // Strictly: every step of it can happen, and only the last breaks the property.
        let mut at = ground.start();
        for (number, event) in minimal.iter().enumerate() {
            at = ground.step(&at, *event).expect("each step can happen");
            let last = number + 1 == minimal.len();
            assert_eq!(ground.shows(&at, Some(*event), target), last);
        }
        // No single step can be left out.
        for gap in 0..minimal.len() {
            let rest = minimal.iter().enumerate().filter(|(i, _)| *i != gap);
            let shorter = ground.follow(rest.map(|(_, event)| *event), target);
            let fewer = |way: &Vec<usize>| ground.faults(way) <= ground.faults(&minimal);
            assert!(!shorter.as_ref().is_some_and(fewer), "step {gap}");
        }
    }
    assert!(found >= 10, "only {found} padded ways split the brain");
    assert!(left_out > found * 3, "{left_out} steps of {found} ways");
}

#[test]
fn a_way_that_does_not_get_there_is_none() {
    let model = model("H-01-failover-during-partition.toml");
    let ground = Ground::within(&model);
    let target = Target::Violation(Property::SplitBrain.bit());
    assert_eq!(minimise(ground, &[], target), None);
}
