//! Runbooks: what operators do, as data (handbook sections 5 and 6).

/// What an operator believes, as seen from where the operator sits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Belief {
    /// The principal of the DC1 pair is out of reach while its mirror answers (handbook 3.6).
    PrincipalDown,
    /// From DC2, nothing in DC1 answers: neither the databases nor the Front End pool
    /// (handbook 5). A cut inter-site link looks the same.
    SiteDown,
    /// The partner of the principal of the DC1 pair is connected again.
    PartnerBack,
    /// The witness of the DC1 pair does not answer, the partners do.
    WitnessDown,
    /// Users are served from DC2 and DC1 is there again (handbook 6).
    SiteRebuilt,
    /// Every running pool server has the current pool state and active list.
    ReplicasCurrent,
    /// S and SM are SYNCHRONIZED, or SM could not be had.
    SecondaryMirrored,
    /// Users are not served in DC1 although both partners there answer each other (H-42).
    UsersCutOff,
    /// An alert of log shipping is raised, and nothing that its jobs can still bring would move S
    /// (4.1, 4.8).
    SecondaryStalled,
    /// No log was restored on S for longer than the threshold, and somebody hears of it (4.1, T17).
    NoRestoreAlert,
    /// No log backup was finished for longer than the threshold, and somebody hears of it (4.1,
    /// T17).
    NoBackupAlert,
}

impl Belief {
    /// Every belief.
    pub const ALL: [Self; 11] = [
        Self::PrincipalDown,
        Self::SiteDown,
        Self::PartnerBack,
        Self::WitnessDown,
        Self::SiteRebuilt,
        Self::ReplicasCurrent,
        Self::SecondaryMirrored,
        Self::UsersCutOff,
        Self::SecondaryStalled,
        Self::NoRestoreAlert,
        Self::NoBackupAlert,
    ];

    /// The name used in runbook files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PrincipalDown => "principal-down",
            Self::SiteDown => "site-down",
            Self::PartnerBack => "partner-back",
            Self::WitnessDown => "witness-down",
            Self::SiteRebuilt => "site-rebuilt",
            Self::ReplicasCurrent => "replicas-current",
            Self::SecondaryMirrored => "secondary-mirrored",
            Self::UsersCutOff => "users-cut-off",
            Self::SecondaryStalled => "secondary-stalled",
            Self::NoRestoreAlert => "no-restore-alert",
            Self::NoBackupAlert => "no-backup-alert",
        }
    }

    /// The belief of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|belief| belief.name() == name)
    }
}

