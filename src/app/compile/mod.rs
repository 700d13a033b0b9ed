//! From a scenario to the system under test: its topology and its clocks.

use poolproof_engines::clocks::activities::{Activities, Activity, JobSchedule, Memory, Shifts};
use poolproof_engines::clocks::distribution::{Distribution, Sampler, SimDuration};
use poolproof_engines::clocks::purpose::Purpose;
use poolproof_models::names::component::Component;
use poolproof_models::names::event::{Event, EventKind, FaultClass, role_of};
use poolproof_models::names::link::Link;
use poolproof_models::names::replica::Replica;
use poolproof_models::names::runbook::{Belief, Mistake, Operation};
use poolproof_models::names::site::{ShareLocation, Site, WitnessLocation};
use poolproof_models::state::topology::{Alerts, Assumption, MirrorShipping, PoolServer, Topology};

use crate::scenario::check::FaultName;
use crate::scenario::failures::FailureMode;
use crate::scenario::log_shipping::{JobPhases, LogShipping};
use crate::scenario::operators::SiteAssumption;
use crate::scenario::pool::Variant;
use crate::scenario::{Scenario, value};

pub mod chain;
pub mod check;
mod clocks;
pub mod frequency;
pub mod simulation;
pub mod slices;
pub mod swarm;
pub mod trial;

/// What both engines share.
fn configured(scenario: &Scenario) -> Topology {
    let mut servers = Vec::new();
    for site in Site::ALL {
        let count = &scenario.pool.servers[site.index()];
        for (number, active) in [(count.active, true), (count.idle, false)] {
            servers.extend((0..number).map(|_| PoolServer { site, active }));
        }
    }
    let mut topology = Topology::new(servers);
    topology.mirror = scenario.mirroring.enabled;
    topology.witness = scenario.mirroring.enabled && scenario.mirroring.witness.is_some();
    topology.witness_site = scenario
        .mirroring
        .witness
        .unwrap_or(WitnessLocation::Dc1)
        .site();
    topology.strict_failover = scenario.mirroring.strict_failover;
    topology.secondary = scenario.log_shipping.enabled;
    topology.secondary_mirror = scenario.log_shipping.enabled && scenario.secondary.mirror;
    topology.secondary_witness = topology.secondary_mirror && scenario.secondary.witness;
    topology.share = scenario.log_shipping.share;
    topology.mirror_ships = match &scenario.log_shipping {
        shipping if !shipping.mirror_configured => MirrorShipping::None,
        shipping if shipping.mirror_share_same => MirrorShipping::SameShare,
        _ => MirrorShipping::OtherFolder,
    };
    topology.alerts = Alerts {
        no_backup: scenario.log_shipping.no_backup_alert.is_some(),
        no_restore: scenario.log_shipping.no_restore_alert.is_some(),
        monitor: scenario.log_shipping.monitor,
    };
    topology.users = scenario.pool.users;
    topology.low_bandwidth = scenario.pool.variant == Variant::Lbw;
    topology.logins = [
        (Replica::PrimaryMirror, scenario.mirroring.logins),
        (Replica::Target, scenario.secondary.logins),
        (Replica::TargetMirror, scenario.secondary.logins),
    ]
    .into_iter()
    .filter(|(_, exist)| !exist)
    .fold(u8::MAX, |logins, (copy, _)| logins & !copy.bit());
    topology.seeding_breaks_chain = scenario.mirroring.seeding_breaks_chain;
    topology.cms_site = scenario.control.cms_site;
    topology.cms_paired = scenario.control.cms_paired;
    topology.next_hop = scenario.control.next_hop;
    topology.assumption = match scenario.operators.assumption {
        SiteAssumption::Holds => Assumption::Holds,
        SiteAssumption::Dropped => Assumption::Dropped,
    };
    topology.force_needs_no_witness = scenario.choices.force_refused;
    topology.removed_principal_serves = scenario.choices.removed_principal_serves;
    topology.deviations = scenario.choices.deviations;
    topology.acknowledgement = scenario.choices.acknowledge;
    topology.record_before_commit = scenario.choices.record_before_commit;
    topology.runbooks = scenario
        .operators
        .runbooks()
        .map(|file| file.runbook.clone())
        .collect();
    topology
}

