//! Whether the model explains what servers have recorded of an incident of the mirrored pair.

mod evidence;
mod pair;

use poolproof_engines::conform::{ConformLimits, Conformance, Move, Observed};
use poolproof_engines::pools;
use poolproof_models::names::component::Component;
use poolproof_models::names::event::{Event, EventKind, FaultClass};
use poolproof_models::state::latches::LossKind;
use poolproof_models::state::topology::Topology;
use poolproof_models::state::world::World;
use poolproof_models::system::System;
use poolproof_reports::quantity::{duration, plural};

use self::evidence::{Observation, Sight};
use self::pair::Pair;
use crate::explain::explainer::Explainer;
use crate::explain::losses::{loss_cause_text, loss_kind_text};
use crate::records::instant::{self, InstantMs};
use crate::records::pool_records::PoolRecords;
use crate::scenario::Scenario;

/// What is compared.
pub struct ConformRequest<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// The records.
    pub records: &'a PoolRecords,
    /// From when to when, both ends included.
    pub within: (InstantMs, InstantMs),
    /// How far each clock may be off beyond what the manifest says, in milliseconds.
    pub clock_error_ms: u64,
    /// The most faults that no record has.
    pub hidden_faults: u32,
    /// The most that people did beyond what is on record.
    pub hidden_actions: u32,
    /// The most states of a search.
    pub states: usize,
}

/// One line of the incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConformLine {
    /// What happened in the model, a sentence without a full stop; none at the start.
    pub event: Option<String>,
    /// Whether that is a fault.
    pub is_fault: bool,
    /// Whether people did it.
    pub is_work: bool,
    /// Whether a record is of it, and not only of how things stood afterwards.
    pub is_recorded: bool,
    /// The records that it explains.
    pub records: Vec<String>,
}

impl ConformLine {
    /// Whether it is a fault or an action of people that no record has.
    #[must_use]
    pub fn is_hidden(&self) -> bool {
        (self.is_fault || self.is_work) && !self.is_recorded
    }
}

/// What becomes of the records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConformAnswer {
    /// One sentence for all.
    pub summary: String,
    /// Whether a run explains every record.
    pub is_explained: bool,
    /// Whether a limit ended the search before that was known.
    pub is_undecided: bool,
    /// The run: the whole, or as far as the records are explained.
    pub lines: Vec<ConformLine>,
    /// What was lost on the way, or that nothing was.
    pub lost: String,
    /// What of the records was not compared; empty where all were.
    pub left_out: String,
    /// The first record that no run explains.
    pub unexplained: Option<String>,
    /// What could be the matter with it.
    pub candidates: Vec<String>,
}

/// Looks for a run of the model that explains the records.
///
/// # Errors
///
/// Where there is nothing to explain, why.
pub fn conform(request: &ConformRequest<'_>) -> Result<ConformAnswer, String> {
    if !request.scenario.mirroring.enabled {
        return Err(
            "the scenario has no mirror, and the records are compared with the pair".to_owned(),
        );
    }
    let clock_error_ms = i64::try_from(request.clock_error_ms).unwrap_or(i64::MAX / 4);
    let all = evidence::observations(request.records, request.within, clock_error_ms);
    if all.is_empty() {
        return Err(
            "no record of A, B or W is within that time: mirroring-states and service-events are \
             compared, and incidents that people wrote"
                .to_owned(),
        );
    }
    let pair = Pair::of(request.scenario, &all);
    let found = search(&pair, request, 0);
    let is_explained = found.explained == all.len();
    let number = |count: usize| format!("{count} of {} records", all.len());
    let mut answer = told(request.records, &pair, &found);
    answer.left_out = match evidence::left_out(request.records, request.within) {
        0 => String::new(),
        left => format!(
            "{} of data centres or of the path between them were not compared: write down \
             A, B and W instead",
            plural(left as u64, "incident", "incidents")
        ),
    };
    answer.is_explained = is_explained;
    answer.is_undecided = found.cut_off && !is_explained;
    if is_explained {
        answer.summary = format!("explained: {}", told_faults(&answer.lines));
        return Ok(answer);
    }
    if answer.is_undecided {
        let states = found.states;
        answer.summary = format!(
            "undecided: {} are explained, and the search ended after {states} states",
            number(found.explained)
        );
        return Ok(answer);
    }
    answer.summary = format!(
        "not explained: no run of the model explains more than {}",
        number(found.explained)
    );
    let first = open(&found, all.len());
    answer.unexplained = Some(record(request.records, &all[first]));
    answer.candidates = candidates(request, &all, first);
    Ok(answer)
}

