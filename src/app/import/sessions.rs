//! Mirroring: from the partners' own rows, compared with what the witness and Lync say.

use super::draft::{ImportAsk, ImportDraft, ValueOrigin};
use crate::records::manifest::{RecordManifest, StatedSite};
use crate::records::pool_records::PoolRecords;
use crate::records::server_name::ServerName;
use crate::records::setup::{DatabaseSetup, MirrorSession, RecordPlace};
use crate::scenario::writer::quoted;

/// The compliance database.
const COMPLIANCE: &str = "mgccomp";

/// Adds `[mirroring]` and what else the rows of databases say; whether there is a mirror.
pub(super) fn import(draft: &mut ImportDraft<'_>) -> bool {
    let records = draft.records;
    let a = row_of(records, "A", &records.manifest.database);
    let b = row_of(records, "B", &records.manifest.database);
    let sessions = [a, b].map(|row| row.and_then(|row| Some((row, row.session.as_ref()?))));
    let is_mirrored = match sessions[0].or(sessions[1]) {
        Some((row, session)) => {
            draft.record("mirroring.enabled", "true", row.place);
            for other in [a, b]
                .into_iter()
                .flatten()
                .filter(|one| one.session.is_none())
            {
                let row = draft.row(row.place);
                let text = format!("the database is not mirrored here, and {row} says that it is");
                draft.finding(other.place, &text, "collect both again, at the same time");
            }
            settings(draft, row, session, sessions);
            true
        }
        None => unmirrored(draft, a.or(b)),
    };
    if let Some(row) = a.or(b)
        && let Some(model) = &row.recovery_model
    {
        let model = model.to_lowercase().replace('_', "-");
        draft.record("sql.recovery_model", quoted(&model), row.place);
    }
    compliance(draft);
    split_roles(draft);
    is_mirrored
}

/// The row of a database on the server of a role.
pub(super) fn row_of<'r>(
    records: &'r PoolRecords,
    word: &str,
    database: &str,
) -> Option<&'r DatabaseSetup> {
    let mut rows = records.setup.databases.iter();
    rows.find(|row| {
        let is_there = records.manifest.servers[row.server].word == word;
        is_there && row.database.eq_ignore_ascii_case(database)
    })
}

/// The row by which B is the principal of the chat database, or A is not.
pub fn principal_is_b(records: &PoolRecords) -> Option<RecordPlace> {
    let database = &records.manifest.database;
    let is_principal = |word: &str, wanted: bool| {
        let row = row_of(records, word, database)?;
        let session = row.session.as_ref()?;
        (session.is_principal == wanted).then_some(row.place)
    };
    is_principal("A", false).or_else(|| {
        // Two principals are a finding of their own.
        is_principal("B", true).filter(|_| is_principal("A", true).is_none())
    })
}

/// There is no session in the rows: because there is none, or because nobody has looked.
fn unmirrored(draft: &mut ImportDraft<'_>, row: Option<&DatabaseSetup>) -> bool {
    if let Some(row) = row {
        draft.record("mirroring.enabled", "false", row.place);
        return false;
    }
    let taken = match draft.server("B") {
        Some(_) => "true",
        None => "false",
    };
    let is_mirrored = draft.ask_plain(&ImportAsk {
        key: "mirroring.enabled",
        at: "mirroring.enabled",
        text: "Is the chat database mirrored on B? No record of A or B says so.".to_owned(),
        choices: &["true", "false"],
        taken,
    });
    if is_mirrored != "true" {
        return false;
    }
    match draft.server("W") {
        Some(server) => witness_site(draft, &server.name, None),
        None => {
            draft.ask_text(&ImportAsk {
                key: "mirroring.witness",
                at: "mirroring.witness",
                text: "Where is the witness of A and B, if there is one?".to_owned(),
                choices: &["none", "DC1", "DC2", "third"],
                taken: "none",
            });
        }
    }
    mirror_site(draft, "B");
    true
}

type Sessions<'r> = [Option<(&'r DatabaseSetup, &'r MirrorSession)>; 2];

