//! `poolproof schema`: the JSON Schema of the files that people write.

use clap::{Args, ValueEnum};

use super::output;
use crate::exit::Exit;
use crate::scenario::schema;

/// Print the JSON Schema of scenario files, for editors
///
/// Put it beside the scenario and write "#:schema ./scenario-v1.schema.json" into its first line;
/// `poolproof init` does both.
#[derive(Args)]
pub struct SchemaArgs {
    /// Which files the schema is for
    #[arg(value_enum, default_value = "scenario", value_name = "KIND")]
    kind: Kind,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    /// Scenario files
    Scenario,
    /// Runbook files
    Runbook,
}

/// Runs the command.
pub fn run(args: &SchemaArgs) -> Exit {
    output::print(&match args.kind {
        Kind::Scenario => schema::of_scenarios(),
        Kind::Runbook => schema::of_runbooks(),
    })
}
