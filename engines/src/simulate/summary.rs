//! What the trials of a simulation say: figures with intervals from their counts.

use poolproof_models::names::incident::Cause;
use poolproof_models::names::property::Property;
use poolproof_models::names::runbook::Phase;

use crate::simulate::estimate::{Confidence, Proportion};
use crate::simulate::figure::{Figure, Quantiles};
use crate::simulate::histogram::{CdfPoint, Histogram};
use crate::simulate::stage::Stage;
use crate::simulate::tally::{Measures, Tally};

/// A year of 365.25 days, in milliseconds.
pub const YEAR_MS: u64 = 8_766 * 3_600_000;

/// Points of a distribution function.
const CDF_POINTS: usize = 200;

/// What counts are summarised for.
#[derive(Debug, Clone, Copy)]
pub struct SummaryRequest<'a> {
    /// The length of a trial, in milliseconds of simulated time.
    pub horizon_ms: u64,
    /// The confidence of each interval.
    pub confidence: Confidence,
    /// The properties whose violations are reported.
    pub properties: &'a [Property],
}

/// What the trials of a simulation say.
#[derive(Debug, Clone, PartialEq)]
pub struct SimulationSummary {
    /// The number of plain trials.
    pub trials: u64,
    /// The number of drills.
    pub drill_trials: u64,
    /// The share of time with service.
    pub availability: Figure,
    /// Time without service, in milliseconds per year.
    pub outage_ms_per_year: Figure,
    /// One value per incident of the plain trials.
    pub per_incident: Column,
    /// One value per plain trial.
    pub per_trial: Column,
    /// One value per drill.
    pub per_drill: Column,
    /// Outage by what began it, in the order of the causes.
    pub outage_by_cause: Vec<CauseShare>,
    /// Outage by its phase, in the order of the phases.
    pub outage_by_phase: Vec<PhaseShare>,
    /// How often a trial has a longer outage.
    pub outage_exceedance: Vec<ExceedancePoint>,
    /// How often a trial loses more data.
    pub data_lost_exceedance: Vec<ExceedancePoint>,
    /// The properties that some trial violated.
    pub violations: Vec<SeenViolation>,
    /// Events executed, drills included.
    pub events: u64,
}

/// The measures of one kind of sample.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// The size of the sample.
    pub n: u64,
    /// Incidents that had not ended when they were no longer followed.
    pub unended: u64,
    /// Time, in milliseconds: to recover, or without service.
    pub time_ms: Quantiles,
    /// Acknowledged messages lost, as milliseconds of service.
    pub data_lost_ms: Quantiles,
    /// Acknowledged messages lost, counted.
    pub messages_lost: Quantiles,
    /// The probability that any message is lost.
    pub any_loss: Figure,
    /// The distribution function of the time.
    pub time_cdf: Vec<CdfPoint>,
    /// The distribution function of the data lost.
    pub data_lost_cdf: Vec<CdfPoint>,
}

/// The outage that one cause began.
#[derive(Debug, Clone, PartialEq)]
pub struct CauseShare {
    /// The cause.
    pub cause: Cause,
    /// Time without service, in milliseconds per year.
    pub ms_per_year: Figure,
    /// Incidents per year.
    pub incidents_per_year: Figure,
}

/// The part of an outage that one phase takes.
#[derive(Debug, Clone, PartialEq)]
pub struct PhaseShare {
    /// The phase.
    pub phase: Phase,
    /// In an incident of a plain trial, in milliseconds.
    pub ms_per_incident: Quantiles,
    /// In a drill, in milliseconds.
    pub ms_per_drill: Quantiles,
}

/// How often a value is exceeded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ExceedancePoint {
    /// The value.
    pub value: u64,
    /// The share of the sample that is larger.
    pub share: f64,
    /// The lower limit of that share.
    pub low: f64,
    /// The upper limit of that share.
    pub high: f64,
}

/// A property that some trial violated.
#[derive(Debug, Clone, PartialEq)]
pub struct SeenViolation {
    /// The property.
    pub property: Property,
    /// Whether it was in a drill.
    pub stage: Stage,
    /// The number of trials that violated it.
    pub trials: u64,
    /// Their share.
    pub share: Option<Figure>,
    /// The lowest number of such a trial.
    pub first_trial: u64,
}

