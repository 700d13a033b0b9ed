//! The state of a mirroring session: roles, beliefs, and the witness's register (handbook 3.2).

use crate::state::bit_names::bit_names;
use crate::state::packed::Packed;

/// The role of a partner, as the partner itself remembers it across restarts (handbook 3.10).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartnerRole {
    /// Not in a session, or no database.
    None,
    /// Principal.
    Principal,
    /// Mirror.
    Mirror,
    /// Principal in a manual failover that has begun: its users are cut off, and it becomes mirror
    /// as soon as the mirror has its tail (3.8). Volatile: if the mirror goes, it is principal.
    Pending,
}

/// The state of a mirroring session as one of its partners shows it (handbook 3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartnerState {
    /// The mirror is behind and the log flows.
    Synchronizing,
    /// The mirror has on disk everything that the principal sent.
    Synchronized,
    /// By decision or error; survives restarts, ends with RESUME.
    Suspended,
    /// Only on the old principal, between the start of a failover and taking the mirror role.
    PendingFailover,
    /// The partner cannot reach the other partner.
    Disconnected,
}

impl PartnerState {
    /// The name that the catalog view shows.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Synchronizing => "SYNCHRONIZING",
            Self::Synchronized => "SYNCHRONIZED",
            Self::Suspended => "SUSPENDED",
            Self::PendingFailover => "PENDING_FAILOVER",
            Self::Disconnected => "DISCONNECTED",
        }
    }
}

/// A mirroring session with its witness's register (handbook 3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[repr(transparent)]
pub struct Session(u32);

impl Packed for Session {
    const BYTES: usize = u32::BYTES;

    #[inline(always)]
    fn put<const WORDS: usize>(&self, words: &mut [u64; WORDS], at: usize) {
        self.0.put(words, at);
    }

    #[inline(always)]
    fn take<const WORDS: usize>(words: &[u64; WORDS], at: usize) -> Self {
        Self(u32::take(words, at))
    }
}

