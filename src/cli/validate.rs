//! `poolproof validate`: read scenarios and say everything that is wrong with them.

use std::path::PathBuf;

use clap::Args;

use super::exit::Exit;
use super::failure::{CommandResult, Failure, OrReport};
use super::format::{OutputFormat, Printer};
use super::terminal::print;
use crate::scenario;

/// Diagnostics have places in files; a summary of them has no form of its own.
const FORMATS: [OutputFormat; 4] = [
    OutputFormat::Human,
    OutputFormat::Json,
    OutputFormat::Sarif,
    OutputFormat::Github,
];

/// Read scenario files or runbooks and report every mistake and doubtful choice
#[derive(Args)]
pub struct ValidateArgs {
    /// Scenario files or runbooks; - is a scenario on standard input
    #[arg(required = true, value_name = "SCENARIO")]
    scenarios: Vec<PathBuf>,
    /// Print the diagnostics in this form
    #[arg(long, value_parser = OutputFormat::among(&FORMATS), default_value = "human")]
    format: OutputFormat,
}

/// Runs the command.
pub fn run(args: &ValidateArgs) -> CommandResult {
    let mut exit = Exit::AsExpected;
    let mut printer = Printer::new(args.format, args.scenarios.len());
    for path in &args.scenarios {
        let (valid, diagnostics) = match scenario::validate(path) {
            Ok(warnings) => (Exit::AsExpected, warnings),
            Err(error) => (Exit::Input, error.diagnostics),
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
