//! The minimal cut sets of a scenario, named, rated and ranked, as a document.

use std::collections::BTreeSet;

use poolproof_engines::check::cut_rate::{CutSetRate, Frequency, Rated, Unrated, rate, together};
use poolproof_engines::check::cuts::{CutProgress, CutRequest, Cuts, Multiset};
use poolproof_engines::pools::cuts;
use poolproof_models::model::Bounded;
use poolproof_models::names::component::Component;
use poolproof_models::names::event::{Event, EventKind, FaultClass, role_of};
use poolproof_models::names::property::Property;
use poolproof_models::state::topology::Topology;
use poolproof_models::system::System;
use poolproof_reports::document as doc;

use crate::app::compile::check;
use crate::app::compile::frequency::frequency;
use crate::app::document::verdict::{self, Stop};
use crate::app::document::{names, result};
use crate::explain::operations::operation_text;
use crate::explain::properties::property_text;
use crate::scenario::Scenario;

/// The cut sets that were found.
pub struct Found {
    /// What is printed.
    pub document: doc::CutSets,
    /// Whether every set up to the order that was asked for is there.
    pub complete: bool,
    /// Whether the search ended because somebody asked it to.
    pub interrupted: bool,
}

/// What is asked for.
pub struct Asked<'a> {
    /// The most basic events in a set.
    pub order: u8,
    /// The properties.
    pub properties: &'a [Property],
    /// The command that gives the same document.
    pub command: &'a str,
    /// The most bytes of the search's tables.
    pub bytes: Option<u64>,
    /// The longest time in milliseconds, for the result; `stop` ends the search.
    pub time_ms: Option<u64>,
    /// Called between layers with the progress; why to stop, or `None` to go on.
    pub stop: &'a mut dyn FnMut(&CutProgress) -> Option<Stop>,
}

/// Looks for the minimal cut sets of some properties. What the scenario limits, excludes or leaves
/// out stays so; only the total of faults is the order that is asked for.
pub fn find(scenario: &Scenario, asked: Asked<'_>) -> Found {
    let Asked {
        order,
        properties,
        command,
        bytes,
        time_ms,
        stop,
    } = asked;
    let model = check::model_within(scenario, order);
    let mut stopped = None;
    let mut question = CutRequest {
        properties: properties.iter().fold(0, |bits, p| bits | p.bit()),
        states: scenario.check.states_limit,
        bytes: bytes.unwrap_or(u64::MAX),
        on_progress: &mut |at| {
            stopped = stop(at);
            stopped.is_none()
        },
    };
    let found = cuts(&model, &mut question);
    let interrupted = stopped == Some(Stop::Interrupt);
    let used: BTreeSet<usize> = found.sets.iter().flat_map(|(set, _)| set.clone()).collect();
    let basic: Vec<Basic> = used
        .into_iter()
        .map(|index| Basic::new(scenario, &model, index))
        .collect();
    let sets_of = |property: &Property| of_property(&found, &basic, *property);
    let document = doc::CutSets {
        schema: doc::CUTS_SCHEMA.to_owned(),
        identity: result::identity(scenario, command),
        order: u32::from(order),
        complete_up_to: found.complete_up_to.map(u32::from),
        cut_off_by: found
            .cut_off
            .map(|cut_off| names::cut_off(cut_off, stopped)),
        budget: names::budget(&model.budget),
        limits: doc::Limits {
            states: scenario.check.states_limit,
            time_ms,
            bytes,
        },
        multisets: found.progress.multisets,
        states: found.progress.states,
        reductions: verdict::reductions(scenario, &model),
        properties: properties.iter().map(sets_of).collect(),
        basic_events: basic.iter().map(Basic::document).collect(),
    };
    Found {
        complete: found.complete_up_to == Some(order),
        interrupted,
        document,
    }
}

/// A basic event with its name and its frequency.
struct Basic {
    index: usize,
    name: String,
    text: String,
    class: FaultClass,
    frequency: Frequency,
}

impl Basic {
    fn new(scenario: &Scenario, model: &Bounded<Topology>, index: usize) -> Self {
        let topology = &model.system;
        let event = topology.events()[index];
        // What costs nothing by its kind is a return that is late.
        let class = event.kind.fault_class().unwrap_or(FaultClass::LateReturn);
        Self {
            index,
            name: topology.event_name(index),
            text: title(topology, event),
            class,
            frequency: frequency(scenario, event, class),
        }
    }

    fn document(&self) -> doc::BasicEvent {
        let (components, per_year, repair_h) = match self.frequency {
            Frequency::Rate {
                per_year,
                repair_h,
                components,
            } => (components, Some(per_year), Some(repair_h)),
            Frequency::OnDemand { .. } | Frequency::Unknown => (1, None, None),
        };
        doc::BasicEvent {
            event: self.name.clone(),
            text: self.text.clone(),
            class: names::fault_class(self.class),
            components,
            per_year,
            repair_h: repair_h.filter(|hours| hours.is_finite()),
        }
    }
}

