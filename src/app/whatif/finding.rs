//! What is found while an answer is refined, and the files that can be taken home.

use poolproof_reports::evidence::Evidence;
use poolproof_reports::{document as doc, html, json, live, player, visible, words};
use serde::Serialize;

use crate::app::error::AppError;
use crate::app::exploration::Exploration;
use crate::app::whatif::Changed;

/// How far the answer is refined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Refinement {
    /// Verdicts within the smallest budget, no figures yet.
    FirstVerdicts,
    /// Few trials, or not all budgets.
    Partial,
    /// The result of the command.
    Complete,
}

/// The answer so far, or a difference to it.
pub enum LiveFinding {
    /// A result, complete or not.
    Answer {
        /// How far it is refined.
        refinement: Refinement,
        /// The result.
        document: Box<doc::ResultDocument>,
    },
    /// What differs from the scenario before the change.
    Differences {
        /// The trials and the drills of each scenario.
        trials: [u64; 2],
        /// The figures.
        rows: Vec<live::LiveDifference>,
    },
    /// What is found of several states.
    Study {
        /// The text, the table and the names of the pictures.
        evidence: Box<Evidence>,
        /// The files: pictures while it grows, everything in the end.
        files: Vec<(String, Vec<u8>)>,
        /// Whether it is the result of the command.
        is_complete: bool,
    },
}

/// An answer as the page takes it.
#[derive(Serialize)]
struct AnswerEvent<'a> {
    refinement: Refinement,
    answer: &'a live::LiveAnswer,
}

/// What is found of several states, as the page takes it.
#[derive(Serialize)]
struct StudyEvent<'a> {
    is_complete: bool,
    evidence: &'a Evidence,
}

/// Differences as the page takes them.
#[derive(Serialize)]
struct DifferenceEvent<'a> {
    trials: [u64; 2],
    rows: &'a [live::LiveDifference],
}

impl LiveFinding {
    /// The name of its event, and its data as one line of JSON.
    ///
    /// # Errors
    ///
    /// A defect, where it cannot be written.
    pub fn event(&self) -> Result<(&'static str, String), AppError> {
        let written = match self {
            Self::Answer {
                refinement,
                document,
            } => {
                let answer = live::answer(document);
                let event = AnswerEvent {
                    refinement: *refinement,
                    answer: &answer,
                };
                ("answer", serde_json::to_string(&event))
            }
            Self::Differences { trials, rows } => {
                let event = DifferenceEvent {
                    trials: *trials,
                    rows,
                };
                ("differences", serde_json::to_string(&event))
            }
            Self::Study {
                evidence,
                is_complete,
                ..
            } => {
                let event = StudyEvent {
                    is_complete: *is_complete,
                    evidence,
                };
                ("study", serde_json::to_string(&event))
            }
        };
        Ok((written.0, written.1.map_err(AppError::defect)?))
    }

    /// Whether it is the result of the command.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        let complete = Refinement::Complete;
        matches!(self, Self::Answer { refinement, .. } if *refinement as u8 == complete as u8)
    }

    /// Whether it is an answer.
    #[must_use]
    pub const fn is_answer(&self) -> bool {
        !matches!(self, Self::Differences { .. })
    }

    const fn document(&self) -> Option<&doc::ResultDocument> {
        match self {
            Self::Answer { document, .. } => Some(document),
            Self::Differences { .. } | Self::Study { .. } => None,
        }
    }

    /// A file of what is found of several states.
    #[must_use]
    pub fn file(&self, name: &str) -> Option<&[u8]> {
        let Self::Study { files, .. } = self else {
            return None;
        };
        let found = files.iter().find(|(known, _)| known == name);
        found.map(|(_, bytes)| &bytes[..])
    }

    /// The bytes of `result.json`.
    ///
    /// # Errors
    ///
    /// A defect, where it cannot be written.
    pub fn result(&self) -> Option<Result<String, AppError>> {
        let document = self.document()?;
        Some(json::result(document).map_err(AppError::defect))
    }

    /// The page of the report, as `index.html`.
    ///
    /// # Errors
    ///
    /// A defect, where it cannot be drawn.
    pub fn report(&self) -> Option<Result<String, AppError>> {
        // As stored: a report is drawn from a stored result, whose numbers have fewer digits.
        let drawn = |text: String| {
            let document = doc::ResultDocument::parse(&text).map_err(AppError::defect)?;
            let page = html::page(&document).map_err(AppError::defect)?;
            Ok(visible::text(page))
        };
        Some(self.result()?.and_then(drawn))
    }

    /// The player of a counterexample: of a verdict of a check, by their numbers from 0.
    ///
    /// # Errors
    ///
    /// A defect, where it cannot be drawn.
    pub fn player(&self, check: usize, verdict: usize) -> Option<Result<String, AppError>> {
        let document = self.document()?;
        let verdict = document.checks.get(check)?.verdicts.get(verdict)?;
        let counterexample = verdict.counterexample.as_ref()?;
        let title = words::property(&verdict.title, &verdict.property);
        let page = player::page(document, counterexample, &format!("{title} is violated"));
        Some(page.map_err(AppError::defect))
    }

    /// The model of a check, to walk through: by its number from 0, of the checked scenario.
    #[must_use]
    pub fn exploration(&self, of: &Changed, check: usize) -> Option<Exploration> {
        let budget = self.document()?.checks.get(check)?.name.as_ref();
        let scenario = match budget {
            Some(name) => of
                .scenario()
                .budgets(std::slice::from_ref(name))
                .ok()?
                .remove(0),
            None => of.scenario().clone(),
        };
        Some(Exploration::new(&scenario))
    }

    /// The way of a counterexample through the model: of a verdict of a check, by their numbers
    /// from 0.
    #[must_use]
    pub fn way(&self, check: usize, verdict: usize) -> Option<String> {
        let verdict = self.document()?.checks.get(check)?.verdicts.get(verdict)?;
        Some(Exploration::way(&verdict.counterexample.as_ref()?.steps))
    }
}
