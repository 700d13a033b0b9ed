//! Why service cannot return from the end of a path, in words.

use poolproof_engines::check::minimise::Ground;
use poolproof_engines::check::path::Path;
use poolproof_engines::check::recoverability::ending;
use poolproof_models::model::Bounded;
use poolproof_models::state::topology::Topology;
use poolproof_reports::document as doc;

use crate::app::document::counterexample::tell;
use crate::explain::explainer::Explainer;
use crate::explain::service::blocking_conditions;
use crate::explain::steps::event_text;

/// Describes the path into a state without return, and why service cannot return from it.
#[must_use]
pub fn explained(model: &Bounded<Topology>, path: &Path) -> doc::Counterexample {
    let topology = &model.system;
    let mut told = tell(Ground::within(model), &path.events(), None);
    let mut explainer = Explainer::new(topology);
    for step in &path.steps {
        explainer.step(step.event);
    }
    let end = ending(topology, *explainer.world());
    let faults = told.steps.iter().filter(|step| step.is_fault());
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
