//! What a result says against what its scenario expects: one finding per property, goal, event that
//! has to fire, and objective. All formats and the exit code are drawn from this list, so that they
//! agree.

use crate::document::{
    Budget, Check, Counterexample, Coverage, Goal, Objective, ObjectiveStatus, ResultDocument,
    Verdict, VerdictStatus,
};
use crate::layout::one_line;
use crate::{quantity, timeline, words};

/// What a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Property,
    Goal,
    Coverage,
    Objective,
}

impl Kind {
    /// Returns the kind in one word.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Property => "property",
            Self::Goal => "goal",
            Self::Coverage => "event",
            Self::Objective => "objective",
        }
    }
}

/// What a finding means to the one who waits for the result, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// What was found is what the scenario expects.
    AsExpected,
    /// A limit was reached first: neither a pass nor a failure.
    Undecided,
    /// What was found is not what the scenario expects.
    Differs,
}

/// Returns the worst of all findings of a result, which is what its exit code says. A number that
/// is withheld is no answer.
#[must_use]
pub fn outcome(document: &ResultDocument) -> Outcome {
    let outcomes = of(document).into_iter().map(|finding| finding.outcome);
    let simulation = document.simulation.as_ref();
    let rare = simulation.and_then(|simulation| simulation.rare.as_ref());
    let withheld = rare.filter(|rare| rare.withheld);
    outcomes
        .chain(withheld.map(|_| Outcome::Undecided))
        .max()
        .unwrap_or(Outcome::AsExpected)
}

/// One line of the result.
pub(crate) struct Finding<'a> {
    pub(crate) kind: Kind,
    /// The stable name; for an objective its text.
    pub(crate) name: &'a str,
    /// A few words for people; empty where the name says all.
    pub(crate) title: &'a str,
    /// The name of the budget of faults, where the scenario has several.
    pub(crate) budget: Option<&'a str>,
    pub(crate) outcome: Outcome,
    /// What was found: `violated, expected: holds`.
    pub(crate) words: String,
    /// How far the search went, or what was observed.
    pub(crate) detail: String,
    /// The path to what was found.
    pub(crate) path: Option<&'a Counterexample>,
}

impl Finding<'_> {
    /// Returns the finding on one line.
    pub(crate) fn line(&self) -> String {
        let mut line = self.name.to_owned();
        if !self.title.is_empty() {
            line += &format!(" ({})", self.title);
        }
        if let Some(budget) = self.budget {
            line += &format!(" within \"{budget}\"");
        }
        line += &format!(": {}", self.words);
        if !self.detail.is_empty() {
            line += &format!("; {}", self.detail);
        }
        one_line(&line)
    }

    /// Returns the timeline of the path, or nothing.
    pub(crate) fn timeline(&self) -> Option<String> {
        self.path.map(timeline::text)
    }
}

/// Returns all findings: properties, goals, events and objectives, in the order of the document.
pub(crate) fn of(document: &ResultDocument) -> Vec<Finding<'_>> {
    let mut findings: Vec<_> = document.checks.iter().flat_map(of_check).collect();
    findings.extend(document.objectives.iter().map(objective));
    findings
}

/// Returns the findings of a search within a budget: properties, goals and events.
pub(crate) fn of_check(check: &Check) -> Vec<Finding<'_>> {
    let properties = check
        .verdicts
        .iter()
        .map(|one| property(one, &check.budget));
    let goals = check
        .goals
        .iter()
        .map(|one| goal(one, check.swarm.is_none()));
    let coverage = check.coverage.iter().map(coverage);
    let within = properties.chain(goals).chain(coverage);
    let named = within.map(|finding| Finding {
        budget: check.name.as_deref(),
        ..finding
    });
    named.collect()
}

/// Returns the findings that are not as expected.
pub(crate) fn surprises(document: &ResultDocument) -> Vec<Finding<'_>> {
    let mut findings = of(document);
    findings.retain(|finding| finding.outcome != Outcome::AsExpected);
    findings
}

pub(crate) fn property<'a>(verdict: &'a Verdict, budget: &Budget) -> Finding<'a> {
    Finding {
        kind: Kind::Property,
        name: &verdict.property,
        title: &verdict.title,
        budget: None,
        outcome: match (verdict.as_expected, verdict.status) {
            (true, _) => Outcome::AsExpected,
            (false, VerdictStatus::Undecided) => Outcome::Undecided,
            (false, _) => Outcome::Differs,
        },
        words: words::verdict(verdict),
        detail: words::verdict_reach(verdict, budget),
        path: verdict.counterexample.as_ref(),
    }
}

fn goal(goal: &Goal, shortest: bool) -> Finding<'_> {
    let path = if shortest { "shortest path" } else { "path" };
    Finding {
        kind: Kind::Goal,
        name: &goal.name,
        title: &goal.title,
        budget: None,
        // Not reached after a limit says neither "never" nor "reached".
        outcome: match (goal.reached == goal.expected, goal.reached || goal.complete) {
            (_, false) => Outcome::Undecided,
            (true, true) => Outcome::AsExpected,
            (false, true) => Outcome::Differs,
        },
        words: words::expected_goal(goal),
        detail: match (&goal.witness, goal.reached || goal.complete) {
            (Some(found), _) => format!("{path}: {}", timeline::size(found)),
            (None, false) => "not reached so far".to_owned(),
            (None, true) => String::new(),
        },
        path: goal.witness.as_ref(),
    }
}

