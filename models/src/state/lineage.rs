//! Logs are lineages, positions are ranks.
//!
//! A copy's content is a position: a timeline and a rank on it. A timeline is a recovery fork:
//! promoting a copy starts a new one at the copy's end (handbook 3.9, 4.2). Only comparisons
//! matter, so positions are dense ranks over everything in use, renumbered after every step.
//! Every message is acknowledged in the step that writes it, so the highest position that a holder
//! of a timeline has is also the end of what was acknowledged there.

use crate::bits::bits;
use crate::state::packed::packed;

/// The most timelines alive at once. Holders of positions are four copies and two runs of files,
/// and timelines without a holder survive only as branching points.
pub const TIMELINES: usize = 8;

/// A place in a lineage: three bits of timeline, four bits of rank; or absent.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Position(pub(crate) u8);

impl Position {
    /// No content.
    pub const ABSENT: Self = Self(0xFF);

    /// The position of a rank on a timeline.
    #[must_use]
    pub const fn new(timeline: u8, rank: u8) -> Self {
        Self(timeline << 4 | rank)
    }

    /// Whether there is any content.
    #[must_use]
    pub const fn is_present(self) -> bool {
        self.0 != 0xFF
    }

    /// The timeline, below [`TIMELINES`].
    #[must_use]
    pub const fn timeline(self) -> usize {
        (self.0 >> 4) as usize
    }

    /// The rank, below 16.
    #[must_use]
    pub const fn rank(self) -> u8 {
        self.0 & 15
    }
}

impl std::fmt::Debug for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.is_present() {
            write!(f, "{}:{}", self.timeline(), self.rank())
        } else {
            f.write_str("-")
        }
    }
}

const ROOT: u8 = 0xF0;
const UNUSED: u8 = 0xFF;

packed! {
    /// The fork table with the sticky bits of each timeline, from which split brain follows
    /// (handbook 13.1).
    ///
    /// Timelines are numbered in the order of their birth, so a parent has a lower number than its
    /// children.
    pub struct Lineage, masks LineageMasks {
        /// Parent (high nibble) and the rank of the fork (low nibble).
        forks: [u8; TIMELINES],
        /// Acknowledged on, itself or a descendant, since its birth.
        own: u8,
        /// A timeline that was born before it acknowledged after its birth.
        elder: u8,
        /// A fork that was born after it was acknowledged on, and nothing holds it any more.
        survivor: u8,
    }
}

/// How a step renumbered ranks and timelines, so that whoever keeps times beside them can follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Renumbering {
    /// Bit per old rank that is still in use; its new number is the count of lower bits.
    pub ranks: u32,
    /// New number of each old timeline, `0xFF` where it is gone; two may become one.
    pub timelines: [u8; TIMELINES],
    /// The rank (old numbering) that a `Write` just created, if any.
    pub written: Option<u8>,
}

impl Lineage {
    /// One timeline, nothing acknowledged that matters.
    pub(crate) const fn new() -> Self {
        let mut forks = [UNUSED; TIMELINES];
        forks[0] = ROOT;
        Self {
            forks,
            own: 0,
            elder: 0,
            survivor: 0,
        }
    }

    /// Number of timelines alive.
    #[must_use]
    pub fn len(&self) -> usize {
        self.forks
            .iter()
            .position(|fork| *fork == UNUSED)
            .unwrap_or(TIMELINES)
    }

