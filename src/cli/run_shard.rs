//! `poolproof run-shard`: one shard of a manifest.

use std::ops::Range;
use std::path::{Path, PathBuf};

use clap::Args;

use super::{RunArgs, input, out_option, output, quoted, studies, swarm};
use crate::app::compile::swarm::Swarm;
use crate::app::shard::swarm_job::SwarmJob;
use crate::exit::Exit;
use crate::scenario::Loaded;
use crate::shard::{Line, Manifest, Task, encode};
use crate::study::job::{Job, Ready};

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
    /// Use this many threads; the result does not depend on it
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Print times and speeds as one line of JSON on stderr; they are never part of a result
    #[arg(long)]
    timing: bool,
}

/// Runs the command.
pub fn run(args: &RunShardArgs) -> Exit {
    let (manifest, whole) = match load(&args.manifest) {
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
    // A manifest may come from anywhere: its names must not climb out of the directory.
    let path = args.out.join(format!("shard-{:05}.json", stretch.shard));
    if output::is_foreign(&path) {
        return output::exists(&path);
    }
    let again = || {
        let manifest = quoted(&args.manifest.display().to_string());
        let out = out_option(Some(args.out.as_path()).filter(|out| *out != Path::new("shards")));
        eprintln!("poolproof run-shard {manifest} {}{out}", args.shard);
    };
    let run = RunArgs {
        seed: None,
        threads: args.threads,
        set: Vec::new(),
        timing: args.timing,
    };
    let Some(text) = counted(&manifest.study, &whole, stretch.line(), &run) else {
        eprintln!("interrupted; of this shard nothing is kept");
        again();
        return Exit::Interrupted;
    };
    let text = match text {
        Ok(text) => text,
        Err(error) => {
            eprintln!("error: a defect in poolproof: the shard cannot be written: {error}");
            return Exit::Defect;
        }
    };
    if let Err(error) = output::write_file(&path, text.as_bytes()) {
        eprintln!("error: cannot write {}: {error}", path.display());
        again();
        return Exit::Output;
    }
    output::print(&format!("{}\n", path.display()))
}

/// Runs a stretch and gives the text of its shard; `None` if it was interrupted.
fn counted(
    digest: &str,
    whole: &Whole,
    line: Range<u64>,
    run: &RunArgs,
) -> Option<Result<String, String>> {
    match whole {
        Whole::Study(_, ready) => {
            let study = &ready.study;
            let (parts, complete) =
                studies::stretch(study, line.clone(), Vec::new(), run, &mut |_| {});
            let views: Vec<_> = parts.iter().map(|part| part.view()).collect();
            complete.then(|| encode(digest, line, &views))
        }
        Whole::Swarm(_, _, swarm) => {
            let parts = swarm::searches(swarm, line.clone(), run);
            let complete = parts.len() as u64 == line.end - line.start;
            complete.then(|| encode(digest, line, &parts))
        }
    }
}

/// What the shards of a manifest are of.
pub enum Whole {
    /// Trials.
    Study(Job, Box<Ready>),
    /// Searches.
    Swarm(SwarmJob, Box<Loaded>, Box<Swarm>),
}

impl Whole {
    fn line(&self) -> Line {
        match self {
            Self::Study(_, ready) => Line::of_study(&ready.study),
            Self::Swarm(_, _, swarm) => Line::of_swarm(swarm),
        }
    }
}

/// Reads a manifest and what is in it.
pub fn load(path: &Path) -> Result<(Manifest, Whole), Exit> {
    let refuse = |message: String| {
        eprintln!("error: {}: {message}", path.display());
        Exit::Input
    };
    let text = input::text(path).map_err(|error| refuse(format!("cannot be read: {error}")))?;
    let manifest = Manifest::parse(&text).map_err(|error| refuse(error.to_string()))?;
    let texts = manifest.texts();
    let whole = match &manifest.job {
        Task::Study(job) => Whole::Study(job.clone(), Box::new(studies::ready(job, &texts)?)),
        Task::Swarm(job) => {
            let (loaded, swarm) = swarm::ready(job, &texts)?;
            Whole::Swarm(job.clone(), Box::new(loaded), Box::new(swarm))
        }
    };
    let verified = manifest.verify(&whole.line());
    verified.map_err(|error| refuse(error.to_string()))?;
    Ok((manifest, whole))
}
