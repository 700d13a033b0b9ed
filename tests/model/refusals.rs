//! The promise of a reason: the rules refuse an event exactly where there are words for why.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use poolproof::app::compile::check;
use poolproof::explain::{causes, refusal};
use poolproof::scenario;
use poolproof_models::names::event::{Event, EventKind, FaultClass};
use poolproof_models::names::property::{Property, Spent};
use poolproof_models::names::runbook::Mistake;
use poolproof_models::state::topology::Topology;
use poolproof_models::state::world::World;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The systems of all shipped scenarios, each with every mistake and nothing excluded.
fn topologies() -> Vec<(String, Topology)> {
    let mut found = Vec::new();
    for directory in ["scenarios", "scenarios/hazards"] {
        let entries = fs::read_dir(directory)
            .unwrap()
            .map(|entry| entry.unwrap().path());
        let paths: BTreeSet<_> = entries
            .filter(|path| path.extension().is_some_and(|e| e == "toml"))
            .collect();
        for path in paths {
            let loaded = scenario::load(&path).unwrap_or_else(|error| panic!("{error}"));
            let mut topology = check::model(&loaded.scenario).system;
            topology.mistakes = Mistake::ALL.to_vec();
            topology.excluded.clear();
            // No shipped hazard needs all of these, and every event wants its reasons.
            topology.slices.one_sided_detection = true;
            topology.slices.witness_memory = true;
            topology.slices.compliance = true;
            topology.record_before_commit = true;
            found.push((loaded.scenario.name, topology.finish()));
        }
    }
    found
}

/// Calls `visit` with the worlds of walks by chance, and the faults on the way.
fn walk(topology: &Topology, chance: &mut ChaCha8Rng, visit: &mut dyn FnMut(&World, Spent)) {
    for _ in 0..12 {
        let (mut world, mut spent) = (topology.initial(), Spent::default());
        for _ in 0..70 {
            visit(&world, spent);
            let enabled: Vec<usize> = world.enabled(topology).iter().collect();
            let Some(index) = enabled.get(chance.random_range(0..enabled.len().max(1))) else {
                break;
            };
            let event = topology.events()[*index];
            if let Some(class) = world.fault_class(topology, event)
                && spent.total() < 15
            {
                spent = spent.plus(class);
            }
            world = world.apply(topology, event).0;
        }
    }
}

#[test]
fn there_is_a_reason_exactly_where_the_rules_refuse() {
    let mut chance = ChaCha8Rng::seed_from_u64(1);
    let mut reasons: BTreeMap<EventKind, BTreeSet<String>> = BTreeMap::new();
    for (name, topology) in topologies() {
        walk(&topology, &mut chance, &mut |world, _| {
            for event in topology.events() {
                let why = refusal::why_not(&topology, world, *event);
                let may = world.may(&topology, *event);
                assert_eq!(why.is_none(), may, "{name}: {}: {why:?}", event.name());
                if let Some(why) = why {
                    let event = event.name();
                    assert!(
                        why.len() > 5 && !why.ends_with('.'),
                        "{name}: {event}: {why:?}"
                    );
                    let kind = Event::from_name(&event).unwrap().kind;
                    reasons.entry(kind).or_default().insert(why);
                }
            }
        });
    }
    // Each kind that can be refused has been, but for what only the clock has.
    let never: Vec<_> = EventKind::ALL
        .into_iter()
        .filter(|kind| !reasons.contains_key(kind) && *kind != EventKind::Reconnect)
        .map(EventKind::name)
        .collect();
    assert!(never.is_empty(), "never refused: {never:?}");
    let automatic = &reasons[&EventKind::AutomaticFailover];
    assert!(
        automatic.len() >= 6,
        "one reason per guard of handbook 3.7: {automatic:?}"
    );
    // What no guard says, as seen in a review of this list.
    let odd = |why: &&String| why.contains("cannot come back") || why.contains("it cannot be done");
    let odd: Vec<_> = reasons.values().flatten().filter(odd).collect();
    assert!(odd.is_empty(), "{odd:?}");
}

fn h_01() -> Topology {
    let path = Path::new("scenarios/hazards/H-01-failover-during-partition.toml");
    check::model(&scenario::load(path).unwrap().scenario).system
}

/// The world after events by their stable names.
fn after(topology: &Topology, names: &[&str]) -> World {
    names.iter().fold(topology.initial(), |world, name| {
        let event = Event::from_name(name).unwrap();
        assert!(world.may(topology, event), "{name}");
        world.apply(topology, event).0
    })
}

#[test]
fn the_first_guard_that_refuses_is_named() {
    let topology = h_01();
    let why = |names: &[&str], event: &str| {
        let world = after(&topology, names);
        refusal::why_not(&topology, &world, Event::from_name(event).unwrap()).unwrap()
    };
    let failover = "automatic-failover:pair-A-B";
    assert_eq!(why(&[], failover), "B has not lost its principal A");
    // T7: the mirror has lost both others.
    assert_eq!(
        why(
            &["cut:A-B", "detect:A-B", "cut:B-W", "detect:B-W"],
            failover
        ),
        "B does not know the session as SYNCHRONIZED (handbook 3.7)"
    );
    // 3.12: the principal went on alone, and the witness knows.
    let exposed = ["cut:A-B", "detect:A-B", "expose:pair-A-B"];
    let reason = why(&exposed, failover);
    assert_eq!(
        reason,
        "W does not have the session recorded as SYNCHRONIZED"
    );
    // 3.4: without partner and witness there is no quorum.
    let alone = ["cut:A-B", "cut:A-W", "detect:A-B", "detect:A-W"];
    assert!(why(&alone, "write:A").contains("no quorum"));
    assert!(why(&["cut:A-B"], "write:A").contains("waits for B's disk"));
    assert_eq!(
        why(&[], "runbook-step:site-operators"),
        "no runbook is under way"
    );
    assert!(why(&["cut:DC1-DC2"], "copy:copy-job").contains("cannot be reached from DC2"));
    assert_eq!(why(&[], "restart:A"), "A runs");
}

/// `causes::is_latched` says of which properties a violation stays.
#[test]
fn what_has_happened_stays() {
    let mut chance = ChaCha8Rng::seed_from_u64(2);
    let mut seen = 0;
    for (name, topology) in topologies() {
        let mut before = (0, Spent::default());
        walk(&topology, &mut chance, &mut |world, spent| {
            let broken = world.violated_with(&topology, spent, &world.enabled(&topology));
            if *world == topology.initial() {
                before = (0, Spent::default());
            }
            for property in Property::ALL.into_iter().filter(|p| causes::is_latched(*p)) {
                let was = before.0 & property.bit() != 0;
                // AL0 is about one fault that is no site loss: a further one takes it out of scope.
                let free = before.1.total() == spent.total()
                    && before.1.of(FaultClass::SiteLoss) == spent.of(FaultClass::SiteLoss);
                let comparable = property != Property::NoLossUnderOneFault || free;
                let is = broken & property.bit() != 0;
                assert!(
                    !was || is || !comparable,
                    "{name}: {} heals",
                    property.name()
                );
                seen += u32::from(was);
            }
            before = (broken, spent);
        });
    }
    assert!(seen > 1_000, "{seen} violations");
}
