//! Several scenarios side by side in words: advice, a comparison or a sweep, as a page shows it
//! while it grows. Every word is made here, so that a page only places it.

use serde::Serialize;

use crate::chart::picture::{self, Picture};
use crate::error::ReportError;

/// What was found, in a short text with its table.
#[derive(Clone, Debug, Serialize)]
pub struct Evidence {
    /// What it is.
    pub title: String,
    /// What was run, in one line.
    pub provenance: String,
    /// The answer, in sentences.
    pub answer: Vec<String>,
    /// What the rows are.
    pub row_head: &'static str,
    /// The heads of the columns.
    pub heads: Vec<String>,
    /// A row for each scenario.
    pub rows: Vec<EvidenceRow>,
    /// What else is to be said, under headings.
    pub notes: Vec<EvidenceNote>,
    /// The pictures: path below the results, and what it shows.
    pub charts: Vec<(String, &'static str)>,
    /// The command that makes it again.
    pub command: String,
}

/// A scenario.
#[derive(Clone, Debug, Serialize)]
pub struct EvidenceRow {
    /// What it is called.
    pub name: String,
    /// What it is.
    pub about: String,
    /// Whether it stands out: on the Pareto front.
    pub is_marked: bool,
    /// A cell for each head.
    pub cells: Vec<EvidenceCell>,
}

/// A value.
#[derive(Clone, Debug, Serialize)]
pub struct EvidenceCell {
    /// The value.
    pub words: String,
    /// Its interval, or what it differs by; may be empty.
    pub note: String,
}

/// Sentences under a heading.
#[derive(Clone, Debug, Serialize)]
pub struct EvidenceNote {
    /// The heading.
    pub title: String,
    /// The sentences.
    pub lines: Vec<String>,
}

impl EvidenceCell {
    /// A value with what stands below it.
    pub(crate) fn of(words: impl Into<String>, note: impl Into<String>) -> Self {
        Self {
            words: words.into(),
            note: note.into(),
        }
    }
}

/// Where a picture stands among the files of a page, and what it shows.
pub(crate) fn listed(chart: &impl Picture) -> (String, &'static str) {
    (format!("narrow/{}.svg", chart.name()), chart.title())
}

/// A picture as a file of a page, which has a column for it.
pub(crate) fn drawn(chart: &impl Picture) -> Result<(String, Vec<u8>), ReportError> {
    let (path, _) = listed(chart);
    Ok((path, picture::svg_narrow(chart)?.into_bytes()))
}