/// The topology that the checker searches: with the scenario's slices, start, and operators'
/// mistakes.
#[must_use]
pub fn checked_topology(scenario: &Scenario) -> Topology {
    let mut topology = configured(scenario);
    let settings = &scenario.check;
    topology.slices = slices::of_check(scenario);
    topology.start = settings.start;
    topology.excluded.clone_from(&settings.exclude);
    let spared =
        settings.limits.get(&FaultClass::Mistake) == Some(&0) || settings.mistakes == Some(0);
    let listed = settings
        .faults_enabled
        .as_deref()
        .unwrap_or(&[FaultName::Class(FaultClass::Mistake)]);
    for fault in listed.iter().filter(|_| !spared) {
        match fault {
            FaultName::Misoperation(operation) => topology.misoperations.push(*operation),
            FaultName::Mistake(mistake) => topology.mistakes.push(*mistake),
            FaultName::Class(FaultClass::Mistake) => topology.mistakes = Mistake::ALL.to_vec(),
            FaultName::Class(_) => {}
        }
    }
    let kept = settings.servers_per_class as usize;
    if kept == 0 {
        topology.finish()
    } else {
        topology.with_servers_per_class(kept)
    }
}

/// The topology that runs on the clock.
#[must_use]
pub fn timed_topology(scenario: &Scenario) -> Topology {
    let mut topology = configured(scenario);
    let failures = &scenario.failures;
    topology.slices.clients = true;
    topology.slices.grey = !failures.grey_failure.rate.is_zero();
    topology.slices.stalls = !failures.stall.rate.is_zero();
    topology.slices.log_full = scenario.sql.log_drive_lasts.is_some();
    topology.slices.retention = topology.secondary;
    topology.slices.storage = failures.database_server.iter().any(|m| m.destructive > 0.0);
    let operators = &scenario.operators;
    topology.mistakes = operators
        .mistakes
        .iter()
        .map(|(mistake, _)| *mistake)
        .collect();
    let mut misoperations: Vec<_> = operators.misoperations.iter().map(|(o, _)| *o).collect();
    // Routine work of the database administrators, outside any runbook.
    let patched = failures
        .database_server
        .iter()
        .any(|m| m.planned_every.is_some());
    for (needed, operation) in [
        (topology.mirror && patched, Operation::ManualFailover),
        (
            topology.mirror && topology.slices.storage,
            Operation::ReseedMirror,
        ),
    ] {
        if needed && !misoperations.contains(&operation) {
            misoperations.push(operation);
        }
    }
    topology.misoperations = misoperations;
    topology.finish()
}

/// After this time users take a post that is not acknowledged for lost: judgement.
const PATIENCE_MS: u64 = 10_000;

/// The clocks of a scenario's topology.
#[must_use]
pub fn activities(scenario: &Scenario, topology: &Topology) -> Activities {
    let by_event = topology
        .events()
        .iter()
        .map(|event| activity(scenario, topology, *event))
        .collect();
    let mut shared = clocks::common_causes(scenario, topology);
    shared.extend(clocks::maintenance(scenario, topology, shared.len()));
    shared.extend(clocks::misoperations(scenario, topology));
    shared.extend(clocks::planned_runbooks(scenario, topology));
    let shipping = &scenario.log_shipping;
    let aligned = (shipping.phases == JobPhases::Aligned).then_some(0);
    let job = |interval: SimDuration, duration: SimDuration, component: Component| JobSchedule {
        interval: LogShipping::period(interval, duration).ms,
        duration: duration.ms,
        phase: aligned,
        component: component.number(),
    };
    Activities {
        pause_ms: scenario.mirroring.partner_timeout.ms.min(PATIENCE_MS),
        reconnect_ms: scenario.pool.reconnect.mean().min(value::LONGEST.ms as f64) as u64,
        by_event,
        shared,
        shifts: scenario.operators.shifts.as_ref().map(|shifts| Shifts {
            from_ms: shifts.from.ms,
            to_ms: shifts.to.ms,
            days: shifts.days,
        }),
        jobs: [
            job(
                shipping.backup_interval,
                shipping.backup_duration,
                Component::BackupJob,
            ),
            job(
                shipping.copy_interval,
                shipping.copy_duration,
                Component::CopyJob,
            ),
            job(
                shipping.restore_interval,
                shipping.restore_duration,
                Component::RestoreJob,
            ),
        ],
    }
}

