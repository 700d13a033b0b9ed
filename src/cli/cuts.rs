//! `poolproof cuts`: the minimal sets of faults behind each violation, and how often they happen.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use poolproof_engines::check::cuts::Progress as Searched;
use poolproof_models::names::property::Property;
use poolproof_reports::cuts as report;

use super::bounds::BoundArgs;
use super::progress::Progress;
use super::timing::{Stopwatch, Timing};
use super::{RunArgs, input, interrupt, output, quoted};
use crate::app::document::cut_sets::{self, Asked};
use crate::app::document::verdict::Stop;
use crate::exit::Exit;

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
    #[arg(long, value_enum, default_value = "human")]
    format: CutsFormat,
    #[command(flatten)]
    bounds: BoundArgs,
    #[command(flatten)]
    run: RunArgs,
}

/// How cut sets are printed.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum CutsFormat {
    /// A table for people; its words may change
    Human,
    /// One line per set
    Csv,
    /// The document, schema poolproof/cuts/v2
    Json,
}

fn property(name: &str) -> Result<Property, String> {
    Property::from_name(name).ok_or_else(|| {
        let known = Property::ALL.map(Property::name).join(", ");
        format!("expected one of {known}")
    })
}

/// Runs the command.
pub fn run(args: &CutsArgs) -> Exit {
    let each = args.scenarios.iter().map(|path| of_one(path, args));
    each.fold(Exit::AsExpected, Exit::and)
}

fn of_one(path: &Path, args: &CutsArgs) -> Exit {
    let loaded = match input::load(path, &args.run) {
        Ok(loaded) => loaded,
        Err(exit) => return exit,
    };
    let scenario = &loaded.scenario;
    let mut properties = args.properties.clone();
    if properties.is_empty() {
        properties.clone_from(&scenario.check.properties);
    }
    properties.sort_unstable();
    properties.dedup();
    let command = reproducing(path, args);
    let watch = Stopwatch::start();
    let progress = Progress::open_ended("looking for cut sets");
    let limit = args.bounds.time().map(|limit| limit.as_secs_f64());
    let found = args.run.on_threads(|| {
        let mut stop = |at: &Searched| {
            progress.message(&format!(
                "cut sets of {} events: {} multisets, {} states",
                at.order, at.multisets, at.states
            ));
            if interrupt::requested() {
                return Some(Stop::Interrupt);
            }
            let late = limit.is_some_and(|limit| watch.seconds() >= limit);
            late.then(|| Stop::Limit(args.bounds.time_words()))
        };
        let asked = Asked {
            order: args.order,
            properties: &properties,
            command: &command,
            bytes: args.bounds.bytes(),
            stop: &mut stop,
        };
        cut_sets::find(scenario, asked)
    });
    drop(progress);
    if args.run.timing {
        let seconds = watch.seconds();
        Timing {
            stage: "cuts",
            seconds,
            states_per_second: Some(found.document.states as f64 / seconds),
            ..Timing::default()
        }
        .print();
    }
    let text = match args.format {
        CutsFormat::Human => Ok(report::text(&found.document)),
        CutsFormat::Csv => report::csv(&found.document),
        CutsFormat::Json => report::json(&found.document),
    };
    let mut exit = match text {
        Ok(text) => output::print(&text),
        Err(error) => {
            eprintln!("error: {error}");
            Exit::Defect
        }
    };
    if found.interrupted {
        exit = exit.and(Exit::Interrupted);
    } else if !found.complete {
        exit = exit.and(Exit::Undecided);
    }
    if exit != Exit::AsExpected {
        eprintln!("{command}");
    }
    exit
}

/// The command that gives the same document.
fn reproducing(path: &Path, args: &CutsArgs) -> String {
    let mut command = format!("poolproof cuts {}", quoted(&path.display().to_string()));
    command.push_str(&format!(" --order {}", args.order));
    for property in &args.properties {
        command.push_str(&format!(" --property {}", property.name()));
    }
    command.push_str(&args.run.reproducing());
    command.push_str(&args.bounds.reproducing());
    command
}
