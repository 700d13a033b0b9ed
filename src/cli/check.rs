//! `poolproof check`: what can happen.

use std::path::PathBuf;

use clap::Args;
use poolproof_reports::{json, table};

use super::{Format, RunArgs, exit_of, input, output, quoted, stages};
use crate::evaluate;
use crate::exit::Exit;

/// Search every combination of faults within the scenario's budget
///
/// Prints each property with its verdict and how far the search went, and the shortest
/// counterexample of every property that is violated.
#[derive(Args)]
pub struct CheckArgs {
    /// Scenario files
    #[arg(required = true, value_name = "SCENARIO")]
    scenarios: Vec<PathBuf>,
    /// Print the result in this form
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
    #[command(flatten)]
    run: RunArgs,
}

/// Runs the command.
pub fn run(args: &CheckArgs) -> Exit {
    let each = args.scenarios.iter().map(|path| {
        let loaded = match input::load(path, &args.run) {
            Ok(loaded) => loaded,
            Err(exit) => return exit,
        };
        let command = format!(
            "poolproof check {}{}",
            quoted(&path.display().to_string()),
            args.run.reproducing()
        );
        let checked = stages::check(&loaded.scenario, &args.run);
        let interrupted = checked.interrupted;
        let check = checked.document;
        let document = evaluate::document(
            &loaded.scenario,
            &loaded.warnings,
            &command,
            Some(check),
            None,
        );
        let mut exit = exit_of(&document).and(print(&document, args.format));
        if interrupted {
            exit = exit.and(Exit::Interrupted);
        }
        if exit != Exit::AsExpected {
            eprintln!("{command}");
        }
        exit
    });
    each.fold(Exit::AsExpected, Exit::and)
}

/// Prints a result.
pub fn print(document: &poolproof_reports::document::ResultDocument, format: Format) -> Exit {
    match format {
        Format::Human => output::print(&table::text(document)),
        Format::Json => match json::result(document) {
            Ok(text) => output::print(&text),
            Err(error) => {
                eprintln!("error: the result cannot be written as JSON: {error}");
                Exit::Defect
            }
        },
    }
}
