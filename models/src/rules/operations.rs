//! Operations: what operators can do, when it can be done, and what it does. One row each.

use crate::names::runbook::Operation;
use crate::names::session::SessionId;
use crate::names::site::Site;
use crate::rules::losses::Losses;
use crate::rules::mutant::Mutant;
use crate::rules::reach::Place;
use crate::rules::refusal::{Permission, Refusal, first_member, require};
use crate::state::control::Control;
use crate::state::latches::LossCause;
use crate::state::topology::Topology;
use crate::state::world::World;

/// What becomes of an optional step whose operation is refused (5 step 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refused {
    /// Operators wait until it can be done.
    Waits,
    /// Operators skip it: in the state that the disaster left it is impossible.
    Skipped,
    /// The same, but they wait for a server that is down, or for a link to it.
    SkippedUnlessDown,
}

/// What an operation does.
enum Effect {
    /// Something to each server that operators of a data centre reach; of both, if they stand
    /// where they are needed.
    Servers(fn(&mut World, &Topology, u8)),
    /// It overwrites no database.
    Plain(fn(&mut World, &Topology)),
    /// It overwrites a database.
    Overwrites(fn(&mut World, &Topology) -> Losses),
}

/// The rule of one operation.
struct OperationRule {
    operation: Operation,
    acts_on: Place,
    guard: fn(&World, &Topology) -> Permission,
    refused: Refused,
    effect: Effect,
}

/// The rules in the order of [`Operation::ALL`]. An operation without a row does not compile.
static RULES: [OperationRule; Operation::ALL.len()] = ROWS;

