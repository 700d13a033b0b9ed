//! `poolproof sweep`: one scenario at many values of its parameters.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};

use super::driver::{self, DriverArgs};
use super::failure::{CommandResult, Failure};
use super::files;
use super::flags::{RunArgs, TrialArgs};
use super::format::OutputFormat;
use super::plan::{self, PlanArgs};
use super::study::{self, Outlet};
use crate::app::study::job::{StudyJob, StudyKind};
use crate::app::sweep::{self, Design, Method, Parameter};

/// Simulate a scenario at many values of its parameters
///
/// Any value that --set can change can be varied: on a grid, as a Latin hypercube, with Sobol
/// indices, or one parameter at a time. All points have the same failures, because the seed is the
/// same. Where the scenario has a [cost] table, the Pareto front of cost, outage, data lost and
/// time to recover is shown.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
#[command(override_usage = "poolproof sweep [OPTIONS] <SCENARIO> \
                      <--grid|--lhs|--sensitivity|--tornado|--file>...
       poolproof sweep <COMMAND>")]
pub struct SweepArgs {
    #[command(subcommand)]
    command: Option<SweepCommand>,
    #[command(flatten)]
    what: DesignArgs,
    /// Print the sweep in this form
    #[arg(
        long,
        value_parser = OutputFormat::among(&OutputFormat::OF_STUDIES),
        default_value = "human",
    )]
    format: OutputFormat,
    /// Write index.html, charts and data into this directory
    #[arg(long, value_name = "DIRECTORY")]
    out: Option<PathBuf>,
    /// Resume an interrupted run into the same directory
    #[arg(long, requires = "out")]
    resume: bool,
}

#[derive(Subcommand)]
enum SweepCommand {
    /// Write a manifest of shards to run anywhere, in place of running the sweep here
    Plan {
        #[command(flatten)]
        what: Box<DesignArgs>,
        #[command(flatten)]
        plan: PlanArgs,
    },
    /// Print or run a driver that runs the shards of a manifest on a cluster
    Driver(DriverArgs),
}

/// The options of which one says what is swept.
const DESIGNS: [&str; 5] = ["grid", "lhs", "sensitivity", "tornado", "file"];

/// What is swept.
#[derive(Args)]
#[command(group = ArgGroup::new("design").required(true).args(DESIGNS))]
struct DesignArgs {
    /// Scenario file
    #[arg(required = true, value_name = "SCENARIO")]
    scenario: Option<PathBuf>,
    /// Every combination of values, for example log_shipping.backup_interval=5min,15min
    #[arg(long, value_name = "PATH=V1,V2")]
    grid: Vec<String>,
    /// A Latin hypercube: so many points, then a range for each parameter
    #[arg(long, num_args = 2.., value_names = ["POINTS", "PATH=LOW..HIGH"])]
    lhs: Vec<String>,
    /// How much of each figure's variance each parameter accounts for, alone and with its
    /// interactions (Sobol indices): so many points of each of two samples, then a range for each
    /// parameter. That is POINTS x (parameters + 2) simulations
    #[arg(long, num_args = 2.., value_names = ["POINTS", "PATH=LOW..HIGH"])]
    sensitivity: Vec<String>,
    /// Each parameter alone at its ends, for example
    /// operators.durations.site_failover.decide=x0.5..x2: half and twice what it is
    #[arg(long, value_name = "PATH=LOW..BASE..HIGH")]
    tornado: Vec<String>,
    /// A file with a [sweep] table
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    #[command(flatten)]
    trials: TrialArgs,
    /// Search for counterexamples at each point as well
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    run: RunArgs,
}

/// Runs the command.
pub fn run(args: &SweepArgs) -> CommandResult {
    match &args.command {
        Some(SweepCommand::Driver(args)) => driver::run(args),
        Some(SweepCommand::Plan { what, plan }) => plan::of_job(what.job()?, plan),
        None => {
            let outlet = Outlet {
                format: args.format,
                out: args.out.clone(),
            };
            let (job, execution) = (args.what.job()?, &args.what.run.execution);
            study::here(&job, args.resume, execution, &outlet)
        }
    }
}

impl DesignArgs {
    fn job(&self) -> Result<StudyJob, Failure> {
        let settings = self.run.settings();
        let files = self.scenario.iter().map(|path| path.display().to_string());
        Ok(StudyJob {
            kind: StudyKind::Sweep,
            scenarios: files.collect(),
            set: settings.overrides,
            seed: settings.seed,
            trials: self.trials.trials,
            drill: None,
            check: self.check,
            design: Some(self.design()?),
            design_file: self.file.as_ref().map(|file| file.display().to_string()),
        })
    }

    fn design(&self) -> Result<Design, Failure> {
        if let Some(file) = &self.file {
            let refuse = |error: String| Failure::input(format!("{}: {error}", file.display()));
            let text = files::text(file).map_err(refuse)?;
            return sweep::parse(&text).map_err(refuse);
        }
        let sampled = [
            (
                "--lhs",
                &self.lhs,
                Method::LatinHypercube as fn(u64) -> Method,
            ),
            ("--sensitivity", &self.sensitivity, Method::Sensitivity),
        ];
        let sampled = sampled.into_iter().find(|(_, words, _)| !words.is_empty());
        let (method, read): (Method, Result<Vec<Parameter>, String>) = if !self.grid.is_empty() {
            let grid = self.grid.iter().map(|text| Parameter::list(text));
            (Method::Grid, grid.collect())
        } else if let Some((option, words, method)) = sampled {
            let points = words[0].parse().map_err(|_| {
                let found = &words[0];
                Failure::usage(format!(
                    "{option} begins with the number of points, found `{found}`"
                ))
            })?;
            let ranges = words[1..].iter().map(|text| Parameter::range(text, false));
            (method(points), ranges.collect())
        } else {
            let ranges = self.tornado.iter().map(|text| Parameter::range(text, true));
            (Method::OneAtATime, ranges.collect())
        };
        let parameters = read.map_err(Failure::usage)?;
        Ok(Design { method, parameters })
    }
}
