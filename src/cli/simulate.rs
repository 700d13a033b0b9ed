//! `poolproof simulate`: how often, and at what cost.

use std::path::PathBuf;

use clap::Args;

use super::format::RunFormat;
use super::runs::{self, Ran};
use super::{RunArgs, quoted, stages};
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
    /// Print the results in this form
    #[arg(long, value_enum, default_value = "human")]
    format: RunFormat,
    #[command(flatten)]
    run: RunArgs,
}

/// Runs the command.
pub fn run(args: &SimulateArgs) -> Exit {
    runs::over(
        &args.scenarios,
        &args.run,
        args.format,
        |path, mut loaded| {
            let mut command = format!(
                "poolproof simulate {}{}",
                quoted(&path.display().to_string()),
                args.run.reproducing()
            );
            if let Some(trials) = args.trials {
                loaded.scenario.simulate.trials = trials;
                command.push_str(&format!(" --trials {trials}"));
            }
            let (scenario, warnings) = (&loaded.scenario, &loaded.warnings);
            let simulated = args
                .run
                .on_threads(|| stages::simulate(scenario, &args.run));
            let simulation = Some(simulated.document);
            Ran {
                document: evaluate::document(scenario, warnings, &command, None, simulation),
                command,
                interrupted: simulated.interrupted,
                exit: Exit::AsExpected,
                note: String::new(),
            }
        },
    )
}
