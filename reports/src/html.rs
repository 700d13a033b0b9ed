//! The page: one HTML file that needs nothing else, on a screen, on a telephone or on paper.
//!
//! The template lays out, this file only turns values into words. There is no script: what a
//! script would hide, a reader on paper would miss.

use askama::Template;

use crate::chart::Chart;
use crate::document::{
    Check, Coverage, Goal, Objective, ObjectiveStatus, ResultDocument, Verdict, VerdictStatus,
};
use crate::error::ReportError;
use crate::findings::Outcome;
use crate::matrix::Matrix;
use crate::{families, findings, headline, mermaid, quantity, timeline, words};

pub(crate) mod figures;
mod glance;
mod parts;

use figures::{Cell, Figures};
use glance::Glance;
use parts::{CutsView, ExampleView, Support};

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    document: &'a ResultDocument,
    question: &'static str,
    answer: String,
    /// The verdicts within several budgets.
    matrix: Option<MatrixView<'a>>,
    checks: Vec<CheckView<'a>>,
    figures: Option<Figures<'a>>,
    objectives: Vec<ObjectiveView<'a>>,
    glance: Vec<Glance>,
    confidence: String,
    share: &'static str,
    warnings: Vec<String>,
    topology: ChartView,
    distributions: Vec<ChartView>,
    origins: Vec<ChartView>,
    timeline: Vec<ChartView>,
    examples: Vec<ExampleView>,
    cuts: Option<CutsView<'a>>,
    support: Support,
    paths: Vec<PathView<'a>>,
}

/// A verdict for each property and budget.
struct MatrixView<'a> {
    heads: Vec<(&'a str, String)>,
    rows: Vec<MatrixRowView<'a>>,
}

struct MatrixRowView<'a> {
    property: &'a str,
    title: &'a str,
    meaning: &'a str,
    cells: Vec<(&'a str, Option<VerdictView<'a>>)>,
}

struct CheckView<'a> {
    check: &'a Check,
    /// Empty where there is one budget only.
    name: &'a str,
    budget: String,
    limits: String,
    reductions: String,
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
    reach: String,
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
    limit: String,
    n: String,
}

struct ChartView {
    wide: String,
    narrow: String,
    caption: &'static str,
}

/// A numbered path to a violation or to a goal.
struct PathView<'a> {
    anchor: String,
    heading: String,
    faults: String,
    diagram: String,
    /// Whether it is unfolded on a screen: what nobody expected is.
    open: bool,
    path: &'a crate::document::Counterexample,
}

/// A class for the colour and a sign for those who do not see it.
#[derive(Clone, Copy)]
pub(crate) struct Look {
    pub(crate) class: &'static str,
    pub(crate) sign: &'static str,
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
    let page = Page {
        document,
        question: headline::QUESTION,
        answer: headline::answer(document).join(" "),
        matrix: matrix_view(&document.checks),
        checks: check_views(&document.checks),
        figures: document.simulation.as_ref().map(Figures::of),
        objectives: document.objectives.iter().map(objective_view).collect(),
        glance: glance::glance(document),
        confidence: document
            .simulation
            .iter()
            .map(|one| quantity::probability(one.availability.confidence))
            .collect(),
        share: words::share(document.scenario.share),
        warnings: document
            .scenario
            .warnings
            .iter()
            .map(words::warning)
            .collect(),
        topology: chart(document, Chart::Topology)?,
        distributions: charts(
            document,
            &[Chart::TimeToRecover, Chart::DataLost, Chart::Exceedance],
        )?,
        origins: charts(document, &[Chart::OutageByCause, Chart::OutageByPhase])?,
        timeline: charts(document, &[Chart::Timeline])?,
        examples: parts::examples(document),
        cuts: document.cut_sets.as_ref().map(parts::cuts),
        support: Support::of(&document.scenario.assumptions),
        paths: paths(document),
    };
    let mut text = page.render()?;
    text.push('\n');
    Ok(text)
}

