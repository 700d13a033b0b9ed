//! Writes a scenario as files that are read as the same scenario.

use std::collections::BTreeMap;

use poolproof_engines::clocks::distribution::Distribution;

use super::Scenario;
use super::format::{Format, PerTime};
use super::row::Rows;
use super::runbook::RunbookFile;
use super::value::Rate;

/// How much of a scenario is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Every value.
    Full,
    /// What is required and what differs from the defaults.
    Minimal,
}

/// The files of a scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The scenario file.
    pub text: String,
    /// The files that it names, by their path relative to it: runbooks and observed delays.
    pub files: BTreeMap<String, String>,
}

impl Scenario {
    /// Whether all values are the same, wherever they come from: the file and its name for
    /// messages, `--set`, the texts and whether a value was written make no difference.
    #[must_use]
    pub fn has_values_of(&self, other: &Self) -> bool {
        self.clone().without_origin() == other.clone().without_origin()
    }

    fn without_origin(mut self) -> Self {
        self.path.clear();
        self.overrides.clear();
        self.digest.clear();
        self.assumptions.clear();
        for runbook in self.operators.runbooks_mut() {
            runbook.file.clear();
        }
        self
    }

    /// Writes the scenario: its files are read as a scenario with the same values. Comments, and
    /// which file a value came from, are not kept.
    #[must_use]
    pub fn write(&self, form: Form) -> Written {
        let mut draft = Draft {
            form,
            document: Document::default(),
            files: Files::default(),
        };
        self.write_rows(&mut draft.table(""), "");
        Written {
            text: draft.document.text(),
            files: draft.files.by_path,
        }
    }
}

/// A scenario file as text in the making: keys in the order in which they are set, table by table.
#[derive(Debug, Clone, Default)]
pub struct Document {
    comment: String,
    tables: Vec<Block>,
}

#[derive(Debug, Clone, Default)]
struct Block {
    path: String,
    /// What stands around the path: one table, or an item of a list of tables.
    is_item: bool,
    /// Keys with their values in TOML.
    lines: Vec<(String, String)>,
    /// Whether the table is written although it has no keys.
    is_kept: bool,
}

impl Document {
    /// Adds a line of comment to the head of the file.
    pub fn comment(&mut self, line: &str) {
        let line = format!("# {line}");
        self.comment.push_str(line.trim_end());
        self.comment.push('\n');
    }

    /// Sets a key, for example `check.faults`, to a value in TOML; the last value counts.
    pub fn set(&mut self, path: &str, toml: &str) {
        let (table, key) = path.rsplit_once('.').unwrap_or(("", path));
        let at = self.table(table);
        let lines = &mut self.tables[at].lines;
        lines.retain(|(known, _)| known != key);
        lines.push((key.to_owned(), toml.to_owned()));
    }

    /// The index of a table, which is added where it is missing.
    fn table(&mut self, path: &str) -> usize {
        // A table of an item of a list belongs to the last item.
        let is_around =
            |block: &Block| block.is_item && path.starts_with(&format!("{}.", block.path));
        let from = self.tables.iter().rposition(is_around).unwrap_or(0);
        let known = self.tables[from..]
            .iter()
            .position(|block| block.path == path);
        let known = known.map(|index| from + index);
        known.unwrap_or_else(|| {
            let block = Block {
                path: path.to_owned(),
                ..Block::default()
            };
            // The keys of the file itself come before every table.
            let at = if path.is_empty() {
                0
            } else {
                self.tables.len()
            };
            self.tables.insert(at, block);
            at
        })
    }

    /// The file.
    #[must_use]
    pub fn text(&self) -> String {
        let written = |block: &&Block| !block.lines.is_empty() || block.is_kept;
        let mut parts: Vec<String> = Vec::new();
        if !self.comment.is_empty() {
            parts.push(self.comment.clone());
        }
        for block in self.tables.iter().filter(written) {
            let mut part = match (block.path.as_str(), block.is_item) {
                ("", _) => String::new(),
                (path, false) => format!("[{path}]\n"),
                (path, true) => format!("[[{path}]]\n"),
            };
            for (key, toml) in &block.lines {
                part.push_str(&format!("{key} = {toml}\n"));
            }
            parts.push(part);
        }
        parts.join("\n")
    }
}

/// A string of TOML.
#[must_use]
pub fn quoted(text: &str) -> String {
    super::format::quoted(text)
}

/// A delay in TOML; observed ones become files.
pub(crate) fn delay_text(delay: &Distribution, files: &mut Files) -> String {
    super::delay::write(delay, files)
}

