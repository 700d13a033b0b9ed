//! The runbook as a page to print.

use askama::Template;

use super::RunbookDocument;
use crate::error::ReportError;
use crate::visible;

#[derive(Template)]
#[template(path = "runbook.html")]
struct RunbookPage<'a> {
    document: &'a RunbookDocument,
    calling_off: Vec<String>,
}

/// Returns the page.
///
/// # Errors
/// When the template cannot be filled in, which is a defect.
pub fn page(document: &RunbookDocument) -> Result<String, ReportError> {
    let page = RunbookPage {
        document,
        calling_off: document.calling_off(),
    };
    visible::page(&page)
}
