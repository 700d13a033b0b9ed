//! Paths on which something rare is looked for: it is counted before it happens, or made to happen
//! and weighted.
//!
//! Failures with exponential clocks have a rate whatever went before, which is used three times.
//! *The last failure* need not be waited for: while it would lose data, its rate times the time is
//! what it contributes (conditional Monte Carlo). *The first failure* strikes at a uniformly random
//! moment. *Those between* are made likelier, and the path carries the quotient of the true and the
//! used probability (importance sampling).
//!
//! The moment of everything else that will happen is on its clock already. So the probability that
//! some failure comes first is known, and a coin decides instead, whatever the distribution of the
//! repairs (the balanced failure biasing of P. Shahabuddin, Management Science 40, 1994, for clocks
//! in place of a Markov chain).

use poolproof_models::system::Words;

use crate::clocks::activities::{Activities, Case, CaseOutcome};
use crate::clocks::purpose::Purpose;
use crate::clocks::timed::Timed;
use crate::simulate::ledger::Ledger;
use crate::simulate::rare::failures::Failures;
use crate::simulate::shipping::Shipping;
use crate::simulate::tally::Tally;
use crate::simulate::trial::{NEVER, Runner, TrialSettings};

/// What a failure clock shows whose ringing is decided by other draws: later than anything, and
/// early enough to be stopped and go on.
const PARKED: u64 = NEVER / 2;

/// The probability of a failure, at most, before the next other event.
const LIKELY_MOST: f64 = 0.5;

/// Failures that a biased path of the usual length has about, were the probability not limited.
const FAILURES: f64 = 3.0;

/// Failures are no longer made likelier when a path without any has this weight.
const WEIGHT_MOST: f64 = 16.0;

/// The component that owns the draws of paths on which something rare is looked for: their purposes
/// belong to nothing else.
const OWNER: u8 = 0;

/// What is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rare {
    /// Acknowledged messages are lost.
    Loss,
    /// Users are not served, for any time at all.
    Outage,
}

/// The event that each path looks for.
#[derive(Debug, Clone, Copy)]
pub struct TargetEvent<'a> {
    /// What is looked for.
    pub rare: Rare,
    /// A plain trial.
    pub settings: &'a TrialSettings,
    /// The clocks that strike at constant rates.
    pub failures: &'a Failures,
    /// The states, as words and in ascending order, from which cycles begin and in which they
    /// end, when nothing is under repair; `None` for all of them.
    pub regeneration: Option<&'a [Words]>,
}

/// What of a whole trial counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Everything.
    Everything,
    /// What began otherwise than by a failure with a constant rate.
    Unforced,
}

/// How much likelier failures are made after the first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Biasing {
    /// The usual length of a cycle, in milliseconds; infinite for no biasing.
    pub scale_ms: f64,
}

/// From a failure until nothing is amiss again.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cycle {
    /// What it contributes: its expectation is the probability of what is looked for.
    pub value: f64,
    /// The weight of its path in the end: its expectation is 1.
    pub weight: f64,
    /// How long it took, in milliseconds.
    pub length_ms: u64,
    /// The state in which it began, as words.
    pub from: Words,
}

/// The weight of a path.
///
/// Half of the paths are biased and half are not (T. Hesterberg, Technometrics 37, 1995), and the
/// weight is by the probability of the path under both together, whichever it was: at most 2.
struct Weight {
    biased: bool,
    /// The true probability of the path over the biased one.
    ratio: f64,
    /// The same of a path without any failure.
    calm: f64,
}

impl Weight {
    fn get(&self) -> f64 {
        2.0 * self.ratio / (1.0 + self.ratio)
    }
}

/// What a look ahead changes.
struct Kept {
    row: u32,
    ledger: Ledger,
    shipping: Shipping,
    events: u64,
    violated: u32,
}

