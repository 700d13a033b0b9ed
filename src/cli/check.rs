//! `poolproof check`: what can happen.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};

use super::failure::CommandResult;
use super::flags::{BudgetArgs, OneBudgetArgs, RunArgs};
use super::format::OutputFormat;
use super::limits::LimitArgs;
use super::plan;
use super::run::{self, Delivery, Filing};
use super::swarm::{SizeArgs, SwarmPlanArgs};
use crate::app::check::{CheckRequest, check};
use crate::app::reproduction::Reproduction;
use crate::app::shard::{Task, swarm_job};
use crate::app::swarm::{SEARCHES_MOST, SwarmRequest};

/// Search every combination of faults within the scenario's budgets
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
    #[arg(
        long,
        value_parser = OutputFormat::among(&OutputFormat::OF_CHECKS),
        default_value = "human",
    )]
    format: OutputFormat,
    /// Check with this engine: `stateright` asks Stateright's breadth-first checker too, on one
    /// thread, and compares its verdicts and counts; a difference ends with code 70
    #[arg(long, value_name = "ENGINE", value_enum, default_value = "poolproof")]
    engine: CheckEngine,
    #[command(flatten)]
    budgets: BudgetArgs,
    #[command(flatten)]
    limits: LimitArgs,
    /// Run this many small searches, each in an order of its own, in place of one of everything:
    /// for spaces that do not fit. What they do not find violated is undecided
    #[arg(
        long,
        value_name = "NUMBER",
        value_parser = clap::value_parser!(u64).range(1..=SEARCHES_MOST),
        conflicts_with_all = ["time_limit", "memory_limit", "engine"],
    )]
    swarm: Option<u64>,
    #[command(flatten)]
    size: SizeArgs,
    #[command(flatten)]
    run: RunArgs,
}

/// Whose verdicts a check gives.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum CheckEngine {
    /// The search of this program
    Poolproof,
    /// The same, and a second opinion of Stateright
    Stateright,
}

#[derive(Subcommand)]
enum CheckCommand {
    /// Write a manifest of the searches of a swarm to run anywhere, in place of searching here
    Plan(SwarmPlanArgs),
}

/// Runs the command.
pub fn run(args: &CheckArgs) -> CommandResult {
    if let Some(CheckCommand::Plan(args)) = &args.plan {
        return plan::write(Task::Swarm(args.job()), args.shards(), &args.manifest);
    }
    let limits = args.limits.limits();
    let terminal = args.run.execution.terminal();
    let execution = args.run.execution.on(&terminal);
    let filing = Filing::Printed;
    run::over(
        &args.scenarios,
        &args.run,
        args.format,
        filing,
        |path, loaded| {
            // A swarm searches within one budget.
            let first = OneBudgetArgs {
                budget: args.budgets.budgets.first().cloned(),
            };
            let loaded = &match args.swarm {
                Some(_) => first.narrow(loaded)?,
                None => loaded,
            };
            let command = command(path, args);
            let found = match args.swarm {
                None => {
                    let request = CheckRequest {
                        loaded,
                        budgets: &args.budgets.budgets,
                        limits: &limits,
                        second_opinion: args.engine == CheckEngine::Stateright,
                        command: &command,
                    };
                    check(&request, &execution)?
                }
                Some(searches) => {
                    let request = SwarmRequest {
                        loaded,
                        searches,
                        limits: args.size.limits(),
                        command: &command,
                    };
                    crate::app::swarm::swarm(&request, &execution)
                }
            };
            Ok(Delivery::of(found, None, command.to_string()))
        },
    )
}

fn command(path: &Path, args: &CheckArgs) -> Reproduction {
    let settings = args.run.settings();
    let command = match args.swarm {
        Some(searches) => {
            let path = path.display().to_string();
            swarm_job::command(&path, &settings, searches, args.size.limits())
        }
        None => args.limits.add_to(
            Reproduction::new("check")
                .argument(path.display())
                .settings(&settings)
                .given(
                    "--engine",
                    (args.engine == CheckEngine::Stateright).then_some("stateright"),
                ),
        ),
    };
    args.budgets.add_to(command)
}
