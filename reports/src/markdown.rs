//! A result in Markdown, for a job summary or as a comment on a pull request.
//!
//! Written for GitHub, where `details` fold and Mermaid is drawn; elsewhere it reads as text.

use crate::answer::Answer;
use crate::diagnostics::Diagnostics;
use crate::document::{Counterexample, ResultDocument, Simulation};
use crate::entry::Entry;
use crate::findings::{Finding, Kind, Outcome};
use crate::html::figures::{Cell, Figures};
use crate::layout::{capital, one_line};
use crate::matrix::Matrix;
use crate::{
    families, findings, headline, mermaid, rare, second_opinion, timeline, visible, words,
};

/// Returns the summary of a run, one section per scenario file.
pub fn run(entries: &[Entry]) -> String {
    let sections: Vec<_> = entries
        .iter()
        .map(|entry| match entry {
            Entry::Result { document, .. } => text(document),
            Entry::Input(diagnostics) => input(diagnostics),
        })
        .collect();
    visible::text(sections.join("\n"))
}

/// Returns the section of a file without a result.
fn input(read: &Diagnostics) -> String {
    let word = if read.valid { "valid" } else { "❌ refused" };
    let mut text = format!("## {}: {word}\n", escaped(&read.scenario));
    if !read.diagnostics.is_empty() {
        let rows = read.diagnostics.iter().map(|one| {
            let code = format!("{} {}", one.severity.word(), one.code);
            vec![code, escaped(&one.place()), escaped(&one.said())]
        });
        text += &format!("\n{}\n", table(&["what", "where", "says"], rows));
    }
    text
}

/// Returns the summary of a result.
pub fn text(document: &ResultDocument) -> String {
    let scenario = &document.scenario;
    let identity = &document.identity;
    let mut blocks = vec![format!(
        "## {}: {}",
        escaped(&scenario.name),
        escaped(&scenario.title)
    )];
    blocks.extend(answer(document));
    for warning in &scenario.warnings {
        blocks.push(format!(
            "> **Warning:** {}",
            escaped(&words::warning(warning))
        ));
    }
    let findings = findings::of(document);
    if !document.checks.is_empty() {
        blocks.push("### Verdicts".to_owned());
    }
    for check in &document.checks {
        let search = format!(
            "{} within {}. {}{}.",
            match check.swarm {
                None => "Every order of events",
                Some(_) => "Some orders of events",
            },
            words::named_budget(check),
            capital(&headline::extent(check)),
            headline::odds(check)
        );
        blocks.push(escaped(&search));
        if let Some(opinion) = &check.second_opinion {
            let text = format!("Second opinion: {}.", second_opinion::text(opinion));
            blocks.push(escaped(&text));
        }
        let never = families::never_fired(check);
        if !never.is_empty() {
            blocks.push(escaped(&format!("Never occurred: {}.", never.join("; "))));
        }
    }
    blocks.extend(Matrix::of(&document.checks).map(|matrix| verdicts(&matrix)));
    blocks.extend(results(&findings));
    for finding in &findings {
        if let (Kind::Property, Some(path)) = (finding.kind, finding.path) {
            blocks.push(folded(finding, path));
        }
    }
    if let Some(simulation) = &document.simulation {
        blocks.extend(columns(simulation));
        if let Some(rare) = &simulation.rare {
            let (title, text) = rare::sentence(rare, simulation.horizon_ms);
            blocks.push(format!("### {title}"));
            blocks.push(escaped(&text));
        }
    }
    blocks.push("### Reproduce this result".to_owned());
    blocks.push(fenced("sh", &one_line(&identity.command)));
    blocks.push(escaped(&format!(
        "poolproof {} ({}), scenario {}, seed {}. The same version, scenario and seed give the \
         same result.",
        identity.poolproof_version, identity.build, identity.scenario_digest, identity.seed
    )));
    let mut text = blocks.join("\n\n");
    text.push('\n');
    text
}

