//! The manifest of records: which server each file is from, in which zone its clock runs, and for
//! which time a list is complete.

use std::sync::Arc;

use encoding_rs::Encoding;
use jiff::tz::TimeZone;

use super::instant::{self, InstantMs};
use super::kind::RecordKind;
use super::server_name::is_same_server;
use crate::scenario::diagnostic::{Diagnostic, Place, Severity, Source};
use crate::scenario::document::{self, Node, Table, Value};
use crate::scenario::suggest;
use crate::scenario::value::{Parsed, mistake, parse_duration, wrong_type};

/// What a server is in the drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ServerRole {
    /// One of A, B, S and SM.
    Database,
    /// W or SW.
    Witness,
    /// A Persistent Chat server.
    Pool,
    /// The host of the backup share.
    Share,
}

/// The words for roles.
const ROLES: [(&str, ServerRole); 8] = [
    ("A", ServerRole::Database),
    ("B", ServerRole::Database),
    ("S", ServerRole::Database),
    ("SM", ServerRole::Database),
    ("W", ServerRole::Witness),
    ("SW", ServerRole::Witness),
    ("pool", ServerRole::Pool),
    ("share", ServerRole::Share),
];

impl ServerRole {
    /// The key of its failures in a scenario.
    #[must_use]
    pub const fn failures_key(self) -> &'static str {
        match self {
            Self::Database => "database_server",
            Self::Witness => "witness_server",
            Self::Pool => "pool_server",
            Self::Share => "share_server",
        }
    }
}

/// In which data centre something is, as people say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StatedSite {
    /// The data centre of the primary database server.
    Dc1,
    /// The other one.
    Dc2,
    /// A third place.
    Third,
}

impl StatedSite {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Dc1, Self::Dc2, Self::Third];

    /// Its word, as scenario files have it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dc1 => "DC1",
            Self::Dc2 => "DC2",
            Self::Third => "third",
        }
    }

    /// The site of a word, whatever the case of its letters.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|site| site.name().eq_ignore_ascii_case(name.trim()))
    }
}

/// A server that records are from.
#[derive(Debug, Clone)]
pub struct RecordServer {
    /// Its name, as its rows carry it.
    pub name: String,
    /// What it is.
    pub role: ServerRole,
    /// Its word in the manifest, such as A or pool.
    pub word: &'static str,
    /// Its data centre, where the manifest says so.
    pub site: Option<StatedSite>,
    /// The line of the manifest that names it.
    pub line: u64,
    /// The zone of its local times.
    pub zone: TimeZone,
    /// How far its clock is ahead of the true time; negative where it is behind.
    pub clock_ahead_ms: i64,
}

/// A file of records.
#[derive(Debug, Clone)]
pub struct RecordFile {
    /// Its path, relative to the manifest.
    pub path: String,
    /// What is in it.
    pub kind: RecordKind,
    /// The index of its server; `None` for a list that people wrote.
    pub server: Option<usize>,
    /// From when on it is complete, where the manifest says so.
    pub from: Option<InstantMs>,
    /// Until when it is complete.
    pub to: Option<InstantMs>,
    /// Its encoding, where the manifest says it.
    pub encoding: Option<&'static Encoding>,
    /// Where the manifest names it.
    pub(super) place: Place,
}

/// The manifest.
#[derive(Debug, Clone)]
pub struct RecordManifest {
    /// The database that is judged.
    pub database: String,
    /// The folders that the log-shipping job writes to, in lower case; none where it is not known.
    pub folders: Vec<String>,
    /// The servers, in their order.
    pub servers: Vec<RecordServer>,
    /// The files, in their order.
    pub files: Vec<RecordFile>,
}

const SERVER_HELP: &str = "[[server]] has role, name, site, time_zone and clock_ahead";
const FILE_HELP: &str = "[[file]] has path, kind, server, from, to and encoding";

