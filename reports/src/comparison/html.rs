//! The comparison as one page that needs nothing else.

use askama::Template;

use super::decision::{DecisionCell, Promises};
use super::{ComparisonDocument, decision};
use crate::chart::forest::Forest;
use crate::chart::picture::Drawn;
use crate::chart::{overlay, picture};
use crate::document::VerdictStatus;
use crate::error::ReportError;
use crate::look::Look;
use crate::{visible, words};

#[derive(Template)]
#[template(path = "comparison.html")]
struct ComparisonPage<'a> {
    document: &'a ComparisonDocument,
    provenance: String,
    reading: String,
    differing: Vec<DifferingView<'a>>,
    /// In its place, where a column for each scenario would be too many.
    changes: Vec<ChangeView<'a>>,
    answers: Vec<String>,
    heads: Vec<&'static str>,
    rows: Vec<decision::DecisionRow<'a>>,
    has_verdicts: bool,
    has_cost: bool,
    holds: Vec<String>,
    figures: Vec<FigureView<'a>>,
    forest: Drawn,
    charts: Vec<Drawn>,
}

/// A key that differs: in words, as it is written, and under the label of each scenario.
struct DifferingView<'a> {
    name: String,
    key: &'a str,
    values: Vec<(&'a str, &'a str)>,
}

/// What a scenario has other than the first.
struct ChangeView<'a> {
    label: &'a str,
    name: String,
    key: &'a str,
    value: &'a str,
    first: &'a str,
}

/// So many scenarios have a column each in the table of what differs.
const COLUMNS_MOST: usize = 3;

/// A figure under every scenario.
struct FigureView<'a> {
    title: String,
    /// With the label of the scenario.
    rows: Vec<(&'a str, DecisionCell)>,
}

/// Returns the page of a comparison.
///
/// # Errors
/// When a chart cannot be drawn or the template cannot be filled in: both are defects.
pub fn page(document: &ComparisonDocument) -> Result<String, ReportError> {
    let scenarios = &document.scenarios;
    let charts = overlay::charts(document);
    let page = ComparisonPage {
        document,
        provenance: document.provenance(),
        reading: document.reading(),
        differing: differing(document),
        changes: changes(document),
        answers: (1..scenarios.len())
            .map(|index| document.summary(index))
            .collect(),
        heads: decision::chosen(document)
            .into_iter()
            .map(|(_, head)| head)
            .collect(),
        rows: decision::rows(document),
        has_verdicts: scenarios.iter().any(|one| !one.verdicts.is_empty()),
        has_cost: scenarios.iter().any(|one| one.cost_per_year.is_some()),
        holds: holds(document),
        figures: figures(document),
        forest: picture::drawn(&Forest(document))?,
        charts: charts
            .iter()
            .map(picture::drawn)
            .collect::<Result<_, _>>()?,
    };
    visible::page(&page)
}

impl Promises<'_> {
    fn look(&self) -> Look {
        Look::of_verdict(self.status, self.as_expected)
    }
}

fn changes(document: &ComparisonDocument) -> Vec<ChangeView<'_>> {
    if document.scenarios.len() <= COLUMNS_MOST {
        return Vec::new();
    }
    let mut changes = Vec::new();
    for (index, one) in document.scenarios.iter().enumerate().skip(1) {
        for key in &document.differing {
            let value = |at: usize| key.values.get(at).and_then(Option::as_deref);
            if value(index) != value(0) {
                changes.push(ChangeView {
                    label: &one.label,
                    name: words::key(&key.key),
                    key: &key.key,
                    value: value(index).unwrap_or("not there"),
                    first: value(0).unwrap_or("not there"),
                });
            }
        }
    }
    changes
}

fn differing(document: &ComparisonDocument) -> Vec<DifferingView<'_>> {
    let labels = || document.scenarios.iter().map(|one| one.label.as_str());
    let keys = document.differing.iter();
    keys.map(|one| DifferingView {
        name: words::key(&one.key),
        key: &one.key,
        values: labels()
            .zip(
                one.values
                    .iter()
                    .map(|value| value.as_deref().unwrap_or("not there")),
            )
            .collect(),
    })
    .collect()
}

/// Returns what "holds" means, once for each budget and reach.
fn holds(document: &ComparisonDocument) -> Vec<String> {
    let verdicts = document.scenarios.iter().flat_map(|one| &one.verdicts);
    let mut said: Vec<String> = Vec::new();
    for verdict in verdicts.filter(|one| one.status == VerdictStatus::Holds) {
        let words = words::reach(verdict.reach, &verdict.budget);
        if !said.contains(&words) {
            said.push(words);
        }
    }
    said
}

fn figures(document: &ComparisonDocument) -> Vec<FigureView<'_>> {
    let scenarios = || document.scenarios.iter().enumerate();
    let figures = document.figures.iter();
    figures
        .map(|row| FigureView {
            title: row.figure.title(document.horizon_ms),
            rows: scenarios()
                .map(|(index, one)| (one.label.as_str(), decision::cell(row, index)))
                .collect(),
        })
        .collect()
}
