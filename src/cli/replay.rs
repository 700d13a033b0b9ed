//! `poolproof replay`: a recorded way once more, or one trial of the simulation.

use crate::app::compile::check;
use std::io::{BufRead, IsTerminal};
use std::path::{Path, PathBuf};

use clap::Args;
use poolproof_engines::check::minimise::{Ground, Target};
use poolproof_engines::simulate::replay::on_clock;
use poolproof_models::names::event::Event;
use poolproof_models::names::property::Property;
use poolproof_models::system::System;
use poolproof_reports::document as doc;
use poolproof_reports::trace::{Engine, TRACE_SCHEMA, Trace};
use poolproof_reports::{json, timeline};

use super::simulate::SITE_LOSS;
use super::{Format, RunArgs, input, interrupt, output, quoted, trace};
use crate::app::compile;
use crate::app::compile::trial::trial;
use crate::app::document::counterexample;
use crate::evaluate;
use crate::exit::Exit;
use crate::explain::explainer::Explainer;
use crate::scenario::Loaded;

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
    #[arg(long, value_enum, default_value = "human", requires = "trial")]
    format: Format,
    #[command(flatten)]
    run: RunArgs,
}

/// Runs the command.
pub fn run(args: &ReplayArgs) -> Exit {
    let done = match args.trial {
        Some(number) => show_trial(args, number),
        None => follow(args),
    };
    done.unwrap_or_else(|exit| exit)
}

/// Adds to each property that a trial broke the command that shows it.
pub fn name_replays(
    simulation: &mut doc::Simulation,
    path: &Path,
    args: &RunArgs,
    drill: Option<&str>,
) {
    let scenario = quoted(&path.display().to_string());
    for seen in &mut simulation.violations_seen {
        let drill = seen.drill.then(|| drill.unwrap_or(SITE_LOSS));
        let drill = drill_option(drill);
        let (number, options) = (seen.first_trial, args.reproducing());
        seen.replay = format!("poolproof replay --trial {number}{drill} {scenario}{options}");
    }
}

fn drill_option(drill: Option<&str>) -> String {
    drill.map_or_else(String::new, |fault| format!(" --drill {}", quoted(fault)))
}

fn follow(args: &ReplayArgs) -> Result<Exit, Exit> {
    if !trace::is_trace(&args.subject) {
        eprintln!(
            "error: {} is not a trace: those end in .json",
            args.subject.display()
        );
        eprintln!("help: --trial NUMBER runs a trial of a scenario's simulation again");
        return Err(Exit::Input);
    }
    let opened = trace::open(&args.subject, args.scenario.as_deref(), &args.run)?;
    let recorded = &opened.trace;
    let mut exit = Exit::AsExpected;
    let mut stopped = false;
    let followed = opened.replay.run(recorded, &mut |step| {
        stopped = stopped || interrupt::requested();
        if !stopped {
            exit = exit.and(output::print(&timeline::step(step)));
            pause(args.pause);
        }
    });
    if stopped {
        return Ok(exit.and(Exit::Interrupted));
    }
    if let Err(difference) = followed {
        let step = match &difference {
            crate::replay::Difference::Refused { step, .. }
            | crate::replay::Difference::Changed { step, .. } => {
                recorded.counterexample.steps.get(*step as usize - 1)
            }
            _ => None,
        };
        output::print(&format!("\n{}", trace::told(&difference, step)));
        eprintln!(
            "{}",
            trace::replaying(&args.subject, args.scenario.as_deref())
        );
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
        match on_clock(topology, &activities, opened.replay.events()) {
            Ok(_) => text += "by the simulator's clocks: the same worlds\n",
            Err(error) => {
                output::print(&text);
                eprintln!("error: by the simulator's clocks: {error}");
                return Ok(exit.and(Exit::NotDeterministic));
            }
        }
    }
    Ok(exit.and(output::print(&text)))
}

/// Waits for Enter, where somebody could press it.
fn pause(wanted: bool) {
    let stdin = std::io::stdin();
    if wanted && stdin.is_terminal() {
        let _ = stdin.lock().read_line(&mut String::new());
    }
}

