//! The result as a plain text table for the terminal, at most 80 columns wide.
//!
//! Colour repeats what the words say, so that a log file says the same as a screen.

use crate::answer::{Answer, of_verdicts};
use crate::document::{
    Check, Column, ColumnName, Goal, Objective, OutcomeSeen, ResultDocument, Simulation, Verdict,
    VerdictStatus,
};
use crate::figure::Measure;
use crate::findings::Kind;
use crate::html::figures::{self, Cell};
use crate::layout::{broken, hanging, joined, plain, side_by_side, wrapped};
use crate::look::{Look, only_colours};
use crate::matrix::Matrix;
use crate::{families, findings, headline, quantity, rare, second_opinion, timeline, words};

mod budgets;
mod phases;

pub use phases::phases;

/// No line is longer, unless a single word is, or a command that is there to be copied.
pub const WIDTH: usize = crate::layout::WIDTH;

/// The first column of a grid.
const FIRST_WIDTH: usize = 26;
/// The second column of a grid.
const SECOND_WIDTH: usize = 27;

/// Returns the document as a table for people. The words may change; machines read the JSON.
pub fn text(document: &ResultDocument) -> String {
    plain(&coloured(document))
}

/// Returns the same with the colours of a terminal as escape sequences, which are the only control
/// characters in it.
pub fn coloured(document: &ResultDocument) -> String {
    let mut lines = Answer::of(document).lines(&document.scenario.name);
    lines.push(String::new());
    lines.extend(wrapped(&document.scenario.title, WIDTH));
    let identity = &document.identity;
    let made = format!(
        "poolproof {}, seed {}, scenario {}",
        identity.poolproof_version, identity.seed, identity.scenario_digest
    );
    lines.extend(wrapped(&made, WIDTH));
    for warning in &document.scenario.warnings {
        lines.extend(hanging("warning: ", &words::warning(warning)));
    }
    match (&document.checks[..], Matrix::of(&document.checks)) {
        ([], _) => {}
        ([check, ..], None) => {
            verdicts(check, &mut lines);
            goals(&check.goals, &mut lines);
        }
        (checks, Some(matrix)) => {
            budgets::verdicts(&matrix, &mut lines);
            budgets::goals(checks, &mut lines);
            budgets::searches(checks, &mut lines);
        }
    }
    coverage(document, &mut lines);
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
    only_colours(&joined(&lines))
}

fn verdicts(check: &Check, lines: &mut Vec<String>) {
    lines.push(String::new());
    lines.push("Verdicts".to_owned());
    search(check, lines);
    if check.verdicts.is_empty() {
        return;
    }
    lines.push(String::new());
    let common = common_reach(&check.verdicts);
    let cells = |verdict: &Verdict| {
        let mut says = Vec::new();
        if common.map(|one| one.reach) != Some(verdict.reach) {
            says.push(words::reach(verdict.reach, &check.budget));
        }
        let look = Look::of_verdict(verdict.status, verdict.as_expected);
        let name = words::property(&verdict.title, &verdict.property);
        (name, look, words::verdict(verdict), says)
    };
    let rows: Vec<_> = check.verdicts.iter().map(cells).collect();
    let third = match rows.iter().all(|row| row.3.is_empty()) {
        true => "",
        false => "how far",
    };
    lines.extend(grid(["property", "verdict", third], &rows));
    if let Some(verdict) = common {
        let word = words::status(verdict.status);
        let lead = format!("  \"{word}\" means: ");
        lines.extend(hanging(&lead, &words::reach(verdict.reach, &check.budget)));
    }
    for line in of_verdicts(check) {
        lines.extend(hanging("  note: ", &line));
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
        lines.extend(hanging("  never occurred:  ", &never.join("; ")));
    }
}

/// Returns one of several verdicts that have status and reach in common, so that both are said
/// once.
fn common_reach(verdicts: &[Verdict]) -> Option<&Verdict> {
    [VerdictStatus::Holds, VerdictStatus::Undecided]
        .into_iter()
        .find_map(|status| {
            let those = || verdicts.iter().filter(|verdict| verdict.status == status);
            let shared = |one: &&Verdict| those().filter(|two| two.reach == one.reach).count() > 1;
            those().find(shared)
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
            let name = words::property(&verdict.title, &verdict.property);
            let head = format!("{name}{within} ({})", timeline::size(path));
            lines.extend(hanging("Counterexample: ", &head));
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
                Look::of_goal(goal),
                words::expected_goal(goal),
                vec![goal.title.clone()],
            )
        })
        .collect();
    lines.extend(grid(["goal", "result", "what"], &rows));
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
                Look::of_outcome(one.outcome),
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
    lines.push("How often, how long, how much is lost".to_owned());
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
    lines.extend(hanging("  outage:        ", &headline::outage(simulation)));
    let users = quantity::estimate(&simulation.user_minutes_per_year, quantity::number);
    let users = format!("{users} user-minutes per year");
    lines.extend(hanging("  users:         ", &users));
    if let Some(cost) = headline::cost(simulation) {
        lines.extend(hanging("  cost:          ", &cost));
    }
    if let Some(gained) = headline::gained(simulation) {
        lines.extend(hanging("  precision:     ", &gained));
    }
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
    lines.extend(lengths_table(simulation));
}

