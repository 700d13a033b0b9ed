//! The chain of a scenario.

use std::collections::BTreeMap;

use poolproof_engines::clocks::activities::Activities;
use poolproof_engines::clocks::exponential::{Replacement, exponential};
use poolproof_engines::pools::build_chain;
use poolproof_engines::solve::SolveError;
use poolproof_engines::solve::chain::Chain;
use poolproof_engines::solve::rates::{Delay, HOUR_MS, Rates};
use poolproof_models::names::component::Component;
use poolproof_models::names::event::{Event, EventKind, role_of};
use poolproof_models::names::link::Link;
use poolproof_models::state::topology::Topology;
use poolproof_models::state::world::World;

use crate::app::compile;
use crate::scenario::failures::FailureMode;
use crate::scenario::{Scenario, operators};

/// The chain of a scenario, with what it was made from.
pub struct Product {
    /// The system, as the simulator runs it.
    pub topology: Topology,
    /// Its clocks, with exponential delays if these were asked for.
    pub activities: Activities,
    /// What the exponential delays stand for; empty unless they were asked for.
    pub replaced: Vec<Replacement>,
    /// How fast its events are.
    pub rates: Rates,
    /// The chain.
    pub chain: Result<Chain<World>, SolveError>,
}

/// Builds the chain of a scenario.
#[must_use]
pub fn chain(scenario: &Scenario, states_most: usize) -> Product {
    let topology = compile::timed_topology(scenario);
    let activities = compile::activities(scenario, &topology);
    built(scenario, topology, (activities, Vec::new()), states_most)
}

/// Builds the chain of a scenario with exponential delays of the same means in place of all others.
#[must_use]
pub fn exponential_chain(scenario: &Scenario, states_most: usize) -> Product {
    let topology = compile::timed_topology(scenario);
    let changed = exponential(&compile::activities(scenario, &topology));
    built(scenario, topology, changed, states_most)
}

fn built(
    scenario: &Scenario,
    topology: Topology,
    (activities, replaced): (Activities, Vec<Replacement>),
    states_most: usize,
) -> Product {
    let rates = rates(scenario, &topology, &activities);
    let chain = build_chain(&topology, &rates, states_most);
    Product {
        topology,
        activities,
        replaced,
        rates,
        chain,
    }
}

/// The delays of the simulator's clocks; failures with the rate that is written, which a mean in
/// whole milliseconds would round.
fn rates(scenario: &Scenario, topology: &Topology, activities: &Activities) -> Rates {
    let mut rates = Rates::of_clocks(activities);
    for (index, event) in topology.events().iter().enumerate() {
        let Some(modes) = modes(scenario, *event) else {
            continue;
        };
        let per_ms: f64 = modes.iter().map(|mode| mode.rate.per_ms()).sum();
        let written = per_ms * HOUR_MS;
        // The clock has the last word: only what rounding took away is given back.
        if let Some(Delay::Exponential { per_hour }) = rates.delay(index, 0)
            && (HOUR_MS / per_hour - 1.0 / per_ms).abs() <= 0.5 + 1e-6
        {
            rates.set(index, Delay::Exponential { per_hour: written });
        }
    }
    rates
}

/// Where a component's failures stand in a scenario file.
fn failures_key(kind: EventKind, at: Component) -> &'static str {
    use EventKind as K;
    match (kind, at) {
        (K::Disaster | K::Rebuild, Component::Dc2) => "site_disaster_dc2",
        (K::Disaster | K::Rebuild, _) => "site_disaster",
        (K::Outage | K::Return, _) => "site_outage",
        (_, Component::Wan) => "inter_site_link",
        _ if Link::from_component(at).is_some() => "local_link",
        (_, Component::A | Component::B | Component::S | Component::SM) => "database_server",
        (_, Component::W | Component::SW) => "witness_server",
        (_, Component::Share) => "share_server",
        _ => "pool_server",
    }
}

/// How a component fails, if the event is a failure with a rate.
fn modes(scenario: &Scenario, event: Event) -> Option<&[FailureMode]> {
    use EventKind as K;
    if !matches!(event.kind, K::Crash | K::Cut | K::Outage | K::Disaster) {
        return None;
    }
    let failures = &scenario.failures;
    Some(match failures_key(event.kind, event.at) {
        "site_disaster_dc2" => std::slice::from_ref(&failures.site_disaster_dc2),
        "site_disaster" => std::slice::from_ref(&failures.site_disaster),
        "site_outage" => std::slice::from_ref(&failures.site_outage),
        "inter_site_link" => std::slice::from_ref(&failures.inter_site_link),
        "local_link" => std::slice::from_ref(&failures.local_link),
        "database_server" => &failures.database_server,
        "witness_server" => &failures.witness_server,
        "share_server" => &failures.share_server,
        _ => &failures.pool_server,
    })
}

