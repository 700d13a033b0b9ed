//! What a page may change: values of the scenario by their keys, the seed, and the order of the
//! steps of a runbook.

use std::path::Path;

use serde::Deserialize;

use crate::app::error::AppError;
use crate::scenario::keys::{self, Key, Kind};

/// The most changes at a time; a scenario has fewer keys.
const CHANGES_MOST: usize = 256;

/// The longest value: a list of failure modes has some hundred bytes.
const VALUE_BYTES_MOST: usize = 16_384;

/// The tables that a page may change. What is checked and expected stays what the file says, except
/// for the objectives: a verdict that is expected because the page says so would prove nothing.
const TABLES: [&str; 10] = [
    "pool",
    "mirroring",
    "log_shipping",
    "secondary",
    "control",
    "choices",
    "sql",
    "operators",
    "failures",
    "simulate",
];

/// More keys that a page may change: the objectives, and the rules of the handbook that only warn.
const KEYS: [&str; 2] = ["expect.objectives", "allow.rules"];

/// Changes to a scenario.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeSet {
    /// Paths of keys and values, as `--set` takes them.
    #[serde(default)]
    pub set: Vec<(String, String)>,
    /// The seed in place of the scenario's.
    #[serde(default)]
    pub seed: Option<u64>,
    /// Runbooks whose steps are in another order, or fewer.
    #[serde(default)]
    pub own: Vec<OwnRunbook>,
}

/// A runbook of the user's own, made from another one.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnRunbook {
    /// The file that it is made from, relative to the scenario.
    pub from: String,
    /// The steps that are kept, by their numbers from 0, in their order.
    pub steps: Vec<usize>,
}

impl OwnRunbook {
    /// Its file, beside the one that it is made from.
    #[must_use]
    pub fn file(&self) -> String {
        let path = Path::new(&self.from);
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        path.with_file_name(format!("{stem}-own.toml"))
            .display()
            .to_string()
    }
}

impl ChangeSet {
    /// Sees that only what may be changed is.
    pub(super) fn verify(&self, changeable: &[Key]) -> Result<(), AppError> {
        if self.set.len() > CHANGES_MOST || self.own.len() > CHANGES_MOST {
            let message = format!("more than {CHANGES_MOST} changes");
            return Err(AppError::request(message));
        }
        for (path, value) in &self.set {
            if !changeable.iter().any(|key| key.path == *path) {
                let message = format!("`{path}` cannot be changed on this page");
                return Err(AppError::request(message).hinted("change it in the scenario file"));
            }
            if value.len() > VALUE_BYTES_MOST {
                let message = format!("the value of `{path}` is too long");
                return Err(AppError::request(message));
            }
        }
        Ok(())
    }
}

/// The keys that a page may change, in the order of the format.
pub(super) fn changeable() -> Vec<Key> {
    let mut keys = keys::of_scenarios();
    keys.retain(|key| {
        let table = key.path.split('.').next().unwrap_or_default();
        let takes_value = !matches!(key.kind, Kind::Table | Kind::Tables);
        KEYS.contains(&key.path.as_str()) || (takes_value && TABLES.contains(&table))
    });
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_keys_of_the_system_can_be_changed() {
        let known = changeable();
        let is_changeable = |path: &str| known.iter().any(|key| key.path == path);
        for path in [
            "mirroring.witness",
            "pool.dc1.active",
            "operators.site_failover",
            "failures.database_server",
            "failures.site_disaster.rate",
            "simulate.trials",
            "expect.objectives",
            "allow.rules",
        ] {
            assert!(is_changeable(path), "{path}");
        }
        for path in [
            "extends",
            "name",
            "expect.SB",
            "check.faults",
            "check.budgets.0.faults",
            "mirroring",
            "mirroring.witness.x",
            "pool.nothing",
            "",
        ] {
            assert!(!is_changeable(path), "{path}");
        }
    }

    #[test]
    fn an_own_runbook_stands_beside_its_original() {
        let own = OwnRunbook {
            from: "runbooks/site-failover-hardened.toml".to_owned(),
            steps: vec![1, 0],
        };
        assert_eq!(own.file(), "runbooks/site-failover-hardened-own.toml");
    }
}
