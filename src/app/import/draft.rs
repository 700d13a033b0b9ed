//! The scenario while it is imported: values with where they are from, questions, and the file that
//! is made of them.

use poolproof_reports::layout::wrapped;
use poolproof_reports::visible;

use super::answers::{BadAnswer, ImportAnswers};
use crate::records::collect::MANIFEST;
use crate::records::kind::RecordKind;
use crate::records::manifest::{RecordServer, StatedSite};
use crate::records::pool_records::PoolRecords;
use crate::records::setup::RecordPlace;
use crate::scenario::diagnostic::{Diagnostic, Severity};
use crate::scenario::writer::quoted;

/// Where a value is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ValueOrigin {
    /// A record: its file and row.
    Record(String),
    /// An answer, as it was given.
    Answer(String),
    /// Nobody has answered: a default stands there.
    Open,
}

/// A value of the scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedValue {
    /// Its key, such as `log_shipping.backup_interval`.
    pub key: String,
    /// It in TOML.
    pub toml: String,
    /// Where it is from.
    pub origin: ValueOrigin,
    /// Where a record says only that it is one of some values: these, and the record.
    pub among: Option<(Vec<String>, String)>,
}

/// What no record holds and nobody has answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportQuestion {
    /// The key that `--answer` takes, or the server that `--site` takes.
    pub key: String,
    /// What the server is, where it asks for the data centre of one.
    what: Option<String>,
    /// The server, as a record names it; empty for any other question.
    name: String,
    /// The question.
    pub text: String,
    /// The answers that are valid; empty where any text is.
    pub choices: Vec<String>,
    /// What was taken.
    pub taken: String,
    /// The key of the scenario that it decides.
    at: String,
}

impl ImportQuestion {
    /// Whether it asks for the data centre of a server.
    #[must_use]
    pub const fn is_site(&self) -> bool {
        self.what.is_some()
    }

    /// The option that answers it, to be completed.
    #[must_use]
    pub fn option(&self) -> String {
        let choices = match &self.choices[..] {
            [] => "...".to_owned(),
            choices => choices.join("|"),
        };
        match self.is_site() {
            true => format!("--site '{}={choices}'", self.key),
            false => format!("--answer '{}={choices}'", self.key),
        }
    }
}

/// A question that is about to be asked.
pub(super) struct ImportAsk<'q> {
    /// The key that `--answer` takes.
    pub(super) key: &'q str,
    /// The key of the scenario that it decides.
    pub(super) at: &'q str,
    pub(super) text: String,
    /// The answers that are valid; empty where any text is.
    pub(super) choices: &'q [&'q str],
    pub(super) taken: &'q str,
}

/// The data centres.
pub(super) const TWO_SITES: [StatedSite; 2] = [StatedSite::Dc1, StatedSite::Dc2];

/// What is known so far.
pub(super) struct ImportDraft<'a> {
    pub(super) records: &'a PoolRecords,
    answers: &'a ImportAnswers,
    pub(super) values: Vec<ImportedValue>,
    pub(super) questions: Vec<ImportQuestion>,
    pub(super) findings: Vec<Diagnostic>,
    /// Every key that `--answer` can have.
    asked: Vec<String>,
    /// Every server whose data centre matters.
    placed: Vec<String>,
    refused: Option<BadAnswer>,
    /// What cannot be right in the manifest.
    pub(super) broken: Vec<Diagnostic>,
}

impl<'a> ImportDraft<'a> {
    pub(super) const fn new(records: &'a PoolRecords, answers: &'a ImportAnswers) -> Self {
        Self {
            records,
            answers,
            values: Vec::new(),
            questions: Vec::new(),
            findings: Vec::new(),
            asked: Vec::new(),
            placed: Vec::new(),
            refused: None,
            broken: Vec::new(),
        }
    }