/// Draws charts of the simulation, where there is one.
fn charts(document: &ResultDocument, which: &[Chart]) -> Result<Vec<ChartView>, ReportError> {
    if document.simulation.is_none() {
        return Ok(Vec::new());
    }
    which.iter().map(|one| chart(document, *one)).collect()
}

fn chart(document: &ResultDocument, chart: Chart) -> Result<ChartView, ReportError> {
    let caption = match chart {
        Chart::Topology => "Where everything stands at the start, and what connects it.",
        Chart::TimeToRecover => {
            "How long service is away: one incident of any kind, and a drill, whose fault happens \
             at a random time."
        }
        Chart::DataLost => {
            "How much is gone in a drill, as the span of time whose messages are missing."
        }
        Chart::Exceedance => {
            "How often it gets worse than a value: read a value below, and how many years are \
             worse at the left."
        }
        Chart::OutageByCause => "What started the incidents that make up the yearly outage.",
        Chart::OutageByPhase => {
            "What the time of an outage is spent on: noticing, deciding, people's work, \
             machines' work, clients coming back."
        }
        Chart::Timeline => {
            "Averages hide how outages come: one trial from the middle, and the worst of all."
        }
    };
    Ok(ChartView {
        wide: chart.svg(document)?,
        narrow: chart.svg_narrow(document)?,
        caption,
    })
}

fn matrix_view(checks: &[Check]) -> Option<MatrixView<'_>> {
    let matrix = Matrix::of(checks)?;
    let heads = matrix.checks.iter();
    let cell = |number: usize, place: Option<usize>| {
        let check = &checks[number];
        let name = check.name.as_deref().unwrap_or_default();
        let view = place.map(|index| verdict_view(number, index, &check.verdicts[index], check));
        (name, view)
    };
    Some(MatrixView {
        heads: heads
            .map(|check| {
                let name = check.name.as_deref().unwrap_or_default();
                (name, words::budget(&check.budget))
            })
            .collect(),
        rows: matrix
            .rows
            .iter()
            .map(|row| MatrixRowView {
                property: row.property,
                title: row.title,
                meaning: row.meaning,
                cells: (0..)
                    .zip(&row.places)
                    .map(|(n, place)| cell(n, *place))
                    .collect(),
            })
            .collect(),
    })
}

fn check_views(checks: &[Check]) -> Vec<CheckView<'_>> {
    checks.iter().enumerate().map(check_view).collect()
}

fn check_view((number, check): (usize, &Check)) -> CheckView<'_> {
    CheckView {
        check,
        name: check.name.as_deref().unwrap_or_default(),
        budget: words::budget(&check.budget),
        limits: words::limits(check),
        reductions: list(&check.reductions, words::reduction),
        extent: headline::extent(check),
        odds: headline::odds(check),
        verdicts: check
            .verdicts
            .iter()
            .enumerate()
            .map(|(index, verdict)| verdict_view(number, index, verdict, check))
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

fn verdict_view<'a>(
    number: usize,
    index: usize,
    verdict: &'a Verdict,
    check: &Check,
) -> VerdictView<'a> {
    let look = verdict_look(verdict.status, verdict.as_expected);
    let anchor = anchor("violation", number, index);
    VerdictView {
        verdict,
        look,
        words: words::verdict(verdict),
        reach: words::verdict_reach(verdict, &check.budget),
        anchor,
    }
}

/// Returns how a verdict looks.
pub(crate) fn verdict_look(status: VerdictStatus, as_expected: bool) -> Look {
    match (status, as_expected) {
        (VerdictStatus::Holds, true) => GOOD,
        (VerdictStatus::Violated, true) => KNOWN,
        (VerdictStatus::Undecided, _) | (VerdictStatus::NotChecked, true) => OPEN,
        (_, false) => BAD,
    }
}