/// A flag of a session: how it is read and how it is set.
macro_rules! flags {
    ($($(#[$doc:meta])* $get:ident $set:ident $bit:ident;)*) => {
        impl Session {
            $(
                $(#[$doc])*
                #[must_use]
                pub const fn $get(self) -> bool {
                    self.0 & Self::$bit != 0
                }

                pub(crate) const fn $set(&mut self, on: bool) {
                    self.set(Self::$bit, on);
                }
            )*
        }
    };
}

flags! {
    /// The mirror knows itself synchronised and has not been apart from both others since
    /// (handbook 3.7, reading R7). Volatile.
    ready set_ready READY;
    /// A witness belongs to the session.
    witness_set set_witness_set WITNESS_SET;
    /// The witness's register: the second member owns the principal role.
    register_second set_register_second REGISTER_SECOND;
    /// The witness's register: failover is possible.
    register_synchronized set_register_synchronized REGISTER_SYNCHRONIZED;
    /// The witness has noticed that a principal is silent, and that principal has not (R4).
    noticed set_noticed NOTICED;
    /// The principal that the witness names has lost its database. No older principal takes its
    /// place: the record lies on the witness (13.3).
    orphaned set_orphaned ORPHANED;
}

impl Session {
    bit_names! { u32;
        /// Two bits for each member's role.
        ROLES: 4,
        /// A bit for each member: as principal it counts the session as SYNCHRONIZED.
        SYNCHRONIZED: 2,
        READY: 1,
        /// A bit for each member: as principal it has the session SUSPENDED.
        SUSPENDED: 2,
        /// A bit for each link.
        SEEN: 3,
        WITNESS_SET: 1,
        REGISTER_SECOND: 1,
        REGISTER_SYNCHRONIZED: 1,
        /// A bit for each member: it runs on its own.
        ALONE: 2,
        NOTICED: 1,
        ORPHANED: 1,
    }

    const fn set(&mut self, bits: u32, on: bool) {
        self.0 = if on { self.0 | bits } else { self.0 & !bits };
    }

    /// Whether a principal counts the session as SYNCHRONIZED, so that a commit waits for the
    /// mirror's disk. Each principal has its own view (handbook 13.3); a mirror has none here.
    #[must_use]
    pub const fn is_synchronized(self, member: usize) -> bool {
        self.0 & Self::SYNCHRONIZED << member != 0
    }

    /// The principal that counts the session as SYNCHRONIZED. There is one at most: a mirror that
    /// is promoted begins without.
    #[must_use]
    pub fn synchronized_principal(self) -> Option<usize> {
        (0..2).find(|member| self.is_principal(*member) && self.is_synchronized(*member))
    }

    /// Whether some principal counts the session as SYNCHRONIZED.
    #[must_use]
    pub const fn any_synchronized(self) -> bool {
        self.0 & (3 * Self::SYNCHRONIZED) != 0
    }

    pub(crate) const fn set_synchronized(&mut self, member: usize, on: bool) {
        self.set(Self::SYNCHRONIZED << member, on);
    }

    /// Whether a principal has the session SUSPENDED: persistent until RESUME (3.3).
    #[must_use]
    pub const fn is_suspended(self, member: usize) -> bool {
        self.0 & Self::SUSPENDED << member != 0
    }

    /// Whether some principal has the session SUSPENDED.
    #[must_use]
    pub const fn any_suspended(self) -> bool {
        self.0 & (3 * Self::SUSPENDED) != 0
    }

    pub(crate) const fn set_suspended(&mut self, member: usize, on: bool) {
        self.set(Self::SUSPENDED << member, on);
    }

    const fn role_bits(self, member: usize) -> u32 {
        (self.0 / Self::ROLES) >> (2 * member) & 3
    }

    /// A principal without a partner.
    pub(crate) const fn of_one() -> Self {
        let mut session = Self(0);
        session.set_role(0, PartnerRole::Principal);
        session
    }

    /// Whether there is a session at all.
    #[must_use]
    pub const fn exists(self) -> bool {
        self.0 != 0
    }

    /// The role of member 0 or 1.
    #[must_use]
    pub const fn role(self, member: usize) -> PartnerRole {
        const ROLES: [PartnerRole; 4] = [
            PartnerRole::None,
            PartnerRole::Principal,
            PartnerRole::Mirror,
            PartnerRole::Pending,
        ];
        ROLES[self.role_bits(member) as usize]
    }

    /// Gives a member a role. What it believed as a principal goes with that role.
    pub(crate) const fn set_role(&mut self, member: usize, role: PartnerRole) {
        if matches!(role, PartnerRole::None | PartnerRole::Mirror) {
            self.set((Self::SYNCHRONIZED | Self::SUSPENDED) << member, false);
        }
        let first = Self::ROLES << (2 * member);
        self.0 = self.0 & !(3 * first) | (role as u32 * first);
    }

    /// Whether the link `link` (0: between the partners, 1 and 2: member to witness) is believed
    /// up by its ends (3.11: a loss is noticed after the partner timeout).
    #[must_use]
    pub const fn seen(self, link: usize) -> bool {
        self.0 & Self::SEEN << link != 0
    }

    pub(crate) const fn set_seen(&mut self, link: usize, on: bool) {
        self.set(Self::SEEN << link, on);
    }

    /// Bit per link: see [`Session::seen`].
    pub(crate) const fn seen_links(self) -> u32 {
        (self.0 / Self::SEEN) & 7
    }

    /// Both roles, as two bits each.
    pub(crate) const fn roles(self) -> u32 {
        (self.0 / Self::ROLES) & 15
    }

    /// The member that the witness's register names as principal.
    #[must_use]
    pub const fn registered(self) -> usize {
        self.register_second() as usize
    }

    /// Whether the member runs on its own: no partner and no quorum rule binds it, because the
    /// session is over, or the rule has been switched off there (3.10, 3.14).
    #[must_use]
    pub const fn is_alone(self, member: usize) -> bool {
        self.0 & Self::ALONE << member != 0
    }

    pub(crate) const fn set_alone(&mut self, member: usize, on: bool) {
        self.set(Self::ALONE << member, on);
    }

    /// Whether the member is a principal.
    #[must_use]
    pub const fn is_principal(self, member: usize) -> bool {
        self.role_bits(member) == PartnerRole::Principal as u32
    }

    /// Whether the member is a mirror.
    #[must_use]
    pub const fn is_mirror(self, member: usize) -> bool {
        self.role_bits(member) == PartnerRole::Mirror as u32
    }
}

const _: () = assert!(Session::BITS <= u32::BITS, "a session has no more bits");
