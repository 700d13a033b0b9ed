//! Clocks that stand for more than one event: failures with cases, common causes, planned
//! maintenance, steps that can go wrong.

use poolproof_engines::clocks::activities::{
    Activity, Backlog, Case, CaseOutcome, Memory, PlannedWork, Shared, StepTimes, Timer,
};
use poolproof_engines::clocks::distribution::{Distribution, Sampler, SimDuration};
use poolproof_engines::clocks::purpose::Purpose;
use poolproof_engines::clocks::timed::Job;
use poolproof_models::names::component::Component;
use poolproof_models::names::event::{Event, EventKind, mistake_kind, operators};
use poolproof_models::names::replica::Replica;
use poolproof_models::names::runbook::{Mistake, Operation, Phase, Role};
use poolproof_models::state::topology::Topology;

use super::modes;
use crate::scenario::Scenario;
use crate::scenario::failures::{FailureMode, Noticed};
use crate::scenario::log_shipping::LogShipping;
use crate::scenario::runbook::{Occasions, RunbookFile};

/// Times between failures at a rate per millisecond; `None` if nothing ever fails.
pub(super) fn between_failures(per_ms: f64, shape: f64) -> Option<Distribution> {
    (per_ms > 0.0).then(|| {
        let mean = SimDuration {
            ms: (1.0 / per_ms).round() as u64,
        };
        if shape == 1.0 {
            Distribution::Exponential { mean }
        } else {
            Distribution::Weibull { mean, shape }
        }
    })
}

/// A group of servers that one cause can take down: those of a kind in a site.
fn group(topology: &Topology, node: Component) -> Vec<Component> {
    let alike = |other: &Component| {
        other.kind() == node.kind() && topology.site_of(*other) == topology.site_of(node)
    };
    topology.nodes().iter().copied().filter(alike).collect()
}

/// The rate of what the servers of a kind have in common, per millisecond, and of what each has
/// alone: of each mode so large a share.
///
/// The beta-factor model: of the failures of each server a share beta is common, so the common
/// cause comes at beta times the rate of one server, whatever their number.
fn split(modes: &[FailureMode], servers: usize, share: impl Fn(&FailureMode) -> f64) -> (f64, f64) {
    modes.iter().fold((0.0, 0.0), |(common, alone), mode| {
        let rate = share(mode) * mode.rate.per_ms();
        let beta = if servers > 1 { mode.common_cause } else { 0.0 };
        (common + beta * rate, alone + (1.0 - beta) * rate)
    })
}

/// The share of a mode that partners notice at once, where they would else wait (3.11, 13.4).
fn closing(topology: &Topology, at: Component, mode: &FailureMode) -> f64 {
    let waits = topology.links_of(at).next().is_some() && !topology.deviations.instant_detection;
    match mode.noticed {
        Noticed::Closed if waits => 1.0,
        Noticed::Closed | Noticed::Silent => 0.0,
    }
}

/// Servers stop at one instant, and their connections are closed.
fn closed_stop(topology: &Topology, servers: &[Component]) -> Vec<usize> {
    let event = |kind, at| topology.index_of(Event::new(kind, at));
    let stops = servers.iter().map(|at| event(EventKind::Crash, *at));
    let links = servers.iter().flat_map(|at| topology.links_of(*at));
    let noticed = links.map(|link| event(EventKind::Detect, link.component()));
    stops.chain(noticed).flatten().collect()
}

/// The crash of a server by itself. Some crashes destroy what it stores, and some close its
/// connections.
pub(super) fn crash(scenario: &Scenario, topology: &Topology, at: Component) -> Option<Activity> {
    let modes = modes(scenario, EventKind::Crash, at);
    let servers = group(topology, at).len();
    let (_, alone) = split(modes, servers, |_| 1.0);
    let delay = between_failures(alone, scenario.failures.shape)?;
    let mut activity = Activity::new(at.number(), Purpose::Failure, Memory::Resume, &delay);
    let crash = topology.index_of(Event::new(EventKind::Crash, at))?;
    let destroyed = match at {
        Component::Share => {
            let files = topology.index_of(Event::new(EventKind::ShareLoss, at));
            files.map(|files| vec![files, crash])
        }
        // Without a partner there is nothing to seed it from, and no page says what is done.
        _ if servers < 2 => None,
        _ => topology
            .index_of(Event::new(EventKind::Destroy, at))
            .map(|destroy| vec![destroy]),
    };
    let destructive = |mode: &FailureMode| match destroyed {
        Some(_) => mode.destructive,
        None => 0.0,
    };
    let closed = |mode: &FailureMode| (1.0 - destructive(mode)) * closing(topology, at, mode);
    let shares = [
        split(modes, servers, destructive).1,
        split(modes, servers, closed).1,
    ];
    let events = [
        destroyed.clone().unwrap_or_default(),
        closed_stop(topology, &[at]),
    ];
    for (rate, events) in shares.into_iter().zip(events) {
        if rate > 0.0 {
            activity.cases.push(Case {
                probability: rate / alone,
                outcome: CaseOutcome::Events(events),
            });
        }
    }
    Some(activity)
}

