//! The verdict on recoverability, and in words why service cannot return.

use poolproof_engines::check::lift::lift;
use poolproof_engines::check::recoverability::{Recoverability, Trap, ending, recoverability};
use poolproof_engines::check::search::{CutOff, Limits};
use poolproof_models::model::Bounded;
use poolproof_models::state::topology::Topology;
use poolproof_reports::document as doc;

use crate::app::document::counterexample::told;
use crate::app::document::verdict::counted;
use crate::explain::explainer::Explainer;
use crate::explain::service::blocking_conditions;
use crate::explain::steps::event_text;

/// The verdict on RC, with what belongs to it.
pub struct Recovery {
    /// What was found.
    pub status: doc::VerdictStatus,
    /// How far the search went, or how the trap was found.
    pub how_far: String,
    /// The nearest state from which service cannot return.
    pub counterexample: Option<doc::Counterexample>,
    /// Why the search ended early.
    pub cut_off: Option<CutOff>,
}

/// Judges recoverability within the model's budget.
pub fn recovery(model: &Bounded<Topology>, limits: &mut Limits<'_>) -> Recovery {
    let Recoverability {
        progress,
        cut_off,
        trap,
    } = recoverability(model, limits);
    let (status, how_far) = match (&trap, cut_off) {
        (Some(trap), _) => (
            doc::VerdictStatus::Violated,
            format!(
                "nearest state without return: {} and {} in all",
                counted(u64::from(trap.faults), "fault"),
                counted(trap.path.len() as u64, "step")
            ),
        ),
        (None, None) => (
            doc::VerdictStatus::Holds,
            format!(
                "from each of {} states within {}",
                progress.states, model.budget
            ),
        ),
        (None, Some(_)) => {
            let done = match progress.faults.checked_sub(1) {
                Some(full) => format!("complete for at most {}", counted(u64::from(full), "fault")),
                None => "not even complete without a fault".to_owned(),
            };
            (
                doc::VerdictStatus::Undecided,
                format!("no trap in {} states; {done}", progress.states),
            )
        }
    };
    Recovery {
        status,
        how_far,
        counterexample: trap.map(|trap| explained(model, &trap)),
        cut_off,
    }
}

/// Tells the way into a trap, and why there is none out of it.
fn explained(model: &Bounded<Topology>, trap: &Trap) -> doc::Counterexample {
    let topology = &model.system;
    let mut told = told(model, &trap.path);
    let mut explainer = Explainer::new(topology);
    for event in lift(model, &trap.path) {
        explainer.step(topology.events()[event]);
    }
    let end = ending(topology, *explainer.world());
    let faults = told.steps.iter().filter(|step| step.fault);
    let faults: Vec<&str> = faults.map(|step| step.text.as_str()).collect();
    let faults = match faults.as_slice() {
        [] => "Without any fault".to_owned(),
        faults => format!("Faults: {}", faults.join("; ")),
    };
    let obstacles = blocking_conditions(topology, &end.state).join("; ");
    let texts = end.would_help.iter().map(|event| {
        let event = topology.events()[*event];
        let text = event_text(topology, &end.state, event);
        format!("{text} ({})", event.name())
    });
    let texts: Vec<String> = texts.collect();
    let help = match texts.as_slice() {
        [] => "No single fault and no rebuilding of a lost data centre would change it.".to_owned(),
        texts => format!(
            "One may not count on it, but it would take one of these: {}.",
            texts.join("; ")
        ),
    };
    told.cause = format!(
        "{faults}. From here on service cannot return without one fault more. When all that can \
         happen has happened: {obstacles}. {help}"
    );
    told
}
