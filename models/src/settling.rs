//! What runs eagerly after every step: sessions come to rest, numbers are made dense.

use crate::component::Component;
use crate::lineage::{Position, Renumbering};
use crate::network::Link;
use crate::topology::Topology;
use crate::world::{Pair, World};

impl World {
    /// Does what runs eagerly after any step.
    ///
    /// Settling twice is settling once (asserted under test), so a session of which the step
    /// touched nothing is left alone: that is most of them, and a third of the price of a step.
    /// With a seeded fault in the rules it may be otherwise; then every session is settled.
    pub(crate) fn settle_since(&mut self, before: &Self, topology: &Topology) {
        let comparable = !topology.is_mutated() && self.lineage == before.lineage;
        for pair in Pair::ALL {
            if comparable && self.is_same_session(before, pair) {
                debug_assert!(self.is_settled(topology, pair), "{pair:?} is not settled");
            } else {
                self.settle_session(topology, pair);
            }
        }
        self.settle();
        self.settle_clients(topology);
        self.settle_posts_in_flight(topology);
    }

    fn is_settled(&self, topology: &Topology, pair: Pair) -> bool {
        let mut again = *self;
        again.settle_session(topology, pair);
        again == *self
    }

    /// Whether everything that `settle_session` reads is what it was, the lineage aside.
    fn is_same_session(&self, before: &Self, pair: Pair) -> bool {
        const NODES: [u16; 2] = [0b111 << Component::A as u8, 0b111 << Component::S as u8];
        const LINKS: [u8; 2] = [0b111 << Link::AB as u8, 0b111 << Link::SSM as u8];
        let at = pair as usize;
        let [first, second] = [pair.copy(0), pair.copy(1)];
        self.sessions[at] == before.sessions[at]
            && (self.down ^ before.down) & NODES[at] == 0
            && (self.cut ^ before.cut) & LINKS[at] == 0
            && self.copies[first] == before.copies[first]
            && self.copies[second] == before.copies[second]
    }

    /// Whether anything changed that the renumbering reads. The numbers before were dense, so
    /// otherwise they still are.
    pub(crate) fn may_renumber_since(&self, before: &Self) -> bool {
        // The low four bits of a session: the roles, and so which members are principals.
        let roles = |world: &Self| world.sessions.map(|session| session.0 & 0b1111);
        self.lineage != before.lineage
            || self.copies != before.copies
            || self.other_positions() != before.other_positions()
            || roles(self) != roles(before)
            || self.split_brain() != before.split_brain()
    }

    /// Every position in use, in a fixed order; absent ones too.
    const fn positions(&self) -> [Position; 10] {
        let [a, b, s, sm] = self.copies;
        let [from, to, folder, image, archive, exported] = self.other_positions();
        [a, b, s, sm, from, to, folder, image, archive, exported]
    }

    const fn other_positions(&self) -> [Position; 6] {
        let (from, to, folder) = (self.share_from, self.share_to, self.folder);
        [from, to, folder, self.image, self.archive, self.exported]
    }

    /// Renumbers; the principals' copies are marked as those that could still write.
    pub(crate) fn compact(&mut self) -> Renumbering {
        let mut holders = self.positions();
        let mut writers = 0;
        for pair in Pair::ALL {
            for member in 0..2 {
                let writes = self.session(pair).is_principal(member);
                writers |= u16::from(writes) << pair.copy(member);
            }
        }
        if self.split_brain() {
            self.lineage.forget();
        }
        let renumbering = self.lineage.compact(&mut holders, writers);
        let [a, b, s, sm, from, to, folder, image, archive, exported] = holders;
        self.copies = [a, b, s, sm];
        (self.share_from, self.share_to, self.folder) = (from, to, folder);
        (self.image, self.archive, self.exported) = (image, archive, exported);
        renumbering
    }

    /// What [`World::compact`] reports where it has nothing to do.
    pub(crate) fn keep_numbers(&self) -> Renumbering {
        let kept = self.lineage.keep(&self.positions());
        debug_assert!(
            {
                let mut again = *self;
                again.compact() == kept && again == *self
            },
            "numbers are not dense"
        );
        kept
    }
}
