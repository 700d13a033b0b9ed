//! The SQL Server instances: their names, releases and editions.

use super::draft::{ImportAsk, ImportDraft, ValueOrigin};
use crate::records::setup::ServerProperties;
use crate::scenario::writer::quoted;

/// Roles with an instance, and their table in a scenario.
const ROLES: [(&str, &str); 6] = [
    ("A", "a"),
    ("B", "b"),
    ("W", "w"),
    ("S", "s"),
    ("SM", "sm"),
    ("SW", "sw"),
];

/// Adds the tables of `[sql]`.
pub(super) fn import(draft: &mut ImportDraft<'_>) {
    for (word, key) in ROLES {
        let Some(server) = draft.server(word) else {
            continue;
        };
        let origin = ValueOrigin::Record(ImportDraft::named(server));
        draft.value(&format!("sql.{key}.server"), quoted(&server.name), origin);
        let properties = &draft.records.setup.servers;
        let mut properties = properties
            .iter()
            .filter(|one| draft.word_of(one.server) == word);
        if let Some(found) = properties.next() {
            release(draft, key, word, found);
            edition(draft, key, word, found);
        }
    }
}

fn release(draft: &mut ImportDraft<'_>, key: &str, word: &str, found: &ServerProperties) {
    let key = format!("sql.{key}.version");
    let mut parts = found.version.split('.');
    let (major, minor) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
    let release = match (major, minor) {
        ("9", _) => Some("2005"),
        ("10", "50") => Some("2008R2"),
        ("10", _) => Some("2008"),
        ("11", _) => Some("2012"),
        ("12", _) => Some("2014"),
        ("13", _) => Some("2016"),
        _ => None,
    };
    match release {
        Some(release) => draft.record(&key, quoted(release), found.place),
        None => {
            draft.ask_text(&ImportAsk {
                key: &key,
                at: &key,
                text: format!(
                    "Which release is {} of {word}? It is later than those that a scenario knows.",
                    found.version
                ),
                choices: &["2005", "2008", "2008R2", "2012", "2014", "2016"],
                taken: "2016",
            });
        }
    }
}

fn edition(draft: &mut ImportDraft<'_>, key: &str, word: &str, found: &ServerProperties) {
    const EDITIONS: [&str; 4] = ["Enterprise", "Standard", "Workgroup", "Express"];
    let key = format!("sql.{key}.edition");
    let first = found.edition.split_whitespace().next().unwrap_or_default();
    // An evaluation of Enterprise is no licence for it.
    let is_evaluation = found.edition.to_lowercase().contains("evaluation");
    let mut editions = EDITIONS.into_iter().filter(|_| !is_evaluation);
    match editions.find(|edition| edition.eq_ignore_ascii_case(first)) {
        Some(edition) => draft.record(&key, quoted(edition), found.place),
        None => {
            draft.ask_text(&ImportAsk {
                key: &key,
                at: &key,
                text: format!("Which edition does `{}` of {word} count as?", found.edition),
                choices: &EDITIONS,
                taken: "Standard",
            });
        }
    }
}
