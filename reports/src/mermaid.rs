//! A counterexample as a sequence diagram in the text language of Mermaid.
//!
//! The lanes are the actors and the sites that they act on, in the order in which the path needs
//! them. A fault is a note across what it strikes, every other step an arrow, and below it stands
//! what changed. The text shows as a diagram where Mermaid is known, and reads as a list elsewhere.

use crate::document::{Counterexample, Step};
use crate::layout::one_line;

/// Returns the text of the diagram, each line with its newline.
pub fn sequence(counterexample: &Counterexample) -> String {
    let mut lanes: Vec<String> = Vec::new();
    let mut lane = |name: &str| {
        let name = one_line(name);
        let index = lanes.iter().position(|known| *known == name);
        index.unwrap_or_else(|| {
            lanes.push(name);
            lanes.len() - 1
        })
    };
    let mut body = String::new();
    for step in &counterexample.steps {
        let sites = &step.sites;
        let words = words(step);
        let target = if step.is_fault() {
            let struck: Vec<usize> = if sites.is_empty() {
                vec![lane(&step.actor)]
            } else {
                sites.iter().map(|site| lane(site)).collect()
            };
            let over = over(&struck);
            body += &format!("    Note over {over}: {}. FAULT: {words}\n", step.number);
            over
        } else {
            let from = lane(&step.actor);
            let to = match sites.as_slice() {
                [site] => lane(site),
                _ => from,
            };
            let (from, to) = (id(from), id(to));
            body += &format!("    {from}->>{to}: {}. {words}\n", step.number);
            to
        };
        if !step.changes.is_empty() {
            let changes: Vec<_> = step.changes.iter().map(|change| escaped(change)).collect();
            body += &format!("    Note over {target}: {}\n", changes.join("<br/>"));
        }
    }
    let mut text = "sequenceDiagram\n".to_owned();
    for (index, name) in lanes.iter().enumerate() {
        let name = if name.is_empty() { "unnamed" } else { name };
        text += &format!("    participant {} as {}\n", id(index), escaped(name));
    }
    text + &body
}

fn id(lane: usize) -> String {
    format!("L{}", lane + 1)
}

/// Returns the lanes of a note: Mermaid takes one, or the outer two of a range.
fn over(lanes: &[usize]) -> String {
    let first = lanes.iter().min().copied().unwrap_or(0);
    let last = lanes.iter().max().copied().unwrap_or(0);
    if first == last {
        id(first)
    } else {
        format!("{},{}", id(first), id(last))
    }
}

fn words(step: &Step) -> String {
    if step.text.trim().is_empty() {
        escaped(&step.event)
    } else {
        escaped(&step.text)
    }
}

/// Writes a text so that no character of it is one of the language's own.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in one_line(text).chars() {
        match letter {
            '#' | ';' | '%' | '<' | '>' | '&' | '\\' | '`' | '{' | '}' | '$' => {
                safe += &format!("#{};", u32::from(letter));
            }
            letter if letter.is_control() => {}
            letter => safe.push(letter),
        }
    }
    // Mermaid takes a line with one of these words, a colon and a coded character for a style and
    // cuts the semicolon off the code. A space of no width keeps the word from being seen.
    for word in ["style", "classDef"] {
        if safe.contains(word) {
            let (head, tail) = word.split_at(1);
            safe = safe.replace(word, &format!("{head}\u{200b}{tail}"));
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn the_sample_reads_well() {
        let text = sequence(&sample::counterexample());
        insta::assert_snapshot!(text);
    }

    #[test]
    fn nothing_breaks_out_of_a_line() {
        let mut path = sample::counterexample();
        path.steps[1].text = "a; b # c %% d\nend <b> \"x\" \u{7}".to_owned();
        path.steps[1].actor = "who; ever".to_owned();
        path.steps[1].changes = vec!["x\r\ny; z".to_owned()];
        let text = sequence(&path);
        assert!(
            text.contains("a#59; b #35; c #37;#37; d end #60;b#62; \"x\" \n"),
            "{text}"
        );
        assert!(text.contains("participant L2 as who#59; ever\n"), "{text}");
        assert!(text.contains(": x y#59; z\n"), "{text}");
    }

    #[test]
    fn words_of_the_language_are_hidden_from_it() {
        assert_eq!(escaped("style a:b;"), "s\u{200b}tyle a:b#59;");
        assert_eq!(escaped("classDef"), "c\u{200b}lassDef");
    }

    #[test]
    fn the_sites_of_a_step_decide_where_it_acts() {
        let mut path = sample::counterexample();
        path.steps.truncate(1);
        path.steps[0].text = "The servers of DC2 learn it".to_owned();
        path.steps[0].sites = vec!["DC1".to_owned(), "DC2".to_owned()];
        assert!(sequence(&path).contains("Note over L1,L2: 1. FAULT"));
        path.steps[0].fault = None;
        path.steps[0].sites = vec!["DC2".to_owned()];
        let text = sequence(&path);
        assert!(
            text.contains("participant L2 as DC2") && text.contains("L1->>L2: 1."),
            "{text}"
        );
        path.steps[0].sites.clear();
        assert!(sequence(&path).contains("L1->>L1: 1."));
    }

    #[test]
    fn a_path_without_steps_is_a_diagram_still() {
        let mut path = sample::counterexample();
        path.steps.clear();
        assert_eq!(sequence(&path), "sequenceDiagram\n");
    }
}
