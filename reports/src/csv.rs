//! `incidents.csv`: one line per incident, for the reader's own analysis.
//!
//! The names of the columns are part of the format, so they are written even when there was no
//! incident.

use crate::document::Incident;
use crate::error::ReportError;

/// The columns of `incidents.csv`, in order.
pub const COLUMNS: [&str; 11] = [
    "trial",
    "start_ms",
    "end_ms",
    "cause",
    "detect_ms",
    "decide_ms",
    "act_ms",
    "recover_ms",
    "reconnect_ms",
    "data_lost_ms",
    "messages_lost",
];

/// Returns the text of `incidents.csv`; an incident without an end has an empty `end_ms`.
///
/// # Errors
/// Never for an incident as it is; the signature leaves room for the writer's errors.
pub fn incidents(incidents: &[Incident]) -> Result<String, ReportError> {
    let failed = |error: ::csv::Error| ReportError::Csv(error.to_string());
    let mut writer = ::csv::WriterBuilder::new()
        .has_headers(false)
        .from_writer(Vec::new());
    writer.write_record(COLUMNS).map_err(failed)?;
    for incident in incidents {
        writer.serialize(incident).map_err(failed)?;
    }
    let bytes = writer
        .into_inner()
        .map_err(|error| ReportError::Csv(error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| ReportError::Csv(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_can_be_read() {
        let written = crate::sample::incidents();
        let text = incidents(&written).expect("the sample can be written");
        let mut reader = ::csv::Reader::from_reader(text.as_bytes());
        let read: Vec<Incident> = reader
            .deserialize()
            .collect::<Result<_, _>>()
            .expect("the header names the fields");
        assert_eq!(read, written);
    }

    #[test]
    fn the_header_stands_alone() {
        let text = incidents(&[]).expect("nothing can be written");
        assert_eq!(text, format!("{}\n", COLUMNS.join(",")));
    }
}
