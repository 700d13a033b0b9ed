//! Properties and goals: what must never happen, and what must be reachable (handbook section 9).

use crate::names::event::{Event, EventKind, EventSet, FaultClass};
use crate::names::runbook::Role;
use crate::names::session::SessionId;
use crate::state::latches::{Latches, LossKind};
use crate::state::topology::{Start, Topology};
use crate::state::world::World;

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

/// A property that must hold in every reachable world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Property {
    /// SB: no split brain.
    SplitBrain = 0,
    /// AL0: no acknowledged message lost under at most one fault that is not a site loss.
    NoLossUnderOneFault = 1,
    /// ALr: nothing covered by a finished backup in a place that survived is lost.
    NoFinishedBackupLeftOut = 2,
    /// I3: with a witness, at most one partner can complete a commit.
    OnePrincipal = 3,
    /// I1: while SYNCHRONIZED, the mirror has every acknowledged message.
    MirrorHasAll = 4,
    /// I2: the witness, connected to the principal, knows SYNCHRONIZED only if I1 holds.
    RegisterIsTrue = 5,
    /// I4: automatic and manual failover lose nothing.
    FailoverKeepsAll = 6,
    /// AL: the serving history contains every acknowledged message.
    NoLoss = 7,
    /// ALF: no acknowledged message is gone for good.
    NothingDestroyed = 8,
    /// ST: the failover target does not go stale while users are served in DC1.
    TargetFresh = 9,
    /// CH: the log chain to S is not broken.
    ChainIntact = 10,
    /// UQ: users are not left without service while everything needed for it runs.
    NeverStuck = 11,
    /// OW: failback or seeding overwrites nothing that nothing else holds.
    NothingOverwritten = 12,
    /// WS: active servers are on the right side and within limits.
    RightSide = 13,
    /// CO: no compliance record is missing or phantom.
    RecordsComplete = 14,
    /// ID: message numbers are not reused.
    NumbersUnique = 15,
    /// RC: from everywhere, service returns without one fault more. No state breaks it by itself:
    /// it is about the ways on from there.
    ServiceReturns = 16,
}

impl Property {
    /// Every property, in stable order.
    pub const ALL: [Self; 17] = [
        Self::SplitBrain,
        Self::NoLossUnderOneFault,
        Self::NoFinishedBackupLeftOut,
        Self::OnePrincipal,
        Self::MirrorHasAll,
        Self::RegisterIsTrue,
        Self::FailoverKeepsAll,
        Self::NoLoss,
        Self::NothingDestroyed,
        Self::TargetFresh,
        Self::ChainIntact,
        Self::NeverStuck,
        Self::NothingOverwritten,
        Self::RightSide,
        Self::RecordsComplete,
        Self::NumbersUnique,
        Self::ServiceReturns,
    ];

    /// The name used in scenario files and results.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SplitBrain => "SB",
            Self::NoLossUnderOneFault => "AL0",
            Self::NoFinishedBackupLeftOut => "ALr",
            Self::OnePrincipal => "I3",
            Self::MirrorHasAll => "I1",
            Self::RegisterIsTrue => "I2",
            Self::FailoverKeepsAll => "I4",
            Self::NoLoss => "AL",
            Self::NothingDestroyed => "ALF",
            Self::TargetFresh => "ST",
            Self::ChainIntact => "CH",
            Self::NeverStuck => "UQ",
            Self::NothingOverwritten => "OW",
            Self::RightSide => "WS",
            Self::RecordsComplete => "CO",
            Self::NumbersUnique => "ID",
            Self::ServiceReturns => "RC",
        }
    }

    /// The property of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|property| property.name() == name)
    }

    /// This property's bit in a set of properties.
    #[must_use]
    pub const fn bit(self) -> u32 {
        1 << self as u8
    }
}

