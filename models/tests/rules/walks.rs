//! What holds after every step of random walks through the largest topologies, with every slice,
//! mistake and misoperation and with as many faults as chance brings.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};

use poolproof_models::names::event::Event;
use poolproof_models::names::property::Spent;
use poolproof_models::names::runbook::{Belief, Mistake, Operation, Phase, Role, Runbook, Step};
use poolproof_models::names::site::{ShareLocation, Site};
use poolproof_models::names::slice::Slice;
use poolproof_models::state::topology::{
    Acknowledgement, Assumption, MirrorShipping, PoolServer, Slices, Start, Topology,
};
use poolproof_models::state::world::World;
use poolproof_models::system::System;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

const WALKS: u64 = 2_000;
const STEPS: usize = 60;

fn pick<T: Copy>(chance: &mut ChaCha8Rng, from: &[T]) -> T {
    from[chance.random_range(0..from.len())]
}

fn runbook(role: Role, trigger: Belief, steps: &[(Operation, Option<Belief>)]) -> Runbook {
    Runbook {
        name: role.name().to_owned(),
        role,
        trigger,
        steps: steps
            .iter()
            .map(|(operation, wait_for)| Step {
                operation: *operation,
                actor: String::new(),
                wait_for: *wait_for,
                // As in the shipped runbooks: what the disaster may have made impossible.
                optional: matches!(
                    operation,
                    Operation::CopyBacklog
                        | Operation::RestoreBacklog
                        | Operation::InstallMirror
                        | Operation::RemoveDc2Mirroring
                        | Operation::Salvage
                        | Operation::ReseedMirror
                        | Operation::TailBackup
                        | Operation::ReturnToDc1
                        | Operation::RecoverNewest
                        | Operation::RestoreNewestBackup
                        | Operation::StartEmpty
                        | Operation::RemirrorNewest
                ),
                phase: Phase::Act,
                source: String::new(),
            })
            .collect(),
    }
}

/// Mirror failover (3.6), site failover (5) and failback (6), each with every kind of step.
fn runbooks() -> Vec<Runbook> {
    use Operation as O;
    vec![
        runbook(
            Role::MirrorFailover,
            Belief::PrincipalDown,
            &[
                (O::Decide, None),
                (O::ForceService, None),
                (O::Salvage, Some(Belief::PartnerBack)),
                (O::ResumeMirroring, Some(Belief::PartnerBack)),
            ],
        ),
        runbook(
            Role::SiteFailover,
            Belief::SiteDown,
            &[
                (O::Decide, None),
                (O::FailOverCms, None),
                (O::FenceDc1, None),
                (O::DropLogShipping, None),
                (O::CopyBacklog, None),
                (O::RestoreBacklog, None),
                (O::RecoverSecondary, None),
                (O::SetFailedOver, None),
                (O::InstallMirror, None),
                (O::RestartServers, Some(Belief::SecondaryMirrored)),
                (O::ActivateDc2, None),
                (O::MoveNextHop, None),
            ],
        ),
        runbook(
            Role::SiteFailback,
            Belief::SiteRebuilt,
            &[
                (O::Decide, None),
                (O::Salvage, None),
                (O::ClearActive, None),
                (O::StopServices, Some(Belief::ReplicasCurrent)),
                (O::RemoveDc2Mirroring, None),
                (O::FullBackup, None),
                (O::RestorePrimary, None),
                (O::VerifyPrimary, None),
                (O::ReseedMirror, None),
                (O::SetNormal, None),
                (O::ActivateDc1, Some(Belief::ReplicasCurrent)),
                (O::ReturnNextHop, None),
                (O::ReinitialiseSecondary, None),
            ],
        ),
        runbook(
            Role::LogShippingRepair,
            Belief::SecondaryStalled,
            &[
                (O::Decide, None),
                (O::Salvage, None),
                (O::ReinitialiseSecondary, None),
            ],
        ),
        runbook(
            Role::LastResort,
            Belief::ServiceStuck,
            &[
                (O::Decide, None),
                (O::ReturnToDc1, None),
                (O::RecoverNewest, None),
                (O::RestoreNewestBackup, None),
                (O::StartEmpty, None),
                (O::ServeNewest, None),
                (O::RemirrorNewest, None),
            ],
        ),
    ]
}

