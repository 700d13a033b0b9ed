//! Scenarios side by side: the same random numbers for all, differences with intervals.
//!
//! Means and probabilities of single trials are compared trial by trial, which cancels most of the
//! noise (common random numbers; a thousandfold less variance than independent runs on the mirror
//! models). Percentiles, and figures of incidents, whose number differs between scenarios, have no
//! pairs: the interval of their difference is put together from two intervals of half the error
//! each, which holds at least as often as stated.

use std::collections::BTreeMap;

use poolproof_engines::simulate::accumulator::{DifferenceAccumulator, Slopes};
use poolproof_engines::simulate::clusters::Clusters;
use poolproof_engines::simulate::estimate::{Confidence, Estimate, Interval};
use poolproof_engines::simulate::figure::Figure as EngineFigure;
use poolproof_engines::simulate::histogram::Histogram;
use poolproof_engines::simulate::pairs::Pairs;
use poolproof_engines::simulate::run::Counts;
use poolproof_engines::simulate::stage::Stage;
use poolproof_engines::simulate::tally::Tally;
use poolproof_reports::comparison::{
    Compared, ComparedVerdict, ComparisonDocument, Difference, DifferingKey, FigureRow, SCHEMA,
};
use poolproof_reports::document::{self as doc, ColumnName};
use poolproof_reports::figure::{Figure, Measure, Statistic};

use crate::app::build::COMMIT;
use crate::app::document::simulation;
use crate::app::document::stopping::stated_confidence;
use crate::app::objectives;
use crate::scenario::Scenario;

/// Scenarios that can be compared run the same trials: seed, numbers of trials and confidence are
/// those of the first.
///
/// # Errors
///
/// Where the horizons differ: a trial of one would not be a trial of the other.
pub fn align(scenarios: &mut [Scenario]) -> Result<(), String> {
    let Some((first, others)) = scenarios.split_first_mut() else {
        return Ok(());
    };
    for other in others {
        if other.simulate.horizon != first.simulate.horizon {
            return Err(format!(
                "{} and {} have different values of simulate.horizon; give one to all, as in \
                 --set simulate.horizon={}",
                first.name,
                other.name,
                crate::scenario::value::duration_text(first.simulate.horizon)
            ));
        }
        other.simulate = first.simulate.clone();
    }
    Ok(())
}

/// What is compared: scenarios, what they are called, and what was found.
pub struct ComparisonInput<'a> {
    /// The scenarios.
    pub scenarios: &'a [Scenario],
    /// What each is called.
    pub labels: &'a [String],
    /// What the checker found on each; empty when nothing was checked.
    pub checks: &'a [doc::Check],
    /// The counts of each stage.
    pub counts: &'a [Counts; Stage::ALL.len()],
    /// Whether not all trials were run.
    pub interrupted: bool,
    /// The command that makes it again.
    pub command: &'a str,
}

/// The keys that results depend on and whose values are not the same in every scenario.
fn differing(scenarios: &[Scenario]) -> Vec<DifferingKey> {
    let mut keys: BTreeMap<&str, Vec<Option<String>>> = BTreeMap::new();
    for (index, scenario) in scenarios.iter().enumerate() {
        let modelled = scenario.assumptions().iter().filter(|one| one.is_modelled);
        for one in modelled {
            let values = keys.entry(&one.key);
            let values = values.or_insert_with(|| vec![None; scenarios.len()]);
            values[index] = Some(one.value.clone());
        }
    }
    // The steps of a runbook that only some scenarios have differ with the key that names it.
    let is_named = |key: &str, values: &[Option<String>]| {
        !key.contains(".step.") || values.iter().all(Option::is_some)
    };
    keys.retain(|key, values| {
        is_named(key, values) && values.iter().any(|value| *value != values[0])
    });
    let keys = keys.into_iter();
    keys.map(|(key, values)| DifferingKey {
        key: key.to_owned(),
        values,
    })
    .collect()
}

