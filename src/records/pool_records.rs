//! Everything that the records of a pool say, put in order.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use super::aside::{Aside, Asides};
use super::backups::{self, BackupRecord, Forks, RestoreRecord};
use super::drills::{DrillRecord, Drills};
use super::instant::InstantMs;
use super::jobs::{JobRun, JobRuns, ShippingJob, server_of};
use super::kind::RecordKind;
use super::manifest::{RecordFile, RecordManifest};
use super::mirroring::{self, MirrorState, StateChange};
use super::outages::{self, OutageRecord, OutageSubject, ServiceEvent, Sign};
use super::setup::PoolSetup;
use super::{rows, topology};
use crate::scenario::diagnostic::{Diagnostic, Severity};
use crate::scenario::value::Parsed;

/// For which time something is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Watch {
    /// From when on.
    pub from: InstantMs,
    /// Until when.
    pub to: InstantMs,
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRead {
    /// Its path, as the manifest has it.
    pub path: String,
    /// What is in it.
    pub kind: RecordKind,
    /// How many rows it has.
    pub rows: u64,
}

/// The records.
#[derive(Debug, Clone)]
pub struct PoolRecords {
    /// Which server each is from.
    pub manifest: RecordManifest,
    /// The files, in the order of the manifest.
    pub files: Vec<FileRead>,
    /// Runs of the log-shipping jobs, by job, agent and time.
    pub runs: Vec<JobRun>,
    /// The indices of the files that runs of each job are in.
    pub job_files: BTreeMap<ShippingJob, BTreeSet<usize>>,
    /// Backups in the order of time.
    pub backups: Vec<BackupRecord>,
    /// Restores in the order of time.
    pub restores: Vec<RestoreRecord>,
    /// The identifiers of recovery forks.
    pub forks: Forks,
    /// Outages in the order of time.
    pub outages: Vec<OutageRecord>,
    /// For which time the outages of a server are known, by its index; sorted and apart.
    pub watched: BTreeMap<usize, Vec<Watch>>,
    /// For which time lists of incidents are complete; sorted and apart.
    pub listed: Vec<Watch>,
    /// Changes of the mirroring state, by server and time.
    pub states: Vec<StateChange>,
    /// Drills, in the order of their files.
    pub drills: Vec<DrillRecord>,
    /// How the pool is set up.
    pub setup: PoolSetup,
    /// What was set aside.
    pub asides: Asides,
}

/// Opens a file of records by its path in the manifest.
pub type OpenRecords<'a> = dyn Fn(&str) -> Result<Box<dyn Read>, String> + 'a;

/// What gathers while files are read.
#[derive(Default)]
struct Gathering {
    jobs: JobRuns,
    job_files: BTreeMap<ShippingJob, BTreeSet<usize>>,
    events: Vec<ServiceEvent>,
    backups: Vec<BackupRecord>,
    restores: Vec<RestoreRecord>,
    forks: Forks,
    incidents: Vec<OutageRecord>,
    listed: Vec<Watch>,
    states: Vec<StateChange>,
    drills: Drills,
    setup: PoolSetup,
}

impl PoolRecords {
    /// Reads every file of a manifest.
    ///
    /// # Errors
    /// Every file that cannot be used as a whole. Rows that cannot be used are set aside.
    pub fn read(manifest: RecordManifest, open: &OpenRecords<'_>) -> Parsed<Self> {
        let mut gathering = Gathering::default();
        let mut asides = Asides::default();
        let (mut files, mut mistakes) = (Vec::new(), Vec::new());
        for (index, file) in manifest.files.iter().enumerate() {
            let opened = open(&file.path).map_err(|why| unopened(file, &why));
            let read = opened.and_then(|input| {
                if file.kind == RecordKind::Topology {
                    return gathering.topology(file, index, input);
                }
                let mut take = |row: &rows::RecordRow<'_>| gathering.take(row, &manifest, index);
                rows::read(file, input, &mut asides, &mut take)
            });
            match read {
                Ok(rows) => files.push(FileRead {
                    path: file.path.clone(),
                    kind: file.kind,
                    rows,
                }),
                Err(refused) => mistakes.push(*refused),
            }
            mistakes.extend(gathering.lists(file));
            // Few rows, and the team that wrote them is there: none is left out.
            if file.kind == RecordKind::DrillRecord {
                let own = asides.all().iter().filter(|aside| aside.file == file.path);
                mistakes.extend(own.map(Aside::error));
            }
        }
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        Ok(gathering.finish(manifest, files, asides))
    }
}