const ROWS: [OperationRule; Operation::ALL.len()] = {
    use Effect::{Overwrites, Plain, Servers};
    use Operation as O;
    use Place::{Both, Cms, Nowhere, Primary, Secondary};
    use Refused::{Skipped, SkippedUnlessDown, Waits};
    [
        // 5 step 0a
        row(O::Decide, Nowhere, always, Waits, Plain(|_, _| {})),
        // 5 step 0c
        row(
            O::FailOverCms,
            Secondary,
            World::may_fail_over_cms,
            Skipped,
            Plain(|w, _| w.fail_over_cms()),
        ),
        // 5 step 1
        row(
            O::DropLogShipping,
            Secondary,
            |w, _| w.secondary_runs(),
            Waits,
            Plain(|w, _| w.control.set(Control::JOBS, false)),
        ),
        // 5 step 2
        row(
            O::CopyBacklog,
            Secondary,
            World::may_copy_by_hand,
            SkippedUnlessDown,
            Plain(World::copy_by_hand),
        ),
        // 5 step 3
        row(
            O::RestoreBacklog,
            Secondary,
            World::may_restore_by_hand,
            SkippedUnlessDown,
            Plain(World::restore_by_hand),
        ),
        // 5 step 4
        row(
            O::RecoverSecondary,
            Secondary,
            |w, _| w.may_recover_secondary(),
            Waits,
            Plain(World::recover_secondary),
        ),
        // 5 step 5
        row(
            O::SetFailedOver,
            Cms,
            always,
            Waits,
            Plain(|w, _| w.control.set(Control::FAILED_OVER, true)),
        ),
        // 5 step 6
        row(
            O::InstallMirror,
            Secondary,
            World::may_install_mirror,
            Skipped,
            Overwrites(World::install_mirror),
        ),
        // 5 step 7
        row(
            O::ActivateDc2,
            Cms,
            always,
            Waits,
            Plain(World::activate_dc2),
        ),
        // 5 step 8
        row(
            O::MoveNextHop,
            Cms,
            always,
            Waits,
            Plain(|w, _| w.control.set(Control::HOP_IN_DC2, true)),
        ),
        // 3.8
        row(
            O::ManualFailover,
            Primary,
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
            Primary,
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
            Primary,
            |w, _| w.may_resume(SessionId::Primary),
            Waits,
            Plain(|w, _| w.resume(SessionId::Primary)),
        ),
        row(
            O::SuspendMirroring,
            Primary,
            |w, _| w.may_suspend(SessionId::Primary),
            Waits,
            Plain(|w, _| w.suspend(SessionId::Primary)),
        ),
        row(
            O::RemoveWitness,
            Primary,
            |w, _| w.may_remove_witness(SessionId::Primary),
            Waits,
            Plain(|w, _| w.remove_witness(SessionId::Primary)),
        ),
        // 5 step 0b, R11
        row(
            O::FenceDc1,
            Nowhere,
            always,
            Waits,
            Plain(|w, _| w.control.set(Control::FENCES, true)),
        ),
        // 4.5, 5 step 3b
        row(
            O::TailBackup,
            Primary,
            |w, t| w.may_back_up_tail(t).map(drop),
            Skipped,
            Plain(World::back_up_tail),
        ),
        // 2.4
        row(
            O::RestartServers,
            Nowhere,
            always,
            Waits,
            Servers(World::restart_services),
        ),
        // 1.4
        row(
            O::SwapActive,
            Cms,
            always,
            Waits,
            Plain(|w, t| w.activate(t, !w.control.active & t.server_bits(|_| true))),
        ),
        // H-36
        row(
            O::ActivateAll,
            Cms,
            always,
            Waits,
            Plain(|w, t| w.activate(t, t.server_bits(|_| true))),
        ),
        // 6 step 1
        row(
            O::ClearActive,
            Cms,
            always,
            Waits,
            Plain(|w, _| w.control.active = 0),
        ),
        row(
            O::StopServices,
            Nowhere,
            always,
            Waits,
            Servers(World::stop_services),
        ),
        // 6 step 2
        row(
            O::RemoveDc2Mirroring,
            Secondary,
            |w, _| w.may_remove_dc2_mirroring(),
            Skipped,
            Plain(|w, _| w.remove_dc2_mirroring()),
        ),
        // 6 step 3
        row(
            O::FullBackup,
            Secondary,
            World::may_back_up_secondary,
            Waits,
            Plain(|w, _| w.back_up_secondary()),
        ),
        row(
            O::TailBackupDc2,
            Secondary,
            World::may_back_up_secondary,
            Waits,
            Plain(|w, _| w.back_up_secondary_tail()),
        ),
        // 6 step 0
        row(
            O::Salvage,
            Primary,
            |w, _| w.may_salvage(),
            Skipped,
            Plain(|w, _| w.salvage()),
        ),
        // 6 step 4
        row(
            O::RestorePrimary,
            Primary,
            World::may_restore_primary,
            Waits,
            Overwrites(World::restore_primary),
        ),
        // 6 step 5
        row(
            O::VerifyPrimary,
            Primary,
            |w, _| w.may_verify_primary(),
            Waits,
            Plain(|_, _| {}),
        ),
        row(
            O::ReinitialiseSecondary,
            Both,
            World::may_reinitialise_secondary,
            Waits,
            Overwrites(|w, _| w.reinitialise_secondary()),
        ),
        // 3.14, 6 step 5
        row(
            O::ReseedMirror,
            Primary,
            |w, t| w.may_reseed(t, SessionId::Primary).map(drop),
            Skipped,
            Overwrites(World::reseed_mirror),
        ),
        // 6 step 6
        row(
            O::ActivateDc1,
            Cms,
            always,
            Waits,
            Plain(|w, t| w.activate(t, t.server_bits(|server| server.active))),
        ),
        // 6 step 7
        row(
            O::SetNormal,
            Cms,
            always,
            Waits,
            Plain(|w, _| w.control.set(Control::FAILED_OVER, false)),
        ),
        // 6 step 8
        row(
            O::ReturnNextHop,
            Cms,
            always,
            Waits,
            Plain(|w, _| w.control.set(Control::HOP_IN_DC2, false)),
        ),
        // 3.14
        row(
            O::RemoveMirroring,
            Primary,
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
            Primary,
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
            Primary,
            |w, _| w.may_release_stale_side(SessionId::Primary).map(drop),
            Waits,
            Plain(|w, _| {
                if let Ok(member) = w.may_release_stale_side(SessionId::Primary) {
                    w.release_stale_side(SessionId::Primary, member);
                }
            }),
        ),
        // H-23
        row(
            O::AdHocLogBackup,
            Primary,
            any_in_dc1,
            Waits,
            Plain(break_chain),
        ),
        // H-28
        row(
            O::SetSimpleRecovery,
            Primary,
            any_in_dc1,
            Waits,
            Plain(break_chain),
        ),
        // H-29
        row(
            O::StopAgent,
            Secondary,
            |w, _| w.secondary_runs(),
            Waits,
            Plain(|w, _| w.control.set(Control::JOBS, false)),
        ),
        // 4.2; 10, choice 18
        row(
            O::BridgeGap,
            Both,
            World::may_bridge_gap,
            Waits,
            Plain(|w, _| w.bridge_gap()),
        ),
        // 3.9, R11
        row(
            O::FencePrincipal,
            Nowhere,
            |w, _| w.may_fence_principal(SessionId::Primary).map(drop),
            Waits,
            Plain(|w, _| {
                if let Ok(principal) = w.may_fence_principal(SessionId::Primary) {
                    let copy = SessionId::Primary.member(principal);
                    w.control.set(Control::fenced(copy), true);
                }
            }),
        ),
        // 13.13
        row(
            O::FenceInBand,
            Primary,
            |w, _| first_member(SessionId::Primary, |copy| w.runs(copy.server())).map(drop),
            Skipped,
            Plain(|w, _| {
                for copy in SessionId::Primary.members() {
                    if w.is_up(copy.server()) {
                        w.control.set(Control::fenced(copy), true);
                    }
                }
            }),
        ),
        // R11
        row(
            O::LiftFence,
            Nowhere,
            |w, _| require(w.control.has(Control::FENCES), Refusal::NotFenced),
            Skipped,
            Plain(|w, _| w.control.set(Control::FENCES, false)),
        ),
        // H-17
        row(
            O::StartServices,
            Nowhere,
            always,
            Waits,
            Servers(|w, _, reached| w.control.replica_active |= w.control.active & reached),
        ),
        // 4.1, V12, V17
        row(
            O::StopBackupAgent,
            Primary,
            any_in_dc1,
            Waits,
            Plain(|w, _| w.control.set(Control::BACKUP_STOPPED, true)),
        ),
        row(
            O::StartBackupAgent,
            Primary,
            |w, _| first_member(SessionId::Primary, |copy| w.runs(copy.server())).map(drop),
            Waits,
            Plain(|w, _| w.control.set(Control::BACKUP_STOPPED, false)),
        ),
        // 13.22: the last resort
        row(
            O::ReturnToDc1,
            Nowhere,
            World::may_return_to_dc1,
            Skipped,
            Plain(|w, _| w.return_to_dc1()),
        ),
        row(
            O::RecoverNewest,
            Nowhere,
            |w, t| w.may_recover_newest(t).map(drop),
            SkippedUnlessDown,
            Plain(World::recover_newest),
        ),
        row(
            O::RestoreNewestBackup,
            Nowhere,
            |w, t| w.may_restore_newest_backup(t).map(drop),
            Skipped,
            Plain(World::restore_newest_backup),
        ),
        row(
            O::StartEmpty,
            Nowhere,
            |w, t| w.may_start_empty(t).map(drop),
            Skipped,
            Plain(World::start_empty),
        ),
        row(
            O::ServeNewest,
            Nowhere,
            |w, t| w.may_serve_newest(t).map(drop),
            Waits,
            Servers(World::serve_newest),
        ),
        row(
            O::RemirrorNewest,
            Nowhere,
            |w, t| w.may_remirror_newest(t).map(drop),
            SkippedUnlessDown,
            Overwrites(World::remirror_newest),
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
    acts_on: Place,
    guard: fn(&World, &Topology) -> Permission,
    refused: Refused,
    effect: Effect,
) -> OperationRule {
    OperationRule {
        operation,
        acts_on,
        guard,
        refused,
        effect,
    }
}

const fn always(_: &World, _: &Topology) -> Permission {
    Ok(())
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
    /// The guard of an operation (5, 6 and 3.14) that operators of a data centre do; without one,
    /// they stand where they are needed.
    ///
    /// # Errors
    ///
    /// The first condition that is false.
    #[inline]
    pub fn may_do(
        &self,
        topology: &Topology,
        operation: Operation,
        from: Option<Site>,
    ) -> Permission {
        let rule = &RULES[operation as usize];
        self.reaches(topology, rule.acts_on, from)?;
        (rule.guard)(self, topology)
    }

    /// Whether operators skip an optional step whose operation is refused like this (5 step 2).
    pub(crate) const fn is_skipped(operation: Operation, refusal: Refusal) -> bool {
        match RULES[operation as usize].refused {
            Refused::Waits => false,
            Refused::Skipped => true,
            Refused::SkippedUnlessDown => !matches!(
                refusal,
                Refusal::NotRunning(_) | Refusal::WitnessUnreachable(_) | Refusal::LinkCut(_)
            ),
        }
    }

    /// The effect of an operation that its guard lets pass (5, 6 and 3.14).
    pub(crate) fn operate(
        &mut self,
        topology: &Topology,
        operation: Operation,
        from: Option<Site>,
    ) -> Losses {
        match RULES[operation as usize].effect {
            Effect::Plain(effect) => {
                let before = *self;
                effect(self, topology);
                // What a step replaces can be the last that held something.
                self.settle_losses(&before, LossCause::Overwritten)
            }
            Effect::Servers(effect) => {
                effect(self, topology, self.servers_in_reach(topology, from));
                Losses::default()
            }
            Effect::Overwrites(effect) => effect(self, topology),
        }
    }

    /// 6 step 1: no server that is reached keeps sessions, and none takes new ones without being
    /// active.
    fn stop_services(&mut self, topology: &Topology, reached: u8) {
        if !topology.has_mutant(Mutant::StopLeavesSessions) {
            self.control.lingering &= !reached;
        }
        self.control.replica_active &= self.control.active | !reached;
    }

    /// 2.4: the servers learn the failover partner. One that is not reached does not.
    pub(crate) fn restart_services(&mut self, topology: &Topology, reached: u8) {
        let all = topology.server_bits(|_| true) & !self.servers_down();
        if all & !reached == 0 {
            self.control.set(Control::STALE_PARTNER, false);
        }
    }
}
