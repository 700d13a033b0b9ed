//! Runbooks: what operators do, as data (design section 1, handbook sections 5 and 6).

/// What an operator believes, as seen from where the operator sits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Belief {
    /// The principal of the DC1 pair is out of reach while its mirror answers (handbook 3.6).
    PrincipalDown,
    /// From DC2, nothing in DC1 answers: neither the databases nor the Front End pool
    /// (handbook 5). A cut inter-site link looks the same.
    SiteDown,
    /// The partner of the principal of the DC1 pair is connected again.
    PartnerBack,
}

impl Belief {
    /// Every belief.
    pub const ALL: [Self; 3] = [Self::PrincipalDown, Self::SiteDown, Self::PartnerBack];

    /// The name used in runbook files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PrincipalDown => "principal-down",
            Self::SiteDown => "site-down",
            Self::PartnerBack => "partner-back",
        }
    }

    /// The belief of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|belief| belief.name() == name)
    }
}

/// One thing an operator can do: the fixed vocabulary of runbook steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
}

impl Operation {
    /// Every operation.
    pub const ALL: [Self; 15] = [
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

/// The phase of an outage that a step belongs to (design section 4).
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
}

impl Role {
    /// Every role, in stable order.
    pub const ALL: [Self; 3] = [Self::MirrorFailover, Self::SiteFailover, Self::SiteFailback];

    /// The name used in runbook files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::MirrorFailover => "mirror-failover",
            Self::SiteFailover => "site-failover",
            Self::SiteFailback => "site-failback",
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
