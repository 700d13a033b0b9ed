//! The promise of typed results: models and engines know names and numbers, and no sentence. And
//! the promise of plain English: no phrase of the private dialect in what people read.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

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

/// What readers stumbled over, in lower case. A phrase that they stumble over next is added here.
const FORBIDDEN: [&str; 23] = [
    "of these at most",
    "doubtful in this scenario",
    "what has to come together",
    "where the outage comes from",
    "how far this goes",
    "how to make this again",
    "how often a year is worse",
    "no difference to see",
    "nobody believes its trigger",
    "laid aside",
    "passed over",
    "passes over",
    "by mistake done",
    "each 15 min",
    "each 15min",
    "in no time",
    "not a key here",
    "known keys here",
    "whoever",
    "nobody's",
    "tell what can go wrong",
    "draw stored results again",
    "the most steps from the start",
];

/// Files below a directory that end in one of some ways.
fn read_by_people(directory: &Path, endings: &[&str], into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            read_by_people(&path, endings, into);
        } else if path
            .extension()
            .is_some_and(|one| endings.iter().any(|end| one == *end))
        {
            into.push(path);
        }
    }
}

/// Documents, templates of pages and of scenarios, gallery, and in the sources the help texts, the
/// diagnostics, the words of steps, tables and charts: all before a file's tests.
#[test]
fn no_phrase_of_the_old_dialect_is_left() {
    let mut files: Vec<PathBuf> = vec!["README.md".into(), "CHANGELOG.md".into()];
    for (directory, endings) in [
        ("docs", &["md"][..]),
        ("src", &["rs", "md", "html", "js"][..]),
        ("reports/src", &["rs"][..]),
        ("reports/templates", &["html", "css", "js"][..]),
        ("reports/gallery", &["html", "md"][..]),
        ("scenarios/templates", &["toml"][..]),
        ("scenarios/runbooks", &["toml"][..]),
    ] {
        read_by_people(Path::new(directory), endings, &mut files);
    }
    let mut found = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).expect("a text").to_lowercase();
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        // A phrase may run over the end of a line.
        let words: Vec<&str> = text.split_whitespace().collect();
        let text = words.join(" ");
        let phrases = FORBIDDEN.iter().filter(|phrase| text.contains(**phrase));
        found.extend(phrases.map(|phrase| format!("{}: {phrase}", file.display())));
    }
    assert!(
        found.is_empty(),
        "say it plainly:\n  {}",
        found.join("\n  ")
    );
}
