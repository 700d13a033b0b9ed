//! Results as workflow commands of GitHub Actions: one annotation per result that is not as
//! expected, on the scenario file, and one per mistake in an input, at its place. A run without
//! surprises prints nothing.

use crate::diagnostics::Diagnostics;
use crate::document::ResultDocument;
use crate::entry::Entry;
use crate::findings::Outcome;
use crate::{findings, visible};

/// Returns one line per annotation.
///
/// What differs is an error, what is undecided a warning.
pub fn text(entry: &Entry) -> String {
    visible::text(match entry {
        Entry::Result { path, document } => surprises(document, path),
        Entry::Input(diagnostics) => mistakes(diagnostics),
    })
}

fn mistakes(read: &Diagnostics) -> String {
    let mut text = String::new();
    for one in &read.diagnostics {
        let mut place = format!("file={}", property(&one.file.replace('\\', "/")));
        if let Some(line) = one.line {
            place += &format!(",line={line}");
        }
        if let Some(column) = one.column {
            place += &format!(",col={column}");
        }
        let title = format!("{}: {}", one.code, one.message);
        text += &format!(
            "::{} {place},title={}::{}\n",
            one.severity.word(),
            property(&title),
            data(&one.said())
        );
    }
    text
}

fn surprises(document: &ResultDocument, scenario_path: &str) -> String {
    let mut text = String::new();
    for finding in findings::surprises(document) {
        let level = match finding.outcome {
            Outcome::Undecided => "warning",
            Outcome::Differs | Outcome::AsExpected => "error",
        };
        let within = finding.budget.map(|name| format!(" within \"{name}\""));
        let within = within.unwrap_or_default();
        let title = format!("{}{within}: {}", finding.name, finding.words);
        let mut message = finding.line();
        if let Some(timeline) = finding.timeline() {
            message += &format!("\n\n{timeline}");
        }
        message += &format!("\nagain: {}", document.identity.command);
        text += &format!(
            "::{level} file={},line=1,title={}::{}\n",
            property(&scenario_path.replace('\\', "/")),
            property(&title),
            data(&message)
        );
    }
    text
}

/// Escapes what follows the second `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// Escapes the value of a property, in which `:` and `,` are taken as well.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn the_sample_reads_well() {
        let text = text(&sample::entry()) + &text(&sample::refused());
        insta::assert_snapshot!(text);
    }

    #[test]
    fn nothing_breaks_out_of_its_place() {
        let mut document = sample::unexpected();
        let check = document.checks.first_mut().expect("the sample is checked");
        check.verdicts[1].property = "S:B,\r\n::error::50%".to_owned();
        let text = surprises(&document, "a\\b,c:d.toml");
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), 6);
        assert!(
            lines[0].starts_with(
                "::error file=a/b%2Cc%3Ad.toml,line=1,title=S%3AB%2C%0D%0A%3A%3Aerror%3A%3A50%25\
                 %3A violated%2C expected%3A holds::S:B, ::error::50%25 (no split brain)"
            ),
            "{}",
            lines[0]
        );
    }

    #[test]
    fn no_surprise_prints_nothing() {
        assert_eq!(surprises(&sample::empty(), "a.toml"), "");
    }
}
