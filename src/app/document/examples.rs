//! A typical trial and the worst, run once more to tell their incidents.
//!
//! Any trial can be run alone: its draws have addresses. So the counts of all trials need to keep
//! no more than the number of the worst.

use poolproof_engines::clocks::activities::Activities;
use poolproof_engines::clocks::timed::Timed;
use poolproof_engines::simulate::estimate::Confidence;
use poolproof_engines::simulate::run::BATCH;
use poolproof_engines::simulate::tally::{Incident, Tally};
use poolproof_engines::simulate::trial::{Runner, TrialSettings};
use poolproof_reports::document as doc;

use crate::app::document::simulation::incident;

/// Incidents of a trial that are told; of more than these the longest.
const INCIDENTS_MOST: usize = 60;

/// Returns the typical trial and the worst of a finished run; none of a run without trials.
pub fn examples<T: Timed>(
    system: &T,
    activities: &Activities,
    mission: &TrialSettings,
    seed: u64,
    run: &Tally,
) -> Vec<doc::ExampleTrial> {
    let median = run
        .per_trial
        .time
        .quantile_estimate(0.5, Confidence::default());
    let (Some(worst), Some(median)) = (run.worst, median) else {
        return Vec::new();
    };
    let mission = TrialSettings {
        incident_trials: u64::MAX,
        ..mission.clone()
    };
    let mut runner = Runner::new(system, activities, seed);
    let mut alone = |trial: u64| {
        let mut tally = Tally::default();
        runner.run(trial, &mission, &mut tally);
        tally
    };
    let outage = |tally: &Tally| tally.worst.map_or(0, |only| only.outage_ms);
    let typical = (0..run.trials.min(BATCH))
        .map(|trial| (trial, alone(trial)))
        .min_by_key(|(trial, tally)| (outage(tally).abs_diff(median.value), *trial));
    let example = |name, (trial, tally): (u64, Tally)| doc::ExampleTrial {
        name,
        trial,
        outage_ms: outage(&tally),
        incidents_in_all: tally.incidents.len() as u64,
        incidents: told(tally.incidents).iter().map(incident).collect(),
    };
    let worst = (worst.trial, alone(worst.trial));
    typical
        .map(|typical| example(doc::ExampleName::Typical, typical))
        .into_iter()
        .chain([example(doc::ExampleName::Worst, worst)])
        .collect()
}

/// The longest incidents, in the order of time.
fn told(mut incidents: Vec<Incident>) -> Vec<Incident> {
    incidents.sort_by_key(|one| (std::cmp::Reverse(one.length_ms()), one.start_ms));
    incidents.truncate(INCIDENTS_MOST);
    incidents.sort_by_key(|one| one.start_ms);
    incidents
}
