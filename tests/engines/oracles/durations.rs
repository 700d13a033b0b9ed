//! How long outages last: sums, races and time-outs.

use std::collections::BTreeMap;

use poolproof_engines::clocks::distribution::{Distribution, SimDuration};
use poolproof_engines::simulate::histogram::Histogram;
use poolproof_engines::simulate::tally::Tally;
use poolproof_engines::simulate::trial::{Runner, TrialSettings};
use poolproof_engines::solve::chain::event_rates;
use poolproof_engines::solve::figures::{long_run, within};
use poolproof_engines::solve::steady;
use serde::Deserialize;

use crate::oracles::expected::{Parameters, assert_digits, assert_mean_of_parts, moments};
use crate::oracles::toy::{HOUR_MS, Toy};

const MINUTE_MS: f64 = 60_000.0;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    parameters: Parameters,
    #[serde(default)]
    expected: BTreeMap<String, String>,
    #[serde(default)]
    below: Vec<(String, String)>,
}

fn case(name: &str) -> Case {
    let text = std::fs::read_to_string("tests/engines/oracles/durations.toml").unwrap();
    let mut cases: BTreeMap<String, Case> = toml::from_str(&text).unwrap();
    cases.remove(name).unwrap()
}

/// Per hour, from a mean in minutes.
fn rate(minutes: f64) -> f64 {
    60.0 / minutes
}

#[test]
fn detect_decide_and_act_add_up() {
    let case = case("steps");
    let p = &case.parameters;
    let rates = [p["detect"], p["decide"], p["act"]].map(rate);
    // The first "outage" stands for the end of the real one.
    let toy = Toy::new(&[0], |v| v[0] < 3)
        .command("detect", rates[0], |v| v[0] == 0, |v| v[0] = 1)
        .command("decide", rates[1], |v| v[0] == 1, |v| v[0] = 2)
        .command("act", rates[2], |v| v[0] == 2, |v| v[0] = 3);
    let chain = toy.chain();
    let mean = long_run(&chain.generator).unwrap().time_to_first_outage_h;
    assert_digits("mean", mean.unwrap() * 60.0, &case.expected["mean"]);
    let deviation = rates
        .map(|r| 60.0 / r * (60.0 / r))
        .iter()
        .sum::<f64>()
        .sqrt();
    assert_digits("deviation", deviation, &case.expected["deviation"]);
    for (minutes, share) in &case.below {
        let hours = minutes.parse::<f64>().unwrap() / 60.0;
        let found = within(&chain.generator, hours).unwrap().any_outage;
        // A quantile is rounded as a time, not as a probability.
        let exact: f64 = share.parse().unwrap();
        assert!((found - exact).abs() < 1e-11, "{minutes}: {found}, {share}");
    }

    let toy = Toy::new(&[3], |v| v[0] == 3)
        .command("fail", 1.0, |v| v[0] == 3, |v| v[0] = 0)
        .command("detect", rates[0], |v| v[0] == 0, |v| v[0] = 1)
        .command("decide", rates[1], |v| v[0] == 1, |v| v[0] = 2)
        .command("act", rates[2], |v| v[0] == 2, |v| v[0] = 3);
    let tally = toy.simulate(250.0, 400, 5);
    let times = &tally.per_incident.time_mean;
    let mean: f64 = p["detect"] + p["decide"] + p["act"];
    assert_mean_of_parts("mean", times, mean * MINUTE_MS);
    let n = tally.per_incident.time.count() as f64;
    // The kurtosis of such a sum lies below that of one exponential delay, which is 9.
    let off = moments(&tally.per_incident.time)[1] / MINUTE_MS / deviation - 1.0;
    assert!(
        off.abs() < 4.0 * (8.0 / (4.0 * n)).sqrt(),
        "deviation off by {off}"
    );
    for (minutes, share) in &case.below {
        let limit = minutes.parse::<f64>().unwrap() * MINUTE_MS;
        let low = at_most(&tally.per_incident.time, limit);
        let exact: f64 = share.parse().unwrap();
        let z = (low as f64 / n - exact) / (exact * (1.0 - exact) / n).sqrt();
        assert!(z.abs() < 4.0, "at most {minutes} min: {low} of {n}, z {z}");
    }
}

