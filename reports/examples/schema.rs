//! Prints the JSON Schema of the result document.

fn main() {
    print!("{}", poolproof_reports::schema());
}
