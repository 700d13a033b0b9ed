//! What is rare: the estimates against the exact probabilities of one year, down to 1e-8.

use std::time::Instant;

use poolproof_engines::clocks::activities::Activities;
use poolproof_engines::clocks::distribution::{Distribution, SimDuration};
use poolproof_engines::clocks::purpose::Purpose;
use poolproof_engines::simulate::estimate::Confidence;
use poolproof_engines::simulate::rare::{
    Doubt, Plan, RareError, RareEstimate, RareEventMethod, estimate,
};
use poolproof_engines::simulate::trial::{Rare, TrialSettings};
use poolproof_engines::solve::figures::{YEAR_H, within};

use crate::oracles::expected::Parameters;
use crate::oracles::models;
use crate::oracles::toy::{HOUR_MS, Toy};

/// The clocks of a toy, of which these stand for what follows from failures.
fn activities(toy: &Toy) -> Activities {
    let mut activities = toy.activities();
    for (command, activity) in toy.commands.iter().zip(&mut activities.by_event) {
        let repairs = ["repair", "resynchronise"].contains(&command.name);
        if let Some(activity) = activity.as_mut().filter(|_| repairs) {
            activity.purpose = Purpose::Repair;
        }
    }
    activities
}

fn parameters(pairs: &[(&str, f64)]) -> Parameters {
    let pairs = pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), *value));
    pairs.collect()
}

fn asked(
    toy: &Toy,
    method: RareEventMethod,
    paths: u64,
    seed: u64,
) -> Result<RareEstimate, RareError> {
    let mission = TrialSettings {
        horizon_ms: (YEAR_H * HOUR_MS) as u64,
        follow_ms: 0,
        messages_per_s: 0.0,
        incident_trials: 0,
        drill: None,
    };
    let plan = Plan {
        rare: Rare::Outage,
        method,
        settings: &mission,
        seed,
        paths,
        confidence: Confidence::default(),
    };
    let found = estimate(toy, &activities(toy), &plan, &mut |_, _| true)?;
    Ok(found.expect("nobody interrupts it"))
}

fn year(toy: &Toy, paths: u64, seed: u64) -> RareEstimate {
    asked(toy, RareEventMethod::Cycles, paths, seed).expect("failures are exponential")
}

fn exact(toy: &Toy) -> f64 {
    within(&toy.chain().generator, YEAR_H).unwrap().any_outage
}

/// Two copies, of which one is at risk while the other is repaired: M5, whose outage is the loss.
fn pair(lam: f64, q: f64) -> Toy {
    models::data_loss(&parameters(&[
        ("lam", lam),
        ("mu", 0.5),
        ("sigma", 6.0),
        ("q", q),
    ]))
}

/// Four nodes, of which some are needed: M2.
fn pool(lam: f64, needed: f64) -> Toy {
    let sizes = [("N", 4.0), ("K", needed), ("CREWS", 4.0)];
    models::pool(&parameters(
        &[&sizes[..], &[("lam", lam), ("mu", 1.0)]].concat(),
    ))
}

/// Half the width of the interval, as a share of the estimate.
fn relative_half_width(found: &RareEstimate) -> f64 {
    let interval = found.probability.interval;
    (interval.high.unwrap() - interval.low.unwrap()) / 2.0 / found.probability.value
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the promise is one about seconds"
)]
fn one_in_ten_million_a_year_is_found_within_five_percent_in_ten_seconds() {
    for (what, toy, paths) in [
        ("a pair", pair(1e-5, 0.02), 50_000),
        ("three of four at once", pool(1e-4, 2.0), 200_000),
    ] {
        let exact = exact(&toy);
        let begun = Instant::now();
        let found = year(&toy, paths, 1);
        let seconds = begun.elapsed().as_secs_f64();
        let value = found.probability.value;
        let half_width = relative_half_width(&found);
        println!(
            "{what}: {value:e}, exact {exact:e}, half-width {half_width:.4}, {:.0} effective, \
             {seconds:.2} s",
            found.effective_paths
        );
        assert!((1e-9..1e-6).contains(&exact), "{what}: {exact}");
        assert!(
            (value / exact - 1.0).abs() < 0.05,
            "{what}: {value}, exact {exact}"
        );
        assert!(half_width < 0.05, "{what}: half-width {half_width}");
        assert_eq!(found.doubts, [], "{what}");
        assert!(found.effective_paths > 1_000.0, "{what}: {found:?}");
        assert!(seconds < 10.0, "{what}: {seconds} s");
        let weight = found.mean_weight.expect("there are excursions");
        assert!((weight.value - 1.0).abs() < 0.02, "{what}: {weight:?}");
    }
}

