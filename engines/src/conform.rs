//! Whether a run of a model explains what was observed.
//!
//! Observations are in the order of time and incomplete: a server that has crashed writes nothing.
//! So the run may have any events between them (L. Cirstea, M. Kuppe, B. Loillier, S. Merz,
//! "Validating Traces of Distributed Programs Against TLA+ Specifications", 2024). Of the runs that
//! explain all observations the one with the fewest faults that nobody observed is given, and of
//! these the shortest.
//!
//! A model has no clock. What takes a time at least, such as noticing that a partner is silent,
//! bounds from below when later observations can be made.

use std::collections::{BTreeMap, BTreeSet};

use poolproof_models::names::event::FaultClass;
use poolproof_models::system::{System, Words};

/// How many parts of a system can be in the middle of something that takes time.
pub const TIMERS: usize = 8;

/// An instant in milliseconds, on the clock of the observations.
pub type AtMs = i64;

/// The soonest that it can be now, and that something that takes its time can be over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Soonest {
    /// It is not earlier than this.
    pub now: AtMs,
    /// Each timer that runs ends no earlier than this.
    pub timers: [Option<AtMs>; TIMERS],
}

impl Soonest {
    fn is_no_later(&self, other: &Self) -> bool {
        let timers = self.timers.iter().zip(&other.timers);
        // A timer that does not run holds nothing up.
        self.now <= other.now && timers.into_iter().all(|(one, other)| one <= other)
    }
}

/// A step of a run: an event in one of its variants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Move {
    /// The event.
    pub event: usize,
    /// Which variant of it, from 0.
    pub variant: u8,
}

/// What was observed of a system, and what is known of its times.
pub trait Observed<S: System> {
    /// How many observations there are.
    fn count(&self) -> usize;

    /// Within which time an observation was made, both ends included.
    fn window(&self, observation: usize) -> (AtMs, AtMs);

    /// Whether an observation was certainly made before another: what the same clock says, and what
    /// the errors of two clocks leave no doubt about.
    fn precedes(&self, observation: usize, other: usize) -> bool;

    /// Whether an observation is what is seen in a state, or at the step that led there.
    fn fits(&self, observation: usize, step: Option<(&S::State, Move)>, state: &S::State) -> bool;

    /// Whether an observation is a record of the event itself, and so of its instant; others see a
    /// state, which lasts.
    fn is_record(&self, observation: usize, event: usize) -> bool;

    /// Whether a state can be, once just these observations are explained: a server that is on
    /// record as down from one time to another is not up between.
    fn is_possible(&self, is_explained: &dyn Fn(usize) -> bool, state: &S::State) -> bool;

    /// In how many variants an event can happen; none where it is not looked for at all.
    fn variants(&self, event: usize) -> u8;

    /// How long an event has to wait: it is not sooner than the timers that it ends.
    fn wait(&self, before: &S::State, step: Move, after: &S::State, clock: &mut Soonest);

    /// The timers that an event starts and stops, once it is known when it was.
    fn start(&self, before: &S::State, step: Move, after: &S::State, clock: &mut Soonest);
}

/// What bounds the search.
#[derive(Debug, Clone, Copy)]
pub struct ConformLimits {
    /// The most faults that nobody observed.
    pub hidden_faults: u32,
    /// The most that people did, recorded or not.
    pub work: u32,
    /// The most states.
    pub states: usize,
}

/// A run, and which observations each of its steps explains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The index of the start among those that were given.
    pub start: usize,
    /// The observations that the start explains.
    pub at_start: Vec<usize>,
    /// The steps, each with the observations that it explains.
    pub steps: Vec<(Move, Vec<usize>)>,
    /// How many of the steps are faults that explain no observation.
    pub hidden_faults: u32,
}

/// What a search for an explanation found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conformance {
    /// The run that explains the most observations.
    pub nearest: Explanation,
    /// How many observations it explains, from the first on.
    pub explained: usize,
    /// Whether a limit ended the search.
    pub cut_off: bool,
    /// How many states were visited.
    pub states: usize,
}

type Key = (Words, Done);

/// Which observations are explained: all before one, and some of those that follow it, as bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Done {
    before: usize,
    ahead: u32,
}

