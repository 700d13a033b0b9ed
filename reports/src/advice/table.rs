//! The advice on a terminal: the answer, its evidence, and what would change it.

use super::sentences::{answer, binding, letter, name, reading};
use super::view::{front, outage_head, ruled_out, short, verdict};
use super::{AdviceDocument, difference, view};
use crate::layout::{WIDTH, hanging, joined, padded, wrapped};
use crate::quantity;

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
    lines.push(row([
        "",
        "cost a year",
        outage_head(document),
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
    lines.extend(hanging("  * ", &front(document)));
}

/// The candidates that the checker has ruled out, with the commands that show why.
fn broken(document: &AdviceDocument, lines: &mut Vec<String>) {
    let found = ruled_out(document);
    if found.is_empty() {
        return;
    }
    let within = document.budget.as_ref();
    let within = within.map_or(String::new(), |name| format!(" within \"{name}\""));
    heading(
        lines,
        &format!("Not shown to be safe by the checker{within}"),
    );
    for one in found {
        lines.extend(hanging(&format!("  {} ", name(one.first)), &one.changes));
        for finding in &one.findings {
            lines.extend(hanging("      ", finding));
        }
        if !one.others.is_empty() {
            let others: Vec<String> = one.others.iter().map(|at| name(*at)).collect();
            lines.extend(hanging(
                "      ",
                &format!("The same of {}.", others.join(", ")),
            ));
        }
        lines.push(format!("      {}", one.command));
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

fn sensitivities(document: &AdviceDocument, lines: &mut Vec<String>) {
    let found = view::sensitivities(document);
    if found.is_empty() {
        return;
    }
    heading(lines, "If an assumption is wrong by a factor of two");
    for line in found {
        lines.extend(hanging("  - ", &line));
    }
}
