//! One trial: the event loop.

use poolproof_models::names::incident::Cause;
use poolproof_models::names::runbook::Phase;

use crate::clocks::activities::Activities;
use crate::clocks::purpose::Purpose;
use crate::clocks::random::Draws;
use crate::clocks::timed::{Facts, Job, Stall, Timed};
use crate::simulate::automaton::Automaton;
use crate::simulate::ledger::{Ledger, Lost};
use crate::simulate::shipping::{Shipping, Timetable};
use crate::simulate::tally::{ByPhase, Incident, Measured, Tally, TrialMeans};

mod ages;
mod branches;
mod clocks;
mod macro_step;
mod rare;
mod repeats;
mod sums;
mod synchronise;

use ages::Ages;
use branches::branches;
use clocks::ClockRule;
pub use rare::{Biasing, Cycle, Rare, Scope, TargetEvent};
use repeats::OldDataLoss;
use sums::{IncidentSums, observed, trial_means};
use synchronise::serving_copies;

const NEVER: u64 = u64::MAX;

/// What a trial is about.
#[derive(Debug, Clone)]
pub struct TrialSettings {
    /// Length of a trial, in milliseconds of simulated time.
    pub horizon_ms: u64,
    /// How long past the horizon an incident is followed to its end, in milliseconds.
    pub follow_ms: u64,
    /// Messages per second while users are served.
    pub messages_per_s: f64,
    /// Incidents of trials below this number are kept.
    pub incident_trials: u64,
    /// A drill, instead of a plain trial.
    pub drill: Option<Drill>,
}

/// A fault that is made to happen at a uniformly random time within the horizon. The trial ends
/// when users are served again.
#[derive(Debug, Clone)]
pub struct Drill {
    /// The event.
    pub event: usize,
    /// The component that owns the draw of the time.
    pub component: u8,
    /// Events that do not happen by themselves in a drill: other losses of a site.
    pub without: Vec<usize>,
}

/// What one trial comes to, for the difference to the same trial of another scenario.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TrialOutcome {
    /// Time without service within the horizon; of a drill its time to recover. Milliseconds.
    pub time_ms: u64,
    /// Acknowledged messages lost, as time.
    pub data_lost_ms: u64,
    /// Acknowledged messages lost, counted.
    pub messages_lost: u64,
    /// The same for the means.
    pub means: TrialMeans,
}

/// An interval without service that is going on.
#[derive(Debug, Clone, Copy)]
struct Open {
    start: u64,
    /// The loss of the primary data centre that began it, and the age of the data then.
    site_loss: Option<(usize, u64)>,
    cause: Cause,
    /// A stall began it.
    stalled: bool,
    phases: ByPhase,
    lost: Lost,
}

/// One worker: it runs one trial after the other.
pub struct Runner<'s, T: Timed> {
    automaton: Automaton<'s, T>,
    activities: &'s Activities,
    draws: Draws,
    job_events: [Option<usize>; 3],
    write_events: [Option<usize>; 4],
    /// Events whose delay depends on the stage of some work.
    staged: Vec<usize>,
    /// By clock: whether ringing can mean something else than the event of that number. Clocks of
    /// no event of their own follow those of the events.
    branches: Vec<bool>,
    /// By event: whether it is a fault, and what it stands for.
    faults: Vec<bool>,
    causes: Vec<Cause>,
    stalls: Vec<Option<Stall>>,
    /// By event: how its clock is wound and stopped.
    rules: Vec<ClockRule>,
    /// By event: it ends a planned stop.
    planned: Vec<bool>,
    /// What the events of this moment are ascribed to, where it is not themselves.
    ascribed: Option<Cause>,
    clocks: Vec<u64>,
    /// Whether a stopped clock may have kept the time of work with stages.
    work_kept: bool,
    row: u32,
    /// The row before the last event and what the world was synchronised with for it.
    before: u32,
    ledger: Ledger,
    shipping: Shipping,
    open: Option<Open>,
    last_fault: Cause,
    /// Set when the drill's fault has happened.
    drilled: bool,
    /// Set while it happens.
    drilling: bool,
    /// What the drill came to, and the age of the data when its fault was due less the average.
    drill: TrialOutcome,
    age_at_drill: Option<i64>,
    /// The average age over the drill's trial, where that is known.
    mean_age: Option<u64>,
    incidents: IncidentSums,
    ages: Ages,
    /// The loss of the primary data centre that is happening, and the age of the data.
    site_loss: Option<(usize, u64)>,
    /// The first such loss of the trial that came when the data was old.
    old_data_loss: Option<OldDataLoss>,
    horizon_ms: u64,
    outage_ms: u64,
    /// Time without service of the users of lost pool servers while others were served, as if it
    /// were all users'.
    cut_off_ms: u64,
    by_cause: [u64; Cause::ALL.len()],
    lost: Lost,
    violated: u32,
    events: u64,
    /// Every event with its time, where somebody asked for it.
    trace: Option<Vec<(u64, usize)>>,
}

