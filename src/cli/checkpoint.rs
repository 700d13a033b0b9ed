//! Checkpoints: what an interrupted run has finished, kept beside its results.
//!
//! The file is a shard of the study that begins at its first trial. So going on from it ends with
//! the same bytes as a run that was never interrupted, and a file of another study, version or
//! with a damaged byte is refused. Only finished batches are in it.

use std::fs;
use std::path::{Path, PathBuf};

use super::output;
use super::timing::Stopwatch;
use crate::exit::Exit;
use crate::shard::{decode, encode};
use crate::study::{Part, Progress, Study};

/// Seconds between two writings: a crash costs no more than this.
const EVERY_S: f64 = 2.0;

/// The checkpoint of a run, if it has a directory to keep it in.
pub struct Checkpoint {
    path: Option<PathBuf>,
    study: String,
    /// Since the last writing; none before the first round.
    written: Option<Stopwatch>,
    failed: bool,
}

impl Checkpoint {
    /// The checkpoint of a study whose results go to `out`.
    pub fn new(out: Option<&Path>, study: &Study) -> Self {
        Self {
            path: out.map(|out| out.join("checkpoint.json")),
            study: study.digest(),
            written: None,
            failed: false,
        }
    }

    /// What an earlier run has finished; nothing where there is no file.
    pub fn read(&self, study: &Study) -> Result<Vec<Part>, Exit> {
        let Some(path) = &self.path else {
            return Ok(Vec::new());
        };
        let refuse = |message: String| {
            eprintln!("error: cannot go on from {}: {message}", path.display());
            Exit::Input
        };
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                eprintln!("note: there is no {}; starting anew", path.display());
                return Ok(Vec::new());
            }
            Err(error) => return Err(refuse(error.to_string())),
        };
        let shard = decode(&text).map_err(|error| refuse(error.to_string()))?;
        if shard.study != self.study || shard.line.start != 0 {
            let message = "it belongs to another scenario, seed or number of trials; without \
                           --resume the run starts anew";
            return Err(refuse(message.to_owned()));
        }
        let parts = study.begun(shard.parts);
        parts.map_err(|error| refuse(error.to_string()))
    }

    /// Keeps what is finished, once in a while.
    pub fn keep(&mut self, at: Progress<'_>) {
        let written = self.written.as_ref();
        let due = written.is_none_or(|since| since.seconds() >= EVERY_S);
        if self.path.is_some() && !self.failed && due {
            let mut parts: Vec<_> = at.finished.iter().map(Part::view).collect();
            parts.push(at.current);
            let trials = parts.iter().map(|part| part.count).sum();
            self.failed = self.write(trials, &parts) != Exit::AsExpected;
            self.written = Some(Stopwatch::start());
        }
    }

    /// Keeps what an interrupted run has finished; of one that is complete nothing is kept.
    pub fn end(&self, parts: &[Part], complete: bool) -> Exit {
        let Some(path) = &self.path else {
            return Exit::AsExpected;
        };
        if complete {
            let _ = fs::remove_file(path);
            return Exit::AsExpected;
        }
        let views: Vec<_> = parts.iter().map(Part::view).collect();
        let exit = self.write(views.iter().map(|part| part.count).sum(), &views);
        if exit == Exit::AsExpected {
            eprintln!("interrupted; --resume goes on from {}", path.display());
        }
        exit
    }

    fn write(&self, trials: u64, parts: &[crate::study::PartView<'_>]) -> Exit {
        let Some(path) = &self.path else {
            return Exit::AsExpected;
        };
        let written = encode(&self.study, 0..trials, parts)
            .and_then(|text| output::write_file(path, text.as_bytes()).map_err(|e| e.to_string()));
        match written {
            Ok(()) => Exit::AsExpected,
            Err(error) => {
                eprintln!("error: cannot write {}: {error}", path.display());
                Exit::Output
            }
        }
    }
}
