//! The advice in rows, for the terminal, the page and the files.

use super::sentences::{answer, binding, letter, name, reading};
use super::{AdviceCandidate, AdviceDocument, CandidateStatus, RaceEnd, Sensitivity, difference};
use crate::document::{Estimate, ObjectiveStatus, VerdictStatus};
use crate::evidence::{Evidence, EvidenceCell, EvidenceNote, EvidenceRow};
use crate::{quantity, words};

/// A candidate that the checker has ruled out, with those of the same finding.
pub(super) struct RuledOut<'a> {
    pub(super) first: usize,
    pub(super) others: Vec<usize>,
    pub(super) changes: String,
    pub(super) findings: Vec<String>,
    pub(super) command: &'a str,
}

/// Returns the advice as a short text with its evidence.
#[must_use]
pub fn evidence(document: &AdviceDocument) -> Evidence {
    let objectives = document.objectives.iter().enumerate();
    let objectives = objectives.map(|(index, text)| format!("{} {text}", letter(index)));
    let invalid = document.invalid.iter();
    let invalid = invalid.map(|one| {
        let changes = difference(&one.changes);
        format!("{changes}: {}: {}", one.code, one.message)
    });
    let ruled_out = ruled_out(document).into_iter().map(|one| {
        let others: Vec<String> = one.others.iter().map(|at| name(*at)).collect();
        let same = match others.is_empty() {
            true => String::new(),
            false => format!(" The same of {}.", others.join(", ")),
        };
        format!(
            "{} {}: {}. Shown by: {}.{same}",
            name(one.first),
            one.changes,
            one.findings.join("; "),
            one.command
        )
    });
    let notes = [
        ("What binds", binding(document)),
        ("Objectives", objectives.collect()),
        ("Not shown to be safe by the checker", ruled_out.collect()),
        (
            "Left out, because they are no valid scenarios",
            invalid.collect(),
        ),
        (
            "If an assumption is wrong by a factor of two",
            sensitivities(document),
        ),
        ("How it was decided", reading(document)),
        ("The mark *", vec![front(document)]),
    ];
    let notes = notes.into_iter().filter(|(_, lines)| !lines.is_empty());
    let best = document.best_command.iter();
    let best = best.map(|command| format!("See it with: {command}"));
    Evidence {
        title: format!("Advice: {}", document.title),
        provenance: document.provenance(),
        answer: answer(document).into_iter().chain(best).collect(),
        row_head: "candidate",
        heads: heads(document),
        rows: rows(document),
        notes: notes
            .map(|(title, lines)| EvidenceNote {
                title: title.to_owned(),
                lines,
            })
            .collect(),
        charts: Vec::new(),
        command: document.command.clone(),
    }
}

/// The heads of the table of candidates.
fn heads(document: &AdviceDocument) -> Vec<String> {
    let cost = document.has_cost().then_some("cost a year");
    let others = [outage_head(document), "data lost", "recovery", "verdict"];
    let all = cost.into_iter().chain(others);
    all.map(str::to_owned).collect()
}

/// The head of the column of outages.
pub(super) fn outage_head(document: &AdviceDocument) -> &'static str {
    match quantity::is_a_year(document.horizon_ms) {
        true => "outage a year",
        false => "outage a trial",
    }
}

fn rows(document: &AdviceDocument) -> Vec<EvidenceRow> {
    let cell = |estimate: Option<&Estimate>| {
        let interval = estimate.and_then(|one| quantity::interval(one, quantity::duration));
        EvidenceCell::of(short(estimate), interval.unwrap_or_default())
    };
    let row = |(index, one): (usize, &AdviceCandidate)| {
        let figures = one.figures.as_ref();
        let cost = document
            .has_cost()
            .then(|| EvidenceCell::of(one.cost(), ""));
        let others = [
            cell(figures.map(|one| &one.outage_ms)),
            cell(figures.map(|one| &one.data_lost_ms)),
            cell(figures.map(|one| &one.time_to_recover_ms)),
            EvidenceCell::of(verdict(one), ""),
        ];
        EvidenceRow {
            name: name(index),
            about: difference(&one.changes),
            is_marked: one.on_front,
            cells: cost.into_iter().chain(others).collect(),
        }
    };
    document.candidates.iter().enumerate().map(row).collect()
}

/// What the mark of a row means.
pub(super) fn front(document: &AdviceDocument) -> String {
    let worth = match document.has_cost() {
        true => "cost, outage",
        false => "outage",
    };
    format!(
        "Best trade-offs (Pareto front): no other safe candidate is at least as good in {worth}, \
         data lost and recovery, and better in one of them. Of two intervals that overlap neither \
         is better."
    )
}

