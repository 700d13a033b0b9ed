//! What each handbook rule looks at. The table of rules is in `rules`.

use poolproof_models::site::ShareLocation;
use poolproof_models::site::Site;

use super::Scenario;
use super::pool::Variant;
use super::rules::Finding;
use super::value::duration_text;
use crate::distribution::SimDuration;

/// A finding when `broken`.
fn when(
    broken: bool,
    key: &'static str,
    message: impl FnOnce() -> String,
    help: impl Into<String>,
) -> Option<Finding> {
    broken.then(|| Finding {
        key,
        message: message(),
        help: help.into(),
    })
}

/// V1: at most 8 servers, at most 4 of them active, at least 1.
pub(super) fn server_counts(scenario: &Scenario) -> Option<Finding> {
    let (total, active) = (scenario.pool.total(), scenario.pool.active());
    let help = "a pool has at most 8 servers; 1 to 4 of them are active";
    when(
        total > 8,
        "pool",
        || format!("the pool has {total} servers"),
        help,
    )
    .or_else(|| {
        let outside = !(1..=4).contains(&active);
        when(
            outside,
            "pool",
            || format!("the pool has {active} active servers"),
            help,
        )
    })
}

/// V2: 20,000 users per active server, 80,000 in all.
pub(super) fn users(scenario: &Scenario) -> Option<Finding> {
    let (users, active) = (scenario.pool.users, scenario.pool.active());
    let most = (active * 20_000).min(80_000);
    let message = || format!("{users} users on {active} active servers");
    let help = format!("at most {most}: 20000 for each active server and 80000 in all");
    when(users > most, "pool.users", message, help)
}

/// V3: after the loss of one server, at most 30,000 on each survivor.
pub(super) fn survivors(scenario: &Scenario) -> Option<Finding> {
    let (users, active) = (scenario.pool.users, scenario.pool.active());
    let survivors = active.saturating_sub(1);
    let message = || {
        let each = users.div_ceil(survivors.max(1));
        format!("after the loss of one server each survivor carries {each} users")
    };
    // A pool of one server has no survivors at all, which nobody needs to be told.
    let broken = survivors > 0 && users > survivors * 30_000;
    when(
        broken,
        "pool.users",
        message,
        "at most 30000, or activate a standby server",
    )
}

/// V5: the witness of the A/B session is in DC1.
pub(super) fn witness_site(scenario: &Scenario) -> Option<Finding> {
    let message = || "the witness of the A/B session is in DC2".to_owned();
    let help = "write witness = \"DC1\" (rule V5 of the handbook)";
    when(
        scenario.mirroring.witness == Some(Site::Dc2),
        "mirroring.witness",
        message,
        help,
    )
}

/// V13: the share is not on a database server.
pub(super) fn share_on_database_server(scenario: &Scenario) -> Option<Finding> {
    let shipping = &scenario.log_shipping;
    let broken = shipping.enabled && shipping.share == ShareLocation::OnPrimary;
    let message = || "the backup share is on database server A".to_owned();
    let help = "losing A alone then stops log shipping; use a separate host";
    when(broken, "log_shipping.share", message, help)
}

/// V14: a share in DC1 is lost with DC1, and the copy interval counts as data lost.
pub(super) fn share_in_dc1(scenario: &Scenario) -> Option<Finding> {
    let shipping = &scenario.log_shipping;
    let broken = shipping.enabled && shipping.share.site() == Some(Site::Dc1);
    let message = || {
        let copy = duration_text(shipping.copy_interval);
        format!("the backup share is lost with DC1: up to {copy} more data is lost with it")
    };
    let help = "a share in DC2 or in a third place keeps every finished backup";
    when(broken, "log_shipping.share", message, help)
}

