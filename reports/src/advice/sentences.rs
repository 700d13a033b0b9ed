//! The sentences of an advice: the answer, what binds, and how it was decided.

use super::{
    AdviceCandidate, AdviceDocument, AdviceOutcome, AdviceSearch, CandidateStatus, difference,
};
use crate::document::{ColumnName, ObjectiveStatus, Phase};
use crate::figure::{Measure, Unit};
use crate::quantity;

/// The name of a candidate: its number from 1, in brackets.
pub(super) fn name(index: usize) -> String {
    format!("[{}]", index + 1)
}

/// The name of an objective: a letter, in parentheses.
pub(super) fn letter(index: usize) -> String {
    let letter = u8::try_from(index).ok().filter(|index| *index < 26);
    match letter {
        Some(index) => format!("({})", char::from(b'a' + index)),
        None => format!("({})", index + 1),
    }
}

/// The answer: what to do, and why.
pub(super) fn answer(document: &AdviceDocument) -> Vec<String> {
    let Some(best) = document.best() else {
        return vec![no_safe(document)];
    };
    let what = match best.changes.is_empty() {
        true => format!("{}, the scenario as it is", name(0)),
        false => format!("{}: {}", name(0), difference(&best.changes)),
    };
    match document.outcome {
        AdviceOutcome::Advised => {
            let mut said = vec![format!("Choose {what}."), reason(best)];
            said.extend(doubts(document, best));
            said
        }
        AdviceOutcome::NoneMeets => vec![
            format!("No candidate{} meets every objective.", looked_at(document)),
            format!("The nearest is {what}."),
            missed(document, best),
        ],
        AdviceOutcome::Undecided | AdviceOutcome::NoneSafe => vec![
            "Undecided: no candidate is shown to meet every objective.".to_owned(),
            format!("The nearest is {what}."),
            "Run more trials with --trials and simulate.drill_trials, or raise the limit of the \
             search."
                .to_owned(),
        ],
    }
}

fn no_safe(document: &AdviceDocument) -> String {
    let within = document.budget.as_ref();
    let within = within.map_or(String::new(), |name| {
        format!(" within the budget \"{name}\"")
    });
    match document.outcome {
        AdviceOutcome::Undecided => {
            format!("Undecided: the search{within} does not show that any candidate is safe.")
        }
        _ => format!(
            "No candidate{} is safe: each breaks a property that the scenario expects to \
             hold{within}.",
            looked_at(document)
        ),
    }
}

fn looked_at(document: &AdviceDocument) -> &'static str {
    match document.search {
        AdviceSearch::Every => "",
        AdviceSearch::OneAtATime { .. } => " that was looked at",
    }
}

fn reason(best: &AdviceCandidate) -> String {
    match best.cost_per_year {
        Some(cost) => format!(
            "It meets every objective for {} a year, the least of the candidates that are shown to \
             do so.",
            Unit::CostPerYear.words(cost)
        ),
        None => "It meets every objective, with the least outage of the candidates that are shown \
                 to do so. The scenario has no [cost] table, so that no candidate is cheaper than \
                 another."
            .to_owned(),
    }
}

/// What trials and searches leave open about the choice.
fn doubts(document: &AdviceDocument, best: &AdviceCandidate) -> Vec<String> {
    let named = |of: &dyn Fn(&AdviceCandidate) -> bool| {
        let all = document.candidates.iter().enumerate();
        let others = all.filter(|(_, one)| one.ended.is_none() && of(one));
        let names: Vec<String> = others.map(|(index, _)| name(index)).collect();
        (!names.is_empty()).then(|| names.join(", "))
    };
    let same = |one: &AdviceCandidate| {
        one.status == CandidateStatus::Meets
            && !std::ptr::eq(one, best)
            && one.cost_per_year == best.cost_per_year
    };
    let price = if best.cost_per_year.is_some() {
        "For the same cost, "
    } else {
        ""
    };
    let found = [
        named(&same).map(|names| {
            format!(
                "{price}{names} meet every objective too, and are not shown to have more outage."
            )
        }),
        named(&|one| one.status == CandidateStatus::Undecided)
            .map(|names| format!("Whether every objective is met takes more trials for {names}.")),
        named(&|one| one.status == CandidateStatus::SafetyUndecided)
            .map(|names| format!("The search does not show whether these are safe: {names}.")),
    ];
    found.into_iter().flatten().collect()
}

