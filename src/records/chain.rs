//! The log chain of a database, from the backups that were taken and restored: gaps, backups that
//! the secondary never gets, and recovery forks (handbook 4.2, 4.3; H-23 to H-28).

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::backups::{BackupRecord, BackupTarget, BackupType, RestoreRecord};
use super::instant::InstantMs;
use super::pool_records::PoolRecords;

/// What is wrong, or worth knowing, at one place of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChainFinding {
    /// A log backup went where the secondary does not look, and was never restored there (H-23).
    Foreign {
        /// The backup.
        backup: usize,
    },
    /// The same, but the secondary has restored it: people carried it over.
    CarriedOver {
        /// The backup.
        backup: usize,
    },
    /// Log is missing between two backups: no record shows who backed it up (H-23, H-24).
    Gap {
        /// The backup before.
        before: usize,
        /// The backup after.
        after: usize,
    },
    /// Two servers backed the same log up: two principals (H-27).
    Overlap {
        /// The earlier one.
        one: usize,
        /// The other.
        other: usize,
    },
    /// A new recovery fork begins (H-07, H-26).
    Fork {
        /// The last backup of the old fork.
        before: usize,
        /// The first backup of the new one.
        after: usize,
        /// Whether the secondary has restored log of the old fork from beyond the new one's
        /// beginning: it is ahead of the new principal (H-26).
        is_secondary_ahead: bool,
    },
    /// Both forks of a pair are backed up at the same time: two principals (H-27).
    TwoForks {
        /// A backup of one.
        one: usize,
        /// A backup of the other.
        other: usize,
    },
    /// The backups go on at another server: a failover. The chain goes on.
    Failover {
        /// The last backup of the old principal.
        before: usize,
        /// The first of the new one.
        after: usize,
    },
    /// The database was in the simple recovery model (H-28).
    Simple {
        /// The backup that says so.
        backup: usize,
    },
    /// The secondary was recovered: no further log can be restored (H-30).
    Recovered {
        /// The restore.
        restore: usize,
    },
}

impl ChainFinding {
    /// Whether the secondary cannot follow because of it.
    #[must_use]
    pub const fn breaks(self) -> bool {
        match self {
            Self::Foreign { .. }
            | Self::Gap { .. }
            | Self::Overlap { .. }
            | Self::TwoForks { .. }
            | Self::Simple { .. }
            | Self::Recovered { .. } => true,
            Self::Fork {
                is_secondary_ahead, ..
            } => is_secondary_ahead,
            Self::CarriedOver { .. } | Self::Failover { .. } => false,
        }
    }
}

/// The chain as the records show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogChain {
    /// How many log backups of the chain there are; those that are copy-only stand beside it.
    pub log_backups: usize,
    /// What was found, in the order of the log.
    pub findings: Vec<ChainFinding>,
    /// The log backups outside the job, by their index.
    pub foreign: Vec<usize>,
    /// Whether it is known where the log-shipping job writes.
    pub knows_folders: bool,
    /// How many restores of log there are.
    pub restores: usize,
}

/// Follows the chain through all backups.
#[must_use]
pub fn chain(records: &PoolRecords) -> LogChain {
    let backups = &records.backups;
    let is_log = |index: &usize| {
        let one = &backups[*index];
        one.kind == BackupType::Log && !one.is_copy_only
    };
    let logs: Vec<usize> = (0..backups.len()).filter(is_log).collect();
    let log_backups = logs.len();
    let log_restores = || {
        let restores = records.restores.iter();
        restores.filter(|one| one.kind == BackupType::Log)
    };
    let mut applied: Vec<(u128, u128)> = log_restores()
        .filter_map(|one| one.first_lsn.zip(one.last_lsn))
        .collect();
    applied.sort_unstable();
    let is_applied = |backup: &BackupRecord| {
        applied
            .binary_search(&(backup.first_lsn, backup.last_lsn))
            .is_ok()
    };
    let mut findings = Vec::new();
    let mut foreign = Vec::new();
    for &index in &logs {
        let backup = &backups[index];
        if matches!(
            backup.target,
            BackupTarget::Nowhere | BackupTarget::Elsewhere(_)
        ) {
            foreign.push(index);
            findings.push(match is_applied(backup) {
                true => ChainFinding::CarriedOver { backup: index },
                false => ChainFinding::Foreign { backup: index },
            });
        }
        if backup.is_simple {
            findings.push(ChainFinding::Simple { backup: index });
        }
    }
    let forks = by_fork(backups, &logs);
    for fork in &forks {
        follow(backups, fork, &mut findings);
    }
    for pair in forks.windows(2) {
        findings.push(between(records, &pair[0], &pair[1]));
    }
    let recovered = records.restores.iter().enumerate();
    let recovered = recovered.filter(|(_, one)| one.recovers);
    findings.extend(recovered.map(|(restore, _)| ChainFinding::Recovered { restore }));
    findings.sort_by_key(|finding| when(*finding, records));
    LogChain {
        log_backups,
        findings,
        foreign,
        knows_folders: !records.manifest.folders.is_empty(),
        restores: log_restores().count(),
    }
}

