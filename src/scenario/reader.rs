//! The walk over a table: each row asks for its key, and a key that no row asked for is unknown.

use std::sync::Arc;

use super::assumption::{Assumption, Grade};
use super::diagnostic::{Diagnostic, Place, Severity, Source};
use super::document::{self, Node, Table, Value};
use super::empirical::Observations;
use super::format::Format;
use super::keys::{Key, Kind};
use super::library::Library;
use super::row::{Built, Rows, Silence};
use super::suggest;
use super::value::{self, Parsed};

/// Of more mistakes than this in one table or list, the others are left out: each costs time and
/// memory, and a reader stops long before.
pub(super) const MISTAKES_MOST: usize = 200;

/// What the walk gathers.
pub(super) struct Reader<'l> {
    /// Where the files come from that the texts name.
    pub(super) library: Library<'l>,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) assumptions: Vec<Assumption>,
    /// Paths of keys whose value was refused or missing: rules that read them stay silent.
    pub(super) broken: Vec<String>,
    /// Whether a key that is absent may have been lost to a syntax error.
    pub(super) incomplete: bool,
    /// What the CSV files hold that the texts name.
    pub(super) observed: Observations,
    /// The keys that were asked for, where they are catalogued: see `keys`.
    pub(super) catalogue: Option<Vec<Key>>,
}

impl<'l> Reader<'l> {
    /// Starts a walk with nothing gathered.
    pub(super) fn new(library: Library<'l>) -> Self {
        Self {
            library,
            diagnostics: Vec::new(),
            assumptions: Vec::new(),
            broken: Vec::new(),
            incomplete: false,
            observed: Observations::default(),
            catalogue: None,
        }
    }
}

/// Where a value comes from.
pub(super) enum Origin<'p> {
    /// It stands in a file.
    Written(&'p Place),
    /// The file is silent.
    Default(Built),
}

/// One table being read.
pub(super) struct Section<'a, 'l> {
    pub(super) reader: &'a mut Reader<'l>,
    /// Path of the table, `""` for the whole file.
    path: String,
    table: Option<&'a Table>,
    /// Where to point when a key is missing.
    place: Place,
    valid: Vec<String>,
}

impl<'a, 'l> Section<'a, 'l> {
    /// Starts reading a table; an absent one is all defaults.
    pub(super) fn new(
        reader: &'a mut Reader<'l>,
        path: impl Into<String>,
        table: Option<&'a Table>,
        place: Place,
    ) -> Self {
        Self {
            reader,
            path: path.into(),
            table,
            place,
            valid: Vec::new(),
        }
    }

    /// Starts reading the table at `key`.
    pub(super) fn inner(&mut self, key: &str, meaning: &str) -> Section<'_, 'l> {
        let (table, place) = self.table_at(key);
        self.describe(key, Kind::Table, meaning);
        let path = self.path_of(key);
        Section::new(self.reader, path, table, place)
    }

