//! Operations: what operators can do, when it can be done, and what it does.

use crate::names::component::Component;
use crate::names::runbook::Operation;
use crate::names::site::Site;
use crate::rules::losses::Losses;
use crate::rules::mutant::Mutant;
use crate::state::lineage::Position;
use crate::state::topology::Topology;
use crate::state::world::{Control, Latch, LossCause, Pair, PartnerRole, Session, World};

/// Whether an operation can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Feasibility {
    /// Now.
    Now,
    /// Not now; waiting may help.
    Later,
    /// Not in the state that the disaster left; an optional step is passed over.
    Never,
}

impl Feasibility {
    const fn now_or_later(now: bool) -> Self {
        if now { Self::Now } else { Self::Later }
    }

    const fn now_or_never(now: bool) -> Self {
        if now { Self::Now } else { Self::Never }
    }
}

impl World {
    /// What an old backup holds: S as it was when it was recovered, or if nothing is left of S, the
    /// beginning (H-20).
    pub(crate) fn oldest_image(&self) -> Position {
        let end = self.copies[2];
        let recovered = end
            .is_present()
            .then(|| self.lineage.fork_of(end.timeline()));
        recovered.flatten().unwrap_or_else(|| Position::new(0, 0))
    }

    /// Whether an operation can be done now, later or never (5 and 6).
    pub(crate) fn feasibility(&self, topology: &Topology, operation: Operation) -> Feasibility {
        use Feasibility as F;
        let secondary = self.is_up(Component::S);
        let principal = self.session(Pair::Dc2).is_principal(0);
        match operation {
            Operation::Decide | Operation::FenceDc1 => F::Now,
            Operation::FailOverCms => F::now_or_never(topology.cms_paired || self.cms_writable()),
            Operation::DropLogShipping => F::now_or_later(secondary),
            Operation::CopyBacklog | Operation::RestoreBacklog if !secondary => F::Later,
            Operation::CopyBacklog => F::now_or_never(self.clone_copies(topology)),
            Operation::RestoreBacklog => F::now_or_never(self.clone_restores(topology)),
            Operation::RecoverSecondary => {
                F::now_or_later(secondary && self.copies[2].is_present() && !principal)
            }
            Operation::SetFailedOver | Operation::ActivateDc2 | Operation::MoveNextHop => {
                F::now_or_later(self.cms_writable())
            }
            Operation::InstallMirror => F::now_or_never(
                topology.secondary_mirror
                    && secondary
                    && principal
                    && self.is_up(Component::SM)
                    && self.session(Pair::Dc2).role(1) == PartnerRole::None,
            ),
            Operation::ManualFailover => {
                F::now_or_later(self.may_fail_over_manually(topology, Pair::Dc1).is_some())
            }
            Operation::ForceService => {
                F::now_or_later(self.may_force(topology, Pair::Dc1).is_some())
            }
            // Nothing to resume is as good as resumed.
            Operation::ResumeMirroring => {
                F::now_or_later(self.may_resume(Pair::Dc1) || !self.session(Pair::Dc1).suspended())
            }
            Operation::SuspendMirroring => F::now_or_later(self.may_suspend(Pair::Dc1)),
            Operation::RemoveWitness => F::now_or_later(self.may_remove_witness(Pair::Dc1)),
            _ => self.feasibility_of_the_rest(topology, operation),
        }
    }

