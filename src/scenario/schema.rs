//! JSON Schema of scenario and runbook files, made from the catalogue of keys.
//!
//! Editors complete and check by it while a file is written. It knows structure, words and
//! ranges; what depends on several values is the validator's.

use poolproof_models::names::event::FaultClass;
use poolproof_models::names::runbook::{Mistake, Operation};
use serde_json::{Map, Value, json};

use super::keys::{self, Key, Kind};
use super::value::duration_text;
use super::{delay, empirical};

/// Name of the schema of scenario files, beside which `poolproof init` writes it.
pub const SCENARIO_FILE: &str = "scenario-v1.schema.json";

/// Name of the schema of runbook files, written beside the other.
pub const RUNBOOK_FILE: &str = "runbook-v1.schema.json";

/// The schema of scenario files, as text that ends with a line end.
#[must_use]
pub fn of_scenarios() -> String {
    let keys = keys::of_scenarios();
    let mut schema = table(&keys, "");
    let missing = open(required(&keys, ""));
    let whole = json!({ "not": { "required": ["extends"] }, "additionalProperties": true });
    schema.insert("if".to_owned(), whole);
    schema.insert("then".to_owned(), missing);
    finished(schema, "scenario")
}

/// The schema of runbook files, as text that ends with a line end.
#[must_use]
pub fn of_runbooks() -> String {
    let keys = keys::of_runbooks();
    let mut schema = table(&keys, "");
    if let Value::Object(missing) = required(&keys, "") {
        schema.extend(missing);
        // A list of tables without a default: a runbook has steps.
        if let Some(Value::Array(names)) = schema.get_mut("required") {
            names.push(json!("step"));
        }
    }
    finished(schema, "runbook")
}

fn finished(mut schema: Map<String, Value>, of: &str) -> String {
    let draft = "https://json-schema.org/draft/2020-12/schema";
    schema.insert("$schema".to_owned(), json!(draft));
    schema.insert("$id".to_owned(), json!(format!("urn:poolproof:{of}:v1")));
    let title = format!("poolproof {of}, version 1");
    schema.insert("title".to_owned(), json!(title));
    schema.insert("$defs".to_owned(), definitions());
    let mut text = format!("{:#}", sorted(Value::Object(schema)));
    text.push('\n');
    text
}

/// The same with the keys of every object in order, whatever order the map type keeps.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<(String, Value)> = map.into_iter().collect();
            entries.sort_by(|one, other| one.0.cmp(&other.0));
            let entries = entries.into_iter().map(|(key, value)| (key, sorted(value)));
            Value::Object(entries.collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        other => other,
    }
}

/// The keys of one table, with the tables within it.
fn table(keys: &[Key], path: &str) -> Map<String, Value> {
    let within = keys.iter().filter(|key| key.table() == path);
    let properties: Map<String, Value> = within
        .map(|key| (key.name().to_owned(), property(keys, key)))
        .collect();
    let Value::Object(schema) = json!({
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    }) else {
        return Map::new();
    };
    schema
}

/// What must be there where nothing is extended.
fn required(keys: &[Key], path: &str) -> Value {
    let mut names = Vec::new();
    let mut below = Map::new();
    for key in keys.iter().filter(|key| key.table() == path) {
        if key.is_required {
            names.push(json!(key.name()));
        }
        if key.kind == Kind::Table {
            let inner = required(keys, &key.path);
            if inner.get("required").is_some() {
                names.push(json!(key.name()));
                below.insert(key.name().to_owned(), inner);
            }
        }
    }
    let mut schema = Map::new();
    if !names.is_empty() {
        schema.insert("required".to_owned(), Value::Array(names));
    }
    if !below.is_empty() {
        schema.insert("properties".to_owned(), Value::Object(below));
    }
    Value::Object(schema)
}

/// The same where editors are told that the keys stand elsewhere: some take a table in a condition
/// for one that has no other keys.
fn open(mut condition: Value) -> Value {
    let properties = condition.get_mut("properties");
    if let Some(properties) = properties.and_then(Value::as_object_mut) {
        for inner in properties.values_mut() {
            *inner = open(inner.take());
        }
    }
    condition["additionalProperties"] = json!(true);
    condition
}

