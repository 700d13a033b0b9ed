//! `[sql]`: the SQL Server instances, as far as only the handbook's rules look at them.
//!
//! What holds for every instance is written once; a table per instance says where it differs.

use super::assumption::Grade;
use super::document::Node;
use super::keys::Kind;
use super::reader;
use super::reader::Section;
use super::reader::Setting;
use super::value;
use super::value::Parsed;

/// A release of SQL Server, oldest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// 2005.
    V2005,
    /// 2008.
    V2008,
    /// 2008 R2, the oldest that Lync Server 2013 takes.
    V2008R2,
    /// 2012.
    V2012,
    /// 2014.
    V2014,
    /// 2016.
    V2016,
}

/// What an instance may do on the backup share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShareAccess {
    /// Read and write.
    ReadWrite,
    /// Read only.
    Read,
    /// Nothing.
    None,
}

/// The recovery model of the chat database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecoveryModel {
    /// Every change is in the log until it is backed up.
    Full,
    /// Bulk changes are not; mirroring forbids it.
    BulkLogged,
    /// The log is thrown away; mirroring and log shipping forbid it.
    Simple,
}

/// One instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    /// Its key in the file: `a`, `b`, `w`, `s`, `sm` or `sw`.
    pub key: &'static str,
    /// `HOST`, or `HOST\INSTANCE` as SQL Server writes it.
    pub server: String,
    /// Release.
    pub version: Version,
    /// Edition, as written.
    pub edition: &'static str,
    /// Active Directory domain.
    pub domain: String,
    /// Whether the service runs as `LocalSystem`, which no share elsewhere knows.
    pub local_system: bool,
    /// Whether SQL Server Agent runs and starts by itself.
    pub agent: bool,
    /// What it may do on the backup share.
    pub share_access: ShareAccess,
    /// TCP port of its mirroring endpoint.
    pub mirroring_port: u64,
    /// Load of the processors at busy hours, in percent.
    pub cpu_percent: u64,
    /// Other databases of Lync on it.
    pub other_databases: Vec<&'static str>,
}

/// All instances and what they share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlServers {
    /// A, B, W, S, SM, SW in this order.
    pub instances: [Instance; 6],
    /// Recovery model of the chat database.
    pub recovery_model: RecoveryModel,
    /// Whether the database is in an Always On availability group.
    pub availability_group: bool,
    /// Whether firewalls let the mirroring ports through.
    pub ports_open: bool,
}

impl Instance {
    /// The host, without the name of the instance on it.
    #[must_use]
    pub fn host(&self) -> &str {
        self.server.split('\\').next().unwrap_or_default()
    }
}

const SET_UP: &str = "Deploying SQL mirroring for Back End Server high availability";
const RESOURCES: &str = "Required resources for Persistent Chat Server";
const VERSION: Setting = Setting::fact(
    "version",
    "\"2012\"",
    Grade::V,
    "Database software support",
    "release of SQL Server",
);
const EDITION: Setting = Setting::fact(
    "edition",
    "\"Enterprise\"",
    Grade::V,
    "Database software support",
    "edition of SQL Server",
);
const DOMAIN: Setting = Setting::fact(
    "domain",
    super::control::DOMAIN_DEFAULT,
    Grade::J,
    "judgement: one domain",
    "the Active Directory domain of the instances",
);
const ACCOUNT: Setting = Setting::fact(
    "service_account",
    "\"domain\"",
    Grade::D,
    "Setting up SQL Server Log Shipping for the Persistent Chat Server primary database: \
     LocalSystem cannot use a share on another host",
    "the account that the service runs as: one of the domain, or LocalSystem",
);
const AGENT: Setting = Setting::fact(
    "agent",
    "true",
    Grade::V,
    "Setting up SQL Server Log Shipping for the Persistent Chat Server primary database",
    "whether SQL Server Agent, which runs the jobs, is started",
);
const SHARE_ACCESS: Setting = Setting::fact(
    "share_access",
    "\"read-write\"",
    Grade::V,
    RESOURCES,
    "what the instance may do on the backup share",
);
const CPU: Setting = Setting::fact(
    "cpu_percent",
    "40",
    Grade::J,
    "judgement: below the 50 % of Prerequisites, Restrictions, and Recommendations for Database \
     Mirroring",
    "load of the processors at busy hours, in percent",
);
const RECOVERY_MODEL: Setting = Setting::fact(
    "recovery_model",
    "\"full\"",
    Grade::V,
    "Prerequisites, Restrictions, and Recommendations for Database Mirroring",
    "recovery model of the chat database",
);
const AVAILABILITY_GROUP: Setting = Setting::fact(
    "availability_group",
    "false",
    Grade::V,
    "Plan for high availability and disaster recovery for Persistent Chat Server",
    "whether the chat database is in an Always On availability group",
);
const PORTS_OPEN: Setting = Setting::fact(
    "ports_open",
    "true",
    Grade::V,
    SET_UP,
    "whether firewalls let the mirroring ports through, 5022 and 7022 unless given",
);

