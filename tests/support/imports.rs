//! Imports of records that are made from a scenario, whole or changed.

use std::io::{Cursor, Read};
use std::path::Path;

use poolproof::app::import::{ImportAnswers, ImportedScenario, import};
use poolproof::records::manifest::RecordManifest;
use poolproof::records::pool_records::PoolRecords;
use poolproof::scenario::diagnostic::Diagnostic;
use poolproof::scenario::{self, Loaded, Scenario};

use super::records::{RecordText, utf_16};
use super::setup_records::{answers, names, setup_records};

/// A scenario whose servers have names, with some values changed.
pub fn named(changes: &[(&str, &str)]) -> Loaded {
    let changes = changes
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    let changes: Vec<_> = names().into_iter().chain(changes).collect();
    scenario::load_with(Path::new("scenarios/lync-2013-lbw.toml"), &changes).unwrap()
}

/// Records from their files, without a directory.
pub fn read(files: &[RecordText]) -> Result<PoolRecords, Vec<Diagnostic>> {
    let text = |name: &str| {
        let found = files.iter().find(|(path, _)| path == name);
        found.map(|(_, bytes)| bytes.clone())
    };
    let manifest = String::from_utf8(text("records.toml").unwrap()).unwrap();
    let manifest = RecordManifest::parse("records.toml", &manifest)?;
    let open = |path: &str| -> Result<Box<dyn Read>, String> {
        let bytes = text(path).ok_or_else(|| format!("{path} is missing"))?;
        Ok(Box::new(Cursor::new(bytes)))
    };
    PoolRecords::read(manifest, &open)
}

pub fn answered(scenario: &Scenario) -> ImportAnswers {
    let (sites, values) = answers(scenario);
    let mut answers = ImportAnswers::default();
    sites
        .iter()
        .for_each(|site| answers.add_site(site).unwrap());
    values
        .iter()
        .for_each(|value| answers.add_value(value).unwrap());
    if scenario.log_shipping.enabled {
        // What the topology leaves open: its line is that of the generated file.
        let open = import(&read(&setup_records(scenario)).unwrap(), &answers).unwrap();
        let key = open
            .questions
            .iter()
            .find(|one| one.key.starts_with("dependency"));
        answers
            .add_value(&format!("{}=S", key.unwrap().key))
            .unwrap();
    }
    answers
}

pub fn imported(files: &[RecordText]) -> ImportedScenario {
    import(&read(files).unwrap(), &ImportAnswers::default()).unwrap()
}

/// Replaces a text in a file, which has to be there.
pub fn change(files: &mut [RecordText], path: &str, from: &str, to: &str) {
    let (_, bytes) = files.iter_mut().find(|(name, _)| name == path).unwrap();
    let is_utf_16 = bytes.starts_with(&[0xff, 0xfe]);
    let text = match is_utf_16 {
        true => {
            let units = bytes[2..].chunks_exact(2);
            let units: Vec<u16> = units
                .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
                .collect();
            String::from_utf16(&units).unwrap()
        }
        false => String::from_utf8(bytes.clone()).unwrap(),
    };
    assert!(text.contains(from), "{path}: {text}");
    let text = text.replacen(from, to, 1);
    *bytes = if is_utf_16 {
        utf_16(&text)
    } else {
        text.into_bytes()
    };
}

pub fn changed(changes: &[(&str, &str, &str)]) -> Vec<RecordText> {
    let mut files = setup_records(&named(&[]).scenario);
    for (path, from, to) in changes {
        change(&mut files, path, from, to);
    }
    files
}
