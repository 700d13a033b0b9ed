//! `[sql]`: the SQL Server instances, as the handbook's rules look at them.
//!
//! What holds for every instance is written once; a table per instance says where it differs.

use poolproof_engines::clocks::distribution::SimDuration;

use super::assumption::Grade;
use super::format::{Flag, List, OneOf, SomeText, Text, Time, TimeOrOff, Whole};
use super::reader::Section;
use super::row::{Row, Rows, Unwritten, default, keys, optional_for_rules, rules_only, same_table};
use super::value::LONGEST;
use super::words::{named, words};
use super::writer::TableWriter;

words! {
    /// A release of SQL Server, oldest first.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    pub enum Version {
        /// 2005.
        V2005 = "2005",
        /// 2008.
        V2008 = "2008",
        /// 2008 R2, the oldest that Lync Server 2013 takes.
        V2008R2 = "2008R2",
        /// 2012.
        V2012 = "2012",
        /// 2014.
        V2014 = "2014",
        /// 2016.
        V2016 = "2016",
    }
}

words! {
    /// What an instance may do on the backup share.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum ShareAccess {
        /// Read and write.
        ReadWrite = "read-write",
        /// Read only.
        Read = "read",
        /// Nothing.
        None = "none",
    }
}

words! {
    /// The recovery model of the chat database.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum RecoveryModel {
        /// Every change is in the log until it is backed up.
        Full = "full",
        /// Bulk changes are not; mirroring forbids it.
        BulkLogged = "bulk-logged",
        /// The log is thrown away; mirroring and log shipping forbid it.
        Simple = "simple",
    }
}

const EDITIONS: OneOf<&str, 4> = OneOf([
    ("Enterprise", "Enterprise"),
    ("Standard", "Standard"),
    ("Workgroup", "Workgroup"),
    ("Express", "Express"),
]);
const ACCOUNTS: OneOf<bool, 2> = OneOf([("domain", false), ("LocalSystem", true)]);
const DATABASES: OneOf<&str, 4> = OneOf([
    ("back-end", "back-end"),
    ("persistent-chat", "persistent-chat"),
    ("compliance", "compliance"),
    ("archiving", "archiving"),
]);

const SET_UP: &str = "Deploying SQL mirroring for Back End Server high availability";
const RESOURCES: &str = "Required resources for Persistent Chat Server";
const SUPPORT: &str = "Database software support";
const SHIPPING: &str =
    "Setting up SQL Server Log Shipping for the Persistent Chat Server primary database";

keys! {
    /// What holds for every instance that has no key of its own.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct EveryInstance {
        pub version: Version = "release of SQL Server",
            rules_only(named!(Version), "\"2012\"", Grade::V, SUPPORT);
        pub edition: &'static str = "edition of SQL Server",
            rules_only(EDITIONS, "\"Enterprise\"", Grade::V, SUPPORT);
        pub domain: String = "the Active Directory domain of the instances",
            rules_only(
                SomeText, super::control::DOMAIN_DEFAULT, Grade::J, "judgement: one domain"
            );
        /// Whether it is LocalSystem, which no share elsewhere knows.
        pub local_system("service_account"): bool =
            "the account that the service runs as: one of the domain, or LocalSystem",
            rules_only(
                ACCOUNTS, "\"domain\"", Grade::D,
                "Setting up SQL Server Log Shipping for the Persistent Chat Server primary \
                 database: LocalSystem cannot use a share on another host"
            );
        pub agent: bool = "whether SQL Server Agent, which runs the jobs, is started",
            rules_only(Flag, "true", Grade::V, SHIPPING);
        pub share_access: ShareAccess = "what the instance may do on the backup share",
            rules_only(named!(ShareAccess), "\"read-write\"", Grade::V, RESOURCES);
        pub cpu_percent: u64 = "load of the processors at busy hours, in percent",
            rules_only(
                Whole(0, 100), "40", Grade::J,
                "judgement: below the 50 % of Prerequisites, Restrictions, and Recommendations for \
                 Database Mirroring"
            );
    }
}

/// What an instance is where it has no key of its own.
struct Usual<'e> {
    key: &'static str,
    server: &'static str,
    mirroring_port: u64,
    every: &'e EveryInstance,
}

