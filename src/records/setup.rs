//! How the servers say that the pool is set up: mirroring, log shipping, jobs, releases and what
//! the management shell lists. Each row keeps its place, so that a value can say where it is from.

use super::aside::Unread;
use super::jobs::ShippingJob;
use super::kind::RecordKind;
use super::manifest::RecordManifest;
use super::rows::{RecordRow, truth, whole};
use super::schedule::{self, Repetition};
use super::server_name::{endpoint, is_same_server};
use super::topology::TopologyRecord;

/// A row of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordPlace {
    /// The index of the file in the manifest.
    pub file: usize,
    /// The number of the row, or of the line of a topology.
    pub row: u64,
}

/// Release and edition of an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerProperties {
    /// Where it says so.
    pub place: RecordPlace,
    /// The index of the server.
    pub server: usize,
    /// Such as `11.0.5058.0`.
    pub version: String,
    /// Such as `Enterprise Edition (64-bit)`.
    pub edition: String,
}

/// A mirrored database, as one partner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MirrorSession {
    /// Whether this partner is the principal.
    pub is_principal: bool,
    /// The state in words, such as `SYNCHRONIZED`.
    pub state: String,
    /// Whether transaction safety is FULL.
    pub is_full: bool,
    /// Host and port of the other partner.
    pub partner: Option<(String, u16)>,
    /// Host and port of the witness, where there is one.
    pub witness: Option<(String, u16)>,
    /// The time in seconds after which a silent partner counts as failed.
    pub timeout_s: Option<u64>,
}

/// A chat database of an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseSetup {
    /// Where it says so.
    pub place: RecordPlace,
    /// The index of the server.
    pub server: usize,
    /// The database.
    pub database: String,
    /// Its recovery model, in upper case.
    pub recovery_model: Option<String>,
    /// Its mirroring session; `None` where it is not mirrored.
    pub session: Option<MirrorSession>,
}

/// A session, as its witness sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WitnessSession {
    /// Where it says so.
    pub place: RecordPlace,
    /// The database.
    pub database: String,
    /// The principal.
    pub principal: String,
    /// The mirror.
    pub mirror: String,
    /// Whether the partners are synchronised, from the text: the numbers of this view mean the
    /// opposite of those of the partners' view.
    pub is_synchronised: bool,
}

/// What an instance ships as a primary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShippingPrimary {
    /// Where it says so.
    pub place: RecordPlace,
    /// The index of the server.
    pub server: usize,
    /// The database; `None` where the instance ships nothing.
    pub database: Option<String>,
    /// The backup share.
    pub share: String,
    /// How many minutes backup files are kept.
    pub retention_min: Option<u64>,
    /// After how many minutes without a backup there is an alert; 0 where it is switched off.
    pub alert_min: Option<u64>,
    /// The monitor server.
    pub monitor: Option<String>,
}

/// What an instance receives as a secondary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShippingSecondary {
    /// Where it says so.
    pub place: RecordPlace,
    /// The index of the server.
    pub server: usize,
    /// The database; `None` where the instance receives nothing.
    pub database: Option<String>,
    /// The folder that files are copied to.
    pub destination: Option<String>,
    /// Minutes that a file waits before it is restored.
    pub delay_min: Option<u64>,
    /// Whether the database is readable between restores.
    pub is_standby: Option<bool>,
    /// After how many minutes without a restore there is an alert; 0 where it is switched off.
    pub alert_min: Option<u64>,
    /// The monitor server.
    pub monitor: Option<String>,
}

/// A schedule of a log-shipping job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobSchedule {
    /// Where it says so.
    pub place: RecordPlace,
    /// The index of the server.
    pub server: usize,
    /// The database.
    pub database: String,
    /// Which job.
    pub job: ShippingJob,
    /// Whether the job and the schedule are enabled.
    pub is_enabled: bool,
    /// How often it starts; `None` where the job has no schedule.
    pub repetition: Option<Repetition>,
}

/// A pool of the deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsPool {
    /// Where it says so.
    pub place: RecordPlace,
    /// Its name.
    pub name: String,
    /// Its servers.
    pub computers: Vec<String>,
    /// Its services, such as `PersistentChatServer:pool.corp.example`.
    pub services: Vec<String>,
}

/// The state of a chat pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatPoolState {
    /// Where it says so.
    pub place: RecordPlace,
    /// The name of the pool.
    pub pool: String,
    /// Whether it is failed over.
    pub is_failed_over: bool,
}

/// The roles of a database, as Lync sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsMirrorState {
    /// Where it says so.
    pub place: RecordPlace,
    /// The database.
    pub database: String,
    /// Whether the server that the topology names first is the principal; `None` where neither is.
    pub is_first_principal: Option<bool>,
    /// Whether both partners say that they are synchronised; `None` where they say nothing.
    pub is_synchronised: Option<bool>,
}