impl Done {
    const fn count(self) -> usize {
        self.before + self.ahead.count_ones() as usize
    }

    const fn has(self, observation: usize) -> bool {
        observation < self.before
            || observation > self.before
                && observation - self.before <= 32
                && self.ahead >> (observation - self.before - 1) & 1 == 1
    }

    /// With one more; it is the first that is open, or one of the 32 after it.
    const fn with(mut self, observation: usize) -> Self {
        if observation > self.before {
            self.ahead |= 1 << (observation - self.before - 1);
            return self;
        }
        loop {
            let next = self.ahead & 1 == 1;
            self.before += 1;
            self.ahead >>= 1;
            if !next {
                return self;
            }
        }
    }
}

struct Visited<T> {
    state: T,
    done: Done,
    clock: Soonest,
    /// Faults that explain no observation, and what people did.
    faults: u32,
    /// The faults of those.
    hidden: u32,
    /// What people did.
    work: u32,
    /// How many steps lead here.
    length: u32,
    /// The one before, and the step from there with the observations that it explains.
    from: Option<(usize, Move)>,
    start: usize,
    matched: Vec<usize>,
}

/// Looks for a run from one of some starts that explains every observation in order.
#[must_use]
pub fn conform<S: System, O: Observed<S> + ?Sized>(
    system: &S,
    starts: &[S::State],
    observed: &O,
    limits: ConformLimits,
) -> Conformance {
    let mut search = Search {
        system,
        observed,
        hidden_most: limits.hidden_faults,
        work_most: limits.work,
        numbers: BTreeMap::new(),
        visited: Vec::new(),
        open: BTreeSet::new(),
    };
    let clock = Soonest {
        now: AtMs::MIN,
        timers: [None; TIMERS],
    };
    for (start, state) in starts.iter().enumerate() {
        let nothing = Done {
            before: 0,
            ahead: 0,
        };
        search.reach(*state, nothing, clock, None, None, start);
    }
    let mut cut_off = false;
    while let Some((_, _, at)) = search.open.pop_first() {
        if search.visited[at].done.count() == observed.count() {
            break;
        }
        if search.visited.len() >= limits.states {
            cut_off = true;
            break;
        }
        search.expand(at);
    }
    search.finish(cut_off)
}

struct Search<'a, S: System, O: ?Sized> {
    system: &'a S,
    observed: &'a O,
    hidden_most: u32,
    work_most: u32,
    numbers: BTreeMap<Key, Vec<usize>>,
    visited: Vec<Visited<S::State>>,
    /// What is to be expanded: faults, steps, number.
    open: BTreeSet<(u32, u32, usize)>,
}

