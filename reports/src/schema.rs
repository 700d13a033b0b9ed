//! The JSON Schemas of the documents, made from the types that write them.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

use crate::diagnostics::Diagnostics;
use crate::document::{CutSets, ResultDocument};
use crate::trace::Trace;

/// Returns the schema of `result.json` in its current version, as indented JSON.
///
/// It describes what is written: every field that is always there is required.
pub fn schema() -> String {
    schema_of::<ResultDocument>()
}

/// Returns the schema of what `validate --format json` prints for a file, as indented JSON.
pub fn diagnostics_schema() -> String {
    schema_of::<Diagnostics>()
}

/// Returns the schema of cut sets in its current version, as indented JSON.
pub fn cuts_schema() -> String {
    schema_of::<CutSets>()
}

/// Returns the schema of `traces/*.json` in its current version, as indented JSON.
pub fn trace_schema() -> String {
    schema_of::<Trace>()
}

/// Returns the schema of any document of this crate, as indented JSON.
pub fn schema_of<T: JsonSchema>() -> String {
    let generator = SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator();
    let mut schema = generator.into_root_schema_for::<T>().to_value();
    // `poolproof/result/v2`, which every document names.
    let name = schema.pointer("/properties/schema/const");
    if let Some(name) = name
        .and_then(Value::as_str)
        .map(|name| name.replace('/', ":"))
    {
        schema["$id"] = Value::String(format!("urn:{name}"));
    }
    let mut text = format!("{:#}", sorted(schema));
    text.push('\n');
    text
}

/// Sorts the keys, which a feature of the JSON library may otherwise keep as they come.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<(String, Value)> = map.into_iter().collect();
            entries.sort_by(|left, right| left.0.cmp(&right.0));
            let entries = entries.into_iter().map(|(key, value)| (key, sorted(value)));
            Value::Object(entries.collect::<Map<_, _>>())
        }
        Value::Array(values) => Value::Array(values.into_iter().map(sorted).collect()),
        other => other,
    }
}
