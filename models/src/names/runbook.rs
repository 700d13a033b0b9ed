//! Runbooks: what operators do, as data (handbook sections 5 and 6).

named! {
    /// What an operator believes, as seen from where the operator sits.
    pub enum Belief {
        /// The principal of the DC1 pair is out of reach while its mirror answers (handbook 3.6).
        PrincipalDown = 0, "principal-down";
        /// From DC2, nothing in DC1 answers: neither the databases nor the Front End pool
        /// (handbook 5). A cut inter-site link looks the same. Or no database is left in DC1.
        SiteDown = 1, "site-down";
        /// The partner of the principal of the DC1 pair is connected again.
        PartnerBack = 2, "partner-back";
        /// The witness of the DC1 pair does not answer, the partners do.
        WitnessDown = 3, "witness-down";
        /// Users are served from DC2 and DC1 is there again (handbook 6).
        SiteRebuilt = 4, "site-rebuilt";
        /// Every running pool server has the current pool state and active list.
        ReplicasCurrent = 5, "replicas-current";
        /// S and SM are SYNCHRONIZED, or SM could not be had.
        SecondaryMirrored = 6, "secondary-mirrored";
        /// Users are not served in DC1 although both partners there answer each other (H-42).
        UsersCutOff = 7, "users-cut-off";
        /// An alert of log shipping is raised, and nothing that its jobs can still bring would move
        /// S (4.1, 4.8).
        SecondaryStalled = 8, "secondary-stalled";
        /// No log was restored on S for longer than the threshold, and an alert is heard (4.1,
        /// T17).
        NoRestoreAlert = 9, "no-restore-alert";
        /// No log backup was finished for longer than the threshold, and an alert is heard (4.1,
        /// T17).
        NoBackupAlert = 10, "no-backup-alert";
        /// Users are not served, nothing is under way that would bring service back by itself, no
        /// other team can do anything, and a database server runs (13.22).
        ServiceStuck = 11, "service-stuck";
        /// It is the day of planned work, and everything is in order for it: no fault starts it
        /// (13.15, 13.16).
        Planned = 12, "planned";
    }
}

