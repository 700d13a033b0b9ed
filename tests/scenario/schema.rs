//! The promise of what is generated: the JSON Schema, the pages of keys, rules and codes in the
//! repository are what the program makes, and the schema agrees with the reader.
//!
//! `POOLPROOF_UPDATE=1 cargo test --test scenario schema::` writes them anew.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use poolproof::scenario::keys::{self, Kind};
use poolproof::scenario::rules::RULES;
use poolproof::scenario::{codes, load, reference, schema};
use serde_json::Value;

use crate::support::scenarios::files;

const SCHEMA: &str = "scenarios/schema/scenario-v1.schema.json";
const RUNBOOK_SCHEMA: &str = "scenarios/schema/runbook-v1.schema.json";
const CODES: &str = "docs/codes";

/// Compares a file of the repository with what is made now.
fn same(path: &str, made: &str) {
    if std::env::var_os("POOLPROOF_UPDATE").is_some() {
        fs::create_dir_all(Path::new(path).parent().unwrap()).unwrap();
        fs::write(path, made).unwrap();
    }
    let stored = fs::read_to_string(path).unwrap_or_default();
    assert!(
        stored == made,
        "{path} is not what the program makes; see the head of tests/scenario/schema.rs"
    );
}

fn validator(text: &str) -> jsonschema::Validator {
    let schema: Value = serde_json::from_str(text).unwrap();
    jsonschema::meta::validate(&schema).expect("a schema of its own draft");
    jsonschema::validator_for(&schema).unwrap()
}

/// A TOML file as JSON; `None` if it is not TOML.
fn json(path: &Path) -> Option<Value> {
    let table: toml::Table = toml::from_str(&fs::read_to_string(path).unwrap()).ok()?;
    Some(serde_json::to_value(table).unwrap())
}

fn refused(validator: &jsonschema::Validator, path: &Path) -> Vec<String> {
    let value = json(path).unwrap_or_else(|| panic!("{} is not TOML", path.display()));
    let errors = validator.iter_errors(&value);
    errors
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

#[test]
fn the_stored_schemas_are_the_generated_ones() {
    same(SCHEMA, &schema::of_scenarios());
    same(RUNBOOK_SCHEMA, &schema::of_runbooks());
}

#[test]
fn the_stored_pages_are_the_generated_ones() {
    same("docs/scenario-keys.md", &reference::page());
    same("docs/rules.md", &codes::rules_page());
    same(&format!("{CODES}/README.md"), &codes::index());
    let mut expected = BTreeSet::from(["README".to_owned()]);
    for code in codes::all() {
        same(&format!("{CODES}/{code}.md"), &codes::page(&code).unwrap());
        expected.insert(code);
    }
    let stored: BTreeSet<String> = files(CODES, "md")
        .iter()
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    assert_eq!(stored, expected, "a page of a code that does not exist");
}

#[test]
fn every_rule_of_the_handbook_is_a_row() {
    let numbers: Vec<String> = RULES.iter().map(|rule| rule.id.to_owned()).collect();
    let expected: Vec<String> = (1..=48).map(|number| format!("V{number}")).collect();
    assert_eq!(numbers, expected);
    for rule in &RULES {
        assert!(!rule.danger.is_empty() && !rule.source.is_empty());
        assert!(!rule.reads.is_empty());
    }
}

#[test]
fn a_rule_reads_keys_that_exist() {
    let keys = keys::of_scenarios();
    for rule in &RULES {
        for path in rule.reads {
            assert!(
                keys.iter().any(|key| key.path == *path),
                "{}: {path}",
                rule.id
            );
        }
    }
}

/// Everything after `"E0` or `"W0` in the sources that looks like a code.
#[test]
fn every_code_in_the_sources_has_a_page() {
    let mut emitted = BTreeSet::new();
    let mut directories = vec![PathBuf::from("src")];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                directories.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            // Unit tests ask for codes that do not exist.
            let product = text.split("#[cfg(test)]").next().unwrap();
            for quoted in product.split('"') {
                let digits = quoted.strip_prefix(['E', 'W']).unwrap_or_default();
                if digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
                    emitted.insert(quoted.to_owned());
                }
            }
        }
    }
    assert!(emitted.len() >= 19, "{emitted:?}");
    let without: Vec<&String> = emitted
        .iter()
        .filter(|code| codes::page(code).is_none())
        .collect();
    assert!(without.is_empty(), "no page: {without:?}");
    for code in codes::all().iter().filter(|code| !code.contains("01")) {
        assert!(emitted.contains(code), "nothing emits {code}");
    }
}

