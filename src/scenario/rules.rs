//! The rules of handbook section 8 that a scenario file can break.
//!
//! A rule is a row of [`RULES`]. Rules about things that the file format cannot express (the
//! home of the mirror, ports, editions) have no row.

use std::sync::Arc;

use super::Scenario;
use super::diagnostic::Diagnostic;
use super::diagnostic::Severity;
use super::diagnostic::Source;
use super::document::Table;
use super::reader;
use super::reader::Reader;
use super::reader::Section;
use super::rule_checks as checks;

/// What a rule has found: the key to point at, what is wrong and what would be right.
pub(super) struct Finding {
    pub(super) key: &'static str,
    pub(super) message: String,
    pub(super) help: String,
}

/// A rule of the handbook.
pub struct Rule {
    /// Its number there, such as `V18`.
    pub id: &'static str,
    /// Whether breaking it is refused; `[allow] rules` turns an error into a warning.
    pub severity: Severity,
    /// The hazards it guards against.
    pub hazards: &'static [&'static str],
    /// The page it comes from.
    pub source: &'static str,
    /// Keys it reads: it is silent when one of them could not be read.
    reads: &'static [&'static str],
    check: fn(&Scenario) -> Option<Finding>,
}

const CAPACITY: &str = "Capacity planning for Persistent Chat Server";
const SHIPPING: &str = "Setting up SQL Server Log Shipping for the Persistent Chat Server primary \
     database";
const PLAN: &str = "Plan for high availability and disaster recovery for Persistent Chat Server";
const SERVERS: &[&str] = &[
    "pool.dc1",
    "pool.dc2",
    "pool.dc1.active",
    "pool.dc1.idle",
    "pool.dc2.active",
    "pool.dc2.idle",
];

/// Every rule, by number.
pub const RULES: [Rule; 13] = [
    Rule {
        id: "V1",
        severity: Severity::Error,
        hazards: &["H-36"],
        source: CAPACITY,
        reads: SERVERS,
        check: checks::server_counts,
    },
    Rule {
        id: "V2",
        severity: Severity::Error,
        hazards: &["H-50"],
        source: CAPACITY,
        reads: &[
            "pool.users",
            "pool.dc1",
            "pool.dc2",
            "pool.dc1.active",
            "pool.dc2.active",
        ],
        check: checks::users,
    },
    Rule {
        id: "V3",
        severity: Severity::Warning,
        hazards: &["H-50"],
        source: CAPACITY,
        reads: &[
            "pool.users",
            "pool.dc1",
            "pool.dc2",
            "pool.dc1.active",
            "pool.dc2.active",
        ],
        check: checks::survivors,
    },
    Rule {
        id: "V5",
        severity: Severity::Error,
        hazards: &[],
        source: PLAN,
        reads: &["mirroring.witness"],
        check: checks::witness_site,
    },
    Rule {
        id: "V13",
        severity: Severity::Warning,
        hazards: &["H-14"],
        source: "Database Mirroring and Log Shipping",
        reads: &["log_shipping.share", "log_shipping.enabled"],
        check: checks::share_on_database_server,
    },
    Rule {
        id: "V14",
        severity: Severity::Warning,
        hazards: &["H-14"],
        source: "handbook 4.6",
        reads: &[
            "log_shipping.share",
            "log_shipping.enabled",
            "log_shipping.copy_interval",
        ],
        check: checks::share_in_dc1,
    },
    Rule {
        id: "V18",
        severity: Severity::Error,
        hazards: &["H-21"],
        source: "Setting up SQL Server Log Shipping between the primary mirror and the Log \
             Shipping secondary database",
        reads: &[
            "log_shipping.mirror_configured",
            "log_shipping.enabled",
            "mirroring.enabled",
        ],
        check: checks::mirror_configured,
    },
    Rule {
        id: "V20",
        severity: Severity::Warning,
        hazards: &[],
        source: SHIPPING,
        reads: &[
            "log_shipping.enabled",
            "log_shipping.backup_interval",
            "log_shipping.copy_interval",
            "log_shipping.restore_interval",
            "log_shipping.restore_delay",
        ],
        check: checks::intervals,
    },
    Rule {
        id: "V28",
        severity: Severity::Warning,
        hazards: &["H-41"],
        source: "ALTER DATABASE Database Mirroring",
        reads: &["mirroring.partner_timeout", "mirroring.enabled"],
        check: checks::partner_timeout,
    },
    Rule {
        id: "V29",
        severity: Severity::Error,
        hazards: &["H-34"],
        source: "Failing over Persistent Chat Server",
        reads: &[
            "pool.variant",
            "pool.dc1",
            "pool.dc2",
            "pool.dc1.active",
            "pool.dc2.active",
        ],
        check: checks::active_beside_database,
    },
    Rule {
        id: "V30",
        severity: Severity::Error,
        hazards: &["H-34"],
        source: PLAN,
        reads: &[
            "pool.variant",
            "pool.dc1",
            "pool.dc2",
            "pool.dc1.active",
            "pool.dc2.active",
        ],
        check: checks::active_in_one_site,
    },
    Rule {
        id: "V32",
        severity: Severity::Error,
        hazards: &["H-40"],
        source: "Using Topology Builder to configure high availability and disaster recovery",
        reads: &["log_shipping.enabled", "operators.site_failover"],
        check: checks::failover_target,
    },
    Rule {
        id: "V39",
        severity: Severity::Warning,
        hazards: &["H-38"],
        source: "Central Management store failover",
        reads: &["control.cms_paired"],
        check: checks::cms_paired,
    },
];

/// Reads `[allow]`.
pub(super) fn allowed(mut section: Section<'_>) -> Vec<String> {
    let words = RULES.map(|rule| (rule.id, rule.id));
    let rules = section
        .optional("rules", |node| {
            reader::list(node, |item| reader::word(item, &words))
        })
        .unwrap_or_default();
    section.finish();
    rules.into_iter().map(str::to_owned).collect()
}

/// Applies every rule whose inputs could be read.
pub(super) fn judge(scenario: &Scenario, table: &Table, file: &Arc<Source>, reader: &mut Reader) {
    for rule in &RULES {
        if rule
            .reads
            .iter()
            .any(|key| reader.broken.iter().any(|broken| broken == key))
        {
            continue;
        }
        if let Some(finding) = (rule.check)(scenario) {
            let found = rule.diagnostic(finding, scenario, table, file);
            reader.diagnostics.push(found);
        }
    }
}

impl Rule {
    fn diagnostic(
        &self,
        finding: Finding,
        scenario: &Scenario,
        table: &Table,
        file: &Source,
    ) -> Diagnostic {
        let allowed = scenario.allowed_rules.iter().any(|rule| rule == self.id);
        let severity = if allowed {
            Severity::Warning
        } else {
            self.severity
        };
        let letter = if severity == Severity::Error {
            'E'
        } else {
            'W'
        };
        // The rules of the handbook are numbered below 100.
        let code = format!("{letter}01{:0>2}", self.id.trim_start_matches('V'));
        let found = match table.nearest(finding.key) {
            Some(place) => Diagnostic::at(&place, severity, &code, finding.message),
            None => Diagnostic::about(&file.name, severity, &code, finding.message),
        };
        Diagnostic {
            label: format!("rule {}: {}", self.id, self.source),
            help: finding.help,
            hazards: self
                .hazards
                .iter()
                .map(|hazard| (*hazard).to_owned())
                .collect(),
            rule: Some(self.id.to_owned()),
            ..found
        }
    }
}
