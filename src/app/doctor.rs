//! What a scenario rests on, and where that is weakest: the judgements that move its figures most.

use poolproof_reports::figure::{Figure, Unit};
use poolproof_reports::sweep::{SweepDocument, SweepPoint};

use super::AppError;
use super::observer::Execution;
use super::study::job::{StudyJob, StudyKind};
use super::study::result::{self, StudyContent};
use super::sweep::{Design, Method, Parameter};
use crate::scenario::assumption::Grade;
use crate::scenario::library::Resolver;
use crate::scenario::operators::duration_key;
use crate::scenario::{Scenario, load_from};

/// Half and twice what the scenario says.
const FACTORS: [&str; 2] = ["x0.5", "x2"];

/// A consultation.
pub struct DoctorRequest<'a> {
    /// Where scenarios and runbooks are found.
    pub resolver: &'a dyn Resolver,
    /// The name of the scenario file.
    pub scenario: String,
    /// Changes of its values.
    pub set: Vec<(String, String)>,
    /// The seed in place of the scenario's.
    pub seed: Option<u64>,
    /// Trials and drills at each value.
    pub trials: u64,
}

/// What a judgement does to one figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Moved {
    /// The figure.
    pub figure: Figure,
    /// Its unit.
    pub unit: Unit,
    /// Its values at half and at twice the judgement.
    pub values: [Option<f64>; 2],
    /// How far the farther one is from the figure of the scenario, as a share of it.
    pub share: f64,
}

/// A judgement, and the figure that it moves most.
#[derive(Debug, Clone, PartialEq)]
pub struct WeakValue {
    /// The key in the scenario file.
    pub key: String,
    /// What the scenario says.
    pub value: String,
    /// What it moves most.
    pub moved: Moved,
}

/// What a consultation found.
pub struct DoctorAnswer {
    /// How many values the results rest on, by grade; written ones without a grade last.
    pub grades: Vec<(Option<Grade>, usize)>,
    /// The figures of the scenario as it is.
    pub base: Vec<(Figure, Unit, Option<f64>)>,
    /// Judgements by how much they move a figure, the most first.
    pub weak: Vec<WeakValue>,
    /// Judgements that are no single number, rate or time.
    pub untried: Vec<String>,
    /// Whether it was ended early.
    pub interrupted: bool,
}

/// Halves and doubles every judgement that a result rests on, one at a time, under the same random
/// numbers.
///
/// # Errors
///
/// Mistakes of the scenario.
pub fn doctor(
    request: &DoctorRequest<'_>,
    execution: &Execution<'_>,
) -> Result<DoctorAnswer, AppError> {
    let loaded = load_from(request.resolver, &request.scenario, &request.set)?;
    let scenario = &loaded.scenario;
    let (tried, untried) = judgements(request, scenario);
    let mut answer = DoctorAnswer {
        grades: grades(scenario),
        base: Vec::new(),
        weak: Vec::new(),
        untried,
        interrupted: false,
    };
    if tried.is_empty() {
        return Ok(answer);
    }
    let mut set = request.set.clone();
    set.push((
        "simulate.drill_trials".to_owned(),
        request.trials.to_string(),
    ));
    let job = StudyJob {
        kind: StudyKind::Sweep,
        scenarios: vec![request.scenario.clone()],
        set,
        seed: request.seed,
        trials: Some(request.trials),
        drill: None,
        check: false,
        design: Some(Design {
            method: Method::OneAtATime,
            parameters: tried.iter().map(parameter).collect(),
        }),
        design_file: None,
    };
    let ready = job.ready(request.resolver)?;
    let found = result::run(&job, &ready, None, false, execution)?;
    answer.interrupted = found.interrupted;
    if let StudyContent::Sweep(document) = found.content {
        rank(&mut answer, &document, &tried);
    }
    Ok(answer)
}

/// A judgement that can be halved and doubled: its key, and what the scenario says.
type Judged = (String, String);

fn parameter((key, _): &Judged) -> Parameter {
    Parameter {
        path: key.clone(),
        values: FACTORS.map(str::to_owned).to_vec(),
    }
}

/// The judgements that results rest on, and those that cannot be multiplied.
fn judgements(request: &DoctorRequest<'_>, scenario: &Scenario) -> (Vec<Judged>, Vec<String>) {
    let (mut tried, mut untried): (Vec<Judged>, Vec<String>) = (Vec::new(), Vec::new());
    let judged = scenario.assumptions().iter().filter(|one| {
        one.is_modelled && one.grade == Some(Grade::J) && !one.key.starts_with("simulate.")
    });
    for assumption in judged {
        let key = step_key(scenario, &assumption.key).unwrap_or_else(|| assumption.key.clone());
        if tried.iter().any(|(other, _)| *other == key) || untried.contains(&key) {
            continue;
        }
        let valid = FACTORS.iter().all(|factor| {
            let mut set = request.set.clone();
            set.push((key.clone(), (*factor).to_owned()));
            load_from(request.resolver, &request.scenario, &set).is_ok()
        });
        if valid {
            tried.push((key, assumption.value.clone()));
        } else {
            untried.push(key);
        }
    }
    (tried, untried)
}

/// Where the scenario can change the duration of a step that is listed under its runbook's name.
fn step_key(scenario: &Scenario, key: &str) -> Option<String> {
    scenario.operators.runbooks().find_map(|file| {
        let mut steps = file.runbook.steps.iter().enumerate();
        let found = steps.find(|(index, _)| file.duration_key(*index) == key);
        found.map(|(_, step)| duration_key(file.runbook.role, step.operation.name()))
    })
}

fn grades(scenario: &Scenario) -> Vec<(Option<Grade>, usize)> {
    let of = |grade: Option<Grade>| {
        let all = scenario.assumptions().iter().filter(|one| one.is_modelled);
        all.filter(|one| one.grade == grade).count()
    };
    let grades = Grade::ALL.into_iter().map(Some).chain([None]);
    grades
        .map(|grade| (grade, of(grade)))
        .filter(|(_, count)| *count > 0)
        .collect()
}

/// Puts the judgements in order by what they do to a figure that a design is chosen by.
fn rank(answer: &mut DoctorAnswer, document: &SweepDocument, tried: &[Judged]) {
    let places: Vec<(Figure, Unit, usize)> = Figure::OF_FRONT
        .into_iter()
        .filter_map(|figure| Some((figure, figure.unit(), document.figure(figure)?)))
        .collect();
    let value = |point: &SweepPoint, place: usize| point.figures.get(place)?.value;
    let Some((base, points)) = document.points.split_first() else {
        return;
    };
    answer.base = places
        .iter()
        .map(|(figure, unit, place)| (*figure, *unit, value(base, *place)))
        .collect();
    for ((key, said), ends) in tried.iter().zip(points.chunks_exact(2)) {
        let moves = places.iter().filter_map(|(figure, unit, place)| {
            let from = value(base, *place).filter(|from| *from > 0.0)?;
            let values = [0, 1].map(|end| value(&ends[end], *place));
            let far = values
                .iter()
                .flatten()
                .map(|to| (to - from).abs() / from)
                .fold(0.0, f64::max);
            Some(Moved {
                figure: *figure,
                unit: *unit,
                values,
                share: far,
            })
        });
        let most = moves.max_by(|a, b| a.share.total_cmp(&b.share));
        answer.weak.extend(most.map(|moved| WeakValue {
            key: key.clone(),
            value: said.clone(),
            moved,
        }));
    }
    answer.weak.sort_by(|a, b| {
        b.moved
            .share
            .total_cmp(&a.moved.share)
            .then_with(|| a.key.cmp(&b.key))
    });
}
