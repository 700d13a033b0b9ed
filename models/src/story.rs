//! Worlds and steps in the words of the handbook, for people.

use std::fmt;

use crate::names::component::Component;
use crate::names::event::{Event, EventKind, FaultClass, pair_of, role_of};
use crate::names::runbook::{Belief, Operation, Role};
use crate::names::site::Site;
use crate::state::topology::{Start, Topology};
use crate::state::world::World;

/// One step of a counterexample, told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Who or what acts.
    pub actor: String,
    /// What happens, a sentence without a full stop.
    pub text: String,
    /// What changed and nothing else.
    pub changes: Vec<String>,
    /// Whether it is a fault.
    pub fault: bool,
    /// The number of the post that it acknowledges.
    pub post: Option<u32>,
    /// The server that goes on with a history of its own from here (a recovery fork).
    pub branch: Option<&'static str>,
}

impl World {
    /// Tells the step `event` from this world to `after`.
    #[must_use]
    pub fn tell(&self, topology: &Topology, event: Event, after: &Self) -> Told {
        let class = self.fault_class(topology, event);
        let (actor, text) = self.actor_and_text(topology, event, class);
        Told {
            actor,
            text,
            changes: self.changes(topology, after),
            fault: class.is_some(),
            // Numbers are the narrator's: a world does not count.
            post: None,
            branch: None,
        }
    }

    fn actor_and_text(
        &self,
        topology: &Topology,
        event: Event,
        class: Option<FaultClass>,
    ) -> (String, String) {
        use EventKind as K;
        let name = node_title(topology, event.at);
        let world = "environment".to_owned();
        match event.kind {
            K::Write => (
                "users".to_owned(),
                format!("Users post and {name} acknowledges"),
            ),
            K::Crash => (world, format!("{name} crashes")),
            K::Restart if class.is_some() => (
                world,
                format!("{name} comes back although DC1 has been left"),
            ),
            K::Restart => (world, format!("{name} restarts")),
            K::Cut => (world, format!("The link {} is cut", event.at.name())),
            K::Heal => (world, format!("The link {} works again", event.at.name())),
            K::Detect => (
                "partners".to_owned(),
                format!("The ends of {} notice that it is silent", event.at.name()),
            ),
            K::Expose => ("principal".to_owned(), self.expose_text(event)),
            K::AutomaticFailover => ("mirror".to_owned(), self.failover_text(topology, event)),
            K::Resynchronise => ("mirror".to_owned(), "The mirror has caught up".to_owned()),
            K::SwapRoles => (
                "partners".to_owned(),
                "The mirror has the tail of the log: the roles swap".to_owned(),
            ),
            K::Notice => (
                "witness".to_owned(),
                format!(
                    "The witness notices that {} is silent; the principal has not yet",
                    event.at.name()
                ),
            ),
            K::Forget => (
                world,
                "The witness is restored from an old image: it names A, synchronised".to_owned(),
            ),
            K::Accept => (
                "users".to_owned(),
                "A pool server accepts a post; it is not committed yet".to_owned(),
            ),
            K::Backup => (
                "backup job".to_owned(),
                "A log backup is finished".to_owned(),
            ),
            K::Copy => (
                "copy job".to_owned(),
                "The copy job brings the files to DC2".to_owned(),
            ),
            K::Restore => (
                "restore job".to_owned(),
                "The restore job applies the files".to_owned(),
            ),
            K::Replicate => (
                "CMS".to_owned(),
                format!("{name} learns the pool state and the active list"),
            ),
            K::Disaster => (world, format!("{name} is lost with everything in it")),
            K::Outage => (world, format!("{name} fails; its disks survive")),
            K::Return if class.is_some() => (
                world,
                format!("{name} comes back by itself although it has been left"),
            ),
            K::Return => (world, format!("{name} comes back")),
            K::ShareLoss => (world, "The files on the backup share are lost".to_owned()),
            K::StartRunbook => self.runbook_text(topology, event, "begin"),
            K::StandDown => self.runbook_text(topology, event, "lay aside"),
            K::RunbookStep => self.step_text(topology, event),
            K::Reconnect => ("clients".to_owned(), "Clients reconnect".to_owned()),
            K::GreyFailure => (
                world,
                format!("{name} fails for its users only; its partners see nothing"),
            ),
            K::Destroy => (world, format!("{name} loses its disks")),
            K::GreyRepair => (world, format!("{name} answers its users again")),
            K::LogFull => (
                world,
                "The log drive of the principal in DC1 is full".to_owned(),
            ),
            K::Retention => (
                world,
                "Retention deletes log backups that were never copied".to_owned(),
            ),
            K::Rebuild => (world, format!("{name} has been rebuilt")),
            K::Export => (
                "compliance".to_owned(),
                "The adapter is fed what has been stored".to_owned(),
            ),
            K::Premature | K::Skip | K::SwapNext | K::WrongFile | K::Abort => {
                let (actor, step) = self.step_text(topology, event);
                let how = match event.kind {
                    K::Premature => "done too early",
                    K::Skip => "left out",
                    K::SwapNext => "done after the next one",
                    K::WrongFile => "done with the wrong file",
                    _ => "not done: the runbook is given up",
                };
                (actor, format!("By mistake {how}: {step}"))
            }
            K::Misoperation => {
                let text = event.operation.map_or("?", operation_text);
                (
                    "operator".to_owned(),
                    format!("Outside any runbook: {text}"),
                )
            }
        }
    }

