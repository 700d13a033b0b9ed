//! Why the application gives no result.

use std::fmt;

use crate::scenario::LoadError;
use crate::scenario::diagnostic::{Diagnostic, Severity};

/// Whose turn it is after an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The request contradicts itself or asks for what does not exist.
    Request,
    /// A scenario, a trace, a manifest or another input is missing, unreadable or invalid.
    Input,
    /// The answer to the question is no: there is nothing to explain, for example.
    Differs,
    /// A limit was reached before an answer.
    Undecided,
    /// A replay differs from its record.
    NotDeterministic,
    /// Storing a result failed.
    Storage,
    /// The caller ended the work, and nothing of it can be used.
    Cancelled,
    /// A defect in poolproof.
    Defect,
}

/// Why a request has no result, or what went wrong beside one.
#[derive(Debug, Clone, PartialEq)]
pub struct AppError {
    /// Whose turn it is.
    pub kind: ErrorKind,
    /// What is wrong, without a full stop; empty where the diagnostics say it.
    pub message: String,
    /// What to do about it, one sentence each.
    pub hints: Vec<String>,
    /// The errors and warnings of the scenario files that were read.
    pub diagnostics: Vec<Diagnostic>,
}

impl AppError {
    /// An error of a kind, with its message.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            hints: Vec::new(),
            diagnostics: Vec::new(),
        }
    }

    /// An input that cannot be used.
    pub fn input(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Input, message)
    }

    /// A request that cannot be met.
    pub fn request(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Request, message)
    }

    /// A defect of this program: what was to be drawn or written, and the error.
    pub fn defect(error: impl fmt::Display) -> Self {
        Self::new(ErrorKind::Defect, format!("a defect in poolproof: {error}"))
    }

    /// The same error with another hint.
    #[must_use]
    pub fn hinted(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

impl From<LoadError> for AppError {
    fn from(error: LoadError) -> Self {
        Self {
            diagnostics: error.diagnostics,
            ..Self::input("")
        }
    }
}

impl fmt::Display for AppError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let errors = self.diagnostics.iter();
        let errors = errors.filter(|one| one.severity == Severity::Error);
        let listed = errors.map(|one| one.message.as_str());
        let said = Some(self.message.as_str()).filter(|message| !message.is_empty());
        let lines: Vec<&str> = said.into_iter().chain(listed).collect();
        f.write_str(&lines.join("; "))
    }
}

impl std::error::Error for AppError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_shows_its_message_or_those_of_its_diagnostics() {
        let plain = AppError::request("no such fault").hinted("name another");
        assert_eq!(plain.to_string(), "no such fault");
        let loaded = crate::scenario::load_from(&crate::scenario::FileSystem, "none.toml", &[]);
        let error = AppError::from(loaded.expect_err("there is no such file"));
        assert_eq!(error.kind, ErrorKind::Input);
        assert!(error.to_string().contains("none.toml"), "{error}");
    }
}
