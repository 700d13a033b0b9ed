//! `plan` under `simulate`, `compare`, `sweep` and `check`: a manifest in place of a run.

use std::path::{Path, PathBuf};

use clap::Args;

use super::exit::Exit;
use super::failure::{CommandResult, Failure};
use super::files;
use super::terminal::print;
use crate::app::shard::{SHARDS_MOST, Task, plan};
use crate::app::study::job::StudyJob;
use crate::scenario::FileSystem;

/// How a study is cut.
#[derive(Args)]
pub struct PlanArgs {
    /// Cut the trials into this many shards
    #[arg(
        long,
        value_name = "NUMBER",
        value_parser = clap::value_parser!(u64).range(1..=SHARDS_MOST),
    )]
    shards: u64,
    /// Write the manifest to this file
    #[arg(long, value_name = "FILE", default_value = "manifest.json")]
    manifest: PathBuf,
}

/// Writes the manifest of a job.
pub fn of_job(job: StudyJob, args: &PlanArgs) -> CommandResult {
    write(Task::Study(job), args.shards, &args.manifest)
}

/// Writes the manifest of a task.
pub fn write(task: Task, shards: u64, path: &Path) -> CommandResult {
    let of = match &task {
        Task::Study(_) => "trials",
        Task::Swarm(_) => "searches",
    };
    files::try_file(path)?;
    let manifest = plan(task, shards, &FileSystem)?;
    let text = serde_json::to_string_pretty(&manifest).map_err(|error| {
        Failure::defect(format_args!("the manifest cannot be written: {error}"))
    })?;
    files::replace_own(path, (text + "\n").as_bytes())?;
    print(&format!(
        "{}: {} shards, numbered from 0, of {} {of} in all\n",
        path.display(),
        manifest.shards.len(),
        manifest.length
    ))?;
    Ok(Exit::AsExpected)
}
