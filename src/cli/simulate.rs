//! `poolproof simulate`: how often, and at what cost.

use std::path::PathBuf;

use clap::Args;

use super::{Format, RunArgs, check, exit_of, input, quoted, stages};
use crate::evaluate;
use crate::exit::Exit;

/// Simulate many years, and drills in which DC1 is lost
///
/// Prints availability, time to recover and data lost with their intervals.
#[derive(Args)]
pub struct SimulateArgs {
    /// Scenario files
    #[arg(required = true, value_name = "SCENARIO")]
    scenarios: Vec<PathBuf>,
    /// Run this many trials in place of the scenario's number
    #[arg(
        long,
        value_name = "NUMBER",
        value_parser = clap::value_parser!(u64).range(100..=10_000_000_000),
    )]
    trials: Option<u64>,
    /// Print the result in this form
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
    #[command(flatten)]
    run: RunArgs,
}

/// Runs the command.
pub fn run(args: &SimulateArgs) -> Exit {
    let each = args.scenarios.iter().map(|path| {
        let mut loaded = match input::load(path, &args.run) {
            Ok(loaded) => loaded,
            Err(exit) => return exit,
        };
        let mut command = format!(
            "poolproof simulate {}{}",
            quoted(&path.display().to_string()),
            args.run.reproducing()
        );
        if let Some(trials) = args.trials {
            loaded.scenario.simulate.trials = trials;
            command.push_str(&format!(" --trials {trials}"));
        }
        let scenario = &loaded.scenario;
        let simulated = args
            .run
            .on_threads(|| stages::simulate(scenario, &args.run));
        let interrupted = simulated.interrupted;
        let simulation = Some(simulated.document);
        let document = evaluate::document(scenario, &loaded.warnings, &command, None, simulation);
        let mut exit = exit_of(&document).and(check::print(&document, args.format));
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
