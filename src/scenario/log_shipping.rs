//! `[log_shipping]`: the three jobs that carry the log from the DC1 pair to S in DC2.

use poolproof_engines::clocks::distribution::SimDuration;
use poolproof_models::names::site::{ShareLocation, Site};

use super::assumption::Grade;
use super::format::{Flag, OneOf, SomeText, Time, TimeOrOff};
use super::row::{default, keys, rules_only};
use super::value::LONGEST;
use super::words::{named, words};

words! {
    /// How the schedules of the three jobs lie to each other.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum JobPhases {
        /// Each job's first run is uniform over its interval, drawn once per trial.
        Random = "random",
        /// All jobs start on the same tick. Worsens the data lost with the share by about half an
        /// interval (handbook 4.6).
        Aligned = "aligned",
    }
}

words! {
    /// Where the copy job puts the files.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum CopyDestination {
        /// A folder on the server of S.
        OnSecondary = "on-secondary",
        /// A folder that S reaches over the network.
        Reachable = "reachable",
        /// A folder that S does not reach.
        Unreachable = "unreachable",
    }
}

const TOOLS: &str = "default of the set-up tools (handbook 7), not of the T-SQL reference";
const VOLUME: &str = "judgement; depends on the volume of log and the link";
const SHIPPING: &str =
    "Setting up SQL Server Log Shipping for the Persistent Chat Server primary database";
const MIRROR: &str = "Setting up SQL Server Log Shipping between the primary mirror and the Log \
     Shipping secondary database";
const RIGHTS: &str = "Required resources for Persistent Chat Server";

const ANY_TIME: Time = Time(SimDuration { ms: 0 }, LONGEST);
/// An Agent schedule can repeat every 10 s at the fastest.
const INTERVAL: Time = Time(
    SimDuration { ms: 10_000 },
    SimDuration {
        ms: 30 * 86_400_000,
    },
);
const THRESHOLD: TimeOrOff = TimeOrOff(Time(SimDuration { ms: 60_000 }, LONGEST));

