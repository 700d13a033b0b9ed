//! Rules about where databases and witnesses are: data centre, host and instance.

use poolproof_models::names::site::{Site, WitnessLocation};

use super::super::Scenario;
use super::super::rules::Finding;
use super::super::sql::Instance;
use super::{found, instances, same, same_instance, sessions, unmodelled, when};

/// V4: the mirror of the primary is in DC1.
pub(in super::super) fn mirror_site(scenario: &Scenario) -> Vec<Finding> {
    let mirroring = &scenario.mirroring;
    when(
        mirroring.enabled && mirroring.mirror_site != Site::Dc1,
        || {
            let help = "write mirror_site = \"DC1\": log shipping is what reaches DC2";
            unmodelled(
                "mirroring.mirror_site",
                "the mirror of the primary is in DC2",
                help,
            )
        },
    )
}

/// V5: the witness of the A/B session is in DC1.
pub(in super::super) fn witness_site(scenario: &Scenario) -> Vec<Finding> {
    let place = match scenario.mirroring.witness {
        None | Some(WitnessLocation::Dc1) => return Vec::new(),
        Some(WitnessLocation::Dc2) => "in DC2",
        Some(WitnessLocation::Third) => "in a third place",
    };
    let help = "write witness = \"DC1\"; to study others, [allow] rules = [\"V5\"]";
    let message = format!("the witness of the A/B session is {place}");
    vec![found("mirroring.witness", message, help)]
}

/// V6: S is in the other data centre.
pub(in super::super) fn secondary_site(scenario: &Scenario) -> Vec<Finding> {
    let broken = scenario.log_shipping.enabled && scenario.secondary.site != Site::Dc2;
    when(broken, || {
        unmodelled(
            "secondary.site",
            "S is in the data centre of A",
            "write site = \"DC2\"",
        )
    })
}

/// V7: SM and SW are beside S.
pub(in super::super) fn companions_of_secondary(scenario: &Scenario) -> Vec<Finding> {
    let secondary = &scenario.secondary;
    let mut findings = Vec::new();
    for (there, site, key, name) in [
        (secondary.mirror, secondary.mirror_site, "mirror_site", "SM"),
        (
            secondary.witness,
            secondary.witness_site,
            "witness_site",
            "SW",
        ),
    ] {
        findings.extend(when(there && site != secondary.site, || {
            let message = format!("{name} is not in the data centre of S");
            let help = format!("write {key} = \"{}\"", secondary.site.name());
            unmodelled(format!("secondary.{key}"), message, help)
        }));
    }
    findings
}

/// V8: principal, mirror and witness are on three hosts.
pub(in super::super) fn three_hosts(scenario: &Scenario) -> Vec<Finding> {
    let mut findings = Vec::new();
    for session in sessions(scenario) {
        for (index, one) in session.iter().enumerate() {
            let other = session[..index]
                .iter()
                .find(|other| same(other.host(), one.host()));
            if let Some(other) = other {
                findings.push(shared(one, other, "host", "give each a host of its own"));
            }
        }
    }
    findings
}

/// V9: S and SM are on other instances than A and B, and no host is in both data centres.
pub(in super::super) fn secondary_instance(scenario: &Scenario) -> Vec<Finding> {
    let secondary = instances(scenario, &["s", "sm"]);
    let partners = instances(scenario, &["a", "b"]);
    let mut findings = Vec::new();
    for (s, partner) in secondary
        .iter()
        .flat_map(|s| partners.iter().map(move |partner| (s, partner)))
    {
        if same_instance(&s.server, &partner.server) {
            let help = format!(
                "give {} an instance of its own in DC2",
                s.key.to_uppercase()
            );
            findings.push(shared(s, partner, "instance", &help));
        }
    }
    let in_dc1 = scenario.mirroring.witness == Some(WitnessLocation::Dc1);
    let dc1 = instances(
        scenario,
        if in_dc1 {
            &["a", "b", "w"]
        } else {
            &["a", "b"]
        },
    );
    let dc2 = instances(scenario, &["s", "sm", "sw"]);
    for (two, one) in dc2
        .iter()
        .flat_map(|two| dc1.iter().map(move |one| (two, one)))
    {
        if same(two.host(), one.host()) && !same_instance(&two.server, &one.server) {
            let help = "name a host of DC2: one host is in one data centre";
            findings.push(shared(two, one, "host", help));
        }
    }
    findings
}

fn shared(one: &Instance, other: &Instance, what: &str, help: &str) -> Finding {
    let (this, that) = (one.key.to_uppercase(), other.key.to_uppercase());
    let message = format!("{this} and {that} share the {what} `{}`", one.server);
    unmodelled(format!("sql.{}.server", one.key), message, help)
}

/// V11: one instance holds at most one back-end and one Persistent Chat database.
pub(in super::super) fn databases_per_instance(scenario: &Scenario) -> Vec<Finding> {
    let mut findings = Vec::new();
    for instance in instances(scenario, &["a", "b", "w", "s", "sm", "sw"]) {
        let others = |kind: &str| {
            let listed = instance.other_databases.iter();
            listed.filter(|database| **database == kind).count()
        };
        // A witness holds no database; the others hold the chat database already.
        let own = usize::from(!matches!(instance.key, "w" | "sw"));
        for (kind, count) in [
            ("Persistent Chat", own + others("persistent-chat")),
            ("back-end", others("back-end")),
        ] {
            findings.extend(when(count > 1, || {
                let name = instance.key.to_uppercase();
                let message = format!("{count} {kind} databases on the instance of {name}");
                let key = format!("sql.{}.other_databases", instance.key);
                unmodelled(key, message, "at most one of each kind on an instance")
            }));
        }
    }
    findings
}