/// One clock for each group of servers with a cause in common.
pub(super) fn common_causes(scenario: &Scenario, topology: &Topology) -> Vec<Shared> {
    let nodes = topology.nodes();
    let first_of_group = |node: &&Component| group(topology, **node).first() == Some(*node);
    let clock = |node: &Component| {
        let servers = group(topology, *node);
        let modes = modes(scenario, EventKind::Crash, *node);
        let (common, _) = split(modes, servers.len(), |_| 1.0);
        let (closed, _) = split(modes, servers.len(), |mode| closing(topology, *node, mode));
        let delay = between_failures(common, scenario.failures.shape)?;
        let crash = |server: &Component| topology.index_of(Event::new(EventKind::Crash, *server));
        let cases = [
            (closed, closed_stop(topology, &servers)),
            (common - closed, servers.iter().filter_map(crash).collect()),
        ];
        let cases = cases.into_iter().filter(|(rate, _)| *rate > 0.0);
        Some(Shared {
            component: node.number(),
            purpose: Purpose::CommonCause,
            timer: Timer::Renewal(Sampler::new(&delay)),
            cases: cases
                .map(|(rate, events)| Case {
                    probability: rate / common,
                    outcome: CaseOutcome::Events(events),
                })
                .collect(),
            planned: None,
        })
    };
    nodes
        .iter()
        .filter(first_of_group)
        .filter_map(clock)
        .collect()
}

/// Planned work, server by server in turn, the two partners of a session together (13.16).
/// `before` is the number of shared clocks before these.
pub(super) fn maintenance(scenario: &Scenario, topology: &Topology, before: usize) -> Vec<Shared> {
    let mut clocks = Vec::new();
    // By clock: the server, the turn in which it is done, and how often.
    let mut turns: Vec<(Component, usize, SimDuration)> = Vec::new();
    for node in topology.nodes().iter().copied() {
        let partner = Replica::of(node).map(|copy| copy.partner().server());
        let of_partner = turns.iter().find(|(other, ..)| Some(*other) == partner);
        let next = turns.iter().map(|(_, turn, _)| turn + 1).max();
        let turn = of_partner.map_or(next.unwrap_or(0), |(_, turn, _)| *turn);
        let planned = modes(scenario, EventKind::Crash, node)
            .iter()
            .filter_map(|mode| mode.planned_every);
        for every in planned {
            if let Some(restart) = topology.index_of(Event::new(EventKind::Restart, node)) {
                clocks.push(Shared {
                    component: Component::Clients.number(),
                    purpose: Purpose::Maintenance,
                    timer: Timer::Every {
                        interval_ms: every.ms,
                        offset: 0.0,
                    },
                    cases: vec![certainly(closed_stop(topology, &[node]))],
                    planned: Some(PlannedWork {
                        restart: Some(restart),
                        partner: None,
                    }),
                });
                turns.push((node, turn, every));
            }
        }
    }
    let count = turns.iter().map(|(_, turn, _)| turn + 1).max().unwrap_or(0) as f64;
    for (clock, (node, turn, every)) in clocks.iter_mut().zip(&turns) {
        if let Timer::Every { offset, .. } = &mut clock.timer {
            *offset = *turn as f64 / count;
        }
        if let Some(work) = &mut clock.planned {
            let mut others = turns.iter();
            let partner =
                others.position(|(other, at, often)| other != node && (at, often) == (turn, every));
            work.partner = partner.map(|number| before + number);
        }
    }
    clocks
}

/// Runbooks that are planned, each at its own times (13.15).
pub(super) fn planned_runbooks(scenario: &Scenario, topology: &Topology) -> Vec<Shared> {
    let clock = |file: &RunbookFile| {
        let timer = match file.occasions? {
            Occasions::Every(interval) => Timer::Every {
                interval_ms: interval.ms,
                offset: 0.0,
            },
            Occasions::Random(rate) => {
                Timer::Renewal(Sampler::new(&between_failures(rate.per_ms(), 1.0)?))
            }
        };
        let team = operators(file.runbook.role);
        let start = topology.index_of(Event::new(EventKind::StartRunbook, team))?;
        Some(Shared {
            component: team.number(),
            purpose: Purpose::PlannedRunbook,
            timer,
            cases: vec![certainly(vec![start])],
            planned: Some(PlannedWork {
                restart: None,
                partner: None,
            }),
        })
    };
    scenario.operators.runbooks().filter_map(clock).collect()
}

