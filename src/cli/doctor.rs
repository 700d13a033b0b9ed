//! `poolproof doctor`: what is there, what a scenario rests on, and where that is weakest.

use std::env;
use std::path::{Path, PathBuf};

use clap::Args;
use poolproof_reports::layout::{WIDTH, hanging, wrapped};
use poolproof_reports::quantity::{count, plural};

use super::exit::Exit;
use super::failure::CommandResult;
use super::flags::RunArgs;
use super::memory;
use super::terminal::print;
use crate::app::build::VERSION;
use crate::app::doctor::{DoctorAnswer, DoctorRequest, WeakValue, doctor};
use crate::scenario::FileSystem;
use crate::scenario::assumption::Grade;

/// See what is installed, what a scenario rests on, and which of its judgements matter most
///
/// Each value of grade J (judgement) that results rest on is halved and doubled, one at a time,
/// under the same random numbers. Those that move the figures most are the ones to replace by your
/// own: `poolproof collect` and `poolproof fit` show how. Without a scenario only the machine is
/// looked at.
#[derive(Args)]
pub struct DoctorArgs {
    /// Scenario file
    #[arg(value_name = "SCENARIO")]
    scenario: Option<PathBuf>,
    /// Trials and drills at each value
    #[arg(
        long,
        value_name = "NUMBER",
        default_value = "400",
        value_parser = clap::value_parser!(u64).range(100..=1_000_000),
    )]
    trials: u64,
    /// Print so many judgements
    #[arg(long, value_name = "NUMBER", default_value = "10")]
    top: usize,
    #[command(flatten)]
    run: RunArgs,
}

/// Programs that parts of the project use, and what for.
const PROGRAMS: [(&str, &str); 3] = [
    ("python3", "the driver for Dask in cluster/"),
    ("git", "the actions in docs/ci.md"),
    ("parallel", "a recipe in docs/cluster.md"),
];

/// Runs the command.
pub fn run(args: &DoctorArgs) -> CommandResult {
    let mut lines = machine();
    let mut exit = Exit::AsExpected;
    if let Some(path) = &args.scenario {
        let settings = args.run.settings();
        let terminal = args.run.execution.terminal();
        let request = DoctorRequest {
            resolver: &FileSystem,
            scenario: path.display().to_string(),
            set: settings.overrides,
            seed: settings.seed,
            trials: args.trials,
        };
        let answer = doctor(&request, &args.run.execution.on(&terminal))?;
        if answer.interrupted {
            exit = Exit::Interrupted;
        }
        lines.push(String::new());
        lines.extend(told(&answer, path, args));
    }
    lines.push(String::new());
    print(&lines.join("\n"))?;
    Ok(exit)
}

fn machine() -> Vec<String> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let memory = memory::spare().map_or("not known here".to_owned(), |bytes| {
        format!("{} MB (three quarters of what is free)", count(bytes >> 20))
    });
    let mut lines = vec![
        format!("poolproof {}", *VERSION),
        format!("  threads: {cores}"),
        format!("  memory for a search: {memory}"),
    ];
    for (program, what) in PROGRAMS {
        let found = if is_installed(program) {
            "found"
        } else {
            "not found"
        };
        lines.extend(hanging(
            &format!("  {program}: "),
            &format!("{found}; only for {what}"),
        ));
    }
    lines
}

fn is_installed(program: &str) -> bool {
    let paths = env::var_os("PATH").unwrap_or_default();
    let name = format!("{program}{}", env::consts::EXE_SUFFIX);
    env::split_paths(&paths).any(|path| path.join(&name).is_file())
}

fn told(answer: &DoctorAnswer, path: &Path, args: &DoctorArgs) -> Vec<String> {
    let all: usize = answer.grades.iter().map(|(_, number)| number).sum();
    let judged = answer
        .grades
        .iter()
        .find(|(grade, _)| *grade == Some(Grade::J));
    let judged = judged.map_or(0, |(_, number)| *number);
    let mut lines = wrapped(
        &format!(
            "{}: {judged} of {all} values that results rest on are judgement.",
            path.display()
        ),
        WIDTH,
    );
    let trials = format!(
        "{} and as many drills",
        plural(args.trials, "trial", "trials")
    );
    if answer.weak.is_empty() {
        return lines;
    }
    lines.extend(wrapped(
        &format!(
            "Half and twice of each, at {trials}, under the same random numbers. The figure that \
             it moves most stands below it; differences of a few percent can be chance."
        ),
        WIDTH,
    ));
    let figures = answer.base.iter().map(|(figure, unit, value)| {
        let value = value.map_or("not available".to_owned(), |value| unit.words(value));
        format!("{} {value}", figure.title(YEAR_MS))
    });
    let figures: Vec<String> = figures.collect();
    lines.extend(hanging("as it is: ", &figures.join("; ")));
    lines.push(String::new());
    for (number, weak) in answer.weak.iter().take(args.top).enumerate() {
        lines.extend(of_value(number + 1, weak));
    }
    if !answer.untried.is_empty() {
        let untried = answer.untried.join(", ");
        lines.push(String::new());
        lines.extend(hanging(
            "not tried: ",
            &format!("{untried} (no single number, rate or time, or out of range)"),
        ));
    }
    lines
}

/// Titles are those of a year: what is compared are figures of a year and of drills.
const YEAR_MS: u64 = 31_536_000_000;

fn of_value(number: usize, weak: &WeakValue) -> Vec<String> {
    let mut lines = hanging(
        &format!("{number:>3}. "),
        &format!("{} = {}", weak.key, weak.value),
    );
    let [half, twice] = weak.moved.values.map(|value| {
        value.map_or("not available".to_owned(), |value| {
            weak.moved.unit.words(value)
        })
    });
    let title = weak.moved.figure.title(YEAR_MS);
    let percent = libm::round(weak.moved.share * 100.0);
    lines.extend(hanging(
        "     ",
        &format!("{title}: {half} at half, {twice} at twice ({percent} % at most)"),
    ));
    lines
}
