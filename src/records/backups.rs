//! Backups and restores, from the history in `msdb` (handbook 4.2).

use jiff::tz::{Offset, TimeZone};

use super::aside::Unread;
use super::instant::{self, InstantMs};
use super::jobs::at;
use super::manifest::{RecordManifest, RecordServer};
use super::rows::{RecordRow, lsn, truth, whole};

/// What kind of backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BackupType {
    /// The whole database.
    Full,
    /// What changed since a full backup.
    Differential,
    /// The log since the last log backup.
    Log,
}

/// Where a backup was written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum BackupTarget {
    /// Where the log-shipping job writes.
    Shipped,
    /// Nowhere: NUL.
    Nowhere,
    /// Into another folder or device.
    Elsewhere(String),
    /// The records or the manifest do not say.
    Unknown,
}

/// One backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupRecord {
    /// The index of the server that took it.
    pub server: usize,
    /// What kind.
    pub kind: BackupType,
    /// The first log record in it.
    pub first_lsn: u128,
    /// The log record after its last.
    pub last_lsn: u128,
    /// When it began.
    pub start: InstantMs,
    /// When it ended.
    pub finish: Option<InstantMs>,
    /// Its bytes, before compression.
    pub bytes: Option<u64>,
    /// Whether it stands beside the chain.
    pub is_copy_only: bool,
    /// Where it went.
    pub target: BackupTarget,
    /// The recovery fork at its beginning, by its number; 0 where the records do not say.
    pub first_fork: u32,
    /// The recovery fork at its end.
    pub last_fork: u32,
    /// Where the fork at its end left the one at its beginning.
    pub fork_point: Option<u128>,
    /// Whether the database was in the simple recovery model.
    pub is_simple: bool,
    /// Who took it.
    pub user: Option<String>,
    /// The index of the file that says so, and the row.
    pub origin: (usize, u64),
}

/// One restore on the secondary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoreRecord {
    /// The index of the server that restored.
    pub server: usize,
    /// What kind of backup.
    pub kind: BackupType,
    /// When.
    pub at: InstantMs,
    /// The first log record of the backup.
    pub first_lsn: Option<u128>,
    /// The log record after its last.
    pub last_lsn: Option<u128>,
    /// The recovery fork at its end.
    pub fork: u32,
    /// Whether the database was recovered by it: no further log can be restored.
    pub recovers: bool,
}

/// Numbers for the identifiers of recovery forks.
#[derive(Debug, Clone, Default)]
pub struct Forks(Vec<String>);

impl Forks {
    fn number(&mut self, guid: Option<&str>) -> u32 {
        let Some(guid) = guid else { return 0 };
        let known = self
            .0
            .iter()
            .position(|known| known.eq_ignore_ascii_case(guid));
        let index = known.unwrap_or_else(|| {
            self.0.push(guid.to_owned());
            self.0.len() - 1
        });
        u32::try_from(index + 1).unwrap_or(u32::MAX)
    }

    /// The identifier of a number.
    #[must_use]
    pub fn name(&self, number: u32) -> &str {
        let index = (number as usize).checked_sub(1);
        let name = index.and_then(|index| self.0.get(index));
        name.map_or("a fork without an identifier", String::as_str)
    }
}

