//! `poolproof cuts`: the minimal sets of faults behind each violation, and how often they happen.

use std::path::{Path, PathBuf};

use clap::Args;
use poolproof_models::names::property::Property;
use poolproof_reports::cuts as report;

use super::exit::Exit;
use super::failure::{CommandResult, Failure};
use super::flags::{OneBudgetArgs, RunArgs, property};
use super::format::OutputFormat;
use super::interrupt;
use super::limits::LimitArgs;
use super::run::{self, Delivery, Filing, Printed};
use crate::app::cuts::{CutsRequest, cuts};
use crate::app::reproduction::Reproduction;

/// Cut sets are no findings for code hosts.
const FORMATS: [OutputFormat; 3] = [OutputFormat::Human, OutputFormat::Csv, OutputFormat::Json];

/// Find the minimal combinations of faults that can break each property, and rank them
///
/// A cut set is a multiset of basic events (crash, site loss, cut link, loss of the share, late
/// return, mistake) such that a run with exactly these faults, in some order, can break the
/// property; none of those listed holds another. The scenario's limits per class, its excluded
/// events and its mistakes count; its total of faults is replaced by --order.
///
/// The number beside a set is the rare-event estimate of how often a year all of its events are
/// there at once, counted when the last begins, from the scenario's rates and times to repair.
///
/// Exit status: 0 if every set up to the order was found, 4 if a limit came first.
#[derive(Args)]
pub struct CutsArgs {
    /// Scenario files
    #[arg(required = true, value_name = "SCENARIO")]
    scenarios: Vec<PathBuf>,
    /// The most basic events in a set
    #[arg(long, value_name = "NUMBER", default_value_t = 2)]
    #[arg(value_parser = clap::value_parser!(u8).range(0..=8))]
    order: u8,
    /// Only these properties, in place of those that the scenario checks
    #[arg(long = "property", value_name = "NAME", value_parser = property)]
    properties: Vec<Property>,
    /// Print the sets in this form
    #[arg(long, value_parser = OutputFormat::among(&FORMATS), default_value = "human")]
    format: OutputFormat,
    #[command(flatten)]
    budget: OneBudgetArgs,
    #[command(flatten)]
    limits: LimitArgs,
    #[command(flatten)]
    run: RunArgs,
}

/// Runs the command.
pub fn run(args: &CutsArgs) -> CommandResult {
    let limits = args.limits.limits();
    let terminal = args.run.execution.terminal();
    let execution = args.run.execution.on(&terminal);
    run::over(
        &args.scenarios,
        &args.run,
        OutputFormat::Human,
        Filing::Printed,
        |path, loaded| {
            let loaded = args.budget.narrow(loaded)?;
            let command = command(path, args);
            let request = CutsRequest {
                scenario: &loaded.scenario,
                order: args.order,
                properties: &args.properties,
                limits: &limits,
                command: &command,
            };
            let found = cuts(&request, &execution);
            interrupt::work_has_ended();
            let text = match args.format {
                OutputFormat::Json => report::json(&found.document),
                OutputFormat::Csv => report::csv(&found.document),
                _ => Ok(report::text(&found.document)),
            };
            Ok(Delivery {
                content: Printed::Text(text.map_err(Failure::defect)?),
                exit: match (found.interrupted, found.complete) {
                    (true, _) => Exit::Interrupted,
                    (false, true) => Exit::AsExpected,
                    (false, false) => Exit::Undecided,
                },
                again: command.to_string(),
            })
        },
    )
}

/// The command that gives the same document.
fn command(path: &Path, args: &CutsArgs) -> Reproduction {
    let command = Reproduction::new("cuts")
        .argument(path.display())
        .option("--order", args.order);
    let properties = args.properties.iter();
    let command = properties.fold(command, |command, property| {
        command.option("--property", property.name())
    });
    let command = args.budget.add_to(command.settings(&args.run.settings()));
    args.limits.add_to(command)
}
