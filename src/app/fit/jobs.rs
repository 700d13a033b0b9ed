//! The log-shipping jobs: how often they run and how long they take (handbook 4.1, 13.8).

use poolproof_engines::clocks::distribution::SimDuration;
use poolproof_engines::simulate::estimate::{
    Confidence, mean_interval, quantile_rank, quantile_ranks,
};
use poolproof_reports::fit::{FitDecision, FitUnit, FitValue};
use poolproof_reports::quantity::{duration, plural};

use super::EVENTS_FEW;
use super::draft::{FitDraft, blank};
use crate::records::backups::BackupType;
use crate::records::jobs::{JobRun, ShippingJob};
use crate::records::pool_records::PoolRecords;
use crate::scenario::log_shipping::LogShipping;
use crate::scenario::value::duration_text;
use crate::scenario::writer::quoted;

/// The mean of fewer runs has no limits that can be trusted.
const RUNS_FEW: u64 = 100;

/// The Agent starts a job within some seconds of its time; the history counts whole seconds.
const SLACK_MS: i64 = 2_000;

pub(super) fn fit(draft: &mut FitDraft<'_>) {
    let prior = &draft.request.prior.log_shipping;
    for job in ShippingJob::ALL {
        interval(draft, prior, job);
    }
    for job in ShippingJob::ALL {
        taken(draft, prior, job);
    }
}

/// A duration to the nearest second, and at least one.
pub(super) fn rounded(duration: SimDuration) -> SimDuration {
    let seconds = libm::round(duration.ms as f64 / 1_000.0).max(1.0);
    SimDuration {
        ms: seconds as u64 * 1_000,
    }
}

/// The files that runs of a job are in.
fn files_of(draft: &FitDraft<'_>, job: ShippingJob) -> Vec<String> {
    let records = draft.request.records;
    let indices = records.job_files.get(&job).into_iter().flatten();
    indices
        .map(|index| records.manifest.files[*index].path.clone())
        .collect()
}

fn runs(records: &PoolRecords, job: ShippingJob) -> impl Iterator<Item = &JobRun> {
    records.runs.iter().filter(move |run| run.job == job)
}

/// From one start of an agent's job to the next.
fn interval(draft: &mut FitDraft<'_>, prior: &LogShipping, job: ShippingJob) {
    let prior = match job {
        ShippingJob::Backup => prior.backup_interval,
        ShippingJob::Copy => prior.copy_interval,
        ShippingJob::Restore => prior.restore_interval,
    };
    let starts: Vec<(u32, i64)> = runs(draft.request.records, job)
        .filter_map(|run| Some((run.agent, run.start?)))
        .collect();
    let pairs = starts.windows(2).filter(|pair| pair[0].0 == pair[1].0);
    let mut between: Vec<u64> = pairs
        .map(|pair| (pair[1].1 - pair[0].1).unsigned_abs())
        .collect();
    between.sort_unstable();
    let name = job.name();
    let key = format!("log_shipping.{name}_interval");
    let title = format!("from one run of the {name} job to the next");
    let mut value = blank(&key, &title, quoted(&duration_text(prior)), FitUnit::Ms);
    let count = between.len() as u64;
    let at = |rank: Option<u64>| {
        let index = usize::try_from(rank?.checked_sub(1)?).ok()?;
        between.get(index).map(|ms| *ms as f64)
    };
    let ranks = quantile_ranks(count, 0.5, Confidence::default());
    value.n = count;
    value.from = files_of(draft, job);
    value.statistic = "median".to_owned();
    value.estimate = at(quantile_rank(count, 0.5));
    (value.low, value.high) = (at(ranks.low), at(ranks.high));
    if let Some(median) = value.estimate.filter(|_| count >= EVENTS_FEW) {
        let found = rounded(SimDuration { ms: median as u64 });
        let fits = (10_000..=30 * 86_400_000).contains(&found.ms);
        if fits {
            value.decision = FitDecision::Measured;
            value.written = Some(quoted(&duration_text(found)));
        }
        let holes: Vec<u64> = between
            .iter()
            .copied()
            .filter(|ms| *ms as f64 > 1.5 * median)
            .collect();
        if let Some(longest) = holes.last() {
            value.notes.push(format!(
                "{} longer than one and a half of it, the longest {}: runs that did not take place \
                 or that the history has lost",
                plural(holes.len() as u64, "distance", "distances"),
                duration(*longest as f64)
            ));
        }
    }
    draft.value(value);
}