impl RecordManifest {
    /// Reads a manifest; `name` is its file's, for messages.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse(name: &str, text: &str) -> Parsed<Self> {
        let source = Arc::new(Source::file(name, text));
        let (table, mut mistakes) = document::parse(&source);
        let mut manifest = Self {
            database: "mgc".to_owned(),
            folders: Vec::new(),
            servers: Vec::new(),
            files: Vec::new(),
        };
        mistakes.extend(unknown(
            &table,
            &["database", "folders", "server", "file"],
            "a manifest has database, folders, [[server]] and [[file]]",
        ));
        if let Some(node) = node(&table, "database") {
            keep(&mut mistakes, text_of(node), &mut |text| {
                manifest.database = text;
            });
        }
        let folders = node(&table, "folders").map_or(Ok(Vec::new()), list);
        keep(
            &mut mistakes,
            folders.and_then(|nodes| all(nodes, text_of)),
            &mut |folders| {
                manifest.folders = folders.iter().map(|folder| folder.to_lowercase()).collect();
            },
        );
        let servers = node(&table, "server").map_or(Ok(Vec::new()), list);
        keep(
            &mut mistakes,
            servers.and_then(|nodes| all(nodes, server)),
            &mut |servers| {
                manifest.servers = servers;
            },
        );
        let files = node(&table, "file").map_or(Ok(Vec::new()), list);
        let servers = &manifest.servers;
        let files = files.and_then(|nodes| all(nodes, |node| file(node, servers)));
        let mut found = Vec::new();
        keep(&mut mistakes, files, &mut |files| found = files);
        manifest.files = found;
        if mistakes.is_empty() && manifest.files.is_empty() {
            let message = "the manifest names no files".to_owned();
            let empty = Diagnostic::about(name, Severity::Error, "E0033", message);
            mistakes.push(empty.helped(FILE_HELP));
        }
        if mistakes.is_empty() {
            Ok(manifest)
        } else {
            Err(mistakes)
        }
    }

    /// A manifest of one file that is of no server, such as the record of a drill.
    #[must_use]
    pub fn of_file(path: &str, kind: RecordKind) -> Self {
        let source = Arc::new(Source::file(path, ""));
        Self {
            database: String::new(),
            folders: Vec::new(),
            servers: Vec::new(),
            files: vec![RecordFile {
                path: path.to_owned(),
                kind,
                server: None,
                from: None,
                to: None,
                encoding: None,
                place: document::place(&source, 0..0),
            }],
        }
    }

    /// The server of a name: as it is written, whatever the case of its letters, or else the only
    /// one that can be meant, with or without its domain and the name of the default instance.
    #[must_use]
    pub fn server(&self, name: &str) -> Option<usize> {
        server_of_name(&self.servers, name)
    }
}

fn server_of_name(servers: &[RecordServer], name: &str) -> Option<usize> {
    let name = name.trim();
    let is_it = |server: &RecordServer| server.name.eq_ignore_ascii_case(name);
    servers.iter().position(is_it).or_else(|| {
        let indices = 0..servers.len();
        let mut same = indices.filter(|index| is_same_server(&servers[*index].name, name));
        same.next().filter(|_| same.next().is_none())
    })
}

fn node<'t>(table: &'t Table, key: &str) -> Option<&'t Node> {
    table.entries.get(key).map(|entry| &entry.node)
}

/// Takes a value, or its mistakes.
fn keep<T>(mistakes: &mut Vec<Diagnostic>, parsed: Parsed<T>, take: &mut dyn FnMut(T)) {
    match parsed {
        Ok(value) => take(value),
        Err(more) => mistakes.extend(more),
    }
}

fn list(node: &Node) -> Parsed<Vec<&Node>> {
    match &node.value {
        Value::Array(items) => Ok(items.iter().collect()),
        _ => Err(vec![wrong_type(node, "a list")]),
    }
}

/// Every item, or the mistakes of all.
fn all<T>(nodes: Vec<&Node>, read: impl Fn(&Node) -> Parsed<T>) -> Parsed<Vec<T>> {
    let (mut items, mut mistakes) = (Vec::new(), Vec::new());
    for node in nodes {
        keep(&mut mistakes, read(node), &mut |item| items.push(item));
    }
    match mistakes.is_empty() {
        true => Ok(items),
        false => Err(mistakes),
    }
}

fn text_of(node: &Node) -> Parsed<String> {
    let text = node.text().map(str::to_owned);
    text.ok_or_else(|| vec![wrong_type(node, "a string")])
}

fn unknown(table: &Table, valid: &[&str], help: &str) -> Vec<Diagnostic> {
    let unknown = table.entries.iter();
    let unknown = unknown.filter(|(key, _)| !valid.contains(&key.as_str()));
    let refuse = |(key, entry): (&String, &document::Entry)| {
        let message = format!("unknown key `{key}` in a manifest of records");
        Diagnostic::at(&entry.key, Severity::Error, "E0020", message).helped(help)
    };
    unknown.map(refuse).collect()
}