impl<'s, T: Timed> Runner<'s, T> {
    /// A worker.
    #[must_use]
    pub fn new(system: &'s T, activities: &'s Activities, seed: u64) -> Self {
        let events = system.event_count();
        let staged = |e: &usize| {
            activities.by_event[*e]
                .as_ref()
                .is_some_and(|a| a.delays.len() > 1)
        };
        debug_assert_eq!(activities.shared_address(), None, "clocks share draws");
        let never_ran = Timetable {
            interval: 1,
            duration: 0,
            phase: 0,
        };
        Self {
            row: 0,
            before: 0,
            automaton: Automaton::new(system, activities.clocked()),
            activities,
            draws: Draws::new(seed),
            job_events: [Job::Backup, Job::Copy, Job::Restore].map(|job| system.job_event(job)),
            write_events: [0, 1, 2, 3].map(|copy| system.write_event(copy)),
            staged: (0..events).filter(staged).collect(),
            // The last clock is the drill's.
            branches: (0..=events + activities.shared.len())
                .map(|clock| branches(activities, clock))
                .collect(),
            faults: (0..events).map(|e| system.is_fault(e)).collect(),
            causes: (0..events).map(|e| system.cause(e)).collect(),
            stalls: (0..events).map(|e| system.stall(e)).collect(),
            rules: (0..events).map(|e| ClockRule::new(activities, e)).collect(),
            planned: vec![false; events],
            ascribed: None,
            clocks: vec![NEVER; events + activities.shared.len() + 1],
            work_kept: false,
            ledger: Ledger::new(),
            shipping: Shipping::new([never_ran; 3], 0),
            open: None,
            last_fault: Cause::Other,
            drilled: false,
            drilling: false,
            drill: TrialOutcome::default(),
            age_at_drill: None,
            mean_age: None,
            incidents: IncidentSums::default(),
            ages: Ages::new(system, activities),
            site_loss: None,
            old_data_loss: None,
            horizon_ms: 0,
            outage_ms: 0,
            cut_off_ms: 0,
            by_cause: [0; Cause::ALL.len()],
            lost: Lost::default(),
            violated: 0,
            events: 0,
            trace: None,
        }
    }

    /// Runs a trial step by step, counts it, and returns every event with its time in milliseconds.
    pub fn trace(
        &mut self,
        trial: u64,
        settings: &TrialSettings,
        tally: &mut Tally,
    ) -> Vec<(u64, usize)> {
        self.keep_trace(true);
        self.run(trial, settings, tally);
        self.trace.take().unwrap_or_default()
    }

    /// Makes every step of the following trials by itself and records it, or returns to
    /// macro-steps.
    pub fn keep_trace(&mut self, on: bool) {
        self.trace = on.then(Vec::new);
    }