impl PoolRecords {
    /// Whether rows that were set aside are of a file that says how the pool is set up.
    #[must_use]
    pub fn is_of_setup(&self, aside: &Aside) -> bool {
        let mut files = self.files.iter();
        files.any(|file| file.path == aside.file && file.kind.is_setup())
    }
}

fn unopened(file: &RecordFile, why: &str) -> Box<Diagnostic> {
    let message = format!("`{}` cannot be read: {why}", file.path);
    let help = "the path is relative to the manifest";
    Box::new(Diagnostic::at(&file.place, Severity::Error, "E0030", message).helped(help))
}

impl Gathering {
    /// Takes a row of a file.
    fn take(
        &mut self,
        row: &rows::RecordRow<'_>,
        manifest: &RecordManifest,
        index: usize,
    ) -> Result<(), super::aside::Unread> {
        let file = &manifest.files[index];
        let server = file.server.unwrap_or(0);
        match file.kind {
            RecordKind::LogShippingHistory => {
                let server = server_of(file, &manifest.servers);
                let job = self.jobs.take(row, server, &manifest.database)?;
                if let Some(job) = job {
                    self.job_files.entry(job).or_default().insert(index);
                }
            }
            RecordKind::BackupHistory => {
                let found = backups::backup(row, manifest, &mut self.forks, index)?;
                self.backups.extend(found);
            }
            RecordKind::RestoreHistory => {
                let found = backups::restore(row, manifest, server, &mut self.forks)?;
                self.restores.extend(found);
            }
            RecordKind::ServiceEvents => {
                self.events
                    .extend(outages::event(row, manifest, server, index)?);
            }
            RecordKind::MirroringStates => {
                self.states
                    .extend(mirroring::change(row, manifest, server, index)?);
            }
            RecordKind::Incidents => {
                self.incidents
                    .push(outages::incident(row, manifest, index)?);
            }
            RecordKind::DrillRecord => self.drills.take(row, index)?,
            _ => self.setup.take(row, manifest, index)?,
        }
        Ok(())
    }

    /// Takes a topology; how many elements it has.
    fn topology(
        &mut self,
        file: &RecordFile,
        index: usize,
        input: Box<dyn Read>,
    ) -> Result<u64, Box<Diagnostic>> {
        let topology = topology::read(file, index, input)?;
        let elements = topology.elements;
        self.setup.topologies.push(topology);
        Ok(elements)
    }

    /// For which time a list of incidents is complete, which the manifest has to say.
    fn lists(&mut self, file: &RecordFile) -> Option<Diagnostic> {
        if file.kind != RecordKind::Incidents {
            return None;
        }
        if let Some((from, to)) = file.from.zip(file.to) {
            self.listed.push(Watch { from, to });
            return None;
        }
        let message = format!("for which time is the list `{}` complete?", file.path);
        let help = "add from = \"2016-01-01\" and to = \"2017-01-01\": a rate is a number of \
             events in a time, and the first and the last event are not its ends";
        Some(Diagnostic::at(&file.place, Severity::Error, "E0033", message).helped(help))
    }

