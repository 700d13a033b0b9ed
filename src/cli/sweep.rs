//! `poolproof sweep`: one scenario at many values of its parameters.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};

use super::driver::{self, DriverArgs};
use super::format::RunFormat;
use super::plan::{self, PlanOptions};
use super::studies::{self, Outlet};
use super::{RunArgs, input, quoted};
use crate::exit::Exit;
use crate::study::job::{Job, Kind};
use crate::sweep::{self, Design, Method, Parameter};

/// Simulate a scenario at many values of its parameters
///
/// Any value that --set can change can be varied: on a grid, as a Latin hypercube, or one
/// parameter at a time. All points have the same failures, because the seed is the same. Where the
/// scenario has a [cost] table, the Pareto front of cost, data lost and time to recover is shown.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
#[command(
    override_usage = "poolproof sweep [OPTIONS] <SCENARIO> <--grid|--lhs|--tornado|--file>...
       poolproof sweep <COMMAND>"
)]
pub struct SweepArgs {
    #[command(subcommand)]
    command: Option<SweepCommand>,
    #[command(flatten)]
    what: What,
    /// Print the sweep in this form
    #[arg(long, value_parser = RunFormat::among(&RunFormat::OF_STUDIES), default_value = "human")]
    format: RunFormat,
    /// Write index.html, charts and data into this directory
    #[arg(long, value_name = "DIRECTORY")]
    out: Option<PathBuf>,
    /// Go on where an interrupted run into the same directory ended
    #[arg(long, requires = "out")]
    resume: bool,
}

#[derive(Subcommand)]
enum SweepCommand {
    /// Write a manifest of shards to run anywhere, in place of running the sweep here
    Plan {
        #[command(flatten)]
        what: Box<What>,
        #[command(flatten)]
        options: PlanOptions,
    },
    /// Print or run a driver that runs the shards of a manifest on a cluster
    Driver(DriverArgs),
}

/// What is swept.
#[derive(Args)]
#[command(group = ArgGroup::new("design").required(true).args(["grid", "lhs", "tornado", "file"]))]
struct What {
    /// Scenario file
    #[arg(required = true, value_name = "SCENARIO")]
    scenario: Option<PathBuf>,
    /// Every combination of values, for example log_shipping.backup_interval=5min,15min
    #[arg(long, value_name = "PATH=V1,V2")]
    grid: Vec<String>,
    /// A Latin hypercube: so many points, then a range for each parameter
    #[arg(long, num_args = 2.., value_names = ["POINTS", "PATH=LOW..HIGH"])]
    lhs: Vec<String>,
    /// Each parameter alone at its ends, for example
    /// operators.durations.site_failover.decide=10min..30min..2h
    #[arg(long, value_name = "PATH=LOW..BASE..HIGH")]
    tornado: Vec<String>,
    /// A file with a [sweep] table
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Run this many trials at each point in place of the scenario's number
    #[arg(
        long,
        value_name = "NUMBER",
        value_parser = clap::value_parser!(u64).range(100..=10_000_000_000),
    )]
    trials: Option<u64>,
    /// Search for counterexamples at each point as well
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    run: RunArgs,
}

/// Runs the command.
pub fn run(args: &SweepArgs) -> Exit {
    match &args.command {
        Some(SweepCommand::Driver(args)) => driver::run(args),
        Some(SweepCommand::Plan { what, options }) => match job(what) {
            Ok(job) => plan::write(&job, options),
            Err(exit) => exit,
        },
        None => {
            let outlet = Outlet {
                format: args.format,
                out: args.out.clone(),
                resume: args.resume,
            };
            match job(&args.what) {
                Ok(job) => studies::here(&job, &args.what.run, &outlet),
                Err(exit) => exit,
            }
        }
    }
}

fn job(what: &What) -> Result<Job, Exit> {
    let design = design(what)?;
    let scenario = what.scenario.iter().map(|path| path.display().to_string());
    let scenarios: Vec<String> = scenario.collect();
    let mut command = "poolproof sweep".to_owned();
    let mut word = |word: &str| command.push_str(&format!(" {}", quoted(word)));
    scenarios.iter().for_each(|name| word(name));
    for (option, values) in [("--grid", &what.grid), ("--tornado", &what.tornado)] {
        for value in values {
            word(option);
            word(value);
        }
    }
    if !what.lhs.is_empty() {
        word("--lhs");
        what.lhs.iter().for_each(|value| word(value));
    }
    if let Some(file) = &what.file {
        word("--file");
        word(&file.display().to_string());
    }
    if let Some(trials) = what.trials {
        command.push_str(&format!(" --trials {trials}"));
    }
    if what.check {
        command.push_str(" --check");
    }
    Ok(Job {
        kind: Kind::Sweep,
        commands: vec![command + &what.run.reproducing()],
        scenarios,
        set: what.run.set.clone(),
        seed: what.run.seed,
        trials: what.trials,
        drill: None,
        check: what.check,
        design: Some(design),
    })
}

fn design(what: &What) -> Result<Design, Exit> {
    let usage = |message: String| {
        eprintln!("error: {message}");
        Exit::Usage
    };
    if let Some(file) = &what.file {
        let refuse = |message: String| {
            eprintln!("error: {}: {message}", file.display());
            Exit::Input
        };
        let text = input::text(file).map_err(refuse)?;
        return sweep::parse(&text).map_err(refuse);
    }
    let (method, read): (Method, Result<Vec<Parameter>, String>) = if !what.grid.is_empty() {
        let grid = what.grid.iter().map(|text| Parameter::list(text));
        (Method::Grid, grid.collect())
    } else if let [points, ranges @ ..] = &what.lhs[..] {
        let points = points.parse().map_err(|_| {
            usage(format!(
                "--lhs begins with the number of points, found `{points}`"
            ))
        })?;
        let ranges = ranges.iter().map(|text| Parameter::range(text, false));
        (Method::LatinHypercube(points), ranges.collect())
    } else {
        let ranges = what.tornado.iter().map(|text| Parameter::range(text, true));
        (Method::OneAtATime, ranges.collect())
    };
    let parameters = read.map_err(usage)?;
    Ok(Design { method, parameters })
}
