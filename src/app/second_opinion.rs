//! A second opinion on a check: what Stateright's own breadth-first checker finds over the same
//! model and budget, compared with what our own search found.

use std::fmt;

use poolproof_engines::check::search::Limits;
use poolproof_engines::pools::search;
use poolproof_models::model::Bounded;
use poolproof_models::names::property::Property;
use poolproof_models::state::topology::Topology;
use poolproof_reports::document as doc;
use poolproof_stateright::{Ending, Opinion, STATERIGHT_VERSION, Status, second_opinion};

use crate::app::compile::check;
use crate::app::error::{AppError, ErrorKind};
use crate::scenario::Scenario;

/// What Stateright found, beside what our own search found.
pub struct Compared {
    /// What goes into the result document.
    pub document: doc::SecondOpinion,
    /// Where the two differ: each is a defect of one of them.
    pub differences: Vec<Disagreement>,
}

impl Compared {
    /// What is wrong: each difference is a defect, and a search that did not finish is no answer.
    #[must_use]
    pub fn problems(&self) -> Vec<AppError> {
        let differences = self.differences.iter();
        let mut problems: Vec<AppError> = differences.map(AppError::defect).collect();
        if !self.document.complete {
            let states = self.document.states;
            problems.push(AppError::new(
                ErrorKind::Undecided,
                format!("Stateright reached a limit after {states} states"),
            ));
        }
        problems
    }
}

/// Where two checkers of the same model differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disagreement {
    /// One finds a property violated, the other that it holds.
    Verdict {
        /// The property.
        property: Property,
        /// What our own search found.
        ours: doc::VerdictStatus,
        /// What Stateright found.
        theirs: doc::VerdictStatus,
    },
    /// Our path with the fewest faults is shorter than the shortest path of all.
    Length {
        /// The property that is violated.
        property: Property,
        /// The steps of our counterexample.
        ours: u32,
        /// The steps of Stateright's.
        theirs: u32,
    },
    /// The whole space has another number of states.
    States {
        /// What our own search counted.
        ours: u64,
        /// What Stateright counted.
        theirs: u64,
    },
    /// The whole space has another number of transitions.
    Transitions {
        /// What our own search counted.
        ours: u64,
        /// What Stateright counted.
        theirs: u64,
    },
}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Verdict {
                property,
                ours,
                theirs,
            } => write!(
                f,
                "the checkers differ on {}: our search says {}, Stateright says {}",
                property.name(),
                status_text(*ours),
                status_text(*theirs)
            ),
            Self::Length {
                property,
                ours,
                theirs,
            } => write!(
                f,
                "the checkers differ on {}: our counterexample has {ours} steps, the shortest of \
                 Stateright has {theirs}",
                property.name()
            ),
            Self::States { ours, theirs } => write!(
                f,
                "the checkers differ: our search counts {ours} states, Stateright {theirs}"
            ),
            Self::Transitions { ours, theirs } => write!(
                f,
                "the checkers differ: our search counts {ours} transitions, Stateright {theirs}"
            ),
        }
    }
}

const fn status_text(status: doc::VerdictStatus) -> &'static str {
    match status {
        doc::VerdictStatus::Holds => "it holds",
        doc::VerdictStatus::Violated => "it is violated",
        doc::VerdictStatus::Undecided => "it is undecided",
        doc::VerdictStatus::NotChecked => "it is not checked",
    }
}

/// What our own search found, as far as Stateright can be compared with it.
struct Own {
    /// States and transitions of the whole space, if the search visited it.
    counted: Option<(u64, u64)>,
    /// Each verdict, with the steps of its counterexample.
    verdicts: Vec<(Property, doc::VerdictStatus, Option<u32>)>,
}

