//! From counts to figures with intervals.

use std::ops::Range;

use poolproof_engines::clocks::activities::Activities;
use poolproof_engines::simulate::accumulator::MeanAccumulator;
use poolproof_engines::simulate::estimate::{Confidence, Proportion, poisson_rate};
use poolproof_engines::simulate::histogram::{CdfPoint, Histogram};
use poolproof_engines::simulate::run::{Counts, OnRound, Replication, run_group};
use poolproof_engines::simulate::tally::{Incident, Measures, Tally, Times};
use poolproof_engines::simulate::trial::{Drill, TrialSettings};
use poolproof_models::names::component::Component;
use poolproof_models::names::event::{Event, EventKind};
use poolproof_models::names::incident::Cause;
use poolproof_models::names::runbook::Phase;
use poolproof_models::names::site::Site;
use poolproof_models::state::topology::Topology;
use poolproof_reports::document as doc;
use serde::{Deserialize, Serialize};

use crate::app::compile;
use crate::app::compile::check;
use crate::app::document::examples::examples;
use crate::app::document::names;
use crate::app::document::stopping;
use crate::scenario::Scenario;

/// A year of 365.25 days, in milliseconds.
pub const YEAR_MS: u64 = 8_766 * 3_600_000;

/// How long past the horizon an incident is followed to its end.
const FOLLOW_MS: u64 = 90 * 24 * 3_600_000;

/// Points of a distribution that a chart draws.
const CDF_POINTS: usize = 200;

/// A finished simulation.
pub struct Simulated {
    /// What goes into the result document.
    pub document: doc::Simulation,
    /// The incidents of the first trials.
    pub incidents: Vec<doc::Incident>,
    /// Events executed, drills included.
    pub events: u64,
    /// Years simulated in the plain trials.
    pub years: f64,
    /// Whether it ended because somebody asked it to.
    pub interrupted: bool,
}

/// What is being simulated, for progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Plain trials.
    Trials,
    /// Drills.
    Drills,
}

impl Stage {
    /// Every stage, in the order of running.
    pub const ALL: [Self; 2] = [Self::Trials, Self::Drills];
}

/// A scenario made ready to be simulated: its system, its clocks, and what each stage is about.
pub struct Prepared {
    topology: Topology,
    activities: Activities,
    missions: [TrialSettings; Stage::ALL.len()],
    trials: [u64; Stage::ALL.len()],
    seed: u64,
}

impl Prepared {
    /// Makes a scenario ready.
    #[must_use]
    pub fn new(scenario: &Scenario) -> Self {
        let settings = &scenario.simulate;
        let topology = compile::timed_topology(scenario);
        let plain = mission(scenario);
        let drilled = TrialSettings {
            incident_trials: 0,
            drill: drill(&topology, settings.drill),
            ..plain.clone()
        };
        let drills = if drilled.drill.is_some() {
            settings.drill_trials
        } else {
            0
        };
        Self {
            activities: compile::activities(scenario, &topology),
            topology,
            missions: [plain, drilled],
            trials: [settings.trials, drills],
            seed: settings.seed,
        }
    }

    /// How many trials a stage has.
    #[must_use]
    pub fn trials(&self, stage: Stage) -> u64 {
        self.trials[stage as usize]
    }

    fn member(&self, stage: Stage) -> Replication<'_, Topology> {
        Replication {
            system: &self.topology,
            activities: &self.activities,
            settings: &self.missions[stage as usize],
            seed: self.seed,
        }
    }
}

/// Runs a range of the trials of a stage under each of the scenarios, and adds them to `counts`;
/// whether all of them were run.
pub fn run_stage(
    scenarios: &[Prepared],
    stage: Stage,
    trials: Range<u64>,
    counts: &mut Counts,
    on_round: OnRound<'_>,
) -> bool {
    let members: Vec<_> = scenarios.iter().map(|one| one.member(stage)).collect();
    run_group(&members, trials, counts, on_round)
}