/// What a candidate misses, with the figures.
fn missed(document: &AdviceDocument, of: &AdviceCandidate) -> String {
    let figure = |index: usize| {
        let one = &of.objectives[index];
        let unit = one.figure.unit();
        format!(
            "{} {}: {}, limit {}",
            letter(index),
            one.figure.title(document.horizon_ms),
            unit.estimate(&one.value),
            unit.words(one.limit)
        )
    };
    let all: Vec<String> = of.judged(ObjectiveStatus::Missed).map(figure).collect();
    format!("It misses {}.", all.join("; "))
}

/// What binds, and where the time of a recovery goes.
pub(super) fn binding(document: &AdviceDocument) -> Vec<String> {
    let (Some(best), Some(binding), AdviceOutcome::NoneMeets) =
        (document.best(), document.binding, document.outcome)
    else {
        return Vec::new();
    };
    let safe = || document.candidates.iter().filter(|one| one.is_safe());
    let misses = safe().filter(|one| one.judged(ObjectiveStatus::Missed).any(|at| at == binding));
    let misses = misses.count() as u64;
    let mut said = vec![format!(
        "{} binds: {} of {} miss it, and the nearest misses no other by more.",
        letter(binding),
        misses,
        quantity::plural(safe().count() as u64, "safe candidate", "safe candidates")
    )];
    let about = best.objectives.get(binding).map(|one| one.figure);
    let recovery = about.is_some_and(|figure| {
        figure.column == ColumnName::GivenSiteLoss && figure.measure == Measure::TimeToRecover
    });
    if recovery {
        let as_it_is = document.candidates.iter().enumerate();
        let as_it_is = as_it_is.filter(|(at, one)| one.changes.is_empty() && *at > 0);
        let compared = as_it_is.chain([(0, best)]);
        said.extend(compared.filter_map(|(at, one)| decisions(at, one)));
    }
    said
}

/// How much of an average recovery passes before people have decided.
fn decisions(index: usize, of: &AdviceCandidate) -> Option<String> {
    let all: f64 = of.recovery.iter().map(|one| one.ms).sum();
    let before = of.recovery.iter();
    let before = before.filter(|one| matches!(one.phase, Phase::Detect | Phase::Decide));
    let before: f64 = before.map(|one| one.ms).sum();
    (all > 0.0).then(|| {
        format!(
            "{}: {} of the {} of an average recovery pass before people have decided.",
            name(index),
            quantity::duration(before),
            quantity::duration(all)
        )
    })
}

/// How the candidates were chosen and decided.
pub(super) fn reading(document: &AdviceDocument) -> Vec<String> {
    let mut said = Vec::new();
    if let AdviceSearch::OneAtATime {
        combinations,
        passes,
    } = document.search
    {
        said.push(format!(
            "The decisions have {} combinations, so that one decision at a time was changed, in \
             {}: a better combination of several changes may exist.",
            quantity::count(combinations),
            quantity::plural(passes, "pass", "passes")
        ));
    }
    if document.has_cost() {
        said.push(
            "Costs are the prices of the [cost] table and the costs of [[decisions]]: a choice \
             without either, such as another runbook, costs nothing more."
                .to_owned(),
        );
    }
    if let Some(budget) = &document.budget {
        said.push(format!(
            "A candidate is safe if it breaks no property against what the scenario expects within \
             the budget \"{budget}\"."
        ));
    }
    said.push(format!(
        "All candidates had the same failures. All intervals hold together with {} confidence: one \
         half of the error is shared by {} intervals of objectives, the other by {} comparisons of \
         outage, so many may be looked at (Bonferroni). The nearest candidate goes by estimates, \
         in steps of 2 %.",
        quantity::probability(document.confidence_together),
        quantity::count(document.intervals),
        quantity::count(document.comparisons)
    ));
    if !document.sensitivities.is_empty() {
        said.push(
            "Runs with wrong assumptions had other random numbers and share an error of the same \
             size."
                .to_owned(),
        );
    }
    said
}