/// The text at a key, and the mistake where it is missing.
fn required<'t>(item: &Node, table: &'t Table, key: &str, help: &str) -> Parsed<&'t Node> {
    node(table, key).ok_or_else(|| {
        let message = format!("`{key}` is missing");
        vec![mistake(item, "E0021", message).helped(help)]
    })
}

fn server(item: &Node) -> Parsed<RecordServer> {
    let Some(table) = item.table() else {
        return Err(vec![wrong_type(item, "a table").helped(SERVER_HELP)]);
    };
    let keys = ["role", "name", "site", "time_zone", "clock_ahead"];
    let mut mistakes = unknown(table, &keys, SERVER_HELP);
    let mut name = None;
    let of_name = required(item, table, "name", SERVER_HELP).and_then(text_of);
    keep(&mut mistakes, of_name, &mut |text| name = Some(text));
    let mut role = None;
    let of_role = required(item, table, "role", SERVER_HELP).and_then(|node| {
        let text = text_of(node)?;
        let found = ROLES.iter().find(|(word, _)| *word == text).copied();
        found.ok_or_else(|| {
            let words: Vec<&str> = ROLES.iter().map(|(word, _)| *word).collect();
            let help = suggest::help(&text, &words, "valid roles");
            vec![mistake(node, "E0025", format!("invalid role `{text}`")).helped(help)]
        })
    });
    keep(&mut mistakes, of_role, &mut |found| role = Some(found));
    let mut site = None;
    if let Some(node) = node(table, "site") {
        let found = text_of(node).and_then(|text| {
            StatedSite::from_name(&text).ok_or_else(|| {
                let words = StatedSite::ALL.map(StatedSite::name);
                let help = suggest::help(&text, &words, "valid sites");
                vec![mistake(node, "E0025", format!("invalid site `{text}`")).helped(help)]
            })
        });
        keep(&mut mistakes, found, &mut |found| site = Some(found));
    }
    let mut zone = TimeZone::UTC;
    if let Some(node) = node(table, "time_zone") {
        let found = text_of(node).and_then(|text| {
            TimeZone::get(&text).map_err(|_| {
                let message = format!("unknown time zone `{text}`");
                let help = "a name of the tz database, such as \"Europe/Berlin\" or \"UTC\"";
                vec![mistake(node, "E0025", message).helped(help)]
            })
        });
        keep(&mut mistakes, found, &mut |found| zone = found);
    }
    let mut clock_ahead_ms = 0;
    if let Some(node) = node(table, "clock_ahead") {
        let found = text_of(node).and_then(|text| ahead(node, &text));
        keep(&mut mistakes, found, &mut |ms| clock_ahead_ms = ms);
    }
    match (name, role) {
        (Some(name), Some((word, role))) if mistakes.is_empty() => Ok(RecordServer {
            name,
            role,
            word,
            site,
            line: item.place.line() as u64,
            zone,
            clock_ahead_ms,
        }),
        _ => Err(mistakes),
    }
}

/// How far a clock is ahead: a duration, with a minus where it is behind.
fn ahead(node: &Node, text: &str) -> Parsed<i64> {
    let (sign, size) = match text.trim().strip_prefix('-') {
        Some(size) => (-1, size),
        None => (1, text),
    };
    let refuse = |why: String| {
        let message = format!("`{text}` is not a difference of clocks: {why}");
        vec![mistake(node, "E0023", message).helped("as in \"2s\", \"-1.5s\" or \"0s\"")]
    };
    let duration = parse_duration(size).map_err(refuse)?;
    i64::try_from(duration.ms)
        .map(|ms| sign * ms)
        .map_err(|_| refuse("too long".to_owned()))
}

