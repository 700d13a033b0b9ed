//! Properties and goals: what must never happen, and what must be reachable (handbook section 9).

use crate::names::component::Component;
use crate::names::event::{Event, EventKind, EventSet, FaultClass};
use crate::names::runbook::Role;
use crate::state::topology::{Start, Topology};
use crate::state::world::{Latch, LossKind, Pair, World};

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

    /// What holding means, in a few words.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::SplitBrain => "No split brain",
            Self::NoLossUnderOneFault => "No acknowledged message lost under one fault",
            Self::NoFinishedBackupLeftOut => "No finished backup left out",
            Self::OnePrincipal => "Never two principals",
            Self::MirrorHasAll => "A synchronised mirror has everything",
            Self::RegisterIsTrue => "The witness knows the truth",
            Self::FailoverKeepsAll => "Failover keeps everything",
            Self::NoLoss => "No acknowledged message lost",
            Self::NothingDestroyed => "Nothing acknowledged destroyed",
            Self::TargetFresh => "No stale failover target",
            Self::ChainIntact => "Log chain intact",
            Self::NeverStuck => "Never stuck without need",
            Self::NothingOverwritten => "Nothing overwritten",
            Self::RightSide => "Active servers on the right side",
            Self::RecordsComplete => "Compliance records complete",
            Self::NumbersUnique => "Message numbers unique",
            Self::ServiceReturns => "Service returns",
        }
    }

    /// What it means in full.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::SplitBrain => {
                "After a recovery fork, never both sides acknowledge posts (handbook 9, R1)."
            }
            Self::NoLossUnderOneFault => {
                "Under at most one fault that is not a site loss, the serving history contains \
                 every acknowledged message (handbook 9, AL0)."
            }
            Self::NoFinishedBackupLeftOut => {
                "When the secondary is recovered, it has everything that a finished log backup in \
                 reach covers (handbook 9, ALr)."
            }
            Self::OnePrincipal => {
                "With a witness, never two partners can complete a commit (handbook 3.12, I3)."
            }
            Self::MirrorHasAll => {
                "While the session is SYNCHRONIZED, the mirror has every acknowledged message on \
                 disk (handbook 3.12, I1)."
            }
            Self::RegisterIsTrue => {
                "Where principal and witness are connected, the witness's flag says synchronised \
                 only if the mirror has every acknowledged message (handbook 3.12, I2 as read by \
                 R2)."
            }
            Self::FailoverKeepsAll => {
                "Automatic and manual failover preserve every acknowledged message (handbook \
                 3.12, I4)."
            }
            Self::NoLoss => {
                "Within the whole budget of faults, the serving history contains every \
                 acknowledged message (handbook 9, AL)."
            }
            Self::NothingDestroyed => {
                "Some copy or file still holds every acknowledged message (handbook 9, AL, where \
                 the loss is final)."
            }
            Self::TargetFresh => {
                "While users are served in DC1, log shipping to S can go on without an operator \
                 (handbook 9, ST)."
            }
            Self::ChainIntact => {
                "What the principal in DC1 writes can reach S by log shipping (handbook 9, CH, \
                 4.2)."
            }
            Self::NeverStuck => {
                "Users are never left without service, with nothing under way, while a complete \
                 database and a pool server run (handbook 9, UQ)."
            }
            Self::NothingOverwritten => {
                "No restore and no seeding destroys acknowledged messages that nothing else holds \
                 (handbook 9, OW)."
            }
            Self::RightSide => {
                "Operators activate servers only beside a database that serves, at most four, and \
                 no server carries more than 30,000 users (handbook 9, WS)."
            }
            Self::RecordsComplete => {
                "No compliance record of an acknowledged message is lost, and none exists of a \
                 lost one (handbook 9, CO)."
            }
            Self::NumbersUnique => {
                "No new message takes the number of an acknowledged one that was lost (handbook \
                 9, ID)."
            }
            Self::ServiceReturns => {
                "Whatever has happened, users can be served again without one fault more: by \
                 repairs of all but a disaster, by itself or by the runbooks (handbook 9, UQ)."
            }
        }
    }

    /// The condition on each reachable world w, in the notation of `docs/properties.md`: x ⊑ y
    /// where the history x is a prefix of y, H(x) the history in a copy or file.
    #[must_use]
    pub const fn formal(self) -> &'static str {
        match self {
            Self::SplitBrain => {
                "No timelines t and u, neither descending from the other, both of which \
                 acknowledge, the elder after the birth of the younger."
            }
            Self::NoLossUnderOneFault => {
                "If faults(w) <= 1 and no fault is a site loss: acked(w) ⊑ serving(w)."
            }
            Self::NoFinishedBackupLeftOut => {
                "At each recovery of S: covered(b) ⊑ H(S) for every finished log backup b in \
                 a place that is up and in reach."
            }
            Self::OnePrincipal => {
                "With a witness set and both partners in the session: not both are principal \
                 and able to complete a commit."
            }
            Self::MirrorHasAll => {
                "If the session is SYNCHRONIZED and the principal has its mirror: \
                 H(principal) ⊑ H(mirror)."
            }
            Self::RegisterIsTrue => {
                "If principal and witness are connected and the witness's flag says \
                 synchronised: the session is SYNCHRONIZED and I1 holds."
            }
            Self::FailoverKeepsAll => {
                "At each automatic or manual failover from a partner in the session: \
                 H(old principal) ⊑ H(new principal)."
            }
            Self::NoLoss => "acked(w) ⊑ serving(w).",
            Self::NothingDestroyed => {
                "For every acknowledged position p there is a copy or file x with p ⊑ H(x)."
            }
            Self::TargetFresh => {
                "If users are served by A or B and S exists: S is restoring, its jobs exist, that \
                 member ships to the folder of S, and CH holds."
            }
            Self::ChainIntact => {
                "For each member of DC1 that can acknowledge: the next log backup joins the \
                 last one, share(end) ⊑ H(member) and share(start) ⊑ H(folder on S)."
            }
            Self::NeverStuck => {
                "If nobody is served, some event of recovery is enabled, or no running \
                 database server with acked(w) ⊑ H(it) has a running pool server and a next \
                 hop."
            }
            Self::NothingOverwritten => {
                "At each restore or seeding over x: every acknowledged position of H(x) is in \
                 another copy or file."
            }
            Self::RightSide => {
                "At each activation: the servers stand beside a database that serves, at most \
                 four. At any time: users <= 30,000 for each server that serves."
            }
            Self::RecordsComplete => {
                "Every acknowledged message has a compliance record, and no record is of a \
                 lost message."
            }
            Self::NumbersUnique => {
                "No acknowledged position that was lost shares its number with a later one."
            }
            Self::ServiceReturns => {
                "From w a state in which users are served is reachable by events that are no \
                 faults."
            }
        }
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
        for pair in Pair::ALL {
            let session = self.session(pair);
            // Nothing is wrong with a session that does not exist: that of DC2 seldom does.
            if session.0 == 0 {
                continue;
            }
            let bound = !session.is_alone(0) && !session.is_alone(1);
            two_principals |= session.witness_set()
                && bound
                && session.is_principal(0)
                && session.is_principal(1)
                && self.can_acknowledge(topology, pair, 0)
                && self.can_acknowledge(topology, pair, 1);
            let has_all = self.mirror_has_all(pair);
            mirror_behind |= !has_all;
            register_wrong |= !self.register_is_true(pair, has_all);
        }
        let latched = |latch: u8| self.is_marked(latch);
        let chain_broken = self.chain_broken(topology);
        let bit = |broken: bool, property: P| u32::from(broken) << property as u8;
        bit(self.split_brain(), P::SplitBrain)
            | bit(lost && one_fault, P::NoLossUnderOneFault)
            | bit(self.backup_left_out(), P::NoFinishedBackupLeftOut)
            | bit(two_principals, P::OnePrincipal)
            | bit(mirror_behind, P::MirrorHasAll)
            | bit(register_wrong, P::RegisterIsTrue)
            | bit(latched(Latch::FAILOVER_LOST), P::FailoverKeepsAll)
            | bit(lost, P::NoLoss)
            | bit(self.loss() == LossKind::Final, P::NothingDestroyed)
            | bit(self.target_stale(topology, chain_broken), P::TargetFresh)
            | bit(chain_broken, P::ChainIntact)
            | bit(latched(Latch::OVERWRITTEN), P::NothingOverwritten)
            | bit(
                latched(Latch::WRONG_SIDE) || self.overloaded(topology),
                P::RightSide,
            )
            | bit(
                latched(Latch::RECORD_MISSING | Latch::RECORD_PHANTOM),
                P::RecordsComplete,
            )
            | bit(latched(Latch::NUMBERS_REUSED), P::NumbersUnique)
    }

    /// The properties that also read what can happen next.
    #[must_use]
    pub fn violated_with(&self, topology: &Topology, spent: Spent, enabled: &EventSet) -> u32 {
        let stuck = self.stuck(topology, enabled);
        self.violated(topology, spent) | if stuck { Property::NeverStuck.bit() } else { 0 }
    }

    /// I1.
    fn mirror_has_all(&self, pair: Pair) -> bool {
        let session = self.session(pair);
        let principal = self.newest_principal(pair);
        !session.synchronized()
            || principal.is_none_or(|p| {
                session.is_alone(p)
                    || !session.is_mirror(1 - p)
                    || self
                        .lineage
                        .is_prefix(self.copy(pair.copy(p)), self.copy(pair.copy(1 - p)))
            })
    }

    /// I2, as read by R2; `mirror_has_all` is I1.
    fn register_is_true(&self, pair: Pair, mirror_has_all: bool) -> bool {
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

    /// What reaching it means.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::AutomaticFailover => "Automatic failover to the mirror is seen",
            Self::FailoverToDc2 => "Failover to DC2 is completed and users are served there",
            Self::FailbackToDc1 => "Failback to DC1 is completed and users are served there",
        }
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
            && self.service(topology) >> Pair::Dc2.copy(0) != 0;
        // A failback runbook that is done leaves everybody idle, in DC1, with S restoring.
        let failed_back = asked(Goal::FailbackToDc1)
            && topology.start != Start::Normal
            && event == Event::new(EventKind::Write, Component::A)
            && topology.runbook(Role::SiteFailback).is_some()
            && self.lineage.len() == 1
            && self.progress(Role::SiteFailover) == 0;
        let bit = |reached: bool, goal: Goal| u32::from(reached) << goal as u8;
        bit(automatic, Goal::AutomaticFailover)
            | bit(failed_over, Goal::FailoverToDc2)
            | bit(failed_back, Goal::FailbackToDc1)
    }
}
