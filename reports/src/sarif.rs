//! Results as SARIF 2.1.0, for what shows findings beside the files they are about.
//!
//! The rules are the properties, one rule each for goals, for events that have to fire and for
//! objectives, and the codes of what is wrong with an input. A result is written for what is not as
//! expected, at the scenario file; the steps of its counterexample are a code flow, so that a
//! viewer can walk along it. A mistake in an input is a result at its place.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::diagnostics::{Diagnostic, Severity};
use crate::document::{Counterexample, ResultDocument};
use crate::entry::Entry;
use crate::error::ReportError;
use crate::findings::{Finding, Kind, Outcome};
use crate::{findings, json};

const SCHEMA_URI: &str = "https://json.schemastore.org/sarif-2.1.0.json";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool<'a>,
    column_kind: &'static str,
    results: Vec<Found<'a>>,
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'a> {
    name: &'static str,
    version: &'a str,
    rules: Vec<Rule<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule<'a> {
    id: &'a str,
    short_description: Message,
    #[serde(skip_serializing_if = "Option::is_none")]
    full_description: Option<Message>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Found<'a> {
    rule_id: &'a str,
    rule_index: usize,
    level: &'static str,
    message: Message,
    locations: [Location; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    code_flows: Vec<CodeFlow>,
    partial_fingerprints: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    properties: Option<Properties<'a>>,
}

/// What SARIF leaves to the tool.
#[derive(Serialize)]
struct Properties<'a> {
    scenario: &'a str,
    digest: &'a str,
    seed: u64,
    command: &'a str,
}

#[derive(Serialize)]
struct Message {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Serialize)]
struct ArtifactLocation {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_column: Option<u64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CodeFlow {
    message: Message,
    thread_flows: [ThreadFlow; 1],
}

#[derive(Serialize)]
struct ThreadFlow {
    locations: Vec<FlowStep>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FlowStep {
    execution_order: u32,
    importance: &'static str,
    location: Location,
}

/// Returns the log of a run of this version of poolproof.
///
/// A relative path should start at the root of the repository.
///
/// # Errors
/// When the log cannot be written, which is a defect.
pub fn text(entries: &[Entry], version: &str) -> Result<String, ReportError> {
    let rules = rules(entries);
    // A rule was made of everything that is found.
    let index_of = |id: &str| rules.iter().position(|rule| rule.id == id).unwrap_or(0);
    let mut results = Vec::new();
    for entry in entries {
        let (path, document) = match entry {
            Entry::Result { path, document } => (path, document),
            Entry::Input(read) => {
                let mistakes = read.diagnostics.iter();
                results.extend(mistakes.map(|one| mistake(one, index_of(&one.code))));
                continue;
            }
        };
        let uri = uri(path);
        for finding in findings::surprises(document) {
            let id = rule_id(&finding);
            results.push(found(document, &finding, id, index_of(id), &uri));
        }
    }
    let log = Log {
        schema: SCHEMA_URI,
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: "poolproof",
                    version,
                    rules,
                },
            },
            column_kind: "unicodeCodePoints",
            results,
        }],
    };
    json::pretty(&log)
}

fn rule_id<'a>(finding: &Finding<'a>) -> &'a str {
    match finding.kind {
        Kind::Property => finding.name,
        Kind::Goal => "goal",
        Kind::Coverage => "event",
        Kind::Objective => "objective",
    }
}

fn rules(entries: &[Entry]) -> Vec<Rule<'_>> {
    let message = |text: &str| Message {
        text: text.to_owned(),
    };
    let mut rules = Vec::new();
    let mut add = |rule| add_once(&mut rules, rule);
    let documents = || entries.iter().filter_map(Entry::document);
    for document in documents() {
        for verdict in document.checks.iter().flat_map(|check| &check.verdicts) {
            add(Rule {
                id: &verdict.property,
                short_description: message(&verdict.title),
                full_description: Some(message(&verdict.meaning)),
            });
        }
    }
    let all = |kind: Kind| {
        let mut findings = documents().flat_map(findings::of);
        findings.any(|finding| finding.kind == kind)
    };
    if all(Kind::Goal) {
        add(Rule {
            id: "goal",
            short_description: message("Goals are reached as expected"),
            full_description: Some(message(
                "A state that the scenario expects to be reachable is reached within the fault \
                 budget, and one that it expects never to be reached is not.",
            )),
        });
    }
    if all(Kind::Coverage) {
        add(Rule {
            id: "event",
            short_description: message("Events fire that have to"),
            full_description: Some(message(
                "An event or a kind of fault that the scenario lists happens somewhere within the \
                 fault budget: without it the verdicts say nothing about what the scenario is for.",
            )),
        });
    }
    if all(Kind::Objective) {
        add(Rule {
            id: "objective",
            short_description: message("Objectives are met"),
            full_description: Some(message(
                "The whole confidence interval of the observed figure is on the right side of \
                 the limit that the scenario sets.",
            )),
        });
    }
    for entry in entries {
        if let Entry::Input(read) = entry {
            for one in &read.diagnostics {
                add(Rule {
                    id: &one.code,
                    short_description: message(&one.meaning),
                    full_description: None,
                });
            }
        }
    }
    rules
}

