//! Operators at their runbooks: what they believe, what their steps do (handbook 5).

use crate::names::component::Component;
use crate::names::event::Event;
use crate::names::replica::Replica;
use crate::names::runbook::{Belief, Mistake, Operation, Role, Step};
use crate::names::session::SessionId;
use crate::names::site::Site;
use crate::rules::losses::Losses;
use crate::rules::mutant::Mutant;
use crate::rules::refusal::{Permission, Refusal, require};
use crate::state::control::Control;
use crate::state::session::PartnerRole;
use crate::state::topology::{Assumption, Topology};
use crate::state::world::{SiteState, World};

impl World {
    /// Whether a team believes something. While the assumption of handbook 5 holds, beliefs are
    /// true; without it, what cannot be reached is taken for dead.
    #[must_use]
    pub fn believes(&self, topology: &Topology, belief: Belief) -> bool {
        let session = self.session(SessionId::Primary);
        match belief {
            Belief::SiteDown => {
                !self.site_up(topology.primary_site())
                    || self.databases_lost()
                    || topology.has_mutant(Mutant::OperatorsNeedNoReason)
                    || topology.assumption == Assumption::Dropped
                        && (!self.sites_connected(Site::PRIMARY, Site::SECONDARY)
                            || !self.is_up(Component::FrontEnd1))
            }
            Belief::PrincipalDown => {
                let silent = !session.seen(0) && self.mirror(SessionId::Primary).is_some();
                let dead = self.newest_principal(SessionId::Primary).is_none_or(|p| {
                    topology.assumption == Assumption::Dropped
                        || !self.is_up(SessionId::Primary.node(p))
                });
                silent && dead
            }
            Belief::PartnerBack => self.partners_joined(SessionId::Primary),
            Belief::WitnessDown => {
                session.witness_set() && !session.seen(1) && !session.seen(2) && session.seen(0)
            }
            Belief::SiteRebuilt => {
                self.control.has(Control::FAILED_OVER)
                    && self.site_up(topology.primary_site())
                    && self.sites_connected(Site::PRIMARY, Site::SECONDARY)
                    && self.progress(Role::SiteFailover) == topology.finished(Role::SiteFailover)
            }
            Belief::SecondaryMirrored => {
                // Where SM could not be had, waiting for it would be an outage.
                let session = self.session(SessionId::Secondary);
                session.role(1) != PartnerRole::Mirror
                    || self.is_synchronized(SessionId::Secondary)
                    || !self.is_up(Replica::TargetMirror.server())
            }
            Belief::SecondaryStalled => self.secondary_stalled(topology),
            Belief::NoRestoreAlert => self.no_restore_alert(topology),
            Belief::NoBackupAlert => self.no_backup_alert(topology),
            Belief::UsersCutOff => {
                self.service(topology) == 0 && self.partners_joined(SessionId::Primary)
            }
            Belief::ReplicasCurrent => (0..topology.servers.len()).all(|s| self.is_current(s)),
            Belief::ServiceStuck => self.service_stuck(topology),
            Belief::Planned => self.in_order(topology),
        }
    }

    /// Whether no database is left in DC1: S is the only one (5, 3.12).
    pub(crate) fn databases_lost(&self) -> bool {
        let mut members = SessionId::Primary.members().into_iter();
        members.all(|copy| !self.copy(copy).is_present())
    }

    /// Whether a running server has the pool state and the active list that are set (1.4).
    const fn is_current(&self, server: usize) -> bool {
        !self.is_up(Component::server(server)) || !self.is_stale(server)
    }

    /// Where a team sits (5 and 6); `None` for one that goes where it is needed (13.22).
    #[must_use]
    pub const fn team_site(role: Role) -> Option<Site> {
        match role {
            Role::MirrorFailover => Some(Site::PRIMARY),
            Role::SiteFailover
            | Role::SiteFailback
            | Role::LogShippingRepair
            | Role::PlannedSwitch => Some(Site::SECONDARY),
            Role::LastResort => None,
        }
    }

