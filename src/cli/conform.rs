//! `poolproof conform`: whether the model explains an incident that servers have recorded.

use std::path::PathBuf;

use clap::Args;
use jiff::tz::TimeZone;
use poolproof_reports::layout::{WIDTH, hanging, wrapped};

use super::chain;
use super::exit::Exit;
use super::failure::{CommandResult, Failure};
use super::flags::RunArgs;
use super::terminal::print;
use crate::app::conform::{ConformAnswer, ConformRequest, conform};
use crate::records::instant::{self, InstantMs};
use crate::scenario::value::parse_duration;

/// Compare an incident in the records of the servers with the model
///
/// Looks for a run of the scenario's mirrored pair that explains every record in order: changes of
/// the mirroring state, servers that went down and came back, and what people wrote down. Events
/// that nobody recorded may lie between them, as few faults as possible. If there is none, the
/// first record that no run explains is named, with what could be the matter: this is how you learn
/// whether the model is true of your pool. Ends with 1 then.
#[derive(Args)]
pub struct ConformArgs {
    /// Scenario file
    #[arg(value_name = "SCENARIO")]
    scenario: PathBuf,
    /// The manifest of the records, or the directory of its records.toml
    #[arg(value_name = "RECORDS")]
    records: PathBuf,
    /// Begin with records of this time, such as 2016-03-02T10:00:00Z; without a zone it is UTC
    #[arg(long, value_name = "TIME", value_parser = time)]
    from: Option<InstantMs>,
    /// End with records of this time
    #[arg(long, value_name = "TIME", value_parser = time)]
    to: Option<InstantMs>,
    /// How far each clock may be off, beyond what the manifest says
    #[arg(long, value_name = "DURATION", value_parser = clock_error, default_value = "1s")]
    clock_error: u64,
    /// The most faults that happened and that no record has
    #[arg(long, value_name = "NUMBER", default_value = "1")]
    hidden_faults: u32,
    /// The most that people did, such as a failover by hand, and that no record has
    #[arg(long, value_name = "NUMBER", default_value = "1")]
    hidden_actions: u32,
    /// End the search after this many states
    #[arg(long, value_name = "NUMBER", default_value = "2000000")]
    max_states: usize,
    #[command(flatten)]
    run: RunArgs,
}

fn time(text: &str) -> Result<InstantMs, String> {
    let read = instant::parse(text, &TimeZone::UTC);
    read.map_err(|_| format!("`{text}` is no time: write 2016-03-02T10:00:00Z"))
}

fn clock_error(text: &str) -> Result<u64, String> {
    let read = parse_duration(text);
    read.map(|read| read.ms)
        .map_err(|why| format!("{why}; a duration such as 1s"))
}

/// Runs the command.
pub fn run(args: &ConformArgs) -> CommandResult {
    let loaded = args.run.load(&args.scenario)?;
    let records = chain::load(&args.records)?;
    let request = ConformRequest {
        scenario: &loaded.scenario,
        records: &records,
        within: (
            args.from.unwrap_or(InstantMs::MIN),
            args.to.unwrap_or(InstantMs::MAX),
        ),
        clock_error_ms: args.clock_error,
        hidden_faults: args.hidden_faults,
        hidden_actions: args.hidden_actions,
        states: args.max_states,
    };
    let answer = conform(&request).map_err(Failure::input)?;
    print(&text(&answer))?;
    Ok(match answer {
        ConformAnswer {
            is_explained: true, ..
        } => Exit::AsExpected,
        ConformAnswer {
            is_undecided: true, ..
        } => Exit::Undecided,
        _ => Exit::Differs,
    })
}

fn text(answer: &ConformAnswer) -> String {
    let mut lines = wrapped(&answer.summary, WIDTH);
    if !answer.left_out.is_empty() {
        lines.extend(hanging("note: ", &answer.left_out));
    }
    if let Some(record) = &answer.unexplained {
        lines.extend(hanging("first: ", record));
    }
    for candidate in &answer.candidates {
        lines.extend(hanging("perhaps: ", candidate));
    }
    if !answer.is_explained {
        lines.push("The run that explains the most:".to_owned());
    }
    for (number, line) in answer.lines.iter().enumerate() {
        if let Some(event) = &line.event {
            let mark = match (line.is_fault, line.is_work, line.is_hidden()) {
                (true, _, false) => " [fault]",
                (true, _, true) => " [fault that no record has]",
                (_, true, false) => " [people]",
                (_, true, true) => " [people; no record has it]",
                (false, false, _) => "",
            };
            lines.extend(hanging(
                &format!("{number:>3}. "),
                &format!("{event}{mark}"),
            ));
        } else if !line.records.is_empty() {
            lines.push("  0. at the start".to_owned());
        }
        for record in &line.records {
            lines.extend(hanging("     <- ", record));
        }
    }
    lines.extend(wrapped(&format!("Losses: {}.", answer.lost), WIDTH));
    lines.push(String::new());
    lines.join("\n")
}
