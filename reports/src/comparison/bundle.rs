//! All files of a comparison, as names and bytes.

use super::{ComparisonDocument, markdown, page};
use crate::chart::forest::Forest;
use crate::chart::{overlay, picture};
use crate::error::ReportError;
use crate::visible;

/// The document as indented JSON.
///
/// # Errors
/// When the document holds a number that is not finite where one is required.
pub fn json(document: &ComparisonDocument) -> Result<String, ReportError> {
    crate::json::pretty(document)
}

/// One line per figure and scenario; times in milliseconds.
///
/// # Errors
/// When the library that writes it fails.
pub fn csv(document: &ComparisonDocument) -> Result<String, ReportError> {
    let failed = |error: ::csv::Error| ReportError::Csv(error.to_string());
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    writer
        .write_record([
            "figure",
            "unit",
            "scenario",
            "value",
            "low",
            "high",
            "n",
            "difference",
            "difference_low",
            "difference_high",
            "difference_method",
        ])
        .map_err(failed)?;
    let number = crate::csv::number;
    for row in &document.figures {
        for (index, value) in row.values.iter().enumerate() {
            let unit = crate::csv::word(&row.unit)?;
            let difference = index.checked_sub(1).and_then(|at| row.differences.get(at));
            let part = |pick: fn(&crate::document::Estimate) -> Option<f64>| {
                number(difference.and_then(|one| pick(&one.estimate)))
            };
            let method = match difference {
                Some(one) => crate::csv::word(&one.estimate.method)?,
                None => String::new(),
            };
            writer
                .write_record([
                    row.figure.name(),
                    unit,
                    document.scenarios[index].label.clone(),
                    number(value.value),
                    number(value.low),
                    number(value.high),
                    value.n.to_string(),
                    part(|one| one.value),
                    part(|one| one.low),
                    part(|one| one.high),
                    method,
                ])
                .map_err(failed)?;
        }
    }
    crate::csv::finish(writer)
}

/// Returns the files of a comparison: relative path, with `/` on every platform, and content.
///
/// # Errors
/// When a renderer fails, which is a defect.
pub fn render(document: &ComparisonDocument) -> Result<Vec<(String, Vec<u8>)>, ReportError> {
    let mut files = vec![
        ("comparison.json".to_owned(), json(document)?.into_bytes()),
        ("comparison.csv".to_owned(), csv(document)?.into_bytes()),
        (
            "comparison.md".to_owned(),
            visible::text(markdown(document)).into_bytes(),
        ),
        ("index.html".to_owned(), page(document)?.into_bytes()),
    ];
    files.extend(picture::files(&Forest(document))?);
    for chart in overlay::charts(document) {
        files.extend(picture::files(&chart)?);
    }
    Ok(files)
}
