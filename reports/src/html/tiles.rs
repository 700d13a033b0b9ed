//! The tiles at the top of the page: safety within each budget, and the figures that a decision is
//! made by, each with its limit and a link to its proof.

use crate::answer::more_trials;
use crate::document::{Check, Estimate, Objective, ObjectiveStatus, ResultDocument, Simulation};
use crate::figure::{Figure, Measure};
use crate::findings::{Finding, Kind, Outcome};
use crate::html::{anchor, figures};
use crate::layout::capital;
use crate::look::{GOOD, KNOWN, Look, NONE};
use crate::{findings, headline, quantity, words};

/// The figures that are shown with or without an objective.
const ALWAYS: [Figure; 3] = [
    Figure::AVAILABILITY,
    Figure::TIME_TO_RECOVER,
    Figure::DATA_LOST,
];

/// More remarks of a tile are counted, not listed.
const REMARKS_MOST: usize = 4;

/// One tile.
pub(crate) struct Tile {
    /// What it is about.
    pub(crate) title: String,
    pub(crate) look: Look,
    /// What was found.
    pub(crate) value: String,
    /// What became of it, in a word or two.
    pub(crate) word: String,
    /// What it was held against.
    pub(crate) limit: String,
    /// How sure it is.
    pub(crate) certainty: String,
    pub(crate) remarks: Vec<Remark>,
    /// Where the proof is: a place of the page, and what it is called.
    pub(crate) proof: (String, &'static str),
}

/// A line of a tile; its link is empty where it has none.
pub(crate) struct Remark {
    pub(crate) text: String,
    pub(crate) link: String,
}

/// Returns the tiles: one for each budget, then one for each figure.
pub(crate) fn tiles(document: &ResultDocument) -> Vec<Tile> {
    let checks = document.checks.iter().enumerate();
    let mut tiles: Vec<Tile> = checks.map(safety).collect();
    let Some(simulation) = &document.simulation else {
        return tiles;
    };
    let about = |measure: Measure| {
        let objectives = document.objectives.iter();
        objectives.filter(move |one| one.figure.measure == measure)
    };
    for figure in ALWAYS {
        let before = tiles.len();
        tiles.extend(about(figure.measure).map(|one| judged(one, simulation)));
        if tiles.len() == before {
            tiles.extend(unjudged(figure, simulation));
        }
    }
    let shown = ALWAYS.map(|figure| figure.measure);
    let others = document.objectives.iter();
    let others = others.filter(|one| !shown.contains(&one.figure.measure));
    tiles.extend(others.map(|one| judged(one, simulation)));
    tiles
}

/// The verdicts within a budget.
fn safety((number, check): (usize, &Check)) -> Tile {
    let findings = findings::of_check(check);
    let worst = findings.iter().map(|one| one.outcome).max();
    let known = check
        .verdicts
        .iter()
        .any(|one| Look::of_verdict(one.status, one.as_expected) == KNOWN);
    let (look, word) = match worst {
        Some(outcome @ Outcome::Differs) => (Look::of_outcome(outcome), "not as expected"),
        Some(outcome @ Outcome::Undecided) => (Look::of_outcome(outcome), "undecided"),
        Some(Outcome::AsExpected) if known => (KNOWN, "as expected"),
        Some(Outcome::AsExpected) | None => (GOOD, "as expected"),
    };
    let looks = check.verdicts.iter();
    let holding = looks.filter(|one| Look::of_verdict(one.status, true) == GOOD);
    let mut remarks = remarks(number, check, &findings);
    if remarks.len() > REMARKS_MOST {
        let more = remarks.len() - REMARKS_MOST;
        remarks.truncate(REMARKS_MOST);
        remarks.push(Remark {
            text: format!("{more} more"),
            link: "can-happen".to_owned(),
        });
    }
    Tile {
        title: match &check.name {
            Some(name) => format!("Safety: {name}"),
            None => "Safety".to_owned(),
        },
        look,
        value: format!("{} of {} hold", holding.count(), check.verdicts.len()),
        word: word.to_owned(),
        limit: words::budget(&check.budget),
        certainty: match (check.cut_off_by, &check.swarm) {
            (None, None) if check.complete => format!(
                "every one of {} searched",
                quantity::plural(check.states, "state", "states")
            ),
            (Some(_) | None, _) => headline::extent(check),
        },
        remarks,
        proof: ("can-happen".to_owned(), "verdicts"),
    }
}

/// What is violated, and what is not as the scenario expects.
fn remarks(number: usize, check: &Check, findings: &[Finding<'_>]) -> Vec<Remark> {
    let verdicts = check.verdicts.iter().enumerate();
    let verdicts =
        verdicts.filter(|(_, one)| Look::of_verdict(one.status, one.as_expected) != GOOD);
    let mut remarks: Vec<Remark> = verdicts
        .map(|(index, one)| Remark {
            text: format!(
                "{}: {}",
                words::property(&one.title, &one.property),
                words::verdict(one)
            ),
            link: match &one.counterexample {
                Some(_) => anchor("violation", number, index),
                None => String::new(),
            },
        })
        .collect();
    let others = findings
        .iter()
        .filter(|one| one.kind != Kind::Property && one.outcome != Outcome::AsExpected);
    remarks.extend(others.map(|one| Remark {
        text: format!("{}: {}", one.name, one.words),
        link: String::new(),
    }));
    remarks
}

/// A figure against its objective.
fn judged(objective: &Objective, simulation: &Simulation) -> Tile {
    let mut tile = figure(objective.figure, &objective.value, simulation);
    tile.look = Look::of_objective(objective.status);
    words::objective(objective.status).clone_into(&mut tile.word);
    tile.limit = format!("limit {}", findings::limit(objective));
    tile.remarks
        .extend(findings::used(objective).map(|text| Remark {
            text: capital(&text),
            link: String::new(),
        }));
    if objective.status == ObjectiveStatus::Undecided {
        tile.remarks
            .extend(more_trials(objective).map(|text| Remark {
                text,
                link: String::new(),
            }));
    }
    tile
}

/// A figure without an objective; nothing where it was not observed.
fn unjudged(shown: Figure, simulation: &Simulation) -> Option<Tile> {
    let estimate = shown.of(simulation).filter(|one| one.n > 0)?;
    Some(figure(shown, estimate, simulation))
}

fn figure(shown: Figure, estimate: &Estimate, simulation: &Simulation) -> Tile {
    let cell = figures::figure(shown, estimate);
    let interval = match cell.interval.as_str() {
        "" => "no interval".to_owned(),
        interval => format!(
            "{} CI {interval}",
            quantity::probability(estimate.confidence)
        ),
    };
    let outage = &simulation.mean_outage_ms_per_year;
    let remarks = match shown.measure {
        Measure::Availability => vec![Remark {
            text: format!(
                "{} of outage a year on average",
                quantity::value(outage, quantity::duration)
            ),
            link: String::new(),
        }],
        Measure::TimeToRecover
        | Measure::Outage
        | Measure::UnplannedOutage
        | Measure::PlannedOutage
        | Measure::DataLost
        | Measure::MessagesLost
        | Measure::AnyLoss => Vec::new(),
    };
    Tile {
        title: capital(&shown.title(simulation.horizon_ms)),
        look: NONE,
        value: cell.value,
        word: "no objective".to_owned(),
        limit: String::new(),
        certainty: interval,
        remarks,
        proof: proof(shown.measure, simulation),
    }
}

/// Where a figure comes from.
fn proof(measure: Measure, simulation: &Simulation) -> (String, &'static str) {
    let (place, name) = match measure {
        Measure::Availability
        | Measure::Outage
        | Measure::UnplannedOutage
        | Measure::PlannedOutage
            if !simulation.outage_by_cause.is_empty() =>
        {
            ("origins", "causes")
        }
        Measure::TimeToRecover => ("figure-time-to-recover", "distribution"),
        Measure::DataLost => ("figure-data-lost", "distribution"),
        Measure::Availability
        | Measure::Outage
        | Measure::UnplannedOutage
        | Measure::PlannedOutage
        | Measure::MessagesLost
        | Measure::AnyLoss => ("how-often", "figures"),
    };
    (place.to_owned(), name)
}