    /// The fence, failback, and what only mistakes do (4.5, 6, 3.14).
    fn feasibility_of_the_rest(&self, topology: &Topology, operation: Operation) -> Feasibility {
        use Feasibility as F;
        let [a, s] = [Component::A, Component::S].map(|node| self.is_up(node));
        let joined = self.sites_connected(Site::Dc1, Site::Dc2);
        let principal = |pair: Pair| self.session(pair).is_principal(0);
        match operation {
            Operation::TailBackup => F::now_or_never(self.tail_source(topology).is_some()),
            Operation::RestartServers | Operation::StopServices => F::Now,
            Operation::SwapActive
            | Operation::ActivateAll
            | Operation::ClearActive
            | Operation::ActivateDc1
            | Operation::SetNormal
            | Operation::ReturnNextHop => F::now_or_later(self.cms_writable()),
            Operation::RemoveDc2Mirroring => F::now_or_never(
                s && principal(Pair::Dc2) && self.session(Pair::Dc2).role(1) != PartnerRole::None,
            ),
            Operation::FullBackup | Operation::TailBackupDc2 => {
                F::now_or_later(s && principal(Pair::Dc2))
            }
            Operation::Salvage => {
                let old = self.old_copy();
                let runs = self.is_up(crate::state::world::copy_node(old));
                F::now_or_never(runs && self.copies[old].is_present())
            }
            Operation::RestorePrimary => F::now_or_later(a && joined && self.image.is_present()),
            Operation::VerifyPrimary => F::now_or_later(
                a && principal(Pair::Dc1)
                    && self.image.is_present()
                    && self.lineage.is_prefix(self.image, self.copies[0])
                    && self.lineage.is_prefix(self.copies[2], self.copies[0]),
            ),
            Operation::ReinitialiseSecondary => {
                let source = Pair::Dc1.node(self.shipping_source());
                F::now_or_later(self.is_up(source) && s && joined)
            }
            Operation::ReseedMirror => {
                F::now_or_never(self.may_reseed(topology, Pair::Dc1).is_some())
            }
            Operation::RemoveMirroring => {
                F::now_or_later(self.may_remove_mirroring(Pair::Dc1).is_some())
            }
            Operation::RecoverMirror => {
                F::now_or_later(self.may_recover_mirror(Pair::Dc1).is_some())
            }
            Operation::ReleaseStaleSide => {
                F::now_or_later(self.may_release_stale_side(Pair::Dc1).is_some())
            }
            Operation::AdHocLogBackup | Operation::SetSimpleRecovery => {
                F::now_or_later((0..2).any(|m| self.can_acknowledge(topology, Pair::Dc1, m)))
            }
            Operation::StopAgent => F::now_or_later(s),
            Operation::BridgeGap => F::now_or_later(self.may_bridge_gap(topology)),
            _ => F::Never,
        }
    }

    /// The copy that is about to be given up: a mirror's that is not part of its principal's
    /// history, S's where it is ahead of DC1 (4.3, H-26), else A's.
    pub(crate) fn old_copy(&self) -> usize {
        let session = self.session(Pair::Dc1);
        let mirror = (0..2).find(|m| {
            session.is_mirror(*m) && !self.lineage.is_prefix(self.copies[*m], self.copies[1 - *m])
        });
        let serving = self.copies[self.shipping_source()];
        let ahead = !self.control.has(Control::FAILED_OVER)
            && serving.is_present()
            && self.copies[2].is_present()
            && !self.lineage.is_prefix(self.copies[2], serving);
        mirror.unwrap_or(if ahead { 2 } else { 0 })
    }

    /// 4.5: the principal of DC1 whose tail can be brought to DC2.
    fn tail_source(&self, topology: &Topology) -> Option<usize> {
        (0..2).find(|member| {
            self.can_acknowledge(topology, Pair::Dc1, *member)
                && self.sites_connected(Site::Dc1, Site::Dc2)
                && self.share_to.is_present()
                && self.lineage.is_prefix(self.share_to, self.copies[*member])
        })
    }

    fn clone_copies(&self, topology: &Topology) -> bool {
        let mut copy = *self;
        copy.copy_by_hand(topology)
    }

    fn clone_restores(&self, topology: &Topology) -> bool {
        let mut copy = *self;
        copy.restore_by_hand(topology)
    }

    /// The effect of an operation that is feasible now (sections 5 and 6, and 3.14).
    pub(crate) fn operate(&mut self, topology: &Topology, operation: Operation) -> Losses {
        match operation {
            Operation::Decide => {}
            Operation::FailOverCms => self.control.set(Control::CMS_IN_DC2, true),
            Operation::DropLogShipping => self.control.set(Control::JOBS, false),
            Operation::CopyBacklog => {
                self.copy_by_hand(topology);
            }
            Operation::RestoreBacklog => {
                self.restore_by_hand(topology);
            }
            Operation::RecoverSecondary => self.recover_secondary(topology),
            Operation::SetFailedOver => self.control.set(Control::FAILED_OVER, true),
            Operation::InstallMirror => self.install_mirror(topology),
            Operation::ActivateDc2 => {
                self.control.active = first_four(topology.servers_in_site(Site::Dc2));
                self.mark_wrong_side(topology);
            }
            Operation::MoveNextHop => self.control.set(Control::HOP_IN_DC2, true),
            Operation::ManualFailover => {
                if let Some(mirror) = self.may_fail_over_manually(topology, Pair::Dc1) {
                    self.begin_failover(Pair::Dc1, mirror);
                }
            }
            Operation::ForceService => {
                if let Some(mirror) = self.may_force(topology, Pair::Dc1) {
                    self.promote(topology, Pair::Dc1, mirror, true);
                }
            }
            Operation::ResumeMirroring => self.sessions[0].set_suspended(false),
            Operation::SuspendMirroring => self.suspend(Pair::Dc1),
            Operation::RemoveWitness => self.remove_witness(Pair::Dc1),
            _ => return self.operate_the_rest(topology, operation),
        }
        Losses::default()
    }

