//! The decision table: one row per scenario, with what a design is chosen by.

use super::{ComparisonDocument, Difference, FigureRow};
use crate::document::VerdictStatus;
use crate::figure::{Figure, Unit};
use crate::look::{Look, NONE};
use crate::{quantity, words};

/// The figures that a design is chosen by, and the heads of their columns: where a trial is a year,
/// and otherwise.
const CHOSEN_BY: [(Figure, [&str; 2]); 5] = [
    (Figure::AVAILABILITY, ["availability"; 2]),
    (Figure::OUTAGE, ["outage per year", "outage per trial"]),
    (
        Figure::ANY_LOSS,
        ["years that lose data", "trials that lose data"],
    ),
    (Figure::DATA_LOST, ["data lost with DC1, 95 % at most"; 2]),
    (
        Figure::TIME_TO_RECOVER,
        ["without service after the loss of DC1, 95 % at most"; 2],
    ),
];

/// What is said where the interval of a difference contains 0.
pub(crate) const SAME: &str = "no significant difference";

/// One scenario.
pub(crate) struct DecisionRow<'a> {
    pub(crate) label: &'a str,
    pub(crate) title: &'a str,
    /// Promises by what the checker found, in the order of their statuses.
    pub(crate) promises: Vec<Promises<'a>>,
    pub(crate) cells: Vec<DecisionCell>,
    /// Empty where the scenario has no prices.
    pub(crate) cost: String,
}

/// The properties of a scenario with the same verdict.
pub(crate) struct Promises<'a> {
    pub(crate) status: VerdictStatus,
    pub(crate) as_expected: bool,
    pub(crate) names: Vec<&'a str>,
}

/// One figure of one scenario.
pub(crate) struct DecisionCell {
    pub(crate) value: String,
    pub(crate) interval: String,
    /// Against the first scenario; empty for the first itself.
    pub(crate) difference: String,
    /// Whether the difference is one, and a good one.
    pub(crate) look: Look,
    /// What it is sorted by; empty where there is no value.
    pub(crate) key: String,
}

impl Promises<'_> {
    /// The verdict in words.
    pub(crate) fn words(&self) -> String {
        let found = format!("{}: {}", words::status(self.status), self.names.join(", "));
        super::expected(&found, self.as_expected)
    }
}

/// The rows of the document that a design is chosen by, with the heads of their columns.
pub(crate) fn chosen(document: &ComparisonDocument) -> Vec<(&FigureRow, &'static str)> {
    let head = usize::from(!document.horizon_is_a_year());
    let row = |(figure, heads): (Figure, [&'static str; 2])| {
        let row = document.figures.iter().find(|row| row.figure == figure)?;
        Some((row, heads[head]))
    };
    CHOSEN_BY.into_iter().filter_map(row).collect()
}

/// Returns the table.
pub(crate) fn rows(document: &ComparisonDocument) -> Vec<DecisionRow<'_>> {
    let scenarios = document.scenarios.iter().enumerate();
    scenarios
        .map(|(index, one)| {
            let mut promises: Vec<Promises<'_>> = Vec::new();
            for verdict in &one.verdicts {
                let same = |found: &&mut Promises<'_>| {
                    (found.status, found.as_expected) == (verdict.status, verdict.as_expected)
                };
                match promises.iter_mut().find(same) {
                    Some(found) => found.names.push(&verdict.property),
                    None => promises.push(Promises {
                        status: verdict.status,
                        as_expected: verdict.as_expected,
                        names: vec![&verdict.property],
                    }),
                }
            }
            // What is broken is read first.
            promises.sort_by_key(|found| (found.as_expected, found.status == VerdictStatus::Holds));
            DecisionRow {
                label: &one.label,
                title: &one.title,
                promises,
                cells: chosen(document)
                    .into_iter()
                    .map(|(row, _)| cell(row, index))
                    .collect(),
                cost: one.cost_per_year.map_or(String::new(), quantity::number),
            }
        })
        .collect()
}

/// Returns one figure of one scenario.
pub(crate) fn cell(row: &FigureRow, scenario: usize) -> DecisionCell {
    let difference = scenario
        .checked_sub(1)
        .and_then(|at| row.differences.get(at));
    let words = |number: f64| row.unit.words(number);
    let Some(value) = row.values.get(scenario) else {
        return DecisionCell {
            value: quantity::NOT_AVAILABLE.to_owned(),
            interval: String::new(),
            difference: String::new(),
            look: NONE,
            key: String::new(),
        };
    };
    DecisionCell {
        value: quantity::value(value, words),
        interval: quantity::interval(value, words).unwrap_or_default(),
        difference: difference.map_or(String::new(), |one| short(one, row.unit)),
        look: difference.map_or(NONE, |one| super::look(one, row.unit)),
        key: quantity::sort_key(value.value),
    }
}

fn short(difference: &Difference, unit: Unit) -> String {
    match difference.visible {
        Some(false) => SAME.to_owned(),
        _ => difference.words(unit),
    }
}

/// Says in one sentence what a scenario changes of that.
pub(super) fn sentence(document: &ComparisonDocument, scenario: usize) -> String {
    let one = &document.scenarios[scenario];
    let mut changes: Vec<String> = Vec::new();
    if let Some(first) = document.scenarios.first() {
        for verdict in &one.verdicts {
            let mut before = first.verdicts.iter();
            let before = before.find(|found| found.property == verdict.property);
            if before.is_some_and(|found| found.status != verdict.status) {
                let words = one.verdict_words(&verdict.property);
                changes.push(format!("{} {words}", verdict.property));
            }
        }
        if let (Some(here), Some(there)) = (one.cost_per_year, first.cost_per_year)
            && here != there
        {
            let words = Unit::CostPerYear.difference(here - there);
            changes.push(format!("cost per year {words}"));
        }
    }
    let mut others = 0_u64;
    for row in &document.figures {
        let difference = row.differences.get(scenario.wrapping_sub(1));
        let Some(difference) = difference.filter(|found| found.visible == Some(true)) else {
            continue;
        };
        // Availability is the outage once more.
        let mut named = chosen(document)
            .into_iter()
            .filter(|(found, _)| found.unit != Unit::Availability);
        match named.find(|(found, _)| found.figure == row.figure) {
            Some((_, head)) => changes.push(format!("{head} {}", difference.words(row.unit))),
            None => others += u64::from(row.unit != Unit::Availability),
        }
    }
    if others > 0 {
        changes.push(quantity::plural(others, "other figure", "other figures"));
    }
    if changes.is_empty() {
        let why = if one.trials_differing + one.drills_differing == 0 {
            "; no trial came out differently"
        } else {
            ""
        };
        return format!(
            "{}: {} for every figure{why}.",
            one.label,
            super::NOT_VISIBLE
        );
    }
    format!("{} changes: {}.", one.label, changes.join("; "))
}