fn file(item: &Node, servers: &[RecordServer]) -> Parsed<RecordFile> {
    let Some(table) = item.table() else {
        return Err(vec![wrong_type(item, "a table").helped(FILE_HELP)]);
    };
    let keys = ["path", "kind", "server", "from", "to", "encoding"];
    let mut mistakes = unknown(table, &keys, FILE_HELP);
    let (mut path, mut kind, mut server) = (None, None, None);
    let of_path = required(item, table, "path", FILE_HELP).and_then(text_of);
    // Manifests are written on Windows and read anywhere.
    keep(&mut mistakes, of_path, &mut |text| {
        path = Some(text.replace('\\', "/"));
    });
    let of_kind = required(item, table, "kind", FILE_HELP).and_then(kind_of);
    keep(&mut mistakes, of_kind, &mut |found| kind = Some(found));
    if let Some(node) = node(table, "server") {
        let found = text_of(node).and_then(|text| {
            server_of_name(servers, &text).ok_or_else(|| {
                let message = format!("no [[server]] has the name `{text}`");
                let help = "name each server with its role, so that nothing has to be guessed";
                vec![mistake(node, "E0033", message).helped(help)]
            })
        });
        keep(&mut mistakes, found, &mut |index| server = Some(index));
    } else if kind.is_some_and(|kind| !kind.is_of_the_pool()) {
        let message = "the file is of no server".to_owned();
        mistakes.push(mistake(item, "E0021", message).helped("add server = \"NAME\""));
    }
    let mut limits = [None; 2];
    for (limit, key) in limits.iter_mut().zip(["from", "to"]) {
        if let Some(node) = node(table, key) {
            keep(&mut mistakes, instant_of(node), &mut |ms| *limit = Some(ms));
        }
    }
    let mut encoding = None;
    if let Some(node) = node(table, "encoding") {
        let found = text_of(node).and_then(|text| {
            Encoding::for_label(text.as_bytes()).ok_or_else(|| {
                let message = format!("unknown encoding `{text}`");
                let help = "as in \"utf-8\", \"utf-16le\" or \"windows-1252\"";
                vec![mistake(node, "E0025", message).helped(help)]
            })
        });
        keep(&mut mistakes, found, &mut |found| encoding = Some(found));
    }
    let [from, to] = limits;
    if from.zip(to).is_some_and(|(from, to)| from >= to) {
        let message = "`to` is not after `from`".to_owned();
        mistakes.push(mistake(item, "E0026", message));
    }
    match (path, kind) {
        (Some(path), Some(kind)) if mistakes.is_empty() => Ok(RecordFile {
            path,
            kind,
            server,
            from,
            to,
            encoding,
            place: item.place.clone(),
        }),
        _ => Err(mistakes),
    }
}

fn kind_of(node: &Node) -> Parsed<RecordKind> {
    let text = text_of(node)?;
    RecordKind::from_name(&text).ok_or_else(|| {
        let names = RecordKind::ALL.map(RecordKind::name);
        let help = suggest::help(&text, &names, "valid kinds");
        vec![mistake(node, "E0025", format!("invalid kind `{text}`")).helped(help)]
    })
}

/// An instant in a manifest, in UTC unless it has an offset.
fn instant_of(node: &Node) -> Parsed<InstantMs> {
    let text = match &node.value {
        Value::Datetime(text) => text.clone(),
        _ => text_of(node)?,
    };
    instant::parse(&text, &TimeZone::UTC).map_err(|why| {
        let message = format!("`{text}` is not an instant");
        vec![mistake(node, "E0025", message).helped(why.expected())]
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::collect::Collection;

    #[test]
    fn the_manifest_that_is_collected_is_read() {
        let text = Collection::of(None).manifest();
        let manifest = RecordManifest::parse("records.toml", &text).unwrap();
        assert_eq!(manifest.servers.len(), 6);
        assert_eq!(manifest.server("sm"), None);
        assert_eq!(manifest.server(" a "), Some(0));
        assert!(manifest.files.len() > 10);
        assert_eq!(manifest.folders, [r"\\fs1\ls"]);
    }

    #[test]
    fn all_mistakes_are_said_at_once_with_their_lines() {
        let text = "data = 1\n[[server]]\nrole = \"C\"\nname = \"x\"\ntime_zone = \"Mars\"\n\
                    clock_ahead = \"2\"\n[[server]]\nrole = \"A\"\nname = \"a\"\n\
                    [[file]]\npath = \"f.csv\"\nkind = \"backups\"\nserver = \"b\"\n\
                    from = \"02/03/2016\"\nencoding = \"x\"\n";
        let mistakes = RecordManifest::parse("m.toml", text).unwrap_err();
        let found: Vec<(String, usize)> = mistakes
            .iter()
            .map(|one| (one.code.clone(), one.line))
            .collect();
        let wanted = [
            ("E0020", 1),
            ("E0025", 3),
            ("E0025", 5),
            ("E0023", 6),
            ("E0025", 12),
            ("E0033", 13),
            ("E0025", 14),
            ("E0025", 15),
        ];
        let wanted = wanted.map(|(code, line)| (code.to_owned(), line));
        assert_eq!(found, wanted);
        assert!(RecordManifest::parse("m.toml", "").is_err());
    }
}
