//! `poolproof chain`: whether the log chain in the records of the servers is whole.

use std::path::{Path, PathBuf};

use clap::Args;
use poolproof_reports::layout::{WIDTH, hanging, wrapped};

use super::exit::Exit;
use super::failure::{CommandResult, Failure};
use super::terminal::print;
use crate::app::chain::{ChainAnswer, judge};
use crate::records;
use crate::records::aside::Aside;
use crate::records::pool_records::PoolRecords;

/// Follow the log chain in the backup history of the servers: gaps, log backups that the secondary
/// never gets, recovery forks
///
/// Ends with 1 if the secondary cannot follow. The records are those that `poolproof collect` asks
/// for.
#[derive(Args)]
pub struct ChainArgs {
    /// The manifest of the records, or the directory of its records.toml
    #[arg(value_name = "RECORDS")]
    records: PathBuf,
}

/// Runs the command.
pub fn run(args: &ChainArgs) -> CommandResult {
    let records = load(&args.records)?;
    let answer = judge(&records);
    print(&text(&answer))?;
    Ok(match answer.is_whole {
        true => Exit::AsExpected,
        false => Exit::Differs,
    })
}

/// Reads records, and warns of the rows that were set aside.
pub fn load(path: &Path) -> Result<PoolRecords, Failure> {
    let records = read(path)?;
    warn(records.asides.all().iter());
    Ok(records)
}

/// The same for those that cannot do without the rows of some files: these are for them to refuse.
pub fn load_setup(path: &Path) -> Result<PoolRecords, Failure> {
    let records = read(path)?;
    let asides = records.asides.all().iter();
    warn(asides.filter(|aside| !records.is_of_setup(aside)));
    Ok(records)
}

fn read(path: &Path) -> Result<PoolRecords, Failure> {
    records::load(path).map_err(|diagnostics| Failure {
        diagnostics,
        ..Failure::new(Exit::Input, "")
    })
}

fn warn<'a>(asides: impl Iterator<Item = &'a Aside>) {
    let warnings = Failure {
        diagnostics: asides.map(Aside::diagnostic).collect(),
        ..Failure::new(Exit::AsExpected, "")
    };
    warnings.report();
}

fn text(answer: &ChainAnswer) -> String {
    let mut lines = wrapped(&answer.summary, WIDTH);
    for sentence in &answer.sentences {
        let hazards = match sentence.hazards {
            [] => String::new(),
            hazards => format!(" ({})", hazards.join(", ")),
        };
        let lead = if sentence.breaks {
            "broken: "
        } else {
            "note: "
        };
        lines.extend(hanging(lead, &format!("{}{hazards}", sentence.text)));
    }
    for open in &answer.open {
        lines.extend(hanging("open: ", open));
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}
