//! The answer that every report begins with: whether the pool is what its scenario expects, and
//! what decides it. It agrees with the exit code, which is drawn from the same findings.

use crate::document::{Check, Objective, ObjectiveStatus, ResultDocument, Simulation};
use crate::figure::Figure;
use crate::findings::{Finding, Kind, Outcome};
use crate::layout::{hanging, wrapped};
use crate::look::{BAD, GOOD, KNOWN, Look, OPEN};
use crate::{findings, quantity, timeline, words};

mod assumptions;
mod levers;

pub(crate) use assumptions::{assumptions, of_verdicts};
pub(crate) use levers::{Lever, levers};

/// More findings than this are counted, not listed.
const LISTED_MOST: usize = 5;

/// What to write below `[expect]` of a scenario without objectives.
const EXAMPLE: &str = "objectives = [\"per_year.availability >= 99.9%\"]";

/// What the findings come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Every finding is as expected, and every objective is met.
    Ready,
    /// A finding is not as expected, or an objective is missed.
    NotReady,
    /// A limit came first, or the trials are too few.
    Undecided,
    /// The scenario has nothing that the result could be held against.
    NotJudged,
}

impl Standing {
    /// Returns it in words.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Ready => "READY",
            Self::NotReady => "NOT READY",
            Self::Undecided => "UNDECIDED",
            Self::NotJudged => "NOT JUDGED",
        }
    }

    /// Returns how it looks.
    pub(crate) const fn look(self) -> Look {
        match self {
            Self::Ready => GOOD,
            Self::NotReady => BAD,
            Self::Undecided | Self::NotJudged => OPEN,
        }
    }
}

/// The answer, and what decides it.
pub(crate) struct Answer {
    pub(crate) standing: Standing,
    /// Why, in a few words.
    pub(crate) reason: String,
    /// What decides it, in the order of importance.
    pub(crate) points: Vec<DecisivePoint>,
}

/// One finding, or several that agree.
pub(crate) struct DecisivePoint {
    pub(crate) look: Look,
    pub(crate) text: String,
}

impl Answer {
    /// Returns the answer of a result.
    pub(crate) fn of(document: &ResultDocument) -> Self {
        let findings = findings::of(document);
        let standing = match findings::outcome(document) {
            Outcome::Differs => Standing::NotReady,
            Outcome::Undecided => Standing::Undecided,
            Outcome::AsExpected if findings.is_empty() => Standing::NotJudged,
            Outcome::AsExpected => Standing::Ready,
        };
        Self {
            standing,
            reason: reason(standing, &findings),
            points: points(document, &findings),
        }
    }

    /// Returns the lines of the terminal.
    pub(crate) fn lines(&self, scenario: &str) -> Vec<String> {
        let word = self.standing.look().paint(self.standing.words());
        let head = format!("{scenario}: {word}: {}", self.reason);
        let mut lines = wrapped(&head, crate::layout::WIDTH);
        for point in &self.points {
            let lead = format!("  {} ", point.look.paint(point.look.sign));
            lines.extend(hanging(&lead, &point.text));
        }
        lines
    }
}

/// What the findings of a kind are called: one, and several.
const fn noun(kind: Kind) -> [&'static str; 2] {
    match kind {
        Kind::Property => ["verdict", "verdicts"],
        Kind::Goal => ["goal", "goals"],
        Kind::Coverage => ["event", "events"],
        Kind::Objective => ["objective", "objectives"],
    }
}

