//! Results as JUnit XML: one suite per scenario, one case per property, goal, event that has to
//! fire, and objective; for a file that was refused one case per mistake.
//!
//! A case fails when the result is not what the scenario expects, and carries the timeline.
//! *Undecided* is an error and not a failure, as the exit code keeps them apart too. No times and
//! no time stamps: the same results give the same bytes.

use crate::diagnostics::{Diagnostics, Severity};
use crate::document::ResultDocument;
use crate::entry::Entry;
use crate::error::ReportError;
use crate::findings::{Finding, Outcome};
use crate::xml::Element;
use crate::{findings, visible};

/// Returns the XML of the results of a run, in their order.
///
/// # Errors
/// When it cannot be written, which is a defect.
pub fn text(entries: &[Entry]) -> Result<String, ReportError> {
    let suites: Vec<JunitSuite> = entries
        .iter()
        .map(|entry| match entry {
            Entry::Result { document, .. } => suite(document),
            Entry::Input(diagnostics) => input(diagnostics),
        })
        .collect();
    let count = |of: fn(&JunitSuite) -> usize| suites.iter().map(of).sum::<usize>();
    let report = Element::new("testsuites")
        .attribute("name", "poolproof")
        .attribute("tests", count(|suite| suite.cases.len()))
        .attribute("skipped", 0)
        .attribute("failures", count(JunitSuite::failures))
        .attribute("errors", count(JunitSuite::errors));
    let report = report.within(suites.iter().map(JunitSuite::element));
    Ok(visible::text(report.document()?))
}

/// What a case that has not succeeded is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum NonSuccess {
    Failure,
    Error,
}

impl NonSuccess {
    const fn tag(self) -> &'static str {
        match self {
            Self::Failure => "failure",
            Self::Error => "error",
        }
    }
}

struct JunitCase {
    non_success: Option<NonSuccess>,
    element: Element,
}

struct JunitSuite {
    name: String,
    properties: Vec<(&'static str, String)>,
    cases: Vec<JunitCase>,
}

impl JunitSuite {
    fn number(&self, of: NonSuccess) -> usize {
        let cases = self.cases.iter();
        cases.filter(|case| case.non_success == Some(of)).count()
    }

    fn failures(&self) -> usize {
        self.number(NonSuccess::Failure)
    }

    fn errors(&self) -> usize {
        self.number(NonSuccess::Error)
    }

    fn element(&self) -> Element {
        let property = |(name, value): &(&str, String)| {
            Element::new("property")
                .attribute("name", name)
                .attribute("value", value)
        };
        let properties = (!self.properties.is_empty())
            .then(|| Element::new("properties").within(self.properties.iter().map(property)));
        let cases = self.cases.iter().map(|case| case.element.clone());
        Element::new("testsuite")
            .attribute("name", &self.name)
            .attribute("tests", self.cases.len())
            .attribute("skipped", 0)
            .attribute("errors", self.errors())
            .attribute("failures", self.failures())
            .within(properties.into_iter().chain(cases))
    }
}

fn suite(document: &ResultDocument) -> JunitSuite {
    let identity = &document.identity;
    let findings = findings::of(document);
    JunitSuite {
        name: identity.scenario_name.clone(),
        properties: vec![
            ("title", document.scenario.title.clone()),
            ("poolproof", identity.poolproof_version.clone()),
            ("digest", identity.scenario_digest.clone()),
            ("seed", identity.seed.to_string()),
            ("command", identity.command.clone()),
        ],
        cases: findings.iter().map(|one| case(document, one)).collect(),
    }
}

/// The suite of a file without a result. A refused file is an error, as nothing was run.
fn input(read: &Diagnostics) -> JunitSuite {
    let class = format!("{}.input", read.scenario);
    let named = |name: &str| {
        Element::new("testcase")
            .attribute("name", name)
            .attribute("classname", &class)
    };
    let mut cases = Vec::new();
    if read.valid {
        cases.push(JunitCase {
            non_success: None,
            element: named("valid input"),
        });
    }
    for one in &read.diagnostics {
        let said = format!("{}: {}", one.place(), one.said());
        let refused = one.severity == Severity::Error;
        let inner = if refused {
            Element::new("error")
                .attribute("message", &one.message)
                .attribute("type", "invalid")
        } else {
            Element::new("system-out")
        };
        let name = format!("{} at {}", one.code, one.place());
        cases.push(JunitCase {
            non_success: refused.then_some(NonSuccess::Error),
            element: named(&name).within([inner.text(said)]),
        });
    }
    JunitSuite {
        name: read.scenario.clone(),
        properties: Vec::new(),
        cases,
    }
}

fn case(document: &ResultDocument, finding: &Finding<'_>) -> JunitCase {
    let identity = &document.identity;
    let non_success = match finding.outcome {
        Outcome::AsExpected => None,
        Outcome::Differs => Some(NonSuccess::Failure),
        Outcome::Undecided => Some(NonSuccess::Error),
    };
    let mut said = finding.line();
    if non_success.is_none() {
        said.push('\n');
    }
    if let Some(timeline) = finding.timeline() {
        let apart = if non_success.is_some() { "\n\n" } else { "\n" };
        said += &format!("{apart}{timeline}");
    }
    let inner = match non_success {
        None => Element::new("system-out"),
        Some(kind) => {
            said += &format!("\nagain: {}", identity.command);
            let why = match kind {
                NonSuccess::Failure => "differs",
                NonSuccess::Error => "undecided",
            };
            Element::new(kind.tag())
                .attribute("message", &finding.words)
                .attribute("type", why)
        }
    };
    let name = if finding.title.is_empty() {
        finding.name.to_owned()
    } else {
        format!("{}: {}", finding.name, finding.title)
    };
    let mut class = format!("{}.{}", identity.scenario_name, finding.kind.word());
    if let Some(budget) = finding.budget {
        class += &format!(".{budget}");
    }
    let element = Element::new("testcase")
        .attribute("name", name)
        .attribute("classname", class)
        .within([inner.text(said)]);
    JunitCase {
        non_success,
        element,
    }
}

#[cfg(test)]
mod tests {
    use quick_junit::Report;

    use super::*;
    use crate::document::VerdictStatus;
    use crate::sample;

    #[test]
    fn the_sample_reads_well() {
        let text = text(&[sample::entry(), sample::refused()]).expect("written");
        insta::assert_snapshot!(text);
    }

    #[test]
    fn what_is_written_can_be_read() {
        let empty = Entry::Result {
            path: String::new(),
            document: sample::empty(),
        };
        let text = text(&[sample::entry(), empty, sample::refused()]).expect("written");
        let read = Report::deserialize_from_str(&text).expect("JUnit XML");
        assert_eq!(read.test_suites.len(), 3);
        assert_eq!((read.tests, read.failures, read.errors), (12, 3, 4));
        assert!(!text.contains("timestamp=") && !text.contains(" time="));
    }

    #[test]
    fn no_text_breaks_the_xml() {
        let mut document = sample::unexpected();
        document.scenario.title = "<&\"']]>\u{1}\u{1b}[31m".to_owned();
        let check = document.checks.first_mut().expect("the sample is checked");
        check.verdicts[0].status = VerdictStatus::Violated;
        check.verdicts[0].as_expected = false;
        check.verdicts[0].title = "]]></failure>\u{0}".to_owned();
        let entry = Entry::Result {
            path: String::new(),
            document,
        };
        let text = text(&[entry]).expect("written");
        assert!(Report::deserialize_from_str(&text).is_ok(), "{text}");
        assert!(!text.contains('\u{1b}') && !text.contains('\u{0}'));
    }
}