    fn operate_the_rest(&mut self, topology: &Topology, operation: Operation) -> Losses {
        let none = Losses::default();
        match operation {
            Operation::FenceDc1 => self.control.set_state(Control::FENCED, true),
            Operation::TailBackup => {
                if let Some(member) = self.tail_source(topology) {
                    self.share_to = self.copies[member];
                    self.control.set_state(Control::FENCED, true);
                }
            }
            Operation::RestartServers => self.control.set_state(Control::STALE_PARTNER, false),
            Operation::SwapActive => {
                self.control.active = !self.control.active & topology.server_bits(|_| true);
                self.mark_wrong_side(topology);
            }
            Operation::ActivateAll => {
                self.control.active = topology.server_bits(|_| true);
                self.mark_wrong_side(topology);
            }
            Operation::ClearActive => self.control.active = 0,
            Operation::StopServices => {
                if !topology.has_mutant(Mutant::StopLeavesSessions) {
                    self.control.lingering = 0;
                }
                self.control.replica_active &= self.control.active;
            }
            Operation::RemoveDc2Mirroring => {
                let mut session = Session::default();
                session.set_role(0, PartnerRole::Principal);
                self.sessions[1] = session;
                self.copies[3] = Position::ABSENT;
            }
            Operation::FullBackup => self.image = self.copies[2],
            Operation::TailBackupDc2 => {
                self.image = self.copies[2];
                self.sessions[1] = Session::default();
                self.copies[3] = Position::ABSENT;
            }
            Operation::Salvage => self.archive = self.copies[self.old_copy()],
            Operation::RestorePrimary => return self.restore_primary(topology),
            Operation::ReinitialiseSecondary => return self.reinitialise_secondary(),
            Operation::ReseedMirror => {
                if let Some(member) = self.may_reseed(topology, Pair::Dc1) {
                    // Handbook 4.3: order recommended is mirroring first, then shipping.
                    let shipping = self.control.has(Control::JOBS);
                    let gap = topology.seeding_breaks_chain && shipping && topology.secondary;
                    self.control
                        .set_state(Control::GAP, self.control.is(Control::GAP) || gap);
                    return self.reseed(topology, Pair::Dc1, member);
                }
            }
            Operation::ActivateDc1 => {
                self.control.active = topology.server_bits(|server| server.active);
                self.mark_wrong_side(topology);
            }
            Operation::SetNormal => self.control.set(Control::FAILED_OVER, false),
            Operation::ReturnNextHop => self.control.set(Control::HOP_IN_DC2, false),
            Operation::RemoveMirroring => {
                if let Some(member) = self.may_remove_mirroring(Pair::Dc1) {
                    self.remove_mirroring(Pair::Dc1, member);
                }
            }
            Operation::RecoverMirror => {
                if let Some(member) = self.may_recover_mirror(Pair::Dc1) {
                    self.recover_mirror(Pair::Dc1, member);
                }
            }
            Operation::ReleaseStaleSide => {
                if let Some(member) = self.may_release_stale_side(Pair::Dc1) {
                    self.release_stale_side(Pair::Dc1, member);
                }
            }
            Operation::AdHocLogBackup | Operation::SetSimpleRecovery => {
                self.control.set_state(Control::GAP, true);
            }
            Operation::StopAgent => self.control.set(Control::JOBS, false),
            Operation::BridgeGap => self.bridge_gap(),
            _ => {}
        }
        none
    }

    /// Step 4 of failback: A becomes a principal of its own from the full backup; its old content
    /// is deleted, SQL's tail check is off (6). Lifts the fence.
    fn restore_primary(&mut self, topology: &Topology) -> Losses {
        let before = *self;
        let image = if topology.has_mutant(Mutant::RestoresOldBackup) {
            self.oldest_image()
        } else {
            self.image
        };
        self.copies[0] = self.lineage.fork(image);
        let mut session = Session::default();
        session.set_role(0, PartnerRole::Principal);
        self.sessions[0] = session;
        self.control
            .set_state(Control::FENCED | Control::LOG_FULL, false);
        let losses = self.settle_losses(&before, LossCause::Overwritten);
        self.mark_overwritten(&losses);
        losses
    }