    /// Runs a trial and counts it.
    pub fn run(&mut self, trial: u64, settings: &TrialSettings, tally: &mut Tally) -> TrialOutcome {
        let mean_age = self.mean_age(trial, settings);
        self.start(trial, settings);
        self.mean_age = mean_age;
        if settings.drill.is_none() {
            self.watch_ages();
        }
        let end = settings.horizon_ms + settings.follow_ms;
        while let Some((at, event)) = self.next(settings) {
            // Past the horizon only an incident or a drill is followed to its end.
            if at >= end || at >= settings.horizon_ms && self.open.is_none() {
                break;
            }
            self.advance(at);
            self.ring(event, trial, settings, tally);
            if self.drilled && self.open.is_none() {
                break;
            }
        }
        // Nothing more happens within the horizon, but time passes.
        if self.open.is_none() && self.ledger.now().at < settings.horizon_ms {
            self.pass_with_age(settings.horizon_ms);
        }
        let (mut outcome, mut incidents) = self.finish(trial, settings, tally);
        let correction = self.average_old_data_loss(trial, settings);
        outcome.means.correct(correction);
        tally.per_trial.record_means(&outcome.means);
        if let Some(incidents) = &mut incidents {
            incidents.correct(correction);
            tally.per_incident.record_means(incidents);
        }
        outcome
    }

    /// Does what a clock stands for, now.
    #[inline]
    fn ring(&mut self, clock: usize, trial: u64, settings: &TrialSettings, tally: &mut Tally) {
        self.site_loss = self.note_site_loss(clock);
        if self.branches[clock] {
            self.branch(clock, trial, settings, tally);
        } else {
            self.execute(clock, trial, settings, tally);
        }
    }

    fn start(&mut self, trial: u64, settings: &TrialSettings) {
        self.automaton.make_room();
        self.draws.start_trial(trial);
        self.row = self.automaton.initial();
        self.clocks.fill(NEVER);
        self.rules.iter_mut().for_each(ClockRule::reset);
        self.work_kept = false;
        self.planned.fill(false);
        self.ledger = Ledger::new();
        self.open = None;
        self.last_fault = Cause::Other;
        self.drilled = false;
        self.drill = TrialOutcome::default();
        self.age_at_drill = None;
        self.incidents = IncidentSums::default();
        self.ages.start();
        self.site_loss = None;
        self.old_data_loss = None;
        self.horizon_ms = settings.horizon_ms;
        self.outage_ms = 0;
        self.cut_off_ms = 0;
        self.by_cause = [0; Cause::ALL.len()];
        self.lost = Lost::default();
        let row = self.automaton.row(self.row);
        let (clocked, facts) = (row.clocked, row.facts);
        self.violated = facts.violated;
        let tables = self.activities.jobs.map(|job| Timetable {
            interval: job.interval,
            duration: job.duration,
            phase: job.phase.unwrap_or_else(|| {
                let u = self.draws.next(job.component, Purpose::JobPhase.number());
                (u.get() * job.interval as f64) as u64
            }),
        });
        self.shipping = Shipping::new(tables, facts.jobs);
        if !facts.up {
            self.begin_incident();
        }
        for event in clocked.iter() {
            self.wind(event);
        }
        self.start_shared();
        if let Some(drill) = &settings.drill {
            let u = self.draws.next(drill.component, Purpose::Drill.number());
            if let Some(clock) = self.clocks.last_mut() {
                *clock = (u.get() * settings.horizon_ms as f64) as u64;
            }
        }
    }

    fn facts(&self) -> Facts {
        self.automaton.row(self.row).facts
    }

    fn is_enabled(&self, event: usize) -> bool {
        self.automaton.row(self.row).enabled.contains(event)
    }

    #[inline]
    fn advance(&mut self, to: u64) {
        let facts = self.facts();
        let from = self.ledger.now().at;
        if to > from {
            self.pass_with_age(to);
        }
        if let Some(open) = &mut self.open {
            open.phases[facts.phase as usize] += to - from;
            let counted = to
                .min(self.horizon_ms)
                .saturating_sub(from.min(self.horizon_ms));
            self.outage_ms += counted;
            self.by_cause[open.cause as usize] += counted;
        }
        self.ledger.advance(to, facts.up);
    }

    /// Users have been posting up to now.
    fn acknowledge(&mut self) {
        for copy in serving_copies(self.facts()) {
            match self.write_events[copy] {
                Some(write) if self.is_enabled(write) => {
                    self.follow(write);
                }
                _ => {
                    let end = self.facts().ends[copy];
                    self.ledger.set_rank(end, self.ledger.now());
                }
            }
        }
    }