/// Simulates a scenario: plain trials, then drills.
pub fn simulate(
    scenario: &Scenario,
    on_progress: &mut dyn FnMut(Stage, u64, u64) -> bool,
) -> Simulated {
    let prepared = [Prepared::new(scenario)];
    let mut tallies: Vec<Tally> = Vec::new();
    let mut complete = true;
    for stage in Stage::ALL {
        let mut counts = Counts::empty(1);
        let trials = prepared[0].trials(stage);
        let on_round: OnRound<'_> = &mut |_, done| on_progress(stage, done, trials);
        if complete {
            let plain = tallies.first();
            complete = run_to_the_end(&prepared, scenario, stage, plain, &mut counts, on_round);
        }
        tallies.append(&mut counts.tallies);
    }
    simulated(scenario, &tallies[0], &tallies[1], !complete)
}

/// Runs a stage of one scenario from where `counts` ends: all of its trials, or as many as are
/// enough. `plain` are the counts of the plain trials, when this is the stage of the drills. Gives
/// whether it came to its end.
pub fn run_to_the_end(
    prepared: &[Prepared],
    scenario: &Scenario,
    stage: Stage,
    plain: Option<&Tally>,
    counts: &mut Counts,
    on_round: OnRound<'_>,
) -> bool {
    let trials = prepared[0].trials(stage);
    let nothing = Tally::default();
    for end in stopping::checkpoints(scenario, trials) {
        let done = counts.tallies[0].trials;
        if done > end {
            continue;
        }
        if !run_stage(prepared, stage, done..end, counts, on_round) {
            return false;
        }
        let so_far = match stage {
            Stage::Trials => document(scenario, &counts.tallies[0], &nothing, false),
            Stage::Drills => document(
                scenario,
                plain.unwrap_or(&nothing),
                &counts.tallies[0],
                false,
            ),
        };
        if end < trials && stopping::is_enough(scenario, &so_far, stage == Stage::Drills) {
            break;
        }
    }
    true
}

/// Puts together what a simulation gives: a function of the scenario and its counts.
#[must_use]
pub fn simulated(
    scenario: &Scenario,
    plain: &Tally,
    drilled: &Tally,
    interrupted: bool,
) -> Simulated {
    let prepared = Prepared::new(scenario);
    let member = prepared.member(Stage::Trials);
    let mut document = document(scenario, plain, drilled, interrupted);
    document.examples = examples(
        member.system,
        member.activities,
        member.settings,
        member.seed,
        plain,
    );
    Simulated {
        document,
        incidents: plain.incidents.iter().map(incident).collect(),
        events: plain.events + drilled.events,
        years: plain.trials as f64 * scenario.simulate.horizon.ms as f64 / YEAR_MS as f64,
        interrupted,
    }
}

/// What the plain trials of a scenario are about.
#[must_use]
pub fn mission(scenario: &Scenario) -> TrialSettings {
    TrialSettings {
        horizon_ms: scenario.simulate.horizon.ms,
        follow_ms: FOLLOW_MS,
        messages_per_s: scenario.pool.message_rate.per_second(),
        incident_trials: scenario.simulate.incident_trials,
        drill: None,
    }
}

/// The loss of DC1 for good, without any other loss of a site; or another fault, in a world where
/// everything else goes on happening.
#[must_use]
pub fn drill(topology: &Topology, fault: Option<Event>) -> Option<Drill> {
    let site_loss = Event::new(EventKind::Disaster, Component::Dc1);
    let fault = fault.unwrap_or(site_loss);
    let event = topology.index_of(fault)?;
    let losses = Site::ALL.into_iter().flat_map(|site| {
        [EventKind::Disaster, EventKind::Outage]
            .map(|kind| topology.index_of(Event::new(kind, Component::site(site))))
    });
    let without = match fault.kind {
        EventKind::Disaster | EventKind::Outage => losses.flatten().collect(),
        _ => Vec::new(),
    };
    Some(Drill {
        event,
        component: fault.at.number(),
        without,
    })
}

/// An incident as the document has it.
pub fn incident(incident: &Incident) -> doc::Incident {
    let [detect_ms, decide_ms, act_ms, recover_ms, reconnect_ms] = incident.phases_ms;
    doc::Incident {
        trial: incident.trial,
        start_ms: incident.start_ms,
        end_ms: incident.end_ms,
        cause: names::cause(incident.cause),
        detect_ms,
        decide_ms,
        act_ms,
        recover_ms,
        reconnect_ms,
        data_lost_ms: incident.data_lost_ms,
        messages_lost: incident.messages_lost,
    }
}

