//! The command line: the only place that knows a terminal, files and the real clock.

mod bounds;
mod bundles;
mod check;
mod checkpoint;
mod compare;
mod completions;
mod cuts;
mod driver;
mod evaluate;
mod explain;
mod explore;
mod format;
mod init;
mod input;
mod interrupt;
mod man;
mod merge;
mod output;
mod plan;
mod progress;
mod rare;
mod replay;
mod report;
mod run_shard;
mod runs;
mod schema;
mod show;
mod simulate;
mod solve;
mod stages;
mod studies;
mod swarm;
mod sweep;
mod timing;
mod trace;
mod validate;

use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::exit::Exit;

/// Tell what can go wrong with a stretched Persistent Chat pool, how often, and what it costs
///
/// poolproof reads a scenario file, checks every combination of faults within a budget, simulates
/// many years, and reports verdicts, lost messages and time to recover.
///
/// Exit status: 0 as expected, 1 a verdict differs or an objective is missed, 2 wrong command line,
/// 3 invalid input, 4 undecided, 5 not deterministic, 70 a defect, 74 writing failed, 130
/// interrupted.
#[derive(Parser)]
#[command(version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Evaluate(evaluate::EvaluateArgs),
    Check(check::CheckArgs),
    Cuts(cuts::CutsArgs),
    Explain(explain::ExplainArgs),
    Explore(explore::ExploreArgs),
    Replay(replay::ReplayArgs),
    Simulate(simulate::SimulateArgs),
    Compare(compare::CompareArgs),
    Sweep(sweep::SweepArgs),
    RunShard(run_shard::RunShardArgs),
    Merge(merge::MergeArgs),
    Solve(solve::SolveArgs),
    Validate(validate::ValidateArgs),
    Show(show::ShowArgs),
    Init(init::InitArgs),
    Schema(schema::SchemaArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
    Report(report::ReportArgs),
}

/// What every command that runs a scenario takes.
#[derive(Args, Clone)]
struct RunArgs {
    /// Use this seed in place of the scenario's
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
    /// Use this many threads; the result does not depend on it
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Change a value of the scenario, for example log_shipping.share=DC2
    #[arg(long = "set", value_name = "PATH=VALUE", value_parser = assignment)]
    set: Vec<(String, String)>,
    /// Print times and speeds as one line of JSON on stderr; they are never part of a result
    #[arg(long)]
    timing: bool,
}

/// How results are printed.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A table for people; its words may change
    Human,
    /// The result document, schema poolproof/result/v1
    Json,
}

fn assignment(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((path, value)) if !path.trim().is_empty() => {
            Ok((path.trim().to_owned(), value.trim().to_owned()))
        }
        _ => Err("expected PATH=VALUE, for example log_shipping.share=DC2".to_owned()),
    }
}

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    interrupt::listen();
    // A broken invariant is a defect of ours: the user gets a sentence and an exit code for it.
    std::panic::set_hook(Box::new(|info| {
        eprintln!("error: a defect in poolproof: {info}");
        eprintln!("please report it, with the scenario and the command line");
    }));
    match std::panic::catch_unwind(|| dispatch(&cli)) {
        Ok(exit) => ExitCode::from(exit.code()),
        Err(_) => ExitCode::from(Exit::Defect.code()),
    }
}

fn dispatch(cli: &Cli) -> Exit {
    match &cli.command {
        Command::Evaluate(args) => evaluate::run(args),
        Command::Check(args) => check::run(args),
        Command::Cuts(args) => cuts::run(args),
        Command::Explain(args) => explain::run(args),
        Command::Explore(args) => explore::run(args),
        Command::Replay(args) => replay::run(args),
        Command::Simulate(args) => simulate::run(args),
        Command::Compare(args) => compare::run(args),
        Command::Sweep(args) => sweep::run(args),
        Command::RunShard(args) => run_shard::run(args),
        Command::Merge(args) => merge::run(args),
        Command::Solve(args) => solve::run(args),
        Command::Validate(args) => validate::run(args),
        Command::Show(args) => show::run(args),
        Command::Init(args) => init::run(args),
        Command::Schema(args) => schema::run(args),
        Command::Completions(args) => completions::run(args),
        Command::Man(args) => man::run(args),
        Command::Report(args) => report::run(args),
    }
}

impl RunArgs {
    /// The options that change a result, as they would be typed.
    fn reproducing(&self) -> String {
        let mut out = String::new();
        if let Some(seed) = self.seed {
            out.push_str(&format!(" --seed {seed}"));
        }
        for (path, value) in &self.set {
            out.push_str(&format!(" --set {}", quoted(&format!("{path}={value}"))));
        }
        out
    }

    /// Runs `work` on the number of threads that was asked for.
    fn on_threads<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        let threads = self.threads.map_or(0, usize::from);
        match rayon::ThreadPoolBuilder::new().num_threads(threads).build() {
            Ok(pool) => pool.install(work),
            // The machine gives no more threads: the result is the same on the ones there are.
            Err(_) => work(),
        }
    }
}

/// A word for a shell.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}
