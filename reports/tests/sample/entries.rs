//! The entries of a run made by hand: one with a result, one that was refused.

use poolproof_reports::diagnostics::{Diagnostic, Diagnostics, Severity};
use poolproof_reports::entry::Entry;

use super::unexpected;

/// Returns [`unexpected`] as the entry of a run.
pub fn entry() -> Entry {
    Entry::Result {
        path: "scenarios/sample.toml".to_owned(),
        document: unexpected(),
    }
}

/// Returns the entry of a file that was refused.
pub fn refused() -> Entry {
    let unknown = Diagnostic {
        code: "E0020".to_owned(),
        meaning: "unknown key".to_owned(),
        severity: Severity::Error,
        file: "scenarios/refused.toml".to_owned(),
        line: Some(2),
        column: Some(1),
        excerpt: "titel = \"a | b\"".to_owned(),
        message: "unknown key `titel`".to_owned(),
        label: "not a key here".to_owned(),
        help: "did you mean `title`?".to_owned(),
        rule: None,
        note: String::new(),
        hazards: Vec::new(),
    };
    let doubtful = Diagnostic {
        code: "W0114".to_owned(),
        meaning: "rule V14 of the handbook".to_owned(),
        severity: Severity::Warning,
        line: None,
        column: None,
        excerpt: String::new(),
        message: "the backup share is lost with DC1".to_owned(),
        rule: Some("V14".to_owned()),
        note: "hazard H-14 of the handbook: files not yet copied are lost with DC1".to_owned(),
        hazards: vec!["H-14".to_owned()],
        ..unknown.clone()
    };
    Entry::Input(Diagnostics::new(
        "scenarios/refused.toml",
        vec![unknown, doubtful],
    ))
}
