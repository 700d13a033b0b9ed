//! The promise of the writer: what is written is read as the same scenario, whatever it holds.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use poolproof::scenario::keys::{self, Kind};
use poolproof::scenario::library::{Resolver, Unreadable};
use poolproof::scenario::writer::{Form, Written};
use poolproof::scenario::{FileSystem, Scenario, load, load_from};

use crate::support::tree::tree;

/// Texts by name, and below them the file system.
struct Texts(BTreeMap<String, String>);

impl Resolver for Texts {
    fn read(&self, name: &str) -> Result<String, Unreadable> {
        let text = self.0.get(name).cloned();
        text.map_or_else(|| FileSystem.read(name), Ok)
    }
}

/// Reads what was written.
fn read_again(written: Written) -> Result<Scenario, String> {
    let Written { text, mut files } = written;
    files.insert("written.toml".to_owned(), text.clone());
    match load_from(&Texts(files), "written.toml", &[]) {
        Ok(loaded) => Ok(loaded.scenario),
        Err(error) => Err(format!("{error}\n{text}")),
    }
}

/// Writes a scenario in both forms and says what differs when it is read again.
fn round_trip(scenario: &Scenario) -> Result<(), String> {
    for form in [Form::Full, Form::Minimal] {
        let again = read_again(scenario.write(form))?;
        if !again.has_values_of(scenario) {
            let (full, minimal) = (scenario.write(Form::Full), again.write(Form::Full));
            let differ = full.text.lines().zip(minimal.text.lines());
            let differ: Vec<_> = differ.filter(|(one, other)| one != other).collect();
            return Err(format!("{form:?}: {differ:#?}\n{scenario:#?}\n{again:#?}"));
        }
        let topologies = [scenario, &again].map(|scenario| {
            let checked = poolproof::app::compile::checked_topology(scenario);
            let timed = poolproof::app::compile::timed_topology(scenario);
            format!("{checked:?} {timed:?}")
        });
        if topologies[0] != topologies[1] {
            return Err(format!("{form:?}: another topology"));
        }
    }
    Ok(())
}

/// Every file of the repository that is a scenario on its own.
fn library() -> Vec<PathBuf> {
    let below = |root: &'static str| {
        let names = tree(Path::new(root)).into_keys();
        names.map(move |name| Path::new(root).join(name))
    };
    let files = below("scenarios").chain(below("tests"));
    let is_toml = |path: &PathBuf| {
        path.extension()
            .is_some_and(|extension| extension == "toml")
    };
    files.filter(is_toml).collect()
}

#[test]
fn every_file_of_the_library_is_read_again_as_it_was() {
    let mut read = 0;
    for path in library() {
        let Ok(loaded) = load(&path) else { continue };
        read += 1;
        if let Err(why) = round_trip(&loaded.scenario) {
            panic!("{}: {why}", path.display());
        }
    }
    assert!(read > 120, "{read} files");
}

#[test]
fn the_minimal_form_has_only_what_differs() {
    let scenario = load(Path::new("scenarios/lync-2013-lbw.toml")).unwrap();
    let scenario = scenario.scenario;
    let minimal = scenario.write(Form::Minimal).text;
    assert!(
        minimal.contains("[mirroring]\nwitness = \"DC1\"\n"),
        "{minimal}"
    );
    // 80,000 users are usual for four active servers, and 24/s is the default.
    for default in [
        "users",
        "message_rate",
        "sql",
        "partner_timeout",
        "database_server",
    ] {
        assert!(!minimal.contains(default), "{default}:\n{minimal}");
    }
    let full = scenario.write(Form::Full).text;
    for key in keys::of_scenarios() {
        let is_value = !matches!(key.kind, Kind::Table | Kind::Tables);
        if is_value && key.default.is_some() && !key.path.starts_with("cost.") {
            let within = key.table() == "operators.shifts";
            let dc2 = key.table() == "failures.site_disaster_dc2";
            let line = format!("\n{} = ", key.name());
            assert!(within || dc2 || full.contains(&line), "{}", key.path);
        }
    }
}
