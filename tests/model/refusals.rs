//! The promise of a reason: where an event is refused, the condition that is named is false.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use poolproof::app::compile::check;
use poolproof::explain::{causes, refusal};
use poolproof::scenario;
use poolproof_models::names::component::Component;
use poolproof_models::names::event::{Event, EventKind, FaultClass};
use poolproof_models::names::property::{Property, Spent};
use poolproof_models::names::runbook::Mistake;
use poolproof_models::names::site::Site;
use poolproof_models::rules::refusal::Refusal;
use poolproof_models::state::topology::Topology;
use poolproof_models::state::world::World;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The files of scenarios in a directory and below; what is no complete system is left out.
fn scenario_files(directory: &Path, found: &mut BTreeSet<PathBuf>) {
    let parts = [
        "invalid",
        "records",
        "runbooks",
        "schema",
        "sweeps",
        "templates",
    ];
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() && !parts.contains(&name) {
            scenario_files(&path, found);
        } else if name.ends_with(".toml") {
            found.insert(path);
        }
    }
}

/// The systems of all shipped scenarios, each as it is and with every mistake, every slice that no
/// scenario needs, and nothing excluded.
fn topologies() -> Vec<(String, Topology)> {
    let mut files = BTreeSet::new();
    scenario_files(Path::new("scenarios"), &mut files);
    assert!(files.iter().any(|path| path.ends_with("oracles/m6.toml")));
    let mut found = Vec::new();
    for path in files {
        let loaded = scenario::load(&path).unwrap_or_else(|error| panic!("{error}"));
        let shipped = check::model(&loaded.scenario).system;
        let mut all = shipped.clone();
        all.mistakes = Mistake::ALL.to_vec();
        all.excluded.clear();
        all.slices.one_sided_detection = true;
        all.slices.witness_memory = true;
        all.slices.compliance = true;
        all.slices.ports = true;
        all.slices.stalls = true;
        all.record_before_commit = true;
        let name = path.display().to_string();
        found.push((format!("{name} with all mistakes"), all.finish()));
        found.push((name, shipped));
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

/// What is known about a condition after all walks.
#[derive(Default)]
struct Seen {
    /// By the kind of the event that was refused.
    kinds: BTreeSet<EventKind>,
    refused: u32,
    established: u32,
}

/// A condition without what it is about.
fn condition(refusal: Refusal) -> String {
    let text = format!("{refusal:?}");
    let end = text.find('(').unwrap_or(text.len());
    text[..end].to_owned()
}

/// A guard names a condition that is false. Where the condition is made true, the guard does not
/// name it any more.
#[test]
fn the_condition_that_a_guard_names_is_the_one_that_is_false() {
    let mut chance = ChaCha8Rng::seed_from_u64(1);
    let mut seen: BTreeMap<String, Seen> = BTreeMap::new();
    let mut kinds: BTreeSet<EventKind> = BTreeSet::new();
    let mut wrong = BTreeMap::new();
    for (name, topology) in topologies() {
        walk(&topology, &mut chance, &mut |world, _| {
            for event in topology.events() {
                let Err(refusal) = world.guard(&topology, *event) else {
                    continue;
                };
                let event_name = event.name();
                let place = || format!("{name}: {event_name}: {refusal:?} in {world:?}");
                if refusal.condition_holds(&topology, world) {
                    wrong.insert((condition(refusal), event.kind), place());
                }
                let words = refusal::why_not(&topology, world, *event).unwrap();
                assert!(words.len() > 5 && !words.ends_with('.'), "{}", place());
                kinds.insert(event.kind);
                let entry = seen.entry(condition(refusal)).or_default();
                entry.refused += 1;
                entry.kinds.insert(event.kind);
                // Topologies are large, and most refusals are the same few.
                if entry.established > 2_000 && !entry.refused.is_multiple_of(64) {
                    continue;
                }
                let (mut changed, mut fixed) = (topology.clone(), *world);
                if refusal.establish(&mut changed, &mut fixed) {
                    // The guard of a misoperation tries it, which takes a world at rest.
                    let again = match event.operation {
                        Some(operation) => fixed.may_do(&changed, operation, None),
                        None => fixed.guard(&changed, *event),
                    };
                    if !refusal.condition_holds(&changed, &fixed) || again == Err(refusal) {
                        wrong.insert((condition(refusal), event.kind), place() + ", made true");
                    }
                    entry.established += 1;
                }
            }
        });
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    // Each kind that can be refused has been, but for what only the clock has.
    let never: Vec<_> = EventKind::ALL
        .into_iter()
        .filter(|kind| !kinds.contains(kind) && *kind != EventKind::Reconnect)
        .map(EventKind::name)
        .collect();
    assert!(never.is_empty(), "never refused: {never:?}");
    // Only these are about an operation or a history that no single fact makes otherwise.
    let fixed = ["NoEffect", "NoFence", "ReadsNoFile", "SiteReturns"];
    for (condition, seen) in &seen {
        let made = seen.established > 0 || fixed.contains(&condition.as_str());
        assert!(made, "{condition} was never made true");
    }
    let automatic = seen
        .values()
        .filter(|s| s.kinds.contains(&EventKind::AutomaticFailover))
        .count();
    assert!(automatic >= 7, "one condition per guard of handbook 3.7");
    let named: Vec<_> = seen.keys().map(String::as_str).collect();
    assert!(named.len() >= 70, "{} conditions: {named:?}", named.len());
}

/// The refusing guard is named, not another one of the same event: A runs, so that "A is down" is
/// no reason why it does not crash.
#[test]
fn a_parked_site_is_named_where_it_refuses() {
    let path = Path::new("scenarios/oracles/m6.toml");
    let topology = check::model(&scenario::load(path).unwrap().scenario).system;
    let mut world = after(&topology, &["disaster:DC1", "start-runbook:site-operators"]);
    let step = Event::from_name("runbook-step:site-operators").unwrap();
    while world.may(&topology, step) {
        world = world.apply(&topology, step).0;
    }
    let rebuild = Event::from_name("rebuild:DC1").unwrap();
    assert_eq!(world.guard(&topology, rebuild), Ok(()));
    let world = world.apply(&topology, rebuild).0;
    for at in [Component::A, Component::B] {
        let crash = Event::new(EventKind::Crash, at);
        assert!(world.is_up(at));
        assert_eq!(
            world.guard(&topology, crash),
            Err(Refusal::Parked(Site::Dc1))
        );
        let why = refusal::why_not(&topology, &world, crash).unwrap();
        assert!(why.contains("DC1 waits for its failback"), "{why}");
    }
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
    assert_eq!(
        why(&[], failover),
        "A and B have not noticed a loss of their connection"
    );
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
        "the register of W does not say that the session is SYNCHRONIZED"
    );
    // 3.4: without partner and witness there is no quorum.
    let alone = ["cut:A-B", "cut:A-W", "detect:A-B", "detect:A-W"];
    assert!(why(&alone, "write:A").contains("no quorum"));
    assert!(why(&["cut:A-B"], "write:A").contains("waits for B's disk"));
    assert_eq!(
        why(&[], "runbook-step:site-operators"),
        "the runbook \"site-failover-documented\" is not started"
    );
    let cut_off = ["write:A", "backup:backup-job", "cut:DC1-DC2"];
    assert!(why(&cut_off, "copy:copy-job").contains("cannot be reached from DC2"));
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