    /// Never: there is always a timeline.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        false
    }

    /// Parent timeline and rank of the fork; `None` for the root.
    #[must_use]
    pub const fn fork_of(&self, timeline: usize) -> Option<Position> {
        let fork = self.forks[timeline];
        if fork >= ROOT {
            None
        } else {
            Some(Position(fork))
        }
    }

    /// Whether everything up to `p` is part of the history up to `q`.
    #[must_use]
    #[inline]
    pub fn is_prefix(&self, p: Position, q: Position) -> bool {
        // On one timeline it is a matter of ranks; what is absent is on none.
        let shorter = p.timeline() == q.timeline() && p.rank() <= q.rank() && p.is_present();
        shorter || self.is_prefix_by_forks(p, q)
    }

    fn is_prefix_by_forks(&self, p: Position, q: Position) -> bool {
        p.is_present() && q.is_present() && self.leads_to(self.earliest(p), q)
    }

    /// Whether the log up to `q` can be restored onto a copy at `p`: `q` is on the timeline of `p`
    /// or on a fork of it. A copy that was recovered has a timeline of its own from then on, even
    /// if nothing was written on it (4.2).
    pub(crate) fn leads_to(&self, p: Position, q: Position) -> bool {
        if !p.is_present() || !q.is_present() {
            return false;
        }
        let (target, mut q) = (p.timeline(), q);
        loop {
            if q.timeline() == target {
                return p.rank() <= q.rank();
            }
            match self.fork_of(q.timeline()) {
                Some(fork) => q = Position::new(fork.timeline() as u8, fork.rank().min(q.rank())),
                None => return false,
            }
        }
    }

    /// The same content, named on the oldest timeline that has it: a fork that nothing was written
    /// on holds what its parent held.
    fn earliest(&self, p: Position) -> Position {
        let mut p = p;
        while let Some(fork) = self
            .fork_of(p.timeline())
            .filter(|fork| fork.rank() >= p.rank())
        {
            p = Position::new(fork.timeline() as u8, p.rank());
        }
        p
    }

    /// The rank up to which the histories of `p` and `q` agree.
    #[must_use]
    pub fn common_rank(&self, p: Position, q: Position) -> u8 {
        let mut p = p;
        loop {
            let mut r = q;
            loop {
                if r.timeline() == p.timeline() {
                    return p.rank().min(r.rank());
                }
                match self.fork_of(r.timeline()) {
                    Some(fork) => r = fork,
                    None => break,
                }
            }
            match self.fork_of(p.timeline()) {
                Some(fork) => p = fork,
                None => return 0,
            }
        }
    }

    /// Starts a new timeline at `at`; returns the position of its first holder.
    pub(crate) fn fork(&mut self, at: Position) -> Position {
        let born = self.len();
        assert!(
            born < TIMELINES,
            "more than {TIMELINES} timelines are alive"
        );
        self.forks[born] = at.0;
        Position::new(born as u8, at.rank())
    }

    /// Forgets every timeline: nothing is left anywhere, and what begins now descends from none.
    pub(crate) fn begin_anew(&mut self) -> Position {
        *self = Self::new();
        Position::new(0, 0)
    }

    /// The timeline and its ancestors, as bits.
    fn ancestors(&self, timeline: usize) -> u8 {
        let mut mask = 1 << timeline;
        let mut at = timeline;
        while let Some(fork) = self.fork_of(at) {
            at = fork.timeline();
            mask |= 1 << at;
        }
        mask
    }

    /// Whether a timeline is a fork of another, or of one that is.
    pub(crate) fn descends(&self, timeline: usize, from: usize) -> bool {
        timeline != from && self.ancestors(timeline) >> from & 1 == 1
    }

    /// The sticky bits after an acknowledgement on `timeline`, and whether that is split brain:
    /// a fork on which, or on a descendant of which, something was acknowledged, and after its
    /// birth an acknowledgement on an older timeline (handbook 13.1).
    fn acknowledged(&self, timeline: usize) -> (u8, u8, bool) {
        let ancestors = self.ancestors(timeline);
        let live = ((1u16 << self.len()) - 1) as u8;
        let younger = live & !(((2u16 << timeline) - 1) as u8);
        let split =
            ancestors & self.elder | younger & self.own | self.survivor & (1 << timeline) != 0;
        (self.own | ancestors, self.elder | younger, split)
    }

    /// Records an acknowledgement on `timeline`; true if that is split brain. `writers` are the
    /// timelines that can be acknowledged on, as bits.
    pub(crate) fn acknowledge(&mut self, timeline: usize, writers: u8) -> bool {
        let (own, elder, split) = self.acknowledged(timeline);
        (self.own, self.elder) = (own, elder);
        self.forget_what_nothing_reads(writers);
        split
    }

    /// Whether an acknowledgement on `timeline` would change anything here. `writers` are the
    /// timelines that can be acknowledged on, as bits.
    pub(crate) fn acknowledge_changes(&self, timeline: usize, writers: u8) -> bool {
        let mut after = *self;
        after.acknowledge(timeline, writers) || after != *self
    }

    /// Clears sticky bits that no acknowledgement can read any more. A timeline without a writer is
    /// never acknowledged on again: a copy becomes a principal's on a fork of its own.
    fn forget_what_nothing_reads(&mut self, writers: u8) {
        let oldest_writer = writers & writers.wrapping_neg();
        // Only a writer that was born before a fork completes a split brain from the other side.
        self.own &= !(oldest_writer | oldest_writer.wrapping_sub(1));
        self.survivor &= writers;
    }

    /// Forgets the sticky bits: after split brain is latched nothing reads them.
    pub(crate) const fn forget(&mut self) {
        self.own = 0;
        self.elder = 0;
        self.survivor = 0;
    }

    /// Drops timelines that nothing refers to, collapses forks into the only child that continues
    /// them, renumbers timelines and ranks densely.
    ///
    /// `holders` are all positions in use; bit `i` of `writers` says that holder `i` is a
    /// principal's copy, which could still extend its timeline. `careless` is a seeded fault: the
    /// oldest fork counts as one with that which continues it.
    pub(crate) fn compact(
        &mut self,
        holders: &mut [Position],
        writers: u16,
        careless: bool,
    ) -> Renumbering {
        let mut map = [0, 1, 2, 3, 4, 5, 6, 7];
        let timelines = self.len();
        if timelines > 1 {
            self.forget_what_nothing_reads(written_timelines(holders, writers));
            let mut gaps = false;
            while self.simplify(timelines, holders, writers, careless, &mut map) {
                gaps = true;
            }
            if gaps {
                self.close_gaps(holders, &mut map);
            } else {
                // A fork takes the next number, so only what was dropped leaves a gap.
                map[self.len()..].fill(0xFF);
            }
        }
        if self.own | self.elder | self.survivor != 0 {
            self.forget_what_nothing_reads(written_timelines(holders, writers));
        }
        let ranks = self.close_ranks(holders);
        Renumbering {
            ranks,
            timelines: map,
            written: None,
        }
    }

    /// What [`Lineage::compact`] reports where it has nothing to do.
    pub(crate) fn keep(&self, holders: &[Position]) -> Renumbering {
        let mut timelines = [0, 1, 2, 3, 4, 5, 6, 7];
        if self.len() > 1 {
            timelines[self.len()..].fill(0xFF);
        }
        Renumbering {
            ranks: self.ranks_in_use(holders),
            timelines,
            written: None,
        }
    }

    /// One simplification of the fork table of so many timelines; false when there is none left.
    fn simplify(
        &mut self,
        timelines: usize,
        holders: &mut [Position],
        writers: u16,
        careless: bool,
        map: &mut [u8; 8],
    ) -> bool {
        // Ranks are one more here: 0 is none. What is absent counts on a timeline that is not.
        let mut highest = [0; 2 * TIMELINES];
        for holder in holders.iter() {
            let slot = &mut highest[holder.timeline()];
            *slot = holder.rank().wrapping_add(1).max(*slot);
        }
        let written = written_timelines(holders, writers);
        // Of each timeline the fork that leaves last, unless two leave at the same point. What
        // was dropped before is unused.
        let (mut last, mut last_child) = ([0; TIMELINES], [0; TIMELINES]);
        let mut children = [0; TIMELINES];
        let (mut live, mut ties) = (0u8, 0u8);
        let born = &self.forks[..timelines];
        for (child, fork) in born.iter().enumerate().filter(|(_, f)| **f != UNUSED) {
            live |= 1 << child;
            if *fork == ROOT {
                continue;
            }
            let (parent, rank) = (usize::from(fork >> 4), (fork & 15) + 1);
            children[parent] += 1;
            if rank == last[parent] {
                ties |= 1 << parent;
            } else if rank > last[parent] {
                (last[parent], last_child[parent]) = (rank, child);
                ties &= !(1 << parent);
            }
        }
        for timeline in bits(live) {
            let (rank, child) = (last[timeline], last_child[timeline]);
            if rank == 0 {
                if highest[timeline] == 0 {
                    self.drop_timeline(timeline, map);
                    return true;
                }
                continue;
            }
            // Nothing can grow beyond the fork: the child is the timeline's continuation.
            let continued = ties >> timeline & 1 == 0
                && written >> timeline & 1 == 0
                && highest[timeline] <= rank;
            let passed_through = highest[timeline] == 0 && children[timeline] == 1;
            let merges = careless && live.trailing_zeros() as usize == timeline;
            if continued && (merges || self.is_one_fork(timeline, child, passed_through, written)) {
                self.collapse(timeline, child, holders, map);
                return true;
            }
        }
        false
    }

    /// Whether the sticky bits of `parent` and of the fork `child` that continues it can be those
    /// of one fork, born when the child was, without changing a later verdict (handbook 13.1).
    ///
    /// An acknowledgement on a writer that was born before the parent concerns both; one on a
    /// writer that was born between them concerns the child alone.
    fn is_one_fork(&self, parent: usize, child: usize, passed_through: bool, written: u8) -> bool {
        let older = written & ((1 << parent) - 1);
        let between = written & ((1 << child) - 1) & !older;
        let bits_of = |timeline: usize| (self.own >> timeline & 1, self.elder >> timeline & 1);
        let ((parent_own, parent_elder), (own, elder)) = (bits_of(parent), bits_of(child));
        if passed_through {
            // What extends the parent extends the child.
            between == 0 || older == 0 || parent_own == own
        } else {
            // What is held of the parent can start a fork that does not descend from the child.
            between == 0 && parent_elder == elder
        }
    }

    /// Drops a timeline that nothing holds and nothing forks from. If it was acknowledged on, an
    /// acknowledgement on an older timeline is a split brain from now on (handbook 13.1).
    fn drop_timeline(&mut self, timeline: usize, map: &mut [u8; 8]) {
        let bit = 1 << timeline;
        if self.own & bit != 0 {
            self.survivor |= bit - 1;
        }
        self.forks[timeline] = UNUSED;
        self.own &= !bit;
        self.elder &= !bit;
        map.iter_mut()
            .filter(|t| **t == timeline as u8)
            .for_each(|t| *t = 0xFF);
    }

    /// Collapses `timeline` into the fork `child` that continues it.
    fn collapse(
        &mut self,
        timeline: usize,
        child: usize,
        holders: &mut [Position],
        map: &mut [u8; 8],
    ) {
        self.forks[child] = self.forks[timeline];
        self.forks[timeline] = UNUSED;
        for fork in self.forks.iter_mut().filter(|f| **f < ROOT) {
            if usize::from(*fork >> 4) == timeline {
                *fork = (child as u8) << 4 | (*fork & 15);
            }
        }
        for holder in holders
            .iter_mut()
            .filter(|h| h.is_present() && h.timeline() == timeline)
        {
            *holder = Position::new(child as u8, holder.rank());
        }
        map.iter_mut()
            .filter(|t| **t == timeline as u8)
            .for_each(|t| *t = child as u8);
        for bits in [&mut self.own, &mut self.elder] {
            *bits |= (*bits >> timeline & 1) << child;
            *bits &= !(1 << timeline);
        }
    }

    /// Renumbers timelines without gaps, in the order of birth.
    fn close_gaps(&mut self, holders: &mut [Position], map: &mut [u8; 8]) {
        let mut number = [0xFF; TIMELINES];
        let mut next = 0;
        for (timeline, slot) in number.iter_mut().enumerate() {
            if self.forks[timeline] != UNUSED {
                *slot = next;
                next += 1;
            }
        }
        let mut forks = [UNUSED; TIMELINES];
        let (mut own, mut elder, mut survivor) = (0, 0, 0);
        for timeline in 0..TIMELINES {
            let new = number[timeline];
            if new == 0xFF {
                continue;
            }
            let fork = self.forks[timeline];
            forks[usize::from(new)] = if fork < ROOT {
                number[usize::from(fork >> 4)] << 4 | fork & 15
            } else {
                fork
            };
            own |= (self.own >> timeline & 1) << new;
            elder |= (self.elder >> timeline & 1) << new;
            survivor |= (self.survivor >> timeline & 1) << new;
        }
        self.forks = forks;
        (self.own, self.elder, self.survivor) = (own, elder, survivor);
        for holder in holders.iter_mut().filter(|h| h.is_present()) {
            *holder = Position::new(number[holder.timeline()], holder.rank());
        }
        for entry in map.iter_mut().filter(|t| **t != 0xFF) {
            *entry = number[usize::from(*entry)];
        }
    }

    fn ranks_in_use(&self, holders: &[Position]) -> u32 {
        // No branches: which positions are absent is hard to foresee.
        let bit = |p: &Position| u32::from(p.is_present()) << p.rank();
        let used = holders.iter().fold(0, |used, p| used | bit(p));
        let fork_bit = |f: &u8| u32::from(*f < ROOT) << (f & 15);
        self.forks.iter().fold(used, |used, f| used | fork_bit(f))
    }

    /// Renumbers ranks without gaps; returns the old ranks in use.
    fn close_ranks(&mut self, holders: &mut [Position]) -> u32 {
        let used = self.ranks_in_use(holders);
        if used & (used + 1) != 0 {
            let close =
                |byte: u8| byte & 0xF0 | (used & ((1 << (byte & 15)) - 1)).count_ones() as u8;
            for holder in holders.iter_mut().filter(|h| h.is_present()) {
                holder.0 = close(holder.0);
            }
            for fork in self.forks.iter_mut().filter(|f| **f < ROOT) {
                *fork = close(*fork);
            }
        }
        used
    }

    /// Every rank at which a fork leaves.
    pub(crate) fn fork_ranks(&self) -> impl Iterator<Item = u8> {
        self.forks.iter().filter(|f| **f < ROOT).map(|f| f & 15)
    }
}

