//! What a scenario consists of, as far as the transition relation cares.

use crate::fast::masks::Masks;
use crate::names::component::Component;
use crate::names::event::{Event, EventKind};
use crate::names::replica::Replica;
use crate::names::runbook::{Belief, Mistake, Operation, Role, Runbook};
use crate::names::session::SessionId;
use crate::names::site::{ShareLocation, Site};
use crate::rules::mutant::Mutant;
use crate::rules::site_failover::first_four;
use crate::state::control::Control;
use crate::state::deviations::Deviations;
use crate::state::latches::Latches;
use crate::state::lineage::{Lineage, Position};
use crate::state::places::Places;
use crate::state::session::{PartnerRole, Session};
use crate::state::world::World;
use crate::transition::table::events_of;

/// A pool server (handbook 1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolServer {
    /// Where it stands.
    pub site: Site,
    /// Whether it is on the active list at the start.
    pub active: bool,
}

/// Whether the assumption of the documented site failover holds (handbook 5): operators fail over
/// only when DC1 really is down, and DC1 stays down until it is failed back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assumption {
    /// It holds: the checker and the simulator never break it.
    Holds,
    /// It is dropped: what looks like the loss of DC1 from DC2 is taken for it, and DC1 may come
    /// back by itself, which is a fault.
    Dropped,
}

/// Parts of the system that are modelled only where something reads them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Slices {
    /// Clients lose their sessions in an outage and have to reconnect. Read by the clock only.
    pub clients: bool,
    /// Servers taken off the active list keep the sessions they have (1.4, H-18).
    pub sessions: bool,
    /// Pool servers know failover partners by name and learn a new one when restarted (2.4, H-33).
    pub partner_names: bool,
    /// A database server can fail for its users only (3.11, H-42).
    pub grey: bool,
    /// The log drive can fill (3.14, H-48).
    pub log_full: bool,
    /// An outage of copying can be longer than the files are kept (4.2, H-25).
    pub retention: bool,
    /// Compliance records (2.3).
    pub compliance: bool,
    /// The next-hop Front End pool in DC1 can fail (1.1, H-02).
    pub front_end: bool,
    /// A database server can lose its disks (3.12, L5).
    pub storage: bool,
    /// The witness can notice the silence of a principal before the principal does (R4).
    pub one_sided_detection: bool,
    /// The witness can be restored from an old image (3.13; 10, choice 23).
    pub witness_memory: bool,
    /// A server of a session can lose its port or its network card (13.10).
    pub ports: bool,
    /// A database server in DC1 can answer nothing for a while and then go on (13.5).
    pub stalls: bool,
}

/// When users are told that their post is stored (2.2; 10, choice 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acknowledgement {
    /// When the database has committed it.
    OnCommit,
    /// When the pool server has accepted it: what is in flight at a crash is lost.
    OnAccept,
}

/// What the log backups of the mirror do after it has become principal (4.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MirrorShipping {
    /// They go to the same share.
    SameShare,
    /// They go to another folder, where the copy job does not look (H-22).
    OtherFolder,
    /// There are none (H-21).
    None,
}

/// Where a scenario begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// Everything runs in DC1.
    Normal,
    /// Failed over; DC1 has been rebuilt and its databases are empty (6, documented assumption).
    FailedOver,
    /// Failed over; DC1 is there again with its old databases, off, and these hold acknowledged
    /// messages that were never shipped (H-15).
    FailedOverOldDisks,
}

impl Start {
    /// The name used in scenario files and traces.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::FailedOver => "failed-over",
            Self::FailedOverOldDisks => "failed-over-old-disks",
        }
    }
}

/// Who hears of it when log shipping stops (4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alerts {
    /// The alert about log backups is on.
    pub no_backup: bool,
    /// The alert about restores is on.
    pub no_restore: bool,
    /// The data centre of the monitor server; without one each instance watches its own jobs.
    pub monitor: Option<Site>,
}

