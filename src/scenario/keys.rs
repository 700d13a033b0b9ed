//! The catalogue of keys: what a scenario or runbook file may say.
//!
//! It is not written by hand. The reader walks over an empty file, and every row notes its key with
//! type, range, default and source. So the JSON Schema and the page of keys, which are made from
//! the catalogue, cannot differ from what is read.

use std::sync::Arc;

use poolproof_engines::clocks::distribution::SimDuration;

use super::assumption::Grade;
use super::diagnostic::Source;
use super::library::{Library, Resolver, Unreadable};
use super::reader::Reader;
use super::row::Silence;
use super::runbook::RunbookFile;
use super::{document, resolve};

/// What may stand at a key.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// A table with keys of its own.
    Table,
    /// A list of tables with keys of their own.
    Tables,
    /// Any text.
    Text,
    /// A value of another key: a text, a number, true or false.
    Value,
    /// The path of a file, relative to the file that names it.
    Path,
    /// The name of a scenario, which results are filed under.
    Name,
    /// true or false.
    Boolean,
    /// A whole number.
    Integer {
        /// The least.
        least: u64,
        /// The most.
        most: u64,
    },
    /// A number between two others, both excluded.
    Number {
        /// Above this.
        above: f64,
        /// Below this.
        below: f64,
    },
    /// A number from one to another, both included.
    Within {
        /// The least.
        least: f64,
        /// The most.
        most: f64,
    },
    /// A duration with its unit, as in "15min".
    Duration {
        /// The shortest.
        least: SimDuration,
        /// The longest.
        most: SimDuration,
    },
    /// A duration, or "off".
    DurationOrOff {
        /// The shortest.
        least: SimDuration,
        /// The longest.
        most: SimDuration,
    },
    /// So many in a unit of time, as in "4/year".
    Rate,
    /// A duration or a distribution of durations.
    Distribution,
    /// One of several words.
    Words(Vec<String>),
    /// The stable name of an event, as in "heal:DC1-DC2".
    Event,
    /// An objective, as in "per_year.outage.p95 <= 4h".
    Objective,
    /// A figure, as in "per_year.outage.mean".
    Figure,
    /// A fault class, a kind of mistake, or `misoperation:` and an operation.
    Fault,
    /// Failure modes: a list of tables with `name`, `rate` and `repair`.
    Modes,
    /// A list.
    List(Box<Self>),
}

/// A key of the file format.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    /// Where it stands, for example `mirroring.partner_timeout`.
    pub path: String,
    /// What may stand there.
    pub kind: Kind,
    /// What the key means.
    pub meaning: String,
    /// The default in the syntax of the file; `None` where silence has a meaning of its own or
    /// the key is required.
    pub default: Option<String>,
    /// Where the default comes from, and how well it is founded.
    pub source: Option<(String, Grade)>,
    /// Whether the file must have it.
    pub is_required: bool,
    /// Whether results depend on it; otherwise only the rules of the handbook look at it.
    pub is_modelled: bool,
}

impl Key {
    pub(super) fn new(path: String, kind: Kind, meaning: &str) -> Self {
        Self {
            path,
            kind,
            meaning: meaning.to_owned(),
            default: None,
            source: None,
            is_required: false,
            is_modelled: true,
        }
    }

    /// Sets what holds where the file is silent.
    pub(super) fn set(&mut self, silence: &Silence) {
        match *silence {
            Silence::Default(built) => {
                self.default = Some(built.toml.to_owned());
                self.source = Some((built.source.to_owned(), built.grade));
                self.is_modelled = !built.rules_only;
            }
            Silence::Required { .. } => self.is_required = true,
        }
    }

    /// The last part of the path.
    #[must_use]
    pub fn name(&self) -> &str {
        self.path.rsplit('.').next().unwrap_or_default()
    }

    /// The path of the table it stands in, `""` for the file itself.
    #[must_use]
    pub fn table(&self) -> &str {
        self.path.rsplit_once('.').map_or("", |(table, _)| table)
    }
}

/// No file at all.
pub(super) struct Nothing;

impl Resolver for Nothing {
    fn read(&self, _name: &str) -> Result<String, Unreadable> {
        Err(Unreadable::Missing)
    }
}

/// Every key of scenario files, in the order of the format; a table comes before its keys.
#[must_use]
pub fn of_scenarios() -> Vec<Key> {
    let source = Arc::new(Source::file("catalogue.toml", ""));
    let mut reader = cataloguing();
    let (table, _) = document::parse(&source);
    // The scenario that comes of nothing is of no use; what was asked for is.
    let _ = resolve::read(&mut reader, &source, &table);
    reader.catalogue.unwrap_or_default()
}

/// Every key of runbook files. `step` is a list of tables.
#[must_use]
pub fn of_runbooks() -> Vec<Key> {
    let source = Arc::new(Source::file("runbook.toml", "step = [{}]"));
    let mut reader = cataloguing();
    let _ = RunbookFile::read(&mut reader, &source);
    let mut keys = reader.catalogue.unwrap_or_default();
    for key in &mut keys {
        let path = key.path.trim_start_matches("runbook.");
        key.path = path.replace("step.1.", "step.");
    }
    keys
}

fn cataloguing() -> Reader<'static> {
    Reader {
        catalogue: Some(Vec::new()),
        ..Reader::new(Library::new(&Nothing))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_a_meaning() {
        for key in of_scenarios().into_iter().chain(of_runbooks()) {
            assert!(!key.meaning.is_empty(), "{} has no meaning", key.path);
        }
    }

    #[test]
    fn no_key_comes_twice_and_tables_come_first() {
        let keys = of_scenarios();
        for (index, key) in keys.iter().enumerate() {
            let before: Vec<&str> = keys[..index].iter().map(|k| k.path.as_str()).collect();
            assert!(!before.contains(&key.path.as_str()), "{}", key.path);
            let table = key.table();
            assert!(table.is_empty() || before.contains(&table), "{}", key.path);
        }
        assert!(keys.len() > 80, "{}", keys.len());
    }
}
