//! What the formats for machines promise: they fit the schemas that others read them by.

use jsonschema::Validator;
use poolproof_reports::document::ResultDocument;
use poolproof_reports::github;
use poolproof_reports::json;
use poolproof_reports::junit;
use poolproof_reports::markdown;
use poolproof_reports::sample;
use poolproof_reports::sarif;
use poolproof_reports::schema;
use serde_json::Value;
use serde_json::json;

const SARIF_SCHEMA: &str = include_str!("schemas/sarif-schema-2.1.0.json");
const RESULT_SCHEMA: &str = include_str!("../schema/result-v1.schema.json");

fn documents() -> Vec<ResultDocument> {
    let mut drawn = sample::document();
    let check = drawn.check.as_mut().expect("the sample is checked");
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
    // To write it anew: cargo run -p poolproof-reports --example schema > FILE
    assert!(
        schema() == RESULT_SCHEMA,
        "reports/schema/result-v1.schema.json differs from the types; write it anew"
    );
}

#[test]
fn the_published_schema_is_a_schema() {
    assert!(jsonschema::meta::is_valid(&parsed(RESULT_SCHEMA)));
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
        spoiled("/schema", json!("poolproof/result/v2")),
        spoiled("/identity/seed", json!(-1)),
        spoiled("/check/verdicts/0/status", json!("maybe")),
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
        let text = sarif::text(&[(document, "scenarios/a b.toml")]).expect("written");
        assert_fits(&validator, &parsed(&text));
    }
    let all: Vec<_> = documents.iter().map(|one| (one, "x.toml")).collect();
    let log = parsed(&sarif::text(&all).expect("written"));
    assert_fits(&validator, &log);
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array();
    assert_eq!(rules.map(Vec::len), Some(5), "each rule once");
    for result in log["runs"][0]["results"].as_array().expect("results") {
        let index = result["ruleIndex"].as_u64().expect("an index") as usize;
        assert_eq!(rules.expect("rules")[index]["id"], result["ruleId"]);
    }
    assert_fits(&validator, &parsed(&sarif::text(&[]).expect("written")));
}

#[test]
fn the_same_document_gives_the_same_text() {
    for document in documents() {
        let path = "scenarios/sample.toml";
        assert_eq!(markdown::text(&document), markdown::text(&document));
        assert_eq!(github::text(&document, path), github::text(&document, path));
        let xml = || junit::text(&[&document]).expect("written");
        assert_eq!(xml(), xml());
        let log = || sarif::text(&[(&document, path)]).expect("written");
        assert_eq!(log(), log());
    }
}
