//! The sweep document from the counts of its points.

use poolproof_engines::simulate::estimate::Confidence;
use poolproof_engines::simulate::run::Counts;
use poolproof_engines::simulate::sobol::{self, Index, Sampled};
use poolproof_engines::simulate::stage::Stage;
use poolproof_reports::comparison::ComparedVerdict;
use poolproof_reports::document as doc;
use poolproof_reports::figure::Figure;
use poolproof_reports::sweep::{
    FigureHead, ParameterHead, SCHEMA, SensitivityRow, SweepDocument, SweepMethod, SweepPoint,
};

use super::design::{Design, Method, Point};
use crate::app::build::COMMIT;
use crate::app::document::{simulation, stopping};
use crate::app::front::{Coordinates, front};
use crate::app::objectives;
use crate::scenario::Scenario;

/// A sweep that has run.
pub struct Sweep<'a> {
    /// What was varied.
    pub design: &'a Design,
    /// The values of each point.
    pub points: &'a [Point],
    /// The scenario that was varied, without any override of a point.
    pub base: &'a Scenario,
    /// The scenario of each point.
    pub scenarios: &'a [Scenario],
    /// What the checker found at each point; empty when nothing was checked.
    pub checks: &'a [doc::Check],
    /// The counts of each point and stage.
    pub counts: &'a [[Counts; Stage::ALL.len()]],
    /// Whether not all trials were run.
    pub interrupted: bool,
    /// The command that makes it again.
    pub command: &'a str,
}

/// Puts the document together.
#[must_use]
pub fn document(sweep: &Sweep<'_>) -> SweepDocument {
    let settings = &sweep.base.simulate;
    let base_value = |path: &str| {
        let mut assumptions = sweep.base.assumptions().iter();
        let found = assumptions.find(|assumption| assumption.key == path);
        found.map_or("as in the scenario".to_owned(), |found| {
            found.value.trim_matches('"').to_owned()
        })
    };
    let parameters: Vec<ParameterHead> = sweep
        .design
        .parameters
        .iter()
        .map(|parameter| ParameterHead {
            path: parameter.path.clone(),
            values: parameter.values.clone(),
        })
        .collect();
    let mut points: Vec<SweepPoint> = (0..sweep.points.len())
        .map(|index| {
            let values = sweep.points[index].iter().zip(&parameters);
            let value = |(value, head): (&Option<String>, &ParameterHead)| {
                value.clone().unwrap_or_else(|| base_value(&head.path))
            };
            point(sweep, index, values.map(value).collect())
        })
        .collect();
    let coordinates = |point: &SweepPoint| {
        let places =
            Figure::OF_FRONT.map(|figure| Figure::OF_SWEEP.iter().position(|one| *one == figure));
        let figures = places.into_iter().map(|at| point.figures.get(at?).cloned());
        Some(Coordinates {
            cost: point.cost_per_year?,
            rounds: vec![figures.collect::<Option<_>>()?],
        })
    };
    let front = front(&points.iter().map(coordinates).collect::<Vec<_>>());
    for (point, on_front) in points.iter_mut().zip(front) {
        point.on_front = point.cost_per_year.map(|_| on_front);
    }
    let promises = sweep.base.expect.objectives.iter();
    SweepDocument {
        schema: SCHEMA.to_owned(),
        poolproof_version: env!("CARGO_PKG_VERSION").to_owned(),
        build: COMMIT.to_owned(),
        command: sweep.command.to_owned(),
        scenario_name: sweep.base.name.clone(),
        title: sweep.base.title.clone(),
        scenario_digest: sweep.base.digest.clone(),
        seed: settings.seed,
        method: match sweep.design.method {
            Method::Grid => SweepMethod::Grid,
            Method::LatinHypercube(_) => SweepMethod::LatinHypercube,
            Method::Sensitivity(_) => SweepMethod::Sensitivity,
            Method::OneAtATime => SweepMethod::OneAtATime,
        },
        trials: sweep.counts.first().map_or(0, |one| trials(&one[0])),
        horizon_ms: settings.horizon.ms,
        drill_trials: sweep.counts.first().map_or(0, |one| trials(&one[1])),
        cut_off_by: sweep.interrupted.then_some(doc::CutOff::Interrupt),
        parameters,
        figures: Figure::OF_SWEEP
            .into_iter()
            .map(|figure| FigureHead {
                figure,
                unit: figure.unit(),
            })
            .collect(),
        sensitivities: sensitivities(sweep, &points),
        promises: promises.map(objectives::promise).collect(),
        points,
    }
}

/// The indices of each figure that has a value at every point and varies.
fn sensitivities(sweep: &Sweep<'_>, points: &[SweepPoint]) -> Vec<SensitivityRow> {
    let Method::Sensitivity(rows) = sweep.design.method else {
        return Vec::new();
    };
    let rows = rows as usize;
    let confidence = stopping::confidence(sweep.base);
    let mut found = Vec::new();
    for (at, figure) in Figure::OF_SWEEP.into_iter().enumerate() {
        let values = points.iter().map(|point| point.figures[at].value);
        let Some(values) = values.collect::<Option<Vec<f64>>>() else {
            continue;
        };
        let mut samples = values.chunks(rows).map(<[f64]>::to_vec);
        let (Some(a), Some(b)) = (samples.next(), samples.next()) else {
            continue;
        };
        let mixed = samples.collect();
        let indices = sobol::sensitivities(&Sampled { a, b, mixed }, confidence);
        let indices = indices.into_iter().flatten().enumerate();
        found.extend(indices.map(|(parameter, one)| SensitivityRow {
            figure,
            parameter: sweep.design.parameters[parameter].path.clone(),
            first: index(&one.first, rows, confidence),
            total: index(&one.total, rows, confidence),
        }));
    }
    found
}

fn index(index: &Index, rows: usize, confidence: Confidence) -> doc::Estimate {
    doc::Estimate {
        value: Some(index.value),
        low: index.interval.low,
        high: index.interval.high,
        confidence: confidence.get(),
        n: rows as u64,
        method: doc::Method::StudentT,
    }
}

fn trials(counts: &Counts) -> u64 {
    counts.tallies.first().map_or(0, |tally| tally.trials)
}

fn point(sweep: &Sweep<'_>, index: usize, values: Vec<String>) -> SweepPoint {
    let scenario = &sweep.scenarios[index];
    let [plain, drilled] = sweep.counts[index].each_ref().map(|one| &one.tallies[0]);
    let simulation = simulation::document(scenario, plain, drilled, sweep.interrupted);
    SweepPoint {
        values,
        scenario_digest: scenario.digest.clone(),
        cost_per_year: scenario.cost_per_year(),
        expected_cost: simulation
            .cost
            .as_ref()
            .filter(|_| scenario.cost.is_some_and(|cost| cost.prices_events()))
            .map(|cost| cost.total.clone()),
        figures: Figure::OF_SWEEP
            .into_iter()
            .map(|figure| objectives::value(figure, &simulation))
            .collect(),
        verdicts: sweep
            .checks
            .get(index)
            .map_or_else(Vec::new, ComparedVerdict::of),
        on_front: None,
    }
}