/// How often incidents of each class of length happen.
fn lengths_table(simulation: &Simulation) -> Vec<String> {
    let rows = figures::lengths(simulation);
    if rows.is_empty() {
        return Vec::new();
    }
    let line = |cells: [&str; 3]| {
        let widths = [LENGTH_WIDTH, CELL_WIDTH, CELL_WIDTH];
        let cells = cells.iter().zip(widths);
        let cells: Vec<_> = cells
            .map(|(text, w)| (vec![(*text).to_owned()], w))
            .collect();
        side_by_side(&cells)
    };
    let mut lines = vec![String::new(), "incidents per year".to_owned()];
    lines.extend(line(["  length", "unplanned", "planned"]));
    for row in rows {
        let cells: Vec<String> = row.cells.iter().map(Cell::with_interval).collect();
        lines.extend(line([&format!("  {}", row.name), &cells[0], &cells[1]]));
    }
    lines
}

const LENGTH_WIDTH: usize = 26;
const LABEL_WIDTH: usize = 8;
const CELL_WIDTH: usize = 24;

fn columns_table(simulation: &Simulation, columns: &[Column]) -> Vec<String> {
    let row = |label: &str, cell: &dyn Fn(&Column) -> String| {
        let mut cells = vec![(vec![label.to_owned()], LABEL_WIDTH)];
        cells.extend(columns.iter().map(|column| {
            let text = cell(column);
            // An interval that is too long goes on after its "to".
            (broken(&text, " to ", CELL_WIDTH - 2), CELL_WIDTH)
        }));
        let mut lines = side_by_side(&cells);
        // A row whose cells are all empty says nothing.
        lines.retain(|line| !line.is_empty());
        lines
    };
    let mut lines = row("", &|column| words::column(column.name, simulation));
    lines.extend(row("", &|column| {
        format!("n = {}", quantity::count(column.n))
    }));
    // Where every incident ended and left a copy, the rows are empty and left out.
    let outcomes: [(&str, OutcomeOf); 2] = [
        (words::NO_RETURN, |column| &column.no_return),
        (words::NO_COPY_LEFT, |column| &column.no_copy_left),
    ];
    for (what, outcome) in outcomes {
        lines.extend(row("", &|column| match outcome(column).count {
            0 => String::new(),
            count => format!("in no mean: {}, {what}", quantity::count(count)),
        }));
        lines.extend(row("", &|column| {
            let OutcomeSeen { count, share } = outcome(column);
            let share = quantity::interval(share, quantity::probability);
            share.filter(|_| *count > 0).unwrap_or_default()
        }));
    }
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

fn objectives(objectives: &[Objective], lines: &mut Vec<String>) {
    if objectives.is_empty() {
        return;
    }
    lines.push(String::new());
    lines.push("Objectives".to_owned());
    for objective in objectives {
        let look = Look::of_objective(objective.status);
        let status = look.paint(words::objective(objective.status));
        lines.extend(hanging("  ", &format!("{status}: {}", objective.text)));
        lines.extend(hanging("    ", &findings::observed(objective)));
    }
}

/// The outcome that a row is about, in a column.
type OutcomeOf = fn(&Column) -> &OutcomeSeen;

/// A row of a grid: a name, the words of a result with their look, and what explains it, whose
/// parts start on lines of their own.
type GridRow = (String, Look, String, Vec<String>);

/// Lays out three columns of fixed width, the last with the rest of the line.
fn grid(heads: [&str; 3], rows: &[GridRow]) -> Vec<String> {
    let rest = WIDTH - 2 - FIRST_WIDTH - SECOND_WIDTH;
    let line = |first: Vec<String>, second: Vec<String>, third: Vec<String>| {
        side_by_side(&[
            (Vec::new(), 2),
            (first, FIRST_WIDTH),
            (second, SECOND_WIDTH),
            (third, rest),
        ])
    };
    let [first, second, third] = heads.map(|head| vec![head.to_owned()]);
    let mut lines = line(first, second, third);
    for (name, look, result, says) in rows {
        let mut first = wrapped(name, FIRST_WIDTH - 2);
        // A name that no column can hold keeps its line to itself.
        if first
            .iter()
            .any(|word| word.chars().count() > FIRST_WIDTH - 2)
        {
            lines.extend(first.drain(..).map(|word| format!("  {word}")));
        }
        let second = broken(result, ", ", SECOND_WIDTH - 2);
        let second = second.iter().map(|words| look.paint(words)).collect();
        let third = says.iter().flat_map(|part| wrapped(part, rest)).collect();
        lines.extend(line(first, second, third));
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
        let part = text.split("Counterexample: ").next().expect("the tables");
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

    /// Up to four budgets are columns of one table, more are columns of several.
    #[test]
    fn no_line_is_too_long_whatever_the_number_of_budgets() {
        let check = sample::unexpected().checks.remove(0);
        for budgets in 1..=6 {
            let mut document = sample::document();
            let named = (1..=budgets).map(|number| crate::document::Check {
                name: Some(format!("{number} faults and no mistakes")),
                ..check.clone()
            });
            document.checks = named.collect();
            let text = text(&document);
            for line in text.lines() {
                assert!(line.chars().count() <= WIDTH, "{budgets} budgets: {line}");
            }
            let rows = text
                .lines()
                .filter(|line| line.starts_with("  no split brain (SB)"));
            assert_eq!(rows.count(), if budgets > 4 { 2 } else { 1 }, "{text}");
        }
    }

    #[test]
    fn only_words_of_verdicts_are_coloured_and_the_text_is_the_same() {
        let document = sample::unexpected();
        let coloured = coloured(&document);
        assert_eq!(plain(&coloured), text(&document));
        assert!(coloured.contains(&crate::look::BAD.paint("NOT READY")));
        assert!(coloured.contains(&crate::look::BAD.paint("violated, expected: holds")));
        assert!(!text(&document).contains('\u{1b}'));
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