/// The largest topology, with every choice that a scenario leaves drawn by chance.
fn topology(chance: &mut ChaCha8Rng) -> Topology {
    let mut servers = Vec::new();
    for site in Site::ALL {
        for active in [true, true, false, false] {
            servers.push(PoolServer { site, active });
        }
    }
    let mut topology = Topology::new(servers);
    topology.mirror = chance.random_range(0..8) > 0;
    topology.witness = topology.mirror && chance.random_range(0..3) > 0;
    topology.witness_site = pick(
        chance,
        &[Some(Site::Dc1), Some(Site::Dc1), Some(Site::Dc2), None],
    );
    topology.secondary = true;
    topology.secondary_mirror = chance.random_range(0..8) > 0;
    topology.secondary_witness = topology.secondary_mirror && chance.random();
    topology.share = pick(
        chance,
        &[
            ShareLocation::OnPrimary,
            ShareLocation::Dc1,
            ShareLocation::Dc2,
            ShareLocation::Third,
        ],
    );
    topology.mirror_ships = pick(
        chance,
        &[
            MirrorShipping::SameShare,
            MirrorShipping::OtherFolder,
            MirrorShipping::None,
        ],
    );
    topology.users = 80_000;
    topology.low_bandwidth = chance.random();
    topology.seeding_breaks_chain = chance.random();
    topology.strict_failover = chance.random();
    topology.force_needs_no_witness = chance.random();
    topology.removed_principal_serves = chance.random();
    topology.deviations.failover_on_regained_contact = chance.random_range(0..4) == 0;
    topology.deviations.instant_resynchronisation = chance.random();
    topology.deviations.instant_detection = chance.random_range(0..4) == 0;
    topology.deviations.orderly_forced_service = chance.random_range(0..4) == 0;
    topology.deviations.parked_site = chance.random_range(0..4) == 0;
    topology.acknowledgement = pick(
        chance,
        &[Acknowledgement::OnCommit, Acknowledgement::OnAccept],
    );
    topology.record_before_commit = chance.random();
    topology.alerts.monitor = pick(chance, &[None, Some(Site::Dc1), Some(Site::Dc2)]);
    topology.start = pick(
        chance,
        &[
            Start::Normal,
            Start::Normal,
            Start::Normal,
            Start::FailedOver,
            Start::FailedOverOldDisks,
        ],
    );
    topology.assumption = pick(chance, &[Assumption::Holds, Assumption::Dropped]);
    topology.runbooks = runbooks();
    topology.mistakes = Mistake::ALL.to_vec();
    topology.misoperations = Operation::ALL.to_vec();
    let clock = Slices {
        clients: chance.random(),
        ..Slices::default()
    };
    topology.slices = Slice::ALL.into_iter().fold(clock, Slices::with);
    topology.finish()
}

/// The positions of a packed world and the forks of its lineage (see `World::pack`).
fn positions(world: &World) -> (Vec<u8>, Vec<u8>) {
    let words = world.pack().map(u64::to_le_bytes);
    let bytes = words.as_flattened();
    let held = bytes[11..22].iter().copied().filter(|p| *p != 0xFF);
    (held.collect(), bytes[..8].to_vec())
}

/// Ranks and timelines are numbered without gaps.
fn is_dense(world: &World) -> bool {
    let (held, forks) = positions(world);
    let live = forks.iter().take_while(|f| **f != 0xFF).count();
    let gapless = forks[live..].iter().all(|f| *f == 0xFF);
    let parents = forks[..live].iter().filter(|f| **f < 0xF0);
    let mut ranks = 0_u32;
    let mut known = true;
    for position in held.iter().chain(parents) {
        ranks |= 1 << (position & 15);
        known &= usize::from(position >> 4) < live;
    }
    gapless && known && ranks & (ranks + 1) == 0
}

/// What is wrong with a world, if anything.
fn wrong_with(topology: &Topology, world: &World) -> Option<String> {
    if World::unpack(world.pack()) != *world {
        return Some("unpack is not the inverse of pack".to_owned());
    }
    let canonical = world.canonical(topology);
    if canonical.canonical(topology) != canonical {
        return Some("canonical is not idempotent".to_owned());
    }
    if canonical.service(topology) != world.service(topology) {
        return Some("the canonical world is served differently".to_owned());
    }
    if !is_dense(world) {
        return Some(format!("gaps in {:?}", positions(world)));
    }
    for index in canonical.enabled(topology).iter() {
        let after = canonical.after(topology, topology.events()[index]);
        if topology.successor(&canonical, index) != after.canonical(topology) {
            let name = topology.events()[index].name();
            return Some(format!("the successor of {name} is another"));
        }
    }
    let enabled = world.enabled(topology);
    for (index, event) in topology.events().iter().enumerate() {
        if world.may(topology, *event) != enabled.contains(index) {
            return Some(format!("may and enabled differ about {}", event.name()));
        }
        let costs = world.fault_class(topology, *event).is_some();
        if costs != world.faults(topology).contains(index) {
            return Some(format!("the cost of {} is not clear", event.name()));
        }
    }
    let free = enabled.minus(&world.faults(topology));
    if free != world.enabled_without_faults(topology) {
        return Some("what is enabled and no fault is told in two ways".to_owned());
    }
    let broken = |enabled| world.violated_with(topology, Spent::default(), enabled);
    if broken(&free) != broken(&enabled) {
        return Some("a property waits for a fault".to_owned());
    }
    for index in enabled.iter() {
        let event = topology.events()[index];
        let after = world.after(topology, event);
        if after != world.apply(topology, event).0 {
            return Some(format!("after and apply differ about {}", event.name()));
        }
        let goals = topology.reached(index, &after);
        let alone = |goal: u32| topology.reached_among(index, &after, 1 << goal);
        if (0..32).map(alone).fold(0, |bits, one| bits | one) != goals {
            return Some(format!("goals of {} depend on what is asked", event.name()));
        }
    }
    let idle = enabled.iter().find(|index| {
        let event = topology.events()[*index];
        world.apply(topology, event).0 == *world
    });
    idle.map(|index| {
        let event = topology.events()[index];
        format!("{} is enabled and changes nothing", event.name())
    })
}

