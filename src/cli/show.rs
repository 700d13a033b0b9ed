//! `poolproof show`: every value of a scenario, with its source.

use std::path::PathBuf;

use clap::Args;

use super::exit::Exit;
use super::failure::CommandResult;
use super::flags::RunArgs;
use super::terminal::print;
use crate::scenario::assumption::Grade;

/// Print every value that a scenario rests on, written or by default, with source and grade
///
/// Grades: V read at the source, S read in a text that cites it, R recomputed from raw data, D
/// derived, M measured by `poolproof fit` and J judgement; M and J are no published facts.
#[derive(Args)]
pub struct ShowArgs {
    /// Scenario file; - is standard input
    #[arg(value_name = "SCENARIO")]
    scenario: PathBuf,
    #[command(flatten)]
    run: RunArgs,
}

/// Runs the command.
pub fn run(args: &ShowArgs) -> CommandResult {
    let loaded = args.run.load(&args.scenario)?;
    let mut text = String::new();
    for assumption in loaded.scenario.assumptions() {
        let origin = match (assumption.is_default, assumption.grade) {
            (true, Some(Grade::J)) => "default, judgement",
            (true, _) => "default",
            // `[[measured]]` says so, and runbooks state the grades of their durations.
            (false, Some(Grade::M)) => "written, measured",
            (false, Some(Grade::J)) => "written, judgement",
            (false, _) => "written",
        };
        let grade = assumption.grade.map_or("-", Grade::name);
        text.push_str(&format!(
            "{} = {}\n    {origin}, grade {grade}: {}\n",
            assumption.key, assumption.value, assumption.source
        ));
    }
    print(&text)?;
    Ok(Exit::AsExpected)
}
