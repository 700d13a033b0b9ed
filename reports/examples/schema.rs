//! Prints the JSON Schema of the result document, or with the argument `diagnostics` or `cuts` that
//! of diagnostics or of cut sets.

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("diagnostics") => print!("{}", poolproof_reports::diagnostics_schema()),
        Some("cuts") => print!("{}", poolproof_reports::cuts_schema()),
        _ => print!("{}", poolproof_reports::schema()),
    }
}
