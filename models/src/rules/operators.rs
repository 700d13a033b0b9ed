//! Operators at their runbooks: what they believe, what their steps do (handbook 5).

use crate::names::component::Component;
use crate::names::event::Event;
use crate::names::runbook::{Belief, Mistake, Operation, Role, Step};
use crate::names::site::Site;
use crate::rules::losses::Losses;
use crate::rules::mutant::Mutant;
use crate::rules::operations::Feasibility;
use crate::state::topology::{Assumption, Topology};
use crate::state::world::{Control, Pair, PartnerRole, SiteState, World};

impl World {
    /// Whether a team believes something. While the assumption of handbook 5 holds, beliefs are
    /// true; without it, what cannot be reached is taken for dead.
    #[must_use]
    pub fn believes(&self, topology: &Topology, belief: Belief) -> bool {
        let session = self.session(Pair::Dc1);
        match belief {
            Belief::SiteDown => {
                !self.site_up(Site::Dc1)
                    || topology.has_mutant(Mutant::OperatorsNeedNoReason)
                    || topology.assumption == Assumption::Dropped
                        && (!self.sites_connected(Site::Dc1, Site::Dc2)
                            || !self.is_up(Component::FrontEnd1))
            }
            Belief::PrincipalDown => {
                let silent = !session.seen(0) && self.mirror(Pair::Dc1).is_some();
                let dead = self.newest_principal(Pair::Dc1).is_none_or(|p| {
                    topology.assumption == Assumption::Dropped || !self.is_up(Pair::Dc1.node(p))
                });
                silent && dead
            }
            Belief::PartnerBack => self.partners_joined(Pair::Dc1),
            Belief::WitnessDown => {
                session.witness_set() && !session.seen(1) && !session.seen(2) && session.seen(0)
            }
            Belief::SiteRebuilt => {
                self.control.has(Control::FAILED_OVER)
                    && self.site_up(Site::Dc1)
                    && self.sites_connected(Site::Dc1, Site::Dc2)
                    && self.progress(Role::SiteFailover) == topology.finished(Role::SiteFailover)
            }
            Belief::SecondaryMirrored => {
                // Where SM could not be had, waiting for it would be an outage.
                let session = self.session(Pair::Dc2);
                session.role(1) != PartnerRole::Mirror
                    || session.synchronized()
                    || !self.is_up(Component::SM)
            }
            Belief::SecondaryStalled => self.secondary_stalled(topology),
            Belief::NoRestoreAlert => self.no_restore_alert(topology),
            Belief::NoBackupAlert => self.no_backup_alert(topology),
            Belief::UsersCutOff => self.service(topology) == 0 && self.partners_joined(Pair::Dc1),
            Belief::ReplicasCurrent => (0..topology.servers.len()).all(|s| self.is_current(s)),
        }
    }

    /// Whether a running server has the pool state and the active list that are set (1.4).
    const fn is_current(&self, server: usize) -> bool {
        !self.is_up(Component::server(server)) || !self.is_stale(server)
    }

    /// Where a team sits (5 and 6).
    #[must_use]
    pub const fn team_site(role: Role) -> Site {
        match role {
            Role::MirrorFailover => Site::Dc1,
            Role::SiteFailover | Role::SiteFailback | Role::LogShippingRepair => Site::Dc2,
        }
    }

    /// Whether the team of the failover to DC2 is at work (5).
    pub(crate) fn is_leaving_dc1(&self, topology: &Topology) -> bool {
        self.current_step(topology, Role::SiteFailover).is_some()
    }