#[test]
fn the_faster_of_repair_and_failover_ends_an_outage() {
    let case = case("race");
    let p = &case.parameters;
    let toy = Toy::new(&[1], |v| v[0] == 1)
        .command("fail", 1.0, |v| v[0] == 1, |v| v[0] = 0)
        .command("repair", rate(p["repair"]), |v| v[0] == 0, |v| v[0] = 1)
        .command("failover", rate(p["failover"]), |v| v[0] == 0, |v| v[0] = 1);
    let chain = toy.chain();
    let figures = long_run(&chain.generator).unwrap();
    let minutes = figures.mean_outage_h.unwrap() * 60.0;
    assert_digits("mean", minutes, &case.expected["mean"]);
    let rates = event_rates(&toy, &toy.rates(), &chain.states, 2);
    let failovers = steady::solve(&chain.generator).unwrap().mean(&rates);
    let share = failovers / figures.outages_per_hour;
    assert_digits("failovers", share, &case.expected["fails_over"]);
    simulated(&toy, "failover", &case);
}

#[test]
fn a_time_out_starts_a_failover_that_is_not_called_off() {
    for name in ["wait-then-fail-over", "time-out"] {
        let case = case(name);
        let p = &case.parameters;
        let (wait, failover) = (p["fixed_wait"], p["fixed_failover"]);
        let passes = libm::exp(-wait / p["repair"]);
        let mean = p["repair"] * (1.0 - passes) + passes * failover;
        assert_digits("mean", mean, &case.expected["mean"]);
        let fixed = |minutes: f64| Distribution::Fixed {
            value: SimDuration {
                ms: (minutes * MINUTE_MS).round() as u64,
            },
        };
        let toy = Toy::new(&[1], |v| v[0] == 1)
            .command("fail", 1.0, |v| v[0] == 1, |v| v[0] = 0)
            .command("repair", rate(p["repair"]), |v| v[0] == 0, |v| v[0] = 1)
            .command("time-out", 1.0, |v| v[0] == 0, |v| v[0] = 2)
            .command("failover", 1.0, |v| v[0] == 2, |v| v[0] = 1)
            .delayed("time-out", &fixed(wait))
            .delayed("failover", &fixed(failover));
        simulated(&toy, "failover", &case);
    }
}

/// How many values are at most `limit`; the histogram is good to a thousandth of it.
fn at_most(times: &Histogram, limit: f64) -> u64 {
    let (mut low, mut high) = (0, times.count());
    while low < high {
        let middle = (low + high).div_ceil(2);
        let value = times.value_at_rank(middle).expect("a rank") as f64;
        (low, high) = if value <= limit {
            (middle, high)
        } else {
            (low, middle - 1)
        };
    }
    low
}

/// The downtime of a year as a distribution (L. Takacs 1957): the first unit of the models, set B.
#[test]
fn the_downtime_of_a_year_has_the_distribution_of_takacs() {
    let case = case("year");
    let toy = crate::oracles::models::single(&case.parameters);
    let tally = toy.simulate(8_766.0, 20_000, 3);
    let times = &tally.per_trial.time;
    for (hours, share) in &case.below {
        let limit = hours.parse::<f64>().unwrap() * HOUR_MS;
        let exact: f64 = share.parse().unwrap();
        let n = times.count() as f64;
        let found = at_most(times, limit) as f64 / n;
        let z = (found - exact) / (exact * (1.0 - exact) / n).sqrt();
        assert!(
            z.abs() < 4.0,
            "at most {hours} h: {found}, exact {exact}, z {z}"
        );
    }
}

/// Simulated outages against the mean and the share that ended by the command.
fn simulated(toy: &Toy, by: &str, case: &Case) {
    let tally = toy.simulate(250.0, 400, 5);
    let mean: f64 = case.expected["mean"].parse().unwrap();
    assert_mean_of_parts("mean", &tally.per_incident.time_mean, mean * MINUTE_MS);
    let Some(exact) = case.expected.get("fails_over") else {
        return;
    };
    let exact: f64 = exact.parse().unwrap();
    let activities = toy.activities();
    let mut runner = Runner::new(toy, &activities, 6);
    let mission = TrialSettings {
        horizon_ms: 20_000 * HOUR_MS as u64,
        follow_ms: 0,
        messages_per_s: 0.0,
        incident_trials: 0,
        drill: None,
    };
    let trace = runner.trace(0, &mission, &mut Tally::default());
    let count = |name: &str| {
        let is = |(_, event): &&(u64, usize)| toy.commands[*event].name == name;
        trace.iter().filter(is).count() as f64
    };
    let (ended, outages) = (count(by), count("fail"));
    let z = (ended / outages - exact) / (exact * (1.0 - exact) / outages).sqrt();
    assert!(
        z.abs() < 4.0,
        "{ended} of {outages} by {by}, {exact} expected"
    );
}