/// What goes wrong along a path, if anything; `None` too where the path is not possible.
fn wrong_along(topology: &Topology, path: &[Event]) -> Option<String> {
    let walk = || {
        let mut world = topology.initial();
        for event in path {
            if !world.may(topology, *event) {
                return None;
            }
            world = world.apply(topology, *event).0;
            if let Some(wrong) = wrong_with(topology, &world) {
                return Some(wrong);
            }
        }
        None
    };
    catch_unwind(AssertUnwindSafe(walk))
        .unwrap_or_else(|_| Some(PANIC.with_borrow(|text| text.replace('\n', " "))))
}

thread_local! {
    /// What the last panic said, and where.
    static PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Leaves out events for as long as something still goes wrong.
fn shortest(topology: &Topology, path: &[Event]) -> Vec<Event> {
    let mut path = path.to_vec();
    let mut at = path.len();
    while at > 0 {
        at -= 1;
        let mut without = path.clone();
        without.remove(at);
        if wrong_along(topology, &without).is_some() {
            path = without;
            at = path.len();
        }
    }
    path
}

/// A random walk; its events, and whether all went well.
fn walk(topology: &Topology, chance: &mut ChaCha8Rng) -> (Vec<Event>, bool) {
    let mut path = Vec::new();
    let attempt = catch_unwind(AssertUnwindSafe(|| {
        let mut world = topology.initial();
        for _ in 0..STEPS {
            let enabled: Vec<usize> = world.enabled(topology).iter().collect();
            if enabled.is_empty() {
                break;
            }
            let mut event = topology.events()[pick(chance, &enabled)];
            // Misoperations are many: half of the time they give way to the rest.
            for _ in 0..8 {
                if event.operation.is_some() && chance.random() {
                    event = topology.events()[pick(chance, &enabled)];
                }
            }
            path.push(event);
            world = world.apply(topology, event).0;
            if wrong_with(topology, &world).is_some() {
                return false;
            }
        }
        true
    }));
    (path, attempt.unwrap_or(false))
}

#[test]
fn every_step_of_a_random_walk_leaves_a_proper_world() {
    let hook = take_hook();
    set_hook(Box::new(|info| {
        PANIC.with_borrow_mut(|text| *text = info.to_string());
    }));
    let mut fired = BTreeSet::new();
    // What went wrong, with the shortest way there that is known.
    let mut wrong: BTreeMap<String, String> = BTreeMap::new();
    for number in 0..WALKS {
        let mut chance = ChaCha8Rng::seed_from_u64(number);
        let topology = topology(&mut chance);
        assert_eq!(wrong_with(&topology, &topology.initial()), None);
        let (path, well) = walk(&topology, &mut chance);
        fired.extend(path.iter().map(|event| event.id()));
        if !well && wrong.len() < 20 {
            let path = shortest(&topology, &path);
            let what = wrong_along(&topology, &path).unwrap_or_default();
            let names: Vec<_> = path.iter().map(|event| event.name()).collect();
            let told = format!("walk {number}: {}", names.join(", "));
            let known = wrong.entry(what).or_insert_with(|| told.clone());
            if told.len() < known.len() {
                *known = told;
            }
        }
    }
    set_hook(hook);
    assert!(wrong.is_empty(), "{wrong:#?}");
    // Otherwise the walks say little.
    println!("{} different events", fired.len());
    assert!(fired.len() > 130, "{} different events", fired.len());
}

/// Longer walks than a test has time for found these: what is done to disks that are empty.
#[test]
fn empty_disks_are_left_alone() {
    for path in [
        &["destroy:A", "restart:A"][..],
        &[
            "misoperation:recover-secondary",
            "misoperation:tail-backup-dc2",
            "destroy:S",
        ],
        &[
            "destroy:S",
            "restart:S",
            "misoperation:remove-dc2-mirroring",
        ],
    ] {
        let events: Vec<_> = path
            .iter()
            .map(|name| Event::from_name(name).expect("a name of an event"))
            .collect();
        for number in 0..64 {
            let topology = topology(&mut ChaCha8Rng::seed_from_u64(number));
            let wrong = wrong_along(&topology, &events);
            assert_eq!(wrong, None, "{path:?}, {number}");
        }
    }
}
