//! Prints the JSON Schema of the result document, or with the argument `diagnostics` that of
//! diagnostics.

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("diagnostics") => print!("{}", poolproof_reports::diagnostics_schema()),
        _ => print!("{}", poolproof_reports::schema()),
    }
}
