//! Counterexamples: the paths that the checker found, step by step in words.

use poolproof_engines::check::minimise::Ground;
use poolproof_models::names::event::Event;
use poolproof_models::names::property::Property;
use poolproof_models::state::topology::Topology;
use poolproof_reports::document as doc;

use crate::app::document::names;
use crate::explain::causes::{self, Path};
use crate::explain::explainer::Explainer;
use crate::explain::steps::StepText;

/// Tells a way step by step, with the cause of the violation at its end, if it has one.
#[must_use]
pub fn tell(
    ground: Ground<'_, Topology>,
    events: &[usize],
    property: Option<Property>,
) -> doc::Counterexample {
    let topology = ground.system();
    let mut explainer = Explainer::new(topology);
    let start = start(topology, &explainer);
    let (mut steps, mut all_told) = (Vec::new(), Vec::new());
    for (number, index) in (1..).zip(events) {
        let event = topology.events()[*index];
        let told = explainer.step(event);
        steps.push(doc::Step {
            state: holders(&explainer),
            links: links(&explainer),
            ..step(topology, event, &told, number)
        });
        all_told.push(told);
    }
    let path = Path {
        ground,
        events,
        steps: &all_told,
        messages: explainer.messages(),
    };
    let cause = match property {
        Some(property) => causes::of_violation(&path, property),
        None => causes::of_goal(&path),
    };
    doc::Counterexample {
        faults: steps.iter().filter(|step| step.is_fault()).count() as u32,
        start,
        steps,
        cause,
        loss_cause: names::loss_cause(explainer.world().loss_cause()),
    }
}

/// A step of a path, without how everything stands after it.
#[must_use]
pub fn step(topology: &Topology, event: Event, words: &StepText, number: u32) -> doc::Step {
    doc::Step {
        number,
        actor: words.actor.clone(),
        event: event.name(),
        kind: event.kind.name().to_owned(),
        component: event.at.name().to_owned(),
        sites: names::sites(topology, event),
        fault: names::fault(event, words.fault),
        text: words.text.clone(),
        changes: words.changes.clone(),
        at_ms: None,
        state: Vec::new(),
        links: Vec::new(),
    }
}

/// How everything stands where a path begins.
#[must_use]
pub fn start(topology: &Topology, explainer: &Explainer<'_>) -> doc::Start {
    doc::Start {
        name: topology.start.name().to_owned(),
        state: holders(explainer),
        links: links(explainer),
    }
}

/// How every server stands, for the document.
#[must_use]
pub fn holders(explainer: &Explainer<'_>) -> Vec<doc::HolderState> {
    let holders = explainer.holders().into_iter();
    holders
        .map(|holder| doc::HolderState {
            holder: holder.name.to_owned(),
            site: holder.site.map(|site| site.name().to_owned()),
            role: names::holder_role(holder.role),
            up: holder.up,
            content: match holder.content {
                None => doc::Content::NoLog,
                Some(None) => doc::Content::Absent,
                Some(Some(messages)) => doc::Content::Messages(messages),
            },
        })
        .collect()
}

/// How every link stands, for the document.
#[must_use]
pub fn links(explainer: &Explainer<'_>) -> Vec<doc::LinkState> {
    let links = explainer.links().into_iter();
    links
        .map(|link| doc::LinkState {
            link: link.name.to_owned(),
            ends: link.ends.map(str::to_owned),
            cut: link.cut,
            believed: link.believed,
        })
        .collect()
}