    /// The items of the list of tables at a key, if there is one. The catalogue asks for an item
    /// that is not there.
    pub(super) fn items<T: Rows>(&mut self, key: &str) -> Option<&'a [Node]> {
        if self.is_catalogue() {
            let place = self.place().clone();
            let path = self.path_of(key);
            let mut inner = Section::new(self.reader, path, None, place);
            let _ = T::read_rows(&mut inner, ());
        }
        let node = self.node(key)?;
        match &node.value {
            Value::Array(items) => Some(items),
            _ => {
                self.refuse(key, vec![value::wrong_type(node, "a list of tables")]);
                None
            }
        }
    }

    /// The table that is an item of the list at a key, numbered from 1; `None` after the refusal of
    /// an item that is no table.
    pub(super) fn item<'s>(
        &'s mut self,
        key: &str,
        index: usize,
        item: &'s Node,
    ) -> Option<Section<'s, 'l>> {
        let Some(table) = item.table() else {
            self.refuse(key, vec![value::wrong_type(item, "a table")]);
            return None;
        };
        let path = self.path_of(&format!("{key}.{}", index + 1));
        let place = item.place.clone();
        Some(Section::new(self.reader, path, Some(table), place))
    }

    fn table_at(&mut self, key: &str) -> (Option<&'a Table>, Place) {
        let Some(node) = self.node(key) else {
            return (None, self.place.clone());
        };
        if let Some(table) = node.table() {
            let entry = self.table.and_then(|table| table.entries.get(key));
            let place = entry.map_or(&node.place, |entry| &entry.key);
            return (Some(table), place.clone());
        }
        self.refuse(key, vec![value::wrong_type(node, "a table")]);
        (None, node.place.clone())
    }

    /// The path of a key of this table.
    pub(super) fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        }
    }

    /// Whether the file has this key.
    pub(super) fn has(&self, key: &str) -> bool {
        self.written(key).is_some()
    }

    /// Whether the file has this key, or its keys are asked for by the catalogue.
    pub(super) fn wants(&self, key: &str) -> bool {
        self.has(key) || self.is_catalogue()
    }

    fn written(&self, key: &str) -> Option<&'a Node> {
        self.table
            .and_then(|table| table.entries.get(key))
            .map(|entry| &entry.node)
    }

    /// The node of a key, which is valid from now on.
    pub(super) fn node(&mut self, key: &str) -> Option<&'a Node> {
        self.valid.push(key.to_owned());
        self.written(key)
    }

    /// Notes for the catalogue what may stand at a key.
    pub(super) fn describe(&mut self, key: &str, kind: Kind, meaning: &str) {
        let path = self.path_of(key);
        if let Some(catalogue) = &mut self.reader.catalogue {
            catalogue.push(Key::new(path, kind, meaning));
        }
    }

    /// Notes for the catalogue what holds where a key is absent, after [`Section::describe`].
    pub(super) fn describe_silence(&mut self, silence: &Silence) {
        let catalogue = self.reader.catalogue.as_mut();
        if let Some(key) = catalogue.and_then(|catalogue| catalogue.last_mut()) {
            key.set(silence);
        }
    }

    /// Notes for the catalogue whether results depend on a key, after [`Section::describe`].
    pub(super) fn describe_use(&mut self, is_modelled: bool) {
        let catalogue = self.reader.catalogue.as_mut();
        if let Some(key) = catalogue.and_then(|catalogue| catalogue.last_mut()) {
            key.is_modelled = is_modelled;
        }
    }

    /// Notes for the catalogue a default that no value of the program is, after
    /// [`Section::describe`].
    pub(super) fn describe_default(&mut self, toml: String, source: &str, grade: Grade) {
        let catalogue = self.reader.catalogue.as_mut();
        if let Some(key) = catalogue.and_then(|catalogue| catalogue.last_mut()) {
            key.default = Some(toml);
            key.source = Some((source.to_owned(), grade));
        }
    }

    /// Whether the walk is for the catalogue of keys, not for a scenario.
    pub(super) const fn is_catalogue(&self) -> bool {
        self.reader.catalogue.is_some()
    }

    /// Whether the value of a key of this table was refused.
    pub(super) fn is_broken(&self, key: &str) -> bool {
        self.reader.broken.contains(&self.path_of(key))
    }

    /// Where the value of a key stands, if it is in the file.
    pub(super) fn value_place(&self, key: &str) -> Option<Place> {
        self.written(key).map(|node| node.place.clone())
    }

    /// Where a missing key is reported.
    pub(super) const fn place(&self) -> &Place {
        &self.place
    }

    /// Records that a key's value cannot be used.
    pub(super) fn refuse(&mut self, key: &str, mistakes: Vec<Diagnostic>) {
        let path = self.path_of(key);
        self.reader.broken.push(path);
        self.reader.diagnostics.extend(mistakes);
    }

    /// Refuses values that contradict each other, where the value of one of the keys stands.
    pub(super) fn contradiction(&mut self, key: &str, message: String, help: &str) {
        let place = self.value_place(key).unwrap_or_else(|| self.place.clone());
        let mistake = Diagnostic::at(&place, Severity::Error, "E0026", message);
        self.refuse(key, vec![mistake.helped(help)]);
    }

    /// Notes a value for `show` and the report.
    pub(super) fn assume(&mut self, key: &str, value: String, origin: &Origin<'_>) {
        let (source, grade, is_modelled) = match origin {
            Origin::Written(place) => (place.source.name.clone(), None, true),
            Origin::Default(built) => (
                built.source.to_owned(),
                Some(built.grade),
                !built.rules_only,
            ),
        };
        let assumption = Assumption {
            key: self.path_of(key),
            value,
            source,
            grade,
            is_default: matches!(origin, Origin::Default(_)),
            is_modelled,
        };
        self.reader.assumptions.push(assumption);
    }

    /// Reads a key or what stands in for it. `None` only when the stand-in cannot be read, which
    /// is a defect and reported as one.
    pub(super) fn value<F: Format>(
        &mut self,
        key: &str,
        meaning: &str,
        format: &F,
        silence: &Silence,
        is_assumption: bool,
    ) -> Option<F::Value> {
        if let Some(node) = self.node(key) {
            match format.read(node, &self.reader.observed) {
                Ok(value) => {
                    if is_assumption {
                        self.assume(key, node.value.shown(), &Origin::Written(&node.place));
                    }
                    return Some(value);
                }
                Err(mistakes) => self.refuse(key, mistakes),
            }
        } else if let Silence::Required { stand_in } = silence {
            self.missing(key, meaning, stand_in);
        }
        let node = default_node(key, silence.toml());
        let value = node
            .as_ref()
            .and_then(|node| format.read(node, &Observations::default()).ok());
        let (Some(node), Some(value)) = (node, value) else {
            let message = format!("the built-in default of `{}` is bad", self.path_of(key));
            let file = &self.place.source.name;
            let defect = Diagnostic::about(file, Severity::Error, "E0070", message);
            self.refuse(key, vec![defect]);
            return None;
        };
        if let Silence::Default(built) = *silence
            && !self.has(key)
        {
            self.assume(key, node.value.shown(), &Origin::Default(built));
        }
        Some(value)
    }

    fn missing(&mut self, key: &str, meaning: &str, example: &str) {
        let path = self.path_of(key);
        if !self.reader.incomplete {
            let message = format!("`{path}` is missing");
            let mistake = Diagnostic::at(&self.place, Severity::Error, "E0021", message);
            let help = format!("{meaning}, for example {key} = {example}");
            self.reader.diagnostics.push(mistake.helped(help));
        }
        self.reader.broken.push(path);
    }

    /// Reads a key that may be absent.
    pub(super) fn optional<F: Format>(
        &mut self,
        key: &str,
        format: &F,
        is_assumption: bool,
    ) -> Option<F::Value> {
        let node = self.node(key)?;
        match format.read(node, &self.reader.observed) {
            Ok(value) => {
                if is_assumption {
                    self.assume(key, node.value.shown(), &Origin::Written(&node.place));
                }
                Some(value)
            }
            Err(mistakes) => {
                self.refuse(key, mistakes);
                None
            }
        }
    }

    /// Ends the reading: every key that no row asked for is unknown.
    pub(super) fn finish(self) {
        let Some(table) = self.table else { return };
        let unknown = table.entries.iter();
        let unknown = unknown.filter(|(key, _)| !self.valid.contains(key));
        let valid: Vec<&str> = self.valid.iter().map(String::as_str).collect();
        for (key, entry) in unknown.take(MISTAKES_MOST) {
            let place = if self.path.is_empty() {
                String::new()
            } else {
                format!(" in `{}`", self.path)
            };
            let message = format!("unknown key `{key}`{place}");
            let help = suggest::help(key, &valid, "valid keys");
            let mistake = Diagnostic::at(&entry.key, Severity::Error, "E0020", message);
            self.reader
                .diagnostics
                .push(mistake.labelled("unknown key").helped(help));
        }
    }
}

/// A default as a node, through the same parser as a written value.
fn default_node(key: &str, toml: &str) -> Option<Node> {
    let source = Source::file(&format!("the default of {key}"), &format!("value = {toml}"));
    let (mut table, _) = document::parse(&Arc::new(source));
    table.entries.remove("value").map(|entry| entry.node)
}

/// The value of a default; `None` where it cannot be read.
pub(super) fn default_value<F: Format>(format: &F, key: &str, toml: &str) -> Option<F::Value> {
    let node = default_node(key, toml)?;
    let read: Parsed<F::Value> = format.read(&node, &Observations::default());
    read.ok()
}
