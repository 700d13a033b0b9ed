//! What a scenario consists of, as far as the transition relation cares.

use crate::component::Component;
use crate::event::{Event, EventKind, event_table};
use crate::lineage::{Lineage, Position};
use crate::network::Link;
use crate::runbook::{Operation, Role, Runbook};
use crate::site::{ShareLocation, Site};
use crate::world::{Control, Pair, PartnerRole, Session, World};

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
    /// Whether there is a log-shipping secondary (S).
    pub secondary: bool,
    /// Whether S gets a mirror (SM) at failover.
    pub secondary_mirror: bool,
    /// Whether the S/SM session gets a witness (SW).
    pub secondary_witness: bool,
    /// Where the backup share lives.
    pub share: ShareLocation,
    /// Whether B is configured as a log-shipping primary too (V18).
    pub mirror_ships: bool,
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
    /// At most one runbook a role.
    pub runbooks: Vec<Runbook>,
    /// Operations allowed outside a runbook, as mistakes.
    pub misoperations: Vec<Operation>,
    /// Events that do not happen: an assumption of the scenario, for example that a cut link
    /// stays cut for longer than a procedure takes.
    pub excluded: Vec<Event>,
    /// Slices switched on.
    pub slices: Slices,
    events: Vec<Event>,
    /// Bits of the servers in each data centre.
    site_bits: [u8; 2],
    /// The progress of the site failover from which on DC1 counts as left.
    committed_from: u8,
}

