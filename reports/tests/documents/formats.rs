//! What the formats for machines promise: they fit the schemas that others read them by.

use jsonschema::Validator;
use poolproof_reports::comparison::ComparisonDocument;
use poolproof_reports::diagnostics::Diagnostics;
use poolproof_reports::document::ResultDocument;
use poolproof_reports::entry::Entry;
use poolproof_reports::fit::FitDocument;
use poolproof_reports::sweep::SweepDocument;
use poolproof_reports::{
    bundle, cuts_schema, diagnostics_schema, github, json, junit, markdown, sarif, schema,
    schema_of, trace_schema,
};
use serde_json::{Value, json};

use crate::sample;

const SARIF_SCHEMA: &str = include_str!("schemas/sarif-schema-2.1.0.json");
const TRACE_SCHEMA: &str = include_str!("../../schema/trace-v2.schema.json");
const RESULT_SCHEMA: &str = include_str!("../../schema/result-v2.schema.json");
const DIAGNOSTICS_SCHEMA: &str = include_str!("../../schema/diagnostics-v1.schema.json");

fn documents() -> Vec<ResultDocument> {
    let mut drawn = sample::document();
    let check = drawn.checks.first_mut().expect("the sample is checked");
    check.verdicts[1].counterexample = Some(sample::counterexample_with_state());
    check.goals[0].witness = Some(sample::counterexample());
    vec![
        sample::document(),
        sample::unexpected(),
        sample::quiet(),
        sample::empty(),
        drawn,
    ]
}

