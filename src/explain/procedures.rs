//! What people type for an operation, where, and how they see that it is done.
//!
//! The model knows effects, not commands; this page of words is for the binder. What stands in
//! angle brackets no scenario knows.

use poolproof_models::names::runbook::Operation;

/// The names of a pool's servers, for commands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerNames {
    /// The primary database server.
    pub a: String,
    /// Its mirror.
    pub b: String,
    /// The log-shipping secondary.
    pub s: String,
    /// Its mirror.
    pub sm: String,
    /// The backup share.
    pub share: String,
}

/// How one operation is carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Procedure {
    /// On which server, or with which tool.
    pub place: String,
    /// What is typed or done, a line each.
    pub command: Vec<String>,
    /// How to see that it is done.
    pub verify: String,
    /// Whether there is no way back after it.
    pub is_final: bool,
}

/// The database.
const MGC: &str = "mgc";
const SHELL: &str = "Lync Server Management Shell in DC2";
const SHELL_DC1: &str = "Lync Server Management Shell";
const BUILDER: &str = "Topology Builder";
const STATE: &str = "SELECT state_desc FROM sys.databases WHERE name = N'mgc' gives";
const SESSION: &str = "SELECT mirroring_role_desc, mirroring_state_desc FROM \
     sys.database_mirroring WHERE database_id = DB_ID(N'mgc') gives";
const ACTIVE: &str = "Get-CsPersistentChatActiveServer -Identity <pool FQDN> lists exactly";
const REPLICATED: &str = "Get-CsManagementStoreReplicationStatus shows UpToDate on each server";