fn search(pair: &Pair<'_>, request: &ConformRequest<'_>, more: u32) -> Conformance {
    let limits = ConformLimits {
        hidden_faults: request.hidden_faults.saturating_add(more),
        work: pair.recorded_work().saturating_add(request.hidden_actions),
        states: request.states,
    };
    pools::conform(&pair.topology, &pair.starts(), pair, limits)
}

/// The first observation that the nearest run does not explain.
fn open(found: &Conformance, count: usize) -> usize {
    let nearest = &found.nearest;
    let explained: Vec<usize> = nearest
        .at_start
        .iter()
        .chain(nearest.steps.iter().flat_map(|(_, seen)| seen))
        .copied()
        .collect();
    (0..count).find(|one| !explained.contains(one)).unwrap_or(0)
}

/// What could be the matter: each is tried.
fn candidates(request: &ConformRequest<'_>, all: &[Observation], first: usize) -> Vec<String> {
    let mut found = Vec::new();
    if pair::second_principals(all).contains(&first) {
        found.push(
            "two principals at once: the other partner is on record as the principal too, and no \
             record shows that the roles changed. Either a record of the change is missing, such \
             as a failover in the default trace, or a clock is further off than --clock-error"
                .to_owned(),
        );
    }
    let explains = |observations: &[Observation], timeout: bool| {
        let mut pair = Pair::of(request.scenario, observations);
        if !timeout {
            pair.timeout_ms = 0;
        }
        let outcome = search(&pair, request, 0);
        // As far as the record in question at least.
        outcome.explained > first
    };
    if explains(all, false) {
        let timeout = duration(request.scenario.mirroring.partner_timeout.ms as f64);
        found.push(format!(
            "sooner than the model allows: it is explained where nothing has to wait for the \
             partner time-out of {timeout}. Either the time-out of the server is another \
             (sys.database_mirroring), or the failure closed its connections and the records take \
             it for silent, or a clock is wrong"
        ));
    }
    let pair = Pair::of(request.scenario, all);
    let outcome = search(&pair, request, 2);
    if outcome.explained > first {
        found.push(format!(
            "more happened than is on record: it is explained with {} that no record has (see \
             --hidden-faults)",
            plural(u64::from(outcome.nearest.hidden_faults), "fault", "faults")
        ));
    }
    let mut without = all.to_vec();
    without.remove(first);
    for one in &mut without {
        one.until = one
            .until
            .filter(|until| *until != first)
            .map(|until| until - usize::from(until > first));
    }
    let mut pair = Pair::of(request.scenario, &without);
    if search(&pair, request, 0).explained > first {
        found.push(
            "the records after it are explained without it: the row may be of another time or \
             server (see time_zone and clock_ahead of the manifest)"
                .to_owned(),
        );
    }
    let wide: Vec<Observation> = all
        .iter()
        .map(|one| Observation {
            window: (one.window.0 - WIDE_MS, one.window.1 + WIDE_MS),
            clock: None,
            ..one.clone()
        })
        .collect();
    pair = Pair::of(request.scenario, &wide);
    if search(&pair, request, 0).explained > first {
        let wide = duration(WIDE_MS as f64);
        found.push(format!(
            "the clocks disagree: it is explained where each may be off by {wide} more"
        ));
    }
    if found.is_empty() {
        found.push(
            "none of these: another time-out, one record too many, clocks that are 5 min off. \
             Something happened that the model does not have (docs/limits.md), or the scenario is \
             not that of these servers"
                .to_owned(),
        );
    }
    found
}

/// How far clocks may be off where that is tried as a candidate.
const WIDE_MS: i64 = 5 * 60_000;