/// The data centre that a node stands in; `None` for a share in a third place is decided by
/// [`ShareLocation`], for everything that is no node there is none.
#[must_use]
pub(crate) const fn node_site(node: Component) -> Option<Site> {
    match node {
        Component::A | Component::B | Component::W => Some(Site::Dc1),
        Component::S | Component::SM | Component::SW => Some(Site::Dc2),
        _ => None,
    }
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
            secondary: false,
            secondary_mirror: false,
            secondary_witness: false,
            share: ShareLocation::Dc1,
            mirror_ships: true,
            cms_site: Site::Dc1,
            cms_paired: true,
            next_hop: Site::Dc1,
            assumption: Assumption::Holds,
            strict_failover: false,
            runbooks: Vec::new(),
            misoperations: Vec::new(),
            excluded: Vec::new(),
            slices: Slices::default(),
            events: Vec::new(),
            site_bits: [0; 2],
            committed_from: u8::MAX,
        }
    }

    /// Builds the table of events; call it after the last change.
    #[must_use]
    pub fn finish(mut self) -> Self {
        self.events = event_table(&self);
        self.site_bits = Site::ALL.map(|site| self.server_bits(|server| server.site == site));
        self.committed_from = self
            .runbook(Role::SiteFailover)
            .and_then(|r| {
                r.steps
                    .iter()
                    .position(|s| s.operation != Operation::Decide)
            })
            .map_or(u8::MAX, |first| first as u8 + 2);
        self
    }

    /// The bits of the servers in a data centre.
    #[must_use]
    pub const fn servers_in_site(&self, site: Site) -> u8 {
        self.site_bits[site as usize]
    }

    /// Whether the failover to DC2 has passed its first step that does something: from then on the
    /// return of anything in DC1 is a fault.
    #[must_use]
    pub const fn has_left_dc1(&self, world: &World) -> bool {
        world.progress(Role::SiteFailover) >= self.committed_from
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
    pub fn runbook(&self, role: Role) -> Option<&Runbook> {
        self.runbooks.iter().find(|runbook| runbook.role == role)
    }

    /// The bits of the servers that a condition picks.
    #[must_use]
    pub fn server_bits(&self, pick: impl Fn(&PoolServer) -> bool) -> u8 {
        self.servers
            .iter()
            .enumerate()
            .fold(0, |bits, (i, s)| bits | u8::from(pick(s)) << i)
    }

    /// Whether a member of the A/B session backs up the log into the share (V18).
    #[must_use]
    pub const fn ships(&self, member: usize) -> bool {
        self.secondary && (member == 0 || self.mirror_ships)
    }

    /// The nodes that exist.
    #[must_use]
    pub fn nodes(&self) -> Vec<Component> {
        let mut nodes: Vec<_> = (0..self.servers.len()).map(Component::server).collect();
        nodes.push(Component::A);
        let optional = [
            (self.mirror, Component::B),
            (self.witness, Component::W),
            (self.secondary, Component::S),
            (self.secondary && self.secondary_mirror, Component::SM),
            (self.secondary && self.secondary_witness, Component::SW),
            (
                self.secondary && self.share != ShareLocation::OnPrimary,
                Component::Share,
            ),
        ];
        nodes.extend(
            optional
                .into_iter()
                .filter(|(exists, _)| *exists)
                .map(|(_, node)| node),
        );
        nodes
    }

    /// The links that exist.
    #[must_use]
    pub fn links(&self) -> Vec<Link> {
        let mirror_dc2 = self.secondary && self.secondary_mirror;
        let witness_dc2 = mirror_dc2 && self.secondary_witness;
        let two_sites = self.secondary || self.servers.iter().any(|s| s.site == Site::Dc2);
        let all = [
            (self.mirror, Link::AB),
            (self.mirror && self.witness, Link::AW),
            (self.mirror && self.witness, Link::BW),
            (two_sites, Link::Wan),
            (mirror_dc2, Link::SSM),
            (witness_dc2, Link::SSW),
            (witness_dc2, Link::SMSW),
        ];
        all.into_iter()
            .filter(|(exists, _)| *exists)
            .map(|(_, link)| link)
            .collect()
    }

    /// The data centre of a pool server or of a database server.
    #[must_use]
    pub fn site_of(&self, node: Component) -> Option<Site> {
        let number = usize::from(node.number());
        match self.servers.get(number) {
            Some(server) => Some(server.site),
            None if node == Component::Share => self.share.site(),
            None => node_site(node),
        }
    }

    /// The world at the start: everything runs, the mirror is synchronised, S has everything up to
    /// the last restore.
    #[must_use]
    pub fn initial(&self) -> World {
        let position = Position::new(0, 0);
        let shipped = if self.secondary {
            position
        } else {
            Position::ABSENT
        };
        let mut session = Session::default();
        session.set_role(0, PartnerRole::Principal);
        if self.mirror {
            session.set_role(1, PartnerRole::Mirror);
            session.set_synchronized(true);
            session.set_seen(0, true);
            if self.witness {
                session.set_witness_set(true);
                session.set_register_synchronized(true);
                session.set_seen(1, true);
                session.set_seen(2, true);
                session.set_ready(true);
            }
        }
        let active = self.server_bits(|server| server.active);
        let mut flags = 0;
        for (on, flag) in [
            (self.cms_site == Site::Dc2, Control::CMS_IN_DC2),
            (
                self.next_hop == Site::Dc2,
                Control::HOP_IN_DC2 | (Control::HOP_VIEW * 3),
            ),
            (self.secondary, Control::JOBS),
        ] {
            flags |= if on { flag } else { 0 };
        }
        let mut sessions = [session, Session::default()];
        sessions[Pair::Dc2 as usize] = Session::default();
        World {
            lineage: Lineage::new(),
            copies: [
                position,
                if self.mirror {
                    position
                } else {
                    Position::ABSENT
                },
                shipped,
                Position::ABSENT,
            ],
            share_from: shipped,
            share_to: shipped,
            folder: shipped,
            sessions,
            down: 0,
            cut: 0,
            sites: 0,
            control: Control {
                active,
                replica_failed_over: 0,
                replica_active: active,
                flags,
            },
            progress: [0; 3],
            latches: 0,
        }
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
        Self {
            servers: kept,
            ..self.clone()
        }
        .finish()
    }

    /// Whether an event of that kind and component belongs to this topology.
    #[must_use]
    pub fn has(&self, kind: EventKind, at: Component) -> bool {
        self.index_of(Event { kind, at }).is_some()
    }
}
