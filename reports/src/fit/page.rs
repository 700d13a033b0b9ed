//! The fit as one page that needs nothing else.

use askama::Template;

use super::FitDocument;
use super::charts::charts;
use crate::chart::picture;
use crate::chart::picture::Drawn;
use crate::error::ReportError;
use crate::visible;

#[derive(Template)]
#[template(path = "fit.html")]
struct FitPage<'a> {
    document: &'a FitDocument,
    summary: String,
    rows: Vec<FitRow<'a>>,
    charts: Vec<Drawn>,
}

struct FitRow<'a> {
    key: &'a str,
    title: &'a str,
    value: &'a str,
    decision: String,
    estimate: String,
    seen: String,
    from: String,
    notes: &'a [String],
}

/// Returns the page of a fit.
///
/// # Errors
/// When a chart cannot be drawn or the template cannot be filled in: both are defects.
pub fn page(document: &FitDocument) -> Result<String, ReportError> {
    let rows = document.values.iter().map(|value| FitRow {
        key: &value.key,
        title: &value.title,
        value: value.written.as_ref().unwrap_or(&value.prior),
        decision: value.decision_words(),
        estimate: value.estimate_words(),
        seen: value.seen_words(),
        from: value.from.join(", "),
        notes: &value.notes,
    });
    let page = FitPage {
        document,
        summary: document.summary(),
        rows: rows.collect(),
        charts: charts(document)
            .iter()
            .map(picture::drawn)
            .collect::<Result<_, _>>()?,
    };
    visible::page(&page)
}
