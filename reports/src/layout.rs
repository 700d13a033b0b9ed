//! Plain text within a fixed width: wrapping, hanging indents and padding.

/// No line is longer, unless a single word is.
pub(crate) const WIDTH: usize = 100;

/// Wraps a text behind a lead; further lines start below the text.
pub(crate) fn hanging(lead: &str, text: &str) -> Vec<String> {
    let indent = lead.chars().count();
    let blank = " ".repeat(indent);
    let lines = wrapped(text, WIDTH.saturating_sub(indent));
    let lead_of = |index: usize| if index == 0 { lead } else { &blank };
    lines
        .iter()
        .enumerate()
        .map(|(index, line)| format!("{}{line}", lead_of(index)))
        .collect()
}

/// Breaks a text at spaces; a word longer than the width keeps its own line.
pub(crate) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let length = word.chars().count();
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + length <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Fills a text up with spaces.
pub(crate) fn padded(text: &str, width: usize) -> String {
    format!("{text:<width$}")
}

/// Returns a text on one line, with single spaces.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
