//! Log shipping: what A and B ship, what S receives, and how often the jobs run.

use poolproof_engines::clocks::distribution::SimDuration;

use super::draft::{ImportAsk, ImportDraft, TWO_SITES};
use super::sessions::origin_of;
use crate::records::jobs::ShippingJob;
use crate::records::manifest::StatedSite;
use crate::records::pool_records::PoolRecords;
use crate::records::schedule::Repetition;
use crate::records::server_name::{ServerName, host_of_path, is_same_server};
use crate::records::setup::{JobSchedule, RecordPlace, ShippingPrimary, ShippingSecondary};
use crate::scenario::value::{duration_text, parse_duration};
use crate::scenario::writer::quoted;

/// Adds `[log_shipping]` and `[secondary]`; whether there is log shipping.
pub(super) fn import(draft: &mut ImportDraft<'_>, is_mirrored: bool) -> bool {
    let records = draft.records;
    let primary = ["A", "B"]
        .into_iter()
        .find_map(|word| primary_of(records, word));
    let secondary = secondary_of(records);
    let place = primary
        .map(|row| row.place)
        .or(secondary.map(|row| row.place));
    // What A ships and what S receives decides; that B ships nothing does not.
    let word_of = |server: usize| records.manifest.servers[server].word;
    let mut primaries = records.setup.primaries.iter();
    let mut secondaries = records.setup.secondaries.iter();
    let nothing = primaries
        .find(|row| word_of(row.server) == "A")
        .map(|row| row.place)
        .or_else(|| {
            secondaries
                .find(|row| word_of(row.server) == "S")
                .map(|row| row.place)
        });
    match (place, nothing) {
        (Some(place), _) => draft.record("log_shipping.enabled", "true", place),
        (None, Some(place)) => {
            draft.record("log_shipping.enabled", "false", place);
            return false;
        }
        (None, None) => {
            let taken = if draft.server("S").is_some() {
                "true"
            } else {
                "false"
            };
            let is_shipped = draft.ask_plain(&ImportAsk {
                key: "log_shipping.enabled",
                at: "log_shipping.enabled",
                text: "Is the log shipped to S? No record of A, B or S says so.".to_owned(),
                choices: &["true", "false"],
                taken,
            });
            if is_shipped != "true" {
                return false;
            }
        }
    }
    share(draft, primary);
    if is_mirrored {
        of_mirror(draft, primary);
    }
    intervals(draft);
    if let Some(row) = primary {
        of_primary(draft, row);
    }
    if let Some(row) = secondary {
        of_secondary(draft, row);
    }
    beside_secondary(draft);
    true
}

/// What the server of a role ships of the chat database.
fn primary_of<'r>(records: &'r PoolRecords, word: &str) -> Option<&'r ShippingPrimary> {
    let database = &records.manifest.database;
    let mut rows = records.setup.primaries.iter();
    rows.find(|row| {
        let is_there = records.manifest.servers[row.server].word == word;
        let name = row.database.as_ref();
        is_there && name.is_some_and(|name| name.eq_ignore_ascii_case(database))
    })
}

fn secondary_of(records: &PoolRecords) -> Option<&ShippingSecondary> {
    let database = &records.manifest.database;
    let mut rows = records.setup.secondaries.iter();
    rows.find(|row| {
        let is_there = records.manifest.servers[row.server].word == "S";
        let name = row.database.as_ref();
        is_there && name.is_some_and(|name| name.eq_ignore_ascii_case(database))
    })
}

/// A row by which B ships nothing, or its backup job does not run, and what is wrong in words.
pub fn missing_on_b(records: &PoolRecords) -> Option<(RecordPlace, &'static str)> {
    let is_of_b = |server: usize| records.manifest.servers[server].word == "B";
    if primary_of(records, "B").is_none() {
        let mut rows = records.setup.primaries.iter();
        let row = rows.find(|row| is_of_b(row.server))?;
        return Some((row.place, "B ships nothing"));
    }
    let jobs = schedules_of(records, "B", ShippingJob::Backup);
    match &jobs[..] {
        [] => None,
        jobs if jobs
            .iter()
            .any(|job| job.is_enabled && job.repetition.is_some()) =>
        {
            None
        }
        [first, ..] if first.repetition.is_none() => {
            Some((first.place, "the backup job of B has no schedule"))
        }
        [first, ..] => Some((first.place, "the backup job of B is disabled")),
    }
}

/// How often the backup job of B runs, by its first schedule that is not disabled.
pub fn backups_of_b(records: &PoolRecords) -> Option<(RecordPlace, Repetition)> {
    let jobs = schedules_of(records, "B", ShippingJob::Backup).into_iter();
    let mut running = jobs.filter(|job| job.is_enabled);
    running.find_map(|job| Some((job.place, job.repetition?)))
}

/// The schedules of a job on the server of a role.
fn schedules_of<'r>(
    records: &'r PoolRecords,
    word: &str,
    job: ShippingJob,
) -> Vec<&'r JobSchedule> {
    let database = &records.manifest.database;
    let rows = records.setup.schedules.iter();
    rows.filter(|row| {
        let is_there = records.manifest.servers[row.server].word == word;
        is_there && row.job == job && row.database.eq_ignore_ascii_case(database)
    })
    .collect()
}

