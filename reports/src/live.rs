//! A result in words and numbers for a page that is drawn while the result is still being refined.
//!
//! The page knows no words and no rules of its own: what a tile, a verdict or a figure says is said
//! here, as in the report, and the numbers beside it are for drawing only.

use serde::Serialize;

use crate::answer::{self, Answer};
use crate::comparison::ComparisonDocument;
use crate::document::{CdfPoint, Check, ColumnName, Objective, ResultDocument, Verdict};
use crate::figure::{Figure, Measure};
use crate::html::figures::{self, Figures};
use crate::html::tiles::{self, Tile};
use crate::layout::capital;
use crate::look::Look;
use crate::matrix::Matrix;
use crate::{findings, headline, words};

/// Everything that the page shows of a result.
#[derive(Clone, Debug, Serialize)]
pub struct LiveAnswer {
    /// The answer in a word, and how it looks.
    pub standing: Said,
    /// Why, in a few words.
    pub reason: String,
    /// Safety within each budget, and the figures that a decision is made by.
    pub tiles: Vec<LiveTile>,
    /// The names of the budgets, with what they allow.
    pub budgets: Vec<LiveBudget>,
    /// A row for each property.
    pub verdicts: Vec<LiveVerdicts>,
    /// The three columns; none before the first simulation.
    pub figures: Option<LiveFigures>,
    /// The objectives of the scenario.
    pub objectives: Vec<LiveObjective>,
    /// Distribution functions given the loss of the first site.
    pub curves: Vec<LiveCurve>,
    /// What the verdicts take for granted, in one sentence; may be empty.
    pub assumes: String,
    /// What the validation found doubtful.
    pub warnings: Vec<String>,
}

/// Words, with the sign and the class of how they look.
#[derive(Clone, Debug, Serialize)]
pub struct Said {
    /// The words.
    pub words: String,
    /// The sign before them, for those who see no colour.
    pub sign: &'static str,
    /// `good`, `bad`, `open`, `known` or `none`.
    pub class: &'static str,
}

/// A tile.
#[derive(Clone, Debug, Serialize)]
pub struct LiveTile {
    /// What it is about.
    pub title: String,
    /// What was found.
    pub value: String,
    /// What it comes to.
    pub said: Said,
    /// What it was held against; may be empty.
    pub limit: String,
    /// How sure it is.
    pub certainty: String,
    /// More lines.
    pub remarks: Vec<String>,
}

/// A budget of faults.
#[derive(Clone, Debug, Serialize)]
pub struct LiveBudget {
    /// Its name.
    pub name: String,
    /// What it allows.
    pub allows: String,
    /// How far the search went.
    pub extent: String,
}

/// A property within each budget.
#[derive(Clone, Debug, Serialize)]
pub struct LiveVerdicts {
    /// Its name, with the short one in brackets.
    pub title: String,
    /// What it says.
    pub meaning: String,
    /// For each budget a verdict; none where the property is not checked within it.
    pub cells: Vec<Option<LiveVerdict>>,
}

/// A verdict.
#[derive(Clone, Debug, Serialize)]
pub struct LiveVerdict {
    /// The verdict.
    pub said: Said,
    /// How far it reaches.
    pub reach: String,
    /// The numbers of the check and of the verdict, where it has a counterexample.
    pub path: Option<[usize; 2]>,
}

/// The figures of a simulation, in three columns.
#[derive(Clone, Debug, Serialize)]
pub struct LiveFigures {
    /// How much was simulated.
    pub ran: String,
    /// The columns: their titles, and the number of observations.
    pub heads: Vec<[String; 2]>,
    /// Groups of rows.
    pub groups: Vec<LiveGroup>,
    /// How the intervals were made.
    pub intervals: String,
}

/// Rows about one measure.
#[derive(Clone, Debug, Serialize)]
pub struct LiveGroup {
    /// The measure.
    pub title: String,
    /// The rows: a name, and a value with its interval for each column.
    pub rows: Vec<(String, Vec<[String; 2]>)>,
}

