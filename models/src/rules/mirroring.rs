//! Database mirroring: one session of two partners and an optional witness (handbook section 3).
//!
//! Connections are modelled by what is (cut links, running servers) and by what both ends of a
//! link believe (`seen`). A loss is believed after detection; a connection that can exist again is
//! made at once, before anything is served, because a partner asks the others for its role when it
//! starts (3.10).

use crate::names::replica::Replica;
use crate::names::session::SessionId;
use crate::rules::losses::Losses;
use crate::rules::mutant::Mutant;
use crate::rules::refusal::{Permission, Refusal, require};
use crate::state::control::Control;
use crate::state::latches::{Latches, LossCause};
use crate::state::session::{PartnerRole, PartnerState};
use crate::state::topology::Topology;
use crate::state::world::World;

impl World {
    /// The member that is principal and whose history is the newest, if any member is principal.
    ///
    /// Every promotion starts a timeline, and timelines are numbered in the order of their birth:
    /// this is the role sequence (3.2, 13.2). Which timeline descends from which says nothing.
    #[must_use]
    pub fn newest_principal(&self, pair: SessionId) -> Option<usize> {
        let session = self.session(pair);
        match (session.is_principal(0), session.is_principal(1)) {
            (false, false) => None,
            (true, false) => Some(0),
            (false, true) => Some(1),
            (true, true) => Some(usize::from(self.is_newer(pair, 1, 0))),
        }
    }

    /// Whether the principal that was promoted last counts the session as SYNCHRONIZED (3.3).
    #[must_use]
    pub fn is_synchronized(&self, pair: SessionId) -> bool {
        let principal = self.newest_principal(pair);
        principal.is_some_and(|member| self.session(pair).is_synchronized(member))
    }

    /// Whether the principal that was promoted last has the session SUSPENDED (3.3).
    #[must_use]
    pub fn is_suspended(&self, pair: SessionId) -> bool {
        let principal = self.newest_principal(pair);
        principal.is_some_and(|member| self.session(pair).is_suspended(member))
    }

    /// Whether member `a` was promoted after member `b` (13.2: the role sequence).
    pub(crate) fn is_newer(&self, pair: SessionId, a: usize, b: usize) -> bool {
        self.born(pair, a) > self.born(pair, b)
    }

    /// The recovery fork that a member was promoted on, in the order of birth (13.1, 13.2).
    pub(crate) const fn born(&self, pair: SessionId, member: usize) -> usize {
        self.copy(pair.member(member)).timeline()
    }

    /// Whether the member may serve (3.4).
    #[must_use]
    #[inline]
    pub fn may_serve(&self, pair: SessionId, member: usize) -> bool {
        self.serving(pair, member).is_ok()
    }

    /// Whether the member can complete a commit (2.2).
    #[must_use]
    #[inline]
    pub fn can_acknowledge(&self, topology: &Topology, copy: Replica) -> bool {
        self.acknowledging(topology, copy).is_ok()
    }

    /// 3.4, guard: a principal with a running server and, where a witness is set, a quorum that
    /// does not name another principal.
    #[inline]
    pub(crate) fn serving(&self, pair: SessionId, member: usize) -> Permission {
        let session = self.session(pair);
        let server = pair.node(member);
        require(session.is_principal(member), Refusal::NotPrincipal(server))?;
        require(self.is_up(server), Refusal::NotRunning(server))?;
        if session.is_alone(member) {
            return Ok(());
        }
        // Until it notices the loss of the connection it takes its partner for the mirror (13.3).
        let partner =
            session.seen(0) && (session.is_mirror(1 - member) || !self.is_connected(pair, 0));
        // A principal that has noticed nothing does not know what the witness has written since.
        let lag = self.is_unheard(pair, member);
        let witness = session.seen(1 + member) && (session.registered() == member || lag);
        require(
            !session.witness_set() || partner || witness,
            Refusal::NoQuorum(server),
        )
    }

    /// 2.2, guard: the member may serve and, while it counts the session as synchronised, the
    /// mirror's disk answers. Nothing beside mirroring stops it: a fence, a full log drive, a
    /// failure that only its users see (R11, H-48, H-42).
    #[inline]
    pub(crate) fn acknowledging(&self, topology: &Topology, copy: Replica) -> Permission {
        let (pair, member) = (copy.session(), copy.member());
        let session = self.session(pair);
        let server = copy.server();
        match self.serving(pair, member) {
            Err(Refusal::NoQuorum(_)) if topology.has_mutant(Mutant::NoQuorum) => {}
            other => other?,
        }
        let mirrored = session.is_synchronized(member)
            && !session.is_alone(member)
            && !topology.has_mutant(Mutant::CommitDoesNotWait);
        let answers = self.is_connected(pair, 0) && session.is_mirror(1 - member);
        require(!mirrored || answers, Refusal::WaitsForMirror(server))?;
        let state = self.control;
        if pair == SessionId::Primary {
            let site = topology.primary_site();
            let fenced =
                state.has(Control::fenced(copy)) && !topology.has_mutant(Mutant::FenceLeaks);
            require(!fenced, Refusal::Fenced(server))?;
            require(!state.has(Control::LOG_FULL), Refusal::LogDriveFull(site))?;
        }
        require(!state.has(Control::grey(copy)), Refusal::GreyFailed(server))
    }

