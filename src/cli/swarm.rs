//! `poolproof check --swarm`: many small searches in place of one of everything, here or in shards.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use clap::Args;
use poolproof_engines::check::swarm::{Limits, Part, Watch};

use super::format::{Printer, RunFormat};
use super::progress::Progress;
use super::runs::{self, Ran};
use super::studies::Outlet;
use super::timing::{Stopwatch, Timing};
use super::{RunArgs, bundles, input, interrupt, out_option, plan, quoted};
use crate::app::compile::swarm::Swarm;
use crate::app::document;
use crate::app::shard::swarm_job::SwarmJob;
use crate::evaluate;
use crate::exit::Exit;
use crate::scenario::library::Resolver;
use crate::scenario::{FileSystem, Loaded, diagnostic};
use crate::shard::{Line, Manifest, Recorder, SHARDS_MOST, Task};

/// How large each search is.
#[derive(Args, Clone)]
pub struct SizeArgs {
    /// The most steps from the start in each search of a swarm
    #[arg(
        long,
        value_name = "NUMBER",
        default_value_t = 60,
        requires = "swarm",
        value_parser = clap::value_parser!(u32).range(1..=100_000),
    )]
    depth: u32,
    /// The most different states in each search of a swarm; a million take 10 MB while it runs
    #[arg(
        long,
        value_name = "NUMBER",
        default_value_t = 1_000_000,
        requires = "swarm",
        value_parser = clap::value_parser!(u64).range(1..=4_000_000_000),
    )]
    states: u64,
}

impl SizeArgs {
    const fn limits(&self) -> Limits {
        Limits {
            depth: self.depth,
            states: self.states,
        }
    }
}

/// Arguments of `check plan`.
#[derive(Args)]
pub struct SwarmPlanArgs {
    /// Scenario file
    #[arg(value_name = "SCENARIO")]
    scenario: PathBuf,
    /// How many searches
    #[arg(
        long,
        value_name = "NUMBER",
        value_parser = clap::value_parser!(u64).range(1..=SEARCHES_MOST),
    )]
    swarm: u64,
    #[command(flatten)]
    size: SizeArgs,
    /// Cut the searches into this many shards; one for each search unless given
    #[arg(
        long,
        value_name = "NUMBER",
        value_parser = clap::value_parser!(u64).range(1..=SHARDS_MOST),
    )]
    shards: Option<u64>,
    /// Write the manifest to this file
    #[arg(long, value_name = "FILE", default_value = "manifest.json")]
    manifest: PathBuf,
    #[command(flatten)]
    run: RunArgs,
}

/// More searches than this cost more in sketches than they find.
pub const SEARCHES_MOST: u64 = 1_000_000;

fn command(name: &str, run: &RunArgs, searches: u64, limits: Limits) -> String {
    let Limits { depth, states } = limits;
    format!(
        "poolproof check {}{} --swarm {searches} --depth {depth} --states {states}",
        quoted(name),
        run.reproducing(),
    )
}

/// Writes the manifest of a swarm.
pub fn write(args: &SwarmPlanArgs) -> Exit {
    let name = args.scenario.display().to_string();
    let limits = args.size.limits();
    let job = SwarmJob {
        command: command(&name, &args.run, args.swarm, limits),
        scenario: name,
        set: args.run.set.clone(),
        seed: args.run.seed,
        searches: args.swarm,
        depth: limits.depth,
        states: limits.states,
    };
    let recorder = Recorder::new(&FileSystem);
    let (_, swarm) = match ready(&job, &recorder) {
        Ok(ready) => ready,
        Err(exit) => return exit,
    };
    let seed = swarm.scenario.simulate.seed;
    let shards = args.shards.unwrap_or(args.swarm);
    let (line, texts) = (Line::of_swarm(&swarm), recorder.texts());
    let manifest = Manifest::new(Task::Swarm(job), line, seed, texts, shards);
    plan::store(&manifest, &args.manifest, "searches")
}

/// Loads the scenario of a swarm and prints what is wrong with it.
pub fn ready(job: &SwarmJob, resolver: &dyn Resolver) -> Result<(Loaded, Swarm), Exit> {
    job.ready(resolver).map_err(|error| {
        let text = diagnostic::render(&error.diagnostics, input::colour());
        eprintln!("{text}");
        Exit::Input
    })
}

/// Runs a stretch of searches; fewer come back if somebody asked for the end.
pub fn searches(swarm: &Swarm, line: Range<u64>, args: &RunArgs) -> Vec<Part> {
    let watch = Stopwatch::start();
    let bar = Progress::counted("searching", line.end - line.start);
    let done = AtomicU64::new(0);
    let parts = args.on_threads(|| {
        let told = Watch {
            stop: &interrupt::requested,
            done: &|| bar.at(done.fetch_add(1, Ordering::Relaxed) + 1),
        };
        swarm.engine.run(line, &told)
    });
    drop(bar);
    if args.timing {
        let seconds = watch.seconds();
        let sum = |count: &dyn Fn(&Part) -> u64| parts.iter().map(count).sum::<u64>() as f64;
        Timing {
            stage: "check",
            seconds,
            states_per_second: Some(sum(&|part| part.states) / seconds),
            transitions_per_second: Some(sum(&|part| part.transitions) / seconds),
            ..Timing::default()
        }
        .print();
    }
    parts
}

/// Runs a swarm over each scenario on this machine.
pub fn here(
    scenarios: &[PathBuf],
    number: u64,
    size: &SizeArgs,
    run: &RunArgs,
    format: RunFormat,
) -> Exit {
    runs::over(scenarios, run, format, |path, loaded| {
        let limits = size.limits();
        let command = command(&path.display().to_string(), run, number, limits);
        let swarm = Swarm::new(loaded.scenario.clone(), number, limits);
        let parts = searches(&swarm, 0..number, run);
        let interrupted = (parts.len() as u64) < number;
        let check = Some(document::swarm::document(&swarm, &parts, interrupted));
        let (scenario, warnings) = (&loaded.scenario, &loaded.warnings);
        Ok(Ran {
            document: evaluate::document(scenario, warnings, &command, check, None),
            command,
            aside: String::new(),
            interrupted,
            exit: Exit::AsExpected,
            note: String::new(),
        })
    })
}

/// Says what the merged searches of a manifest found.
pub fn conclude(
    job: &SwarmJob,
    loaded: &Loaded,
    swarm: &Swarm,
    parts: &[Part],
    outlet: &Outlet,
) -> Exit {
    let check = Some(document::swarm::document(swarm, parts, false));
    let (scenario, warnings) = (&loaded.scenario, &loaded.warnings);
    let document = evaluate::document(scenario, warnings, &job.command, check, None);
    let (document, note, written) = bundles::write(document, &[], outlet.out.as_deref());
    let mut exit = written.and(runs::judged(&document));
    let mut printer = Printer::new(outlet.format, 1);
    exit = exit.and(printer.result(Path::new(&job.scenario), document, &note));
    if exit != Exit::AsExpected {
        eprintln!("{}{}", job.command, out_option(outlet.out.as_deref()));
    }
    exit.and(printer.finish())
}

/// Whether a swarm can be printed in a form: it has verdicts and no figures.
pub fn known(format: RunFormat) -> Result<(), Exit> {
    if format != RunFormat::Csv {
        return Ok(());
    }
    eprintln!("error: a check has verdicts and no figures: it cannot be printed as csv");
    Err(Exit::Usage)
}
