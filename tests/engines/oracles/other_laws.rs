//! Delays that are not exponential: the simulator against renewal theory.

use std::collections::BTreeMap;

use poolproof_engines::clocks::distribution::{Distribution, SimDuration};
use serde::Deserialize;

use crate::oracles::expected::{Parameters, assert_digits, assert_z};
use crate::oracles::models;
use crate::oracles::toy::HOUR_MS;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    renewal: BTreeMap<String, Case>,
    fixed_switch: BTreeMap<String, Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    parameters: Parameters,
    expected: Option<String>,
}

fn cases() -> Cases {
    let text = std::fs::read_to_string("tests/engines/oracles/other-laws.toml").unwrap();
    toml::from_str(&text).unwrap()
}

fn duration(hours: f64) -> SimDuration {
    SimDuration {
        ms: (hours * HOUR_MS).round() as u64,
    }
}

#[test]
fn only_means_count_for_availability() {
    for (name, case) in cases().renewal {
        let p = &case.parameters;
        let exact = p["mean_down"] / (p["mean_up"] + p["mean_down"]);
        if let Some(expected) = &case.expected {
            assert_digits(&name, exact, expected);
        }
        let sigma = p["sigma"];
        let up = Distribution::Weibull {
            mean: duration(p["mean_up"]),
            shape: p["shape"],
        };
        let down = Distribution::Lognormal {
            median: duration(p["mean_down"] * libm::exp(-sigma * sigma / 2.0)),
            sigma,
            most: None,
        };
        let rates = [("lam", 1.0 / p["mean_up"]), ("mu", 1.0 / p["mean_down"])];
        let rates = rates.map(|(key, rate)| (key.to_owned(), rate));
        let toy = models::single(&Parameters::from(rates))
            .delayed("fail", &up)
            .delayed("repair", &down);
        // Long trials, so that the start with a new component does not show: its excess is one
        // outage in thousands.
        let hours = 5_000.0 * p["mean_up"];
        let tally = toy.simulate(hours, 100, 11);
        assert_z(&name, &tally.per_trial.time_mean, exact * hours * HOUR_MS);
    }
}

/// Four states: both good, switching, one good, none. The mean stays and jumps are those of a
/// semi-Markov process.
fn fixed_switch(p: &Parameters) -> f64 {
    let (lam, mu) = (p["lam"], p["mu"]);
    let s = lam + mu;
    let e = libm::exp(-s * p["switch"]);
    let left = -libm::expm1(-s * p["switch"]);
    // Visits per visit to "both good", by flow.
    // x = visits to "one good", y = to "none", w = to "switching" = 1/2.
    let w = 0.5;
    // x = 1/2 + w e + y, y = x lam/s + w left lam/s.
    let x = (0.5 + w * e + w * left * lam / s) / (1.0 - lam / s);
    let y = (x + w * left) * lam / s;
    let (h_both, h_switch, h_one, h_none) = (0.5 / lam, left / s, 1.0 / s, 0.5 / mu);
    let down = w * h_switch + y * h_none;
    down / (down + h_both + x * h_one)
}

#[test]
fn a_fixed_switching_time_is_not_an_exponential_one() {
    for (name, case) in cases().fixed_switch {
        let p = &case.parameters;
        let exact = fixed_switch(p);
        if let Some(expected) = &case.expected {
            assert_digits(&name, exact, expected);
        }
        let (lam, mu, switch) = (p["lam"], p["mu"], p["switch"]);
        let rates = [
            ("lam", lam),
            ("mu", mu),
            ("c", 1.0),
            ("phi", 1.0 / switch),
            ("delta", 1.0),
        ];
        let rates = rates.map(|(key, rate)| (key.to_owned(), rate));
        let fixed = Distribution::Fixed {
            value: duration(switch),
        };
        let toy = models::standby(&Parameters::from(rates)).delayed("switch", &fixed);
        let hours = 500.0 / lam;
        let tally = toy.simulate(hours, 200, 12);
        let expected = exact * hours * HOUR_MS;
        // The start in the best state takes a little of it away, in hundreds of repairs nothing.
        assert_z(&name, &tally.per_trial.time_mean, expected);
    }
}