impl SimulationSummary {
    /// Summarises the counts of plain trials and of drills.
    #[must_use]
    pub fn of(request: SummaryRequest<'_>, plain: &Tally, drilled: &Tally) -> Self {
        let SummaryRequest {
            horizon_ms,
            confidence,
            properties,
        } = request;
        let horizon = horizon_ms as f64;
        let per_year = YEAR_MS as f64 / horizon;
        let years = plain.trials as f64 / per_year;
        let outage = Figure::mean(&plain.per_trial.time_mean, confidence, 1.0);
        let phase = |phase: Phase| PhaseShare {
            phase,
            ms_per_incident: phase_quantiles(plain, phase, confidence),
            ms_per_drill: phase_quantiles(drilled, phase, confidence),
        };
        let cause = |cause: Cause| CauseShare {
            cause,
            ms_per_year: Figure::mean(&plain.by_cause[cause as usize], confidence, per_year),
            incidents_per_year: Figure::rate(
                plain.incidents_by_cause[cause as usize],
                years,
                confidence,
            ),
        };
        let stages = [(plain, Stage::Trials), (drilled, Stage::Drills)];
        Self {
            trials: plain.trials,
            drill_trials: drilled.trials,
            availability: outage.falling(|ms| 1.0 - ms / horizon),
            outage_ms_per_year: Figure::mean(&plain.per_trial.time_mean, confidence, per_year),
            per_incident: Column::of(&plain.per_incident, plain.unended, confidence),
            per_trial: Column::of(&plain.per_trial, 0, confidence),
            per_drill: Column::of(&drilled.per_incident, drilled.unended, confidence),
            outage_by_cause: Cause::ALL.into_iter().map(cause).collect(),
            outage_by_phase: Phase::ALL.into_iter().map(phase).collect(),
            outage_exceedance: exceedance(&plain.per_trial.time, confidence),
            data_lost_exceedance: exceedance(&plain.per_trial.data_lost, confidence),
            violations: stages
                .into_iter()
                .flat_map(|(tally, stage)| violations(properties, tally, stage, confidence))
                .collect(),
            events: plain.events.saturating_add(drilled.events),
        }
    }
}

impl Column {
    fn of(measures: &Measures, unended: u64, confidence: Confidence) -> Self {
        // What has not ended was followed longer than nearly all else lasts: it is the last of the
        // times, and the function stays below 1 by its share.
        let ended = 1.0 - unended as f64 / measures.time.count().max(1) as f64;
        let mut time_cdf = measures.time.cdf_points(CDF_POINTS, confidence);
        time_cdf.retain(|point| unended == 0 || point.share <= ended);
        Self {
            n: measures.time.count(),
            unended,
            time_ms: Quantiles::of(&measures.time, &measures.time_mean, confidence),
            data_lost_ms: Quantiles::of(&measures.data_lost, &measures.data_lost_mean, confidence),
            messages_lost: Quantiles::of(&measures.messages, &measures.messages_mean, confidence),
            any_loss: Figure::proportion(&measures.any_loss, confidence),
            time_cdf,
            data_lost_cdf: measures.data_lost.cdf_points(CDF_POINTS, confidence),
        }
    }
}

fn phase_quantiles(tally: &Tally, phase: Phase, confidence: Confidence) -> Quantiles {
    let times = &tally.by_phase[phase as usize];
    Quantiles::of(&times.histogram, &times.mean, confidence)
}

fn exceedance(histogram: &Histogram, confidence: Confidence) -> Vec<ExceedancePoint> {
    let points = histogram.exceedance_points();
    let point = |(value, share): (u64, Proportion)| {
        let interval = share.clopper_pearson(confidence);
        ExceedancePoint {
            value,
            share: share.share().unwrap_or(0.0),
            low: interval.low.unwrap_or(0.0),
            high: interval.high.unwrap_or(1.0),
        }
    };
    points.into_iter().map(point).collect()
}

fn violations(
    properties: &[Property],
    tally: &Tally,
    stage: Stage,
    confidence: Confidence,
) -> Vec<SeenViolation> {
    let seen = |property: &Property| {
        let seen = tally.violations[*property as usize];
        let share = Proportion::new(seen.trials, tally.trials);
        Some(SeenViolation {
            property: *property,
            stage,
            trials: seen.trials,
            share: share.map(|share| Figure::proportion(&share, confidence)),
            first_trial: seen.first?,
        })
    };
    properties.iter().filter_map(seen).collect()
}
