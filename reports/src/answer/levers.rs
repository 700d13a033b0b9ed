//! What would change the answer most: the largest causes of outage, and the phase of a recovery
//! that takes longest.

use crate::document::{ResultDocument, Simulation};
use crate::{quantity, words};

/// So many causes are named.
const CAUSES_MOST: usize = 2;
/// A cause with a smaller share of the outage is no lever.
const SHARE_LEAST: f64 = 0.05;

/// A sentence about what would change the answer.
pub(crate) struct Lever {
    pub(crate) text: String,
    /// What its proof is called.
    pub(crate) proof: &'static str,
}

/// Returns the levers as sentences, the largest first; none where nothing was simulated.
pub(crate) fn levers(document: &ResultDocument) -> Vec<Lever> {
    let Some(simulation) = &document.simulation else {
        return Vec::new();
    };
    let mut levers = causes(simulation);
    levers.extend(phase(simulation));
    levers
}

fn causes(simulation: &Simulation) -> Vec<Lever> {
    let Some(all) = simulation.mean_outage_ms_per_year.value else {
        return Vec::new();
    };
    let shares = simulation.outage_by_cause.iter();
    let mut shares: Vec<_> = shares
        .filter_map(|one| Some((one.cause, one.ms_per_year.value?)))
        .filter(|(_, ms)| all > 0.0 && ms / all >= SHARE_LEAST)
        .collect();
    shares.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let shares = shares.into_iter().take(CAUSES_MOST);
    shares
        .map(|(cause, ms)| Lever {
            proof: "causes",
            text: format!(
                "Outage that begins with \"{}\": {} of {} a year on average ({}).",
                words::cause(cause),
                quantity::duration(ms),
                quantity::duration(all),
                share(ms / all)
            ),
        })
        .collect()
}

fn phase(simulation: &Simulation) -> Option<Lever> {
    let means = simulation.outage_by_phase.iter();
    let means: Vec<_> = means
        .filter_map(|one| Some((one.phase, one.given_site_loss_ms.mean.value?)))
        .collect();
    let all: f64 = means.iter().map(|(_, ms)| ms).sum();
    let (phase, ms) = means.into_iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
    (simulation.drill_trials > 0 && all > 0.0).then(|| Lever {
        proof: "phases",
        text: format!(
            "Recovery from {}: the phase \"{}\" takes {} of {} on average ({}).",
            words::drilled(&simulation.drilled),
            words::phase(phase),
            quantity::duration(ms),
            quantity::duration(all),
            share(ms / all)
        ),
    })
}

fn share(of_all: f64) -> String {
    format!("{:.0} %", of_all * 100.0)
}