/// How an operation is carried out with these names.
#[must_use]
pub fn procedure(operation: Operation, names: &ServerNames) -> Procedure {
    let ServerNames { a, b, s, sm, share } = names;
    let pair = format!("{a} or {b}, whichever is principal");
    let mirror = format!("{a} or {b}, whichever is mirror");
    let fence = "power, network or the people on site";
    let plain = |place: &str, command: &str, verify: &str| Procedure {
        place: place.to_owned(),
        command: command.lines().map(str::to_owned).collect(),
        verify: verify.to_owned(),
        is_final: false,
    };
    let last = |place: &str, command: &str, verify: &str| Procedure {
        is_final: true,
        ..plain(place, command, verify)
    };
    let alter = |what: &str| format!("ALTER DATABASE {MGC} SET {what};");
    match operation {
        Operation::Decide => plain(
            "the conference line",
            "Look at what answers. Gather who decides. Write down the decision and its time.",
            "somebody who may decide has decided, by name",
        ),
        Operation::FailOverCms => plain(
            SHELL,
            "Invoke-CsManagementServerFailover -WhatIf\nInvoke-CsManagementServerFailover",
            "Get-CsManagementConnection names the server in DC2, and only one master is active: a \
             failover can report success and leave both active (handbook 13.14)",
        ),
        Operation::DropLogShipping => plain(
            s,
            "EXEC master.dbo.sp_delete_log_shipping_secondary_database\n    \
             @secondary_database = N'mgc';",
            "SELECT COUNT(*) FROM msdb.dbo.log_shipping_secondary_databases WHERE \
             secondary_database = N'mgc' gives 0",
        ),
        Operation::CopyBacklog => plain(
            s,
            &format!("robocopy {share} <copy folder of S> mgc_*.trn"),
            "the newest file of the share is in the copy folder, with the same size",
        ),
        Operation::RestoreBacklog => plain(
            s,
            "-- each file in the order of its name, without a gap:\n\
             RESTORE LOG mgc FROM DISK = N'<copy folder of S>\\mgc_<time>.trn' WITH NORECOVERY;",
            "the last row of msdb.dbo.restorehistory for mgc is of the newest file",
        ),
        Operation::RecoverSecondary => last(
            s,
            "RESTORE DATABASE mgc WITH RECOVERY;",
            &format!("{STATE} ONLINE; no file of log can be applied any more"),
        ),
        Operation::SetFailedOver => plain(
            SHELL,
            "Set-CsPersistentChatState -Identity \"service:<pool FQDN>\" -PoolState FailedOver",
            &format!("Get-CsPersistentChatState shows FailedOver; {REPLICATED}"),
        ),
        Operation::InstallMirror => plain(
            SHELL,
            &format!(
                "Install-CsMirrorDatabase -DatabaseType PersistentChat -FileShare <seeding share> \
                 -SqlServerFqdn {s}"
            ),
            &format!("on {s}, {SESSION} PRINCIPAL, SYNCHRONIZED, with {sm} as partner"),
        ),
        Operation::ActivateDc2 => plain(
            SHELL,
            "Set-CsPersistentChatActiveServer -Identity <pool FQDN> \
             -ActiveServers @{Replace=\"<server in DC2>\",\"<server in DC2>\"}",
            &format!("{ACTIVE} the servers in DC2, at most four; {REPLICATED}"),
        ),
        Operation::MoveNextHop => plain(
            BUILDER,
            "Persistent Chat pool, next hop: the Front End pool in DC2. Publish the topology.",
            "a test user can open a room",
        ),
        Operation::ManualFailover => plain(
            &pair,
            &alter("PARTNER FAILOVER"),
            &format!("on the new principal, {SESSION} PRINCIPAL, SYNCHRONIZED"),
        ),
        Operation::ForceService => last(
            &mirror,
            &alter("PARTNER FORCE_SERVICE_ALLOW_DATA_LOSS"),
            &format!("{SESSION} PRINCIPAL, SUSPENDED; the old principal does not serve"),
        ),
        Operation::ResumeMirroring => last(
            &pair,
            &alter("PARTNER RESUME"),
            &format!(
                "{SESSION} PRINCIPAL, SYNCHRONIZED; what only the other side had is discarded"
            ),
        ),
        Operation::SuspendMirroring => plain(
            &pair,
            &alter("PARTNER SUSPEND"),
            &format!("{SESSION} PRINCIPAL, SUSPENDED"),
        ),
        Operation::RemoveWitness => plain(
            &pair,
            &alter("WITNESS OFF"),
            "mirroring_witness_name of sys.database_mirroring is empty on both partners",
        ),
        Operation::FenceDc1 => plain(
            fence,
            &format!("Switch {a} and {b} off, or cut them off from every client and from DC2."),
            "the people on site confirm it by telephone; it stays until somebody lifts it",
        ),
        Operation::TailBackup => plain(
            &pair,
            &format!(
                "{}\nBACKUP LOG mgc TO DISK = N'{share}\\mgc_tail.trn'\n    \
                 WITH NORECOVERY, NO_TRUNCATE;",
                alter("PARTNER OFF")
            ),
            &format!("{STATE} RESTORING, and the file is on the share"),
        ),
        Operation::RestartServers => plain(
            "each pool server",
            "Restart-Service RTCCHAT",
            "Get-CsWindowsService shows RTCCHAT running on each",
        ),
        Operation::SwapActive => plain(
            SHELL,
            "Set-CsPersistentChatActiveServer -Identity <pool FQDN> -Swap",
            &format!("{ACTIVE} those that were idle; {REPLICATED}"),
        ),
        Operation::ActivateAll => plain(
            SHELL,
            "Set-CsPersistentChatActiveServer -Identity <pool FQDN> \
             -ActiveServers @{Replace=\"<every server>\"}",
            &format!("{ACTIVE} every server"),
        ),
        Operation::ClearActive => plain(
            SHELL_DC1,
            "Set-CsPersistentChatActiveServer -Identity <pool FQDN> -ActiveServers $Null",
            &format!("{ACTIVE} no server; sessions that exist go on until services stop"),
        ),
        Operation::StopServices => plain(
            "each pool server",
            "Stop-CsWindowsService -Name RTCCHAT",
            "Get-CsWindowsService shows RTCCHAT stopped on each",
        ),
        Operation::RemoveDc2Mirroring => {
            plain(s, &alter("PARTNER OFF"), &format!("{SESSION} NULL on {s}"))
        }
        Operation::FullBackup => plain(
            s,
            &format!("BACKUP DATABASE mgc TO DISK = N'{share}\\mgc_full.bak' WITH CHECKSUM;"),
            "RESTORE VERIFYONLY of the file succeeds",
        ),
        Operation::TailBackupDc2 => plain(
            s,
            &format!(
                "BACKUP DATABASE mgc TO DISK = N'{share}\\mgc_full.bak' WITH CHECKSUM;\n\
                 BACKUP LOG mgc TO DISK = N'{share}\\mgc_tail.trn' WITH NORECOVERY;"
            ),
            &format!("{STATE} RESTORING; both files are on the share"),
        ),
        Operation::Salvage => plain(
            &format!("{a} and {b}"),
            "-- before anything is overwritten, on each old copy that can be opened:\n\
             BACKUP DATABASE mgc TO DISK = N'<a place of its own>\\mgc_old.bak' WITH COPY_ONLY;",
            "RESTORE VERIFYONLY of each file succeeds",
        ),
        Operation::RestorePrimary => last(
            a,
            &format!(
                "RESTORE DATABASE mgc FROM DISK = N'{share}\\mgc_full.bak'\n    \
                 WITH REPLACE, NORECOVERY;\n\
                 RESTORE LOG mgc FROM DISK = N'{share}\\mgc_tail.trn' WITH RECOVERY;"
            ),
            &format!("{STATE} ONLINE; the file was the newest, by its time and size"),
        ),
        Operation::VerifyPrimary => plain(
            a,
            "DBCC CHECKDB (mgc) WITH NO_INFOMSGS;\n\
             -- and compare the newest message of some rooms with what S has",
            "no error, and the newest messages are the same",
        ),
        Operation::ReinitialiseSecondary => last(
            &format!("{a} and {s}"),
            "Set log shipping up from A to S: generate a full backup and restore it into S, \
             No recovery mode; then the primary half of the script on B.",
            "the copy and restore jobs have run, and poolproof chain finds the chain whole",
        ),
        Operation::ReseedMirror => plain(
            SHELL_DC1,
            &format!(
                "Install-CsMirrorDatabase -DatabaseType PersistentChat -FileShare <seeding share> \
                 -SqlServerFqdn {a}"
            ),
            &format!("{SESSION} PRINCIPAL, SYNCHRONIZED; S has got the log backup of the seeding"),
        ),
        Operation::ActivateDc1 => plain(
            SHELL_DC1,
            "Set-CsPersistentChatActiveServer -Identity <pool FQDN> \
             -ActiveServers @{Replace=\"<server in DC1>\",\"<server in DC1>\"}",
            &format!("{ACTIVE} the servers in DC1, at most four; {REPLICATED}"),
        ),
        Operation::SetNormal => plain(
            SHELL_DC1,
            "Set-CsPersistentChatState -Identity \"service:<pool FQDN>\" -PoolState Normal",
            &format!("Get-CsPersistentChatState shows Normal; {REPLICATED}"),
        ),
        Operation::ReturnNextHop => plain(
            BUILDER,
            "Persistent Chat pool, next hop: the Front End pool in DC1. Publish the topology.",
            "a test user can open a room",
        ),
        Operation::RemoveMirroring => plain(
            &format!("{a} or {b}"),
            &alter("PARTNER OFF"),
            &format!("{SESSION} NULL; the old mirror is RESTORING"),
        ),
        Operation::RecoverMirror => last(
            &mirror,
            "RESTORE DATABASE mgc WITH RECOVERY;",
            &format!("{STATE} ONLINE, and on the old principal it does not"),
        ),
        Operation::ReleaseStaleSide => {
            last(&pair, &alter("WITNESS OFF"), &format!("{STATE} ONLINE"))
        }
        Operation::AdHocLogBackup => plain(
            &pair,
            "BACKUP LOG mgc TO DISK = N'<file>';\n-- add WITH COPY_ONLY: without it S has a gap",
            "poolproof chain finds the chain whole",
        ),
        Operation::SetSimpleRecovery => last(
            &pair,
            &alter("RECOVERY SIMPLE"),
            "recovery_model_desc of sys.databases is SIMPLE; log shipping and mirroring end",
        ),
        Operation::StopAgent => plain(
            s,
            "Stop-Service SQLSERVERAGENT",
            "the copy and restore jobs do not run any more",
        ),
        Operation::BridgeGap => plain(
            &format!("{a} or {b}, then {s}"),
            &format!(
                "BACKUP DATABASE mgc TO DISK = N'{share}\\mgc_diff.bak' WITH DIFFERENTIAL;\n\
                 -- on S:\n\
                 RESTORE DATABASE mgc FROM DISK = N'{share}\\mgc_diff.bak' WITH NORECOVERY;"
            ),
            "the restore job applies the next file",
        ),
        Operation::FencePrincipal => plain(
            fence,
            "Switch the old principal off, or cut it off from every client.",
            "the people on site confirm it by telephone; it stays until somebody lifts it",
        ),
        Operation::FenceInBand => plain(
            &format!("{a} and {b}, over the link"),
            &format!(
                "{}\n{}",
                alter("PARTNER OFF"),
                alter("OFFLINE WITH ROLLBACK IMMEDIATE")
            ),
            &format!("{STATE} OFFLINE on each that runs; one that does not run is not fenced"),
        ),
        Operation::LiftFence => plain(
            fence,
            &format!("Give {a} and {b} back their power and their network."),
            "both answer from DC2",
        ),
        Operation::StartServices => plain(
            "each active pool server",
            "Start-CsWindowsService -Name RTCCHAT",
            "Get-CsWindowsService shows RTCCHAT running on each",
        ),
        Operation::StopBackupAgent => plain(
            &pair,
            "EXEC msdb.dbo.sp_update_job @job_name = N'LSBackup_mgc', @enabled = 0;",
            "no log backup is taken any more",
        ),
        Operation::StartBackupAgent => plain(
            &pair,
            "EXEC msdb.dbo.sp_update_job @job_name = N'LSBackup_mgc', @enabled = 1;",
            "the next log backup is on the share",
        ),
        Operation::ReturnToDc1 => plain(
            SHELL_DC1,
            "Set-CsPersistentChatState -Identity \"service:<pool FQDN>\" -PoolState Normal",
            &format!("Get-CsPersistentChatState shows Normal; {REPLICATED}"),
        ),
        Operation::RecoverNewest => last(
            "the server of the newest copy",
            &format!(
                "{}\n{}\nRESTORE DATABASE mgc WITH RECOVERY;",
                alter("WITNESS OFF"),
                alter("PARTNER OFF")
            ),
            &format!("{STATE} ONLINE there, and nowhere else"),
        ),
        Operation::RestoreNewestBackup => last(
            "a database server that runs",
            "RESTORE DATABASE mgc FROM DISK = N'<newest backup>' WITH RECOVERY;",
            &format!("{STATE} ONLINE"),
        ),
        Operation::StartEmpty => last(
            SHELL_DC1,
            "Install-CsDatabase -ConfiguredDatabases -SqlServerFqdn <server that runs>",
            &format!("{STATE} ONLINE; it is empty"),
        ),
        Operation::ServeNewest => plain(
            SHELL_DC1,
            "Set pool state, active servers and next hop to the data centre of that database, and \
             create logins of the pool's servers that are missing there.",
            &format!("a test user can open a room; {REPLICATED}"),
        ),
        Operation::RemirrorNewest => plain(
            SHELL_DC1,
            "Install-CsMirrorDatabase -DatabaseType PersistentChat -FileShare <seeding share> \
             -SqlServerFqdn <newest principal>",
            &format!("{SESSION} PRINCIPAL, SYNCHRONIZED"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_has_a_place_a_command_and_a_proof() {
        let names = ServerNames {
            a: "SQL-A".to_owned(),
            b: "SQL-B".to_owned(),
            s: "SQL-S".to_owned(),
            sm: "SQL-SM".to_owned(),
            share: r"\\fs1\ls".to_owned(),
        };
        for operation in Operation::ALL {
            let found = procedure(operation, &names);
            let name = operation.name();
            assert!(
                !found.place.is_empty() && !found.verify.is_empty(),
                "{name}"
            );
            assert!(found.command.iter().any(|line| !line.is_empty()), "{name}");
            let words = found.command.join(" ").to_uppercase();
            assert!(
                !words.contains("PASSWORD") && !words.contains("CREDENTIAL"),
                "{name}"
            );
        }
        assert!(procedure(Operation::RecoverSecondary, &names).is_final);
        let tail = procedure(Operation::TailBackup, &names);
        assert!(
            tail.command
                .join("\n")
                .contains(r"N'\\fs1\ls\mgc_tail.trn'")
        );
    }
}
