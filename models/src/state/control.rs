//! Pool state, active list, next hop, and the servers' replicas of them (handbook 1.4).

use crate::names::replica::Replica;
use crate::names::session::SessionId;
use crate::state::bit_names::bit_names;
use crate::state::packed::packed;

packed! {
    /// Pool state, active list, next hop and the servers' replicas of them (handbook 1.4).
    pub struct Control, masks ControlMasks {
        /// Bit per server: on the active list of the Central Management store.
        pub active: u8,
        /// Bit per server: its replica says FailedOver.
        pub replica_failed_over: u8,
        /// Bit per server: its replica says it is active.
        pub replica_active: u8,
        /// Bit per server: off the active list, but with the sessions it had (slice).
        pub lingering: u8,
        /// Bits of the constants below.
        pub(crate) flags: u32,
    }
}

impl Control {
    bit_names! { u32;
        /// `PoolState` in the Central Management store is FailedOver.
        pub FAILED_OVER: 1,
        /// The Central Management store's master is in DC2.
        pub CMS_IN_DC2: 1,
        /// DC1's Central Management store takes itself for the master beside that of DC2 (13.14).
        pub TWO_MASTERS: 1,
        /// The configured next hop is in DC2.
        pub HOP_IN_DC2: 1,
        /// A bit for each data centre: the next hop as its replica has it is in DC2.
        pub HOP_VIEW: 2,
        /// The copy and restore jobs exist on S.
        pub JOBS: 1,
        /// Clients have no session and have to reconnect.
        pub DISCONNECTED: 1,
        /// A post is accepted and not yet committed.
        pub IN_FLIGHT: 1,
        /// The next log backup does not join the last one: S can take nothing that comes after.
        pub GAP: 1,
        /// Pool servers do not know the name of a new failover partner (slice).
        pub STALE_PARTNER: 1,
        /// The log drive of the principal in DC1 is full (slice).
        pub LOG_FULL: 1,
        /// A bit for each database of DC1: it is fenced; it stays so until somebody lifts it (R11).
        FENCED: 2,
        /// The log backup job of DC1 does not run (4.1).
        pub BACKUP_STOPPED: 1,
        /// Logins that were missing have been created on every database server (13.19, 13.22).
        pub LOGINS_CREATED: 1,
        /// A bit for each copy: it answers its partners, but not its users (slice, H-42).
        pub GREY: 4,
        /// A bit for each database of DC1: its server answers nothing and will go on (slice, 13.5).
        STALLED: 2,
    }

    /// The flags of a copy's failures that only its users see.
    #[must_use]
    pub const fn grey(copy: Replica) -> u32 {
        Self::GREY << copy as u32
    }

    /// The flag of a database of DC1 whose server has stalled.
    #[must_use]
    pub const fn stalled(copy: Replica) -> u32 {
        Self::STALLED << copy.member()
    }

    /// [`Control::stalled`] of both databases of DC1.
    pub(crate) const STALLS: u32 = Self::STALLED * 3;

    /// The flag of a fenced database of DC1.
    #[must_use]
    pub const fn fenced(copy: Replica) -> u32 {
        Self::FENCED << copy.member()
    }

    /// The fences of both databases of DC1.
    pub(crate) const FENCES: u32 = Self::FENCED * 3;

    /// [`Control::grey`] of the members of a session.
    pub(crate) const fn grey_bits(session: SessionId) -> u32 {
        let [first, second] = session.members();
        Self::grey(first) | Self::grey(second)
    }

    /// Whether a flag is set.
    #[must_use]
    pub const fn has(self, flag: u32) -> bool {
        self.flags & flag != 0
    }

    /// Sets flags, or clears them.
    pub(crate) const fn set(&mut self, flags: u32, on: bool) {
        self.flags = if on {
            self.flags | flags
        } else {
            self.flags & !flags
        };
    }
}

const _: () = assert!(
    Control::BITS <= u32::BITS,
    "the control state has no more flags"
);
