//! `poolproof validate`: read scenarios and say everything that is wrong with them.

use std::path::{Path, PathBuf};

use clap::Args;

use super::exit::Exit;
use super::failure::{CommandResult, Failure, OrReport};
use super::format::{OutputFormat, Printer};
use super::terminal::print;
use super::{chain, import};
use crate::app::drift::drift;
use crate::records::pool_records::PoolRecords;
use crate::scenario;
use crate::scenario::diagnostic::Diagnostic;

/// Diagnostics have places in files; a summary of them has no form of its own.
const FORMATS: [OutputFormat; 4] = [
    OutputFormat::Human,
    OutputFormat::Json,
    OutputFormat::Sarif,
    OutputFormat::Github,
];

/// Read scenario files or runbooks and report every mistake and doubtful choice
///
/// With records of the servers, every difference between them and the scenario is reported too:
/// intervals, thresholds, roles, releases, settings, and jobs that B lacks. The exit status is 1
/// then.
#[derive(Args)]
pub struct ValidateArgs {
    /// Scenario files or runbooks; - is a scenario on standard input
    #[arg(required = true, value_name = "SCENARIO")]
    scenarios: Vec<PathBuf>,
    /// Compare with these records: their manifest, or the directory of its records.toml
    #[arg(long, value_name = "RECORDS")]
    against: Option<PathBuf>,
    /// Print the diagnostics in this form
    #[arg(long, value_parser = OutputFormat::among(&FORMATS), default_value = "human")]
    format: OutputFormat,
}

/// Runs the command.
pub fn run(args: &ValidateArgs) -> CommandResult {
    let mut exit = Exit::AsExpected;
    let records = args.against.as_deref().map(chain::load_setup).transpose()?;
    let mut printer = Printer::new(args.format, args.scenarios.len());
    for path in &args.scenarios {
        let (valid, diagnostics) = match &records {
            Some(records) => compared(path, records)?,
            None => match scenario::validate(path) {
                Ok(warnings) => (Exit::AsExpected, warnings),
                Err(error) => (Exit::Input, error.diagnostics),
            },
        };
        exit = exit.and(valid);
        if args.format != OutputFormat::Human {
            exit = exit.and(printer.input(path, &diagnostics).or_report());
            continue;
        }
        let said = Failure {
            diagnostics,
            ..Failure::new(valid, "")
        };
        if said.report() == Exit::AsExpected {
            exit = exit.and(print(&format!("{}: valid\n", path.display())).or_report());
        }
    }
    Ok(exit.and(printer.finish().or_report()))
}

/// What is wrong with a scenario, and where records say something else.
fn compared(path: &Path, records: &PoolRecords) -> Result<(Exit, Vec<Diagnostic>), Failure> {
    let loaded = match scenario::load(path) {
        Ok(loaded) => loaded,
        Err(error) => return Ok((Exit::Input, error.diagnostics)),
    };
    let differences = drift(&loaded, records).map_err(import::failure)?;
    let exit = match differences.is_empty() {
        true => Exit::AsExpected,
        false => Exit::Differs,
    };
    let mut diagnostics = loaded.warnings;
    diagnostics.extend(differences);
    Ok((exit, diagnostics))
}
