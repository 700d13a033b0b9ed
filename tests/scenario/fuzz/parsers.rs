//! Every parser of the program, with valid documents, and what the program does with a document
//! that it accepts: here the files that people write and the records of servers.

use std::fs;
use std::io::{Cursor, Read};
use std::path::Path;

use poolproof::app::drift::drift;
use poolproof::app::drill::ExpectedDrills;
use poolproof::app::fit::{FitRequest, fit};
use poolproof::app::import::{ImportAnswers, ImportError, import};
use poolproof::app::limits::SearchLimits;
use poolproof::app::runbook::{ExportRequest, export};
use poolproof::app::study::{ReplicationGroup, Study};
use poolproof::app::{Execution, Unobserved, chain, compile, sweep};
use poolproof::records::decode::encoded_utf_16le;
use poolproof::records::kind::RecordKind;
use poolproof::records::manifest::RecordManifest;
use poolproof::records::pool_records::PoolRecords;
use poolproof::scenario::diagnostic::Diagnostic;
use poolproof::scenario::library::{Resolver, Unreadable};
use poolproof::scenario::{Loaded, Scenario, codes, defaults, load_text, load_with};

use super::stored;
use crate::mutations::Library;

/// What became of an input: the reason if it is refused.
pub type Answer = Result<(), String>;

/// Reads an input of a name. One in several is to be worked with in ways that take longer.
pub type Reading = Box<dyn Fn(&str, &[u8], bool) -> Answer + Sync>;

/// A parser.
pub struct Parser {
    pub name: &'static str,
    /// Its share of all inputs: less where an input takes longer.
    pub share: u64,
    /// Valid documents with their names.
    pub seeds: Vec<(String, Vec<u8>)>,
    pub read: Reading,
}

/// On the thread that asks.
pub const ALONE: Execution<'static> = Execution {
    threads: Some(1),
    spare_bytes: None,
    observer: &Unobserved,
};

/// All of them.
pub fn parsers() -> Vec<Parser> {
    vec![
        scenarios(),
        runbooks(),
        stored::traces(),
        stored::results(),
        stored::manifests(),
        stored::shards(),
        stored::checkpoints(),
        records("records", "scenarios/records", 6),
        records("setup", "scenarios/records/setup", 4),
        drills(),
        delays(),
        sweeps(),
    ]
}

/// A text as the program takes it: what is not UTF-8 is refused before any parser.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The words of diagnostics, each of which has a code with a page, and words of its own.
fn said(diagnostics: &[Diagnostic]) -> String {
    let each = diagnostics.iter().map(|one| {
        assert!(codes::page(&one.code).is_some(), "{}", one.code);
        assert!(!one.message.is_empty(), "{}", one.code);
        one.to_string()
    });
    each.collect::<Vec<_>>().join("\n")
}

/// What the engines would run on.
fn compiled(scenario: &Scenario) {
    let topology = compile::timed_topology(scenario);
    assert!(!topology.nodes().is_empty());
    let _ = compile::checked_topology(scenario);
    let scenarios = vec![scenario.clone()];
    let study = Study::new(vec![ReplicationGroup { scenarios }]);
    let _ = (study.trials(), study.digest());
}

/// The library, one file of which says something else.
struct Among<'a> {
    library: &'a Library,
    name: &'a str,
    text: String,
}

impl Resolver for Among<'_> {
    fn read(&self, name: &str) -> Result<String, Unreadable> {
        if name == self.name {
            return Ok(self.text.clone());
        }
        let found = self.library.files.get(name);
        found.cloned().ok_or(Unreadable::Missing)
    }
}

/// The files of the library that are runbooks, or those that are not; templates where `init` puts
/// them.
fn seeds_of(library: &Library, runbooks: bool) -> Vec<(String, Vec<u8>)> {
    let files = library.files.iter();
    let files = files.filter(|(name, _)| name.starts_with("scenarios/runbooks") == runbooks);
    files
        .map(|(name, text)| (name.replace("/templates/", "/"), text.clone().into_bytes()))
        .collect()
}

fn scenarios() -> Parser {
    let library = Library::read();
    let seeds = seeds_of(&library, false);
    let read = move |name: &str, bytes: &[u8], _| {
        let text = text(bytes);
        let resolver = Among {
            library: &library,
            name,
            text: text.clone(),
        };
        let loaded = load_text(name, &text, &[], &resolver);
        let loaded = loaded.map_err(|error| said(&error.diagnostics))?;
        compiled(&loaded.scenario);
        Ok(())
    };
    Parser {
        name: "scenario",
        share: 8,
        seeds,
        read: Box::new(read),
    }
}

