//! `poolproof validate`: read scenarios and say everything that is wrong with them.

use std::path::PathBuf;

use clap::Args;

use super::{input, output};
use crate::exit::Exit;
use crate::scenario::{self, diagnostic};

/// Read scenario files and report every mistake and doubtful choice
#[derive(Args)]
pub struct ValidateArgs {
    /// Scenario files
    #[arg(required = true, value_name = "SCENARIO")]
    scenarios: Vec<PathBuf>,
}

/// Runs the command.
pub fn run(args: &ValidateArgs) -> Exit {
    let mut exit = Exit::AsExpected;
    for path in &args.scenarios {
        match scenario::load(path) {
            Ok(loaded) => {
                if !loaded.warnings.is_empty() {
                    let text = diagnostic::render(&loaded.warnings, input::colour());
                    anstream::eprintln!("{text}");
                }
                exit = exit.and(output::print(&format!("{}: valid\n", path.display())));
            }
            Err(error) => {
                let text = diagnostic::render(&error.diagnostics, input::colour());
                anstream::eprintln!("{text}");
                exit = exit.and(Exit::Input);
            }
        }
    }
    exit
}