/// What the document says of a simulation, but for the single trials that are shown: those are run
/// once more, which is not worth its time where nobody looks at them.
#[must_use]
pub fn document(
    scenario: &Scenario,
    plain: &Tally,
    drilled: &Tally,
    interrupted: bool,
) -> doc::Simulation {
    let settings = &scenario.simulate;
    let confidence = stopping::confidence(scenario);
    let per_year = YEAR_MS as f64 / settings.horizon.ms as f64;
    let years = plain.trials as f64 / per_year;
    let outage = mean(&plain.per_trial.time_mean, confidence, 1.0);
    let one_minus = |x: Option<f64>| x.map(|x| 1.0 - x / settings.horizon.ms as f64);
    let availability = doc::Estimate {
        value: one_minus(outage.value),
        low: one_minus(outage.high),
        high: one_minus(outage.low),
        ..outage.clone()
    };
    doc::Simulation {
        trials: plain.trials,
        horizon_ms: settings.horizon.ms,
        drill_trials: drilled.trials,
        drilled: match settings.drill {
            None => doc::Drilled::SiteLoss,
            Some(fault) => doc::Drilled::Fault(fault.name()),
        },
        cut_off_by: interrupted.then_some(doc::CutOff::Interrupt),
        availability,
        mean_outage_ms_per_year: mean(&plain.per_trial.time_mean, confidence, per_year),
        columns: vec![
            column(
                doc::ColumnName::PerIncident,
                (&plain.per_incident, plain.unended),
                confidence,
            ),
            column(doc::ColumnName::PerYear, (&plain.per_trial, 0), confidence),
            column(
                doc::ColumnName::GivenSiteLoss,
                (&drilled.per_incident, drilled.unended),
                confidence,
            ),
        ],
        outage_by_cause: Cause::ALL
            .into_iter()
            .map(|cause| cause_share(cause, plain, confidence, per_year, years))
            .collect(),
        outage_by_phase: Phase::ALL
            .into_iter()
            .map(|phase| doc::PhaseShare {
                phase: names::phase(phase),
                ms_per_incident: times(&plain.by_phase[phase as usize], confidence),
                given_site_loss_ms: times(&drilled.by_phase[phase as usize], confidence),
            })
            .collect(),
        outage_exceedance: exceedance(&plain.per_trial.time, confidence),
        data_lost_exceedance: exceedance(&plain.per_trial.data_lost, confidence),
        examples: Vec::new(),
        violations_seen: [(plain, false), (drilled, true)]
            .into_iter()
            .flat_map(|(tally, drill)| violations_seen(scenario, tally, drill))
            .collect(),
        incidents_csv_trials: settings.incident_trials.min(plain.trials),
        events_executed: plain.events + drilled.events,
        rare: None,
    }
}

/// The properties that some trial broke, with the lowest number of such a trial.
fn violations_seen(scenario: &Scenario, tally: &Tally, drill: bool) -> Vec<doc::ViolationSeen> {
    let confidence = stopping::confidence(scenario);
    check::properties(scenario)
        .into_iter()
        .filter_map(|property| {
            let seen = tally.violations[property as usize];
            Some(doc::ViolationSeen {
                property: property.name().to_owned(),
                trials: seen.trials,
                share: Proportion::new(seen.trials, tally.trials)
                    .map(|share| proportion(&share, confidence)),
                first_trial: seen.first?,
                drill,
                replay: String::new(),
            })
        })
        .collect()
}

fn cause_share(
    cause: Cause,
    plain: &Tally,
    confidence: Confidence,
    per_year: f64,
    years: f64,
) -> doc::CauseShare {
    let incidents = plain.incidents_by_cause[cause as usize];
    let rate = poisson_rate(incidents, years, confidence);
    doc::CauseShare {
        cause: names::cause(cause),
        ms_per_year: mean(&plain.by_cause[cause as usize], confidence, per_year),
        incidents_per_year: doc::Estimate {
            value: (years > 0.0).then(|| incidents as f64 / years),
            low: rate.low,
            high: rate.high,
            confidence: confidence.get(),
            n: incidents,
            method: doc::Method::PoissonExact,
        },
    }
}

