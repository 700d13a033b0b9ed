//! What was run, how far a search went and what trials saw, in the same words on every rendering.

use crate::document::{
    Check, Column, ColumnName, ResultDocument, Simulation, Swarm, VarianceReduction, ViolationSeen,
};
use crate::{quantity, words};

/// Returns the name of the site where the pool runs at first.
pub(crate) fn first_site(document: &ResultDocument) -> &str {
    document
        .scenario
        .sites
        .first()
        .map_or("the first site", |site| site.name.as_str())
}

/// Returns one line that says what was run.
pub(crate) fn provenance(document: &ResultDocument) -> String {
    let mut line = document.scenario.name.clone();
    if let Some(simulation) = &document.simulation {
        line += &format!(
            ": {} of {}",
            quantity::plural(simulation.trials, "trial", "trials"),
            quantity::horizon(simulation.horizon_ms)
        );
        if simulation.drill_trials > 0 {
            line += &format!(", {}", drills(simulation));
        }
        line += &format!(", seed {}", document.identity.seed);
    }
    line
}

/// Returns how many drills of what were run.
pub(crate) fn drills(simulation: &Simulation) -> String {
    let count = quantity::plural(simulation.drill_trials, "drill", "drills");
    format!("{count} of {}", words::drilled(&simulation.drilled))
}

/// Returns the mean outage of a year, and how much of it was planned.
pub(crate) fn outage(simulation: &Simulation) -> String {
    let of = |estimate| quantity::estimate(estimate, quantity::duration);
    let all = of(&simulation.mean_outage_ms_per_year);
    let [unplanned, planned] = [
        of(&simulation.unplanned_outage_ms_per_year),
        of(&simulation.planned_outage_ms_per_year),
    ];
    format!("{all} per year: unplanned {unplanned}, planned {planned}")
}

/// Returns what a year costs, if there are prices.
pub(crate) fn cost(simulation: &Simulation) -> Option<String> {
    let cost = simulation.cost.as_ref()?;
    let of = |estimate| quantity::estimate(estimate, quantity::number);
    Some(format!(
        "{} per year: parts {}, outage {}, lost messages {}",
        of(&cost.total),
        quantity::number(cost.parts),
        of(&cost.outage),
        of(&cost.lost_messages)
    ))
}

/// Returns how many trials or drills broke a property, and which was the first.
pub(crate) fn seen(seen: &ViolationSeen) -> (String, String) {
    let (one, many) = if seen.drill {
        ("drill", "drills")
    } else {
        ("trial", "trials")
    };
    let mut trials = quantity::plural(seen.trials, one, many);
    if let Some(share) = &seen.share {
        let share = quantity::estimate(share, quantity::probability);
        trials += &format!(", {share} of all");
    }
    (trials, format!("{one} {}", seen.first_trial))
}

/// Returns how much more the trials say than if they were only counted; none where nothing more.
pub(crate) fn gained(simulation: &Simulation) -> Option<String> {
    let of = |gained: &VarianceReduction| {
        let figure = gained.figure.title(simulation.horizon_ms);
        format!("{figure}: {}", quantity::number(gained.factor))
    };
    let all: Vec<String> = simulation.variance_reductions.iter().map(of).collect();
    (!all.is_empty()).then(|| {
        let factors = all.join("; ");
        format!("as of so many times as many trials by plain counting: {factors}")
    })
}

/// Returns what to say where there is nothing to draw: no incident was seen, or there were some
/// and the document does not hold the figure.
pub(crate) fn nothing_seen(simulation: &Simulation) -> Vec<String> {
    let incidents = |column: &Column| column.name != ColumnName::PerYear && column.n > 0;
    if simulation.columns.iter().any(incidents) {
        return vec![quantity::NOT_AVAILABLE.to_owned()];
    }
    let trials = quantity::plural(simulation.trials, "trial", "trials");
    let horizon = quantity::horizon(simulation.horizon_ms);
    vec![format!("no incident seen in {trials} of {horizon}")]
}

/// Returns how far the search went.
pub(crate) fn extent(check: &Check) -> String {
    if let Some(swarm) = &check.swarm {
        return swarm_extent(check, swarm);
    }
    let size = format!(
        "{} states, {} transitions, depth {}",
        quantity::count(check.states),
        quantity::count(check.transitions),
        check.depth
    );
    match check.cut_off_by {
        Some(by) => format!(
            "cut off by {} after {size}",
            words::cut_off(by, Some(&check.limits))
        ),
        None if check.complete => format!("complete search: {size}"),
        None => format!("incomplete search: {size}"),
    }
}

/// Returns the odds that something was missed, after a semicolon; nothing for a swarm, which
/// leaves states out anyway.
pub(crate) fn odds(check: &Check) -> String {
    match check.swarm {
        None => format!(
            "; odds of a missed state {}",
            quantity::odds(check.collision_odds)
        ),
        Some(_) => String::new(),
    }
}

/// Returns how far many small searches went together.
fn swarm_extent(check: &Check, swarm: &Swarm) -> String {
    let mut text = format!(
        "swarm of {} of at most {} and {}: about {} different states (an estimate, standard error \
         {:.1} %) in {}, {} transitions, depth {}",
        quantity::plural(swarm.searches, "search", "searches"),
        quantity::plural(swarm.states_limit, "state", "states"),
        quantity::plural(u64::from(swarm.depth_limit), "step", "steps"),
        quantity::count(check.states),
        swarm.states_relative_error * 100.0,
        quantity::plural(swarm.visits, "visit", "visits"),
        quantity::count(check.transitions),
        check.depth
    );
    if swarm.searches > 1 && check.states > 0 {
        let new = check.states.saturating_sub(swarm.states_of_first_half);
        let share = new as f64 / check.states as f64 * 100.0;
        text +=
            &format!("; {share:.0} % of the states were new in the second half of the searches");
    }
    if swarm.exhausted > 0 {
        let nothing = "had nothing left to visit within these bounds";
        text += &format!(
            "; {} of the searches {nothing}",
            quantity::count(swarm.exhausted)
        );
    }
    match check.cut_off_by {
        Some(by) => format!(
            "cut off by {}: {text}",
            words::cut_off(by, Some(&check.limits))
        ),
        None => text,
    }
}