/// Puts the document together.
#[must_use]
pub fn document(comparison: &ComparisonInput<'_>) -> ComparisonDocument {
    let ComparisonInput {
        scenarios, counts, ..
    } = *comparison;
    let simulations: Vec<doc::Simulation> = scenarios
        .iter()
        .enumerate()
        .map(|(index, scenario)| {
            let [plain, drilled] = counts.each_ref().map(|one| &one.tallies[index]);
            simulation::document(scenario, plain, drilled, comparison.interrupted)
        })
        .collect();
    let first = &scenarios[0];
    let settings = &first.simulate;
    let stated = stated_confidence(first);
    let differences = (Figure::OF_COMPARISON.len() * (scenarios.len() - 1)) as u64;
    let context = Context {
        counts,
        horizon_ms: settings.horizon.ms,
        // Each difference that is shown may mislead, so they share the error.
        confidence: stated.shared_by(differences),
    };
    ComparisonDocument {
        schema: SCHEMA.to_owned(),
        poolproof_version: env!("CARGO_PKG_VERSION").to_owned(),
        build: COMMIT.to_owned(),
        command: comparison.command.to_owned(),
        seed: settings.seed,
        trials: simulations[0].trials,
        horizon_ms: settings.horizon.ms,
        drill_trials: simulations[0].drill_trials,
        cut_off_by: simulations[0].cut_off_by,
        confidence_together: stated.get(),
        differences,
        scenarios: (0..scenarios.len())
            .map(|index| compared(comparison, index, &simulations[index]))
            .collect(),
        differing: differing(scenarios),
        figures: Figure::OF_COMPARISON
            .into_iter()
            .map(|figure| FigureRow {
                figure,
                unit: figure.unit(),
                values: simulations
                    .iter()
                    .map(|one| objectives::value(figure, one))
                    .collect(),
                differences: (1..scenarios.len())
                    .map(|index| context.difference(figure, index))
                    .collect(),
            })
            .collect(),
    }
}

fn compared(
    comparison: &ComparisonInput<'_>,
    index: usize,
    simulation: &doc::Simulation,
) -> Compared {
    let scenario = &comparison.scenarios[index];
    let differing = |stage: Stage| {
        let counts = &comparison.counts[stage as usize];
        let pairs = index.checked_sub(1).and_then(|at| counts.pairs.get(at));
        pairs.map_or(0, |pairs| pairs.differing)
    };
    let mut columns = simulation.columns.iter();
    let drills = columns.find(|column| column.name == ColumnName::GivenSiteLoss);
    Compared {
        label: comparison.labels[index].clone(),
        title: scenario.title.clone(),
        scenario_digest: scenario.digest.clone(),
        cost_per_year: scenario.cost_per_year(),
        verdicts: comparison
            .checks
            .get(index)
            .map_or_else(Vec::new, ComparedVerdict::of),
        trials_differing: differing(Stage::Trials),
        drills_differing: differing(Stage::Drills),
        time_cdf: drills.map_or_else(Vec::new, |column| column.time_cdf.clone()),
        data_lost_cdf: drills.map_or_else(Vec::new, |column| column.data_lost_cdf.clone()),
    }
}

/// What every difference needs.
struct Context<'a> {
    counts: &'a [Counts; Stage::ALL.len()],
    horizon_ms: u64,
    confidence: Confidence,
}