keys! {
    /// One instance.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Instance given usual: &Usual<'_> {
        pub key: &'static str = "its key in the file: a, b, w, s, sm or sw", Unwritten(usual.key);
        pub server: String = r"HOST, or HOST\INSTANCE; its letter in the drawing unless given",
            optional_for_rules(Text).or(usual.server.to_owned());
        pub version: Version = "release of SQL Server",
            optional_for_rules(named!(Version)).or(usual.every.version);
        pub edition: &'static str = "edition of SQL Server",
            optional_for_rules(EDITIONS).or(usual.every.edition);
        pub domain: String = "the Active Directory domain of the instances",
            optional_for_rules(Text).or(usual.every.domain.clone());
        /// Whether it is LocalSystem.
        pub local_system("service_account"): bool =
            "the account that the service runs as: one of the domain, or LocalSystem",
            optional_for_rules(ACCOUNTS).or(usual.every.local_system);
        pub agent: bool = "whether SQL Server Agent, which runs the jobs, is started",
            optional_for_rules(Flag).or(usual.every.agent);
        pub share_access: ShareAccess = "what the instance may do on the backup share",
            optional_for_rules(named!(ShareAccess)).or(usual.every.share_access);
        pub mirroring_port: u64 =
            "TCP port of the mirroring endpoint; 5022, and 7022 of a witness, unless given",
            optional_for_rules(Whole(1, 65_535)).or(usual.mirroring_port);
        pub cpu_percent: u64 = "load of the processors at busy hours, in percent",
            optional_for_rules(Whole(0, 100)).or(usual.every.cpu_percent);
        pub other_databases: Vec<&'static str> =
            "other databases of Lync on the instance; none unless given",
            optional_for_rules(List(DATABASES)).or(Vec::new());
    }
}

impl Instance {
    /// The host, without the name of the instance on it.
    #[must_use]
    pub fn host(&self) -> &str {
        self.server.split('\\').next().unwrap_or_default()
    }
}

keys! {
    /// All instances and what they share.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct SqlServers {
        pub every: EveryInstance = "what holds for every instance", same_table();
        /// A, B, W, S, SM, SW in this order.
        pub instances: [Instance; 6] = "the instances", Instances { every: &every };
        pub recovery_model: RecoveryModel = "recovery model of the chat database",
            rules_only(
                named!(RecoveryModel), "\"full\"", Grade::V,
                "Prerequisites, Restrictions, and Recommendations for Database Mirroring"
            );
        /// Handbook 13.6.
        pub log_drive_lasts: Option<SimDuration> =
            "time in which a log that nothing truncates fills its drive, or \"off\" for never",
            default(
                TimeOrOff(Time(SimDuration { ms: 60_000 }, LONGEST)), "\"off\"", Grade::J,
                "judgement: off, it depends on the drive and the load"
            );
        pub availability_group: bool =
            "whether the chat database is in an Always On availability group",
            rules_only(
                Flag, "false", Grade::V,
                "Plan for high availability and disaster recovery for Persistent Chat Server"
            );
        pub ports_open: bool =
            "whether firewalls let the mirroring ports through, 5022 and 7022 unless given",
            rules_only(Flag, "true", Grade::V, SET_UP);
    }
}

/// A table for each instance.
struct Instances<'e> {
    every: &'e EveryInstance,
}

impl Instances<'_> {
    /// Key, name, mirroring port and meaning of the table.
    const TABLES: [(&'static str, &'static str, u64, &'static str); 6] = [
        ("a", "A", 5_022, "the primary database server A"),
        ("b", "B", 5_022, "its mirror B"),
        ("w", "W", 7_022, "the witness W of A and B"),
        ("s", "S", 5_022, "the log-shipping secondary S"),
        ("sm", "SM", 5_022, "the mirror SM of S"),
        ("sw", "SW", 7_022, "the witness SW of S and SM"),
    ];

    fn usual(&self) -> [(Usual<'_>, &'static str); 6] {
        Self::TABLES.map(|(key, server, mirroring_port, meaning)| {
            let usual = Usual {
                key,
                server,
                mirroring_port,
                every: self.every,
            };
            (usual, meaning)
        })
    }
}

impl Row for Instances<'_> {
    type Value = [Instance; 6];

    fn read(&self, section: &mut Section<'_, '_>, _: &str, _: &str) -> Option<Self::Value> {
        let [a, b, w, s, sm, sw] = self
            .usual()
            .map(|(usual, meaning)| Instance::read(section.inner(usual.key, meaning), &usual));
        Some([a?, b?, w?, s?, sm?, sw?])
    }

    fn write(&self, value: &Self::Value, out: &mut TableWriter<'_>, _: &str) {
        for (instance, (usual, _)) in value.iter().zip(self.usual()) {
            instance.write_rows(&mut out.inner(usual.key), &usual);
        }
    }
}