fn settings(
    draft: &mut ImportDraft<'_>,
    row: &DatabaseSetup,
    session: &MirrorSession,
    sessions: Sessions<'_>,
) {
    let witness = session.witness.as_ref();
    match witness {
        None => draft.record("mirroring.witness", quoted("none"), row.place),
        Some((host, port)) => {
            let named = draft.server("W").map(|server| server.name.clone());
            if let Some(name) = &named {
                verify_host(draft, row.place, host, name, "the witness");
            }
            witness_site(draft, named.as_deref().unwrap_or(host), Some(row.place));
            draft.record("sql.w.mirroring_port", port.to_string(), row.place);
            if named.is_none() {
                draft.record("sql.w.server", quoted(host), row.place);
            }
        }
    }
    let safety = if session.is_full { "FULL" } else { "OFF" };
    draft.record("mirroring.safety", quoted(safety), row.place);
    if let Some(seconds) = session.timeout_s {
        let timeout = quoted(&format!("{seconds}s"));
        draft.record("mirroring.partner_timeout", timeout, row.place);
    }
    let words = ["A", "B"];
    for (index, found) in sessions.into_iter().enumerate() {
        let (own, other) = (words[index], words[1 - index]);
        let Some((row, session)) = found else {
            continue;
        };
        if let Some((host, port)) = &session.partner {
            let key = format!("sql.{}.mirroring_port", other.to_lowercase());
            draft.record(&key, port.to_string(), row.place);
            if let Some(server) = draft.server(other) {
                verify_host(
                    draft,
                    row.place,
                    host,
                    &server.name,
                    &format!("the partner of {own}"),
                );
            }
        }
        if session.state != "SYNCHRONIZED" {
            let text = format!(
                "the session of {} is {} on {own}",
                row.database, session.state
            );
            let help = "the scenario begins with partners that are synchronised";
            draft.finding(row.place, &text, help);
        }
    }
    let b_name = draft.server("B").map(|server| server.name.clone());
    let partner = session.partner.as_ref().map(|(host, _)| host.clone());
    match b_name.or(partner) {
        Some(name) => mirror_site(draft, &name),
        None => mirror_site(draft, "B"),
    }
    if let [Some((a, of_a)), Some((b, of_b))] = sessions {
        if of_a.is_principal == of_b.is_principal {
            let role = if of_a.is_principal {
                "the principal"
            } else {
                "the mirror"
            };
            let text = format!(
                "A and B both say that they are {role}: {}",
                draft.row(b.place)
            );
            draft.finding(a.place, &text, "collect both again, at the same time");
        }
        if of_a.timeout_s != of_b.timeout_s || of_a.is_full != of_b.is_full {
            let text = format!("time-out or safety differ from {}", draft.row(b.place));
            draft.finding(a.place, &text, "a session has one time-out and one safety");
        }
    }
    if let Some(place) = principal_is_b(draft.records) {
        let text = "B is the principal of the chat database";
        let help = "the scenario begins with A as the principal; if that is how it should be, swap \
                    the roles A and B in the manifest";
        draft.finding(place, text, help);
    }
    witness_view(draft, session);
}

fn witness_site(draft: &mut ImportDraft<'_>, name: &str, place: Option<RecordPlace>) {
    let key = "mirroring.witness";
    let sites: (&[StatedSite], _) = (&StatedSite::ALL, StatedSite::Dc1);
    draft.site_among(key, name, "the witness W", sites, place);
}

fn mirror_site(draft: &mut ImportDraft<'_>, name: &str) {
    draft.site_at(
        "mirroring.mirror_site",
        name,
        "the mirror B",
        StatedSite::Dc1,
    );
}

/// Notes a server that has another name in the manifest.
fn verify_host(
    draft: &mut ImportDraft<'_>,
    place: RecordPlace,
    found: &str,
    named: &str,
    what: &str,
) {
    let hosts = ServerName::parse(found).zip(ServerName::parse(named));
    if hosts.is_some_and(|(found, named)| !found.is_same_host(&named)) {
        let text = format!("{what} is {found}, and the manifest says {named}");
        draft.finding(place, &text, "correct the manifest, or collect again");
    }
}

