//! Properties and goals: what must never happen, and what must be reachable (handbook section 9).

use crate::names::event::FaultClass;

/// Faults spent on the way to a world, by class: four bits each, and the total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord)]
pub struct Spent(u32);

impl Spent {
    /// Number of faults of a class.
    #[must_use]
    pub const fn of(self, class: FaultClass) -> u8 {
        (self.0 >> (4 * class as u32) & 15) as u8
    }

    /// Number of all faults.
    #[must_use]
    pub const fn total(self) -> u8 {
        (self.0 >> 24) as u8
    }

    /// One fault more.
    #[must_use]
    pub const fn plus(self, class: FaultClass) -> Self {
        Self(self.0 + (1 << (4 * class as u32)) + (1 << 24))
    }

    /// As a number, for hashing and packing.
    #[must_use]
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// The inverse of [`Spent::bits`].
    #[must_use]
    pub const fn from_bits(bits: u32) -> Self {
        Self(bits)
    }

    /// This, with only what the listed classes and the total say.
    #[must_use]
    pub fn only(self, classes: &[FaultClass]) -> Self {
        let mask = classes
            .iter()
            .fold(0xFF00_0000, |mask, class| mask | 15 << (4 * *class as u32));
        Self(self.0 & mask)
    }
}

named! {
    /// A property that must hold in every reachable world.
    pub enum Property {
        /// SB: no split brain.
        SplitBrain = 0, "SB";
        /// AL0: no acknowledged message lost under at most one fault that is not a site loss.
        NoLossUnderOneFault = 1, "AL0";
        /// ALr: nothing covered by a finished backup in a place that survived is lost.
        NoFinishedBackupLeftOut = 2, "ALr";
        /// I3: with a witness, at most one partner can complete a commit.
        OnePrincipal = 3, "I3";
        /// I1: while SYNCHRONIZED, the mirror has every acknowledged message.
        MirrorHasAll = 4, "I1";
        /// I2: the witness, connected to the principal, knows SYNCHRONIZED only if I1 holds.
        RegisterIsTrue = 5, "I2";
        /// I4: automatic and manual failover lose nothing.
        FailoverKeepsAll = 6, "I4";
        /// AL: the serving history contains every acknowledged message.
        NoLoss = 7, "AL";
        /// ALF: no acknowledged message is gone for good.
        NothingDestroyed = 8, "ALF";
        /// ST: the failover target does not go stale while users are served in DC1.
        TargetFresh = 9, "ST";
        /// CH: the log chain to S is not broken.
        ChainIntact = 10, "CH";
        /// UQ: users are not left without service while everything needed for it runs.
        NeverStuck = 11, "UQ";
        /// OW: failback or seeding overwrites nothing that nothing else holds.
        NothingOverwritten = 12, "OW";
        /// WS: active servers are on the right side and within limits.
        RightSide = 13, "WS";
        /// CO: no compliance record is missing or phantom.
        RecordsComplete = 14, "CO";
        /// ID: message numbers are not reused.
        NumbersUnique = 15, "ID";
        /// RC: from everywhere, service returns without one fault more. No state breaks it by
        /// itself: it is about the ways on from there.
        ServiceReturns = 16, "RC";
    }
}

impl Property {
    /// This property's bit in a set of properties.
    #[must_use]
    pub const fn bit(self) -> u32 {
        1 << self as u8
    }
}

named! {
    /// Something that must be reachable, so that a clean verdict is not an empty one.
    pub enum Goal {
        /// A mirror was promoted automatically.
        AutomaticFailover = 0, "automatic-failover";
        /// The runbook of the failover to DC2 is done and users are served from there.
        FailoverToDc2 = 1, "failover-to-dc2";
        /// The runbook of the failback is done and users are served from DC1 again.
        FailbackToDc1 = 2, "failback-to-dc1";
    }
}

impl Goal {
    /// This goal's bit in a set of goals.
    #[must_use]
    pub const fn bit(self) -> u32 {
        1 << self as u8
    }
}
