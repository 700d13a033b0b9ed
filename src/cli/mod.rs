//! The command line: the only place that knows a terminal, files and the real clock.

/// In place of the standard library's, which panics where stderr is full or gone.
macro_rules! eprintln {
    ($($told:tt)*) => {
        crate::cli::output::say(format_args!($($told)*))
    };
}

mod bounds;
mod bundles;
mod check;
mod checkpoint;
mod compare;
mod completions;
mod cuts;
mod driver;
mod evaluate;
mod examples;
pub mod exit;
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

use std::io::{ErrorKind, Write};
use std::panic::UnwindSafe;
use std::path::Path;
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
#[command(version, max_term_width = 100, after_long_help = examples::PROGRAM)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    #[command(after_long_help = examples::EVALUATE)]
    Evaluate(evaluate::EvaluateArgs),
    #[command(after_long_help = examples::CHECK)]
    Check(check::CheckArgs),
    #[command(after_long_help = examples::CUTS)]
    Cuts(cuts::CutsArgs),
    #[command(after_long_help = examples::EXPLAIN)]
    Explain(explain::ExplainArgs),
    #[command(after_long_help = examples::EXPLORE)]
    Explore(explore::ExploreArgs),
    #[command(after_long_help = examples::REPLAY)]
    Replay(replay::ReplayArgs),
    #[command(after_long_help = examples::SIMULATE)]
    Simulate(simulate::SimulateArgs),
    #[command(after_long_help = examples::COMPARE)]
    Compare(compare::CompareArgs),
    #[command(after_long_help = examples::SWEEP)]
    Sweep(sweep::SweepArgs),
    #[command(after_long_help = examples::RUN_SHARD)]
    RunShard(run_shard::RunShardArgs),
    #[command(after_long_help = examples::MERGE)]
    Merge(merge::MergeArgs),
    #[command(after_long_help = examples::SOLVE)]
    Solve(solve::SolveArgs),
    #[command(after_long_help = examples::VALIDATE)]
    Validate(validate::ValidateArgs),
    #[command(after_long_help = examples::SHOW)]
    Show(show::ShowArgs),
    #[command(after_long_help = examples::INIT)]
    Init(init::InitArgs),
    #[command(after_long_help = examples::SCHEMA)]
    Schema(schema::SchemaArgs),
    #[command(after_long_help = examples::COMPLETIONS)]
    Completions(completions::CompletionsArgs),
    #[command(after_long_help = examples::MAN)]
    Man(man::ManArgs),
    #[command(after_long_help = examples::REPORT)]
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
    /// A document for programs, which names its schema
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
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(told) => return ExitCode::from(tell(&told).code()),
    };
    // A broken invariant is a defect of ours: the user gets a sentence and an exit code for it.
    std::panic::set_hook(Box::new(|info| {
        eprintln!("error: a defect in poolproof: {info}");
        eprintln!("please report it, with the scenario and the command line");
    }));
    ExitCode::from(guarded(|| dispatch(&cli)).code())
}

/// Does the work; a panic in it is a defect.
fn guarded(work: impl FnOnce() -> Exit + UnwindSafe) -> Exit {
    std::panic::catch_unwind(work).unwrap_or(Exit::Defect)
}

