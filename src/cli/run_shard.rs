//! `poolproof run-shard`: one shard of a manifest.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use super::{RunArgs, output, studies};
use crate::exit::Exit;
use crate::shard::{Manifest, encode};
use crate::study::job::Ready;

/// Run one shard of a manifest and write its file
///
/// The file is written under a temporary name and renamed when it is whole. Running a shard again
/// writes the same bytes.
#[derive(Args)]
pub struct RunShardArgs {
    /// Manifest, as written by `poolproof sweep plan`, `simulate plan` or `compare plan`
    #[arg(value_name = "MANIFEST")]
    manifest: PathBuf,
    /// Number of the shard, from 0
    #[arg(value_name = "K")]
    shard: u64,
    /// Write the file into this directory
    #[arg(long, value_name = "DIRECTORY", default_value = "shards")]
    out: PathBuf,
    /// Use this many threads; the result does not depend on it
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Print times and speeds as one line of JSON on stderr; they are never part of a result
    #[arg(long)]
    timing: bool,
}

/// Runs the command.
pub fn run(args: &RunShardArgs) -> Exit {
    let (manifest, ready) = match load(&args.manifest) {
        Ok(loaded) => loaded,
        Err(exit) => return exit,
    };
    let Some(stretch) = manifest.shards.iter().find(|one| one.shard == args.shard) else {
        eprintln!(
            "error: {} has the shards 0 to {}; {} is none of them",
            args.manifest.display(),
            manifest.shards.len().saturating_sub(1),
            args.shard
        );
        return Exit::Input;
    };
    let run = RunArgs {
        seed: None,
        threads: args.threads,
        set: Vec::new(),
        timing: args.timing,
    };
    let (study, line) = (&ready.study, stretch.line());
    let (parts, complete) = studies::stretch(study, line.clone(), Vec::new(), &run, &mut |_| {});
    if !complete {
        return Exit::Interrupted;
    }
    let views: Vec<_> = parts.iter().map(|part| part.view()).collect();
    let text = match encode(&manifest.study, line, &views) {
        Ok(text) => text,
        Err(error) => {
            eprintln!("error: a defect in poolproof: the shard cannot be written: {error}");
            return Exit::Defect;
        }
    };
    // A manifest may come from anywhere: its names must not climb out of the directory.
    let name = format!("shard-{:05}.json", stretch.shard);
    let path = args.out.join(name);
    if let Err(error) = output::write_file(&path, text.as_bytes()) {
        eprintln!("error: cannot write {}: {error}", path.display());
        return Exit::Output;
    }
    output::print(&format!("{}\n", path.display()))
}

/// Reads a manifest and the study in it.
pub fn load(path: &Path) -> Result<(Manifest, Ready), Exit> {
    let refuse = |message: String| {
        eprintln!("error: {}: {message}", path.display());
        Exit::Input
    };
    let text = fs::read_to_string(path).map_err(|error| refuse(error.to_string()))?;
    let manifest = Manifest::parse(&text).map_err(|error| refuse(error.to_string()))?;
    let ready = studies::ready(&manifest.job, &manifest.texts())?;
    let verified = manifest.verify(&ready.study);
    verified.map_err(|error| refuse(error.to_string()))?;
    Ok((manifest, ready))
}
