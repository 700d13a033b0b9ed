//! Control characters made visible. Texts of a scenario or of a stored document may hold any
//! character; a terminal obeys some of them, XML cannot hold others, and some reverse the order in
//! which a text is read.
//!
//! Every form ends in one of these functions, so that no form has to remember which of its texts
//! come from outside.

use askama::Template;

use crate::error::ReportError;

/// Whether a character is shown by its number in place of itself: controls but for the end of a
/// line and the tab, what turns the direction of a text, and what is no character.
const fn is_hidden(letter: char) -> bool {
    matches!(
        letter,
        '\0'..='\u{8}'
            | '\u{b}'..='\u{1f}'
            | '\u{7f}'..='\u{9f}'
            | '\u{61c}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{fffe}'
            | '\u{ffff}'
    )
}

/// Returns a page that is filled in, with control characters made visible.
///
/// # Errors
/// When the template cannot be filled in, which is a defect.
pub(crate) fn page(template: &impl Template) -> Result<String, ReportError> {
    let mut filled = template.render()?;
    filled.push('\n');
    Ok(text(filled))
}

/// Returns a text for people, with `\u{1b}` where it holds that character. Also what is left of a
/// document in XML, HTML, Markdown or CSV after that form has escaped what it takes itself.
#[must_use]
pub fn text(text: String) -> String {
    escaped(text, is_hidden, |number| format!("\\u{{{number:x}}}"))
}

/// Returns a text that stays on one line: the end of a line and the tab are shown, too.
#[must_use]
pub fn line(text: &str) -> String {
    let ends = |letter| is_hidden(letter) || matches!(letter, '\n' | '\t');
    escaped(text.to_owned(), ends, |number| format!("\\u{{{number:x}}}"))
}

/// Returns JSON that says the same, with `\u001b` where a string holds that character.
#[must_use]
pub fn json(text: String) -> String {
    escaped(text, is_hidden, |number| format!("\\u{number:04x}"))
}

/// Returns a text of the same length in bytes, in which something else stands for what is hidden.
#[must_use]
pub fn in_place(text: String) -> String {
    if !text.contains(is_hidden) {
        return text;
    }
    let shown = |letter: char| match letter.len_utf8() {
        _ if !is_hidden(letter) || letter == '\r' => letter,
        1 => '?',
        2 => '\u{bf}',
        _ => '\u{fffd}',
    };
    text.chars().map(shown).collect()
}

/// Replaces characters by what stands for their numbers.
fn escaped(text: String, is_hidden: fn(char) -> bool, shown: fn(u32) -> String) -> String {
    if !text.contains(is_hidden) {
        return text;
    }
    let mut visible = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        match is_hidden(letter) {
            true => visible.push_str(&shown(u32::from(letter))),
            false => visible.push(letter),
        }
    }
    visible
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_shown() {
        let shown = |it: &str| text(it.to_owned());
        assert_eq!(
            shown("\u{1b}[31mred\r\u{9b}1m"),
            "\\u{1b}[31mred\\u{d}\\u{9b}1m"
        );
        assert_eq!(shown("\u{202e}\u{ffff}"), "\\u{202e}\\u{ffff}");
        let plain = "Ä 表 😀\tone\ntwo\u{a0}\u{fffd}";
        assert_eq!(shown(plain), plain);
        assert_eq!(line("a\nb\tc"), "a\\u{a}b\\u{9}c");
        let hostile = "\u{1b}\u{9b}\u{202e}ä\r\n";
        assert_eq!(in_place(hostile.to_owned()), "?\u{bf}\u{fffd}ä\r\n");
    }

    #[test]
    fn json_says_the_same() {
        let hostile = "\u{7f}\u{9b}\u{202e}\u{fffe}\u{1b}\"\\";
        let written = serde_json::to_string(hostile).expect("written");
        let visible = json(written);
        assert!(!visible.contains(is_hidden), "{visible}");
        let read: String = serde_json::from_str(&visible).expect("JSON");
        assert_eq!(read, hostile);
    }
}
