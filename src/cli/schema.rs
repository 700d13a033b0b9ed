//! `poolproof schema`: the JSON Schemas of the files that people write and of what is printed.

use clap::{Args, ValueEnum};
use poolproof_reports::advice::AdviceDocument;
use poolproof_reports::comparison::ComparisonDocument;
use poolproof_reports::fit::FitDocument;
use poolproof_reports::sweep::SweepDocument;
use poolproof_reports::{self as reports, schema_of};

use super::exit::Exit;
use super::failure::CommandResult;
use super::terminal::print;
use crate::scenario::schema;

/// Print the JSON Schema of a kind of files, for editors and for programs
///
/// Put that of scenarios beside yours and write "#:schema ./scenario-v1.schema.json" into its first
/// line; `poolproof init` does both, for the runbooks too.
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
    /// `result.json`, and what `--format json` prints
    Result,
    /// `comparison.json`
    Comparison,
    /// `sweep.json`
    Sweep,
    /// What `advise --format json` prints
    Advice,
    /// What `cuts --format json` prints
    Cuts,
    /// `traces/*.json`
    Trace,
    /// What `fit` writes for programs
    Fit,
    /// What `validate --format json` prints
    Diagnostics,
}

/// Runs the command.
pub fn run(args: &SchemaArgs) -> CommandResult {
    print(&match args.kind {
        FileKind::Scenario => schema::of_scenarios(),
        FileKind::Runbook => schema::of_runbooks(),
        FileKind::Result => reports::schema(),
        FileKind::Comparison => schema_of::<ComparisonDocument>(),
        FileKind::Sweep => schema_of::<SweepDocument>(),
        FileKind::Advice => schema_of::<AdviceDocument>(),
        FileKind::Cuts => reports::cuts_schema(),
        FileKind::Trace => reports::trace_schema(),
        FileKind::Fit => schema_of::<FitDocument>(),
        FileKind::Diagnostics => reports::diagnostics_schema(),
    })?;
    Ok(Exit::AsExpected)
}
