//! Drift: where records of the servers say something else than a scenario.

use poolproof_engines::clocks::distribution::SimDuration;
use toml::Value;

use super::import::{
    ImportAnswers, ImportError, ImportedValue, ValueOrigin, backups_of_b, import, missing_on_b,
    principal_is_b, quoted_row,
};
use crate::records::pool_records::PoolRecords;
use crate::records::schedule::Repetition;
use crate::records::server_name::is_same_server;
use crate::records::setup::RecordPlace;
use crate::scenario::check::Start;
use crate::scenario::diagnostic::{Diagnostic, Severity};
use crate::scenario::resolve::Loaded;
use crate::scenario::value::{duration_text, parse_duration};
use crate::scenario::writer::Form;

/// Compares a scenario with records: every difference, in the order of the keys' places.
///
/// What the records do not hold, such as data centres that the manifest does not name, is not
/// compared.
///
/// # Errors
/// When the records do not say how the pool is set up.
pub fn drift(loaded: &Loaded, records: &PoolRecords) -> Result<Vec<Diagnostic>, ImportError> {
    let imported = import(records, &ImportAnswers::default())?;
    let scenario = &loaded.scenario;
    let written = scenario.write(Form::Full).text;
    let written: toml::Table = written.parse().unwrap_or_default();
    // What is wrong with the servers themselves, such as two principals or a job that is disabled.
    // Whether B ships is compared with the scenario below.
    let wrong = imported.findings.iter();
    let wrong = wrong.filter(|one| one.code == "W0036" && !one.help.contains("(H-21)"));
    let mut found: Vec<Diagnostic> = wrong.cloned().collect();
    let mut servers: Option<(u64, &str)> = None;
    for value in &imported.values {
        if let Some((choices, from)) = &value.among {
            found.extend(outside(loaded, &written, value, (choices, from)));
        }
        let ValueOrigin::Record(from) = &value.origin else {
            continue;
        };
        if value.key.starts_with("pool.") {
            // Which of them is active, and where, no record says: how many there are is known.
            let count: u64 = value.toml.parse().unwrap_or(0);
            servers = Some((servers.map_or(0, |(sum, _)| sum) + count, from));
            continue;
        }
        found.extend(difference(loaded, &written, value, from));
    }
    let total = u64::from(scenario.pool.total());
    if let Some((count, from)) = servers.filter(|(count, _)| *count != total) {
        let message = format!(
            "the pool has {total} servers here and {count} in the records: {}",
            quoted_row(from)
        );
        found.push(at(loaded, "pool", "W0042", message));
    }
    let row = |place: RecordPlace| {
        let file = &records.manifest.files[place.file];
        format!("`{}`, row {}", file.path, place.row)
    };
    if scenario.mirroring.enabled
        && let Some(place) = principal_is_b(records)
    {
        let message = format!(
            "the scenario begins with A as the principal, and in the records B is: {}",
            row(place)
        );
        found.push(at(loaded, "mirroring", "W0042", message));
    }
    let ships = scenario.mirroring.enabled && scenario.log_shipping.enabled;
    if ships
        && scenario.log_shipping.mirror_configured
        && let Some((place, text)) = missing_on_b(records)
    {
        let message = format!(
            "the scenario says that B ships too, and in the records {text}: {}",
            row(place)
        );
        let found_here = at(loaded, "log_shipping.mirror_configured", "W0044", message);
        found.push(Diagnostic {
            help: "set log shipping up on B, or write mirror_configured = false (H-21)".to_owned(),
            hazards: vec!["H-21".to_owned()],
            ..found_here
        });
    }
    if ships
        && scenario.log_shipping.mirror_configured
        && let Some((place, repetition)) = backups_of_b(records)
        && let Some(text) = other_interval(scenario.log_shipping.backup_interval, repetition)
    {
        // After a failover of the pair it is B's job that ships.
        let message = format!("log_shipping.backup_interval is {text}: {}", row(place));
        let found_here = at(loaded, "log_shipping.backup_interval", "W0040", message);
        let help = "give the backup jobs of A and B one interval: the scenario has one for both";
        found.push(found_here.helped(help));
    }
    if scenario.mirroring.enabled && principal_is_b(records).is_none() {
        found.extend(as_lync_sees_it(loaded, records));
    }
    found.sort_by_key(|one| (one.line, one.column, one.code.clone()));
    Ok(found)
}

/// How the backup job of B differs from the interval of a scenario, in words.
fn other_interval(here: SimDuration, there: Repetition) -> Option<String> {
    let here_text = duration_text(here);
    let there = match there {
        Repetition::Every(ms) if ms == here.ms => return None,
        Repetition::Every(ms) => duration_text(SimDuration { ms }),
        Repetition::WithPauses(ms) => {
            format!(
                "{}, not around the clock,",
                duration_text(SimDuration { ms })
            )
        }
        Repetition::Irregular => "of no interval".to_owned(),
    };
    Some(format!(
        "{here_text} here, and the backup job of B is {there} in the records"
    ))
}

