//! How a session comes to rest after a step: connections are made, roles agree, and what a restart
//! or a loss makes void is forgotten (handbook 3.3, 3.7, 3.10).

use crate::names::session::SessionId;
use crate::rules::mutant::Mutant;
use crate::state::session::{PartnerRole, Session};
use crate::state::topology::Topology;
use crate::state::world::World;

impl World {
    /// Brings a session to rest after any step: connections are made, roles and the witness's
    /// register agree where they can, and what nothing can read is zero (3.10).
    pub(crate) fn settle_session(&mut self, topology: &Topology, pair: SessionId) {
        let mut session = self.session(pair);
        if !session.exists() {
            return;
        }
        self.connect(topology, pair, &mut session);
        self.end_failover(pair, &mut session);
        *self.session_mut(pair) = session;
        self.end_session(topology, pair, &mut session);
        if !topology.has_mutant(Mutant::OldPrincipalStaysPrincipal) {
            self.agree_on_principal(topology, pair, &mut session);
        }
        *self.session_mut(pair) = session;
        for member in 0..2 {
            if session.role(member) == PartnerRole::None && self.is_up(pair.node(member)) {
                session.set_seen(1 + member, false);
            }
        }
        self.update_register(topology, pair, &mut session);
        session.set_ready(self.still_ready(topology, pair, session));
        *self.session_mut(pair) = session;
        session.set_noticed((0..2).any(|member| self.is_unheard(pair, member)));
        *self.session_mut(pair) = session;
    }

    /// 3.10: connections that can exist are made at once; a loss of one is noticed later (3.11).
    /// Partners that meet again are SYNCHRONIZING, even with nothing behind (3.3).
    fn connect(&self, topology: &Topology, pair: SessionId, session: &mut Session) {
        for link in 0..3 {
            let ends = [[0, 1], [0, 2], [1, 2]][link];
            let has_role = |end: usize| match end {
                0 | 1 => session.role(end) != PartnerRole::None,
                2.. => session.witness_set(),
            };
            // A server that runs without the database says so at once; one that is down is silent.
            let denied = ends
                .into_iter()
                .any(|end| !has_role(end) && (end == 2 || self.is_up(pair.node(end))));
            let both_down = ends.into_iter().all(|end| !self.is_up(pair.node(end)));
            if denied || both_down {
                session.set_seen(link, false);
            } else if self.is_connected(pair, link) {
                let meet = link == 0 && !session.seen(0);
                if meet && !topology.deviations.instant_resynchronisation {
                    session.set_synchronized(0, false);
                    session.set_synchronized(1, false);
                }
                session.set_seen(link, true);
            } else if topology.deviations.instant_detection {
                session.set_seen(link, false);
            }
        }
    }

    /// 3.8: a failover whose mirror is gone, or whose principal has failed, did not take place.
    fn end_failover(&self, pair: SessionId, session: &mut Session) {
        for member in 0..2 {
            let pending = session.role(member) == PartnerRole::Pending;
            let goes_on = session.seen(0)
                && session.is_mirror(1 - member)
                && !session.is_alone(member)
                && self.is_up(pair.node(member));
            if pending && !goes_on {
                session.set_role(member, PartnerRole::Principal);
            }
        }
    }

    /// 3.10: mirroring was removed on one side while the other was away. On reconnection the other
    /// learns it: an old principal is a stand-alone database then, an old mirror stays restoring.
    fn end_session(&self, topology: &Topology, pair: SessionId, session: &mut Session) {
        let over = (session.is_alone(0) || session.is_alone(1))
            && (session.role(0) != PartnerRole::None && session.role(1) != PartnerRole::None);
        if over && session.seen(0) && self.is_connected(pair, 0) {
            for member in 0..2 {
                if session.role(member) == PartnerRole::Pending {
                    // Its failover did not take place (3.8).
                    session.set_role(member, PartnerRole::Principal);
                }
                let learns = !session.is_alone(member);
                let offline = learns && !topology.removed_principal_serves;
                if session.is_mirror(member) || offline {
                    session.set_role(member, PartnerRole::None);
                }
                session.set_alone(member, session.is_principal(member));
            }
            // A partner without a role has no connection to be believed in.
            let both = (0..2).all(|m| session.role(m) != PartnerRole::None);
            session.set_seen(0, both);
            for member in 0..2 {
                session.set_synchronized(member, false);
                session.set_suspended(member, false);
            }
        }
    }

    /// 3.10: of two connected principals the older becomes mirror.
    fn agree_on_principal(&self, topology: &Topology, pair: SessionId, session: &mut Session) {
        let both = session.is_principal(0) && session.is_principal(1);
        let bound = !session.is_alone(0) && !session.is_alone(1);
        if both && bound && session.seen(0) && self.is_connected(pair, 0) {
            let newer = if topology.has_mutant(Mutant::RolesByAncestry) {
                self.lineage
                    .descends(self.born(pair, 1), self.born(pair, 0))
            } else {
                self.is_newer(pair, 1, 0)
            };
            let older = usize::from(!newer);
            session.set_role(older, PartnerRole::Mirror);
            session.set_synchronized(1 - older, false);
        }
    }

    /// R7, T7: the mirror's knowledge of being synchronised is volatile, and void once it has been
    /// apart from both others.
    fn still_ready(&self, topology: &Topology, pair: SessionId, session: Session) -> bool {
        if topology.deviations.failover_on_regained_contact {
            // The mirror keeps what it knew, unless a principal has gone on alone.
            let principal = (0..2).find(|m| session.is_principal(*m));
            let joined = session.seen(0) && self.is_connected(pair, 0);
            let known = principal.map_or(session.ready(), |p| session.is_synchronized(p));
            return session.witness_set()
                && known
                && (joined || session.ready())
                && !session.any_suspended();
        }
        let Some(mirror) = self.mirror(pair) else {
            return false;
        };
        if !session.witness_set() || session.any_suspended() {
            return false;
        }
        if session.seen(0) {
            // 3.15 d, strict reading: the failure has to hit while all three are connected.
            let complete = !topology.strict_failover || session.seen(1) && session.seen(2);
            if self.is_connected(pair, 0) {
                session.is_synchronized(1 - mirror) && complete
            } else {
                session.ready()
            }
        } else {
            let forgets = topology.has_mutant(Mutant::ReadinessSurvivesIsolation);
            session.ready() && (session.seen(1 + mirror) || forgets)
        }
    }

    /// A server of a session has started again: its connections were lost with it (3.10).
    pub(crate) fn forget_connections(
        &mut self,
        topology: &Topology,
        pair: SessionId,
        member: usize,
    ) {
        let session = self.session_mut(pair);
        for link in [[0, 1], [0, 2], [1, 2]][member] {
            session.set_seen(link, false);
        }
        let mirror_alone =
            (0..2).any(|m| session.is_mirror(m) && !session.seen(0) && !session.seen(1 + m));
        let keeps = topology.has_mutant(Mutant::ReadinessSurvivesIsolation)
            || topology.deviations.failover_on_regained_contact;
        if mirror_alone && !keeps {
            session.set_ready(false);
        }
    }
}
