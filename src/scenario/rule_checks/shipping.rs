//! Rules about log shipping: the share and the rights on it, jobs, schedules, retention, alerts.

use poolproof_engines::clocks::distribution::SimDuration;
use poolproof_models::names::site::{ShareLocation, Site};

use super::super::Scenario;
use super::super::log_shipping::{CopyDestination, LogShipping};
use super::super::rules::Finding;
use super::super::sql::ShareAccess;
use super::super::value::duration_text;
use super::{found, instances, same, unmodelled, when};

/// V12: every chat SQL Server reads and writes the share.
pub(in super::super) fn share_access(scenario: &Scenario) -> Vec<Finding> {
    if !scenario.log_shipping.enabled {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for instance in instances(scenario, &["a", "b", "s", "sm"]) {
        let right = match instance.share_access {
            ShareAccess::ReadWrite => continue,
            ShareAccess::Read => "may only read",
            ShareAccess::None => "has no right on",
        };
        let name = instance.key.to_uppercase();
        findings.push(unmodelled(
            format!("sql.{}.share_access", instance.key),
            format!("{name} {right} the backup share"),
            "give every database server read-write: roles move",
        ));
    }
    findings
}

/// V13: the share is not on a database server.
pub(in super::super) fn share_on_database_server(scenario: &Scenario) -> Vec<Finding> {
    let shipping = &scenario.log_shipping;
    if !shipping.enabled {
        return Vec::new();
    }
    if shipping.share == ShareLocation::OnPrimary {
        let help = "use a separate host";
        let message = "the backup share is on database server A";
        return vec![found("log_shipping.share", message, help)];
    }
    let host = &shipping.share_host;
    let servers = instances(scenario, &["a", "b", "s", "sm"]);
    let mut on = servers
        .iter()
        .filter(|instance| same(instance.host(), host));
    on.next().map_or_else(Vec::new, |instance| {
        let name = instance.key.to_uppercase();
        let message =
            format!("the backup share is on `{host}`, the host of database server {name}");
        vec![unmodelled(
            "log_shipping.share_host",
            message,
            "use a separate host",
        )]
    })
}

/// V14: a share in DC1 is lost with DC1, and the copy interval counts as data lost.
pub(in super::super) fn share_in_dc1(scenario: &Scenario) -> Vec<Finding> {
    let shipping = &scenario.log_shipping;
    let broken = shipping.enabled && shipping.share.site() == Some(Site::Dc1);
    when(broken, || {
        let copy = duration_text(shipping.copy_interval);
        let message =
            format!("the backup share is lost with DC1: up to {copy} more data is lost with it");
        let help = "a share in DC2 or in a third place keeps every finished backup";
        found("log_shipping.share", message, help)
    })
}

/// V46: after a failover to B its jobs do what A's did.
pub(in super::super) fn mirror_settings(scenario: &Scenario) -> Vec<Finding> {
    when(
        ships_from_both(scenario) && !scenario.log_shipping.mirror_settings_match,
        || {
            let message = "the jobs on B have other settings than those on A";
            let help = "set them up alike, so that a failover to B changes nothing for S";
            unmodelled("log_shipping.mirror_settings_match", message, help)
        },
    )
}

/// V47: S is initialised from A once.
pub(in super::super) fn mirror_initialises(scenario: &Scenario) -> Vec<Finding> {
    when(
        ships_from_both(scenario) && scenario.log_shipping.mirror_initialises,
        || {
            let message = "the set-up on B initialises S again and overwrites it";
            let help = "choose \"the secondary database is initialised\" on B";
            unmodelled("log_shipping.mirror_initialises", message, help)
        },
    )
}

fn ships_from_both(scenario: &Scenario) -> bool {
    let shipping = &scenario.log_shipping;
    shipping.enabled && scenario.mirroring.enabled && shipping.mirror_configured
}

/// V48: the share is no part of a file store.
pub(in super::super) fn file_store(scenario: &Scenario) -> Vec<Finding> {
    let shipping = &scenario.log_shipping;
    when(shipping.enabled && shipping.share_in_file_store, || {
        let message = "the backup share is part of a file store of Lync";
        let help = "give log shipping a share of its own";
        unmodelled("log_shipping.share_in_file_store", message, help)
    })
}

/// V15: a service without an account of the domain writes to its own disks only.
pub(in super::super) fn local_system(scenario: &Scenario) -> Vec<Finding> {
    let shipping = &scenario.log_shipping;
    if !shipping.enabled {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for instance in instances(scenario, &["a", "b"]) {
        // The one folder both ship to can be local to A only.
        let local = instance.key == "a" && shipping.share == ShareLocation::OnPrimary;
        findings.extend(when(instance.local_system && !local, || {
            let name = instance.key.to_uppercase();
            unmodelled(
                format!("sql.{}.service_account", instance.key),
                format!("{name} runs as LocalSystem and cannot write to the backup share"),
                "run the service as an account of the domain (a share on A goes against V13)",
            )
        }));
    }
    findings
}

/// V16: S reaches the copied files, and its Agent may fetch and write them.
pub(in super::super) fn copy_destination(scenario: &Scenario) -> Vec<Finding> {
    let shipping = &scenario.log_shipping;
    if !scenario.log_shipping.enabled {
        return Vec::new();
    }
    let mut findings = when(
        shipping.copy_destination == CopyDestination::Unreachable,
        || {
            unmodelled(
                "log_shipping.copy_destination",
                "S does not reach the folder that files are copied to",
                "use a folder on the server of S, or a share that S reaches",
            )
        },
    );
    findings.extend(when(!shipping.agent_reads_share, || {
        unmodelled(
            "log_shipping.agent_reads_share",
            "the Agent of S may not read the backup share",
            "give its account the right to read",
        )
    }));
    findings.extend(when(!shipping.agent_writes_destination, || {
        unmodelled(
            "log_shipping.agent_writes_destination",
            "the Agent of S may not write to the copy destination",
            "give its account the right to write",
        )
    }));
    findings
}

/// V17: the Agent runs where jobs run.
pub(in super::super) fn agents(scenario: &Scenario) -> Vec<Finding> {
    if !scenario.log_shipping.enabled {
        return Vec::new();
    }
    let stopped = instances(scenario, &["a", "b", "s"])
        .into_iter()
        .filter(|instance| !instance.agent);
    let finding = |instance: &super::Instance| {
        let name = instance.key.to_uppercase();
        unmodelled(
            format!("sql.{}.agent", instance.key),
            format!("SQL Server Agent is stopped on {name}"),
            "start it, and let it start by itself",
        )
    };
    stopped.map(finding).collect()
}

/// V18: the mirror is configured as a log-shipping primary too, with the same share.
pub(in super::super) fn mirror_configured(scenario: &Scenario) -> Vec<Finding> {
    let shipping = &scenario.log_shipping;
    if !scenario.mirroring.enabled || !shipping.enabled {
        return Vec::new();
    }
    if !shipping.mirror_configured {
        let message = "log shipping stops silently when the mirror takes over";
        let help = "write mirror_configured = true; to study the hazard, [allow] rules = [\"V18\"]";
        return vec![found("log_shipping.mirror_configured", message, help)];
    }
    when(!shipping.mirror_share_same, || {
        let message = "B ships to a folder that the copy job does not look into";
        let help = "write mirror_share = \"same\"; to study the hazard, [allow] rules = [\"V18\"]";
        found("log_shipping.mirror_share", message, help)
    })
}

/// V19: S has one pair of copy and restore jobs.
pub(in super::super) fn mirror_script(scenario: &Scenario) -> Vec<Finding> {
    let shipping = &scenario.log_shipping;
    let broken = shipping.enabled
        && scenario.mirroring.enabled
        && shipping.mirror_configured
        && !shipping.primary_half_only;
    when(broken, || {
        unmodelled(
            "log_shipping.mirror_script",
            "the whole script was run for B: S has two pairs of copy and restore jobs",
            "run only the half for the primary, and remove the second pair from S",
        )
    })
}

/// V20: no recovery and no delay between restores; the three intervals are about equal.
pub(in super::super) fn intervals(scenario: &Scenario) -> Vec<Finding> {
    let shipping = &scenario.log_shipping;
    if !shipping.enabled {
        return Vec::new();
    }
    let backup = shipping.backup_interval;
    // "About equal" is ours to read: within a factor of one and a half.
    let differs = |other: SimDuration| {
        let (low, high) = (backup.ms.min(other.ms), backup.ms.max(other.ms));
        2 * high > 3 * low
    };
    let mut findings = Vec::new();
    for (key, job, interval) in [
        ("log_shipping.copy_interval", "copy", shipping.copy_interval),
        (
            "log_shipping.restore_interval",
            "restore",
            shipping.restore_interval,
        ),
    ] {
        findings.extend(when(differs(interval), || {
            let (interval, backup) = (duration_text(interval), duration_text(backup));
            let message = format!(
                "the {job} interval of {interval} differs from the backup interval of {backup}"
            );
            found(key, message, "make the three intervals about equal")
        }));
    }
    for (job, interval, taken) in [
        ("backup", backup, shipping.backup_duration),
        ("copy", shipping.copy_interval, shipping.copy_duration),
        (
            "restore",
            shipping.restore_interval,
            shipping.restore_duration,
        ),
    ] {
        findings.extend(when(taken >= interval, || {
            let period = duration_text(LogShipping::period(interval, taken));
            let (taken, interval) = (duration_text(taken), duration_text(interval));
            let message = format!(
                "a {job} takes {taken}, so that the job runs every {period} and not every \
                 {interval}"
            );
            let help = "a run that is late skips the next ones: make the interval longer or \
                        the run shorter";
            found(format!("log_shipping.{job}_duration"), message, help)
        }));
    }
    findings.extend(when(shipping.restore_delay.ms > 0, || {
        let help = "write restore_delay = \"0s\": a delay only makes the failover longer";
        found("log_shipping.restore_delay", "restores are delayed", help)
    }));
    findings.extend(when(!shipping.no_recovery, || {
        let help = "write restore_mode = \"norecovery\"";
        let message = "S is left readable between restores (standby)";
        unmodelled("log_shipping.restore_mode", message, help)
    }));
    findings
}

/// V21: files are kept until they are copied.
pub(in super::super) fn retention(scenario: &Scenario) -> Vec<Finding> {
    let shipping = &scenario.log_shipping;
    let broken = scenario.log_shipping.enabled
        && shipping.backup_retention <= shipping.copy_outage_tolerated;
    when(broken, || {
        let kept = duration_text(shipping.backup_retention);
        let outage = duration_text(shipping.copy_outage_tolerated);
        let message =
            format!("backup files are deleted after {kept}, and copying may be out for {outage}");
        let help = "keep the files longer than the longest outage of copying";
        unmodelled("log_shipping.backup_retention", message, help)
    })
}

/// V22: alerts are on, and after at least three intervals: a run or two that fail are not yet a
/// reason to wake somebody.
pub(in super::super) fn alerts(scenario: &Scenario) -> Vec<Finding> {
    let shipping = &scenario.log_shipping;
    if !shipping.enabled {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (job, threshold, interval) in [
        ("backup", shipping.no_backup_alert, shipping.backup_interval),
        (
            "restore",
            shipping.no_restore_alert,
            shipping.restore_interval,
        ),
    ] {
        let key = format!("log_shipping.no_{job}_alert");
        let Some(threshold) = threshold else {
            let message = format!("no alert is raised when no {job} happens");
            findings.push(found(
                key,
                message,
                "give the time after which to raise an alert",
            ));
            continue;
        };
        findings.extend(when(threshold.ms < 3 * interval.ms, || {
            let least = duration_text(SimDuration {
                ms: 3 * interval.ms,
            });
            let (threshold, interval) = (duration_text(threshold), duration_text(interval));
            let message =
                format!("the {job} alert after {threshold} is below three intervals of {interval}");
            let help = format!("raise the threshold to at least {least}: false alarms are ignored");
            found(key, message, help)
        }));
    }
    findings
}