    /// The server of a role, such as A.
    pub(super) fn server(&self, word: &str) -> Option<&'a RecordServer> {
        let mut servers = self.records.manifest.servers.iter();
        servers.find(|server| server.word == word)
    }

    /// The role of the server with an index.
    pub(super) fn word_of(&self, server: usize) -> &'static str {
        self.records.manifest.servers[server].word
    }

    /// A row in words: its file and number.
    pub(super) fn row(&self, place: RecordPlace) -> String {
        let file = &self.records.manifest.files[place.file];
        let unit = match file.kind {
            RecordKind::Topology => "line",
            _ => "row",
        };
        format!("{}, {unit} {}", file.path, place.row)
    }

    /// The line of the manifest that names a server.
    pub(super) fn named(server: &RecordServer) -> String {
        format!("{MANIFEST}, line {}", server.line)
    }

    pub(super) fn value(&mut self, key: &str, toml: impl Into<String>, origin: ValueOrigin) {
        self.values.push(ImportedValue {
            key: key.to_owned(),
            toml: toml.into(),
            origin,
            among: None,
        });
    }

    /// Adds a value that a row holds.
    pub(super) fn record(&mut self, key: &str, toml: impl Into<String>, place: RecordPlace) {
        let origin = ValueOrigin::Record(self.row(place));
        self.value(key, toml, origin);
    }

    /// Notes what is doubtful about a record.
    pub(super) fn finding(&mut self, place: RecordPlace, text: &str, help: &str) {
        let file = &self.records.manifest.files[place.file];
        let message = format!("{}: {text}", quoted_row(&self.row(place)));
        self.findings.push(Diagnostic {
            line: usize::try_from(place.row).unwrap_or(0),
            help: help.to_owned(),
            ..Diagnostic::about(&file.path, Severity::Warning, "W0036", message)
        });
    }

    /// Notes what of a topology is not used.
    pub(super) fn unused(&mut self, file: usize, lines: &[u64], text: &str) {
        let path = &self.records.manifest.files[file].path;
        let shown: Vec<String> = lines.iter().take(5).map(u64::to_string).collect();
        let word = if lines.len() == 1 { "line" } else { "lines" };
        let more = match lines.len().saturating_sub(shown.len()) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let message = format!("`{path}`, {word} {}{more}: {text}", shown.join(", "));
        let line = lines.first().and_then(|line| usize::try_from(*line).ok());
        self.findings.push(Diagnostic {
            line: line.unwrap_or(0),
            ..Diagnostic::about(path, Severity::Warning, "W0035", message)
        });
    }

    /// Asks: the answer, or what is taken until there is one, and where it is from.
    pub(super) fn ask(&mut self, asked: &ImportAsk<'_>) -> (String, ValueOrigin) {
        self.asked.push(asked.key.to_owned());
        if let Some(answer) = self.answers.value(asked.key) {
            let mut choices = asked.choices.iter();
            let valid = choices.find(|choice| choice.eq_ignore_ascii_case(answer));
            if valid.is_none() && !asked.choices.is_empty() {
                let key = asked.key;
                self.refused.get_or_insert(BadAnswer::new(
                    format!("--answer {key}={answer} is no answer"),
                    format!("valid answers: {}", asked.choices.join(", ")),
                ));
            }
            let answer = valid.map_or(answer, |choice| choice).to_owned();
            let origin = ValueOrigin::Answer(format!("--answer {}={answer}", asked.key));
            return (answer, origin);
        }
        self.questions.push(ImportQuestion {
            key: asked.key.to_owned(),
            what: None,
            name: String::new(),
            text: asked.text.clone(),
            choices: asked.choices.iter().map(|one| (*one).to_owned()).collect(),
            taken: asked.taken.to_owned(),
            at: asked.at.to_owned(),
        });
        (asked.taken.to_owned(), ValueOrigin::Open)
    }

    /// Asks for a value that stands in the file as a string.
    pub(super) fn ask_text(&mut self, asked: &ImportAsk<'_>) -> String {
        let (answer, origin) = self.ask(asked);
        self.value(asked.at, quoted(&answer), origin);
        answer
    }

    /// Asks for a value that stands in the file as it is.
    pub(super) fn ask_plain(&mut self, asked: &ImportAsk<'_>) -> String {
        let (answer, origin) = self.ask(asked);
        self.value(asked.at, answer.clone(), origin);
        answer
    }

    /// The data centre of a server: as it was answered, as the manifest has it, or as taken until
    /// there is an answer.
    pub(super) fn site(
        &mut self,
        name: &str,
        what: &str,
        at: &str,
        choices: &[StatedSite],
        taken: StatedSite,
    ) -> (StatedSite, ValueOrigin) {
        self.placed.push(name.to_owned());
        let manifest = &self.records.manifest;
        let stated = manifest.server(name).map(|index| &manifest.servers[index]);
        let found = match (self.answers.site(name), stated) {
            (Some((site, text)), _) => {
                Some((site, ValueOrigin::Answer(format!("--site '{text}'"))))
            }
            (None, Some(server)) => server
                .site
                .map(|site| (site, ValueOrigin::Record(Self::named(server)))),
            (None, None) => None,
        };
        let words: Vec<String> = choices.iter().map(|one| one.name().to_owned()).collect();
        if let Some((site, origin)) = found {
            self.verify_site(name, what, site, &words.join(", "), stated);
            return (site, origin);
        }
        self.questions.push(ImportQuestion {
            key: name.to_lowercase(),
            what: Some(what.to_owned()),
            name: name.to_owned(),
            text: format!("In which data centre is {what}, {name}?"),
            choices: words,
            taken: taken.name().to_owned(),
            at: at.to_owned(),
        });
        (taken, ValueOrigin::Open)
    }

    /// Refuses a site that is none of those that are valid, wherever it was said.
    fn verify_site(
        &mut self,
        name: &str,
        what: &str,
        site: StatedSite,
        valid: &str,
        stated: Option<&RecordServer>,
    ) {
        if valid.split(", ").any(|one| one == site.name()) {
            return;
        }
        let message = format!("{what}, {name}, cannot be in {}", site.name());
        let help = format!("valid sites: {valid}; DC1 is where A is");
        match (self.answers.site(name), stated) {
            (None, Some(server)) => {
                let message = format!("{}: {message}", quoted_row(&Self::named(server)));
                let broken = Diagnostic::about(MANIFEST, Severity::Error, "E0033", message);
                self.broken.push(Diagnostic {
                    line: usize::try_from(server.line).unwrap_or(0),
                    help,
                    ..broken
                });
            }
            _ => self.refuse(message, &help),
        }
    }

    /// A is in DC1, whatever is said of others: nothing is asked.
    pub(super) fn anchor(&mut self) {
        let Some(server) = self.server("A") else {
            return;
        };
        self.placed.push(server.name.clone());
        let answered = self.answers.site(&server.name).map(|(site, _)| site);
        if let Some(site) = answered.or(server.site) {
            let dc1 = StatedSite::Dc1.name();
            self.verify_site(&server.name, "the primary A", site, dc1, Some(server));
        }
    }

    /// The same, written at its key.
    pub(super) fn site_at(&mut self, key: &str, name: &str, what: &str, taken: StatedSite) {
        self.site_among(key, name, what, (&TWO_SITES, taken), None);
    }

    /// The same with the sites that are possible, and the record that says so.
    pub(super) fn site_among(
        &mut self,
        key: &str,
        name: &str,
        what: &str,
        (choices, taken): (&[StatedSite], StatedSite),
        place: Option<RecordPlace>,
    ) {
        let (site, origin) = self.site(name, what, key, choices, taken);
        let is_open = origin == ValueOrigin::Open;
        self.value(key, quoted(site.name()), origin);
        let row = place.filter(|_| is_open).map(|place| self.row(place));
        if let Some((row, value)) = row.zip(self.values.last_mut()) {
            let choices = choices.iter().map(|site| site.name().to_owned());
            value.among = Some((choices.collect(), row));
        }
    }

    /// Notes an answer that cannot be used; the first one counts.
    pub(super) fn refuse(&mut self, message: String, help: &str) {
        self.refused.get_or_insert(BadAnswer::new(message, help));
    }

    /// Refuses answers that cannot be used.
    pub(super) fn verify(&mut self) -> Result<(), BadAnswer> {
        match self.refused.take() {
            Some(refused) => Err(refused),
            None => self.answers.verify(&self.asked, &self.placed),
        }
    }

    /// The scenario file.
    pub(super) fn text(&self) -> String {
        let mut text = HEAD.to_owned();
        let is_written = |key: &str| self.values.iter().any(|value| value.key == key);
        let groups = grouped(&self.questions);
        for group in groups.iter().filter(|group| !is_written(&group[0].at)) {
            text += &format!("#\n{}", asked(group));
        }
        let mut tables: Vec<&str> = Vec::new();
        for value in &self.values {
            let table = table_of(&value.key);
            if !tables.contains(&table) {
                tables.push(table);
            }
        }
        // A table stands before those within it, and beside those of its root.
        let root = |table: &str| table.split('.').next().unwrap_or_default().to_owned();
        let roots: Vec<String> = tables.iter().map(|table| root(table)).collect();
        tables.sort_by_key(|table| {
            let first = roots.iter().position(|one| *one == root(table));
            (!table.is_empty(), first, table.matches('.').count(), *table)
        });
        for table in tables {
            text += &match table {
                "" => "\n".to_owned(),
                table => format!("\n[{table}]\n"),
            };
            for value in self.values.iter().filter(|one| table_of(&one.key) == table) {
                for group in groups.iter().filter(|group| group[0].at == value.key) {
                    text += &asked(group);
                }
                match &value.origin {
                    ValueOrigin::Record(from) | ValueOrigin::Answer(from) => {
                        text += &comment(&format!("from {from}"));
                    }
                    ValueOrigin::Open => {}
                }
                let key = value.key.rsplit('.').next().unwrap_or_default();
                text += &format!("{key} = {}\n", value.toml);
            }
        }
        text
    }
}

