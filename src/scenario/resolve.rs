//! From texts to a scenario: extend, override, read, judge; all mistakes in one pass.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use super::diagnostic::{self, Diagnostic, Place, Severity, Source};
use super::document::{self, Node, Table};
use super::keys::{Kind, Nothing};
use super::library::{Library, Resolver};
use super::reader::{MISTAKES_MOST, Reader, Section};
use super::row::Rows;
use super::runbook::RunbookFile;
use super::value::{self, Parsed};
use super::{Scenario, budget, factor, overrides, rules};

/// A scenario that can be used, with what is doubtful about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// The scenario.
    pub scenario: Scenario,
    /// Warnings, in the order of files and lines.
    pub warnings: Vec<Diagnostic>,
    /// Where its keys stand.
    pub places: KeyPlaces,
}

/// Where the keys of a scenario stand, in whichever of its files.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct KeyPlaces(BTreeMap<String, Place>);

impl KeyPlaces {
    /// Whether a key, such as `pool.users`, is written.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    /// The place of a key, or of the nearest table around it that is written.
    #[must_use]
    pub fn nearest(&self, key: &str) -> Option<&Place> {
        let mut path = key;
        loop {
            match (self.0.get(path), path.rsplit_once('.')) {
                (Some(place), _) => return Some(place),
                (None, Some((around, _))) => path = around,
                (None, None) => return None,
            }
        }
    }

    fn of(table: &Table) -> Self {
        let mut places = BTreeMap::new();
        add_places(table, "", &mut places);
        Self(places)
    }
}

/// A table has the place of its key, everything else that of its value.
fn add_places(table: &Table, around: &str, places: &mut BTreeMap<String, Place>) {
    for (key, entry) in &table.entries {
        let path = match around {
            "" => key.clone(),
            around => format!("{around}.{key}"),
        };
        match entry.node.table() {
            Some(inner) => {
                add_places(inner, &path, places);
                places.insert(path, entry.key.clone());
            }
            None => {
                places.insert(path, entry.node.place.clone());
            }
        }
    }
}

/// The mistakes of a scenario that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadError {
    /// Errors and warnings in the order of files and lines; at least one error.
    pub diagnostics: Vec<Diagnostic>,
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&diagnostic::render(&self.diagnostics, false))
    }
}

impl std::error::Error for LoadError {}

/// The name of standard input in messages. It has no directory: what it names is relative to the
/// current one.
pub(super) const STANDARD_INPUT: &str = "<stdin>";

/// How many files may extend each other in a row.
const EXTENDS_MOST: usize = 8;

/// Loads a scenario from its text, without a file system.
///
/// `name` is the file's name for messages; runbooks and extended files are asked of `resolver`
/// by their path relative to it.
///
/// # Errors
///
/// All mistakes of the texts and of the overrides.
pub fn load_text(
    name: &str,
    text: &str,
    overrides: &[(String, String)],
    resolver: &dyn Resolver,
) -> Result<Loaded, LoadError> {
    let applied = multiplied(name, text, overrides, resolver)?;
    let source = Arc::new(Source::file(name, text));
    let mut reader = Reader::new(Library::new(resolver));
    reader.library.note("scenario", &source);
    let Some(mut table) = gather(&mut reader, &source) else {
        let message = format!("`{name}` is empty");
        let empty = Diagnostic::about(name, Severity::Error, "E0006", message)
            .helped("a scenario begins with a [pool]: its variant and the servers in dc1 and dc2");
        return Err(LoadError {
            diagnostics: vec![empty],
        });
    };
    for (path, value) in &applied.values {
        let source = Arc::new(overrides::source(path, value, name));
        reader.library.note("override", &source);
        if let Err(mistakes) = overrides::apply(&mut table, &source, path) {
            reader.diagnostics.extend(mistakes);
        }
    }
    reader.observed.gather(&mut reader.library, &table);
    reader.diagnostics.extend(nameless(&source, &table));
    let mut scenario = read(&mut reader, &source, &table);
    if let Some(scenario) = &mut scenario {
        multiply_within(&mut reader, scenario, name, &applied.within);
    }
    if let Some(scenario) = &scenario
        && !reader.incomplete
    {
        rules::judge(scenario, &table, &source, &mut reader);
    }
    let mut diagnostics = in_order(reader.diagnostics, &reader.library.opened);
    let is_refused = |found: &Diagnostic| found.severity == Severity::Error;
    match scenario {
        Some(scenario) if !diagnostics.iter().any(is_refused) => Ok(Loaded {
            scenario: Scenario {
                path: source.name.clone(),
                overrides: overrides.to_vec(),
                digest: reader.library.digest.hex(),
                assumptions: reader.assumptions,
                ..scenario
            },
            warnings: diagnostics,
            places: KeyPlaces::of(&table),
        }),
        _ => {
            // A doubtful choice can wait until the file can be read at all.
            diagnostics.retain(is_refused);
            shorten(&mut diagnostics, name);
            Err(LoadError { diagnostics })
        }
    }
}

