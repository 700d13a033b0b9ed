//! `[pool]`: the Persistent Chat servers, their users and their messages.

use super::assumption::Grade;
use super::reader::Section;
use super::reader::Setting;
use super::value::Rate;
use crate::distribution::Distribution;

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
    /// Servers per data centre, indexed by [`Site::index`](poolproof_models::site::Site::index).
    pub servers: [Servers; 2],
    /// Concurrent users, 1 to 150,000; the default is 20,000 for each active server, at most
    /// 80,000 (Capacity planning for Persistent Chat Server).
    pub users: u32,
    /// Messages posted in the whole pool while it is in service.
    pub message_rate: Rate,
    /// From the moment the pool can be used again until a user is connected again.
    pub reconnect: Distribution,
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
const IDLE: Setting = Setting::new("idle", "0", Grade::J, "no standby server unless stated");
const MESSAGE_RATE: Setting = Setting::new(
    "message_rate",
    "\"24/s\"",
    Grade::V,
    "Capacity planning for Persistent Chat Server: the reference model at 80,000 users",
);
const RECONNECT: Setting = Setting::new(
    "reconnect",
    "{ lognormal = { median = \"3min\", sigma = 0.8 } }",
    Grade::J,
    "judgement around \"a few minutes or longer\" (Capacity planning for Persistent Chat Server)",
);
const USERS_SOURCE: &str =
    "Capacity planning for Persistent Chat Server: 20,000 per active server, 80,000 in all";

impl Pool {
    pub(super) fn read(mut section: Section<'_>) -> Self {
        let words = [("HBW", Variant::Hbw), ("LBW", Variant::Lbw)];
        let variant = section.word(&VARIANT, &words);
        let servers = ["dc1", "dc2"].map(|site| Servers::read(section.inner(site)));
        let mut pool = Self {
            variant,
            servers,
            users: 0,
            message_rate: section.rate(&MESSAGE_RATE),
            reconnect: section.distribution(&RECONNECT),
        };
        let computed = (pool.active() * 20_000).clamp(1, 80_000);
        let users = if section.has("users") {
            let written = Setting::new("users", "1", Grade::V, USERS_SOURCE);
            section.integer(&written, 1..=150_000)
        } else {
            let default = Setting::new("users", "", Grade::D, USERS_SOURCE);
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
    fn read(mut section: Section<'_>) -> Self {
        let mut count = |setting| u8::try_from(section.integer(setting, 0..=8)).unwrap_or(8);
        let servers = Self {
            active: count(&ACTIVE),
            idle: count(&IDLE),
        };
        section.finish();
        servers
    }
}
