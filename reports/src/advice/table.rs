//! The advice on a terminal: the answer, its evidence, and what would change it.

use super::sentences::{answer, binding, letter, name, reading};
use super::{AdviceCandidate, AdviceDocument, CandidateStatus, RaceEnd, Sensitivity, difference};
use crate::document::{Estimate, ObjectiveStatus, VerdictStatus};
use crate::layout::{WIDTH, hanging, joined, padded, wrapped};
use crate::{quantity, words};

/// The most candidates of the table; the others are in the document.
const ROWS_MOST: usize = 24;

/// Returns the text.
#[must_use]
pub fn text(document: &AdviceDocument) -> String {
    let mut lines = wrapped(&answer(document).join(" "), WIDTH);
    if let Some(command) = &document.best_command {
        lines.push(format!("See it with: {command}"));
    }
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
    for (index, one) in document.candidates.iter().enumerate().take(ROWS_MOST) {
        let mark = format!("  {}{}", name(index), if one.on_front { "*" } else { "" });
        let figures = one.figures.as_ref();
        lines.push(row([
            &mark,
            &one.cost(),
            &short(figures.map(|one| &one.outage_ms)),
            &short(figures.map(|one| &one.data_lost_ms)),
            &short(figures.map(|one| &one.time_to_recover_ms)),
            &verdict(one),
        ]));
        lines.extend(hanging("        ", &difference(&one.changes)));
    }
    let more = document.candidates.len().saturating_sub(ROWS_MOST) as u64;
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

/// A duration that fits into a column.
fn short(estimate: Option<&Estimate>) -> String {
    let words = estimate.map_or("-".to_owned(), |one| {
        quantity::value(one, quantity::duration)
    });
    for (long, sign) in [("at least ", ">= "), ("more than ", "> ")] {
        if let Some(rest) = words.strip_prefix(long) {
            return format!("{sign}{rest}");
        }
    }
    words
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

/// The candidates that the checker has ruled out, with the commands that show why. Candidates with
/// the same finding are listed together.
fn broken(document: &AdviceDocument, lines: &mut Vec<String>) {
    let all = document.candidates.iter().enumerate();
    let mut found: Vec<(&AdviceCandidate, Vec<usize>)> = Vec::new();
    for (index, one) in all.filter(|(_, one)| !one.properties.is_empty()) {
        match found
            .iter_mut()
            .find(|(first, _)| findings(first) == findings(one))
        {
            Some((_, places)) => places.push(index),
            None => found.push((one, vec![index])),
        }
    }
    if found.is_empty() {
        return;
    }
    let within = document.budget.as_ref();
    let within = within.map_or(String::new(), |name| format!(" within \"{name}\""));
    heading(
        lines,
        &format!("Not shown to be safe by the checker{within}"),
    );
    for (one, places) in found {
        let lead = format!("  {} ", name(places[0]));
        lines.extend(hanging(&lead, &difference(&one.changes)));
        for finding in findings(one) {
            lines.extend(hanging("      ", &finding));
        }
        if places.len() > 1 {
            let others: Vec<String> = places[1..].iter().map(|at| name(*at)).collect();
            lines.extend(hanging(
                "      ",
                &format!("The same of {}.", others.join(", ")),
            ));
        }
        let command = one.properties.first().map_or("", |first| &first.command);
        lines.push(format!("      {command}"));
    }
}

/// What was found about the properties of a candidate, in words.
fn findings(of: &AdviceCandidate) -> Vec<String> {
    let broken = of.properties.iter().filter_map(|one| {
        let (faults, steps) = one.faults.zip(one.steps)?;
        Some(format!(
            "{}: broken by {} in {}",
            words::property(&one.title, &one.property),
            quantity::plural(faults.into(), "fault", "faults"),
            quantity::plural(steps.into(), "step", "steps")
        ))
    });
    let open = [
        (
            VerdictStatus::Undecided,
            "undecided: the search reached a limit",
        ),
        (
            VerdictStatus::NotChecked,
            "not checked: the search leaves out what is read",
        ),
    ];
    let open = open.into_iter().filter_map(|(status, words)| {
        let found = of.properties.iter().filter(|one| one.status == status);
        let names: Vec<&str> = found.map(|one| one.property.as_str()).collect();
        (!names.is_empty()).then(|| format!("{}: {words}", names.join(", ")))
    });
    broken.chain(open).collect()
}

fn invalid(document: &AdviceDocument, lines: &mut Vec<String>) {
    if document.invalid.is_empty() {
        return;
    }
    heading(lines, "Left out, because they are no valid scenarios");
    for one in document.invalid.iter().take(ROWS_MOST) {
        let text = format!(
            "{}: {}: {}",
            difference(&one.changes),
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
    if document.sensitivities.is_empty() {
        return;
    }
    heading(lines, "If an assumption is wrong by a factor of two");
    let changing = document.sensitivities.iter();
    for one in changing.filter(|one| one.changes == Some(true)) {
        let first = one.ranking.first().map_or(String::new(), |at| name(*at));
        let then = match one.statuses.first() {
            Some(CandidateStatus::Meets) => format!("{first} is best"),
            _ => format!("none that ran meets every objective, and {first} is nearest"),
        };
        let what = format!("{}, {}", one.assumption, times(one));
        lines.extend(hanging(
            "  - ",
            &format!("{what}: the advice changes; then {then}"),
        ));
    }
    for (changes, words) in [
        (None, "these trials do not decide"),
        (Some(false), "the advice stays the same"),
    ] {
        let found = named(&document.sensitivities, changes);
        if !found.is_empty() {
            lines.extend(hanging("  - ", &format!("{words}: {found}")));
        }
    }
}

fn times(one: &Sensitivity) -> &'static str {
    match one.factor < 1.0 {
        true => "halved",
        false => "doubled",
    }
}

/// The assumptions with this outcome, each once.
fn named(all: &[Sensitivity], changes: Option<bool>) -> String {
    let mut found: Vec<(&str, Vec<&str>)> = Vec::new();
    for one in all.iter().filter(|one| one.changes == changes) {
        match found.iter_mut().find(|(words, _)| *words == one.assumption) {
            Some((_, factors)) => factors.push(times(one)),
            None => found.push((&one.assumption, vec![times(one)])),
        }
    }
    let words = found
        .into_iter()
        .map(|(words, factors)| format!("{words}, {}", factors.join(" or ")));
    words.collect::<Vec<_>>().join("; ")
}
