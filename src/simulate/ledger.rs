//! The times that ranks stand for, and what has been lost.
//!
//! The world knows positions only as ranks; beside it, this keeps for each rank the moment of the
//! newest post at or below it. A loss is a range of ranks, hence of time and of served time.

use poolproof_models::lineage::{Renumbering, TIMELINES};
use poolproof_models::losses::Loss;

/// Ranks of a world.
pub const RANKS: usize = 16;

/// A moment of a trial.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moment {
    /// Milliseconds since the start.
    pub at: u64,
    /// Of these, served.
    pub served: u64,
}

/// Acknowledged messages lost, as time, and as served time, which gives their number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lost {
    /// Milliseconds from the newest message that is left to the newest that was acknowledged.
    pub ms: u64,
    /// Of these, served.
    pub served_ms: u64,
}

impl Lost {
    /// Adds.
    pub const fn add(&mut self, other: Self) {
        self.ms += other.ms;
        self.served_ms += other.served_ms;
    }
}

/// The books of one trial.
#[derive(Debug, Clone)]
pub struct Ledger {
    now: Moment,
    ranks: [Moment; RANKS],
    /// Losses on a timeline are counted up to here.
    counted: [Moment; TIMELINES],
    /// Whether there is any such loss: most trials have none, and nothing to renumber.
    any_counted: bool,
    /// Lost since this was last taken.
    lost: Lost,
}

impl Ledger {
    /// Books at the start of a trial.
    #[must_use]
    pub const fn new() -> Self {
        const START: Moment = Moment { at: 0, served: 0 };
        Self {
            now: START,
            ranks: [START; RANKS],
            counted: [START; TIMELINES],
            any_counted: false,
            lost: Lost {
                ms: 0,
                served_ms: 0,
            },
        }
    }

    /// The present.
    #[must_use]
    pub const fn now(&self) -> Moment {
        self.now
    }

    /// Lets time pass.
    pub const fn advance(&mut self, to_ms: u64, served: bool) {
        if served {
            self.now.served += to_ms - self.now.at;
        }
        self.now.at = to_ms;
    }

    /// A moment since the last change of service, which has been on or off all the time since.
    #[must_use]
    pub const fn moment(&self, at_ms: u64, served: bool) -> Moment {
        let ago = self.now.at.saturating_sub(at_ms);
        Moment {
            at: at_ms,
            served: if served {
                self.now.served.saturating_sub(ago)
            } else {
                self.now.served
            },
        }
    }

    /// The moment that a rank stands for.
    #[must_use]
    pub const fn of_rank(&self, rank: u8) -> Moment {
        self.ranks[rank as usize]
    }

    /// The newest post at a rank is of this moment.
    pub const fn set_rank(&mut self, rank: u8, moment: Moment) {
        self.ranks[rank as usize] = moment;
    }

    /// Counts a loss, in the numbers before the step's renumbering. What is lost again, by another
    /// name, counts once.
    pub fn lose(&mut self, loss: Loss) {
        let timeline = usize::from(loss.timeline);
        // Where nothing is left, everything since the beginning is lost.
        let from = loss
            .from
            .map_or(Moment::default(), |rank| self.of_rank(rank));
        let to = self.of_rank(loss.to);
        let from = if self.counted[timeline].at > from.at {
            self.counted[timeline]
        } else {
            from
        };
        if to.at > from.at {
            self.lost.add(Lost {
                ms: to.at - from.at,
                served_ms: to.served - from.served,
            });
            self.counted[timeline] = to;
            self.any_counted = true;
        }
    }

    /// Follows a renumbering.
    pub fn renumber(&mut self, renumbering: &Renumbering) {
        let mut rest = renumbering.ranks;
        let mut new = 0;
        let dense = rest & rest.wrapping_add(1) == 0;
        while rest != 0 && !dense {
            self.ranks[new] = self.ranks[rest.trailing_zeros() as usize];
            rest &= rest - 1;
            new += 1;
        }
        if !self.any_counted {
            return;
        }
        let old = self.counted;
        self.counted = [Moment::default(); TIMELINES];
        for (timeline, moment) in old.iter().enumerate() {
            // Of two timelines that became one, what was counted on either is counted.
            let now = usize::from(renumbering.timelines[timeline]);
            if now < TIMELINES && moment.at > self.counted[now].at {
                self.counted[now] = *moment;
            }
        }
    }

    /// One after the other, a rank gets the moment of itself or a later one, or a new one: by
    /// number, those of the ranks, then `new`. Timelines of `gone`, bit by bit, are forgotten.
    pub fn rearrange(&mut self, sources: &[u8], new: &[Moment], gone: u8) {
        for (rank, source) in sources.iter().enumerate().take(RANKS) {
            let source = usize::from(*source);
            self.ranks[rank] = match source.checked_sub(RANKS) {
                Some(number) => new[number],
                None => self.ranks[source],
            };
        }
        if gone != 0 && self.any_counted {
            for (timeline, counted) in self.counted.iter_mut().enumerate() {
                if gone >> timeline & 1 == 1 {
                    *counted = Moment::default();
                }
            }
        }
    }

    /// What was lost since it was last taken.
    #[must_use]
    pub const fn lost(&self) -> Lost {
        self.lost
    }

    /// What was lost since this was last asked.
    pub fn take_lost(&mut self) -> Lost {
        std::mem::take(&mut self.lost)
    }
}

impl Default for Ledger {
    fn default() -> Self {
        Self::new()
    }
}
