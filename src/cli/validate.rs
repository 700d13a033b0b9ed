//! `poolproof validate`: read scenarios and say everything that is wrong with them.

use std::path::PathBuf;

use clap::Args;

use super::format::{Printer, RunFormat};
use super::{input, output};
use crate::exit::Exit;
use crate::scenario::{self, diagnostic};

/// Diagnostics have places in files; a summary of them has no form of its own.
const FORMATS: [RunFormat; 4] = [
    RunFormat::Human,
    RunFormat::Json,
    RunFormat::Sarif,
    RunFormat::Github,
];

/// Read scenario files and report every mistake and doubtful choice
#[derive(Args)]
pub struct ValidateArgs {
    /// Scenario files; - is standard input
    #[arg(required = true, value_name = "SCENARIO")]
    scenarios: Vec<PathBuf>,
    /// Print the diagnostics in this form
    #[arg(long, value_parser = RunFormat::among(&FORMATS), default_value = "human")]
    format: RunFormat,
}

/// Runs the command.
pub fn run(args: &ValidateArgs) -> Exit {
    let mut exit = Exit::AsExpected;
    let mut printer = Printer::new(args.format, args.scenarios.len());
    for path in &args.scenarios {
        let (valid, diagnostics) = match scenario::load(path) {
            Ok(loaded) => (true, loaded.warnings),
            Err(error) => (false, error.diagnostics),
        };
        if !valid {
            exit = exit.and(Exit::Input);
        }
        if args.format != RunFormat::Human {
            exit = exit.and(printer.input(path, &diagnostics));
            continue;
        }
        if !diagnostics.is_empty() {
            let text = diagnostic::render(&diagnostics, input::colour());
            eprintln!("{text}");
        }
        if valid {
            exit = exit.and(output::print(&format!("{}: valid\n", path.display())));
        }
    }
    exit.and(printer.finish())
}
