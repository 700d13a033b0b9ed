//! The age of the data along a trial: what the loss of the primary data centre would cost now.
//!
//! How much is lost with a data centre depends on when it is lost, and most of its mean can come
//! from moments that hardly any trial meets: a link that has been cut for a week. Along a trial the
//! age at every moment is known. So its average over the trial, less the age at the one moment of
//! the loss, is 0 on average, whatever the age is, and goes with the data lost: a control for the
//! mean (`simulate::accumulator`). For losses at a constant rate, which come in plain trials, the
//! ages at the losses less the rate times the integral of the age are the same.

use crate::clocks::activities::Activities;
use crate::clocks::purpose::Purpose;
use crate::clocks::timed::Timed;
use crate::simulate::accumulator::CONTROLS;
use crate::simulate::tally::Tally;
use crate::simulate::trial::{NEVER, Runner, TrialSettings};

/// Between the moments at which the age is looked at: the golden ratio spreads them evenly.
const STEP: f64 = 0.618_033_988_749_894_9;

/// Losses are counted in millionths, so that they can be compared with what was to be expected.
const ONE: f64 = 1e6;

/// A loss of the primary data centre that strikes at a constant rate.
#[derive(Debug, Clone, Copy)]
struct SiteLoss {
    event: usize,
    /// Per millisecond, while its clock runs.
    rate: f64,
}

/// What is kept of the age along one trial.
#[derive(Debug, Clone, Copy, Default)]
struct Watch {
    /// Uniform, and uniform again with each step added.
    part: f64,
    /// The integral of the age over the trial, in square milliseconds.
    whole: f64,
    /// By loss: the integral while its clock runs, and how long that is.
    integrals: [f64; CONTROLS],
    running_ms: [u64; CONTROLS],
    /// By loss: how often it struck, and the ages then.
    losses: [u64; CONTROLS],
    ages_ms: [u64; CONTROLS],
}

impl Watch {
    /// At which part of the next stretch the age is looked at.
    fn next_part(&mut self) -> f64 {
        self.part += STEP;
        if self.part >= 1.0 {
            self.part -= 1.0;
        }
        self.part
    }
}

/// The age of the data along a trial.
#[derive(Debug)]
pub(super) struct Ages {
    site_losses: [Option<SiteLoss>; CONTROLS],
    /// `None` where nobody looks.
    watch: Option<Watch>,
    /// The latest moment at which users were served.
    served_until: u64,
}

/// What is 0 on average along a trial.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Controls {
    /// By loss: how often it struck less how often it was expected to, in millionths.
    pub(super) losses: [i64; CONTROLS],
    /// By loss: the ages at which it struck less what was expected, in milliseconds.
    pub(super) ages_ms: [i64; CONTROLS],
}

impl Ages {
    pub(super) fn new<T: Timed>(system: &T, activities: &Activities) -> Self {
        let site_loss = |event: Option<usize>| {
            let event = event?;
            let activity = activities.by_event[event].as_ref()?;
            let [delay] = &activity.delays[..] else {
                return None;
            };
            let plain = activity.cases.is_empty() && activity.by_hour.is_empty();
            let mean = delay
                .exponential_mean()
                .filter(|mean| plain && *mean > 0.0)?;
            Some(SiteLoss {
                event,
                rate: 1.0 / mean,
            })
        };
        Self {
            site_losses: system.site_losses().map(site_loss),
            watch: None,
            served_until: 0,
        }
    }

    const fn note_service(&mut self, until: u64, served: bool) {
        if served {
            self.served_until = until;
        }
    }

    pub(super) fn start(&mut self) {
        self.watch = None;
        self.served_until = 0;
    }

    /// What is 0 on average, of a trial that was watched.
    pub(super) fn controls(&self) -> Controls {
        let mut controls = Controls::default();
        let Some(watch) = &self.watch else {
            return controls;
        };
        for (k, loss) in self.site_losses.iter().enumerate() {
            let Some(SiteLoss { rate, .. }) = loss else {
                continue;
            };
            let expected = rate * watch.running_ms[k] as f64;
            controls.losses[k] = ((watch.losses[k] as f64 - expected) * ONE) as i64;
            controls.ages_ms[k] = (watch.ages_ms[k] as f64 - rate * watch.integrals[k]) as i64;
        }
        controls
    }
}

