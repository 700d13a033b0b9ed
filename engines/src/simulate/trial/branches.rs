//! Clocks that stand for more than one event: cases, shared clocks, planned work, the drill.

use poolproof_models::names::incident::Cause;

use crate::clocks::activities::{Activities, Case, CaseOutcome, Timer};
use crate::clocks::purpose::Purpose;
use crate::clocks::timed::{Planned, Timed};
use crate::simulate::tally::Tally;
use crate::simulate::trial::{NEVER, Runner, TrialSettings};

/// How long planned work is put off where it cannot begin; roles are moved so long before it.
const PUT_OFF_MS: u64 = 30 * 60_000;

/// Work on a partner that is due within this time is done in the same turn: a day, and no more than
/// a quarter of its interval.
fn together(timer: &Timer) -> u64 {
    const DAY_MS: u64 = 86_400_000;
    match timer {
        Timer::Every { interval_ms, .. } => DAY_MS.min(interval_ms / 4),
        Timer::Renewal(_) => DAY_MS,
    }
}

/// Whether a clock can mean something else than the event of its number.
pub(super) fn branches(activities: &Activities, clock: usize) -> bool {
    match activities.by_event.get(clock) {
        Some(activity) => activity.as_ref().is_some_and(|a| !a.cases.is_empty()),
        None => true,
    }
}

impl<T: Timed> Runner<'_, T> {
    /// Does what a clock with cases stands for this time.
    pub(super) fn branch(
        &mut self,
        clock: usize,
        trial: u64,
        settings: &TrialSettings,
        tally: &mut Tally,
    ) {
        let activities = self.activities;
        let Some(shared) = clock.checked_sub(self.planned.len()) else {
            let Some(activity) = &activities.by_event[clock] else {
                return;
            };
            let outcome = self.choose(activity.component, activity.purpose, &activity.cases);
            match outcome {
                None => self.execute(clock, trial, settings, tally),
                Some(CaseOutcome::Events(events)) => {
                    self.clocks[clock] = NEVER;
                    if !self.execute_each(events, trial, settings, tally) {
                        return self.execute(clock, trial, settings, tally);
                    }
                    let clocked = self.automaton.row(self.row).clocked;
                    if self.clocks[clock] == NEVER && clocked.contains(clock) {
                        self.wind(clock);
                    }
                }
                Some(CaseOutcome::Longer(delay)) => {
                    let u = self
                        .draws
                        .next(activity.component, activity.purpose.number());
                    let more = delay.sample(u).ms;
                    self.clocks[clock] = self.ledger.now().at.saturating_add(more);
                }
                Some(CaseOutcome::Nothing) => self.clocks[clock] = NEVER,
            }
            return;
        };
        let Some(shared) = activities.shared.get(shared) else {
            return self.begin_fault(clock, trial, settings, tally);
        };
        self.rearm(clock, &shared.timer, shared.component, shared.purpose);
        let outcome = self.choose(shared.component, shared.purpose, &shared.cases);
        let Some(CaseOutcome::Events(events)) = outcome else {
            return;
        };
        let (Some(work), Some(stop)) = (shared.planned, events.first()) else {
            self.execute_each(events, trial, settings, tally);
            return;
        };
        let state = self.automaton.row(self.row).state;
        self.ascribed = Some(Cause::Maintenance);
        match self.automaton.system().planned(&state, *stop) {
            Planned::Now => {
                if let Some(restart) = work.restart {
                    self.planned[restart] = true;
                }
                self.execute_each(events, trial, settings, tally);
            }
            Planned::After(first) => {
                let now = self.ledger.now().at;
                let later = now + PUT_OFF_MS;
                let soon = now + together(&shared.timer);
                let due = |partner: usize| self.clocks[self.planned.len() + partner] <= soon;
                if !work.partner.is_some_and(due) {
                    self.execute_each(&[first], trial, settings, tally);
                }
                self.clocks[clock] = later;
            }
            Planned::Wait => self.clocks[clock] = self.ledger.now().at + PUT_OFF_MS,
            // It is ready for its next time already.
            Planned::Skip => {}
        }
        self.ascribed = None;
    }

    /// The drill's fault, as soon as it can happen.
    fn begin_fault(
        &mut self,
        clock: usize,
        trial: u64,
        settings: &TrialSettings,
        tally: &mut Tally,
    ) {
        let Some(drill) = &settings.drill else {
            self.clocks[clock] = NEVER;
            return;
        };
        if let (None, Some(mean)) = (self.age_at_drill, self.mean_age) {
            let age = self.age_at(self.ledger.now().at) as i64;
            self.age_at_drill = Some(age - mean as i64);
        }
        if !self.is_enabled(drill.event) {
            self.clocks[clock] = self.ledger.now().at.saturating_add(PUT_OFF_MS);
            return;
        }
        self.clocks[clock] = NEVER;
        // Of a drill there is one kind only.
        self.site_loss = Some((0, self.age_at(self.ledger.now().at)));
        self.drilling = true;
        self.execute(drill.event, trial, settings, tally);
        self.drilling = false;
    }

    /// Does the events that can happen, one after the other; whether there was any.
    fn execute_each(
        &mut self,
        events: &[usize],
        trial: u64,
        settings: &TrialSettings,
        tally: &mut Tally,
    ) -> bool {
        let mut any = false;
        for event in events {
            if self.is_enabled(*event) {
                self.execute(*event, trial, settings, tally);
                any = true;
            }
        }
        any
    }

    /// The case that is drawn; `None` for what is left of probability 1.
    fn choose<'c>(
        &mut self,
        component: u8,
        purpose: Purpose,
        cases: &'c [Case],
    ) -> Option<&'c CaseOutcome> {
        // A case that is certain needs no draw.
        let certain = |case: &&Case| case.probability >= 1.0;
        if let Some(case) = cases.first().filter(certain) {
            return Some(&case.outcome);
        }
        let mut u = self.draws.next(component, purpose.choice()).get();
        for case in cases {
            if u < case.probability {
                return Some(&case.outcome);
            }
            u -= case.probability;
        }
        None
    }

    /// Sets a shared clock to its next time after now.
    fn rearm(&mut self, clock: usize, timer: &Timer, component: u8, purpose: Purpose) {
        let now = self.ledger.now().at;
        self.clocks[clock] = match timer {
            Timer::Renewal(delay) => {
                let u = self.draws.next(component, purpose.number());
                now.saturating_add(delay.sample(u).ms)
            }
            Timer::Every { interval_ms, .. } => now.saturating_add(*interval_ms),
        };
    }

    /// Starts the shared clocks of a trial.
    pub(super) fn start_shared(&mut self) {
        let activities = self.activities;
        let mut beginning = None;
        for (index, shared) in activities.shared.iter().enumerate() {
            let clock = self.planned.len() + index;
            let Timer::Every {
                interval_ms,
                offset,
            } = &shared.timer
            else {
                self.rearm(clock, &shared.timer, shared.component, shared.purpose);
                continue;
            };
            let mut draw = || {
                let (component, purpose) = (shared.component, shared.purpose.number());
                self.draws.next(component, purpose).get()
            };
            // One beginning for all work on servers, which is done in turn.
            let beginning = match shared.purpose {
                Purpose::Maintenance => *beginning.get_or_insert_with(draw),
                _ => draw(),
            };
            let share = beginning + offset;
            self.clocks[clock] = ((share - libm::floor(share)) * *interval_ms as f64) as u64;
        }
    }
}
