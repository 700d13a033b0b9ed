//! What the clock needs to know of a system, beyond what the checker does.

use poolproof_models::names::component::Component;
use poolproof_models::names::event::{Event, EventKind, EventSet, role_of};
use poolproof_models::names::incident::Cause;
use poolproof_models::names::replica::Replica;
use poolproof_models::names::runbook::{Operation, Phase, Role};
use poolproof_models::names::session::SessionId;
use poolproof_models::names::site::Site;
use poolproof_models::rules::losses::Survivors;
use poolproof_models::state::session::PartnerRole;
use poolproof_models::state::topology::Topology;
use poolproof_models::state::world::{SiteState, World};
use poolproof_models::system::System;

/// A job of log shipping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Job {
    /// Log backup.
    Backup = 0,
    /// Copy to DC2.
    Copy = 1,
    /// Restore on S.
    Restore = 2,
}

/// What can be read off a state, computed once per state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// Users are served.
    pub up: bool,
    /// Bit per copy that acknowledges users' posts.
    pub serving: u8,
    /// Bit per [`Job`] that runs.
    pub jobs: u8,
    /// Rank of each copy's end.
    pub ends: [u8; Replica::COUNT],
    /// Rank of the end of share, folder and S.
    pub shipped: [u8; 3],
    /// What an outage in this state is waiting for.
    pub phase: Phase,
    /// Broken properties, as bits.
    pub violated: u32,
    /// What the loss of the primary data centre would leave.
    pub survivors: Survivors,
    /// Some copy of the database is left.
    pub any_copy: bool,
}

/// A system that can be run on the clock.
pub trait Timed: System {
    /// The facts of a state.
    fn facts(&self, state: &Self::State) -> Facts;
    /// Users post at a copy.
    fn write_event(&self, copy: usize) -> Option<usize>;
    /// A job finishes.
    fn job_event(&self, job: Job) -> Option<usize>;
    /// Whether the step between two states touches what is known of logs, so that the job runs up
    /// to now have to be told to the world first.
    fn touches_log(&self, before: &Self::State, after: &Self::State) -> bool;
    /// Which of an event's delays counts in this state; `None` when the event is out of the
    /// question and a kept remainder of its work is void.
    fn stage(&self, state: &Self::State, event: usize) -> Option<usize>;
    /// What the event stands for when it begins an outage.
    fn cause(&self, event: usize) -> Cause;
    /// Whether the event is a fault, in whatever state. What costs the checker's budget in some
    /// states only, a return to a data centre that was left, is the end of a repair on the clock.
    fn is_fault(&self, event: usize) -> bool;
    /// The share of the users whom the event cuts off although others are served: those of a pool
    /// server (13.21).
    fn users_cut_off(&self, _state: &Self::State, _event: usize) -> f64 {
        0.0
    }
    /// Whether the event begins a stall, or ends one (13.5).
    fn stall(&self, _event: usize) -> Option<Stall> {
        None
    }
    /// The events by which the primary data centre is lost, with its disks and without.
    fn site_losses(&self) -> [Option<usize>; 2] {
        [None; 2]
    }
    /// The events whose clocks run, among those that can happen.
    fn clocked(&self, _state: &Self::State, enabled: EventSet) -> EventSet {
        enabled
    }
    /// Whether the event is a step that is skipped in this state because it is impossible, or has
    /// nothing to do.
    fn skips(&self, _state: &Self::State, _event: usize) -> bool {
        false
    }
    /// The state without marks of what happened before that no event depends on.
    fn without_history(&self, state: Self::State) -> Self::State {
        state
    }
    /// Whether planned work can begin in this state by the event that stops something.
    fn planned(&self, _state: &Self::State, _event: usize) -> Planned {
        Planned::Now
    }
}

/// What an event is to a stall: posts are late, and only where it is noticed they are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stall {
    /// A server answers nothing.
    Begins,
    /// It goes on.
    Ends,
}

/// What becomes of planned work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Planned {
    /// It is done now.
    Now,
    /// This event comes first; the work itself some time later.
    After(usize),
    /// It is put off for some time.
    Wait,
    /// It is left out this time.
    Skip,
}

impl Timed for Topology {
    fn facts(&self, world: &World) -> Facts {
        let serving = world.service(self);
        let up = serving != 0 && world.clients_connected();
        let jobs = u8::from(world.backup_source(self).is_some())
            | u8::from(world.copy_runs(self)) << Job::Copy as u8
            | u8::from(world.restore_runs(self)) << Job::Restore as u8;
        let rank = |p: poolproof_models::state::lineage::Position| {
            if p.is_present() { p.rank() } else { 0 }
        };
        let ends = Replica::ALL.map(|copy| rank(world.copy(copy)));
        Facts {
            up,
            serving: if up { serving } else { 0 },
            jobs: if self.secondary { jobs } else { 0 },
            ends,
            shipped: [
                rank(world.share().1),
                rank(world.folder()),
                ends[self.target().place()],
            ],
            phase: world.phase(self),
            // A simulated year has no budget of faults: what holds "under one fault" is the
            // checker's to say.
            violated: world.violated(
                self,
                poolproof_models::names::property::Spent::from_bits(u32::MAX),
            ),
            survivors: world.survivors(self),
            any_copy: world.any_copy_left(),
        }
    }

