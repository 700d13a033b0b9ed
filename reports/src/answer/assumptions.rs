//! What the verdicts take for granted, in the words of the page and the terminal.

use crate::document::{Check, Reduction, ResultDocument};
use crate::{headline, words};

/// Returns what all verdicts take for granted: about operators, and what is never to happen.
pub(crate) fn assumptions(document: &ResultDocument) -> Vec<String> {
    let mut said = Vec::new();
    if document.checks.is_empty() {
        return said;
    }
    said.extend(about_operators(document));
    let mut never: Vec<String> = Vec::new();
    for reduction in document.checks.iter().flat_map(|check| &check.reductions) {
        let event = match reduction {
            Reduction::Without(left_out) => words::part(left_out),
            Reduction::ExcludedEvent(event) => event.clone(),
            Reduction::FenceHolds(_) => {
                let words = words::reduction(reduction);
                let words = words.trim_start_matches("assumed: ").to_owned();
                if !said.contains(&words) {
                    said.push(words);
                }
                continue;
            }
            Reduction::InterchangeableServers
            | Reduction::ConnectionsAtOnce
            | Reduction::ClientsAtOnce
            | Reduction::FewerServers { .. }
            | Reduction::FailedOverStart => continue,
        };
        if !never.contains(&event) {
            never.push(event);
        }
    }
    if !never.is_empty() {
        said.push(format!("these never occur: {}", never.join(", ")));
    }
    said
}

/// What operators are taken to know.
fn about_operators(document: &ResultDocument) -> Option<String> {
    let mut assumptions = document.scenario.assumptions.iter();
    let assumption = assumptions.find(|one| one.key == "operators.assumption")?;
    let site = headline::first_site(document);
    (assumption.value == "holds").then(|| {
        format!(
            "operators leave {site} only when it really is down, and it stays down until it is \
             failed back"
        )
    })
}

/// Returns the verdicts of a check that leaves out what their properties read, with what that is:
/// a line for all that say the same.
pub(crate) fn of_verdicts(check: &Check) -> Vec<String> {
    let mut said: Vec<(String, Vec<String>)> = Vec::new();
    for verdict in check.verdicts.iter().filter(|one| !one.left_out.is_empty()) {
        let status = words::status(verdict.status);
        let reach = words::verdict_reach(verdict, &check.budget);
        let words = format!("{status}: {reach}");
        let name = words::property(&verdict.title, &verdict.property);
        match said.iter_mut().find(|(known, _)| *known == words) {
            Some((_, names)) => names.push(name),
            None => said.push((words, vec![name])),
        }
    }
    let lines = said
        .iter()
        .map(|(words, names)| format!("{} {words}", names.join(", ")));
    lines.collect()
}
