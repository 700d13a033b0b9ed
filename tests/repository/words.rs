//! The promise of typed results: models and engines know names and numbers, and no sentence.

use std::collections::BTreeSet;

use crate::debts::assert_only_known;
use crate::source::{parse, rust_files, sentences};

/// The crates whose results are types; words about them are made in `src/explain`.
const WITHOUT_WORDS: [&str; 2] = ["models/src", "engines/src"];

/// Errors of the engines are for developers who call them, and are texts by their nature.
#[test]
fn models_and_engines_have_no_sentence() {
    let mut found = BTreeSet::new();
    for root in WITHOUT_WORDS {
        for file in rust_files(root) {
            for text in sentences(&parse(&file)) {
                found.insert(format!("{}: {text:?}", file.display()));
            }
        }
    }
    assert_only_known("sentences", "a crate without words has a sentence", &found);
}