/// The answer, and what decides it.
fn answer(document: &ResultDocument) -> [String; 2] {
    let answer = Answer::of(document);
    let (sign, word) = (answer.standing.look().sign, answer.standing.words());
    let points = answer.points.iter();
    let points = points.map(|point| format!("- {} {}", point.look.sign, escaped(&point.text)));
    [
        format!("**{sign} {word}**: {}", escaped(&answer.reason)),
        points.collect::<Vec<_>>().join("\n"),
    ]
}

/// The verdicts within several budgets, a column for each.
fn verdicts(matrix: &Matrix<'_>) -> String {
    let mut heads = vec![Kind::Property.word().to_owned()];
    let names = matrix.checks.iter().map(|check| check.name.as_deref());
    heads.extend(names.map(|name| escaped(name.unwrap_or_default())));
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    let rows = matrix.rows.iter().map(|row| {
        let mut cells = vec![format!(
            "**{}** ({})",
            escaped(row.title),
            escaped(row.property)
        )];
        for (check, place) in matrix.checks.iter().zip(&row.places) {
            cells.push(place.map_or_else(String::new, |index| {
                let finding = findings::property(&check.verdicts[index], &check.budget);
                format!("{} {}", sign(&finding), escaped(&finding.words))
            }));
        }
        cells
    });
    table(&heads, rows)
}

