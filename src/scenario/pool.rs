//! `[pool]`: the Persistent Chat servers, their users and their messages.

use poolproof_engines::clocks::distribution::Distribution;

use super::assumption::Grade;
use super::keys::Kind;
use super::reader::Section;
use super::reader::Setting;
use super::value::Rate;

/// The two shapes of a stretched pool (handbook 1.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variant {
    /// High bandwidth, low latency between the data centres: active servers may be in both.
    Hbw,
    /// Low bandwidth, high latency: all active servers are beside the database.
    Lbw,
}

/// How many servers of the pool stand in one data centre.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Servers {
    /// Servers on the active list; 0 to 8 here, at most 4 in the pool (rule V1).
    pub active: u8,
    /// Standby servers: installed, not on the active list; 0 to 8.
    pub idle: u8,
}

/// The pool.
#[derive(Debug, Clone, PartialEq)]
pub struct Pool {
    /// High-bandwidth or low-bandwidth shape.
    pub variant: Variant,
    /// Servers per data centre, indexed by [`Site::index`](poolproof_models::names::site::Site::index).
    pub servers: [Servers; 2],
    /// Concurrent users, 1 to 150,000; the default is 20,000 for each active server, at most
    /// 80,000 (Capacity planning for Persistent Chat Server).
    pub users: u32,
    /// Messages posted in the whole pool while it is in service.
    pub message_rate: Rate,
    /// From the moment the pool can be used again until a user is connected again.
    pub reconnect: Distribution,
    /// Facts of the design that only the rules look at.
    pub facts: PoolFacts,
}

/// What the handbook's rules want to know about the pool; the model takes no notice of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolFacts {
    /// Users enabled for chat, whether connected or not (rule V2).
    pub provisioned_users: u64,
    /// Concurrent users of the other chat pools of the deployment (rule V2).
    pub users_of_other_pools: u64,
    /// Whether the edition is Standard, which has no high availability (rule V33).
    pub standard_edition: bool,
    /// Whether the pool was created as one of several servers (rule V33).
    pub multiple_servers: bool,
    /// The Active Directory domain of the pool's servers (rule V35).
    pub domain: String,
    /// Whether Message Queuing is installed on every server (rule V37).
    pub message_queuing: bool,
    /// Time zones of the data centres (rule V31), indexed as the servers are.
    pub time_zones: [String; 2],
}

impl Pool {
    /// All active servers of the pool.
    #[must_use]
    pub fn active(&self) -> u32 {
        self.servers.iter().map(|site| u32::from(site.active)).sum()
    }

    /// All servers of the pool, active and idle.
    #[must_use]
    pub fn total(&self) -> u32 {
        self.servers
            .iter()
            .map(|site| u32::from(site.active) + u32::from(site.idle))
            .sum()
    }
}

const VARIANT: Setting = Setting::required(
    "variant",
    "\"LBW\"",
    "HBW (fast link between the data centres) or LBW (slow link)",
);
const ACTIVE: Setting = Setting::required(
    "active",
    "1",
    "the servers on the active list in this data centre",
);
const IDLE: Setting = Setting::new("idle", "0", Grade::J, "no standby server unless stated")
    .means("standby servers in this data centre: installed, not on the active list");
