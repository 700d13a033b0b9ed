//! A counterexample as a sequence diagram in the text language of Mermaid.
//!
//! The lanes are the actors and the sites that they act on, in the order in which the story needs
//! them. A fault is a note across what it strikes, every other step an arrow, and below it stands
//! what changed. The text shows as a diagram where Mermaid is known, and reads as a list elsewhere.

use crate::document::Counterexample;
use crate::document::SiteView;
use crate::document::Step;
use crate::layout::one_line;

/// Returns the text of the diagram, each line with its newline.
///
/// `sites` says which lane a server belongs to; without sites each step stays in its actor's lane.
pub fn sequence(counterexample: &Counterexample, sites: &[SiteView]) -> String {
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
        let places = places(step, sites);
        let words = words(step);
        let target = if step.fault {
            let struck: Vec<usize> = if places.is_empty() {
                vec![lane(&step.actor)]
            } else {
                places.iter().map(|place| lane(place)).collect()
            };
            let over = over(&struck);
            body += &format!("    Note over {over}: {}. FAULT: {words}\n", step.number);
            over
        } else {
            let from = lane(&step.actor);
            let to = match places.as_slice() {
                [place] => lane(place),
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

/// Returns the sites that a step acts on.
///
/// The words come first, for they name the site of a server; only where they name none is the
/// server looked up that the event names.
fn places<'a>(step: &Step, sites: &'a [SiteView]) -> Vec<&'a str> {
    let named: Vec<_> = sites
        .iter()
        .map(|site| site.name.as_str())
        .filter(|name| mentions(&step.text, name))
        .collect();
    if !named.is_empty() {
        return named;
    }
    let place = step.event.split_once(':').map_or("", |(_, place)| place);
    sites
        .iter()
        .filter(|site| site.name == place || site.nodes.iter().any(|node| node.name == place))
        .map(|site| site.name.as_str())
        .collect()
}

/// Whether a text holds a name as a word of its own.
pub(crate) fn mentions(text: &str, name: &str) -> bool {
    let inside = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
    !name.is_empty()
        && text.match_indices(name).any(|(start, found)| {
            let before = text[..start].chars().next_back();
            let after = text[start + found.len()..].chars().next();
            !inside(before) && !inside(after)
        })
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
        let document = sample::document();
        let text = sequence(&sample::counterexample(), &document.scenario.sites);
        insta::assert_snapshot!(text);
    }

    #[test]
    fn nothing_breaks_out_of_a_line() {
        let mut way = sample::counterexample();
        way.steps[1].text = "a; b # c %% d\nend <b> \"x\" \u{7}".to_owned();
        way.steps[1].actor = "who; ever".to_owned();
        way.steps[1].changes = vec!["x\r\ny; z".to_owned()];
        let text = sequence(&way, &[]);
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
    fn the_words_decide_where_a_step_acts() {
        let sites = sample::document().scenario.sites;
        let mut step = sample::counterexample().steps[2].clone();
        step.event = "learn:pchat-1".to_owned();
        step.text = "pchat-1 (DC2) learns".to_owned();
        assert_eq!(places(&step, &sites), ["DC2"]);
        step.text = "The link DC1-DC2 is cut".to_owned();
        assert_eq!(places(&step, &sites), ["DC1", "DC2"]);
        step.text = "pchat-1 learns".to_owned();
        assert_eq!(places(&step, &sites), ["DC1"]);
        step.event = "learn".to_owned();
        assert!(places(&step, &sites).is_empty());
        assert!(!mentions("DC10 is lost", "DC1"));
    }

    #[test]
    fn a_story_without_steps_is_a_diagram_still() {
        let mut way = sample::counterexample();
        way.steps.clear();
        assert_eq!(sequence(&way, &[]), "sequenceDiagram\n");
    }
}
