//! The work behind the page: one question at a time, which the next one ends at once.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::app::clock::Stopwatch;
use crate::app::whatif::{
    ChangeSet, Changed, Inquiry, LiveFinding, Problem, ReadyQuestion, StudyQuestion, WhatIf,
};
use crate::app::{AppError, Execution, Notice, Observer, Progress, StageTiming};

/// RunList that are kept, so that going back shows at once what was found.
const KEPT_MOST: usize = 12;

/// How long a run goes on that nobody listens to.
const PATIENCE: Duration = Duration::from_secs(4);

/// The least time between two events about progress.
const PROGRESS_EVERY: Duration = Duration::from_millis(250);

/// What a page asks: the scenario with changes, and what it is compared with.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Question {
    pub(super) changes: ChangeSet,
    #[serde(default)]
    pub(super) before: Option<ChangeSet>,
}

/// An event: its name, and its data in one line.
/// A question about several states, or for advice.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StudyRequest {
    /// The changes of the state that is shown.
    pub(super) changes: ChangeSet,
    /// What is asked.
    pub(super) study: StudyQuestion,
}

type Event = (&'static str, String);

/// All work.
pub(super) struct Work {
    pub(super) about: Arc<WhatIf>,
    runs: Mutex<RunList>,
    /// The bytes that a search may take, asked before each.
    spare: SpareBytes,
    /// Held by the run at work: the one before it has ended then.
    turn: Arc<Mutex<()>>,
}

/// What the machine has to spare, where it says so.
pub type SpareBytes = fn() -> Option<u64>;

#[derive(Default)]
struct RunList {
    last: u64,
    kept: VecDeque<Arc<Run>>,
    /// The last question about several states.
    study: Option<Arc<Run>>,
}

/// What is asked.
enum RunSubject {
    /// What a state comes to.
    Answer {
        question: Question,
        changed: Box<Changed>,
        before: Option<Box<Changed>>,
    },
    /// What several states come to.
    Study(ReadyQuestion),
}

/// One question, and what is found.
pub(super) struct Run {
    pub(super) number: u64,
    asked: RunSubject,
    cancelled: AtomicBool,
    listeners: AtomicUsize,
    log: Mutex<Log>,
    arrived: Condvar,
}

#[derive(Default)]
struct Log {
    events: Vec<Event>,
    ended: bool,
    /// Whether it came to its end, and the result is that of the command.
    complete: bool,
    latest: Option<Arc<LiveFinding>>,
    progress: Option<Stopwatch>,
}

/// How far the work has come, for the page.
#[derive(Serialize)]
struct ProgressEvent {
    stage: &'static str,
    done: u64,
    /// None where it is not known beforehand.
    total: Option<u64>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Work {
    pub(super) fn new(about: WhatIf, spare: SpareBytes) -> Self {
        Self {
            about: Arc::new(about),
            spare,
            runs: Mutex::default(),
            turn: Arc::default(),
        }
    }

    /// Begins to answer a question, and ends what is at work. A question that was answered is not
    /// asked again.
    pub(super) fn start(&self, question: Question) -> Result<Arc<Run>, AppError> {
        let changed = self.about.changed(&question.changes)?;
        let before = question.before.as_ref();
        let before = before
            .map(|before| self.about.changed(before))
            .transpose()?;
        let mut runs = locked(&self.runs);
        for run in &runs.kept {
            if run.has_answered(&question, &changed) {
                return Ok(Arc::clone(run));
            }
        }
        for run in runs.kept.iter().chain(&runs.study) {
            run.cancel();
        }
        runs.kept.retain(|run| run.is_complete());
        if runs.kept.len() >= KEPT_MOST {
            runs.kept.pop_front();
        }
        let run = runs.enter(RunSubject::Answer {
            question,
            changed: Box::new(changed),
            before: before.map(Box::new),
        });
        runs.kept.push_back(Arc::clone(&run));
        drop(runs);
        self.begin(&run);
        Ok(run)
    }

    /// Begins to answer a question about several states, and ends the one before it. It waits
    /// until the answer to the state at hand is complete, and a change ends it.
    pub(super) fn start_study(&self, request: &StudyRequest) -> Result<Arc<Run>, AppError> {
        let ready = self.about.ready(&request.changes, &request.study)?;
        let mut runs = locked(&self.runs);
        if let Some(run) = &runs.study {
            run.cancel();
        }
        let run = runs.enter(RunSubject::Study(ready));
        runs.study = Some(Arc::clone(&run));
        drop(runs);
        self.begin(&run);
        Ok(run)
    }

    fn begin(&self, run: &Arc<Run>) {
        let (about, turn) = (Arc::clone(&self.about), Arc::clone(&self.turn));
        let (at_work, spare) = (Arc::clone(run), self.spare);
        let spawned = thread::Builder::new()
            .name("run".to_owned())
            .spawn(move || at_work.work(&about, &turn, spare));
        if spawned.is_err() {
            run.end("failed", "{}".to_owned(), false);
        }
    }

    /// The run of a number, if it is still known.
    pub(super) fn run(&self, number: u64) -> Option<Arc<Run>> {
        let runs = locked(&self.runs);
        let mut kept = runs.kept.iter().chain(&runs.study);
        kept.find(|run| run.number == number).cloned()
    }
}

impl RunList {
    fn enter(&mut self, asked: RunSubject) -> Arc<Run> {
        self.last += 1;
        Arc::new(Run {
            number: self.last,
            asked,
            cancelled: AtomicBool::new(false),
            listeners: AtomicUsize::new(0),
            log: Mutex::default(),
            arrived: Condvar::new(),
        })
    }
}

impl Run {
    fn work(self: Arc<Self>, about: &WhatIf, turn: &Mutex<()>, spare: SpareBytes) {
        let _turn = locked(turn);
        if self.is_cancelled() {
            return;
        }
        let execution = Execution {
            threads: None,
            spare_bytes: spare(),
            observer: &*self,
        };
        let waiting = Arc::downgrade(&self);
        thread::spawn(move || {
            thread::sleep(PATIENCE);
            if let Some(run) = waiting.upgrade() {
                run.cancel_if_alone();
            }
        });
        let take = &mut |finding| self.take(finding);
        let answered = match &self.asked {
            RunSubject::Answer {
                changed, before, ..
            } => {
                let inquiry = Inquiry {
                    about,
                    changed,
                    before: before.as_deref(),
                };
                inquiry.answer(&execution, take)
            }
            RunSubject::Study(question) => about.study(question, &execution, take),
        };
        match answered {
            Ok(true) => self.end("done", "{}".to_owned(), true),
            Ok(false) => self.end("cancelled", "{}".to_owned(), false),
            Err(error) => self.end("failed", problem(&error), false),
        }
    }

    fn take(&self, finding: LiveFinding) {
        if self.is_cancelled() {
            return;
        }
        match finding.event() {
            Ok(event) => {
                let mut log = locked(&self.log);
                log.events.push(event);
                if finding.is_answer() {
                    log.latest = Some(Arc::new(finding));
                }
                drop(log);
                self.arrived.notify_all();
            }
            Err(error) => self.end("failed", problem(&error), false),
        }
    }

    fn end(&self, name: &'static str, data: String, complete: bool) {
        let mut log = locked(&self.log);
        if !log.ended {
            log.events.push((name, data));
            (log.ended, log.complete) = (true, complete);
        }
        drop(log);
        self.arrived.notify_all();
    }

    /// Ends the work at once; what was found stays.
    pub(super) fn cancel(&self) {
        self.cancelled.store(true, Ordering::Release);
        self.end("cancelled", "{}".to_owned(), false);
    }

    fn cancel_if_alone(&self) {
        if self.listeners.load(Ordering::Acquire) == 0 && !self.is_complete() {
            self.cancel();
        }
    }

    /// Whether it has answered a question, about the same scenario.
    fn has_answered(&self, asked: &Question, about: &Changed) -> bool {
        let same = match &self.asked {
            RunSubject::Answer {
                question, changed, ..
            } => question == asked && changed.is_same(about),
            RunSubject::Study(_) => false,
        };
        same && self.is_complete()
    }

    /// The state that is asked about; none where there are several.
    pub(super) fn changed(&self) -> Option<&Changed> {
        match &self.asked {
            RunSubject::Answer { changed, .. } => Some(changed),
            RunSubject::Study(_) => None,
        }
    }

    /// The states of a comparison.
    pub(super) fn variants(&self) -> &[(String, Changed)] {
        match &self.asked {
            RunSubject::Answer { .. } => &[],
            RunSubject::Study(question) => question.variants(),
        }
    }

    fn is_complete(&self) -> bool {
        locked(&self.log).complete
    }

    /// The last answer that was found.
    pub(super) fn latest(&self) -> Option<Arc<LiveFinding>> {
        locked(&self.log).latest.clone()
    }

    /// The events from a number on, once there are some or a time has passed; and whether these
    /// are the last.
    pub(super) fn events(&self, from: usize, wait: Duration) -> (Vec<Event>, bool) {
        let log = locked(&self.log);
        let nothing = |log: &mut Log| log.events.len() <= from && !log.ended;
        let waited = self.arrived.wait_timeout_while(log, wait, nothing);
        let (log, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let events = log.events.iter().skip(from).cloned();
        (events.collect(), log.ended)
    }

    /// Listens, until the listener is dropped.
    pub(super) fn listen(&self) -> Listening<'_> {
        self.listeners.fetch_add(1, Ordering::AcqRel);
        Listening(self)
    }
}

/// Somebody who listens to a run.
pub(super) struct Listening<'a>(&'a Run);

impl Drop for Listening<'_> {
    fn drop(&mut self) {
        let before = self.0.listeners.fetch_sub(1, Ordering::AcqRel);
        if before == 1 && !locked(&self.0.log).ended {
            // A page that loads again comes back soon.
            thread::sleep(PATIENCE);
            self.0.cancel_if_alone();
        }
    }
}