/// A place of the page: the first budget has short ones.
fn anchor(what: &str, number: usize, index: usize) -> String {
    match number {
        0 => format!("{what}-{}", index + 1),
        _ => format!("{what}-{}-{}", number + 1, index + 1),
    }
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
        words: words::expected_goal(goal),
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
    ObjectiveView {
        objective,
        look: objective_look(objective.status),
        words: words::objective(objective.status),
        observed: figures::figure(objective.figure, &objective.value),
        limit: findings::limit(objective),
        n: quantity::count(objective.value.n),
    }
}

/// Returns how the outcome of an objective looks.
fn objective_look(status: ObjectiveStatus) -> Look {
    match status {
        ObjectiveStatus::Met => GOOD,
        ObjectiveStatus::Missed => BAD,
        ObjectiveStatus::Undecided => OPEN,
    }
}

fn list<T>(values: &[T], words: impl Fn(&T) -> String) -> String {
    values.iter().map(words).collect::<Vec<_>>().join("; ")
}

/// Collects the counterexamples within each budget, then the paths to its goals.
fn paths(document: &ResultDocument) -> Vec<PathView<'_>> {
    let checks = document.checks.iter().enumerate();
    checks
        .flat_map(|(number, check)| check_paths(number, check))
        .collect()
}

fn check_paths(number: usize, check: &Check) -> Vec<PathView<'_>> {
    let within = check
        .name
        .as_ref()
        .map(|name| format!(" within \"{name}\""));
    let within = within.unwrap_or_default();
    let violations = check
        .verdicts
        .iter()
        .enumerate()
        .filter_map(|(index, verdict)| {
            let (property, title) = (&verdict.property, &verdict.title);
            Some((
                anchor("violation", number, index),
                format!("{property} is violated{within}: {title}"),
                !verdict.as_expected,
                verdict.counterexample.as_ref()?,
            ))
        });
    let goals = check.goals.iter().enumerate().filter_map(|(index, goal)| {
        Some((
            anchor("goal", number, index),
            format!("{} is reached{within}: {}", goal.name, goal.title),
            !goal.expected,
            goal.witness.as_ref()?,
        ))
    });
    violations
        .chain(goals)
        .map(|(anchor, heading, open, path)| PathView {
            anchor,
            heading,
            open,
            faults: timeline::size(path),
            diagram: mermaid::sequence(path),
            path,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::page;
    use crate::document::Drilled;
    use crate::sample;

    #[test]
    fn the_page_needs_nothing_else() {
        let text = page(&sample::document()).expect("the sample can be drawn");
        let namespace = "http://www.w3.org/2000/svg";
        assert!(!text.replace(namespace, "").contains("://"));
        // Links lead to places of the page itself.
        assert!(text.matches(" href=\"").count() > 10);
        assert_eq!(
            text.matches(" href=\"").count(),
            text.matches(" href=\"#").count()
        );
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
    fn every_link_leads_somewhere() {
        for document in [sample::document(), sample::empty(), sample::quiet()] {
            let text = page(&document).expect("the sample can be drawn");
            for part in text.split(" href=\"#").skip(1) {
                let id = part.split('"').next().unwrap_or_default();
                assert!(text.contains(&format!(" id=\"{id}\"")), "{id}");
            }
        }
    }

    #[test]
    fn cut_sets_are_on_the_page_with_their_bounds() {
        let text = page(&sample::document()).expect("the sample can be drawn");
        assert!(text.contains("outage of DC1 and late return of DC1"));
        assert!(text.contains("at most once in 41.7 years"));
        assert!(text.contains("No combination found: AL0"));
        assert!(
            !page(&sample::empty())
                .expect("drawn")
                .contains("What has to come together")
        );
    }

    #[test]
    fn what_the_scenario_says_is_never_markup() {
        let mut document = sample::document();
        let evil = "<b onclick=\"x()\">&";
        document.scenario.title = evil.to_owned();
        document.scenario.assumptions[0].source = evil.to_owned();
        if let Some(simulation) = &mut document.simulation {
            simulation.drilled = Drilled::Fault(evil.to_owned());
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
