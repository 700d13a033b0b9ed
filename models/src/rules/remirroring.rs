//! The end of a mirroring session and what operators do after it: a partner removed, recovered on
//! its own, released from the quorum, or seeded anew (handbook 3.14).

use crate::names::replica::Replica;
use crate::names::session::SessionId;
use crate::rules::losses::Losses;
use crate::rules::refusal::{Permission, Refusal, first_member, require};
use crate::state::control::Control;
use crate::state::latches::{Latches, LossCause};
use crate::state::session::{PartnerRole, Session};
use crate::state::topology::Topology;
use crate::state::world::World;

impl World {
    /// SET PARTNER OFF on a partner that runs (3.14): the session is over there, and on the other
    /// side as soon as it learns it.
    /// Returns the partner.
    pub(crate) fn may_remove_mirroring(&self, pair: SessionId) -> Permission<usize> {
        let session = self.session(pair);
        for member in 0..2 {
            require(
                session.role(member) != PartnerRole::None,
                Refusal::NotInSession(pair.node(member)),
            )?;
        }
        let on = |copy: Replica| {
            let server = copy.server();
            let alone = session.is_alone(copy.member());
            require(!alone, Refusal::RunsAlone(server))?;
            require(self.is_up(server), Refusal::NotRunning(server))
        };
        // Where both run and are connected, it is the same on either.
        first_member(pair, |copy| on(copy.partner())).map(|copy| 1 - copy.member())
    }

    /// SET PARTNER OFF: both know at once where they are connected, else one runs alone (3.10,
    /// 3.14).
    pub(crate) fn remove_mirroring(&mut self, pair: SessionId, member: usize) {
        let joined = self.session(pair).seen(0) && self.is_connected(pair, 0);
        let session = self.session_mut(pair);
        let members = if joined {
            [true, true]
        } else {
            [member == 0, member == 1]
        };
        for (m, _) in members.iter().enumerate().filter(|(_, knows)| **knows) {
            if session.is_mirror(m) && joined {
                session.set_role(m, PartnerRole::None);
            }
            session.set_alone(m, true);
            // The other side knows nothing of it yet (13.3).
            session.set_synchronized(m, false);
            session.set_suspended(m, false);
        }
    }

    /// H-07, guard: an ex-mirror can be recovered: restoring, out of its session. Returns it.
    pub(crate) fn may_recover_mirror(&self, pair: SessionId) -> Permission<usize> {
        let session = self.session(pair);
        let found = first_member(pair, |copy| {
            let (member, server) = (copy.member(), copy.server());
            require(session.is_alone(member), Refusal::NotAlone(server))?;
            require(!session.is_principal(member), Refusal::IsPrincipal(server))?;
            require(self.is_up(server), Refusal::NotRunning(server))?;
            require(self.copy(copy).is_present(), Refusal::NoDatabase(server))
        });
        found.map(Replica::member)
    }

    /// The ex-mirror is online, on a branch of its own (3.14).
    pub(crate) fn recover_mirror(&mut self, pair: SessionId, member: usize) {
        let copy = pair.member(member);
        *self.copy_mut(copy) = self.lineage.fork(self.copy(copy));
        let session = self.session_mut(pair);
        session.set_role(member, PartnerRole::Principal);
        session.set_alone(member, true);
    }

    /// H-51, guard: a principal runs but has no quorum, so that an operator could switch the
    /// witness off on it. Returns the principal.
    pub(crate) fn may_release_stale_side(&self, pair: SessionId) -> Permission<usize> {
        let session = self.session(pair);
        require(session.witness_set(), Refusal::NoWitness(pair.component()))?;
        let found = first_member(pair, |copy| match self.serving(pair, copy.member()) {
            Ok(()) => Err(Refusal::HasQuorum(copy.server())),
            Err(Refusal::NoQuorum(_)) => Ok(()),
            Err(other) => Err(other),
        });
        found.map(Replica::member)
    }

    /// The quorum rule is switched off on that side alone (H-51).
    pub(crate) const fn release_stale_side(&mut self, pair: SessionId, member: usize) {
        self.session_mut(pair).set_alone(member, true);
    }

    /// 3.14, guard: a partner can be seeded anew: it runs, and a principal beside it serves.
    /// Returns the partner.
    pub(crate) fn may_reseed(&self, topology: &Topology, pair: SessionId) -> Permission<usize> {
        let session = self.session(pair);
        require(
            topology.is_mirrored(pair),
            Refusal::NoMirrorInTopology(pair.component()),
        )?;
        let link = pair.link(0);
        require(!self.is_cut(link), Refusal::LinkCut(link.component()))?;
        let found = first_member(pair, |copy| {
            let (member, server) = (copy.member(), copy.server());
            self.serving(pair, 1 - member)?;
            require(!session.is_mirror(member), Refusal::IsMirror(server))?;
            require(self.is_up(server), Refusal::NotRunning(server))?;
            // The witness is set by the new session, and has to be told (3.14).
            let principal = 1 - member;
            require(
                !topology.has_witness(pair) || self.is_connected(pair, 1 + principal),
                Refusal::WitnessUnreachable(pair.node(principal)),
            )
        });
        found.map(Replica::member)
    }

    /// 3.14, 6 step 5: a partner is seeded anew. Handbook 4.3 recommends the order mirroring first,
    /// then shipping: where the jobs run already, the seed breaks their chain (10, choice 15).
    pub(crate) fn reseed_mirror(&mut self, topology: &Topology) -> Losses {
        let Ok(member) = self.may_reseed(topology, SessionId::Primary) else {
            return Losses::default();
        };
        if topology.seeding_breaks_chain && topology.secondary {
            self.control.set(Control::GAP, true);
        }
        self.reseed(topology, SessionId::Primary, member)
    }

    /// Install-CsMirrorDatabase: what the partner had is gone (3.14).
    pub(crate) fn reseed(&mut self, topology: &Topology, pair: SessionId, member: usize) -> Losses {
        let before = *self;
        let witness = topology.has_witness(pair);
        *self.copy_mut(pair.member(member)) = self.copy(pair.member(1 - member));
        let mut session = Session::default();
        session.set_role(1 - member, PartnerRole::Principal);
        session.set_role(member, PartnerRole::Mirror);
        session.set_witness_set(witness);
        session.set_register_second(witness && member == 0);
        session.set_synchronized(1 - member, topology.deviations.instant_resynchronisation);
        *self.session_mut(pair) = session;
        if pair == SessionId::Primary {
            let seeded = Control::fenced(pair.member(member));
            self.control.set(seeded, false);
        }
        if topology.slices.partner_names {
            self.control.set(Control::STALE_PARTNER, true);
        }
        let losses = self.settle_losses(&before, LossCause::Overwritten);
        self.mark_overwritten(&losses);
        losses
    }

    /// OW: a restore or a seeding overwrote a database with what nothing else held (6, H-15).
    pub(crate) fn mark_overwritten(&mut self, losses: &Losses) {
        if losses.of_copy {
            self.latch(Latches::OVERWRITTEN);
        }
    }
}