    /// The member of the DC1 pair that a full backup for S is taken from: the principal, or A where
    /// there is none (6 step 5).
    pub(crate) fn shipping_source(&self) -> usize {
        self.newest_principal(Pair::Dc1).unwrap_or(0)
    }

    /// 4.8, and step 5 of failback: S is overwritten from the principal of DC1 and goes back to
    /// restoring; the jobs run again on an empty share.
    fn reinitialise_secondary(&mut self) -> Losses {
        let before = *self;
        let full_backup = self.copies[self.shipping_source()];
        self.copies[2] = full_backup;
        self.copies[3] = Position::ABSENT;
        self.sessions[1] = Session::default();
        self.folder = full_backup;
        self.share_from = full_backup;
        self.share_to = full_backup;
        self.image = Position::ABSENT;
        self.control.set(Control::JOBS, true);
        self.control.set_state(Control::GAP, false);
        let losses = self.settle_losses(&before, LossCause::Overwritten);
        self.mark_overwritten(&losses);
        losses
    }

    /// 4.2; 10, choice 18: S is still restoring on the branch of a principal in DC1, and behind it.
    fn may_bridge_gap(&self, topology: &Topology) -> bool {
        let source = self.shipping_source();
        self.can_acknowledge(topology, Pair::Dc1, source)
            && self.is_up(Component::S)
            && self.sites_connected(Site::Dc1, Site::Dc2)
            && self.control.has(Control::JOBS)
            && self.copies[2].is_present()
            && !self.session(Pair::Dc2).is_principal(0)
            && self.lineage.is_prefix(self.copies[2], self.copies[source])
    }

    /// A differential backup brings S up to the principal; the next log backup joins it (4.2).
    fn bridge_gap(&mut self) {
        let differential = self.copies[self.shipping_source()];
        self.copies[2] = differential;
        self.folder = differential;
        self.share_from = differential;
        self.share_to = differential;
        self.control.set_state(Control::GAP, false);
    }

    /// WS: servers of the left or the wrong data centre, more than four, or servers whose database
    /// does not serve (6 step 6, H-17, H-34 to H-36).
    fn mark_wrong_side(&mut self, topology: &Topology) {
        let failed_over = self.control.has(Control::FAILED_OVER);
        let (pair, wrong) = if failed_over {
            (Pair::Dc2, topology.servers_in_site(Site::Dc1))
        } else {
            (Pair::Dc1, topology.servers_in_site(Site::Dc2))
        };
        let across = (topology.low_bandwidth || failed_over) && self.control.active & wrong != 0;
        let nothing_there = self.newest_principal(pair).is_none();
        if across || nothing_there || self.control.active.count_ones() > 4 {
            self.mark(Latch::WRONG_SIDE);
        }
    }

    /// Step 4: S becomes a writable principal of its own, on a new branch.
    fn recover_secondary(&mut self, topology: &Topology) {
        if self.leaves_backup_out(topology) {
            self.latch_backup_left_out();
        }
        self.copies[2] = self.lineage.fork(self.copies[2]);
        // 10, choice 17: the compliance store in DC2 is empty.
        self.sessions[1].set_role(0, PartnerRole::Principal);
    }

    /// Step 6: SM is seeded from S; the session starts SYNCHRONIZING.
    fn install_mirror(&mut self, topology: &Topology) {
        self.copies[3] = self.copies[2];
        let session = &mut self.sessions[1];
        session.set_role(1, PartnerRole::Mirror);
        session.set_witness_set(topology.secondary_witness);
        if topology.slices.partner_names {
            self.control.set_state(Control::STALE_PARTNER, true);
        }
    }
}

/// The four lowest servers of a set: at most four may be active (V1).
pub(crate) fn first_four(servers: u8) -> u8 {
    let mut rest = servers;
    for _ in 0..4 {
        rest &= rest.wrapping_sub(1);
    }
    servers & !rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::site::Site;
    use crate::state::topology::PoolServer;

    /// An operator may take an old backup for S when nothing is left of S (H-20).
    #[test]
    fn an_old_backup_outlives_the_secondary() {
        let site = Site::Dc1;
        let servers = vec![PoolServer { site, active: true }];
        let mut world = Topology::new(servers).finish().initial();
        world.copies[2] = Position::ABSENT;
        assert_eq!(world.oldest_image(), Position::new(0, 0));
    }
}
