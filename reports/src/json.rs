//! The documents as text: indented, because people compare them line by line.

use serde::{Serialize, Serializer};

use crate::document::ResultDocument;
use crate::entry::Entry;
use crate::error::ReportError;
use crate::trace::Trace;
use crate::visible;

/// Returns the text of `result.json`.
///
/// # Errors
/// When the document holds a number that is not finite where one is required.
pub fn result(document: &ResultDocument) -> Result<String, ReportError> {
    pretty(document)
}

/// Returns the text of a run: the document of a single file, or, where `several` were asked for, an
/// array of their documents in their order. The field `schema` says which format each follows.
///
/// # Errors
/// As [`result`].
pub fn run(entries: &[Entry], several: bool) -> Result<String, ReportError> {
    match entries {
        [only] if !several => pretty(only),
        entries => pretty(&entries),
    }
}

impl Serialize for Entry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Result { document, .. } => document.serialize(serializer),
            Self::Input(diagnostics) => diagnostics.serialize(serializer),
        }
    }
}

/// Returns the text of a trace.
///
/// # Errors
/// Never: a trace holds no number that JSON cannot say.
pub fn trace(trace: &Trace) -> Result<String, ReportError> {
    pretty(trace)
}

/// Returns indented JSON with a newline at the end.
pub(crate) fn pretty(value: &impl Serialize) -> Result<String, ReportError> {
    let mut text = serde_json::to_string_pretty(value)?;
    text.push('\n');
    Ok(visible::json(text))
}
