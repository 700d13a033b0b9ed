//! The few figures that a decision is made by, each with its interval and its objective.

use super::figures::Cell;
use super::{Look, figures};
use crate::document::{ColumnName, ResultDocument};
use crate::figure::Figure;
use crate::{findings, quantity, words};

/// A figure, and the objectives about it.
pub(crate) struct Glance {
    pub(crate) name: String,
    pub(crate) cell: Cell,
    pub(crate) objectives: Vec<Against>,
}

/// An objective: its limit and what became of it.
pub(crate) struct Against {
    pub(crate) limit: String,
    pub(crate) words: &'static str,
    pub(crate) look: Look,
}

/// Returns the figures; none where nothing was simulated.
pub(crate) fn glance(document: &ResultDocument) -> Vec<Glance> {
    let Some(simulation) = &document.simulation else {
        return Vec::new();
    };
    let column = |name| simulation.column(name).filter(|column| column.n > 0);
    let heading = |name| words::column(name, simulation);
    let given = heading(ColumnName::GivenSiteLoss).replacen("Given", "given", 1);
    let year = heading(ColumnName::PerYear).to_lowercase();
    let drilled = column(ColumnName::GivenSiteLoss).is_some();
    let incidents = column(ColumnName::PerIncident).is_some();
    let rows = [
        (true, Figure::AVAILABILITY, "availability".to_owned()),
        (true, Figure::ANY_LOSS, format!("any message lost, {year}")),
        (
            incidents,
            Figure::INCIDENT,
            "time to recover of an incident, 95 % within".to_owned(),
        ),
        (
            drilled,
            Figure::TIME_TO_RECOVER,
            format!("time to recover {given}, 95 % within"),
        ),
        (
            drilled,
            Figure::DATA_LOST,
            format!("data lost {given}, 95 % at most"),
        ),
    ];
    let rows = rows.into_iter().filter(|(shown, ..)| *shown);
    let mut glance: Vec<Glance> = rows
        .filter_map(|(_, figure, name)| {
            Some(Glance {
                name,
                cell: figures::figure(figure, figure.of(simulation)?),
                objectives: about(document, figure),
            })
        })
        .collect();
    // The mean of a year, which is not that of a trial where the horizon is no year.
    glance.insert(
        1,
        Glance {
            name: "outage per year, mean".to_owned(),
            cell: figures::cell(&simulation.mean_outage_ms_per_year, quantity::duration),
            objectives: about(document, Figure::OUTAGE),
        },
    );
    glance
}

fn about(document: &ResultDocument, figure: Figure) -> Vec<Against> {
    let objectives = document.objectives.iter();
    objectives
        .filter(|one| one.figure == figure)
        .map(|one| Against {
            limit: findings::limit(one),
            words: words::objective(one.status),
            look: super::objective_look(one.status),
        })
        .collect()
}
