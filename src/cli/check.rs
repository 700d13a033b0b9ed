//! `poolproof check`: what can happen.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::bounds::BoundArgs;
use super::format::RunFormat;
use super::runs::{self, Ran};
use super::swarm::{self, SEARCHES_MOST, SizeArgs, SwarmPlanArgs};
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
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct CheckArgs {
    #[command(subcommand)]
    plan: Option<CheckCommand>,
    /// Scenario files; - is standard input
    #[arg(required = true, value_name = "SCENARIO")]
    scenarios: Vec<PathBuf>,
    /// Print the results in this form
    #[arg(long, value_parser = RunFormat::among(&FORMATS), default_value = "human")]
    format: RunFormat,
    #[command(flatten)]
    bounds: BoundArgs,
    /// Run this many small searches, each in an order of its own, in place of one of everything:
    /// for spaces that do not fit. What they do not find violated is undecided
    #[arg(
        long,
        value_name = "NUMBER",
        value_parser = clap::value_parser!(u64).range(1..=SEARCHES_MOST),
        conflicts_with_all = ["time_limit", "memory_limit"],
    )]
    swarm: Option<u64>,
    #[command(flatten)]
    size: SizeArgs,
    #[command(flatten)]
    run: RunArgs,
}

#[derive(Subcommand)]
enum CheckCommand {
    /// Write a manifest of the searches of a swarm to run anywhere, in place of searching here
    Plan(SwarmPlanArgs),
}

/// Runs the command.
pub fn run(args: &CheckArgs) -> Exit {
    if let Some(CheckCommand::Plan(plan)) = &args.plan {
        return swarm::write(plan);
    }
    if let Some(number) = args.swarm {
        return swarm::here(&args.scenarios, number, &args.size, &args.run, args.format);
    }
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
            aside: String::new(),
            interrupted: checked.interrupted,
            exit: Exit::AsExpected,
            note: String::new(),
        })
    })
}