/// One thing an operator can do: the fixed vocabulary of runbook steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Operation {
    /// See the outage, gather people, decide (handbook 5 step 0a). No effect on the system.
    Decide,
    /// Fail the Central Management store over to the other data centre (5 step 0c).
    FailOverCms,
    /// `sp_delete_log_shipping_secondary_database`: drop the copy and restore jobs (5 step 1).
    DropLogShipping,
    /// Copy the uncopied files from the share to the secondary's folder (5 step 2).
    CopyBacklog,
    /// Apply the unapplied log backups with NORECOVERY (5 step 3).
    RestoreBacklog,
    /// `RESTORE DATABASE mgc WITH RECOVERY` on S (5 step 4).
    RecoverSecondary,
    /// `Set-CsPersistentChatState -PoolState FailedOver` (5 step 5).
    SetFailedOver,
    /// `Install-CsMirrorDatabase` with S as principal and SM as mirror (5 step 6).
    InstallMirror,
    /// `Set-CsPersistentChatActiveServer`: the servers in DC2 (5 step 7).
    ActivateDc2,
    /// Point the next hop at a Front End pool in DC2 (5 step 8).
    MoveNextHop,
    /// `SET PARTNER FAILOVER` on the principal (3.8).
    ManualFailover,
    /// `SET PARTNER FORCE_SERVICE_ALLOW_DATA_LOSS` on the mirror (3.9).
    ForceService,
    /// `SET PARTNER RESUME` on the principal (3.14).
    ResumeMirroring,
    /// `SET PARTNER SUSPEND` (3.14).
    SuspendMirroring,
    /// `SET WITNESS OFF` on the principal (3.14).
    RemoveWitness,
    /// Fence the databases of DC1 out of band: power, network, people (5 step 0b, R11).
    FenceDc1,
    /// Back up the tail of the principal's log WITH NORECOVERY, which fences it too (4.5, 5 step
    /// 3b).
    TailBackup,
    /// Restart the pool servers in reach, so that they learn the failover partner (2.4).
    RestartServers,
    /// `Set-CsPersistentChatActiveServer -Swap`: invert active and idle (1.4).
    SwapActive,
    /// Put every server on the active list (H-36).
    ActivateAll,
    /// `-ActiveServers $Null`: clear the active list (6 step 1).
    ClearActive,
    /// Stop the Channel service on every server in reach, so that no session goes on (6 step 1).
    StopServices,
    /// Remove mirroring on S; SM is left restoring (6 step 2).
    RemoveDc2Mirroring,
    /// Full backup of `mgc` on S; S stays online and writable (6 step 3).
    FullBackup,
    /// Backup of S and its tail WITH NORECOVERY: nothing can be written after it (6 step 3,
    /// inferred).
    TailBackupDc2,
    /// Extract what only the old copies in DC1 hold (6 step 0).
    Salvage,
    /// Restore the full backup on A with REPLACE and RECOVERY (6 step 4).
    RestorePrimary,
    /// Verify that A holds what the backup holds (6 step 5, hazard column).
    VerifyPrimary,
    /// Set up log shipping from A to S again, from a new full backup of A (6 step 5).
    ReinitialiseSecondary,
    /// Mirror the principal of DC1 to its partner again, from a new seed (3.14, 6 step 5).
    ReseedMirror,
    /// Make the servers that were active at first the active ones (6 step 6).
    ActivateDc1,
    /// `Set-CsPersistentChatState -PoolState Normal` (6 step 7).
    SetNormal,
    /// Point the next hop at the Front End pool in DC1 again (6 step 8).
    ReturnNextHop,
    /// `SET PARTNER OFF` on a partner of the DC1 pair that runs (3.14).
    RemoveMirroring,
    /// Recover an ex-mirror: it becomes writable, on a branch of its own (3.14, H-07).
    RecoverMirror,
    /// Switch the witness off on a principal without quorum (H-51).
    ReleaseStaleSide,
    /// A log backup outside the job (H-23).
    AdHocLogBackup,
    /// Switch to the simple recovery model (H-28).
    SetSimpleRecovery,
    /// Stop SQL Agent on S: no copy and no restore (H-29).
    StopAgent,
    /// Apply a differential backup of the principal to S, which bridges a gap (4.2; 10, choice 18).
    BridgeGap,
}

impl Operation {
    /// Every operation.
    pub const ALL: [Self; 40] = [
        Self::Decide,
        Self::FailOverCms,
        Self::DropLogShipping,
        Self::CopyBacklog,
        Self::RestoreBacklog,
        Self::RecoverSecondary,
        Self::SetFailedOver,
        Self::InstallMirror,
        Self::ActivateDc2,
        Self::MoveNextHop,
        Self::ManualFailover,
        Self::ForceService,
        Self::ResumeMirroring,
        Self::SuspendMirroring,
        Self::RemoveWitness,
        Self::FenceDc1,
        Self::TailBackup,
        Self::RestartServers,
        Self::SwapActive,
        Self::ActivateAll,
        Self::ClearActive,
        Self::StopServices,
        Self::RemoveDc2Mirroring,
        Self::FullBackup,
        Self::TailBackupDc2,
        Self::Salvage,
        Self::RestorePrimary,
        Self::VerifyPrimary,
        Self::ReinitialiseSecondary,
        Self::ReseedMirror,
        Self::ActivateDc1,
        Self::SetNormal,
        Self::ReturnNextHop,
        Self::RemoveMirroring,
        Self::RecoverMirror,
        Self::ReleaseStaleSide,
        Self::AdHocLogBackup,
        Self::SetSimpleRecovery,
        Self::StopAgent,
        Self::BridgeGap,
    ];

