//! What the trials of a simulation say: figures with intervals from their counts.

use poolproof_models::names::incident::Cause;
use poolproof_models::names::property::Property;
use poolproof_models::names::runbook::Phase;

use crate::simulate::accumulator::{MeanAccumulator, Slopes};
use crate::simulate::estimate::{Confidence, Proportion};
use crate::simulate::figure::{Figure, MeanOf, Quantiles};
use crate::simulate::histogram::{CdfPoint, Histogram};
use crate::simulate::stage::Stage;
use crate::simulate::tally::{LENGTHS_MS, Measures, Tally};

/// A year of 365.25 days, in milliseconds.
pub const YEAR_MS: u64 = 8_766 * 3_600_000;

/// Points of a distribution function.
const CDF_POINTS: usize = 200;

/// What counts are summarised for.
#[derive(Debug, Clone, Copy)]
pub struct SummaryRequest<'a> {
    /// The length of a trial, in milliseconds of simulated time.
    pub horizon_ms: u64,
    /// The users of the pool.
    pub users: u32,
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
    /// Time without service that was not planned, and that was, in milliseconds per year.
    pub outage_by_planning: [Figure; 2],
    /// Minutes without service per year, summed over the users.
    pub user_minutes_per_year: Figure,
    /// Incidents by their length.
    pub incidents_by_length: Vec<LengthClass>,
    /// One value per unplanned incident of the plain trials.
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
    /// The probability of no end: that service has not returned by the time up to which an incident
    /// is followed. Those times are in no mean, and above every number in the quantiles.
    pub no_return: Seen,
    /// The probability that no copy is left. Such losses are in no mean, and above every number.
    pub no_copy_left: Seen,
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

/// How often an outcome was seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Seen {
    /// How often.
    pub count: u64,
    /// Its probability.
    pub share: Figure,
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