/// Lists properties, goals and objectives in tables of their own.
fn results(findings: &[Finding<'_>]) -> Vec<String> {
    let mut blocks = Vec::new();
    for (kind, last) in [
        (Kind::Property, "how far"),
        (Kind::Goal, ""),
        (Kind::Coverage, "why"),
        (Kind::Objective, "observed"),
    ] {
        // Properties within several budgets have a table of their own.
        let of_kind: Vec<_> = findings
            .iter()
            .filter(|one| one.kind == kind)
            .filter(|one| one.kind != Kind::Property || one.budget.is_none())
            .collect();
        if of_kind.is_empty() {
            continue;
        }
        let rows = of_kind.into_iter().map(|finding| {
            let mut name = match (finding.kind, finding.title) {
                (Kind::Property, title) => {
                    format!("**{}** ({})", escaped(title), escaped(finding.name))
                }
                (_, "") => format!("**{}**", escaped(finding.name)),
                (_, title) => format!("**{}** {}", escaped(finding.name), escaped(title)),
            };
            if let Some(budget) = finding.budget {
                name += &format!(", within \"{}\"", escaped(budget));
            }
            let result = format!("{} {}", sign(finding), escaped(&finding.words));
            let mut row = vec![name, result];
            if !last.is_empty() {
                row.push(escaped(&finding.detail));
            }
            row
        });
        let mut heads = vec![kind.word(), "result"];
        if !last.is_empty() {
            heads.push(last);
        }
        blocks.push(table(&heads, rows));
    }
    blocks
}

/// The sign says at a glance what the words beside it say in full.
fn sign(finding: &Finding<'_>) -> &'static str {
    match finding.outcome {
        Outcome::AsExpected => "✅",
        Outcome::Differs => "❌",
        Outcome::Undecided => "❔",
    }
}

fn folded(finding: &Finding<'_>, path: &Counterexample) -> String {
    let within = finding.budget.map(|name| format!(" within \"{name}\""));
    let head = format!(
        "Counterexample: {}{} ({})",
        words::property(finding.title, finding.name),
        within.unwrap_or_default(),
        timeline::size(path)
    );
    let diagram = mermaid::sequence(path);
    format!(
        "<details>\n<summary>{}</summary>\n\n{}\n\n{}\n\n</details>",
        markup(&head),
        fenced("text", &timeline::text(path)),
        fenced("mermaid", &diagram)
    )
}

fn columns(simulation: &Simulation) -> Vec<String> {
    let view = Figures::of(simulation);
    let mut blocks = vec![
        "### How often, how long, how much is lost".to_owned(),
        escaped(&format!(
            "{}. Availability {}; outage {}.",
            capital(&view.ran),
            view.availability,
            view.outage
        )),
    ];
    if !view.cost.is_empty() {
        blocks.push(escaped(&format!("Cost {}.", view.cost)));
    }
    if view.heads.is_empty() {
        return blocks;
    }
    let mut heads = vec![String::new()];
    let head = |title: &str, n: &str| format!("{} (n = {n})", escaped(title));
    heads.extend(view.heads.iter().map(|one| head(&one.title, &one.n)));
    let heads: Vec<_> = heads.iter().map(String::as_str).collect();
    let rows = view.groups.iter().flat_map(|group| {
        group.rows.iter().map(|row| {
            let mut cells = vec![format!("{}, {}", escaped(&group.title), escaped(&row.name))];
            cells.extend(row.cells.iter().map(cell));
            cells
        })
    });
    blocks.push(table(&heads, rows));
    let rows = view.lengths.iter().map(|row| {
        let mut cells = vec![escaped(&row.name)];
        cells.extend(row.cells.iter().map(cell));
        cells
    });
    let heads = ["incidents per year", "unplanned", "planned"];
    blocks.extend((!view.lengths.is_empty()).then(|| table(&heads, rows)));
    blocks
}

fn cell(cell: &Cell) -> String {
    let value = escaped(&cell.value);
    if cell.interval.is_empty() {
        value
    } else {
        format!("{value}<br><sub>{}</sub>", escaped(&cell.interval))
    }
}

fn table(heads: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut lines = vec![
        format!("| {} |", heads.join(" | ")),
        format!("|{}", " --- |".repeat(heads.len())),
    ];
    lines.extend(rows.map(|row| format!("| {} |", row.join(" | "))));
    lines.join("\n")
}

/// Fences a block with more backticks than it holds in a row.
fn fenced(language: &str, text: &str) -> String {
    let mut longest = 0;
    let mut run = 0;
    for letter in text.chars() {
        run = if letter == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat((longest + 1).max(3));
    format!("{fence}{language}\n{}\n{fence}", text.trim_end())
}

/// Escapes what Markdown or HTML would take for markup, in text or in a cell of a table.
pub(crate) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let text = one_line(text);
    let mut letters = text.chars().peekable();
    let mut in_word = false;
    while let Some(letter) = letters.next() {
        let next_in_word = letters.peek().is_some_and(|next| next.is_alphanumeric());
        match letter {
            // Inside a word it emphasises nothing.
            '_' if in_word && next_in_word => safe.push('_'),
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '$' => {
                safe.push('\\');
                safe.push(letter);
            }
            // A name after it would be called, and a number linked.
            '@' => safe.push_str("@\u{200b}"),
            letter => safe.push(letter),
        }
        in_word = letter.is_alphanumeric();
    }
    safe
}

/// Escapes a text for inside of an HTML element.
fn markup(text: &str) -> String {
    one_line(text)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('@', "@\u{200b}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn the_sample_reads_well() {
        insta::assert_snapshot!(run(&[sample::entry(), sample::refused()]));
    }

    #[test]
    fn results_with_parts_missing_have_a_summary() {
        for document in [sample::empty(), sample::quiet()] {
            let text = text(&document);
            assert!(text.contains("### Reproduce this result"));
            assert!(!text.contains("|  |  |"), "{text}");
        }
    }

    #[test]
    fn what_the_scenario_says_is_never_markup() {
        let mut document = sample::unexpected();
        let evil = "</summary><b>| *x* `y` @all [a](b)\n# h ```";
        document.scenario.title = evil.to_owned();
        let check = document.checks.first_mut().expect("the sample is checked");
        check.verdicts[1].title = evil.to_owned();
        let path = check.verdicts[1].counterexample.as_mut().expect("a path");
        path.steps[0].text = evil.to_owned();
        let text = text(&document);
        assert!(text.contains("````text"), "a longer fence");
        let mut fence = None;
        for line in text.lines() {
            let ticks = line.len() - line.trim_start_matches('`').len();
            match fence {
                None if ticks >= 3 => fence = Some(ticks),
                Some(open) if ticks >= open => fence = None,
                Some(_) => {}
                None => assert!(
                    !line.contains("<b>") && !line.contains("@all") && !line.starts_with("# h"),
                    "{line}"
                ),
            }
        }
        assert_eq!(fence, None, "a fence is left open");
        for row in text.lines().filter(|line| line.starts_with("| **SB**")) {
            assert_eq!(row.replace("\\|", "").matches('|').count(), 4, "{row}");
        }
    }
}
