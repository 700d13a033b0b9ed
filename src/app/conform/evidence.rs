//! What the records say about the mirrored pair of DC1, as observations in the order of time.

use poolproof_models::names::component::Component;

use crate::records::instant::InstantMs;
use crate::records::kind::RecordKind;
use crate::records::mirroring::MirrorState;
use crate::records::outages::{OutageRecord, OutageSubject};
use crate::records::pool_records::PoolRecords;
use crate::scenario::failures::Noticed;

/// What a record says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// A partner changed its mirroring state.
    State(MirrorState),
    /// A server went down; how its partners noticed it, where that is known.
    Down(Option<Noticed>),
    /// A server was up again.
    Up,
    /// A link was cut.
    Cut,
    /// A link worked again.
    Healed,
}

/// One observation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// The server or the link that it is about.
    pub at: Component,
    /// What is said.
    pub sight: Sight,
    /// Within which time, the errors of clocks included.
    pub window: (InstantMs, InstantMs),
    /// The instant that is written there, on a true clock.
    pub written: InstantMs,
    /// The clock that it was written by: the server, or none for people.
    pub clock: Option<usize>,
    /// The index of the file, and the row.
    pub origin: (usize, u64),
    /// Of a server that went down: the observation that it was up again, if it was.
    pub until: Option<usize>,
}

/// The observations of the pair within a time. `clock_error_ms` is how far each clock may be off
/// beyond what the manifest says.
#[must_use]
pub fn observations(
    records: &PoolRecords,
    (from, to): (InstantMs, InstantMs),
    clock_error_ms: i64,
) -> Vec<Observation> {
    let mut found: Vec<Observation> = Vec::new();
    let around = |at: InstantMs| (at - clock_error_ms, at + clock_error_ms);
    for change in &records.states {
        if let Some(at) = component(records, change.server) {
            found.push(Observation {
                at,
                sight: Sight::State(change.state),
                window: around(change.at),
                written: change.at,
                clock: Some(change.server),
                origin: change.origin,
                until: None,
            });
        }
    }
    for outage in &records.outages {
        found.extend(of_outage(records, outage, clock_error_ms));
    }
    found.retain(|one| (from..=to).contains(&one.written));
    found.sort_by_key(|one| (one.written, one.origin));
    for down in 0..found.len() {
        let ends = match found[down].sight {
            Sight::Down(_) => Some(Sight::Up),
            Sight::Cut => Some(Sight::Healed),
            _ => None,
        };
        if let Some(ends) = ends {
            let it = &found[down];
            let is_end =
                |one: &Observation| one.sight == ends && one.origin == it.origin && one.at == it.at;
            found[down].until = found.iter().position(is_end);
        }
    }
    found
}

fn of_outage(
    records: &PoolRecords,
    outage: &OutageRecord,
    clock_error_ms: i64,
) -> Vec<Observation> {
    let (at, clock, [begins, ends]) = match outage.subject {
        OutageSubject::Server(server) => match component(records, server) {
            Some(at) => {
                let by_people = records.files[outage.origin.0].kind == RecordKind::Incidents;
                let clock = (!by_people).then_some(server);
                (at, clock, [Sight::Down(outage.noticed), Sight::Up])
            }
            None => return Vec::new(),
        },
        OutageSubject::LocalLink => (Component::LinkAB, None, [Sight::Cut, Sight::Healed]),
        OutageSubject::InterSiteLink | OutageSubject::DataCentre => return Vec::new(),
    };
    let observation = |sight, written, window| Observation {
        at,
        sight,
        window,
        written,
        clock,
        origin: outage.origin,
        until: None,
    };
    let around = |at: InstantMs| (at - clock_error_ms, at + clock_error_ms);
    // A server that was silent has not written down when: it was after its last sign of life, and
    // before its partner missed it or it was back.
    let unseen = clock.is_some() && outage.noticed == Some(Noticed::Silent);
    let since = outage.alive.map_or(InstantMs::MIN, |alive| around(alive).0);
    let begin = match (outage.start, outage.end) {
        (Some(start), _) if unseen => Some((start, (since, around(start).1))),
        (Some(start), _) => Some((start, around(start))),
        (None, Some(end)) => Some((end, (since, around(end).1))),
        (None, None) => None,
    };
    let begin = begin.map(|(written, window)| Observation {
        // Its row was written at the next start, which says nothing of the order.
        clock: clock.filter(|_| !unseen),
        ..observation(begins, written, window)
    });
    let end = outage.end.map(|end| observation(ends, end, around(end)));
    begin.into_iter().chain(end).collect()
}

/// Incidents of data centres and of the path between them, which are not compared.
#[must_use]
pub fn left_out(records: &PoolRecords, (from, to): (InstantMs, InstantMs)) -> usize {
    let others = records.outages.iter().filter(|outage| {
        matches!(
            outage.subject,
            OutageSubject::InterSiteLink | OutageSubject::DataCentre
        ) && outage.at().is_some_and(|at| (from..=to).contains(&at))
    });
    others.count()
}

/// The server of a manifest, where it is one of the pair or its witness.
fn component(records: &PoolRecords, server: usize) -> Option<Component> {
    match records.manifest.servers[server].word {
        "A" => Some(Component::A),
        "B" => Some(Component::B),
        "W" => Some(Component::W),
        _ => None,
    }
}
