//! The promise about stored documents of unknown origin: whatever stands in one, it is refused or
//! drawn, without a panic.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use poolproof_reports::document::ResultDocument;
use poolproof_reports::entry::Entry;
use poolproof_reports::{csv, github, html, json, junit, markdown, sarif, table};
use serde_json::{Value, json};

use crate::sample;

/// A document with something of everything.
fn full() -> Value {
    let mut document = sample::unexpected();
    let check = document.checks.first_mut().expect("the sample is checked");
    check.verdicts[1].counterexample = Some(sample::counterexample_with_state());
    check.goals[0].witness = Some(sample::counterexample());
    serde_json::to_value(document).expect("the sample can be written")
}

/// The pointer of every value; of a list only its first element, as the others are of the same
/// kind.
fn places(value: &Value, pointer: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (key, inner) in fields {
                places(inner, &format!("{pointer}/{key}"), found);
            }
        }
        Value::Array(elements) => {
            found.insert(pointer.to_owned());
            if let Some(first) = elements.first() {
                places(first, &format!("{pointer}/0"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            found.insert(pointer.to_owned());
        }
    }
}

/// Draws a document in every form.
fn draw(document: &ResultDocument) {
    let entry = [Entry::Result {
        path: "a.toml".to_owned(),
        document: document.clone(),
    }];
    let _ = json::run(&entry, false);
    let _ = table::text(document);
    let _ = markdown::text(document);
    let _ = csv::figures([document]);
    let _ = junit::text(&entry);
    let _ = sarif::text(&entry, "0.0.0");
    let _ = github::text(&entry[0]);
    // With every chart.
    let _ = html::page(document);
}

#[test]
fn no_value_of_a_stored_result_ends_in_a_panic() {
    let whole = full();
    let mut pointers = BTreeSet::new();
    places(&whole, "", &mut pointers);
    assert!(pointers.len() > 200, "{} values", pointers.len());
    let hostile = [
        json!(0),
        json!(u64::MAX),
        json!(-1e308),
        json!("\u{1}\u{ffff}</script>\n\u{1b}[31m"),
        json!([]),
    ];
    let mut accepted = 0;
    let mut failures = Vec::new();
    for pointer in &pointers {
        for value in &hostile {
            let mut forged = whole.clone();
            *forged.pointer_mut(pointer).expect("a place of it") = value.clone();
            let Ok(document) = ResultDocument::parse(&forged.to_string()) else {
                continue;
            };
            accepted += 1;
            if catch_unwind(AssertUnwindSafe(|| draw(&document))).is_err() {
                failures.push(format!("{pointer} = {value}"));
            }
        }
    }
    assert!(accepted > 200, "{accepted} documents");
    assert!(failures.is_empty(), "{failures:#?}");
}
