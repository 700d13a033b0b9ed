//! The kinds of records that are read: what each is called, which columns it has, and where it
//! comes from.

/// A kind of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecordKind {
    /// The runs of the log-shipping jobs, from `msdb`.
    LogShippingHistory,
    /// The backups that an instance knows, from `msdb`.
    BackupHistory,
    /// What an instance has restored, from `msdb`.
    RestoreHistory,
    /// Starts and stops of servers and services, from the Windows event logs.
    ServiceEvents,
    /// Changes of the mirroring state, from the default trace.
    MirroringStates,
    /// Incidents that people wrote down.
    Incidents,
    /// What a team wrote down during a drill.
    DrillRecord,
    /// Release and edition of an instance.
    ServerProperties,
    /// The mirrored databases of an instance, as they are now.
    MirroringSetup,
    /// The sessions that a witness serves, as they are now.
    WitnessSetup,
    /// What an instance ships as a primary.
    LogShippingPrimary,
    /// What an instance receives as a secondary.
    LogShippingSecondary,
    /// When the log-shipping jobs of an instance run.
    JobSchedules,
    /// The pools of the deployment, from `Get-CsPool`.
    CsPool,
    /// The state of the pool, from `Get-CsPersistentChatState`.
    PersistentChatState,
    /// The states of the mirrored databases, from `Get-CsDatabaseMirrorState`.
    CsMirrorState,
    /// The topology, from `Get-CsTopology -AsXml` or from Topology Builder.
    Topology,
}

/// A column of a kind of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordColumn {
    /// Its name in the first row, in lower case.
    pub name: &'static str,
    /// Whether a file without it cannot be used.
    pub is_required: bool,
}

const fn needed(name: &'static str) -> RecordColumn {
    RecordColumn {
        name,
        is_required: true,
    }
}

const fn useful(name: &'static str) -> RecordColumn {
    RecordColumn {
        name,
        is_required: false,
    }
}

impl RecordKind {
    /// Every kind.
    pub const ALL: [Self; 17] = [
        Self::LogShippingHistory,
        Self::BackupHistory,
        Self::RestoreHistory,
        Self::ServiceEvents,
        Self::MirroringStates,
        Self::Incidents,
        Self::DrillRecord,
        Self::ServerProperties,
        Self::MirroringSetup,
        Self::WitnessSetup,
        Self::LogShippingPrimary,
        Self::LogShippingSecondary,
        Self::JobSchedules,
        Self::CsPool,
        Self::PersistentChatState,
        Self::CsMirrorState,
        Self::Topology,
    ];