/// A duration that fits into a column.
pub(super) fn short(estimate: Option<&Estimate>) -> String {
    let words = estimate.map_or("-".to_owned(), |one| {
        quantity::value(one, quantity::duration)
    });
    for (long, sign) in [("at least ", ">= "), ("more than ", "> ")] {
        if let Some(rest) = words.strip_prefix(long) {
            return format!("{sign}{rest}");
        }
    }
    words
}

/// What is known of a candidate, in a few words.
pub(super) fn verdict(of: &AdviceCandidate) -> String {
    let letters = |status| {
        let all: Vec<String> = of.judged(status).map(letter).collect();
        all.join(" ")
    };
    match (of.status, of.ended) {
        (CandidateStatus::Unsafe, _) => "not safe".to_owned(),
        (CandidateStatus::SafetyUndecided, _) => "undecided".to_owned(),
        (CandidateStatus::Meets, _) => "meets all".to_owned(),
        (CandidateStatus::Misses, _) => format!("misses {}", letters(ObjectiveStatus::Missed)),
        (CandidateStatus::Undecided, Some(RaceEnd::CostsMore)) => "costs more".to_owned(),
        (CandidateStatus::Undecided, Some(RaceEnd::MoreOutage)) => "more outage".to_owned(),
        (CandidateStatus::Undecided, _) => format!("open {}", letters(ObjectiveStatus::Undecided)),
    }
}

/// The candidates that the checker has ruled out, with the commands that show why. Candidates with
/// the same finding are listed together.
pub(super) fn ruled_out(document: &AdviceDocument) -> Vec<RuledOut<'_>> {
    let mut found: Vec<RuledOut<'_>> = Vec::new();
    let all = document.candidates.iter().enumerate();
    for (index, one) in all.filter(|(_, one)| !one.properties.is_empty()) {
        let findings = findings(one);
        match found.iter_mut().find(|first| first.findings == findings) {
            Some(first) => first.others.push(index),
            None => found.push(RuledOut {
                first: index,
                others: Vec::new(),
                changes: difference(&one.changes),
                findings,
                command: one.properties.first().map_or("", |first| &first.command),
            }),
        }
    }
    found
}

/// What was found about the properties of a candidate, in words.
fn findings(of: &AdviceCandidate) -> Vec<String> {
    let broken = of.properties.iter().filter_map(|one| {
        let (faults, steps) = one.faults.zip(one.steps)?;
        Some(format!(
            "{}: broken by {} in {}",
            words::property(&one.title, &one.property),
            quantity::plural(faults.into(), "fault", "faults"),
            quantity::plural(steps.into(), "step", "steps")
        ))
    });
    let open = [
        (
            VerdictStatus::Undecided,
            "undecided: the search reached a limit",
        ),
        (
            VerdictStatus::NotChecked,
            "not checked: the search leaves out what is read",
        ),
    ];
    let open = open.into_iter().filter_map(|(status, words)| {
        let found = of.properties.iter().filter(|one| one.status == status);
        let names: Vec<&str> = found.map(|one| one.property.as_str()).collect();
        (!names.is_empty()).then(|| format!("{}: {words}", names.join(", ")))
    });
    broken.chain(open).collect()
}

/// The assumptions that change the advice, those that leave it open, and the others.
pub(super) fn sensitivities(document: &AdviceDocument) -> Vec<String> {
    let all = &document.sensitivities;
    let changing = all.iter().filter(|one| one.changes == Some(true));
    let mut lines: Vec<String> = changing
        .map(|one| {
            let first = one.ranking.first().map_or(String::new(), |at| name(*at));
            let then = match one.statuses.first() {
                Some(CandidateStatus::Meets) => format!("{first} is best"),
                _ => format!("none that ran meets every objective, and {first} is nearest"),
            };
            let what = format!("{}, {}", one.assumption, times(one));
            format!("{what}: the advice changes; then {then}")
        })
        .collect();
    for (changes, words) in [
        (None, "these trials do not decide"),
        (Some(false), "the advice stays the same"),
    ] {
        let found = named(all, changes);
        if !found.is_empty() {
            lines.push(format!("{words}: {found}"));
        }
    }
    lines
}

fn times(one: &Sensitivity) -> &'static str {
    match one.factor < 1.0 {
        true => "halved",
        false => "doubled",
    }
}

/// The assumptions with this outcome, each once.
fn named(all: &[Sensitivity], changes: Option<bool>) -> String {
    let mut found: Vec<(&str, Vec<&str>)> = Vec::new();
    for one in all.iter().filter(|one| one.changes == changes) {
        match found.iter_mut().find(|(words, _)| *words == one.assumption) {
            Some((_, factors)) => factors.push(times(one)),
            None => found.push((&one.assumption, vec![times(one)])),
        }
    }
    let words = found
        .into_iter()
        .map(|(words, factors)| format!("{words}, {}", factors.join(" or ")));
    words.collect::<Vec<_>>().join("; ")
}
