//! `poolproof merge`: shards back together.

use std::path::{Path, PathBuf};
use std::{fs, io};

use clap::{Args, ValueEnum};

use super::failure::{CommandResult, Failure};
use super::flags::ExecutionArgs;
use super::format::OutputFormat;
use super::study::{self, Outlet};
use super::{files, ownership, run_shard};
use crate::app::shard::{MergeError, Plan, ShardText};
use crate::app::study::job::StudyKind;

/// Merge the shards of a manifest to the result that one machine would have given
///
/// Takes the files in any order, and refuses missing, double, damaged and foreign ones.
#[derive(Args)]
pub struct MergeArgs {
    /// Manifest that the shards were run from
    #[arg(value_name = "MANIFEST")]
    manifest: PathBuf,
    /// Files of the shards, in any order; of a directory every file shard-*.json
    #[arg(required = true, value_name = "SHARD")]
    shards: Vec<PathBuf>,
    /// Print the result in this form
    #[arg(long, value_enum, default_value = "human")]
    format: OutputFormat,
    /// Write the report into this directory
    #[arg(long, value_name = "DIRECTORY")]
    out: Option<PathBuf>,
    #[command(flatten)]
    execution: ExecutionArgs,
}

/// Runs the command.
pub fn run(args: &MergeArgs) -> CommandResult {
    let (manifest, plan) = run_shard::open(&args.manifest)?;
    let (known, paths): (&[OutputFormat], Vec<String>) = match &plan {
        Plan::Study(job, _) if job.kind == StudyKind::Simulate => {
            (OutputFormat::value_variants(), job.scenarios.clone())
        }
        Plan::Study(job, _) => (&OutputFormat::OF_STUDIES, job.scenarios.clone()),
        Plan::Swarm(job, _, _) => (&OutputFormat::OF_CHECKS, vec![job.scenario.clone()]),
    };
    args.format.verify(known)?;
    if let Some(out) = &args.out {
        if plan.is_of_single_scenarios() {
            for one in plan.scenarios() {
                ownership::claim(&files::directory(out, &one.scenario.name)?)?;
            }
        } else {
            ownership::claim(out)?;
        }
    }
    let shards = listed(&args.shards)?.into_iter().map(read);
    let terminal = args.execution.terminal();
    let found = plan.merge(&manifest, shards, &args.execution.on(&terminal))?;
    let outlet = Outlet {
        format: args.format,
        out: args.out.clone(),
    };
    Ok(study::deliver(found, &plan.commands(), &paths, &outlet))
}

fn unread(path: &Path, error: String) -> MergeError {
    MergeError::Unread {
        file: path.display().to_string(),
        error,
    }
}

fn read(path: PathBuf) -> ShardText {
    match files::text(&path) {
        Ok(text) => Ok((path.display().to_string(), text)),
        Err(error) => Err(unread(&path, error)),
    }
}

/// The files, and those of the directories, in the order of their names: that of the line, where
/// neighbours are joined at once.
fn listed(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            let shards = within(path)
                .map_err(|error| Failure::input(unread(path, error.to_string()).to_string()));
            files.extend(shards?);
        } else {
            files.push(path.clone());
        }
    }
    files.sort();
    Ok(files)
}

/// The shards of a directory, as `run-shard` names them: a command line does not hold the names of
/// many.
fn within(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with("shard-") && name.ends_with(".json") {
            files.push(entry.path());
        }
    }
    Ok(files)
}
