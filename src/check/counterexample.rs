//! Counterexamples: from the canonical states of the search back to concrete servers.

use poolproof_models::model::{Bounded, Node};
use poolproof_models::narrator::Narrator;
use poolproof_models::site::Site;
use poolproof_models::system::System;
use poolproof_models::topology::Topology;
use poolproof_reports::document as doc;

use super::search::{Found, Outcome};

/// Turns a path of canonical states into events on concrete states.
///
/// The search renames interchangeable servers after every step; here nothing is renamed, and each
/// event of the path is replaced by the one with the same effect up to renaming.
#[must_use]
pub fn lift<S: System>(model: &Bounded<S>, path: &[usize]) -> Vec<usize> {
    let system = &model.system;
    let mut canonical = model.initial();
    let mut concrete = system.initial();
    let mut lifted = Vec::with_capacity(path.len());
    for event in path {
        let (next, _) = system.apply(&canonical.state, *event);
        let next = system.canonical(next);
        // The same event comes first, so that names change only where they must.
        let candidates = std::iter::once(*event).chain(system.enabled(&concrete).iter());
        let found = candidates
            .filter(|candidate| system.enabled(&concrete).contains(*candidate))
            .find_map(|candidate| {
                let (after, _) = system.apply(&concrete, candidate);
                (system.canonical(after) == next).then_some((candidate, after))
            });
        let Some((candidate, after)) = found else {
            break;
        };
        lifted.push(candidate);
        concrete = after;
        canonical = Node {
            state: next,
            spent: canonical.spent,
        };
    }
    lifted
}

/// Tells the way to a state.
#[must_use]
pub fn counterexample(
    model: &Bounded<Topology>,
    outcome: &Outcome,
    found: Found,
) -> doc::Counterexample {
    told(model, &outcome.path(found))
}

/// Tells a path of canonical states.
#[must_use]
pub fn told(model: &Bounded<Topology>, path: &[usize]) -> doc::Counterexample {
    let topology = &model.system;
    let mut narrator = Narrator::new(topology);
    let mut steps = Vec::new();
    for (number, index) in lift(model, path).into_iter().enumerate() {
        let event = topology.events()[index];
        let told = narrator.step(event);
        steps.push(doc::Step {
            number: number as u32 + 1,
            actor: told.actor,
            event: event.name(),
            text: told.text,
            changes: told.changes,
            fault: told.fault,
            state: narrator
                .holders()
                .into_iter()
                .map(|holder| doc::HolderState {
                    holder: holder.name.to_owned(),
                    site: holder.site.map_or("", Site::name).to_owned(),
                    role_text: holder.role.to_owned(),
                    up: holder.up,
                    holds: holder.holds,
                })
                .collect(),
        });
    }
    let faults: Vec<&str> = steps
        .iter()
        .filter(|s| s.fault)
        .map(|s| s.text.as_str())
        .collect();
    let last = steps.last().map_or("", |step| step.text.as_str());
    let cause = match faults.as_slice() {
        [] => format!("Without any fault; it becomes so with the last step: {last}."),
        _ => format!(
            "Faults: {}. It becomes so with the last step: {last}.",
            faults.join("; ")
        ),
    };
    doc::Counterexample {
        faults: faults.len() as u32,
        steps,
        cause,
    }
}
