//! The command line: the only place that knows a terminal, files and the real clock.

mod advise;
mod chain;
mod check;
mod collect;
mod compare;
mod completions;
mod conform;
mod cuts;
mod doctor;
mod driver;
mod evaluate;
mod examples;
pub mod exit;
mod explain;
mod explore;
mod failure;
mod files;
mod fit;
mod flags;
mod format;
mod import;
mod init;
mod interrupt;
mod limits;
mod man;
mod memory;
mod merge;
mod ownership;
mod plan;
mod rare;
mod replay;
mod report;
mod run;
mod run_shard;
mod runbook;
mod schema;
mod serve;
mod show;
mod simulate;
mod solve;
mod study;
mod swarm;
mod sweep;
mod terminal;
mod trace;
mod validate;

use std::io::Write;
use std::panic::UnwindSafe;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use self::exit::Exit;
use self::failure::{CommandResult, OrReport};
use self::terminal::say;
use crate::app::build::VERSION;

/// Find out what can go wrong with a stretched Persistent Chat pool, how often, and what it costs
///
/// poolproof reads a scenario file, checks every combination of faults within a budget, simulates
/// many years, and reports verdicts, lost messages and time to recover.
///
/// Exit status: 0 as expected, 1 a verdict differs or an objective is missed, 2 wrong command line,
/// 3 invalid input, 4 undecided, 5 not deterministic, 70 a defect, 74 writing failed, 130
/// interrupted.
#[derive(Parser)]
#[command(version = VERSION.as_str(), max_term_width = 100, after_long_help = examples::PROGRAM)]
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
    #[command(after_long_help = examples::SERVE)]
    Serve(serve::ServeArgs),
    #[command(after_long_help = examples::REPLAY)]
    Replay(replay::ReplayArgs),
    #[command(after_long_help = examples::SIMULATE)]
    Simulate(simulate::SimulateArgs),
    #[command(after_long_help = examples::COMPARE)]
    Compare(compare::CompareArgs),
    #[command(after_long_help = examples::SWEEP)]
    Sweep(sweep::SweepArgs),
    #[command(after_long_help = examples::ADVISE)]
    Advise(advise::AdviseArgs),
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
    #[command(after_long_help = examples::DOCTOR)]
    Doctor(doctor::DoctorArgs),
    #[command(after_long_help = examples::INIT)]
    Init(init::InitArgs),
    #[command(after_long_help = examples::COLLECT)]
    Collect(collect::CollectArgs),
    #[command(after_long_help = examples::IMPORT)]
    Import(import::ImportArgs),
    #[command(after_long_help = examples::CHAIN)]
    Chain(chain::ChainArgs),
    #[command(after_long_help = examples::FIT)]
    Fit(fit::FitArgs),
    #[command(after_long_help = examples::CONFORM)]
    Conform(conform::ConformArgs),
    #[command(after_long_help = examples::RUNBOOK)]
    Runbook(runbook::RunbookArgs),
    #[command(after_long_help = examples::SCHEMA)]
    Schema(schema::SchemaArgs),
    #[command(after_long_help = examples::COMPLETIONS)]
    Completions(completions::CompletionsArgs),
    #[command(after_long_help = examples::MAN)]
    Man(man::ManArgs),
    #[command(after_long_help = examples::REPORT)]
    Report(report::ReportArgs),
}

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(refused) => return ExitCode::from(answer(&refused).code()),
    };
    // A broken invariant is a defect of ours: the user gets a sentence and an exit code for it.
    std::panic::set_hook(Box::new(|info| {
        say(&format!("error: a defect in poolproof: {info}"));
        say("please report it, with the scenario and the command line");
    }));
    ExitCode::from(guarded(|| dispatch(&cli).or_report()).code())
}

/// Does the work; a panic in it is a defect.
fn guarded(work: impl FnOnce() -> Exit + UnwindSafe) -> Exit {
    std::panic::catch_unwind(work).unwrap_or(Exit::Defect)
}

/// Prints what the parser has to say: help that was asked for, or what is wrong.
fn answer(refused: &clap::Error) -> Exit {
    if refused.use_stderr() {
        let _ = refused.print();
        return Exit::Usage;
    }
    let printed = refused.print().and_then(|()| std::io::stdout().flush());
    terminal::written(printed).or_report()
}

fn dispatch(cli: &Cli) -> CommandResult {
    match &cli.command {
        Command::Evaluate(args) => evaluate::run(args),
        Command::Check(args) => check::run(args),
        Command::Cuts(args) => cuts::run(args),
        Command::Explain(args) => explain::run(args),
        Command::Explore(args) => explore::run(args),
        Command::Serve(args) => serve::run(args),
        Command::Replay(args) => replay::run(args),
        Command::Simulate(args) => simulate::run(args),
        Command::Compare(args) => compare::run(args),
        Command::Sweep(args) => sweep::run(args),
        Command::Advise(args) => advise::run(args),
        Command::RunShard(args) => run_shard::run(args),
        Command::Merge(args) => merge::run(args),
        Command::Solve(args) => solve::run(args),
        Command::Validate(args) => validate::run(args),
        Command::Show(args) => show::run(args),
        Command::Doctor(args) => doctor::run(args),
        Command::Init(args) => init::run(args),
        Command::Collect(args) => collect::run(args),
        Command::Import(args) => import::run(args),
        Command::Chain(args) => chain::run(args),
        Command::Fit(args) => fit::run(args),
        Command::Conform(args) => conform::run(args),
        Command::Runbook(args) => runbook::run(args),
        Command::Schema(args) => schema::run(args),
        Command::Completions(args) => completions::run(args),
        Command::Man(args) => man::run(args),
        Command::Report(args) => report::run(args),
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
                let helped = values
                    .iter()
                    .filter(|value| value.get_help().is_some())
                    .count();
                // Shells and flags need no words.
                let plain = ["shell", "help", "version"].contains(&id.as_str());
                assert!(helped == values.len() || plain || flag, "{words} {id}");
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
}