    /// 5, 13.22: whether the data centre of a team is up; one of them for a team that goes where it
    /// is needed.
    #[must_use]
    pub fn team_site_up(&self, role: Role) -> bool {
        match Self::team_site(role) {
            Some(site) => self.site_up(site),
            None => Site::ALL.into_iter().any(|site| self.site_up(site)),
        }
    }

    /// 5: whether the data centre of a team is lost, and the team with it.
    fn team_is_gone(&self, role: Role) -> bool {
        Self::team_site(role).is_some_and(|site| self.site(site) == SiteState::Lost)
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

    /// Whether the team believes what starts its runbook (5), and it is an occasion for planned
    /// work (13.15).
    #[must_use]
    pub fn trigger_believed(&self, topology: &Topology, role: Role) -> bool {
        topology.runbook(role).is_some_and(|runbook| {
            self.believes(topology, runbook.trigger)
                && (runbook.trigger != Belief::Planned || self.is_occasion(topology, role))
        })
    }

    /// 5 step 0a, guard: an idle team whose data centre is up believes its trigger.
    pub(crate) fn may_start(&self, topology: &Topology, role: Role) -> Permission {
        require(self.progress(role) == 0, Refusal::RunbookStarted(role))?;
        self.team_is_there(role)?;
        require(
            self.trigger_believed(topology, role),
            Refusal::NotBelieved(role),
        )
    }

    /// 5, guard: the data centre of a team is up.
    #[inline]
    fn team_is_there(&self, role: Role) -> Permission {
        require(self.team_site_up(role), Refusal::OperatorsDown(role))
    }

    /// 5, guard: a runbook has been started, and is neither finished nor abandoned. Returns the
    /// current step.
    #[inline]
    fn working_at<'t>(&self, topology: &'t Topology, role: Role) -> Permission<&'t Step> {
        require(self.progress(role) != 0, Refusal::RunbookNotStarted(role))?;
        self.current_step(topology, role)
            .ok_or(Refusal::RunbookOver(role))
    }

    /// 5 step 0a, guard: what started a runbook is over before anything was done, or the team is
    /// gone.
    pub(crate) fn may_stand_down(&self, topology: &Topology, role: Role) -> Permission {
        self.step_or_stand_down(topology, role).1
    }

    /// 5 step 0a: the team has nothing more to do; or it goes on with what an earlier failover of
    /// the mirror left to do, while mirroring is still suspended from it (3.9, 3.14).
    pub(crate) fn stand_down(&mut self, topology: &Topology, role: Role) {
        let left = self.step_left_to_do(topology, role);
        self.progress[role as usize] = left.unwrap_or(0);
    }

    /// 3.9, 3.14: the number of the step at which a team that stands down goes on; `None` where
    /// nothing is left to do.
    #[must_use]
    pub fn step_left_to_do(&self, topology: &Topology, role: Role) -> Option<u8> {
        let left = role == Role::MirrorFailover
            && self.session(SessionId::Primary).any_suspended()
            && self.has_only_decided(topology, role);
        let runbook = topology.runbook(role).filter(|_| left)?;
        let mut steps = runbook.steps.iter();
        let forced = steps.rposition(|step| step.operation == Operation::ForceService)?;
        let next = Some(forced + 2).filter(|next| *next <= runbook.steps.len());
        next.map(|next| next as u8)
    }

    /// 5, 6, guard: the team is there, believes what the step waits for, and the step can be done
    /// or skipped.
    pub(crate) fn may_step(&self, topology: &Topology, role: Role) -> Permission {
        self.step_or_stand_down(topology, role).0
    }

    /// 5, 6: [`World::may_step`] and [`World::may_stand_down`], which depend on the same beliefs.
    pub(crate) fn step_or_stand_down(
        &self,
        topology: &Topology,
        role: Role,
    ) -> (Permission, Permission) {
        let step = match self.working_at(topology, role) {
            Ok(step) => step,
            Err(refusal) => return (Err(refusal), Err(refusal)),
        };
        let undecided =
            self.has_only_decided(topology, role) || self.begins_anew(topology, role, step);
        let over = undecided && !self.trigger_believed(topology, role);
        let awaited = step
            .wait_for
            .filter(|belief| !self.believes(topology, *belief));
        let work = || {
            self.team_is_there(role)?;
            require(!over, Refusal::NotBelieved(role))?;
            match awaited {
                Some(belief) => Err(Refusal::WaitsFor(belief)),
                None => self.may_do_or_skip(topology, role, step),
            }
        };
        let work = work();
        // Operators who wait for the end of the last failover begin anew when the next is needed;
        // so do those of the last resort at a step that nothing makes possible any more.
        let waits = match role {
            Role::MirrorFailover => awaited.is_some(),
            Role::LastResort => !undecided && work.is_err(),
            Role::SiteFailover
            | Role::SiteFailback
            | Role::LogShippingRepair
            | Role::PlannedSwitch => false,
        };
        let again = || waits && self.trigger_believed(topology, role);
        let reason = if undecided {
            Refusal::StillBelieved(role)
        } else {
            Refusal::UnderWay(role)
        };
        (
            work,
            require(self.team_is_gone(role) || over || again(), reason),
        )
    }

    /// 13.22: whether a step is one of those by which the team of the last resort lets a database
    /// serve. Until it is done, somebody else may bring service back.
    fn begins_anew(&self, topology: &Topology, role: Role, step: &Step) -> bool {
        role == Role::LastResort
            && step.operation.is_last_resort()
            && self.may_do(topology, step.operation, None).is_ok()
    }

    /// 5 step 2, guard: an operation can be done; or it is impossible, and the step is optional.
    fn may_do_or_skip(&self, topology: &Topology, role: Role, step: &Step) -> Permission {
        match self.may_do(topology, step.operation, Self::team_site(role)) {
            Err(refusal) if step.optional && Self::is_skipped(step.operation, refusal) => Ok(()),
            done => done,
        }
    }

    /// Finishes the current step: its effect, if it has one in this state, and the next step (5 and
    /// 6).
    pub(crate) fn step(&mut self, topology: &Topology, role: Role) -> Losses {
        let Some(step) = self.current_step(topology, role) else {
            return Losses::default();
        };
        let from = Self::team_site(role);
        let losses = if self.may_do(topology, step.operation, from).is_ok() {
            self.operate(topology, step.operation, from)
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
        if role == Role::SiteFailover {
            self.give_up_switch(topology);
        }
        if self.current_step(topology, role).is_some() {
            return;
        }
        match role {
            Role::MirrorFailover | Role::LogShippingRepair | Role::LastResort => {
                self.progress[role as usize] = 0;
            }
            Role::SiteFailover => {}
            Role::PlannedSwitch => self.finish_switch(topology),
            // Back in DC1, everything can happen again.
            Role::SiteFailback => {
                for role in [Role::SiteFailover, Role::SiteFailback, Role::PlannedSwitch] {
                    self.progress[role as usize] = 0;
                }
            }
        }
    }

    /// 9, H-13 to H-20, guard: a team can make a mistake at its current step, with an effect.
    pub(crate) fn may_err(&self, topology: &Topology, role: Role, mistake: Mistake) -> Permission {
        let step = self.working_at(topology, role)?;
        self.team_is_there(role)?;
        let from = Self::team_site(role);
        match mistake {
            Mistake::Premature => {
                require(
                    self.may_step(topology, role).is_err(),
                    Refusal::StepPossible(role),
                )?;
                self.may_do(topology, step.operation, from)?;
            }
            Mistake::WrongFile => {
                require(
                    reads_file(step.operation),
                    Refusal::ReadsNoFile(step.operation),
                )?;
                self.may_do(topology, step.operation, from)?;
            }
            Mistake::FenceFails => {
                require(
                    step.operation.sets_fence(),
                    Refusal::NoFence(step.operation),
                )?;
                self.may_do(topology, step.operation, from)?;
            }
            Mistake::Skip => {
                require(
                    step.operation != Operation::Decide,
                    Refusal::OnlyDecides(role),
                )?;
            }
            Mistake::SwapNext => {
                require(
                    step.operation != Operation::Decide,
                    Refusal::OnlyDecides(role),
                )?;
                let next = self
                    .next_step(topology, role)
                    .ok_or(Refusal::LastStep(role))?;
                // Out of order, but not too early as well: that would be two mistakes.
                match next.wait_for {
                    Some(belief) if !self.believes(topology, belief) => {
                        return Err(Refusal::WaitsFor(belief));
                    }
                    Some(_) | None => self.may_do(topology, next.operation, from)?,
                }
            }
            Mistake::Abort => {}
        }
        // Whatever the step does, progress changes.
        Ok(())
    }

    /// The step after the current one; `None` where there is none (5).
    fn next_step<'t>(&self, topology: &'t Topology, role: Role) -> Option<&'t Step> {
        let runbook = topology.runbook(role)?;
        runbook.steps.get(usize::from(self.progress(role)))
    }

    /// Makes a mistake that its guard lets pass at the current step (9, H-13 to H-20).
    pub(crate) fn err(&mut self, topology: &Topology, role: Role, mistake: Mistake) {
        let Some(step) = self.current_step(topology, role) else {
            return;
        };
        let at = role as usize;
        let from = Self::team_site(role);
        match mistake {
            Mistake::Skip | Mistake::FenceFails => self.progress[at] += 1,
            Mistake::Premature => {
                self.operate(topology, step.operation, from);
                self.progress[at] += 1;
            }
            Mistake::SwapNext => {
                if let Some(next) = self.next_step(topology, role) {
                    self.operate(topology, next.operation, from);
                    for pair in SessionId::ALL {
                        self.settle_session(topology, pair);
                    }
                }
                if self.may_do(topology, step.operation, from).is_ok() {
                    self.operate(topology, step.operation, from);
                }
                self.progress[at] += 2;
            }
            Mistake::WrongFile => {
                if step.operation == Operation::RestorePrimary {
                    self.restore_primary_from(topology, self.oldest_image());
                }
                // A file that does not fit is refused (4.2): the step is taken for done.
                self.progress[at] += 1;
            }
            Mistake::Abort => self.progress[at] = ABANDONED,
        }
        self.close_runbook(topology, role);
    }

    /// 3.14, H-34 to H-36, guard: an operator could do this outside a runbook, with an effect.
    pub(crate) fn may_operate(&self, topology: &Topology, operation: Operation) -> Permission {
        self.may_do(topology, operation, None)?;
        // What comes to rest as it was before, with other numbers, has had no effect.
        require(
            self.after(topology, Event::misoperation(operation)) != *self,
            Refusal::NoEffect(operation),
        )
    }

    /// 5 step 0c: whether the current step is optional and sets what is so already.
    #[must_use]
    pub fn is_needless(&self, topology: &Topology, role: Role) -> bool {
        let step = self.current_step(topology, role);
        step.is_some_and(|step| {
            let mut after = *self;
            let from = Self::team_site(role);
            step.optional && step.operation.sets_state() && {
                after.operate(topology, step.operation, from);
                after == *self
            }
        })
    }

    /// Whether the current step cannot be done in the state that the disaster left, and is skipped
    /// because it is optional (5 step 2).
    #[must_use]
    pub fn skips(&self, topology: &Topology, role: Role) -> bool {
        self.current_step(topology, role).is_some_and(|step| {
            let from = Self::team_site(role);
            let refused = self.may_do(topology, step.operation, from).err();
            step.optional && refused.is_some_and(|r| Self::is_skipped(step.operation, r))
        })
    }
}

/// Whether an operation reads a file that could be the wrong one (H-20).
const fn reads_file(operation: Operation) -> bool {
    matches!(
        operation,
        Operation::RestorePrimary | Operation::RestoreBacklog
    )
}

/// The progress of a runbook that was abandoned: it is neither continued nor started again.
const ABANDONED: u8 = 63;
