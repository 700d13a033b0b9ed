//! `poolproof simulate`: how often, and at what cost.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use poolproof_models::names::event::Event;
use poolproof_reports::table;

use super::format::RunFormat;
use super::plan::{self, PlanOptions};
use super::rare::RareArgs;
use super::runs::{self, Ran};
use super::{RunArgs, bundles, input, out_option, output, quoted, replay, studies};
use crate::app::compile;
use crate::evaluate;
use crate::exit::Exit;
use crate::study::job::{Job, Kind};

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
    what: What,
    /// Print the results in this form
    #[arg(long, value_enum, default_value = "human")]
    format: RunFormat,
    /// Write results below this directory, as evaluate does
    #[arg(long, value_name = "DIRECTORY")]
    out: Option<PathBuf>,
    /// Go on where an interrupted run into the same directory ended
    #[arg(long, requires = "out")]
    resume: bool,
}

#[derive(Subcommand)]
enum SimulateCommand {
    /// Write a manifest of shards to run anywhere, in place of simulating here
    Plan {
        #[command(flatten)]
        what: What,
        #[command(flatten)]
        options: PlanOptions,
    },
}

/// What is simulated.
#[derive(Args)]
struct What {
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
    #[command(flatten)]
    rare: RareArgs,
    #[command(flatten)]
    run: RunArgs,
}

/// The drill of every simulation: the loss of DC1.
pub const SITE_LOSS: &str = "site-loss";

impl What {
    fn command(&self, name: &str) -> String {
        let trials = self.trials.map(|trials| format!(" --trials {trials}"));
        let mut command = format!(
            "poolproof simulate {}{}{}",
            quoted(name),
            self.run.reproducing(),
            trials.unwrap_or_default()
        );
        if let Some(precision) = self.precision {
            command.push_str(&format!(" --precision {precision}"));
        }
        if self.until_decided {
            command.push_str(" --until-decided");
        }
        if let Some(drill) = &self.drill {
            command.push_str(&format!(" --drill {}", quoted(drill)));
        }
        command + &self.rare.reproducing()
    }
}

/// Whether the fault of the drills is one of every scenario.
fn known(what: &What) -> Result<(), Exit> {
    if let Some(drill) = what.drill.as_deref().filter(|name| *name != SITE_LOSS) {
        for path in &what.scenarios {
            // A file that cannot be read is told of where it is run.
            let Ok(loaded) = input::read(path, &what.run) else {
                continue;
            };
            let known = compile::faults(&loaded.scenario);
            if !known.iter().any(|name| name == drill) {
                eprintln!("error: `{drill}` is no fault of {}", path.display());
                eprintln!("known: {SITE_LOSS}, {}", known.join(", "));
                return Err(Exit::Usage);
            }
        }
    }
    Ok(())
}

/// Runs the command.
pub fn run(args: &SimulateArgs) -> Exit {
    if let Some(SimulateCommand::Plan { what, options }) = &args.plan {
        return match planned(what) {
            Ok(job) => plan::write(&job, options),
            Err(exit) => exit,
        };
    }
    if let Err(exit) = known(&args.what) {
        return exit;
    }
    let (what, out) = (&args.what, args.out.as_deref());
    runs::over(
        &what.scenarios,
        &what.run,
        args.format,
        |path, mut loaded| {
            if let Some(trials) = what.trials {
                loaded.scenario.simulate.trials = trials;
            }
            let settings = &mut loaded.scenario.simulate;
            if let Some(precision) = what.precision {
                settings.precision = precision;
            }
            if what.until_decided {
                settings.stop_when_decided = true;
            }
            if let Some(drill) = &what.drill {
                // None for the loss of DC1; other names have been looked up.
                settings.drill = Event::from_name(drill);
            }
            let (scenario, warnings) = (&loaded.scenario, &loaded.warnings);
            let command = what.command(&path.display().to_string());
            if let Some(out) = out {
                output::claim(&output::directory(out, &scenario.name))?;
            }
            // First, as it may be refused.
            let rare = what.rare.estimate(scenario, &what.run)?;
            let (mut found, kept) = studies::alone(scenario, &what.run, out, args.resume)?;
            found.interrupted |= what.rare.is_wanted() && rare.is_none();
            let withheld = rare.as_ref().is_some_and(|rare| rare.withheld);
            found.document.rare = rare;
            let phases = match what.drill {
                Some(_) => table::phases(&found.document),
                None => String::new(),
            };
            let drill = what.drill.as_deref();
            replay::name_replays(&mut found.document, path, &what.run, drill);
            let document = Some(found.document);
            let document = evaluate::document(scenario, warnings, &command, None, document);
            let (document, note, exit) = bundles::write(document, &found.incidents, out);
            Ok(Ran {
                document,
                command,
                aside: out_option(out),
                interrupted: found.interrupted,
                exit: kept.and(match withheld {
                    true => exit.and(Exit::Undecided),
                    false => exit,
                }),
                note: phases + &note,
            })
        },
    )
}

/// The job of a plan, which needs a number of trials that is known beforehand.
fn planned(what: &What) -> Result<Job, Exit> {
    known(what)?;
    if what.precision.is_some() || what.until_decided {
        eprintln!("error: a plan has a fixed number of trials: leave out what ends them early");
        return Err(Exit::Usage);
    }
    if what.rare.is_wanted() {
        eprintln!("error: what is rare takes no shards: leave out --rare");
        return Err(Exit::Usage);
    }
    Ok(job(what))
}

fn job(what: &What) -> Job {
    let names = what.scenarios.iter().map(|path| path.display().to_string());
    let scenarios: Vec<String> = names.collect();
    Job {
        kind: Kind::Simulate,
        commands: scenarios.iter().map(|name| what.command(name)).collect(),
        scenarios,
        set: what.run.set.clone(),
        seed: what.run.seed,
        trials: what.trials,
        drill: what.drill.clone(),
        check: false,
        design: None,
    }
}

fn share(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(share) if share > 0.0 && share <= 0.5 => Ok(share),
        _ => Err("expected a number above 0 and at most 0.5, for example 0.05".to_owned()),
    }
}