    /// Does an enabled event in the world: all there is to a post or a job run.
    fn follow(&mut self, event: usize) {
        let edge = self.automaton.edge(self.row, event);
        let had_copy = self.facts().any_copy;
        self.events += 1;
        if let Some(trace) = &mut self.trace {
            trace.push((self.ledger.now().at, event));
        }
        if edge.report != 0 {
            let report = self.automaton.report(edge.report);
            for loss in report.losses.iter() {
                self.ledger.lose(loss, report.losses.cause());
            }
            if let Some(rank) = report.renumbering.written {
                self.ledger.set_rank(rank, self.ledger.now());
            }
            self.ledger.renumber(&report.renumbering);
        }
        self.row = edge.to;
        let facts = self.facts();
        self.violated |= facts.violated;
        if had_copy && !facts.any_copy {
            self.ledger.note_no_copy_left();
        }
    }

    /// Does an event that can happen now: world, clocks, service, books.
    fn execute(&mut self, event: usize, trial: u64, settings: &TrialSettings, tally: &mut Tally) {
        self.before = self.row;
        let macro_step = self.prepare(Some(event));
        if macro_step.is_none() && !self.is_enabled(event) {
            // Posts of which the world learns only now have come between: operators verify that A
            // has what S has while users go on posting at S (handbook 6 step 5).
            self.rewind(event, None);
            return;
        }
        if self.faults[event] {
            self.last_fault = self.ascribed.unwrap_or(self.causes[event]);
        }
        if self.drilling {
            self.ledger.take_lost();
        }
        let [was_up, is_up] = self.step(event, macro_step);
        self.rewind(event, macro_step);
        if was_up && is_up && self.faults[event] {
            self.count_cut_off(event);
        }
        if self.drilling {
            self.begin_drill();
            if is_up {
                self.end_incident(trial, settings, tally, true);
            }
        }
        match (was_up, is_up) {
            (true, false) if self.open.is_none() => {
                self.begin_incident();
                let stalled = self.stalls[event] == Some(Stall::Begins);
                // What begins an outage without being a fault follows from the last one, unless
                // operators did it.
                let cause = self.ascribed.unwrap_or(self.causes[event]);
                if let Some(open) = &mut self.open {
                    open.stalled = stalled;
                    if cause != Cause::Other {
                        open.cause = cause;
                    }
                }
            }
            (false, true) => {
                // The first post shows what the history that serves now leaves out.
                self.acknowledge();
                if self.stalls[event] != Some(Stall::Ends) || !self.forget_pause() {
                    self.end_incident(trial, settings, tally, true);
                }
            }
            _ => {}
        }
    }

    /// An event that was prepared, with what it means for the jobs: whether users are served before
    /// it and after it.
    fn step(&mut self, event: usize, macro_step: Option<u32>) -> [bool; 2] {
        if let Some(macro_step) = macro_step {
            return self.macro_step(macro_step);
        }
        let facts = self.facts();
        let shipped = |ledger: &Ledger| facts.shipped.map(|rank| ledger.of_rank(rank).at);
        let ship_first = self.automaton.edge(self.row, event).ship_first;
        let shipped_before = ship_first.then(|| shipped(&self.ledger));
        self.follow(event);
        let after = self.facts();
        if let Some(shipped_before) = shipped_before {
            self.correct_shipping(shipped_before, after);
            if facts.jobs != after.jobs {
                self.shipping.switch(after.jobs);
            }
        }
        [facts.up, after.up]
    }

    fn begin_incident(&mut self) {
        self.open = Some(Open {
            start: self.ledger.now().at,
            site_loss: self.site_loss,
            cause: self.last_fault,
            stalled: false,
            phases: [0; Phase::ALL.len()],
            lost: Lost::default(),
        });
    }

    /// The drill counts from its fault, whatever was down or lost before.
    fn begin_drill(&mut self) {
        self.drilled = true;
        self.lost = Lost::default();
        self.begin_incident();
    }