/// All of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PoolSetup {
    /// Releases and editions.
    pub servers: Vec<ServerProperties>,
    /// Chat databases.
    pub databases: Vec<DatabaseSetup>,
    /// Sessions of witnesses.
    pub witnesses: Vec<WitnessSession>,
    /// Primaries of log shipping.
    pub primaries: Vec<ShippingPrimary>,
    /// Secondaries of log shipping.
    pub secondaries: Vec<ShippingSecondary>,
    /// Schedules of jobs.
    pub schedules: Vec<JobSchedule>,
    /// Pools.
    pub pools: Vec<CsPool>,
    /// States of pools.
    pub states: Vec<ChatPoolState>,
    /// States of mirrored databases.
    pub mirror_states: Vec<CsMirrorState>,
    /// Topologies.
    pub topologies: Vec<TopologyRecord>,
}

const DATABASE: &str = "the name of a database";
const MINUTES: &str = "a number of minutes";
const SERVER: &str = "the server of this file, as the manifest names it";

impl PoolSetup {
    /// Takes a row of a kind that says how the pool is set up.
    ///
    /// # Errors
    /// The value that cannot be read.
    pub(super) fn take(
        &mut self,
        row: &RecordRow<'_>,
        manifest: &RecordManifest,
        index: usize,
    ) -> Result<(), Unread> {
        let file = &manifest.files[index];
        let place = RecordPlace {
            file: index,
            row: row.number,
        };
        let server = file.server.unwrap_or(0);
        if !file.kind.is_of_the_pool() {
            let name = &manifest.servers[server].name;
            row.need(0, SERVER, |text| is_same_server(text, name).then_some(()))?;
        }
        match file.kind {
            RecordKind::ServerProperties => self.servers.push(ServerProperties {
                place,
                server,
                version: row
                    .need(1, "a version such as 11.0.5058.0", version)?
                    .to_owned(),
                edition: row.need(2, "an edition", Some)?.to_owned(),
            }),
            RecordKind::MirroringSetup => {
                self.databases.extend(database(row, place, server)?);
            }
            RecordKind::WitnessSetup => self.witnesses.extend(witness(row, place)?),
            RecordKind::LogShippingPrimary => self.primaries.push(ShippingPrimary {
                place,
                server,
                database: row.get(1).map(str::to_owned),
                share: row.get(2).unwrap_or_default().to_owned(),
                retention_min: row.may(3, MINUTES, count)?,
                alert_min: alert(row, 4, 5)?,
                monitor: row.get(6).map(str::to_owned),
            }),
            RecordKind::LogShippingSecondary => self.secondaries.push(ShippingSecondary {
                place,
                server,
                database: row.get(2).map(str::to_owned),
                destination: row.get(3).map(str::to_owned),
                delay_min: row.may(4, MINUTES, count)?,
                is_standby: row.may(5, "0 for NORECOVERY or 1 for STANDBY", truth)?,
                alert_min: alert(row, 6, 7)?,
                monitor: row.get(8).map(str::to_owned),
            }),
            RecordKind::JobSchedules => self.schedules.extend(job(row, place, server)?),
            RecordKind::CsPool => self.pools.push(CsPool {
                place,
                name: row.get(2).or(row.get(0)).unwrap_or_default().to_owned(),
                computers: row.get(1).map(list).unwrap_or_default(),
                services: row.get(3).map(list).unwrap_or_default(),
            }),
            RecordKind::PersistentChatState => self.states.push(ChatPoolState {
                place,
                pool: after_colon(row.need(0, "the identity of a pool", Some)?),
                is_failed_over: row.need(1, "Normal or FailedOver", |text| {
                    either(text, "failedover", "normal")
                })?,
            }),
            RecordKind::CsMirrorState => self.mirror_states.push(mirror_state(row, place)?),
            _ => {}
        }
        Ok(())
    }
}

fn version(text: &str) -> Option<&str> {
    let major = text.split('.').next()?;
    major.parse::<u32>().ok().filter(|major| *major > 0)?;
    Some(text)
}

fn count(text: &str) -> Option<u64> {
    u64::try_from(whole(text)?).ok()
}

/// Which of two words, whatever the case of their letters.
fn either(text: &str, yes: &str, no: &str) -> Option<bool> {
    match text {
        _ if text.eq_ignore_ascii_case(yes) => Some(true),
        _ if text.eq_ignore_ascii_case(no) => Some(false),
        _ => None,
    }
}

/// The items of a list within one field.
fn list(text: &str) -> Vec<String> {
    let items = text.split([';', ',', ' ', '{', '}', '\n']);
    let items = items.map(str::trim).filter(|item| !item.is_empty());
    items.map(str::to_owned).collect()
}