fn activity(scenario: &Scenario, topology: &Topology, event: Event) -> Option<Activity> {
    use EventKind as K;
    let Event { kind, at, .. } = event;
    let number = at.number();
    let mirroring = &scenario.mirroring;
    let fixed = |value| Distribution::Fixed { value };
    let one =
        |purpose, memory, delay: &Distribution| Some(Activity::new(number, purpose, memory, delay));
    match kind {
        // What the simulator's own bookkeeping does, and mistakes that nobody drew.
        K::Write
        | K::Backup
        | K::Copy
        | K::Restore
        | K::ShareLoss
        | K::Destroy
        | K::Notice
        | K::Forget
        | K::Accept
        | K::Export
        | K::Skip
        | K::SwapNext
        | K::WrongFile
        | K::FenceFails
        | K::PortLost
        | K::Abort => None,
        K::Rebuild => {
            let repairs = [
                &disaster(scenario, at).repair,
                &scenario.failures.site_outage.repair,
            ];
            let delays = repairs.map(Sampler::new).to_vec();
            Some(Activity::staged(
                number,
                Purpose::Rebuild,
                Memory::Restart,
                delays,
            ))
        }
        K::Misoperation => {
            if event.operation != Some(Operation::ReseedMirror) {
                return None;
            }
            let owner = Component::PairDc1.number();
            let delay = &scenario.operators.reseeding;
            Some(Activity::new(
                owner,
                Purpose::Reseeding,
                Memory::Resume,
                delay,
            ))
        }
        K::GreyFailure => {
            let modes = std::slice::from_ref(&scenario.failures.grey_failure);
            one(
                Purpose::GreyFailure,
                Memory::Resume,
                &time_to_failure(modes, 1.0)?,
            )
        }
        K::GreyRepair => one(
            Purpose::GreyRepair,
            Memory::Restart,
            &scenario.failures.grey_failure.repair,
        ),
        K::Stall => {
            let modes = std::slice::from_ref(&scenario.failures.stall);
            one(
                Purpose::Stall,
                Memory::Resume,
                &time_to_failure(modes, 1.0)?,
            )
        }
        K::StallEnds => one(
            Purpose::StallEnd,
            Memory::Resume,
            &scenario.failures.stall.repair,
        ),
        K::Crash => clocks::crash(scenario, topology, at),
        K::Cut | K::Outage => one(
            Purpose::Failure,
            Memory::Resume,
            &time_to_failure(modes(scenario, kind, at), 1.0)?,
        ),
        K::Disaster => {
            let modes = std::slice::from_ref(disaster(scenario, at));
            one(
                Purpose::Disaster,
                Memory::Resume,
                &time_to_failure(modes, 1.0)?,
            )
        }
        K::Restart | K::Heal | K::Return => {
            let failure = match kind {
                K::Restart => K::Crash,
                K::Heal => K::Cut,
                _ => K::Outage,
            };
            let modes = modes(scenario, failure, at);
            let delay = repair(modes).or_else(|| clocks::planned_repair(modes).cloned())?;
            let mut activity = Activity::new(number, Purpose::Repair, Memory::Restart, &delay);
            activity.planned = clocks::planned_repair(modes).map(Sampler::new);
            Some(activity)
        }
        // Its event is possible only while something holds the log.
        K::LogFull => one(
            Purpose::LogDrive,
            Memory::Restart,
            &fixed(scenario.sql.log_drive_lasts?),
        ),
        K::Retention => one(
            Purpose::Retention,
            Memory::Restart,
            &fixed(scenario.log_shipping.backup_retention),
        ),
        K::Detect => one(
            Purpose::Detection,
            Memory::Restart,
            &fixed(mirroring.partner_timeout),
        ),
        K::SwapRoles => one(Purpose::RoleSwap, Memory::Restart, &mirroring.redo),
        // Its times are those of a clock of its own.
        K::StartRunbook if is_planned(topology, at) => None,
        // An alert is raised when nothing has come for as long as its threshold.
        K::StartRunbook if at == Component::LogShippingOperators => {
            let shipping = &scenario.log_shipping;
            let thresholds = [shipping.no_restore_alert, shipping.no_backup_alert];
            let first = thresholds.into_iter().flatten().min()?;
            one(Purpose::Alert, Memory::Restart, &fixed(first))
        }
        K::AutomaticFailover => one(Purpose::Failover, Memory::Restart, &mirroring.redo),
        K::Resynchronise => one(
            Purpose::Resynchronisation,
            Memory::Restart,
            &mirroring.resynchronisation,
        ),
        K::Replicate => one(
            Purpose::Replication,
            Memory::Restart,
            &scenario.control.replication,
        ),
        K::Reconnect => one(
            Purpose::Reconnection,
            Memory::Restart,
            &scenario.pool.reconnect,
        ),
        K::RunbookStep => clocks::step(scenario, topology, role_of(at)?, number),
        K::Premature => clocks::premature(scenario, role_of(at)?, number),
        K::Expose | K::StartRunbook | K::StandDown => Some(Activity::immediate(number)),
    }
}