/// Overrides, as they are applied.
#[derive(Default)]
struct Applied {
    /// Values of keys.
    values: Vec<(String, String)>,
    /// Factors of what no key names by itself.
    within: Vec<(String, String)>,
}

/// The overrides in their order, with each factor replaced by the value that it makes of that of
/// the scenario under those before it.
fn multiplied(
    name: &str,
    text: &str,
    overrides: &[(String, String)],
    resolver: &dyn Resolver,
) -> Result<Applied, LoadError> {
    let mut applied = Applied::default();
    for (path, value) in overrides {
        let Some(number) = factor::of(value) else {
            // A later value takes the place of an earlier product.
            applied.within.retain(|(other, _)| other != path);
            applied.values.push((path.clone(), value.clone()));
            continue;
        };
        let mut base = load_text(name, text, &applied.values, resolver)?.scenario;
        for (path, value) in &applied.within {
            let number = factor::of(value).unwrap_or(1.0);
            let _ = factor::multiply_within(&mut base, path, number);
        }
        let mut assumptions = base.assumptions.iter();
        let found = assumptions.find(|assumption| assumption.key == *path);
        let said = found.map(|found| found.value.clone());
        let product = match factor::multiply_within(&mut base, path, number) {
            Some(done) => done.map(|_| applied.within.push((path.clone(), value.clone()))),
            None => match said {
                Some(said) => overrides::times(path, &said, number)
                    .map(|product| applied.values.push((path.clone(), product))),
                None => Err("no value of the scenario that could be multiplied".to_owned()),
            },
        };
        if let Err(why) = product {
            let message = format!("`{path}` cannot be {value}: it is {why}");
            let diagnostic = Diagnostic::about(name, Severity::Error, "E0012", message);
            let help = "`poolproof show` lists the values of a scenario with their keys";
            return Err(LoadError {
                diagnostics: vec![diagnostic.helped(help)],
            });
        }
    }
    Ok(applied)
}

/// Applies factors of what no key names by itself, and notes them.
fn multiply_within(
    reader: &mut Reader<'_>,
    scenario: &mut Scenario,
    name: &str,
    factors: &[(String, String)],
) {
    for (path, value) in factors {
        let source = Arc::new(overrides::source(path, value, name));
        reader.library.note("override", &source);
        let number = factor::of(value).unwrap_or(1.0);
        let done = factor::multiply_within(scenario, path, number);
        let changed = done.and_then(Result::ok).unwrap_or_default();
        let noted = reader.assumptions.iter_mut();
        for assumption in noted.filter(|noted| changed.contains(&noted.key)) {
            assumption.value = match overrides::times(path, &assumption.value, number) {
                Ok(product) => product.trim_matches('"').to_owned(),
                // Observed delays of a file have no other text.
                Err(_) => format!("{}, times {number}", assumption.value),
            };
            assumption.source.clone_from(&source.name);
            (assumption.grade, assumption.is_default) = (None, false);
        }
    }
}