    fn expose_text(&self, event: Event) -> String {
        let Some(pair) = pair_of(event.at) else {
            return String::new();
        };
        let principal = self.newest_principal(pair).unwrap_or(0);
        let told = if self.session(pair).witness_set() {
            ", and the witness takes note"
        } else {
            ""
        };
        format!(
            "{} goes on alone, exposed{told}",
            pair.node(principal).name()
        )
    }

    fn failover_text(&self, topology: &Topology, event: Event) -> String {
        let promoted = pair_of(event.at).and_then(|pair| {
            self.may_fail_over(topology, pair)
                .map(|m| pair.node(m).name())
        });
        format!(
            "{} and the witness agree: automatic failover",
            promoted.unwrap_or("the mirror")
        )
    }

    fn runbook_text(&self, topology: &Topology, event: Event, verb: &str) -> (String, String) {
        let Some(role) = role_of(event.at) else {
            return (String::new(), String::new());
        };
        let Some(runbook) = topology.runbook(role) else {
            return (String::new(), String::new());
        };
        let why = match (verb, runbook.trigger) {
            ("lay aside", _) => "what started it is over",
            (_, Belief::SiteDown) if self.site_up(Site::Dc1) => {
                "nothing in DC1 answers, so they believe it is down (it is alive)"
            }
            (_, Belief::SiteDown) => "nothing in DC1 answers",
            (_, Belief::PrincipalDown) => "the principal does not answer",
            (_, Belief::PartnerBack) => "the partner is back",
            (_, Belief::WitnessDown) => "the witness does not answer",
            (_, Belief::SiteRebuilt) => "DC1 is there again",
            (_, Belief::SecondaryMirrored) => "S has a synchronised mirror",
            (_, Belief::UsersCutOff) => "users are cut off although both partners answer",
            (_, Belief::ReplicasCurrent) => "every server is up to date",
            (_, Belief::SecondaryStalled) => "log shipping raises an alert and cannot go on",
            (_, Belief::NoRestoreAlert) => "no log is restored on S any more",
            (_, Belief::NoBackupAlert) => "no log backup is finished any more",
        };
        (
            team(role).to_owned(),
            format!("Operators {verb} \"{}\": {why}", runbook.name),
        )
    }

    fn step_text(&self, topology: &Topology, event: Event) -> (String, String) {
        let role = role_of(event.at);
        let Some(step) = role.and_then(|role| self.current_step(topology, role)) else {
            return (String::new(), String::new());
        };
        let number = role.map_or(0, |role| self.progress(role));
        let passed = event.kind == EventKind::RunbookStep
            && role.is_some_and(|role| self.passes_over(topology, role));
        let passed = if passed {
            " (impossible here: passed over)"
        } else {
            ""
        };
        let text = operation_text(step.operation);
        (
            step.actor.clone(),
            format!("Runbook step {number}: {text}{passed}"),
        )
    }
}

impl Start {
    /// The name used in scenario files and traces.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::FailedOver => "failed-over",
            Self::FailedOverOldDisks => "failed-over-old-disks",
        }
    }
}

