//! The forms in which a run is printed, and what each needs: one text over all scenarios for
//! programs, one table after the other for people.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use clap::ValueEnum;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use poolproof_reports::document::ResultDocument;
use poolproof_reports::entry::Entry;
use poolproof_reports::{csv, github, json, junit, markdown, sarif, table, visible};

use super::failure::Failure;
use super::terminal::{print, print_in_colour};
use crate::scenario::diagnostic::{Diagnostic, Severity};

/// How the results of a run are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    /// Text for people; its words may change
    Human,
    /// A document for programs, which names its schema; an array for several results
    Json,
    /// One figure or cut set per line
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

impl OutputFormat {
    /// A comparison or a sweep has figures and no findings for code hosts.
    pub const OF_STUDIES: [Self; 4] = [Self::Human, Self::Json, Self::Csv, Self::Markdown];

    /// A check has verdicts and no figures.
    pub const OF_CHECKS: [Self; 6] = [
        Self::Human,
        Self::Json,
        Self::Junit,
        Self::Sarif,
        Self::Github,
        Self::Markdown,
    ];

    /// What is for people and for programs.
    pub const PLAIN: [Self; 2] = [Self::Human, Self::Json];

    /// Whether a result can be printed in this form.
    pub fn verify(self, known: &[Self]) -> Result<(), Failure> {
        if known.contains(&self) {
            return Ok(());
        }
        let values = known.iter().filter_map(Self::to_possible_value);
        let names: Vec<String> = values.map(|value| value.get_name().to_owned()).collect();
        let error = "this result cannot be printed in that form";
        Err(Failure::usage(error).hinted(format!("its forms are {}", names.join(", "))))
    }

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
    format: OutputFormat,
    /// Whether more than one scenario was asked for.
    several: bool,
    entries: Vec<Entry>,
}

impl Printer {
    /// Nothing yet.
    pub const fn new(format: OutputFormat, scenarios: usize) -> Self {
        Self {
            format,
            several: scenarios > 1,
            entries: Vec::new(),
        }
    }

    /// Takes a result, and prints what need not wait; `note` follows the table for people.
    pub fn result(
        &mut self,
        path: &Path,
        document: ResultDocument,
        note: &str,
    ) -> Result<(), Failure> {
        if self.format == OutputFormat::Human {
            let note = visible::text(note.to_owned());
            return print_in_colour(&(table::coloured(&document) + &note));
        }
        let path = self.shown(path);
        self.entry(Entry::Result { path, document })
    }

    /// Takes what validation says about a file. People have read it on stderr.
    pub fn input(&mut self, path: &Path, diagnostics: &[Diagnostic]) -> Result<(), Failure> {
        if self.format == OutputFormat::Human {
            return Ok(());
        }
        let found = diagnostics.iter().map(|one| self.portable(one)).collect();
        let scenario = self.shown(path);
        let read = poolproof_reports::diagnostics::Diagnostics::new(&scenario, found);
        self.entry(Entry::Input(read))
    }

    fn entry(&mut self, entry: Entry) -> Result<(), Failure> {
        let annotations = match self.format {
            OutputFormat::Github => github::text(&entry),
            _ => String::new(),
        };
        self.entries.push(entry);
        print(&annotations)
    }

    /// Prints the rest.
    pub fn finish(self) -> Result<(), Failure> {
        let entries = &self.entries[..];
        let text = match self.format {
            OutputFormat::Human => return Ok(()),
            OutputFormat::Github => return summary(entries),
            OutputFormat::Json => json::run(entries, self.several),
            OutputFormat::Csv => csv::figures(entries.iter().filter_map(Entry::document)),
            OutputFormat::Junit => junit::text(entries),
            OutputFormat::Sarif => sarif::text(entries, env!("CARGO_PKG_VERSION")),
            OutputFormat::Markdown => Ok(markdown::run(entries)),
        };
        print(&text.map_err(Failure::defect)?)
    }

    /// Code hosts look for files from the root of the repository, wherever the command was run.
    fn shown(&self, path: &Path) -> String {
        let from_root = || {
            let root = std::env::var_os("GITHUB_WORKSPACE")?;
            let root = Path::new(&root).canonicalize().ok()?;
            let path = path.canonicalize().ok()?;
            let names = path.strip_prefix(&root).ok()?.iter();
            let names: Vec<_> = names.map(|name| name.to_string_lossy()).collect();
            Some(names.join("/"))
        };
        let hosted = matches!(self.format, OutputFormat::Github | OutputFormat::Sarif);
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
fn summary(entries: &[Entry]) -> Result<(), Failure> {
    let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()) else {
        return Ok(());
    };
    let opened = OpenOptions::new().create(true).append(true).open(&path);
    let written = opened.and_then(|mut file| file.write_all(markdown::run(entries).as_bytes()));
    written.map_err(|error| Failure::output(format!("cannot write the job summary: {error}")))
}