/// How long a run takes.
fn taken(draft: &mut FitDraft<'_>, prior: &LogShipping, job: ShippingJob) {
    let prior = match job {
        ShippingJob::Backup => prior.backup_duration,
        ShippingJob::Copy => prior.copy_duration,
        ShippingJob::Restore => prior.restore_duration,
    };
    let name = job.name();
    let key = format!("log_shipping.{name}_duration");
    let title = format!("how long a run of the {name} job takes");
    let mut value = blank(&key, &title, quoted(&duration_text(prior)), FitUnit::Ms);
    value.from = files_of(draft, job);
    let lengths = lengths(draft, job, &mut value);
    let count = lengths.len() as u64;
    value.n = count;
    value.statistic = "mean".to_owned();
    if count > 0 {
        let mean = lengths.iter().sum::<f64>() / count as f64;
        let squares = lengths.iter().map(|ms| (ms - mean) * (ms - mean));
        let deviation = libm::sqrt(squares.sum::<f64>() / (count as f64 - 1.0).max(1.0));
        let interval = mean_interval(mean, deviation, count, Confidence::default());
        value.estimate = Some(mean);
        (value.low, value.high) = (interval.low, interval.high);
        if count >= RUNS_FEW {
            value.decision = FitDecision::Measured;
            let written = rounded(SimDuration { ms: mean as u64 });
            value.written = Some(quoted(&duration_text(written)));
        } else {
            let note = format!("fewer than {RUNS_FEW} runs: their mean has no limits");
            value.notes.push(note);
        }
    }
    draft.value(value);
}

/// The lengths of the runs of a job that succeeded, in milliseconds.
fn lengths(draft: &FitDraft<'_>, job: ShippingJob, value: &mut FitValue) -> Vec<f64> {
    let records = draft.request.records;
    // On a mirror the backup job does nothing and reports success (handbook 4.1).
    let mut backups: Vec<i64> = Vec::new();
    if job == ShippingJob::Backup {
        let logs = records
            .backups
            .iter()
            .filter(|one| one.kind == BackupType::Log);
        backups.extend(logs.map(|one| one.start));
        backups.sort_unstable();
    }
    let has_backed_up = |from: i64, to: i64| {
        let next = backups.partition_point(|at| *at < from - SLACK_MS);
        backups.get(next).is_some_and(|at| *at <= to + SLACK_MS)
    };
    let (mut lengths, mut failed, mut idle) = (Vec::new(), 0, 0);
    for run in runs(records, job) {
        failed += u64::from(run.has_failed);
        let (Some(start), Some(end), false) = (run.start, run.end, run.has_failed) else {
            continue;
        };
        if job == ShippingJob::Backup && !backups.is_empty() && !has_backed_up(start, end) {
            idle += 1;
            continue;
        }
        lengths.push((end - start) as f64);
    }
    if failed > 0 {
        let text = plural(failed, "run", "runs");
        value
            .notes
            .push(format!("{text} failed and are not counted"));
    }
    if idle > 0 {
        let text = plural(idle, "run", "runs");
        value.notes.push(format!(
            "{text} without a log backup in the history, as on a mirror, are not counted"
        ));
    }
    let agents = runs(records, job).map(|run| run.agent);
    let agents: std::collections::BTreeSet<u32> = agents.collect();
    if job == ShippingJob::Backup && backups.is_empty() && agents.len() > 1 {
        let note = "several servers run the job, and without backup-history it is not known which \
             runs backed something up";
        value.notes.push(note.to_owned());
        lengths.clear();
    }
    lengths
}