fn entry(document: &ResultDocument) -> Entry {
    Entry::Result {
        path: "scenarios/a b.toml".to_owned(),
        document: document.clone(),
    }
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

fn validator(schema: &Value) -> Validator {
    jsonschema::options()
        .should_validate_formats(true)
        .build(schema)
        .expect("a schema without outside references")
}

/// Returns the published schema without a pattern that is no regular expression by the letter: a
/// bracket closes that was never opened. It is about a field that is not written here.
fn sarif_schema() -> Value {
    let mut schema = parsed(SARIF_SCHEMA);
    for owner in ["run", "toolComponent"] {
        let pointer = format!("/definitions/{owner}/properties/language");
        let language = schema.pointer_mut(&pointer).and_then(Value::as_object_mut);
        assert!(language.is_some_and(|field| field.remove("pattern").is_some()));
    }
    schema
}

fn assert_fits(validator: &Validator, instance: &Value) {
    let errors: Vec<String> = validator
        .iter_errors(instance)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn the_published_schema_is_that_of_the_types() {
    for (name, made) in [
        ("result-v2", schema()),
        ("diagnostics-v1", diagnostics_schema()),
        ("trace-v2", trace_schema()),
        ("cuts-v2", cuts_schema()),
        ("comparison-v2", schema_of::<ComparisonDocument>()),
        ("sweep-v2", schema_of::<SweepDocument>()),
        ("fit-v1", schema_of::<FitDocument>()),
    ] {
        let path = format!("{}/schema/{name}.schema.json", env!("CARGO_MANIFEST_DIR"));
        if std::env::var_os("POOLPROOF_UPDATE").is_some() {
            std::fs::write(&path, &made).expect("written");
        }
        let published = std::fs::read_to_string(&path).expect("read");
        assert!(
            made == published,
            "{path} differs from the types: POOLPROOF_UPDATE=1 cargo test published_schema"
        );
    }
}

#[test]
fn traces_fit_the_published_schema() {
    let schema = parsed(TRACE_SCHEMA);
    assert!(jsonschema::meta::is_valid(&schema));
    let validator = validator(&schema);
    let mut written = 0;
    for document in documents() {
        for trace in bundle::traces(&document) {
            assert_fits(&validator, &parsed(&json::trace(&trace).expect("written")));
            written += 1;
        }
    }
    assert!(written >= 2);
    let foreign = json!({ "schema": "poolproof/result/v2" });
    assert!(!validator.is_valid(&foreign));
}

#[test]
fn the_published_schema_is_a_schema() {
    assert!(jsonschema::meta::is_valid(&parsed(RESULT_SCHEMA)));
    assert!(jsonschema::meta::is_valid(&parsed(DIAGNOSTICS_SCHEMA)));
}

#[test]
fn results_fit_the_published_schema() {
    let validator = validator(&parsed(RESULT_SCHEMA));
    for document in documents() {
        let text = json::result(&document).expect("written");
        assert_fits(&validator, &parsed(&text));
    }
}

#[test]
fn the_published_schema_refuses_what_the_reader_refuses() {
    let validator = validator(&parsed(RESULT_SCHEMA));
    let text = json::result(&sample::document()).expect("written");
    let spoiled = |pointer: &str, value: Value| {
        let mut document = parsed(&text);
        *document.pointer_mut(pointer).expect("a field") = value;
        document
    };
    for document in [
        spoiled("/schema", json!("poolproof/result/v3")),
        spoiled("/identity/seed", json!(-1)),
        spoiled("/checks/0/verdicts/0/status", json!("maybe")),
        spoiled("/simulation/availability/low", json!("much")),
        spoiled(
            "/scenario/sites/0",
            json!({"name": "DC1", "nodes": [], "more": 1}),
        ),
    ] {
        assert!(!validator.is_valid(&document));
        assert!(ResultDocument::parse(&document.to_string()).is_err());
    }
}

#[test]
fn a_result_from_before_the_states_can_be_read() {
    let text = json::result(&sample::document()).expect("written");
    assert!(!text.contains("\"state\""), "an empty state is left out");
    assert!(ResultDocument::parse(&text).is_ok());
}

#[test]
fn sarif_fits_its_schema() {
    let validator = validator(&sarif_schema());
    let documents = documents();
    for document in &documents {
        let text = sarif::text(&[entry(document)], "0.1.0").expect("written");
        assert_fits(&validator, &parsed(&text));
    }
    let mut all: Vec<_> = documents.iter().map(entry).collect();
    all.push(sample::refused());
    let log = parsed(&sarif::text(&all, "0.1.0").expect("written"));
    assert_fits(&validator, &log);
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array();
    assert_eq!(rules.map(Vec::len), Some(8), "each rule once");
    for result in log["runs"][0]["results"].as_array().expect("results") {
        let index = result["ruleIndex"].as_u64().expect("an index") as usize;
        assert_eq!(rules.expect("rules")[index]["id"], result["ruleId"]);
    }
    assert_fits(
        &validator,
        &parsed(&sarif::text(&[], "0.1.0").expect("written")),
    );
}

#[test]
fn the_same_document_gives_the_same_text() {
    for document in documents() {
        let entries = [entry(&document), sample::refused()];
        assert_eq!(markdown::run(&entries), markdown::run(&entries));
        assert_eq!(github::text(&entries[0]), github::text(&entries[0]));
        let xml = || junit::text(&entries).expect("written");
        assert_eq!(xml(), xml());
        let log = || sarif::text(&entries, "0.1.0").expect("written");
        assert_eq!(log(), log());
    }
}

#[test]
fn a_run_over_several_files_is_one_json_text_with_every_file() {
    let result = validator(&parsed(RESULT_SCHEMA));
    let diagnostics = validator(&parsed(DIAGNOSTICS_SCHEMA));
    let one = json::run(&[entry(&sample::document())], false).expect("written");
    assert_eq!(one, json::result(&sample::document()).expect("written"));
    let refused = parsed(&json::run(&[sample::refused()], false).expect("written"));
    assert_fits(&diagnostics, &refused);
    let read: Diagnostics = serde_json::from_value(refused).expect("diagnostics");
    assert!(!read.valid);

    let entries = [
        entry(&sample::unexpected()),
        sample::refused(),
        entry(&sample::empty()),
    ];
    let several = parsed(&json::run(&entries, true).expect("written"));
    let several = several.as_array().expect("an array");
    assert_eq!(several.len(), 3);
    assert_fits(&result, &several[0]);
    assert_fits(&diagnostics, &several[1]);
    assert_fits(&result, &several[2]);
    let first = parsed(&json::run(&entries[..1], true).expect("written"));
    assert_eq!(
        first.as_array().map(Vec::len),
        Some(1),
        "the rest was interrupted"
    );
    assert!(!result.is_valid(&several[1]) && !diagnostics.is_valid(&several[0]));
}