fn property(keys: &[Key], key: &Key) -> Value {
    let mut schema = match &key.kind {
        Kind::Table => table(keys, &key.path),
        Kind::Tables => {
            let mut item = table(keys, &key.path);
            if let Value::Object(missing) = required(keys, &key.path) {
                item.extend(missing);
            }
            let Value::Object(list) = json!({ "type": "array", "items": item, "minItems": 1 })
            else {
                return Value::Null;
            };
            list
        }
        kind => match shape(kind) {
            Value::Object(schema) => schema,
            other => return other,
        },
    };
    schema.insert("description".to_owned(), json!(description(key)));
    if let Some(default) = key.default.as_deref().and_then(json_of) {
        schema.insert("default".to_owned(), default);
    }
    Value::Object(schema)
}

fn description(key: &Key) -> String {
    let mut text = key.meaning.clone();
    if let Kind::Duration { least, most } | Kind::DurationOrOff { least, most } = key.kind {
        let (least, most) = (duration_text(least), duration_text(most));
        text.push_str(&format!("; from {least} to {most}"));
    }
    if !key.is_modelled {
        text.push_str(". Looked at by the rules of the handbook only, not by the model");
    }
    if let Some((source, grade)) = &key.source {
        text.push_str(&format!(". Default: {source} (grade {})", grade.name()));
    }
    text
}

/// A default as JSON.
fn json_of(default: &str) -> Option<Value> {
    let table: toml::Table = toml::from_str(&format!("value = {default}")).ok()?;
    serde_json::to_value(table.get("value")?).ok()
}

fn shape(kind: &Kind) -> Value {
    match kind {
        Kind::Table | Kind::Tables => json!({}),
        Kind::Text => json!({ "type": "string" }),
        Kind::Value => json!({ "type": ["string", "number", "boolean"] }),
        Kind::Path => json!({ "type": "string", "minLength": 1 }),
        Kind::Name => json!({ "type": "string", "pattern": "^[A-Za-z0-9_][A-Za-z0-9._-]{0,79}$" }),
        Kind::Boolean => json!({ "type": "boolean" }),
        Kind::Integer { least, most } => {
            json!({ "type": "integer", "minimum": least, "maximum": most })
        }
        Kind::Number { above, below } => {
            json!({ "type": "number", "exclusiveMinimum": above, "exclusiveMaximum": below })
        }
        Kind::Within { least, most } => {
            json!({ "type": "number", "minimum": least, "maximum": most })
        }
        Kind::Duration { .. } => json!({ "$ref": "#/$defs/duration" }),
        Kind::DurationOrOff { .. } => {
            json!({ "anyOf": [{ "$ref": "#/$defs/duration" }, { "const": "off" }] })
        }
        Kind::Rate => json!({ "$ref": "#/$defs/rate" }),
        Kind::Distribution => json!({ "$ref": "#/$defs/distribution" }),
        Kind::Words(words) => json!({ "enum": words }),
        Kind::Event => json!({ "type": "string", "pattern": "^[a-z0-9-]+(:.+)?$" }),
        Kind::Objective => json!({ "type": "string", "pattern": "^[^<>]+[.][^<>]+[<>]=?[^<>]+$" }),
        Kind::Figure => json!({ "type": "string", "pattern": "^[^<>.]+[.][^<>]+$" }),
        Kind::Fault => fault(),
        Kind::Modes => json!({ "type": "array", "maxItems": 8, "items": {
            "type": "object",
            "properties": {
                "name": { "type": "string", "description": "a short name for reports" },
                "rate": { "$ref": "#/$defs/rate", "description": "how often it fails" },
                "mtbf": {
                    "$ref": "#/$defs/duration",
                    "description": "in place of rate: mean time between failures while it is up",
                },
                "every": {
                    "$ref": "#/$defs/duration",
                    "description": "planned work instead of failures: how regularly",
                },
                "common_cause": {
                    "type": "number", "minimum": 0, "maximum": 1,
                    "description": "share of failures that takes all of the kind in the site down",
                },
                "destructive": {
                    "type": "number", "minimum": 0, "maximum": 1,
                    "description": "share of failures that destroys what is stored",
                },
                "noticed": {
                    "enum": ["closed", "silent"],
                    "description": "at once, because connections are closed, or after the time-out",
                },
                "repair": {
                    "$ref": "#/$defs/distribution",
                    "description": "how long until it is back",
                },
                "mttr": {
                    "$ref": "#/$defs/duration",
                    "description": "in place of repair: mean of an exponential distribution",
                },
            },
            "allOf": [one_of(&["rate", "mtbf", "every"]), one_of(&["repair", "mttr"])],
            "additionalProperties": false,
        } }),
        Kind::List(item) => json!({ "type": "array", "items": shape(item) }),
    }
}

