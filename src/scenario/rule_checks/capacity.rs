//! Rules about the servers of the pool: how many, how loaded, and where the active ones are.

use poolproof_models::names::component::Component;
use poolproof_models::names::site::Site;

use super::super::Scenario;
use super::super::pool::Variant;
use super::super::rules::Finding;
use super::{found, impossible, unmodelled, when};

/// V1: at most 8 servers, at most 4 of them active, at least 1.
pub(in super::super) fn server_counts(scenario: &Scenario) -> Vec<Finding> {
    let (total, active) = (scenario.pool.total(), scenario.pool.active());
    let help = "a pool has at most 8 servers; 1 to 4 of them are active";
    let mut findings = when(total > Component::MAX_SERVERS as u32, || {
        impossible("pool", format!("the pool has {total} servers"), help)
    });
    findings.extend(when(!(1..=4).contains(&active), || {
        found(
            "pool",
            format!("the pool has {active} active servers"),
            help,
        )
    }));
    findings
}

/// V2: 20,000 users per active server, 80,000 over all pools, 150,000 provisioned.
pub(in super::super) fn users(scenario: &Scenario) -> Vec<Finding> {
    let (users, active) = (scenario.pool.users, scenario.pool.active());
    let pool = &scenario.pool;
    let most = (active * 20_000).min(80_000);
    let mut findings = when(users > most, || {
        let message = format!("{users} users on {active} active servers");
        let help = format!("at most {most}: 20000 for each active server and 80000 in all");
        unmodelled("pool.users", message, help)
    });
    let others = pool.users_of_other_pools;
    let all = u64::from(users) + others;
    findings.extend(when(others > 0 && all > 80_000, || {
        let message = format!("{all} users over all pools");
        let help = "at most 80000: more pools do not add capacity";
        unmodelled("pool.users_of_other_pools", message, help)
    }));
    let provisioned = pool.provisioned_users;
    findings.extend(when(provisioned > 150_000, || {
        let message = format!("{provisioned} users are provisioned");
        unmodelled("pool.provisioned_users", message, "at most 150000")
    }));
    findings
}

/// V45: the failover has a pool server to activate.
pub(in super::super) fn servers_in_dc2(scenario: &Scenario) -> Vec<Finding> {
    let operators = &scenario.operators;
    let goes = operators.site_failover.is_some() || operators.planned_switch.is_some();
    let servers = &scenario.pool.servers[Site::Dc2.index()];
    when(goes && servers.active + servers.idle == 0, || {
        let message = "DC2 has no pool server for the failover to activate";
        let help = "write dc2 = { active = 0, idle = 4 }, or site_failover = \"none\"";
        found("pool.dc2", message, help)
    })
}

/// V3: after the loss of one server, at most 30,000 on each survivor.
pub(in super::super) fn survivors(scenario: &Scenario) -> Vec<Finding> {
    let (users, active) = (scenario.pool.users, scenario.pool.active());
    let survivors = active.saturating_sub(1);
    if active == 1 {
        let message = "the pool has one active server: its loss is an outage";
        let help = "activate a second server, or accept that users wait for its repair";
        return vec![found("pool", message, help)];
    }
    when(users > survivors * 30_000, || {
        let each = users.div_ceil(survivors.max(1));
        let message = format!("after the loss of one server each survivor carries {each} users");
        unmodelled(
            "pool.users",
            message,
            "at most 30000, or activate a standby server",
        )
    })
}

/// V29: active servers are beside the database unless the link is fast.
pub(in super::super) fn active_beside_database(scenario: &Scenario) -> Vec<Finding> {
    let [dc1, dc2] = &scenario.pool.servers;
    let broken = scenario.pool.variant == Variant::Lbw && dc1.active == 0 && dc2.active > 0;
    when(broken, || {
        found(
            "pool.dc2.active",
            "all active servers are across a slow link from the database",
            "activate servers in dc1, where the primary database is",
        )
    })
}

/// V30: over a slow link all active servers are in one data centre.
pub(in super::super) fn active_in_one_site(scenario: &Scenario) -> Vec<Finding> {
    let [dc1, dc2] = &scenario.pool.servers;
    let broken = scenario.pool.variant == Variant::Lbw && dc1.active > 0 && dc2.active > 0;
    when(broken, || {
        found(
            "pool.dc2.active",
            "active servers in both data centres over a slow link",
            "write active = 0 in dc2, or variant = \"HBW\" if the link is fast",
        )
    })
}

/// V31: active servers are in the time zone of the next-hop pool.
pub(in super::super) fn time_zones(scenario: &Scenario) -> Vec<Finding> {
    let hop = scenario.control.next_hop;
    let right = &scenario.pool.servers[hop.index()].time_zone;
    let mut findings = Vec::new();
    for site in Site::ALL {
        let servers = &scenario.pool.servers[site.index()];
        let zone = &servers.time_zone;
        findings.extend(when(
            servers.active > 0 && !super::same(zone, right),
            || {
                let key = format!("pool.{}.time_zone", site.name().to_lowercase());
                let message = format!(
                    "active servers in {zone}, the next-hop pool in {} in {right}",
                    hop.name()
                );
                unmodelled(
                    key,
                    message,
                    "keep active servers in the time zone of the next-hop pool",
                )
            },
        ));
    }
    findings
}
