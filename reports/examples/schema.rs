//! Prints the JSON Schema of a document: `result`, `diagnostics`, `cuts`, `trace`,
//! `comparison`, `sweep` or `advice`.

use poolproof_reports::advice::AdviceDocument;
use poolproof_reports::comparison::ComparisonDocument;
use poolproof_reports::sweep::SweepDocument;
use poolproof_reports::{cuts_schema, diagnostics_schema, schema, schema_of, trace_schema};

fn main() {
    let schema = match std::env::args().nth(1).as_deref() {
        Some("diagnostics") => diagnostics_schema(),
        Some("cuts") => cuts_schema(),
        Some("trace") => trace_schema(),
        Some("comparison") => schema_of::<ComparisonDocument>(),
        Some("advice") => schema_of::<AdviceDocument>(),
        Some("sweep") => schema_of::<SweepDocument>(),
        _ => schema(),
    };
    print!("{schema}");
}