impl World {
    /// The properties that are broken in this world, as bits, given the faults spent.
    #[must_use]
    pub fn violated(&self, topology: &Topology, spent: Spent) -> u32 {
        use Property as P;
        let lost = self.loss() != LossKind::None;
        let one_fault = spent.total() <= 1 && spent.of(FaultClass::SiteLoss) == 0;
        let (mut two_principals, mut mirror_behind, mut register_wrong) = (false, false, false);
        for pair in SessionId::ALL {
            let session = self.session(pair);
            // Nothing is wrong with a session that does not exist: that of DC2 seldom does.
            if !session.exists() {
                continue;
            }
            let bound = !session.is_alone(0) && !session.is_alone(1);
            two_principals |= session.witness_set()
                && bound
                && session.is_principal(0)
                && session.is_principal(1)
                && self.can_acknowledge(topology, pair.member(0))
                && self.can_acknowledge(topology, pair.member(1));
            let has_all = self.mirror_has_all(pair);
            mirror_behind |= !has_all;
            register_wrong |= !self.register_is_true(pair, has_all);
        }
        let latched = |latch: u16| self.has_latched(latch);
        let chain_broken = self.chain_broken(topology);
        let bit = |broken: bool, property: P| u32::from(broken) << property as u8;
        bit(self.split_brain(), P::SplitBrain)
            | bit(lost && one_fault, P::NoLossUnderOneFault)
            | bit(self.backup_left_out(), P::NoFinishedBackupLeftOut)
            | bit(two_principals, P::OnePrincipal)
            | bit(mirror_behind, P::MirrorHasAll)
            | bit(register_wrong, P::RegisterIsTrue)
            | bit(latched(Latches::FAILOVER_LOST), P::FailoverKeepsAll)
            | bit(lost, P::NoLoss)
            | bit(self.loss() == LossKind::Final, P::NothingDestroyed)
            | bit(self.target_stale(topology, chain_broken), P::TargetFresh)
            | bit(chain_broken, P::ChainIntact)
            | bit(latched(Latches::OVERWRITTEN), P::NothingOverwritten)
            | bit(
                latched(Latches::WRONG_SIDE) || self.overloaded(topology),
                P::RightSide,
            )
            | bit(
                latched(Latches::RECORD_MISSING | Latches::RECORD_PHANTOM),
                P::RecordsComplete,
            )
            | bit(latched(Latches::NUMBERS_REUSED), P::NumbersUnique)
    }

    /// The properties that also read what can happen next.
    #[must_use]
    pub fn violated_with(&self, topology: &Topology, spent: Spent, enabled: &EventSet) -> u32 {
        let stuck = self.stuck(topology, enabled);
        self.violated(topology, spent) | if stuck { Property::NeverStuck.bit() } else { 0 }
    }

    /// I1.
    fn mirror_has_all(&self, pair: SessionId) -> bool {
        let session = self.session(pair);
        let principal = self.newest_principal(pair);
        !session.synchronized()
            || principal.is_none_or(|p| {
                session.is_alone(p)
                    || !session.is_mirror(1 - p)
                    || self
                        .lineage
                        .is_prefix(self.copy(pair.member(p)), self.copy(pair.member(1 - p)))
            })
    }

    /// I2, as read by R2; `mirror_has_all` is I1.
    fn register_is_true(&self, pair: SessionId, mirror_has_all: bool) -> bool {
        let session = self.session(pair);
        // A side that runs on its own is outside the session that the register is about.
        let outside = session.is_alone(0) || session.is_alone(1);
        outside
            || !session.register_synchronized()
            || session.synchronized() && mirror_has_all
            || !self
                .newest_principal(pair)
                .is_some_and(|p| session.seen(1 + p) && self.is_connected(pair, 1 + p))
    }
}

/// Something that must be reachable, so that a clean verdict is not an empty one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Goal {
    /// A mirror was promoted automatically.
    AutomaticFailover = 0,
    /// The runbook of the failover to DC2 is done and users are served from there.
    FailoverToDc2 = 1,
    /// The runbook of the failback is done and users are served from DC1 again.
    FailbackToDc1 = 2,
}

impl Goal {
    /// Every goal, in stable order.
    pub const ALL: [Self; 3] = [
        Self::AutomaticFailover,
        Self::FailoverToDc2,
        Self::FailbackToDc1,
    ];

    /// The name used in scenario files and results.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AutomaticFailover => "automatic-failover",
            Self::FailoverToDc2 => "failover-to-dc2",
            Self::FailbackToDc1 => "failback-to-dc1",
        }
    }

    /// The goal of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|goal| goal.name() == name)
    }

    /// This goal's bit in a set of goals.
    #[must_use]
    pub const fn bit(self) -> u32 {
        1 << self as u8
    }
}

impl World {
    /// Which of `goals`, as bits, are reached by `event` leading to this world.
    #[must_use]
    #[inline]
    pub fn reached(&self, topology: &Topology, event: Event, goals: u32) -> u32 {
        let asked = |goal: Goal| goals & goal.bit() != 0;
        let automatic =
            asked(Goal::AutomaticFailover) && event.kind == EventKind::AutomaticFailover;
        let failed_over = asked(Goal::FailoverToDc2)
            && topology.runbook(Role::SiteFailover).is_some()
            && self.progress(Role::SiteFailover) == topology.finished(Role::SiteFailover)
            && self.service(topology) >> topology.target().place() != 0;
        // A failback runbook that is done leaves everybody idle, in DC1, with S restoring.
        let failed_back = asked(Goal::FailbackToDc1)
            && topology.start != Start::Normal
            && event == Event::new(EventKind::Write, topology.primary().server())
            && topology.runbook(Role::SiteFailback).is_some()
            && self.lineage.len() == 1
            && self.progress(Role::SiteFailover) == 0;
        let bit = |reached: bool, goal: Goal| u32::from(reached) << goal as u8;
        bit(automatic, Goal::AutomaticFailover)
            | bit(failed_over, Goal::FailoverToDc2)
            | bit(failed_back, Goal::FailbackToDc1)
    }
}
