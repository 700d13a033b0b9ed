//! Which properties a world breaks, and which goals a step reaches (handbook section 9). One row
//! each: a property or goal without a row does not compile.

use crate::names::component::Component;
use crate::names::event::{Event, EventKind, EventSet, FaultClass};
use crate::names::property::{Goal, Property, Spent};
use crate::names::runbook::Role;
use crate::names::session::SessionId;
use crate::state::latches::{Latches, LossKind};
use crate::state::topology::Topology;
use crate::state::world::World;

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
        let broken: [(P, bool); P::ALL.len()] = [
            (P::SplitBrain, self.split_brain()),
            (P::NoLossUnderOneFault, lost && one_fault),
            (P::NoFinishedBackupLeftOut, self.backup_left_out()),
            (P::OnePrincipal, two_principals),
            (P::MirrorHasAll, mirror_behind),
            (P::RegisterIsTrue, register_wrong),
            (P::FailoverKeepsAll, latched(Latches::FAILOVER_LOST)),
            (P::NoLoss, lost),
            (P::NothingDestroyed, self.loss() == LossKind::Final),
            (P::TargetFresh, self.target_stale(topology, chain_broken)),
            (P::ChainIntact, chain_broken),
            // It reads what can happen next.
            (P::NeverStuck, false),
            (P::NothingOverwritten, latched(Latches::OVERWRITTEN)),
            (
                P::RightSide,
                latched(Latches::WRONG_SIDE) || self.overloaded(topology),
            ),
            (
                P::RecordsComplete,
                latched(Latches::RECORD_MISSING | Latches::RECORD_PHANTOM),
            ),
            (P::NumbersUnique, latched(Latches::NUMBERS_REUSED)),
            // No state breaks it by itself.
            (P::ServiceReturns, false),
        ];
        debug_assert!(broken.iter().map(|row| row.0).eq(P::ALL), "rows in order");
        broken.into_iter().fold(0, |bits, (property, broken)| {
            bits | u32::from(broken) << property as u8
        })
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
        session.synchronized_principal().is_none_or(|p| {
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
            || self.is_synchronized(pair) && mirror_has_all
            || !self
                .newest_principal(pair)
                .is_some_and(|p| session.seen(1 + p) && self.is_connected(pair, 1 + p))
    }

    /// Which of `goals`, as bits, are reached by `event` leading to this world.
    #[must_use]
    #[inline]
    pub fn reached(&self, topology: &Topology, event: Event, goals: u32) -> u32 {
        let asked = |goal: Goal| goals & goal.bit() != 0;
        let automatic =
            asked(Goal::AutomaticFailover) && event.kind == EventKind::AutomaticFailover;
        let failed_over = asked(Goal::FailoverToDc2)
            && [Role::SiteFailover, Role::PlannedSwitch]
                .into_iter()
                .any(|role| topology.runbook(role).is_some())
            && self.progress(Role::SiteFailover) == topology.finished(Role::SiteFailover)
            && self.service(topology) >> topology.target().place() != 0;
        // The last step of the failback lets both teams begin anew; nothing else does.
        let failed_back = asked(Goal::FailbackToDc1)
            && event.at == Component::FailbackOperators
            && topology.runbook(Role::SiteFailback).is_some()
            && self.progress(Role::SiteFailover) == 0
            && self.progress(Role::SiteFailback) == 0
            && SessionId::Primary
                .members()
                .into_iter()
                .any(|copy| self.service(topology) & copy.bit() != 0);
        let reached: [(Goal, bool); Goal::ALL.len()] = [
            (Goal::AutomaticFailover, automatic),
            (Goal::FailoverToDc2, failed_over),
            (Goal::FailbackToDc1, failed_back),
        ];
        debug_assert!(
            reached.iter().map(|row| row.0).eq(Goal::ALL),
            "rows in order"
        );
        reached.into_iter().fold(0, |bits, (goal, reached)| {
            bits | u32::from(reached) << goal as u8
        })
    }
}
