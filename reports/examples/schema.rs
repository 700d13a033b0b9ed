//! Prints the JSON Schema of the result document, or with the argument `diagnostics`, `cuts` or
//! `trace` that of diagnostics, of cut sets or of traces.

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("diagnostics") => print!("{}", poolproof_reports::diagnostics_schema()),
        Some("cuts") => print!("{}", poolproof_reports::cuts_schema()),
        Some("trace") => print!("{}", poolproof_reports::trace_schema()),
        _ => print!("{}", poolproof_reports::schema()),
    }
}