    /// The name of the kind in a manifest, and the stem of its files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::LogShippingHistory => "log-shipping-history",
            Self::BackupHistory => "backup-history",
            Self::RestoreHistory => "restore-history",
            Self::ServiceEvents => "service-events",
            Self::MirroringStates => "mirroring-states",
            Self::Incidents => "incidents",
            Self::DrillRecord => "drill-record",
            Self::ServerProperties => "server-properties",
            Self::MirroringSetup => "mirroring-setup",
            Self::WitnessSetup => "witness-setup",
            Self::LogShippingPrimary => "log-shipping-primary",
            Self::LogShippingSecondary => "log-shipping-secondary",
            Self::JobSchedules => "job-schedules",
            Self::CsPool => "cs-pool",
            Self::PersistentChatState => "persistent-chat-state",
            Self::CsMirrorState => "cs-mirror-state",
            Self::Topology => "topology",
        }
    }

    /// The kind of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether it says how the pool is set up, and not what has happened.
    #[must_use]
    pub const fn is_setup(self) -> bool {
        !matches!(
            self,
            Self::LogShippingHistory
                | Self::BackupHistory
                | Self::RestoreHistory
                | Self::ServiceEvents
                | Self::MirroringStates
                | Self::Incidents
                | Self::DrillRecord
        )
    }

    /// Whether it is about the pool as a whole and not about one server.
    #[must_use]
    pub const fn is_of_the_pool(self) -> bool {
        matches!(
            self,
            Self::Incidents
                | Self::DrillRecord
                | Self::CsPool
                | Self::PersistentChatState
                | Self::CsMirrorState
                | Self::Topology
        )
    }

    /// The ending of its files.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::CsPool | Self::PersistentChatState | Self::CsMirrorState => "json",
            Self::Topology => "xml",
            _ => "csv",
        }
    }

    /// The columns that are read, in a fixed order. Others are left alone.
    #[must_use]
    pub const fn columns(self) -> &'static [RecordColumn] {
        match self {
            Self::LogShippingHistory => {
                const {
                    &[
                        needed("agent_id"),
                        needed("agent_type"),
                        needed("session_id"),
                        needed("session_status"),
                        useful("log_time_utc"),
                        useful("log_time"),
                        useful("database_name"),
                    ]
                }
            }
            Self::BackupHistory => {
                const {
                    &[
                        needed("server_name"),
                        needed("database_name"),
                        needed("type"),
                        needed("first_lsn"),
                        needed("last_lsn"),
                        needed("backup_start_date"),
                        useful("backup_finish_date"),
                        useful("backup_size"),
                        useful("is_copy_only"),
                        useful("physical_device_name"),
                        useful("user_name"),
                        useful("time_zone"),
                        useful("recovery_model"),
                        useful("first_recovery_fork_guid"),
                        useful("last_recovery_fork_guid"),
                        useful("fork_point_lsn"),
                    ]
                }
            }
            Self::RestoreHistory => {
                const {
                    &[
                        needed("destination_database_name"),
                        needed("restore_type"),
                        needed("restore_date"),
                        useful("recovery"),
                        useful("first_lsn"),
                        useful("last_lsn"),
                        useful("last_recovery_fork_guid"),
                    ]
                }
            }
            Self::ServiceEvents => {
                const {
                    &[
                        needed("log"),
                        needed("provider"),
                        needed("id"),
                        needed("time_utc"),
                        useful("service"),
                    ]
                }
            }
            Self::MirroringStates => {
                const {
                    &[
                        needed("database_name"),
                        needed("start_time"),
                        needed("state"),
                        useful("state_before"),
                        useful("event_sequence"),
                    ]
                }
            }
            Self::Incidents => {
                const {
                    &[
                        needed("component"),
                        needed("start"),
                        needed("end"),
                        useful("mode"),
                        useful("planned"),
                        useful("noticed"),
                    ]
                }
            }
            Self::DrillRecord => {
                const {
                    &[
                        needed("runbook"),
                        needed("step"),
                        needed("operation"),
                        needed("started"),
                        needed("ended"),
                        needed("result"),
                        needed("lost"),
                    ]
                }
            }
            Self::ServerProperties => {
                const {
                    &[
                        needed("server_name"),
                        needed("product_version"),
                        needed("edition"),
                    ]
                }
            }
            Self::MirroringSetup => {
                const {
                    &[
                        needed("server_name"),
                        needed("database_name"),
                        needed("mirroring_role_desc"),
                        needed("mirroring_state_desc"),
                        needed("mirroring_safety_level_desc"),
                        needed("mirroring_partner_name"),
                        useful("mirroring_witness_name"),
                        useful("mirroring_connection_timeout"),
                        useful("recovery_model_desc"),
                    ]
                }
            }
            Self::WitnessSetup => {
                const {
                    &[
                        needed("server_name"),
                        needed("database_name"),
                        needed("principal_server_name"),
                        needed("mirror_server_name"),
                        needed("partner_sync_state_desc"),
                        useful("safety_level_desc"),
                    ]
                }
            }
            Self::LogShippingPrimary => {
                const {
                    &[
                        needed("server_name"),
                        needed("primary_database"),
                        needed("backup_share"),
                        useful("backup_retention_period"),
                        useful("backup_threshold"),
                        useful("threshold_alert_enabled"),
                        useful("monitor_server"),
                    ]
                }
            }
            Self::LogShippingSecondary => {
                const {
                    &[
                        needed("server_name"),
                        needed("primary_server"),
                        needed("primary_database"),
                        useful("backup_destination_directory"),
                        useful("restore_delay"),
                        useful("restore_mode"),
                        useful("restore_threshold"),
                        useful("threshold_alert_enabled"),
                        useful("monitor_server"),
                        useful("backup_source_directory"),
                    ]
                }
            }
            Self::JobSchedules => {
                const {
                    &[
                        needed("server_name"),
                        needed("database_name"),
                        needed("job"),
                        needed("freq_type"),
                        needed("freq_interval"),
                        needed("freq_subday_type"),
                        needed("freq_subday_interval"),
                        useful("job_enabled"),
                        useful("schedule_enabled"),
                        useful("freq_recurrence_factor"),
                        useful("active_start_time"),
                        useful("active_end_time"),
                    ]
                }
            }
            Self::CsPool => {
                const {
                    &[
                        needed("identity"),
                        needed("computers"),
                        useful("fqdn"),
                        useful("services"),
                        useful("site"),
                    ]
                }
            }
            Self::PersistentChatState => const { &[needed("identity"), needed("poolstate")] },
            Self::CsMirrorState => {
                const {
                    &[
                        needed("databasename"),
                        needed("stateonprimary"),
                        needed("stateonmirror"),
                        useful("mirroringstatusonprimary"),
                        useful("mirroringstatusonmirror"),
                        useful("mirroringstatusonsecondary"),
                    ]
                }
            }
            Self::Topology => &[],
        }
    }

    /// The file name of what collects them, and its text.
    #[must_use]
    pub const fn query(self) -> (&'static str, &'static str) {
        match self {
            Self::LogShippingHistory => (
                "log-shipping-history.sql",
                include_str!("queries/log-shipping-history.sql"),
            ),
            Self::BackupHistory => (
                "backup-history.sql",
                include_str!("queries/backup-history.sql"),
            ),
            Self::RestoreHistory => (
                "restore-history.sql",
                include_str!("queries/restore-history.sql"),
            ),
            Self::ServiceEvents => (
                "service-events.ps1",
                include_str!("queries/service-events.ps1"),
            ),
            Self::MirroringStates => (
                "mirroring-states.sql",
                include_str!("queries/mirroring-states.sql"),
            ),
            Self::Incidents => ("incidents.csv", include_str!("queries/incidents.csv")),
            Self::DrillRecord => ("drill-record.csv", include_str!("queries/drill-record.csv")),
            Self::ServerProperties => (
                "server-properties.sql",
                include_str!("queries/server-properties.sql"),
            ),
            Self::MirroringSetup => (
                "mirroring-setup.sql",
                include_str!("queries/mirroring-setup.sql"),
            ),
            Self::WitnessSetup => (
                "witness-setup.sql",
                include_str!("queries/witness-setup.sql"),
            ),
            Self::LogShippingPrimary => (
                "log-shipping-primary.sql",
                include_str!("queries/log-shipping-primary.sql"),
            ),
            Self::LogShippingSecondary => (
                "log-shipping-secondary.sql",
                include_str!("queries/log-shipping-secondary.sql"),
            ),
            Self::JobSchedules => (
                "job-schedules.sql",
                include_str!("queries/job-schedules.sql"),
            ),
            Self::CsPool => ("cs-pool.ps1", include_str!("queries/cs-pool.ps1")),
            Self::PersistentChatState => (
                "persistent-chat-state.ps1",
                include_str!("queries/persistent-chat-state.ps1"),
            ),
            Self::CsMirrorState => (
                "cs-mirror-state.ps1",
                include_str!("queries/cs-mirror-state.ps1"),
            ),
            Self::Topology => ("topology.ps1", include_str!("queries/topology.ps1")),
        }
    }

    /// What the records are good for.
    #[must_use]
    pub const fn purpose(self) -> &'static str {
        match self {
            Self::LogShippingHistory => "intervals, durations and failed runs of the jobs",
            Self::BackupHistory => "the log chain, its volume by hour, log backups outside the job",
            Self::RestoreHistory => "what the secondary has applied, and what it has not",
            Self::ServiceEvents => "crashes, restarts and planned work, with their lengths",
            Self::MirroringStates => "lost connections and the time to synchronise again",
            Self::Incidents => "failures that no server has written down, such as those of links",
            Self::DrillRecord => "how long the steps of a runbook take",
            Self::ServerProperties => "release and edition of each instance",
            Self::MirroringSetup => "mirror, witness, safety, time-out and roles of each database",
            Self::WitnessSetup => "the sessions as the witness sees them",
            Self::LogShippingPrimary => "backup share, retention, alert; whether B ships too",
            Self::LogShippingSecondary => "copy folder, restore delay and mode, alert",
            Self::JobSchedules => "intervals of the backup, copy and restore jobs",
            Self::CsPool => "the servers of the pool",
            Self::PersistentChatState => "whether the pool is failed over",
            Self::CsMirrorState => "roles of the databases as Lync sees them",
            Self::Topology => "the stores, the Central Management store and the next hop",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_collected_has_the_columns_that_are_read() {
        for kind in RecordKind::ALL {
            let (file, text) = kind.query();
            assert!(file.starts_with(kind.name()), "{file}");
            assert_eq!(RecordKind::from_name(kind.name()), Some(kind));
            let text = text.to_lowercase();
            let words: Vec<&str> = text
                .split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
                .collect();
            for column in kind.columns() {
                // Of two forms one is enough.
                let other_forms = ["log_time", "mirroringstatusonsecondary"];
                let collected = words.contains(&column.name) || other_forms.contains(&column.name);
                assert!(collected, "{file} does not collect {}", column.name);
            }
        }
    }

    #[test]
    fn queries_only_read() {
        for kind in RecordKind::ALL {
            let (file, text) = kind.query();
            let text = text.to_uppercase();
            for word in [
                "INSERT", "UPDATE", "DELETE", "EXEC", "ALTER", "DROP", "PASSWORD",
            ] {
                let mut words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
                assert!(words.all(|one| one != word), "{file}: {word}");
            }
        }
    }
}
