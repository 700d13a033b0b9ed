//! Checkpoints: what an interrupted run has finished, kept where the caller says.
//!
//! The text is a shard of the study that begins at its first trial. So a run that is resumed ends
//! with the same bytes as a run that was never interrupted, and a text of another study, version or
//! with a damaged byte is refused. Only finished batches are in it.

use super::clock::Stopwatch;
use super::error::{AppError, ErrorKind};
use super::observer::{Notice, Observer};
use super::shard::{decode, encode};
use super::study::{PartialResult, PartialResultView, Study, StudyProgress};

/// Seconds between two writings: a crash costs no more than this.
const EVERY_S: f64 = 2.0;

/// Keeps the text of one checkpoint, in a file for example.
pub trait CheckpointStore: Sync {
    /// What people call it, such as the path of the file.
    fn name(&self) -> String;

    /// The text that is kept; `None` if there is none.
    ///
    /// # Errors
    ///
    /// Why it cannot be read, in words.
    fn read(&self) -> Result<Option<String>, String>;

    /// Replaces the text, whole or not at all.
    ///
    /// # Errors
    ///
    /// Why it cannot be written, in words.
    fn write(&self, text: &str) -> Result<(), String>;

    /// Removes the text; there may be none.
    fn remove(&self);
}

/// The checkpoint of a run, if the caller keeps one.
pub(super) struct Checkpoint<'a> {
    store: Option<&'a dyn CheckpointStore>,
    study: String,
    /// Since the last writing; none before the first round.
    written: Option<Stopwatch>,
    failed: Option<AppError>,
}

impl<'a> Checkpoint<'a> {
    /// The checkpoint of a study.
    pub(super) fn new(store: Option<&'a dyn CheckpointStore>, study: &Study) -> Self {
        Self {
            store,
            study: study.digest(),
            written: None,
            failed: None,
        }
    }

    /// What an earlier run has finished; nothing where nothing is kept.
    pub(super) fn read(
        &self,
        study: &Study,
        observer: &dyn Observer,
    ) -> Result<Vec<PartialResult>, AppError> {
        let Some(store) = self.store else {
            return Ok(Vec::new());
        };
        let name = store.name();
        let refuse = |why: String| AppError::input(format!("cannot resume from {name}: {why}"));
        let Some(text) = store.read().map_err(refuse)? else {
            let name = store.name();
            observer.notice(Notice::NoCheckpoint { name });
            return Ok(Vec::new());
        };
        let shard = decode(&text).map_err(|error| refuse(error.to_string()))?;
        if shard.study != self.study || shard.range.start != 0 {
            let message = "it belongs to another scenario, seed or number of trials; without \
                           --resume the run starts from the beginning";
            return Err(refuse(message.to_owned()));
        }
        let parts = study.begun(shard.parts);
        parts.map_err(|error| refuse(error.to_string()))
    }

    /// Keeps what is finished, once in a while.
    pub(super) fn keep(&mut self, at: StudyProgress<'_>) {
        let written = self.written.as_ref();
        let due = written.is_none_or(|since| since.seconds() >= EVERY_S);
        if self.failed.is_none() && due {
            let mut parts: Vec<_> = at.finished.iter().map(PartialResult::view).collect();
            parts.push(at.current);
            self.failed = self.write(&parts).err();
            self.written = Some(Stopwatch::start());
        }
    }

    /// Keeps what an interrupted run has finished; of one that is complete nothing is kept. Gives
    /// what went wrong.
    pub(super) fn end(
        mut self,
        parts: &[PartialResult],
        complete: bool,
        observer: &dyn Observer,
    ) -> Option<AppError> {
        let store = self.store?;
        if complete {
            store.remove();
            return self.failed.take();
        }
        let views: Vec<_> = parts.iter().map(PartialResult::view).collect();
        match self.write(&views) {
            Ok(()) => observer.notice(Notice::CheckpointKept { name: store.name() }),
            Err(error) => self.failed = Some(error),
        }
        self.failed
    }

    fn write(&self, parts: &[PartialResultView<'_>]) -> Result<(), AppError> {
        let Some(store) = self.store else {
            return Ok(());
        };
        let trials = parts.iter().map(|part| part.count).sum();
        let text = encode(&self.study, 0..trials, parts);
        text.and_then(|text| store.write(&text)).map_err(|error| {
            let message = format!("cannot write {}: {error}", store.name());
            AppError::new(ErrorKind::Storage, message)
        })
    }
}
