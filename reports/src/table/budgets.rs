//! The verdicts within several budgets, a column for each.

use crate::document::{Check, VerdictStatus};
use crate::layout::{WIDTH, hanging, padded, wrapped};
use crate::matrix::Matrix;
use crate::words;

/// The first column: the short name of a property and a few words about it.
const FIRST_WIDTH: usize = 30;

/// Prints how far the search went within each budget, and the table of verdicts.
pub(super) fn verdicts(matrix: &Matrix<'_>, lines: &mut Vec<String>) {
    lines.push(String::new());
    lines.push("What can happen".to_owned());
    for check in matrix.checks {
        lines.extend(hanging("  budget:  ", name(check)));
        super::search(check, lines);
        lines.push(String::new());
    }
    let cell = |check: &Check, place: Option<usize>| {
        place.map_or_else(String::new, |index| {
            let verdict = &check.verdicts[index];
            let mut text = words::verdict(verdict);
            if let Some(path) = &verdict.counterexample {
                text += &format!(" ({})", crate::timeline::size(path));
            }
            text
        })
    };
    let rows = matrix.rows.iter().map(|row| {
        let first = format!("{} {}", padded(row.property, 4), row.title);
        let cells = matrix.checks.iter().zip(&row.places);
        (
            first,
            cells.map(|(check, place)| cell(check, *place)).collect(),
        )
    });
    columns("property", matrix.checks, rows.collect(), lines);
    lines.push(String::new());
    let lead = "  \"holds\" means: ";
    let reach = "in every state within the budget of its column (RC: from every one of them)";
    lines.extend(hanging(lead, reach));
    for check in matrix.checks {
        let unread = check.verdicts.iter();
        for verdict in unread.filter(|one| one.status == VerdictStatus::NotChecked) {
            let why = words::verdict_reach(verdict, &check.budget);
            let lead = format!("  {} is not checked: ", verdict.property);
            lines.extend(hanging(&lead, &why));
        }
    }
}

/// Prints the goals that any of the budgets names.
pub(super) fn goals(checks: &[Check], lines: &mut Vec<String>) {
    let mut names: Vec<&str> = Vec::new();
    for goal in checks.iter().flat_map(|check| &check.goals) {
        if !names.contains(&goal.name.as_str()) {
            names.push(&goal.name);
        }
    }
    if names.is_empty() {
        return;
    }
    let cell = |check: &Check, name: &str| {
        let mut goals = check.goals.iter();
        let goal = goals.find(|goal| goal.name == name);
        goal.map_or_else(String::new, words::expected_goal)
    };
    let rows = names.into_iter().map(|name| {
        let cells = checks.iter().map(|check| cell(check, name)).collect();
        (name.to_owned(), cells)
    });
    lines.push(String::new());
    columns("goal", checks, rows.collect(), lines);
}

/// The name of a budget, which every one of several has.
fn name(check: &Check) -> &str {
    check.name.as_deref().unwrap_or_default()
}

/// Lays out a column for each budget beside the first one.
fn columns(
    head: &str,
    checks: &[Check],
    rows: Vec<(String, Vec<String>)>,
    lines: &mut Vec<String>,
) {
    let width = (WIDTH - 2 - FIRST_WIDTH) / checks.len().max(1);
    let heads = checks.iter().map(|check| name(check).to_owned()).collect();
    for (first, cells) in std::iter::once((head.to_owned(), heads)).chain(rows) {
        let mut wraps = vec![wrapped(&first, FIRST_WIDTH - 2)];
        wraps.extend(cells.iter().map(|cell| wrapped(cell, width - 2)));
        let height = wraps.iter().map(Vec::len).max().unwrap_or(0);
        for index in 0..height {
            let mut line = "  ".to_owned();
            for (column, wrap) in wraps.iter().enumerate() {
                let width = if column == 0 { FIRST_WIDTH } else { width };
                line += &padded(wrap.get(index).map_or("", String::as_str), width);
            }
            lines.push(line.trim_end().to_owned());
        }
    }
}