    fn end_incident(&mut self, trial: u64, settings: &TrialSettings, tally: &mut Tally, up: bool) {
        let Some(mut open) = self.open.take() else {
            return;
        };
        open.lost.add(self.ledger.take_lost());
        self.lost.add(open.lost);
        if settings.drill.is_some() && !self.drilled {
            return;
        }
        // Service that comes back at the instant at which it went was never away.
        let instant = up && open.phases.iter().all(|ms| *ms == 0);
        if instant && open.lost == Lost::default() && settings.drill.is_none() {
            return;
        }
        let incident = Incident {
            trial,
            start_ms: open.start,
            end_ms: up.then(|| self.ledger.now().at),
            cause: open.cause,
            phases_ms: open.phases,
            data_lost_ms: open.lost.ms,
            messages_lost: messages(open.lost, settings),
            loss_cause: open.lost.cause,
            no_copy_left: open.lost.no_copy_left,
        };
        let planned = settings.drill.is_none() && incident.cause.is_planned();
        tally.incident(&incident, planned);
        self.incidents.add(&incident, planned, settings);
        if let Some((kind, age_ms)) = open.site_loss
            && !incident.no_copy_left
        {
            tally.site_losses[kind].record(incident.data_lost_ms, age_ms);
            self.note_old_data_loss(&incident, age_ms, settings);
        }
        if settings.drill.is_some() {
            let age = self.age_at_drill.unwrap_or(0);
            self.drill = TrialOutcome {
                time_ms: incident.length_ms(),
                data_lost_ms: incident.data_lost_ms,
                messages_lost: incident.messages_lost,
                means: trial_means(incident.measured(), [0, 0], [age, 0]),
            };
        }
        if trial < settings.incident_trials {
            tally.incidents.push(incident);
        }
    }

    /// Counts a trial, but for its means: what it and its incidents, if it counts any, contribute
    /// to those.
    fn finish(
        &mut self,
        trial: u64,
        settings: &TrialSettings,
        tally: &mut Tally,
    ) -> (TrialOutcome, Option<TrialMeans>) {
        if self.open.is_some() {
            self.advance(settings.horizon_ms + settings.follow_ms);
            self.end_incident(trial, settings, tally, false);
        }
        let left = self.ledger.take_lost();
        self.lost.add(left);
        tally.trials += 1;
        tally.trial(trial, self.outage_ms);
        tally.events += std::mem::take(&mut self.events);
        let controls = self.ages.controls();
        let lost = messages(self.lost, settings);
        let copy_left = (!self.lost.no_copy_left).then_some([self.lost.ms, lost]);
        let returned = !self.incidents.without_return;
        // Within the horizon an outage has a length, whether or not it ends.
        tally.per_trial.record(Measured {
            time_ms: Some(self.outage_ms),
            lost: copy_left,
        });
        let measured = Measured {
            time_ms: returned.then_some(self.outage_ms),
            lost: copy_left,
        };
        let whole = TrialOutcome {
            time_ms: self.outage_ms,
            data_lost_ms: self.lost.ms,
            messages_lost: lost,
            means: trial_means(measured, controls.losses, controls.ages_ms),
        };
        tally.without_return += u64::from(!returned);
        tally.without_copy += u64::from(copy_left.is_none());
        // With the same controls as the whole, the causes add up to it.
        for (mean, ms) in tally.by_cause.iter_mut().zip(self.by_cause) {
            match observed(returned.then_some(ms), controls.losses) {
                Some(observation) => mean.observe(observation),
                None => mean.leave_out(),
            }
        }
        self.count_planning(returned, controls.losses, tally);
        let incidents = self.count_incidents(settings, tally);
        for (property, slot) in tally.violations.iter_mut().enumerate() {
            if self.violated >> property & 1 == 1 {
                slot.trials += 1;
                slot.first = Some(slot.first.map_or(trial, |first| first.min(trial)));
            }
        }
        let outcome = if settings.drill.is_some() {
            self.drill
        } else {
            whole
        };
        (outcome, incidents)
    }
}

/// The number of messages of a stretch of served time, rounded.
fn messages(lost: Lost, settings: &TrialSettings) -> u64 {
    (lost.served_ms as f64 * settings.messages_per_s / 1000.0).round() as u64
}