fn column(
    name: doc::ColumnName,
    (measures, unended): (&Measures, u64),
    confidence: Confidence,
) -> doc::Column {
    // What has not ended was followed longer than nearly all else lasts: it is the last of the
    // times, and the function stays below 1 by its share.
    let ended = |points: &mut Vec<CdfPoint>| {
        let share = 1.0 - unended as f64 / measures.time.count().max(1) as f64;
        points.retain(|point| unended == 0 || point.share <= share);
    };
    let cdf = |histogram: &Histogram, is_time: bool| {
        let mut points = histogram.cdf_points(CDF_POINTS, confidence);
        if is_time {
            ended(&mut points);
        }
        let point = |p: CdfPoint| doc::CdfPoint {
            x: p.value as f64,
            p: p.share,
            low: p.low,
            high: p.high,
        };
        points.into_iter().map(point).collect()
    };
    doc::Column {
        name,
        n: measures.time.count(),
        unended,
        time_ms: distribution(&measures.time, &measures.time_mean, confidence),
        data_lost_ms: distribution(&measures.data_lost, &measures.data_lost_mean, confidence),
        messages_lost: distribution(&measures.messages, &measures.messages_mean, confidence),
        any_loss: proportion(&measures.any_loss, confidence),
        time_cdf: cdf(&measures.time, true),
        data_lost_cdf: cdf(&measures.data_lost, false),
    }
}

fn exceedance(histogram: &Histogram, confidence: Confidence) -> Vec<doc::ExceedancePoint> {
    let points = histogram.exceedance_points();
    let point = |(value, share): (u64, Proportion)| {
        let interval = share.clopper_pearson(confidence);
        doc::ExceedancePoint {
            x: value as f64,
            p: share.share().unwrap_or(0.0),
            low: interval.low.unwrap_or(0.0),
            high: interval.high.unwrap_or(1.0),
        }
    };
    points.into_iter().map(point).collect()
}

fn distribution(
    histogram: &Histogram,
    sums: &MeanAccumulator,
    confidence: Confidence,
) -> doc::Distribution {
    let quantile = |q: f64| {
        let found = histogram.quantile_estimate(q, confidence);
        doc::Estimate {
            value: found.as_ref().map(|f| f.value as f64),
            low: found.as_ref().and_then(|f| f.interval.low),
            high: found.as_ref().and_then(|f| f.interval.high),
            confidence: confidence.get(),
            n: histogram.count(),
            method: doc::Method::OrderStatistics,
        }
    };
    doc::Distribution {
        mean: mean(sums, confidence, 1.0),
        p50: quantile(0.5),
        p95: quantile(0.95),
        p99: quantile(0.99),
        max: histogram.max().unwrap_or(0) as f64,
        n: histogram.count(),
    }
}

fn times(times: &Times, confidence: Confidence) -> doc::Distribution {
    distribution(&times.histogram, &times.mean, confidence)
}

/// A mean, times a factor of units.
fn mean(sums: &MeanAccumulator, confidence: Confidence, factor: f64) -> doc::Estimate {
    let found = sums.estimate(confidence);
    // Of values that were all 0 nothing bounds the mean: the proportion beside it has the limit.
    let nothing_seen = sums.sum() == 0;
    let scaled = |x: Option<f64>| x.map(|x| x * factor);
    doc::Estimate {
        value: scaled(found.as_ref().map(|f| f.value)),
        // A time or a count is never negative, whatever Student's t says of its mean.
        low: scaled(found.as_ref().and_then(|f| f.interval.low)).map(|x| x.max(0.0)),
        high: scaled(found.as_ref().and_then(|f| f.interval.high)).filter(|_| !nothing_seen),
        confidence: confidence.get(),
        n: sums.count(),
        method: if nothing_seen {
            doc::Method::NothingSeen
        } else {
            doc::Method::StudentT
        },
    }
}

fn proportion(proportion: &Proportion, confidence: Confidence) -> doc::Estimate {
    let interval = proportion.clopper_pearson(confidence);
    let nothing_seen = proportion.hits() == 0 && proportion.trials() > 0;
    doc::Estimate {
        value: proportion.share(),
        low: if nothing_seen {
            Some(0.0)
        } else {
            interval.low
        },
        high: if nothing_seen {
            proportion.upper_limit(confidence)
        } else {
            interval.high
        },
        confidence: confidence.get(),
        n: proportion.trials(),
        method: if nothing_seen {
            doc::Method::NothingSeen
        } else {
            doc::Method::ClopperPearson
        },
    }
}
