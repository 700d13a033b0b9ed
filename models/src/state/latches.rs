//! What has happened and stays so: split brain, the worst loss and its cause, and other marks.

use crate::state::bit_names::bit_names;
use crate::state::packed::Packed;

/// How certain a loss of acknowledged messages is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LossKind {
    /// Nothing lost.
    None,
    /// Not in the serving history, but some copy or file still holds it.
    Recoverable,
    /// No copy and no file holds it any more.
    Final,
}

/// What made a loss irrevocable or took the messages out of the serving history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LossCause {
    /// Nothing lost.
    #[default]
    None,
    /// A data centre was lost with the only copies.
    SiteLost,
    /// Files on the share were lost before they were copied.
    ShareLost,
    /// An old principal's extra log was discarded by resynchronisation (handbook 3.10).
    Discarded,
    /// Users were served from a history that does not contain them.
    ServedWithout,
    /// A restore or a seeding overwrote the copy that held them (handbook 6, OW).
    Overwritten,
    /// A server lost its disks.
    StorageLost,
    /// A post was accepted, and its commit never came (10, choice 1).
    NeverCommitted,
}

impl LossCause {
    /// Every cause, in the order of its number.
    pub const ALL: [Self; 8] = [
        Self::None,
        Self::SiteLost,
        Self::ShareLost,
        Self::Discarded,
        Self::ServedWithout,
        Self::Overwritten,
        Self::StorageLost,
        Self::NeverCommitted,
    ];
}

/// What has happened and stays so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[repr(transparent)]
pub struct Latches(u16);

impl Packed for Latches {
    const BYTES: usize = u16::BYTES;

    #[inline(always)]
    fn put<const WORDS: usize>(&self, words: &mut [u64; WORDS], at: usize) {
        self.0.put(words, at);
    }

    #[inline(always)]
    fn take<const WORDS: usize>(words: &[u64; WORDS], at: usize) -> Self {
        Self(u16::take(words, at))
    }
}

impl Latches {
    bit_names! { u16;
        /// Both sides of a fork have been acknowledged on (SB).
        pub SPLIT_BRAIN: 1,
        /// The number of a [`LossKind`].
        LOSS: 2,
        /// The number of a [`LossCause`].
        CAUSE: 4,
        /// A finished backup that could be reached was left out of the recovered database (ALr).
        pub BACKUP_LEFT_OUT: 1,
        /// An automatic or manual failover left acknowledged messages behind (I4).
        pub FAILOVER_LOST: 1,
        /// Servers were activated on the wrong side, or onto a database that does not serve (WS).
        pub WRONG_SIDE: 1,
        /// A compliance record is missing (CO).
        pub RECORD_MISSING: 1,
        /// A compliance record is of a message that is lost (CO).
        pub RECORD_PHANTOM: 1,
        /// New messages took the numbers of lost ones (ID).
        pub NUMBERS_REUSED: 1,
        /// A restore or a seeding overwrote newer data (OW).
        pub OVERWRITTEN: 1,
    }

    pub(crate) const fn has(self, latch: u16) -> bool {
        self.0 & latch != 0
    }

    pub(crate) const fn set(&mut self, latch: u16) {
        self.0 |= latch;
    }

    const fn loss_number(self) -> u16 {
        (self.0 / Self::LOSS) & 3
    }

    /// The worst loss so far.
    pub(crate) const fn loss(self) -> LossKind {
        match self.loss_number() {
            0 => LossKind::None,
            1 => LossKind::Recoverable,
            2.. => LossKind::Final,
        }
    }

    /// What caused the worst loss so far.
    pub(crate) const fn cause(self) -> LossCause {
        LossCause::ALL[((self.0 / Self::CAUSE) & 7) as usize]
    }

    /// Remembers a loss that is worse than the worst so far.
    pub(crate) const fn set_loss(&mut self, kind: LossKind, cause: LossCause) {
        if kind as u16 > self.loss_number() {
            self.0 = self.0 & !((3 * Self::LOSS) | (15 * Self::CAUSE))
                | (kind as u16 * Self::LOSS)
                | (cause as u16 * Self::CAUSE);
        }
    }
}

const _: () = assert!(Latches::BITS <= u16::BITS, "there are no more latches");
