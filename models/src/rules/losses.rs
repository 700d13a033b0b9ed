//! Acknowledged messages that disappear: reported in ranks before anything is renumbered.

use crate::names::component::Component;
use crate::names::replica::Replica;
use crate::state::latches::{LossCause, LossKind};
use crate::state::lineage::{Lineage, Position};
use crate::state::topology::Topology;
use crate::state::world::World;

impl World {
    /// How many holders there can be: the copies, and files of four kinds.
    pub const HOLDERS: usize = Replica::COUNT + 5;

    /// Latches what the step from `before` took from its last holder.
    ///
    /// Positions of both worlds are in the ranks of `before`: this runs before renumbering (3.12).
    pub(crate) fn settle_losses(&mut self, before: &Self, cause: LossCause) -> Losses {
        let mut losses = Losses::default();
        let after = self.holders();
        for (holder, (held, now)) in before.holders().into_iter().zip(after).enumerate() {
            if !held.is_present()
                || held == now // mostly so, and found at once
                || after.contains(&held)
                || after
                    .iter()
                    .any(|h| h.is_present() && self.lineage.is_prefix(held, *h))
            {
                continue;
            }
            let from = after
                .iter()
                .filter(|h| h.is_present())
                .map(|h| self.lineage.common_rank(held, *h))
                .max();
            losses.add_beyond(&self.lineage, held, from);
            losses.of_copy |= holder < Replica::COUNT;
        }
        if losses.iter().next().is_some() {
            losses.cause = cause;
            self.latch_loss(LossKind::Final, cause);
        }
        losses
    }

    /// Everything that holds messages: the copies, a non-empty run on the share, the folder, a full
    /// backup, what was salvaged (3.12, 4.4). A run of log backups has nothing before its first
    /// position: where nothing else holds that, it is of no use (4.2).
    #[must_use]
    pub fn holders(&self) -> [Position; Self::HOLDERS] {
        let [first, second] = self.archive;
        let based = || {
            // What was salvaged is no database that a log backup could be restored on.
            let others = [self.folder, self.image];
            let mut bases = self.copies.iter().chain(&others);
            bases.any(|base| base.is_present() && self.lineage.is_prefix(self.share_from, *base))
        };
        let share = if self.share_from != self.share_to && based() {
            self.share_to
        } else {
            Position::ABSENT
        };
        let files = [share, self.folder, self.image, first, second];
        std::array::from_fn(|holder| match holder.checked_sub(Replica::COUNT) {
            None => self.copies[holder],
            Some(file) => files[file],
        })
    }

    /// Whether some server has a database (L5, 13.22).
    #[must_use]
    pub fn any_copy_left(&self) -> bool {
        let mut copies = Replica::ALL.into_iter();
        copies.any(|copy| self.copy(copy).is_present())
    }

    /// What would be left if the primary data centre were lost with everything in it (4.4, 5).
    #[must_use]
    pub fn survivors(&self, topology: &Topology) -> Survivors {
        let primary = Some(topology.primary_site());
        let outside = |machine: Component| topology.site_of(machine) != primary;
        let served = self.service(topology);
        let mut found = Survivors::default();
        for copy in Replica::ALL.into_iter().filter(|c| outside(c.server())) {
            if self.copy(copy).is_present() {
                found.copies |= copy.bit();
            }
            found.serve |= served & copy.bit() != 0;
        }
        found.folder = self.folder.is_present() && outside(topology.target().server());
        found.share = topology.share().site != primary;
        found
    }
}

/// What the loss of the primary data centre would leave.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Survivors {
    /// Bit per copy.
    pub copies: u8,
    /// The folder of the copy that log shipping keeps up to date.
    pub folder: bool,
    /// The share with the log backups.
    pub share: bool,
    /// Users are served from outside the primary data centre already.
    pub serve: bool,
}

/// Acknowledged messages that a step lost: ranks `from` (exclusive) to `to` of a timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loss {
    /// The timeline that they were acknowledged on.
    pub timeline: u8,
    /// The last rank that is still held, or that the serving history has; `None` where nothing is
    /// left at all.
    pub from: Option<u8>,
    /// The last rank that is lost.
    pub to: u8,
}

/// The losses of one step: at most one per timeline that ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Losses {
    by_timeline: [Option<Loss>; 4],
    /// Whether a database held some of them.
    pub(crate) of_copy: bool,
    /// What the step did to lose them.
    pub(crate) cause: LossCause,
}

impl Losses {
    /// No loss.
    pub(crate) const fn none() -> Self {
        Self {
            by_timeline: [None; 4],
            of_copy: false,
            cause: LossCause::None,
        }
    }

    /// Adds the loss of `held` beyond rank `from`, without what another loss already covers: where
    /// a parent and a child timeline both end, they share what came before the fork (3.12).
    pub(crate) fn add_beyond(&mut self, lineage: &Lineage, held: Position, from: Option<u8>) {
        let timeline = held.timeline() as u8;
        let others = self.iter().filter(|loss| loss.timeline != timeline);
        let covered = others
            .map(|loss| lineage.common_rank(held, Position::new(loss.timeline, loss.to)))
            .max();
        let from = from.max(covered);
        if from < Some(held.rank()) {
            self.add(Loss {
                timeline,
                from,
                to: held.rank(),
            });
        }
    }

    /// Adds a loss; of one timeline the longest counts.
    pub(crate) fn add(&mut self, loss: Loss) {
        for slot in &mut self.by_timeline {
            match slot {
                Some(known) if known.timeline == loss.timeline => {
                    known.to = known.to.max(loss.to);
                    known.from = known.from.min(loss.from);
                    return;
                }
                None => {
                    *slot = Some(loss);
                    return;
                }
                Some(_) => {}
            }
        }
    }

    /// What lost them; [`LossCause::None`] where nothing is lost.
    #[must_use]
    pub const fn cause(&self) -> LossCause {
        self.cause
    }

    /// The losses.
    pub fn iter(&self) -> impl Iterator<Item = Loss> {
        self.by_timeline.iter().flatten().copied()
    }
}
