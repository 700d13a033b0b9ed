//! The sentences that sum a result up, the same on every rendering.
//!
//! They are computed from the document and claim nothing beyond it: an undecided property is
//! named, and "holds" says how far.

use crate::document::{
    Check, Column, ColumnName, Estimate, ObjectiveStatus, ResultDocument, Simulation, Swarm,
    Verdict, VerdictStatus, ViolationSeen,
};
use crate::findings::Kind;
use crate::{findings, quantity, words};

/// The question that every report answers.
pub(crate) const QUESTION: &str =
    "Configured like this, what can go wrong with the pool, how often, and what does it cost?";

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

/// Returns the answer in a few sentences.
pub(crate) fn answer(document: &ResultDocument) -> Vec<String> {
    let mut sentences = Vec::new();
    if !document.checks.is_empty() {
        sentences.extend(document.checks.iter().flat_map(verdicts));
        sentences.extend(assumed(document));
        sentences.extend(surprises(document));
    }
    if let Some(simulation) = &document.simulation {
        sentences.push(service(simulation));
        sentences.extend(drilled(simulation));
    }
    sentences.extend(objectives(document));
    if sentences.is_empty() {
        sentences.push("Nothing was checked and nothing was simulated.".to_owned());
    }
    sentences
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

fn verdicts(check: &Check) -> Vec<String> {
    let with = |status: VerdictStatus| -> Vec<&Verdict> {
        check
            .verdicts
            .iter()
            .filter(|verdict| verdict.status == status)
            .collect()
    };
    let violated = with(VerdictStatus::Violated);
    let undecided = with(VerdictStatus::Undecided);
    let holding = with(VerdictStatus::Holds).len();
    let all = quantity::plural(check.verdicts.len() as u64, "property", "properties");
    let budget = words::named_budget(check);
    let mut sentences = Vec::new();
    if check.verdicts.is_empty() {
        sentences.push(format!("No property was checked ({budget})."));
    } else if holding == check.verdicts.len() {
        sentences.push(format!(
            "All of {all} checked hold within the fault budget ({budget})."
        ));
    } else if !violated.is_empty() {
        let names: Vec<_> = violated.iter().map(|verdict| violation(verdict)).collect();
        sentences.push(format!(
            "Of {all} checked ({budget}), {} can be violated: {}.",
            violated.len(),
            names.join("; ")
        ));
        if holding > 0 {
            let names: Vec<_> = with(VerdictStatus::Holds)
                .iter()
                .map(|verdict| verdict.property.as_str())
                .collect();
            let verb = if holding == 1 { "holds" } else { "hold" };
            sentences.push(format!("{} {verb} within it.", names.join(", ")));
        }
    }
    let names = |verdicts: &[&Verdict]| -> String {
        let names: Vec<_> = verdicts.iter().map(|one| one.property.as_str()).collect();
        names.join(", ")
    };
    if !undecided.is_empty() {
        sentences.push(format!("Undecided: {}.", names(&undecided)));
    }
    let unread = with(VerdictStatus::NotChecked);
    if !unread.is_empty() {
        sentences.push(format!("Not checked: {}.", names(&unread)));
    }
    sentences
}

/// Names what the verdicts take for granted about operators, where the scenario says it.
fn assumed(document: &ResultDocument) -> Option<String> {
    let mut assumptions = document.scenario.assumptions.iter();
    let assumption = assumptions.find(|one| one.key == "operators.assumption")?;
    let site = first_site(document);
    match assumption.value.as_str() {
        "holds" => Some(format!(
            "This assumes that operators leave {site} only when it really is down, and that it \
             stays down until it is failed back."
        )),
        "dropped" => Some(format!(
            "This does not assume that {site} really is down when operators leave it, or that it \
             stays down."
        )),
        _ => None,
    }
}

/// Says how many results of the search are not what the scenario expects; objectives have a
/// sentence of their own.
fn surprises(document: &ResultDocument) -> Option<String> {
    let findings = findings::surprises(document);
    let searched = findings.iter().filter(|one| one.kind != Kind::Objective);
    match searched.count() {
        0 => None,
        1 => Some("1 result differs from what the scenario expects.".to_owned()),
        n => Some(format!(
            "{n} results differ from what the scenario expects."
        )),
    }
}

fn violation(verdict: &Verdict) -> String {
    let name = format!("{} ({})", verdict.property, verdict.title);
    match &verdict.counterexample {
        Some(path) => format!(
            "{name} with {} in {}",
            quantity::plural(u64::from(path.faults), "fault", "faults"),
            quantity::plural(path.steps.len() as u64, "step", "steps")
        ),
        None => name,
    }
}

fn service(simulation: &Simulation) -> String {
    format!(
        "Service is available {} of the time, with {} of outage per year on average.",
        quantity::availability(&simulation.availability),
        quantity::estimate(&simulation.mean_outage_ms_per_year, quantity::duration)
    )
}

fn drilled(simulation: &Simulation) -> Option<String> {
    let column = simulation.column(ColumnName::GivenSiteLoss)?;
    if column.n == 0 {
        return None;
    }
    Some(format!(
        "After {}, service is back within {} in half of the drills and within {} in \
         95 % of them; the data lost are at most {} in half and at most {} in 95 %.",
        words::drilled(&simulation.drilled),
        limit(&column.time_ms.p50),
        limit(&column.time_ms.p95),
        limit(&column.data_lost_ms.p50),
        limit(&column.data_lost_ms.p95),
    ))
}

fn limit(estimate: &Estimate) -> String {
    match estimate.value {
        Some(_) => quantity::estimate(estimate, quantity::duration),
        None => format!("({})", quantity::NOT_AVAILABLE),
    }
}

fn objectives(document: &ResultDocument) -> Option<String> {
    if document.objectives.is_empty() {
        return None;
    }
    let count = |status: ObjectiveStatus| {
        document
            .objectives
            .iter()
            .filter(|objective| objective.status == status)
            .count()
    };
    Some(format!(
        "Objectives: {} met, {} missed, {} undecided.",
        count(ObjectiveStatus::Met),
        count(ObjectiveStatus::Missed),
        count(ObjectiveStatus::Undecided)
    ))
}