/// Nothing is known of a hazard here, and three failures have to be made likelier.
#[test]
fn four_failures_at_once_are_found() {
    let toy = pool(1e-3, 1.0);
    let exact = exact(&toy);
    let found = year(&toy, 50_000, 1);
    println!("{found:?}, exact {exact:e}");
    let z = (found.probability.value / exact - 1.0) / (relative_half_width(&found) / 1.96);
    assert!(
        z.abs() < 4.0 && relative_half_width(&found) < 0.5,
        "{found:?}, exact {exact}"
    );
}

/// The relative width must not grow as failures become rarer (P. Shahabuddin 1994).
#[test]
fn the_relative_error_is_bounded() {
    for rare in [(|lam| pair(lam, 0.02)) as fn(f64) -> Toy, |lam| {
        pool(lam, 2.0)
    }] {
        let widths = [1e-3, 1e-4, 1e-5, 1e-6].map(|lam| {
            let toy = rare(lam);
            let found = year(&toy, 20_000, 3);
            let z = (found.probability.value / exact(&toy) - 1.0) / relative_half_width(&found);
            // Half a width is two standard errors.
            assert!(z.abs() < 2.0, "{lam}: {found:?}");
            relative_half_width(&found)
        });
        println!("{widths:?}");
        assert!(
            widths.iter().all(|width| *width < 1.3 * widths[0]),
            "{widths:?}"
        );
    }
}

/// Of 80 intervals at 95 %, 76 are expected to cover; fewer than 69 come once in 500 times.
#[test]
fn intervals_cover_the_exact_value_as_often_as_they_say() {
    for toy in [pair(1e-5, 0.02), pair(0.01, 0.1), pool(3e-4, 2.0)] {
        let exact = exact(&toy);
        let covers = |seed| year(&toy, 4_000, seed).probability.interval.contains(exact);
        let covered = (0..80).filter(|seed| covers(*seed)).count();
        println!("{covered} of 80 cover {exact:e}");
        assert!(covered >= 69, "{covered} of 80 cover {exact}");
    }
}

/// Where it is not rare, plain trials say the same.
#[test]
fn plain_trials_agree() {
    let toy = pair(0.01, 0.1);
    let found = year(&toy, 20_000, 5);
    let trials = 4_000;
    let tally = toy.simulate(YEAR_H, trials, 6);
    let plain = 1.0 - tally.per_trial.time.zeros() as f64 / trials as f64;
    let plain_error = (plain * (1.0 - plain) / trials as f64).sqrt();
    let error = relative_half_width(&found) * found.probability.value / 1.96;
    let z = (plain - found.probability.value) / plain_error.hypot(error);
    println!("{plain} by plain trials, {found:?}, z {z:.2}");
    assert!((0.01..0.9).contains(&plain) && z.abs() < 4.0, "z {z}");
}

/// Repairs may have any distribution. With repairs of a fixed length the loss is no rarer or
/// likelier to first order, as only the mean of the time at risk counts.
#[test]
fn repairs_need_not_be_exponential() {
    let fixed = Distribution::Fixed {
        value: SimDuration {
            ms: (2.0 * HOUR_MS) as u64,
        },
    };
    let toy = pair(1e-5, 0.02);
    let exact = exact(&toy);
    let found = year(&toy.delayed("repair", &fixed), 50_000, 7);
    let off = found.probability.value / exact - 1.0;
    assert!(off.abs() < 0.03, "{found:?}, exponential {exact}");
}

#[test]
fn what_cannot_be_estimated_is_refused() {
    let toy = pair(1e-5, 0.02);
    let refused = asked(&toy, RareEventMethod::Hazard, 10_000, 1);
    assert_eq!(refused, Err(RareError::LossesOnly));
    let refused = asked(&toy, RareEventMethod::Cycles, 500, 1);
    assert!(
        matches!(refused, Err(RareError::TooFewPaths { .. })),
        "{refused:?}"
    );
    let weibull = Distribution::Weibull {
        mean: SimDuration {
            ms: (1e5 * HOUR_MS) as u64,
        },
        shape: 0.7,
    };
    let refused = asked(
        &toy.delayed("fail", &weibull),
        RareEventMethod::Cycles,
        10_000,
        1,
    );
    let events = vec!["fail".to_owned()];
    assert_eq!(refused, Err(RareError::NotExponential { events }));
}

#[test]
fn too_few_paths_are_doubted() {
    // Four failures in a row, of which two are a matter of luck.
    let found = year(&pool(1e-6, 1.0), 5_000, 1);
    println!("{found:?}");
    assert!(!found.doubts.is_empty(), "{found:?}");
    // No failure leads anywhere.
    let harmless = Toy::new(&[1], |_| true)
        .command("fail", 1e-4, |v| v[0] == 1, |v| v[0] = 0)
        .command("repair", 1.0, |v| v[0] == 0, |v| v[0] = 1);
    let found = year(&harmless, 5_000, 1);
    assert_eq!(found.doubts, [Doubt::NothingSeen]);
}
