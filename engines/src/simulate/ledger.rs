//! The times that ranks stand for, and what has been lost.
//!
//! The world knows positions only as ranks; beside it, this keeps for each rank the moment of the
//! newest post at or below it. A loss is a range of ranks, hence of time and of served time.

use std::ops::Range;

use poolproof_models::rules::losses::Loss;
use poolproof_models::state::latches::LossCause;
use poolproof_models::state::lineage::{Renumbering, TIMELINES};

/// Ranks of a world.
pub const RANKS: usize = 16;

/// After the ranks, the numbers of other moments that ranks can come to stand for: those of three
/// files, and now.
pub const FILES: Range<u8> = RANKS as u8..RANKS as u8 + 3;
/// See [`FILES`].
pub const NOW: u8 = FILES.end;
const MOMENTS: usize = NOW as usize + 1;

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
    /// What lost the first of them; `LossCause::None` where nothing is lost.
    pub cause: LossCause,
    /// No copy of the database is left, or nothing at all of some history. How much was lost is
    /// then everything since the trial began, or since a backup that happened to be made.
    pub no_copy_left: bool,
}

impl Lost {
    /// Adds what was lost later.
    pub fn add(&mut self, other: Self) {
        if self.cause == LossCause::None {
            self.cause = other.cause;
        }
        self.ms += other.ms;
        self.served_ms += other.served_ms;
        self.no_copy_left |= other.no_copy_left;
    }
}

/// The books of one trial.
#[derive(Debug, Clone)]
pub struct Ledger {
    now: Moment,
    /// By rank, the newest post at or below it, and after them files and now, when brought: `at`
    /// and `served` apart, because a moment that is moved just after it was written in two halves
    /// keeps the processor waiting.
    at: [u64; MOMENTS],
    served: [u64; MOMENTS],
    /// Of each timeline, what was counted as lost already.
    counted: [Range<Moment>; TIMELINES],
    /// Bit per timeline with such a loss: mostly there is none, and nothing to renumber.
    with_losses: u8,
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
            at: [0; MOMENTS],
            served: [0; MOMENTS],
            counted: [const { START..START }; TIMELINES],
            with_losses: 0,
            lost: Lost {
                ms: 0,
                served_ms: 0,
                cause: LossCause::None,
                no_copy_left: false,
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
        Moment {
            at: self.at[rank as usize],
            served: self.served[rank as usize],
        }
    }

    /// The newest post at a rank is of this moment.
    pub const fn set_rank(&mut self, rank: u8, moment: Moment) {
        self.at[rank as usize] = moment.at;
        self.served[rank as usize] = moment.served;
    }

    /// Counts a loss, in the numbers before the step's renumbering. What is lost again, by another
    /// name, counts once.
    ///
    /// A history is lost from its end: a loss that comes later, such as that of files which nobody
    /// could reach when a copy was recovered, can lie below what is lost already.
    pub fn lose(&mut self, loss: Loss, cause: LossCause) {
        let timeline = usize::from(loss.timeline);
        // Where nothing is left, everything since the beginning is lost.
        let from = loss
            .from
            .map_or(Moment::default(), |rank| self.of_rank(rank));
        let to = self.of_rank(loss.to);
        if to.at <= from.at {
            return;
        }
        self.lost.no_copy_left |= loss.from.is_none();
        let counted = self.counted[timeline].clone();
        let parts = if counted.end.at > counted.start.at {
            [
                from..earlier(to, counted.start),
                later(from, counted.end)..to,
            ]
        } else {
            [from..to, to..to]
        };
        for part in parts {
            if part.end.at > part.start.at {
                self.lost.add(Lost {
                    ms: part.end.at - part.start.at,
                    served_ms: part.end.served - part.start.served,
                    cause,
                    no_copy_left: false,
                });
            }
        }
        self.counted[timeline] = covering(&counted, &(from..to));
        self.with_losses |= 1 << timeline;
    }

    /// What was lost was lost with the last copy of the database.
    pub const fn note_no_copy_left(&mut self) {
        self.lost.no_copy_left = true;
    }

    /// Follows a renumbering.
    pub fn renumber(&mut self, renumbering: &Renumbering) {
        let mut rest = renumbering.ranks;
        let mut new = 0;
        let dense = rest & rest.wrapping_add(1) == 0;
        while rest != 0 && !dense {
            let old = rest.trailing_zeros() as usize;
            self.at[new] = self.at[old];
            self.served[new] = self.served[old];
            rest &= rest - 1;
            new += 1;
        }
        self.rename(u8::MAX, &renumbering.timelines);
    }

    /// Follows a renumbering of timelines; those with a bit in `renamed`, and maybe others, get
    /// another number.
    #[inline]
    pub fn rename(&mut self, renamed: u8, timelines: &[u8; TIMELINES]) {
        if self.with_losses & renamed != 0 {
            self.rename_losses(timelines);
        }
    }

