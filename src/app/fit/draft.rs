//! The values while they are fitted, and the scenario file that is made of them.

use std::collections::BTreeMap;

use poolproof_reports::fit::{FitDecision, FitDocument, FitSample, FitUnit, FitValue};

use super::FitRequest;
use crate::records::kind::RecordKind;
use crate::scenario::writer::{Files, quoted};

/// A key of the written file with what stands above it.
struct Setting {
    table: String,
    key: String,
    toml: String,
    comments: Vec<String>,
}

/// What has been fitted so far.
pub(super) struct FitDraft<'a> {
    pub(super) request: &'a FitRequest<'a>,
    pub(super) values: Vec<FitValue>,
    pub(super) samples: Vec<FitSample>,
    pub(super) unused: Vec<String>,
    pub(super) files: Files,
    settings: Vec<Setting>,
    /// Keys as `show` lists them, with where they come from.
    measured: Vec<(String, String)>,
}

impl<'a> FitDraft<'a> {
    pub(super) fn new(request: &'a FitRequest<'a>) -> Self {
        Self {
            request,
            values: Vec::new(),
            samples: Vec::new(),
            unused: Vec::new(),
            files: Files::default(),
            settings: Vec::new(),
            measured: Vec::new(),
        }
    }

    /// The files of some kinds, as the manifest names them.
    pub(super) fn files_of(&self, kinds: &[RecordKind]) -> Vec<String> {
        let files = self.request.records.files.iter();
        let files = files.filter(|file| kinds.contains(&file.kind));
        files.map(|file| file.path.clone()).collect()
    }

    /// Adds a value that stands at a key of its own; it is written unless the prior stays.
    pub(super) fn value(&mut self, value: FitValue) {
        if let Some(toml) = value.written.clone() {
            let (table, key) = value.key.rsplit_once('.').unwrap_or(("", &value.key));
            self.setting(table.to_owned(), key.to_owned(), toml, comments(&value));
            self.measure(value.key.clone(), &value);
        }
        self.values.push(value);
    }

    /// Writes a key with comments above it.
    pub(super) fn setting(
        &mut self,
        table: String,
        key: String,
        toml: String,
        comments: Vec<String>,
    ) {
        self.settings.push(Setting {
            table,
            key,
            toml,
            comments,
        });
    }

    /// Notes where the value at a key comes from.
    pub(super) fn measure(&mut self, key: String, value: &FitValue) {
        self.measured.push((key, source(value)));
    }

    /// The written file and what it names.
    pub(super) fn into_files(self, document: &FitDocument) -> (String, BTreeMap<String, String>) {
        let mut text = head(document);
        if let Some(extends) = self.request.extends {
            text += &format!("\nextends = {}\n", quoted(extends));
        }
        let mut tables: Vec<&str> = Vec::new();
        for setting in &self.settings {
            if !tables.contains(&setting.table.as_str()) {
                tables.push(&setting.table);
            }
        }
        // A table stands before those within it.
        tables.sort_by_key(|table| table.matches('.').count());
        for table in tables {
            text += &format!("\n[{table}]\n");
            for setting in self.settings.iter().filter(|one| one.table == table) {
                for comment in &setting.comments {
                    text += format!("# {comment}").trim_end();
                    text.push('\n');
                }
                text += &format!("{} = {}\n", setting.key, setting.toml);
            }
        }
        for (key, source) in &self.measured {
            let (key, source) = (quoted(key), quoted(source));
            text += &format!("\n[[measured]]\nkey = {key}\nsource = {source}\n");
        }
        let files = self.files.into_paths().into_iter();
        let files = files.map(|(path, rows)| (path, format!("{MARK}\n{rows}")));
        (text, files.collect())
    }
}

/// The first line of every file that is written here: by it, a file is known as our own.
pub const MARK: &str = "# Fitted by poolproof from records.";

fn head(document: &FitDocument) -> String {
    let mut text = format!("{MARK}\n#\n# {}.\n", document.summary());
    text += match &document.scenario {
        Some(_) => {
            "# It varies the scenario that the priors are from, and can be used in its place.\n"
        }
        None => {
            "# The priors are the defaults. To use it, write extends = with the name of this file\n\
             # into a scenario; what that writes itself counts more.\n"
        }
    };
    text + "# Intervals are of the records alone, at 95 %; `[[measured]]` has sources, grade M.\n"
}

/// What stands above a value in the file.
pub(super) fn comments(value: &FitValue) -> Vec<String> {
    let mut lines = vec![
        format!("{}: {}", value.title, value.decision_words()),
        format!("{}, {}", value.estimate_words(), value.seen_words()),
    ];
    lines.push(format!(
        "prior {}; from {}",
        value.prior,
        value.from.join(", ")
    ));
    lines.extend(value.notes.iter().cloned());
    lines
}

/// Where a value comes from, as `show` and the report have it.
pub(super) fn source(value: &FitValue) -> String {
    let from = match &value.from[..] {
        [] => "records".to_owned(),
        [only] => only.clone(),
        [first, rest @ ..] => format!("{first} and {} more", rest.len()),
    };
    let weight = match value.decision {
        FitDecision::Combined => format!("; {}", value.decision_words()),
        FitDecision::Measured | FitDecision::Prior => String::new(),
    };
    let (seen, estimate) = (value.seen_words(), value.estimate_words());
    format!("fitted from {from}, {seen}: {estimate}{weight}")
}

/// A value of which nothing is known yet.
pub(super) fn blank(key: &str, title: &str, prior: String, unit: FitUnit) -> FitValue {
    FitValue {
        key: key.to_owned(),
        title: title.to_owned(),
        decision: FitDecision::Prior,
        written: None,
        prior,
        estimate: None,
        low: None,
        high: None,
        unit,
        statistic: String::new(),
        n: 0,
        years: None,
        prior_weight: None,
        from: Vec::new(),
        notes: Vec::new(),
    }
}
