//! Rows that were set aside: each with its file, its number and what is wrong with it, so that
//! nothing disappears unseen.

use super::manifest::RecordFile;
use crate::scenario::diagnostic::{Diagnostic, Severity};

/// Why a row was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// The column, by its place in the kind.
    pub column: usize,
    /// What stands there; empty for nothing.
    pub found: String,
    /// What would be right.
    pub expected: &'static str,
}

/// Rows of one file that were set aside for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aside {
    /// The file.
    pub file: String,
    /// What is wrong with them.
    pub reason: String,
    /// What would be right; may be empty.
    pub help: String,
    /// How many there are.
    pub count: u64,
    /// The numbers of the first ones.
    pub rows: Vec<u64>,
    /// What the first one has there.
    pub example: String,
}

/// How many numbers of rows are kept for a reason.
const ROWS_MOST: usize = 5;

/// All of them, in the order in which they were found.
#[derive(Debug, Clone, Default)]
pub struct Asides(Vec<Aside>);

impl Asides {
    /// Notes a row of which a value cannot be read.
    pub fn value(&mut self, file: &RecordFile, row: u64, unread: &Unread) {
        let column = file.kind.columns().get(unread.column);
        let column = column.map_or("", |column| column.name);
        let reason = match unread.found.is_empty() {
            true => format!("{column} is empty"),
            false => format!("{column} cannot be read"),
        };
        let help = format!("expected {}", unread.expected);
        self.add(file, row, reason, help, &unread.found);
    }

    /// Notes a row that is broken as a whole.
    pub fn row(&mut self, file: &RecordFile, row: u64, found: &str) {
        let reason = "the row is broken".to_owned();
        let help = "a row has as many fields as the headers".to_owned();
        self.add(file, row, reason, help, found);
    }

    /// Notes a row that can be read and not be used.
    pub fn unusable(&mut self, file: &RecordFile, row: u64, reason: &str, found: &str) {
        self.add(file, row, reason.to_owned(), String::new(), found);
    }

    fn add(&mut self, file: &RecordFile, row: u64, reason: String, help: String, example: &str) {
        let same =
            |one: &&mut Aside| one.file == file.path && one.reason == reason && one.help == help;
        let aside = match self.0.iter_mut().rev().find(same) {
            Some(known) => known,
            None => {
                self.0.push(Aside {
                    file: file.path.clone(),
                    reason,
                    help,
                    count: 0,
                    rows: Vec::new(),
                    example: example.chars().take(60).collect(),
                });
                let last = self.0.len() - 1;
                &mut self.0[last]
            }
        };
        aside.count += 1;
        if aside.rows.len() < ROWS_MOST {
            aside.rows.push(row);
        }
    }

    /// What was set aside.
    #[must_use]
    pub fn all(&self) -> &[Aside] {
        &self.0
    }
}

impl Aside {
    /// Which rows, in words: `rows 7, 9 and 12 more`.
    #[must_use]
    pub fn rows_text(&self) -> String {
        let shown: Vec<String> = self.rows.iter().map(u64::to_string).collect();
        let word = if self.count == 1 { "row" } else { "rows" };
        let more = self.count - self.rows.len() as u64;
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        format!("{word} {}{more}", shown.join(", "))
    }

    /// The error about them, where nothing can be made of the file without them.
    #[must_use]
    pub fn error(&self) -> Diagnostic {
        let example = match self.example.is_empty() {
            true => String::new(),
            false => format!(", as in `{}`", self.example),
        };
        let message = format!(
            "`{}`, {}: {}{example}",
            self.file,
            self.rows_text(),
            self.reason
        );
        Diagnostic {
            severity: Severity::Error,
            code: "E0035".to_owned(),
            message,
            ..self.diagnostic()
        }
    }

    /// The warning about them.
    #[must_use]
    pub fn diagnostic(&self) -> Diagnostic {
        let example = match self.example.is_empty() {
            true => String::new(),
            false => format!(", as in `{}`", self.example),
        };
        let message = format!(
            "`{}`, {}: {}{example}; set aside",
            self.file,
            self.rows_text(),
            self.reason
        );
        let found = Diagnostic::about(&self.file, Severity::Warning, "W0032", message);
        let line = self.rows.first().and_then(|row| usize::try_from(*row).ok());
        Diagnostic {
            line: line.unwrap_or(0),
            help: self.help.clone(),
            ..found
        }
    }
}
