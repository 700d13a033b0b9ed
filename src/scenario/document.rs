//! The scenario text as a tree in which every key and value knows its place.
//!
//! The tree is our own rather than `toml`'s because a scenario is made of several texts: the
//! file, what it extends, and overrides. Merging must not lose which text a value came from.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use toml::de::{DeTable, DeValue};

use super::diagnostic::{Diagnostic, Place, Severity, Source};
use super::format::quoted;
use super::reader::MISTAKES_MOST;

/// A value and its place.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) value: Value,
    pub(crate) place: Place,
}

/// A value of TOML.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Text(String),
    /// Digits and sign in the given radix.
    Integer(String, u32),
    Float(String),
    Boolean(bool),
    Datetime(String),
    Array(Vec<Node>),
    Table(Table),
}

/// A table: each key with the place where it was last written.
#[derive(Debug, Clone, Default)]
pub(crate) struct Table {
    pub(crate) entries: BTreeMap<String, Entry>,
}

/// A key's place and its value.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) key: Place,
    pub(crate) node: Node,
}

impl Value {
    /// What it is, in words of the file format.
    pub(super) const fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "a string",
            Self::Integer(..) => "an integer",
            Self::Float(_) => "a number",
            Self::Boolean(_) => "a boolean",
            Self::Datetime(_) => "a date",
            Self::Array(_) => "a list",
            Self::Table(_) => "a table",
        }
    }

    /// The value as inline TOML.
    pub(super) fn inline(&self) -> String {
        match self {
            Self::Text(text) => quoted(text),
            Self::Integer(digits, 16) => format!("0x{digits}"),
            Self::Integer(digits, 8) => format!("0o{digits}"),
            Self::Integer(digits, 2) => format!("0b{digits}"),
            Self::Integer(text, _) | Self::Float(text) | Self::Datetime(text) => text.clone(),
            Self::Boolean(value) => value.to_string(),
            Self::Array(items) => {
                let items: Vec<String> = items.iter().map(|item| item.value.inline()).collect();
                format!("[{}]", items.join(", "))
            }
            Self::Table(table) => {
                let entries = table.entries.iter();
                let entries: Vec<String> = entries
                    .map(|(key, e)| format!("{key} = {}", e.node.value.inline()))
                    .collect();
                format!("{{ {} }}", entries.join(", "))
            }
        }
    }

    /// The value for readers: inline TOML, but a string on its own without quotes.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            other => other.inline(),
        }
    }
}

impl Node {
    /// The table, if it is one.
    pub(crate) const fn table(&self) -> Option<&Table> {
        match &self.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The string, if it is one.
    pub(crate) const fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text.as_str()),
            _ => None,
        }
    }
}

impl Table {
    /// Puts `over` on top: tables are merged key by key, everything else is replaced.
    pub(super) fn overlay(&mut self, over: Self) {
        for (key, entry) in over.entries {
            let below = self
                .entries
                .get_mut(&key)
                .map(|below| &mut below.node.value);
            match (below, entry.node.value) {
                (Some(Value::Table(below)), Value::Table(above)) => below.overlay(above),
                (_, value) => {
                    let node = Node {
                        value,
                        place: entry.node.place,
                    };
                    self.entries.insert(
                        key,
                        Entry {
                            key: entry.key,
                            node,
                        },
                    );
                }
            }
        }
    }

    /// Whether there is a node at a path of keys.
    pub(super) fn has(&self, path: &str) -> bool {
        let mut keys = path.split('.');
        let first = keys.next().and_then(|key| self.entries.get(key));
        keys.try_fold(first, |found, key| {
            let table = found?.node.table()?;
            Some(table.entries.get(key))
        })
        .flatten()
        .is_some()
    }

