//! Operations: what operators can do, when it can be done, and what it does. One row each.

use crate::names::runbook::Operation;
use crate::names::session::SessionId;
use crate::rules::losses::Losses;
use crate::rules::mutant::Mutant;
use crate::rules::refusal::{Permission, Refusal, first_member};
use crate::state::control::Control;
use crate::state::topology::Topology;
use crate::state::world::World;

/// What becomes of an optional step whose operation is refused (5 step 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refused {
    /// Operators wait until it can be done.
    Waits,
    /// Operators skip it: in the state that the disaster left it is impossible.
    Skipped,
    /// The same, but they wait for a server that is down.
    SkippedUnlessDown,
}

/// What an operation does.
enum Effect {
    /// Nothing that could lose a message.
    Plain(fn(&mut World, &Topology)),
    /// It overwrites something.
    Overwrites(fn(&mut World, &Topology) -> Losses),
}

/// The rule of one operation.
struct OperationRule {
    operation: Operation,
    guard: fn(&World, &Topology) -> Permission,
    refused: Refused,
    effect: Effect,
}

/// The rules in the order of [`Operation::ALL`]. An operation without a row does not compile.
static RULES: [OperationRule; Operation::ALL.len()] = ROWS;

const ROWS: [OperationRule; Operation::ALL.len()] = {
    use Effect::{Overwrites, Plain};
    use Operation as O;
    use Refused::{Skipped, SkippedUnlessDown, Waits};
    [
        // 5 step 0a
        row(O::Decide, always, Waits, Plain(|_, _| {})),
        // 5 step 0c
        row(
            O::FailOverCms,
            World::may_fail_over_cms,
            Skipped,
            Plain(|w, _| w.control.set(Control::CMS_IN_DC2, true)),
        ),
        // 5 step 1
        row(
            O::DropLogShipping,
            |w, _| w.secondary_runs(),
            Waits,
            Plain(|w, _| w.control.set(Control::JOBS, false)),
        ),
        // 5 step 2
        row(
            O::CopyBacklog,
            World::may_copy_by_hand,
            SkippedUnlessDown,
            Plain(World::copy_by_hand),
        ),
        // 5 step 3
        row(
            O::RestoreBacklog,
            World::may_restore_by_hand,
            SkippedUnlessDown,
            Plain(World::restore_by_hand),
        ),
        // 5 step 4
        row(
            O::RecoverSecondary,
            |w, _| w.may_recover_secondary(),
            Waits,
            Plain(World::recover_secondary),
        ),
        // 5 step 5
        row(
            O::SetFailedOver,
            cms,
            Waits,
            Plain(|w, _| w.control.set(Control::FAILED_OVER, true)),
        ),
        // 5 step 6
        row(
            O::InstallMirror,
            World::may_install_mirror,
            Skipped,
            Plain(World::install_mirror),
        ),
        // 5 step 7
        row(O::ActivateDc2, cms, Waits, Plain(World::activate_dc2)),
        // 5 step 8
        row(
            O::MoveNextHop,
            cms,
            Waits,
            Plain(|w, _| w.control.set(Control::HOP_IN_DC2, true)),
        ),
        // 3.8
        row(
            O::ManualFailover,
            |w, t| w.may_fail_over_manually(t, SessionId::Primary).map(drop),
            Waits,
            Plain(|w, t| {
                if let Ok(mirror) = w.may_fail_over_manually(t, SessionId::Primary) {
                    w.begin_failover(SessionId::Primary, mirror);
                }
            }),
        ),
        // 3.9
        row(
            O::ForceService,
            |w, t| w.may_force(t, SessionId::Primary).map(drop),
            Waits,
            Plain(|w, t| {
                if let Ok(mirror) = w.may_force(t, SessionId::Primary) {
                    w.promote(t, SessionId::Primary, mirror, true);
                }
            }),
        ),
        // 3.14
        row(
            O::ResumeMirroring,
            |w, _| w.may_resume(SessionId::Primary),
            Waits,
            Plain(|w, _| w.sessions[0].set_suspended(false)),
        ),
        row(
            O::SuspendMirroring,
            |w, _| w.may_suspend(SessionId::Primary),
            Waits,
            Plain(|w, _| w.suspend(SessionId::Primary)),
        ),
        row(
            O::RemoveWitness,
            |w, _| w.may_remove_witness(SessionId::Primary),
            Waits,
            Plain(|w, _| w.remove_witness(SessionId::Primary)),
        ),
        // 5 step 0b, R11
        row(
            O::FenceDc1,
            always,
            Waits,
            Plain(|w, _| w.control.set(Control::FENCED, true)),
        ),
        // 4.5, 5 step 3b
        row(
            O::TailBackup,
            |w, t| w.may_back_up_tail(t).map(drop),
            Skipped,
            Plain(World::back_up_tail),
        ),
        // 2.4
        row(
            O::RestartServers,
            always,
            Waits,
            Plain(|w, _| w.control.set(Control::STALE_PARTNER, false)),
        ),
        // 1.4
        row(
            O::SwapActive,
            cms,
            Waits,
            Plain(|w, t| w.activate(t, !w.control.active & t.server_bits(|_| true))),
        ),
        // H-36
        row(
            O::ActivateAll,
            cms,
            Waits,
            Plain(|w, t| w.activate(t, t.server_bits(|_| true))),
        ),
        // 6 step 1
        row(
            O::ClearActive,
            cms,
            Waits,
            Plain(|w, _| w.control.active = 0),
        ),
        row(O::StopServices, always, Waits, Plain(World::stop_services)),
        // 6 step 2
        row(
            O::RemoveDc2Mirroring,
            |w, _| w.may_remove_dc2_mirroring(),
            Skipped,
            Plain(|w, _| w.remove_dc2_mirroring()),
        ),
        // 6 step 3
        row(
            O::FullBackup,
            |w, _| w.secondary_serves(),
            Waits,
            Plain(|w, _| w.back_up_secondary()),
        ),
        row(
            O::TailBackupDc2,
            |w, _| w.secondary_serves(),
            Waits,
            Plain(|w, _| w.back_up_secondary_tail()),
        ),
        // 6 step 0
        row(
            O::Salvage,
            |w, _| w.may_salvage(),
            Skipped,
            Plain(|w, _| w.archive = w.copy(w.old_copy())),
        ),
        // 6 step 4
        row(
            O::RestorePrimary,
            |w, _| w.may_restore_primary(),
            Waits,
            Overwrites(World::restore_primary),
        ),
        // 6 step 5
        row(
            O::VerifyPrimary,
            |w, _| w.may_verify_primary(),
            Waits,
            Plain(|_, _| {}),
        ),
        row(
            O::ReinitialiseSecondary,
            |w, _| w.may_reinitialise_secondary(),
            Waits,
            Overwrites(|w, _| w.reinitialise_secondary()),
        ),
        // 3.14, 6 step 5
        row(
            O::ReseedMirror,
            |w, t| w.may_reseed(t, SessionId::Primary).map(drop),
            Skipped,
            Overwrites(World::reseed_mirror),
        ),
        // 6 step 6
        row(
            O::ActivateDc1,
            cms,
            Waits,
            Plain(|w, t| w.activate(t, t.server_bits(|server| server.active))),
        ),
        // 6 step 7
        row(
            O::SetNormal,
            cms,
            Waits,
            Plain(|w, _| w.control.set(Control::FAILED_OVER, false)),
        ),
        // 6 step 8
        row(
            O::ReturnNextHop,
            cms,
            Waits,
            Plain(|w, _| w.control.set(Control::HOP_IN_DC2, false)),
        ),
        // 3.14
        row(
            O::RemoveMirroring,
            |w, _| w.may_remove_mirroring(SessionId::Primary).map(drop),
            Waits,
            Plain(|w, _| {
                if let Ok(member) = w.may_remove_mirroring(SessionId::Primary) {
                    w.remove_mirroring(SessionId::Primary, member);
                }
            }),
        ),
        // H-07
        row(
            O::RecoverMirror,
            |w, _| w.may_recover_mirror(SessionId::Primary).map(drop),
            Waits,
            Plain(|w, _| {
                if let Ok(member) = w.may_recover_mirror(SessionId::Primary) {
                    w.recover_mirror(SessionId::Primary, member);
                }
            }),
        ),
        // H-51
        row(
            O::ReleaseStaleSide,
            |w, _| w.may_release_stale_side(SessionId::Primary).map(drop),
            Waits,
            Plain(|w, _| {
                if let Ok(member) = w.may_release_stale_side(SessionId::Primary) {
                    w.release_stale_side(SessionId::Primary, member);
                }
            }),
        ),
        // H-23
        row(O::AdHocLogBackup, any_in_dc1, Waits, Plain(break_chain)),
        // H-28
        row(O::SetSimpleRecovery, any_in_dc1, Waits, Plain(break_chain)),
        // H-29
        row(
            O::StopAgent,
            |w, _| w.secondary_runs(),
            Waits,
            Plain(|w, _| w.control.set(Control::JOBS, false)),
        ),
        // 4.2; 10, choice 18
        row(
            O::BridgeGap,
            World::may_bridge_gap,
            Waits,
            Plain(|w, _| w.bridge_gap()),
        ),
    ]
};