/// A basic event in words.
fn title(topology: &Topology, event: Event) -> String {
    use EventKind as K;
    let at = match topology.servers.get(usize::from(event.at.number())) {
        Some(server) => {
            let what = if server.active {
                "an active"
            } else {
                "an idle"
            };
            format!("{what} pool server in {}", server.site.name())
        }
        None if event.at == Component::Share => "the host of the backup share".to_owned(),
        None => event.at.name().to_owned(),
    };
    let runbook = || {
        let runbook = role_of(event.at).and_then(|role| topology.runbook(role));
        runbook.map_or("?", |runbook| runbook.name.as_str())
    };
    match event.kind {
        K::Crash => format!("crash of {at}"),
        K::Cut => format!("cut of the link {at}"),
        K::Disaster => format!("loss of {at}"),
        K::Outage => format!("outage of {at}"),
        K::ShareLoss => "loss of the files on the share".to_owned(),
        K::Restart | K::Return => format!("late return of {at}"),
        K::GreyFailure => format!("failure of {at} for its users only"),
        K::Stall => format!("stall of {at}"),
        K::Destroy => format!("loss of the disks of {at}"),
        K::Misoperation => {
            let what = event.operation.map_or("?", operation_text);
            format!("mistake: {what}")
        }
        K::Premature => format!("mistake: a step of \"{}\" too early", runbook()),
        K::Skip => format!("mistake: a step of \"{}\" left out", runbook()),
        K::SwapNext => format!("mistake: two steps of \"{}\" swapped", runbook()),
        K::WrongFile => format!("mistake: the wrong file in \"{}\"", runbook()),
        K::FenceFails => format!("mistake: a fence of \"{}\" that is not set", runbook()),
        K::PortLost => format!("loss of the port of {at}"),
        K::Abort => format!("mistake: \"{}\" given up", runbook()),
        _ => event.name(),
    }
}

fn of_property(found: &Cuts, basic: &[Basic], property: Property) -> doc::PropertyCuts {
    let of_it = found
        .sets
        .iter()
        .filter(|(_, bits)| bits & property.bit() != 0);
    let mut rated = Vec::new();
    let mut sets: Vec<doc::CutSet> = of_it
        .map(|(set, _)| {
            let document = cut_set(set, basic);
            rated.extend(document.per_year.map(|per_year| Rated {
                per_year,
                needs: needs(set, basic),
            }));
            document
        })
        .collect();
    // A stable sort: what is equally frequent stays in the order of size and events.
    sets.sort_by(|a, b| {
        let of = |set: &doc::CutSet| set.per_year.unwrap_or(-1.0);
        of(b).total_cmp(&of(a))
    });
    for (rank, set) in (1..).zip(&mut sets) {
        set.rank = rank;
    }
    doc::PropertyCuts {
        property: property.name().to_owned(),
        title: property_text(property).title.to_owned(),
        meaning: property_text(property).meaning.to_owned(),
        per_year: (!rated.is_empty()).then(|| together(&rated)),
        at_most: sets.iter().any(|set| set.at_most),
        without_estimate: (sets.len() - rated.len()) as u32,
        sets,
    }
}

/// The events of a set that happen by themselves, with their frequencies per year.
fn needs(set: &Multiset, basic: &[Basic]) -> Vec<(usize, f64)> {
    let events = basic.iter().filter(|basic| set.contains(&basic.index));
    let frequency = |basic: &Basic| match basic.frequency {
        Frequency::Rate {
            per_year,
            components,
            ..
        } => Some((basic.index, per_year * f64::from(components))),
        Frequency::OnDemand { .. } | Frequency::Unknown => None,
    };
    events.filter_map(frequency).collect()
}

fn cut_set(set: &Multiset, basic: &[Basic]) -> doc::CutSet {
    let of = |index: usize| basic.iter().find(|basic| basic.index == index);
    let kinds: BTreeSet<usize> = set.iter().copied().collect();
    let counted: Vec<(&Basic, u32)> = kinds
        .into_iter()
        .filter_map(|kind| {
            let count = set.iter().filter(|other| **other == kind).count() as u32;
            of(kind).map(|basic| (basic, count))
        })
        .collect();
    let frequencies: Vec<(Frequency, u32)> = counted
        .iter()
        .map(|(b, count)| (b.frequency, *count))
        .collect();
    let names = |wanted: &dyn Fn(&Frequency) -> bool| -> Vec<String> {
        let those = counted.iter().filter(|(basic, _)| wanted(&basic.frequency));
        those.map(|(basic, _)| basic.name.clone()).collect()
    };
    let (per_year, at_most, note) = match rate(&frequencies) {
        _ if set.is_empty() => (None, false, Some(doc::RateNote::NoFault)),
        Ok(CutSetRate { per_year, at_most }) => {
            let certain = names(&|f| *f == Frequency::OnDemand { probability: 1.0 });
            let note = at_most.then(|| match certain.as_slice() {
                [] => doc::RateNote::AnyStep,
                _ => doc::RateNote::Certain(certain.clone()),
            });
            (Some(per_year), at_most, note)
        }
        Err(Unrated::NoRate) => {
            let unrated = names(&|f| !matches!(f, Frequency::Rate { .. }));
            (None, false, Some(doc::RateNote::NoRate(unrated)))
        }
        Err(Unrated::Repeated) => (None, false, Some(doc::RateNote::Repeated)),
    };
    doc::CutSet {
        rank: 0,
        order: set.len() as u32,
        events: counted
            .iter()
            .map(|(basic, count)| doc::CutEvent {
                event: basic.name.clone(),
                text: basic.text.clone(),
                count: *count,
            })
            .collect(),
        per_year,
        at_most,
        note,
    }
}
