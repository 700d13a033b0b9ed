//! The state of every component: small, finite, `Copy`.
//!
//! Log positions are dense ranks, timelines are recovery forks (see [`crate::state::lineage`]), and
//! nothing in here counts without bound, so the reachable worlds are finite without any budget of
//! messages.

use std::fmt;

use crate::names::component::Component;
use crate::names::link::Link;
use crate::names::replica::Replica;
use crate::names::runbook::Role;
use crate::names::session::SessionId;
use crate::names::site::Site;
use crate::state::control::Control;
use crate::state::latches::{Latches, LossCause, LossKind};
use crate::state::lineage::{Lineage, Position, written_timelines};
use crate::state::packed::packed;
use crate::state::session::{PartnerRole, Session};

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

packed! {
    /// The state of the whole system. Every field is canonical: what nothing can read is zero.
    ///
    /// A field that is added here is packed, compared, hashed and, where it holds positions,
    /// renumbered.
    pub struct World, masks WorldMasks {
        /// The recovery forks.
        pub(crate) lineage: Lineage,
        /// The contents of the copies.
        pub(crate) copies: [Position; Replica::COUNT],
        /// The first position of the run of log backups on the share; that of `share_to` when it is
        /// empty.
        pub(crate) share_from: Position,
        /// The last position of the run, which is also where the next log backup begins.
        pub(crate) share_to: Position,
        /// The end of what was copied to the secondary's folder.
        pub(crate) folder: Position,
        /// The full backup that a failback restores from.
        pub(crate) image: Position,
        /// What was salvaged from old copies in DC1 before they were overwritten.
        pub(crate) archive: [Position; 2],
        /// The end of what the compliance adapter has been fed (slice).
        pub(crate) exported: Position,
        pub(crate) latches: Latches,
        pub(crate) control: Control,
        /// Bit per [`Link`]: cut.
        pub(crate) cut: u32,
        pub(crate) sessions: [Session; SessionId::COUNT],
        /// Bit per machine ([`Component::node`]): not running, crashed or in a data centre that is
        /// down.
        pub(crate) down: u32,
        /// Current step of each [`Role`]'s runbook: 0 idle, 1 is the first step.
        pub(crate) progress: [u8; Role::ALL.len()],
        /// Bit per machine that is no pool server, from the first such: it had crashed before its
        /// data centre went down, and does not come back with it.
        pub(crate) crashed: u8,
        /// Two bits a site.
        pub(crate) sites: u8,
    }
}

impl World {
    /// Whether the server runs. One in a data centre that is down does not.
    #[must_use]
    #[inline]
    pub const fn is_up(&self, node: Component) -> bool {
        self.down >> node.node() & 1 == 0
    }

    pub(crate) const fn set_down(&mut self, node: Component, down: bool) {
        let bit = 1 << node.node();
        self.down = if down {
            self.down | bit
        } else {
            self.down & !bit
        };
    }

    /// The bits of the pool servers that do not run, in the order of their numbers.
    pub(crate) const fn servers_down(&self) -> u8 {
        self.down as u8
    }

    /// The state of a data centre.
    #[must_use]
    pub const fn site(&self, site: Site) -> SiteState {
        match self.sites >> (2 * site.index()) & 3 {
            0 => SiteState::Up,
            1 => SiteState::Outage,
            2.. => SiteState::Lost,
        }
    }

    /// The world with nothing kept in mind of what went wrong before: what can happen next, and
    /// what it does, is the same.
    #[must_use]
    pub fn without_latches(mut self) -> Self {
        self.latches = Latches::default();
        self
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
    #[inline]
    pub const fn session(&self, session: SessionId) -> Session {
        self.sessions[session as usize]
    }

    /// The copies of principals, as bits.
    #[inline]
    pub(crate) const fn principals(&self) -> u8 {
        let (mut bits, mut at) = (0, 0);
        while at < Replica::COUNT {
            let copy = Replica::ALL[at];
            if self.session(copy.session()).is_principal(copy.member()) {
                bits |= copy.bit();
            }
            at += 1;
        }
        bits
    }

    /// The copies that can still extend their timeline, as bits: those of principals, also of one
    /// whose manual failover has begun and may not take place (3.8).
    #[inline]
    pub(crate) const fn writers(&self) -> u8 {
        let (mut bits, mut at) = (0, 0);
        while at < Replica::COUNT {
            let copy = Replica::ALL[at];
            let role = self.session(copy.session()).role(copy.member());
            if matches!(role, PartnerRole::Principal | PartnerRole::Pending) {
                bits |= copy.bit();
            }
            at += 1;
        }
        bits
    }

    /// Their timelines, as bits.
    pub(crate) fn written_timelines(&self) -> u8 {
        written_timelines(&self.copies, self.writers().into())
    }

    /// The session, to be changed.
    #[inline]
    pub(crate) const fn session_mut(&mut self, session: SessionId) -> &mut Session {
        &mut self.sessions[session as usize]
    }

    /// The content of a copy.
    #[must_use]
    #[inline]
    pub const fn copy(&self, replica: Replica) -> Position {
        self.copies[replica as usize]
    }

    /// The content of a copy, to be changed.
    #[inline]
    pub(crate) const fn copy_mut(&mut self, replica: Replica) -> &mut Position {
        &mut self.copies[replica as usize]
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

    /// The step that operators are at: 0 idle, 1 the first.
    #[must_use]
    pub const fn progress(&self, role: Role) -> u8 {
        self.progress[role as usize]
    }

    /// Split brain has happened (latched).
    #[must_use]
    pub const fn split_brain(&self) -> bool {
        self.latches.has(Latches::SPLIT_BRAIN)
    }

    /// The worst loss of acknowledged messages so far (latched).
    #[must_use]
    pub const fn loss(&self) -> LossKind {
        self.latches.loss()
    }

    /// What caused the worst loss so far.
    #[must_use]
    pub const fn loss_cause(&self) -> LossCause {
        self.latches.cause()
    }

    pub(crate) const fn latch_loss(&mut self, kind: LossKind, cause: LossCause) {
        self.latches.set_loss(kind, cause);
    }

    /// A finished backup that could be reached was left out of the recovered database (latched).
    #[must_use]
    pub const fn backup_left_out(&self) -> bool {
        self.latches.has(Latches::BACKUP_LEFT_OUT)
    }

    pub(crate) const fn latch(&mut self, latch: u16) {
        self.latches.set(latch);
    }

    /// Whether one of these has happened.
    #[must_use]
    pub const fn has_latched(&self, latch: u16) -> bool {
        self.latches.has(latch)
    }
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for copy in Replica::ALL {
            write!(f, "{} {:?} ", copy.server().name(), self.copy(copy))?;
        }
        write!(f, "share {:?}..{:?} ", self.share_from, self.share_to)?;
        write!(f, "folder {:?} ", self.folder)?;
        write!(f, "sessions {:x?} ", self.sessions)?;
        write!(f, "down {:x} ", self.down)?;
        write!(f, "cut {:x} ", self.cut)?;
        write!(f, "sites {:x} ", self.sites)?;
        write!(f, "flags {:x} ", self.control.flags)?;
        write!(f, "steps {:?} {:x?}", self.progress, self.latches)
    }
}
