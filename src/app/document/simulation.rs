//! A simulation of a scenario, as the document has it.

use poolproof_engines::pools::examples;
use poolproof_engines::simulate::examples::{ExampleKind, ExampleTrial};
use poolproof_engines::simulate::figure::{Figure, FigureMethod, Quantiles};
use poolproof_engines::simulate::histogram::CdfPoint;
use poolproof_engines::simulate::run::{Counts, IsAbandoned, OnRound};
use poolproof_engines::simulate::stage::{SimulationRequest, Stage, run_stage};
use poolproof_engines::simulate::summary::{
    CauseShare, Column, ExceedancePoint, LengthClass, PhaseShare, Seen, SeenViolation,
    SimulationSummary, SummaryRequest, YEAR_MS,
};
use poolproof_engines::simulate::tally::{Incident, Tally};
use poolproof_reports::document as doc;

use crate::app::compile::check;
use crate::app::compile::simulation::request;
use crate::app::document::{cost, names, stopping};
use crate::scenario::Scenario;

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
    /// Whether the caller ended it.
    pub interrupted: bool,
}

/// Simulates a scenario: plain trials, then drills.
pub fn simulate(
    scenario: &Scenario,
    on_progress: &mut dyn FnMut(Stage, u64, u64) -> bool,
) -> Simulated {
    let requests = [request(scenario)];
    let mut tallies: Vec<Tally> = Vec::new();
    let mut complete = true;
    for stage in Stage::ALL {
        let mut counts = Counts::empty(1);
        let trials = requests[0].trials(stage);
        let on_round: OnRound<'_> = &mut |_, done| on_progress(stage, done, trials);
        if complete {
            let plain = tallies.first();
            complete = run_to_the_end(
                &requests,
                scenario,
                stage,
                plain,
                &mut counts,
                &|| false,
                on_round,
            );
        }
        tallies.append(&mut counts.tallies);
    }
    simulated(scenario, &tallies[0], &tallies[1], !complete)
}

/// Runs a stage of one scenario from where `counts` ends: all of its trials, or as many as are
/// enough. `plain` are the counts of the plain trials, when this is the stage of the drills.
/// Returns whether it came to its end.
pub fn run_to_the_end(
    requests: &[SimulationRequest],
    scenario: &Scenario,
    stage: Stage,
    plain: Option<&Tally>,
    counts: &mut Counts,
    is_abandoned: IsAbandoned<'_>,
    on_round: OnRound<'_>,
) -> bool {
    let trials = requests[0].trials(stage);
    let nothing = Tally::default();
    for end in stopping::checkpoints(scenario, trials) {
        let done = counts.tallies[0].trials;
        if done > end {
            continue;
        }
        if !run_stage(requests, stage, done..end, counts, is_abandoned, on_round) {
            return false;
        }
        let (plain, drilled) = match stage {
            Stage::Trials => (&counts.tallies[0], &nothing),
            Stage::Drills => (plain.unwrap_or(&nothing), &counts.tallies[0]),
        };
        let so_far = document(scenario, plain, drilled, false);
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
    let request = request(scenario);
    let settings = &request.settings[Stage::Trials as usize];
    let trials = examples(
        &request.topology,
        &request.activities,
        settings,
        request.seed,
        plain,
    );
    Simulated {
        document: doc::Simulation {
            examples: trials.iter().map(example).collect(),
            ..document(scenario, plain, drilled, interrupted)
        },
        incidents: plain.incidents.iter().map(incident).collect(),
        events: plain.events.saturating_add(drilled.events),
        years: plain.trials as f64 * scenario.simulate.horizon.ms as f64 / YEAR_MS as f64,
        interrupted,
    }
}

fn example(example: &ExampleTrial) -> doc::ExampleTrial {
    doc::ExampleTrial {
        name: match example.kind {
            ExampleKind::Typical => doc::ExampleName::Typical,
            ExampleKind::Worst => doc::ExampleName::Worst,
        },
        trial: example.trial,
        outage_ms: example.outage_ms,
        incidents_in_all: example.incidents_in_all,
        incidents: example.incidents.iter().map(incident).collect(),
    }
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
        loss_cause: names::loss_cause(incident.loss_cause),
    }
}

/// What the document says of a simulation, but for the single trials that are shown: those are run
/// once more, which is not worth its time where they are not shown.
#[must_use]
pub fn document(
    scenario: &Scenario,
    plain: &Tally,
    drilled: &Tally,
    interrupted: bool,
) -> doc::Simulation {
    let settings = &scenario.simulate;
    let request = SummaryRequest {
        horizon_ms: settings.horizon.ms,
        users: scenario.pool.users,
        confidence: stopping::confidence(scenario),
        properties: &check::properties(scenario),
    };
    let found = SimulationSummary::of(request, plain, drilled);
    doc::Simulation {
        trials: found.trials,
        horizon_ms: settings.horizon.ms,
        drill_trials: found.drill_trials,
        drilled: match settings.drill {
            None => doc::Drilled::SiteLoss,
            Some(fault) => doc::Drilled::Fault(fault.name()),
        },
        cut_off_by: interrupted.then_some(doc::CutOff::Interrupt),
        availability: estimate(&found.availability),
        unavailability: estimate(&found.availability.falling(|share| 1.0 - share)),
        mean_outage_ms_per_year: estimate(&found.outage_ms_per_year),
        unplanned_outage_ms_per_year: estimate(&found.outage_by_planning[0]),
        planned_outage_ms_per_year: estimate(&found.outage_by_planning[1]),
        user_minutes_per_year: estimate(&found.user_minutes_per_year),
        incidents_by_length: found.incidents_by_length.iter().map(length).collect(),
        variance_reductions: variance_reductions(&found),
        columns: vec![
            column(doc::ColumnName::PerIncident, &found.per_incident),
            column(doc::ColumnName::PerYear, &found.per_trial),
            column(doc::ColumnName::GivenSiteLoss, &found.per_drill),
        ],
        outage_by_cause: found.outage_by_cause.iter().map(cause_share).collect(),
        outage_by_phase: found.outage_by_phase.iter().map(phase_share).collect(),
        outage_exceedance: exceedance(&found.outage_exceedance),
        data_lost_exceedance: exceedance(&found.data_lost_exceedance),
        examples: Vec::new(),
        violations_seen: found.violations.iter().map(violation).collect(),
        incidents_csv_trials: settings.incident_trials.min(plain.trials),
        events_executed: found.events,
        rare: None,
        cost: cost::yearly(scenario, request, plain),
    }
}

