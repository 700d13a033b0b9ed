//! The result as a plain text table for the terminal, at most 100 columns wide.
//!
//! No colour: the words carry everything, so that a log file says the same as a screen.

use crate::document::{
    Check, Column, ColumnName, Goal, Objective, ResultDocument, Simulation, Verdict, VerdictStatus,
};
use crate::figure::Measure;
use crate::findings::Kind;
use crate::layout::{hanging, padded, wrapped};
use crate::matrix::Matrix;
use crate::{families, findings, headline, quantity, rare, second_opinion, timeline, words};

mod budgets;
mod phases;

pub use phases::phases;

/// No line is longer, unless a single word is.
pub const WIDTH: usize = crate::layout::WIDTH;

/// The first column of a grid grows no wider: the names are short, or have a line of their own.
const FIRST_WIDTH_MAX: usize = 34;
const SECOND_WIDTH: usize = 30;

/// Returns the document as a table for people. The words may change; machines read the JSON.
pub fn text(document: &ResultDocument) -> String {
    let mut lines = Vec::new();
    let identity = &document.identity;
    lines.extend(wrapped(
        &format!("{}: {}", document.scenario.name, document.scenario.title),
        WIDTH,
    ));
    lines.push(format!(
        "poolproof {}, seed {}, scenario {}",
        identity.poolproof_version, identity.seed, identity.scenario_digest
    ));
    for warning in &document.scenario.warnings {
        lines.extend(hanging("  warning: ", &words::warning(warning)));
    }
    match (&document.checks[..], Matrix::of(&document.checks)) {
        ([], _) => {}
        ([check, ..], None) => {
            verdicts(check, &mut lines);
            goals(&check.goals, &mut lines);
            coverage(document, &mut lines);
        }
        (checks, Some(matrix)) => {
            budgets::verdicts(&matrix, &mut lines);
            budgets::goals(checks, &mut lines);
            coverage(document, &mut lines);
        }
    }
    for check in &document.checks {
        paths(check, &mut lines);
    }
    if let Some(simulation) = &document.simulation {
        figures(simulation, &mut lines);
        if let Some(rare) = &simulation.rare {
            lines.extend(rare::lines(rare, simulation.horizon_ms));
        }
    }
    objectives(&document.objectives, &mut lines);
    let mut text = String::new();
    for line in lines {
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

fn verdicts(check: &Check, lines: &mut Vec<String>) {
    lines.push(String::new());
    lines.push("What can happen".to_owned());
    search(check, lines);
    if check.verdicts.is_empty() {
        return;
    }
    lines.push(String::new());
    let reach = |verdict: &Verdict| words::verdict_reach(verdict, &check.budget);
    let common = common_reach(&check.verdicts);
    let cells = |verdict: &Verdict| {
        let mut says = vec![verdict.title.clone()];
        if common.map(|one| one.reach) != Some(verdict.reach) {
            says.push(reach(verdict));
        }
        (verdict.property.clone(), words::verdict(verdict), says)
    };
    let rows: Vec<_> = check.verdicts.iter().map(cells).collect();
    let third = if common.is_some() && rows.iter().all(|row| row.2.len() == 1) {
        "what"
    } else {
        "what, and how far"
    };
    lines.extend(grid(["property", "verdict", third], &rows));
    if let Some(verdict) = common {
        let word = words::status(verdict.status);
        let lead = format!("  \"{word}\" means: ");
        lines.extend(hanging(&lead, &reach(verdict)));
    }
}

/// Says how far the search went within a budget.
fn search(check: &Check, lines: &mut Vec<String>) {
    lines.extend(hanging("  faults:  ", &words::budget(&check.budget)));
    lines.extend(hanging("  search:  ", &headline::extent(check)));
    let odds = headline::odds(check);
    lines.extend(hanging("           ", odds.trim_start_matches("; ")));
    if let Some(opinion) = &check.second_opinion {
        lines.extend(hanging("  second:  ", &second_opinion::text(opinion)));
    }
    let never = families::never_fired(check);
    if !never.is_empty() {
        let text = format!("{} never fired", never.join("; "));
        lines.extend(hanging("  never:   ", &text));
    }
}

/// Returns one of several verdicts that have status and reach in common, so that both are said
/// once.
fn common_reach(verdicts: &[Verdict]) -> Option<&Verdict> {
    [VerdictStatus::Holds, VerdictStatus::Undecided]
        .into_iter()
        .find_map(|status| {
            let mut those = verdicts.iter().filter(|verdict| verdict.status == status);
            let first = those.next()?;
            let second = those.next()?;
            let same = |one: &Verdict| one.reach == first.reach;
            (same(second) && those.all(same)).then_some(first)
        })
}

/// Prints the shortest path to each violation, below the tables that name them.
fn paths(check: &Check, lines: &mut Vec<String>) {
    let within = check
        .name
        .as_ref()
        .map(|name| format!(" within \"{name}\""));
    let within = within.unwrap_or_default();
    for verdict in &check.verdicts {
        if let Some(path) = &verdict.counterexample {
            lines.push(String::new());
            let size = timeline::size(path);
            let head = format!("{}{within}: {} ({size})", verdict.property, verdict.title);
            lines.extend(hanging("How to violate ", &head));
            lines.extend(timeline::text(path).lines().map(str::to_owned));
        }
    }
}

fn goals(goals: &[Goal], lines: &mut Vec<String>) {
    if goals.is_empty() {
        return;
    }
    lines.push(String::new());
    let rows: Vec<_> = goals
        .iter()
        .map(|goal| {
            (
                goal.name.clone(),
                words::expected_goal(goal),
                vec![goal.title.clone()],
            )
        })
        .collect();
    lines.extend(grid(["goal", "reached", "what"], &rows));
}

/// Lists the events that have to fire, so that nobody takes an empty pass for a verdict.
fn coverage(document: &ResultDocument, lines: &mut Vec<String>) {
    let findings = findings::of(document);
    let rows: Vec<_> = findings
        .iter()
        .filter(|finding| finding.kind == Kind::Coverage)
        .map(|one| {
            (
                one.name.to_owned(),
                one.words.clone(),
                std::iter::once(one.detail.clone())
                    .chain(one.budget.map(|budget| format!("within \"{budget}\"")))
                    .collect(),
            )
        })
        .collect();
    if !rows.is_empty() {
        lines.push(String::new());
        lines.extend(grid(["event", "has to fire", "why"], &rows));
    }
}

fn figures(simulation: &Simulation, lines: &mut Vec<String>) {
    lines.push(String::new());
    lines.push("How often, and what it costs".to_owned());
    let trials = quantity::plural(simulation.trials, "trial", "trials");
    let horizon = quantity::horizon(simulation.horizon_ms);
    let mut ran = format!("{trials} of {horizon}, {}", headline::drills(simulation));
    if let Some(by) = simulation.cut_off_by {
        ran += &format!("; cut off by {}", words::cut_off(by, None));
    }
    lines.extend(hanging("  trials:        ", &ran));
    lines.extend(hanging(
        "  availability:  ",
        &quantity::availability(&simulation.availability),
    ));
    let outage = quantity::estimate(&simulation.mean_outage_ms_per_year, quantity::duration);
    lines.extend(hanging("  outage:        ", &format!("{outage} per year")));
    for seen in &simulation.violations_seen {
        let (trials, first) = headline::seen(seen);
        let text = format!("{} violated in {trials}, first in {first}", seen.property);
        lines.extend(hanging("  seen:          ", &text));
        // Not wrapped, so that it can be pasted.
        if !seen.replay.is_empty() {
            lines.push(format!("                 {}", seen.replay));
        }
    }
    for columns in simulation.columns.chunks(3) {
        lines.push(String::new());
        lines.extend(columns_table(simulation, columns));
    }
}

const LABEL_WIDTH: usize = 16;
const CELL_WIDTH: usize = 28;

fn columns_table(simulation: &Simulation, columns: &[Column]) -> Vec<String> {
    let row = |label: &str, cell: &dyn Fn(&Column) -> String| {
        let cells: Vec<_> = columns.iter().map(cell).collect();
        side_by_side(label, &cells)
    };
    let mut lines = row("", &|column| words::column(column.name, simulation));
    lines.extend(row("", &|column| {
        format!("n = {}", quantity::count(column.n))
    }));
    // Where every incident ended, the row is empty and left out.
    lines.extend(row("", &|column| match column.unended {
        0 => String::new(),
        unended => format!("{} of them without an end", quantity::count(unended)),
    }));
    for index in 0..Measure::of_column(ColumnName::PerYear).len() {
        let measure = |column: &Column| Measure::of_column(column.name)[index];
        let Some(first) = columns.first() else {
            break;
        };
        lines.push(String::new());
        let (title, unit) = (measure(first).title(), measure(first).unit());
        if columns
            .iter()
            .any(|column| measure(column).title() != title)
        {
            lines.extend(row("", &|column| measure(column).title().to_owned()));
        } else {
            lines.push(title.to_owned());
        }
        for (at, (name, _)) in measure(first).rows(first).iter().enumerate() {
            let estimate = |column: &Column| measure(column).rows(column)[at].1.clone();
            lines.extend(row(&format!("  {name}"), &|column| {
                quantity::value(&estimate(column), |value| unit.words(value))
            }));
            lines.extend(row("", &|column| {
                quantity::interval(&estimate(column), |value| unit.words(value)).unwrap_or_default()
            }));
        }
    }
    lines
}

fn side_by_side(label: &str, cells: &[String]) -> Vec<String> {
    let cells: Vec<_> = cells
        .iter()
        .map(|cell| wrapped(cell, CELL_WIDTH - 1))
        .collect();
    let height = cells.iter().map(Vec::len).max().unwrap_or(0);
    (0..height)
        .map(|index| {
            let mut line = padded(if index == 0 { label } else { "" }, LABEL_WIDTH);
            for cell in &cells {
                let part = cell.get(index).map_or("", String::as_str);
                line.push_str(&padded(part, CELL_WIDTH));
            }
            line
        })
        // A row whose cells are all empty says nothing.
        .filter(|line| !line.trim().is_empty())
        .collect()
}

fn objectives(objectives: &[Objective], lines: &mut Vec<String>) {
    if objectives.is_empty() {
        return;
    }
    lines.push(String::new());
    lines.push("Objectives".to_owned());
    for objective in objectives {
        let status = padded(words::objective(objective.status), 11);
        lines.extend(hanging(&format!("  {status}"), &objective.text));
        lines.extend(hanging("             ", &findings::observed(objective)));
    }
}

/// Lays out three columns: the first as wide as its longest word, the second fixed, the last with
/// the rest of the line. The parts of the third cell start on lines of their own.
fn grid(heads: [&str; 3], rows: &[(String, String, Vec<String>)]) -> Vec<String> {
    let longest = |text: &str| {
        text.split_whitespace()
            .map(|word| word.chars().count())
            .max()
    };
    let first_width = rows
        .iter()
        .filter_map(|row| longest(&row.0))
        .max()
        .unwrap_or(0)
        .clamp(14, FIRST_WIDTH_MAX)
        + 2;
    let rest = WIDTH - 2 - first_width - SECOND_WIDTH;
    let mut lines = Vec::new();
    let heads = (
        heads[0].to_owned(),
        heads[1].to_owned(),
        vec![heads[2].to_owned()],
    );
    for row in std::iter::once(&heads).chain(rows) {
        let first = wrapped(&row.0, first_width - 2);
        let second = wrapped(&row.1, SECOND_WIDTH - 2);
        let third: Vec<_> = row.2.iter().flat_map(|part| wrapped(part, rest)).collect();
        // A name that no column can hold keeps its line to itself.
        let too_long = first
            .iter()
            .any(|word| word.chars().count() > first_width - 2);
        let (above, first) = if too_long {
            (first, Vec::new())
        } else {
            (Vec::new(), first)
        };
        lines.extend(above.iter().map(|word| format!("  {word}")));
        let height = first.len().max(second.len()).max(third.len());
        for index in 0..height {
            let part = |cell: &[String]| cell.get(index).cloned().unwrap_or_default();
            let left = padded(&part(&first), first_width);
            let middle = padded(&part(&second), SECOND_WIDTH);
            lines.push(format!("  {left}{middle}{}", part(&third)));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn the_sample_reads_well() {
        insta::assert_snapshot!(text(&sample::document()));
    }

    #[test]
    fn a_result_without_incidents_reads_well() {
        insta::assert_snapshot!(text(&sample::quiet()));
    }

    #[test]
    fn what_is_not_as_expected_reads_well() {
        let text = text(&sample::unexpected());
        let part = text.split("How to violate").next().expect("the tables");
        insta::assert_snapshot!(part);
    }

    #[test]
    fn no_line_is_too_long() {
        for document in [sample::unexpected(), sample::empty(), sample::quiet()] {
            for line in text(&document).lines() {
                assert!(line.chars().count() <= WIDTH, "{line}");
            }
        }
    }

    #[test]
    fn a_reach_that_is_shared_is_said_once() {
        let mut document = sample::document();
        let check = document.checks.first_mut().expect("the sample is checked");
        let mut second = check.verdicts[0].clone();
        second.property = "AL1".to_owned();
        check.verdicts = vec![check.verdicts[0].clone(), second];
        check.goals[0].name = "automatic-failover".to_owned();
        check.goals[1].name = "a-goal-with-a-name-that-no-column-would-hold".to_owned();
        let text = text(&document);
        let part = text.split("property").nth(1).expect("the table");
        let part = part.split("How often").next().expect("what follows");
        insta::assert_snapshot!(part);
    }
}