fn add_once<'a>(rules: &mut Vec<Rule<'a>>, rule: Rule<'a>) {
    if rules.iter().all(|known| known.id != rule.id) {
        rules.push(rule);
    }
}

fn mistake(one: &Diagnostic, rule_index: usize) -> Found<'_> {
    let region = one.line.map(|start_line| Region {
        start_line,
        start_column: one.column,
    });
    let fingerprint = format!("{}/{}/{}", one.file, one.code, one.message);
    Found {
        rule_id: &one.code,
        rule_index,
        level: match one.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        message: Message { text: one.said() },
        locations: [Location {
            physical_location: PhysicalLocation {
                artifact_location: ArtifactLocation {
                    uri: uri(&one.file),
                },
                region,
            },
            message: None,
        }],
        code_flows: Vec::new(),
        partial_fingerprints: BTreeMap::from([("poolproofDiagnostic/v1", fingerprint)]),
        properties: None,
    }
}

fn found<'a>(
    document: &'a ResultDocument,
    finding: &Finding<'a>,
    rule_id: &'a str,
    rule_index: usize,
    uri: &str,
) -> Found<'a> {
    let identity = &document.identity;
    let mut text = finding.line();
    if let Some(path) = finding.path.filter(|path| !path.cause.trim().is_empty()) {
        text += &format!("\n{}", path.cause);
    }
    text += &format!("\nagain: {}", identity.command);
    let mut fingerprint = format!(
        "{}/{}/{}",
        identity.scenario_name,
        finding.kind.word(),
        finding.name
    );
    if let Some(budget) = finding.budget {
        fingerprint += &format!("/{budget}");
    }
    Found {
        rule_id,
        rule_index,
        level: match finding.outcome {
            Outcome::Undecided => "warning",
            Outcome::Differs | Outcome::AsExpected => "error",
        },
        message: Message { text },
        locations: [location(uri, None)],
        code_flows: finding
            .path
            .map(|path| code_flow(path, uri))
            .into_iter()
            .collect(),
        partial_fingerprints: BTreeMap::from([("poolproofFinding/v1", fingerprint)]),
        properties: Some(Properties {
            scenario: &identity.scenario_name,
            digest: &identity.scenario_digest,
            seed: identity.seed,
            command: &identity.command,
        }),
    }
}

fn code_flow(path: &Counterexample, uri: &str) -> CodeFlow {
    let step = |step: &crate::document::Step| {
        let mark = if step.is_fault() { "FAULT, " } else { "" };
        let mut text = format!("{mark}{}: {}", step.actor, step.text);
        if !step.changes.is_empty() {
            text += &format!(" [{}]", step.changes.join("; "));
        }
        FlowStep {
            execution_order: step.number,
            importance: if step.is_fault() {
                "essential"
            } else {
                "important"
            },
            location: location(uri, Some(Message { text })),
        }
    };
    CodeFlow {
        message: Message {
            text: crate::timeline::size(path),
        },
        thread_flows: [ThreadFlow {
            locations: path.steps.iter().map(step).collect(),
        }],
    }
}

fn location(uri: &str, message: Option<Message>) -> Location {
    Location {
        physical_location: PhysicalLocation {
            artifact_location: ArtifactLocation {
                uri: uri.to_owned(),
            },
            // Where in the file an expectation stands, the result does not know.
            region: Some(Region {
                start_line: 1,
                start_column: None,
            }),
        },
        message,
    }
}

/// Returns a path as a reference in the sense of RFC 3986.
fn uri(path: &str) -> String {
    let path = path.replace('\\', "/");
    let path = path.strip_prefix("./").unwrap_or(&path);
    let mut uri = String::with_capacity(path.len());
    let letters = path.as_bytes();
    if letters.first() == Some(&b'/') {
        uri.push_str("file://");
    } else if letters.get(1) == Some(&b':') {
        uri.push_str("file:///");
    }
    for &byte in letters {
        let plain = byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
        // A colon in the first segment of a relative path would read as a scheme.
        if plain || (byte == b':' && uri.starts_with("file:")) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn the_sample_reads_well() {
        let text = text(&[sample::entry(), sample::refused()], "0.1.0").expect("written");
        insta::assert_snapshot!(text);
    }

    #[test]
    fn paths_become_references() {
        for (path, reference) in [
            ("scenarios/a b.toml", "scenarios/a%20b.toml"),
            ("./x.toml", "x.toml"),
            ("a\\b.toml", "a/b.toml"),
            ("/srv/x.toml", "file:///srv/x.toml"),
            ("C:\\x.toml", "file:///C:/x.toml"),
            ("ab:c/ü%.toml", "ab%3Ac/%C3%BC%25.toml"),
        ] {
            assert_eq!(uri(path), reference);
        }
    }
}
