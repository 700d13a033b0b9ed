//! What another checker found, in a sentence for people.

use crate::document::{SecondOpinion, VerdictStatus};
use crate::quantity::plural;

/// The checker, how far it went, and its verdicts by status.
pub(crate) fn text(opinion: &SecondOpinion) -> String {
    let extent = if opinion.complete {
        "complete search"
    } else {
        "incomplete search"
    };
    let mut parts = vec![format!(
        "{} {}: {extent}: {}, {}",
        opinion.checker,
        opinion.checker_version,
        plural(opinion.states, "state", "states"),
        plural(opinion.transitions, "transition", "transitions"),
    )];
    for (status, word) in [
        (VerdictStatus::Violated, "violated"),
        (VerdictStatus::Holds, "holds"),
        (VerdictStatus::Undecided, "undecided"),
    ] {
        let verdicts = opinion.verdicts.iter().filter(|v| v.status == status);
        let names: Vec<String> = verdicts
            .map(|verdict| match verdict.steps {
                Some(steps) => {
                    let steps = plural(u64::from(steps), "step", "steps");
                    format!("{} ({steps})", verdict.property)
                }
                None => verdict.property.clone(),
            })
            .collect();
        if !names.is_empty() {
            parts.push(format!("{word}: {}", names.join(", ")));
        }
    }
    parts.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::OtherVerdict;

    #[test]
    fn verdicts_are_listed_by_status() {
        let verdict = |property: &str, status: VerdictStatus, steps: Option<u32>| OtherVerdict {
            property: property.to_owned(),
            status,
            steps,
        };
        let opinion = SecondOpinion {
            checker: "Stateright".to_owned(),
            checker_version: "0.31.0".to_owned(),
            states: 1_234,
            transitions: 1,
            complete: true,
            verdicts: vec![
                verdict("SB", VerdictStatus::Violated, Some(1)),
                verdict("I1", VerdictStatus::Holds, None),
                verdict("AL", VerdictStatus::Violated, Some(5)),
            ],
        };
        assert_eq!(
            text(&opinion),
            "Stateright 0.31.0: complete search: 1,234 states, 1 transition; violated: \
             SB (1 step), AL (5 steps); holds: I1"
        );
    }
}
