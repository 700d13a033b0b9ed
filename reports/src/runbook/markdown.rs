//! The runbook in Markdown, with check boxes.

use super::{RunbookDocument, RunbookStep};
use crate::markdown::escaped;
use crate::visible;

/// Returns the document.
#[must_use]
pub fn text(document: &RunbookDocument) -> String {
    let mut text = format!("# {}\n\n", escaped(&document.title));
    text += &format!(
        "Scenario {}, poolproof {}. Made by `{}`.\n\n",
        escaped(&document.scenario),
        document.poolproof_version,
        document.command
    );
    text += &format!("**Begin when** {}.\n\n", document.trigger);
    text += "**Stop and call off**\n\n";
    for line in document.calling_off() {
        text += &format!("- {}\n", escaped(&line));
    }
    text += "\n| begun at | by | called off at | why |\n|---|---|---|---|\n| | | | |\n";
    for (index, step) in document.steps.iter().enumerate() {
        text += &one(index + 1, step, document);
    }
    if let Some(budget) = &document.budget {
        text += &format!("\n## What the whole runbook leaves open\n\nWithin {budget}:\n\n");
        if document.open.is_empty() {
            text += "- nothing\n";
        }
        for line in &document.open {
            text += &format!("- {}\n", escaped(line));
        }
    }
    visible::text(text)
}

fn one(number: usize, step: &RunbookStep, document: &RunbookDocument) -> String {
    let mut text = format!("\n## {number}. {}\n\n", step.text);
    text += "- [ ] done at ______ by ______\n";
    text += &format!("- **who** {}\n", escaped(&step.actor));
    text += &format!("- **where** {}\n", escaped(&step.place));
    text += &format!("- **how long** {}\n", step.time);
    if let Some(wait) = &step.wait_for {
        text += &format!("- **wait until** {wait}\n");
    }
    if step.may_be_skipped {
        text += "- **skip it** where it is impossible, and write down why\n";
    }
    if step.is_final {
        text += "- **no way back** after this step\n";
    }
    text += "\n```text\n";
    for line in &step.command {
        text += &format!("{line}\n");
    }
    text += &format!("```\n\n- [ ] **verify** {}\n", escaped(&step.verify));
    text += &skipped(step, document);
    if !step.source.is_empty() {
        text += &format!("\n*{}*\n", escaped(&step.source));
    }
    text
}

/// What happens if the step is left out.
fn skipped(step: &RunbookStep, document: &RunbookDocument) -> String {
    let Some(budget) = &document.budget else {
        return String::new();
    };
    let mut text = "- **if it is left out**".to_owned();
    if let Some(why) = &step.unjudged {
        return text + &format!(" {why}\n");
    }
    if step.guards.is_empty() {
        return text + &format!(" nothing changes within {budget}\n");
    }
    text.push('\n');
    for guard in &step.guards {
        let cause = match guard.cause.is_empty() {
            true => String::new(),
            false => format!(". {}", escaped(&guard.cause)),
        };
        let (name, consequence) = (escaped(&guard.name), escaped(&guard.consequence));
        text += &format!("  - {name}: {consequence}{cause}\n");
    }
    text
}
