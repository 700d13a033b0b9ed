//! Plain text within a fixed width: wrapping, hanging indents, padding and columns.
//!
//! Words may be coloured by escape sequences, which take no room.

use anstream::adapter::strip_str;

/// No line is longer, unless a single word is, or a command that is there to be copied.
pub const WIDTH: usize = 80;

/// Wraps a text behind a lead; further lines start below the text.
#[must_use]
pub fn hanging(lead: &str, text: &str) -> Vec<String> {
    let indent = width(lead);
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
#[must_use]
pub fn wrapped(text: &str, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if width(line) + 1 + width(word) <= most => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Breaks a text that does not fit behind each separator, and what is then too long at spaces.
pub(crate) fn broken(text: &str, separator: &str, most: usize) -> Vec<String> {
    if width(text) <= most {
        return wrapped(text, most);
    }
    let parts = text.split_inclusive(separator);
    parts.flat_map(|part| wrapped(part, most)).collect()
}

/// Lays out cells side by side: the lines of each, and the width of its column.
pub(crate) fn side_by_side(cells: &[(Vec<String>, usize)]) -> Vec<String> {
    let height = cells.iter().map(|(lines, _)| lines.len()).max();
    let line = |index: usize| {
        let parts = cells.iter().map(|(lines, column)| {
            let part = lines.get(index).map_or("", String::as_str);
            padded(part, *column)
        });
        parts.collect::<String>().trim_end().to_owned()
    };
    (0..height.unwrap_or(0)).map(line).collect()
}

/// Fills a text up with spaces.
pub(crate) fn padded(text: &str, column: usize) -> String {
    let missing = column.saturating_sub(width(text));
    format!("{text}{:missing$}", "")
}

/// Returns a text on one line, with single spaces.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns a text with a capital at its beginning.
pub(crate) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).collect()
}

/// Returns lines as a text whose lines all end.
pub(crate) fn joined(lines: &[String]) -> String {
    let ended = lines.iter().map(|line| format!("{}\n", line.trim_end()));
    ended.collect()
}

/// Returns a text without its colours.
pub(crate) fn plain(text: &str) -> String {
    strip_str(text).to_string()
}

/// How many columns a text takes.
fn width(text: &str) -> usize {
    if text.contains('\u{1b}') {
        return plain(text).chars().count();
    }
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::look::BAD;

    #[test]
    fn colours_take_no_room() {
        let text = BAD.paint("violated, as expected");
        assert_eq!(plain(&text), "violated, as expected");
        let lines = wrapped(&text, 12);
        let lines: Vec<_> = lines.iter().map(|line| plain(line)).collect();
        assert_eq!(lines, ["violated, as", "expected"]);
        assert_eq!(plain(&padded(&text, 23)), "violated, as expected  ");
    }

    #[test]
    fn what_does_not_fit_is_broken_behind_its_separator() {
        let interval = "16 min 42 s to 19 min 26 s";
        assert_eq!(broken(interval, " to ", 26), [interval]);
        assert_eq!(
            broken(interval, " to ", 22),
            ["16 min 42 s to", "19 min 26 s"]
        );
    }

    #[test]
    fn cells_stand_side_by_side() {
        let cell = |text: &str, column| (wrapped(text, column - 1), column);
        assert_eq!(
            side_by_side(&[cell("a b", 2), cell("c", 3), cell("d", 4)]),
            ["a c  d", "b"]
        );
    }
}
