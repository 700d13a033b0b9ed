//! `poolproof merge`: shards back together.

use std::fs;
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
    /// Files of the shards, in any order; of a directory every file *.json
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
    let files = files(&args.shards).into_iter().map(|path| {
        let file = path.display().to_string();
        match input::text(&path) {
            Ok(text) => Ok((file, text)),
            Err(error) => Err(MergeError::Unread { file, error }),
        }
    });
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
fn files(paths: &[PathBuf]) -> Vec<PathBuf> {
    let mut files: Vec<_> = paths.iter().flat_map(|path| within(path)).collect();
    files.sort();
    files
}

/// The shards of a directory: a command line does not hold the names of many.
fn within(path: &Path) -> Vec<PathBuf> {
    // What is no directory, or none that can be read, is named when it is read as a file.
    let Ok(entries) = fs::read_dir(path) else {
        return vec![path.to_owned()];
    };
    let files = entries.flatten().map(|entry| entry.path());
    let json = |file: &PathBuf| file.extension().is_some_and(|name| name == "json");
    files.filter(json).collect()
}