    fn write_event(&self, copy: usize) -> Option<usize> {
        self.index_of(Event::new(EventKind::Write, Replica::ALL[copy].server()))
    }

    fn job_event(&self, job: Job) -> Option<usize> {
        self.index_of(match job {
            Job::Backup => Event::new(EventKind::Backup, Component::BackupJob),
            Job::Copy => Event::new(EventKind::Copy, Component::CopyJob),
            Job::Restore => Event::new(EventKind::Restore, Component::RestoreJob),
        })
    }

    fn touches_log(&self, before: &World, after: &World) -> bool {
        Replica::ALL
            .into_iter()
            .any(|copy| before.copy(copy) != after.copy(copy))
            || before.share() != after.share()
            || before.folder() != after.folder()
            || SessionId::ALL.into_iter().any(|p| {
                (0..2).any(|m| before.session(p).role(m) != after.session(p).role(m))
                    || (0..2).any(|m| {
                        let counts = |world: &World| world.session(p).is_synchronized(m);
                        counts(before) != counts(after)
                    })
            })
    }

    fn stage(&self, world: &World, event: usize) -> Option<usize> {
        let event = self.events()[event];
        match event.kind {
            EventKind::RunbookStep | EventKind::Premature => {}
            // A lost data centre is rebuilt; one that was left is powered up again.
            EventKind::Rebuild => {
                let left = event.at == Component::Dc1 && world.site(Site::Dc1) == SiteState::Outage;
                return Some(usize::from(left));
            }
            _ => return Some(0),
        }
        let role = role_of(event.at).unwrap_or(Role::SiteFailover);
        usize::from(world.progress(role)).checked_sub(1)
    }

    fn cause(&self, event: usize) -> Cause {
        Cause::of(self.events()[event])
    }

    fn is_fault(&self, event: usize) -> bool {
        let event = self.events()[event];
        // On the clock a mirror is seeded again because its disks were lost: a repair.
        let repair = event.operation == Some(Operation::ReseedMirror);
        event.kind.fault_class().is_some() && !repair
    }

    fn users_cut_off(&self, world: &World, event: usize) -> f64 {
        let event = self.events()[event];
        let servers = match event.kind {
            EventKind::Crash => world.servers_beside(self, event.at),
            _ => 0,
        };
        if servers == 0 {
            0.0
        } else {
            1.0 / f64::from(servers)
        }
    }

    fn without_history(&self, world: World) -> World {
        world.without_latches()
    }

    fn stall(&self, event: usize) -> Option<Stall> {
        match self.events()[event].kind {
            EventKind::Stall => Some(Stall::Begins),
            EventKind::StallEnds => Some(Stall::Ends),
            _ => None,
        }
    }

    fn site_losses(&self) -> [Option<usize>; 2] {
        let at = Component::site(self.primary_site());
        [EventKind::Disaster, EventKind::Outage].map(|kind| self.index_of(Event::new(kind, at)))
    }

    fn clocked(&self, world: &World, enabled: EventSet) -> EventSet {
        // Database administrators do not seed again what is in order, nor after a failover.
        let absent = |copy: Replica| !world.copy(copy).is_present();
        let at_home = world.progress(Role::SiteFailover) == 0 && world.site_up(Site::Dc1);
        let mut idle = EventSet::default();
        if let Some(reseed) = self.index_of(Event::misoperation(Operation::ReseedMirror))
            && !(at_home && SessionId::Primary.members().into_iter().any(absent))
        {
            idle.insert(reseed);
        }
        enabled.minus(&idle)
    }

    fn skips(&self, world: &World, event: usize) -> bool {
        role_of(self.events()[event].at)
            .is_some_and(|role| world.skips(self, role) || world.is_needless(self, role))
    }

    fn planned(&self, world: &World, event: usize) -> Planned {
        let Event { kind, at: node, .. } = self.events()[event];
        if let (EventKind::StartRunbook, Some(role)) = (kind, role_of(node)) {
            return if !world.is_there_to_move(self, role) {
                Planned::Skip
            } else if world.may(self, self.events()[event]) {
                Planned::Now
            } else {
                Planned::Wait
            };
        }
        if !world.is_up(node) {
            return Planned::Skip;
        }
        let in_session = |copy: &Replica| {
            let session = world.session(copy.session());
            (0..2).all(|m| session.role(m) != PartnerRole::None)
        };
        let Some(copy) = Replica::of(node).filter(in_session) else {
            return Planned::Now;
        };
        let session = world.session(copy.session());
        // Nobody patches one of the two while the other could not take over.
        if !world.is_synchronized(copy.session()) || !world.is_up(copy.partner().server()) {
            return Planned::Wait;
        }
        if !session.is_principal(copy.member()) {
            return Planned::Now;
        }
        // It moves the roles of the pair in DC1. S, once it serves, waits for the failback.
        let failover = Event::misoperation(Operation::ManualFailover);
        let failover = self
            .index_of(failover)
            .filter(|_| copy.session() == SessionId::Primary && world.may(self, failover));
        failover.map_or(Planned::Wait, Planned::After)
    }
}