/// A backup of a row; `None` for another database or another kind of backup, such as of a file.
///
/// # Errors
/// The value that cannot be read.
pub fn backup(
    row: &RecordRow<'_>,
    manifest: &RecordManifest,
    forks: &mut Forks,
    origin: usize,
) -> Result<Option<BackupRecord>, Unread> {
    let name = row.need(1, "the name of a database", Some)?;
    if !name.eq_ignore_ascii_case(&manifest.database) {
        return Ok(None);
    }
    let Some(kind) = backup_type(row.need(2, "a letter", Some)?) else {
        return Ok(None);
    };
    let server = row.need(0, "a server that the manifest names", |name| {
        manifest.server(name)
    })?;
    let its_server = &manifest.servers[server];
    let zone = zone(row, its_server)?;
    let finish = match row.get(6) {
        Some(_) => Some(at(row, 6, &zone, its_server)?),
        None => None,
    };
    let user = row.get(10).map(str::to_owned);
    Ok(Some(BackupRecord {
        server,
        kind,
        first_lsn: row.need(3, "a log sequence number", lsn)?,
        last_lsn: row.need(4, "a log sequence number", lsn)?,
        start: at(row, 5, &zone, its_server)?,
        finish,
        bytes: row.may(7, "a number of bytes", |text| {
            whole(text).and_then(|bytes| u64::try_from(bytes).ok())
        })?,
        is_copy_only: row.may(8, "0 or 1", truth)?.unwrap_or(false),
        target: target(row.get(9), &manifest.folders),
        first_fork: forks.number(row.get(13)),
        last_fork: forks.number(row.get(14)),
        fork_point: row.may(15, "a log sequence number", lsn)?,
        is_simple: row
            .get(12)
            .is_some_and(|model| model.eq_ignore_ascii_case("SIMPLE")),
        // Who took it is worth its room only where it is outside the job.
        user: user.filter(|_| !is_shipped(row.get(9), &manifest.folders)),
        origin: (origin, row.number),
    }))
}

/// A restore of a row; `None` for another database.
///
/// # Errors
/// The value that cannot be read.
pub fn restore(
    row: &RecordRow<'_>,
    manifest: &RecordManifest,
    server: usize,
    forks: &mut Forks,
) -> Result<Option<RestoreRecord>, Unread> {
    let name = row.need(0, "the name of a database", Some)?;
    if !name.eq_ignore_ascii_case(&manifest.database) {
        return Ok(None);
    }
    let Some(kind) = backup_type(row.need(1, "a letter", Some)?) else {
        return Ok(None);
    };
    let its_server = &manifest.servers[server];
    Ok(Some(RestoreRecord {
        server,
        kind,
        at: at(row, 2, &its_server.zone, its_server)?,
        recovers: row.may(3, "0 or 1", truth)?.unwrap_or(false),
        first_lsn: row.may(4, "a log sequence number", lsn)?,
        last_lsn: row.may(5, "a log sequence number", lsn)?,
        fork: forks.number(row.get(6)),
    }))
}

fn backup_type(letter: &str) -> Option<BackupType> {
    match letter {
        "D" => Some(BackupType::Full),
        "I" => Some(BackupType::Differential),
        "L" => Some(BackupType::Log),
        _ => None,
    }
}

/// The zone of a row: its own offset in quarters of an hour, where it knows one (127 is unknown),
/// else that of the server.
fn zone(row: &RecordRow<'_>, server: &RecordServer) -> Result<TimeZone, Unread> {
    let quarters = row.may(11, "quarters of an hour from -56 to 56, or 127", |text| {
        whole(text).filter(|quarters| *quarters == 127 || (-56..=56).contains(quarters))
    })?;
    let seconds = quarters
        .filter(|quarters| *quarters != 127)
        .and_then(|quarters| i32::try_from(quarters * 15 * 60).ok());
    let offset = seconds.and_then(|seconds| Offset::from_seconds(seconds).ok());
    Ok(offset.map_or_else(|| server.zone.clone(), TimeZone::fixed))
}

/// The folder of a path, in lower case.
fn folder(path: &str) -> String {
    let end = path.rfind(['\\', '/']).unwrap_or(path.len());
    path[..end].to_lowercase()
}

fn is_shipped(path: Option<&str>, folders: &[String]) -> bool {
    path.is_some_and(|path| folders.contains(&folder(path)))
}

fn target(path: Option<&str>, folders: &[String]) -> BackupTarget {
    match path {
        None => BackupTarget::Unknown,
        Some(path) if path.eq_ignore_ascii_case("NUL") => BackupTarget::Nowhere,
        Some(_) if folders.is_empty() => BackupTarget::Unknown,
        Some(_) if is_shipped(path, folders) => BackupTarget::Shipped,
        Some(path) => BackupTarget::Elsewhere(folder(path)),
    }
}

impl BackupRecord {
    /// When it began, in words.
    #[must_use]
    pub fn when(&self) -> String {
        instant::text(self.start)
    }
}