impl<T: Timed> Runner<'_, T> {
    /// Looks at the age of the data from now on, at the start of a trial.
    pub(super) fn watch_ages(&mut self) {
        let part = self.draws.next(0, Purpose::AgeMoment.number()).get();
        self.ages.watch = Some(Watch {
            part,
            ..Watch::default()
        });
    }

    /// Nothing happens until `to`, which is later than now.
    #[inline]
    pub(super) fn pass_with_age(&mut self, to: u64) {
        let from = self.ledger.now().at;
        let part = match &mut self.ages.watch {
            Some(watch) if from < self.horizon_ms => watch.next_part(),
            _ => {
                self.ages.note_service(to, self.facts().up);
                return;
            }
        };
        let until = to.min(self.horizon_ms);
        let length = (until - from) as f64;
        let age = self.age_at(from + (part * length) as u64);
        let Ages {
            site_losses, watch, ..
        } = &mut self.ages;
        if let Some(watch) = watch {
            let integral = age as f64 * length;
            watch.whole += integral;
            for (k, loss) in site_losses.iter().enumerate() {
                if loss.is_some_and(|loss| self.clocks[loss.event] != NEVER) {
                    watch.integrals[k] += integral;
                    watch.running_ms[k] += until - from;
                }
            }
        }
        self.ages.note_service(to, self.facts().up);
    }

    /// A clock rings now; what its event does comes after. Which loss of the primary data centre it
    /// is, if it is one, and the age of the data.
    #[inline]
    pub(super) fn note_site_loss(&mut self, clock: usize) -> Option<(usize, u64)> {
        // Mostly it is another clock.
        let is_it = |loss: &Option<SiteLoss>| loss.is_some_and(|loss| loss.event == clock);
        let k = self.ages.site_losses.iter().position(is_it)?;
        let now = self.ledger.now().at;
        let age = self.age_at(now);
        if let Some(watch) = &mut self.ages.watch
            && now < self.horizon_ms
        {
            watch.losses[k] += 1;
            watch.ages_ms[k] += age;
        }
        Some((k, age))
    }

    /// Whether a clock is that of a loss of the primary data centre.
    pub(super) fn is_site_loss(&self, clock: usize) -> bool {
        let losses = self.ages.site_losses.iter().flatten();
        losses.into_iter().any(|loss| loss.event == clock)
    }

    /// The age of the data, on average over a trial without the drill's fault; `None` where the
    /// fault is not the loss of the primary data centre.
    pub(super) fn mean_age(&mut self, trial: u64, settings: &TrialSettings) -> Option<u64> {
        let fault = settings.drill.as_ref().map(|drill| drill.event);
        let is_site_loss =
            fault.is_some() && self.automaton.system().site_losses().contains(&fault);
        if !is_site_loss || settings.horizon_ms == 0 {
            return None;
        }
        let trace = self.trace.take();
        self.start(trial, settings);
        if let Some(clock) = self.clocks.last_mut() {
            *clock = NEVER;
        }
        self.watch_ages();
        // Nothing is counted before the fault of a drill.
        let mut nothing = Tally::default();
        while let Some((at, clock)) = self.next(settings) {
            if at >= settings.horizon_ms {
                break;
            }
            self.advance(at);
            self.ring(clock, trial, settings, &mut nothing);
        }
        self.advance(settings.horizon_ms);
        self.trace = trace;
        // What was done here is no part of the drill.
        self.events = 0;
        let whole = self.ages.watch?.whole;
        Some((whole / settings.horizon_ms as f64) as u64)
    }

    /// What the loss of the primary data centre at a moment would cost, as time: from the newest
    /// message outside to the newest that was acknowledged. 0 where nothing is outside, as then
    /// nothing would be left.
    pub(super) fn age_at(&self, at: u64) -> u64 {
        let facts = self.facts();
        let survivors = facts.survivors;
        if survivors.serve {
            return 0;
        }
        let anything = survivors.copies != 0 || survivors.folder || survivors.share;
        if !anything {
            return 0;
        }
        let mut newest = 0;
        let mut copies = survivors.copies;
        while copies != 0 {
            let end = facts.ends[copies.trailing_zeros() as usize];
            newest = newest.max(self.ledger.of_rank(end).at);
            copies &= copies - 1;
        }
        if survivors.share {
            newest = newest.max(self.shipping.share_at(at));
        }
        if survivors.folder {
            newest = newest.max(self.shipping.folder_at(at));
        }
        let end = if facts.up { at } else { self.ages.served_until };
        end.saturating_sub(newest)
    }
}
