//! `[cost]`: what the parts of a pool cost in a year, so that a sweep can set it against what they
//! give.
//!
//! Costs are amounts per year in one currency, which is not named: only ratios matter. There are
//! no defaults, because no price is known: what is not written costs nothing.

use super::Scenario;
use super::assumption::Grade;
use super::pool::Servers;
use super::reader::Section;
use super::reader::Setting;
use super::value::Rate;

const NOTHING: &str = "not priced: what is not written costs nothing";

/// Makes the setting of a price.
const fn price(key: &'static str, meaning: &'static str) -> Setting {
    Setting::new(key, "\"0/year\"", Grade::J, NOTHING).means(meaning)
}

const POOL_SERVER: Setting = price(
    "pool_server",
    "the price of each Persistent Chat server, active or idle",
);
const DATABASE_SERVER: Setting = price(
    "database_server",
    "the price of each database server: principal, mirror, secondary and its mirror",
);
const WITNESS: Setting = price("witness", "the price of each witness");
const SHARE: Setting = price("share", "the price of the backup share");
const INTER_SITE_LINK: Setting = price(
    "inter_site_link",
    "the price of the link between the data centres",
);
const STAFFING: Setting = price("staffing", "the price of all operators together");

/// Prices of the parts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cost {
    /// Each Persistent Chat server, active or idle.
    pub pool_server: Rate,
    /// Each database server: principal, mirror, log-shipping secondary and its mirror.
    pub database_server: Rate,
    /// Each witness.
    pub witness: Rate,
    /// The backup share.
    pub share: Rate,
    /// The link between the data centres, where there is something in DC2.
    pub inter_site_link: Rate,
    /// Operators, all together.
    pub staffing: Rate,
}

impl Cost {
    pub(super) fn read(mut section: Section<'_>) -> Self {
        let cost = Self {
            pool_server: section.rate(&POOL_SERVER),
            database_server: section.rate(&DATABASE_SERVER),
            witness: section.rate(&WITNESS),
            share: section.rate(&SHARE),
            inter_site_link: section.rate(&INTER_SITE_LINK),
            staffing: section.rate(&STAFFING),
        };
        section.finish();
        cost
    }
}

impl Scenario {
    /// What everything in the scenario costs per year, in the currency of its `[cost]`; `None`
    /// without that table.
    #[must_use]
    pub fn cost_per_year(&self) -> Option<f64> {
        let cost = self.cost.as_ref()?;
        let servers = |count: &Servers| u32::from(count.active) + u32::from(count.idle);
        let mirrored = self.mirroring.enabled;
        let shipped = self.log_shipping.enabled;
        let second_mirror = shipped && self.secondary.mirror;
        let witnesses = u32::from(mirrored && self.mirroring.witness.is_some())
            + u32::from(second_mirror && self.secondary.witness);
        let databases = 1 + u32::from(mirrored) + u32::from(shipped) + u32::from(second_mirror);
        let elsewhere = shipped || servers(&self.pool.servers[1]) > 0;
        let parts = [
            (cost.pool_server, self.pool.total()),
            (cost.database_server, databases),
            (cost.witness, witnesses),
            (cost.share, u32::from(shipped)),
            (cost.inter_site_link, u32::from(elsewhere)),
            (cost.staffing, 1),
        ];
        let of = |(price, number): (Rate, u32)| price.per_year() * f64::from(number);
        Some(parts.into_iter().map(of).sum())
    }
}