/// A value of a scenario that keeps it from being solved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfit {
    /// Where it stands, for example `mirroring.redo`.
    pub key: String,
    /// The value in the syntax of the file; empty where several keys make one delay.
    pub value: String,
    /// The events whose delay it is.
    pub events: Vec<String>,
}

/// The values behind delays that are neither exponential nor zero.
#[must_use]
pub fn unfit(scenario: &Scenario, topology: &Topology, at: &[(usize, usize)]) -> Vec<Unfit> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (index, stage) in at {
        let event = topology.events()[*index];
        found
            .entry(key_of(scenario, event, *stage))
            .or_default()
            .push(event.name());
    }
    let unfit = |(key, events): (String, Vec<String>)| Unfit {
        value: value_of(scenario, &key),
        key,
        events,
    };
    found.into_iter().map(unfit).collect()
}

/// The value of a key in the syntax of the file; empty where the scenario has none of this name.
fn value_of(scenario: &Scenario, key: &str) -> String {
    let assumed = scenario.assumptions().iter().find(|a| a.key == key);
    assumed.map_or_else(String::new, |a| a.value.clone())
}

/// A delay of a scenario for which an exponential one stands.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplacedDelay {
    /// Where it stands, for example `mirroring.redo`.
    pub key: String,
    /// The value in the syntax of the file; empty where several keys make one delay.
    pub value: String,
    /// The mean of the exponential delay, in milliseconds.
    pub mean_ms: f64,
}

/// What exponential delays stand for: by key, each mean once.
#[must_use]
pub fn replaced_delays(scenario: &Scenario, product: &Product) -> Vec<ReplacedDelay> {
    let mut found: Vec<ReplacedDelay> = Vec::new();
    for replacement in &product.replaced {
        let Replacement::Delay {
            event,
            stage,
            mean_ms,
        } = *replacement
        else {
            continue;
        };
        let key = key_of(scenario, product.topology.events()[event], stage);
        if !found
            .iter()
            .any(|one| one.key == key && one.mean_ms == mean_ms)
        {
            let value = value_of(scenario, &key);
            found.push(ReplacedDelay {
                key,
                value,
                mean_ms,
            });
        }
    }
    found.sort_by(|a, b| a.key.cmp(&b.key).then(a.mean_ms.total_cmp(&b.mean_ms)));
    found
}

/// The key of an event's delay; the name of the event where none is known.
fn key_of(scenario: &Scenario, event: Event, stage: usize) -> String {
    use EventKind as K;
    match event.kind {
        K::Detect => "mirroring.partner_timeout".to_owned(),
        K::AutomaticFailover => "mirroring.redo".to_owned(),
        K::Resynchronise => "mirroring.resynchronisation".to_owned(),
        K::Replicate => "control.replication".to_owned(),
        K::Reconnect => "pool.reconnect".to_owned(),
        K::RunbookStep => {
            let file = role_of(event.at).and_then(|role| scenario.operators.runbook(role));
            file.map_or_else(
                || event.name(),
                |file| {
                    let step = file.runbook.steps.get(stage);
                    let operation = step.map_or("", |step| step.operation.name());
                    let changed = operators::duration_key(file.runbook.role, operation);
                    let known = scenario.assumptions().iter().any(|a| a.key == changed);
                    if known {
                        changed
                    } else {
                        format!("{}.step.{}.duration", file.runbook.name, stage + 1)
                    }
                },
            )
        }
        K::Restart | K::Heal | K::Return | K::Rebuild => {
            // Rebuilding what was left rather than lost takes the time of an outage.
            let key = match (event.kind, stage) {
                (K::Rebuild, 1) => "site_outage",
                _ => failures_key(event.kind, event.at),
            };
            let section = format!("failures.{key}");
            let is_repair = |key: &str| key.starts_with(&section) && key.ends_with(".repair");
            let mut repairs = scenario.assumptions().iter().filter(|a| is_repair(&a.key));
            match (repairs.next(), repairs.next()) {
                (Some(one), None) => one.key.clone(),
                // Several modes make a mixture, which is not exponential even if each of them is.
                _ => section,
            }
        }
        _ => event.name(),
    }
}
