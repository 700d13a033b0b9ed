//! Failure rates, planned work and repair times, from event logs and lists of incidents.
//!
//! Event logs decide on what they see of a server: outages, crashes of its service and planned
//! work. A list that people wrote decides on all else, and on servers without event logs. A kind
//! that no list ever names keeps its prior: whether it would have been listed is not known.

use poolproof_reports::fit::{FitDecision, FitUnit, FitValue};
use poolproof_reports::quantity::plural;

use super::delays;
use super::draft::{FitDraft, blank, comments};
use super::rates::{self, Evidence};
use crate::records::kind::RecordKind;
use crate::records::manifest::ServerRole;
use crate::records::outages::{OutageRecord, OutageSubject};
use crate::records::pool_records::{PoolRecords, Watch};
use crate::scenario::failures::{FailureMode, Noticed, modes_text};
use crate::scenario::value::{LONGEST, RateUnit, duration_text};
use crate::scenario::writer::{Files, delay_text, quoted, rate_text};

/// What event logs see.
const LOGGED: [&str; 3] = ["outage", "process-crash", "patching"];

/// A planned work more frequent than this is none.
const EVERY_LEAST_MS: f64 = 3_600_000.0;

pub(super) fn fit(draft: &mut FitDraft<'_>) {
    let prior = &draft.request.prior.failures;
    let roles = [
        (
            ServerRole::Database,
            &prior.database_server,
            "database servers",
        ),
        (ServerRole::Pool, &prior.pool_server, "pool servers"),
        (
            ServerRole::Witness,
            &prior.witness_server,
            "witness servers",
        ),
        (
            ServerRole::Share,
            &prior.share_server,
            "the host of the share",
        ),
    ];
    for (role, modes, name) in roles {
        servers(draft, role, modes, name);
    }
    let links = match draft.request.prior.mirroring.witness {
        Some(_) => 3.0,
        None => 1.0,
    };
    let singles = [
        (
            OutageSubject::DataCentre,
            &prior.site_outage,
            "site_outage",
            2.0,
            "outages of a data centre",
        ),
        (
            OutageSubject::InterSiteLink,
            &prior.inter_site_link,
            "inter_site_link",
            1.0,
            "cuts between the data centres",
        ),
        (
            OutageSubject::LocalLink,
            &prior.local_link,
            "local_link",
            links,
            "cuts of a link in a pair",
        ),
    ];
    for (subject, mode, key, count, name) in singles {
        single(draft, subject, mode, (key, count, name));
    }
}

/// The servers of a role, by their indices.
fn servers_of(records: &PoolRecords, role: ServerRole) -> Vec<usize> {
    let servers = records.manifest.servers.iter().enumerate();
    let servers = servers.filter(|(_, server)| server.role == role);
    servers.map(|(index, _)| index).collect()
}

/// The time of watches in milliseconds, without that of the outages in them.
fn exposure(watches: &[Watch], outages: &[&OutageRecord]) -> f64 {
    let watched: i64 = watches.iter().map(|watch| watch.to - watch.from).sum();
    let down: u64 = outages.iter().filter_map(|outage| outage.length_ms()).sum();
    (watched as f64 - down as f64).max(0.0)
}

fn is_within(outage: &OutageRecord, watches: &[Watch]) -> bool {
    let at = outage.at();
    let covers = |watch: &Watch, at: i64| watch.from <= at && at <= watch.to;
    at.is_some_and(|at| watches.iter().any(|watch| covers(watch, at)))
}

