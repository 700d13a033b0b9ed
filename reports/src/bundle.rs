//! All files of a result, as names and bytes: the caller decides where they go.

use std::collections::BTreeSet;

use crate::chart::Chart;
use crate::document::{Check, Incident, ResultDocument};
use crate::error::ReportError;
use crate::trace::{Engine, TRACE_SCHEMA, Trace};
use crate::{csv, html, json, markdown, visible};

/// Returns the files of a result: relative path, with `/` on every platform, and content.
///
/// The order is that of the writing, and the same bytes come for the same document.
///
/// # Errors
/// When a renderer fails, which is a defect.
pub fn render(
    document: &ResultDocument,
    incidents: &[Incident],
) -> Result<Vec<(String, Vec<u8>)>, ReportError> {
    let mut files = vec![
        (
            "result.json".to_owned(),
            json::result(document)?.into_bytes(),
        ),
        (
            "incidents.csv".to_owned(),
            csv::incidents(incidents)?.into_bytes(),
        ),
        (
            "figures.csv".to_owned(),
            csv::figures([document])?.into_bytes(),
        ),
        (
            "summary.md".to_owned(),
            visible::text(markdown::text(document)).into_bytes(),
        ),
        (
            "index.html".to_owned(),
            visible::text(html::page(document)?).into_bytes(),
        ),
    ];
    for chart in Chart::ALL {
        let name = chart.name();
        files.push((
            format!("charts/{name}.svg"),
            chart.svg(document)?.into_bytes(),
        ));
        files.push((format!("charts/{name}.png"), chart.png(document)?));
    }
    let mut taken = BTreeSet::new();
    for trace in traces(document) {
        let property = trace.property.as_deref().unwrap_or_default();
        let name = match &trace.budget {
            Some(budget) => file_name(&format!("{property}-{budget}"), &mut taken),
            None => file_name(property, &mut taken),
        };
        files.push((
            format!("traces/{name}.json"),
            json::pretty(&trace)?.into_bytes(),
        ));
    }
    Ok(files)
}

/// Returns the counterexamples of a document, in the order of its verdicts.
pub fn traces(document: &ResultDocument) -> Vec<Trace> {
    let within = |check: &'_ Check| {
        let verdicts = check.verdicts.iter();
        let budget = check.name.clone();
        let traces = verdicts.filter_map(|verdict| {
            Some(Trace {
                schema: TRACE_SCHEMA.to_owned(),
                identity: document.identity.clone(),
                engine: Engine::Check,
                trial: None,
                property: Some(verdict.property.clone()),
                budget: budget.clone(),
                title: verdict.title.clone(),
                counterexample: verdict.counterexample.clone()?,
            })
        });
        traces.collect::<Vec<_>>()
    };
    document.checks.iter().flat_map(within).collect()
}

/// Returns a file name that every file system takes, and that no other property has. A stored
/// document may come from anywhere, so a name must not climb out of the folder either.
fn file_name(property: &str, taken: &mut BTreeSet<String>) -> String {
    let safe = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    let stem: String = property
        .chars()
        .map(|letter| if safe(letter) { letter } else { '-' })
        .collect();
    let stem = if stem.is_empty() {
        "property".to_owned()
    } else {
        stem
    };
    let mut name = stem.clone();
    let mut number = 2;
    // Some file systems do not distinguish `sb` from `SB`.
    while !taken.insert(name.to_ascii_lowercase()) {
        name = format!("{stem}-{number}");
        number += 1;
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_are_safe_and_different() {
        let mut taken = BTreeSet::new();
        let names: Vec<_> = ["SB", "sb", "../../etc", "", "AL0 (x)"]
            .map(|property| file_name(property, &mut taken))
            .into_iter()
            .collect();
        assert_eq!(names, ["SB", "sb-2", "------etc", "property", "AL0--x-"]);
    }
}