    fn rename_losses(&mut self, timelines: &[u8; TIMELINES]) {
        const NOTHING: Range<Moment> = Moment { at: 0, served: 0 }..Moment { at: 0, served: 0 };
        let old = std::mem::replace(&mut self.counted, [NOTHING; TIMELINES]);
        self.with_losses = 0;
        for (timeline, counted) in timelines.iter().zip(old) {
            // Of two timelines that became one, what was counted on either is counted.
            let now = usize::from(*timeline);
            if now < TIMELINES && counted.end.at > counted.start.at {
                self.counted[now] = covering(&self.counted[now], &counted);
                self.with_losses |= 1 << now;
            }
        }
    }

    /// Makes [`NOW`] the present.
    #[inline]
    pub const fn bring_now(&mut self) {
        self.set_rank(NOW, self.now);
    }

    /// Makes [`FILES`] the moments of files, in milliseconds since the start, while served.
    #[inline]
    pub fn bring_files(&mut self, files: [u64; 3]) {
        for (number, at_ms) in FILES.zip(files) {
            self.set_rank(number, self.moment(at_ms, true));
        }
    }

    /// One after the other, ranks get the moment of another rank, of a file or the present.
    #[inline]
    pub fn rearrange(&mut self, moves: &[[u8; 2]]) {
        for [rank, source] in moves {
            let [rank, source] = [rank, source].map(|rank| usize::from(*rank));
            self.at[rank] = self.at[source];
            self.served[rank] = self.served[source];
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

const fn earlier(one: Moment, other: Moment) -> Moment {
    if other.at < one.at { other } else { one }
}

const fn later(one: Moment, other: Moment) -> Moment {
    if other.at > one.at { other } else { one }
}

/// From the earlier start to the later end; an empty range adds nothing.
fn covering(one: &Range<Moment>, other: &Range<Moment>) -> Range<Moment> {
    if one.end.at <= one.start.at {
        return other.clone();
    }
    if other.end.at <= other.start.at {
        return one.clone();
    }
    earlier(one.start, other.start)..later(one.end, other.end)
}

impl Default for Ledger {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::{Ledger, Moment};
    use poolproof_models::rules::losses::Loss;
    use poolproof_models::state::latches::LossCause;

    /// Books whose rank r is the moment of 100 r ms, half of it served.
    fn books() -> Ledger {
        let mut ledger = Ledger::new();
        for rank in 0..10 {
            let at = 100 * u64::from(rank);
            ledger.set_rank(rank, Moment { at, served: at / 2 });
        }
        ledger
    }

    /// What losses of one timeline come to, each given by its ranks.
    fn lost(losses: &[(Option<u8>, u8)]) -> (u64, u64) {
        let mut ledger = books();
        for (from, to) in losses {
            let loss = Loss {
                timeline: 0,
                from: *from,
                to: *to,
            };
            ledger.lose(loss, LossCause::StorageLost);
        }
        let found = ledger.take_lost();
        (found.ms, found.served_ms)
    }

    #[test]
    fn a_loss_is_the_time_between_its_ranks() {
        assert_eq!(lost(&[(Some(3), 7)]), (400, 200));
        assert_eq!(lost(&[(None, 7)]), (700, 350));
        assert_eq!(lost(&[(Some(7), 7)]), (0, 0));
    }

    #[test]
    fn what_is_lost_again_counts_once() {
        assert_eq!(lost(&[(Some(3), 7), (Some(3), 7)]), (400, 200));
        assert_eq!(lost(&[(Some(3), 7), (Some(5), 9)]), (600, 300));
        assert_eq!(lost(&[(Some(3), 7), (Some(4), 5)]), (400, 200));
    }

    /// The tail goes with the disks; later a copy serves that lacks more than the tail.
    #[test]
    fn a_later_loss_below_the_first_counts() {
        assert_eq!(lost(&[(Some(6), 9), (Some(2), 6)]), (700, 350));
        assert_eq!(lost(&[(Some(6), 9), (Some(2), 9)]), (700, 350));
        assert_eq!(lost(&[(Some(6), 7), (Some(2), 9), (None, 9)]), (900, 450));
    }

    #[test]
    fn timelines_that_become_one_keep_what_was_counted() {
        let mut ledger = books();
        let of = |timeline, from, to| Loss {
            timeline,
            from: Some(from),
            to,
        };
        ledger.lose(of(0, 6, 7), LossCause::StorageLost);
        ledger.lose(of(1, 7, 9), LossCause::StorageLost);
        let mut timelines = std::array::from_fn(|timeline| timeline as u8);
        timelines[1] = 0;
        ledger.rename(u8::MAX, &timelines);
        ledger.take_lost();
        ledger.lose(of(0, 6, 9), LossCause::StorageLost);
        assert_eq!(ledger.take_lost().ms, 0);
    }
}
