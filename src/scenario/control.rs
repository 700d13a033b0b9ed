//! `[control]`: the Central Management store and the next hop.

use poolproof_engines::clocks::distribution::Distribution;
use poolproof_models::names::site::Site;

use super::assumption::Grade;
use super::keys::Kind;
use super::reader;
use super::reader::Section;
use super::reader::Setting;

/// The pool's control plane (handbook 1.4).
#[derive(Debug, Clone, PartialEq)]
pub struct Control {
    /// Where the master of the Central Management store is at the start.
    pub cms_site: Site,
    /// Whether the pool that hosts the store is paired with one in the other data centre, so
    /// that the store can be failed over (rule V39).
    pub cms_paired: bool,
    /// Time until a server sees a change made at the master.
    pub replication: Distribution,
    /// Where the Front End pool is that routes to the chat pool.
    pub next_hop: Site,
    /// The Active Directory domain of Lync (rule V35).
    pub domain: String,
    /// Whether the pool state in the store is FailedOver; `None` for what `check.start` says
    /// (rule V40).
    pub failed_over: Option<bool>,
}

const CMS_SITE: Setting = Setting::new(
    "cms_site",
    "\"DC1\"",
    Grade::J,
    "judgement: beside the primary database",
)
.means("where the master of the Central Management store is at the start");
const CMS_PAIRED: Setting = Setting::new(
    "cms_paired",
    "true",
    Grade::V,
    "Central Management store failover",
)
.means("whether the pool that hosts the store is paired with one in the other data centre");
const REPLICATION: Setting = Setting::new(
    "replication",
    "{ uniform = [\"1min\", \"5min\"] }",
    Grade::J,
    "handbook 10 row 9: the mechanism is documented, its delay is not",
)
.means("time until a server sees a change made at the master");
const NEXT_HOP: Setting = Setting::new(
    "next_hop",
    "\"DC1\"",
    Grade::D,
    "handbook 1.1: normally the pool in DC1",
)
.means("where the Front End pool is that routes to the chat pool");

/// The domain of everything, until a file tells domains apart.
pub(super) const DOMAIN_DEFAULT: &str = "\"one domain\"";
const DOMAIN: Setting = Setting::fact(
    "domain",
    DOMAIN_DEFAULT,
    Grade::J,
    "judgement: one domain",
    "the Active Directory domain of Lync",
);
const STATES: [(&str, bool); 2] = [("Normal", false), ("FailedOver", true)];

impl Control {
    pub(super) fn read(mut section: Section<'_>) -> Self {
        let sites = Site::ALL.map(|site| (site.name(), site));
        let control = Self {
            cms_site: section.word(&CMS_SITE, &sites),
            cms_paired: section.boolean(&CMS_PAIRED),
            replication: section.distribution(&REPLICATION),
            next_hop: section.word(&NEXT_HOP, &sites),
            domain: section.text(&DOMAIN),
            failed_over: section.written("pool_state", |node| reader::word(node, &STATES)),
        };
        let meaning = "the pool state in the store; what check.start says unless given";
        section.describe("pool_state", Kind::words(&STATES), meaning);
        section.finish();
        control
    }
}