/// The run in words.
fn told(records: &PoolRecords, pair: &Pair<'_>, found: &Conformance) -> ConformAnswer {
    let topology = &pair.topology;
    let nearest = &found.nearest;
    let start = pair.starts()[nearest.start];
    let shown = |seen: &[usize]| -> Vec<String> {
        seen.iter()
            .map(|one| record(records, &pair.observations[*one]))
            .collect()
    };
    let mut lines = vec![ConformLine {
        event: None,
        is_fault: false,
        is_work: false,
        is_recorded: true,
        records: shown(&nearest.at_start),
    }];
    let mut explainer = Explainer::at(topology, start);
    for (Move { event, variant }, seen) in &nearest.steps {
        post_everywhere(topology, &mut explainer, Some(topology.events()[*event]));
        let class = System::fault_class(topology, explainer.world(), *event);
        let words = explainer.step(topology.events()[*event]);
        let how = if *variant == 1 {
            " (its connections close)"
        } else {
            ""
        };
        lines.push(ConformLine {
            event: Some(format!("{}{how}", words.text)),
            is_fault: class.is_some_and(|class| class != FaultClass::Mistake),
            is_work: class == Some(FaultClass::Mistake),
            is_recorded: seen.iter().any(|one| pair.is_record(*one, *event)),
            records: shown(seen),
        });
    }
    post_everywhere(topology, &mut explainer, None);
    let world = explainer.world();
    let lost = match (
        loss_kind_text(world.loss()),
        loss_cause_text(world.loss_cause()),
    ) {
        (Some(kind), Some(cause)) if world.loss() != LossKind::None => {
            format!("acknowledged messages are lost if any was posted then: {cause}; {kind}")
        }
        _ => "no acknowledged message is lost in this run".to_owned(),
    };
    ConformAnswer {
        summary: String::new(),
        is_explained: false,
        is_undecided: false,
        lines,
        lost,
        left_out: String::new(),
        unexplained: None,
        candidates: Vec::new(),
    }
}

/// Users post wherever they are served, so that it shows what is lost. The search leaves posts out:
/// no record depends on them.
fn post_everywhere(topology: &Topology, explainer: &mut Explainer<'_>, next: Option<Event>) {
    for server in [Component::A, Component::B] {
        let write = Event::new(EventKind::Write, server);
        let world = explainer.world();
        let stays = |after: &World| next.is_none_or(|next| after.may(topology, next));
        if topology.index_of(write).is_some()
            && world.may(topology, write)
            && stays(&world.after(topology, write))
        {
            let _ = explainer.step(write);
        }
    }
}

fn told_faults(lines: &[ConformLine]) -> String {
    let count = |of: fn(&ConformLine) -> bool| lines.iter().filter(|line| of(line)).count() as u64;
    let faults = match count(|line| line.is_fault) {
        0 => "no fault".to_owned(),
        faults => plural(faults, "fault", "faults"),
    };
    let hidden = match count(ConformLine::is_hidden) {
        0 => String::new(),
        hidden => format!(" ({hidden} that no record has)"),
    };
    let work = match count(|line| line.is_work) {
        0 => "no action of people".to_owned(),
        work => format!("{} of people", plural(work, "action", "actions")),
    };
    format!("{faults} and {work}{hidden}")
}

/// A record in words, with its file and row.
fn record(records: &PoolRecords, one: &Observation) -> String {
    let (file, row) = (&records.files[one.origin.0].path, one.origin.1);
    let name = match one.at {
        Component::LinkAB => "the link between the partners".to_owned(),
        at => {
            let server = records
                .manifest
                .servers
                .iter()
                .find(|s| s.word == at.name());
            server.map_or(at.name().to_owned(), |server| {
                format!("{} ({})", at.name(), server.name)
            })
        }
    };
    let what = match one.sight {
        Sight::State(state) => state.text(),
        Sight::Down(_) => "went down",
        Sight::Up => "was up again",
        Sight::Cut => "was cut",
        Sight::Healed => "worked again",
    };
    let when = instant::text(one.written);
    format!("{when} {name}: {what} ({file}, row {row})")
}