keys! {
    /// Log shipping from DC1 to DC2.
    #[derive(Debug, Clone, PartialEq)]
    pub struct LogShipping {
        pub enabled: bool = "whether the log-shipping secondary S exists in DC2 and is fed",
            default(
                Flag, "true", Grade::V,
                "Using a stretched Persistent Chat Server pool for disaster recovery"
            );
        pub share: ShareLocation =
            "where the backup share is: on A, elsewhere in DC1, in DC2 or in a third place",
            default(
                OneOf([
                    ("primary", ShareLocation::OnPrimary),
                    ("DC1", ShareLocation::Dc1),
                    ("DC2", ShareLocation::Dc2),
                    ("third", ShareLocation::Third),
                ]),
                "\"DC1\"", Grade::J, "handbook 10 row 7: the location is not prescribed"
            );
        /// Rule V18.
        pub mirror_configured: bool = "whether B is configured as a log-shipping primary too",
            default(
                Flag, "true", Grade::V,
                "Setting up SQL Server Log Shipping between the primary mirror and the Log \
                 Shipping secondary database"
            );
        /// V18; H-22 where they do not.
        pub mirror_share_same("mirror_share"): bool =
            "whether B's log backups go to the same folder as A's",
            default(
                OneOf([("same", true), ("other-folder", false)]), "\"same\"", Grade::V,
                "Setting up SQL Server Log Shipping between the primary mirror and the Log \
                 Shipping secondary database: the same settings"
            );
        pub backup_interval: SimDuration = "from one log backup to the next",
            default(INTERVAL, "\"15min\"", Grade::S, TOOLS);
        pub copy_interval: SimDuration = "from one run of the copy job to the next",
            default(INTERVAL, "\"15min\"", Grade::S, TOOLS);
        pub restore_interval: SimDuration = "from one run of the restore job to the next",
            default(INTERVAL, "\"15min\"", Grade::S, TOOLS);
        /// Rule V46.
        pub mirror_settings_match: bool =
            "whether the jobs on B were set up with the settings of those on A",
            rules_only(Flag, "true", Grade::V, MIRROR);
        /// Rule V47: the other answer copies B over S.
        pub mirror_initialises: bool =
            "whether the set-up on B initialises S, in place of \"already initialised\"",
            rules_only(Flag, "false", Grade::V, MIRROR);
        /// Rule V48.
        pub share_in_file_store: bool = "whether the backup share is part of a file store of Lync",
            rules_only(Flag, "false", Grade::V, "Required resources for Persistent Chat Server");
        /// Rule V20: at a failover people apply what was delayed.
        pub restore_delay: SimDuration = "age that a copied file must have before it is restored",
            default(ANY_TIME, "\"0s\"", Grade::V, SHIPPING);
        pub backup_duration: SimDuration = "time that one log backup takes",
            default(ANY_TIME, "\"1min\"", Grade::J, VOLUME);
        pub copy_duration: SimDuration =
            "time that one run of the copy job takes, with the log of its interval; a longer one \
             skips its next starts, and at a failover people copy a backlog as fast",
            default(ANY_TIME, "\"2min\"", Grade::J, VOLUME);
        pub restore_duration: SimDuration =
            "time that one run of the restore job takes, with the log of its interval; a longer \
             one skips its next starts, and at a failover people restore a backlog as fast",
            default(ANY_TIME, "\"3min\"", Grade::J, VOLUME);
        pub phases: JobPhases =
            "how the schedules of the jobs lie to each other: drawn per trial, or all on one tick",
            default(
                named!(JobPhases), "\"random\"", Grade::J,
                "handbook 10 row 8: schedules are not prescribed"
            );
        pub monitor: Option<Site> =
            "where the monitor server is; with none each instance watches its own jobs",
            default(
                OneOf([("none", None), ("DC1", Some(Site::Dc1)), ("DC2", Some(Site::Dc2))]),
                "\"none\"", Grade::V, "About Log Shipping: the monitor server is optional"
            );
        pub no_backup_alert: Option<SimDuration> =
            "time without a finished log backup until an alert, or \"off\"",
            default(
                THRESHOLD, "\"60min\"", Grade::V,
                "sp_add_log_shipping_primary_database; the set-up tools switch it on"
            );
        pub no_restore_alert: Option<SimDuration> =
            "time without a restore until an alert, or \"off\"",
            default(THRESHOLD, "\"45min\"", Grade::V, "sp_add_log_shipping_secondary_database");
        /// Rule V13.
        pub share_host: String =
            "the host of the backup share; give a database server's name if it is one",
            rules_only(
                SomeText, "\"a file server\"", Grade::D,
                "Database Mirroring and Log Shipping: a host of its own is advised"
            );
        /// Rule V16.
        pub copy_destination: CopyDestination = "where the copy job puts the files",
            rules_only(
                named!(CopyDestination), "\"on-secondary\"", Grade::V, RIGHTS
            );
        /// Rule V16.
        pub agent_reads_share: bool =
            "whether the account of SQL Server Agent on S may read the backup share",
            rules_only(Flag, "true", Grade::V, RIGHTS);
        /// Rule V16.
        pub agent_writes_destination: bool =
            "whether the account of SQL Server Agent on S may write to the copy destination",
            rules_only(Flag, "true", Grade::V, RIGHTS);
        /// Whether it was the primary half only (rule V19).
        pub primary_half_only("mirror_script"): bool =
            "how much of the generated script was run for B",
            rules_only(
                OneOf([("primary-half", true), ("whole", false)]), "\"primary-half\"", Grade::V,
                "Setting up SQL Server Log Shipping between the primary mirror and the Log \
                 Shipping secondary database"
            );
        /// Whether S is left restoring between files, not readable (rule V20).
        pub no_recovery("restore_mode"): bool =
            "state of S between two restores: not readable, or readable (standby)",
            rules_only(
                OneOf([("norecovery", true), ("standby", false)]), "\"norecovery\"", Grade::V,
                SHIPPING
            );
        /// Rule V21.
        pub backup_retention: SimDuration = "how long backup files stay on the share",
            default(ANY_TIME, "\"72h\"", Grade::S, TOOLS);
        /// Rule V21.
        pub copy_outage_tolerated: SimDuration =
            "the longest time without copying after which log shipping must go on by itself",
            rules_only(
                ANY_TIME, "\"24h\"", Grade::J, "judgement: a day without the other data centre"
            );
    }
}

impl LogShipping {
    /// From one run of a job to the next that it really makes: one run at a time, so a run that
    /// takes as long as the interval or longer skips the times that come meanwhile (13.8).
    #[must_use]
    pub const fn period(interval: SimDuration, taken: SimDuration) -> SimDuration {
        let skipped = match interval.ms {
            0 => 0,
            interval => taken.ms / interval,
        };
        SimDuration {
            ms: interval.ms.saturating_mul(skipped.saturating_add(1)),
        }
    }
}
