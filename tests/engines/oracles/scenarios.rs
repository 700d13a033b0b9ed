//! The oracles that the product's own model can express, as ordinary scenario files: the same
//! parameters and the same expected values as their toys beside this file.

use std::collections::BTreeMap;
use std::path::Path;

use poolproof::app::compile::chain::{self, Product};
use poolproof::app::document::simulation::simulate;
use poolproof::scenario::{Scenario, load_with};
use poolproof_engines::solve::chain::{Chain, STATES_MOST, event_rates};
use poolproof_engines::solve::figures::{YEAR_H, long_run, within};
use poolproof_engines::solve::lump::lump;
use poolproof_engines::solve::steady;
use poolproof_models::names::event::EventKind;
use poolproof_models::names::runbook::Role;
use poolproof_models::names::session::SessionId;
use poolproof_models::state::world::World;
use poolproof_reports::document::ColumnName;

use crate::oracles::expected::{Parameters, assert_digits, sets};
use crate::oracles::toy::{HOUR_MS, Toy};

/// The scenario of a model with other parameters, each set as on the command line.
fn scenario(model: &str, parameters: &Parameters) -> Scenario {
    let exponential = |rate: f64| format!("{{ exponential = \"{}ms\" }}", (HOUR_MS / rate).round());
    let mode = |fails: f64, repaired: f64| {
        format!(
            "{{ rate = \"{fails}/h\", repair = {} }}",
            exponential(repaired)
        )
    };
    let of = |name: &str| parameters.get(name).copied();
    let mut overrides = BTreeMap::new();
    let servers = of("lS").or(of("lam")).zip(of("muS").or(of("mu")));
    for (key, value) in [
        (
            "failures.database_server",
            servers.map(|(l, m)| format!("[{}]", mode(l, m))),
        ),
        (
            "failures.witness_server",
            of("lW")
                .zip(of("muW"))
                .map(|(l, m)| format!("[{}]", mode(l, m))),
        ),
        (
            "failures.site_disaster",
            of("lD").zip(of("muD")).map(|(l, m)| mode(l, m)),
        ),
        ("mirroring.redo", of("phi").map(exponential)),
        ("mirroring.resynchronisation", of("sigma").map(exponential)),
        (
            "operators.durations.mirror_failover.force-service",
            of("delta").map(exponential),
        ),
        (
            "operators.durations.site_failover.recover-secondary",
            of("omega").map(exponential),
        ),
        (
            "operators.durations.site_failback.full-backup",
            of("kappa").map(exponential),
        ),
        (
            "operators.durations.site_failback.reinitialise-secondary",
            of("beta").map(exponential),
        ),
    ] {
        if let Some(value) = value {
            overrides.insert(key.to_owned(), value);
        }
    }
    let path = format!("scenarios/oracles/{model}.toml");
    let overrides: Vec<_> = overrides.into_iter().collect();
    match load_with(Path::new(&path), &overrides) {
        Ok(loaded) => loaded.scenario,
        Err(error) => panic!("{path}: {:?}", error.diagnostics),
    }
}

/// By state, how often per hour an event of a kind happens.
fn rates_of(product: &Product, chain: &Chain<World>, kind: EventKind) -> Vec<f64> {
    let mut sum = vec![0.0; chain.states.len()];
    let events = product.topology.events().iter().enumerate();
    for (index, _) in events.filter(|(_, event)| event.kind == kind) {
        let rates = event_rates(&product.topology, &product.rates, &chain.states, index);
        sum.iter_mut().zip(rates).for_each(|(a, b)| *a += b);
    }
    sum
}

/// A figure by its name in the files; `None` for what only a toy has.
fn figure(product: &Product, chain: &Chain<World>, key: &str) -> Option<f64> {
    let g = &chain.generator;
    let mean = |by_state: &[f64]| steady::solve(g).unwrap().mean(by_state);
    let share = |is: &dyn Fn(&World) -> bool| {
        let of: Vec<f64> = chain
            .states
            .iter()
            .map(|w| f64::from(u8::from(is(w))))
            .collect();
        mean(&of)
    };
    let topology = &product.topology;
    let figures = || long_run(g).unwrap();
    // Ten years of the whole chain would be more work than the solver takes on.
    let lumped = || lump(g).generator;
    let within = |hours: &str| within(&lumped(), hours.parse().unwrap()).unwrap();
    Some(match key {
        "unavailability" => figures().unavailability,
        "outages_per_hour" => figures().outages_per_hour,
        "mean_outage_h" => figures().mean_outage_h.unwrap(),
        "time_to_first_outage_h" => figures().time_to_first_outage_h.unwrap(),
        "variance_rate_h" => figures().variance_rate_h.unwrap(),
        "share.exposed" => share(&|world| {
            world.service(topology) != 0 && !world.is_synchronized(SessionId::Primary)
        }),
        "share.DC1" => share(&|world| world.progress(Role::SiteFailover) == 0),
        "per_year.failover" => {
            mean(&rates_of(product, chain, EventKind::AutomaticFailover)) * YEAR_H
        }
        "per_year.disaster" => mean(&rates_of(product, chain, EventKind::Disaster)) * YEAR_H,
        _ => {
            let (what, hours) = key.strip_suffix('h')?.rsplit_once("_in_")?;
            match what {
                "any_outage" => within(hours).any_outage,
                "downtime" => within(hours).downtime_h,
                "outages" => within(hours).outages,
                _ => return None,
            }
        }
    })
}

