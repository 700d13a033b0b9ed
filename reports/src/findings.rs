//! What a result says against what its scenario expects, one finding per property, goal and
//! objective. The formats for machines are all drawn from this list, so that they agree.

use crate::document::Counterexample;
use crate::document::Goal;
use crate::document::Objective;
use crate::document::ObjectiveStatus;
use crate::document::ResultDocument;
use crate::document::Verdict;
use crate::document::VerdictStatus;
use crate::headline;
use crate::layout::one_line;
use crate::table;
use crate::timeline;

/// What a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Property,
    Goal,
    Objective,
}

impl Kind {
    /// Returns the kind in one word.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Property => "property",
            Self::Goal => "goal",
            Self::Objective => "objective",
        }
    }
}

/// What a finding means to the one who waits for the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    AsExpected,
    Differs,
    /// A limit was reached first: neither a pass nor a failure.
    Undecided,
}

/// One line of the result.
pub(crate) struct Finding<'a> {
    pub(crate) kind: Kind,
    /// The stable name; for an objective its text.
    pub(crate) name: &'a str,
    /// A few words for people; empty where the name says all.
    pub(crate) title: &'a str,
    pub(crate) outcome: Outcome,
    /// What was found: `violated, expected: holds`.
    pub(crate) words: String,
    /// How far the search went, or what was observed.
    pub(crate) detail: String,
    /// The way to what was found.
    pub(crate) way: Option<&'a Counterexample>,
}

impl Finding<'_> {
    /// Returns the finding on one line.
    pub(crate) fn line(&self) -> String {
        let mut line = self.name.to_owned();
        if !self.title.is_empty() {
            line += &format!(" ({})", self.title);
        }
        line += &format!(": {}", self.words);
        if !self.detail.is_empty() {
            line += &format!("; {}", self.detail);
        }
        one_line(&line)
    }

    /// Returns the timeline of the way, or nothing.
    pub(crate) fn timeline(&self) -> Option<String> {
        self.way.map(timeline::text)
    }
}

/// Returns all findings: properties, goals and objectives, in the order of the document.
pub(crate) fn of(document: &ResultDocument) -> Vec<Finding<'_>> {
    let mut findings = Vec::new();
    if let Some(check) = &document.check {
        findings.extend(check.verdicts.iter().map(property));
        findings.extend(check.goals.iter().map(goal));
    }
    findings.extend(document.objectives.iter().map(objective));
    findings
}

/// Returns the findings that are not as expected.
pub(crate) fn surprises(document: &ResultDocument) -> Vec<Finding<'_>> {
    let mut findings = of(document);
    findings.retain(|finding| finding.outcome != Outcome::AsExpected);
    findings
}

fn property(verdict: &Verdict) -> Finding<'_> {
    Finding {
        kind: Kind::Property,
        name: &verdict.property,
        title: &verdict.title,
        outcome: match (verdict.as_expected, verdict.status) {
            (true, _) => Outcome::AsExpected,
            (false, VerdictStatus::Undecided) => Outcome::Undecided,
            (false, _) => Outcome::Differs,
        },
        words: headline::verdict_text(verdict),
        detail: one_line(&verdict.how_far),
        way: verdict.counterexample.as_ref(),
    }
}

fn goal(goal: &Goal) -> Finding<'_> {
    Finding {
        kind: Kind::Goal,
        name: &goal.name,
        title: &goal.title,
        outcome: match (goal.reached == goal.expected, goal.reached || goal.complete) {
            (true, _) => Outcome::AsExpected,
            (false, true) => Outcome::Differs,
            (false, false) => Outcome::Undecided,
        },
        words: table::goal_text(goal),
        detail: String::new(),
        way: goal.witness.as_ref(),
    }
}

fn objective(objective: &Objective) -> Finding<'_> {
    Finding {
        kind: Kind::Objective,
        name: &objective.text,
        title: "",
        outcome: match objective.status {
            ObjectiveStatus::Met => Outcome::AsExpected,
            ObjectiveStatus::Missed => Outcome::Differs,
            ObjectiveStatus::Undecided => Outcome::Undecided,
        },
        words: headline::objective_text(objective.status).to_owned(),
        detail: table::observed(objective),
        way: None,
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
                (name("given_site_loss.time.p95 <= \"4h\""), Outcome::Differs),
            ]
        );
        assert!(of(&sample::empty()).is_empty());
    }
}