/// Where the share is: on A if it is a folder of A, and else where its host is.
fn share(draft: &mut ImportDraft<'_>, row: Option<&ShippingPrimary>) {
    let row = row.filter(|row| !row.share.is_empty());
    let manifest = &draft.records.manifest;
    let host = row.map(|row| match host_of_path(&row.share) {
        Some(host) => host.to_owned(),
        None => manifest.servers[row.server].name.clone(),
    });
    let Some((row, host)) = row.zip(host) else {
        match draft.server("share") {
            Some(server) => share_site(draft, &server.name, None),
            None => {
                draft.ask_text(&ImportAsk {
                    key: "log_shipping.share",
                    at: "log_shipping.share",
                    text: "Where is the backup share?".to_owned(),
                    choices: &["primary", "DC1", "DC2", "third"],
                    taken: "DC1",
                });
            }
        }
        return;
    };
    let name = ServerName::parse(&host);
    let is_host = |server: &str| {
        let names = name.as_ref().zip(ServerName::parse(server));
        names.is_some_and(|(one, other)| one.is_same_host(&other))
    };
    let databases = manifest.servers.iter();
    let mut databases = databases.filter(|server| !matches!(server.word, "share" | "pool"));
    let database = databases.find(|server| is_host(&server.name));
    let shown = database.map_or(&host, |server| &server.name);
    draft.record("log_shipping.share_host", quoted(shown), row.place);
    match database {
        Some(server) if server.word == "A" => {
            draft.record("log_shipping.share", quoted("primary"), row.place);
        }
        _ => share_site(draft, &host, Some(row.place)),
    }
}

fn share_site(draft: &mut ImportDraft<'_>, host: &str, place: Option<RecordPlace>) {
    let what = "the host of the backup share";
    let sites: (&[StatedSite], _) = (&StatedSite::ALL, StatedSite::Dc1);
    draft.site_among("log_shipping.share", host, what, sites, place);
}

/// What B ships (H-21, H-22).
fn of_mirror(draft: &mut ImportDraft<'_>, primary: Option<&ShippingPrimary>) {
    let records = draft.records;
    if let Some((place, text)) = missing_on_b(records) {
        draft.finding(
            place,
            text,
            "after a failover to B, S gets no more files (H-21)",
        );
        if let Some(last) = draft.findings.last_mut() {
            last.hazards.push("H-21".to_owned());
        }
    }
    let Some(b) = primary_of(records, "B") else {
        let key = "log_shipping.mirror_configured";
        match missing_on_b(records) {
            Some((place, _)) => draft.record(key, "false", place),
            None => {
                draft.ask_plain(&ImportAsk {
                    key,
                    at: key,
                    text: "Does B ship the log as A does? No record of B says so.".to_owned(),
                    choices: &["true", "false"],
                    taken: "true",
                });
            }
        }
        return;
    };
    draft.record("log_shipping.mirror_configured", "true", b.place);
    let Some(a) = primary.filter(|row| row.place != b.place) else {
        return;
    };
    let folder = |row: &ShippingPrimary| row.share.trim_end_matches('\\').to_lowercase();
    let share = if folder(a) == folder(b) {
        "same"
    } else {
        "other-folder"
    };
    draft.record("log_shipping.mirror_share", quoted(share), b.place);
    if (a.retention_min, a.alert_min) != (b.retention_min, b.alert_min) {
        let text = format!(
            "retention or alert of B differ from those of A: {}",
            draft.row(a.place)
        );
        draft.finding(b.place, &text, "B has to have the same settings as A (V18)");
    }
}

/// The intervals of the three jobs.
fn intervals(draft: &mut ImportDraft<'_>) {
    for (job, word) in [
        (ShippingJob::Backup, "A"),
        (ShippingJob::Copy, "S"),
        (ShippingJob::Restore, "S"),
    ] {
        let key = format!("log_shipping.{}_interval", job.name());
        let all = schedules_of(draft.records, word, job);
        for disabled in all.iter().filter(|one| !one.is_enabled) {
            let text = format!(
                "the {} job of {word}, or its schedule, is disabled",
                job.name()
            );
            let help = "a scenario begins with jobs that run";
            draft.finding(disabled.place, &text, help);
        }
        let running = all.iter().filter(|one| one.is_enabled);
        let running: Vec<(&JobSchedule, Repetition)> = running
            .filter_map(|one| Some((*one, one.repetition?)))
            .collect();
        match running[..] {
            [(row, Repetition::Every(ms))] => {
                let interval = quoted(&duration_text(SimDuration { ms }));
                draft.record(&key, interval, row.place);
            }
            [(row, Repetition::WithPauses(ms))] => {
                let every = duration_text(SimDuration { ms });
                let text = format!(
                    "the {} job of {word} runs every {every}, but not around the clock",
                    job.name()
                );
                let help = "the model has no pauses in a schedule";
                draft.finding(row.place, &text, help);
                ask_interval(draft, &key, job, &every);
            }
            [(row, Repetition::Irregular)] => {
                let text = format!("the schedule of the {} job has no interval", job.name());
                draft.finding(row.place, &text, "give the interval that comes nearest");
                ask_interval(draft, &key, job, "15min");
            }
            [] => ask_interval(draft, &key, job, "15min"),
            [(row, first), ..] => {
                let text = format!("the {} job of {word} has several schedules", job.name());
                draft.finding(
                    row.place,
                    &text,
                    "give the interval that they come to together",
                );
                let taken = match first {
                    Repetition::Every(ms) | Repetition::WithPauses(ms) => {
                        duration_text(SimDuration { ms })
                    }
                    Repetition::Irregular => "15min".to_owned(),
                };
                ask_interval(draft, &key, job, &taken);
            }
        }
    }
}

