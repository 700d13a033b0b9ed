//! `poolproof simulate`: how often, and at what cost.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::failure::{CommandResult, Failure};
use super::files::{self, CheckpointFile};
use super::flags::{RunArgs, TrialArgs};
use super::format::OutputFormat;
use super::plan::{self, PlanArgs};
use super::rare::RareArgs;
use super::run::{self, Delivery, Filing};
use super::terminal::say;
use crate::app::checkpoint::CheckpointStore;
use crate::app::document::stopping;
use crate::app::reproduction::{self, Reproduction};
use crate::app::simulation::{SimulateRequest, set_drill, simulate};
use crate::app::study::job::{StudyJob, StudyKind};
use crate::scenario::Scenario;

/// Simulate many years, and drills in which DC1 is lost or another fault strikes
///
/// Prints availability, time to recover and data lost with their intervals. A drill is followed
/// until users are served: one that does not interrupt service, as a cut link, is over at once.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct SimulateArgs {
    #[command(subcommand)]
    plan: Option<SimulateCommand>,
    #[command(flatten)]
    what: SimulationArgs,
    /// Print the results in this form
    #[arg(long, value_enum, default_value = "human")]
    format: OutputFormat,
    /// Write results below this directory, as evaluate does
    #[arg(long, value_name = "DIRECTORY")]
    out: Option<PathBuf>,
    /// Resume an interrupted run into the same directory
    #[arg(long, requires = "out")]
    resume: bool,
}

#[derive(Subcommand)]
enum SimulateCommand {
    /// Write a manifest of shards to run anywhere, in place of simulating here
    Plan {
        #[command(flatten)]
        what: Box<SimulationArgs>,
        #[command(flatten)]
        plan: PlanArgs,
    },
}

/// What is simulated.
#[derive(Args)]
struct SimulationArgs {
    /// Scenario files; - is standard input
    #[arg(required = true, value_name = "SCENARIO")]
    scenarios: Vec<PathBuf>,
    #[command(flatten)]
    trials: TrialArgs,
    /// Drill this fault: site-loss, or an event such as crash:A, cut:DC1-DC2 or share-loss:share;
    /// or planned work, such as start-runbook:planned-operators
    #[arg(long, value_name = "FAULT")]
    drill: Option<String>,
    /// Stop once the half-width of the mean outage, or of the scenario's own choice, is this share
    /// of it; the number of trials is then the most
    #[arg(long, value_name = "SHARE", value_parser = share)]
    precision: Option<f64>,
    /// Stop once every objective is met or missed; the number of trials is then the most
    #[arg(long)]
    until_decided: bool,
    #[command(flatten)]
    rare: RareArgs,
    #[command(flatten)]
    run: RunArgs,
}

impl SimulationArgs {
    fn command(&self, path: &Path) -> Reproduction {
        let (path, settings) = (path.display().to_string(), self.run.settings());
        let drill = self.drill.as_deref();
        let command = reproduction::simulate(&path, &settings, self.trials.trials, drill)
            .given("--precision", self.precision)
            .flag("--until-decided", self.until_decided);
        self.rare.add_to(command)
    }

    /// Puts what was given into a scenario's own settings.
    fn apply(&self, scenario: &mut Scenario, path: &Path) -> Result<(), Failure> {
        if let Some(drill) = &self.drill {
            set_drill(scenario, drill, &path.display().to_string())?;
        }
        let settings = &mut scenario.simulate;
        settings.trials = self.trials.trials.unwrap_or(settings.trials);
        settings.precision = self.precision.unwrap_or(settings.precision);
        settings.stop_when_decided |= self.until_decided;
        Ok(())
    }

    /// Whether the fault of the drills is one of every scenario. What cannot be loaded is reported
    /// where it is run.
    fn verify(&self) -> Result<(), Failure> {
        let paths = self.scenarios.iter().filter(|_| self.drill.is_some());
        for path in paths.filter(|path| path.as_path() != Path::new("-")) {
            if let Ok(mut loaded) = self.run.load(path) {
                self.apply(&mut loaded.scenario, path)?;
            }
        }
        Ok(())
    }

    /// The job of a plan, which needs a number of trials that is known beforehand.
    fn job(&self) -> Result<StudyJob, Failure> {
        self.verify()?;
        if self.precision.is_some() || self.until_decided {
            let error = "a plan has a fixed number of trials: leave out what ends them early";
            return Err(Failure::usage(error));
        }
        if self.rare.event().is_some() {
            let error = "a rare event is not estimated in shards: leave out --rare";
            return Err(Failure::usage(error));
        }
        let paths = self.scenarios.iter();
        let settings = self.run.settings();
        Ok(StudyJob {
            kind: StudyKind::Simulate,
            scenarios: paths.map(|path| path.display().to_string()).collect(),
            set: settings.overrides,
            seed: settings.seed,
            trials: self.trials.trials,
            drill: self.drill.clone(),
            check: false,
            design: None,
            design_file: None,
        })
    }
}

/// Runs the command.
pub fn run(args: &SimulateArgs) -> CommandResult {
    if let Some(SimulateCommand::Plan { what, plan }) = &args.plan {
        return plan::of_job(what.job()?, plan);
    }
    let (what, out) = (&args.what, args.out.as_deref());
    what.verify()?;
    let settings = what.run.settings();
    let terminal = what.run.execution.terminal();
    let execution = what.run.execution.on(&terminal);
    run::over(
        &what.scenarios,
        &what.run,
        args.format,
        out.map_or(Filing::Printed, Filing::Reports),
        |path, mut loaded| {
            what.apply(&mut loaded.scenario, path)?;
            for what in stopping::in_vain(&loaded.scenario) {
                say(&format!("warning: {}: {what}", path.display()));
            }
            let command = what.command(path);
            let directory = out.map(|out| files::directory(out, &loaded.scenario.name));
            let directory = directory.transpose()?;
            let checkpoint = directory.as_deref().map(CheckpointFile::of);
            let request = SimulateRequest {
                loaded: &loaded,
                path: &path.display().to_string(),
                settings: &settings,
                drill: what.drill.as_deref(),
                rare: what.rare.event(),
                checkpoint: checkpoint.as_ref().map(|one| one as &dyn CheckpointStore),
                resume: args.resume,
                command: &command,
            };
            let found = simulate(&request, &execution)?;
            Ok(Delivery::of(found, out, run::with_out(&command, out)))
        },
    )
}

fn share(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(share) if share > 0.0 && share <= 0.5 => Ok(share),
        _ => Err("expected a number above 0 and at most 0.5, for example 0.05".to_owned()),
    }
}