/// Whether the runbook of a team is planned (13.15).
fn is_planned(topology: &Topology, team: Component) -> bool {
    let runbook = role_of(team).and_then(|role| topology.runbook(role));
    runbook.is_some_and(|runbook| runbook.trigger == Belief::Planned)
}

/// How a data centre is lost.
const fn disaster(scenario: &Scenario, at: Component) -> &FailureMode {
    let failures = &scenario.failures;
    match at {
        Component::Dc2 => &failures.site_disaster_dc2,
        _ => &failures.site_disaster,
    }
}

/// How a component fails.
fn modes(scenario: &Scenario, failure: EventKind, at: Component) -> &[FailureMode] {
    let failures = &scenario.failures;
    match (failure, at) {
        (EventKind::Outage, _) => std::slice::from_ref(&failures.site_outage),
        (_, Component::Wan | Component::Dc1ToThird | Component::Dc2ToThird) => {
            std::slice::from_ref(&failures.inter_site_link)
        }
        _ if Link::from_component(at).is_some() => std::slice::from_ref(&failures.local_link),
        (_, Component::A | Component::B | Component::S | Component::SM) => {
            &failures.database_server
        }
        (_, Component::W | Component::SW) => &failures.witness_server,
        (_, Component::Share) => &failures.share_server,
        _ => &failures.pool_server,
    }
}

/// The time to the first failure of any mode; `None` if nothing ever fails.
fn time_to_failure(modes: &[FailureMode], shape: f64) -> Option<Distribution> {
    let per_ms: f64 = modes.iter().map(|mode| mode.rate.per_ms()).sum();
    clocks::between_failures(per_ms, shape)
}

/// The time to repair: each mode as often as it fails.
fn repair(modes: &[FailureMode]) -> Option<Distribution> {
    let failing = modes.iter().filter(|mode| mode.planned_every.is_none());
    let failing: Vec<&FailureMode> = failing.collect();
    let total: f64 = failing.iter().map(|mode| mode.rate.per_ms()).sum();
    match &failing[..] {
        [] => None,
        [mode] => Some(mode.repair.clone()),
        _ if total <= 0.0 => None,
        _ => Some(Distribution::Mixture {
            parts: failing
                .iter()
                .map(|mode| (mode.rate.per_ms() / total, mode.repair.clone()))
                .collect(),
        }),
    }
}

/// How often a component fails and how long that lasts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FailureRate {
    /// Failures per component and year of 8766 h.
    pub per_year: f64,
    /// Mean time to repair, in milliseconds: each way to fail as often as it happens.
    pub repair_ms: f64,
}

/// The rate of a failure; `None` for one that the scenario has no rate for.
#[must_use]
pub fn failure(scenario: &Scenario, failure: EventKind, at: Component) -> Option<FailureRate> {
    use EventKind as K;
    let modes = match failure {
        K::Disaster => std::slice::from_ref(disaster(scenario, at)),
        K::Crash | K::Cut | K::Outage => modes(scenario, failure, at),
        _ => return None,
    };
    let per_year: f64 = modes.iter().map(|mode| mode.rate.per_year()).sum();
    let weighted = modes
        .iter()
        .filter(|mode| !mode.rate.is_zero())
        .map(|mode| mode.rate.per_year() / per_year * mode.repair.mean());
    Some(FailureRate {
        per_year,
        repair_ms: weighted.sum(),
    })
}

/// The names of what can be drilled: every fault that can happen on the clock, and planned work.
#[must_use]
pub fn drillable(scenario: &Scenario) -> Vec<String> {
    let topology = timed_topology(scenario);
    let first = topology.initial();
    let events = topology.events().iter();
    events
        .filter(|event| {
            let starts = event.kind == EventKind::StartRunbook;
            starts && is_planned(&topology, event.at)
                || first.fault_class(&topology, **event).is_some()
        })
        .map(|event| event.name())
        .collect()
}

/// Whether the share has a place of its own in the topology.
#[must_use]
pub fn share_text(share: ShareLocation) -> &'static str {
    match share {
        ShareLocation::OnPrimary => "on server A",
        ShareLocation::Dc1 => "on a host of its own in DC1",
        ShareLocation::Dc2 => "on a host of its own in DC2",
        ShareLocation::Third => "in a third place",
    }
}