#[test]
fn every_scenario_of_the_library_fits_the_schema() {
    let validator = validator(&schema::of_scenarios());
    let mut all = files("scenarios", "toml");
    for directory in ["hazards", "hazards/simulated", "templates"] {
        all.extend(files(&format!("scenarios/{directory}"), "toml"));
    }
    all.extend(
        files("tests/engines/oracles", "toml")
            .into_iter()
            .filter(|path| {
                let text = fs::read_to_string(path).unwrap();
                text.contains("[pool]") || text.contains("extends")
            }),
    );
    assert!(all.len() > 80, "{}", all.len());
    for path in all {
        let errors = refused(&validator, &path);
        assert!(errors.is_empty(), "{}: {errors:#?}", path.display());
    }
    let validator = self::validator(&schema::of_runbooks());
    for path in files("scenarios/runbooks", "toml") {
        let errors = refused(&validator, &path);
        assert!(errors.is_empty(), "{}: {errors:#?}", path.display());
    }
}

#[test]
fn the_schema_refuses_what_is_wrong_in_structure_and_takes_what_only_breaks_a_rule() {
    let validator = validator(&schema::of_scenarios());
    for name in [
        "missing-key",
        "out-of-range",
        "several-mistakes",
        "unknown-key",
        "invalid-value",
        "wrong-type",
        "wrong-unit",
    ] {
        let path = PathBuf::from(format!("scenarios/invalid/{name}.toml"));
        assert!(!refused(&validator, &path).is_empty(), "{name}");
    }
    let mut rules = 0;
    for path in files("scenarios/invalid", "toml") {
        if path.file_name().unwrap().to_str().unwrap().starts_with('V') {
            rules += 1;
            let errors = refused(&validator, &path);
            assert!(errors.is_empty(), "{}: {errors:#?}", path.display());
        }
    }
    assert_eq!(rules, 48);
    let runbooks = self::validator(&schema::of_runbooks());
    let mistaken = Path::new("scenarios/invalid/runbooks/mistaken.toml");
    assert!(!refused(&runbooks, mistaken).is_empty());
}

/// A value of each key, just inside and just outside of what the schema says: the reader agrees.
#[test]
fn the_schema_and_the_reader_agree_on_every_word_and_limit() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.toml");
    let keys = keys::of_scenarios();
    let mut asked = 0;
    for key in &keys {
        let (good, bad): (Vec<String>, String) = match &key.kind {
            Kind::Words(words) => {
                let good = words.iter().map(|word| format!("\"{word}\"")).collect();
                (good, "\"no such word\"".to_owned())
            }
            Kind::Integer { least, most } if *most < u64::MAX => (
                vec![least.to_string(), most.to_string()],
                (most + 1).to_string(),
            ),
            Kind::Boolean => (vec!["true".to_owned(), "false".to_owned()], "1".to_owned()),
            _ => continue,
        };
        let structural = |value: &str| {
            // A file that extends a good one may set a single key.
            let base = std::env::current_dir()
                .unwrap()
                .join("scenarios/lync-2013-lbw.toml");
            let set = match key.path.strip_prefix("check.budgets.") {
                Some(key) => format!("[[check.budgets]]\nname = \"one\"\n{key} = {value}\n"),
                None => format!("{} = {value}\n", key.path),
            };
            let text = format!("extends = '{}'\n{set}", base.display());
            fs::write(&path, text).unwrap();
            let found = load(&path)
                .err()
                .map_or_else(Vec::new, |error| error.diagnostics);
            found
                .into_iter()
                .filter(|found| ["E0020", "E0022", "E0024", "E0025"].contains(&&*found.code))
                .count()
        };
        for value in good {
            assert_eq!(structural(&value), 0, "{} = {value}", key.path);
        }
        assert_eq!(structural(&bad), 1, "{} = {bad}", key.path);
        asked += 1;
    }
    assert!(asked > 50, "{asked}");
}
