//! The properties by their definitions in the handbook (9, with readings 12 and 13), judged from
//! the books.

use poolproof_models::names::event::FaultClass;
use poolproof_models::names::property::Property;
use poolproof_models::names::replica::Replica;
use poolproof_models::names::runbook::Operation;
use poolproof_models::names::session::SessionId;
use poolproof_models::state::topology::Topology;
use poolproof_models::state::world::World;

use super::books::Books;
use super::messages::Messages;

/// The properties that the oracle judges.
pub const JUDGED: [Property; 14] = [
    Property::SplitBrain,
    Property::NoLossUnderOneFault,
    Property::NoFinishedBackupLeftOut,
    Property::NoLoss,
    Property::NothingDestroyed,
    Property::OnePrincipal,
    Property::MirrorHasAll,
    Property::RegisterIsTrue,
    Property::FailoverKeepsAll,
    Property::TargetFresh,
    Property::ChainIntact,
    Property::NeverStuck,
    Property::NothingOverwritten,
    Property::RightSide,
];

impl Books {
    /// The properties that are broken, as bits.
    pub fn verdict(&self, topology: &Topology, world: &World) -> u32 {
        let one_fault = self.spent.total() <= 1 && self.spent.of(FaultClass::SiteLoss) == 0;
        let lost = self.broken & Property::NoLoss.bit() != 0;
        let under_one_fault = if lost && one_fault {
            Property::NoLossUnderOneFault.bit()
        } else {
            0
        };
        self.broken | under_one_fault | self.standing(topology, world)
    }

    /// AL and SB at the moment of an acknowledgement: users are served from this copy.
    pub fn judge_post(&mut self, copy: Replica) {
        let pending = self.in_flight.map_or(Messages::NONE, Messages::one);
        let due = self.acknowledged.without(pending);
        if !due.is_within(self.held_by(copy)) {
            self.breaks(Property::NoLoss);
        }
        if self.is_split() {
            self.breaks(Property::SplitBrain);
        }
    }

    /// SB: a fork u with an acknowledgement on it or on a descendant, and after its birth an
    /// acknowledgement on an older timeline that is no descendant of it (13.1).
    fn is_split(&self) -> bool {
        (1..self.forks.len()).any(|u| {
            let birth = self.forks[u].birth;
            let acknowledged = |fork: usize| self.forks[fork].last_acknowledged;
            // What was born before u descends from no u.
            let beside = (0..u).any(|older| acknowledged(older).is_some_and(|at| at > birth));
            beside
                && (u..self.forks.len())
                    .any(|fork| acknowledged(fork).is_some() && self.descends(fork, u))
        })
    }

    /// ALF, and with it AL: an acknowledged message that no copy and no file holds.
    pub fn judge_holders(&mut self) {
        let pending = self.in_flight.map_or(Messages::NONE, Messages::one);
        let due = self.acknowledged.without(pending);
        if !due.is_within(self.held()) {
            self.breaks(Property::NothingDestroyed);
            self.breaks(Property::NoLoss);
        }
    }

    /// ALr, at the recovery of S: a finished log backup in reach would have brought more.
    pub fn judge_recovery(&mut self, topology: &Topology, before: &World) {
        let Some(s) = self.copy(Replica::Target) else {
            return;
        };
        let mut files = self.folder.clone();
        if before.share_reachable(topology, topology.secondary_site()) {
            files.extend(&self.share);
        }
        if self.after_files(s, &files).messages != s.messages {
            self.breaks(Property::NoFinishedBackupLeftOut);
        }
    }

    /// I4, at an automatic or manual failover from a partner in the session (3.12).
    pub fn judge_failover(&mut self, before: &World, pair: SessionId) {
        if let Some(member) = before.mirror(pair) {
            let (old, new) = (pair.member(1 - member), pair.member(member));
            let bound = !before.session(pair).is_alone(1 - member);
            if bound && !self.acknowledged_in(old).is_within(self.held_by(new)) {
                self.breaks(Property::FailoverKeepsAll);
            }
        }
    }

    /// OW, at a restore or a seeding: what the target held is in no copy and no file (9, H-15).
    pub fn judge_overwriting(&mut self, operation: Operation, held: [Messages; Replica::COUNT]) {
        use Operation as O;
        let over: &[Replica] = match operation {
            O::RestorePrimary => &[Replica::Primary],
            O::ReinitialiseSecondary => &[Replica::Target, Replica::TargetMirror],
            O::BridgeGap => &[Replica::Target],
            O::ReseedMirror => &[Replica::Primary, Replica::PrimaryMirror],
            O::InstallMirror => &[Replica::TargetMirror],
            O::RemirrorNewest => &Replica::ALL,
            _ => &[],
        };
        let left = self.held();
        if over.iter().any(|copy| {
            let acknowledged = self.acknowledged.without(left);
            acknowledged.without(held[copy.place()]) != acknowledged
        }) {
            self.breaks(Property::NothingOverwritten);
        }
    }

    /// WS, at an activation: the servers stand beside a database that serves, at most four of them
    /// (9, V1, V29, H-34 to H-36).
    pub fn judge_activation(
        &mut self,
        topology: &Topology,
        [before, after]: [&World; 2],
        (active, failed_over): (u8, bool),
    ) {
        let (pair, other) = if failed_over {
            (SessionId::Secondary, topology.primary_site())
        } else {
            (SessionId::Primary, topology.secondary_site())
        };
        let serves = [before, after].into_iter().any(|world| {
            let session = world.session(pair);
            session.is_principal(0) || session.is_principal(1)
        });
        let across = active & topology.servers_in_site(other) != 0
            && (topology.low_bandwidth || failed_over);
        if across || !serves || active.count_ones() > 4 {
            self.breaks(Property::RightSide);
        }
    }
}
