//! Runs of the log-shipping jobs, from the history in `msdb` (handbook 4.1). A run is what one
//! agent did in one session: its first row says that it started, its last how it ended.

use std::collections::BTreeMap;

use super::aside::Unread;
use super::instant::{self, InstantMs};
use super::manifest::{RecordFile, RecordServer};
use super::rows::{RecordRow, whole};

/// Which of the three jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ShippingJob {
    /// Backs the log up to the share.
    Backup,
    /// Copies files from the share.
    Copy,
    /// Applies copied files.
    Restore,
}

impl ShippingJob {
    /// Every job.
    pub const ALL: [Self; 3] = [Self::Backup, Self::Copy, Self::Restore];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Backup => "backup",
            Self::Copy => "copy",
            Self::Restore => "restore",
        }
    }
}

/// One run of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JobRun {
    /// Which job.
    pub job: ShippingJob,
    /// The number of its agent among all that were seen.
    pub agent: u32,
    /// When it started; `None` where its first row is not there.
    pub start: Option<InstantMs>,
    /// When it ended; `None` where its last row is not there.
    pub end: Option<InstantMs>,
    /// Whether it failed.
    pub has_failed: bool,
}

/// What is known of a run so far.
#[derive(Debug, Clone, Copy)]
struct Seen {
    start: Option<InstantMs>,
    end: Option<InstantMs>,
    has_failed: bool,
}

/// Puts rows together to runs, in any order and from several files.
#[derive(Debug, Default)]
pub struct JobRuns {
    agents: BTreeMap<String, (u32, ShippingJob)>,
    by_session: BTreeMap<(u32, i64), Seen>,
}

impl JobRuns {
    /// Takes a row of this database as part of a run, and gives its job; one of another database is
    /// left alone.
    ///
    /// # Errors
    /// The value that cannot be read.
    pub fn take(
        &mut self,
        row: &RecordRow<'_>,
        server: &RecordServer,
        database: &str,
    ) -> Result<Option<ShippingJob>, Unread> {
        if row
            .get(6)
            .is_some_and(|name| !name.eq_ignore_ascii_case(database))
        {
            return Ok(None);
        }
        let agent = row.need(0, "the number of an agent", Some)?;
        let job = row.need(1, "0, 1 or 2", |text| match text {
            "0" => Some(ShippingJob::Backup),
            "1" => Some(ShippingJob::Copy),
            "2" => Some(ShippingJob::Restore),
            _ => None,
        })?;
        let session = row.need(2, "a number", whole)?;
        let status = row.need(3, "0 to 4", |text| {
            whole(text).filter(|status| (0..=4).contains(status))
        })?;
        let at = moment(row, server)?;
        let number = u32::try_from(self.agents.len()).unwrap_or(u32::MAX);
        let agent = match self.agents.get(agent) {
            Some((number, _)) => *number,
            None => {
                self.agents.insert(agent.to_owned(), (number, job));
                number
            }
        };
        let seen = self.by_session.entry((agent, session)).or_insert(Seen {
            start: None,
            end: None,
            has_failed: false,
        });
        match status {
            0 => seen.start = Some(seen.start.map_or(at, |start| start.min(at))),
            2..=4 => {
                seen.end = Some(seen.end.map_or(at, |end| end.max(at)));
                seen.has_failed |= status == 3;
            }
            _ => {}
        }
        Ok(Some(job))
    }

    /// The runs, agent by agent in the order in which they started.
    #[must_use]
    pub fn finish(self) -> Vec<JobRun> {
        let mut jobs = vec![ShippingJob::Backup; self.agents.len()];
        for (number, job) in self.agents.into_values() {
            if let Some(slot) = jobs.get_mut(number as usize) {
                *slot = job;
            }
        }
        let runs = self.by_session.into_iter();
        let mut runs: Vec<JobRun> = runs
            .map(|((agent, _), seen)| JobRun {
                job: jobs[agent as usize],
                agent,
                start: seen.start,
                end: seen.end,
                has_failed: seen.has_failed,
            })
            .collect();
        runs.sort_by_key(|run| (run.job, run.agent, run.start.or(run.end)));
        runs
    }
}

/// When a row was written: in UTC if it says so, else in local time.
fn moment(row: &RecordRow<'_>, server: &RecordServer) -> Result<InstantMs, Unread> {
    let (column, zone) = match row.get(4) {
        Some(_) => (4, &jiff::tz::TimeZone::UTC),
        None => (5, &server.zone),
    };
    at(row, column, zone, server)
}

/// An instant in a column, corrected by the error of the server's clock.
pub(super) fn at(
    row: &RecordRow<'_>,
    column: usize,
    zone: &jiff::tz::TimeZone,
    server: &RecordServer,
) -> Result<InstantMs, Unread> {
    let found = row.get(column).unwrap_or_default();
    let read = instant::parse(found, zone).map_err(|why| Unread {
        column,
        found: found.to_owned(),
        expected: why.expected(),
    })?;
    Ok(read - server.clock_ahead_ms)
}

/// The server of a file; the manifest is refused where one is missing.
pub(super) fn server_of<'m>(file: &RecordFile, servers: &'m [RecordServer]) -> &'m RecordServer {
    &servers[file.server.unwrap_or(0)]
}