impl Observer for Run {
    fn progress(&self, progress: Progress) {
        let (stage, done, total) = match progress {
            Progress::Checking { states, .. } => ("check", states, None),
            Progress::LeavingOut { states, .. } => ("check", states, None),
            Progress::CutSets { states, .. } => ("cuts", states, None),
            Progress::Simulating { done, total } => ("simulate", done, Some(total)),
            Progress::SecondOpinion { .. }
            | Progress::RareEvents { .. }
            | Progress::Searching { .. } => return,
        };
        let mut log = locked(&self.log);
        let recent = log.progress.as_ref().map(Stopwatch::elapsed);
        if log.ended || recent.is_some_and(|since| since < PROGRESS_EVERY) {
            return;
        }
        let event = ProgressEvent { stage, done, total };
        let Ok(data) = serde_json::to_string(&event) else {
            return;
        };
        log.progress = Some(Stopwatch::start());
        log.events.push(("progress", data));
        drop(log);
        self.arrived.notify_all();
    }

    fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Acquire)
    }

    /// What was found before is shown already.
    fn is_abandoned(&self) -> bool {
        self.is_cancelled()
    }

    fn finished(&self, _: &StageTiming) {}

    fn notice(&self, _: Notice) {}
}

/// An error as JSON.
pub(super) fn problem(error: &AppError) -> String {
    serde_json::to_string(&Problem::of(error)).unwrap_or_else(|_| "{}".to_owned())
}
