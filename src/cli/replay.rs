//! `poolproof replay`: a recorded path once more, or one trial of the simulation.

use std::io::{BufRead, IsTerminal};
use std::path::PathBuf;

use clap::Args;
use poolproof_engines::simulate::replay::on_clock;
use poolproof_models::names::property::Property;
use poolproof_reports::{json, timeline};

use super::exit::Exit;
use super::failure::{CommandResult, Failure};
use super::flags::RunArgs;
use super::format::OutputFormat;
use super::terminal::{print, say_reproduction};
use super::{interrupt, trace};
use crate::app::compile;
use crate::app::replay::Difference;
use crate::app::simulation::{replay_of_trial, set_drill};
use crate::app::trial::{TrialRequest, replay_trial};

/// Run a trace step by step, and stop where it differs from the record
///
/// With --trial, run one trial of a scenario's simulation again and print every event with its
/// time.
#[derive(Args)]
pub struct ReplayArgs {
    /// A trace: a file ending in .json; with --trial a scenario file
    #[arg(value_name = "TRACE|SCENARIO")]
    subject: PathBuf,
    /// The scenario of the trace, where it is not found by itself
    #[arg(long, value_name = "FILE", conflicts_with = "trial")]
    scenario: Option<PathBuf>,
    /// Wait for Enter after each step
    #[arg(long)]
    pause: bool,
    /// Drive the trace by the simulator's clocks too
    #[arg(long, conflicts_with = "trial")]
    clock: bool,
    /// Run this trial of the scenario's simulation again
    #[arg(long, value_name = "NUMBER")]
    trial: Option<u64>,
    /// Of the drills of this fault, which are numbered on their own; as in `simulate --drill`
    #[arg(long, value_name = "FAULT", requires = "trial")]
    drill: Option<String>,
    /// Print a trial in this form; json is a trace, schema poolproof/trace/v2
    #[arg(
        long,
        value_parser = OutputFormat::among(&OutputFormat::PLAIN),
        default_value = "human",
        requires = "trial",
    )]
    format: OutputFormat,
    #[command(flatten)]
    run: RunArgs,
}

/// Runs the command.
pub fn run(args: &ReplayArgs) -> CommandResult {
    match args.trial {
        Some(number) => show_trial(args, number),
        None => follow(args),
    }
}

fn follow(args: &ReplayArgs) -> CommandResult {
    let subject = args.subject.display();
    if !trace::is_trace(&args.subject) {
        return Err(
            Failure::input(format!("{subject} is not a trace: those end in .json"))
                .hinted("--trial NUMBER runs a trial of a scenario's simulation again"),
        );
    }
    let opened = trace::open(&args.subject, args.scenario.as_deref(), &args.run)?;
    let recorded = &opened.trace;
    let mut shown = Ok(());
    let mut stopped = false;
    let followed = opened.replay.run(recorded, &mut |step| {
        stopped = stopped || interrupt::requested();
        if !stopped && shown.is_ok() {
            shown = print(&timeline::step(step));
            pause(args.pause);
        }
    });
    shown?;
    if stopped {
        return Ok(Exit::Interrupted);
    }
    if let Err(difference) = followed {
        let step = match &difference {
            Difference::Refused { step, .. } | Difference::Changed { step, .. } => {
                recorded.counterexample.steps.get(*step as usize - 1)
            }
            Difference::Start { .. } | Difference::NotViolated { .. } => None,
        };
        print(&format!("\n{}", trace::difference_text(&difference, step)))?;
        say_reproduction(&trace::replaying(&args.subject, args.scenario.as_deref()).to_string());
        return Ok(Exit::NotDeterministic);
    }
    let steps = recorded.counterexample.steps.len();
    let mut text = format!("\n{steps} steps as recorded\n");
    if opened.replay.property() == Some(Property::ServiceReturns) {
        text += "RC is about what can follow: `poolproof check` decides it\n";
    } else if let Some(property) = opened.replay.property() {
        text += &format!("{} is violated, as recorded\n", property.name());
    }
    if args.clock {
        let topology = opened.replay.topology();
        let activities = compile::activities(&opened.loaded.scenario, topology);
        if let Err(error) = on_clock(topology, &activities, opened.replay.events()) {
            print(&text)?;
            let error = format!("by the simulator's clocks: {error}");
            return Err(Failure::new(Exit::NotDeterministic, error));
        }
        text += "by the simulator's clocks: the same worlds\n";
    }
    print(&text)?;
    Ok(Exit::AsExpected)
}

/// Waits for Enter, where somebody could press it.
fn pause(wanted: bool) {
    let stdin = std::io::stdin();
    if wanted && stdin.is_terminal() {
        let _ = stdin.lock().read_line(&mut String::new());
    }
}

fn show_trial(args: &ReplayArgs, number: u64) -> CommandResult {
    let subject = args.subject.display().to_string();
    let mut loaded = args.run.load(&args.subject)?;
    let drill = args.drill.as_deref();
    if let Some(drill) = drill {
        set_drill(&mut loaded.scenario, drill, &subject)?;
    }
    let command = replay_of_trial(&subject, &args.run.settings(), number, drill);
    let trace = replay_trial(&TrialRequest {
        loaded: &loaded,
        number,
        is_drill: drill.is_some(),
        command: &command,
    })?;
    if args.format == OutputFormat::Json {
        print(&json::trace(&trace).map_err(Failure::defect)?)?;
        return Ok(Exit::AsExpected);
    }
    print(&format!("{}\n\n", trace.title))?;
    for step in &trace.counterexample.steps {
        if interrupt::requested() {
            return Ok(Exit::Interrupted);
        }
        print(&timeline::step(step))?;
        pause(args.pause);
    }
    let mut text = format!("\n{}\n", trace.counterexample.cause);
    if trace.property.is_some() {
        text +=
            &format!("why: {command} --format json > trial.json && poolproof explain trial.json\n");
    }
    print(&text)?;
    Ok(Exit::AsExpected)
}