/// A row in words with its file marked: `` `FILE`, row N``.
pub fn quoted_row(row: &str) -> String {
    match row.rsplit_once(", ") {
        Some((file, row)) => format!("`{file}`, {row}"),
        None => format!("`{row}`"),
    }
}

fn table_of(key: &str) -> &str {
    key.rsplit_once('.').map_or("", |(table, _)| table)
}

/// The first line of every file that is written here: by it, a file is known as our own.
pub const MARK: &str = "# Imported by poolproof from records.";

const HEAD: &str = "\
# Imported by poolproof from records. Delete this line once you edit the file: without it, `import`
# never overwrites it.
#
# Above each value stands the row that it is from. QUESTION marks what no record holds: the value
# below it is a default until it is answered. What is not written here has a default with a source
# and a grade: `poolproof show` lists them.
";

/// Questions that follow each other, those about servers of one kind together.
pub(super) fn grouped(questions: &[ImportQuestion]) -> Vec<Vec<&ImportQuestion>> {
    let is_same = |one: &ImportQuestion, other: &ImportQuestion| {
        one.what.is_some() && one.what == other.what && one.at == other.at
    };
    let groups = questions.chunk_by(is_same);
    groups.map(|group| group.iter().collect()).collect()
}

/// Questions in words, with what is taken, and the option that answers them.
pub(super) fn in_words(group: &[&ImportQuestion]) -> (String, String) {
    let first = group[0];
    let taken = &first.taken;
    match (group, &first.what) {
        ([_, _, ..], Some(_)) => {
            let names: Vec<&str> = group.iter().map(|one| one.name.as_str()).collect();
            let names = names.join(", ");
            let text = format!("In which data centre is each of {names}? Taken: {taken}.");
            (text, format!("{}, and so on, or a pattern", first.option()))
        }
        _ => (format!("{} Taken: {taken}.", first.text), first.option()),
    }
}

/// Questions as a comment.
fn asked(group: &[&ImportQuestion]) -> String {
    let (text, option) = in_words(group);
    let key = &group[0].key;
    comment(&format!("QUESTION {key}: {text} Answer with {option}"))
}

fn comment(text: &str) -> String {
    // Names from records can have characters that no comment may have.
    let lines = wrapped(&visible::line(text), 96);
    lines.iter().map(|line| format!("# {line}\n")).collect()
}
