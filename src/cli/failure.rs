//! Why a command gives no result, or what went wrong beside one: said in one form, in one place.

use std::sync::Arc;

use poolproof_reports::visible;

use super::exit::Exit;
use super::terminal;
use crate::app::{AppError, ErrorKind};
use crate::scenario::LoadError;
use crate::scenario::diagnostic::{self, Diagnostic, Place};

/// What a command comes to.
pub type CommandResult = Result<Exit, Failure>;

/// Why a command failed.
#[derive(Debug)]
pub struct Failure {
    /// The exit code.
    pub exit: Exit,
    /// What is wrong, without a full stop; empty where the diagnostics say it.
    pub error: String,
    /// What to do about it.
    pub hints: Vec<String>,
    /// The diagnostics of scenario files.
    pub diagnostics: Vec<Diagnostic>,
    /// The command that tries it again.
    pub again: Option<String>,
}

impl Failure {
    /// A failure with this exit code and message.
    pub fn new(exit: Exit, error: impl Into<String>) -> Self {
        Self {
            exit,
            error: error.into(),
            hints: Vec::new(),
            diagnostics: Vec::new(),
            again: None,
        }
    }

    /// An input that cannot be used.
    pub fn input(error: impl Into<String>) -> Self {
        Self::new(Exit::Input, error)
    }

    /// A command line that contradicts itself.
    pub fn usage(error: impl Into<String>) -> Self {
        Self::new(Exit::Usage, error)
    }

    /// A file or a stream that cannot be written.
    pub fn output(error: impl Into<String>) -> Self {
        Self::new(Exit::Output, error)
    }

    /// A defect of this program.
    pub fn defect(error: impl std::fmt::Display) -> Self {
        AppError::defect(error).into()
    }

    /// The same with another hint.
    pub fn hinted(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// The same with the command that tries it again.
    pub fn again(mut self, command: impl ToString) -> Self {
        self.again = Some(command.to_string());
        self
    }

    /// Says it on stderr, and gives its exit code.
    pub fn report(self) -> Exit {
        if !self.diagnostics.is_empty() {
            let shown: Vec<_> = self.diagnostics.iter().map(shown).collect();
            terminal::say_in_colour(&diagnostic::render(&shown, terminal::colour()));
        }
        if !self.error.is_empty() {
            terminal::say(&format!("error: {}", self.error));
        }
        for hint in &self.hints {
            terminal::say(&format!("help: {hint}"));
        }
        if let Some(command) = &self.again {
            terminal::say_reproduction(command);
        }
        self.exit
    }
}

/// A diagnostic with its control characters made visible. The places in its source stay where they
/// are: what is hidden there gives way to something of the same length.
fn shown(one: &Diagnostic) -> Diagnostic {
    let text = |text: &String| visible::text(text.clone());
    let place = one.place.as_ref().map(|place| {
        let mut source = (*place.source).clone();
        source.name = visible::line(&source.name);
        source.text = visible::in_place(source.text);
        Place {
            source: Arc::new(source),
            span: place.span.clone(),
        }
    });
    Diagnostic {
        file: visible::line(&one.file),
        excerpt: text(&one.excerpt),
        message: text(&one.message),
        label: text(&one.label),
        help: text(&one.help),
        note: text(&one.note),
        place,
        ..one.clone()
    }
}

/// The exit code for each kind of error.
const fn exit(kind: ErrorKind) -> Exit {
    match kind {
        ErrorKind::Request => Exit::Usage,
        ErrorKind::Input => Exit::Input,
        ErrorKind::Differs => Exit::Differs,
        ErrorKind::Undecided => Exit::Undecided,
        ErrorKind::NotDeterministic => Exit::NotDeterministic,
        ErrorKind::Storage => Exit::Output,
        ErrorKind::Cancelled => Exit::Interrupted,
        ErrorKind::Defect => Exit::Defect,
    }
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        Self {
            exit: exit(error.kind),
            error: error.message,
            hints: error.hints,
            diagnostics: error.diagnostics,
            again: None,
        }
    }
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Self {
        AppError::from(error).into()
    }
}

/// Says a failure where the command goes on after it.
pub trait OrReport {
    /// The exit code, with the failure said.
    fn or_report(self) -> Exit;
}

impl OrReport for CommandResult {
    fn or_report(self) -> Exit {
        self.unwrap_or_else(Failure::report)
    }
}

impl OrReport for Result<(), Failure> {
    fn or_report(self) -> Exit {
        self.map_or_else(Failure::report, |()| Exit::AsExpected)
    }
}