/// The failures of a kind of servers, as one list.
fn servers(draft: &mut FitDraft<'_>, role: ServerRole, prior: &[FailureMode], name: &str) {
    let records = draft.request.records;
    let indices = servers_of(records, role);
    if indices.is_empty() {
        return;
    }
    let of_role = |outage: &&OutageRecord| match outage.subject {
        OutageSubject::Server(server) => indices.contains(&server),
        _ => false,
    };
    let is_logged = |server: &usize| records.watched.contains_key(server);
    let has_logs = indices.iter().any(is_logged);
    let from_list = |outage: &OutageRecord| {
        records.manifest.files[outage.origin.0].kind == RecordKind::Incidents
    };
    let all: Vec<&OutageRecord> = records.outages.iter().filter(of_role).collect();
    let has_list = all.iter().any(|outage| from_list(outage));
    if !has_logs && !has_list {
        draft.unused.push(format!(
            "no event log and no list names {name}: their priors stay"
        ));
        return;
    }
    let mut modes = prior.to_vec();
    let found: std::collections::BTreeSet<&str> =
        all.iter().map(|outage| outage.mode.as_str()).collect();
    for mode in found {
        if !modes.iter().any(|known| known.name == mode) && modes.len() < MODES_MOST {
            let is_planned = all.iter().any(|one| one.mode == mode && one.is_planned);
            modes.extend(like(prior, mode, is_planned));
        }
    }
    let mut measured = Vec::new();
    for (index, mode) in modes.iter_mut().enumerate() {
        let by_log = has_logs && LOGGED.contains(&mode.name.as_str());
        let (mut years, mut events) = (0.0, Vec::new());
        for server in &indices {
            let watches = match (by_log, records.watched.get(server)) {
                (true, Some(watches)) => watches.as_slice(),
                (true, None) => &[],
                (false, _) if has_list => records.listed.as_slice(),
                (false, _) => &[],
            };
            let of_server = |outage: &&&OutageRecord| {
                let same = outage.subject == OutageSubject::Server(*server);
                same && from_list(outage) != by_log && is_within(outage, watches)
            };
            let own: Vec<&OutageRecord> = all.iter().filter(of_server).copied().collect();
            years += exposure(watches, &own) / RateUnit::Year.ms() as f64;
            events.extend(own.into_iter().filter(|outage| outage.mode == mode.name));
        }
        if !by_log {
            let twice = all
                .iter()
                .filter(|one| from_list(one) && LOGGED.contains(&&*one.mode));
            let twice = twice.count() as u64;
            if has_logs && twice > 0 && index == 0 {
                let text = plural(twice, "listed incident", "listed incidents");
                draft
                    .unused
                    .push(format!("{text} of {name}: their event logs decide"));
            }
        }
        let key = format!("failures.{}.{index}", role.failures_key());
        let files = files_of(draft, &events, by_log);
        let head = (key.as_str(), format!("{} of {name}", mode.name));
        measured.extend(one_mode(draft, mode, &head, &events, years, &files));
    }
    write_list(draft, role, &modes, &measured);
}

/// The most modes of a kind.
const MODES_MOST: usize = 8;

/// A mode that only the records know, with the repair of the kind's first.
fn like(prior: &[FailureMode], name: &str, is_planned: bool) -> Option<FailureMode> {
    let like = prior
        .iter()
        .find(|mode| mode.planned_every.is_some() == is_planned)?;
    Some(FailureMode {
        name: name.to_owned(),
        rate: rates::rate(1e-7),
        common_cause: 0.0,
        destructive: 0.0,
        ..like.clone()
    })
}

/// The files that events are from; those that were watched in vain, where there are none.
fn files_of(draft: &FitDraft<'_>, events: &[&OutageRecord], by_log: bool) -> Vec<String> {
    let records = draft.request.records;
    let mut files: Vec<usize> = events.iter().map(|outage| outage.origin.0).collect();
    files.sort_unstable();
    files.dedup();
    if files.is_empty() {
        return draft.files_of(&[match by_log {
            true => RecordKind::ServiceEvents,
            false => RecordKind::Incidents,
        }]);
    }
    let path = |index: &usize| records.manifest.files[*index].path.clone();
    files.iter().map(path).collect()
}

