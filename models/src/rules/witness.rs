//! The witness of a mirroring session: a register that follows the principal (handbook 3.2, R9),
//! what it hears, and what it can forget.

use crate::names::session::SessionId;
use crate::rules::mutant::Mutant;
use crate::rules::refusal::{Permission, Refusal, require};
use crate::state::session::Session;
use crate::state::topology::Topology;
use crate::state::world::World;

impl World {
    /// R9: the witness's register follows the principal that it is connected to, unless it knows
    /// of a newer one.
    pub(crate) fn update_register(
        &self,
        topology: &Topology,
        pair: SessionId,
        session: &mut Session,
    ) {
        if !session.witness_set() {
            session.set_register_second(false);
            session.set_register_synchronized(false);
            session.set_orphaned(false);
            return;
        }
        for member in 0..2 {
            let connected = session.seen(1 + member) && self.is_connected(pair, 1 + member);
            if !connected || !session.is_principal(member) || session.is_alone(member) {
                continue;
            }
            let overruled = session.registered() != member
                && (session.orphaned()
                    || session.is_principal(1 - member)
                        && !self.is_newer(pair, member, 1 - member));
            let stays = topology.has_mutant(Mutant::RegisterNotCleared)
                && session.register_synchronized()
                || topology.has_mutant(Mutant::WitnessNotTold) && session.registered() != member;
            if !overruled && !stays {
                let newest =
                    !session.is_principal(1 - member) || self.is_newer(pair, member, 1 - member);
                session.set_register_second(member == 1);
                session.set_register_synchronized(
                    newest && session.is_synchronized(member) && !session.is_suspended(member),
                );
            }
        }
    }

    /// R4: whether the witness has noticed that the member is silent, and the member has not.
    pub(crate) fn is_unheard(&self, pair: SessionId, member: usize) -> bool {
        let session = self.session(pair);
        session.noticed()
            && session.is_principal(member)
            && session.seen(1 + member)
            && !self.is_connected(pair, 1 + member)
    }

    /// R4, guard: a principal is silent to a witness that runs.
    pub(crate) fn may_notice(&self, pair: SessionId, member: usize) -> Permission {
        let session = self.session(pair);
        let server = pair.node(member);
        require(session.witness_set(), Refusal::NoWitness(pair.component()))?;
        require(session.is_principal(member), Refusal::NotPrincipal(server))?;
        // The loss of a server is noticed at both ends.
        for node in [server, pair.node(2)] {
            require(self.is_up(node), Refusal::NotRunning(node))?;
        }
        require(!session.noticed(), Refusal::SilenceNoticed(server))?;
        self.may_detect(pair, 1 + member)
    }

    /// R4: from here on the witness takes the member for gone.
    pub(crate) const fn notice(&mut self, pair: SessionId) {
        self.session_mut(pair).set_noticed(true);
    }

    /// 3.13, guard: a running witness whose register no principal would correct at once.
    pub(crate) fn may_forget(&self, topology: &Topology, pair: SessionId) -> Permission {
        let witness = pair.node(2);
        require(self.is_up(witness), Refusal::NotRunning(witness))?;
        require(
            self.session(pair).witness_set(),
            Refusal::NoWitness(pair.component()),
        )?;
        let mut after = *self;
        after.forget(pair);
        after.settle_session(topology, pair);
        require(after != *self, Refusal::RegisterUnchanged(witness))
    }

    /// 3.13: the witness is restored from an image of the beginning.
    pub(crate) const fn forget(&mut self, pair: SessionId) {
        let session = self.session_mut(pair);
        session.set_register_second(false);
        session.set_register_synchronized(true);
        session.set_orphaned(false);
    }
}