/// A figure against its limit.
#[derive(Clone, Debug, Serialize)]
pub struct LiveObjective {
    /// The objective as the scenario file has it.
    pub text: String,
    /// The figure.
    pub title: String,
    /// Met, missed or undecided.
    pub said: Said,
    /// What was observed, in words.
    pub observed: String,
    /// Its interval, in words; may be empty.
    pub interval: String,
    /// The limit, in words.
    pub limit: String,
    /// How many trials would decide it; empty where it is decided.
    pub more: String,
    /// Value, lower end, upper end and limit, for drawing.
    pub scale: [Option<f64>; 4],
    /// Whether less is better.
    pub is_upper: bool,
}

/// A distribution function.
#[derive(Clone, Debug, Serialize)]
pub struct LiveCurve {
    /// What it is the distribution of.
    pub title: String,
    /// Points: milliseconds, probability, and the band around it.
    pub points: Vec<[f64; 4]>,
    /// The limits of objectives about it, in milliseconds, with their words.
    pub limits: Vec<(f64, String)>,
}

/// A figure before and after a change, under the same failures.
#[derive(Clone, Debug, Serialize)]
pub struct LiveDifference {
    /// The figure.
    pub title: String,
    /// Its value before.
    pub before: String,
    /// Its value after.
    pub after: String,
    /// The difference with its interval, or that there is none to see.
    pub words: String,
    /// `better`, `worse` or `none`.
    pub class: &'static str,
}

/// Returns the page's view of a result, complete or not.
#[must_use]
pub fn answer(document: &ResultDocument) -> LiveAnswer {
    let found = Answer::of(document);
    let simulation = document.simulation.as_ref();
    let warnings = document.scenario.warnings.iter();
    LiveAnswer {
        standing: said(found.standing.look(), found.standing.words()),
        reason: found.reason,
        tiles: tiles::tiles(document).into_iter().map(tile).collect(),
        budgets: document.checks.iter().map(budget).collect(),
        verdicts: verdicts(&document.checks),
        figures: simulation.map(|one| live_figures(&Figures::of(one))),
        objectives: document
            .objectives
            .iter()
            .map(|one| objective(one, simulation.map_or(0, |run| run.horizon_ms)))
            .collect(),
        curves: curves(document),
        assumes: answer::assumptions(document).join("; "),
        warnings: warnings.map(words::warning).collect(),
    }
}

/// Returns what the last of two compared scenarios has more or less of than the first.
#[must_use]
pub fn differences(document: &ComparisonDocument) -> Vec<LiveDifference> {
    let rows = document.figures.iter();
    let shown = rows.filter_map(|row| {
        let (before, after) = (row.values.first()?, row.values.last()?);
        let difference = row.differences.last()?;
        let value = |estimate| figures::figure(row.figure, estimate).value;
        let less = difference.estimate.value.is_some_and(|value| value < 0.0);
        let class = match difference.visible {
            Some(true) if less == is_better_if_less(row.figure) => "better",
            Some(true) => "worse",
            Some(false) | None => "none",
        };
        Some(LiveDifference {
            title: capital(&row.figure.title(document.horizon_ms)),
            before: value(before),
            after: value(after),
            words: difference.words(row.unit),
            class,
        })
    });
    shown.collect()
}

/// Of everything but service, less is better.
fn is_better_if_less(figure: Figure) -> bool {
    figure.measure != Measure::Availability
}

fn said(look: Look, words: impl Into<String>) -> Said {
    Said {
        words: words.into(),
        sign: look.sign,
        class: look.class,
    }
}

fn tile(tile: Tile) -> LiveTile {
    LiveTile {
        title: tile.title,
        value: tile.value,
        said: said(tile.look, tile.word),
        limit: tile.limit,
        certainty: tile.certainty,
        remarks: tile.remarks.into_iter().map(|one| one.text).collect(),
    }
}

fn budget(check: &Check) -> LiveBudget {
    LiveBudget {
        name: match &check.name {
            Some(name) => name.clone(),
            None => words::short_budget(&check.budget),
        },
        allows: words::budget(&check.budget),
        extent: headline::extent(check),
    }
}

fn verdicts(checks: &[Check]) -> Vec<LiveVerdicts> {
    let cell = |number: usize, place: Option<usize>| {
        let index = place?;
        Some(verdict([number, index], &checks[number]))
    };
    let rows = Matrix::rows(checks);
    let rows = rows.iter().map(|row| LiveVerdicts {
        title: words::property(row.title, row.property),
        meaning: row.meaning.to_owned(),
        cells: (0..)
            .zip(&row.places)
            .map(|(number, place)| cell(number, *place))
            .collect(),
    });
    rows.collect()
}

