//! The advice on a terminal: the answer, its evidence, and what would change it.

use super::sentences::{answer, binding, letter, name, reading};
use super::{AdviceCandidate, AdviceDocument, CandidateStatus, RaceEnd, Sensitivity, difference};
use crate::document::{Estimate, ObjectiveStatus};
use crate::layout::{WIDTH, hanging, joined, padded, wrapped};
use crate::{quantity, words};

/// The most candidates of the table; the others are in the document.
const ROWS_MOST: usize = 24;

/// Returns the text.
#[must_use]
pub fn text(document: &AdviceDocument) -> String {
    let mut lines = wrapped(&answer(document).join(" "), WIDTH);
    paragraph(&mut lines, "What binds", &binding(document));
    heading(
        &mut lines,
        &format!("Objectives of {}", document.scenario_name),
    );
    for (index, text) in document.objectives.iter().enumerate() {
        lines.extend(hanging(&format!("  {} ", letter(index)), text));
    }
    candidates(document, &mut lines);
    broken(document, &mut lines);
    invalid(document, &mut lines);
    sensitivities(document, &mut lines);
    paragraph(&mut lines, "How it was decided", &reading(document));
    lines.extend(hanging("  ", &format!("{}.", document.provenance())));
    lines.push(String::new());
    lines.push(format!("Reproduce with: {}", document.command));
    joined(&lines)
}

fn heading(lines: &mut Vec<String>, text: &str) {
    lines.push(String::new());
    lines.push(text.to_owned());
}

fn paragraph(lines: &mut Vec<String>, head: &str, said: &[String]) {
    if said.is_empty() {
        return;
    }
    heading(lines, head);
    for sentence in said {
        lines.extend(hanging("  ", sentence));
    }
}

/// A row for each candidate, and below it what differs.
fn candidates(document: &AdviceDocument, lines: &mut Vec<String>) {
    let cost = document.has_cost();
    heading(lines, "Candidates, best first; p95 of the loss of DC1");
    let row = |cells: [&str; 6]| {
        let [mark, price, outage, lost, time, verdict] = cells;
        let price = match cost {
            true => padded(price, 13),
            false => String::new(),
        };
        let mut line = padded(mark, 8) + &price;
        line += &padded(outage, 16);
        line += &padded(lost, 16);
        line += &padded(time, 15);
        line + verdict
    };
    let outage = match quantity::is_a_year(document.horizon_ms) {
        true => "outage a year",
        false => "outage a trial",
    };
    lines.push(row([
        "",
        "cost a year",
        outage,
        "data lost",
        "recovery",
        "verdict",
    ]));
    let ranked = document.ranking.iter();
    let ranked = ranked.filter_map(|index| Some((*index, document.candidates.get(*index)?)));
    for (index, one) in ranked.clone().take(ROWS_MOST) {
        let mark = format!("  {}{}", name(index), if one.on_front { "*" } else { "" });
        let figures = one.figures.as_ref();
        let short = |of: Option<&Estimate>| {
            of.map_or("-".to_owned(), |one| {
                quantity::value(one, quantity::duration)
            })
        };
        lines.push(row([
            &mark,
            &one.cost(),
            &short(figures.map(|one| &one.outage_ms)),
            &short(figures.map(|one| &one.data_lost_ms)),
            &short(figures.map(|one| &one.time_to_recover_ms)),
            &verdict(one),
        ]));
        lines.extend(hanging("        ", &difference(&one.settings)));
    }
    let more = document.ranking.len().saturating_sub(ROWS_MOST) as u64;
    if more > 0 {
        let more = quantity::plural(more, "more candidate is", "more candidates are");
        lines.extend(hanging("  ", &format!("{more} in --format json.")));
    }
    let worth = if cost { "cost, outage" } else { "outage" };
    let front = format!(
        "Best trade-offs (Pareto front): no other safe candidate is at least as good in {worth}, \
         data lost and recovery, and better in one of them."
    );
    lines.extend(hanging("  * ", &front));
}

