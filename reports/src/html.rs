//! The page: one HTML file that needs nothing else, on a screen, on a telephone or on paper.
//!
//! The template lays out, this file only turns values into words. There is no script: what a
//! script would hide, a reader on paper would miss.

use askama::Template;

use crate::chart::Chart;
use crate::document::Check;
use crate::document::Coverage;
use crate::document::Goal;
use crate::document::Objective;
use crate::document::ObjectiveStatus;
use crate::document::ResultDocument;
use crate::document::Verdict;
use crate::document::VerdictStatus;
use crate::error::ReportError;
use crate::families;
use crate::findings;
use crate::findings::Outcome;
use crate::headline;
use crate::mermaid;
use crate::quantity;
use crate::table;
use crate::timeline;

pub(crate) mod figures;

use figures::Cell;
use figures::Figures;

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    document: &'a ResultDocument,
    question: &'static str,
    answer: String,
    check: Option<CheckView<'a>>,
    figures: Option<Figures<'a>>,
    objectives: Vec<ObjectiveView<'a>>,
    charts: Vec<ChartView>,
    ways: Vec<Way<'a>>,
}

struct CheckView<'a> {
    check: &'a Check,
    extent: String,
    odds: String,
    verdicts: Vec<VerdictView<'a>>,
    goals: Vec<GoalView<'a>>,
    coverage: Vec<CoverageView<'a>>,
    events: Vec<(&'a str, String)>,
    never_fired: String,
}

struct VerdictView<'a> {
    verdict: &'a Verdict,
    look: Look,
    words: String,
    anchor: String,
}

struct GoalView<'a> {
    goal: &'a Goal,
    look: Look,
    words: String,
}

struct CoverageView<'a> {
    event: &'a str,
    look: Look,
    words: String,
    why: String,
}

struct ObjectiveView<'a> {
    objective: &'a Objective,
    look: Look,
    words: &'static str,
    observed: Cell,
    n: String,
}

struct ChartView {
    svg: String,
    caption: &'static str,
}

/// A numbered way to a violation or to a goal.
struct Way<'a> {
    anchor: String,
    heading: String,
    faults: String,
    diagram: String,
    way: &'a crate::document::Counterexample,
}

/// A class for the colour and a sign for those who do not see it.
#[derive(Clone, Copy)]
struct Look {
    class: &'static str,
    sign: &'static str,
}

const GOOD: Look = Look {
    class: "good",
    sign: "✓",
};
const BAD: Look = Look {
    class: "bad",
    sign: "✗",
};
const OPEN: Look = Look {
    class: "open",
    sign: "?",
};
/// Violated, and the scenario says so: neither praise nor alarm.
const KNOWN: Look = Look {
    class: "known",
    sign: "!",
};

/// Returns the page of a document.
///
/// # Errors
/// When a chart cannot be drawn or the template cannot be filled in: both are defects.
pub fn page(document: &ResultDocument) -> Result<String, ReportError> {
    let charts = if document.simulation.is_some() {
        charts(document)?
    } else {
        Vec::new()
    };
    let page = Page {
        document,
        question: headline::QUESTION,
        answer: headline::answer(document).join(" "),
        check: document.check.as_ref().map(check_view),
        figures: document.simulation.as_ref().map(Figures::of),
        objectives: document.objectives.iter().map(objective_view).collect(),
        charts,
        ways: ways(document),
    };
    let mut text = page.render()?;
    text.push('\n');
    Ok(text)
}

fn charts(document: &ResultDocument) -> Result<Vec<ChartView>, ReportError> {
    let view = |chart: Chart| {
        let caption = match chart {
            Chart::TimeToRecover => {
                "How long service is away: one incident of any kind, and the loss of the first \
                 site at a random time."
            }
            Chart::DataLost => {
                "How much is gone when the first site is lost, as the span of time whose \
                 messages are missing."
            }
            Chart::OutageByCause => "What started the incidents that make up the yearly outage.",
        };
        Ok(ChartView {
            svg: chart.svg(document)?,
            caption,
        })
    };
    Chart::ALL.into_iter().map(view).collect()
}

fn check_view(check: &Check) -> CheckView<'_> {
    CheckView {
        check,
        extent: headline::extent(check),
        odds: quantity::odds(check.collision_odds),
        verdicts: check
            .verdicts
            .iter()
            .enumerate()
            .map(verdict_view)
            .collect(),
        goals: check.goals.iter().map(goal_view).collect(),
        coverage: check.coverage.iter().map(coverage_view).collect(),
        events: check
            .events
            .iter()
            .map(|event| (event.event.as_str(), quantity::count(event.fired)))
            .collect(),
        never_fired: families::never_fired(check).join("; "),
    }
}

