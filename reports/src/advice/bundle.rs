//! All files of an advice, as names and bytes.

use askama::Template;

use super::{AdviceDocument, evidence};
use crate::document::Estimate;
use crate::error::ReportError;
use crate::evidence::Evidence;
use crate::visible;

#[derive(Template)]
#[template(path = "advice.html")]
struct AdvicePage<'a> {
    document: &'a AdviceDocument,
    evidence: Evidence,
}

/// The document as indented JSON.
///
/// # Errors
/// When the document holds a number that is not finite where one is required.
pub fn json(document: &AdviceDocument) -> Result<String, ReportError> {
    crate::json::pretty(document)
}

/// One line per candidate: what differs, what is known of it, and its figures with their limits in
/// milliseconds.
///
/// # Errors
/// When the library that writes it fails.
pub fn csv(document: &AdviceDocument) -> Result<String, ReportError> {
    let failed = |error: ::csv::Error| ReportError::Csv(error.to_string());
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    let mut head: Vec<String> = ["candidate", "changes", "status", "cost_per_year"]
        .map(str::to_owned)
        .to_vec();
    for figure in ["outage", "data_lost", "time_to_recover"] {
        head.extend(["", ".low", ".high"].map(|part| format!("{figure}{part} (ms)")));
    }
    head.extend(["trials", "drill_trials", "on_front"].map(str::to_owned));
    writer.write_record(&head).map_err(failed)?;
    for (index, one) in document.candidates.iter().enumerate() {
        let mut line = vec![
            (index + 1).to_string(),
            one.changes.join("; "),
            crate::csv::word(&one.status)?,
            crate::csv::number(one.cost_per_year),
        ];
        let figures = one.figures.as_ref();
        let figures = [
            figures.map(|one| &one.outage_ms),
            figures.map(|one| &one.data_lost_ms),
            figures.map(|one| &one.time_to_recover_ms),
        ];
        for figure in figures {
            let ends: [fn(&Estimate) -> Option<f64>; 3] =
                [|one| one.value, |one| one.low, |one| one.high];
            line.extend(ends.map(|end| crate::csv::number(figure.and_then(end))));
        }
        line.extend([
            one.trials.to_string(),
            one.drill_trials.to_string(),
            one.on_front.to_string(),
        ]);
        writer.write_record(&line).map_err(failed)?;
    }
    crate::csv::finish(writer)
}

/// Returns the page of an advice.
///
/// # Errors
/// When the template cannot be filled in, which is a defect.
pub fn page(document: &AdviceDocument) -> Result<String, ReportError> {
    let page = AdvicePage {
        document,
        evidence: evidence(document),
    };
    visible::page(&page)
}

/// Returns the files of an advice: relative path, with `/` on every platform, and content.
///
/// # Errors
/// When a renderer fails, which is a defect.
pub fn render(document: &AdviceDocument) -> Result<Vec<(String, Vec<u8>)>, ReportError> {
    Ok(vec![
        ("advice.json".to_owned(), json(document)?.into_bytes()),
        ("advice.csv".to_owned(), csv(document)?.into_bytes()),
        ("index.html".to_owned(), page(document)?.into_bytes()),
    ])
}