    fn finish(
        mut self,
        manifest: RecordManifest,
        files: Vec<FileRead>,
        asides: Asides,
    ) -> PoolRecords {
        // What two copies of a history both have counts once.
        self.backups.sort_by_key(|one| {
            (
                one.start,
                one.server,
                one.kind,
                one.first_lsn,
                one.last_lsn,
                one.origin,
            )
        });
        self.backups
            .dedup_by_key(|one| (one.start, one.server, one.kind, one.first_lsn, one.last_lsn));
        self.restores
            .sort_by_key(|one| (one.at, one.server, one.kind, one.first_lsn));
        self.restores.dedup();
        self.states.sort_unstable();
        self.states
            .dedup_by_key(|one| (one.server, one.at, one.state));
        self.events.sort_unstable();
        self.events
            .dedup_by_key(|one| (one.server, one.at, one.sign));
        let mut watched = BTreeMap::new();
        let mut outages = self.incidents;
        for events in self.events.chunk_by(|a, b| a.server == b.server) {
            let server = events[0].server;
            outages.extend(outages::outages(events, manifest.servers[server].role));
            watched.insert(server, watches(events, &manifest));
        }
        outages.sort_by_key(|one| (one.at(), one.subject, one.origin));
        date_by_partners(&mut outages, &self.states, &manifest);
        PoolRecords {
            manifest,
            files,
            runs: self.jobs.finish(),
            job_files: self.job_files,
            backups: self.backups,
            restores: self.restores,
            forks: self.forks,
            outages,
            watched,
            listed: apart(self.listed),
            states: self.states,
            drills: self.drills.finish(),
            setup: self.setup,
            asides,
        }
    }
}

/// For which time the events of a server are complete, file by file: as long as all its logs go, or
/// as the manifest says, or else from the first to the last event.
fn watches(events: &[ServiceEvent], manifest: &RecordManifest) -> Vec<Watch> {
    let mut files: Vec<usize> = events.iter().map(|event| event.origin.0).collect();
    files.sort_unstable();
    files.dedup();
    let of_file = |index: &usize| {
        let own = || events.iter().filter(|event| event.origin.0 == *index);
        let marks = |sign| {
            own()
                .filter(move |event| event.sign == sign)
                .map(|event| event.at)
        };
        let file = &manifest.files[*index];
        let from = file
            .from
            .or(marks(Sign::From).max())
            .or(own().map(|e| e.at).min())?;
        let to = file
            .to
            .or(marks(Sign::To).min())
            .or(own().map(|e| e.at).max())?;
        (from < to).then_some(Watch { from, to })
    };
    apart(files.iter().filter_map(of_file).collect())
}

/// Watches that overlap become one.
fn apart(mut watches: Vec<Watch>) -> Vec<Watch> {
    watches.sort_unstable();
    let mut found: Vec<Watch> = Vec::new();
    for watch in watches {
        match found.last_mut().filter(|last| watch.from <= last.to) {
            Some(last) => last.to = last.to.max(watch.to),
            None => found.push(watch),
        }
    }
    found
}

/// Gives an outage of A or B without a beginning that of the connection which the other one lost.
fn date_by_partners(
    outages: &mut [OutageRecord],
    states: &[StateChange],
    manifest: &RecordManifest,
) {
    // When each partner lost the other, in order: there may be very many.
    let losses = |partner: &str| {
        let is_loss = |change: &&StateChange| {
            matches!(
                change.state,
                MirrorState::MirrorLost | MirrorState::PrincipalLost
            ) && manifest.servers[change.server].word == partner
        };
        let mut losses: Vec<InstantMs> = states
            .iter()
            .filter(is_loss)
            .map(|change| change.at)
            .collect();
        losses.sort_unstable();
        losses
    };
    let (of_a, of_b) = (losses("A"), losses("B"));
    for outage in outages.iter_mut().filter(|outage| outage.start.is_none()) {
        let OutageSubject::Server(server) = outage.subject else {
            continue;
        };
        let losses = match manifest.servers[server].word {
            "A" => &of_b,
            "B" => &of_a,
            _ => continue,
        };
        let Some(end) = outage.end else { continue };
        let alive = outage.alive.unwrap_or(InstantMs::MIN);
        let before = losses.partition_point(|at| *at < end);
        // The last loss: an earlier one may have been of the link.
        let last = before.checked_sub(1).map(|index| losses[index]);
        outage.start = last.filter(|at| *at > alive);
    }
}
