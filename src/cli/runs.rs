//! A run over several scenarios: each is loaded, run and reported; none hides what another says.

use std::path::{Path, PathBuf};

use poolproof_reports::document::ResultDocument;
use poolproof_reports::findings::{self, Outcome};

use super::format::{Printer, RunFormat};
use super::{RunArgs, input, interrupt};
use crate::exit::Exit;
use crate::scenario::Loaded;

/// What became of one scenario.
pub struct Ran {
    /// What was found.
    pub document: ResultDocument,
    /// The command that runs it again.
    pub command: String,
    /// Options that no result depends on but that belong to the command, as they would be typed.
    pub aside: String,
    /// Whether Ctrl-C cut it short.
    pub interrupted: bool,
    /// What went wrong beside the result, such as writing it.
    pub exit: Exit,
    /// What people read below the table.
    pub note: String,
}

/// Runs `one` for every scenario that can be used, and prints the whole in the form asked for.
pub fn over(
    paths: &[PathBuf],
    args: &RunArgs,
    format: RunFormat,
    mut one: impl FnMut(&Path, Loaded) -> Result<Ran, Exit>,
) -> Exit {
    let mut printer = Printer::new(format, paths.len());
    let mut exit = Exit::AsExpected;
    for (index, path) in paths.iter().enumerate() {
        if interrupt::requested() {
            let left: Vec<_> = paths[index..]
                .iter()
                .map(|path| path.display().to_string())
                .collect();
            eprintln!("interrupted; not run: {}", left.join(", "));
            exit = exit.and(Exit::Interrupted);
            break;
        }
        let ran = match input::read(path, args) {
            Ok(loaded) => match one(path, loaded) {
                Ok(ran) => ran,
                // It has said why there is no result.
                Err(failed) => {
                    exit = exit.and(failed);
                    continue;
                }
            },
            Err(diagnostics) => {
                exit = exit.and(Exit::Input).and(printer.input(path, &diagnostics));
                continue;
            }
        };
        let mut said = ran.exit.and(judged(&ran.document));
        if ran.interrupted {
            said = said.and(Exit::Interrupted);
        }
        said = said.and(printer.result(path, ran.document, &ran.note));
        if said != Exit::AsExpected {
            eprintln!("{}{}", ran.command, ran.aside);
        }
        exit = exit.and(said);
    }
    exit.and(printer.finish())
}

/// What a result says to CI: the same judgement as in every format.
pub fn judged(document: &ResultDocument) -> Exit {
    match findings::outcome(document) {
        Outcome::AsExpected => Exit::AsExpected,
        Outcome::Undecided => Exit::Undecided,
        Outcome::Differs => Exit::Differs,
    }
}
