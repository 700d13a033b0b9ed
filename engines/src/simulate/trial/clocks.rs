//! The clocks of a trial: which rings next, and what an event does to them.

use crate::clocks::activities::{Activities, Backlog, Memory, Winding};
use crate::clocks::distribution::exponential;
use crate::clocks::timed::{Job, Timed};
use crate::simulate::shipping::Shipped;
use crate::simulate::trial::{NEVER, Runner, TrialSettings};

/// What winding and stopping the clock of an event takes.
pub(super) struct ClockRule {
    winding: Winding,
    /// When stopped, it keeps the time that remains.
    resumes: bool,
    /// The remaining time of a stopped clock.
    kept: u64,
    /// The delay that the clock gets the next time. Before that, [`NEVER`] where it has not been
    /// wound in this trial, and [`UNDRAWN`] where it was.
    next_delay: u64,
}

/// No delay is drawn yet; longer than any.
const UNDRAWN: u64 = NEVER - 1;

impl ClockRule {
    pub(super) fn new(activities: &Activities, event: usize) -> Self {
        let activity = activities.by_event[event].as_ref();
        Self {
            winding: activities.winding(event),
            resumes: activity.is_some_and(|a| a.memory == Memory::Resume),
            kept: NEVER,
            next_delay: NEVER,
        }
    }

    /// At the start of a trial.
    pub(super) const fn reset(&mut self) {
        self.kept = NEVER;
        self.next_delay = NEVER;
    }
}

/// How long the work takes that log shipping has left, in milliseconds.
fn work_ms(backlog: Backlog, shipped: &Shipped) -> u64 {
    let waiting = match backlog.job {
        Job::Backup => 0,
        Job::Copy => shipped.share.saturating_sub(shipped.folder),
        Job::Restore => shipped.folder.saturating_sub(shipped.restored) + backlog.held_back_ms,
    };
    (waiting as f64 * backlog.per_log_ms) as u64
}

impl<T: Timed> Runner<'_, T> {
    /// The clock that rings next. Ties: the lower stable id.
    pub(super) fn next(&mut self, settings: &TrialSettings) -> Option<(u64, usize)> {
        if let Some(drill) = &settings.drill {
            for event in &drill.without {
                self.clocks[*event] = NEVER;
            }
        }
        let mut best = (NEVER, 0);
        for event in self.automaton.clocked(self.row) {
            let event = usize::from(*event);
            let at = self.clocks[event];
            if at < best.0 {
                best = (at, event);
            }
        }
        let shared = self.planned.len();
        for (number, at) in self.clocks[shared..].iter().enumerate() {
            if *at < best.0 {
                best = (*at, shared + number);
            }
        }
        debug_assert_eq!(best.0, self.clocks.iter().copied().min().unwrap_or(NEVER));
        (best.0 != NEVER).then_some(best)
    }

    /// Stops, starts and draws clocks after an event, which was a macro-step or the last step.
    pub(super) fn rewind(&mut self, fired: usize, macro_step: Option<u32>) {
        self.clocks[fired] = NEVER;
        if let Some(macro_step) = macro_step {
            let macro_steps = &self.automaton.macro_steps;
            let [stops, winds] = macro_steps.clocks(macro_steps.get(macro_step));
            stops.for_each(|at| self.stop(self.automaton.macro_steps.clock(at)));
            winds.for_each(|at| self.wind(self.automaton.macro_steps.clock(at)));
        } else {
            let before = self.automaton.row(self.before).clocked;
            let after = self.automaton.row(self.row).clocked;
            before
                .minus(&after)
                .iter()
                .for_each(|event| self.stop(event));
            after
                .minus(&before)
                .iter()
                .for_each(|event| self.wind(event));
            if before.contains(fired) && after.contains(fired) {
                self.wind(fired);
            }
        }
        if self.work_kept {
            self.forget_void_work();
        }
    }

    /// The remaining time of work that is out of the target now is void.
    fn forget_void_work(&mut self) {
        self.work_kept = false;
        for i in 0..self.staged.len() {
            let event = self.staged[i];
            if self.rules[event].kept == NEVER {
                continue;
            }
            let state = &self.automaton.row(self.row).state;
            match self.automaton.system().stage(state, event) {
                Some(_) => self.work_kept = true,
                None => self.rules[event].kept = NEVER,
            }
        }
    }

    fn stop(&mut self, event: usize) {
        let at = std::mem::replace(&mut self.clocks[event], NEVER);
        let rule = &mut self.rules[event];
        if rule.resumes && at != NEVER {
            rule.kept = at - self.ledger.now().at;
            self.work_kept = true;
        }
    }

    pub(super) fn wind(&mut self, event: usize) {
        let now = self.ledger.now().at;
        let rule = &mut self.rules[event];
        let kept = std::mem::replace(&mut rule.kept, NEVER);
        let delay = match rule.winding {
            _ if kept != NEVER => kept,
            Winding::Constant { ms } => ms,
            Winding::Exponential {
                component,
                purpose,
                mean_ms,
                alone,
            } => {
                let mut draw = || exponential(mean_ms, self.draws.next(component, purpose).get());
                let next_delay = rule.next_delay;
                let delay = if next_delay < UNDRAWN {
                    next_delay
                } else {
                    draw()
                };
                // Which event is the next would wait for the logarithm. So a clock that was wound
                // twice has its next delay drawn before it is needed.
                if alone {
                    rule.next_delay = match next_delay {
                        NEVER => UNDRAWN,
                        _ => draw().min(UNDRAWN - 1),
                    };
                }
                delay
            }
            Winding::Other => self.delay(event, now),
        };
        self.clocks[event] = now.saturating_add(delay);
    }

    /// The delay of an event that can begin now.
    fn delay(&mut self, event: usize, now: u64) -> u64 {
        let Some(activity) = &self.activities.by_event[event] else {
            return NEVER;
        };
        let stage = if activity.delays.len() > 1 {
            let state = self.automaton.row(self.row).state;
            self.automaton.system().stage(&state, event).unwrap_or(0)
        } else {
            0
        };
        let u = self
            .draws
            .next(activity.component, activity.purpose.number());
        let delay = match (&self.activities.shifts, activity.by_hour.get(stage)) {
            (Some(shifts), Some(Some(by_hour))) => &by_hour[usize::from(!shifts.on_duty(now))],
            _ => &activity.delays[stage],
        };
        let delay = match &activity.planned {
            Some(planned) if std::mem::take(&mut self.planned[event]) => planned,
            _ => delay,
        };
        let ms = delay.sample(u).ms;
        let Some(times) = &activity.step else {
            return ms;
        };
        let state = self.automaton.row(self.row).state;
        if self.automaton.system().skips(&state, event) {
            return ms.min(times.look_ms);
        }
        let work = times.backlog.get(stage).copied().flatten();
        ms + work.map_or(0, |work| work_ms(work, &self.shipping.at(now)))
    }
}