/// What stands behind the kind in an identity such as `PersistentChatServer:pool.corp.example`.
fn after_colon(text: &str) -> String {
    text.rsplit(':').next().unwrap_or_default().to_owned()
}

/// The threshold of an alert in minutes; 0 where it is switched off.
fn alert(row: &RecordRow<'_>, threshold: usize, switch: usize) -> Result<Option<u64>, Unread> {
    let minutes = row.may(threshold, MINUTES, count)?;
    let is_on = row.may(switch, "0 or 1", truth)?;
    Ok(match is_on {
        Some(false) => Some(0),
        _ => minutes,
    })
}

fn database(
    row: &RecordRow<'_>,
    place: RecordPlace,
    server: usize,
) -> Result<Option<DatabaseSetup>, Unread> {
    let Some(database) = row.get(1) else {
        return Ok(None);
    };
    const ENDPOINT: &str = "an endpoint such as TCP://sql-b.corp.example:5022";
    let role = row.may(2, "PRINCIPAL or MIRROR", |text| {
        either(text, "principal", "mirror")
    })?;
    let session = match role {
        None => None,
        Some(is_principal) => Some(MirrorSession {
            is_principal,
            state: row.need(3, "a state such as SYNCHRONIZED", state)?,
            is_full: row.need(4, "FULL or OFF", |text| either(text, "full", "off"))?,
            partner: row.may(5, ENDPOINT, endpoint)?,
            witness: row.may(6, ENDPOINT, endpoint)?,
            timeout_s: row.may(7, "a number of seconds", count)?,
        }),
    };
    Ok(Some(DatabaseSetup {
        place,
        server,
        database: database.to_owned(),
        recovery_model: row.may(8, "FULL, BULK_LOGGED or SIMPLE", |text| {
            let text = text.to_uppercase();
            ["FULL", "BULK_LOGGED", "SIMPLE"]
                .contains(&text.as_str())
                .then_some(text)
        })?,
        session,
    }))
}

/// A state of mirroring in words; the numbers are not read.
fn state(text: &str) -> Option<String> {
    let text = text.to_uppercase();
    let known = [
        "SUSPENDED",
        "DISCONNECTED",
        "SYNCHRONIZING",
        "PENDING_FAILOVER",
        "SYNCHRONIZED",
        "UNSYNCHRONIZED",
    ];
    known.contains(&text.as_str()).then_some(text)
}

fn witness(row: &RecordRow<'_>, place: RecordPlace) -> Result<Option<WitnessSession>, Unread> {
    let Some(database) = row.get(1) else {
        return Ok(None);
    };
    let is_synchronised = row.need(4, "SYNCHRONIZED or UNSYNCHRONIZED", |text| {
        state(text).map(|state| state == "SYNCHRONIZED")
    })?;
    Ok(Some(WitnessSession {
        place,
        database: database.to_owned(),
        principal: row.need(2, "the name of a server", Some)?.to_owned(),
        mirror: row.need(3, "the name of a server", Some)?.to_owned(),
        is_synchronised,
    }))
}

fn job(
    row: &RecordRow<'_>,
    place: RecordPlace,
    server: usize,
) -> Result<Option<JobSchedule>, Unread> {
    let Some(job) = row.may(2, "backup, copy or restore", |text| {
        let known = ShippingJob::ALL.into_iter();
        let mut known = known.filter(|job| text.eq_ignore_ascii_case(job.name()));
        known.next()
    })?
    else {
        return Ok(None);
    };
    let repetition = match row.get(3) {
        None => None,
        Some(_) => Some(schedule::repetition(row, 3)?),
    };
    Ok(Some(JobSchedule {
        place,
        server,
        database: row.need(1, DATABASE, Some)?.to_owned(),
        job,
        is_enabled: schedule::is_enabled(row, [7, 8])?,
        repetition,
    }))
}

fn mirror_state(row: &RecordRow<'_>, place: RecordPlace) -> Result<CsMirrorState, Unread> {
    const STATES: &str = "Principal, Mirror or DatabaseInaccessibleOrMirroringNotEnabled";
    let is_principal = |column: usize| {
        row.need(column, STATES, |text| match text.to_lowercase().as_str() {
            "principal" => Some(Some(true)),
            "mirror" => Some(Some(false)),
            "databaseinaccessibleormirroringnotenabled" => Some(None),
            _ => None,
        })
    };
    let (first, second) = (is_principal(1)?, is_principal(2)?);
    let of_mirror = row.get(4).or(row.get(5));
    let both = row.get(3).zip(of_mirror);
    let is_synchronised = |text: &str| text.eq_ignore_ascii_case("synchronized");
    Ok(CsMirrorState {
        place,
        database: row.need(0, DATABASE, Some)?.to_owned(),
        is_first_principal: first.or(second.map(|second| !second)),
        is_synchronised: both.map(|(one, other)| is_synchronised(one) && is_synchronised(other)),
    })
}