/// Holds a scenario file against the values of the toy's file, and both against each other with
/// parameters that nobody has seen before.
fn check(model: &str, file: &str, toy: &dyn Fn(&Parameters) -> Toy) {
    for (name, set) in sets(file) {
        let product = chain::chain(&scenario(model, &set.parameters), STATES_MOST);
        let chain = product.chain.as_ref().unwrap();
        let mut checked = 0;
        for (key, expected) in &set.expected {
            if let Some(found) = figure(&product, chain, key) {
                println!("{model} {name} {key} = {found:.13e}, expected {expected}");
                assert_digits(&format!("{model} {name} {key}"), found, expected);
                checked += 1;
            }
        }
        assert!(
            checked >= 1 || set.expected.is_empty(),
            "{model} {name}: {checked} figures"
        );
        // Odd factors, rounded so that each mean is a whole number of milliseconds.
        let factors = [1.9, 0.6, 1.3, 0.8, 2.3, 0.45, 1.7];
        let other = set.parameters.iter().zip(factors.into_iter().cycle());
        let other: Parameters = other
            .map(|((key, rate), factor)| {
                let mean_ms = (HOUR_MS / (rate * factor)).round();
                (key.clone(), HOUR_MS / mean_ms)
            })
            .collect();
        let ours = chain::chain(&scenario(model, &other), STATES_MOST)
            .chain
            .unwrap();
        let ours = long_run(&ours.generator).unwrap();
        let theirs = long_run(&toy(&other).chain().generator).unwrap();
        for (ours, theirs) in [
            (ours.unavailability, theirs.unavailability),
            (ours.outages_per_hour, theirs.outages_per_hour),
            (
                ours.time_to_first_outage_h.unwrap(),
                theirs.time_to_first_outage_h.unwrap(),
            ),
        ] {
            assert!(
                (ours / theirs - 1.0).abs() < 1e-9,
                "{model} {name}: {ours} {theirs}"
            );
        }
    }
}

/// Simulates a scenario and holds its downtime against the exact one.
fn simulated(model: &str, file: &str) {
    let (name, set) = sets(file).into_iter().next().expect("a set");
    let mut scenario = scenario(model, &set.parameters);
    scenario.simulate.trials = 400;
    let product = chain::chain(&scenario, STATES_MOST);
    let year = within(&product.chain.unwrap().generator, YEAR_H).unwrap();
    let estimate = simulate(&scenario, &mut |_, _, _| true)
        .document
        .mean_outage_ms_per_year;
    let half = (estimate.high.unwrap() - estimate.low.unwrap()) / 2.0;
    // Half of a 95% interval is 1.96 standard errors.
    let off = (estimate.value.unwrap() - year.downtime_h * HOUR_MS) / half * 1.96;
    println!("{model} {name}: {off:.2} standard errors off");
    assert!(off.abs() < 4.0, "{model} {name}: {off} standard errors");
}

#[test]
fn one_unit() {
    check("m1", "m1-single", &crate::oracles::models::single);
    simulated("m1", "m1-single");
}

#[test]
fn mirroring_with_witness() {
    check(
        "m4",
        "m4-mirror-witness",
        &crate::oracles::models::mirror_witness,
    );
    simulated("m4", "m4-mirror-witness");
}

#[test]
fn mirroring_without_witness() {
    check(
        "m4b",
        "m4b-mirror-no-witness",
        &crate::oracles::models::mirror_no_witness,
    );
    simulated("m4b", "m4b-mirror-no-witness");
}

#[test]
fn two_data_centres() {
    check(
        "m6",
        "m6-two-data-centres",
        &crate::oracles::models::two_data_centres,
    );
    simulated("m6", "m6-two-data-centres");
}

/// W1, as simulators are compared by it: the downtime of ten years is the exact one, and a disaster
/// loses 7 to 22 minutes of data, 14.5 on average.
#[test]
fn the_workloads_give_the_exact_values() {
    for workload in ["w0", "w1"] {
        let path = format!("scenarios/benchmarks/{workload}.toml");
        let mut scenario = load_with(Path::new(&path), &[]).unwrap().scenario;
        scenario.simulate.trials = 4_000;
        let document = simulate(&scenario, &mut |_, _, _| true).document;
        let trial = document
            .columns
            .iter()
            .find(|column| column.name == ColumnName::PerYear);
        let trial = trial.expect("a column for trials");
        let mut figures = vec![(&trial.time_ms.mean, 12.868229298179 * HOUR_MS)];
        if workload == "w1" {
            let lost = 1.9929136483232 * 14.5 * 60_000.0;
            figures.push((&trial.data_lost_ms.mean, lost));
        }
        for (estimate, exact) in figures {
            let half = (estimate.high.unwrap() - estimate.low.unwrap()) / 2.0;
            let off = (estimate.value.unwrap() - exact) / half * 1.96;
            println!("{workload}: {off:.2} standard errors off");
            assert!(off.abs() < 4.0, "{workload}: {off} standard errors");
        }
    }
}