fn verdict_view((index, verdict): (usize, &Verdict)) -> VerdictView<'_> {
    let look = match (verdict.status, verdict.as_expected) {
        (VerdictStatus::Holds, true) => GOOD,
        (VerdictStatus::Violated, true) => KNOWN,
        (VerdictStatus::Undecided, _) => OPEN,
        (_, false) => BAD,
    };
    let anchor = violation_anchor(index);
    VerdictView {
        verdict,
        look,
        words: headline::verdict_text(verdict),
        anchor,
    }
}

fn violation_anchor(index: usize) -> String {
    format!("violation-{}", index + 1)
}

fn goal_view(goal: &Goal) -> GoalView<'_> {
    let look = match (goal.reached == goal.expected, goal.reached || goal.complete) {
        (true, true) => GOOD,
        (false, true) => BAD,
        (_, false) => OPEN,
    };
    GoalView {
        goal,
        look,
        words: table::goal_text(goal),
    }
}

fn coverage_view(coverage: &Coverage) -> CoverageView<'_> {
    let finding = findings::coverage(coverage);
    CoverageView {
        event: &coverage.event,
        look: match finding.outcome {
            Outcome::AsExpected => GOOD,
            Outcome::Differs => BAD,
            Outcome::Undecided => OPEN,
        },
        words: finding.words,
        why: finding.detail,
    }
}

fn objective_view(objective: &Objective) -> ObjectiveView<'_> {
    let look = match objective.status {
        ObjectiveStatus::Met => GOOD,
        ObjectiveStatus::Missed => BAD,
        ObjectiveStatus::Undecided => OPEN,
    };
    ObjectiveView {
        objective,
        look,
        words: headline::objective_text(objective.status),
        observed: figures::cell(&objective.value, table::format_like(&objective.text)),
        n: quantity::count(objective.value.n),
    }
}

/// Collects the counterexamples, then the ways to the goals.
fn ways(document: &ResultDocument) -> Vec<Way<'_>> {
    let Some(check) = &document.check else {
        return Vec::new();
    };
    let violations = check
        .verdicts
        .iter()
        .enumerate()
        .filter_map(|(index, verdict)| {
            let heading = format!("{} is violated: {}", verdict.property, verdict.title);
            Some((
                violation_anchor(index),
                heading,
                verdict.counterexample.as_ref()?,
            ))
        });
    let goals = check.goals.iter().enumerate().filter_map(|(index, goal)| {
        let heading = format!("{} is reached: {}", goal.name, goal.title);
        Some((
            format!("goal-{}", index + 1),
            heading,
            goal.witness.as_ref()?,
        ))
    });
    violations
        .chain(goals)
        .map(|(anchor, heading, way)| Way {
            anchor,
            heading,
            faults: timeline::size(way),
            diagram: mermaid::sequence(way, &document.scenario.sites),
            way,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::page;
    use crate::sample;

    #[test]
    fn the_page_needs_nothing_else() {
        let text = page(&sample::document()).expect("the sample can be drawn");
        let namespace = "http://www.w3.org/2000/svg";
        assert!(!text.replace(namespace, "").contains("://"));
        for forbidden in ["<script", "<link", "<img", "@import", "url(", " src="] {
            assert!(!text.contains(forbidden), "{forbidden}");
        }
    }

    #[test]
    fn an_event_that_never_fires_is_on_the_page() {
        let text = page(&sample::unexpected()).expect("the sample can be drawn");
        assert!(text.contains("never fires, expected: fires"));
        let text = page(&sample::document()).expect("the sample can be drawn");
        assert!(!text.contains("Events that have to happen"));
    }

    #[test]
    fn identifiers_are_unique() {
        let text = page(&sample::document()).expect("the sample can be drawn");
        let mut seen = std::collections::BTreeSet::new();
        for part in text.split(" id=\"").skip(1) {
            let id = part.split('"').next().unwrap_or_default();
            assert!(seen.insert(id.to_owned()), "{id} twice");
        }
        assert!(seen.contains("chart-data-lost"));
    }

    #[test]
    fn what_the_scenario_says_is_never_markup() {
        let mut document = sample::document();
        let evil = "<b onclick=\"x()\">&";
        document.scenario.title = evil.to_owned();
        document.scenario.assumptions[0].source = evil.to_owned();
        if let Some(simulation) = &mut document.simulation {
            simulation.outage_by_cause[0].cause = evil.to_owned();
            simulation.columns[0].title = evil.to_owned();
        }
        let text = page(&document).expect("the sample can be drawn");
        assert!(!text.contains("<b "), "markup from the scenario");
    }

    #[test]
    fn judgements_are_marked() {
        let text = page(&sample::document()).expect("the sample can be drawn");
        assert!(text.contains("J, judgement"));
        assert!(!text.contains("V, judgement"));
    }

    #[test]
    fn results_with_parts_missing_have_a_page() {
        for document in [sample::empty(), sample::quiet()] {
            assert!(page(&document).is_ok());
        }
    }
}
