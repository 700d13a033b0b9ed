//! The law that redundancy never hurts: under the same random numbers one more mirror, witness or
//! server, or a share in a better place, raises neither outage nor loss beyond chance, and failures
//! that are more frequent lower neither. Exceptions are named hazards, as H-06. Log shipping is no
//! case of it: people leave a data centre that would have come back by itself, and the way back
//! costs a planned outage.

use poolproof::app::compile;
use poolproof_engines::simulate::accumulator::{DifferenceAccumulator, Observation, Slopes};
use poolproof_engines::simulate::estimate::Confidence;
use poolproof_engines::simulate::tally::{Tally, TrialMeans};
use poolproof_engines::simulate::trial::Runner;
use rayon::prelude::*;

use crate::support::scenarios::load;

const TRIALS: u64 = 1_500;
const DRILLS: u64 = 500;

type Changes = &'static [(&'static str, &'static str)];

/// What every trial comes to, plain trials and then drills.
fn means(path: &str, changes: Changes) -> [Vec<TrialMeans>; 2] {
    let scenario = load(path, changes);
    let request = compile::simulation::request(&scenario);
    let run = |stage: usize, trials: u64| {
        let mut runner = Runner::new(&request.topology, &request.activities, request.seed);
        let mut tally = Tally::default();
        let settings = &request.settings[stage];
        (0..trials)
            .map(|trial| runner.run(trial, settings, &mut tally).means)
            .collect()
    };
    [run(0, TRIALS), run(1, DRILLS)]
}

/// What of a trial is compared.
type Measure = fn(&TrialMeans) -> Option<Observation>;

/// The figures in which the second is worse than the first beyond chance.
fn worse(less: &[Vec<TrialMeans>; 2], more: &[Vec<TrialMeans>; 2]) -> Vec<String> {
    // Some forty differences, each of which may err.
    let confidence = Confidence::new(0.9999).expect("a confidence");
    let mut found = Vec::new();
    for (stage, (less, more)) in ["a year", "a drill"].into_iter().zip(less.iter().zip(more)) {
        let measures: [(&str, Measure); 2] = [
            ("outage", |one| one.time),
            ("data lost", |one| one.data_lost),
        ];
        for (name, measure) in measures {
            let mut pairs = DifferenceAccumulator::default();
            for (one, two) in less.iter().zip(more) {
                match measure(two).zip(measure(one)) {
                    Some((two, one)) => pairs.record(two, one),
                    None => pairs.leave_out(),
                }
            }
            let Some(difference) = pairs.estimate(Slopes::Given([[0.0; 2]; 2]), confidence) else {
                continue;
            };
            let low = difference.estimate.interval.low;
            if low.is_some_and(|low| low > 0.0) {
                found.push(format!("{name} of {stage}: {:?}", difference.estimate));
            }
        }
    }
    found
}

const LBW: &str = "scenarios/lync-2013-lbw.toml";
const NO_WITNESS: &str = "scenarios/lync-2013-lbw-no-witness.toml";

/// What there is takes a step of the failover to use, and without it the step is a look: SM is
/// installed, and files that are left are copied and restored. That time is no part of the law; the
/// runbook's author can do these steps later, or not at all.
const MIRROR_STEP: (&str, &str) = ("operators.durations.site_failover.install-mirror", "1min");
const COPY_STEP: (&str, &str) = ("operators.durations.site_failover.copy-backlog", "1min");
const COPIES: (&str, &str) = ("log_shipping.copy_duration", "0s");
const RESTORES: (&str, &str) = ("log_shipping.restore_duration", "0s");

/// A name, the pool with less, and the pool with more.
type Law = (
    &'static str,
    (&'static str, Changes),
    (&'static str, Changes),
);

const MORE_HELPS: &[Law] = &[
    (
        "a mirror",
        (
            NO_WITNESS,
            &[
                ("mirroring.enabled", "false"),
                ("operators.mirror_failover", "none"),
            ],
        ),
        (NO_WITNESS, &[]),
    ),
    ("a witness", (NO_WITNESS, &[]), (LBW, &[])),
    (
        "a mirror of S",
        (LBW, &[("secondary.mirror", "false"), MIRROR_STEP]),
        (LBW, &[MIRROR_STEP]),
    ),
    (
        "a share in a third place",
        (
            LBW,
            &[("log_shipping.share", "DC1"), COPY_STEP, COPIES, RESTORES],
        ),
        (
            LBW,
            &[("log_shipping.share", "third"), COPY_STEP, COPIES, RESTORES],
        ),
    ),
    (
        "a second server",
        (LBW, &[("pool.dc1.active", "1"), ("pool.users", "20000")]),
        (LBW, &[("pool.dc1.active", "2"), ("pool.users", "20000")]),
    ),
];

const MORE_FAILURES: &[(&str, Changes)] = &[
    (
        "of DC1 and DC2",
        &[("failures.site_disaster.rate", "0.2/year")],
    ),
    (
        "outages of DC1 and DC2",
        &[("failures.site_outage.rate", "2/year")],
    ),
    (
        "of the inter-site link",
        &[("failures.inter_site_link.rate", "60/year")],
    ),
    ("of local links", &[("failures.local_link.rate", "6/year")]),
    (
        "of database servers",
        &[(
            "failures.database_server",
            "[{ rate = \"12/year\", repair = { lognormal = { median = \"30min\", sigma = 1.3 } }, \
             destructive = 0.02 }]",
        )],
    ),
];

#[test]
fn redundancy_never_hurts() {
    let found: Vec<String> = MORE_HELPS
        .par_iter()
        .flat_map_iter(|(name, less, more)| {
            let [less, more] = [less, more].map(|(path, changes)| means(path, changes));
            let worse = worse(&less, &more).into_iter();
            worse.map(move |what| format!("with {name}: {what}"))
        })
        .collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn more_failures_never_help() {
    let base = means(LBW, &[]);
    let found: Vec<String> = MORE_FAILURES
        .par_iter()
        .flat_map_iter(|(name, changes)| {
            let worse = worse(&means(LBW, changes), &base).into_iter();
            worse.map(move |what| format!("without more failures {name}: {what}"))
        })
        .collect();
    assert!(found.is_empty(), "{found:#?}");
}
