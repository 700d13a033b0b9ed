//! `[log_shipping]`, the part that only the handbook's rules look at: files, rights and jobs.

use poolproof_engines::clocks::distribution::SimDuration;

use super::assumption::Grade;
use super::reader::Section;
use super::reader::Setting;
use super::value::LONGEST;

/// Where the copy job puts the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopyDestination {
    /// A folder on the server of S.
    OnSecondary,
    /// A folder that S reaches over the network.
    Reachable,
    /// A folder that S does not reach.
    Unreachable,
}

/// What the handbook's rules want to know about log shipping; the model takes no notice of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShippingFacts {
    /// The host of the backup share (rule V13).
    pub share_host: String,
    /// Where copied files go (rule V16).
    pub copy_destination: CopyDestination,
    /// Whether the Agent's account on S may read the share (rule V16).
    pub agent_reads_share: bool,
    /// Whether it may write to the destination (rule V16).
    pub agent_writes_destination: bool,
    /// Whether only the primary half of B's script was run (rule V19).
    pub primary_half_only: bool,
    /// Whether S is left restoring between files, not readable (rule V20).
    pub no_recovery: bool,
    /// How long backup files stay on the share (rule V21).
    pub backup_retention: SimDuration,
    /// The longest time without copying that the design wants to bear (rule V21).
    pub copy_outage_tolerated: SimDuration,
}

const SHIPPING: &str =
    "Setting up SQL Server Log Shipping for the Persistent Chat Server primary database";
const RIGHTS: &str = "Required resources for Persistent Chat Server";
const TOOLS: &str = "default of the set-up tools (handbook 7), not of the T-SQL reference";
const SHARE_HOST: Setting = Setting::fact(
    "share_host",
    "\"a file server\"",
    Grade::D,
    "Database Mirroring and Log Shipping: a host of its own is advised",
    "the host of the backup share; give a database server's name if it is one",
);
const COPY_DESTINATION: Setting = Setting::fact(
    "copy_destination",
    "\"on-secondary\"",
    Grade::V,
    RIGHTS,
    "where the copy job puts the files",
);
const AGENT_READS: Setting = Setting::fact(
    "agent_reads_share",
    "true",
    Grade::V,
    RIGHTS,
    "whether the account of SQL Server Agent on S may read the backup share",
);
const AGENT_WRITES: Setting = Setting::fact(
    "agent_writes_destination",
    "true",
    Grade::V,
    RIGHTS,
    "whether the account of SQL Server Agent on S may write to the copy destination",
);
const MIRROR_SCRIPT: Setting = Setting::fact(
    "mirror_script",
    "\"primary-half\"",
    Grade::V,
    "Setting up SQL Server Log Shipping between the primary mirror and the Log Shipping secondary \
     database",
    "how much of the generated script was run for B",
);
const RESTORE_MODE: Setting = Setting::fact(
    "restore_mode",
    "\"norecovery\"",
    Grade::V,
    SHIPPING,
    "state of S between two restores: not readable, or readable (standby)",
);
const BACKUP_RETENTION: Setting = Setting::fact(
    "backup_retention",
    "\"72h\"",
    Grade::S,
    TOOLS,
    "how long backup files stay on the share",
);
const COPY_OUTAGE: Setting = Setting::fact(
    "copy_outage_tolerated",
    "\"24h\"",
    Grade::J,
    "judgement: a day without the other data centre",
    "the longest time without copying after which log shipping must go on by itself",
);
impl ShippingFacts {
    pub(super) fn read(section: &mut Section<'_>) -> Self {
        let times = SimDuration { ms: 0 }..=LONGEST;
        Self {
            share_host: section.text(&SHARE_HOST),
            copy_destination: section.word(
                &COPY_DESTINATION,
                &[
                    ("on-secondary", CopyDestination::OnSecondary),
                    ("reachable", CopyDestination::Reachable),
                    ("unreachable", CopyDestination::Unreachable),
                ],
            ),
            agent_reads_share: section.boolean(&AGENT_READS),
            agent_writes_destination: section.boolean(&AGENT_WRITES),
            primary_half_only: section
                .word(&MIRROR_SCRIPT, &[("primary-half", true), ("whole", false)]),
            no_recovery: section.word(&RESTORE_MODE, &[("norecovery", true), ("standby", false)]),
            backup_retention: section.duration(&BACKUP_RETENTION, times.clone()),
            copy_outage_tolerated: section.duration(&COPY_OUTAGE, times),
        }
    }
}
