//! A counterexample as a numbered timeline for the terminal, at most 80 columns wide.
//!
//! A fault is marked with `!`, because colour alone must not say it.

use crate::document::{Counterexample, Step};
use crate::layout::{hanging, joined, one_line, padded};
use crate::quantity;

/// An actor with a longer name gets a line of its own.
const ACTOR_WIDTH_MAX: usize = 28;

/// Returns the steps with what each changed, and the cause below them.
///
/// Each line ends with a newline; a counterexample without steps and cause gives no line.
pub fn text(counterexample: &Counterexample) -> String {
    let mut lines = Vec::new();
    let steps = &counterexample.steps;
    let number_width = steps
        .iter()
        .map(|step| step.number.to_string().len())
        .max()
        .unwrap_or(1)
        .max(3);
    let actors: Vec<String> = steps.iter().map(|step| one_line(&step.actor)).collect();
    let actor_width = actors
        .iter()
        .map(|actor| actor.chars().count())
        .filter(|width| *width <= ACTOR_WIDTH_MAX)
        .max()
        .unwrap_or(0);
    let indent = number_width + 3 + actor_width + 2;
    for (step, actor) in steps.iter().zip(&actors) {
        let mark = if step.is_fault() { '!' } else { ' ' };
        let mut lead = format!("{:>number_width$} {mark} ", step.number);
        if actor.chars().count() > actor_width {
            lines.extend(hanging(&lead, actor));
            lead = " ".repeat(indent);
        } else {
            lead += &padded(actor, actor_width + 2);
        }
        let words = if step.text.trim().is_empty() {
            &step.event
        } else {
            &step.text
        };
        lines.extend(hanging(&lead, words));
        let blank = " ".repeat(indent + 2);
        for change in &step.changes {
            lines.extend(hanging(&format!("{blank}- "), change));
        }
    }
    if !counterexample.cause.trim().is_empty() {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.extend(hanging("cause: ", &counterexample.cause));
    }
    joined(&lines)
}

/// Returns one step, for a replay while it runs: time where there is one, number, actor, words,
/// changes.
pub fn step(step: &Step) -> String {
    let mark = if step.is_fault() { '!' } else { ' ' };
    let time = step
        .at_ms
        .map_or_else(String::new, |at| format!("{:>17}  ", clock(at)));
    let lead = format!(
        "{time}{:>4} {mark} {}: ",
        step.number,
        one_line(&step.actor)
    );
    let mut lines = hanging(&lead, &step.text);
    let blank = " ".repeat(time.chars().count() + 9);
    for change in &step.changes {
        lines.extend(hanging(&format!("{blank}- "), change));
    }
    joined(&lines)
}

/// A moment of a trial: days, then hours, minutes, seconds and milliseconds.
fn clock(at_ms: u64) -> String {
    let (seconds, ms) = (at_ms / 1_000, at_ms % 1_000);
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    format!(
        "{days}d {:02}:{:02}:{:02}.{ms:03}",
        hours % 24,
        minutes % 60,
        seconds % 60
    )
}

/// Returns the size of a counterexample: `2 faults, 4 steps`.
pub fn size(counterexample: &Counterexample) -> String {
    let faults = quantity::plural(u64::from(counterexample.faults), "fault", "faults");
    let steps = quantity::plural(counterexample.steps.len() as u64, "step", "steps");
    format!("{faults}, {steps}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::WIDTH;
    use crate::sample;

    #[test]
    fn the_sample_reads_well() {
        insta::assert_snapshot!(text(&sample::counterexample()));
    }

    #[test]
    fn long_texts_stay_within_the_width() {
        let mut path = sample::counterexample();
        path.steps[0].text = "a long sentence ".repeat(30);
        path.steps[0].changes = vec!["a long change ".repeat(30)];
        path.steps[1].actor = "an actor with a name that goes on and on".to_owned();
        path.steps[2].number = 12_345;
        path.cause = "why ".repeat(80);
        let text = text(&path);
        assert!(text.contains("12345   "), "{text}");
        for line in text.lines() {
            assert!(line.chars().count() <= WIDTH, "{line}");
        }
    }

    #[test]
    fn a_step_has_its_time_in_front() {
        let mut first = sample::counterexample().steps[0].clone();
        first.at_ms = Some(90_061_001);
        let text = step(&first);
        assert!(
            text.starts_with("  1d 01:01:01.001     1 ! DC1: DC1 loses power"),
            "{text}"
        );
        assert!(
            text.lines()
                .nth(1)
                .is_some_and(|line| line.ends_with("- DC1: up → down")),
            "{text}"
        );
    }

    #[test]
    fn nothing_gives_nothing() {
        let nothing = Counterexample {
            faults: 0,
            start: crate::document::Start::default(),
            steps: Vec::new(),
            cause: String::new(),
            loss_cause: None,
        };
        assert_eq!(text(&nothing), "");
        assert_eq!(size(&nothing), "0 faults, 0 steps");
    }
}
