//! Rules of the product: editions, versions, domains, ports, compliance and the topology.

use super::super::Scenario;
use super::super::check::Start;
use super::super::rules::Finding;
use super::super::sql::{RecoveryModel, Version};
use super::super::value::duration_text;
use super::{found, instances, same, sessions, unmodelled, when};

/// V10: compliance databases have instances of their own.
pub(in super::super) fn compliance_instances(scenario: &Scenario) -> Vec<Finding> {
    let compliance = scenario.compliance;
    if !compliance.enabled {
        return Vec::new();
    }
    let help = "three more instances, placed as those of the chat databases, are advised";
    if !compliance.dedicated_instances {
        let message = "the compliance databases share instances with the chat databases";
        return vec![unmodelled("compliance.dedicated_instances", message, help)];
    }
    let chat = instances(scenario, &["a", "b", "s", "sm"]).into_iter();
    chat.filter(|instance| instance.other_databases.contains(&"compliance"))
        .map(|instance| {
            let name = instance.key.to_uppercase();
            let message = format!("a compliance database is on the instance of {name}");
            unmodelled(
                format!("sql.{}.other_databases", instance.key),
                message,
                help,
            )
        })
        .collect()
}

/// V23: the recovery model is FULL.
pub(in super::super) fn recovery_model(scenario: &Scenario) -> Vec<Finding> {
    let (mirrored, shipped) = (scenario.mirroring.enabled, scenario.log_shipping.enabled);
    let model = match scenario.sql.recovery_model {
        RecoveryModel::Full => return Vec::new(),
        RecoveryModel::BulkLogged if !mirrored => return Vec::new(),
        RecoveryModel::BulkLogged => "bulk-logged",
        RecoveryModel::Simple => "simple",
    };
    when(mirrored || shipped, || {
        unmodelled(
            "sql.recovery_model",
            format!("the recovery model of the chat database is {model}"),
            "write recovery_model = \"full\"",
        )
    })
}

/// V24: mirroring is synchronous.
pub(in super::super) fn safety(scenario: &Scenario) -> Vec<Finding> {
    let mirroring = &scenario.mirroring;
    when(mirroring.enabled && !mirroring.synchronous, || {
        let message = "mirroring is asynchronous";
        unmodelled("mirroring.safety", message, "write safety = \"FULL\"")
    })
}

/// V25: one version on the three, one edition on the partners, 2008 R2 or later. Handbook 13.18: no
/// older version where log backups are restored.
pub(in super::super) fn sql_versions(scenario: &Scenario) -> Vec<Finding> {
    let mut findings = Vec::new();
    for instance in instances(scenario, &["a", "b", "w", "s", "sm", "sw"]) {
        findings.extend(when(instance.version < Version::V2008R2, || {
            let name = instance.key.to_uppercase();
            unmodelled(
                format!("sql.{}.version", instance.key),
                format!("the SQL Server of {name} is too old for Lync Server 2013"),
                "2008 R2 or later",
            )
        }));
    }
    for session in sessions(scenario) {
        let principal = session[0];
        let partners = session.iter().filter(|i| !matches!(i.key, "w" | "sw"));
        for partner in partners.filter(|i| matches!(i.edition, "Express" | "Workgroup")) {
            let name = partner.key.to_uppercase();
            findings.push(unmodelled(
                format!("sql.{}.edition", partner.key),
                format!(
                    "{name} is {} Edition, which cannot be a partner",
                    partner.edition
                ),
                "partners need Standard or Enterprise Edition; a witness may have any",
            ));
        }
        for other in &session[1..] {
            let name = other.key.to_uppercase();
            let first = principal.key.to_uppercase();
            findings.extend(when(other.version != principal.version, || {
                unmodelled(
                    format!("sql.{}.version", other.key),
                    format!("{first} and {name} run different versions of SQL Server"),
                    "partners and witness need the same version",
                )
            }));
            let partner = !matches!(other.key, "w" | "sw");
            findings.extend(when(partner && other.edition != principal.edition, || {
                let (one, two) = (principal.edition, other.edition);
                unmodelled(
                    format!("sql.{}.edition", other.key),
                    format!("{first} is {one} Edition and {name} is {two} Edition"),
                    "partners need the same edition; a witness may have any",
                )
            }));
        }
    }
    if scenario.log_shipping.enabled {
        findings.extend(older_secondaries(scenario));
    }
    findings
}

/// 13.18: a backup cannot be restored on an older version of SQL Server.
fn older_secondaries(scenario: &Scenario) -> Vec<Finding> {
    let sources = instances(scenario, &["a", "b"]);
    let newest = sources.iter().max_by_key(|instance| instance.version);
    let Some(source) = newest else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for target in instances(scenario, &["s", "sm"]) {
        findings.extend(when(target.version < source.version, || {
            let (from, to) = (source.key.to_uppercase(), target.key.to_uppercase());
            unmodelled(
                format!("sql.{}.version", target.key),
                format!("{to} runs an older version of SQL Server than {from}"),
                "no backup can be restored on an older version: give the secondary at least the \
                 version of the primary",
            )
        }));
    }
    findings
}