/// The configuration of the modelled system, with its dense table of events.
#[derive(Debug, Clone)]
pub struct Topology {
    /// At most eight, site by site, active ones first within a site.
    pub servers: Vec<PoolServer>,
    /// Whether the primary has a mirror (B).
    pub mirror: bool,
    /// Whether the A/B session has a witness (W).
    pub witness: bool,
    /// Where W stands: DC1 by rule V5; in DC2 it reaches A and B only over the inter-site link, in
    /// a third place (`None`) only over that place's link to DC1.
    pub witness_site: Option<Site>,
    /// Whether there is a log-shipping secondary (S).
    pub secondary: bool,
    /// Whether S gets a mirror (SM) at failover.
    pub secondary_mirror: bool,
    /// Whether the S/SM session gets a witness (SW).
    pub secondary_witness: bool,
    /// Where the backup share lives.
    pub share: ShareLocation,
    /// What B's log backups do (V18).
    pub mirror_ships: MirrorShipping,
    /// Who hears of it when log shipping stops.
    pub alerts: Alerts,
    /// The pool's users, for the load of a server (1.2).
    pub users: u32,
    /// All active servers are meant to be beside the database (1.3, LBW).
    pub low_bandwidth: bool,
    /// A bit for each copy: the pool servers' logins exist on its server (V38, 13.19).
    pub logins: u8,
    /// Seeding a mirror takes a log backup (handbook 10, choice 15).
    pub seeding_breaks_chain: bool,
    /// Where it begins.
    pub start: Start,
    /// The data centre of the Central Management store's master at the start.
    pub cms_site: Site,
    /// Whether the Central Management store can be failed over (V39).
    pub cms_paired: bool,
    /// The data centre of the next-hop Front End pool at the start.
    pub next_hop: Site,
    /// Whether operators' assumption holds.
    pub assumption: Assumption,
    /// 3.15 d, strict reading: automatic failover only if the failure hit while all three were
    /// connected.
    pub strict_failover: bool,
    /// Where it differs from the handbook.
    pub deviations: Deviations,
    /// With a witness, forced service is refused whatever it sees (3.15 a and b; 10, choice 4).
    pub force_needs_no_witness: bool,
    /// A principal whose session was removed while it was away is writable when it learns of it
    /// (3.10; 10, choice 22).
    pub removed_principal_serves: bool,
    /// When users are told that their post is stored.
    pub acknowledgement: Acknowledgement,
    /// The compliance record of a post leaves before its commit (2.3; 10, choice 16).
    pub record_before_commit: bool,
    /// At most one runbook a role.
    pub runbooks: Vec<Runbook>,
    /// Mistakes that operators can make at a step.
    pub mistakes: Vec<Mistake>,
    /// Operations allowed outside a runbook, as mistakes.
    pub misoperations: Vec<Operation>,
    /// Events that do not happen: an assumption of the scenario, for example that a cut link
    /// stays cut for longer than a procedure takes.
    pub excluded: Vec<Event>,
    /// The seeded fault that is switched on.
    #[cfg(feature = "mutants")]
    pub mutant: Option<Mutant>,
    /// Slices switched on.
    pub slices: Slices,
    events: Vec<Event>,
    masks: Masks,
    pub(crate) places: Places,
    /// Bits of the servers in each data centre.
    site_bits: [u8; 2],
    /// The progress of the site failover from which on DC1 counts as left.
    committed_from: u8,
}

impl Topology {
    /// A pool with nothing but servers and a primary; fields are set from here, then
    /// [`Topology::finish`] builds the table of events.
    #[must_use]
    pub fn new(servers: Vec<PoolServer>) -> Self {
        Self {
            servers,
            mirror: false,
            witness: false,
            witness_site: Some(Site::PRIMARY),
            secondary: false,
            secondary_mirror: false,
            secondary_witness: false,
            share: ShareLocation::Dc1,
            mirror_ships: MirrorShipping::SameShare,
            alerts: Alerts {
                no_backup: true,
                no_restore: true,
                monitor: None,
            },
            users: 0,
            low_bandwidth: false,
            logins: u8::MAX,
            seeding_breaks_chain: true,
            start: Start::Normal,
            cms_site: Site::PRIMARY,
            cms_paired: true,
            next_hop: Site::PRIMARY,
            assumption: Assumption::Holds,
            strict_failover: false,
            deviations: Deviations::default(),
            force_needs_no_witness: false,
            removed_principal_serves: true,
            acknowledgement: Acknowledgement::OnCommit,
            record_before_commit: false,
            runbooks: Vec::new(),
            mistakes: Vec::new(),
            misoperations: Vec::new(),
            excluded: Vec::new(),
            #[cfg(feature = "mutants")]
            mutant: None,
            slices: Slices::default(),
            events: Vec::new(),
            masks: Masks::default(),
            places: Places::default(),
            site_bits: [0; 2],
            committed_from: u8::MAX,
        }
    }

    /// Builds the table of events; call it after the last change.
    #[must_use]
    pub fn finish(mut self) -> Self {
        self.places = Places::of(&self);
        self.events = events_of(&self);
        self.masks = Masks::of(&self);
        self.site_bits = Site::ALL.map(|site| self.server_bits(|server| server.site == site));
        self.committed_from = self
            .runbook(Role::SiteFailover)
            .filter(|r| r.trigger != Belief::Planned)
            .and_then(|r| {
                r.steps
                    .iter()
                    .position(|s| s.operation != Operation::Decide)
            })
            .map_or(u8::MAX, |first| first as u8 + 2);
        self
    }