fn runbooks() -> Parser {
    let library = Library::read();
    let seeds = seeds_of(&library, true);
    let read = move |name: &str, bytes: &[u8], _| {
        let resolver = Among {
            library: &library,
            name,
            text: text(bytes),
        };
        // A scenario that has this runbook at the key of its role.
        let whole = library.files[name].lines();
        let role = whole.filter_map(|line| line.strip_prefix("role = ")).next();
        let role = role.unwrap_or_default().replace('"', "").replace('-', "_");
        let file = name.strip_prefix("scenarios/").unwrap_or(name);
        let base = format!(
            "name = \"fuzz\"\nextends = \"lync-2013-lbw.toml\"\noperators.{role} = \"{file}\"\n"
        );
        let loaded = load_text("scenarios/fuzz.toml", &base, &[], &resolver);
        let loaded = loaded.map_err(|error| said(&error.diagnostics))?;
        compiled(&loaded.scenario);
        for file in loaded.scenario.operators.runbooks() {
            let request = ExportRequest {
                scenario: &loaded.scenario,
                role: file.runbook.role,
                judges_steps: false,
                limits: &SearchLimits::default(),
                command: String::new(),
            };
            let document = export(&request, &ALONE).map_err(|error| error.to_string())?;
            let _ = poolproof_reports::runbook::markdown(&document);
        }
        Ok(())
    };
    Parser {
        name: "runbook",
        share: 6,
        seeds,
        read: Box::new(read),
    }
}

/// The first lines of a file of records, in its own encoding.
fn beginning(bytes: &[u8]) -> Vec<u8> {
    const LINES: usize = 12;
    let few = |text: &str| -> String { text.split_inclusive('\n').take(LINES).collect() };
    match bytes.strip_prefix(b"\xff\xfe") {
        Some(units) => {
            let units: Vec<u16> = units
                .chunks_exact(2)
                .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
                .collect();
            encoded_utf_16le(&few(&String::from_utf16_lossy(&units)))
        }
        None if bytes.starts_with(b"[") => {
            let text = few(&String::from_utf8_lossy(bytes));
            format!("{}]", text.trim_end().trim_end_matches([',', ']'])).into_bytes()
        }
        None => few(&String::from_utf8_lossy(bytes)).into_bytes(),
    }
}

/// What has happened is fitted, and how a pool is set up is imported and compared.
fn records(name: &'static str, at: &str, share: u64) -> Parser {
    const MANIFEST: &str = "records.toml";
    let at = Path::new(at);
    let manifest = fs::read_to_string(at.join(MANIFEST)).unwrap();
    let whole = RecordManifest::parse(MANIFEST, &manifest).unwrap();
    let mut seeds = vec![(MANIFEST.to_owned(), manifest.clone().into_bytes())];
    for file in &whole.files {
        let bytes = fs::read(at.join(&file.path)).unwrap();
        // A topology is one document.
        let whole = file.kind == RecordKind::Topology;
        let bytes = if whole { bytes } else { beginning(&bytes) };
        seeds.push((file.path.clone(), bytes));
    }
    let prior = defaults().unwrap();
    let others = seeds.clone();
    let read = move |name: &str, bytes: &[u8], deep| {
        let damaged = text(bytes);
        let manifest = if name == MANIFEST {
            &damaged
        } else {
            &manifest
        };
        let manifest = RecordManifest::parse(MANIFEST, manifest).map_err(|found| said(&found))?;
        let open = |path: &str| -> Result<Box<dyn Read>, String> {
            if path == name {
                return Ok(Box::new(Cursor::new(bytes.to_vec())));
            }
            let other = others.iter().find(|(other, _)| other == path);
            let (_, other) = other.ok_or("there is no such file")?;
            Ok(Box::new(Cursor::new(other.clone())))
        };
        let records = PoolRecords::read(manifest, &open).map_err(|found| said(&found))?;
        let asides: Vec<_> = records
            .asides
            .all()
            .iter()
            .map(|one| one.diagnostic())
            .collect();
        let _ = said(&asides);
        let _ = chain::judge(&records);
        if deep {
            let fitted = fit(&FitRequest {
                records: &records,
                prior: &prior.scenario,
                extends: None,
                command: String::new(),
            });
            let _ = poolproof_reports::fit::table(&fitted.document);
            let _ = poolproof_reports::fit::page(&fitted.document);
            let written = Texts(fitted.files.into_iter().collect());
            // What was measured may break a rule of the product, but is read.
            let again = load_text("fitted.toml", &fitted.toml, &[], &written);
            let _ = again.map_err(|error| said(&error.diagnostics));
        }
        imported(&records, &prior)
    };
    Parser {
        name,
        share,
        seeds,
        read: Box::new(read),
    }
}