    /// 3.12, guard: the principal has noticed that the mirror is gone and, where a witness is set,
    /// can make it take note, which clears the witness's flag in the same step.
    pub(crate) fn may_expose(&self, topology: &Topology, pair: SessionId) -> Permission {
        let session = self.session(pair);
        let itself = pair.component();
        let principal = session
            .synchronized_principal()
            .ok_or(Refusal::NotSynchronized(itself))?;
        require(!session.seen(0), Refusal::PartnersConnected(itself))?;
        match self.serving(pair, principal) {
            Err(Refusal::NoQuorum(_)) if topology.has_mutant(Mutant::NoQuorum) => {}
            other => other?,
        }
        require(
            !session.witness_set()
                || self.is_connected(pair, 1 + principal)
                || topology.has_mutant(Mutant::NoHandshake),
            Refusal::WitnessUnreachable(pair.node(principal)),
        )
    }

    /// 3.12: the principal goes on alone; the witness takes note in the same step.
    pub(crate) fn expose(&mut self, topology: &Topology, pair: SessionId) {
        let Some(principal) = self.session(pair).synchronized_principal() else {
            return;
        };
        let witness_knows = self.is_connected(pair, 1 + principal);
        let session = self.session_mut(pair);
        session.set_synchronized(principal, false);
        if witness_knows && !topology.has_mutant(Mutant::RegisterNotCleared) {
            session.set_register_synchronized(false);
        }
    }

    /// 3.7, guard: mirror and witness are connected, both without the principal, and both know the
    /// session as synchronised. Returns the mirror.
    ///
    /// # Errors
    ///
    /// The first condition that is false.
    pub fn may_fail_over(&self, topology: &Topology, pair: SessionId) -> Permission<usize> {
        let session = self.session(pair);
        let itself = pair.component();
        require(session.witness_set(), Refusal::NoWitness(itself))?;
        require(!session.seen(0), Refusal::PartnersConnected(itself))?;
        let mirror = self.running_mirror(pair)?;
        let principal = 1 - mirror;
        let [mirror_server, principal_server] = [mirror, principal].map(|m| pair.node(m));
        require(
            session.ready() || topology.has_mutant(Mutant::FailoverWhileSynchronizing),
            Refusal::NotReady(mirror_server),
        )?;
        require(
            self.is_connected(pair, 1 + mirror) && session.seen(1 + mirror),
            Refusal::WitnessUnreachable(mirror_server),
        )?;
        if !topology.has_mutant(Mutant::IgnoreRegister) {
            require(
                session.registered() == principal,
                Refusal::RegisterNames(mirror_server),
            )?;
            require(
                session.register_synchronized() || topology.deviations.failover_on_regained_contact,
                Refusal::RegisterNotSynchronized(itself),
            )?;
        }
        require(
            !session.seen(1 + principal)
                || self.is_unheard(pair, principal)
                || topology.has_mutant(Mutant::WitnessForgetsPrincipal),
            Refusal::WitnessSeesPrincipal(principal_server),
        )?;
        Ok(mirror)
    }

    /// 3.2, guard: a member in the mirror role runs. Returns the mirror.
    #[inline]
    fn running_mirror(&self, pair: SessionId) -> Permission<usize> {
        self.mirror(pair)
            .ok_or(Refusal::NoMirrorRuns(pair.component()))
    }

    /// The member in the mirror role whose server runs (3.2).
    #[must_use]
    pub fn mirror(&self, pair: SessionId) -> Option<usize> {
        let session = self.session(pair);
        (0..2).find(|m| session.is_mirror(*m) && self.is_up(pair.node(*m)))
    }

