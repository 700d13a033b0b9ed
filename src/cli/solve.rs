//! `poolproof solve`: the exact figures, where every delay is exponential.

use std::path::PathBuf;

use clap::Args;

use super::exit::Exit;
use super::failure::CommandResult;
use super::flags::RunArgs;
use super::format::OutputFormat;
use super::run::{self, Delivery, Filing, Printed};
use super::terminal::say;
use super::{files, interrupt};
use crate::app::reproduction::Reproduction;
use crate::app::solution::{STATES_MOST, SolveRequest, solve};

/// Solve a scenario exactly, where every delay is exponential or zero
///
/// Prints availability, outages and their length, the time to the first outage and the downtime of
/// a year, without any chance: to twelve digits, those of the first year to ten. Data lost is not
/// solved for: log shipping runs by a timetable. Where a delay has another distribution, the keys
/// to change are named, or --exponential replaces them.
///
/// An outage that ends at the instant at which it begins, because every delay in it is zero, is
/// none.
#[derive(Args)]
pub struct SolveArgs {
    /// Scenario files; - is standard input
    #[arg(required = true, value_name = "SCENARIO")]
    scenarios: Vec<PathBuf>,
    /// Write the chain into this directory as SCENARIO.tra, .lab and .srew, for the PRISM model
    /// checker
    #[arg(long, value_name = "DIRECTORY")]
    prism: Option<PathBuf>,
    /// Replace every delay by an exponential one of the same mean, and simulate beside it
    ///
    /// Planned work is left out, as it runs by a timetable. The table names each delay that is
    /// replaced, and has the exact figures beside simulated ones: with the same exponential delays,
    /// and with those of the scenario.
    #[arg(long)]
    exponential: bool,
    /// Give up on a chain with more states than this
    #[arg(long, value_name = "NUMBER", default_value_t = STATES_MOST)]
    max_states: usize,
    /// Print the solution in this form
    #[arg(
        long,
        value_parser = OutputFormat::among(&OutputFormat::PLAIN),
        default_value = "human",
    )]
    format: OutputFormat,
    #[command(flatten)]
    run: RunArgs,
}

/// Runs the command.
pub fn run(args: &SolveArgs) -> CommandResult {
    let terminal = args.run.execution.terminal();
    let execution = args.run.execution.on(&terminal);
    run::over(
        &args.scenarios,
        &args.run,
        OutputFormat::Human,
        args.prism.as_deref().map_or(Filing::Printed, Filing::Files),
        |path, loaded| {
            let command = Reproduction::new("solve")
                .argument(path.display())
                .flag("--exponential", args.exponential)
                .settings(&args.run.settings());
            let request = SolveRequest {
                scenario: &loaded.scenario,
                states_most: args.max_states,
                exponential: args.exponential,
                prism: args.prism.is_some(),
                command: &command,
            };
            let solved = solve(&request, &execution)?;
            interrupt::work_has_ended();
            for (name, bytes) in &solved.prism {
                if let Some(directory) = &args.prism {
                    let path = directory.join(name);
                    files::write(&path, bytes)?;
                    say(&format!("wrote {}", path.display()));
                }
            }
            Ok(Delivery {
                content: Printed::Text(match args.format {
                    OutputFormat::Json => solved.solution.json()?,
                    _ => solved.solution.table(),
                }),
                exit: Exit::AsExpected,
                again: command.to_string(),
            })
        },
    )
}
