//! `[cost]`: what the parts of a pool cost in a year, and what an outage and a lost message cost,
//! so that a sweep can set them against what they give.
//!
//! All amounts are in one currency, which is not named: only ratios matter. There are no defaults,
//! because no price is known: what is not written costs nothing.

use super::Scenario;
use super::assumption::Grade;
use super::format::{PerTime, Within};
use super::pool::Servers;
use super::row::{ValueRow, default, keys};
use super::value::Rate;

/// The row of a price.
const fn price() -> ValueRow<PerTime> {
    let source = "not priced: what is not written costs nothing";
    default(PerTime, "\"0/year\"", Grade::J, source)
}

/// The row of a price of one thing.
const fn price_each() -> ValueRow<Within> {
    let source = "not priced: what is not written costs nothing";
    default(Within(0.0, 1e12), "0.0", Grade::J, source)
}

keys! {
    /// Prices of the parts, of an outage and of a lost message.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub struct Cost {
        pub pool_server: Rate = "the price of each Persistent Chat server, active or idle", price();
        pub database_server: Rate =
            "the price of each database server: principal, mirror, secondary and its mirror",
            price();
        pub witness: Rate = "the price of each witness", price();
        pub share: Rate = "the price of the backup share", price();
        /// Counted where there is something in DC2.
        pub inter_site_link: Rate = "the price of the link between the data centres", price();
        pub staffing: Rate = "the price of all operators together", price();
        pub outage: Rate = "what the time without service costs, for example \"500/h\"", price();
        pub lost_message: f64 = "what each lost message costs", price_each();
    }
}

/// Hours of a year of 365.25 days, as rates per year have it.
const YEAR_H: f64 = 8_766.0;

impl Cost {
    /// Whether outage or lost messages have a price.
    #[must_use]
    pub fn prices_events(&self) -> bool {
        !self.outage.is_zero() || self.lost_message > 0.0
    }

    /// What an hour of outage costs.
    #[must_use]
    pub fn outage_hour(&self) -> f64 {
        self.outage.per_year() / YEAR_H
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