    /// Makes a mirror the principal, on a new timeline at its own end.
    pub(crate) fn promote(
        &mut self,
        topology: &Topology,
        pair: SessionId,
        member: usize,
        forced: bool,
    ) {
        let copy = pair.member(member);
        let old = self.copy(copy.partner());
        let bound = !self.session(pair).is_alone(1 - member);
        let behind = old.is_present() && !self.lineage.is_prefix(old, self.copy(copy));
        if !forced && bound && behind {
            // I4: a failover that should lose nothing leaves something behind.
            self.latch(Latches::FAILOVER_LOST);
        }
        *self.copy_mut(copy) = self.lineage.fork(self.copy(copy));
        let witness_knows = self.session(pair).witness_set()
            && self.is_connected(pair, 1 + member)
            && self.session(pair).seen(1 + member)
            && !topology.has_mutant(Mutant::WitnessNotTold);
        let session = self.session_mut(pair);
        session.set_role(member, PartnerRole::Principal);
        let orderly = topology.deviations.orderly_forced_service;
        session.set_suspended(member, forced && !orderly);
        if forced && orderly && session.is_principal(1 - member) {
            session.set_role(1 - member, PartnerRole::Mirror);
        }
        if witness_knows {
            session.set_register_second(member == 1);
            session.set_register_synchronized(false);
            session.set_orphaned(false);
        }
    }

    /// 3.9, guard: the mirror is not connected to the principal and, with a witness set, is
    /// connected to it while the witness does not see the principal. Returns the mirror.
    pub(crate) fn may_force(&self, topology: &Topology, pair: SessionId) -> Permission<usize> {
        let session = self.session(pair);
        let itself = pair.component();
        let mirror = self.running_mirror(pair)?;
        let principal = 1 - mirror;
        require(!session.seen(0), Refusal::PartnersConnected(itself))?;
        if session.witness_set() {
            require(
                !topology.force_needs_no_witness,
                Refusal::WitnessForbidsForce(itself),
            )?;
            if !topology.has_mutant(Mutant::ForceIgnoresWitness) {
                require(
                    self.is_connected(pair, 1 + mirror) && session.seen(1 + mirror),
                    Refusal::WitnessUnreachable(pair.node(mirror)),
                )?;
                require(
                    !session.seen(1 + principal) || self.is_unheard(pair, principal),
                    Refusal::WitnessSeesPrincipal(pair.node(principal)),
                )?;
            }
        }
        require(
            !topology.deviations.orderly_forced_service || session.any_synchronized(),
            Refusal::NotSynchronized(itself),
        )?;
        Ok(mirror)
    }

    /// 3.8, guard: the partners are connected and SYNCHRONIZED. Returns the mirror.
    pub(crate) fn may_fail_over_manually(
        &self,
        topology: &Topology,
        pair: SessionId,
    ) -> Permission<usize> {
        let session = self.session(pair);
        let mirror = self.connected_mirror(pair)?;
        require(
            session.is_synchronized(1 - mirror)
                || topology.has_mutant(Mutant::ManualFailoverWhileSynchronizing),
            Refusal::NotSynchronized(pair.component()),
        )?;
        self.serving(pair, 1 - mirror)?;
        Ok(mirror)
    }

    /// 3.8: the principal drops its users and sends the tail of its log: PENDING_FAILOVER (3.3).
    pub(crate) const fn begin_failover(&mut self, pair: SessionId, mirror: usize) {
        self.session_mut(pair)
            .set_role(1 - mirror, PartnerRole::Pending);
    }

    /// 3.8, guard: the mirror has the tail and has finished its redo; the roles can swap. Returns
    /// the mirror.
    pub(crate) fn may_swap_roles(&self, pair: SessionId) -> Permission<usize> {
        let session = self.session(pair);
        require(
            (0..2).any(|m| session.role(m) == PartnerRole::Pending),
            Refusal::NoManualFailover(pair.component()),
        )?;
        self.connected_mirror(pair)
    }

    /// 3.8: the old principal takes the mirror role; it is behind until it has caught up (R6).
    pub(crate) fn swap_roles(&mut self, topology: &Topology, pair: SessionId) {
        if let Ok(mirror) = self.may_swap_roles(pair) {
            // The witness learns of it only if it is there (T15).
            self.promote(topology, pair, mirror, false);
            self.session_mut(pair)
                .set_role(1 - mirror, PartnerRole::Mirror);
        }
    }

    /// 3.3: the state of the session as member 0 or 1 shows it; `None` where it is in no session or
    /// does not run.
    #[must_use]
    pub fn partner_state(&self, pair: SessionId, member: usize) -> Option<PartnerState> {
        let session = self.session(pair);
        let both = (0..2).all(|m| session.role(m) != PartnerRole::None);
        if !both || session.is_alone(member) || !self.is_up(pair.node(member)) {
            return None;
        }
        Some(if session.role(member) == PartnerRole::Pending {
            PartnerState::PendingFailover
        } else if !session.seen(0) {
            PartnerState::Disconnected
        } else if session.any_suspended() {
            PartnerState::Suspended
        } else if session.any_synchronized() {
            PartnerState::Synchronized
        } else {
            PartnerState::Synchronizing
        })
    }