/// What is known of a candidate, in a few words.
fn verdict(of: &AdviceCandidate) -> String {
    let letters = |status| {
        let all: Vec<String> = of.judged(status).map(letter).collect();
        all.join(" ")
    };
    match (of.status, of.ended) {
        (CandidateStatus::Unsafe, _) => "not safe".to_owned(),
        (CandidateStatus::SafetyUndecided, _) => "undecided".to_owned(),
        (CandidateStatus::Meets, _) => "meets all".to_owned(),
        (CandidateStatus::Misses, _) => format!("misses {}", letters(ObjectiveStatus::Missed)),
        (CandidateStatus::Undecided, Some(RaceEnd::CostsMore)) => "costs more".to_owned(),
        (CandidateStatus::Undecided, Some(RaceEnd::MoreOutage)) => "more outage".to_owned(),
        (CandidateStatus::Undecided, _) => format!("open {}", letters(ObjectiveStatus::Undecided)),
    }
}

/// The candidates that the checker has ruled out, with the commands that show why.
fn broken(document: &AdviceDocument, lines: &mut Vec<String>) {
    let all = document.candidates.iter().enumerate();
    let found: Vec<_> = all.filter(|(_, one)| !one.properties.is_empty()).collect();
    if found.is_empty() {
        return;
    }
    let within = document.budget.as_ref();
    let within = within.map_or(String::new(), |name| format!(" within \"{name}\""));
    heading(lines, &format!("Ruled out by the checker{within}"));
    for (index, one) in found {
        let lead = format!("  {} ", name(index));
        lines.extend(hanging(&lead, &difference(&one.settings)));
        for property in &one.properties {
            let title = words::property(&property.title, &property.property);
            let how = match (property.faults, property.steps) {
                (Some(faults), Some(steps)) => format!(
                    "broken by {} in {}",
                    quantity::plural(faults.into(), "fault", "faults"),
                    quantity::plural(steps.into(), "step", "steps")
                ),
                _ => "undecided: the search reached a limit".to_owned(),
            };
            lines.extend(hanging("      ", &format!("{title}: {how}")));
        }
        let command = one.properties.first().map_or("", |first| &first.command);
        lines.push(format!("      {command}"));
    }
}

fn invalid(document: &AdviceDocument, lines: &mut Vec<String>) {
    if document.invalid.is_empty() {
        return;
    }
    heading(lines, "Left out, because they are no valid scenarios");
    for one in document.invalid.iter().take(ROWS_MOST) {
        let text = format!(
            "{}: {}: {}",
            difference(&one.settings),
            one.code,
            one.message
        );
        lines.extend(hanging("  - ", &text));
    }
    let more = document.invalid.len().saturating_sub(ROWS_MOST) as u64;
    if more > 0 {
        lines.push(format!("  - {} more", quantity::count(more)));
    }
}

/// The assumptions that change the advice, those that leave it open, and the others.
fn sensitivities(document: &AdviceDocument, lines: &mut Vec<String>) {
    let all = &document.sensitivities;
    if all.is_empty() {
        return;
    }
    heading(lines, "If an assumption is wrong by a factor of two");
    let factor = |one: &Sensitivity| match one.factor < 1.0 {
        true => format!("{}, halved", one.assumption),
        false => format!("{}, doubled", one.assumption),
    };
    for one in all.iter().filter(|one| one.changes == Some(true)) {
        let then = one.ranking.first().map_or(String::new(), |at| name(*at));
        let then = match one.statuses.first() {
            Some(CandidateStatus::Meets) => format!("{then} is best"),
            _ => format!("no objective-meeting candidate is shown; {then} is nearest"),
        };
        let text = format!("{}: the advice changes; {then}", factor(one));
        lines.extend(hanging("  - ", &text));
    }
    let named = |changes: Option<bool>| {
        let found = all.iter().filter(|one| one.changes == changes).map(factor);
        found.collect::<Vec<_>>().join("; ")
    };
    let open = named(None);
    if !open.is_empty() {
        lines.extend(hanging(
            "  - ",
            &format!("these trials do not decide it: {open}"),
        ));
    }
    let unchanged = named(Some(false));
    if !unchanged.is_empty() {
        lines.extend(hanging(
            "  - ",
            &format!("the advice stays the same: {unchanged}"),
        ));
    }
}
