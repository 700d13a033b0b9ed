//! The forms in which a run is printed, and what each needs: one text over all scenarios for
//! programs, one table after the other for people.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use clap::ValueEnum;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use poolproof_reports::document::ResultDocument;
use poolproof_reports::entry::Entry;
use poolproof_reports::{ReportError, csv, github, json, junit, markdown, sarif, table};

use super::output;
use crate::exit::Exit;
use crate::scenario::diagnostic::{Diagnostic, Severity};

/// How the results of a run are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RunFormat {
    /// A table for people; its words may change
    Human,
    /// A document for programs, which names its schema; an array for several scenarios
    Json,
    /// The figures, one per line
    Csv,
    /// JUnit XML: one suite per scenario
    Junit,
    /// SARIF 2.1.0: one result for what is not as expected
    Sarif,
    /// Annotations of GitHub Actions, and a job summary where GITHUB_STEP_SUMMARY names a file
    Github,
    /// A summary in Markdown
    Markdown,
}

impl RunFormat {
    /// A comparison or a sweep has figures and no findings for code hosts.
    pub const OF_STUDIES: [Self; 4] = [Self::Human, Self::Json, Self::Csv, Self::Markdown];

    /// Reads one of these forms.
    pub fn among(these: &'static [Self]) -> impl TypedValueParser<Value = Self> {
        let names = these.iter().filter_map(Self::to_possible_value);
        PossibleValuesParser::new(names).map(|name| {
            let known = these.iter().copied();
            let mut named = known.filter(|one| {
                one.to_possible_value()
                    .is_some_and(|value| value.get_name() == name)
            });
            named.next().unwrap_or(Self::Human)
        })
    }
}

/// What a run has to say, as far as it has come.
pub struct Printer {
    format: RunFormat,
    /// Whether more than one scenario was asked for.
    several: bool,
    entries: Vec<Entry>,
}

impl Printer {
    /// Nothing yet.
    pub const fn new(format: RunFormat, scenarios: usize) -> Self {
        Self {
            format,
            several: scenarios > 1,
            entries: Vec::new(),
        }
    }

    /// Takes a result, and prints what need not wait; `note` follows the table for people.
    pub fn result(&mut self, path: &Path, document: ResultDocument, note: &str) -> Exit {
        if self.format == RunFormat::Human {
            return output::print(&(table::text(&document) + note));
        }
        let path = self.shown(path);
        self.entry(Entry::Result { path, document })
    }

    /// Takes what validation says about a file. People have read it on stderr.
    pub fn input(&mut self, path: &Path, diagnostics: &[Diagnostic]) -> Exit {
        if self.format == RunFormat::Human {
            return Exit::AsExpected;
        }
        let found = diagnostics.iter().map(|one| self.portable(one)).collect();
        let scenario = self.shown(path);
        let read = poolproof_reports::diagnostics::Diagnostics::new(&scenario, found);
        self.entry(Entry::Input(read))
    }

    fn entry(&mut self, entry: Entry) -> Exit {
        let mut exit = Exit::AsExpected;
        if self.format == RunFormat::Github {
            exit = output::print(&github::text(&entry));
        }
        self.entries.push(entry);
        exit
    }

    /// Prints the rest.
    pub fn finish(self) -> Exit {
        let entries = &self.entries[..];
        let text = match self.format {
            RunFormat::Human => return Exit::AsExpected,
            RunFormat::Github => return summary(entries),
            RunFormat::Json => json::run(entries, self.several),
            RunFormat::Csv => csv::figures(entries.iter().filter_map(Entry::document)),
            RunFormat::Junit => junit::text(entries),
            RunFormat::Sarif => sarif::text(entries, env!("CARGO_PKG_VERSION")),
            RunFormat::Markdown => Ok(markdown::run(entries)),
        };
        match text {
            Ok(text) => output::print(&text),
            Err(error) => defect(&error),
        }
    }

    /// Code hosts look for files from the root of the repository, wherever the command was run.
    fn shown(&self, path: &Path) -> String {
        let from_root = || {
            let root = std::env::var_os("GITHUB_WORKSPACE")?;
            let root = Path::new(&root).canonicalize().ok()?;
            let path = path.canonicalize().ok()?;
            Some(path.strip_prefix(&root).ok()?.display().to_string())
        };
        let hosted = matches!(self.format, RunFormat::Github | RunFormat::Sarif);
        hosted
            .then(from_root)
            .flatten()
            .unwrap_or_else(|| path.display().to_string())
    }

    fn portable(&self, one: &Diagnostic) -> poolproof_reports::diagnostics::Diagnostic {
        use poolproof_reports::diagnostics as out;
        let position = |n: usize| (n > 0).then_some(n as u64);
        out::Diagnostic {
            code: one.code.clone(),
            meaning: one.meaning(),
            severity: match one.severity {
                Severity::Error => out::Severity::Error,
                Severity::Warning => out::Severity::Warning,
            },
            // An override is no file, and stays as it is.
            file: self.shown(Path::new(&one.file)),
            line: position(one.line),
            column: position(one.column),
            excerpt: one.excerpt.clone(),
            message: one.message.clone(),
            label: one.label.clone(),
            help: one.help.clone(),
            note: one.note.clone(),
            rule: one.rule.clone(),
            hazards: one.hazards.clone(),
        }
    }
}

/// Adds the summary of a job, where GitHub Actions says where.
fn summary(entries: &[Entry]) -> Exit {
    let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()) else {
        return Exit::AsExpected;
    };
    let opened = OpenOptions::new().create(true).append(true).open(&path);
    let written = opened.and_then(|mut file| file.write_all(markdown::run(entries).as_bytes()));
    match written {
        Ok(()) => Exit::AsExpected,
        Err(error) => {
            eprintln!("error: cannot write the job summary: {error}");
            Exit::Output
        }
    }
}

fn defect(error: &ReportError) -> Exit {
    eprintln!("error: a defect in poolproof: {error}");
    Exit::Defect
}