    /// The step that a team is at; `None` when it is idle or has finished (5).
    #[must_use]
    pub fn current_step<'t>(&self, topology: &'t Topology, role: Role) -> Option<&'t Step> {
        let number = usize::from(self.progress(role)).checked_sub(1)?;
        topology.runbook(role)?.steps.get(number)
    }

    /// Whether a team has done nothing yet but look, decide and salvage: nothing that the system
    /// would notice (5 step 0a). Until then what it believed at first has to be true still.
    pub(crate) fn has_only_decided(&self, topology: &Topology, role: Role) -> bool {
        let done = usize::from(self.progress(role)).saturating_sub(1);
        topology.runbook(role).is_some_and(|runbook| {
            runbook
                .steps
                .iter()
                .take(done)
                .all(|s| matches!(s.operation, Operation::Decide | Operation::Salvage))
        })
    }

    /// Whether the team believes what starts its runbook (5).
    #[must_use]
    pub fn trigger_believed(&self, topology: &Topology, role: Role) -> bool {
        topology
            .runbook(role)
            .is_some_and(|r| self.believes(topology, r.trigger))
    }

    /// 5 step 0a: an idle team whose data centre is up believes its trigger.
    pub(crate) fn may_start(&self, topology: &Topology, role: Role) -> bool {
        self.progress(role) == 0
            && self.site_up(Self::team_site(role))
            && self.trigger_believed(topology, role)
    }

    /// 5 step 0a: what started a runbook is over before anything was done, or the team is gone.
    pub(crate) fn may_stand_down(&self, topology: &Topology, role: Role) -> bool {
        self.step_or_stand_down(topology, role).1
    }

    /// 5, 6: the team is there, believes what the step waits for, and the step can be done or
    /// passed over.
    #[must_use]
    pub fn may_step(&self, topology: &Topology, role: Role) -> bool {
        self.step_or_stand_down(topology, role).0
    }

    /// 5, 6: [`World::may_step`] and [`World::may_stand_down`], which depend on the same beliefs.
    pub(crate) fn step_or_stand_down(&self, topology: &Topology, role: Role) -> (bool, bool) {
        let Some(step) = self.current_step(topology, role) else {
            return (false, false);
        };
        let home = self.site(Self::team_site(role));
        let over = self.has_only_decided(topology, role) && !self.trigger_believed(topology, role);
        let waits = step
            .wait_for
            .is_some_and(|belief| !self.believes(topology, belief));
        let possible = || match self.feasibility(topology, step.operation) {
            Feasibility::Now => true,
            Feasibility::Later => false,
            Feasibility::Never => step.optional,
        };
        // Whoever waits for the end of the last failover begins anew when the next is needed.
        let again = waits && role == Role::MirrorFailover && self.trigger_believed(topology, role);
        (
            home == SiteState::Up && !over && !waits && possible(),
            home == SiteState::Lost || over || again,
        )
    }

    /// Finishes the current step: its effect, if it has one in this state, and the next step (5 and
    /// 6).
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
        self.close_runbook(topology, role);
        losses
    }

    /// A finished runbook can be needed again; a failover to DC2 stays done until failback (6).
    fn close_runbook(&mut self, topology: &Topology, role: Role) {
        if self.current_step(topology, role).is_some() {
            return;
        }
        match role {
            Role::MirrorFailover | Role::LogShippingRepair => self.progress[role as usize] = 0,
            Role::SiteFailover => {}
            // Back in DC1, everything can happen again.
            Role::SiteFailback => {
                self.progress[Role::SiteFailover as usize] = 0;
                self.progress[role as usize] = 0;
            }
        }
    }

    /// Whether a team can make a mistake at its current step, with an effect (9, H-13 to H-20).
    pub(crate) fn may_err(&self, topology: &Topology, role: Role, mistake: Mistake) -> bool {
        if self.current_step(topology, role).is_none() || !self.site_up(Self::team_site(role)) {
            return false;
        }
        let mut after = *self;
        match mistake {
            Mistake::Premature => {
                let waits = !self.may_step(topology, role);
                waits && after.err(topology, role, mistake) && after != *self
            }
            Mistake::WrongFile => {
                let reads = self.current_step(topology, role).is_some_and(|step| {
                    matches!(
                        step.operation,
                        Operation::RestorePrimary | Operation::RestoreBacklog
                    )
                });
                reads && after.err(topology, role, mistake) && after != *self
            }
            _ => after.err(topology, role, mistake) && after != *self,
        }
    }

    /// Makes a mistake at the current step; false if it comes to nothing.
    pub(crate) fn err(&mut self, topology: &Topology, role: Role, mistake: Mistake) -> bool {
        let Some(step) = self.current_step(topology, role).cloned() else {
            return false;
        };
        let now = |w: &Self, operation| w.feasibility(topology, operation) == Feasibility::Now;
        let at = role as usize;
        match mistake {
            Mistake::Skip => {
                if step.operation == Operation::Decide {
                    return false;
                }
                self.progress[at] += 1;
            }
            Mistake::Premature => {
                if !now(self, step.operation) {
                    return false;
                }
                self.operate(topology, step.operation);
                self.progress[at] += 1;
            }
            Mistake::SwapNext => {
                let mut ahead = *self;
                ahead.progress[at] += 1;
                let Some(next) = ahead.current_step(topology, role).cloned() else {
                    return false;
                };
                // Out of order, but not too early as well: that would be two mistakes.
                let waits = next
                    .wait_for
                    .is_some_and(|belief| !self.believes(topology, belief));
                if step.operation == Operation::Decide || waits || !now(self, next.operation) {
                    return false;
                }
                self.operate(topology, next.operation);
                if now(self, step.operation) {
                    self.operate(topology, step.operation);
                }
                self.progress[at] += 2;
            }
            Mistake::WrongFile => {
                if !now(self, step.operation) {
                    return false;
                }
                if step.operation == Operation::RestorePrimary {
                    self.image = self.oldest_image();
                    self.operate(topology, step.operation);
                }
                // A file that does not fit is refused (4.2): the step is taken for done.
                self.progress[at] += 1;
            }
            Mistake::Abort => self.progress[at] = ABANDONED,
        }
        self.close_runbook(topology, role);
        true
    }

    /// Whether an operator could do this outside a runbook, with an effect (3.14, H-34 to H-36).
    pub(crate) fn may_operate(&self, topology: &Topology, operation: Operation) -> bool {
        // What comes to rest as it was before, with other numbers, has had no effect.
        self.feasibility(topology, operation) == Feasibility::Now
            && self.after(topology, Event::misoperation(operation)) != *self
    }

    /// Whether the current step cannot be done in the state that the disaster left, and is passed
    /// over because it is optional (5 step 2).
    #[must_use]
    pub fn passes_over(&self, topology: &Topology, role: Role) -> bool {
        self.current_step(topology, role).is_some_and(|step| {
            step.optional && self.feasibility(topology, step.operation) == Feasibility::Never
        })
    }
}

/// The progress of a runbook that was given up: nobody goes on with it, nobody begins it again.
const ABANDONED: u8 = 63;
