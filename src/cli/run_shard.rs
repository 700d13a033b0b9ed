//! `poolproof run-shard`: one shard of a manifest.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use super::exit::Exit;
use super::failure::{CommandResult, Failure};
use super::flags::ExecutionArgs;
use super::terminal::print;
use super::{files, interrupt, ownership, run};
use crate::app::reproduction::Reproduction;
use crate::app::shard::{Manifest, Plan};

/// Run one shard of a manifest and write its file
///
/// The file is written under a temporary name and renamed when it is whole. Running a shard again
/// writes the same bytes.
#[derive(Args)]
pub struct RunShardArgs {
    /// Manifest, as written by `poolproof sweep plan`, or plan of simulate, compare or check
    #[arg(value_name = "MANIFEST")]
    manifest: PathBuf,
    /// Number of the shard, from 0
    #[arg(value_name = "K")]
    shard: u64,
    /// Write the file into this directory
    #[arg(long, value_name = "DIRECTORY", default_value = "shards")]
    out: PathBuf,
    #[command(flatten)]
    execution: ExecutionArgs,
}

/// Runs the command.
pub fn run(args: &RunShardArgs) -> CommandResult {
    let (manifest, plan) = open(&args.manifest)?;
    let Some(shard) = manifest.shards.iter().find(|one| one.shard == args.shard) else {
        return Err(Failure::input(format!(
            "{} has the shards 0 to {}; {} is none of them",
            args.manifest.display(),
            manifest.shards.len().saturating_sub(1),
            args.shard
        )));
    };
    // A manifest may come from anywhere: its names must not climb out of the directory.
    let path = args.out.join(format!("shard-{:05}.json", shard.shard));
    // An empty file is what a crash of the machine has left of a shard.
    let is_empty = fs::metadata(&path).is_ok_and(|there| there.len() == 0);
    if ownership::is_foreign(&path) && !is_empty {
        return Err(ownership::exists(&path));
    }
    let command = Reproduction::new("run-shard")
        .argument(args.manifest.display())
        .argument(args.shard);
    let named = Some(args.out.as_path()).filter(|out| *out != Path::new("shards"));
    let again = run::with_out(&command, named);
    files::try_file(&path).map_err(|failure| failure.again(&again))?;
    let terminal = args.execution.terminal();
    let execution = args.execution.on(&terminal);
    let text = plan.run_shard(&manifest, shard, &execution)?;
    interrupt::work_has_ended();
    let Some(text) = text else {
        let error = "interrupted; of this shard nothing is kept";
        return Err(Failure::new(Exit::Interrupted, error).again(again));
    };
    files::write(&path, text.as_bytes()).map_err(|failure| failure.again(again))?;
    print(&format!("{}\n", path.display()))?;
    Ok(Exit::AsExpected)
}

/// Reads a manifest and what is in it.
pub fn open(path: &Path) -> Result<(Manifest, Plan), Failure> {
    let named = |error: String| format!("{}: {error}", path.display());
    let text = files::text(path)
        .map_err(|error| Failure::input(named(format!("cannot be read: {error}"))))?;
    Plan::open(&text).map_err(|error| {
        let failure = Failure::from(error);
        Failure {
            error: named(failure.error),
            ..failure
        }
    })
}