/// Incidents of one class of length.
#[derive(Debug, Clone, PartialEq)]
pub struct LengthClass {
    /// The longest of them, in milliseconds; `None` for those that are longer than all others.
    pub up_to_ms: Option<u64>,
    /// Those that were not planned, and that were, per year.
    pub per_year: [Figure; 2],
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
            users,
            confidence,
            properties,
        } = request;
        let horizon = horizon_ms as f64;
        let per_year = YEAR_MS as f64 / horizon;
        let years = plain.trials as f64 / per_year;
        let mean = |sums: &MeanAccumulator, factor: f64| {
            let (of, slopes) = (MeanOf::Observations, Slopes::Fitted);
            Figure::mean(sums, of, slopes, confidence, factor)
        };
        let user_minutes = f64::from(users) / 60_000.0;
        let outage = |factor: f64| mean(&plain.per_trial.time_mean, factor);
        let phase = |phase: Phase| PhaseShare {
            phase,
            ms_per_incident: phase_quantiles(plain, phase, confidence),
            ms_per_drill: phase_quantiles(drilled, phase, confidence),
        };
        let cause_mean = |sums: &MeanAccumulator| {
            let found = mean(sums, per_year);
            // What begins with any cause can go on as what begins with another. Where one more
            // trial as bad as the worst would carry the mean, the worst of this cause is not seen.
            match sums.would_be_carried_by(plain.per_trial.time_mean.largest()) {
                true => found.of_few(),
                false => found,
            }
        };
        let cause = |cause: Cause| CauseShare {
            cause,
            ms_per_year: cause_mean(&plain.by_cause[cause as usize]),
            incidents_per_year: Figure::rate(
                plain.incidents_by_cause[cause as usize],
                years,
                confidence,
            ),
        };
        let length = |class: usize| LengthClass {
            up_to_ms: LENGTHS_MS.get(class).copied(),
            per_year: [0, 1].map(|planned: usize| {
                let count = plain.incidents_by_length[planned][class];
                Figure::rate(count, years, confidence)
            }),
        };
        let stages = [(plain, Stage::Trials), (drilled, Stage::Drills)];
        Self {
            trials: plain.trials,
            drill_trials: drilled.trials,
            availability: outage(1.0).falling(|ms| 1.0 - ms / horizon),
            outage_ms_per_year: outage(per_year),
            outage_by_planning: plain
                .by_planning
                .each_ref()
                .map(|sums| mean(sums, per_year)),
            user_minutes_per_year: mean(&plain.users_time, per_year * user_minutes),
            incidents_by_length: (0..=LENGTHS_MS.len()).map(length).collect(),
            per_incident: Column::of_incidents(plain, confidence),
            per_trial: Column::of_trials(plain, confidence),
            per_drill: Column::of_drills(drilled, confidence),
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
    fn of_incidents(tally: &Tally, confidence: Confidence) -> Self {
        let design_effect = |ms| tally.clusters.design_effect(ms);
        let independent = |_| 1.0;
        let quantiles = |histogram, sums, slopes, effect: &dyn Fn(u64) -> f64| {
            Quantiles::of_parts(histogram, sums, slopes, confidence, effect)
        };
        let measures = &tally.per_incident;
        let [time, lost, messages] = tally.slopes(measures);
        let columns = [
            quantiles(&measures.time, &measures.time_mean, time, &design_effect),
            quantiles(
                &measures.data_lost,
                &measures.data_lost_mean,
                lost,
                &independent,
            ),
            quantiles(
                &measures.messages,
                &measures.messages_mean,
                messages,
                &independent,
            ),
        ];
        let no_return = measures.time.endless();
        let no_copy_left = measures.data_lost.endless();
        Self::of(measures, columns, [no_return, no_copy_left], confidence)
    }

    fn of_trials(tally: &Tally, confidence: Confidence) -> Self {
        let measures = &tally.per_trial;
        let counts = [tally.without_return, tally.without_copy];
        Self::of(
            measures,
            independent(measures, tally.slopes(measures), confidence),
            counts,
            confidence,
        )
    }

    fn of_drills(tally: &Tally, confidence: Confidence) -> Self {
        let measures = &tally.per_incident;
        let counts = [measures.time.endless(), measures.data_lost.endless()];
        Self::of(
            measures,
            independent(measures, tally.slopes(measures), confidence),
            counts,
            confidence,
        )
    }

    fn of(
        measures: &Measures,
        [time_ms, data_lost_ms, messages_lost]: [Quantiles; 3],
        [no_return, no_copy_left]: [u64; 2],
        confidence: Confidence,
    ) -> Self {
        let n = measures.time.count();
        let seen = |count: u64| Seen {
            count,
            share: {
                let share = Proportion::new(count, n).unwrap_or_default();
                Figure::proportion(&share, confidence)
            },
        };
        Self {
            n,
            no_return: seen(no_return),
            no_copy_left: seen(no_copy_left),
            time_ms,
            data_lost_ms,
            messages_lost,
            any_loss: Figure::proportion(&measures.any_loss, confidence),
            time_cdf: measures.time.cdf_points(CDF_POINTS, confidence),
            data_lost_cdf: measures.data_lost.cdf_points(CDF_POINTS, confidence),
        }
    }
}

/// Of observations that are independent.
fn independent(
    measures: &Measures,
    [time, lost, messages]: [Slopes; 3],
    confidence: Confidence,
) -> [Quantiles; 3] {
    let of = |histogram, sums, slopes| Quantiles::of(histogram, sums, slopes, confidence);
    [
        of(&measures.time, &measures.time_mean, time),
        of(&measures.data_lost, &measures.data_lost_mean, lost),
        of(&measures.messages, &measures.messages_mean, messages),
    ]
}

fn phase_quantiles(tally: &Tally, phase: Phase, confidence: Confidence) -> Quantiles {
    let times = &tally.by_phase[phase as usize];
    let alone = |_| 1.0;
    Quantiles::of_parts(
        &times.histogram,
        &times.mean,
        Slopes::Fitted,
        confidence,
        &alone,
    )
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
