//! Who watches a run: progress and speeds go out, the wish to end it comes in.

use std::num::NonZero;
use std::thread::available_parallelism;
use std::time::Duration;

use rayon::ThreadPoolBuilder;
use serde::Serialize;

/// How far the work has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// The exhaustive search.
    Checking {
        /// Distinct states found.
        states: u64,
        /// Faults of the paths that are searched now.
        faults: u8,
        /// Time until the limit, where there is one.
        left: Option<Duration>,
    },
    /// The search of Stateright, for a second opinion.
    SecondOpinion {
        /// Distinct states found.
        states: u64,
        /// Time until the limit, where there is one.
        left: Option<Duration>,
    },
    /// The search for minimal cut sets.
    CutSets {
        /// Basic events of the sets that are searched now.
        order: u8,
        /// Multisets searched.
        multisets: u64,
        /// Distinct states found.
        states: u64,
    },
    /// The search with a step of a runbook left out.
    LeavingOut {
        /// The number of the step; 0 for the whole runbook.
        step: u64,
        /// How many steps there are.
        steps: u64,
        /// Distinct states found.
        states: u64,
        /// Time until the limit, where there is one.
        left: Option<Duration>,
    },
    /// Trials of a simulation.
    Simulating {
        /// Trials done.
        done: u64,
        /// Trials in all.
        total: u64,
    },
    /// Paths that estimate a rare event.
    RareEvents {
        /// Paths done.
        done: u64,
        /// Paths in all.
        total: u64,
    },
    /// Searches of a swarm.
    Searching {
        /// Searches done.
        done: u64,
        /// Searches in all.
        total: u64,
    },
}

/// The speed of a finished stage. It is never part of a result; a speed that the stage does not
/// have is `None`.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct StageTiming {
    /// `check`, `second-opinion`, `cuts`, `simulate` or `solve`.
    pub stage: &'static str,
    /// Seconds of wall time.
    pub seconds: f64,
    /// Distinct states.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub states_per_second: Option<f64>,
    /// Transitions between them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transitions_per_second: Option<f64>,
    /// Bytes of memory for what is stored of every state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes_per_state: Option<f64>,
    /// Simulated events.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub events_per_second: Option<f64>,
    /// Simulated years.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub simulated_years_per_second: Option<f64>,
}

/// What happens beside the work and is worth a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// A run was to be resumed, but there is no checkpoint: it starts from the beginning.
    NoCheckpoint {
        /// Where it would be.
        name: String,
    },
    /// The run was cut short, and its finished trials are in the checkpoint.
    CheckpointKept {
        /// Where it is.
        name: String,
    },
    /// A trace was recorded by another version.
    OtherVersion {
        /// The version that recorded it.
        recorded: String,
    },
}

/// Watches a run. Its methods are called from the threads that do the work, often and one at a time
/// or not, and should return at once.
pub trait Observer: Sync {
    /// Takes how far the work has come.
    fn progress(&self, progress: Progress);

    /// Whether the work should end: what is finished by then is the result.
    fn is_cancelled(&self) -> bool;

    /// Whether nothing of the result is wanted any more: the work ends at once, and what is
    /// finished is lost. It is asked very often.
    fn is_abandoned(&self) -> bool {
        false
    }

    /// Takes the speed of a stage that has ended.
    fn finished(&self, timing: &StageTiming);

    /// Takes something that is worth a line.
    fn notice(&self, notice: Notice);
}

/// Nobody watches: the work runs to its end.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unobserved;

impl Observer for Unobserved {
    fn progress(&self, _: Progress) {}

    fn is_cancelled(&self) -> bool {
        false
    }

    fn finished(&self, _: &StageTiming) {}

    fn notice(&self, _: Notice) {}
}

/// More threads on a core than this only take memory, and no result depends on their number.
const THREADS_PER_CORE_MOST: usize = 4;

/// How a request is executed. No result depends on it.
#[derive(Clone, Copy)]
pub struct Execution<'a> {
    /// The number of threads, at most four for each core; by default one for each core.
    pub threads: Option<u16>,
    /// The most bytes of a search that is given no limit; without it, as many as there are.
    pub spare_bytes: Option<u64>,
    /// Who watches.
    pub observer: &'a dyn Observer,
}

impl Execution<'_> {
    /// Unobserved, on all cores.
    pub const PLAIN: Execution<'static> = Execution {
        threads: None,
        spare_bytes: None,
        observer: &Unobserved,
    };

    /// Runs work on the threads.
    pub(super) fn on_threads<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        let cores = available_parallelism().map_or(1, NonZero::get);
        let most = cores * THREADS_PER_CORE_MOST;
        let threads = self.threads.map_or(cores, usize::from).clamp(1, most);
        match ThreadPoolBuilder::new().num_threads(threads).build() {
            Ok(pool) => pool.install(work),
            // The machine gives no more threads: the result is the same on the ones there are.
            Err(_) => work(),
        }
    }
}