/// Each row stands at the number of its operation.
const _: () = {
    let mut at = 0;
    while at < ROWS.len() {
        assert!(ROWS[at].operation as usize == at);
        at += 1;
    }
};

const fn row(
    operation: Operation,
    guard: fn(&World, &Topology) -> Permission,
    refused: Refused,
    effect: Effect,
) -> OperationRule {
    OperationRule {
        operation,
        guard,
        refused,
        effect,
    }
}

const fn always(_: &World, _: &Topology) -> Permission {
    Ok(())
}

/// 5 step 0c, guard: pool state and active list can be changed from DC2.
fn cms(world: &World, _: &Topology) -> Permission {
    world.may_change_cms()
}

/// 4.2, guard: a database of the A/B session acknowledges.
fn any_in_dc1(world: &World, topology: &Topology) -> Permission {
    first_member(SessionId::Primary, |copy| {
        world.acknowledging(topology, copy)
    })
    .map(drop)
}

/// 4.2: the next log backup of the job does not join the last one.
fn break_chain(world: &mut World, _: &Topology) {
    world.control.set(Control::GAP, true);
}

impl World {
    /// The guard of an operation (5, 6 and 3.14).
    ///
    /// # Errors
    ///
    /// The first condition that is false.
    #[inline]
    pub fn may_do(&self, topology: &Topology, operation: Operation) -> Permission {
        (RULES[operation as usize].guard)(self, topology)
    }

