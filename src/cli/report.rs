//! `poolproof report`: draw stored results; nothing is computed again.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use poolproof_reports::bundle;
use poolproof_reports::document::ResultDocument;

use super::{input, output};
use crate::exit::Exit;

/// Draw stored results again, without computing anything
///
/// The table of single incidents is not in a result: incidents.csv is copied from beside it.
#[derive(Args)]
pub struct ReportArgs {
    /// Files result.json of earlier runs
    #[arg(required = true, value_name = "RESULT")]
    results: Vec<PathBuf>,
    /// Write reports below this directory
    #[arg(long, value_name = "DIRECTORY", default_value = "out")]
    out: PathBuf,
}

/// The table of single incidents.
const INCIDENTS: &str = "incidents.csv";

/// Runs the command.
pub fn run(args: &ReportArgs) -> Exit {
    let each = args.results.iter().map(|path| draw(path, &args.out));
    each.fold(Exit::AsExpected, Exit::and)
}

fn draw(path: &Path, out: &Path) -> Exit {
    let parsed = input::text(path)
        .and_then(|text| ResultDocument::parse(&text).map_err(|error| error.to_string()));
    let document = match parsed {
        Ok(document) => document,
        Err(error) => {
            eprintln!("error: cannot read {}: {error}", path.display());
            return Exit::Input;
        }
    };
    let directory = output::directory(out, &document.scenario.name);
    if let Err(exit) = output::claim(&directory) {
        return exit;
    }
    let mut files = match bundle::render(&document, &[]) {
        Ok(files) => files,
        Err(error) => {
            eprintln!("error: the report cannot be drawn: {error}");
            return Exit::Defect;
        }
    };
    // The single incidents are not part of the document: the run wrote their table beside it.
    let beside = path.with_file_name(INCIDENTS);
    match fs::read(&beside) {
        Ok(table) => files
            .iter_mut()
            .filter(|(name, _)| name == INCIDENTS)
            .for_each(|(_, bytes)| bytes.clone_from(&table)),
        Err(error) => {
            eprintln!(
                "note: {INCIDENTS} is not written: single incidents are not in a result, and {} \
                 cannot be read: {error}",
                beside.display()
            );
            files.retain(|(name, _)| name != INCIDENTS);
        }
    }
    match output::write_bundle(&directory, &files) {
        Ok(()) => output::print(&format!(
            "report: {}\n",
            directory.join("index.html").display()
        )),
        Err(exit) => exit,
    }
}
