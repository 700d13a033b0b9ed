//! The promise of means: what controls and repetitions gain changes no expectation.
//!
//! Each mean is set beside the plain mean of what happened in the same trials, which knows of no
//! age, no rate and no repetition. The two may differ by the chance in the plain mean only.

use poolproof::app::compile::simulation::request;
use poolproof_engines::simulate::accumulator::{MeanAccumulator, Slopes};
use poolproof_engines::simulate::estimate::Confidence;
use poolproof_engines::simulate::histogram::Histogram;
use poolproof_engines::simulate::run::Counts;
use poolproof_engines::simulate::stage::{Stage, run_stage};
use poolproof_engines::simulate::tally::Tally;
use poolproof_models::names::event::Event;

use crate::oracles::expected::moments;
use crate::support::scenarios::load;

/// DC1 fails and the link is cut for days so often that the plain means see much of it.
const OFTEN: [(&str, &str); 3] = [
    ("failures.site_outage.rate", "1/year"),
    ("failures.inter_site_link.rate", "6/year"),
    (
        "failures.inter_site_link.repair",
        "{ exponential = \"2d\" }",
    ),
];

fn tally(settings: &[(&str, &str)], drill: Option<&str>, stage: Stage, trials: u64) -> Tally {
    let mut scenario = load("scenarios/lync-2013-lbw.toml", settings);
    scenario.simulate.drill = drill.and_then(Event::from_name);
    let mut counts = Counts::empty(1);
    let requests = [request(&scenario)];
    assert!(run_stage(
        &requests,
        stage,
        0..trials,
        &mut counts,
        &|| false,
        &mut |_, _| true
    ));
    counts.tallies.remove(0)
}

/// Fails where a mean is off by more than four standard errors of the plain one; the gain.
fn assert_same(what: &str, sums: &MeanAccumulator, slopes: Slopes, values: &Histogram) -> f64 {
    let found = sums
        .estimate(slopes, Confidence::default())
        .expect("values");
    let [plain, deviation] = moments(values);
    let error = deviation / (values.count() as f64).sqrt() + plain / 1024.0;
    let off = (found.estimate.value - plain) / error;
    println!("{what}: {found:?}, plain {plain}, off by {off} standard errors");
    assert!(off.abs() < 4.0, "{what}: {found:?}, plain {plain}, {off}");
    found.gain
}

#[test]
fn years_have_the_mean_of_plain_counting() {
    let tally = tally(&OFTEN, None, Stage::Trials, 6_000);
    let measures = &tally.per_trial;
    let [time, lost, messages] = tally.slopes(measures);
    assert_same("outage", &measures.time_mean, time, &measures.time);
    let gain = assert_same(
        "data lost",
        &measures.data_lost_mean,
        lost,
        &measures.data_lost,
    );
    assert!(gain > 2.0, "{gain}");
    let gain = assert_same(
        "messages",
        &measures.messages_mean,
        messages,
        &measures.messages,
    );
    assert!(gain > 2.0, "{gain}");
}

#[test]
fn drills_have_the_mean_of_plain_counting() {
    let tally = tally(&OFTEN, None, Stage::Drills, 3_000);
    let measures = &tally.per_incident;
    let [time, lost, _] = tally.slopes(measures);
    assert_same("time", &measures.time_mean, time, &measures.time);
    let gain = assert_same(
        "data lost",
        &measures.data_lost_mean,
        lost,
        &measures.data_lost,
    );
    assert!(gain > 3.0, "{gain}");
}

/// A drill of another fault has no control: nothing is known of the age when it strikes.
#[test]
fn a_drill_of_another_fault_counts_plainly() {
    let tally = tally(&[], Some("crash:A"), Stage::Drills, 500);
    let measures = &tally.per_incident;
    let [time, lost, _] = tally.slopes(measures);
    let plain = |sums: &MeanAccumulator, slopes| {
        sums.estimate(slopes, Confidence::default())
            .expect("values")
            .gain
    };
    assert_eq!(plain(&measures.time_mean, time), 1.0);
    assert_eq!(plain(&measures.data_lost_mean, lost), 1.0);
}

/// What is 0 on average is 0 on average, to one part in a thousand: every stretch of a trial
/// counts, the last one too. A hundred thousand decades with two disasters each.
#[test]
fn losses_of_dc1_are_as_many_as_their_rate_says() {
    let scenario = load("scenarios/benchmarks/w1.toml", &[]);
    let mut counts = Counts::empty(1);
    let requests = [request(&scenario)];
    let trials = 0..100_000;
    assert!(run_stage(
        &requests,
        Stage::Trials,
        trials,
        &mut counts,
        &|| false,
        &mut |_, _| true
    ));
    let tally = counts.tallies.remove(0);
    let measures = &tally.per_trial;
    let lost = tally.slopes(measures)[1];
    let found = measures
        .data_lost_mean
        .estimate(lost, Confidence::default());
    let found = found.expect("values");
    // W1: at each of so many disasters in ten years 14.5 min are lost on average.
    let exact = 1.992_913_648_323_2 * 14.5 * 60_000.0;
    let value = found.estimate.value;
    assert!((value / exact - 1.0).abs() < 2e-3, "{value}, exact {exact}");
    assert!(found.gain > 20.0, "{found:?}");
}