    /// 3.14, guard of RESUME: on a principal, with its partner connected as mirror.
    /// Where nothing is suspended there is nothing to do.
    pub(crate) fn may_resume(&self, pair: SessionId) -> Permission {
        if self.session(pair).any_suspended() {
            self.joined(pair).map(drop)
        } else {
            Ok(())
        }
    }

    /// RESUME on the principal that is connected to its mirror (3.14). Who resumes an old
    /// principal as the mirror lifts its fence.
    pub(crate) fn resume(&mut self, pair: SessionId) {
        if let Ok(principal) = self.joined(pair) {
            self.session_mut(pair).set_suspended(principal, false);
            if pair == SessionId::Primary {
                let mirror = Control::fenced(pair.member(1 - principal));
                self.control.set(mirror, false);
            }
        }
    }

    /// 3.9, guard: a mirror runs that is not connected to the principal. Returns the principal.
    pub(crate) fn may_fence_principal(&self, pair: SessionId) -> Permission<usize> {
        let mirror = self.running_mirror(pair)?;
        let connected = self.session(pair).seen(0);
        require(!connected, Refusal::PartnersConnected(pair.component()))?;
        Ok(1 - mirror)
    }

    /// 3.14, guard of SUSPEND.
    pub(crate) fn may_suspend(&self, pair: SessionId) -> Permission {
        require(
            !self.session(pair).any_suspended(),
            Refusal::Suspended(pair.component()),
        )?;
        self.joined(pair).map(drop)
    }

    /// SUSPEND: exposed until RESUME (3.14).
    pub(crate) fn suspend(&mut self, pair: SessionId) {
        if let Ok(principal) = self.joined(pair) {
            let session = self.session_mut(pair);
            session.set_suspended(principal, true);
            session.set_synchronized(principal, false);
        }
    }

    /// R10, guard of SET WITNESS OFF: a principal that is connected to its mirror.
    pub(crate) fn may_remove_witness(&self, pair: SessionId) -> Permission {
        require(
            self.session(pair).witness_set(),
            Refusal::NoWitness(pair.component()),
        )?;
        self.joined(pair).map(drop)
    }

    /// SET WITNESS OFF: the quorum rule is gone (3.14).
    pub(crate) const fn remove_witness(&mut self, pair: SessionId) {
        self.session_mut(pair).set_witness_set(false);
    }

    /// Whether a serving principal and a mirror are connected (3.3).
    pub(crate) fn partners_joined(&self, pair: SessionId) -> bool {
        self.joined(pair).is_ok()
    }

    /// 3.3, guard: a serving principal and a mirror, connected. Returns the principal.
    #[inline]
    fn joined(&self, pair: SessionId) -> Permission<usize> {
        let principal = 1 - self.connected_mirror(pair)?;
        self.serving(pair, principal)?;
        Ok(principal)
    }

    /// 3.3, guard: a running mirror that is connected to its partner. Returns the mirror.
    #[inline]
    fn connected_mirror(&self, pair: SessionId) -> Permission<usize> {
        let mirror = self.running_mirror(pair)?;
        require(
            self.session(pair).seen(0) && self.is_connected(pair, 0),
            Refusal::PartnersApart(pair.component()),
        )?;
        Ok(mirror)
    }

    /// 3.3, guard: the mirror can catch up.
    pub(crate) fn may_resynchronise(&self, pair: SessionId) -> Permission {
        let session = self.session(pair);
        let itself = pair.component();
        require(!session.any_synchronized(), Refusal::Synchronized(itself))?;
        require(!session.any_suspended(), Refusal::Suspended(itself))?;
        self.joined(pair).map(drop)
    }

    /// The mirror has everything; what it had beyond is gone (3.10). The causes of a loss are
    /// returned in ranks of this world.
    pub(crate) fn resynchronise(&mut self, topology: &Topology, pair: SessionId) -> Losses {
        let Some(mirror) = self.mirror(pair) else {
            return Losses::default();
        };
        let before = *self;
        if !topology.has_mutant(Mutant::ResynchroniseCopiesNothing) {
            *self.copy_mut(pair.member(mirror)) = self.copy(pair.member(1 - mirror));
        }
        self.session_mut(pair).set_synchronized(1 - mirror, true);
        self.settle_losses(&before, LossCause::Discarded)
    }

    /// 3.11, guard: the ends of a link have not noticed its loss.
    pub(crate) fn may_detect(&self, pair: SessionId, link: usize) -> Permission {
        let component = pair.link(link).component();
        let session = self.session(pair);
        require(session.seen(link), Refusal::LossNoticed(component))?;
        require(
            !self.is_connected(pair, link),
            Refusal::LinkWorks(component),
        )
    }

    /// Bit per link that is believed up and carries no traffic (3.11).
    pub(crate) const fn unnoticed_links(&self, pair: SessionId) -> u32 {
        self.session(pair).seen_links() & !self.connected_links(pair)
    }
}