/// The log backups of each recovery fork, in the order of the log; the forks in the order in which
/// they were first backed up.
fn by_fork(backups: &[BackupRecord], logs: &[usize]) -> Vec<Vec<usize>> {
    let mut groups: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for &index in logs {
        groups
            .entry(backups[index].last_fork)
            .or_default()
            .push(index);
    }
    let mut forks: Vec<Vec<usize>> = groups.into_values().collect();
    // Indices are in the order of time.
    forks.sort_by_key(|fork| fork.iter().min().copied());
    for fork in &mut forks {
        fork.sort_by_key(|&index| (backups[index].first_lsn, backups[index].last_lsn, index));
    }
    forks
}

/// Follows one fork: each backup begins where the one before ends.
fn follow(backups: &[BackupRecord], fork: &[usize], findings: &mut Vec<ChainFinding>) {
    let Some((&first, rest)) = fork.split_first() else {
        return;
    };
    let mut before = first;
    for &after in rest {
        let (one, other) = (&backups[before], &backups[after]);
        match other.first_lsn.cmp(&one.last_lsn) {
            Ordering::Greater => findings.push(ChainFinding::Gap { before, after }),
            Ordering::Less => findings.push(ChainFinding::Overlap {
                one: before,
                other: after,
            }),
            Ordering::Equal if one.server != other.server => {
                findings.push(ChainFinding::Failover { before, after });
            }
            Ordering::Equal => {}
        }
        if other.last_lsn >= one.last_lsn {
            before = after;
        }
    }
}

/// What the beginning of a new fork means.
fn between(records: &PoolRecords, old: &[usize], new: &[usize]) -> ChainFinding {
    let backups = &records.backups;
    // Neither is empty; the indices are in the order of time.
    let first_new = new.iter().min().copied().unwrap_or_default();
    let last_old = old.iter().max().copied().unwrap_or_default();
    if last_old > first_new {
        return ChainFinding::TwoForks {
            one: last_old,
            other: first_new,
        };
    }
    let after = &backups[first_new];
    let begins = after.fork_point.unwrap_or(after.first_lsn);
    let old_fork = backups[last_old].last_fork;
    let is_ahead = |one: &RestoreRecord| {
        one.fork == old_fork && one.last_lsn.is_some_and(|last| last > begins)
    };
    ChainFinding::Fork {
        before: last_old,
        after: first_new,
        is_secondary_ahead: records.restores.iter().any(is_ahead),
    }
}

/// When a finding happened.
fn when(finding: ChainFinding, records: &PoolRecords) -> InstantMs {
    match finding {
        ChainFinding::Foreign { backup: index }
        | ChainFinding::CarriedOver { backup: index }
        | ChainFinding::Simple { backup: index }
        | ChainFinding::Gap { after: index, .. }
        | ChainFinding::Overlap { other: index, .. }
        | ChainFinding::Fork { after: index, .. }
        | ChainFinding::TwoForks { other: index, .. }
        | ChainFinding::Failover { after: index, .. } => records.backups[index].start,
        ChainFinding::Recovered { restore } => records.restores[restore].at,
    }
}