/// V43, 13.18: S and SM are no newer than A and B, to which a failback takes their backup.
pub(in super::super) fn newer_secondaries(scenario: &Scenario) -> Vec<Finding> {
    let homes = instances(scenario, &["a", "b"]);
    let (Some(oldest), true) = (
        homes.iter().min_by_key(|instance| instance.version),
        scenario.log_shipping.enabled,
    ) else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for source in instances(scenario, &["s", "sm"]) {
        findings.extend(when(source.version > oldest.version, || {
            let (from, to) = (source.key.to_uppercase(), oldest.key.to_uppercase());
            unmodelled(
                format!("sql.{}.version", source.key),
                format!("{from} runs a newer version of SQL Server than {to}"),
                "there is no way back from it: before a failback, A and B need the same version",
            )
        }));
    }
    findings
}

/// V26: one domain for partners and witness.
pub(in super::super) fn sql_domains(scenario: &Scenario) -> Vec<Finding> {
    let mut findings = Vec::new();
    for session in sessions(scenario) {
        let principal = session[0];
        for other in &session[1..] {
            findings.extend(when(!same(&principal.domain, &other.domain), || {
                let (first, name) = (principal.key.to_uppercase(), other.key.to_uppercase());
                unmodelled(
                    format!("sql.{}.domain", other.key),
                    format!("{first} and {name} are in different domains"),
                    "join partners and witness to one Active Directory domain",
                )
            }));
        }
    }
    findings
}

/// V27: ports are unique on a host, and open.
pub(in super::super) fn ports(scenario: &Scenario) -> Vec<Finding> {
    let mirrored: Vec<_> = sessions(scenario).into_iter().flatten().collect();
    let mut findings = Vec::new();
    for (index, one) in mirrored.iter().enumerate() {
        let taken = mirrored[..index].iter().find(|other| {
            !same(&other.server, &one.server)
                && same(other.host(), one.host())
                && other.mirroring_port == one.mirroring_port
        });
        if let Some(other) = taken {
            let (this, that) = (one.key.to_uppercase(), other.key.to_uppercase());
            let port = one.mirroring_port;
            findings.push(unmodelled(
                format!("sql.{}.mirroring_port", one.key),
                format!("{this} and {that} use mirroring port {port} on one host"),
                "give each instance on a host a port of its own",
            ));
        }
    }
    findings.extend(when(
        !mirrored.is_empty() && !scenario.sql.ports_open,
        || {
            let message = "the mirroring ports are closed";
            let help = "open them in every firewall between partners and witness";
            unmodelled("sql.ports_open", message, help)
        },
    ));
    findings
}

/// V28: a partner timeout of at least 10 s, and processors with room.
pub(in super::super) fn partner_timeout(scenario: &Scenario) -> Vec<Finding> {
    let mirroring = &scenario.mirroring;
    let timeout = mirroring.partner_timeout;
    let mut findings = when(mirroring.enabled && timeout.ms < 10_000, || {
        let timeout = duration_text(timeout);
        let message = format!("a partner timeout of {timeout} sees false failures");
        found(
            "mirroring.partner_timeout",
            message,
            "10s or more is advised",
        )
    });
    if mirroring.witness.is_some() {
        for partner in instances(scenario, &["a", "b"]) {
            findings.extend(when(partner.cpu_percent >= 50, || {
                let (name, load) = (partner.key.to_uppercase(), partner.cpu_percent);
                unmodelled(
                    format!("sql.{}.cpu_percent", partner.key),
                    format!("the processors of {name} are loaded to {load} %"),
                    "below 50 % with a witness: an overloaded partner looks like a failed one",
                )
            }));
        }
    }
    findings
}

/// V32: a failover to DC2 has a target that the topology knows.
pub(in super::super) fn failover_target(scenario: &Scenario) -> Vec<Finding> {
    if scenario.operators.site_failover.is_none() {
        return Vec::new();
    }
    let secondary = &scenario.secondary;
    if !scenario.log_shipping.enabled {
        return vec![found(
            "log_shipping.enabled",
            "the failover to DC2 has no secondary database to go to",
            "write enabled = true in [log_shipping], or site_failover = \"none\"",
        )];
    }
    let help = "add the store in Topology Builder and publish the topology";
    let mut findings = when(!secondary.in_topology, || {
        let message = "the topology has no secondary store";
        unmodelled("secondary.in_topology", message, help)
    });
    findings.extend(when(
        secondary.mirror && !secondary.mirror_in_topology,
        || {
            let message = "the topology does not have the store of SM";
            unmodelled("secondary.mirror_in_topology", message, help)
        },
    ));
    findings
}

