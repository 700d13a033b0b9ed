//! The rows of a file: CSV with commas, semicolons or tabs, or JSON as PowerShell writes it. A row
//! is handed out as soon as it is read, so that a large file needs no memory.

use std::fmt;
use std::io::{BufRead, Read};

use csv::{ReaderBuilder, StringRecord};
use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::aside::{Asides, Unread};
use super::decode::Decoded;
use super::kind::RecordColumn;
use super::manifest::RecordFile;
use crate::scenario::diagnostic::{Diagnostic, Severity};

/// One row: the fields of the columns that are read, in the order of the kind.
#[derive(Debug)]
pub struct RecordRow<'a> {
    /// Its line in a CSV file, its number from 1 in a JSON file.
    pub number: u64,
    fields: &'a [Option<&'a str>],
}

impl<'a> RecordRow<'a> {
    /// The text of a column; `None` where it is empty or NULL.
    #[must_use]
    pub fn get(&self, column: usize) -> Option<&'a str> {
        let text = self.fields.get(column).copied().flatten()?.trim();
        (!text.is_empty() && text != "NULL").then_some(text)
    }

    /// What is read from a column that must have a value.
    ///
    /// # Errors
    /// When the column is empty or has another form.
    pub fn need<T>(
        &self,
        column: usize,
        expected: &'static str,
        read: impl FnOnce(&'a str) -> Option<T>,
    ) -> Result<T, Unread> {
        let found = self.get(column);
        found.and_then(read).ok_or_else(|| Unread {
            column,
            found: found.unwrap_or_default().to_owned(),
            expected,
        })
    }

    /// What is read from a column that can be empty.
    ///
    /// # Errors
    /// When the column has another form.
    pub fn may<T>(
        &self,
        column: usize,
        expected: &'static str,
        read: impl FnOnce(&'a str) -> Option<T>,
    ) -> Result<Option<T>, Unread> {
        match self.get(column) {
            None => Ok(None),
            Some(_) => self.need(column, expected, read).map(Some),
        }
    }
}

/// A whole number, also one that a spreadsheet gave a fraction of zeros.
#[must_use]
pub fn whole(text: &str) -> Option<i64> {
    let digits = match text.split_once(['.', ',']) {
        Some((digits, zeros)) if zeros.bytes().all(|byte| byte == b'0') => digits,
        Some(_) => return None,
        None => text,
    };
    digits.parse().ok()
}

/// A log sequence number, of at most 25 digits.
#[must_use]
pub fn lsn(text: &str) -> Option<u128> {
    let plain = text.len() <= 25 && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| plain)
}

/// A truth, as databases and spreadsheets write it.
#[must_use]
pub fn truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" => Some(true),
        "0" | "false" | "no" => Some(false),
        _ => None,
    }
}

/// What takes a row, or says what of it cannot be read.
pub type TakeRow<'a> = dyn FnMut(&RecordRow<'_>) -> Result<(), Unread> + 'a;

/// Reads every row of a file; what cannot be read is set aside. How many rows there were.
///
/// # Errors
/// When the file as a whole is of another form.
pub fn read(
    file: &RecordFile,
    input: Box<dyn Read>,
    asides: &mut Asides,
    take: &mut TakeRow<'_>,
) -> Result<u64, Box<Diagnostic>> {
    let refuse = |error: std::io::Error| refused(file, &error.to_string(), ENCODING_HELP);
    let mut input = Decoded::new(input, file.encoding).map_err(refuse)?;
    let head = input.fill_buf().map_err(refuse)?;
    match head.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'[' | b'{') => read_json(file, input, asides, take),
        _ => read_csv(file, input, asides, take),
    }
}

const ENCODING_HELP: &str = "save it as UTF-8 or UTF-16, or add its `encoding` to the manifest, \
     such as encoding = \"windows-1252\"";