    /// Bits of events, nodes and servers by what decides about them.
    pub(crate) const fn masks(&self) -> &Masks {
        &self.masks
    }

    /// Whether an event brings back something in DC1: a fault once DC1 has been left.
    #[must_use]
    pub fn returns_to_dc1(&self, event: Event) -> bool {
        matches!(event.kind, EventKind::Restart | EventKind::Return)
            && Site::from_component(event.at).or_else(|| self.site_of(event.at))
                == Some(self.primary_site())
    }

    /// The bits of the servers in a data centre.
    #[must_use]
    pub const fn servers_in_site(&self, site: Site) -> u8 {
        self.site_bits[site as usize]
    }

    /// Whether the failover to DC2 has passed its first step that does something: from then on the
    /// return of anything in DC1 is a fault. A planned switch leaves a DC1 that runs (13.15).
    #[must_use]
    pub fn has_left_dc1(&self, world: &World) -> bool {
        // What stands there without a database was rebuilt, or has lost it.
        let empty = !world.session(SessionId::Primary).exists() || world.databases_lost();
        let rebuilt = world.site_up(self.primary_site()) && empty;
        world.progress(Role::SiteFailover) >= self.committed_from
            && world.progress(Role::SiteFailback) == 0
            && !world.is_switched_by_plan(self)
            && !rebuilt
    }

    /// Every event of this topology, by dense index, in the order of their stable ids.
    #[must_use]
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// The dense index of an event of this topology.
    #[must_use]
    pub fn index_of(&self, event: Event) -> Option<usize> {
        self.events
            .binary_search_by_key(&event.id(), |e| e.id())
            .ok()
    }

    /// The runbook of a role.
    #[must_use]
    #[inline]
    pub fn runbook(&self, role: Role) -> Option<&Runbook> {
        // Where a list of all of them in order has it.
        match self.runbooks.get(role as usize) {
            Some(runbook) if runbook.role == role => Some(runbook),
            _ => self.runbooks.iter().find(|runbook| runbook.role == role),
        }
    }

    /// Whether something reads which posts are accepted and not yet committed.
    #[must_use]
    pub fn follows_posts_in_flight(&self) -> bool {
        self.acknowledgement == Acknowledgement::OnAccept
            || self.record_before_commit && self.slices.compliance
    }

    /// Whether some runbook or some mistake can do the operation.
    #[must_use]
    pub fn can_do(&self, operation: Operation) -> bool {
        let steps = self.runbooks.iter().flat_map(|runbook| &runbook.steps);
        self.misoperations.contains(&operation)
            || steps.into_iter().any(|step| step.operation == operation)
    }

    /// The bits of the servers that a condition picks.
    #[must_use]
    pub fn server_bits(&self, pick: impl Fn(&PoolServer) -> bool) -> u8 {
        self.servers
            .iter()
            .enumerate()
            .fold(0, |bits, (i, s)| bits | u8::from(pick(s)) << i)
    }

    /// Whether the log backups of a copy go to a folder where the copy job does not look (H-22).
    #[must_use]
    pub fn ships_elsewhere(&self, copy: Replica) -> bool {
        copy == Replica::PrimaryMirror && self.mirror_ships == MirrorShipping::OtherFolder
    }

    /// Whether the log of a copy of the primary session is backed up to the share (V18).
    #[must_use]
    pub const fn ships(&self, copy: Replica) -> bool {
        self.secondary && (copy.member() == 0 || !matches!(self.mirror_ships, MirrorShipping::None))
    }

    /// The world at the start: everything runs, the mirror is synchronised, S has everything up to
    /// the last restore.
    #[must_use]
    pub fn initial(&self) -> World {
        let start = Position::new(0, 0);
        let if_there = |there: bool| if there { start } else { Position::ABSENT };
        let shipped = if_there(self.secondary);
        let active = self.server_bits(|server| server.active);
        let mut flags = 0;
        for (on, flag) in [
            (self.cms_site == Site::SECONDARY, Control::CMS_IN_DC2),
            (
                self.next_hop == Site::SECONDARY,
                Control::HOP_IN_DC2 | (Control::HOP_VIEW * 3),
            ),
            (self.secondary, Control::JOBS),
        ] {
            flags |= if on { flag } else { 0 };
        }
        let world = World {
            lineage: Lineage::new(),
            copies: [start, if_there(self.mirror), shipped, Position::ABSENT],
            share_from: shipped,
            share_to: shipped,
            folder: shipped,
            image: Position::ABSENT,
            archive: [Position::ABSENT; 2],
            exported: if_there(self.slices.compliance),
            sessions: [self.first_session(), Session::default()],
            down: 0,
            crashed: 0,
            cut: 0,
            sites: 0,
            control: Control {
                active,
                replica_failed_over: 0,
                replica_active: active,
                lingering: 0,
                flags,
            },
            progress: [0; Role::ALL.len()],
            latches: Latches::default(),
        };
        match self.start {
            Start::Normal => world,
            Start::FailedOver => self.failed_over(world, false),
            Start::FailedOverOldDisks => self.failed_over(world, true),
        }
    }

