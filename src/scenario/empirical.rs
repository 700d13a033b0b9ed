//! Observed delays from a CSV file: `{ empirical = "repairs.csv" }`.
//!
//! One delay a row. The first column counts unless `column` names another, and a value carries its
//! unit ("12min") unless `unit` gives the unit of all. A first row that does not begin with a digit
//! is a header.

use std::collections::BTreeMap;
use std::sync::Arc;

use csv::ByteRecord;

use super::diagnostic::{Diagnostic, Place, Severity, Source};
use super::document::{self, Node, Table, Value};
use super::library::Library;
use super::value::{self, Parsed, parse_duration, wrong_type};

/// Milliseconds in ascending order.
pub(super) type Values = Arc<[u64]>;

/// What the files hold that the texts read so far name, by the place that names them.
#[derive(Debug, Clone, Default)]
pub(super) struct Observations {
    by_place: BTreeMap<(String, usize), Parsed<Values>>,
}

pub(super) const UNITS: [&str; 6] = ["ms", "s", "min", "h", "d", "w"];
const HELP: &str = "write empirical = \"repairs.csv\", or \
     { file = \"repairs.csv\", column = \"repair\", unit = \"min\" }";

impl Observations {
    /// Reads every file that a table names with the key `empirical`, however deep.
    pub(super) fn gather(&mut self, library: &mut Library<'_>, table: &Table) {
        for (key, entry) in &table.entries {
            if key == "empirical" {
                let found = read(library, &entry.node);
                self.by_place.insert(address(&entry.node.place), found);
            } else {
                self.gather_in(library, &entry.node);
            }
        }
    }

    fn gather_in(&mut self, library: &mut Library<'_>, node: &Node) {
        match &node.value {
            Value::Table(table) => self.gather(library, table),
            Value::Array(items) => items.iter().for_each(|item| self.gather_in(library, item)),
            _ => {}
        }
    }

    /// The values that the node of an `empirical` names.
    pub(super) fn of(&self, node: &Node) -> Parsed<Values> {
        match self.by_place.get(&address(&node.place)) {
            Some(found) => found.clone(),
            // Built-in defaults name no files.
            None => Err(vec![value::mistake(
                node,
                "E0026",
                "no file can be read here",
            )]),
        }
    }
}

fn address(place: &Place) -> (String, usize) {
    (place.source.name.clone(), place.span.start)
}

/// Which values of a file count.
struct Choice<'n> {
    /// The name of a column, with the place that names it.
    column: Option<(&'n str, &'n Place)>,
    unit: Option<&'n str>,
}

fn read(library: &mut Library<'_>, node: &Node) -> Parsed<Values> {
    let mut choice = Choice {
        column: None,
        unit: None,
    };
    let (file, place) = match &node.value {
        Value::Text(file) => (file.as_str(), &node.place),
        Value::Table(table) => {
            let mut file = None;
            for (key, entry) in &table.entries {
                let Some(text) = entry.node.text() else {
                    return Err(vec![wrong_type(&entry.node, "a string").helped(HELP)]);
                };
                match key.as_str() {
                    "file" => file = Some((text, &entry.node.place)),
                    "column" => choice.column = Some((text, &entry.node.place)),
                    "unit" if UNITS.contains(&text) => choice.unit = Some(text),
                    "unit" => {
                        let message = format!("unknown unit `{text}`");
                        let help = format!("valid units: {}", UNITS.join(", "));
                        return Err(vec![
                            value::mistake(&entry.node, "E0025", message).helped(help),
                        ]);
                    }
                    _ => {
                        let message = format!("unknown key `{key}`");
                        let mistake = Diagnostic::at(&entry.key, Severity::Error, "E0020", message);
                        return Err(vec![mistake.helped(HELP)]);
                    }
                }
            }
            file.ok_or_else(|| {
                vec![value::mistake(node, "E0021", "`file` is missing").helped(HELP)]
            })?
        }
        _ => {
            return Err(vec![
                wrong_type(node, "the name of a CSV file").helped(HELP),
            ]);
        }
    };
    let source = library.open("empirical", place, file)?;
    values(&source, &choice)
}