/// A file that cannot be used as a whole.
fn refused(file: &RecordFile, why: &str, help: &str) -> Box<Diagnostic> {
    let message = format!("`{}` cannot be read: {why}", file.path);
    Box::new(Diagnostic::about(&file.path, Severity::Error, "E0030", message).helped(help))
}

fn read_csv<R: Read>(
    file: &RecordFile,
    mut input: Decoded<R>,
    asides: &mut Asides,
    take: &mut TakeRow<'_>,
) -> Result<u64, Box<Diagnostic>> {
    let head = input.fill_buf();
    let delimiter = delimiter(head.unwrap_or_default());
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        // `#TYPE`, which Export-Csv writes unless told otherwise.
        .comment(Some(b'#'))
        .buffer_capacity(1 << 16)
        .from_reader(input);
    let mut record = StringRecord::new();
    let mut places: Option<Vec<Option<usize>>> = None;
    let (mut count, mut width) = (0, 0);
    loop {
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                let why = match error.into_kind() {
                    csv::ErrorKind::Io(error) => error.to_string(),
                    _ => "it is not CSV".to_owned(),
                };
                return Err(refused(file, &why, ENCODING_HELP));
            }
        }
        let Some(places) = &places else {
            width = record.len();
            places = Some(columns(file, &record)?);
            continue;
        };
        if is_decoration(&record, width) {
            continue;
        }
        count += 1;
        let number = record.position().map_or(0, csv::Position::line);
        if record.len() != width {
            let found = format!("{} fields of {width}", record.len());
            asides.row(file, number, &found);
            continue;
        }
        let mut fields = [None; COLUMNS_MOST];
        for (field, place) in fields.iter_mut().zip(places) {
            *field = place.and_then(|place| record.get(place));
        }
        let row = RecordRow {
            number,
            fields: &fields,
        };
        if let Err(unread) = take(&row) {
            asides.value(file, number, &unread);
        }
    }
    if places.is_none() {
        return Err(refused(
            file,
            "it is empty",
            "collect it again, with a row of headers",
        ));
    }
    Ok(count)
}

/// More columns than any kind has.
const COLUMNS_MOST: usize = 24;

/// What stands between the fields: what is most frequent in the first line that has any.
fn delimiter(head: &[u8]) -> u8 {
    let lines = head.split(|byte| *byte == b'\n');
    let mut lines = lines.filter(|line| !line.starts_with(b"#") && !line.trim_ascii().is_empty());
    let line = lines.next().unwrap_or_default();
    let count = |delimiter: u8| line.iter().filter(|byte| **byte == delimiter).count();
    let known = [b',', b';', b'\t', b'|'];
    let best = known
        .into_iter()
        .rev()
        .max_by_key(|delimiter| count(*delimiter));
    best.unwrap_or(b',')
}

/// What `sqlcmd` writes around its rows: dashes below the headers, and the count below all, in
/// brackets and in the language of the server.
fn is_decoration(record: &StringRecord, width: usize) -> bool {
    let dashes = |field: &str| !field.is_empty() && field.bytes().all(|byte| byte == b'-');
    let first = record.get(0).unwrap_or_default().trim();
    let is_count = record.len() == 1 && first.starts_with('(') && first.ends_with(')');
    let is_empty = record.iter().all(|field| field.trim().is_empty());
    width > 1 && (is_count || is_empty || record.iter().all(|field| dashes(field.trim())))
}

/// Where each column of the kind stands.
fn columns(
    file: &RecordFile,
    header: &StringRecord,
) -> Result<Vec<Option<usize>>, Box<Diagnostic>> {
    let there: Vec<String> = header
        .iter()
        .map(|name| name.trim().to_lowercase())
        .collect();
    let place = |column: &RecordColumn| there.iter().position(|name| name == column.name);
    verify_columns(file, |column| place(column).is_some(), || there.join(", "))?;
    Ok(file.kind.columns().iter().map(place).collect())
}

