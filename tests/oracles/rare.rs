//! What is rare: the estimates against the exact probabilities of one year.

use std::time::Instant;

use poolproof::simulate::activities::Activities;
use poolproof::simulate::estimate::Confidence;
use poolproof::simulate::purpose::Purpose;
use poolproof::simulate::rare::{Found, Method, Plan, estimate};
use poolproof::simulate::trial::{Mission, Rare};
use poolproof::solve::figures::{YEAR_H, within};

use crate::expected::Parameters;
use crate::models;
use crate::toy::{HOUR_MS, Toy};

/// The clocks of a toy, of which these stand for what follows from failures.
fn activities(toy: &Toy, repairs: &[&str]) -> Activities {
    let mut activities = toy.activities();
    for (command, activity) in toy.commands.iter().zip(&mut activities.by_event) {
        if let Some(activity) = activity
            .as_mut()
            .filter(|_| repairs.contains(&command.name))
        {
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

fn year(toy: &Toy, repairs: &[&str], method: Method, paths: u64, seed: u64) -> Found {
    let mission = Mission {
        horizon_ms: (YEAR_H * HOUR_MS) as u64,
        follow_ms: 0,
        messages_per_s: 0.0,
        incident_trials: 0,
        drill: None,
    };
    let plan = Plan {
        rare: Rare::Outage,
        method,
        mission: &mission,
        seed,
        paths,
        confidence: Confidence::default(),
    };
    let found = estimate(toy, &activities(toy, repairs), &plan, &mut |_, _| true);
    found.expect("exponential").expect("not interrupted")
}

const PAIR: [&str; 2] = ["repair", "resynchronise"];

fn pair(lam: f64) -> Toy {
    models::data_loss(&parameters(&[
        ("lam", lam),
        ("mu", 0.5),
        ("sigma", 6.0),
        ("q", 0.02),
    ]))
}

#[test]
fn explore() {
    for lam in [5e-4, 5e-5, 1e-5, 5e-6] {
        let toy = pair(lam);
        let exact = within(&toy.chain().generator, YEAR_H).unwrap().any_outage;
        let from = Instant::now();
        let found = year(&toy, &PAIR, Method::Cycles, 100_000, 1);
        let p = found.probability;
        println!(
            "{lam:e}: exact {exact:e}, {:e} {:?} rel {:.4}, ess {}, largest {}, weight {:?} {:?} {:?} {:?}",
            p.value,
            p.interval,
            p.value / exact - 1.0,
            found.effective_paths,
            found.largest_share,
            found.mean_weight,
            found.first_failures,
            found.doubts,
            from.elapsed()
        );
    }
}
