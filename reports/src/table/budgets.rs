//! The verdicts within several budgets, a column for each.

use crate::answer::of_verdicts;
use crate::document::Check;
use crate::layout::{WIDTH, broken, hanging, side_by_side, wrapped};
use crate::look::Look;
use crate::matrix::Matrix;
use crate::{timeline, words};

/// The first column: the words for a property and its code.
const FIRST_WIDTH: usize = 26;
/// More budgets are columns of a further table.
const COLUMNS_MOST: usize = 4;

/// Prints the table of verdicts.
pub(super) fn verdicts(matrix: &Matrix<'_>, lines: &mut Vec<String>) {
    lines.push(String::new());
    lines.push("Verdicts".to_owned());
    let cell = |check: &Check, place: Option<usize>| {
        let Some(verdict) = place.map(|index| &check.verdicts[index]) else {
            return Vec::new();
        };
        let look = Look::of_verdict(verdict.status, verdict.as_expected);
        let mut parts = vec![(words::verdict(verdict), Some(look))];
        let path = verdict.counterexample.as_ref();
        parts.extend(path.map(|path| (timeline::size(path), None)));
        parts
    };
    let rows = matrix.rows.iter().map(|row| {
        let cells = matrix.checks.iter().zip(&row.places);
        (
            words::property(row.title, row.property),
            cells.map(|(check, place)| cell(check, *place)).collect(),
        )
    });
    columns("property", matrix.checks, &rows.collect::<Vec<_>>(), lines);
    lines.push(String::new());
    let lead = "  \"holds\" means: ";
    let reach = "in every state within the budget of its column, and for service returns (RC) \
                 from every one of them";
    lines.extend(hanging(lead, reach));
    for check in matrix.checks {
        for line in of_verdicts(check) {
            let lead = format!("  note on \"{}\": ", name(check));
            lines.extend(hanging(&lead, &line));
        }
    }
}

/// Prints how far the search went within each budget.
pub(super) fn searches(checks: &[Check], lines: &mut Vec<String>) {
    for check in checks {
        lines.push(String::new());
        lines.extend(hanging("  budget:  ", name(check)));
        super::search(check, lines);
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
        let part = |goal| (words::expected_goal(goal), Some(Look::of_goal(goal)));
        goal.map(part).into_iter().collect()
    };
    let rows = names.into_iter().map(|name| {
        let cells = checks.iter().map(|check| cell(check, name)).collect();
        (name.to_owned(), cells)
    });
    lines.push(String::new());
    columns("goal", checks, &rows.collect::<Vec<_>>(), lines);
}

/// The name of a budget, which every one of several has.
fn name(check: &Check) -> &str {
    check.name.as_deref().unwrap_or_default()
}

/// The parts of a cell, each on lines of its own, and how they look.
type BudgetCell = Vec<(String, Option<Look>)>;

/// Lays out a column for each budget beside the first one, and a further table where there are too
/// many.
fn columns(
    head: &str,
    checks: &[Check],
    rows: &[(String, Vec<BudgetCell>)],
    lines: &mut Vec<String>,
) {
    for from in (0..checks.len()).step_by(COLUMNS_MOST) {
        let shown = from..checks.len().min(from + COLUMNS_MOST);
        let width = (WIDTH - 2 - FIRST_WIDTH) / shown.len();
        let heads = checks[shown.clone()].iter();
        let heads: Vec<BudgetCell> = heads
            .map(|one| vec![(name(one).to_owned(), None)])
            .collect();
        let mut line = |first: &str, cells: &[BudgetCell]| {
            let mut columns = vec![
                (Vec::new(), 2),
                (wrapped(first, FIRST_WIDTH - 2), FIRST_WIDTH),
            ];
            columns.extend(
                cells
                    .iter()
                    .map(|cell| (cell_lines(cell, width - 1), width)),
            );
            lines.extend(side_by_side(&columns));
        };
        if from > 0 {
            line("", &[]);
        }
        line(head, &heads);
        for (first, cells) in rows {
            line(first, &cells[shown.clone()]);
        }
    }
}

fn cell_lines(cell: &BudgetCell, width: usize) -> Vec<String> {
    let part = |(text, look): &(String, Option<Look>)| {
        let lines = broken(text, ", ", width);
        let painted = lines.into_iter().map(|line| match look {
            Some(look) => look.paint(&line),
            None => line,
        });
        painted.collect::<Vec<_>>()
    };
    cell.iter().flat_map(part).collect()
}