/// Asks Stateright about a scenario that our own search has checked, within the scenario's limit of
/// states. `go_on` takes the number of states found so far and returns false to end the search; it
/// is called often.
pub fn compare(
    scenario: &Scenario,
    checked: &doc::Check,
    go_on: &mut dyn FnMut(u64) -> bool,
) -> Compared {
    let model = check::model(scenario);
    let listed = check::properties(scenario);
    let limit = scenario.check.states_limit;
    let own = Own {
        counted: counted(&model, checked, limit, go_on),
        verdicts: checked.verdicts.iter().filter_map(own_verdict).collect(),
    };
    let opinion = second_opinion(model, &listed, limit, go_on);
    Compared {
        differences: differences(&own, &opinion),
        document: document(&opinion),
    }
}

fn own_verdict(verdict: &doc::Verdict) -> Option<(Property, doc::VerdictStatus, Option<u32>)> {
    let property = Property::from_name(&verdict.property)?;
    let path = verdict.counterexample.as_ref();
    let steps = path.map(|path| path.steps.len() as u32);
    Some((property, verdict.status, steps))
}

/// States and transitions of the whole space. A check visits less of it where every property is
/// violated: then the space is counted without any.
fn counted(
    model: &Bounded<Topology>,
    checked: &doc::Check,
    states: u64,
    go_on: &mut dyn FnMut(u64) -> bool,
) -> Option<(u64, u64)> {
    if checked.complete {
        return Some((checked.states, checked.transitions));
    }
    if checked.cut_off_by.is_some() {
        return None;
    }
    let mut limits = Limits {
        states,
        bytes: u64::MAX,
        on_progress: &mut |at| go_on(at.states),
    };
    let outcome = search(model, 0, &mut limits);
    let whole = (outcome.progress.states, outcome.progress.transitions);
    outcome.cut_off.is_none().then_some(whole)
}

/// Every difference between two checkers, as far as both of them went.
fn differences(own: &Own, opinion: &Opinion) -> Vec<Disagreement> {
    let mut found = Vec::new();
    for (property, ours, our_steps) in own.verdicts.iter().copied() {
        let Some(status) = opinion.status(property) else {
            continue;
        };
        let theirs = stored(status);
        let is_open = |status| {
            matches!(
                status,
                doc::VerdictStatus::Undecided | doc::VerdictStatus::NotChecked
            )
        };
        if ours != theirs && !is_open(ours) && !is_open(theirs) {
            found.push(Disagreement::Verdict {
                property,
                ours,
                theirs,
            });
        }
        if let (Some(ours), Status::Violated { steps: theirs }) = (our_steps, status)
            && ours < theirs
        {
            found.push(Disagreement::Length {
                property,
                ours,
                theirs,
            });
        }
    }
    if let (Some((states, transitions)), Ending::Complete) = (own.counted, opinion.ending) {
        if states != opinion.states {
            found.push(Disagreement::States {
                ours: states,
                theirs: opinion.states,
            });
        }
        if transitions != opinion.transitions {
            found.push(Disagreement::Transitions {
                ours: transitions,
                theirs: opinion.transitions,
            });
        }
    }
    found
}

const fn stored(status: Status) -> doc::VerdictStatus {
    match status {
        Status::Holds => doc::VerdictStatus::Holds,
        Status::Violated { .. } => doc::VerdictStatus::Violated,
        Status::Undecided => doc::VerdictStatus::Undecided,
    }
}

