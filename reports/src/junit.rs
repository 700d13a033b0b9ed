//! Results as JUnit XML: one suite per scenario, one case per property, goal, event that has to
//! fire, and objective; for a file that was refused one case per mistake.
//!
//! A case fails when the result is not what the scenario expects, and carries the timeline.
//! *Undecided* is an error and not a failure, as the exit code keeps them apart too. No times and
//! no time stamps: the same results give the same bytes.

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};

use crate::diagnostics::{Diagnostics, Severity};
use crate::document::ResultDocument;
use crate::entry::Entry;
use crate::error::ReportError;
use crate::findings::{Finding, Outcome};
use crate::{findings, visible};

/// Returns the XML of the results of a run, in their order.
///
/// # Errors
/// When the XML cannot be written, which is a defect.
pub fn text(entries: &[Entry]) -> Result<String, ReportError> {
    let mut report = Report::new("poolproof");
    report.add_test_suites(entries.iter().map(|entry| match entry {
        Entry::Result { document, .. } => suite(document),
        Entry::Input(diagnostics) => input(diagnostics),
    }));
    let text = report.to_string();
    let text = text.map_err(|error| ReportError::Junit(error.to_string()))?;
    Ok(visible::text(text))
}

fn suite(document: &ResultDocument) -> TestSuite {
    let identity = &document.identity;
    let mut suite = TestSuite::new(identity.scenario_name.as_str());
    suite.add_properties([
        Property::new("title", document.scenario.title.as_str()),
        Property::new("poolproof", identity.poolproof_version.as_str()),
        Property::new("digest", identity.scenario_digest.as_str()),
        Property::new("seed", identity.seed.to_string()),
        Property::new("command", identity.command.as_str()),
    ]);
    suite.add_test_cases(
        findings::of(document)
            .iter()
            .map(|finding| case(document, finding)),
    );
    suite
}

/// The suite of a file without a result. A refused file is an error, as nothing was run.
fn input(read: &Diagnostics) -> TestSuite {
    let mut suite = TestSuite::new(read.scenario.as_str());
    let class = format!("{}.input", read.scenario);
    if read.valid {
        let mut case = TestCase::new("valid input", TestCaseStatus::success());
        case.set_classname(class.as_str());
        suite.add_test_case(case);
    }
    for one in &read.diagnostics {
        let said = format!("{}: {}", one.place(), one.said());
        let refused = one.severity == Severity::Error;
        let status = if refused {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status
                .set_message(one.message.as_str())
                .set_type("invalid")
                .set_description(said.as_str());
            status
        } else {
            TestCaseStatus::success()
        };
        let mut case = TestCase::new(format!("{} at {}", one.code, one.place()), status);
        case.set_classname(class.as_str());
        if !refused {
            case.set_system_out(said);
        }
        suite.add_test_case(case);
    }
    suite
}

fn case(document: &ResultDocument, finding: &Finding<'_>) -> TestCase {
    let identity = &document.identity;
    let kind = match finding.outcome {
        Outcome::AsExpected => None,
        Outcome::Differs => Some(NonSuccessKind::Failure),
        Outcome::Undecided => Some(NonSuccessKind::Error),
    };
    let timeline = finding.timeline();
    let status = match kind {
        None => TestCaseStatus::success(),
        Some(kind) => {
            let mut description = finding.line();
            if let Some(timeline) = &timeline {
                description += &format!("\n\n{timeline}");
            }
            description += &format!("\nagain: {}", identity.command);
            let mut status = TestCaseStatus::non_success(kind);
            status
                .set_message(finding.words.as_str())
                .set_type(match kind {
                    NonSuccessKind::Failure => "differs",
                    NonSuccessKind::Error => "undecided",
                })
                .set_description(description);
            status
        }
    };
    let name = if finding.title.is_empty() {
        finding.name.to_owned()
    } else {
        format!("{}: {}", finding.name, finding.title)
    };
    let mut case = TestCase::new(name, status);
    let mut class = format!("{}.{}", identity.scenario_name, finding.kind.word());
    if let Some(budget) = finding.budget {
        class += &format!(".{budget}");
    }
    case.set_classname(class);
    if kind.is_none() {
        let mut said = format!("{}\n", finding.line());
        if let Some(timeline) = timeline {
            said += &format!("\n{timeline}");
        }
        case.set_system_out(said);
    }
    case
}

#[cfg(test)]
mod tests {
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