/// Reads a runbook by itself, without a scenario that uses it. `name` is the file's name for
/// messages; files of observed delays are asked of `resolver`.
///
/// # Errors
///
/// All mistakes of the text.
pub fn validate_runbook(name: &str, text: &str, resolver: &dyn Resolver) -> Result<(), LoadError> {
    let source = Arc::new(Source::file(name, text));
    let mut reader = Reader::new(Library::new(resolver));
    reader.library.note("runbook", &source);
    let read = RunbookFile::read(&mut reader, &source);
    let mut diagnostics = in_order(reader.diagnostics, &reader.library.opened);
    if read.is_some() && diagnostics.is_empty() {
        return Ok(());
    }
    shorten(&mut diagnostics, name);
    Err(LoadError { diagnostics })
}

/// Whether a text is a runbook and no scenario: it has steps and no pool.
#[must_use]
pub fn is_runbook(name: &str, text: &str) -> bool {
    let (table, _) = document::parse(&Arc::new(Source::file(name, text)));
    table.entries.contains_key("step") && !table.entries.contains_key("pool")
}

/// The scenario of a file that says nothing but that there is a pool: all defaults.
///
/// # Errors
///
/// Never, unless a built-in default is bad.
pub fn defaults() -> Result<Loaded, LoadError> {
    let text = "[pool]\nvariant = \"LBW\"\ndc1 = { active = 1 }\ndc2 = { active = 0 }\n";
    load_text("defaults", text, &[], &Nothing)
}

/// Keeps the first mistakes and says how many there are more.
fn shorten(diagnostics: &mut Vec<Diagnostic>, name: &str) {
    let more = diagnostics.len().saturating_sub(MISTAKES_MOST);
    if more > 0 {
        diagnostics.truncate(MISTAKES_MOST);
        let message = format!("{more} more mistakes are not shown");
        let last = Diagnostic::about(name, Severity::Error, "E0007", message);
        diagnostics.push(last.helped("correct the first ones, and try again"));
    }
}

/// Parses the file and what it extends, and lays one over the other. `None` for an empty file.
fn gather(reader: &mut Reader<'_>, source: &Arc<Source>) -> Option<Table> {
    let mut layers = vec![parse(reader, source)];
    if layers[0].entries.is_empty() && !reader.incomplete {
        return None;
    }
    let mut chain = vec![source.name.clone()];
    while let Some(entry) = layers
        .last_mut()
        .and_then(|layer| layer.entries.remove("extends"))
    {
        match extended(&mut reader.library, &entry.node, &chain) {
            Ok(base) => {
                chain.push(base.name.clone());
                let mut layer = parse(reader, &base);
                // A variant is not the file it varies.
                layer.entries.remove("name");
                layers.push(layer);
            }
            Err(mistakes) => {
                reader.incomplete = true;
                reader.diagnostics.extend(mistakes);
            }
        }
    }
    let mut table = Table::default();
    for layer in layers.into_iter().rev() {
        budget::give_way(&mut table, &layer);
        table.overlay(layer);
    }
    Some(table)
}

fn extended(library: &mut Library<'_>, node: &Node, chain: &[String]) -> Parsed<Arc<Source>> {
    let path = value::string(node)?;
    let base = library.open("extends", &node.place, &path)?;
    let circle = chain.contains(&base.name);
    if circle || chain.len() > EXTENDS_MOST {
        let message = if circle {
            format!(
                "`extends` goes in a circle: {} -> {}",
                chain.join(" -> "),
                base.name
            )
        } else {
            format!("more than {EXTENDS_MOST} files extend each other")
        };
        return Err(vec![value::mistake(node, "E0011", message)]);
    }
    Ok(base)
}

fn parse(reader: &mut Reader<'_>, source: &Arc<Source>) -> Table {
    let (table, mistakes) = document::parse(source);
    reader.incomplete |= !mistakes.is_empty();
    reader.diagnostics.extend(mistakes);
    table
}

