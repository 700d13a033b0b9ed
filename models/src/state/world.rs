//! The state of every component: small, finite, `Copy`.
//!
//! Log positions are dense ranks, timelines are recovery forks (see [`crate::state::lineage`]), and
//! nothing in here counts without bound, so the reachable worlds are finite without any budget of
//! messages.

use std::fmt;

use crate::names::component::Component;
use crate::names::runbook::Role;
use crate::names::site::Site;
use crate::rules::network::Link;
use crate::state::lineage::{Lineage, Position};

/// Number of database copies: A, B, S, SM.
pub const COPIES: usize = 4;

/// Which mirroring session: A/B in DC1 or S/SM in DC2. The rules are the same code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pair {
    /// A and B with witness W.
    Dc1 = 0,
    /// S and SM with witness SW.
    Dc2 = 1,
}

impl Pair {
    /// Both sessions.
    pub const ALL: [Self; 2] = [Self::Dc1, Self::Dc2];

    /// The data centre of the session (validator rules V4, V7).
    #[must_use]
    pub const fn site(self) -> Site {
        match self {
            Self::Dc1 => Site::Dc1,
            Self::Dc2 => Site::Dc2,
        }
    }

    /// Member 0 or 1 of the session, or 2 for its witness.
    #[must_use]
    pub const fn node(self, member: usize) -> Component {
        const NODES: [[Component; 3]; 2] = [
            [Component::A, Component::B, Component::W],
            [Component::S, Component::SM, Component::SW],
        ];
        NODES[self as usize][member]
    }

    /// The session as a component.
    #[must_use]
    pub const fn component(self) -> Component {
        match self {
            Self::Dc1 => Component::PairDc1,
            Self::Dc2 => Component::PairDc2,
        }
    }

    /// The index of a member's database copy (0 to 3).
    #[must_use]
    pub const fn copy(self, member: usize) -> usize {
        self as usize * 2 + member
    }
}

/// The server that holds copy `copy` (0 to 3: A, B, S, SM).
#[must_use]
pub const fn copy_node(copy: usize) -> Component {
    const NODES: [Component; COPIES] = [Component::A, Component::B, Component::S, Component::SM];
    NODES[copy]
}

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

/// A mirroring session with its witness's register (handbook 3.2), packed into 16 bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Session(pub(crate) u16);

