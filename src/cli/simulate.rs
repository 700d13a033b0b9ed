//! `poolproof simulate`: how often, and at what cost.

use std::path::PathBuf;

use clap::Args;

use poolproof_models::event::Event;
use poolproof_reports::document::Simulation;
use poolproof_reports::quantity;

use super::format::RunFormat;
use super::runs::{self, Ran};
use super::{RunArgs, input, quoted, replay, stages};
use crate::evaluate;
use crate::exit::Exit;
use crate::system;

/// Simulate many years, and drills in which DC1 is lost or another fault strikes
///
/// Prints availability, time to recover and data lost with their intervals.
#[derive(Args)]
pub struct SimulateArgs {
    /// Scenario files; - is standard input
    #[arg(required = true, value_name = "SCENARIO")]
    scenarios: Vec<PathBuf>,
    /// Run this many trials in place of the scenario's number
    #[arg(
        long,
        value_name = "NUMBER",
        value_parser = clap::value_parser!(u64).range(100..=10_000_000_000),
    )]
    trials: Option<u64>,
    /// Drill this fault: site-loss, or an event such as crash:A, cut:DC1-DC2 or share-loss:share
    #[arg(long, value_name = "FAULT")]
    drill: Option<String>,
    /// Stop once the half-width of the mean outage, or of the scenario's own choice, is this share
    /// of it; the number of trials is then the most
    #[arg(long, value_name = "SHARE", value_parser = share)]
    precision: Option<f64>,
    /// Stop once every objective is met or missed; the number of trials is then the most
    #[arg(long)]
    until_decided: bool,
    /// Print the results in this form
    #[arg(long, value_enum, default_value = "human")]
    format: RunFormat,
    #[command(flatten)]
    run: RunArgs,
}

/// The drill of every simulation: the loss of DC1.
pub const SITE_LOSS: &str = "site-loss";

/// Runs the command.
pub fn run(args: &SimulateArgs) -> Exit {
    if let Some(drill) = args.drill.as_deref().filter(|name| *name != SITE_LOSS) {
        for path in &args.scenarios {
            // A file that cannot be read is told of where it is run.
            let Ok(loaded) = input::read(path, &args.run) else {
                continue;
            };
            let known = system::faults(&loaded.scenario);
            if !known.iter().any(|name| name == drill) {
                eprintln!("error: `{drill}` is no fault of {}", path.display());
                eprintln!("known: {SITE_LOSS}, {}", known.join(", "));
                return Exit::Usage;
            }
        }
    }
    runs::over(
        &args.scenarios,
        &args.run,
        args.format,
        |path, mut loaded| {
            let mut command = format!(
                "poolproof simulate {}{}",
                quoted(&path.display().to_string()),
                args.run.reproducing()
            );
            if let Some(trials) = args.trials {
                loaded.scenario.simulate.trials = trials;
                command.push_str(&format!(" --trials {trials}"));
            }
            if let Some(precision) = args.precision {
                loaded.scenario.simulate.precision = precision;
                command.push_str(&format!(" --precision {precision}"));
            }
            if args.until_decided {
                loaded.scenario.simulate.stop_when_decided = true;
                command.push_str(" --until-decided");
            }
            if let Some(drill) = &args.drill {
                command.push_str(&format!(" --drill {}", quoted(drill)));
                // None for the loss of DC1; other names have been looked up.
                loaded.scenario.simulate.drill = Event::from_name(drill);
            }
            let (scenario, warnings) = (&loaded.scenario, &loaded.warnings);
            let mut simulated = args
                .run
                .on_threads(|| stages::simulate(scenario, &args.run));
            let note = match args.drill {
                Some(_) => phases(&simulated.document),
                None => String::new(),
            };
            let drill = args.drill.as_deref();
            replay::name_replays(&mut simulated.document, path, &args.run, drill);
            let simulation = Some(simulated.document);
            Ran {
                document: evaluate::document(scenario, warnings, &command, None, simulation),
                command,
                interrupted: simulated.interrupted,
                exit: Exit::AsExpected,
                note,
            }
        },
    )
}

/// The mean of each phase of a drill.
fn phases(simulation: &Simulation) -> String {
    let mut text = "\nmean time of a drill without service, by phase\n".to_owned();
    for phase in &simulation.outage_by_phase {
        let mean = quantity::estimate(&phase.given_site_loss_ms, quantity::duration);
        text += &format!("  {:<12} {mean}\n", phase.phase);
    }
    text
}

fn share(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(share) if share > 0.0 && share <= 0.5 => Ok(share),
        _ => Err("expected a number above 0 and at most 0.5, for example 0.05".to_owned()),
    }
}
