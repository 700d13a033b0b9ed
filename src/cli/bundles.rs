//! One result document as a directory of files, and what is said below its table.

use std::path::Path;

use poolproof_reports::document::{Incident, ResultDocument};
use poolproof_reports::{bundle, json};

use super::output;
use crate::exit::Exit;

/// Writes a document below `out`, if that is given; gives the document as it is stored, what
/// people read below its table, and what went wrong.
pub fn write(
    document: ResultDocument,
    incidents: &[Incident],
    out: Option<&Path>,
) -> (ResultDocument, String, Exit) {
    let Some(out) = out else {
        return (document, String::new(), Exit::AsExpected);
    };
    // Drawn from what is stored, so that `report` draws the same bytes again.
    let stored = json::result(&document)
        .map_err(|error| error.to_string())
        .and_then(|text| ResultDocument::parse(&text).map_err(|error| error.to_string()));
    let drawn = stored.and_then(|stored| {
        let files = bundle::render(&stored, incidents).map_err(|error| error.to_string())?;
        Ok((stored, files))
    });
    let (stored, files) = match drawn {
        Ok(drawn) => drawn,
        Err(error) => {
            eprintln!("error: a defect in poolproof: the report cannot be drawn: {error}");
            return (document, String::new(), Exit::Defect);
        }
    };
    let directory = output::directory(out, &stored.identity.scenario_name);
    match output::write_bundle(&directory, &files) {
        Ok(()) => {
            let note = format!("\nreport: {}\n", directory.join("index.html").display());
            (stored, note, Exit::AsExpected)
        }
        Err(failed) => (stored, String::new(), failed),
    }
}
