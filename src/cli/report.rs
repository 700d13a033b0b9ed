//! `poolproof report`: stored results are rendered again; nothing is computed.

use std::path::{Path, PathBuf};

use clap::Args;
use poolproof_reports::bundle;
use poolproof_reports::document::ResultDocument;

use super::exit::Exit;
use super::failure::{CommandResult, Failure, OrReport};
use super::terminal::{print, say};
use super::{files, ownership};

/// Re-render stored results, without computing anything
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
pub fn run(args: &ReportArgs) -> CommandResult {
    let each = args.results.iter();
    let each = each.map(|path| render(path, &args.out).or_report());
    Ok(each.fold(Exit::AsExpected, Exit::and))
}

fn render(path: &Path, out: &Path) -> Result<(), Failure> {
    let refuse = |error: String| Failure::input(format!("cannot read {}: {error}", path.display()));
    let text = files::text(path).map_err(refuse)?;
    let document = ResultDocument::parse(&text).map_err(|error| refuse(error.to_string()))?;
    let directory = files::directory(out, &document.scenario.name)?;
    ownership::claim(&directory)?;
    let mut rendered = bundle::render(&document, &[])
        .map_err(|error| Failure::defect(format_args!("the report cannot be drawn: {error}")))?;
    // The single incidents are not part of the document: the run wrote their table beside it.
    let beside = path.with_file_name(INCIDENTS);
    match files::bytes(&beside) {
        Ok(table) => rendered
            .iter_mut()
            .filter(|(name, _)| name == INCIDENTS)
            .for_each(|(_, bytes)| bytes.clone_from(&table)),
        Err(error) => {
            say(&format!(
                "note: {INCIDENTS} is not written: single incidents are not in a result, and {} \
                 cannot be read: {error}",
                beside.display()
            ));
            rendered.retain(|(name, _)| name != INCIDENTS);
        }
    }
    files::write_files(&directory, &rendered)?;
    print(&files::contents(&directory, &rendered))
}