    /// The A/B session when everything runs.
    fn first_session(&self) -> Session {
        let mut session = Session::default();
        session.set_role(0, PartnerRole::Principal);
        if self.mirror {
            session.set_role(1, PartnerRole::Mirror);
            session.set_synchronized(0, true);
            session.set_seen(0, true);
            if self.witness {
                session.set_witness_set(true);
                session.set_register_synchronized(true);
                session.set_seen(1, true);
                session.set_seen(2, true);
                session.set_ready(true);
            }
        }
        session
    }

    /// After a failover to DC2 that is long done: users are served there.
    fn failed_over(&self, mut world: World, old_disks: bool) -> World {
        if old_disks {
            // A and B have one stretch of posts that never reached DC2.
            *world.copy_mut(Replica::Primary) = Position::new(0, 1);
            *world.copy_mut(Replica::PrimaryMirror) = if self.mirror {
                Position::new(0, 1)
            } else {
                Position::ABSENT
            };
        } else {
            *world.copy_mut(Replica::Primary) = Position::ABSENT;
            *world.copy_mut(Replica::PrimaryMirror) = Position::ABSENT;
        }
        *world.copy_mut(Replica::Target) = world.lineage.fork(Position::new(0, 0));
        *world.copy_mut(Replica::TargetMirror) = if self.secondary_mirror {
            world.copy(Replica::Target)
        } else {
            Position::ABSENT
        };
        world.share_from = Position::ABSENT;
        world.share_to = Position::ABSENT;
        let mut session = Session::default();
        session.set_role(0, PartnerRole::Principal);
        if self.secondary_mirror {
            session.set_role(1, PartnerRole::Mirror);
            session.set_synchronized(0, true);
            session.set_seen(0, true);
        }
        world.sessions = [Session::default(), session];
        world.control.active = first_four(self.servers_in_site(self.secondary_site()));
        world.control.replica_active = world.control.active;
        world.control.replica_failed_over = self.server_bits(|_| true);
        world.control.flags = Control::FAILED_OVER
            | Control::CMS_IN_DC2
            | Control::HOP_IN_DC2
            | (Control::HOP_VIEW * 3);
        world.progress[Role::SiteFailover as usize] = self.finished(Role::SiteFailover);
        for pair in SessionId::ALL {
            world.settle_session(self, pair);
        }
        world.settle();
        world.compact(self);
        world
    }

    /// Whether a seeded fault is switched on. Never outside tests.
    #[cfg(not(feature = "mutants"))]
    #[must_use]
    pub const fn has_mutant(&self, _mutant: Mutant) -> bool {
        false
    }

    /// Whether a seeded fault is switched on.
    #[cfg(feature = "mutants")]
    #[must_use]
    pub fn has_mutant(&self, mutant: Mutant) -> bool {
        self.mutant == Some(mutant)
    }

    /// Whether any seeded fault is switched on. Never outside tests.
    #[must_use]
    pub const fn is_mutated(&self) -> bool {
        #[cfg(feature = "mutants")]
        return self.mutant.is_some();
        #[cfg(not(feature = "mutants"))]
        false
    }

    /// The progress of a runbook that is done.
    #[must_use]
    pub fn finished(&self, role: Role) -> u8 {
        self.runbook(role)
            .map_or(0, |runbook| runbook.steps.len() as u8 + 1)
    }

    /// A smaller topology for the checker: at most `per_class` servers that agree in data centre
    /// and activity. More behave alike; the cutoff is tested at 1, 2 and 3.
    #[must_use]
    pub fn with_servers_per_class(&self, per_class: usize) -> Self {
        let mut kept: Vec<PoolServer> = Vec::new();
        for server in &self.servers {
            if kept.iter().filter(|k| *k == server).count() < per_class {
                kept.push(*server);
            }
        }
        // A load per server means nothing when servers stand for others.
        let users = if kept.len() == self.servers.len() {
            self.users
        } else {
            0
        };
        Self {
            servers: kept,
            users,
            ..self.clone()
        }
        .finish()
    }

    /// Whether an event of that kind and component belongs to this topology.
    #[must_use]
    pub fn has(&self, kind: EventKind, at: Component) -> bool {
        self.index_of(Event::new(kind, at)).is_some()
    }
}