/// What is gained for the means that people ask for first.
fn variance_reductions(found: &SimulationSummary) -> Vec<doc::VarianceReduction> {
    use poolproof_reports::figure::{Figure as Name, Measure, Statistic};
    let lost = |column| Name {
        column,
        measure: Measure::DataLost,
        statistic: Statistic::Mean,
    };
    let all = [
        (Name::OUTAGE, &found.outage_ms_per_year),
        (
            lost(doc::ColumnName::PerYear),
            &found.per_trial.data_lost_ms.mean,
        ),
        (
            lost(doc::ColumnName::GivenSiteLoss),
            &found.per_drill.data_lost_ms.mean,
        ),
    ];
    let with_interval = all
        .into_iter()
        .filter(|(_, one)| one.method == FigureMethod::StudentT);
    let found = with_interval.map(|(figure, one)| doc::VarianceReduction {
        figure,
        factor: one.gain,
    });
    // Ten per cent are not worth a word.
    found.filter(|one| one.factor > 1.1).collect()
}

fn violation(seen: &SeenViolation) -> doc::ViolationSeen {
    doc::ViolationSeen {
        property: seen.property.name().to_owned(),
        trials: seen.trials,
        share: seen.share.as_ref().map(estimate),
        first_trial: seen.first_trial,
        drill: seen.stage == Stage::Drills,
        replay: String::new(),
    }
}

fn cause_share(share: &CauseShare) -> doc::CauseShare {
    doc::CauseShare {
        cause: names::cause(share.cause),
        ms_per_year: estimate(&share.ms_per_year),
        incidents_per_year: estimate(&share.incidents_per_year),
    }
}

fn length(class: &LengthClass) -> doc::IncidentLength {
    doc::IncidentLength {
        up_to_ms: class.up_to_ms,
        unplanned_per_year: estimate(&class.per_year[0]),
        planned_per_year: estimate(&class.per_year[1]),
    }
}

fn phase_share(share: &PhaseShare) -> doc::PhaseShare {
    doc::PhaseShare {
        phase: names::phase(share.phase),
        ms_per_incident: distribution(&share.ms_per_incident),
        given_site_loss_ms: distribution(&share.ms_per_drill),
    }
}

fn column(name: doc::ColumnName, column: &Column) -> doc::Column {
    let cdf = |points: &[CdfPoint]| {
        let point = |p: &CdfPoint| doc::CdfPoint {
            x: p.value as f64,
            p: p.share,
            low: p.low,
            high: p.high,
        };
        points.iter().map(point).collect()
    };
    doc::Column {
        name,
        n: column.n,
        no_return: outcome(column.no_return),
        no_copy_left: outcome(column.no_copy_left),
        time_ms: distribution(&column.time_ms),
        data_lost_ms: distribution(&column.data_lost_ms),
        messages_lost: distribution(&column.messages_lost),
        any_loss: estimate(&column.any_loss),
        time_cdf: cdf(&column.time_cdf),
        data_lost_cdf: cdf(&column.data_lost_cdf),
    }
}

fn outcome(seen: Seen) -> doc::OutcomeSeen {
    doc::OutcomeSeen {
        count: seen.count,
        share: estimate(&seen.share),
    }
}

fn exceedance(points: &[ExceedancePoint]) -> Vec<doc::ExceedancePoint> {
    let point = |p: &ExceedancePoint| doc::ExceedancePoint {
        x: p.value as f64,
        p: p.share,
        low: p.low,
        high: p.high,
    };
    points.iter().map(point).collect()
}

fn distribution(quantiles: &Quantiles) -> doc::Distribution {
    doc::Distribution {
        mean: estimate(&quantiles.mean),
        p50: estimate(&quantiles.p50),
        p95: estimate(&quantiles.p95),
        p99: estimate(&quantiles.p99),
        max: quantiles.max as f64,
        n: quantiles.n,
    }
}

/// A figure, as the document has it.
pub(in crate::app) fn estimate(figure: &Figure) -> doc::Estimate {
    doc::Estimate {
        value: figure.value,
        low: figure.low,
        high: figure.high,
        confidence: figure.confidence,
        n: figure.n,
        method: match figure.method {
            FigureMethod::OrderStatistics => doc::Method::OrderStatistics,
            FigureMethod::StudentT => doc::Method::StudentT,
            FigureMethod::ClopperPearson => doc::Method::ClopperPearson,
            FigureMethod::PoissonExact => doc::Method::PoissonExact,
            FigureMethod::NothingSeen => doc::Method::NothingSeen,
            FigureMethod::FewValues => doc::Method::FewValues,
            FigureMethod::FewValuesUpper => doc::Method::FewValuesUpper,
            FigureMethod::Endless => doc::Method::Endless,
        },
    }
}
