//! What operators do, in words.

use poolproof_models::names::runbook::Operation;

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
        Operation::FencePrincipal => "fence the old principal of the DC1 pair out of band",
        Operation::FenceInBand => "fence the running databases of DC1 by commands over the link",
        Operation::LiftFence => "lift the fences of DC1",
        Operation::StartServices => "start the chat service on the active servers in reach",
        Operation::StopBackupAgent => "the log backup job of DC1 loses its Agent, rights or path",
        Operation::StartBackupAgent => "start the log backup job of DC1 again",
        Operation::ReturnToDc1 => "give the failover to DC2 up: DC1 comes back with its databases",
        Operation::RecoverNewest => {
            "make the newest copy the only principal (SET PARTNER OFF, RESTORE WITH RECOVERY)"
        }
        Operation::RestoreNewestBackup => "restore the newest backup that is left",
        Operation::StartEmpty => "create an empty database: nothing is left to restore",
        Operation::ServeNewest => "point the pool at the newest database",
        Operation::RemirrorNewest => "mirror the newest database again, from a new seed",
    }
}