/// The timelines of the holders that can still write, as bits.
pub(crate) fn written_timelines(holders: &[Position], writers: u16) -> u8 {
    bits(writers).fold(0, |written, holder: usize| {
        // What is absent is on no timeline.
        written | (u32::from(holders[holder].is_present()) << holders[holder].timeline()) as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All positions of all lineages of up to four timelines and four ranks.
    #[test]
    fn on_one_timeline_a_prefix_is_a_matter_of_ranks() {
        let positions = |lineage: &Lineage| -> Vec<Position> {
            let timelines = 0..lineage.len() as u8;
            let from = |t: &u8| lineage.fork_of(usize::from(*t)).map_or(0, Position::rank);
            timelines
                .flat_map(|t| (from(&t)..4).map(move |rank| Position::new(t, rank)))
                .collect()
        };
        let mut lineages = vec![Lineage::new()];
        let mut compared = 0;
        for _ in 0..4 {
            let mut grown = Vec::new();
            for lineage in &lineages {
                let mut all = positions(lineage);
                grown.extend(all.iter().map(|at| {
                    let mut forked = *lineage;
                    forked.fork(*at);
                    forked
                }));
                all.push(Position::ABSENT);
                for p in &all {
                    for q in &all {
                        let plain = lineage.is_prefix_by_forks(*p, *q);
                        assert_eq!(
                            lineage.is_prefix(*p, *q),
                            plain,
                            "{p:?} {q:?} {:?}",
                            lineage.forks
                        );
                        compared += 1;
                    }
                }
            }
            lineages = grown;
        }
        assert!(compared > 40_000, "{compared}");
    }
}
