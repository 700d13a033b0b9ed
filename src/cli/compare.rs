//! `poolproof compare`: what a change changes.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::format::RunFormat;
use super::plan::{self, PlanOptions};
use super::studies::{self, Outlet};
use super::{RunArgs, quoted};
use crate::exit::Exit;
use crate::study::job::{Job, Kind};

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
    what: What,
    /// Print the comparison in this form
    #[arg(long, value_parser = RunFormat::among(&RunFormat::OF_STUDIES), default_value = "human")]
    format: RunFormat,
    /// Write index.html, charts and data into this directory
    #[arg(long, value_name = "DIRECTORY")]
    out: Option<PathBuf>,
}

#[derive(Subcommand)]
enum CompareCommand {
    /// Write a manifest of shards to run anywhere, in place of running the comparison here
    Plan {
        #[command(flatten)]
        what: What,
        #[command(flatten)]
        options: PlanOptions,
    },
}

/// What is compared.
#[derive(Args)]
struct What {
    /// Scenario files: the first is what the others are compared with
    #[arg(required = true, num_args = 2..=16, value_name = "SCENARIO")]
    scenarios: Vec<PathBuf>,
    /// Run this many trials of each in place of the first scenario's number
    #[arg(
        long,
        value_name = "NUMBER",
        value_parser = clap::value_parser!(u64).range(100..=10_000_000_000),
    )]
    trials: Option<u64>,
    /// Do not search for counterexamples
    #[arg(long)]
    no_check: bool,
    #[command(flatten)]
    run: RunArgs,
}

/// Runs the command.
pub fn run(args: &CompareArgs) -> Exit {
    if let Some(CompareCommand::Plan { what, options }) = &args.plan {
        return plan::write(&job(what), options);
    }
    let outlet = Outlet {
        format: args.format,
        out: args.out.clone(),
        resume: false,
    };
    studies::here(&job(&args.what), &args.what.run, &outlet)
}

fn job(what: &What) -> Job {
    let names = what.scenarios.iter().map(|path| path.display().to_string());
    let scenarios: Vec<String> = names.collect();
    let mut command = "poolproof compare".to_owned();
    for name in &scenarios {
        command.push_str(&format!(" {}", quoted(name)));
    }
    if let Some(trials) = what.trials {
        command.push_str(&format!(" --trials {trials}"));
    }
    if what.no_check {
        command.push_str(" --no-check");
    }
    Job {
        kind: Kind::Compare,
        commands: vec![command + &what.run.reproducing()],
        scenarios,
        set: what.run.set.clone(),
        seed: what.run.seed,
        trials: what.trials,
        drill: None,
        check: !what.no_check,
        design: None,
    }
}
