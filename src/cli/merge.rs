//! `poolproof merge`: shards back together.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;

use super::format::RunFormat;
use super::run_shard::{self, Whole};
use super::studies::{self, Outlet};
use super::{RunArgs, input, output, swarm};
use crate::exit::Exit;
use crate::shard::{MergeError, merge, merge_swarm};
use crate::study::job::Kind;

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
    format: RunFormat,
    /// Write the report into this directory
    #[arg(long, value_name = "DIRECTORY")]
    out: Option<PathBuf>,
    /// Use this many threads; the result does not depend on it
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

/// Runs the command.
pub fn run(args: &MergeArgs) -> Exit {
    let (manifest, whole) = match run_shard::load(&args.manifest) {
        Ok(loaded) => loaded,
        Err(exit) => return exit,
    };
    let known = match &whole {
        Whole::Study(job, _) => studies::known(job.kind, args.format),
        Whole::Swarm(..) => swarm::known(args.format),
    };
    if let Err(exit) = known {
        return exit;
    }
    let claimed = args.out.as_ref().map(|out| match &whole {
        Whole::Study(job, ready) if job.kind == Kind::Simulate => {
            let names = ready.loaded.iter().map(|one| &one.scenario.name);
            names
                .map(|name| output::directory(out, name))
                .try_for_each(|directory| output::claim(&directory))
        }
        Whole::Study(..) => output::claim(out),
        Whole::Swarm(_, loaded, _) => output::claim(&output::directory(out, &loaded.scenario.name)),
    });
    if let Some(Err(exit)) = claimed {
        return exit;
    }
    let files = match files(&args.shards) {
        Ok(files) => files.into_iter().map(|path| {
            let file = path.display().to_string();
            match input::text(&path) {
                Ok(text) => Ok((file, text)),
                Err(error) => Err(MergeError::Unread { file, error }),
            }
        }),
        Err(error) => {
            eprintln!("error: {error}");
            return Exit::Input;
        }
    };
    let run = RunArgs {
        seed: None,
        threads: args.threads,
        set: Vec::new(),
        timing: false,
    };
    let outlet = Outlet {
        format: args.format,
        out: args.out.clone(),
        resume: false,
    };
    let planned = &manifest.shards;
    let exit = match &whole {
        Whole::Study(job, ready) => merge(&ready.study, planned, files)
            .map(|parts| studies::conclude(job, ready, parts, false, &run, &outlet)),
        Whole::Swarm(job, loaded, searches) => merge_swarm(searches, planned, files)
            .map(|parts| swarm::conclude(job, loaded, searches, &parts, &outlet)),
    };
    exit.unwrap_or_else(|error: MergeError| {
        eprintln!("error: {error}");
        Exit::Input
    })
}

/// The files, and those of the directories, in the order of their names: that of the line, where
/// neighbours are joined at once.
fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, MergeError> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            let shards = within(path).map_err(|error| MergeError::Unread {
                file: path.display().to_string(),
                error: error.to_string(),
            });
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