    /// Whether operators skip an optional step whose operation is refused like this (5 step 2).
    pub(crate) const fn is_skipped(operation: Operation, refusal: Refusal) -> bool {
        match RULES[operation as usize].refused {
            Refused::Waits => false,
            Refused::Skipped => true,
            Refused::SkippedUnlessDown => !matches!(refusal, Refusal::NotRunning(_)),
        }
    }

    /// The effect of an operation that its guard lets pass (5, 6 and 3.14).
    pub(crate) fn operate(&mut self, topology: &Topology, operation: Operation) -> Losses {
        match RULES[operation as usize].effect {
            Effect::Plain(effect) => {
                effect(self, topology);
                Losses::default()
            }
            Effect::Overwrites(effect) => effect(self, topology),
        }
    }

    /// 6 step 1: no server keeps sessions, and none takes new ones without being active.
    fn stop_services(&mut self, topology: &Topology) {
        if !topology.has_mutant(Mutant::StopLeavesSessions) {
            self.control.lingering = 0;
        }
        self.control.replica_active &= self.control.active;
    }

    /// 3.14, 6 step 5: a partner is seeded anew. Handbook 4.3 recommends the order mirroring first,
    /// then shipping: where the jobs run already, the seed breaks their chain (10, choice 15).
    fn reseed_mirror(&mut self, topology: &Topology) -> Losses {
        let Ok(member) = self.may_reseed(topology, SessionId::Primary) else {
            return Losses::default();
        };
        let shipping = topology.secondary && self.control.has(Control::JOBS);
        if topology.seeding_breaks_chain && shipping {
            self.control.set(Control::GAP, true);
        }
        self.reseed(topology, SessionId::Primary, member)
    }
}
