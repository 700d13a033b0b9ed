//! `plan` under `simulate`, `compare`, `sweep` and `check`: a manifest in place of a run.

use std::path::{Path, PathBuf};

use clap::Args;

use super::{output, studies};
use crate::exit::Exit;
use crate::scenario::{FileSystem, Loaded};
use crate::shard::{Line, Manifest, Recorder, SHARDS_MOST, Task};
use crate::study::job::{Job, Kind};

/// How a study is cut.
#[derive(Args)]
pub struct PlanOptions {
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
pub fn write(job: &Job, options: &PlanOptions) -> Exit {
    let recorder = Recorder::new(&FileSystem);
    let ready = match studies::ready(job, &recorder) {
        Ok(ready) => ready,
        Err(exit) => return exit,
    };
    let early = |one: &Loaded| {
        let settings = &one.scenario.simulate;
        job.kind == Kind::Simulate && (settings.precision > 0.0 || settings.stop_when_decided)
    };
    if let Some(early) = ready.loaded.iter().find(|one| early(one)) {
        eprintln!(
            "error: a plan has a fixed number of trials, and {} may end early; add --set \
             simulate.precision=0.0 --set simulate.stop_when_decided=false",
            early.scenario.name
        );
        return Exit::Input;
    }
    let seed = ready
        .loaded
        .first()
        .map_or(0, |one| one.scenario.simulate.seed);
    let manifest = Manifest::new(
        Task::Study(job.clone()),
        Line::of_study(&ready.study),
        seed,
        recorder.texts(),
        options.shards,
    );
    store(&manifest, &options.manifest, "trials")
}

/// Writes a manifest, whose shards are `of` trials or searches.
pub fn store(manifest: &Manifest, path: &Path, of: &str) -> Exit {
    if output::is_foreign(path) {
        return output::exists(path);
    }
    let text = match serde_json::to_string_pretty(manifest) {
        Ok(text) => text + "\n",
        Err(error) => {
            eprintln!("error: a defect in poolproof: the manifest cannot be written: {error}");
            return Exit::Defect;
        }
    };
    if let Err(error) = output::write_file(path, text.as_bytes()) {
        eprintln!("error: cannot write {}: {error}", path.display());
        return Exit::Output;
    }
    output::print(&format!(
        "{}: {} shards, numbered from 0, of {} {of} in all\n",
        path.display(),
        manifest.shards.len(),
        manifest.length
    ))
}