const fn team(role: Role) -> &'static str {
    match role {
        Role::MirrorFailover => "operators in DC1",
        Role::SiteFailover | Role::SiteFailback | Role::LogShippingRepair => "operators in DC2",
    }
}

/// What an operation is, in words.
#[must_use]
pub const fn operation_text(operation: Operation) -> &'static str {
    match operation {
        Operation::Decide => "look, gather people, decide",
        Operation::FailOverCms => "fail the Central Management store over to DC2",
        Operation::DropLogShipping => "drop the copy and restore jobs on S",
        Operation::CopyBacklog => "copy the uncopied log backups from the share",
        Operation::RestoreBacklog => "apply the unapplied log backups to S",
        Operation::RecoverSecondary => "recover S (RESTORE WITH RECOVERY): it becomes writable",
        Operation::SetFailedOver => "set PoolState to FailedOver",
        Operation::InstallMirror => "mirror S to SM",
        Operation::ActivateDc2 => "make the servers in DC2 the active ones",
        Operation::MoveNextHop => "point the next hop at DC2",
        Operation::ManualFailover => "SET PARTNER FAILOVER on the principal",
        Operation::ForceService => "FORCE_SERVICE_ALLOW_DATA_LOSS on the mirror",
        Operation::ResumeMirroring => "RESUME mirroring",
        Operation::SuspendMirroring => "SUSPEND mirroring",
        Operation::RemoveWitness => "remove the witness from the session",
        Operation::FenceDc1 => "fence the databases of DC1 out of band",
        Operation::TailBackup => "back up the tail of the log, which fences the principal too",
        Operation::RestartServers => "restart the pool servers",
        Operation::SwapActive => "swap active and idle servers",
        Operation::ActivateAll => "activate every server",
        Operation::ClearActive => "clear the active list",
        Operation::StopServices => "stop the chat service on every server",
        Operation::RemoveDc2Mirroring => "remove mirroring on S",
        Operation::FullBackup => "take a full backup of S",
        Operation::TailBackupDc2 => {
            "back up S and its tail WITH NORECOVERY: nothing can be written to it any more"
        }
        Operation::Salvage => "salvage what only the old copies in DC1 hold",
        Operation::RestorePrimary => "restore the backup on A with REPLACE and RECOVERY",
        Operation::VerifyPrimary => "verify that A has everything",
        Operation::ReinitialiseSecondary => "set up log shipping to S again: S is overwritten",
        Operation::ReseedMirror => "seed the mirror anew",
        Operation::ActivateDc1 => "make the servers of DC1 the active ones",
        Operation::SetNormal => "set PoolState to Normal",
        Operation::ReturnNextHop => "point the next hop at DC1",
        Operation::RemoveMirroring => "remove mirroring (SET PARTNER OFF)",
        Operation::RecoverMirror => "recover the ex-mirror: it becomes writable",
        Operation::ReleaseStaleSide => "switch the witness off on a principal without quorum",
        Operation::AdHocLogBackup => "take a log backup outside the job",
        Operation::SetSimpleRecovery => "switch to the simple recovery model",
        Operation::StopAgent => "stop SQL Agent on S",
        Operation::BridgeGap => "apply a differential backup to S: the gap is bridged",
    }
}

pub(crate) fn node_title(topology: &Topology, node: Component) -> String {
    match topology.servers.get(usize::from(node.number())) {
        Some(server) => format!("pool {} ({})", node.name(), server.site.name()),
        None => match node {
            Component::W | Component::SW => format!("the witness {}", node.name()),
            Component::Share => "the host of the backup share".to_owned(),
            _ => node.name().to_owned(),
        },
    }
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let c = &self.copies;
        write!(
            f,
            "A {:?} B {:?} S {:?} SM {:?} share {:?}..{:?} folder {:?} sessions {:04x} {:04x} down \
             {:04x} cut {:02x} sites {:x} cms {:02x} steps {:?} latches {:02x}",
            c[0],
            c[1],
            c[2],
            c[3],
            self.share_from,
            self.share_to,
            self.folder,
            self.sessions[0].0,
            self.sessions[1].0,
            self.down,
            self.cut,
            self.sites,
            self.control.flags,
            self.progress,
            self.latches
        )
    }
}
