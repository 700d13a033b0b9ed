//! What the records say about the log chain, in the handbook's terms.

use poolproof_reports::quantity::plural;

use crate::records::backups::BackupTarget;
use crate::records::chain::{ChainFinding, LogChain, chain};
use crate::records::instant;
use crate::records::pool_records::PoolRecords;

/// One sentence about the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainSentence {
    /// Whether the secondary cannot follow because of it.
    pub breaks: bool,
    /// The hazards of the handbook.
    pub hazards: &'static [&'static str],
    /// What is there, and what it means.
    pub text: String,
}

/// What is known of the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainAnswer {
    /// One sentence for all.
    pub summary: String,
    /// Whether the secondary can follow, as far as the records show.
    pub is_whole: bool,
    /// What was found, in the order of time.
    pub sentences: Vec<ChainSentence>,
    /// What cannot be judged, and why.
    pub open: Vec<String>,
}

/// Follows the chain and says what was found.
#[must_use]
pub fn judge(records: &PoolRecords) -> ChainAnswer {
    let found = chain(records);
    let sentences: Vec<ChainSentence> = found
        .findings
        .iter()
        .map(|finding| sentence(*finding, records))
        .collect();
    let breaks = sentences.iter().filter(|one| one.breaks).count() as u64;
    let number = plural(found.log_backups as u64, "log backup", "log backups");
    let summary = match (found.log_backups, breaks) {
        (0, _) => "the records hold no log backup".to_owned(),
        (_, 0) => format!("{number}: each begins where the one before ends, and S can follow"),
        (_, breaks) => {
            let places = plural(breaks, "place", "places");
            format!("{number}: the chain is broken for S in {places}")
        }
    };
    ChainAnswer {
        summary,
        is_whole: breaks == 0,
        sentences,
        open: open(&found),
    }
}

fn open(found: &LogChain) -> Vec<String> {
    let mut open = Vec::new();
    if found.log_backups > 0 && !found.knows_folders {
        let text = "whether a log backup went where the copy job looks is not known: add `folders` \
             to the manifest";
        open.push(text.to_owned());
    }
    if found.log_backups > 0 && found.restores == 0 {
        let text = "what S has restored is not known: collect restore-history on S";
        open.push(text.to_owned());
    }
    open
}

fn sentence(finding: ChainFinding, records: &PoolRecords) -> ChainSentence {
    let server = |index: usize| {
        let server = records.backups[index].server;
        records.manifest.servers[server].name.as_str()
    };
    let at = |index: usize| records.backups[index].when();
    let row = |index: usize| {
        let (file, row) = records.backups[index].origin;
        format!("{}, row {row}", records.manifest.files[file].path)
    };
    let (hazards, text): (&'static [&'static str], String) = match finding {
        ChainFinding::Foreign { backup } => {
            let one = &records.backups[backup];
            let place = match &one.target {
                BackupTarget::Elsewhere(folder) => folder.clone(),
                _ => "NUL".to_owned(),
            };
            let who = one.user.as_deref();
            let who = who.map_or_else(String::new, |who| format!(" by {who}"));
            (
                &["H-23"],
                format!(
                    "log backup outside the job on {}, {}{who}, to {place}: S never gets it, and \
                     can apply nothing after it ({})",
                    server(backup),
                    at(backup),
                    row(backup)
                ),
            )
        }
        ChainFinding::CarriedOver { backup } => (
            &["H-23"],
            format!(
                "log backup outside the job on {}, {}: S has restored it, so that people carried \
                 it over ({})",
                server(backup),
                at(backup),
                row(backup)
            ),
        ),
        ChainFinding::Gap { before, after } => (
            &["H-23", "H-24"],
            format!(
                "gap: the log between {} ({}) and {} ({}) is in no backup of the records; either a \
                 backup outside the job took it, or a server or a part of its history is missing",
                at(before),
                row(before),
                at(after),
                row(after)
            ),
        ),
        ChainFinding::Overlap { one, other } => (
            &["H-27"],
            format!(
                "{} and {} backed the same log up, {} ({}) and {} ({}): two principals, or a copy \
                 of the database",
                server(one),
                server(other),
                at(one),
                row(one),
                at(other),
                row(other)
            ),
        ),
        ChainFinding::Fork {
            before,
            after,
            is_secondary_ahead,
        } => {
            let fork = records.forks.name(records.backups[after].last_fork);
            let begins = format!(
                "a recovery fork begins on {}, {}: {fork}; the last backup of the old one is of {} \
                 ({})",
                server(after),
                at(after),
                at(before),
                row(after)
            );
            match is_secondary_ahead {
                true => (
                    &["H-26"],
                    format!(
                        "{begins}. S has restored log of the old fork from beyond its beginning: S \
                         is ahead of the new principal and has to be initialised again"
                    ),
                ),
                false => (
                    &["H-07", "H-26"],
                    format!("{begins}. S is not beyond its beginning"),
                ),
            }
        }
        ChainFinding::TwoForks { one, other } => (
            &["H-27"],
            format!(
                "two recovery forks are backed up at the same time, on {} ({}) and on {} ({}): two \
                 principals",
                server(one),
                row(one),
                server(other),
                row(other)
            ),
        ),
        ChainFinding::Failover { before, after } => (
            &[],
            format!(
                "the backups go on at {} instead of {}, {}: a failover, and the chain goes on",
                server(after),
                server(before),
                at(after)
            ),
        ),
        ChainFinding::Simple { backup } => (
            &["H-28"],
            format!(
                "the database was in the simple recovery model on {}, {} ({})",
                server(backup),
                at(backup),
                row(backup)
            ),
        ),
        ChainFinding::Recovered { restore } => {
            let one = &records.restores[restore];
            let server = &records.manifest.servers[one.server].name;
            (
                &["H-30"],
                format!(
                    "{server} was recovered, {}: no log can be applied to it any more",
                    instant::text(one.at)
                ),
            )
        }
    };
    ChainSentence {
        breaks: finding.breaks(),
        hazards,
        text,
    }
}
