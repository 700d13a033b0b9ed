//! Parameters and expected values from TOML, and the check of solver and simulator against them.

use std::collections::BTreeMap;

use poolproof_engines::simulate::accumulator::{MeanAccumulator, Slopes};
use poolproof_engines::simulate::estimate::Confidence;
use poolproof_engines::simulate::histogram::Histogram;
use poolproof_engines::solve::chain::{Chain, event_rates};
use poolproof_engines::solve::figures::{YEAR_H, long_run, within};
use poolproof_engines::solve::{steady, transient};
use serde::Deserialize;

use crate::oracles::toy::{HOUR_MS, Toy, Vars};

/// Parameters by name.
pub type Parameters = BTreeMap<String, f64>;

/// A file: parameter sets by name.
type Sets = BTreeMap<String, Set>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Set {
    /// Rates and the like.
    pub parameters: Parameters,
    /// As text, so that the number of digits says how exact it is.
    #[serde(default)]
    pub expected: BTreeMap<String, String>,
}

/// The sets of a file.
pub fn sets(file: &str) -> BTreeMap<String, Set> {
    let path = format!("tests/engines/oracles/{file}.toml");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"));
    let sets: Sets = toml::from_str(&text).unwrap_or_else(|e| panic!("{path}: {e}"));
    assert!(!sets.is_empty());
    sets
}

/// Events that a simulation executes, about: well below a second.
const EVENTS: f64 = 400_000.0;

/// Checks every set of a file.
pub fn check(file: &str, model: &dyn Fn(&Parameters) -> Toy) {
    for (name, set) in &sets(file) {
        let toy = model(&set.parameters);
        let chain = toy.chain();
        println!("{file} {name}: {} states", chain.states.len());
        for (key, expected) in &set.expected {
            let found = figure(&toy, &chain, key);
            println!("  {key} = {found:.13e}, expected {expected}");
            assert_digits(&format!("{file} {name} {key}"), found, expected);
        }
        simulated(&format!("{file} {name}"), &toy, &chain);
    }
}

/// A figure by its name in the file.
fn figure(toy: &Toy, chain: &Chain<Vars>, key: &str) -> f64 {
    let g = &chain.generator;
    let mean = |by_state: &[f64]| steady::solve(g).unwrap().mean(by_state);
    if let Some(key) = key.strip_suffix('h') {
        if let Some((what, hours)) = key.rsplit_once("_in_") {
            return figure_within(toy, chain, what, hours.parse().unwrap());
        }
        if let Some(hours) = key.strip_prefix("availability_at_") {
            let found = within(g, hours.parse().unwrap()).unwrap();
            return found.availability_at_end;
        }
    }
    if let Some(name) = key.strip_prefix("per_year.") {
        return mean(&command_rates(toy, chain, name)) * YEAR_H;
    }
    if let Some(name) = key.strip_prefix("share.") {
        let label = toy.labels.iter().find(|(label, _)| *label == name);
        let is = |vars: &Vars| match label {
            Some((_, of)) => of(vars),
            None => (toy.state_name)(vars) == name,
        };
        let of: Vec<bool> = chain.states.iter().map(is).collect();
        assert!(of.contains(&true), "no state `{name}`");
        let of: Vec<f64> = of.into_iter().map(|x| f64::from(u8::from(x))).collect();
        return mean(&of);
    }
    let figures = long_run(g).unwrap();
    match key {
        "states" => g.len() as f64,
        "unavailability" => figures.unavailability,
        "availability" => figures.availability,
        "outages_per_hour" => figures.outages_per_hour,
        "mean_outage_h" => figures.mean_outage_h.unwrap(),
        "time_to_first_outage_h" => figures.time_to_first_outage_h.unwrap(),
        "variance_rate_h" => figures.variance_rate_h.unwrap(),
        _ => panic!("unknown figure `{key}`"),
    }
}

/// A figure of a stretch of time.
fn figure_within(toy: &Toy, chain: &Chain<Vars>, what: &str, hours: f64) -> f64 {
    let g = &chain.generator;
    let collected = |reward| {
        transient::follow(g, hours, None, &[reward])
            .unwrap()
            .collected[0]
    };
    match what {
        "any_outage" => within(g, hours).unwrap().any_outage,
        "downtime" => within(g, hours).unwrap().downtime_h,
        "outages" => within(g, hours).unwrap().outages,
        "no_outage" => {
            let down: Vec<bool> = g.up.iter().map(|up| !up).collect();
            let outcome = transient::follow(g, hours, Some(&down), &[]).unwrap();
            outcome.left()
        }
        "events" => collected((0..g.len()).map(|s| g.exit(s)).collect()),
        name => collected(command_rates(toy, chain, name)),
    }
}

/// By state, how often per hour a command happens.
fn command_rates(toy: &Toy, chain: &Chain<Vars>, name: &str) -> Vec<f64> {
    let mut sum = vec![0.0; chain.states.len()];
    let numbers = 0..toy.commands.len();
    for event in numbers.filter(|e| toy.commands[*e].name == name) {
        let rates = event_rates(toy, &toy.rates(), &chain.states, event);
        sum.iter_mut().zip(rates).for_each(|(a, b)| *a += b);
    }
    assert!(sum.iter().any(|rate| *rate > 0.0), "no command `{name}`");
    sum
}