/// The most mistakes of one file that are reported.
const MISTAKES_MOST: usize = 5;

fn values(source: &Arc<Source>, choice: &Choice<'_>) -> Parsed<Values> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .comment(Some(b'#'))
        .from_reader(source.text.as_bytes());
    let mut record = ByteRecord::new();
    let mut found = Vec::new();
    let mut mistakes = Vec::new();
    let mut column = None;
    let at = |span: std::ops::Range<usize>, code: &str, message: String| {
        Diagnostic::at(
            &document::place(source, span),
            Severity::Error,
            code,
            message,
        )
    };
    loop {
        let start = reader.position().byte() as usize;
        match reader.read_byte_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                mistakes.push(at(start..start, "E0029", format!("not CSV: {error}")));
                break;
            }
        }
        let column = match column {
            Some(column) => column,
            None => {
                let (index, is_header) = header(&record, choice)?;
                column = Some(index);
                if is_header {
                    continue;
                }
                index
            }
        };
        let span = field_span(&source.text, &record, column);
        let field = record.get(column).map(String::from_utf8_lossy);
        match delay(field.as_deref(), choice.unit) {
            Ok(ms) => found.push(ms),
            Err(message) => {
                mistakes.push(at(span, "E0029", message).helped(
                    "one delay a row, such as \"12min\"; or plain numbers, with `unit` given",
                ));
            }
        }
        if mistakes.len() == MISTAKES_MOST {
            break;
        }
    }
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    if found.is_empty() {
        let message = format!("`{}` has no values", source.name);
        return Err(vec![Diagnostic::about(
            &source.name,
            Severity::Error,
            "E0029",
            message,
        )]);
    }
    found.sort_unstable();
    Ok(found.into())
}

/// The column that counts, and whether this first row is a header.
fn header(record: &ByteRecord, choice: &Choice<'_>) -> Parsed<(usize, bool)> {
    let Some((name, place)) = choice.column else {
        let first = record.get(0).and_then(|field| field.first());
        return Ok((0, first.is_some_and(|byte| byte.is_ascii_alphabetic())));
    };
    let index = record.iter().position(|field| field == name.as_bytes());
    index.map(|index| (index, true)).ok_or_else(|| {
        let columns: Vec<_> = record.iter().map(String::from_utf8_lossy).collect();
        let message = format!("no column `{name}` in the first row");
        let help = format!("columns there: {}", columns.join(", "));
        vec![Diagnostic::at(place, Severity::Error, "E0029", message).helped(help)]
    })
}

/// Where a field stands: exact where nothing before it in its row is quoted.
fn field_span(text: &str, record: &ByteRecord, column: usize) -> std::ops::Range<usize> {
    let mut start = record.position().map_or(0, |at| at.byte() as usize);
    // The reader counts a record from the end of the last one: comments and blank lines come first.
    while let Some(line) = text.get(start..) {
        let blank = line.len() - line.trim_start().len();
        start += blank;
        if !line[blank..].starts_with('#') {
            break;
        }
        start += line[blank..]
            .find('\n')
            .map_or(line.len() - blank, |end| end + 1);
    }
    let row = text
        .get(start..)
        .and_then(|rest| rest.lines().next())
        .unwrap_or("");
    let before: usize = row
        .split(',')
        .take(column)
        .map(|field| field.len() + 1)
        .sum();
    let field = row
        .get(before..)
        .and_then(|rest| rest.split(',').next())
        .unwrap_or("");
    let blank = field.len() - field.trim_start().len();
    let begin = start + before.min(row.len()) + blank;
    begin..begin + field.trim().len()
}

fn delay(field: Option<&str>, unit: Option<&str>) -> Result<u64, String> {
    let field = field.unwrap_or("");
    if field.is_empty() {
        return Err("a value is missing in this row".to_owned());
    }
    let text = format!("{field}{}", unit.unwrap_or(""));
    match parse_duration(&text) {
        Ok(duration) => Ok(duration.ms),
        Err(why) => Err(format!("`{field}` is not a delay: {why}")),
    }
}
