//! Why a report could not be made. Each is a defect of poolproof: no input should lead here.

/// Why a report could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// The document holds a number that JSON cannot say.
    #[error("the result cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// The incidents could not be written.
    #[error("the incidents cannot be written as CSV: {0}")]
    Csv(String),
    /// The results could not be written as JUnit XML.
    #[error("the results cannot be written as JUnit XML: {0}")]
    Junit(#[from] std::io::Error),
    /// A chart could not be drawn.
    #[error("the chart {chart} cannot be drawn: {reason}")]
    Chart {
        /// The name of the chart.
        chart: &'static str,
        /// What the drawing library says.
        reason: String,
    },
    /// The page could not be filled in.
    #[error("the page cannot be written: {0}")]
    Html(#[from] askama::Error),
}