named! {
    /// One thing an operator can do: the fixed vocabulary of runbook steps.
    pub enum Operation {
        /// See the outage, gather people, decide (handbook 5 step 0a). No effect on the system.
        Decide = 0, "decide";
        /// Fail the Central Management store over to the other data centre (5 step 0c).
        FailOverCms = 1, "fail-over-cms";
        /// `sp_delete_log_shipping_secondary_database`: drop the copy and restore jobs (5 step 1).
        DropLogShipping = 2, "drop-log-shipping";
        /// Copy the uncopied files from the share to the secondary's folder (5 step 2).
        CopyBacklog = 3, "copy-backlog";
        /// Apply the unapplied log backups with NORECOVERY (5 step 3).
        RestoreBacklog = 4, "restore-backlog";
        /// `RESTORE DATABASE mgc WITH RECOVERY` on S (5 step 4).
        RecoverSecondary = 5, "recover-secondary";
        /// `Set-CsPersistentChatState -PoolState FailedOver` (5 step 5).
        SetFailedOver = 6, "set-failed-over";
        /// `Install-CsMirrorDatabase` with S as principal and SM as mirror (5 step 6).
        InstallMirror = 7, "install-mirror";
        /// `Set-CsPersistentChatActiveServer`: the servers in DC2 (5 step 7).
        ActivateDc2 = 8, "activate-dc2";
        /// Point the next hop at a Front End pool in DC2 (5 step 8).
        MoveNextHop = 9, "move-next-hop";
        /// `SET PARTNER FAILOVER` on the principal (3.8).
        ManualFailover = 10, "manual-failover";
        /// `SET PARTNER FORCE_SERVICE_ALLOW_DATA_LOSS` on the mirror (3.9).
        ForceService = 11, "force-service";
        /// `SET PARTNER RESUME` on the principal (3.14).
        ResumeMirroring = 12, "resume-mirroring";
        /// `SET PARTNER SUSPEND` (3.14).
        SuspendMirroring = 13, "suspend-mirroring";
        /// `SET WITNESS OFF` on the principal (3.14).
        RemoveWitness = 14, "remove-witness";
        /// Fence the databases of DC1 out of band: power, network, people (5 step 0b, R11).
        FenceDc1 = 15, "fence-dc1";
        /// Back up the tail of the principal's log WITH NORECOVERY, which fences it too (4.5, 5
        /// step 3b).
        TailBackup = 16, "tail-backup";
        /// Restart the pool servers in reach, so that they learn the failover partner (2.4).
        RestartServers = 17, "restart-servers";
        /// `Set-CsPersistentChatActiveServer -Swap`: invert active and idle (1.4).
        SwapActive = 18, "swap-active";
        /// Put every server on the active list (H-36).
        ActivateAll = 19, "activate-all";
        /// `-ActiveServers $Null`: clear the active list (6 step 1).
        ClearActive = 20, "clear-active";
        /// Stop the Channel service on every server in reach, so that no session goes on (6
        /// step 1).
        StopServices = 21, "stop-services";
        /// Remove mirroring on S; SM is left restoring (6 step 2).
        RemoveDc2Mirroring = 22, "remove-dc2-mirroring";
        /// Full backup of `mgc` on S; S stays online and writable (6 step 3).
        FullBackup = 23, "full-backup";
        /// Backup of S and its tail WITH NORECOVERY: nothing can be written after it (6 step 3,
        /// inferred).
        TailBackupDc2 = 24, "tail-backup-dc2";
        /// Extract what only the old copies in DC1 hold (6 step 0).
        Salvage = 25, "salvage";
        /// Restore the full backup on A with REPLACE and RECOVERY (6 step 4).
        RestorePrimary = 26, "restore-primary";
        /// Verify that A holds what the backup holds (6 step 5, hazard column).
        VerifyPrimary = 27, "verify-primary";
        /// Set up log shipping from A to S again, from a new full backup of A (6 step 5).
        ReinitialiseSecondary = 28, "reinitialise-secondary";
        /// Mirror the principal of DC1 to its partner again, from a new seed (3.14, 6 step 5).
        ReseedMirror = 29, "reseed-mirror";
        /// Make the servers that were active at first the active ones (6 step 6).
        ActivateDc1 = 30, "activate-dc1";
        /// `Set-CsPersistentChatState -PoolState Normal` (6 step 7).
        SetNormal = 31, "set-normal";
        /// Point the next hop at the Front End pool in DC1 again (6 step 8).
        ReturnNextHop = 32, "return-next-hop";
        /// `SET PARTNER OFF` on a partner of the DC1 pair that runs (3.14).
        RemoveMirroring = 33, "remove-mirroring";
        /// Recover an ex-mirror: it becomes writable, on a branch of its own (3.14, H-07).
        RecoverMirror = 34, "recover-mirror";
        /// Switch the witness off on a principal without quorum (H-51).
        ReleaseStaleSide = 35, "release-stale-side";
        /// A log backup outside the job (H-23).
        AdHocLogBackup = 36, "ad-hoc-log-backup";
        /// Switch to the simple recovery model (H-28).
        SetSimpleRecovery = 37, "set-simple-recovery";
        /// Stop SQL Agent on S: no copy and no restore (H-29).
        StopAgent = 38, "stop-agent";
        /// Apply a differential backup of the principal to S, which bridges a gap (4.2; 10,
        /// choice 18).
        BridgeGap = 39, "bridge-gap";
        /// Fence the old principal of the DC1 pair out of band before its mirror is forced: power,
        /// network, people (3.9, R11).
        FencePrincipal = 40, "fence-principal";
        /// Fence the databases of DC1 by commands over the inter-site link: only those that run
        /// (13.13).
        FenceInBand = 41, "fence-in-band";
        /// Lift every fence of DC1 (R11).
        LiftFence = 42, "lift-fence";
        /// Start the Channel service on the servers in reach that are on the active list, whatever
        /// pool state their replica has (H-17).
        StartServices = 43, "start-services";
        /// The log backup job of DC1 loses its Agent, its rights or its path (4.1, V12, V17).
        StopBackupAgent = 44, "stop-backup-agent";
        /// The log backup job of DC1 runs again (4.1).
        StartBackupAgent = 45, "start-backup-agent";
        /// Give up a failover to a DC2 that holds no database, so that DC1 comes back with those
        /// that it has (13.22).
        ReturnToDc1 = 46, "return-to-dc1";
        /// `SET PARTNER OFF`, `SET WITNESS OFF` and `RESTORE WITH RECOVERY` of the newest copy
        /// whose server runs: it is the only principal from then on (3.14, 13.22).
        RecoverNewest = 47, "recover-newest";
        /// Restore the newest backup that is left, where no copy is (13.22).
        RestoreNewestBackup = 48, "restore-newest-backup";
        /// Create an empty database, where neither a copy nor a backup is left (13.22).
        StartEmpty = 49, "start-empty";
        /// Point pool state, active servers, next hop and Central Management store at the newest
        /// database that acknowledges (5, 6, 13.22).
        ServeNewest = 50, "serve-newest";
        /// `Install-CsMirrorDatabase` for the newest principal; where that is SM, S gets its
        /// database first (3.14, 13.22).
        RemirrorNewest = 51, "remirror-newest";
    }
}