impl Context<'_> {
    fn difference(&self, figure: Figure, index: usize) -> Difference {
        let stage = match figure.column {
            ColumnName::GivenSiteLoss => Stage::Drills,
            ColumnName::PerIncident | ColumnName::PerYear => Stage::Trials,
        };
        let counts = &self.counts[stage as usize];
        let pairs = &counts.pairs[index - 1];
        let paired =
            figure.column != ColumnName::PerIncident && figure.statistic == Statistic::Mean;
        let (found, n, method) = if paired {
            let found = self.paired(figure, pairs, [index, 0].map(|of| &counts.tallies[of]));
            let method = match found {
                _ if figure.measure == Measure::AnyLoss => doc::Method::DiscordantPairs,
                Some(one) if one.interval == Interval::NONE => doc::Method::FewValues,
                Some(_) | None => doc::Method::StudentTOfPairs,
            };
            (found, pairs.count(), method)
        } else {
            let [here, there] = [index, 0].map(|of| Sample::of(figure, &counts.tallies[of]));
            let sizes = [&here, &there].map(|one| one.map_or(0, |one| one.values.count()));
            let n = sizes[0].min(sizes[1]);
            let found = self.apart(figure, here, there);
            (found, n, doc::Method::TwoIntervals)
        };
        let (low, high) = found.map_or((None, None), |one| (one.interval.low, one.interval.high));
        Difference {
            estimate: doc::Estimate {
                value: found.map(|one| one.value),
                low,
                high,
                confidence: self.confidence.get(),
                n,
                method,
            },
            visible: low.zip(high).map(|(low, high)| low > 0.0 || high < 0.0),
        }
    }

    /// Trial by trial.
    fn paired(&self, figure: Figure, pairs: &Pairs, tallies: [&Tally; 2]) -> Option<Estimate> {
        let time = || {
            Some(
                pairs
                    .time
                    .estimate(Slopes::Fitted, self.confidence)?
                    .estimate,
            )
        };
        let lost = |sums: &DifferenceAccumulator, kind: usize| {
            let slopes = tallies.map(|tally| {
                let measures = match figure.column {
                    ColumnName::PerYear => &tally.per_trial,
                    ColumnName::PerIncident | ColumnName::GivenSiteLoss => &tally.per_incident,
                };
                tally.loss_slopes(measures)[kind]
            });
            let slopes = Slopes::Given(slopes);
            Some(sums.estimate(slopes, self.confidence)?.estimate)
        };
        match figure.measure {
            Measure::TimeToRecover | Measure::Outage => time(),
            Measure::DataLost => lost(&pairs.data_lost, 0),
            Measure::MessagesLost => lost(&pairs.messages, 1),
            Measure::AnyLoss => pairs.any_loss_difference(self.confidence),
            // Trials are not paired by what was planned.
            Measure::UnplannedOutage | Measure::PlannedOutage => None,
            Measure::Availability => {
                let outage = time()?;
                let share = |ms: f64| -ms / self.horizon_ms as f64;
                Some(Estimate {
                    value: share(outage.value),
                    interval: Interval {
                        low: outage.interval.high.map(share),
                        high: outage.interval.low.map(share),
                    },
                })
            }
        }
    }

    /// From two intervals, each of which misses with half the probability.
    fn apart(
        &self,
        figure: Figure,
        here: Option<Sample<'_>>,
        there: Option<Sample<'_>>,
    ) -> Option<Estimate> {
        let q = match figure.statistic {
            Statistic::Mean => return None,
            Statistic::P50 => 0.5,
            Statistic::P95 => 0.95,
            Statistic::P99 => 0.99,
        };
        let half = self.confidence.shared_by(2);
        let quantile = |sample: Option<Sample<'_>>| {
            let found = EngineFigure::quantile(sample?.values, q, half, &|ms| {
                let clusters = sample.and_then(|one| one.clusters);
                clusters.map_or(1.0, |clusters| clusters.design_effect(ms))
            });
            Some((found.value?, found.low, found.high))
        };
        let ((here, here_low, here_high), (there, there_low, there_high)) =
            (quantile(here)?, quantile(there)?);
        let less = |a: Option<f64>, b: Option<f64>| Some(a? - b?);
        Some(Estimate {
            value: here - there,
            interval: Interval {
                low: less(here_low, there_high),
                high: less(here_high, there_low),
            },
        })
    }
}

/// The values of a figure under one scenario, and how they hang together.
#[derive(Clone, Copy)]
struct Sample<'a> {
    values: &'a Histogram,
    clusters: Option<&'a Clusters>,
}

impl<'a> Sample<'a> {
    fn of(figure: Figure, tally: &'a Tally) -> Option<Self> {
        let (measures, clusters) = match figure.column {
            ColumnName::PerYear => (&tally.per_trial, None),
            ColumnName::GivenSiteLoss => (&tally.per_incident, None),
            ColumnName::PerIncident => (&tally.per_incident, Some(&tally.clusters)),
        };
        match figure.measure {
            Measure::TimeToRecover | Measure::Outage => Some(Self {
                values: &measures.time,
                clusters,
            }),
            Measure::DataLost => Some(Self {
                values: &measures.data_lost,
                clusters: None,
            }),
            Measure::MessagesLost => Some(Self {
                values: &measures.messages,
                clusters: None,
            }),
            Measure::Availability
            | Measure::AnyLoss
            | Measure::UnplannedOutage
            | Measure::PlannedOutage => None,
        }
    }
}
