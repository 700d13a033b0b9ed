//! The documents as text: indented, because people compare them line by line.

use serde::Serialize;

use crate::document::ResultDocument;
use crate::error::ReportError;

/// Returns the text of `result.json`.
///
/// # Errors
/// When the document holds a number that is not finite where one is required.
pub fn result(document: &ResultDocument) -> Result<String, ReportError> {
    pretty(document)
}

/// Returns indented JSON with a newline at the end.
pub(crate) fn pretty(value: &impl Serialize) -> Result<String, ReportError> {
    let mut text = serde_json::to_string_pretty(value)?;
    text.push('\n');
    Ok(text)
}
