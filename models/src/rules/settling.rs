//! What runs eagerly after every step: sessions come to rest, numbers are made dense.

use crate::names::replica::Replica;
use crate::names::session::SessionId;
use crate::rules::mutant::Mutant;
use crate::state::changes::Changes;
use crate::state::lineage::{Lineage, Position, Renumbering};
use crate::state::packed::Packed;
use crate::state::topology::Topology;
use crate::state::world::World;

/// Positions that are no copy's.
const OTHERS: usize = World::POSITIONS - Replica::COUNT;

// The positions of the copies come first: bit `i` of the writers is copy `i`.
const _: () = assert!(Lineage::POSITIONS == 0);

impl World {
    /// Does what runs eagerly after any step.
    ///
    /// Settling twice is settling once (asserted under test), so a session of which the step
    /// touched nothing is left alone: that is most of them, and a third of the price of a step.
    /// With a seeded fault in the rules it may be otherwise; then every session is settled.
    #[inline]
    pub(crate) fn settle_after(&mut self, changes: &Changes, topology: &Topology) {
        for pair in SessionId::ALL {
            // Who of two principals is the newer is all that is asked of their histories.
            let session = self.session(pair);
            let read = session.is_principal(0) && session.is_principal(1);
            if topology.is_mutated()
                || changes.in_session(pair)
                || read && changes.in_history_of(pair)
            {
                self.settle_session(topology, pair);
            } else {
                debug_assert!(self.is_settled(topology, pair), "{pair:?} is not settled");
            }
        }
        if changes.in_control() {
            self.settle();
        } else {
            debug_assert!(
                {
                    let mut again = *self;
                    again.settle();
                    again == *self
                },
                "the next hop is not settled"
            );
        }
        self.settle_log_drive(topology);
        self.settle_clients(topology);
        self.settle_messages_in_flight(topology);
    }

    fn is_settled(&self, topology: &Topology, pair: SessionId) -> bool {
        let mut again = *self;
        again.settle_session(topology, pair);
        again == *self
    }

    /// The positions of the copies, and all others; absent ones too.
    pub(crate) fn positions(&self) -> ([Position; Replica::COUNT], [Position; OTHERS]) {
        let all = self.all_positions();
        (
            std::array::from_fn(|copy| all[copy]),
            std::array::from_fn(|other| all[Replica::COUNT + other]),
        )
    }

    /// Every position in use, in the order of fields; absent ones too.
    fn all_positions(&self) -> [Position; Self::POSITIONS] {
        let mut all = [Position::ABSENT; Self::POSITIONS];
        Packed::positions(self, &mut all);
        all
    }

    /// Renumbers; the copies that could still write are marked.
    pub(crate) fn compact(&mut self, topology: &Topology) -> Renumbering {
        let mut holders = self.all_positions();
        let writers = u16::from(self.writers());
        if self.split_brain() {
            self.lineage.forget();
        }
        let careless = topology.has_mutant(Mutant::ForksMergePastSiblings);
        let renumbering = self.lineage.compact(&mut holders, writers, careless);
        self.set_positions(&holders);
        renumbering
    }

    /// What [`World::compact`] reports where it has nothing to do.
    pub(crate) fn keep_numbers(&self, topology: &Topology) -> Renumbering {
        let kept = self.lineage.keep(&self.all_positions());
        debug_assert!(
            {
                let mut again = *self;
                again.compact(topology) == kept && again == *self
            },
            "numbers are not dense"
        );
        kept
    }
}
