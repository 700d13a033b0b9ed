//! Operators at their runbooks: what they believe, what their steps do (handbook 5).

use crate::component::Component;
use crate::mirroring::Losses;
use crate::runbook::{Belief, Operation, Role, Step};
use crate::site::Site;
use crate::topology::{Assumption, Topology};
use crate::world::{Control, Pair, PartnerRole, SiteState, World};

/// Whether an operation can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Feasibility {
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
    /// Whether a team believes something. While the assumption of handbook 5 holds, beliefs are
    /// true; without it, what cannot be reached is taken for dead.
    #[must_use]
    pub fn believes(&self, topology: &Topology, belief: Belief) -> bool {
        let session = self.session(Pair::Dc1);
        match belief {
            Belief::SiteDown => {
                !self.site_up(Site::Dc1)
                    || topology.assumption == Assumption::Dropped
                        && !self.sites_connected(Site::Dc1, Site::Dc2)
            }
            Belief::PrincipalDown => {
                let silent = !session.seen(0) && self.mirror(Pair::Dc1).is_some();
                let dead = self.newest_principal(Pair::Dc1).is_some_and(|p| {
                    topology.assumption == Assumption::Dropped || !self.is_up(Pair::Dc1.node(p))
                });
                silent && dead
            }
            Belief::PartnerBack => self.partners_joined(Pair::Dc1),
        }
    }

    /// Where a team sits.
    const fn team_site(role: Role) -> Site {
        match role {
            Role::MirrorFailover => Site::Dc1,
            Role::SiteFailover | Role::SiteFailback => Site::Dc2,
        }
    }

    /// The step that a team is at; `None` when it is idle or has finished.
    #[must_use]
    pub fn current_step<'t>(&self, topology: &'t Topology, role: Role) -> Option<&'t Step> {
        let number = usize::from(self.progress(role)).checked_sub(1)?;
        topology.runbook(role)?.steps.get(number)
    }

    /// Whether a team has done nothing yet but look and decide.
    fn has_only_decided(&self, topology: &Topology, role: Role) -> bool {
        let done = usize::from(self.progress(role)).saturating_sub(1);
        topology.runbook(role).is_some_and(|runbook| {
            runbook
                .steps
                .iter()
                .take(done)
                .all(|s| s.operation == Operation::Decide)
        })
    }

    fn trigger_believed(&self, topology: &Topology, role: Role) -> bool {
        topology
            .runbook(role)
            .is_some_and(|r| self.believes(topology, r.trigger))
    }

    pub(crate) fn may_start(&self, topology: &Topology, role: Role) -> bool {
        self.progress(role) == 0
            && self.site_up(Self::team_site(role))
            && self.trigger_believed(topology, role)
    }

    pub(crate) fn may_stand_down(&self, topology: &Topology, role: Role) -> bool {
        if self.current_step(topology, role).is_none() {
            return false;
        }
        let home_lost = self.site(Self::team_site(role)) == SiteState::Lost;
        let over = self.has_only_decided(topology, role) && !self.trigger_believed(topology, role);
        home_lost || over
    }

    pub(crate) fn may_step(&self, topology: &Topology, role: Role) -> bool {
        let Some(step) = self.current_step(topology, role) else {
            return false;
        };
        if !self.site_up(Self::team_site(role)) {
            return false;
        }
        if self.has_only_decided(topology, role) && !self.trigger_believed(topology, role) {
            return false;
        }
        if step
            .wait_for
            .is_some_and(|belief| !self.believes(topology, belief))
        {
            return false;
        }
        match self.feasibility(topology, step.operation) {
            Feasibility::Now => true,
            Feasibility::Later => false,
            Feasibility::Never => step.optional,
        }
    }

    /// Finishes the current step: its effect, if it has one in this state, and the next step.
    pub(crate) fn step(&mut self, topology: &Topology, role: Role) -> Losses {
        let Some(step) = self.current_step(topology, role) else {
            return Losses::default();
        };
        let losses = if self.feasibility(topology, step.operation) == Feasibility::Now {
            self.operate(topology, step.operation)
        } else {
            Losses::default()
        };
        let slot = &mut self.progress[role as usize];
        *slot += 1;
        // A finished mirror failover can be needed again; a site failover stays done until
        // failback.
        if role == Role::MirrorFailover && self.current_step(topology, role).is_none() {
            self.progress[role as usize] = 0;
        }
        losses
    }

    /// Whether an operator could do this outside a runbook, with an effect.
    pub(crate) fn may_operate(&self, topology: &Topology, operation: Operation) -> bool {
        let mut after = *self;
        self.feasibility(topology, operation) == Feasibility::Now && {
            after.operate(topology, operation);
            after != *self
        }
    }

    fn feasibility(&self, topology: &Topology, operation: Operation) -> Feasibility {
        use Feasibility as F;
        let secondary = self.is_up(Component::S);
        let principal = self.session(Pair::Dc2).is_principal(0);
        match operation {
            Operation::Decide => F::Now,
            Operation::FailOverCms => F::now_or_never(topology.cms_paired || self.cms_writable()),
            Operation::DropLogShipping => F::now_or_later(secondary),
            Operation::CopyBacklog | Operation::RestoreBacklog if !secondary => F::Later,
            Operation::CopyBacklog => F::now_or_never(self.clone_copies(topology)),
            Operation::RestoreBacklog => F::now_or_never(self.clone_restores()),
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
                F::now_or_later(self.may_fail_over_manually(Pair::Dc1).is_some())
            }
            Operation::ForceService => F::now_or_later(self.may_force(Pair::Dc1).is_some()),
            // Nothing to resume is as good as resumed.
            Operation::ResumeMirroring => {
                F::now_or_later(self.may_resume(Pair::Dc1) || !self.session(Pair::Dc1).suspended())
            }
            Operation::SuspendMirroring => F::now_or_later(self.may_suspend(Pair::Dc1)),
            Operation::RemoveWitness => F::now_or_later(self.may_remove_witness(Pair::Dc1)),
        }
    }

    fn clone_copies(&self, topology: &Topology) -> bool {
        let mut copy = *self;
        copy.copy_by_hand(topology)
    }

    fn clone_restores(&self) -> bool {
        let mut copy = *self;
        copy.restore_by_hand()
    }

    /// The effect of an operation that is feasible now.
    pub(crate) fn operate(&mut self, topology: &Topology, operation: Operation) -> Losses {
        match operation {
            Operation::Decide => {}
            Operation::FailOverCms => self.control.set(Control::CMS_IN_DC2, true),
            Operation::DropLogShipping => self.control.set(Control::JOBS, false),
            Operation::CopyBacklog => {
                self.copy_by_hand(topology);
            }
            Operation::RestoreBacklog => {
                self.restore_by_hand();
            }
            Operation::RecoverSecondary => self.recover_secondary(topology),
            Operation::SetFailedOver => self.control.set(Control::FAILED_OVER, true),
            Operation::InstallMirror => self.install_mirror(topology),
            Operation::ActivateDc2 => {
                self.control.active = first_four(topology.servers_in_site(Site::Dc2));
            }
            Operation::MoveNextHop => self.control.set(Control::HOP_IN_DC2, true),
            Operation::ManualFailover => {
                if let Some(mirror) = self.may_fail_over_manually(Pair::Dc1) {
                    self.fail_over_manually(Pair::Dc1, mirror);
                }
            }
            Operation::ForceService => {
                if let Some(mirror) = self.may_force(Pair::Dc1) {
                    self.promote(Pair::Dc1, mirror, true);
                }
            }
            Operation::ResumeMirroring => self.sessions[0].set_suspended(false),
            Operation::SuspendMirroring => self.suspend(Pair::Dc1),
            Operation::RemoveWitness => self.remove_witness(Pair::Dc1),
        }
        Losses::default()
    }

    /// Step 4: S becomes a writable principal of its own, on a new branch.
    fn recover_secondary(&mut self, topology: &Topology) {
        if self.leaves_backup_out(topology) {
            self.latch_backup_left_out();
        }
        self.copies[2] = self.lineage.fork(self.copies[2]);
        self.sessions[1].set_role(0, PartnerRole::Principal);
    }

    /// Step 6: SM is seeded from S; the session starts SYNCHRONIZING.
    fn install_mirror(&mut self, topology: &Topology) {
        self.copies[3] = self.copies[2];
        let session = &mut self.sessions[1];
        session.set_role(1, PartnerRole::Mirror);
        session.set_witness_set(topology.secondary_witness);
    }
}

/// The four lowest servers of a set: at most four may be active (V1).
fn first_four(servers: u8) -> u8 {
    let mut rest = servers;
    for _ in 0..4 {
        rest &= rest.wrapping_sub(1);
    }
    servers & !rest
}