fn document(opinion: &Opinion) -> doc::SecondOpinion {
    let verdicts = opinion.verdicts.iter();
    doc::SecondOpinion {
        checker: "Stateright".to_owned(),
        checker_version: STATERIGHT_VERSION.to_owned(),
        states: opinion.states,
        transitions: opinion.transitions,
        complete: opinion.ending == Ending::Complete,
        verdicts: verdicts
            .map(|(property, status)| doc::OtherVerdict {
                property: property.name().to_owned(),
                status: stored(*status),
                steps: match status {
                    Status::Violated { steps } => Some(*steps),
                    Status::Holds | Status::Undecided => None,
                },
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENDING: Ending = Ending::Complete;

    fn opinion(status: Status) -> Opinion {
        Opinion {
            states: 10,
            transitions: 20,
            verdicts: vec![(Property::SplitBrain, status)],
            ending: ENDING,
        }
    }

    fn own(status: doc::VerdictStatus, steps: Option<u32>) -> Own {
        Own {
            counted: Some((10, 20)),
            verdicts: vec![
                (Property::SplitBrain, status, steps),
                (
                    Property::ServiceReturns,
                    doc::VerdictStatus::Violated,
                    Some(3),
                ),
            ],
        }
    }

    #[test]
    fn what_agrees_is_no_difference() {
        use doc::VerdictStatus as V;
        let violated = Status::Violated { steps: 5 };
        for (ours, steps, theirs) in [
            (V::Holds, None, Status::Holds),
            (V::Violated, Some(5), violated),
            // Ours has the fewest faults, which can take more steps.
            (V::Violated, Some(6), violated),
            (V::Undecided, None, violated),
            (V::Violated, Some(5), Status::Undecided),
        ] {
            assert_eq!(differences(&own(ours, steps), &opinion(theirs)), []);
        }
    }

    #[test]
    fn another_verdict_names_the_property() {
        let found = differences(
            &own(doc::VerdictStatus::Holds, None),
            &opinion(Status::Violated { steps: 5 }),
        );
        assert_eq!(
            found,
            [Disagreement::Verdict {
                property: Property::SplitBrain,
                ours: doc::VerdictStatus::Holds,
                theirs: doc::VerdictStatus::Violated,
            }]
        );
        assert!(found[0].to_string().contains("differ on SB"));
        let found = differences(
            &own(doc::VerdictStatus::Violated, Some(5)),
            &opinion(Status::Holds),
        );
        assert_eq!(found.len(), 1);
    }

    #[test]
    fn a_difference_is_a_defect_and_a_limit_is_no_answer() {
        let ours = own(doc::VerdictStatus::Holds, None);
        let mut theirs = opinion(Status::Violated { steps: 5 });
        let problems = |theirs: &Opinion| {
            let compared = Compared {
                differences: differences(&ours, theirs),
                document: document(theirs),
            };
            compared.problems()
        };
        let [defect] = &problems(&theirs)[..] else {
            panic!("one difference");
        };
        assert_eq!(defect.kind, ErrorKind::Defect);
        assert!(defect.message.contains("differ on SB"));
        theirs.verdicts.clear();
        assert_eq!(problems(&theirs), []);
        theirs.ending = Ending::Stopped;
        assert_eq!(problems(&theirs)[0].kind, ErrorKind::Undecided);
    }

    #[test]
    fn a_shorter_path_than_the_shortest_is_a_difference() {
        let ours = own(doc::VerdictStatus::Violated, Some(4));
        let found = differences(&ours, &opinion(Status::Violated { steps: 5 }));
        let expected = Disagreement::Length {
            property: Property::SplitBrain,
            ours: 4,
            theirs: 5,
        };
        assert_eq!(found, [expected]);
    }

    #[test]
    fn other_counts_are_differences_where_both_saw_the_whole_space() {
        let mut ours = own(doc::VerdictStatus::Holds, None);
        ours.counted = Some((11, 21));
        let mut theirs = opinion(Status::Holds);
        let found = differences(&ours, &theirs);
        let [states, transitions] = [
            Disagreement::States {
                ours: 11,
                theirs: 10,
            },
            Disagreement::Transitions {
                ours: 21,
                theirs: 20,
            },
        ];
        assert_eq!(found, [states, transitions]);
        theirs.ending = Ending::StatesLimit;
        assert_eq!(differences(&ours, &theirs), []);
        ours.counted = None;
        theirs.ending = Ending::Complete;
        assert_eq!(differences(&ours, &theirs), []);
    }
}
