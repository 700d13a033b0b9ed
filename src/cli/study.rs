//! A study for a command: run here or merged from shards, printed and written in the same way.

use std::path::{Path, PathBuf};

use poolproof_reports::comparison::{self, ComparedVerdict};
use poolproof_reports::{ReportError, document as doc, sweep};

use super::exit::Exit;
use super::failure::{CommandResult, Failure, OrReport};
use super::files::{self, CheckpointFile};
use super::flags::ExecutionArgs;
use super::format::{OutputFormat, Printer};
use super::run::{self, Delivery};
use super::terminal::{print, say_reproduction};
use super::{interrupt, ownership};
use crate::app::checkpoint::CheckpointStore;
use crate::app::study::job::StudyJob;
use crate::app::study::result::{self, StudyContent, StudyResult};
use crate::scenario::FileSystem;

/// Where results go.
pub struct Outlet {
    /// How they are printed.
    pub format: OutputFormat,
    /// Where they are written, if anywhere.
    pub out: Option<PathBuf>,
}

/// Runs a comparison or a sweep on this machine.
pub fn here(job: &StudyJob, resume: bool, args: &ExecutionArgs, outlet: &Outlet) -> CommandResult {
    let ready = job.ready(&FileSystem).map_err(crate::app::AppError::from)?;
    if let Some(out) = &outlet.out {
        ownership::claim(out)?;
    }
    let checkpoint = outlet.out.as_deref().map(CheckpointFile::of);
    let checkpoint = checkpoint.as_ref().map(|one| one as &dyn CheckpointStore);
    let terminal = args.terminal();
    let found = result::run(job, &ready, checkpoint, resume, &args.on(&terminal))?;
    Ok(deliver(found, &job.commands(), &job.scenarios, outlet))
}

/// Prints and writes what a study found; the commands again, if anything is not as expected.
pub fn deliver(
    mut found: StudyResult,
    commands: &[String],
    paths: &[String],
    outlet: &Outlet,
) -> Exit {
    interrupt::work_has_ended();
    let problems = std::mem::take(&mut found.problems);
    let said = problems.into_iter().map(|one| Failure::from(one).report());
    let mut exit = said.fold(Exit::AsExpected, Exit::and);
    if found.interrupted {
        exit = exit.and(Exit::Interrupted);
    }
    exit = exit.and(verdicts(found.verdicts()));
    let out = outlet.out.as_deref();
    let again = |command: &String| run::with_out(command, out);
    let (text, rendered) = match found.content {
        StudyContent::Simulations(evaluations) => {
            let mut printer = Printer::new(outlet.format, evaluations.len());
            for ((found, command), path) in evaluations.into_iter().zip(commands).zip(paths) {
                let delivery = Delivery::of(found, out, again(command));
                exit = exit.and(run::deliver(&mut printer, Path::new(path), delivery));
            }
            return exit.and(printer.finish().or_report());
        }
        StudyContent::Comparison(document) => {
            let text = match outlet.format {
                OutputFormat::Json => comparison::json(&document),
                OutputFormat::Csv => comparison::csv(&document),
                OutputFormat::Markdown => Ok(comparison::markdown(&document)),
                _ => Ok(comparison::table(&document)),
            };
            (text, out.map(|_| comparison::render(&document)))
        }
        StudyContent::Sweep(document) => {
            let text = match outlet.format {
                OutputFormat::Json => sweep::json(&document),
                OutputFormat::Csv => sweep::csv(&document),
                OutputFormat::Markdown => Ok(sweep::markdown(&document)),
                _ => Ok(sweep::table(&document)),
            };
            (text, out.map(|_| sweep::render(&document)))
        }
    };
    exit = exit.and(show(text, rendered.transpose(), outlet).or_report());
    if exit != Exit::AsExpected {
        for command in commands {
            say_reproduction(&again(command));
        }
    }
    exit
}

/// What verdicts say to CI. Differences between scenarios are findings, not failures.
fn verdicts<'a>(verdicts: impl Iterator<Item = &'a ComparedVerdict>) -> Exit {
    let unexpected = verdicts.filter(|verdict| !verdict.as_expected);
    unexpected.fold(Exit::AsExpected, |exit, verdict| {
        exit.and(match verdict.status {
            doc::VerdictStatus::Undecided => Exit::Undecided,
            doc::VerdictStatus::Holds
            | doc::VerdictStatus::Violated
            | doc::VerdictStatus::NotChecked => Exit::Differs,
        })
    })
}

/// The name of a file below the output directory, and its bytes.
type NamedFile = (String, Vec<u8>);

/// Prints a text and writes files, where somebody wants them.
fn show(
    text: Result<String, ReportError>,
    rendered: Result<Option<Vec<NamedFile>>, ReportError>,
    outlet: &Outlet,
) -> Result<(), Failure> {
    let undrawn = |error| Failure::defect(format_args!("the result cannot be drawn: {error}"));
    let (text, rendered) = (text.map_err(undrawn)?, rendered.map_err(undrawn)?);
    print(&text)?;
    if let (Some(out), Some(rendered)) = (&outlet.out, rendered) {
        files::write_files(out, &rendered)?;
        if outlet.format == OutputFormat::Human {
            print(&format!("\n{}", files::contents(out, &rendered)))?;
        }
    }
    Ok(())
}
