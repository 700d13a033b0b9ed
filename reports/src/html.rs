//! The page: one HTML file that needs nothing else, on a screen, on a telephone or on paper.
//!
//! The template lays out, this file only turns values into words. There is no script: what a
//! script would hide, a reader on paper would miss.

use askama::Template;

use crate::answer::{Answer, Lever};
use crate::chart::Chart;
use crate::document::{Check, Coverage, Goal, Objective, ResultDocument, Verdict};
use crate::error::ReportError;
use crate::look::Look;
use crate::matrix::Matrix;
use crate::{answer, families, findings, headline, mermaid, quantity, timeline, words};

pub(crate) mod figures;
mod parts;
pub(crate) mod tiles;

use figures::{Cell, Figures};
use parts::{CutsView, ExampleView, Support};
use tiles::Tile;

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    document: &'a ResultDocument,
    answer: Answer,
    look: Look,
    tiles: Vec<Tile>,
    /// What to add where nothing judges the figures.
    unjudged: Option<String>,
    levers: Vec<Lever>,
    /// What the verdicts take for granted, in one sentence.
    assumed: String,
    /// The verdicts within several budgets.
    matrix: Option<MatrixView<'a>>,
    checks: Vec<CheckView<'a>>,
    figures: Option<Figures<'a>>,
    objectives: Vec<ObjectiveView<'a>>,
    share: &'static str,
    warnings: Vec<String>,
    topology: ChartView,
    distributions: Vec<ChartView>,
    origins: Vec<ChartView>,
    timeline: Vec<ChartView>,
    examples: Vec<ExampleView>,
    cuts: Option<CutsView>,
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
    /// How much of its yearly downtime budget is used; empty without one.
    used: String,
    n: String,
}

struct ChartView {
    /// Where it is on the page.
    place: String,
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

/// Returns the page of a document.
///
/// # Errors
/// When a chart cannot be drawn or the template cannot be filled in: both are defects.
pub fn page(document: &ResultDocument) -> Result<String, ReportError> {
    let answer = Answer::of(document);
    let page = Page {
        document,
        look: answer.standing.look(),
        answer,
        tiles: tiles::tiles(document),
        unjudged: answer::hint(document),
        levers: answer::levers(document),
        assumed: answer::assumptions(document).join("; "),
        matrix: matrix_view(&document.checks),
        checks: check_views(&document.checks),
        figures: document.simulation.as_ref().map(Figures::of),
        objectives: document.objectives.iter().map(objective_view).collect(),
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
        place: format!("figure-{}", chart.name()),
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
    let look = Look::of_verdict(verdict.status, verdict.as_expected);
    let anchor = anchor("violation", number, index);
    VerdictView {
        verdict,
        look,
        words: words::verdict(verdict),
        reach: words::verdict_reach(verdict, &check.budget),
        anchor,
    }
}

/// A place of the page: the first budget has short ones.
pub(crate) fn anchor(what: &str, number: usize, index: usize) -> String {
    match number {
        0 => format!("{what}-{}", index + 1),
        _ => format!("{what}-{}-{}", number + 1, index + 1),
    }
}

fn goal_view(goal: &Goal) -> GoalView<'_> {
    GoalView {
        goal,
        look: Look::of_goal(goal),
        words: words::expected_goal(goal),
    }
}

fn coverage_view(coverage: &Coverage) -> CoverageView<'_> {
    let finding = findings::coverage(coverage);
    CoverageView {
        event: &coverage.event,
        look: Look::of_outcome(finding.outcome),
        words: finding.words,
        why: finding.detail,
    }
}

fn objective_view(objective: &Objective) -> ObjectiveView<'_> {
    ObjectiveView {
        objective,
        look: Look::of_objective(objective.status),
        words: words::objective(objective.status),
        observed: figures::figure(objective.figure, &objective.value),
        limit: findings::limit(objective),
        used: findings::used(objective).unwrap_or_default(),
        n: quantity::count(objective.value.n),
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
            let name = words::property(&verdict.title, &verdict.property);
            Some((
                anchor("violation", number, index),
                format!("{name} is violated{within}"),
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
        for forbidden in ["<link", "<img", "@import", "url(", " src=", "fetch("] {
            assert!(!text.contains(forbidden), "{forbidden}");
        }
        // The only script sorts and filters tables, and the page forbids whatever else comes in.
        assert_eq!(text.matches("<script").count(), 1);
        assert!(text.contains("content=\"default-src 'none'; style-src 'unsafe-inline'; "));
    }

    #[test]
    fn the_page_begins_with_the_answer_and_its_tiles() {
        let text = page(&sample::budgets()).expect("the sample can be drawn");
        let at = |part: &str| text.find(part).unwrap_or_else(|| panic!("{part}"));
        let standing = at("<strong class=\"bad\">✗ NOT READY</strong> 1 of 2 objectives missed");
        let tiles = at("<div class=\"tiles thirds\">");
        let levers = at("What would change it most");
        let contents = at("<nav");
        assert!(standing < tiles && tiles < levers && levers < contents);
        let head = &text[tiles..levers];
        for title in [
            "Safety: one fault",
            "Safety: two faults",
            "Safety: a mistake",
            "Availability",
            "Time to recover, given loss of DC1, p95",
            "Data lost, given loss of DC1, p95",
        ] {
            assert!(
                head.contains(&format!("<p class=\"name\">{title}</p>")),
                "{title}"
            );
        }
        let proofs = head.matches("<p class=\"proof\"><a href=\"#").count();
        assert_eq!((proofs, head.matches("<p class=\"name\">").count()), (6, 6));
        assert!(
            head.contains("<strong>✗ missed</strong> · limit 4 h"),
            "{head}"
        );
        assert!(head.contains("<strong>· no objective</strong>"), "{head}");
        assert!(head.contains("95 % CI 9 h 15 min to 9 h 37 min"), "{head}");
        assert!(!text.contains("To judge them"), "there are objectives");
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
        let text = page(&sample::budgets()).expect("the sample can be drawn");
        let mut seen = std::collections::BTreeSet::new();
        for part in text.split(" id=\"").skip(1) {
            let id = part.split('"').next().unwrap_or_default();
            assert!(seen.insert(id.to_owned()), "{id} twice");
        }
        assert!(seen.contains("chart-data-lost"));
    }

    #[test]
    fn every_link_leads_somewhere() {
        for document in [
            sample::document(),
            sample::budgets(),
            sample::empty(),
            sample::quiet(),
        ] {
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
        assert!(text.contains("No combination found: no loss under one fault (AL0)"));
        assert!(
            !page(&sample::empty())
                .expect("drawn")
                .contains("Smallest fault combinations")
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