/// Refuses a file without a column that is needed.
fn verify_columns(
    file: &RecordFile,
    is_there: impl Fn(&RecordColumn) -> bool,
    there: impl Fn() -> String,
) -> Result<(), Box<Diagnostic>> {
    let missing = file.kind.columns().iter();
    let missing = missing.filter(|column| column.is_required && !is_there(column));
    let missing: Vec<&str> = missing.map(|column| column.name).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let (kind, missing) = (file.kind.name(), missing.join(", "));
    let message = format!("`{}` is no {kind}: without {missing}", file.path);
    let refused = Diagnostic::about(&file.path, Severity::Error, "E0031", message);
    Err(Box::new(refused.helped(format!(
        "save it with a row of headers, as `poolproof collect` shows; it has {}",
        there()
    ))))
}

fn read_json<R: Read>(
    file: &RecordFile,
    input: Decoded<R>,
    asides: &mut Asides,
    take: &mut TakeRow<'_>,
) -> Result<u64, Box<Diagnostic>> {
    let mut rows = JsonRows {
        file,
        asides,
        take,
        count: 0,
        refused: None,
    };
    let mut input = serde_json::Deserializer::from_reader(input);
    let read = (&mut rows).deserialize(&mut input);
    let (count, refusal) = (rows.count, rows.refused);
    if let Some(refusal) = refusal {
        return Err(refusal);
    }
    match read {
        Ok(()) => Ok(count),
        Err(error) => {
            let why = format!("row {}: {error}", count + 1);
            Err(refused(
                file,
                &why,
                "a list of objects, as ConvertTo-Json writes it",
            ))
        }
    }
}

/// Takes rows while a list of objects is parsed.
struct JsonRows<'a, 't> {
    file: &'a RecordFile,
    asides: &'a mut Asides,
    take: &'a mut TakeRow<'t>,
    count: u64,
    refused: Option<Box<Diagnostic>>,
}

impl JsonRows<'_, '_> {
    /// Takes an object: its values as texts, by column.
    fn object(&mut self, entries: &[(String, Value)]) {
        self.count += 1;
        let value = |column: &RecordColumn| {
            let mut entries = entries.iter();
            let found = entries.find(|(name, _)| name.eq_ignore_ascii_case(column.name))?;
            plain(&found.1)
        };
        if self.count == 1 {
            let there = || {
                let names: Vec<&str> = entries.iter().map(|(name, _)| name.as_str()).collect();
                names.join(", ")
            };
            let is_there = |column: &RecordColumn| {
                let mut names = entries.iter();
                names.any(|(name, _)| name.eq_ignore_ascii_case(column.name))
            };
            self.refused = verify_columns(self.file, is_there, there).err();
        }
        if self.refused.is_some() {
            return;
        }
        let texts: Vec<Option<String>> = self.file.kind.columns().iter().map(value).collect();
        let fields: Vec<Option<&str>> = texts.iter().map(Option::as_deref).collect();
        let row = RecordRow {
            number: self.count,
            fields: &fields,
        };
        if let Err(unread) = (self.take)(&row) {
            self.asides.value(self.file, self.count, &unread);
        }
    }
}

/// A value as a text; PowerShell writes enumerations as objects with a `Value`.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        // A list within a row, such as the servers of a pool; what is no text in it is left out.
        Value::Array(items) => {
            let items = items.iter().filter_map(Value::as_str);
            Some(items.collect::<Vec<_>>().join(";"))
        }
        Value::String(text) => Some(text.clone()),
        Value::Object(inner) => {
            let inner = inner.get("value").or(inner.get("Value"))?;
            plain(inner)
        }
        other => Some(other.to_string()),
    }
}

impl<'de> DeserializeSeed<'de> for &mut JsonRows<'_, '_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, input: D) -> Result<(), D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &mut JsonRows<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(&mut *self)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let mut object: Vec<(String, Value)> = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            object.push(entry);
        }
        self.object(&object);
        Ok(())
    }
}
