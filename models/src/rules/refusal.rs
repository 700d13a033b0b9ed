//! Why a guard refuses: the condition that is false, and what it is about.
//!
//! Guards run in the inner loop of every engine, so a refusal is two bytes and has no words; those
//! are made at the edge, one row for each condition here.

use crate::names::component::Component;
use crate::names::replica::Replica;
use crate::names::runbook::{Belief, Operation, Role};
use crate::names::session::SessionId;
use crate::names::site::Site;

/// A condition of a guard that is false.
///
/// The name of a variant is what is the case instead; its comment is the condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Refusal {
    /// The topology has such an event.
    NoSuchEvent,

    /// The server, witness or host runs.
    NotRunning(Component),
    /// The server, witness or host does not run.
    Running(Component),
    /// The data centre does not wait, parked, for its failback (see the deviation `parked_site`).
    Parked(Site),
    /// The data centre is up.
    SiteDown(Site),
    /// The data centre is not up.
    SiteUp(Site),
    /// The data centre still has its contents.
    SiteLost(Site),
    /// The data centre has lost its contents.
    SiteKeepsContents(Site),
    /// The data centre has not been left under the documented assumption (5).
    SiteLeft(Site),
    /// The data centre does not return by itself: it has been left under the assumption (5).
    SiteReturns(Site),
    /// Traffic passes between the data centres.
    SitesApart,
    /// The server has a database.
    NoDatabase(Component),
    /// The database server answers its users (H-42).
    GreyFailed(Component),
    /// The database server does not answer its users (H-42).
    NotGreyFailed(Component),
    /// The server has not stalled (13.5).
    Stalled(Component),
    /// The server has stalled (13.5).
    NotStalled(Component),
    /// Mirror and witness have not agreed that the server is lost (13.5).
    GivenUp(Component),

    /// The link is not cut.
    LinkCut(Component),
    /// The link is cut.
    LinkNotCut(Component),
    /// The link's data centre still has its contents (3.5).
    LinkGone(Component),
    /// The ends of the link believe that it works (3.11).
    LossNoticed(Component),
    /// The link carries no traffic.
    LinkWorks(Component),

    /// The session has a witness.
    NoWitness(Component),
    /// The session has a principal.
    NoPrincipal(Component),
    /// The server is a principal.
    NotPrincipal(Component),
    /// The principal has a quorum: its mirror, or a witness that does not name the other (3.4).
    NoQuorum(Component),
    /// The principal has no quorum (3.4).
    HasQuorum(Component),
    /// The principal does not count the session as SYNCHRONIZED, or its mirror answers (2.2).
    WaitsForMirror(Component),
    /// The database is not fenced (R11).
    Fenced(Component),
    /// A database of DC1 is fenced (R11).
    NotFenced,
    /// The operation sets a fence (13.13).
    NoFence(Operation),
    /// The log backup job of DC1 runs (4.1).
    BackupStopped,
    /// The log drive of the principal in the data centre is not full (H-48).
    LogDriveFull(Site),
    /// Nothing truncates the log in the data centre (H-48).
    LogTruncated(Site),
    /// The session is SYNCHRONIZED.
    NotSynchronized(Component),
    /// The session is not SYNCHRONIZED.
    Synchronized(Component),
    /// The session is not SUSPENDED.
    Suspended(Component),
    /// The partners do not believe that they are connected (3.7, 3.9, 3.12).
    PartnersConnected(Component),
    /// The partners are connected, and believe it.
    PartnersApart(Component),
    /// A mirror of the session runs.
    NoMirrorRuns(Component),
    /// The mirror knows the session as SYNCHRONIZED (3.7, R7).
    NotReady(Component),
    /// The partner reaches the witness, and believes it (3.7, 3.9, 3.12).
    WitnessUnreachable(Component),
    /// The witness's register does not name this server as the principal (3.7).
    RegisterNames(Component),
    /// The witness's register says that the session is synchronised (3.7).
    RegisterNotSynchronized(Component),
    /// The witness does not see the principal (3.7, 3.9).
    WitnessSeesPrincipal(Component),
    /// Forced service is possible in a session that has a witness (10, choice 4).
    WitnessForbidsForce(Component),
    /// A manual failover is under way (3.8).
    NoManualFailover(Component),
    /// The witness does not take the principal for gone yet (R4).
    SilenceNoticed(Component),
    /// A restored register of the witness stays different from what it is (3.13).
    RegisterUnchanged(Component),
    /// The server has a role in a session.
    NotInSession(Component),
    /// The server has no partner in its session.
    HasPartner(Component),
    /// The server is bound by its session.
    RunsAlone(Component),
    /// The server runs outside its session.
    NotAlone(Component),
    /// The server is no principal.
    IsPrincipal(Component),
    /// The server is no mirror.
    IsMirror(Component),
    /// The topology has a mirror in the session.
    NoMirrorInTopology(Component),

    /// Clients have their sessions.
    ClientsDisconnected,
    /// Clients have lost their sessions.
    ClientsConnected,
    /// Users are served.
    NoService,
    /// Users are directed to a pool server that uses and reaches the database of the server.
    NoUserReaches(Component),
    /// A further message on the server would change the world.
    NothingNewToWrite(Component),
    /// No message is in flight.
    MessageInFlight,
    /// The compliance adapter lacks something that is served.
    RecordsExported,

    /// A log backup joins the last one (4.2).
    ChainBroken,
    /// The share has a log backup to start from.
    NoChain,
    /// The server backs up its log for log shipping (4.3).
    NotShipping(Component),
    /// The data centre reaches the backup share (4.4).
    ShareUnreachable(Site),
    /// The server's log joins the files on the share (4.2).
    LogDoesNotJoin(Component),
    /// The server has something that no log backup has.
    NothingToBackUp(Component),
    /// The copy and restore jobs exist.
    NoJobs,
    /// The share has files that were not copied.
    NothingToCopy,
    /// The folder on the secondary has a position that files can join.
    NoFolder,
    /// The files on the share join what is in the folder (4.2).
    ShareDoesNotJoin,
    /// The folder has files that were not restored.
    NothingToRestore,
    /// The files in the folder join what the secondary has (4.2).
    FolderDoesNotJoin,
    /// The secondary is restoring.
    SecondaryRecovered,
    /// The secondary is part of the history of the server, the source of log shipping (4.2).
    SecondaryAhead(Component),
    /// The server has a link to its session that is not cut (13.10).
    PortLost(Component),
    /// The share has files.
    ShareEmpty,
    /// There are log backups on the share.
    NoLogBackups,
    /// Some file on the share was never copied.
    EverythingCopied,
    /// Something keeps the files from being copied (H-25).
    CopyPossible,

    /// The pool server's replica is behind (1.4).
    ReplicaCurrent(Component),
    /// The data centre reaches the master of the Central Management store (H-38).
    CmsUnreachable(Site),

    /// The runbook has not been started.
    RunbookStarted(Role),
    /// The runbook has been started.
    RunbookNotStarted(Role),
    /// The runbook is neither finished nor abandoned.
    RunbookOver(Role),
    /// The data centre of the operators is up.
    OperatorsDown(Role),
    /// The operators believe what starts the runbook.
    NotBelieved(Role),
    /// The operators do not believe any more what starts the runbook.
    StillBelieved(Role),
    /// The operators have only decided so far.
    UnderWay(Role),
    /// The operators believe what the step waits for.
    WaitsFor(Belief),
    /// The current step is not possible yet.
    StepPossible(Role),
    /// The operation reads a file.
    ReadsNoFile(Operation),
    /// The current step is more than a decision.
    OnlyDecides(Role),
    /// The current step has a next one.
    LastStep(Role),
    /// The operation changes something.
    NoEffect(Operation),
    /// The failover to the other data centre is finished.
    FailoverNotFinished,
    /// There is a full backup to restore from.
    NoFullBackup,
    /// The server has everything that the full backup has.
    BackupNotContained(Component),
    /// The server has everything that the secondary has.
    SecondaryNotContained(Component),

    /// A database server runs.
    NoDatabaseServerRuns,
    /// Some server has a database.
    NoCopyLeft,
    /// The newest database of the servers that run does not acknowledge.
    NewestServes(Component),
    /// A database acknowledges.
    NothingAcknowledges,
    /// No server has a database.
    CopyLeft(Component),
    /// No backup is left that a database could be restored from.
    BackupLeft,
    /// A backup can be brought to a database server that runs.
    NoBackupInReach,
}

/// What a guard returns.
pub type Permission<T = ()> = Result<T, Refusal>;

/// Refuses where the condition is false.
#[inline(always)]
pub(crate) const fn require(condition: bool, refusal: Refusal) -> Permission {
    if condition { Ok(()) } else { Err(refusal) }
}

/// The first of the two copies of a session that a guard lets pass. Where it refuses both, the
/// reason is that of a principal, if one is.
#[inline]
pub(crate) fn first_member(
    session: SessionId,
    guard: impl Fn(Replica) -> Permission,
) -> Permission<Replica> {
    let [first, second] = session.members();
    let Err(of_first) = guard(first) else {
        return Ok(first);
    };
    let Err(of_second) = guard(second) else {
        return Ok(second);
    };
    Err(match (of_first, of_second) {
        (Refusal::NotPrincipal(_), Refusal::NotPrincipal(_)) => of_first,
        (Refusal::NotPrincipal(_), other) | (other, _) => other,
    })
}