/// Reads every element of the merged table; `None` after a defect, which the reader has noted.
pub(super) fn read(
    reader: &mut Reader<'_>,
    source: &Arc<Source>,
    table: &Table,
) -> Option<Scenario> {
    let start = document::place(source, 0..0);
    let stem = stem(&source.name);
    let mut file = Section::new(reader, "", Some(table), start);
    // Followed already, and a valid key.
    let _ = file.node("extends");
    let meaning =
        "a scenario file that this one varies: tables are merged key by key, all else is replaced";
    file.describe("extends", Kind::Path, meaning);
    let scenario = Scenario::read_rows(&mut file, &*stem);
    file.finish();
    scenario
}

/// A name that can be a directory of results everywhere.
pub(super) fn name(node: &Node) -> Parsed<String> {
    let name = value::string(node)?;
    if is_name(&name) {
        return Ok(name);
    }
    let mistake = value::mistake(node, "E0024", format!("`{name}` cannot be a name"));
    Err(vec![mistake.helped(NAME_HELP)])
}

/// What a name may be, for people.
const NAME_HELP: &str =
    "letters, digits, `-`, `_` and `.`, at most 80 of them; the first is a letter, a digit or `_`";

/// Whether results can be filed under a name: it is one component of a path, on every system, and
/// no spreadsheet takes it for a formula.
#[must_use]
pub fn is_name(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let begins = |c: char| c.is_ascii_alphanumeric() || c == '_';
    name.len() <= 80 && name.starts_with(begins) && name.chars().all(fits)
}

/// The name of a scenario that states none: that of its file, without the extension.
fn stem(file: &str) -> Cow<'_, str> {
    if file == STANDARD_INPUT {
        return "stdin".into();
    }
    Path::new(file)
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
}

/// Why the name of a file cannot be that of its scenario; `None` where it can, or need not.
fn nameless(source: &Source, table: &Table) -> Option<Diagnostic> {
    let stem = stem(&source.name);
    if table.entries.contains_key("name") || is_name(&stem) {
        return None;
    }
    let message = format!("`{stem}`, from the name of the file, cannot be a name");
    let found = Diagnostic::about(&source.name, Severity::Error, "E0024", message);
    Some(found.helped(format!(
        "add a `name` to the scenario, or rename the file: {NAME_HELP}"
    )))
}

/// Sorts by file and position, and drops what a syntax error may explain: everything on its line,
/// and unknown keys below it, which may stand under a table whose header could not be read.
fn in_order(diagnostics: Vec<Diagnostic>, opened: &[String]) -> Vec<Diagnostic> {
    let syntax: Vec<(String, usize)> = diagnostics
        .iter()
        .filter(|found| found.code == "E0010")
        .map(|found| (found.file.clone(), found.line))
        .collect();
    let explains = |found: &Diagnostic, file: &String, line: usize| {
        *file == found.file && (line == found.line || (line < found.line && found.code == "E0020"))
    };
    let explained = |found: &Diagnostic| {
        found.code != "E0010"
            && syntax
                .iter()
                .any(|(file, line)| explains(found, file, *line))
    };
    let mut kept: Vec<Diagnostic> = diagnostics
        .into_iter()
        .filter(|found| !explained(found))
        .collect();
    // After the first syntax error of a line, the others are its echo.
    let mut broken: Vec<(String, usize)> = Vec::new();
    kept.retain(|found| {
        let line = (found.file.clone(), found.line);
        let echo = found.code == "E0010" && broken.contains(&line);
        if found.code == "E0010" {
            broken.push(line);
        }
        !echo
    });
    kept.sort_by_key(|found| {
        let file = opened.iter().position(|name| *name == found.file);
        (
            file.unwrap_or(opened.len()),
            found.line,
            found.column,
            found.code.clone(),
        )
    });
    kept.dedup();
    kept
}