impl<S: System, O: Observed<S> + ?Sized> Search<'_, S, O> {
    fn expand(&mut self, at: usize) {
        let Visited {
            state,
            done,
            clock,
            start,
            ..
        } = self.visited[at];
        for event in self.system.enabled(&state).iter() {
            for variant in 0..self.observed.variants(event) {
                let after = self.system.after(&state, event);
                let step = Move { event, variant };
                let mut later = clock;
                self.observed.wait(&state, step, &after, &mut later);
                self.reach(after, done, later, Some((state, step)), Some(at), start);
            }
        }
    }

    /// Reaches a state, with every number of observations that it explains.
    fn reach(
        &mut self,
        state: S::State,
        mut done: Done,
        mut clock: Soonest,
        step: Option<(S::State, Move)>,
        from: Option<usize>,
        start: usize,
    ) {
        let seen = step.as_ref().map(|(before, step)| (before, *step));
        let (mut faults, mut length, mut costs) = (0, 0, 0);
        let (mut hidden, mut hides, mut work, mut is_work) = (0, 0, 0, false);
        if let (Some(from), Some((before, step))) = (from, &step) {
            let class = self.system.fault_class(before, step.event);
            costs = u32::from(class.is_some());
            is_work = class == Some(FaultClass::Mistake);
            hides = costs - u32::from(is_work);
            let before = &self.visited[from];
            (faults, hidden, work) = (before.faults, before.hidden, before.work);
            length = self.visited[from].length + 1;
        }
        let mut matched = Vec::new();
        let (mut is_recorded, mut until) = (false, AtMs::MAX);
        loop {
            let mut started = clock;
            if let Some((before, step)) = &step {
                self.observed.start(before, *step, &state, &mut started);
            }
            self.insert(Visited {
                state,
                done,
                clock: started,
                // What people do is never more likely than what happens by itself.
                faults: faults + if is_recorded && !is_work { 0 } else { costs },
                hidden: hidden + if is_recorded { 0 } else { hides },
                work: work + u32::from(is_work),
                length,
                from: from.zip(step.map(|(_, step)| step)),
                start,
                matched: matched.clone(),
            });
            let Some(found) = self.next(done, clock, seen, &state, until) else {
                return;
            };
            let (earliest, latest) = self.observed.window(found);
            // What sees the state after the event is not before it.
            until = until.min(latest);
            is_recorded |= step.is_some_and(|(_, step)| self.observed.is_record(found, step.event));
            clock.now = clock.now.max(earliest);
            done = done.with(found);
            matched.push(found);
        }
    }

    /// The first observation that is open, may come next, and fits.
    fn next(
        &self,
        done: Done,
        clock: Soonest,
        seen: Option<(&S::State, Move)>,
        state: &S::State,
        until: AtMs,
    ) -> Option<usize> {
        let ahead = done.before..self.observed.count().min(done.before + 33);
        let open: Vec<usize> = ahead.filter(|one| !done.has(*one)).collect();
        open.iter().copied().find(|one| {
            let mut earlier = open.iter().take_while(|other| *other < one);
            earlier.all(|other| !self.observed.precedes(*other, *one))
                && self.is_in_time(*one, clock, seen, until)
                && self.observed.fits(*one, seen, state)
        })
    }

    /// Whether an observation can be of now; and of an event, of the instant that others of the
    /// same event leave.
    fn is_in_time(
        &self,
        observation: usize,
        clock: Soonest,
        seen: Option<(&S::State, Move)>,
        until: AtMs,
    ) -> bool {
        let (earliest, latest) = self.observed.window(observation);
        let is_record =
            seen.is_some_and(|(_, step)| self.observed.is_record(observation, step.event));
        clock.now <= latest && (!is_record || clock.now.max(earliest) <= until)
    }

    fn insert(&mut self, one: Visited<S::State>) {
        let is_explained = |observation: usize| one.done.has(observation);
        let is_beyond = one.hidden > self.hidden_most || one.work > self.work_most;
        if is_beyond || !self.observed.is_possible(&is_explained, &one.state) {
            return;
        }
        let number = self.visited.len();
        let known = self
            .numbers
            .entry((self.system.words(&one.state), one.done))
            .or_default();
        // What is sooner can do whatever is possible later.
        let is_better = |other: &Visited<S::State>| {
            (other.faults, other.length) <= (one.faults, one.length)
                && other.hidden <= one.hidden
                && other.work <= one.work
                && other.clock.is_no_later(&one.clock)
        };
        if known.iter().any(|other| is_better(&self.visited[*other])) {
            return;
        }
        known.push(number);
        self.open.insert((one.faults, one.length, number));
        self.visited.push(one);
    }

    fn finish(&self, cut_off: bool) -> Conformance {
        let most = self
            .visited
            .iter()
            .map(|one| one.done.count())
            .max()
            .unwrap_or(0);
        let reached = self
            .visited
            .iter()
            .enumerate()
            .filter(|(_, one)| one.done.count() == most);
        let best = reached.min_by_key(|(at, one)| (one.faults, one.length, *at));
        let mut at = best.map_or(0, |(at, _)| at);
        let hidden = self.visited.get(at).map_or(0, |one| one.hidden);
        let mut steps = Vec::new();
        while let Some((from, step)) = self.visited[at].from {
            steps.push((step, self.visited[at].matched.clone()));
            at = from;
        }
        steps.reverse();
        Conformance {
            nearest: Explanation {
                start: self.visited[at].start,
                at_start: self.visited[at].matched.clone(),
                steps,
                hidden_faults: hidden,
            },
            explained: most,
            cut_off,
            states: self.visited.len(),
        }
    }
}
