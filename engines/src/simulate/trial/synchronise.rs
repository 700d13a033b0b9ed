//! The world is synchronised with what the jobs of log shipping have done, step by step.

use crate::clocks::timed::{Facts, Job};
use crate::simulate::shipping::Shipped;
use crate::simulate::trial::{Runner, Timed};

impl<T: Timed> Runner<'_, T> {
    /// Synchronises the world with what it has to know before an event, or for its own sake where
    /// there is none: posts up to now and, where it matters, the runs of jobs. Where the event's
    /// macro-step is known no step is made, because the macro-step, whose number is given, holds it
    /// all.
    #[inline]
    pub(super) fn prepare(&mut self, event: Option<usize>) -> Option<u32> {
        // A trace has every step.
        let macro_step = if self.trace.is_none() {
            self.find_macro_step(event)
        } else {
            None
        };
        if macro_step.is_none() {
            self.synchronise_before(event);
        }
        macro_step
    }

    #[inline(never)]
    fn synchronise_before(&mut self, event: Option<usize>) {
        self.acknowledge();
        let ship_first =
            |event| !self.is_enabled(event) || self.automaton.edge(self.row, event).ship_first;
        if event.is_none_or(ship_first) {
            self.shipping.update(self.ledger.now().at);
            if self.trace.is_none()
                && let Some(known) = self.find_macro_step(None)
            {
                self.macro_step(known);
            } else {
                self.synchronise(self.files());
            }
        }
    }

    /// Up to when each of the files reaches, oldest first: on S, in the folder, on the share.
    pub(super) const fn files(&self) -> [u64; 3] {
        let Shipped {
            share,
            folder,
            restored,
        } = self.shipping.last();
        [restored, folder, share]
    }

    /// Each file as a post, a backup and, as far as it got, a copy and a restore.
    fn synchronise(&mut self, files: [u64; 3]) {
        for (value, reached) in files.into_iter().zip([3, 2, 1]) {
            let facts = self.facts();
            // Where no backup runs, as after a failover to DC2, there is no run to synchronise
            // with.
            if backs_up(facts) && value > self.ledger.of_rank(facts.shipped[0]).at {
                self.post_at(value, facts);
                self.try_job(Job::Backup);
            }
            let known = self.ledger.of_rank(self.facts().shipped[0]).at;
            if reached >= 2 && known <= value {
                self.try_job(Job::Copy);
                if reached == 3 {
                    self.try_job(Job::Restore);
                }
            }
        }
        self.acknowledge();
    }

    /// The principal's end is where it was at `value`, a time since the last change of service.
    fn post_at(&mut self, value: u64, facts: Facts) {
        if facts.serving == 0 {
            return;
        }
        let moment = self.ledger.moment(value, true);
        let copy = facts.serving.trailing_zeros() as usize;
        if let Some(write) = self.write_events[copy]
            && self.is_enabled(write)
        {
            self.follow(write);
        }
        let end = self.facts().ends[copy];
        self.ledger.set_rank(end, moment);
    }

    fn try_job(&mut self, job: Job) {
        if let Some(event) = self.job_events[job as usize]
            && self.is_enabled(event)
        {
            self.follow(event);
        }
    }

    /// By hand, files were copied or applied, or they were lost.
    pub(super) fn correct_shipping(&mut self, before: [u64; 3], after: Facts) {
        let now = after.shipped.map(|rank| self.ledger.of_rank(rank).at);
        if (0..3).any(|i| now[i] != before[i]) {
            let base = self.shipping.at(self.ledger.now().at);
            let pick = |i: usize, kept: u64| if now[i] == before[i] { kept } else { now[i] };
            self.shipping.correct(Shipped {
                share: pick(0, base.share),
                folder: pick(1, base.folder),
                restored: pick(2, base.restored),
            });
        }
    }
}

/// The copies at which users post.
pub(super) fn serving_copies(facts: Facts) -> impl Iterator<Item = usize> {
    (0..4).filter(move |copy| facts.serving >> copy & 1 == 1)
}

/// Whether log backups run.
pub(super) const fn backs_up(facts: Facts) -> bool {
    (facts.jobs >> Job::Backup as u8) & 1 == 1
}
