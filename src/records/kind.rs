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
    pub const ALL: [Self; 6] = [
        Self::LogShippingHistory,
        Self::BackupHistory,
        Self::RestoreHistory,
        Self::ServiceEvents,
        Self::MirroringStates,
        Self::Incidents,
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
        }
    }

    /// The kind of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
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
            let words: Vec<&str> = text
                .split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
                .collect();
            for column in kind.columns() {
                // Of two forms of a time one is enough.
                let collected = words.contains(&column.name) || column.name == "log_time";
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