    /// The name used in runbook files, traces and `misoperation:<op>`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Decide => "decide",
            Self::FailOverCms => "fail-over-cms",
            Self::DropLogShipping => "drop-log-shipping",
            Self::CopyBacklog => "copy-backlog",
            Self::RestoreBacklog => "restore-backlog",
            Self::RecoverSecondary => "recover-secondary",
            Self::SetFailedOver => "set-failed-over",
            Self::InstallMirror => "install-mirror",
            Self::ActivateDc2 => "activate-dc2",
            Self::MoveNextHop => "move-next-hop",
            Self::ManualFailover => "manual-failover",
            Self::ForceService => "force-service",
            Self::ResumeMirroring => "resume-mirroring",
            Self::SuspendMirroring => "suspend-mirroring",
            Self::RemoveWitness => "remove-witness",
            Self::FenceDc1 => "fence-dc1",
            Self::TailBackup => "tail-backup",
            Self::RestartServers => "restart-servers",
            Self::SwapActive => "swap-active",
            Self::ActivateAll => "activate-all",
            Self::ClearActive => "clear-active",
            Self::StopServices => "stop-services",
            Self::RemoveDc2Mirroring => "remove-dc2-mirroring",
            Self::FullBackup => "full-backup",
            Self::TailBackupDc2 => "tail-backup-dc2",
            Self::Salvage => "salvage",
            Self::RestorePrimary => "restore-primary",
            Self::VerifyPrimary => "verify-primary",
            Self::ReinitialiseSecondary => "reinitialise-secondary",
            Self::ReseedMirror => "reseed-mirror",
            Self::ActivateDc1 => "activate-dc1",
            Self::SetNormal => "set-normal",
            Self::ReturnNextHop => "return-next-hop",
            Self::RemoveMirroring => "remove-mirroring",
            Self::RecoverMirror => "recover-mirror",
            Self::ReleaseStaleSide => "release-stale-side",
            Self::AdHocLogBackup => "ad-hoc-log-backup",
            Self::SetSimpleRecovery => "set-simple-recovery",
            Self::StopAgent => "stop-agent",
            Self::BridgeGap => "bridge-gap",
        }
    }

    /// The operation of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|operation| operation.name() == name)
    }
}

/// The phase of an outage that a step belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Phase {
    /// Until the failure is noticed.
    Detect,
    /// Until people have decided.
    Decide,
    /// Until the decided action is done.
    Act,
    /// Until the database is open for use again.
    Recover,
    /// Until clients are connected again.
    Reconnect,
}

impl Phase {
    /// Every phase, in order.
    pub const ALL: [Self; 5] = [
        Self::Detect,
        Self::Decide,
        Self::Act,
        Self::Recover,
        Self::Reconnect,
    ];

    /// The name used in files and reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Detect => "detect",
            Self::Decide => "decide",
            Self::Act => "act",
            Self::Recover => "recover",
            Self::Reconnect => "reconnect",
        }
    }

    /// The phase of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|phase| phase.name() == name)
    }
}

/// A mistake at the current step of a runbook: a fault of the class mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mistake {
    /// The step is done before what it waits for, or although its reason is gone.
    Premature,
    /// The step is left out.
    Skip,
    /// The next step is done before this one.
    SwapNext,
    /// The wrong file is used.
    WrongFile,
    /// The runbook is given up half-way.
    Abort,
}

impl Mistake {
    /// Every mistake, in stable order.
    pub const ALL: [Self; 5] = [
        Self::Premature,
        Self::Skip,
        Self::SwapNext,
        Self::WrongFile,
        Self::Abort,
    ];

    /// The name used in files and reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Premature => "premature",
            Self::Skip => "skip",
            Self::SwapNext => "swap-next",
            Self::WrongFile => "wrong-file",
            Self::Abort => "abort",
        }
    }
}

/// One step of a runbook: one atomic effect; its time passes before the effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What is done.
    pub operation: Operation,
    /// Who does it, in the words of the page ("DBA on S").
    pub actor: String,
    /// What must be believed before the step is done; the operator waits for it.
    pub wait_for: Option<Belief>,
    /// Whether the step is passed over when it cannot be done (handbook 5 step 2: "Share lost
    /// with DC1: impossible, loss grows"). Otherwise the operator waits until it can.
    pub optional: bool,
    /// The phase of the outage that the step's time is counted in.
    pub phase: Phase,
    /// Page or handbook section.
    pub source: String,
}

/// Which team works through a runbook; one runbook each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Database administrators of DC1: failover inside the mirrored pair.
    MirrorFailover,
    /// The disaster-recovery team: failover to DC2.
    SiteFailover,
    /// The disaster-recovery team: failback to DC1.
    SiteFailback,
    /// Database administrators of DC2: S is initialised again (4.8).
    LogShippingRepair,
}

impl Role {
    /// Every role, in stable order.
    pub const ALL: [Self; 4] = [
        Self::MirrorFailover,
        Self::SiteFailover,
        Self::SiteFailback,
        Self::LogShippingRepair,
    ];

    /// The name used in runbook files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::MirrorFailover => "mirror-failover",
            Self::SiteFailover => "site-failover",
            Self::SiteFailback => "site-failback",
            Self::LogShippingRepair => "log-shipping-repair",
        }
    }

    /// The role of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// A runbook: a trigger, then steps in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Runbook {
    /// The file's name without extension, for example `site-failover-documented`.
    pub name: String,
    /// Whose runbook it is.
    pub role: Role,
    /// The belief that starts it.
    pub trigger: Belief,
    /// The steps in order; never empty, at most 30.
    pub steps: Vec<Step>,
}