    /// The node at a path of keys, or the nearest place above it that exists.
    pub(super) fn nearest(&self, path: &str) -> Option<Place> {
        let mut table = self;
        let mut found = None;
        for key in path.split('.') {
            let Some(entry) = table.entries.get(key) else {
                break;
            };
            let is_table = matches!(entry.node.value, Value::Table(_));
            found = Some(if is_table {
                entry.key.clone()
            } else {
                entry.node.place.clone()
            });
            let Some(below) = entry.node.table() else {
                break;
            };
            table = below;
        }
        found
    }
}

/// Parses a text. Syntax errors are diagnostics; what could be read is in the table anyway.
pub(crate) fn parse(source: &Arc<Source>) -> (Table, Vec<Diagnostic>) {
    parse_as(source, &source.text)
}

/// Parses `text` in place of the source's own, which must have the same layout.
pub(super) fn parse_as(source: &Arc<Source>, text: &str) -> (Table, Vec<Diagnostic>) {
    let (table, errors) = DeTable::parse_recoverable(text);
    let diagnostics = errors.iter().take(MISTAKES_MOST).map(|error| {
        let place = place(source, error.span().unwrap_or_default());
        let message = error.message().lines().collect::<Vec<_>>().join(", ");
        let message = if message.is_empty() {
            "not TOML".to_owned()
        } else {
            message
        };
        Diagnostic::at(&place, Severity::Error, "E0010", message)
    });
    (
        convert_table(source, table.get_ref()),
        diagnostics.collect(),
    )
}

/// A place in a source, moved onto character boundaries within the text: a position is for
/// showing and must never be the reason of a failure.
pub(crate) fn place(source: &Arc<Source>, span: Range<usize>) -> Place {
    let text = &source.text;
    let mut start = span.start.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let mut end = span.end.clamp(start, text.len());
    while !text.is_char_boundary(end) {
        end += 1;
    }
    Place {
        source: Arc::clone(source),
        span: start..end,
    }
}

fn convert_table(source: &Arc<Source>, table: &DeTable<'_>) -> Table {
    let entries = table.iter().map(|(key, value)| {
        let entry = Entry {
            key: place(source, key.span()),
            node: Node {
                value: convert_value(source, value.get_ref()),
                place: place(source, value.span()),
            },
        };
        (key.get_ref().to_string(), entry)
    });
    Table {
        entries: entries.collect(),
    }
}

fn convert_value(source: &Arc<Source>, value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(integer) => Value::Integer(integer.as_str().to_owned(), integer.radix()),
        DeValue::Float(float) => Value::Float(float.as_str().to_owned()),
        DeValue::Boolean(value) => Value::Boolean(*value),
        DeValue::Datetime(datetime) => Value::Datetime(datetime.to_string()),
        DeValue::Array(items) => Value::Array(
            items
                .iter()
                .map(|item| Node {
                    value: convert_value(source, item.get_ref()),
                    place: place(source, item.span()),
                })
                .collect(),
        ),
        DeValue::Table(table) => Value::Table(convert_table(source, table)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Table {
        let source = Source::file("t.toml", text);
        let (table, errors) = parse(&Arc::new(source));
        assert!(errors.is_empty(), "{errors:?}");
        table
    }

    #[test]
    fn overlay_merges_tables_and_replaces_the_rest() {
        let mut base = read("a = 1\n[t]\nx = 1\ny = [1, 2]\n[t.u]\nz = 1\n");
        base.overlay(read("[t]\ny = [3]\nu = { w = 2 }\n"));
        let shown = Value::Table(base).inline();
        assert_eq!(
            shown,
            "{ a = 1, t = { u = { w = 2, z = 1 }, x = 1, y = [3] } }"
        );
    }

    #[test]
    fn the_nearest_place_of_a_missing_key_is_its_table() {
        let table = read("[pool]\nusers = 3\n");
        assert_eq!(table.nearest("pool.users").unwrap().span, 15..16);
        assert_eq!(table.nearest("pool.variant").unwrap().span, 1..5);
        assert_eq!(table.nearest("check.faults"), None);
    }
}