/// Prints what the parser has to say: help that was asked for, or what is wrong.
fn tell(told: &clap::Error) -> Exit {
    if told.use_stderr() {
        let _ = told.print();
        return Exit::Usage;
    }
    let printed = told.print().and_then(|()| std::io::stdout().flush());
    match printed {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            eprintln!("error: cannot write to stdout: {error}");
            Exit::Output
        }
        _ => Exit::AsExpected,
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

/// The option that names the directory of the results, as it would be typed. It belongs to no
/// result, which is the same wherever it is written.
fn out_option(out: Option<&Path>) -> String {
    out.map_or_else(String::new, |out| {
        format!(" --out {}", quoted(&out.display().to_string()))
    })
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

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    /// Every command with its words, those below others too.
    fn commands() -> Vec<(String, clap::Command)> {
        fn below(command: &clap::Command, words: &str, into: &mut Vec<(String, clap::Command)>) {
            into.push((words.to_owned(), command.clone()));
            for inner in command.get_subcommands().filter(|c| c.get_name() != "help") {
                below(inner, &format!("{words} {}", inner.get_name()), into);
            }
        }
        let mut command = Cli::command();
        command.build();
        let mut found = Vec::new();
        below(&command, "poolproof", &mut found);
        found
    }

    #[test]
    fn every_command_has_examples_that_can_be_typed() {
        for (words, command) in commands() {
            let Some(shown) = command.get_after_long_help() else {
                // `plan` and `driver` stand in the examples of what they belong to.
                assert_eq!(words.split(' ').count(), 3, "{words} has no examples");
                continue;
            };
            let shown = shown.to_string();
            let mut lines = shown.lines();
            assert_eq!(lines.next(), Some("Examples:"), "{words}");
            let typed: Vec<_> = lines.collect();
            assert!(!typed.is_empty(), "{words}");
            for line in typed {
                assert!(
                    line.starts_with("  poolproof ") && line.len() <= 100,
                    "{line}"
                );
                let line = line.split(['>', '|', '<']).next().unwrap_or(line);
                let typed = typed_words(line);
                let parsed = Cli::try_parse_from(&typed);
                let known = typed.iter().any(|word| *word == command.get_name());
                assert!(known && parsed.is_ok(), "{line}: {:?}", parsed.err());
            }
        }
    }

    /// The words of a command as we write it: plain, or in single quotes.
    fn typed_words(command: &str) -> Vec<String> {
        let (mut words, mut word) = (Vec::new(), None::<String>);
        let (mut inside, mut letters) = (false, command.chars());
        while let Some(letter) = letters.next() {
            match letter {
                '\'' => {
                    inside = !inside;
                    word.get_or_insert_default();
                }
                '\\' if !inside => word.get_or_insert_default().extend(letters.next()),
                ' ' if !inside => words.extend(word.take()),
                _ => word.get_or_insert_default().push(letter),
            }
        }
        words.extend(word);
        words
    }

    #[test]
    fn no_option_and_no_value_is_undocumented() {
        for (words, command) in commands() {
            assert!(command.get_about().is_some(), "{words}");
            for argument in command.get_arguments() {
                let id = argument.get_id();
                let help = argument.get_help().map(ToString::to_string);
                let help = help.unwrap_or_else(|| panic!("{words} {id} has no help"));
                assert!(help.starts_with(char::is_uppercase), "{words} {id}: {help}");
                assert!(!help.ends_with('.'), "{words} {id}: {help}");
                let value_named = argument
                    .get_value_names()
                    .is_none_or(|names| names.iter().all(|name| !name.contains('_')));
                let flag = !argument.get_action().takes_values();
                assert!(value_named || flag, "{words} {id}: name the value");
                let values = argument.get_possible_values();
                let told = values
                    .iter()
                    .filter(|value| value.get_help().is_some())
                    .count();
                // Shells and flags need no words.
                let plain = ["shell", "help", "version"].contains(&id.as_str());
                assert!(told == values.len() || plain || flag, "{words} {id}");
            }
        }
    }

    #[test]
    fn a_panic_is_a_defect() {
        assert_eq!(guarded(|| Exit::AsExpected), Exit::AsExpected);
        assert_eq!(
            guarded(|| panic!("a broken invariant, on purpose")),
            Exit::Defect
        );
    }

    #[test]
    fn words_are_quoted_for_a_shell() {
        assert_eq!(quoted("a/b-c.toml"), "a/b-c.toml");
        assert_eq!(quoted("it's mine.toml"), "'it'\\''s mine.toml'");
        assert_eq!(quoted("$HOME"), "'$HOME'");
        assert_eq!(quoted(""), "''");
        assert_eq!(
            out_option(Some(Path::new("my results"))),
            " --out 'my results'"
        );
    }
}