/// What the witness sees against what the partners see. Its numbers 5 and 6 mean the opposite of
/// the partners': only its words are read.
fn witness_view(draft: &mut ImportDraft<'_>, session: &MirrorSession) {
    let records = draft.records;
    let database = &records.manifest.database;
    let seen = records.setup.witnesses.iter();
    let seen = seen.filter(|one| one.database.eq_ignore_ascii_case(database));
    for one in seen {
        if one.is_synchronised != (session.state == "SYNCHRONIZED") {
            let state = match one.is_synchronised {
                true => "synchronised",
                false => "not synchronised",
            };
            let text = format!(
                "the witness says that the partners are {state}, and a partner says {}",
                session.state
            );
            draft.finding(one.place, &text, "collect both again, at the same time");
        }
        let hosts = [("A", &one.principal), ("B", &one.mirror)];
        let swapped = [("B", &one.principal), ("A", &one.mirror)];
        let is_named = |pairs: &[(&str, &String); 2]| {
            pairs
                .iter()
                .all(|(word, name)| is_host_of(&records.manifest, word, name))
        };
        if !is_named(&hosts) && !is_named(&swapped) {
            let text = format!(
                "the witness serves {} and {}, which are not A and B of the manifest",
                one.principal, one.mirror
            );
            draft.finding(one.place, &text, "correct the manifest, or collect again");
        }
    }
    if session.witness.is_none()
        && let Some(one) = records.setup.witnesses.first()
    {
        let text = "the witness serves a session whose partners have no witness";
        draft.finding(one.place, text, "collect both again");
    }
}

/// Whether a name can be that of the server of a role; a role that is not named says nothing.
fn is_host_of(manifest: &RecordManifest, word: &str, name: &str) -> bool {
    let server = manifest.servers.iter().find(|server| server.word == word);
    server.is_none_or(|server| {
        let hosts = ServerName::parse(name).zip(ServerName::parse(&server.name));
        hosts.is_some_and(|(one, other)| one.is_same_host(&other))
    })
}

/// Compliance: its database shows that it is there.
fn compliance(draft: &mut ImportDraft<'_>) {
    let records = draft.records;
    if records.manifest.database.eq_ignore_ascii_case(COMPLIANCE) {
        return;
    }
    let mut rows = records.setup.databases.iter();
    let Some(row) = rows.find(|row| row.database.eq_ignore_ascii_case(COMPLIANCE)) else {
        return;
    };
    draft.record("compliance.enabled", "true", row.place);
    let database = &records.manifest.database;
    let mut rows = records.setup.databases.iter();
    let is_beside =
        rows.any(|one| one.server == row.server && one.database.eq_ignore_ascii_case(database));
    let is_dedicated = (!is_beside).to_string();
    draft.record("compliance.dedicated_instances", is_dedicated, row.place);
}

/// Databases fail over independently: two principals on two servers (H-43).
fn split_roles(draft: &mut ImportDraft<'_>) {
    const HELP: &str = "the databases fail over independently, and a scenario has one session: \
                        bring both back to one principal";
    let records = draft.records;
    let database = &records.manifest.database;
    for word in ["A", "B"] {
        let rows = [database.as_str(), COMPLIANCE].map(|name| row_of(records, word, name));
        let [Some(chat), Some(other)] = rows else {
            continue;
        };
        let roles = [chat, other].map(|row| row.session.as_ref().map(|one| one.is_principal));
        if let [Some(one), Some(two)] = roles
            && one != two
        {
            let name = |is_principal| {
                if is_principal {
                    "the principal"
                } else {
                    "the mirror"
                }
            };
            let text = format!(
                "{word} is {} of {database} and {} of {COMPLIANCE}: the roles are split (H-43)",
                name(one),
                name(two)
            );
            draft.finding(other.place, &text, HELP);
            hazard(draft);
        }
    }
    let of = |name: &str| {
        let mut rows = records.setup.mirror_states.iter();
        rows.find(|row| row.database.eq_ignore_ascii_case(name))
    };
    if let (Some(chat), Some(other)) = (of(database), of(COMPLIANCE))
        && let (Some(one), Some(two)) = (chat.is_first_principal, other.is_first_principal)
        && one != two
    {
        let text = format!(
            "{database} and {COMPLIANCE} have different principals: the roles are split (H-43)"
        );
        draft.finding(other.place, &text, HELP);
        hazard(draft);
    }
    let rows = records.setup.mirror_states.iter();
    for row in rows.filter(|row| row.database.eq_ignore_ascii_case(database)) {
        if row.is_synchronised == Some(false) {
            let text = format!("Lync says that {database} is not synchronised");
            let help = "the scenario begins with partners that are synchronised";
            draft.finding(row.place, &text, help);
        }
    }
}

fn hazard(draft: &mut ImportDraft<'_>) {
    if let Some(last) = draft.findings.last_mut() {
        last.hazards.push("H-43".to_owned());
    }
}

/// Where the server of a role is named, as the origin of a value.
pub(super) fn origin_of(draft: &ImportDraft<'_>, word: &str) -> Option<ValueOrigin> {
    let server = draft.server(word)?;
    Some(ValueOrigin::Record(ImportDraft::named(server)))
}