pub(crate) fn coverage(coverage: &Coverage) -> Finding<'_> {
    let (outcome, words) = match (coverage.fired, coverage.complete) {
        (0, true) => (Outcome::Differs, "never fires, expected: fires".to_owned()),
        (0, false) => (Outcome::Undecided, "undecided, expected: fires".to_owned()),
        (fired, _) => (
            Outcome::AsExpected,
            format!("fired {}", quantity::plural(fired, "time", "times")),
        ),
    };
    let mut detail = format!("listed in {}", words::listed_in(coverage.listed_in));
    if outcome == Outcome::Undecided {
        detail += ", did not fire so far";
    }
    Finding {
        kind: Kind::Coverage,
        name: &coverage.event,
        title: "",
        budget: None,
        outcome,
        words,
        detail,
        path: None,
    }
}

/// Returns what was observed for an objective: value, interval, limit and number of trials.
pub(crate) fn observed(objective: &Objective) -> String {
    let used = used(objective).map_or_else(String::new, |used| format!(", {used}"));
    format!(
        "observed {}, limit {}{used}, n = {}",
        objective.figure.unit().estimate(&objective.value),
        limit(objective),
        quantity::count(objective.value.n)
    )
}

/// Returns how much of its yearly downtime budget an objective uses, if it has one:
/// `uses 60 % (58 % to 62 %) of 4 h 23 min a year`.
pub(crate) fn used(objective: &Objective) -> Option<String> {
    let budget = objective.downtime.as_ref()?;
    // Shares above 1 are as well possible, so these are no probabilities.
    let percent = |share: f64| format!("{} %", quantity::number(share * 100.0));
    Some(format!(
        "uses {} of {} a year",
        quantity::estimate(&budget.used, percent),
        quantity::duration(budget.ms_per_year)
    ))
}

/// Returns the limit of an objective.
pub(crate) fn limit(objective: &Objective) -> String {
    objective.figure.unit().words(objective.limit)
}

fn objective(objective: &Objective) -> Finding<'_> {
    Finding {
        kind: Kind::Objective,
        name: &objective.text,
        title: "",
        budget: None,
        outcome: match objective.status {
            ObjectiveStatus::Met => Outcome::AsExpected,
            ObjectiveStatus::Missed => Outcome::Differs,
            ObjectiveStatus::Undecided => Outcome::Undecided,
        },
        words: words::objective(objective.status).to_owned(),
        detail: observed(objective),
        path: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn each_line_has_its_outcome() {
        let document = sample::document();
        let found: Vec<_> = of(&document)
            .iter()
            .map(|finding| (finding.name.to_owned(), finding.outcome))
            .collect();
        let name = str::to_owned;
        assert_eq!(
            found,
            [
                (name("AL0"), Outcome::AsExpected),
                (name("SB"), Outcome::AsExpected),
                (name("RC"), Outcome::Undecided),
                (name("failed-over"), Outcome::AsExpected),
                (name("failed-back"), Outcome::Undecided),
                (
                    name("given_site_loss.data_lost.p95 <= \"30min\""),
                    Outcome::AsExpected
                ),
                (
                    name("given_site_loss.time_to_recover.p95 <= \"4h\""),
                    Outcome::Differs
                ),
            ]
        );
        assert!(of(&sample::empty()).is_empty());
    }

    #[test]
    fn an_event_that_never_fires_differs_and_a_search_cut_off_is_undecided() {
        let document = sample::unexpected();
        let events: Vec<_> = of(&document)
            .into_iter()
            .filter(|finding| finding.kind == Kind::Coverage)
            .map(|finding| finding.outcome)
            .collect();
        use Outcome as O;
        assert_eq!(events, [O::AsExpected, O::Differs, O::Undecided]);
    }

    #[test]
    fn a_goal_that_must_not_be_reached_differs_when_it_is() {
        let mut document = sample::empty();
        document.checks = sample::document().checks;
        let check = document.checks.first_mut().expect("the sample is checked");
        check.verdicts.clear();
        check.goals.truncate(1);
        let mut judged = |reached, expected, complete| {
            let goal = &mut document.checks.first_mut().expect("it is there").goals[0];
            (goal.reached, goal.expected, goal.complete) = (reached, expected, complete);
            (outcome(&document), of(&document)[0].words.clone())
        };
        use Outcome as O;
        for (case, outcome, words) in [
            ((true, true, false), O::AsExpected, "reached"),
            ((true, false, false), O::Differs, "reached, expected: never"),
            (
                (false, false, true),
                O::AsExpected,
                "unreachable goal, as expected",
            ),
            (
                (false, false, false),
                O::Undecided,
                "undecided, expected: never",
            ),
            (
                (false, true, true),
                O::Differs,
                "unreachable goal, expected: reached",
            ),
            (
                (false, true, false),
                O::Undecided,
                "undecided, expected: reached",
            ),
        ] {
            let (reached, expected, complete) = case;
            assert_eq!(
                judged(reached, expected, complete),
                (outcome, words.to_owned())
            );
        }
    }
}
