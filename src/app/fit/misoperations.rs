//! Log backups outside the job: operators' doing that makes a gap at the secondary (H-23).

use poolproof_models::names::runbook::Operation;
use poolproof_reports::fit::FitUnit;

use super::draft::{FitDraft, blank};
use super::rates::{self, Evidence};
use crate::records::backups::BackupType;
use crate::records::chain::chain;
use crate::records::kind::RecordKind;
use crate::scenario::value::RateUnit;
use crate::scenario::writer::{quoted, rate_text};

pub(super) fn fit(draft: &mut FitDraft<'_>) {
    let records = draft.request.records;
    let logs = records
        .backups
        .iter()
        .filter(|one| one.kind == BackupType::Log);
    let times: Vec<i64> = logs.map(|one| one.start).collect();
    let (Some(first), Some(last)) = (times.first(), times.last()) else {
        return;
    };
    let found = chain(records);
    if !found.knows_folders {
        let text = "whether log backups were taken outside the job: the manifest has no `folders`";
        draft.unused.push(text.to_owned());
        return;
    }
    let operation = Operation::AdHocLogBackup;
    let key = format!("operators.misoperations.{}", operation.name());
    let mut misoperations = draft.request.prior.operators.misoperations.iter();
    let prior = misoperations
        .find(|(known, _)| *known == operation)
        .map(|(_, rate)| *rate);
    let text = prior.map_or_else(|| quoted("0/year"), rate_text);
    let mut value = blank(&key, "log backups outside the job", text, FitUnit::PerYear);
    value.from = draft.files_of(&[RecordKind::BackupHistory]);
    let evidence = Evidence {
        events: found.foreign.len() as u64,
        years: (last - first) as f64 / RateUnit::Year.ms() as f64,
    };
    let per_year = prior.map_or(0.0, |rate| rate.per_year());
    let decided = rates::decide(&mut value, per_year, evidence);
    value.written = decided.map(|per_year| rate_text(rates::rate(per_year)));
    draft.value(value);
}
