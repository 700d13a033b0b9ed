//! From records of a pool to values of its scenario: what they say, with an interval, and where
//! they say too little, that the prior stays.

mod delays;
mod draft;
mod failures;
mod jobs;
mod mirroring;
mod misoperations;
mod rates;
mod steps;
mod volume;

use std::collections::BTreeMap;

use poolproof_reports::fit::{self as doc, FitAside, FitChain, FitDocument, FitFile};

use self::draft::FitDraft;
pub use self::draft::MARK;
use crate::app::chain;
use crate::records::aside::Aside;
use crate::records::pool_records::PoolRecords;
use crate::scenario::Scenario;

/// Fewer events or observations than this do not decide alone.
const EVENTS_FEW: u64 = 10;

/// A fit of one pool.
pub struct FitRequest<'a> {
    /// What the servers have written down.
    pub records: &'a PoolRecords,
    /// Where the priors are from.
    pub prior: &'a Scenario,
    /// The scenario of the priors, as the written file has to name it; none for the defaults.
    pub extends: Option<&'a str>,
    /// The command that makes it again.
    pub command: String,
}

/// What the records say.
#[derive(Debug, Clone, PartialEq)]
pub struct FittedScenario {
    /// Every value with what it is from.
    pub document: FitDocument,
    /// The scenario file of the measured values.
    pub toml: String,
    /// The files that it names, by their path relative to it.
    pub files: BTreeMap<String, String>,
}

/// Fits every value that the records know something about.
#[must_use]
pub fn fit(request: &FitRequest<'_>) -> FittedScenario {
    let records = request.records;
    let mut draft = FitDraft::new(request);
    mirroring::fit(&mut draft);
    jobs::fit(&mut draft);
    misoperations::fit(&mut draft);
    failures::fit(&mut draft);
    steps::fit(&mut draft);
    let chain = chain::judge(records);
    let findings = chain.sentences.iter().map(|one| match one.hazards {
        [] => one.text.clone(),
        hazards => format!("{} ({})", one.text, hazards.join(", ")),
    });
    let document = FitDocument {
        schema: doc::SCHEMA.to_owned(),
        poolproof_version: env!("CARGO_PKG_VERSION").to_owned(),
        command: request.command.clone(),
        scenario: request.extends.map(str::to_owned),
        files: records
            .files
            .iter()
            .map(|file| FitFile {
                path: file.path.clone(),
                kind: file.kind.name().to_owned(),
                rows: file.rows,
            })
            .collect(),
        values: draft.values.clone(),
        samples: draft.samples.clone(),
        volume: volume::by_hour(records),
        chain: FitChain {
            summary: chain.summary.clone(),
            is_whole: chain.is_whole,
            findings: findings.chain(chain.open.iter().cloned()).collect(),
        },
        asides: records.asides.all().iter().map(aside).collect(),
        unused: draft.unused.clone(),
    };
    let (toml, files) = draft.into_files(&document);
    FittedScenario {
        document,
        toml,
        files,
    }
}

fn aside(one: &Aside) -> FitAside {
    FitAside {
        file: one.file.clone(),
        count: one.count,
        rows: one.rows_text(),
        reason: match one.example.is_empty() {
            true => one.reason.clone(),
            false => format!("{}, as in `{}`", one.reason, one.example),
        },
        help: one.help.clone(),
    }
}