const MESSAGE_RATE: Setting = Setting::new(
    "message_rate",
    "\"24/s\"",
    Grade::V,
    "Capacity planning for Persistent Chat Server: the reference model at 80,000 users",
)
.means("messages posted in the whole pool while it is in service");
const RECONNECT: Setting = Setting::new(
    "reconnect",
    "{ lognormal = { median = \"3min\", sigma = 0.8 } }",
    Grade::J,
    "judgement around \"a few minutes or longer\" (Capacity planning for Persistent Chat Server)",
)
.means("from the moment the pool can be used again until a user is connected again");
/// More than the product knows in any role.
const USERS_MOST: u64 = 150_000;
const PROVISIONED: Setting = Setting::fact(
    "provisioned_users",
    "150_000",
    Grade::V,
    "Capacity planning for Persistent Chat Server: the reference model",
    "users enabled for chat, whether connected or not",
);
const OTHER_POOLS: Setting = Setting::fact(
    "users_of_other_pools",
    "0",
    Grade::J,
    "judgement: the only chat pool of the deployment",
    "concurrent users of the other chat pools of the deployment, which share the limit",
);
const EDITION: Setting = Setting::fact(
    "edition",
    "\"Enterprise\"",
    Grade::V,
    "Deploying Persistent Chat Server",
    "edition of Lync Server that the pool belongs to",
);
const MULTIPLE: Setting = Setting::fact(
    "multiple_servers",
    "true",
    Grade::V,
    "Add Persistent Chat Server to the topology",
    "whether the pool was created as one of several servers, which cannot be changed later",
);
const DOMAIN: Setting = Setting::fact(
    "domain",
    super::control::DOMAIN_DEFAULT,
    Grade::J,
    "judgement: one domain",
    "the Active Directory domain of the pool's servers",
);
const MESSAGE_QUEUING: Setting = Setting::fact(
    "message_queuing",
    "true",
    Grade::V,
    "Technical requirements for Persistent Chat Server",
    "whether Message Queuing is installed on every server of the pool",
);
const TIME_ZONE: Setting = Setting::fact(
    "time_zone",
    "\"UTC\"",
    Grade::J,
    "judgement: one time zone for both data centres",
    "time zone of the servers in this data centre, any name that tells it from others",
);
const USERS_SOURCE: &str =
    "Capacity planning for Persistent Chat Server: 20,000 per active server, 80,000 in all";

impl Pool {
    pub(super) fn read(mut section: Section<'_>) -> Self {
        let words = [("HBW", Variant::Hbw), ("LBW", Variant::Lbw)];
        let variant = section.word(&VARIANT, &words);
        let [(dc1, zone1), (dc2, zone2)] =
            ["dc1", "dc2"].map(|site| Servers::read(section.inner(site)));
        let servers = [dc1, dc2];
        let mut pool = Self {
            variant,
            servers,
            users: 0,
            message_rate: section.rate(&MESSAGE_RATE),
            reconnect: section.distribution(&RECONNECT),
            facts: PoolFacts {
                provisioned_users: section.integer(&PROVISIONED, 0..=10_000_000),
                users_of_other_pools: section.integer(&OTHER_POOLS, 0..=10_000_000),
                standard_edition: section
                    .word(&EDITION, &[("Enterprise", false), ("Standard", true)]),
                multiple_servers: section.boolean(&MULTIPLE),
                domain: section.text(&DOMAIN),
                message_queuing: section.boolean(&MESSAGE_QUEUING),
                time_zones: [zone1, zone2],
            },
        };
        let computed = (pool.active() * 20_000).clamp(1, 80_000);
        let users = if section.has("users") {
            let written = Setting::new("users", "1", Grade::V, USERS_SOURCE);
            section.integer(&written, 1..=USERS_MOST)
        } else {
            let default = Setting::new("users", "", Grade::D, USERS_SOURCE);
            let meaning = "concurrent users; 20,000 for each active server unless given";
            let range = Kind::Integer {
                least: 1,
                most: USERS_MOST,
            };
            section.describe("users", range, meaning);
            let _ = section.node("users");
            section.assume("users", computed.to_string(), Err(&default));
            u64::from(computed)
        };
        pool.users = u32::try_from(users).unwrap_or(u32::MAX);
        section.finish();
        pool
    }
}

impl Servers {
    /// The servers of a data centre and its time zone.
    fn read(mut section: Section<'_>) -> (Self, String) {
        let mut count = |setting| u8::try_from(section.integer(setting, 0..=8)).unwrap_or(8);
        let servers = Self {
            active: count(&ACTIVE),
            idle: count(&IDLE),
        };
        let time_zone = section.text(&TIME_ZONE);
        section.finish();
        (servers, time_zone)
    }
}