named! {
    /// The phase of an outage that a step belongs to.
    pub enum Phase {
        /// Until the failure is noticed.
        Detect = 0, "detect";
        /// Until people have decided.
        Decide = 1, "decide";
        /// Until the decided action is done.
        Act = 2, "act";
        /// Until the database is open for use again.
        Recover = 3, "recover";
        /// Until clients are connected again.
        Reconnect = 4, "reconnect";
    }
}

named! {
    /// A mistake at the current step of a runbook: a fault of the class mistake.
    pub enum Mistake {
        /// The step is done before what it waits for, or although its reason is gone.
        Premature = 0, "premature";
        /// The step is left out.
        Skip = 1, "skip";
        /// The next step is done before this one.
        SwapNext = 2, "swap-next";
        /// The wrong file is used.
        WrongFile = 3, "wrong-file";
        /// The runbook is given up half-way.
        Abort = 4, "abort";
        /// A fence is taken for set, and is not (13.13).
        FenceFails = 5, "fence-fails";
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
    /// Whether the step is skipped when it cannot be done (handbook 5 step 2: "Share lost
    /// with DC1: impossible, loss grows"). Otherwise the operator waits until it can.
    pub optional: bool,
    /// The phase of the outage that the step's time is counted in.
    pub phase: Phase,
    /// Page or handbook section.
    pub source: String,
}

impl Operation {
    /// Whether it lets a database serve that nothing else lets serve, so that it must not come
    /// beside something else that does (13.22).
    #[must_use]
    pub const fn is_last_resort(self) -> bool {
        matches!(
            self,
            Self::ReturnToDc1 | Self::RecoverNewest | Self::RestoreNewestBackup | Self::StartEmpty
        )
    }

    /// Whether all that it does is to set something that can be so already (5, 6).
    #[must_use]
    pub const fn sets_state(self) -> bool {
        matches!(
            self,
            Self::FailOverCms
                | Self::DropLogShipping
                | Self::SetFailedOver
                | Self::SetNormal
                | Self::MoveNextHop
                | Self::ReturnNextHop
                | Self::ClearActive
                | Self::LiftFence
        )
    }

    /// Whether it sets a fence, which can fail (13.13).
    #[must_use]
    pub const fn sets_fence(self) -> bool {
        matches!(
            self,
            Self::FenceDc1 | Self::FencePrincipal | Self::FenceInBand
        )
    }
}

named! {
    /// Which team works through a runbook; one runbook each.
    pub enum Role {
        /// Database administrators of DC1: failover inside the mirrored pair.
        MirrorFailover = 0, "mirror-failover";
        /// The disaster-recovery team: failover to DC2.
        SiteFailover = 1, "site-failover";
        /// The disaster-recovery team: failback to DC1.
        SiteFailback = 2, "site-failback";
        /// Database administrators of DC2: S is initialised again (4.8).
        LogShippingRepair = 3, "log-shipping-repair";
        /// Database administrators who act where no other runbook helps (13.22).
        LastResort = 4, "last-resort";
        /// The disaster-recovery team: a planned switch to DC2, such as the yearly test (13.15).
        PlannedSwitch = 5, "planned-switch";
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

impl Runbook {
    /// Whether its team is the last resort, or waits like it until nothing else is under way.
    #[must_use]
    pub fn waits_for_stuck(&self) -> bool {
        let stuck = Belief::ServiceStuck;
        let mut steps = self.steps.iter();
        self.role == Role::LastResort
            || self.trigger == stuck
            || steps.any(|step| step.wait_for == Some(stuck))
    }
}
