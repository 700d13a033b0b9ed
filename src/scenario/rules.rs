//! The rules V1 to V48 of handbook section 8: how a scenario is judged by them.
//!
//! A rule is a row of [`RULES`]; what it looks at is a function of `rule_checks`.

use std::sync::Arc;

use super::Scenario;
use super::codes::Example;
use super::diagnostic::{Diagnostic, Severity, Source};
use super::document::{Node, Table};
use super::empirical::Observations;
use super::format::{Format, List, OneOf};
use super::keys::Kind;
use super::reader::{Reader, Section};
use super::row::{Row, optional};
use super::value::Parsed;
use super::writer::{Files, TableWriter};

/// What a rule has found: the key to point at, what is wrong and what would be right.
pub(super) struct Finding {
    pub(super) key: String,
    pub(super) message: String,
    pub(super) help: String,
    pub(super) modelling: Modelling,
}

/// What the model makes of something wrong.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Modelling {
    /// Results show what comes of it.
    Shown,
    /// Results are those of a pool that keeps the rule.
    Ignored,
    /// The model has no place for it, so that `[allow]` does not reach it.
    Impossible,
}

/// A rule of the handbook.
pub struct Rule {
    /// Its number there, such as `V18`.
    pub id: &'static str,
    /// What it demands.
    pub demand: &'static str,
    /// Whether breaking it is refused; `[allow] rules` turns an error into a warning.
    pub severity: Severity,
    /// What happens where it is broken.
    pub danger: &'static str,
    /// The hazards of the handbook that it guards against; may be empty.
    pub hazards: &'static [&'static str],
    /// The page it comes from.
    pub source: &'static str,
    /// Tables and keys it reads: it is silent when one of them could not be read.
    pub reads: &'static [&'static str],
    pub(super) check: fn(&Scenario) -> Vec<Finding>,
    /// A file that breaks it.
    pub(super) example: Example,
}

pub use super::rule_table::RULES;

/// `[allow]`: the rules that only warn.
pub(super) struct Allowed;

impl Allowed {
    const MEANING: &'static str = "numbers of rules in the handbook, as in \"V18\"";
}

impl Row for Allowed {
    type Value = Vec<String>;

    fn read(&self, section: &mut Section<'_, '_>, key: &str, meaning: &str) -> Option<Self::Value> {
        let mut inner = section.inner(key, meaning);
        let row = optional(RuleIds).unlisted().or(Vec::new());
        let rules = row.read(&mut inner, "rules", Self::MEANING);
        inner.finish();
        rules
    }

    fn write(&self, value: &Self::Value, out: &mut TableWriter<'_>, key: &str) {
        out.inner(key)
            .value("rules", &RuleIds, value, value.is_empty());
    }
}

/// A list of numbers of rules.
struct RuleIds;

impl RuleIds {
    fn words() -> List<OneOf<&'static str, { RULES.len() }>> {
        List(OneOf(RULES.each_ref().map(|rule| (rule.id, rule.id))))
    }
}

impl Format for RuleIds {
    type Value = Vec<String>;

    fn kind(&self) -> Kind {
        Self::words().kind()
    }

    fn read(&self, node: &Node, observed: &Observations) -> Parsed<Vec<String>> {
        let ids = Self::words().read(node, observed)?;
        Ok(ids.into_iter().map(str::to_owned).collect())
    }

    fn write(&self, value: &Vec<String>, files: &mut Files) -> String {
        List(super::format::Text).write(value, files)
    }
}

/// Applies every rule whose inputs could be read.
pub(super) fn judge(
    scenario: &Scenario,
    table: &Table,
    file: &Arc<Source>,
    reader: &mut Reader<'_>,
) {
    for rule in &RULES {
        if rule.reads.iter().any(|key| is_broken(key, &reader.broken)) {
            continue;
        }
        for finding in merged((rule.check)(scenario), table) {
            let found = rule.diagnostic(finding, scenario, table, file);
            reader.diagnostics.push(found);
        }
    }
}

/// Points findings about an instance at the key that holds for all where the instance has none of
/// its own, and makes one of those that then point at the same.
fn merged(findings: Vec<Finding>, table: &Table) -> Vec<Finding> {
    let mut kept: Vec<Finding> = Vec::new();
    let mut merged: Vec<(usize, String)> = Vec::new();
    for mut finding in findings {
        let parts: Vec<&str> = finding.key.split('.').collect();
        if let ["sql", instance, key] = parts[..]
            && !table.has(&finding.key)
            && table.has(&format!("sql.{key}"))
        {
            let instance = instance.to_uppercase();
            finding.key = format!("sql.{key}");
            if let Some(at) = kept.iter().position(|other| other.key == finding.key) {
                merged.push((at, instance));
                continue;
            }
        }
        kept.push(finding);
    }
    for (at, finding) in kept.iter_mut().enumerate() {
        let likewise: Vec<&str> = merged
            .iter()
            .filter(|(of, _)| *of == at)
            .map(|(_, instance)| instance.as_str())
            .collect();
        if !likewise.is_empty() {
            let others = format!(" (likewise {})", likewise.join(", "));
            finding.message.push_str(&others);
        }
    }
    kept
}

/// Whether a key, something within it or the table it is in could not be read.
fn is_broken(key: &str, broken: &[String]) -> bool {
    let within = |inner: &str, outer: &str| {
        inner
            .strip_prefix(outer)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    broken
        .iter()
        .any(|path| within(path, key) || within(key, path))
}

impl Rule {
    /// The code of its diagnostics: the rules of the handbook are numbered below 100.
    #[must_use]
    pub fn code(&self, severity: Severity) -> String {
        let letter = match severity {
            Severity::Error => 'E',
            Severity::Warning => 'W',
        };
        format!("{letter}01{:0>2}", self.id.trim_start_matches('V'))
    }

    /// What happens where the rule is broken, and whether results show it.
    fn note(&self, modelling: Modelling, severity: Severity) -> String {
        let hazard = if self.hazards.is_empty() {
            self.danger.to_owned()
        } else {
            let hazards = self.hazards.join(", ");
            format!("hazard {hazards} of the handbook: {}", self.danger)
        };
        match (modelling, severity) {
            (Modelling::Impossible, _) => {
                format!("{hazard}; the model has no place for it, so that `allow` cannot permit it")
            }
            (Modelling::Ignored, Severity::Warning) => {
                format!("{hazard}; not modelled, results are those of a pool that keeps the rule")
            }
            (Modelling::Ignored, Severity::Error) | (Modelling::Shown, _) => hazard,
        }
    }

    fn diagnostic(
        &self,
        finding: Finding,
        scenario: &Scenario,
        table: &Table,
        file: &Source,
    ) -> Diagnostic {
        let allowed = scenario.allowed_rules.iter().any(|rule| rule == self.id);
        let severity = match finding.modelling {
            Modelling::Impossible => Severity::Error,
            Modelling::Shown | Modelling::Ignored if allowed => Severity::Warning,
            Modelling::Shown | Modelling::Ignored => self.severity,
        };
        let code = self.code(severity);
        let found = match table.nearest(&finding.key) {
            Some(place) => Diagnostic::at(&place, severity, &code, finding.message),
            None => Diagnostic::about(&file.name, severity, &code, finding.message),
        };
        Diagnostic {
            label: format!("rule {}: {}", self.id, self.source),
            help: finding.help,
            note: self.note(finding.modelling, severity),
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