/// A fraction, or a number that is right in all its digits when it has nine or more of them, and
/// exact when it has fewer. More than eleven digits are not asked for.
pub fn assert_digits(what: &str, found: f64, expected: &str) {
    let number = |text: &str| {
        text.parse::<f64>()
            .unwrap_or_else(|e| panic!("{text}: {e}"))
    };
    let (value, unit) = match expected.split_once('/') {
        Some((above, below)) => (number(above) / number(below), 0.0),
        None => {
            let mantissa = expected.split('e').next().unwrap_or_default();
            let digits = mantissa.trim_start_matches(['0', '.']).replace('.', "");
            let decimals = mantissa.split_once('.').map_or(0, |(_, rest)| rest.len());
            let exponent = expected.split_once('e').map_or(0.0, |(_, e)| number(e));
            let unit = libm::pow(10.0, exponent - decimals as f64);
            (number(expected), if digits.len() < 9 { 0.0 } else { unit })
        }
    };
    let off = (found - value).abs();
    let tolerance = (0.501 * unit).max(1e-11 * value.abs());
    assert!(
        off <= tolerance,
        "{what}: found {found:.14e}, expected {expected}"
    );
}

/// Simulates and holds the result against the solver's values for the same stretch of time.
fn simulated(what: &str, toy: &Toy, chain: &Chain<Vars>) {
    let g = &chain.generator;
    let trials = 400_u64;
    let exits: Vec<f64> = (0..g.len()).map(|s| g.exit(s)).collect();
    let per_hour = steady::solve(g).unwrap().mean(&exits);
    // What is absorbed has no long run: take the pace of the start.
    let pace = per_hour.max(exits[g.initial]);
    let hours = (EVENTS / trials as f64 / pace).ceil();
    against(what, toy, chain, hours, trials);
    // One year is the horizon of the product; in a year some of these see an outage or none.
    let year = within(g, YEAR_H).unwrap();
    if (0.01..0.99).contains(&year.any_outage) {
        let trials = (EVENTS / pace / YEAR_H).clamp(400.0, 20_000.0);
        against(what, toy, chain, YEAR_H, trials as u64);
    }
}

fn against(what: &str, toy: &Toy, chain: &Chain<Vars>, hours: f64, trials: u64) {
    let exact = within(&chain.generator, hours).unwrap();
    let tally = toy.simulate(hours, trials, 20_260_101);
    let expected = exact.outages * trials as f64;
    let seen = tally.per_incident.time.count() as f64;
    // Counts vary like Poisson's or, as outages here make the next one later or sooner, not much
    // more; rare ones are allowed a few.
    let z = (seen - expected) / (1.3 * expected).sqrt().max(1.0);
    println!("  {trials} trials of {hours} h: {seen} outages, {expected:.1} expected, z {z:.2}");
    assert!(z.abs() < 4.0, "{what}: {seen} outages, {expected} expected");
    if expected < 200.0 {
        return;
    }
    let what_time = format!("{what}: downtime in {hours} h");
    let exact_ms = exact.downtime_h * HOUR_MS;
    if tally.without_return == 0 {
        assert_z(&what_time, &tally.per_trial.time_mean, exact_ms);
    } else {
        // No mean holds what never ends; within the horizon it has a length all the same.
        let [mean, deviation] = moments(&tally.per_trial.time);
        let error = deviation / (trials as f64).sqrt() + mean / 1024.0;
        assert!(
            (mean - exact_ms).abs() < 4.0 * error,
            "{what_time}: {mean}, {exact_ms}"
        );
    }
    if (0.01..0.99).contains(&exact.any_outage) {
        let any = 1.0 - tally.per_trial.time.zeros() as f64 / trials as f64;
        let p = exact.any_outage;
        let z = (any - p) / (p * (1.0 - p) / trials as f64).sqrt();
        println!("  any outage: {any} simulated, {p} exact, z {z:.2}");
        assert!(z.abs() < 4.0, "{what}: any outage {any}, exact {p}");
    }
}

/// The mean and the standard deviation of the values of a histogram, within 1 part in 1024.
pub fn moments(histogram: &Histogram) -> [f64; 2] {
    let points = histogram.cdf_points(usize::MAX, Confidence::default());
    let mut before = 0.0;
    let (mut mean, mut square) = (0.0, 0.0);
    for point in points {
        let (value, share) = (point.value as f64, point.share - before);
        mean += share * value;
        square += share * value * value;
        before = point.share;
    }
    [mean, (square - mean * mean).sqrt()]
}

/// The same for the mean of what trials are sums of, as their incidents.
pub fn assert_mean_of_parts(what: &str, simulated: &MeanAccumulator, exact: f64) {
    // At this confidence the limits are four standard errors off.
    let confidence = Confidence::new(1.0 - 6.33e-5).expect("valid");
    let found = simulated
        .ratio(Slopes::Fitted, confidence)
        .expect("incidents");
    let (value, interval) = (found.estimate.value, found.estimate.interval);
    println!("  {what}: {value} simulated, {exact} exact, {interval:?}");
    assert!(
        interval.low.is_some() && interval.contains(exact),
        "{what}: simulated {value}, exact {exact}, {interval:?}"
    );
}

/// Fails where a simulated mean is more than four standard errors off: by chance once in 16,000.
pub fn assert_z(what: &str, simulated: &MeanAccumulator, exact: f64) {
    let mean = simulated.mean().expect("values");
    let deviation = simulated.standard_deviation().expect("values");
    let z = (mean - exact) / (deviation / (simulated.count() as f64).sqrt());
    println!("  {what}: {mean} simulated, {exact} exact, z {z:.2}");
    assert!(
        z.abs() < 4.0,
        "{what}: simulated {mean}, exact {exact}, z {z}"
    );
}
