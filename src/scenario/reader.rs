//! The walk over a table: each element asks for its keys, and what nobody asked for is unknown.

use std::ops::RangeInclusive;
use std::sync::Arc;

use poolproof_engines::clocks::distribution::Distribution;
use poolproof_engines::clocks::distribution::SimDuration;

use super::assumption::Assumption;
use super::assumption::Grade;
use super::delay;
use super::diagnostic::Diagnostic;
use super::diagnostic::Place;
use super::diagnostic::Severity;
use super::diagnostic::Source;
use super::document;
use super::document::Node;
use super::document::Table;
use super::document::Value;
use super::empirical::Observations;
use super::keys;
use super::keys::Key;
use super::keys::Kind;
use super::suggest;
use super::value;
use super::value::Parsed;
use super::value::Rate;
use super::value::RateUnit;
use super::value::duration_text;

pub(super) use super::setting::Setting;

/// Of more mistakes than this in one table or list, the others are left out: each costs time and
/// memory, and nobody reads them.
pub(super) const MISTAKES_MOST: usize = 200;

/// What the walk gathers.
#[derive(Debug, Default)]
pub(super) struct Reader {
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) assumptions: Vec<Assumption>,
    /// Paths of keys whose value was refused or missing: rules that read them stay silent.
    pub(super) broken: Vec<String>,
    /// Whether a key that is absent may have been lost to a syntax error.
    pub(super) incomplete: bool,
    /// What the CSV files hold that the texts name.
    pub(super) observed: Observations,
    /// The keys that were asked for, where somebody wants to know: see `keys`.
    pub(super) catalogue: Option<Vec<Key>>,
}

/// One table being read.
#[derive(Debug)]
pub(super) struct Section<'a> {
    pub(super) reader: &'a mut Reader,
    /// Path of the table, `""` for the whole file.
    path: String,
    table: Option<&'a Table>,
    /// Where to point when a key is missing.
    place: Place,
    known: Vec<&'static str>,
}

impl<'a> Section<'a> {
    /// Starts reading a table; an absent one is all defaults.
    pub(super) fn new(
        reader: &'a mut Reader,
        path: impl Into<String>,
        table: Option<&'a Table>,
        place: Place,
    ) -> Self {
        Self {
            reader,
            path: path.into(),
            table,
            place,
            known: Vec::new(),
        }
    }

