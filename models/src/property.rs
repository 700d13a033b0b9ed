//! Properties and goals: what must never happen, and what must be reachable (handbook section 9).

use crate::event::{Event, EventKind, FaultClass};
use crate::runbook::Role;
use crate::topology::Topology;
use crate::world::{LossKind, Pair, World};

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
}

impl Property {
    /// Every property, in stable order.
    pub const ALL: [Self; 4] = [
        Self::SplitBrain,
        Self::NoLossUnderOneFault,
        Self::NoFinishedBackupLeftOut,
        Self::OnePrincipal,
    ];

    /// The name used in scenario files and results.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SplitBrain => "SB",
            Self::NoLossUnderOneFault => "AL0",
            Self::NoFinishedBackupLeftOut => "ALr",
            Self::OnePrincipal => "I3",
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
    pub fn violated(&self, spent: Spent) -> u32 {
        let lost = self.loss() != LossKind::None
            && spent.total() <= 1
            && spent.of(FaultClass::SiteLoss) == 0;
        let two = Pair::ALL.into_iter().any(|pair| {
            self.session(pair).witness_set()
                && self.can_acknowledge(pair, 0)
                && self.can_acknowledge(pair, 1)
        });
        [
            (self.split_brain(), Property::SplitBrain),
            (lost, Property::NoLossUnderOneFault),
            (self.backup_left_out(), Property::NoFinishedBackupLeftOut),
            (two, Property::OnePrincipal),
        ]
        .into_iter()
        .fold(
            0,
            |bits, (broken, property)| if broken { bits | property.bit() } else { bits },
        )
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
}

impl Goal {
    /// Every goal, in stable order.
    pub const ALL: [Self; 2] = [Self::AutomaticFailover, Self::FailoverToDc2];

    /// The name used in scenario files and results.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AutomaticFailover => "automatic-failover",
            Self::FailoverToDc2 => "failover-to-dc2",
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
        }
    }

    /// This goal's bit in a set of goals.
    #[must_use]
    pub const fn bit(self) -> u32 {
        1 << self as u8
    }
}

impl World {
    /// The goals that are reached by `event` leading to this world, as bits.
    #[must_use]
    pub fn reached(&self, topology: &Topology, event: Event) -> u32 {
        let failed_over = self.progress(Role::SiteFailover) > 0
            && self.current_step(topology, Role::SiteFailover).is_none()
            && self.service(topology) >> Pair::Dc2.copy(0) != 0;
        let automatic = event.kind == EventKind::AutomaticFailover;
        (u32::from(automatic) * Goal::AutomaticFailover.bit())
            | (u32::from(failed_over) * Goal::FailoverToDc2.bit())
    }
}