impl<T: Timed> Runner<'_, T> {
    /// A plain trial up to the first occurrence; the expectation of what it gives is the
    /// probability of any in the part that counts.
    pub fn year(
        &mut self,
        trial: u64,
        target: &TargetEvent<'_>,
        scope: Scope,
        tally: &mut Tally,
    ) -> f64 {
        let TargetEvent { rare, settings, .. } = *target;
        let failures = target.failures;
        self.start(trial, settings);
        let mut running = Vec::new();
        let mut counts = true;
        // Whether what happened last was a failure, whose part was counted in advance.
        let mut foreseen = false;
        let mut value = 0.0;
        loop {
            let (at, clock) = self.next(settings).unwrap_or((NEVER, 0));
            let limit = self.limit(settings);
            let until = at.min(limit);
            if self.has_happened(rare, until) {
                return value + f64::from(u8::from(counts && !foreseen));
            }
            let regenerates = scope == Scope::Unforced && self.is_in_regeneration_state(target);
            counts &= !regenerates;
            let from = self.ledger.now().at;
            if counts && rare == Rare::Loss && until > from {
                self.running(failures, &mut running);
                let at = from + self.part_of(Purpose::RareLookAhead, until - from);
                let hazard: f64 = self.look_ahead(at, |runner| runner.hazard(&running, failures));
                value += hazard * (until - from) as f64;
            }
            if at >= limit {
                return value;
            }
            self.advance(at);
            self.ring(clock, trial, settings, tally);
            let fails = failures.rate(clock) > 0.0;
            foreseen = fails && rare == Rare::Loss;
            if regenerates {
                counts = !fails;
            }
        }
    }

    /// Lets a failure strike at a uniformly random moment of a trial and follows what comes of it.
    /// `None` where something was amiss already, or the failure could not strike.
    pub fn cycle(
        &mut self,
        trial: u64,
        clock: usize,
        target: &TargetEvent<'_>,
        biasing: Biasing,
        tally: &mut Tally,
    ) -> Option<Cycle> {
        let TargetEvent { rare, settings, .. } = *target;
        let failures = target.failures;
        self.start(trial, settings);
        let moment = self.part_of(Purpose::RareMoment, settings.horizon_ms);
        loop {
            let next = self.next(settings).filter(|(at, _)| *at <= moment);
            let until = next.map_or(moment, |(at, _)| at);
            if self.has_happened(rare, until) {
                return None;
            }
            let Some((at, clock)) = next else { break };
            self.advance(at);
            self.ring(clock, trial, settings, tally);
        }
        self.advance(moment);
        let mut running = Vec::new();
        self.running(failures, &mut running);
        if !running.contains(&clock) || !self.is_in_regeneration_state(target) {
            return None;
        }
        let from = self.words();
        self.park(&running);
        self.ring(clock, trial, settings, tally);
        let mut weight = Weight {
            biased: self.draw(Purpose::RareMode) < 0.5,
            ratio: 1.0,
            calm: 1.0,
        };
        let value = self.follow_failure(trial, target, biasing, tally, &mut weight);
        Some(Cycle {
            value,
            weight: weight.get(),
            length_ms: self.ledger.now().at - moment,
            from,
        })
    }

    fn follow_failure(
        &mut self,
        trial: u64,
        target: &TargetEvent<'_>,
        biasing: Biasing,
        tally: &mut Tally,
        weight: &mut Weight,
    ) -> f64 {
        let TargetEvent { rare, settings, .. } = *target;
        let failures = target.failures;
        let mut running = Vec::new();
        let mut foreseen = false;
        let mut value = 0.0;
        loop {
            self.running(failures, &mut running);
            self.park(&running);
            let next = self.next(settings).filter(|(at, _)| *at < PARKED);
            let limit = self.limit(settings);
            let until = next.map_or(limit, |(at, _)| at.min(limit));
            if self.has_happened(rare, until) {
                return value + if foreseen { 0.0 } else { weight.get() };
            }
            if self.is_in_regeneration_state(target) {
                return value;
            }
            let from = self.ledger.now().at;
            let total: f64 = running.iter().map(|clock| failures.rate(*clock)).sum();
            let length = until.saturating_sub(from) as f64;
            if length > 0.0 && total > 0.0 {
                if rare == Rare::Loss {
                    let at = from + self.part_of(Purpose::RareLookAhead, until - from);
                    let hazard = self.look_ahead(at, |runner| runner.hazard(&running, failures));
                    let calm_until = libm::exp(-total * (at - from) as f64);
                    value += weight.get() * hazard * length * calm_until;
                }
                let likely = -libm::expm1(-total * length);
                let wanted = if weight.calm < WEIGHT_MOST {
                    LIKELY_MOST.min(-libm::expm1(-FAILURES * length / biasing.scale_ms))
                } else {
                    0.0
                };
                let used = wanted.max(likely);
                let coin = if weight.biased { used } else { likely };
                if self.draw(Purpose::RareCoin) < coin {
                    weight.ratio *= likely / used;
                    // Exponential, given that it is below the length.
                    let delay = -libm::log1p(-self.draw(Purpose::RareTime) * likely) / total;
                    let at = from + (delay as u64).min(until - from - 1);
                    let clock = self.choose_failure(&running, total, failures, weight);
                    self.advance(at);
                    let risk = cfg!(debug_assertions)
                        .then(|| self.look_ahead(at, |runner| runner.risk(clock)));
                    self.ring(clock, trial, settings, tally);
                    foreseen = rare == Rare::Loss;
                    debug_assert!(
                        !foreseen
                            || risk
                                .is_none_or(|risk| self.has_lost() == (risk == 1.0)
                                    || risk > 0.0 && risk < 1.0),
                        "the look ahead errs about clock {clock}: {risk:?}"
                    );
                    continue;
                }
                let factor = (1.0 - likely) / (1.0 - used);
                weight.ratio *= factor;
                weight.calm *= factor;
            }
            let Some((at, clock)) = next.filter(|(at, _)| *at < limit) else {
                self.advance(until);
                return value;
            };
            self.advance(at);
            self.ring(clock, trial, settings, tally);
            foreseen = false;
        }
    }

    /// Where failures are biased, half evenly and half by their rates.
    fn choose_failure(
        &mut self,
        running: &[usize],
        total: f64,
        failures: &Failures,
        weight: &mut Weight,
    ) -> usize {
        let even = 1.0 / running.len() as f64;
        let mut u = self.draw(Purpose::RareFailure);
        let mut chosen = (0, 1.0);
        for clock in running {
            let share = failures.rate(*clock) / total;
            let biased = 0.5 * (even + share);
            let used = if weight.biased { biased } else { share };
            chosen = (*clock, share / biased);
            if u < used {
                break;
            }
            u -= used;
        }
        weight.ratio *= chosen.1;
        chosen.0
    }

    /// When the trial ends if nothing changes, and not before now: an incident is followed past
    /// the horizon.
    fn limit(&self, settings: &TrialSettings) -> u64 {
        let end = match self.open {
            Some(_) => settings.horizon_ms + settings.follow_ms,
            None => settings.horizon_ms,
        };
        end.max(self.ledger.now().at)
    }

    fn has_lost(&self) -> bool {
        self.lost.ms > 0 || self.ledger.lost().ms > 0
    }

    /// Whether it has happened, now that nothing else does before `until`.
    fn has_happened(&self, rare: Rare, until: u64) -> bool {
        match rare {
            Rare::Loss => self.has_lost(),
            Rare::Outage => self.open.is_some() && until > self.ledger.now().at,
        }
    }

    /// Whether nothing but a failure or planned work can happen, nothing being under repair and
    /// nobody at work, and the state is one that counts as regeneration.
    fn is_in_regeneration_state(&self, target: &TargetEvent<'_>) -> bool {
        let clocked = self.automaton.row(self.row).clocked;
        let mut others = clocked.minus(&target.failures.events()).iter();
        let regenerates = others.all(|event| self.clocks[event] == NEVER);
        let known = |regeneration: &[Words]| regeneration.binary_search(&self.words()).is_ok();
        regenerates && target.regeneration.is_none_or(known)
    }

    fn words(&self) -> Words {
        let state = &self.automaton.row(self.row).state;
        self.automaton.system().words(state)
    }

    /// The failure clocks that run.
    fn running(&self, failures: &Failures, into: &mut Vec<usize>) {
        into.clear();
        let clocked = self.automaton.row(self.row).clocked;
        let events = clocked.and(&failures.events()).iter();
        into.extend(events.filter(|event| self.clocks[*event] != NEVER));
        into.extend(failures.shared());
    }

    fn park(&mut self, running: &[usize]) {
        running
            .iter()
            .for_each(|clock| self.clocks[*clock] = PARKED);
    }

    fn draw(&mut self, purpose: Purpose) -> f64 {
        self.draws.next(OWNER, purpose.number()).get()
    }

    /// A uniformly random part of a length, below it.
    fn part_of(&mut self, purpose: Purpose, length: u64) -> u64 {
        (self.draw(purpose) * length as f64) as u64
    }

    /// Asks something about a moment before anything else happens, and changes nothing.
    fn look_ahead<R>(&mut self, at: u64, ask: impl FnOnce(&mut Self) -> R) -> R {
        let kept = self.keep();
        self.ledger.advance(at, self.facts().up);
        if let Some(told) = self.prepare(None) {
            self.macro_step(told);
        }
        let answer = ask(self);
        self.restore(&kept);
        answer
    }

    /// At which rate data is lost by the very next event.
    fn hazard(&mut self, running: &[usize], failures: &Failures) -> f64 {
        let part = |clock: &usize| failures.rate(*clock) * self.risk(*clock);
        running.iter().map(part).sum()
    }

    /// How likely it is that data is lost when a clock rings now.
    fn risk(&mut self, clock: usize) -> f64 {
        let activities = self.activities;
        let events = activities.by_event.len();
        let event = (clock < events).then_some(clock);
        let mut rest = 1.0;
        let mut risk = 0.0;
        for Case {
            probability,
            outcome,
        } in cases(activities, clock)
        {
            rest -= probability;
            if let CaseOutcome::Events(events) = outcome
                && self.would_lose(events, event)
            {
                risk += probability;
            }
        }
        // Beyond rounding: cases that are certain leave nothing.
        if rest > 1e-12
            && let Some(event) = event
            && self.would_lose(&[event], None)
        {
            risk += rest;
        }
        if risk > 1.0 - 1e-12 { 1.0 } else { risk }
    }

    /// Whether these events, each if it can happen, would lose data; `otherwise` where none can.
    fn would_lose(&mut self, events: &[usize], otherwise: Option<usize>) -> bool {
        // Nearly always: one event that touches nothing.
        if let [event] = events
            && self.automaton.is_harmless(self.row, *event)
            && (otherwise.is_none() || self.is_enabled(*event))
        {
            return false;
        }
        let kept = self.keep();
        let mut any = false;
        for event in events {
            if self.is_enabled(*event) {
                self.suppose(*event);
                any = true;
            }
        }
        if let Some(event) = otherwise.filter(|_| !any) {
            self.suppose(event);
        }
        let loses = self.has_lost();
        self.restore(&kept);
        loses
    }

    /// Does an enabled event as [`Runner::execute`] does, without clocks and books.
    fn suppose(&mut self, event: usize) {
        let macro_step = self.prepare(Some(event));
        if macro_step.is_none() && !self.is_enabled(event) {
            return;
        }
        let up = self.facts().up;
        self.step(event, macro_step);
        if !up && self.facts().up {
            self.acknowledge();
        }
    }

    fn keep(&self) -> Kept {
        Kept {
            row: self.row,
            ledger: self.ledger.clone(),
            shipping: self.shipping,
            events: self.events,
            violated: self.violated,
        }
    }

    fn restore(&mut self, kept: &Kept) {
        self.row = kept.row;
        self.ledger.clone_from(&kept.ledger);
        self.shipping = kept.shipping;
        self.events = kept.events;
        self.violated = kept.violated;
    }
}

/// What else can happen when a clock rings.
fn cases(activities: &Activities, clock: usize) -> &[Case] {
    match activities.by_event.get(clock) {
        Some(activity) => activity.as_ref().map_or(&[], |a| &a.cases),
        None => {
            let shared = activities.shared.get(clock - activities.by_event.len());
            shared.map_or(&[], |shared| &shared.cases)
        }
    }
}
