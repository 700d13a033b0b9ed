//! The few figures that a decision is made by, each with its interval and its objective.

use super::BAD;
use super::GOOD;
use super::Look;
use super::OPEN;
use super::figures;
use super::figures::Cell;
use crate::document::Column;
use crate::document::ColumnName;
use crate::document::Estimate;
use crate::document::ObjectiveStatus;
use crate::document::ResultDocument;
use crate::headline;
use crate::quantity;

/// A figure, and the objectives about it.
pub(crate) struct Glance<'a> {
    pub(crate) name: String,
    pub(crate) cell: Cell,
    pub(crate) objectives: Vec<Against<'a>>,
}

/// An objective: its limit and what became of it.
pub(crate) struct Against<'a> {
    pub(crate) limit: &'a str,
    pub(crate) words: &'static str,
    pub(crate) look: Look,
}

/// Returns the figures; none where nothing was simulated.
pub(crate) fn glance(document: &ResultDocument) -> Vec<Glance<'_>> {
    let Some(simulation) = &document.simulation else {
        return Vec::new();
    };
    let line = |name: &str, key: &str, estimate: &Estimate, format: fn(f64) -> String| Glance {
        name: name.to_owned(),
        cell: figures::cell(estimate, format),
        objectives: about(document, key),
    };
    let availability = Glance {
        name: "availability".to_owned(),
        cell: figures::availability(&simulation.availability),
        objectives: about(document, "per_year.availability"),
    };
    let mut lines = vec![
        availability,
        line(
            "outage per year, mean",
            "per_year.outage.mean",
            &simulation.mean_outage_ms_per_year,
            quantity::duration,
        ),
    ];
    let column = |name| {
        simulation
            .columns
            .iter()
            .find(|one: &&Column| one.name == name)
    };
    if let Some(year) = column(ColumnName::PerYear) {
        let (key, of) = ("per_year.any_loss", &year.any_loss);
        lines.push(line(
            &format!("any message lost, {}", year.title.to_lowercase()),
            key,
            of,
            quantity::probability,
        ));
    }
    if let Some(incident) = column(ColumnName::PerIncident).filter(|one| one.n > 0) {
        lines.push(line(
            "time to recover of an incident, 95 % within",
            "per_incident.time_to_recover.p95",
            &incident.time_ms.p95,
            quantity::duration,
        ));
    }
    if let Some(drill) = column(ColumnName::GivenSiteLoss).filter(|one| one.n > 0) {
        let given = drill.title.replacen("Given", "given", 1);
        lines.push(line(
            &format!("time to recover {given}, 95 % within"),
            "given_site_loss.time_to_recover.p95",
            &drill.time_ms.p95,
            quantity::duration,
        ));
        lines.push(line(
            &format!("data lost {given}, 95 % at most"),
            "given_site_loss.data_lost.p95",
            &drill.data_lost_ms.p95,
            quantity::duration,
        ));
    }
    lines
}

fn about<'a>(document: &'a ResultDocument, key: &str) -> Vec<Against<'a>> {
    let objectives = document.objectives.iter();
    objectives
        .filter(|one| one.text.split_whitespace().next() == Some(key))
        .map(|one| Against {
            limit: &one.limit_text,
            words: headline::objective_text(one.status),
            look: match one.status {
                ObjectiveStatus::Met => GOOD,
                ObjectiveStatus::Missed => BAD,
                ObjectiveStatus::Undecided => OPEN,
            },
        })
        .collect()
}
