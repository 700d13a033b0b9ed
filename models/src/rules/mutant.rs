//! Seeded faults in the rules, switched on only in tests: a model that cannot fail proves nothing.

/// A fault in one rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mutant {
    /// 3.12: the principal goes on alone without the handshake.
    NoHandshake,
    /// 3.12: the handshake leaves the witness's flag set.
    RegisterNotCleared,
    /// 3.7: the mirror and the witness do not look at the witness's register.
    IgnoreRegister,
    /// 3.7: the witness does not remember that it still sees the principal.
    WitnessForgetsPrincipal,
    /// 3.7: a mirror that is behind is promoted.
    FailoverWhileSynchronizing,
    /// 3.8: manual failover without waiting for synchronisation.
    ManualFailoverWhileSynchronizing,
    /// R7: the mirror stays ready although it was apart from both others.
    ReadinessSurvivesIsolation,
    /// 3.3: the mirror counts as synchronised without having the log.
    ResynchroniseCopiesNothing,
    /// 3.10: an old principal does not give up its role on reconnection.
    OldPrincipalStaysPrincipal,
    /// 3.9: force is accepted although the witness sees the principal.
    ForceIgnoresWitness,
    /// 2.2: a commit does not wait for the mirror's disk.
    CommitDoesNotWait,
    /// 3.4: a principal serves without a quorum.
    NoQuorum,
    /// 3.7: the witness does not record the promotion.
    WitnessNotTold,
    /// 4.2: a restore accepts a file of another branch or beyond a gap.
    RestoreAcceptsAnything,
    /// 4.1: a log backup overwrites the files that were not copied yet.
    BackupFromMirror,
    /// 5 step 4: recovery does not start a branch of its own: the old primary is taken for stopped.
    FenceLeaks,
    /// 5 step 2: copying by hand copies nothing.
    BacklogNotCopied,
    /// 5 step 3: applying by hand applies nothing.
    BacklogNotRestored,
    /// 5: operators begin although DC1 answers.
    OperatorsNeedNoReason,
    /// 5: DC1 comes back by itself in spite of the assumption.
    AssumptionIgnored,
    /// 1.4: servers follow an old pool state for ever.
    ReplicationLost,
    /// 6 step 4: the restore takes the state at the failover instead of the backup.
    RestoresOldBackup,
    /// 6 step 1: stopping the services leaves the sessions alone.
    StopLeavesSessions,
    /// 13.2: of two principals that one wins whose history descends from the other's, not the one
    /// that was promoted last.
    RolesByAncestry,
    /// 13.1: the oldest fork counts as one with the fork that continues it, whatever was born
    /// between them.
    ForksMergePastSiblings,
}

impl Mutant {
    /// Every mutant.
    pub const ALL: [Self; 25] = [
        Self::NoHandshake,
        Self::RegisterNotCleared,
        Self::IgnoreRegister,
        Self::WitnessForgetsPrincipal,
        Self::FailoverWhileSynchronizing,
        Self::ManualFailoverWhileSynchronizing,
        Self::ReadinessSurvivesIsolation,
        Self::ResynchroniseCopiesNothing,
        Self::OldPrincipalStaysPrincipal,
        Self::ForceIgnoresWitness,
        Self::CommitDoesNotWait,
        Self::NoQuorum,
        Self::WitnessNotTold,
        Self::RestoreAcceptsAnything,
        Self::BackupFromMirror,
        Self::FenceLeaks,
        Self::BacklogNotCopied,
        Self::BacklogNotRestored,
        Self::OperatorsNeedNoReason,
        Self::AssumptionIgnored,
        Self::ReplicationLost,
        Self::RestoresOldBackup,
        Self::StopLeavesSessions,
        Self::RolesByAncestry,
        Self::ForksMergePastSiblings,
    ];
}
