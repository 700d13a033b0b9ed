//! `poolproof check`: what can happen.

use std::path::PathBuf;

use clap::Args;

use super::bounds::BoundArgs;
use super::format::RunFormat;
use super::runs::{self, Ran};
use super::{RunArgs, quoted, stages};
use crate::evaluate;
use crate::exit::Exit;

/// A check has verdicts and no figures.
const FORMATS: [RunFormat; 6] = [
    RunFormat::Human,
    RunFormat::Json,
    RunFormat::Junit,
    RunFormat::Sarif,
    RunFormat::Github,
    RunFormat::Markdown,
];

/// Search every combination of faults within the scenario's budget
///
/// Prints each property with its verdict and how far the search went, and the shortest
/// counterexample of every property that is violated.
#[derive(Args)]
pub struct CheckArgs {
    /// Scenario files; - is standard input
    #[arg(required = true, value_name = "SCENARIO")]
    scenarios: Vec<PathBuf>,
    /// Print the results in this form
    #[arg(long, value_parser = RunFormat::among(&FORMATS), default_value = "human")]
    format: RunFormat,
    #[command(flatten)]
    bounds: BoundArgs,
    #[command(flatten)]
    run: RunArgs,
}

/// Runs the command.
pub fn run(args: &CheckArgs) -> Exit {
    runs::over(&args.scenarios, &args.run, args.format, |path, loaded| {
        let command = format!(
            "poolproof check {}{}{}",
            quoted(&path.display().to_string()),
            args.run.reproducing(),
            args.bounds.reproducing()
        );
        let (scenario, warnings) = (&loaded.scenario, &loaded.warnings);
        let checked = args
            .run
            .on_threads(|| stages::check(scenario, &args.run, &args.bounds));
        let check = Some(checked.document);
        Ok(Ran {
            document: evaluate::document(scenario, warnings, &command, check, None),
            command,
            interrupted: checked.interrupted,
            exit: Exit::AsExpected,
            note: String::new(),
        })
    })
}
