//! `poolproof schema`: the JSON Schema of the files that people write.

use clap::{Args, ValueEnum};

use super::exit::Exit;
use super::failure::CommandResult;
use super::terminal::print;
use crate::scenario::schema;

/// Print the JSON Schema of scenario files, for editors
///
/// Put it beside the scenario and write "#:schema ./scenario-v1.schema.json" into its first line;
/// `poolproof init` does both.
#[derive(Args)]
pub struct SchemaArgs {
    /// Which files the schema is for
    #[arg(value_enum, default_value = "scenario", value_name = "KIND")]
    kind: FileKind,
}

#[derive(Clone, Copy, ValueEnum)]
enum FileKind {
    /// Scenario files
    Scenario,
    /// Runbook files
    Runbook,
}

/// Runs the command.
pub fn run(args: &SchemaArgs) -> CommandResult {
    print(&match args.kind {
        FileKind::Scenario => schema::of_scenarios(),
        FileKind::Runbook => schema::of_runbooks(),
    })?;
    Ok(Exit::AsExpected)
}
