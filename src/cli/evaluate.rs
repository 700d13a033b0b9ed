//! `poolproof evaluate`: validate, check, simulate, report.

use std::path::{Path, PathBuf};

use clap::Args;

use super::failure::CommandResult;
use super::files::{self, CheckpointFile};
use super::flags::{BudgetArgs, RunArgs};
use super::format::OutputFormat;
use super::limits::LimitArgs;
use super::run::{self, Delivery, Filing};
use crate::app::evaluation::{EvaluateRequest, evaluate};
use crate::app::reproduction::Reproduction;

/// Validate, check and simulate scenarios, and write a report for each: the main job
///
/// Prints a table and writes OUT/<scenario>/ with index.html, summary.md, result.json, figures.csv,
/// incidents.csv, charts and the counterexample of every property that is violated.
#[derive(Args)]
pub struct EvaluateArgs {
    /// Scenario files; - is standard input
    #[arg(required = true, value_name = "SCENARIO")]
    scenarios: Vec<PathBuf>,
    /// Write results below this directory
    #[arg(long, value_name = "DIRECTORY", default_value = "out")]
    out: PathBuf,
    /// Print the results in this form
    #[arg(long, value_enum, default_value = "human")]
    format: OutputFormat,
    /// Resume an interrupted run into the same directory
    #[arg(long)]
    resume: bool,
    #[command(flatten)]
    budgets: BudgetArgs,
    #[command(flatten)]
    limits: LimitArgs,
    #[command(flatten)]
    run: RunArgs,
}

/// Runs the command.
pub fn run(args: &EvaluateArgs) -> CommandResult {
    let (settings, limits) = (args.run.settings(), args.limits.limits());
    let terminal = args.run.execution.terminal();
    let execution = args.run.execution.on(&terminal);
    let filing = Filing::Reports(&args.out);
    run::over(
        &args.scenarios,
        &args.run,
        args.format,
        filing,
        |path, loaded| {
            let command = Reproduction::new("evaluate")
                .argument(path.display())
                .settings(&settings);
            let command = args.budgets.add_to(args.limits.add_to(command));
            let directory = files::directory(&args.out, &loaded.scenario.name)?;
            let request = EvaluateRequest {
                loaded: &loaded,
                path: &path.display().to_string(),
                budgets: &args.budgets.budgets,
                limits: &limits,
                settings: &settings,
                checkpoint: Some(&CheckpointFile::of(&directory)),
                resume: args.resume,
                command: &command,
            };
            let found = evaluate(&request, &execution)?;
            let named = Some(args.out.as_path()).filter(|out| *out != Path::new("out"));
            let again = run::with_out(&command, named);
            Ok(Delivery::of(found, Some(&args.out), again))
        },
    )
}