/// V44: the topology has what `Install-CsMirrorDatabase` reads there.
pub(in super::super) fn published(scenario: &Scenario) -> Vec<Finding> {
    let (mirroring, secondary) = (&scenario.mirroring, &scenario.secondary);
    let witnessed = mirroring.witness.is_some();
    let rows = [
        (
            mirroring.enabled && !mirroring.in_topology,
            "mirroring.in_topology",
            "the store of B",
        ),
        (
            witnessed && !mirroring.witness_in_topology,
            "mirroring.witness_in_topology",
            "the witness of A and B",
        ),
        (
            scenario.log_shipping.enabled && secondary.witness && !secondary.witness_in_topology,
            "secondary.witness_in_topology",
            "the witness of S and SM",
        ),
    ];
    let missing = rows.into_iter().filter(|(broken, ..)| *broken);
    missing
        .map(|(_, key, what)| {
            let help = "add it in Topology Builder and publish the topology";
            unmodelled(key, format!("the topology does not have {what}"), help)
        })
        .collect()
}

/// V33: the pool can have several servers and high availability.
pub(in super::super) fn edition(scenario: &Scenario) -> Vec<Finding> {
    let pool = &scenario.pool;
    let several = scenario.pool.total() > 1;
    let mut findings = when(several && !pool.multiple_servers, || {
        unmodelled(
            "pool.multiple_servers",
            "the pool was created for a single server and can never be extended",
            "create a pool of several servers",
        )
    });
    let available = scenario.mirroring.enabled || scenario.log_shipping.enabled || several;
    findings.extend(when(pool.standard_edition && available, || {
        unmodelled(
            "pool.edition",
            "Standard Edition has no high availability",
            "write edition = \"Enterprise\"",
        )
    }));
    findings
}

/// V34: no availability group.
pub(in super::super) fn availability_group(scenario: &Scenario) -> Vec<Finding> {
    when(scenario.sql.availability_group, || {
        unmodelled(
            "sql.availability_group",
            "the chat database is in an Always On availability group",
            "use mirroring; inside a data centre a SQL Server cluster is allowed as well",
        )
    })
}

/// V35: the pool is in the domain of Lync.
pub(in super::super) fn pool_domain(scenario: &Scenario) -> Vec<Finding> {
    let broken = !same(&scenario.pool.domain, &scenario.control.domain);
    when(broken, || {
        unmodelled(
            "pool.domain",
            "the servers of the pool are in another domain than Lync",
            "join them to the domain of Lync",
        )
    })
}

/// V36: the adapter has a type.
pub(in super::super) fn compliance_adapter(scenario: &Scenario) -> Vec<Finding> {
    let compliance = scenario.compliance;
    when(compliance.enabled && !compliance.adapter_set, || {
        unmodelled(
            "compliance.adapter_set",
            "compliance is on and has no adapter",
            "set AdapterType with Set-CsPersistentChatComplianceConfiguration",
        )
    })
}

/// V37: Message Queuing is there.
pub(in super::super) fn message_queuing(scenario: &Scenario) -> Vec<Finding> {
    when(!scenario.pool.message_queuing, || {
        unmodelled(
            "pool.message_queuing",
            "Message Queuing is missing on servers of the pool",
            "install it on every server",
        )
    })
}

/// V38, 13.19: the logins exist wherever the database can be used.
pub(in super::super) fn logins(scenario: &Scenario) -> Vec<Finding> {
    let (mirroring, shipping) = (&scenario.mirroring, &scenario.log_shipping);
    let missing = [
        (
            mirroring.enabled && !mirroring.logins,
            "mirroring.logins",
            "B",
        ),
        (
            shipping.enabled && !scenario.secondary.logins,
            "secondary.logins",
            "S and SM",
        ),
    ];
    let finding = |(_, key, servers)| {
        found(
            key,
            format!("the logins of the pool's servers do not exist on {servers}"),
            "create them there: log shipping and mirroring do not carry logins",
        )
    };
    let broken = missing.into_iter().filter(|(broken, ..)| *broken);
    broken.map(finding).collect()
}

/// V39: the store's pool is paired.
pub(in super::super) fn cms_paired(scenario: &Scenario) -> Vec<Finding> {
    when(!scenario.control.cms_paired, || {
        found(
            "control.cms_paired",
            "the Central Management store cannot be failed over",
            "pair the pool that hosts it with one in the other data centre",
        )
    })
}

/// V40: the pool state says which database serves.
pub(in super::super) fn pool_state(scenario: &Scenario) -> Vec<Finding> {
    let serves_in_dc2 = scenario.check.start != Start::Normal;
    let Some(failed_over) = scenario.control.failed_over else {
        return Vec::new();
    };
    when(failed_over != serves_in_dc2, || {
        let (state, right, serving) = if failed_over {
            ("FailedOver", "Normal", "A or B serve")
        } else {
            ("Normal", "FailedOver", "S serves")
        };
        unmodelled(
            "control.pool_state",
            format!("the pool state is {state}, and {serving}"),
            format!("write pool_state = \"{right}\", or change start in [check]"),
        )
    })
}
