//! What runs eagerly after every step: sessions come to rest, numbers are made dense.

use crate::rules::network::Link;
use crate::state::lineage::{Position, Renumbering};
use crate::state::topology::Topology;
use crate::state::world::{Pair, World};

/// What a step changed: the words of [`World::pack`] before and after, and where they differ.
/// Whole words are compared, field by field it took a tenth of the price of a step. The masks below
/// follow the layout there; `is_settled` and the walks under test hold them against the fields.
pub(crate) struct Changes([u64; 5]);

impl Changes {
    #[inline]
    pub(crate) fn since(mut words: [u64; 5], after: &World) -> Self {
        for (word, after) in words.iter_mut().zip(after.pack()) {
            *word ^= after;
        }
        Self(words)
    }

    /// The fork table, its sticky bits and every position.
    const fn in_history(&self) -> bool {
        self.0[0] | self.0[1] | self.0[2] << 32 != 0
    }

    /// The fork table, its sticky bits and the contents of a session's copies.
    const fn in_history_of(&self, pair: Pair) -> bool {
        const LINEAGE: u64 = 0xFFFF;
        let copies = 0xFFFF << (16 + 16 * pair as u32);
        self.0[0] | self.0[1] & (LINEAGE | copies) != 0
    }

    /// A session, its nodes and its links.
    const fn in_session(&self, pair: Pair) -> bool {
        let nodes = 0b111 << pair.node(0) as u32;
        let session = 0xFFFF << (16 * pair as u32) | nodes << 32;
        let links = 0b111 << (16 + Link::of_pair(pair, 0) as u32);
        self.0[4] & session | self.0[3] & links != 0
    }

    /// Flags of the control state, cut links and states of sites.
    const fn in_control(&self) -> bool {
        self.0[3] << 32 != 0
    }

    /// The servers: which run, and what each is told.
    pub(crate) const fn in_servers(&self) -> bool {
        self.0[2] >> 32 | self.0[4] & 0xFF << 32 != 0
    }

    /// Whether anything changed that the renumbering reads. The numbers before were dense, so
    /// otherwise they still are.
    pub(crate) fn may_renumber(&self, before: &World, settled: &World) -> bool {
        // The low four bits of a session: the roles, and so which members are principals.
        let roles = |world: &World| world.sessions.map(|session| session.0 & 0b1111);
        self.in_history()
            || roles(settled) != roles(before)
            || settled.split_brain() != before.split_brain()
    }
}

impl World {
    /// Does what runs eagerly after any step.
    ///
    /// Settling twice is settling once (asserted under test), so a session of which the step
    /// touched nothing is left alone: that is most of them, and a third of the price of a step.
    /// With a seeded fault in the rules it may be otherwise; then every session is settled.
    #[inline]
    pub(crate) fn settle_after(&mut self, changes: &Changes, topology: &Topology) {
        for pair in Pair::ALL {
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
        self.settle_clients(topology);
        self.settle_messages_in_flight(topology);
    }

    fn is_settled(&self, topology: &Topology, pair: Pair) -> bool {
        let mut again = *self;
        again.settle_session(topology, pair);
        again == *self
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