macro_rules! flags {
    ($($(#[$doc:meta])* $bit:literal $get:ident $set:ident;)*) => {
        $($(#[$doc])* #[must_use] pub const fn $get(self) -> bool { self.0 >> $bit & 1 == 1 }
        pub(crate) const fn $set(&mut self, on: bool) {
            self.0 = self.0 & !(1 << $bit) | (on as u16) << $bit;
        })*
    };
}

impl Session {
    /// A principal without a partner.
    pub(crate) const fn of_one() -> Self {
        let mut session = Self(0);
        session.set_role(0, PartnerRole::Principal);
        session
    }

    flags! {
        /// The principal counts the session as SYNCHRONIZED: a commit waits for the mirror's disk.
        4 synchronized set_synchronized;
        /// The mirror knows itself synchronised and has not been apart from both others since
        /// (handbook 3.7, reading R7). Volatile.
        5 ready set_ready;
        /// SUSPENDED: persistent until RESUME (3.3).
        6 suspended set_suspended;
        /// Member 0 runs on its own: the session is over, or its quorum rule has been switched off
        /// there (3.10, 3.14).
        13 first_alone set_first_alone;
        /// Member 1 runs on its own.
        14 second_alone set_second_alone;
        /// A witness belongs to the session.
        10 witness_set set_witness_set;
        /// The witness's register: the second member owns the principal role.
        11 register_second set_register_second;
        /// The witness's register: failover is possible.
        12 register_synchronized set_register_synchronized;
        /// The witness has noticed that a principal is silent, and that principal has not (R4).
        15 noticed set_noticed;
    }

    /// Whether there is a session at all.
    #[must_use]
    pub const fn exists(self) -> bool {
        self.0 != 0
    }

    /// The role of member 0 or 1.
    #[must_use]
    pub const fn role(self, member: usize) -> PartnerRole {
        match self.0 >> (2 * member) & 3 {
            1 => PartnerRole::Principal,
            2 => PartnerRole::Mirror,
            3 => PartnerRole::Pending,
            _ => PartnerRole::None,
        }
    }

    pub(crate) const fn set_role(&mut self, member: usize, role: PartnerRole) {
        self.0 = self.0 & !(3 << (2 * member)) | (role as u16) << (2 * member);
    }

    /// Whether the link `link` (0: between the partners, 1 and 2: member to witness) is believed
    /// up by its ends (3.11: a loss is noticed after the partner timeout).
    #[must_use]
    pub const fn seen(self, link: usize) -> bool {
        self.0 >> (7 + link) & 1 == 1
    }

    pub(crate) const fn set_seen(&mut self, link: usize, on: bool) {
        self.0 = self.0 & !(1 << (7 + link)) | (on as u16) << (7 + link);
    }

    /// Bit per link: see [`Session::seen`].
    pub(crate) const fn seen_links(self) -> u16 {
        self.0 >> 7 & 7
    }

    /// The member that the witness's register names as principal.
    #[must_use]
    pub const fn registered(self) -> usize {
        self.register_second() as usize
    }

    /// Whether the member runs on its own: no partner and no quorum rule binds it.
    #[must_use]
    pub const fn is_alone(self, member: usize) -> bool {
        (self.0 >> (13 + member)) & 1 == 1
    }

    pub(crate) const fn set_alone(&mut self, member: usize, on: bool) {
        if member == 0 {
            self.set_first_alone(on);
        } else {
            self.set_second_alone(on);
        }
    }

    /// Whether the member is a principal.
    #[must_use]
    pub const fn is_principal(self, member: usize) -> bool {
        self.0 >> (2 * member) & 3 == 1
    }

    /// Whether the member is a mirror.
    #[must_use]
    pub const fn is_mirror(self, member: usize) -> bool {
        self.0 >> (2 * member) & 3 == 2
    }
}

/// What a data centre is at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SiteState {
    /// Running.
    Up,
    /// Down, contents intact; it can come back with its old state.
    Outage,
    /// Lost for good: contents gone.
    Lost,
}

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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LossCause {
    /// Nothing lost.
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

/// The state of the whole system. Every field is canonical: what nothing can read is zero.
///
/// The fields are in the order of [`World::pack`]: a fifth of the price of packing otherwise.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(C)]
pub struct World {
    pub(crate) lineage: Lineage,
    /// Contents of A, B, S, SM.
    pub(crate) copies: [Position; COPIES],
    /// First and last position of the run of log backups on the share; equal when it is empty.
    /// The last is also where the next log backup begins.
    pub(crate) share_from: Position,
    pub(crate) share_to: Position,
    /// The end of what was copied to the secondary's folder.
    pub(crate) folder: Position,
    /// The full backup that a failback restores from.
    pub(crate) image: Position,
    /// What was salvaged from old copies in DC1 before they were overwritten.
    pub(crate) archive: Position,
    /// The end of what the compliance adapter has been fed (slice).
    pub(crate) exported: Position,
    pub(crate) control: Control,
    /// Bit per [`Link`]: cut.
    pub(crate) cut: u8,
    /// Two bits a site.
    pub(crate) sites: u8,
    /// Bit 0 split brain, bits 1-2 loss kind, bit 3 a finished backup left out, bits 4-6 cause.
    pub(crate) latches: u8,
    /// More latches: see the constants of [`Latch`].
    pub(crate) marks: u8,
    /// Bit per database server, witness and host (from A on): it had crashed before its data
    /// centre went down, and does not come back with it.
    pub(crate) crashed: u8,
    /// Current step of each [`Role`]'s runbook: 0 idle, 1 is the first step.
    pub(crate) progress: [u8; 4],
    pub(crate) sessions: [Session; 2],
    /// Bit per [`Component`] number below 16: not running, crashed or in a data centre that is
    /// down.
    pub(crate) down: u16,
}

/// Things that have happened, beside split brain and loss.
pub struct Latch;

impl Latch {
    /// An automatic or manual failover left acknowledged messages behind (I4).
    pub const FAILOVER_LOST: u8 = 1;
    /// Servers were activated on the wrong side, or onto a database that does not serve (WS).
    pub const WRONG_SIDE: u8 = 2;
    /// A compliance record is missing (CO).
    pub const RECORD_MISSING: u8 = 4;
    /// A compliance record is of a message that is lost (CO).
    pub const RECORD_PHANTOM: u8 = 8;
    /// New messages took the numbers of lost ones (ID).
    pub const NUMBERS_REUSED: u8 = 16;
    /// A restore or a seeding overwrote newer data (OW).
    pub const OVERWRITTEN: u8 = 32;
}

/// Pool state, active list, next hop and the servers' replicas of them (handbook 1.4).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(C)]
pub struct Control {
    /// Bit per server: on the active list of the Central Management store.
    pub active: u8,
    /// Bit per server: its replica says FailedOver.
    pub replica_failed_over: u8,
    /// Bit per server: its replica says it is active.
    pub replica_active: u8,
    /// Bit per server: off the active list, but with the sessions it had (slice).
    pub lingering: u8,
    /// See the constants below.
    pub(crate) flags: u8,
    /// More of them.
    pub(crate) state: u8,
}

impl Control {
    /// `PoolState` in the Central Management store is FailedOver.
    pub const FAILED_OVER: u8 = 1;
    /// The Central Management store's master is in DC2.
    pub const CMS_IN_DC2: u8 = 2;
    /// The configured next hop is in DC2.
    pub(crate) const HOP_IN_DC2: u8 = 4;
    /// The next hop as DC1's replica has it is in DC2; DC2's view is one bit higher.
    pub const HOP_VIEW: u8 = 8;
    /// The copy and restore jobs exist on S.
    pub const JOBS: u8 = 32;
    /// Clients have no session and have to reconnect.
    pub const DISCONNECTED: u8 = 64;
    /// A post is accepted and not yet committed.
    pub const IN_FLIGHT: u8 = 128;

    /// The next log backup does not join the last one: S can take nothing that comes after.
    pub const GAP: u8 = 1;
    /// Pool servers do not know the name of a new failover partner (slice).
    pub const STALE_PARTNER: u8 = 2;
    /// The log drive of the principal in DC1 is full (slice).
    pub const LOG_FULL: u8 = 4;
    /// DC1's databases are fenced out of band; it stays so until somebody lifts it (R11).
    pub const FENCED: u8 = 8;
    /// Bit per copy from here on: it answers its partners, but not its users (slice, H-42).
    pub const GREY: u8 = 16;

    /// Whether one of the first flags is set.
    #[must_use]
    pub const fn has(self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    /// Whether one of the other flags is set.
    #[must_use]
    pub const fn is(self, state: u8) -> bool {
        self.state & state != 0
    }

    pub(crate) const fn set_state(&mut self, state: u8, on: bool) {
        self.state = if on {
            self.state | state
        } else {
            self.state & !state
        };
    }

    pub(crate) const fn set(&mut self, flag: u8, on: bool) {
        self.flags = if on {
            self.flags | flag
        } else {
            self.flags & !flag
        };
    }
}

impl World {
    /// Whether the server runs. One in a data centre that is down does not.
    #[must_use]
    pub const fn is_up(&self, node: Component) -> bool {
        self.down >> node as u8 & 1 == 0
    }

    pub(crate) fn set_down(&mut self, node: Component, down: bool) {
        let bit = 1 << node.number();
        self.down = if down {
            self.down | bit
        } else {
            self.down & !bit
        };
    }

    /// The state of a data centre.
    #[must_use]
    pub const fn site(&self, site: Site) -> SiteState {
        match self.sites >> (2 * site.index()) & 3 {
            0 => SiteState::Up,
            1 => SiteState::Outage,
            _ => SiteState::Lost,
        }
    }

    /// Whether the data centre is up.
    #[must_use]
    pub const fn site_up(&self, site: Site) -> bool {
        self.sites >> (2 * site.index()) & 3 == 0
    }

    pub(crate) const fn set_site(&mut self, site: Site, state: SiteState) {
        let shift = 2 * site.index();
        self.sites = self.sites & !(3 << shift) | (state as u8) << shift;
    }

    /// Whether the link is cut.
    #[must_use]
    pub const fn is_cut(&self, link: Link) -> bool {
        self.cut >> link as u8 & 1 == 1
    }

    pub(crate) const fn set_cut(&mut self, link: Link, cut: bool) {
        let bit = 1 << link as u8;
        self.cut = if cut { self.cut | bit } else { self.cut & !bit };
    }

    /// The session.
    #[must_use]
    pub const fn session(&self, pair: Pair) -> Session {
        self.sessions[pair as usize]
    }

    /// The content of a copy (0 to 3: A, B, S, SM).
    #[must_use]
    pub const fn copy(&self, copy: usize) -> Position {
        self.copies[copy]
    }

    /// The run of log backups on the share, first and last position.
    #[must_use]
    pub const fn share(&self) -> (Position, Position) {
        (self.share_from, self.share_to)
    }

    /// The end of the copied log backups in the secondary's folder.
    #[must_use]
    pub const fn folder(&self) -> Position {
        self.folder
    }

    /// How the histories of the copies descend from each other.
    #[must_use]
    pub const fn lineage(&self) -> &Lineage {
        &self.lineage
    }

    /// Pool state, active list, next hop and the servers' replicas of them.
    #[must_use]
    pub const fn control(&self) -> Control {
        self.control
    }

    /// The step that a team is at: 0 idle, 1 the first.
    #[must_use]
    pub const fn progress(&self, role: Role) -> u8 {
        self.progress[role as usize]
    }

    /// Split brain has happened (latched).
    #[must_use]
    pub const fn split_brain(&self) -> bool {
        self.latches & 1 == 1
    }

    pub(crate) const fn latch_split_brain(&mut self) {
        self.latches |= 1;
    }

    /// The worst loss of acknowledged messages so far (latched).
    #[must_use]
    pub const fn loss(&self) -> LossKind {
        match self.latches >> 1 & 3 {
            0 => LossKind::None,
            1 => LossKind::Recoverable,
            _ => LossKind::Final,
        }
    }

    /// What caused the worst loss so far.
    #[must_use]
    pub const fn loss_cause(&self) -> LossCause {
        match self.latches >> 4 & 7 {
            1 => LossCause::SiteLost,
            2 => LossCause::ShareLost,
            3 => LossCause::Discarded,
            4 => LossCause::ServedWithout,
            5 => LossCause::Overwritten,
            6 => LossCause::StorageLost,
            7 => LossCause::NeverCommitted,
            _ => LossCause::None,
        }
    }

    pub(crate) const fn latch_loss(&mut self, kind: LossKind, cause: LossCause) {
        if kind as u8 > self.latches >> 1 & 3 {
            self.latches = self.latches & 0b1000_1001 | (kind as u8) << 1 | (cause as u8) << 4;
        }
    }

    /// A finished backup that could be reached was left out of the recovered database (latched).
    #[must_use]
    pub const fn backup_left_out(&self) -> bool {
        self.latches & 8 != 0
    }

    pub(crate) const fn latch_backup_left_out(&mut self) {
        self.latches |= 8;
    }

    pub(crate) const fn mark(&mut self, latch: u8) {
        self.marks |= latch;
    }

    /// Whether one of these has happened (latched).
    #[must_use]
    pub const fn is_marked(&self, latch: u8) -> bool {
        self.marks & latch != 0
    }

    /// The world as words: injective, for hashing and for compact queues. Bytes are in the order
    /// of the fields, so that most of a word is one load.
    #[must_use]
    #[inline]
    pub fn pack(&self) -> [u64; 5] {
        let l = self.lineage.bytes();
        let (c, k) = (&self.copies, &self.control);
        let (from, to) = (self.share_from.0, self.share_to.0);
        let [p, q, r, t] = self.progress;
        // A step's number has six bits; the fourth team's fill the others' upper two. In the first
        // by `^` on the whole word, so that it stays one load; and see `Changes` in settling.rs.
        let steps = [q | (t >> 2) << 6, r | (t >> 4) << 6];
        let bytes = |b: [u8; 8]| u64::from_le_bytes(b);
        [
            bytes([l[0], l[1], l[2], l[3], l[4], l[5], l[6], l[7]]),
            bytes([l[8], l[9], c[0].0, c[1].0, c[2].0, c[3].0, from, to]),
            bytes([
                self.folder.0,
                self.image.0,
                self.archive.0,
                self.exported.0,
                k.active,
                k.replica_failed_over,
                k.replica_active,
                k.lingering,
            ]),
            bytes([
                k.flags,
                k.state,
                self.cut,
                self.sites,
                self.latches,
                self.marks,
                self.crashed,
                p,
            ]) ^ u64::from(t) << 62,
            u64::from(self.sessions[0].0)
                | u64::from(self.sessions[1].0) << 16
                | u64::from(self.down) << 32
                | u64::from(steps[0]) << 48
                | u64::from(steps[1]) << 56,
        ]
    }

    /// The inverse of [`World::pack`].
    #[must_use]
    pub fn unpack(words: [u64; 5]) -> Self {
        let [a, b, c, d, e] = words;
        let [a, b, c, d] = [a, b, c, d].map(u64::to_le_bytes);
        let steps = [d[7], (e >> 48) as u8, (e >> 56) as u8];
        let mut lineage = [0; 10];
        lineage[..8].copy_from_slice(&a);
        lineage[8..].copy_from_slice(&b[..2]);
        Self {
            lineage: Lineage::from_bytes(lineage),
            copies: [b[2], b[3], b[4], b[5]].map(Position),
            share_from: Position(b[6]),
            share_to: Position(b[7]),
            folder: Position(c[0]),
            image: Position(c[1]),
            archive: Position(c[2]),
            exported: Position(c[3]),
            control: Control {
                active: c[4],
                replica_failed_over: c[5],
                replica_active: c[6],
                lingering: c[7],
                flags: d[0],
                state: d[1],
            },
            cut: d[2],
            sites: d[3],
            latches: d[4],
            marks: d[5],
            crashed: d[6],
            progress: [
                steps[0] & 63,
                steps[1] & 63,
                steps[2] & 63,
                steps[0] >> 6 | (steps[1] >> 6) << 2 | (steps[2] >> 6) << 4,
            ],
            sessions: [Session(e as u16), Session((e >> 16) as u16)],
            down: (e >> 32) as u16,
        }
    }
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let c = &self.copies;
        write!(
            f,
            "A {:?} B {:?} S {:?} SM {:?} share {:?}..{:?} folder {:?} sessions {:04x} {:04x} down \
             {:04x} cut {:02x} sites {:x} cms {:02x} steps {:?} latches {:02x}",
            c[0],
            c[1],
            c[2],
            c[3],
            self.share_from,
            self.share_to,
            self.folder,
            self.sessions[0].0,
            self.sessions[1].0,
            self.down,
            self.cut,
            self.sites,
            self.control.flags,
            self.progress,
            self.latches
        )
    }
}
