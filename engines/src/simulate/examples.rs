//! A typical trial and the worst, run once more to record their incidents.
//!
//! Any trial can be run alone: its draws have addresses. So the counts of all trials need to keep
//! no more than the number of the worst.

use crate::clocks::activities::Activities;
use crate::clocks::timed::Timed;
use crate::simulate::estimate::Confidence;
use crate::simulate::run::BATCH;
use crate::simulate::tally::{Incident, Tally};
use crate::simulate::trial::{Runner, TrialSettings};

/// Incidents of a trial that are kept; of more than these the longest.
const INCIDENTS_MOST: usize = 60;

/// Why a trial is an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExampleKind {
    /// Its outage is nearest to the median, among the first batch of trials.
    Typical,
    /// It has the longest outage of all.
    Worst,
}

/// A trial that was run once more.
#[derive(Debug, Clone, PartialEq)]
pub struct ExampleTrial {
    /// Why it is an example.
    pub kind: ExampleKind,
    /// Its number.
    pub trial: u64,
    /// Its time without service, in milliseconds.
    pub outage_ms: u64,
    /// The number of its incidents.
    pub incidents_in_all: u64,
    /// The longest of them, in the order of time.
    pub incidents: Vec<Incident>,
}

/// Returns the typical trial and the worst of a finished run; none of a run without trials.
pub fn examples<T: Timed>(
    system: &T,
    activities: &Activities,
    settings: &TrialSettings,
    seed: u64,
    run: &Tally,
) -> Vec<ExampleTrial> {
    let median = run
        .per_trial
        .time
        .quantile_estimate(0.5, Confidence::default(), 1.0)
        .and_then(|found| found.value);
    let (Some(worst), Some(median)) = (run.worst, median) else {
        return Vec::new();
    };
    let settings = TrialSettings {
        incident_trials: u64::MAX,
        ..settings.clone()
    };
    let mut runner = Runner::new(system, activities, seed);
    let mut alone = |trial: u64| {
        let mut tally = Tally::default();
        runner.run(trial, &settings, &mut tally);
        tally
    };
    let outage = |tally: &Tally| tally.worst.map_or(0, |only| only.outage_ms);
    let typical = (0..run.trials.min(BATCH))
        .map(|trial| (trial, alone(trial)))
        .min_by_key(|(trial, tally)| (outage(tally).abs_diff(median), *trial));
    let example = |kind, (trial, tally): (u64, Tally)| ExampleTrial {
        kind,
        trial,
        outage_ms: outage(&tally),
        incidents_in_all: tally.incidents.len() as u64,
        incidents: longest(tally.incidents),
    };
    let worst = (worst.trial, alone(worst.trial));
    typical
        .map(|typical| example(ExampleKind::Typical, typical))
        .into_iter()
        .chain([example(ExampleKind::Worst, worst)])
        .collect()
}

/// The longest incidents, in the order of time.
fn longest(mut incidents: Vec<Incident>) -> Vec<Incident> {
    incidents.sort_by_key(|one| (std::cmp::Reverse(one.length_ms()), one.start_ms));
    incidents.truncate(INCIDENTS_MOST);
    incidents.sort_by_key(|one| one.start_ms);
    incidents
}
