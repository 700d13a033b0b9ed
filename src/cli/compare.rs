//! `poolproof compare`: what a change changes.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::failure::CommandResult;
use super::flags::{RunArgs, TrialArgs};
use super::format::OutputFormat;
use super::plan::{self, PlanArgs};
use super::study::{self, Outlet};
use crate::app::study::job::{COMPARED, StudyJob, StudyKind};

/// Compare scenarios under the same failures: differences with intervals
///
/// The scenarios run with the same random numbers, so that the same servers fail at the same times
/// in all of them. Seed and numbers of trials are those of the first, to which the others are
/// compared. --set changes all of them: what is to differ stands in a file of its own, which can be
/// a few lines with `extends`. Also checks each and shows the verdicts side by side.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct CompareArgs {
    #[command(subcommand)]
    plan: Option<CompareCommand>,
    #[command(flatten)]
    what: ComparisonArgs,
    /// Print the comparison in this form
    #[arg(
        long,
        value_parser = OutputFormat::among(&OutputFormat::OF_STUDIES),
        default_value = "human",
    )]
    format: OutputFormat,
    /// Write index.html, charts and data into this directory
    #[arg(long, value_name = "DIRECTORY")]
    out: Option<PathBuf>,
}

#[derive(Subcommand)]
enum CompareCommand {
    /// Write a manifest of shards to run anywhere, in place of running the comparison here
    Plan {
        #[command(flatten)]
        what: ComparisonArgs,
        #[command(flatten)]
        plan: PlanArgs,
    },
}

/// What is compared.
#[derive(Args)]
struct ComparisonArgs {
    /// Scenario files: the first is what the others are compared with
    #[arg(required = true, num_args = COMPARED, value_name = "SCENARIO")]
    scenarios: Vec<PathBuf>,
    #[command(flatten)]
    trials: TrialArgs,
    /// Do not search for counterexamples
    #[arg(long)]
    no_check: bool,
    #[command(flatten)]
    run: RunArgs,
}

impl ComparisonArgs {
    fn job(&self) -> StudyJob {
        let settings = self.run.settings();
        let files = self.scenarios.iter().map(|path| path.display().to_string());
        StudyJob {
            kind: StudyKind::Compare,
            scenarios: files.collect(),
            set: settings.overrides,
            seed: settings.seed,
            trials: self.trials.trials,
            drill: None,
            check: !self.no_check,
            design: None,
            design_file: None,
        }
    }
}

/// Runs the command.
pub fn run(args: &CompareArgs) -> CommandResult {
    if let Some(CompareCommand::Plan { what, plan }) = &args.plan {
        return plan::of_job(what.job(), plan);
    }
    let outlet = Outlet {
        format: args.format,
        out: args.out.clone(),
    };
    study::here(&args.what.job(), false, &args.what.run.execution, &outlet)
}