/// V18: the mirror is configured as a log-shipping primary too.
pub(super) fn mirror_configured(scenario: &Scenario) -> Option<Finding> {
    let shipping = &scenario.log_shipping;
    let broken = scenario.mirroring.enabled && shipping.enabled && !shipping.mirror_configured;
    let message = || "log shipping stops silently when the mirror takes over".to_owned();
    let help = "write mirror_configured = true; to study the hazard, [allow] rules = [\"V18\"]";
    when(broken, "log_shipping.mirror_configured", message, help)
}

/// V20: no restore delay; the three intervals are about equal.
pub(super) fn intervals(scenario: &Scenario) -> Option<Finding> {
    let shipping = &scenario.log_shipping;
    if !shipping.enabled {
        return None;
    }
    let backup = shipping.backup_interval;
    // "About equal" is ours to read: within a factor of one and a half.
    let differs = |other: SimDuration| {
        let (low, high) = (backup.ms.min(other.ms), backup.ms.max(other.ms));
        2 * high > 3 * low
    };
    let about = |key: &'static str, job: &str, interval: SimDuration| {
        let message = || {
            let (interval, backup) = (duration_text(interval), duration_text(backup));
            format!("the {job} interval of {interval} differs from the backup interval of {backup}")
        };
        when(
            differs(interval),
            key,
            message,
            "make the three intervals about equal",
        )
    };
    about("log_shipping.copy_interval", "copy", shipping.copy_interval)
        .or_else(|| {
            about(
                "log_shipping.restore_interval",
                "restore",
                shipping.restore_interval,
            )
        })
        .or_else(|| {
            let delayed = shipping.restore_delay.ms > 0;
            let message = || "restores are delayed".to_owned();
            let help = "write restore_delay = \"0s\": a delay only makes the failover longer";
            when(delayed, "log_shipping.restore_delay", message, help)
        })
}

/// V28: a partner timeout of at least 10 s.
pub(super) fn partner_timeout(scenario: &Scenario) -> Option<Finding> {
    let timeout = scenario.mirroring.partner_timeout;
    let message = || {
        format!(
            "a partner timeout of {} sees false failures",
            duration_text(timeout)
        )
    };
    let broken = scenario.mirroring.enabled && timeout.ms < 10_000;
    when(
        broken,
        "mirroring.partner_timeout",
        message,
        "10s or more is advised",
    )
}

/// V29: active servers are beside the database unless the link is fast.
pub(super) fn active_beside_database(scenario: &Scenario) -> Option<Finding> {
    let [dc1, dc2] = scenario.pool.servers;
    let broken = scenario.pool.variant == Variant::Lbw && dc1.active == 0 && dc2.active > 0;
    let message = || "all active servers are across a slow link from the database".to_owned();
    let help = "activate servers in dc1, where the primary database is";
    when(broken, "pool.dc2.active", message, help)
}

/// V30: over a slow link all active servers are in one data centre.
pub(super) fn active_in_one_site(scenario: &Scenario) -> Option<Finding> {
    let [dc1, dc2] = scenario.pool.servers;
    let broken = scenario.pool.variant == Variant::Lbw && dc1.active > 0 && dc2.active > 0;
    let message = || "active servers in both data centres over a slow link".to_owned();
    let help = "write active = 0 in dc2, or variant = \"HBW\" if the link is fast";
    when(broken, "pool.dc2.active", message, help)
}

/// V32: a failover to DC2 has a target.
pub(super) fn failover_target(scenario: &Scenario) -> Option<Finding> {
    let broken = scenario.operators.site_failover.is_some() && !scenario.log_shipping.enabled;
    let message = || "the failover to DC2 has no secondary database to go to".to_owned();
    let help = "write enabled = true in [log_shipping], or site_failover = \"none\"";
    when(broken, "log_shipping.enabled", message, help)
}

/// V39: the store's pool is paired.
pub(super) fn cms_paired(scenario: &Scenario) -> Option<Finding> {
    let message = || "the Central Management store cannot be failed over".to_owned();
    let help = "without it, pool state and active servers cannot be changed after the loss of \
         its data centre; pair the pool that hosts it";
    when(
        !scenario.control.cms_paired,
        "control.cms_paired",
        message,
        help,
    )
}
