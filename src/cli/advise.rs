//! `poolproof advise`: which design meets the objectives at least cost.

use std::path::PathBuf;

use clap::Args;
use poolproof_reports::advice::{self, AdviceDocument, AdviceOutcome};

use super::exit::Exit;
use super::failure::{CommandResult, Failure};
use super::flags::{RunArgs, TrialArgs};
use super::format::OutputFormat;
use super::limits::LimitArgs;
use super::terminal::print;
use super::{files, interrupt, ownership};
use crate::app::advise::{AdviceRequest, VariedDecision, advise};
use crate::app::reproduction::Reproduction;
use crate::scenario::FileSystem;

/// Find the design that meets the objectives at least cost, or comes nearest
///
/// Candidates are the scenario with other decisions: those of --vary and --together, or without
/// them those of [[decisions]] in the scenario, or a list that fits it: witness, share,
/// intervals, mirror in DC2, staffing, runbooks, time to decide, variant. A candidate that breaks
/// a property is out. The others are simulated under the same failures, in rounds, until the best
/// is decided. Without --trials each runs as many trials as the scenario says, at most 20000.
/// Ends with 0 where a candidate meets every objective, 1 where none does, and 4 where that is
/// undecided.
#[derive(Args)]
pub struct AdviseArgs {
    /// Scenario file, with objectives in its [expect] table
    #[arg(value_name = "SCENARIO")]
    scenario: PathBuf,
    /// Vary a value beside the scenario's own, for example log_shipping.share=DC2,third; can be
    /// given several times
    #[arg(long, value_name = "PATH=V1,V2", value_parser = VariedDecision::one_value)]
    vary: Vec<VariedDecision>,
    /// Vary several values as one decision, for example
    /// 'operators.shifts.days=7;cost.staffing=90000/year'; can be given several times
    #[arg(long, value_name = "PATH=V;PATH=V", value_parser = VariedDecision::together)]
    together: Vec<VariedDecision>,
    /// Do not ask which assumption, if wrong by a factor of two, changes the advice
    #[arg(long)]
    no_sensitivities: bool,
    #[command(flatten)]
    trials: TrialArgs,
    #[command(flatten)]
    limits: LimitArgs,
    /// Print the advice in this form
    #[arg(
        long,
        value_parser = OutputFormat::among(&FORMATS),
        default_value = "human",
    )]
    format: OutputFormat,
    /// Write index.html, advice.json and advice.csv into this directory
    #[arg(long, value_name = "DIRECTORY")]
    out: Option<PathBuf>,
    #[command(flatten)]
    run: RunArgs,
}

/// The forms in which an advice can be printed.
const FORMATS: [OutputFormat; 3] = [OutputFormat::Human, OutputFormat::Json, OutputFormat::Csv];

/// Runs the command.
pub fn run(args: &AdviseArgs) -> CommandResult {
    let terminal = args.run.execution.terminal();
    let decisions: Vec<_> = args.vary.iter().chain(&args.together).cloned().collect();
    let path = args.scenario.display().to_string();
    let settings = args.run.settings();
    let command = command(args, &path).to_string();
    let request = AdviceRequest {
        scenario: &path,
        settings: &settings,
        trials: args.trials.trials,
        decisions: &decisions,
        sensitivities: !args.no_sensitivities,
        limits: &args.limits.limits(),
        command: &command,
    };
    if let Some(out) = &args.out {
        ownership::claim(out)?;
    }
    let found = advise(&request, &FileSystem, &args.run.execution.on(&terminal))?;
    interrupt::work_has_ended();
    let text = match args.format {
        OutputFormat::Json => advice::json(&found).map_err(Failure::defect)?,
        OutputFormat::Csv => advice::csv(&found).map_err(Failure::defect)?,
        _ => advice::table(&found),
    };
    print(&text)?;
    if let Some(out) = &args.out {
        let files = advice::render(&found).map_err(Failure::defect)?;
        files::write_files(out, &files)?;
        if args.format == OutputFormat::Human {
            print(&format!("\n{}", files::contents(out, &files)))?;
        }
    }
    Ok(exit(&found))
}

fn exit(found: &AdviceDocument) -> Exit {
    match found.outcome {
        AdviceOutcome::Advised => Exit::AsExpected,
        AdviceOutcome::NoneMeets | AdviceOutcome::NoneSafe => Exit::Differs,
        AdviceOutcome::Undecided => Exit::Undecided,
    }
}

fn command(args: &AdviseArgs, path: &str) -> Reproduction {
    let words = |decision: &VariedDecision| decision.words();
    let command = Reproduction::new("advise").argument(path);
    let vary = args.vary.iter().map(|one| ("--vary", words(one)));
    let together = args.together.iter().map(|one| ("--together", words(one)));
    let command = vary
        .chain(together)
        .fold(command, |command, (name, value)| {
            command.option(name, value)
        });
    let command = command
        .settings(&args.run.settings())
        .given("--trials", args.trials.trials)
        .flag("--no-sensitivities", args.no_sensitivities);
    args.limits.add_to(command)
}