const VERSIONS: [(&str, Version); 6] = [
    ("2005", Version::V2005),
    ("2008", Version::V2008),
    ("2008R2", Version::V2008R2),
    ("2012", Version::V2012),
    ("2014", Version::V2014),
    ("2016", Version::V2016),
];
const EDITIONS: [(&str, &str); 4] = [
    ("Enterprise", "Enterprise"),
    ("Standard", "Standard"),
    ("Workgroup", "Workgroup"),
    ("Express", "Express"),
];
const ACCOUNTS: [(&str, bool); 2] = [("domain", false), ("LocalSystem", true)];
const ACCESS: [(&str, ShareAccess); 3] = [
    ("read-write", ShareAccess::ReadWrite),
    ("read", ShareAccess::Read),
    ("none", ShareAccess::None),
];
const MODELS: [(&str, RecoveryModel); 3] = [
    ("full", RecoveryModel::Full),
    ("bulk-logged", RecoveryModel::BulkLogged),
    ("simple", RecoveryModel::Simple),
];
const DATABASES: [(&str, &str); 4] = [
    ("back-end", "back-end"),
    ("persistent-chat", "persistent-chat"),
    ("compliance", "compliance"),
    ("archiving", "archiving"),
];

impl SqlServers {
    pub(super) fn read(mut section: Section<'_>) -> Self {
        let every = Instance {
            key: "",
            server: String::new(),
            version: section.word(&VERSION, &VERSIONS),
            edition: section.word(&EDITION, &EDITIONS),
            domain: section.text(&DOMAIN),
            local_system: section.word(&ACCOUNT, &ACCOUNTS),
            agent: section.boolean(&AGENT),
            share_access: section.word(&SHARE_ACCESS, &ACCESS),
            mirroring_port: 5_022,
            cpu_percent: section.integer(&CPU, 0..=100),
            other_databases: Vec::new(),
        };
        let instances = [
            ("a", "A"),
            ("b", "B"),
            ("w", "W"),
            ("s", "S"),
            ("sm", "SM"),
            ("sw", "SW"),
        ];
        let servers = Self {
            instances: instances.map(|(key, name)| {
                let witness = key == "w" || key == "sw";
                let usual = Instance {
                    key,
                    server: name.to_owned(),
                    mirroring_port: if witness { 7_022 } else { 5_022 },
                    ..every.clone()
                };
                Instance::read(section.inner(key), usual)
            }),
            recovery_model: section.word(&RECOVERY_MODEL, &MODELS),
            availability_group: section.boolean(&AVAILABILITY_GROUP),
            ports_open: section.boolean(&PORTS_OPEN),
        };
        section.finish();
        servers
    }
}

impl Instance {
    /// Reads what differs from `usual`.
    fn read(mut section: Section<'_>, usual: Self) -> Self {
        let mut own = Own {
            section: &mut section,
        };
        let instance = Self {
            key: usual.key,
            server: own
                .value(
                    "server",
                    Kind::Text,
                    r"HOST, or HOST\INSTANCE; its letter in the drawing unless given",
                    value::string,
                )
                .unwrap_or(usual.server),
            version: own.as_all(&VERSION, &VERSIONS, usual.version),
            edition: own.as_all(&EDITION, &EDITIONS, usual.edition),
            domain: own
                .value("domain", Kind::Text, DOMAIN.meaning, value::string)
                .unwrap_or(usual.domain),
            local_system: own.as_all(&ACCOUNT, &ACCOUNTS, usual.local_system),
            agent: own
                .value("agent", Kind::Boolean, AGENT.meaning, value::boolean)
                .unwrap_or(usual.agent),
            share_access: own.as_all(&SHARE_ACCESS, &ACCESS, usual.share_access),
            mirroring_port: own
                .number(
                    "mirroring_port",
                    1..=65_535,
                    "TCP port of the mirroring endpoint; 5022, and 7022 of a witness, unless given",
                )
                .unwrap_or(usual.mirroring_port),
            cpu_percent: own
                .number("cpu_percent", 0..=100, CPU.meaning)
                .unwrap_or(usual.cpu_percent),
            other_databases: own
                .value(
                    "other_databases",
                    Kind::list(Kind::words(&DATABASES)),
                    "other databases of Lync on the instance; none unless given",
                    |node| reader::list(node, |item| reader::word(item, &DATABASES)),
                )
                .unwrap_or_default(),
        };
        section.finish();
        instance
    }
}

/// Reads the keys of one instance, which have no defaults of their own.
struct Own<'a, 'b> {
    section: &'a mut Section<'b>,
}

impl Own<'_, '_> {
    fn value<T>(
        &mut self,
        key: &'static str,
        kind: Kind,
        meaning: &str,
        parse: impl Fn(&Node) -> Parsed<T>,
    ) -> Option<T> {
        self.section.describe(key, kind, meaning);
        self.section.written(key, parse)
    }

    fn as_all<T: Copy>(&mut self, setting: &Setting, words: &[(&str, T)], usual: T) -> T {
        let kind = Kind::words(words);
        let parse = |node: &Node| reader::word(node, words);
        self.value(setting.key, kind, setting.meaning, parse)
            .unwrap_or(usual)
    }

    fn number(
        &mut self,
        key: &'static str,
        range: std::ops::RangeInclusive<u64>,
        meaning: &str,
    ) -> Option<u64> {
        let (least, most) = (*range.start(), *range.end());
        let parse = |node: &Node| reader::integer_within(node, &range);
        self.value(key, Kind::Integer { least, most }, meaning, parse)
    }
}
