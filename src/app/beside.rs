//! Simulations beside an exact solution: with the same exponential delays, and with the delays of
//! the scenario.

use poolproof_engines::clocks::activities::Activities;
use poolproof_engines::pools;
use poolproof_engines::simulate::accumulator::Slopes;
use poolproof_engines::simulate::estimate::{Confidence, Proportion};
use poolproof_engines::simulate::figure::{Figure, MeanOf};
use poolproof_engines::simulate::tally::Tally;
use poolproof_engines::simulate::trial::TrialSettings;
use poolproof_engines::solve::figures::Within;
use poolproof_engines::solve::rates::HOUR_MS;
use poolproof_models::state::topology::Topology;
use poolproof_reports::{document as doc, quantity};
use serde::Serialize;

use super::error::{AppError, ErrorKind};
use super::observer::{Execution, Progress};
use crate::app::compile::{self, simulation};
use crate::app::document::simulation::estimate;
use crate::scenario::Scenario;

/// How many figures are set side by side; their intervals hold together.
const FIGURES: u64 = 4;

/// One figure, exact and simulated.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct BesideRow {
    /// `downtime_h`, in hours, or `any_outage`, a probability.
    figure: &'static str,
    exact: f64,
    /// Simulated with the same exponential delays.
    exponential: doc::Estimate,
    /// Whether the exact value lies in that interval.
    agrees: bool,
    /// Simulated with the delays of the scenario.
    scenario: doc::Estimate,
}

/// Exact figures of a time from the start, beside simulated ones.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Beside {
    /// The simulated time of a trial.
    hours: f64,
    trials: u64,
    /// Of all intervals together.
    confidence: f64,
    rows: Vec<BesideRow>,
}

/// Simulates as many trials as the scenario says, with both kinds of delays.
///
/// # Errors
///
/// When the caller ended the work.
pub(super) fn beside(
    scenario: &Scenario,
    topology: &Topology,
    exponential: &Activities,
    exact: &Within,
    execution: &Execution<'_>,
) -> Result<Beside, AppError> {
    // An outage counts up to the end of the time, as in the chain, whether or not it ends.
    let settings = TrialSettings {
        follow_ms: 0,
        incident_trials: 0,
        ..simulation::trial_settings(scenario)
    };
    let given = compile::activities(scenario, topology);
    let each = scenario.simulate.trials;
    let mut tallies = Vec::new();
    for (before, activities) in [(0, exponential), (each, &given)] {
        let observer = execution.observer;
        let run = execution.on_threads(|| {
            pools::run(
                topology,
                activities,
                &settings,
                scenario.simulate.seed,
                each,
                &mut |done| {
                    observer.progress(Progress::Simulating {
                        done: before + done,
                        total: 2 * each,
                    });
                    !observer.is_cancelled()
                },
            )
        });
        if !run.complete {
            let message = format!("{}: ended before the simulations were done", scenario.name);
            return Err(AppError::new(ErrorKind::Cancelled, message));
        }
        tallies.push(run.tally);
    }
    let stated = Confidence::new(scenario.simulate.confidence).unwrap_or_default();
    let confidence = stated.shared_by(FIGURES);
    let rows = [
        ("downtime_h", exact.downtime_h, downtime as Measured),
        ("any_outage", exact.any_outage, any_outage),
    ];
    let row = |(figure, exact, of): (&'static str, f64, Measured)| {
        let exponential = estimate(&of(&tallies[0], confidence));
        BesideRow {
            figure,
            exact,
            agrees: exponential.low.is_none_or(|low| low <= exact)
                && exponential.high.is_none_or(|high| exact <= high),
            exponential,
            scenario: estimate(&of(&tallies[1], confidence)),
        }
    };
    Ok(Beside {
        hours: settings.horizon_ms as f64 / HOUR_MS,
        trials: each,
        confidence: stated.get(),
        rows: rows.into_iter().map(row).collect(),
    })
}

/// What a figure is of the counts of trials.
type Measured = fn(&Tally, Confidence) -> Figure;

fn downtime(tally: &Tally, confidence: Confidence) -> Figure {
    let sums = &tally.per_trial.time_mean;
    Figure::mean(
        sums,
        MeanOf::Observations,
        Slopes::Fitted,
        confidence,
        1.0 / HOUR_MS,
    )
}

fn any_outage(tally: &Tally, confidence: Confidence) -> Figure {
    let times = &tally.per_trial.time;
    let hits = times.count() - times.zeros();
    let share = Proportion::new(hits, times.count()).unwrap_or_default();
    Figure::proportion(&share, confidence)
}

impl Beside {
    /// Lines of the table.
    pub(super) fn lines(&self) -> Vec<String> {
        let time = quantity::horizon((self.hours * HOUR_MS) as u64);
        let mut lines = vec![format!(
            "Exact and simulated, {time} from the start, {} trials each",
            quantity::count(self.trials)
        )];
        for row in &self.rows {
            let hours = row.figure == "downtime_h";
            let value = |x: f64| match hours {
                true => quantity::duration(x * HOUR_MS),
                false => quantity::probability(x),
            };
            let title = if hours { "downtime" } else { "P(any outage)" };
            let verdict = if row.agrees { "agrees" } else { "differs" };
            lines.extend([
                format!("  {title}"),
                format!("    {:<26}{}", "exact, exponential", value(row.exact)),
                format!(
                    "    {:<26}{}: {verdict}",
                    "simulated, exponential",
                    quantity::estimate(&row.exponential, value)
                ),
                format!(
                    "    {:<26}{}",
                    "simulated, as written",
                    quantity::estimate(&row.scenario, value)
                ),
            ]);
        }
        lines.push(format!(
            "  All intervals hold together with {}.",
            quantity::probability(self.confidence)
        ));
        lines
    }
}