fn show_trial(args: &ReplayArgs, number: u64) -> Result<Exit, Exit> {
    let mut loaded = input::load(&args.subject, &args.run)?;
    if let Some(drill) = args.drill.as_deref().filter(|name| *name != SITE_LOSS) {
        let known = compile::faults(&loaded.scenario);
        if !known.iter().any(|name| name == drill) {
            eprintln!("error: `{drill}` is no fault of {}", args.subject.display());
            eprintln!("known: {SITE_LOSS}, {}", known.join(", "));
            return Err(Exit::Usage);
        }
        loaded.scenario.simulate.drill = Event::from_name(drill);
    }
    let drilled = args.drill.is_some();
    let Some(events) = trial(&loaded.scenario, number, drilled) else {
        eprintln!(
            "error: the scenario has no drill: there is no second data centre to fail over to"
        );
        return Err(Exit::Input);
    };
    let drill = drill_option(args.drill.as_deref());
    let scenario = quoted(&args.subject.display().to_string());
    let options = args.run.reproducing();
    let command = format!("poolproof replay --trial {number}{drill} {scenario}{options}");
    let trace = record(&loaded, number, drilled, &events, &command);
    match args.format {
        Format::Json => match json::trace(&trace) {
            Ok(text) => Ok(output::print(&text)),
            Err(error) => {
                eprintln!("error: the trace cannot be written as JSON: {error}");
                Err(Exit::Defect)
            }
        },
        Format::Human => {
            let mut exit = output::print(&format!("{}\n\n", trace.title));
            for step in &trace.counterexample.steps {
                if interrupt::requested() {
                    return Ok(exit.and(Exit::Interrupted));
                }
                exit = exit.and(output::print(&timeline::step(step)));
                pause(args.pause);
            }
            let mut text = format!("\n{}\n", trace.counterexample.cause);
            if trace.property.is_some() {
                text += &format!(
                    "why: {command} --format json > trial.json && poolproof explain trial.json\n"
                );
            }
            Ok(exit.and(output::print(&text)))
        }
    }
}

/// Puts a trial down as a trace. States are left out: a year has many steps.
fn record(
    loaded: &Loaded,
    number: u64,
    drill: bool,
    events: &[(u64, usize)],
    command: &str,
) -> Trace {
    let scenario = &loaded.scenario;
    let topology = compile::timed_topology(scenario);
    let ground = Ground::unlimited(&topology);
    let mut explainer = Explainer::new(&topology);
    let start = counterexample::start(&topology, &explainer);
    let mut at = ground.start();
    let mut first_broken: Vec<(u32, Property)> = Vec::new();
    let mut steps = Vec::new();
    for (step, (time, index)) in (1..).zip(events) {
        let event = topology.events()[*index];
        if let Some(next) = ground.step(&at, *index) {
            at = next;
        }
        let told = explainer.step(event);
        let enabled = System::enabled(&topology, &at.state);
        // As in the simulation: what holds "under one fault" is the checker's to say.
        let all = poolproof_models::names::property::Spent::from_bits(u32::MAX);
        let broken = System::violated(&topology, &at.state, all, &enabled);
        for property in check::properties(scenario) {
            let known = first_broken.iter().any(|(_, p)| *p == property);
            if broken & property.bit() != 0 && !known {
                first_broken.push((step, property));
            }
        }
        steps.push(doc::Step {
            number: step,
            actor: told.actor,
            event: event.name(),
            text: told.text,
            changes: told.changes,
            fault: told.fault,
            at_ms: Some(*time),
            state: Vec::new(),
            links: Vec::new(),
        });
    }
    let broken: Vec<String> = first_broken
        .iter()
        .map(|(step, property)| format!("{} since step {step}", property.name()))
        .collect();
    let cause = if broken.is_empty() {
        "No listed property is violated.".to_owned()
    } else {
        format!("Violated: {}.", broken.join(", "))
    };
    let document = evaluate::document(scenario, &loaded.warnings, command, None, None);
    let what = if drill { "drill" } else { "trial" };
    Trace {
        schema: TRACE_SCHEMA.to_owned(),
        identity: document.identity,
        engine: Engine::Simulation,
        trial: Some(number),
        // At the end of the trial it may hold again: only what stays broken is recorded as such.
        property: first_broken
            .iter()
            .find(|(_, p)| ground.shows(&at, None, Target::Violation(p.bit())))
            .map(|(_, property)| property.name().to_owned()),
        title: format!(
            "{what} {number} of {}: {} events",
            scenario.name,
            steps.len()
        ),
        counterexample: doc::Counterexample {
            faults: steps.iter().filter(|step| step.fault).count() as u32,
            start,
            steps,
            cause,
        },
    }
}