/// How long planned work takes: that of the first mode that has any.
pub(super) fn planned_repair(modes: &[FailureMode]) -> Option<&Distribution> {
    let planned = modes.iter().find(|mode| mode.planned_every.is_some());
    planned.map(|mode| &mode.repair)
}

/// Operations outside any runbook, at their rates.
pub(super) fn misoperations(scenario: &Scenario, topology: &Topology) -> Vec<Shared> {
    let listed = &scenario.operators.misoperations;
    let total: f64 = listed.iter().map(|(_, rate)| rate.per_ms()).sum();
    let Some(delay) = between_failures(total, 1.0) else {
        return Vec::new();
    };
    let case = |(operation, rate): &(Operation, _)| {
        let index = topology.index_of(Event::misoperation(*operation))?;
        let rate: &crate::scenario::value::Rate = rate;
        Some(Case {
            probability: rate.per_ms() / total,
            outcome: CaseOutcome::Events(vec![index]),
        })
    };
    vec![Shared {
        component: Component::SiteOperators.number(),
        purpose: Purpose::Misoperation,
        timer: Timer::Renewal(Sampler::new(&delay)),
        cases: listed.iter().filter_map(case).collect(),
        planned: None,
    }]
}

/// A step that cannot be done, or is not needed, takes no more than a look: judgement.
const LOOK_MS: u64 = 60_000;

/// What a step does to its end, as fast as the job does: a run moves the log of its interval.
fn backlog(scenario: &Scenario, operation: Operation) -> Option<Backlog> {
    let shipping = &scenario.log_shipping;
    let (job, interval, duration, held_back_ms) = match operation {
        Operation::CopyBacklog => (Job::Copy, shipping.copy_interval, shipping.copy_duration, 0),
        Operation::RestoreBacklog => (
            Job::Restore,
            shipping.restore_interval,
            shipping.restore_duration,
            shipping.restore_delay.ms,
        ),
        _ => return None,
    };
    let period = LogShipping::period(interval, duration);
    Some(Backlog {
        job,
        per_log_ms: duration.ms as f64 / period.ms as f64,
        held_back_ms,
    })
}

/// The steps of a runbook: some go wrong, some take longer, and who sees the alarm depends on the
/// hour.
pub(super) fn step(
    scenario: &Scenario,
    topology: &Topology,
    role: Role,
    component: u8,
) -> Option<Activity> {
    let file = scenario.operators.runbook(role)?;
    let settings = &scenario.operators;
    let delays = file.durations.iter().map(Sampler::new).collect();
    let mut activity = Activity::staged(component, Purpose::Step, Memory::Resume, delays);
    if let Some(shifts) = &settings.shifts {
        let by_hour = [&shifts.on_duty, &shifts.off_duty].map(Sampler::new);
        let alarm = |step: &poolproof_models::names::runbook::Step| {
            step.operation == Operation::Decide && step.phase == Phase::Detect
        };
        let steps = file.runbook.steps.iter();
        activity.by_hour = steps
            .map(|step| alarm(step).then(|| by_hour.clone()))
            .collect();
    }
    let steps = file.runbook.steps.iter();
    activity.step = Some(StepTimes {
        look_ms: LOOK_MS,
        backlog: steps
            .map(|step| backlog(scenario, step.operation))
            .collect(),
    });
    for (mistake, probability) in &settings.mistakes {
        let event = Event::new(mistake_kind(*mistake), operators(role));
        // Nobody is too early at a step that can be done.
        if let Some(index) = topology
            .index_of(event)
            .filter(|_| *mistake != Mistake::Premature)
        {
            activity.cases.push(Case {
                probability: *probability,
                outcome: CaseOutcome::Events(vec![index]),
            });
        }
    }
    // Once in so many runs of the whole procedure, at any of its steps alike.
    let steps = file.durations.len() as f64;
    let slip = -libm::expm1(libm::log1p(-settings.error_probability) / steps);
    if slip > 0.0 {
        activity.cases.push(Case {
            probability: slip,
            outcome: CaseOutcome::Longer(Sampler::new(&settings.error_correction)),
        });
    }
    Some(activity)
}

/// Somebody does not wait for what the current step waits for.
pub(super) fn premature(scenario: &Scenario, role: Role, component: u8) -> Option<Activity> {
    let listed = scenario.operators.mistakes.iter();
    let (_, probability) = listed
        .clone()
        .find(|(mistake, _)| *mistake == Mistake::Premature)?;
    let file = scenario.operators.runbook(role)?;
    let delays = file.durations.iter().map(Sampler::new).collect();
    let mut activity = Activity::staged(component, Purpose::Premature, Memory::Restart, delays);
    activity.cases.push(Case {
        probability: 1.0 - probability,
        outcome: CaseOutcome::Nothing,
    });
    Some(activity)
}

fn certainly(events: Vec<usize>) -> Case {
    Case {
        probability: 1.0,
        outcome: CaseOutcome::Events(events),
    }
}