/// Exactly one of some keys.
fn one_of(keys: &[&str]) -> Value {
    let each = keys.iter().map(|key| json!({ "required": [key] }));
    json!({ "oneOf": each.collect::<Vec<_>>() })
}

fn fault() -> Value {
    let classes = FaultClass::ALL.map(FaultClass::name);
    let mistakes = Mistake::ALL.map(Mistake::name);
    let operations = Operation::ALL.map(Operation::name).join("|");
    let words: Vec<&str> = classes.into_iter().chain(mistakes).collect();
    json!({ "anyOf": [
        { "enum": words },
        { "type": "string", "pattern": format!("^misoperation:({operations})$") },
    ] })
}

const DURATION: &str = "^\\s*([0-9]+([.][0-9]+)?\\s*(ms|milliseconds?|s|sec|seconds?|m|min|minutes?\
     |h|hr|hours?|d|days?|w|weeks?)\\s*)+$";
const RATE: &str = "^\\s*([0-9]+[.]?[0-9]*|[.][0-9]+)\\s*/\\s*(s|sec|second|min|minute|h|hour|d|day\
     |y|year)\\s*$";

fn definitions() -> Value {
    let shapes = |names: &[&str]| -> Map<String, Value> {
        names
            .iter()
            .map(|name| ((*name).to_owned(), distribution(name)))
            .collect()
    };
    let plain: Vec<&str> = delay::SHAPES
        .into_iter()
        .filter(|name| *name != "mixture")
        .collect();
    let mut parts = shapes(&plain);
    let weight = json!({ "type": "number", "exclusiveMinimum": 0, "maximum": 1 });
    parts.insert("weight".to_owned(), weight);
    json!({
        "duration": {
            "type": "string",
            "pattern": DURATION,
            "description": "numbers with units: ms, s, min, h, d or w, as in \"1h 30min\"",
        },
        "rate": {
            "type": "string",
            "pattern": RATE,
            "description": "so many per s, min, h, day or year, as in \"4/year\"",
        },
        "distribution": {
            "description": "a duration, or a table with one distribution of durations",
            "anyOf": [
                { "$ref": "#/$defs/duration" },
                {
                    "type": "object",
                    "properties": shapes(&delay::SHAPES),
                    "additionalProperties": false,
                    "minProperties": 1,
                    "maxProperties": 1,
                },
            ],
        },
        "part": {
            "type": "object",
            "properties": parts,
            "required": ["weight"],
            "additionalProperties": false,
            "minProperties": 2,
            "maxProperties": 2,
        },
    })
}

/// What stands behind the name of a distribution.
fn distribution(name: &str) -> Value {
    let duration = json!({ "$ref": "#/$defs/duration" });
    let pair = |time: &str, other: &str, kind: &Value| {
        json!({
            "type": "object",
            "properties": { time: duration, other: kind },
            "required": [time, other],
            "additionalProperties": false,
        })
    };
    let factor = json!({ "type": "number", "minimum": 0.01, "maximum": 20 });
    let stages = json!({ "type": "integer", "minimum": 1, "maximum": 1000 });
    match name {
        "fixed" | "exponential" => duration,
        "uniform" => {
            json!({ "type": "array", "items": duration, "minItems": 2, "maxItems": 2 })
        }
        "lognormal" => {
            let with_most = |other: &str, kind: &Value| {
                let mut pair = pair("median", other, kind);
                pair["properties"]["most"] = duration.clone();
                pair
            };
            json!({ "anyOf": [with_most("sigma", &factor), with_most("p95", &duration)] })
        }
        "weibull" | "gamma" => pair("mean", "shape", &factor),
        "erlang" => pair("mean", "stages", &stages),
        "empirical" => json!({ "anyOf": [{ "type": "string" }, {
            "type": "object",
            "properties": {
                "file": { "type": "string" },
                "column": { "type": "string" },
                "unit": { "enum": empirical::UNITS },
            },
            "required": ["file"],
            "additionalProperties": false,
        }] }),
        "mixture" => json!({ "type": "array", "items": { "$ref": "#/$defs/part" }, "minItems": 1 }),
        _ => Value::Bool(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_distribution_has_a_schema() {
        for name in delay::SHAPES {
            assert_ne!(distribution(name), Value::Bool(false), "{name}");
        }
    }

    #[test]
    fn every_default_is_in_the_schema() {
        for key in keys::of_scenarios() {
            if let Some(default) = &key.default {
                assert!(json_of(default).is_some(), "{}: {default}", key.path);
            }
        }
    }
}
