//! Diagnostics: what is wrong with an input, where, and what would be right.
//!
//! A diagnostic is a value; terminal text, JSON and SARIF are renderings of it.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::codes::CODES;
use super::rules::RULES;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The input is refused.
    Error,
    /// The input is used; the choice is doubtful.
    Warning,
}

/// A text that diagnostics point into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The file as shown to the user, or `--set key` for an override.
    pub name: String,
    /// The whole text.
    pub text: String,
    /// The file whose directory relative paths in the text start from.
    pub base: String,
    /// Where each line begins: a position must not cost a walk through the text.
    lines: Vec<usize>,
}

impl Source {
    /// The text of a file.
    pub(crate) fn file(name: &str, text: &str) -> Self {
        Self::new(name.to_owned(), text.to_owned(), name.to_owned())
    }

    /// A text with paths relative to the directory of `base`.
    pub(crate) fn new(name: String, text: String, base: String) -> Self {
        let ends = text.match_indices('\n').map(|(at, _)| at + 1);
        let lines = std::iter::once(0).chain(ends).collect();
        Self {
            name,
            text,
            base,
            lines,
        }
    }

    /// Line and column from 1, and the line itself, of a byte offset.
    fn locate(&self, offset: usize) -> (usize, usize, String) {
        let text = &self.text;
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.lines.partition_point(|start| *start <= offset);
        let start = self.lines.get(line.saturating_sub(1)).copied();
        let start = start.unwrap_or_default();
        let column = text[start..offset].chars().count() + 1;
        let excerpt = text[start..].lines().next().unwrap_or_default().to_owned();
        (line, column, excerpt)
    }
}

/// A place in a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Which text.
    pub source: Arc<Source>,
    /// Bytes of it; on character boundaries, within the text.
    pub span: Range<usize>,
}

impl Place {
    /// Its line, from 1.
    pub(crate) fn line(&self) -> usize {
        self.source.locate(self.span.start).0
    }
}

/// One finding about an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable code, `E` or `W` and four digits; `docs/codes/` has a page for each.
    pub code: String,
    /// Error or warning.
    pub severity: Severity,
    /// The file, or the override.
    pub file: String,
    /// Line from 1; 0 when the finding is about the file as a whole.
    pub line: usize,
    /// Column from 1, in characters; 0 when the finding is about the file as a whole.
    pub column: usize,
    /// The line, without its end; empty when the finding is about the file as a whole.
    pub excerpt: String,
    /// What is wrong.
    pub message: String,
    /// What stands under the marked place; may be empty.
    pub label: String,
    /// What would be right; may be empty.
    pub help: String,
    /// What comes of it; may be empty.
    pub note: String,
    /// Hazards of the handbook that the finding is about, such as `H-21`.
    pub hazards: Vec<String>,
    /// The handbook rule, such as `V18`.
    pub rule: Option<String>,
    /// The place, when there is one.
    pub place: Option<Place>,
}

impl Diagnostic {
    /// Makes a diagnostic about a place.
    pub(crate) fn at(place: &Place, severity: Severity, code: &str, message: String) -> Self {
        let (line, column, excerpt) = place.source.locate(place.span.start);
        Self {
            file: place.source.name.clone(),
            line,
            column,
            excerpt,
            place: Some(place.clone()),
            ..Self::about(&place.source.name, severity, code, message)
        }
    }

    /// Makes a diagnostic about a file as a whole.
    pub(crate) fn about(file: &str, severity: Severity, code: &str, message: String) -> Self {
        Self {
            code: code.to_owned(),
            severity,
            file: file.to_owned(),
            line: 0,
            column: 0,
            excerpt: String::new(),
            message,
            label: String::new(),
            help: String::new(),
            note: String::new(),
            hazards: Vec::new(),
            rule: None,
            place: None,
        }
    }

    /// Sets what stands under the marked place.
    pub(crate) fn labelled(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Sets what would be right.
    pub(crate) fn helped(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    /// What the code means, whatever the place.
    #[must_use]
    pub fn meaning(&self) -> String {
        let known = CODES.iter().find(|code| code.id == self.code);
        match (known, &self.rule) {
            (Some(code), _) => code.title().to_owned(),
            (None, Some(rule)) => {
                let row = RULES.iter().find(|row| row.id == rule);
                let demand = row.map_or("unknown", |row| row.demand);
                format!("rule {rule} of the handbook: {demand}")
            }
            (None, None) => self.message.clone(),
        }
    }

    /// Renders the diagnostic as text of several lines, without a final line end.
    #[must_use]
    pub fn render(&self, colour: bool) -> String {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let title = level
            .primary_title(self.message.as_str())
            .id(self.code.as_str());
        let mut group = match &self.place {
            Some(place) => {
                let mark = AnnotationKind::Primary.span(place.span.clone());
                let label = (!self.label.is_empty()).then_some(self.label.as_str());
                title.element(
                    Snippet::source(place.source.text.as_str())
                        .path(place.source.name.as_str())
                        .annotation(mark.label(label)),
                )
            }
            None if self.message.contains(&self.file) => Group::with_title(title),
            None => title.element(Origin::path(self.file.as_str())),
        };
        if !self.note.is_empty() {
            group = group.element(Level::NOTE.message(self.note.as_str()));
        }
        if !self.help.is_empty() {
            group = group.element(Level::HELP.message(self.help.as_str()));
        }
        let renderer = if colour {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        renderer.render(&[group])
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

/// Renders diagnostics one after another, an empty line between them, ending with a line end.
#[must_use]
pub fn render(diagnostics: &[Diagnostic], colour: bool) -> String {
    let mut text = String::new();
    for (index, diagnostic) in diagnostics.iter().enumerate() {
        if index > 0 {
            text.push('\n');
        }
        text.push_str(&diagnostic.render(colour));
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_and_survive_odd_offsets() {
        let text = "a = 1\r\nü = \"ö\"\n";
        let source = Source::file("t.toml", text);
        let locate = |offset| source.locate(offset);
        assert_eq!(locate(0), (1, 1, "a = 1".to_owned()));
        assert_eq!(locate(text.find('=').unwrap()), (1, 3, "a = 1".to_owned()));
        assert_eq!(locate(9), (2, 2, "ü = \"ö\"".to_owned()));
        assert_eq!(locate(8), (2, 1, "ü = \"ö\"".to_owned()));
        assert_eq!(locate(10_000).0, 3);
    }
}