fn reason(standing: Standing, findings: &[Finding<'_>]) -> String {
    let count = |kind, outcome| {
        let these = findings.iter().filter(|one| one.kind == kind);
        these.filter(|one| one.outcome == outcome).count() as u64
    };
    let searched = [Kind::Property, Kind::Goal, Kind::Coverage];
    let objectives = findings.iter().filter(|one| one.kind == Kind::Objective);
    let all = objectives.count() as u64;
    let among = |outcome, said: &str, status: &str| {
        let counts = searched.map(|kind| (noun(kind), count(kind, outcome)));
        let counts = counts.into_iter().filter(|(_, n)| *n > 0);
        let named: Vec<String> = counts
            .map(|([one, many], n)| quantity::plural(n, one, many))
            .collect();
        let mut parts = Vec::new();
        if !named.is_empty() {
            parts.push(format!("{} {said}", named.join(", ")));
        }
        match count(Kind::Objective, outcome) {
            0 => {}
            n => parts.push(format!(
                "{n} of {} {status}",
                quantity::plural(all, "objective", "objectives")
            )),
        }
        parts.join("; ")
    };
    match standing {
        Standing::NotReady => among(Outcome::Differs, "not as the scenario expects", "missed"),
        Standing::Undecided => match among(Outcome::Undecided, "undecided", "undecided") {
            open if open.is_empty() => "the estimate of the rare event is withheld".to_owned(),
            open => open,
        },
        Standing::NotJudged => "the scenario expects nothing that this run looks at".to_owned(),
        Standing::Ready => {
            let mut parts = Vec::new();
            if findings.iter().any(|one| one.kind != Kind::Objective) {
                parts.push("every verdict is as the scenario expects");
            }
            match all {
                0 => {}
                1 => parts.push("the objective is met"),
                _ => parts.push("every objective is met"),
            }
            parts.join(", ")
        }
    }
}

fn points(document: &ResultDocument, findings: &[Finding<'_>]) -> Vec<DecisivePoint> {
    let simulation = document.simulation.as_ref();
    let with = |status: ObjectiveStatus| {
        let these = document.objectives.iter();
        these
            .filter(move |one| one.status == status)
            .map(move |one| DecisivePoint {
                look: Look::of_objective(status),
                text: judged(one, simulation),
            })
    };
    let mut points = searched(findings, Outcome::Differs);
    points.extend(with(ObjectiveStatus::Missed));
    points.extend(searched(findings, Outcome::Undecided));
    points.extend(with(ObjectiveStatus::Undecided));
    points.extend(document.checks.iter().filter_map(within_budget));
    points.extend(with(ObjectiveStatus::Met));
    points.extend(unjudged(document));
    let assumed = assumptions(document);
    if !assumed.is_empty() {
        points.push(DecisivePoint {
            look: KNOWN,
            text: format!("This assumes: {}.", assumed.join("; ")),
        });
    }
    points
}

/// The findings of the search with this outcome; too many are counted.
fn searched(findings: &[Finding<'_>], outcome: Outcome) -> Vec<DecisivePoint> {
    let look = Look::of_outcome(outcome);
    let these = findings
        .iter()
        .filter(|one| one.kind != Kind::Objective && one.outcome == outcome);
    let mut texts: Vec<String> = these.map(brief).collect();
    if texts.len() > LISTED_MOST {
        let more = texts.len() - LISTED_MOST;
        texts.truncate(LISTED_MOST);
        texts.push(format!("{more} more, below"));
    }
    let point = |text| DecisivePoint { look, text };
    texts.into_iter().map(point).collect()
}

/// A finding in one line, with the size of its path.
fn brief(finding: &Finding<'_>) -> String {
    let mut text = match finding.title {
        "" => finding.name.to_owned(),
        title if finding.kind == Kind::Property => words::property(title, finding.name),
        _ => finding.name.to_owned(),
    };
    text += &format!(": {}", finding.words);
    if let Some(path) = finding.path {
        text += &format!(" ({})", timeline::size(path));
    }
    if let Some(budget) = finding.budget {
        text += &format!(", within \"{budget}\"");
    }
    text
}

/// An objective with what was observed.
fn judged(objective: &Objective, simulation: Option<&Simulation>) -> String {
    let horizon_ms = simulation.map_or(0, |one| one.horizon_ms);
    let mut text = format!(
        "{} {}, limit {}: {}",
        objective.figure.title(horizon_ms),
        objective.figure.unit().estimate(&objective.value),
        findings::limit(objective),
        words::objective(objective.status)
    );
    if let Some(more) = more_trials(objective) {
        text += &format!("; {more}");
    }
    text
}

/// Returns about how many trials would settle an objective that is undecided. The half-width of an
/// interval falls with the root of the number of trials.
pub(crate) fn more_trials(objective: &Objective) -> Option<String> {
    if objective.status != ObjectiveStatus::Undecided {
        return None;
    }
    let (value, low, high) = (
        objective.value.value?,
        objective.value.low?,
        objective.value.high?,
    );
    let distance = (value - objective.limit).abs();
    let times = ((high - low) / 2.0 / distance).powi(2);
    let few = (1.0..1_000.0).contains(&times);
    few.then(|| {
        let times = libm::ceil(times + 0.5);
        format!("about {times:.0} times the trials would decide it")
    })
}

/// What is as expected within a budget; nothing where that is nothing.
fn within_budget(check: &Check) -> Option<DecisivePoint> {
    let label = match &check.name {
        Some(name) => name.clone(),
        None => words::short_budget(&check.budget),
    };
    let all = check.verdicts.len();
    let as_expected = check.verdicts.iter().filter(|one| one.as_expected);
    let looks: Vec<_> = as_expected
        .map(|one| (Look::of_verdict(one.status, true), one))
        .collect();
    let holding = looks.iter().filter(|(look, _)| *look == GOOD).count();
    let known = looks.iter().filter(|(look, _)| *look == KNOWN);
    let known: Vec<String> = known
        .map(|(_, one)| words::property(&one.title, &one.property))
        .collect();
    let mut parts = Vec::new();
    match (holding, &looks[..]) {
        (0, _) => {}
        (1, [(_, one)]) if all == 1 => {
            parts.push(format!(
                "{} holds",
                words::property(&one.title, &one.property)
            ));
        }
        (holding, _) if holding == all => parts.push(format!("all {all} properties hold")),
        (holding, _) => parts.push(format!("{holding} of {all} properties hold")),
    }
    if !known.is_empty() {
        parts.push(format!("violated as expected: {}", known.join(", ")));
    }
    (!parts.is_empty()).then(|| DecisivePoint {
        look: if known.is_empty() { GOOD } else { KNOWN },
        text: format!("{label}: {}", parts.join("; ")),
    })
}

/// What nothing judges, and what would.
fn unjudged(document: &ResultDocument) -> Option<DecisivePoint> {
    let text = match &document.simulation {
        None if document.checks.is_empty() => return None,
        None => "not simulated: `poolproof evaluate` judges objectives too".to_owned(),
        Some(_) if !document.objectives.is_empty() => return None,
        Some(simulation) => format!(
            "no objectives: {}. To judge them, add to [expect]: {EXAMPLE}",
            figures(simulation).join("; ")
        ),
    };
    Some(DecisivePoint { look: OPEN, text })
}

/// What to add to a scenario whose figures nothing judges.
pub(crate) fn hint(document: &ResultDocument) -> Option<String> {
    let simulated = document.simulation.is_some();
    (simulated && document.objectives.is_empty())
        .then(|| format!("No objectives. To judge these figures, add to [expect]: {EXAMPLE}"))
}

/// The figures that objectives are mostly about.
fn figures(simulation: &Simulation) -> Vec<String> {
    let figures = [
        Figure::AVAILABILITY,
        Figure::TIME_TO_RECOVER,
        Figure::DATA_LOST,
    ];
    let known = figures
        .into_iter()
        .filter_map(|figure| Some((figure, figure.of(simulation).filter(|one| one.n > 0)?)));
    let value = |figure: Figure, value| figure.unit().words(value);
    known
        .map(|(figure, estimate)| {
            let title = figure.title(simulation.horizon_ms);
            format!(
                "{title} {}",
                quantity::value(estimate, |v| value(figure, v))
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::RareEvent;
    use crate::layout::plain;
    use crate::sample;

    fn said(document: &ResultDocument) -> String {
        plain(&Answer::of(document).lines("sample").join("\n"))
    }

    #[test]
    fn the_answer_agrees_with_the_findings() {
        use Standing as S;
        let mut undecided = sample::document();
        undecided.objectives.clear();
        let mut ready = undecided.clone();
        for check in &mut ready.checks {
            check.verdicts.retain(|one| one.as_expected);
            check.goals.retain(|one| one.reached == one.expected);
        }
        for (document, standing) in [
            (sample::document(), S::NotReady),
            (undecided, S::Undecided),
            (ready, S::Ready),
            (sample::empty(), S::NotJudged),
        ] {
            assert_eq!(
                Answer::of(&document).standing,
                standing,
                "{}",
                said(&document)
            );
        }
    }

    #[test]
    fn the_sample_reads_well() {
        insta::assert_snapshot!(said(&sample::document()));
    }

    #[test]
    fn what_nobody_expected_reads_well() {
        insta::assert_snapshot!(said(&sample::unexpected()));
    }

    #[test]
    fn without_objectives_it_says_how_to_set_them() {
        let mut document = sample::document();
        document.objectives.clear();
        let text = said(&document)
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        assert!(text.contains("no objectives: availability "), "{text}");
        assert!(text.contains(EXAMPLE), "{text}");
        document.simulation = None;
        assert!(said(&document).contains("not simulated"));
    }

    #[test]
    fn an_undecided_objective_says_how_many_trials_would_decide_it() {
        let mut objective = sample::document().objectives.remove(0);
        assert_eq!(more_trials(&objective), None);
        objective.status = ObjectiveStatus::Undecided;
        objective.limit = 100.0;
        let estimate = &mut objective.value;
        (estimate.value, estimate.low, estimate.high) = (Some(95.0), Some(85.0), Some(105.0));
        let text = more_trials(&objective).expect("undecided");
        assert_eq!(text, "about 5 times the trials would decide it");
    }

    #[test]
    fn a_number_that_is_withheld_decides_nothing() {
        let mut document = sample::document();
        document.checks.clear();
        document.objectives.clear();
        let simulation = document.simulation.as_mut().expect("simulated");
        simulation.rare = Some(RareEvent {
            withheld: true,
            ..crate::rare::sample()
        });
        let answer = Answer::of(&document);
        assert_eq!(answer.standing, Standing::Undecided);
        assert!(answer.reason.contains("withheld"), "{}", answer.reason);
    }
}