    /// Starts reading the table at `key`, for which the caller keeps the tables apart.
    pub(super) fn inner(&mut self, key: &'static str) -> Section<'_> {
        let (table, place) = self.table_at(key);
        let meaning = keys::meaning_of_table(&self.path_of(key));
        self.describe(key, Kind::Table, meaning);
        let path = self.path_of(key);
        Section::new(self.reader, path, table, place)
    }

    fn table_at(&mut self, key: &'static str) -> (Option<&'a Table>, Place) {
        let Some(node) = self.node(key) else {
            return (None, self.place.clone());
        };
        if let Some(table) = node.table() {
            let place = self.key_place(key).unwrap_or_else(|| node.place.clone());
            return (Some(table), place);
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
        self.table
            .is_some_and(|table| table.entries.contains_key(key))
    }

    /// Whether the file has this key, or its keys are asked for by the catalogue.
    pub(super) fn wants(&self, key: &str) -> bool {
        self.has(key) || self.is_catalogue()
    }

    /// The node of a key, which is known from now on.
    pub(super) fn node(&mut self, key: &'static str) -> Option<&'a Node> {
        self.known.push(key);
        self.catalogued(key);
        self.table
            .and_then(|table| table.entries.get(key))
            .map(|entry| &entry.node)
    }

    /// The entry of a key in the catalogue of keys, if one is kept.
    fn catalogued(&mut self, key: &str) -> Option<&mut Key> {
        let path = self.path_of(key);
        let catalogue = self.reader.catalogue.as_mut()?;
        let at = catalogue.iter().position(|known| known.path == path);
        let at = at.unwrap_or_else(|| {
            catalogue.push(Key::undescribed(path));
            catalogue.len() - 1
        });
        catalogue.get_mut(at)
    }

    /// Says what may stand at a key that has no [`Setting`], or more than its setting tells.
    pub(super) fn describe(&mut self, key: &str, kind: Kind, meaning: &str) {
        if let Some(entry) = self.catalogued(key) {
            entry.kind = kind;
            if !meaning.is_empty() {
                meaning.clone_into(&mut entry.meaning);
            }
        }
    }

    /// Like [`Section::describe`], for a list of failure modes with a built-in default.
    pub(super) fn describe_modes(&mut self, key: &str, meaning: &str, default: &str) {
        self.describe(key, Kind::Modes, meaning);
        if let Some(entry) = self.catalogued(key) {
            entry.default = Some(default.to_owned());
            let source = "each rate and repair time has its own: `poolproof show` lists them";
            entry.source = Some((source.to_owned(), Grade::D));
        }
    }

    fn catalogue(&mut self, setting: &Setting, kind: impl FnOnce() -> Kind) {
        if let Some(entry) = self.catalogued(setting.key) {
            entry.set(setting);
            entry.kind = kind();
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
        self.table
            .and_then(|table| table.entries.get(key))
            .map(|entry| entry.node.place.clone())
    }

    fn key_place(&self, key: &str) -> Option<Place> {
        self.table
            .and_then(|table| table.entries.get(key))
            .map(|entry| entry.key.clone())
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

    /// Notes a value for `show` and the report.
    pub(super) fn assume(&mut self, key: &str, value: String, origin: Result<&Place, &Setting>) {
        let key = self.path_of(key);
        let assumption = match origin {
            Ok(place) => {
                let source = place.source.name.clone();
                Assumption {
                    key,
                    value,
                    source,
                    grade: None,
                    is_default: false,
                    is_modelled: true,
                }
            }
            Err(setting) => {
                let source = setting.source.to_owned();
                Assumption {
                    key,
                    value,
                    source,
                    grade: Some(setting.grade),
                    is_default: true,
                    is_modelled: setting.modelled,
                }
            }
        };
        self.reader.assumptions.push(assumption);
    }

    /// Reads a key or its default. `None` only when the default itself cannot be read, which is
    /// a defect and reported as one.
    pub(super) fn read<T>(
        &mut self,
        setting: &Setting,
        parse: impl Fn(&Node) -> Parsed<T>,
    ) -> Option<T> {
        let key = setting.key;
        if let Some(entry) = self.catalogued(key) {
            entry.set(setting);
        }
        if let Some(node) = self.node(key) {
            match parse(node) {
                Ok(parsed) => {
                    self.assume(key, node.value.shown(), Ok(&node.place));
                    return Some(parsed);
                }
                Err(mistakes) => self.refuse(key, mistakes),
            }
        } else if setting.required {
            self.missing(setting);
        }
        let default = default_node(setting)?;
        match parse(&default) {
            Ok(parsed) => {
                if !setting.required && !self.has(key) {
                    self.assume(key, default.value.shown(), Err(setting));
                }
                Some(parsed)
            }
            Err(_) => {
                let message = format!("the built-in default of `{}` is bad", self.path_of(key));
                let file = &self.place.source.name;
                let defect = Diagnostic::about(file, Severity::Error, "E0070", message);
                self.refuse(key, vec![defect]);
                None
            }
        }
    }

    fn missing(&mut self, setting: &Setting) {
        let path = self.path_of(setting.key);
        if !self.reader.incomplete {
            let message = format!("`{path}` is missing");
            let mistake = Diagnostic::at(&self.place, Severity::Error, "E0021", message);
            let help = format!(
                "{}, for example {} = {}",
                setting.source, setting.key, setting.default
            );
            self.reader.diagnostics.push(mistake.helped(help));
        }
        self.reader.broken.push(path);
    }

    /// Reads a duration within a range.
    pub(super) fn duration(
        &mut self,
        setting: &Setting,
        range: RangeInclusive<SimDuration>,
    ) -> SimDuration {
        self.catalogue(setting, || Kind::Duration {
            least: *range.start(),
            most: *range.end(),
        });
        let parsed = self.read(setting, |node| {
            let duration = value::duration(node)?;
            if range.contains(&duration) {
                return Ok(duration);
            }
            let (low, high) = (duration_text(*range.start()), duration_text(*range.end()));
            let message = format!("{} is out of range", node.value.shown());
            let mistake = value::mistake(node, "E0024", message);
            Err(vec![mistake.helped(format!("from {low} to {high}"))])
        });
        parsed.unwrap_or_default()
    }

    /// Reads a duration within a range, or "off".
    pub(super) fn duration_or_off(
        &mut self,
        setting: &Setting,
        range: RangeInclusive<SimDuration>,
    ) -> Option<SimDuration> {
        let (least, most) = (*range.start(), *range.end());
        let off = |node: &Node| matches!(&node.value, Value::Text(text) if text == "off");
        let entry = self.table.and_then(|table| table.entries.get(setting.key));
        if entry.is_some_and(|entry| off(&entry.node)) {
            return self.read(setting, |_| Ok(None)).flatten();
        }
        let duration = self.duration(setting, range);
        self.describe(setting.key, Kind::DurationOrOff { least, most }, "");
        Some(duration)
    }

    /// Reads a distribution.
    pub(super) fn distribution(&mut self, setting: &Setting) -> Distribution {
        self.catalogue(setting, || Kind::Distribution);
        let observed = std::mem::take(&mut self.reader.observed);
        let parsed = self.read(setting, |node| delay::distribution(node, &observed));
        self.reader.observed = observed;
        parsed.unwrap_or(Distribution::Fixed {
            value: SimDuration { ms: 0 },
        })
    }

    /// Reads a rate.
    pub(super) fn rate(&mut self, setting: &Setting) -> Rate {
        self.catalogue(setting, || Kind::Rate);
        let parsed = self.read(setting, value::rate);
        parsed.unwrap_or(Rate {
            count: 0.0,
            per: RateUnit::Year,
        })
    }

    /// Reads an integer within a range.
    pub(super) fn integer(&mut self, setting: &Setting, range: RangeInclusive<u64>) -> u64 {
        self.catalogue(setting, || Kind::Integer {
            least: *range.start(),
            most: *range.end(),
        });
        self.read(setting, |node| integer_within(node, &range))
            .unwrap_or_default()
    }

    /// Reads a boolean.
    pub(super) fn boolean(&mut self, setting: &Setting) -> bool {
        self.catalogue(setting, || Kind::Boolean);
        self.read(setting, value::boolean).unwrap_or_default()
    }

    /// Reads one of several words.
    pub(super) fn word<T: Copy>(&mut self, setting: &Setting, words: &[(&str, T)]) -> T {
        self.catalogue(setting, || Kind::words(words));
        // The words are a constant of the caller and never empty.
        self.read(setting, |node| word(node, words))
            .unwrap_or(words[0].1)
    }

    /// Reads a string, which may not be empty.
    pub(super) fn text(&mut self, setting: &Setting) -> String {
        self.catalogue(setting, || Kind::Text);
        let parsed = self.read(setting, |node| {
            let text = value::string(node)?;
            if text.trim().is_empty() {
                return Err(vec![value::mistake(node, "E0024", "the text is empty")]);
            }
            Ok(text)
        });
        parsed.unwrap_or_default()
    }

    /// Reads a key without default that is no assumption about the system, such as a name.
    pub(super) fn optional<T>(
        &mut self,
        key: &'static str,
        parse: impl Fn(&Node) -> Parsed<T>,
    ) -> Option<T> {
        let node = self.node(key)?;
        match parse(node) {
            Ok(value) => Some(value),
            Err(mistakes) => {
                self.refuse(key, mistakes);
                None
            }
        }
    }

    /// Notes a written value that [`Section::optional`] has read, for `show` and the report.
    pub(super) fn assume_written(&mut self, key: &str) {
        let entry = self.table.and_then(|table| table.entries.get(key));
        if let Some(node) = entry.map(|entry| &entry.node) {
            self.assume(key, node.value.shown(), Ok(&node.place));
        }
    }

    /// Like [`Section::optional`], for a key that is an assumption where it is written.
    pub(super) fn written<T>(
        &mut self,
        key: &'static str,
        parse: impl Fn(&Node) -> Parsed<T>,
    ) -> Option<T> {
        let value = self.optional(key, parse)?;
        self.assume_written(key);
        Some(value)
    }

    /// Like [`Section::optional`], for a key that must be there.
    pub(super) fn needed<T>(
        &mut self,
        setting: &Setting,
        parse: impl Fn(&Node) -> Parsed<T>,
    ) -> Option<T> {
        if let Some(entry) = self.catalogued(setting.key) {
            entry.set(setting);
        }
        if !self.has(setting.key) {
            self.missing(setting);
        }
        self.optional(setting.key, parse)
    }

    /// Reads an optional string.
    pub(super) fn string(&mut self, key: &'static str) -> Option<String> {
        self.describe(key, Kind::Text, "");
        self.optional(key, value::string)
    }

    /// Ends the reading: every key that was not asked for is unknown.
    pub(super) fn finish(self) {
        let Some(table) = self.table else { return };
        let known = |key: &String| self.known.contains(&key.as_str());
        let unknown = table.entries.iter().filter(|(key, _)| !known(key));
        for (key, entry) in unknown.take(MISTAKES_MOST) {
            let place = if self.path.is_empty() {
                String::new()
            } else {
                format!(" in `{}`", self.path)
            };
            let message = format!("unknown key `{key}`{place}");
            let help = suggest::help(key, &self.known, "known keys here");
            let mistake = Diagnostic::at(&entry.key, Severity::Error, "E0020", message);
            self.reader
                .diagnostics
                .push(mistake.labelled("not a key here").helped(help));
        }
    }
}

/// Reads an integer within a range.
pub(super) fn integer_within(node: &Node, range: &RangeInclusive<u64>) -> Parsed<u64> {
    let integer = value::integer(node)?;
    if range.contains(&integer) {
        return Ok(integer);
    }
    let mistake = value::mistake(node, "E0024", format!("{integer} is out of range"));
    Err(vec![mistake.helped(format!(
        "from {} to {}",
        range.start(),
        range.end()
    ))])
}

/// Reads one of several words.
pub(super) fn word<T: Copy>(node: &Node, words: &[(&str, T)]) -> Parsed<T> {
    let known: Vec<&str> = words.iter().map(|(name, _)| *name).collect();
    let Some(text) = node.text() else {
        let expected = format!("one of the words {}", known.join(", "));
        return Err(vec![value::wrong_type(node, &expected)]);
    };
    let found = words.iter().find(|(name, _)| *name == text);
    found.map(|(_, value)| *value).ok_or_else(|| {
        let mistake = value::mistake(node, "E0025", format!("unknown word `{text}`"));
        vec![mistake.helped(suggest::help(text, &known, "known words here"))]
    })
}

/// Reads a list with the same reader for each item, gathering the mistakes of all.
pub(super) fn list<T>(node: &Node, item: impl Fn(&Node) -> Parsed<T>) -> Parsed<Vec<T>> {
    let Value::Array(nodes) = &node.value else {
        return Err(vec![value::wrong_type(node, "a list")]);
    };
    let mut items = Vec::new();
    let mut mistakes = Vec::new();
    for node in nodes {
        match item(node) {
            Ok(item) => items.push(item),
            Err(more) => mistakes.extend(more),
        }
        if mistakes.len() > MISTAKES_MOST {
            break;
        }
    }
    if mistakes.is_empty() {
        Ok(items)
    } else {
        Err(mistakes)
    }
}

/// The default as a node, through the same parser as a written value.
fn default_node(setting: &Setting) -> Option<Node> {
    let name = format!("the default of {}", setting.key);
    let source = Source::file(&name, &format!("value = {}", setting.default));
    let (mut table, _) = document::parse(&Arc::new(source));
    table.entries.remove("value").map(|entry| entry.node)
}
