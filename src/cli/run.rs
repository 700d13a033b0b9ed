//! A run over several scenarios: each is loaded, run and reported; none hides what another says.

use std::path::{Path, PathBuf};

use poolproof_reports::document::ResultDocument;
use poolproof_reports::findings::{self, Outcome};
use poolproof_reports::table;

use super::exit::Exit;
use super::failure::{CommandResult, Failure, OrReport};
use super::flags::RunArgs;
use super::format::{OutputFormat, Printer};
use super::terminal::{print, say, say_reproduction};
use super::{files, interrupt, ownership};
use crate::app::evaluation::Evaluation;
use crate::app::reproduction::quoted;
use crate::scenario::Loaded;

/// What one scenario gave a command.
pub struct Delivery {
    /// What is printed.
    pub content: Printed,
    /// What it says to CI, and what went wrong beside it.
    pub exit: Exit,
    /// The command that gives it again.
    pub again: String,
}

/// What is printed.
pub enum Printed {
    /// A result in the form that was asked for, and what people read below its table.
    Result(Box<ResultDocument>, String),
    /// A text.
    Text(String),
}

impl Delivery {
    /// An evaluation, whose report is written below `out`, if that is given.
    pub fn of(mut evaluation: Evaluation, out: Option<&Path>, again: String) -> Self {
        interrupt::work_has_ended();
        let problems = std::mem::take(&mut evaluation.problems);
        let said = problems.into_iter().map(|one| Failure::from(one).report());
        let mut exit = said.fold(Exit::AsExpected, Exit::and);
        let simulation = evaluation.document.simulation.as_ref();
        let mut note = match simulation.filter(|_| evaluation.is_drill) {
            Some(simulation) => table::phases(simulation),
            None => String::new(),
        };
        match out.map(|out| report(&mut evaluation, out)).transpose() {
            Ok(written) => note += &written.unwrap_or_default(),
            Err(failure) => exit = exit.and(failure.report()),
        }
        exit = exit.and(judged(&evaluation.document));
        if evaluation.interrupted {
            exit = exit.and(Exit::Interrupted);
        }
        Self {
            content: Printed::Result(Box::new(evaluation.document), note),
            exit,
            again,
        }
    }
}

/// Writes the report of an evaluation, and says where it is.
fn report(evaluation: &mut Evaluation, out: &Path) -> Result<String, Failure> {
    let rendered = evaluation.files()?;
    let directory = files::directory(out, &evaluation.document.identity.scenario_name)?;
    files::write_files(&directory, &rendered)?;
    Ok(format!("\n{}", files::contents(&directory, &rendered)))
}

/// A command with the directory of its results, which belongs to no result.
pub fn with_out(command: &impl ToString, out: Option<&Path>) -> String {
    let command = command.to_string();
    match out {
        Some(out) => format!("{command} --out {}", quoted(&out.display().to_string())),
        None => command,
    }
}

/// Where the results of scenarios are filed.
#[derive(Clone, Copy)]
pub enum Filing<'a> {
    /// Nowhere: they are printed only.
    Printed,
    /// As reports, below this directory, each in one of its own.
    Reports(&'a Path),
    /// In files of this directory that are called as the scenarios.
    Files(&'a Path),
}

impl Filing<'_> {
    /// Sees that every result has a place of its own that can be written to. Asked before the work,
    /// so that none is lost.
    fn verify(self, loaded: &[Result<Loaded, Failure>]) -> Result<(), Failure> {
        let names = loaded.iter().flatten().map(|one| &*one.scenario.name);
        let names: Vec<&str> = names.collect();
        match self {
            Self::Printed => return Ok(()),
            Self::Reports(out) => {
                for name in &names {
                    ownership::claim(&files::directory(out, name)?)?;
                }
            }
            Self::Files(directory) => files::try_directory(directory)?,
        }
        match twice(&names) {
            Some(name) => Err(Failure::usage(format!(
                "two of the scenarios are named `{name}`, and their results would be in one place"
            ))
            .hinted("give one of them a `name` of its own, or run them one after the other")),
            None => Ok(()),
        }
    }
}

/// The first name that stands for two files. Some file systems do not distinguish `a` from `A`.
pub fn twice<'a>(names: &[&'a str]) -> Option<&'a str> {
    let again = names.iter().enumerate().find(|(number, name)| {
        let mut earlier = names[..*number].iter();
        earlier.any(|other| other.eq_ignore_ascii_case(name))
    });
    again.map(|(_, name)| *name)
}

/// Runs `one` for every scenario that can be loaded, and prints the whole in the form asked for.
pub fn over(
    paths: &[PathBuf],
    args: &RunArgs,
    format: OutputFormat,
    filing: Filing<'_>,
    mut one: impl FnMut(&Path, Loaded) -> Result<Delivery, Failure>,
) -> CommandResult {
    let mut printer = Printer::new(format, paths.len());
    let mut exit = Exit::AsExpected;
    let loaded: Vec<_> = paths.iter().map(|path| args.load(path)).collect();
    filing.verify(&loaded)?;
    for (index, (path, loaded)) in paths.iter().zip(loaded).enumerate() {
        if interrupt::was_requested() {
            let left = paths[index..].iter().map(|path| path.display().to_string());
            let left: Vec<String> = left.collect();
            say(&format!("interrupted; not run: {}", left.join(", ")));
            exit = exit.and(Exit::Interrupted);
            break;
        }
        exit = exit.and(match loaded {
            Ok(loaded) => match one(path, loaded) {
                Ok(delivery) => deliver(&mut printer, path, delivery),
                Err(failure) => failure.report(),
            },
            Err(failure) => {
                let listed = printer.input(path, &failure.diagnostics).or_report();
                listed.and(failure.report())
            }
        });
    }
    Ok(exit.and(printer.finish().or_report()))
}

/// Prints what one scenario gave; the command again, if anything is not as expected.
pub fn deliver(printer: &mut Printer, path: &Path, delivery: Delivery) -> Exit {
    let printed = match delivery.content {
        Printed::Result(document, note) => printer.result(path, *document, &note),
        Printed::Text(text) => print(&text),
    };
    let exit = delivery.exit.and(printed.or_report());
    if exit != Exit::AsExpected {
        say_reproduction(&delivery.again);
    }
    exit
}

/// What a result says to CI: the same judgement as in every format.
fn judged(document: &ResultDocument) -> Exit {
    match findings::outcome(document) {
        Outcome::AsExpected => Exit::AsExpected,
        Outcome::Undecided => Exit::Undecided,
        Outcome::Differs => Exit::Differs,
    }
}