fn verdict(place: [usize; 2], check: &Check) -> LiveVerdict {
    let one: &Verdict = &check.verdicts[place[1]];
    LiveVerdict {
        said: said(
            Look::of_verdict(one.status, one.as_expected),
            words::verdict(one),
        ),
        reach: words::verdict_reach(one, &check.budget),
        path: one.counterexample.as_ref().map(|_| place),
    }
}

fn live_figures(found: &Figures<'_>) -> LiveFigures {
    let heads = found.heads.iter();
    let groups = found.groups.iter().map(|group| LiveGroup {
        title: group.title.clone(),
        rows: group
            .rows
            .iter()
            .map(|row| {
                let cells = row.cells.iter();
                let cells = cells.map(|cell| [cell.value.clone(), cell.interval.clone()]);
                (row.name.clone(), cells.collect())
            })
            .collect(),
    });
    LiveFigures {
        ran: found.ran.clone(),
        heads: heads
            .map(|head| [head.title.clone(), head.n.clone()])
            .collect(),
        groups: groups.collect(),
        intervals: found.intervals.clone(),
    }
}

fn objective(one: &Objective, horizon_ms: u64) -> LiveObjective {
    let cell = figures::figure(one.figure, &one.value);
    LiveObjective {
        text: one.text.clone(),
        title: capital(&one.figure.title(horizon_ms)),
        said: said(Look::of_objective(one.status), words::objective(one.status)),
        observed: cell.value,
        interval: cell.interval,
        limit: findings::limit(one),
        more: answer::more_trials(one).unwrap_or_default(),
        scale: [
            one.value.value,
            one.value.low,
            one.value.high,
            Some(one.limit),
        ],
        is_upper: is_better_if_less(one.figure),
    }
}

fn curves(document: &ResultDocument) -> Vec<LiveCurve> {
    let Some(simulation) = &document.simulation else {
        return Vec::new();
    };
    let Some(column) = simulation.column(ColumnName::GivenSiteLoss) else {
        return Vec::new();
    };
    let limits = |figure: Figure| {
        let objectives = document.objectives.iter();
        let about = objectives.filter(move |one| {
            (one.figure.column, one.figure.measure) == (figure.column, figure.measure)
        });
        let about = about.map(|one| (one.limit, one.figure.statistic.name(), one));
        about
            .map(|(at, statistic, one)| (at, format!("{statistic} {}", findings::limit(one))))
            .collect()
    };
    let points = |points: &[CdfPoint]| {
        let points = points.iter();
        points.map(|at| [at.x, at.p, at.low, at.high]).collect()
    };
    let curve = |title: &str, figure, of: &[CdfPoint]| LiveCurve {
        title: format!("{}: {title}", words::column(column.name, simulation)),
        points: points(of),
        limits: limits(figure),
    };
    let curves = [
        curve("time to recover", Figure::TIME_TO_RECOVER, &column.time_cdf),
        curve("data lost", Figure::DATA_LOST, &column.data_lost_cdf),
    ];
    curves
        .into_iter()
        .filter(|one| !one.points.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::answer;
    use crate::sample;

    #[test]
    fn the_page_says_what_the_report_says() {
        let document = sample::budgets();
        let shown = answer(&document);
        assert_eq!(shown.standing.words, "NOT READY");
        assert_eq!(shown.budgets.len(), document.checks.len());
        let cells = shown.verdicts.iter().map(|row| row.cells.len());
        assert!(cells.into_iter().all(|count| count == shown.budgets.len()));
        let figures = shown.figures.expect("simulated");
        assert_eq!(figures.heads.len(), 3);
        assert_eq!(shown.objectives.len(), document.objectives.len());
        let with_path = shown.verdicts.iter().flat_map(|row| &row.cells);
        let mut paths = with_path.flatten().filter_map(|cell| cell.path);
        let [check, verdict] = paths.next().expect("something is violated");
        let verdict = &document.checks[check].verdicts[verdict];
        assert!(verdict.counterexample.is_some());
    }

    #[test]
    fn a_scenario_without_budgets_has_one_column() {
        let shown = answer(&sample::document());
        assert_eq!(shown.budgets.len(), 1);
        assert!(!shown.verdicts.is_empty());
    }
}
