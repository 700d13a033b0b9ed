//! A runbook as a document for the binder, and what two runbooks leave open.

use crate::document::VerdictStatus;
use crate::layout::{WIDTH, hanging, joined, wrapped};
use crate::words;

mod markdown;
mod page;

pub use markdown::text as markdown;
pub use page::page;

/// A runbook with everything that people need who follow it.
#[derive(Clone, Debug, PartialEq)]
pub struct RunbookDocument {
    /// Its title.
    pub title: String,
    /// The name of its scenario.
    pub scenario: String,
    /// The version of poolproof.
    pub poolproof_version: String,
    /// The command that makes it again.
    pub command: String,
    /// What starts it, as it follows "when".
    pub trigger: String,
    /// Whether it is called off when that is no longer so.
    pub ends_with_trigger: bool,
    /// Within what the checker judged the steps; none where it was not asked.
    pub budget: Option<String>,
    /// What the whole runbook leaves open within the budget.
    pub open: Vec<String>,
    /// The steps, in order.
    pub steps: Vec<RunbookStep>,
}

/// One step.
#[derive(Clone, Debug, PartialEq)]
pub struct RunbookStep {
    /// What is done, in words.
    pub text: String,
    /// Who does it.
    pub actor: String,
    /// Where.
    pub place: String,
    /// What is typed or done, a line each.
    pub command: Vec<String>,
    /// How to see that it is done.
    pub verify: String,
    /// How long it takes.
    pub time: String,
    /// What has to be so before it is begun.
    pub wait_for: Option<String>,
    /// Whether it is left out where it is impossible.
    pub may_be_skipped: bool,
    /// Whether there is no way back after it.
    pub is_final: bool,
    /// Where it stands.
    pub source: String,
    /// What happens if it is left out.
    pub guards: Vec<StepGuard>,
    /// Why nothing is known of that; none where something is.
    pub unjudged: Option<String>,
}

/// What a step prevents: a property that breaks, or a goal that is lost, without it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepGuard {
    /// The property or the goal.
    pub name: String,
    /// What becomes of it without the step.
    pub consequence: String,
    /// How that comes about; may be empty.
    pub cause: String,
}

impl RunbookDocument {
    /// The first step without a way back, counted from 1.
    #[must_use]
    pub fn point_of_no_return(&self) -> Option<usize> {
        let found = self.steps.iter().position(|step| step.is_final);
        found.map(|index| index + 1)
    }

    /// When to stop and call off.
    #[must_use]
    pub fn calling_off(&self) -> Vec<String> {
        let mut found = Vec::new();
        if self.ends_with_trigger {
            let before = self.point_of_no_return().map_or_else(
                || "at any step".to_owned(),
                |number| format!("before step {number}"),
            );
            found.push(format!(
                "Stop and call off if, {before}, it is no longer so that {}.",
                self.trigger
            ));
        }
        if let Some(number) = self.point_of_no_return() {
            found.push(format!(
                "There is no way back after step {number}: once it is begun, finish the runbook."
            ));
        }
        found.push(
            "Stop and ask if the check of a step fails: do not go on, and do not repeat the step \
             without looking."
                .to_owned(),
        );
        found
    }
}

/// What two runbooks leave open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunbookComparison {
    /// The names of their files.
    pub names: [String; 2],
    /// What they are compared within.
    pub budgets: Vec<RunbookBudget>,
}

/// One budget of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunbookBudget {
    /// The budget in words.
    pub name: String,
    /// Its properties and goals.
    pub rows: Vec<RunbookRow>,
}

/// One property or goal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunbookRow {
    /// Its name.
    pub name: String,
    /// What became of it with each runbook.
    pub verdicts: [RunbookVerdict; 2],
}

/// What became of a property or goal with one runbook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunbookVerdict {
    /// Whether it is left open: violated, or not reached.
    pub is_open: bool,
    /// Whether that is known.
    pub is_decided: bool,
    /// In words.
    pub text: String,
    /// How it comes about; may be empty.
    pub cause: String,
}

impl RunbookVerdict {
    /// A verdict on a property.
    #[must_use]
    pub fn of(status: VerdictStatus, faults: Option<u32>, cause: &str) -> Self {
        let text = match (status, faults) {
            (VerdictStatus::Violated, Some(faults)) => {
                let faults = crate::quantity::plural(u64::from(faults), "fault", "faults");
                format!("{} with {faults}", words::status(status))
            }
            _ => words::status(status).to_owned(),
        };
        Self {
            is_open: status == VerdictStatus::Violated,
            is_decided: matches!(status, VerdictStatus::Violated | VerdictStatus::Holds),
            text,
            cause: cause.to_owned(),
        }
    }
}

impl RunbookComparison {
    /// The comparison on a terminal.
    #[must_use]
    pub fn table(&self) -> String {
        let [a, b] = &self.names;
        let mut lines = wrapped(&format!("[1] {a}"), WIDTH);
        lines.extend(wrapped(&format!("[2] {b}"), WIDTH));
        for budget in &self.budgets {
            lines.push(String::new());
            lines.extend(wrapped(&format!("Within {}", budget.name), WIDTH));
            for row in &budget.rows {
                let [one, other] = &row.verdicts;
                let text = match one.text == other.text {
                    true => format!("both {}", one.text),
                    false => format!("[1] {}, [2] {}", one.text, other.text),
                };
                lines.extend(hanging("  ", &format!("{}: {text}", row.name)));
                for (mark, verdict) in ["    [1] ", "    [2] "].iter().zip(&row.verdicts) {
                    let differs = one.is_open != other.is_open || one.text != other.text;
                    if verdict.is_open && differs && !verdict.cause.is_empty() {
                        lines.extend(hanging(mark, &verdict.cause));
                    }
                }
            }
            lines.extend(wrapped(&budget.summary(), WIDTH));
        }
        joined(&lines)
    }
}

impl RunbookBudget {
    /// How much each leaves open.
    #[must_use]
    pub fn summary(&self) -> String {
        let open = |index: usize| {
            let rows = self.rows.iter();
            rows.filter(|row| row.verdicts[index].is_open).count()
        };
        let unknown = self.rows.iter().flat_map(|row| &row.verdicts);
        let unknown = unknown.filter(|verdict| !verdict.is_decided).count();
        let mut text = format!("[1] leaves {} open, [2] leaves {}", open(0), open(1));
        if unknown > 0 {
            text += &format!("; {unknown} undecided");
        }
        text
    }
}
