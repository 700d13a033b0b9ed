//! Outages of servers, links and data centres: from starts and stops in the event logs, and from
//! lists that people wrote.

use jiff::tz::TimeZone;

use super::aside::Unread;
use super::instant::InstantMs;
use super::jobs::at;
use super::manifest::{RecordManifest, RecordServer, ServerRole};
use super::rows::{RecordRow, truth, whole};
use crate::scenario::failures::Noticed;

/// What was out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OutageSubject {
    /// A server, by its index in the manifest.
    Server(usize),
    /// The path between the data centres.
    InterSiteLink,
    /// A link within a pair.
    LocalLink,
    /// A data centre.
    DataCentre,
}

/// One outage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutageRecord {
    /// What was out.
    pub subject: OutageSubject,
    /// The failure mode, such as outage, process-crash or patching.
    pub mode: String,
    /// Whether it was planned work.
    pub is_planned: bool,
    /// How partners noticed it, where that is known.
    pub noticed: Option<Noticed>,
    /// When it began; `None` where nobody saw it.
    pub start: Option<InstantMs>,
    /// The last sign of life before it, where the beginning is not known.
    pub alive: Option<InstantMs>,
    /// When it ended; `None` where it has not.
    pub end: Option<InstantMs>,
    /// The index of the file that says so, and the row.
    pub origin: (usize, u64),
}

impl OutageRecord {
    /// How long it lasted, where both ends are known.
    #[must_use]
    pub fn length_ms(&self) -> Option<u64> {
        let (start, end) = (self.start?, self.end?);
        u64::try_from(end - start).ok()
    }

    /// When it happened, as exactly as it is known.
    #[must_use]
    pub fn at(&self) -> Option<InstantMs> {
        self.start.or(self.end).or(self.alive)
    }
}

/// What an event log says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sign {
    /// The log goes back to here.
    From,
    /// A restart was asked for (1074).
    RestartWanted,
    /// SQL Server was told to stop, or stopped for a shutdown (17147, 17148).
    ServiceStopped,
    /// The system shut down (6006).
    ShutDown,
    /// The service ended by itself (7031, 7034).
    ServiceCrashed,
    /// The system had not shut down before this start (41, 6008).
    NotShutDown,
    /// The system started (6005).
    Started,
    /// SQL Server takes connections (17126).
    ServiceReady,
    /// The log was read at this time.
    To,
}

/// One row of an event log.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ServiceEvent {
    /// The server.
    pub server: usize,
    /// When.
    pub at: InstantMs,
    /// What.
    pub sign: Sign,
    /// The index of the file that says so, and the row.
    pub origin: (usize, u64),
}

/// Names that the services of databases and of the pool begin with. Display names of products are
/// not translated.
const SERVICES: [&str; 2] = ["SQL Server (", "Lync Server Persistent Chat"];

/// An event of a row; `None` where the number means nothing here.
///
/// # Errors
/// The value that cannot be read.
pub fn event(
    row: &RecordRow<'_>,
    manifest: &RecordManifest,
    server: usize,
    origin: usize,
) -> Result<Option<ServiceEvent>, Unread> {
    let provider = row.need(1, "the source of the event", Some)?;
    let id = row.need(2, "the number of an event", whole)?;
    let is_sql = provider.to_ascii_uppercase().starts_with("MSSQL");
    let is_ours = || {
        let service = row.get(4).unwrap_or_default();
        SERVICES.iter().any(|known| service.starts_with(known))
    };
    let sign = match (provider, id) {
        ("from", 0) => Sign::From,
        ("to", 0) => Sign::To,
        (_, 1074) => Sign::RestartWanted,
        (_, 6006) => Sign::ShutDown,
        (_, 41 | 6008) => Sign::NotShutDown,
        (_, 6005) => Sign::Started,
        (_, 7031 | 7034) if is_ours() => Sign::ServiceCrashed,
        (_, 17147 | 17148) if is_sql => Sign::ServiceStopped,
        (_, 17126) if is_sql => Sign::ServiceReady,
        _ => return Ok(None),
    };
    let its_server = &manifest.servers[server];
    Ok(Some(ServiceEvent {
        server,
        at: at(row, 3, &TimeZone::UTC, its_server)?,
        sign,
        origin: (origin, row.number),
    }))
}