/// Where `Get-CsDatabaseMirrorState` sees another principal than A, which the topology names first.
fn as_lync_sees_it(loaded: &Loaded, records: &PoolRecords) -> Option<Diagnostic> {
    let mut rows = records.setup.mirror_states.iter();
    let database = &records.manifest.database;
    let row = rows.find(|row| row.database.eq_ignore_ascii_case(database))?;
    let seen = match row.is_first_principal {
        Some(true) => return None,
        Some(false) => "B is, as Lync sees it",
        None => "Lync sees none",
    };
    let message = format!(
        "the scenario begins with A as the principal, and in the records {seen}: `{}`, row {}",
        records.manifest.files[row.place.file].path, row.place.row
    );
    Some(at(loaded, "mirroring", "W0042", message))
}

/// What a value of the records is against that of the scenario, where it differs.
fn difference(
    loaded: &Loaded,
    written: &toml::Table,
    value: &ImportedValue,
    from: &str,
) -> Option<Diagnostic> {
    let key = value.key.as_str();
    // A title is for people; a missing job of B has a code of its own.
    let is_free =
        key == "title" || key == "log_shipping.mirror_configured" && value.toml == "false";
    // A server without a name is called by its letter in the drawing.
    let is_name = key.ends_with(".server") || key == "log_shipping.share_host";
    let is_unnamed = is_name && !loaded.places.has(key);
    if is_free || is_unnamed || is_of_nothing(loaded, key) {
        return None;
    }
    let mut keys = key.split('.');
    let first = keys.next().and_then(|key| written.get(key));
    let here = first.and_then(|first| keys.try_fold(first, |node, key| node.get(key)));
    // The state of the pool follows from where the check begins unless it is written.
    let state = match loaded.scenario.check.start {
        Start::Normal => "Normal",
        Start::FailedOver | Start::FailedOverOldDisks => "FailedOver",
    };
    let state = Value::String(state.to_owned());
    let here = here.or((key == "control.pool_state").then_some(&state))?;
    let recorded: toml::Table = format!("value = {}", value.toml).parse().ok()?;
    let recorded = recorded.get("value")?;
    if is_same(key, here, recorded) {
        return None;
    }
    let (here, recorded) = (shown(here), shown(recorded));
    let message = format!(
        "{key} is {here} here and {recorded} in the records: {}",
        quoted_row(from)
    );
    let found = at(loaded, key, code(key), message);
    let help = format!("write {key} = {}, or correct the server", value.toml);
    Some(found.helped(help))
}

/// What is said of a value that the records only narrow down, where the scenario has none of them:
/// such as a scenario without a witness, where there is one somewhere.
fn outside(
    loaded: &Loaded,
    written: &toml::Table,
    value: &ImportedValue,
    (choices, from): (&[String], &str),
) -> Option<Diagnostic> {
    let key = value.key.as_str();
    let (table, name) = key.split_once('.')?;
    let here = written.get(table)?.get(name)?.as_str()?;
    if is_of_nothing(loaded, key) || choices.iter().any(|choice| choice == here) {
        return None;
    }
    let message = format!(
        "{key} is {here} here and {} in the records: {}",
        choices.join(" or "),
        quoted_row(from)
    );
    Some(at(loaded, key, code(key), message))
}

/// Whether a key is about a part that the scenario does not have.
fn is_of_nothing(loaded: &Loaded, key: &str) -> bool {
    let scenario = &loaded.scenario;
    let is_switch = key.ends_with(".enabled");
    let within = |table: &str| key.starts_with(table) && !is_switch;
    let no_mirror = within("mirroring.") || within("sql.b.") || within("sql.w.");
    let no_shipping = within("log_shipping.") || within("secondary.") || within("sql.s");
    !scenario.mirroring.enabled && no_mirror
        || !scenario.log_shipping.enabled && no_shipping
        || scenario.mirroring.witness.is_none() && within("sql.w.")
        || !scenario.secondary.mirror && (within("sql.sm.") || key == "secondary.mirror_site")
        || !scenario.secondary.witness && (within("sql.sw.") || key == "secondary.witness_site")
        || !scenario.compliance.enabled && within("compliance.")
}

fn is_same(key: &str, one: &Value, other: &Value) -> bool {
    let (Some(here), Some(there)) = (one.as_str(), other.as_str()) else {
        return one == other;
    };
    let durations = parse_duration(here).ok().zip(parse_duration(there).ok());
    durations.is_some_and(|(one, other)| one == other)
        || here.eq_ignore_ascii_case(there)
        || (key.ends_with(".server") || key.ends_with("_host")) && is_same_server(here, there)
}

fn shown(value: &Value) -> String {
    match value.as_str() {
        Some(text) => text.to_owned(),
        None => value.to_string(),
    }
}

/// The code of a difference at a key.
fn code(key: &str) -> &'static str {
    let is_site = key.ends_with("site") || key == "control.next_hop" || key == "mirroring.witness";
    match key.rsplit('.').next().unwrap_or_default() {
        "backup_interval" | "copy_interval" | "restore_interval" => "W0040",
        "no_backup_alert" | "no_restore_alert" => "W0041",
        "version" | "edition" => "W0043",
        "server" | "mirror_configured" | "enabled" | "mirror" | "witness" => "W0042",
        _ if is_site => "W0042",
        _ => "W0045",
    }
}

/// A difference at a key, or at the nearest table around it; at none, about the file.
fn at(loaded: &Loaded, key: &str, code: &str, message: String) -> Diagnostic {
    match loaded.places.nearest(key) {
        Some(place) => Diagnostic::at(place, Severity::Warning, code, message),
        None => Diagnostic::about(&loaded.scenario.path, Severity::Warning, code, message),
    }
}