/// The record of a drill is set beside what is simulated, and fitted.
fn drills() -> Parser {
    let at = "scenarios/records/drill/site-failover-2016-03-02.csv";
    let changes = [("simulate.drill_trials".to_owned(), "0".to_owned())];
    let loaded = load_with(Path::new("scenarios/lync-2013-lbw.toml"), &changes).unwrap();
    let read = move |name: &str, bytes: &[u8], deep| {
        let manifest = RecordManifest::of_file(name, RecordKind::DrillRecord);
        let open = |_: &str| -> Result<Box<dyn Read>, String> {
            Ok(Box::new(Cursor::new(bytes.to_vec())))
        };
        let records = PoolRecords::read(manifest, &open).map_err(|found| said(&found))?;
        let Some(drill) = records.drills.first() else {
            return Err("no row".to_owned());
        };
        if deep {
            let expected = ExpectedDrills::of(&loaded.scenario, drill.role, &ALONE);
            let expected = expected.map_err(|error| error.to_string())?;
            let reviewed = expected
                .review(drill, name)
                .map_err(|error| error.to_string())?;
            let _ = reviewed.table();
            let fitted = fit(&FitRequest {
                records: &records,
                prior: &loaded.scenario,
                extends: None,
                command: String::new(),
            });
            let written = Texts(fitted.files.into_iter().collect());
            let again = load_text("fitted.toml", &fitted.toml, &[], &written);
            let _ = again.map_err(|error| said(&error.diagnostics));
        }
        Ok(())
    };
    Parser {
        name: "drill",
        share: 4,
        seeds: vec![(at.to_owned(), fs::read(at).unwrap())],
        read: Box::new(read),
    }
}

/// Imports records that say how a pool is set up.
fn imported(records: &PoolRecords, prior: &Loaded) -> Result<(), String> {
    if !records.files.iter().any(|file| file.kind.is_setup()) {
        return Ok(());
    }
    match import(records, &ImportAnswers::default()) {
        Ok(imported) => {
            let _ = said(&imported.findings);
            let runbooks = imported.runbooks();
            let runbooks = runbooks.map(|(path, text)| (path.to_owned(), text.to_owned()));
            let beside = Texts(runbooks.collect());
            // What servers say may break a rule of the product, but is read.
            let again = load_text("imported.toml", &imported.toml, &[], &beside);
            let _ = again.map_err(|error| said(&error.diagnostics));
            let _ = drift(prior, records).map(|found| said(&found));
            Ok(())
        }
        Err(ImportError::NoSetup(found)) => Err(said(&found)),
        Err(ImportError::Answer(bad)) => panic!("no answer was given: {bad}"),
    }
}

/// Files by their names.
struct Texts(Vec<(String, String)>);

impl Resolver for Texts {
    fn read(&self, name: &str) -> Result<String, Unreadable> {
        let found = self.0.iter().find(|(path, _)| path == name);
        found
            .map(|(_, text)| text.clone())
            .ok_or(Unreadable::Missing)
    }
}

/// Tables of observed delays, which a scenario names.
fn delays() -> Parser {
    let tables = [
        ("plain", "90s\n5min\n1h\n2h\n"),
        ("numbers", "1.5\n2\n3.25\n1000\n"),
        (
            "columns",
            "site,rebuild\n# by hand\nDC1,3h\nDC2,\"4h\"\nDC1,2d\n",
        ),
    ];
    let seeds = tables.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()));
    let library = Library::read();
    let read = move |name: &str, bytes: &[u8], _| {
        let named = match name {
            "plain" => "\"observed.csv\"",
            "numbers" => "{ file = \"observed.csv\", unit = \"h\" }",
            _ => "{ file = \"observed.csv\", column = \"rebuild\" }",
        };
        let scenario = format!(
            "name = \"fuzz\"\nextends = \"lync-2013-lbw.toml\"\n\
             failures.site_outage.repair = {{ empirical = {named} }}\n"
        );
        let resolver = Among {
            library: &library,
            name: "scenarios/observed.csv",
            text: text(bytes),
        };
        let loaded = load_text("scenarios/fuzz.toml", &scenario, &[], &resolver);
        let loaded = loaded.map_err(|error| said(&error.diagnostics))?;
        compiled(&loaded.scenario);
        Ok(())
    };
    Parser {
        name: "delays",
        share: 3,
        seeds: seeds.into(),
        read: Box::new(read),
    }
}

fn sweeps() -> Parser {
    let names = ["intervals", "what-matters"];
    let seeds = names.map(|name| {
        let bytes = fs::read(format!("scenarios/sweeps/{name}.toml")).unwrap();
        (name.to_owned(), bytes)
    });
    let read = |_: &str, bytes: &[u8], _| {
        let design = sweep::parse(&text(bytes))?;
        design.points(1).map(|_| ())
    };
    Parser {
        name: "sweep",
        share: 2,
        seeds: seeds.into(),
        read: Box::new(read),
    }
}
