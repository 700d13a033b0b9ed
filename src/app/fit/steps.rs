//! How long the steps of a runbook take, from records of drills.
//!
//! With fewer than ten drills a step is combined with its prior, which weighs as much as one drill
//! and keeps its shape: of lognormal times the logarithms are averaged, of others the times.

use poolproof_engines::clocks::distribution::{Distribution, SimDuration};
use poolproof_models::names::runbook::Role;
use poolproof_reports::fit::{FitDecision, FitUnit, FitValue};
use poolproof_reports::quantity::plural;

use super::delays;
use super::draft::{FitDraft, blank, comments, source};
use crate::app::drill::verify;
use crate::explain::operations::operation_text;
use crate::records::drills::{DrillRecord, StepResult};
use crate::records::kind::RecordKind;
use crate::scenario::assumption::Grade;
use crate::scenario::operators::key_of;
use crate::scenario::runbook::{DurationSource, RunbookFile};
use crate::scenario::writer::{Files, delay_text, quoted, runbook_path};

/// What the written runbook is called.
const FITTED: &str = "-fitted";

pub(super) fn fit(draft: &mut FitDraft<'_>) {
    let records = draft.request.records;
    let operators = &draft.request.prior.operators;
    for role in Role::ALL {
        let of_role = records.drills.iter().filter(|drill| drill.role == role);
        let mut drills: Vec<&DrillRecord> = of_role.collect();
        let Some(runbook) = operators.runbook(role) else {
            if !drills.is_empty() {
                let text = plural(drills.len() as u64, "drill", "drills");
                draft.unused.push(format!(
                    "{text} of {}: the priors have no such runbook; --scenario names one",
                    role.name()
                ));
            }
            continue;
        };
        drills.retain(|drill| {
            let path = &records.manifest.files[drill.file].path;
            match verify(drill, runbook, path) {
                Ok(()) => true,
                Err(error) => {
                    draft.unused.push(error.message);
                    false
                }
            }
        });
        if !drills.is_empty() {
            one_runbook(draft, runbook, &drills);
        }
    }
}

/// Fits the steps of one runbook, and writes it with what was fitted.
fn one_runbook(draft: &mut FitDraft<'_>, prior: &RunbookFile, drills: &[&DrillRecord]) {
    let mut runbook = prior.clone();
    let (role, name) = (runbook.runbook.role, &mut runbook.runbook.name);
    if !name.ends_with(FITTED) {
        *name += FITTED;
    }
    let mut fitted: Vec<FitValue> = Vec::new();
    for index in 0..runbook.durations.len() {
        let value = one_step(draft, &mut runbook, index, drills);
        fitted.extend(value.filter(|value| value.written.is_some()));
    }
    if fitted.is_empty() {
        return;
    }
    let path = runbook_path(&runbook, &mut draft.files);
    let mut lines = vec!["The same steps, with the durations of the drills:".to_owned()];
    for value in &fitted {
        lines.push(String::new());
        lines.extend(comments(value));
    }
    let key = key_of(role).to_owned();
    draft.setting("operators".to_owned(), key, quoted(&path), lines);
}

fn one_step(
    draft: &mut FitDraft<'_>,
    runbook: &mut RunbookFile,
    index: usize,
    drills: &[&DrillRecord],
) -> Option<FitValue> {
    let records = draft.request.records;
    let step = &runbook.runbook.steps[index];
    let (mut lengths, mut files, mut failed) = (Vec::new(), Vec::new(), 0);
    for drill in drills {
        let of_step = drill.durations().find(|(step, _)| step.number == index + 1);
        if let Some((_, ms)) = of_step {
            lengths.push(ms);
            files.push(records.manifest.files[drill.file].path.clone());
        }
        let mut own = drill.steps.iter().filter(|one| one.number == index + 1);
        failed += u64::from(own.any(|one| one.result == StepResult::Failed));
    }
    let prior = runbook.durations[index].clone();
    let key = runbook.duration_key(index);
    let title = format!(
        "{}: {}",
        runbook.runbook.role.name(),
        operation_text(step.operation)
    );
    let text = delay_text(&prior, &mut Files::default());
    let mut value = blank(&key, &title, text, FitUnit::Ms);
    if lengths.is_empty() && failed == 0 {
        return None;
    }
    value.from = match files.is_empty() {
        true => draft.files_of(&[RecordKind::DrillRecord]),
        false => files,
    };
    if failed > 0 {
        let text = plural(failed, "drill", "drills");
        value
            .notes
            .push(format!("{text} in which the step failed: not counted"));
    }
    let key = format!("operators.durations.{}", key_of(runbook.runbook.role));
    let mut replaced = draft.request.prior.operators.durations.iter();
    let is_replaced =
        replaced.any(|one| (one.role, one.operation) == (runbook.runbook.role, step.operation));
    let decided = delays::decide(&mut value, &lengths);
    let distribution = match decided {
        _ if is_replaced => {
            value.decision = FitDecision::Prior;
            let note = format!("the scenario has it at {key}: take it out, and fit again");
            value.notes.push(note);
            None
        }
        Some((distribution, sample)) => {
            draft.samples.push(sample);
            Some(distribution)
        }
        None => combined(&prior, &lengths).inspect(|_| {
            value.decision = FitDecision::Combined;
            value.prior_weight = Some(1.0 / (1.0 + lengths.len() as f64));
        }),
    };
    if let Some(distribution) = distribution {
        value.written = Some(delay_text(&distribution, &mut draft.files));
        runbook.durations[index] = distribution;
        runbook.duration_sources[index] = DurationSource {
            source: Some(source(&value)),
            grade: Some(Grade::M),
        };
    }
    draft.values.push(value.clone());
    Some(value)
}

/// The prior moved by observations, its shape kept; none where there are no observations, or the
/// prior is of a form that has no such parameter.
fn combined(prior: &Distribution, lengths: &[u64]) -> Option<Distribution> {
    let count = lengths.len() as f64 + 1.0;
    if lengths.is_empty() {
        return None;
    }
    let mean_with = |own: SimDuration| {
        let sum: f64 = lengths.iter().map(|ms| *ms as f64).sum();
        super::jobs::rounded(SimDuration {
            ms: libm::round((own.ms as f64 + sum) / count) as u64,
        })
    };
    Some(match prior {
        Distribution::Lognormal {
            median,
            sigma,
            most,
        } => {
            let logarithm = |ms: u64| libm::log(ms.max(1) as f64);
            let sum: f64 = lengths.iter().map(|ms| logarithm(*ms)).sum();
            let ms = libm::exp((logarithm(median.ms) + sum) / count);
            let most = most.map(|most| most.max(longest(lengths)));
            Distribution::Lognormal {
                median: super::jobs::rounded(SimDuration { ms: ms as u64 }),
                sigma: *sigma,
                most,
            }
        }
        Distribution::Exponential { mean } => Distribution::Exponential {
            mean: mean_with(*mean),
        },
        Distribution::Weibull { mean, shape } => Distribution::Weibull {
            mean: mean_with(*mean),
            shape: *shape,
        },
        Distribution::Gamma { mean, shape } => Distribution::Gamma {
            mean: mean_with(*mean),
            shape: *shape,
        },
        Distribution::Fixed { .. }
        | Distribution::Uniform { .. }
        | Distribution::Empirical { .. }
        | Distribution::Mixture { .. } => return None,
    })
}

fn longest(lengths: &[u64]) -> SimDuration {
    SimDuration {
        ms: lengths.iter().copied().max().unwrap_or(0),
    }
}
