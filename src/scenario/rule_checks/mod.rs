//! What each handbook rule looks at. The table of rules is in `rule_table`.

pub(super) mod capacity;
pub(super) mod operators;
pub(super) mod placement;
pub(super) mod product;
pub(super) mod shipping;

use super::Scenario;
use super::rules::{Finding, Modelling};
use super::sql::Instance;

/// Something wrong that the model knows: results show what comes of it.
fn found(key: impl Into<String>, message: impl Into<String>, help: impl Into<String>) -> Finding {
    Finding {
        key: key.into(),
        message: message.into(),
        help: help.into(),
        modelling: Modelling::Shown,
    }
}

/// Something wrong that the model takes no notice of.
fn unmodelled(
    key: impl Into<String>,
    message: impl Into<String>,
    help: impl Into<String>,
) -> Finding {
    Finding {
        modelling: Modelling::Ignored,
        ..found(key, message, help)
    }
}

/// Something that the model cannot hold.
fn impossible(
    key: impl Into<String>,
    message: impl Into<String>,
    help: impl Into<String>,
) -> Finding {
    Finding {
        modelling: Modelling::Impossible,
        ..found(key, message, help)
    }
}

/// One finding or none.
fn when(broken: bool, finding: impl FnOnce() -> Finding) -> Vec<Finding> {
    if broken { vec![finding()] } else { Vec::new() }
}

/// The instances of these keys that the design has.
fn instances<'a>(scenario: &'a Scenario, keys: &[&str]) -> Vec<&'a Instance> {
    let shipping = scenario.log_shipping.enabled;
    let there = |key: &str| match key {
        "a" => true,
        "b" => scenario.mirroring.enabled,
        "w" => scenario.mirroring.witness.is_some(),
        "s" => shipping,
        "sm" => shipping && scenario.secondary.mirror,
        _ => shipping && scenario.secondary.witness,
    };
    let all = scenario.sql.instances.iter();
    all.filter(|instance| keys.contains(&instance.key) && there(instance.key))
        .collect()
}

/// The mirroring sessions that the design has: partners first, then the witness.
fn sessions(scenario: &Scenario) -> Vec<Vec<&Instance>> {
    let sessions = [["a", "b", "w"], ["s", "sm", "sw"]].map(|keys| instances(scenario, &keys));
    sessions
        .into_iter()
        .filter(|session| session.len() > 1)
        .collect()
}

/// Whether two names are of one instance: `X` is the default instance `X\MSSQLSERVER`.
fn same_instance(one: &str, other: &str) -> bool {
    let plain = |name: &str| {
        let name = name.trim().to_lowercase();
        name.strip_suffix("\\mssqlserver")
            .map_or(name.clone(), str::to_owned)
    };
    plain(one) == plain(other)
}

/// Whether two names of hosts, instances or domains are the same: Windows knows no case.
fn same(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}