/// Fits one mode in place; the values that are written.
fn one_mode(
    draft: &mut FitDraft<'_>,
    mode: &mut FailureMode,
    (key, title): &(&str, String),
    events: &[&OutageRecord],
    years: f64,
    from: &[String],
) -> Vec<FitValue> {
    let mut written = Vec::new();
    let often = match mode.planned_every {
        Some(_) => "every",
        None => "rate",
    };
    let prior = match mode.planned_every {
        Some(every) => quoted(&duration_text(every)),
        None => rate_text(mode.rate),
    };
    let mut value = blank(&format!("{key}.{often}"), title, prior, FitUnit::PerYear);
    value.from = from.to_vec();
    let prior_per_year = match mode.planned_every {
        Some(every) => RateUnit::Year.ms() as f64 / every.ms as f64,
        None => mode.rate.per_year(),
    };
    let evidence = Evidence {
        events: events.len() as u64,
        years,
    };
    if let Some(per_year) = rates::decide(&mut value, prior_per_year, evidence) {
        value.written = Some(match &mut mode.planned_every {
            Some(every) => {
                let ms = RateUnit::Year.ms() as f64 / per_year;
                every.ms = ms.clamp(EVERY_LEAST_MS, LONGEST.ms as f64) as u64;
                every.ms = coarse(every.ms);
                quoted(&duration_text(*every))
            }
            None => {
                mode.rate = rates::rate(per_year);
                rate_text(mode.rate)
            }
        });
        notice(mode, events, &mut value);
        written.push(value.clone());
    }
    if !value.from.is_empty() && years > 0.0 {
        draft.values.push(value);
    } else {
        return written;
    }
    let lengths: Vec<u64> = events.iter().filter_map(|one| one.length_ms()).collect();
    let prior = delay_text(&mode.repair, &mut Files::default());
    let title = format!("repair of {title}");
    let mut value = blank(&format!("{key}.repair"), &title, prior, FitUnit::Ms);
    value.from = from.to_vec();
    let open = events.len() - lengths.len();
    if open > 0 {
        value.notes.push(format!(
            "{} of {} without a known beginning or end: they count for the rate only",
            open,
            plural(events.len() as u64, "event", "events")
        ));
    }
    if let Some((distribution, sample)) = delays::decide(&mut value, &lengths) {
        value.written = Some(delay_text(&distribution, &mut draft.files));
        mode.repair = distribution;
        draft.samples.push(sample);
        written.push(value.clone());
    }
    draft.values.push(value);
    written
}

/// A long time to whole hours, a shorter one to whole minutes: more would only look exact.
const fn coarse(ms: u64) -> u64 {
    let unit = if ms >= 86_400_000 { 3_600_000 } else { 60_000 };
    (ms + unit / 2) / unit * unit
}

/// How partners notice the mode: as most of its events were noticed.
fn notice(mode: &mut FailureMode, events: &[&OutageRecord], value: &mut FitValue) {
    let count = |noticed| {
        events
            .iter()
            .filter(|one| one.noticed == Some(noticed))
            .count()
    };
    let (closed, silent) = (count(Noticed::Closed), count(Noticed::Silent));
    if mode.planned_every.is_some() || closed + silent == 0 {
        return;
    }
    mode.noticed = match closed > silent {
        true => Noticed::Closed,
        false => Noticed::Silent,
    };
    value.notes.push(format!(
        "noticed: {closed} by closed connections, {silent} by silence"
    ));
}

/// Writes the list of modes, unless every prior stays.
fn write_list(
    draft: &mut FitDraft<'_>,
    role: ServerRole,
    modes: &[FailureMode],
    measured: &[FitValue],
) {
    if measured
        .iter()
        .all(|value| value.decision == FitDecision::Prior)
    {
        return;
    }
    let mut lines = vec!["The whole list: what no record knows is the prior.".to_owned()];
    for value in measured {
        lines.push(String::new());
        lines.extend(comments(value));
        draft.measure(value.key.clone(), value);
    }
    let toml = modes_text(modes, &mut draft.files);
    draft.setting(
        "failures".to_owned(),
        role.failures_key().to_owned(),
        toml,
        lines,
    );
}

/// A kind with one mode, from lists.
fn single(
    draft: &mut FitDraft<'_>,
    subject: OutageSubject,
    prior: &FailureMode,
    (key, count, name): (&str, f64, &str),
) {
    let records = draft.request.records;
    let watches = records.listed.as_slice();
    let all = records.outages.iter();
    let events: Vec<&OutageRecord> = all
        .filter(|outage| outage.subject == subject && is_within(outage, watches))
        .collect();
    if events.is_empty() {
        if !watches.is_empty() {
            let text = format!("no list names {name}: whether they would be listed is not known");
            draft.unused.push(text);
        }
        return;
    }
    let watched: i64 = watches.iter().map(|watch| watch.to - watch.from).sum();
    let down: u64 = events.iter().filter_map(|one| one.length_ms()).sum();
    let years = (watched as f64 * count - down as f64).max(0.0) / RateUnit::Year.ms() as f64;
    let mut mode = prior.clone();
    let table = format!("failures.{key}");
    let files = files_of(draft, &events, false);
    let head = (table.as_str(), name.to_owned());
    for value in one_mode(draft, &mut mode, &head, &events, years, &files) {
        let (table, key) = value.key.rsplit_once('.').unwrap_or(("", &value.key));
        let toml = value.written.clone().unwrap_or_default();
        draft.setting(table.to_owned(), key.to_owned(), toml, comments(&value));
        draft.measure(value.key.clone(), &value);
    }
}
