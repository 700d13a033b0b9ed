//! `[pool]`: the Persistent Chat servers, their users and their messages.

use poolproof_engines::clocks::distribution::Distribution;
use poolproof_models::names::site::Site;

use super::assumption::Grade;
use super::format::{Delay, Flag, OneOf, PerTime, SomeText, Whole};
use super::reader::Section;
use super::row::{ComputedRow, Row, Rows, default, keys, required, rules_only};
use super::value::Rate;
use super::words::{named, words};
use super::writer::TableWriter;

words! {
    /// The two shapes of a stretched pool (handbook 1.3).
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Variant {
        /// High bandwidth, low latency between the data centres: active servers may be in both.
        Hbw = "HBW",
        /// Low bandwidth, high latency: all active servers are beside the database.
        Lbw = "LBW",
    }
}

keys! {
    /// The servers of the pool that stand in one data centre.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Servers {
        /// 0 to 8 here, at most 4 in the pool (rule V1).
        pub active: u8 = "the servers on the active list in this data centre",
            required(Whole(0, 8), "1");
        /// 0 to 8.
        pub idle: u8 = "standby servers in this data centre: installed, not on the active list",
            default(Whole(0, 8), "0", Grade::J, "no standby server unless stated");
        /// Rule V31.
        pub time_zone: String =
            "time zone of the servers in this data centre, any name that distinguishes it",
            rules_only(
                SomeText, "\"UTC\"", Grade::J, "judgement: one time zone for both data centres"
            );
    }
}

const USERS_SOURCE: &str =
    "Capacity planning for Persistent Chat Server: 20,000 per active server, 80,000 in all";
/// More than the product knows in any role.
const USERS_MOST: u32 = 150_000;

keys! {
    /// The pool.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Pool {
        pub variant: Variant =
            "HBW (fast link between the data centres) or LBW (slow link)",
            required(named!(Variant), "\"LBW\"");
        /// Indexed by [`Site::index`].
        pub servers: [Servers; 2] = "the servers in", PerSite;
        pub message_rate: Rate = "messages posted in the whole pool while it is in service",
            default(
                PerTime, "\"24/s\"", Grade::V,
                "Capacity planning for Persistent Chat Server: the reference model at 80,000 users"
            );
        pub reconnect: Distribution =
            "from the moment the pool can be used again until a user is connected again",
            default(
                Delay, "{ lognormal = { median = \"3min\", sigma = 0.8 } }", Grade::J,
                "judgement around \"a few minutes or longer\" (Capacity planning for Persistent \
                 Chat Server)"
            );
        /// Rule V2.
        pub provisioned_users: u64 = "users enabled for chat, whether connected or not",
            rules_only(
                Whole(0, 10_000_000), "150_000", Grade::V,
                "Capacity planning for Persistent Chat Server: the reference model"
            );
        /// Rule V2.
        pub users_of_other_pools: u64 =
            "concurrent users of the other chat pools of the deployment, which share the limit",
            rules_only(
                Whole(0, 10_000_000), "0", Grade::J,
                "judgement: the only chat pool of the deployment"
            );
        /// Whether it is the Standard Edition, which has no high availability (rule V33).
        pub standard_edition("edition"): bool = "edition of Lync Server that the pool belongs to",
            rules_only(
                OneOf([("Enterprise", false), ("Standard", true)]), "\"Enterprise\"", Grade::V,
                "Deploying Persistent Chat Server"
            );
        /// Rule V33.
        pub multiple_servers: bool =
            "whether the pool was created as one of several servers, which cannot be changed later",
            rules_only(Flag, "true", Grade::V, "Add Persistent Chat Server to the topology");
        /// Rule V35.
        pub domain: String = "the Active Directory domain of the pool's servers",
            rules_only(
                SomeText, super::control::DOMAIN_DEFAULT, Grade::J, "judgement: one domain"
            );
        /// Rule V37.
        pub message_queuing: bool =
            "whether Message Queuing is installed on every server of the pool",
            rules_only(Flag, "true", Grade::V, "Technical requirements for Persistent Chat Server");
        /// 1 to 150,000.
        pub users: u32 = "concurrent users; 20,000 for each active server unless given",
            ComputedRow {
                format: Whole(1, USERS_MOST),
                computed: usual_users(&servers),
                grade: Grade::D,
                source: USERS_SOURCE,
            };
    }
}

/// The users of a pool with so many active servers (Capacity planning for Persistent Chat Server).
fn usual_users(servers: &[Servers; 2]) -> u32 {
    let active: u32 = servers.iter().map(|site| u32::from(site.active)).sum();
    (active * 20_000).clamp(1, 80_000)
}

/// A table for each data centre.
struct PerSite;

impl PerSite {
    const KEYS: [(&'static str, Site); 2] = [("dc1", Site::Dc1), ("dc2", Site::Dc2)];
}

impl Row for PerSite {
    type Value = [Servers; 2];

    fn read(&self, section: &mut Section<'_, '_>, _: &str, meaning: &str) -> Option<Self::Value> {
        let [dc1, dc2] = Self::KEYS.map(|(key, site)| {
            let meaning = format!("{meaning} {}", site.name());
            Servers::read(section.inner(key, &meaning), ())
        });
        Some([dc1?, dc2?])
    }

    fn write(&self, value: &Self::Value, out: &mut TableWriter<'_>, _: &str) {
        for (servers, (key, _)) in value.iter().zip(Self::KEYS) {
            servers.write_rows(&mut out.inner(key), ());
        }
    }
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
