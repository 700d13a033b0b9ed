//! All files of a sweep, as names and bytes.

use super::charts::charts;
use super::{SweepDocument, markdown, page};
use crate::chart::picture;
use crate::error::ReportError;
use crate::visible;

/// The document as indented JSON.
///
/// # Errors
/// When the document holds a number that is not finite where one is required.
pub fn json(document: &SweepDocument) -> Result<String, ReportError> {
    crate::json::pretty(document)
}

/// One line per point: its values, the figures with their limits, times in milliseconds, cost.
///
/// # Errors
/// When the library that writes it fails.
pub fn csv(document: &SweepDocument) -> Result<String, ReportError> {
    let failed = |error: ::csv::Error| ReportError::Csv(error.to_string());
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    let mut head: Vec<String> = document
        .parameters
        .iter()
        .map(|one| one.path.clone())
        .collect();
    for figure in &document.figures {
        let unit = crate::csv::word(&figure.unit)?;
        for part in ["", ".low", ".high"] {
            head.push(format!("{}{part} ({unit})", figure.figure.name()));
        }
    }
    let costs = [
        "cost_per_year",
        "expected_cost",
        "expected_cost.low",
        "expected_cost.high",
    ];
    head.extend(costs.map(str::to_owned));
    head.extend(["on_front", "verdicts"].map(str::to_owned));
    writer.write_record(&head).map_err(failed)?;
    for point in &document.points {
        let mut line = point.values.clone();
        for estimate in &point.figures {
            line.extend([estimate.value, estimate.low, estimate.high].map(crate::csv::number));
        }
        line.push(crate::csv::number(point.cost_per_year));
        let cost = point.expected_cost.as_ref();
        let ends = cost.map_or([None; 3], |cost| [cost.value, cost.low, cost.high]);
        line.extend(ends.map(crate::csv::number));
        line.push(
            point
                .on_front
                .map_or(String::new(), |front| front.to_string()),
        );
        line.push(point.verdict_words());
        writer.write_record(&line).map_err(failed)?;
    }
    crate::csv::finish(writer)
}

/// Returns the files of a sweep: relative path, with `/` on every platform, and content.
///
/// # Errors
/// When a renderer fails, which is a defect.
pub fn render(document: &SweepDocument) -> Result<Vec<(String, Vec<u8>)>, ReportError> {
    let mut files = vec![
        ("sweep.json".to_owned(), json(document)?.into_bytes()),
        ("sweep.csv".to_owned(), csv(document)?.into_bytes()),
        (
            "sweep.md".to_owned(),
            visible::text(markdown(document)).into_bytes(),
        ),
        ("index.html".to_owned(), page(document)?.into_bytes()),
    ];
    for chart in charts(document) {
        files.extend(picture::files(&chart)?);
    }
    Ok(files)
}
