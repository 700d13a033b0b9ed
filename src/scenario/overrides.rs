//! Overrides from the command line: `--set path=value`.

use std::sync::Arc;

use super::diagnostic::{Diagnostic, Place, Severity, Source};
use super::document::{self, Entry, Node, Table, Value};
use super::value::Parsed;
use super::{budget, factor};

/// Puts a value at a path of keys. The value is TOML if it can be read as such and a string
/// otherwise, so that `--set log_shipping.backup_interval=5min` needs no quotes for the shell.
pub(super) fn apply(table: &mut Table, source: &Arc<Source>, path: &str) -> Parsed<()> {
    let key = document::place(source, 0..path.len());
    let refuse = |message: String| {
        let mistake = Diagnostic::at(&key, Severity::Error, "E0012", message);
        Err(vec![mistake.helped(
            "write --set table.key=value, as in --set check.faults=1",
        )])
    };
    let keys: Vec<&str> = path.split('.').map(str::trim).collect();
    if keys.iter().any(|key| key.is_empty()) {
        return refuse(format!("`{path}` is not a path of keys"));
    }
    if keys[0] == "extends" {
        return refuse("`extends` cannot be overridden".to_owned());
    }
    let node = value_of(source, path);
    budget::give_way_to(table, &keys);
    put(table, &keys, &key, node).or_else(refuse)
}

/// The source that diagnostics about an override point into.
pub(super) fn source(path: &str, value: &str, base: &str) -> Source {
    let (name, text) = (format!("--set {path}"), format!("{path} = {value}"));
    Source::new(name, text, base.to_owned())
}

fn value_of(source: &Arc<Source>, path: &str) -> Node {
    let value = &source.text[path.len() + " = ".len()..];
    // Any key of the same length: the path itself may have indices, which are no TOML.
    let stand_in = format!("{} = {value}", "k".repeat(path.len().max(1)));
    let (mut table, errors) = document::parse_as(source, &stand_in);
    if errors.is_empty()
        && table.entries.len() == 1
        && let Some((_, entry)) = table.entries.pop_first()
    {
        return entry.node;
    }
    let place = document::place(source, path.len() + " = ".len()..source.text.len());
    Node {
        value: Value::Text(value.to_owned()),
        place,
    }
}

/// A value of the scenario, in the syntax of files without quotes, times a factor.
///
/// # Errors
///
/// What the value is, and why it cannot be multiplied.
pub(super) fn times(path: &str, value: &str, factor: f64) -> Result<String, String> {
    let source = Arc::new(source(path, value, path));
    let product = factor::multiplied(&value_of(&source, path).value, factor)?;
    Ok(product.inline())
}

fn put(table: &mut Table, keys: &[&str], key: &Place, node: Node) -> Result<(), String> {
    let [name, rest @ ..] = keys else {
        return Ok(());
    };
    let empty = || {
        let value = Value::Table(Table::default());
        Entry {
            key: key.clone(),
            node: Node {
                value,
                place: key.clone(),
            },
        }
    };
    let entry = table
        .entries
        .entry((*name).to_owned())
        .or_insert_with(empty);
    if rest.is_empty() {
        *entry = Entry {
            key: key.clone(),
            node,
        };
        return Ok(());
    }
    put_below(&mut entry.node, name, rest, key, node)
}

fn put_below(
    below: &mut Node,
    name: &str,
    keys: &[&str],
    key: &Place,
    node: Node,
) -> Result<(), String> {
    match &mut below.value {
        Value::Table(table) => put(table, keys, key, node),
        Value::Array(items) => {
            let [index, rest @ ..] = keys else {
                return Ok(());
            };
            let count = items.len();
            let item = index
                .parse::<usize>()
                .ok()
                .and_then(|index| items.get_mut(index));
            let Some(item) = item else {
                return Err(format!(
                    "`{name}` is a list of {count}; `{index}` is none of them"
                ));
            };
            if rest.is_empty() {
                *item = node;
                return Ok(());
            }
            put_below(item, index, rest, key, node)
        }
        other => Err(format!("`{name}` is {}, not a table", other.kind())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(text: &str, path: &str, value: &str) -> Result<String, String> {
        let (mut table, _) = document::parse(&Arc::new(Source::file("t.toml", text)));
        let source = Arc::new(source(path, value, "t.toml"));
        apply(&mut table, &source, path).map_err(|mistakes| mistakes[0].message.clone())?;
        Ok(Value::Table(table).inline())
    }

    #[test]
    fn values_are_toml_or_strings() {
        assert_eq!(with("", "a.b", "3").unwrap(), "{ a = { b = 3 } }");
        assert_eq!(with("", "a", "15min").unwrap(), "{ a = \"15min\" }");
        assert_eq!(with("", "a", "{ x = 1 }").unwrap(), "{ a = { x = 1 } }");
        assert_eq!(
            with("a = [1, { b = 2 }]", "a.1.b", "5").unwrap(),
            "{ a = [1, { b = 5 }] }"
        );
        let lines = with("", "a", "1\nb = 2").unwrap();
        assert_eq!(lines, "{ a = \"\"\"\n1\nb = 2\"\"\" }");
        assert_eq!(with("", "a", "").unwrap(), "{ a = \"\" }");
    }

    #[test]
    fn paths_must_fit() {
        assert_eq!(
            with("a = 1", "a.b", "3").unwrap_err(),
            "`a` is an integer, not a table"
        );
        assert_eq!(
            with("", "a..b", "3").unwrap_err(),
            "`a..b` is not a path of keys"
        );
        assert_eq!(with("", "", "3").unwrap_err(), "`` is not a path of keys");
        let outside = with("a = [1]", "a.1", "3").unwrap_err();
        assert_eq!(outside, "`a` is a list of 1; `1` is none of them");
    }
}