/// The outages that the events of one server tell of, which are in the order of time.
#[must_use]
pub fn outages(events: &[ServiceEvent], role: ServerRole) -> Vec<OutageRecord> {
    let has_service = matches!(role, ServerRole::Database | ServerRole::Witness);
    let has_service = has_service && events.iter().any(|one| one.sign == Sign::ServiceReady);
    let mut found: Vec<OutageRecord> = Vec::new();
    let mut open: Option<OutageRecord> = None;
    let mut alive: Option<InstantMs> = None;
    for event in events {
        let stopped = |mode: &str, noticed, is_planned| OutageRecord {
            subject: OutageSubject::Server(event.server),
            mode: mode.to_owned(),
            is_planned,
            noticed: Some(noticed),
            start: Some(event.at),
            alive: None,
            end: None,
            origin: event.origin,
        };
        match event.sign {
            Sign::From | Sign::To => continue,
            Sign::RestartWanted => {}
            // Somebody has asked for it, whether the whole system goes down or the service alone.
            Sign::ServiceStopped | Sign::ShutDown => {
                if open.is_none() && (has_service || event.sign == Sign::ShutDown) {
                    open = Some(stopped("patching", Noticed::Closed, true));
                }
            }
            Sign::ServiceCrashed => {
                open.get_or_insert_with(|| stopped("process-crash", Noticed::Closed, false));
            }
            Sign::NotShutDown => {
                // The row is written at the start. A crash that was seen stays what it was.
                open.get_or_insert_with(|| OutageRecord {
                    start: None,
                    alive,
                    ..stopped("outage", Noticed::Silent, false)
                });
            }
            Sign::Started | Sign::ServiceReady => {
                let is_up = event.sign == Sign::ServiceReady || !has_service;
                if is_up && let Some(outage) = open.take() {
                    found.push(OutageRecord {
                        end: Some(event.at),
                        ..outage
                    });
                }
            }
        }
        alive = Some(event.at);
    }
    found.extend(open);
    found
}

/// An incident of a row, as people wrote it.
///
/// # Errors
/// The value that cannot be read.
pub fn incident(
    row: &RecordRow<'_>,
    manifest: &RecordManifest,
    origin: usize,
) -> Result<OutageRecord, Unread> {
    let subject = row.need(0, SUBJECTS, |text| subject(text, manifest))?;
    let utc = utc();
    let start = at(row, 1, &TimeZone::UTC, &utc)?;
    let end = match row.get(2) {
        Some(_) => Some(at(row, 2, &TimeZone::UTC, &utc)?),
        None => None,
    };
    if end.is_some_and(|end| end < start) {
        return Err(Unread {
            column: 2,
            found: row.get(2).unwrap_or_default().to_owned(),
            expected: "an end after the start",
        });
    }
    let is_planned = row.may(4, "yes or no", truth)?.unwrap_or(false);
    let usual = if is_planned { "patching" } else { "outage" };
    let noticed = row.may(5, "closed or silent", |text| match text {
        "closed" => Some(Noticed::Closed),
        "silent" => Some(Noticed::Silent),
        _ => None,
    })?;
    Ok(OutageRecord {
        subject,
        mode: row.get(3).unwrap_or(usual).to_owned(),
        is_planned,
        noticed,
        start: Some(start),
        alive: None,
        end,
        origin: (origin, row.number),
    })
}

const SUBJECTS: &str = "the name or the role of a server of the manifest, inter-site-link, \
     local-link, DC1 or DC2";

fn subject(text: &str, manifest: &RecordManifest) -> Option<OutageSubject> {
    let by_role = || {
        let mut servers = manifest.servers.iter();
        let is_it = |one: &RecordServer| one.word == text && one.role != ServerRole::Pool;
        servers.position(is_it)
    };
    match text {
        "inter-site-link" => Some(OutageSubject::InterSiteLink),
        "local-link" => Some(OutageSubject::LocalLink),
        "DC1" | "DC2" => Some(OutageSubject::DataCentre),
        _ => manifest
            .server(text)
            .or_else(by_role)
            .map(OutageSubject::Server),
    }
}

/// People write in UTC, or with an offset.
fn utc() -> RecordServer {
    RecordServer {
        site: None,
        line: 0,
        name: String::new(),
        role: ServerRole::Pool,
        word: "",
        zone: TimeZone::UTC,
        clock_ahead_ms: 0,
    }
}