fn ask_interval(draft: &mut ImportDraft<'_>, key: &str, job: ShippingJob, taken: &str) {
    let answer = draft.ask_text(&ImportAsk {
        key,
        at: key,
        text: format!("At which interval does the {} job run?", job.name()),
        choices: &[],
        taken,
    });
    if let Err(why) = parse_duration(&answer) {
        let message = format!("--answer {key}={answer} is no duration: {why}");
        draft.refuse(message, "as in 15min or 1h 30min");
    }
}

/// A threshold in minutes, or off.
fn threshold(minutes: u64) -> String {
    match minutes {
        0 => quoted("off"),
        minutes => minutes_text(minutes),
    }
}

fn minutes_text(minutes: u64) -> String {
    let ms = minutes.saturating_mul(60_000);
    quoted(&duration_text(SimDuration { ms }))
}

fn of_primary(draft: &mut ImportDraft<'_>, row: &ShippingPrimary) {
    if let Some(minutes) = row.alert_min {
        draft.record(
            "log_shipping.no_backup_alert",
            threshold(minutes),
            row.place,
        );
    }
    if let Some(minutes) = row.retention_min {
        draft.record(
            "log_shipping.backup_retention",
            minutes_text(minutes),
            row.place,
        );
    }
    let own = draft.records.manifest.servers[row.server].name.clone();
    match row
        .monitor
        .as_deref()
        .filter(|name| !is_same_server(name, &own))
    {
        None => draft.record("log_shipping.monitor", quoted("none"), row.place),
        Some(name) => {
            let what = "the monitor server of log shipping";
            let sites: (&[StatedSite], _) = (&TWO_SITES, StatedSite::Dc1);
            draft.site_among("log_shipping.monitor", name, what, sites, Some(row.place));
        }
    }
}

fn of_secondary(draft: &mut ImportDraft<'_>, row: &ShippingSecondary) {
    if let Some(minutes) = row.alert_min {
        draft.record(
            "log_shipping.no_restore_alert",
            threshold(minutes),
            row.place,
        );
    }
    if let Some(minutes) = row.delay_min {
        draft.record(
            "log_shipping.restore_delay",
            minutes_text(minutes),
            row.place,
        );
    }
    if let Some(is_standby) = row.is_standby {
        let mode = if is_standby { "standby" } else { "norecovery" };
        draft.record("log_shipping.restore_mode", quoted(mode), row.place);
    }
    let Some(folder) = &row.destination else {
        return;
    };
    let key = "log_shipping.copy_destination";
    let own = ServerName::parse(&draft.records.manifest.servers[row.server].name);
    let host = host_of_path(folder).and_then(ServerName::parse);
    let is_own = host
        .zip(own)
        .is_none_or(|(host, own)| host.is_same_host(&own));
    match is_own {
        true => draft.record(key, quoted("on-secondary"), row.place),
        false => {
            draft.ask_text(&ImportAsk {
                key,
                at: key,
                text: format!("Does S reach the folder that files are copied to, {folder}?"),
                choices: &["reachable", "unreachable"],
                taken: "reachable",
            });
        }
    }
}

/// What stands beside S: servers that the manifest names, and no others.
fn beside_secondary(draft: &mut ImportDraft<'_>) {
    match origin_of(draft, "SM") {
        Some(origin) => draft.value("secondary.mirror", "true", origin),
        None => {
            draft.ask_plain(&ImportAsk {
                key: "secondary.mirror",
                at: "secondary.mirror",
                text: "Is there a mirror of S for a failover to DC2? The manifest names no SM."
                    .to_owned(),
                choices: &["true", "false"],
                taken: "false",
            });
        }
    }
    let witness = origin_of(draft, "SW");
    if let Some(origin) = &witness {
        draft.value("secondary.witness", "true", origin.clone());
    }
    let places = [
        ("S", "secondary.site", "the secondary S"),
        ("SM", "secondary.mirror_site", "the mirror SM"),
        ("SW", "secondary.witness_site", "the witness SW"),
    ];
    for (word, key, what) in places {
        if let Some(server) = draft.server(word) {
            draft.site_at(key, &server.name, what, StatedSite::Dc2);
        }
    }
}
