//! What is wrong with a change, as a page takes it.

use serde::Serialize;

use crate::app::error::AppError;
use crate::scenario::diagnostic::{Diagnostic, Severity};

/// How the source of an override is called in a diagnostic.
const OVERRIDE: &str = "--set ";

/// An error, with the keys that it is about.
#[derive(Debug, Serialize)]
pub struct Problem {
    /// What is wrong; empty where the mistakes say it.
    error: String,
    /// What to do about it.
    hints: Vec<String>,
    /// The mistakes of the scenario.
    mistakes: Vec<Mistake>,
}

/// One mistake.
#[derive(Debug, Serialize)]
struct Mistake {
    code: String,
    /// The changed key that it stands at, if it does.
    key: Option<String>,
    message: String,
    help: String,
    /// The rule of the handbook that forbids it, which a scenario can allow.
    rule: Option<String>,
}

impl Problem {
    /// An error for the page.
    #[must_use]
    pub fn of(error: &AppError) -> Self {
        let mistakes = error.diagnostics.iter();
        let mistakes = mistakes.filter(|one| one.severity == Severity::Error);
        Self {
            error: error.message.clone(),
            hints: error.hints.clone(),
            mistakes: mistakes.map(mistake).collect(),
        }
    }
}

fn mistake(one: &Diagnostic) -> Mistake {
    Mistake {
        code: one.code.clone(),
        key: one.file.strip_prefix(OVERRIDE).map(str::to_owned),
        message: one.message.clone(),
        help: one.help.clone(),
        rule: one.rule.clone(),
    }
}
