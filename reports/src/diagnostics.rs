//! What is wrong with an input, as a document: the counterpart of the result document for a file
//! that was validated, or refused.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The name and version of the format, the first field of every such document.
pub const SCHEMA: &str = "poolproof/diagnostics/v1";

/// What validation says about one scenario file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "Diagnostics of poolproof, version 1")]
#[serde(deny_unknown_fields)]
pub struct Diagnostics {
    /// [`SCHEMA`].
    #[schemars(description = "The name and version of this format.", extend("const" = SCHEMA))]
    pub schema: String,
    /// The scenario file, as it was named on the command line.
    pub scenario: String,
    /// Whether the file can be used: it has no error, though it may have warnings.
    pub valid: bool,
    /// Errors and warnings, in the order of files and lines.
    pub diagnostics: Vec<Diagnostic>,
}

/// One mistake or doubtful choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Diagnostic {
    /// The stable code: `E` or `W` and four digits.
    pub code: String,
    /// What the code means, whatever the place.
    pub meaning: String,
    /// Whether the input is refused for it.
    pub severity: Severity,
    /// The file it is in, which may be one that the scenario names, or an option of the command
    /// line.
    pub file: String,
    /// The line, from 1; absent where it is about the file as a whole.
    pub line: Option<u64>,
    /// The column, from 1, in characters.
    pub column: Option<u64>,
    /// The line of the file; empty where it is about the file as a whole.
    pub excerpt: String,
    /// What is wrong.
    pub message: String,
    /// What stands under the marked place; may be empty.
    pub label: String,
    /// What would be right; may be empty.
    pub help: String,
    /// What comes of it, and whether results show it; may be empty.
    pub note: String,
    /// The rule of the handbook, such as `V18`.
    pub rule: Option<String>,
    /// The hazards of the handbook that it is about, such as `H-21`.
    pub hazards: Vec<String>,
}

/// How bad it is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The input is refused.
    Error,
    /// The input is used; the choice is doubtful.
    Warning,
}

impl Severity {
    /// Returns the severity in one word.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

impl Diagnostics {
    /// Puts the document of one file together.
    #[must_use]
    pub fn new(scenario: &str, diagnostics: Vec<Diagnostic>) -> Self {
        let refused = diagnostics
            .iter()
            .any(|one| one.severity == Severity::Error);
        Self {
            schema: SCHEMA.to_owned(),
            scenario: scenario.to_owned(),
            valid: !refused,
            diagnostics,
        }
    }
}

impl Diagnostic {
    /// Returns the message, what would be right, and what comes of it, on lines of their own.
    pub(crate) fn said(&self) -> String {
        let mut said = self.message.clone();
        if !self.help.is_empty() {
            said += &format!("\nhelp: {}", self.help);
        }
        if !self.note.is_empty() {
            said += &format!("\nnote: {}", self.note);
        }
        said
    }

    /// Returns the place as `file:line:column`, as far as it is known.
    pub(crate) fn place(&self) -> String {
        match (self.line, self.column) {
            (Some(line), Some(column)) => format!("{}:{line}:{column}", self.file),
            (Some(line), None) => format!("{}:{line}", self.file),
            (None, _) => self.file.clone(),
        }
    }
}