/// A rate in TOML.
pub(crate) fn rate_text(rate: Rate) -> String {
    PerTime.write(&rate, &mut Files::default())
}

/// Files that the written one names.
#[derive(Debug, Clone, Default)]
pub(crate) struct Files {
    by_path: BTreeMap<String, String>,
    /// From the file that is being written to the directory of the scenario.
    up: &'static str,
}

impl Files {
    /// The files by their path.
    pub(crate) fn into_paths(self) -> BTreeMap<String, String> {
        self.by_path
    }

    /// Adds observed delays, one a line, and returns the path to them from the file that is being
    /// written. Equal ones share a file.
    pub(super) fn observed(&mut self, text: String) -> String {
        let same = self.by_path.iter().find(|(_, known)| **known == text);
        let path = same.map(|(path, _)| path.clone()).unwrap_or_else(|| {
            let path = format!("observed/delays-{}.csv", self.by_path.len() + 1);
            self.by_path.insert(path.clone(), text);
            path
        });
        format!("{}{path}", self.up)
    }
}

/// A scenario or runbook that is being written.
#[derive(Debug)]
pub(super) struct Draft {
    form: Form,
    document: Document,
    files: Files,
}

impl Draft {
    fn table(&mut self, path: &str) -> TableWriter<'_> {
        let at = self.document.table(path);
        TableWriter { draft: self, at }
    }
}

/// Writes the keys of one table.
#[derive(Debug)]
pub(super) struct TableWriter<'d> {
    draft: &'d mut Draft,
    at: usize,
}

impl TableWriter<'_> {
    /// Writes a value; a default is left out of the minimal form.
    pub(super) fn value<F: Format>(
        &mut self,
        key: &str,
        format: &F,
        value: &F::Value,
        is_default: bool,
    ) {
        if is_default && self.is_minimal() {
            return;
        }
        let text = format.write(value, &mut self.draft.files);
        self.line(key, &text);
    }

    /// Writes a key with a value in TOML.
    pub(super) fn line(&mut self, key: &str, toml: &str) {
        let block = &mut self.draft.document.tables[self.at];
        block.lines.push((key.to_owned(), toml.to_owned()));
    }

    /// Whether defaults are left out.
    pub(super) fn is_minimal(&self) -> bool {
        self.draft.form == Form::Minimal
    }

    fn path_of(&self, key: &str) -> String {
        let path = &self.draft.document.tables[self.at].path;
        if path.is_empty() {
            key.to_owned()
        } else {
            format!("{path}.{key}")
        }
    }

    /// The table at a key.
    pub(super) fn inner(&mut self, key: &str) -> TableWriter<'_> {
        let path = self.path_of(key);
        self.draft.table(&path)
    }

    /// A further table of the list at a key.
    pub(super) fn item(&mut self, key: &str) -> TableWriter<'_> {
        let path = self.path_of(key);
        let tables = &mut self.draft.document.tables;
        tables.push(Block {
            path,
            is_item: true,
            ..Block::default()
        });
        let at = tables.len() - 1;
        TableWriter {
            draft: self.draft,
            at,
        }
    }

    /// The same table, written although it may have no keys.
    pub(super) fn kept(self) -> Self {
        self.draft.document.tables[self.at].is_kept = true;
        self
    }

    /// The files that the written one names.
    pub(super) fn files(&mut self) -> &mut Files {
        &mut self.draft.files
    }

    /// Writes a runbook into a file of its own and returns the path to it.
    pub(super) fn runbook(&mut self, file: &RunbookFile) -> String {
        let form = self.draft.form;
        write_runbook(file, form, &mut self.draft.files)
    }
}

/// Writes a runbook into a file of its own, with every value, and returns the path to it.
pub(crate) fn runbook_path(file: &RunbookFile, files: &mut Files) -> String {
    write_runbook(file, Form::Full, files)
}

fn write_runbook(file: &RunbookFile, form: Form, all: &mut Files) -> String {
    let (name, role) = (&file.runbook.name, file.runbook.role.name());
    let mut files = std::mem::take(all);
    let plain = format!("runbooks/{name}.toml");
    // Runbooks of one name can come from two directories.
    let (path, up) = match files.by_path.contains_key(&plain) {
        false => (plain, "../"),
        true => (format!("runbooks/{role}/{name}.toml"), "../../"),
    };
    files.up = up;
    let mut draft = Draft {
        form,
        document: Document::default(),
        files,
    };
    file.write_into(&mut draft.table(""));
    *all = draft.files;
    all.up = "";
    let text = draft.document.text();
    all.by_path.insert(path.clone(), text);
    path
}
