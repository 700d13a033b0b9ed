//! What a topology consists of, as lists: data centres, copies, sessions, links, shares and
//! machines, each with its role and its place.

use crate::names::component::{Component, ComponentKind};
use crate::names::link::Link;
use crate::names::replica::Replica;
use crate::names::session::SessionId;
use crate::names::site::{ShareLocation, Site};
use crate::state::topology::{PoolServer, Topology};

/// What a data centre is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SiteRole {
    /// It has the primary database.
    Primary,
    /// It has the log-shipping secondary.
    Secondary,
}

/// A data centre.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SitePlace {
    /// Which.
    pub site: Site,
    /// What it is for.
    pub role: SiteRole,
}

/// A database copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReplicaPlace {
    /// Which, by its role.
    pub replica: Replica,
    /// Where its server stands.
    pub site: Site,
}

/// A mirroring session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionPlace {
    /// Which, by its role.
    pub session: SessionId,
    /// Where its members stand.
    pub site: Site,
    /// Where its witness stands, if it has one; `Some(None)` in a third place.
    pub witness: Option<Option<Site>>,
}

/// A share of log shipping (handbook 4.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SharePlace {
    /// The machine that holds it.
    pub host: Component,
    /// The data centre; `None` for a third place.
    pub site: Option<Site>,
}

/// The lists of a topology.
#[derive(Debug, Clone, Default)]
pub(crate) struct Places {
    sites: Vec<SitePlace>,
    replicas: Vec<ReplicaPlace>,
    sessions: Vec<SessionPlace>,
    links: Vec<Link>,
    shares: Vec<SharePlace>,
    nodes: Vec<Component>,
    /// By bit of the machine: its data centre.
    node_sites: [Option<Site>; Component::MAX_NODES],
}

impl Places {
    /// The lists that follow from what is set in a topology.
    pub(crate) fn of(topology: &Topology) -> Self {
        let nodes: Vec<_> = Component::ALL
            .into_iter()
            .filter(|node| topology.has_node(*node))
            .collect();
        let links: Vec<_> = Link::ALL
            .into_iter()
            .filter(|link| topology.has_link(*link))
            .collect();
        let two_sites = links.contains(&Link::Wan);
        let sites = [
            (topology.primary_site(), SiteRole::Primary),
            (topology.secondary_site(), SiteRole::Secondary),
        ];
        let sites = sites
            .into_iter()
            .filter(|(_, role)| *role == SiteRole::Primary || two_sites);
        let replicas = Replica::ALL.into_iter();
        let sessions = SessionId::ALL.into_iter();
        Self {
            sites: sites.map(|(site, role)| SitePlace { site, role }).collect(),
            replicas: replicas
                .filter(|replica| nodes.contains(&replica.server()))
                .map(|replica| ReplicaPlace {
                    replica,
                    site: topology.session_site(replica.session()),
                })
                .collect(),
            sessions: sessions
                .filter(|session| topology.is_mirrored(*session))
                .map(|session| SessionPlace {
                    session,
                    site: topology.session_site(session),
                    witness: topology
                        .has_witness(session)
                        .then(|| topology.witness_site(session)),
                })
                .collect(),
            shares: topology
                .secondary
                .then(|| topology.share())
                .into_iter()
                .collect(),
            node_sites: std::array::from_fn(|bit| {
                let node = nodes.iter().find(|node| node.node() == bit);
                node.and_then(|node| topology.place_of(*node))
            }),
            links,
            nodes,
        }
    }
}

impl Topology {
    /// The data centres, in the order of their numbers.
    #[must_use]
    pub fn sites(&self) -> &[SitePlace] {
        &self.places.sites
    }

    /// The database copies, in the order of their numbers.
    #[must_use]
    pub fn replicas(&self) -> &[ReplicaPlace] {
        &self.places.replicas
    }

    /// The mirroring sessions, in the order of their numbers. A database without a mirror has none.
    #[must_use]
    pub fn sessions(&self) -> &[SessionPlace] {
        &self.places.sessions
    }

    /// The links that can be cut, in the order of their numbers.
    #[must_use]
    pub fn links(&self) -> &[Link] {
        &self.places.links
    }

    /// The shares of log shipping.
    #[must_use]
    pub fn shares(&self) -> &[SharePlace] {
        &self.places.shares
    }

    /// The machines, in the order of their numbers.
    #[must_use]
    pub fn nodes(&self) -> &[Component] {
        &self.places.nodes
    }

    /// The data centre of the primary database.
    #[must_use]
    #[inline]
    pub const fn primary_site(&self) -> Site {
        Site::PRIMARY
    }

    /// The data centre of the log-shipping secondary.
    #[must_use]
    #[inline]
    pub const fn secondary_site(&self) -> Site {
        Site::SECONDARY
    }

    /// The copy that users are served from as long as nothing fails.
    #[must_use]
    #[inline]
    pub const fn primary(&self) -> Replica {
        Replica::Primary
    }

    /// The copy that log shipping keeps up to date.
    #[must_use]
    #[inline]
    pub const fn target(&self) -> Replica {
        Replica::Target
    }

    /// The data centre of a session's members (validator rules V4, V7).
    #[must_use]
    #[inline]
    pub const fn session_site(&self, session: SessionId) -> Site {
        match session {
            SessionId::Primary => self.primary_site(),
            SessionId::Secondary => self.secondary_site(),
        }
    }

    /// Whether the session has a mirror.
    #[must_use]
    pub const fn is_mirrored(&self, session: SessionId) -> bool {
        match session {
            SessionId::Primary => self.mirror,
            SessionId::Secondary => self.secondary && self.secondary_mirror,
        }
    }

    /// Whether the session has a witness.
    #[must_use]
    pub const fn has_witness(&self, session: SessionId) -> bool {
        match session {
            SessionId::Primary => self.witness,
            SessionId::Secondary => self.secondary_witness,
        }
    }

    /// Where a session's witness stands, if there is one.
    const fn witness_site(&self, session: SessionId) -> Option<Site> {
        match session {
            SessionId::Primary => self.witness_site,
            SessionId::Secondary => Some(self.secondary_site()),
        }
    }

    /// The link over which a witness outside DC1 hears A and B (13.10).
    #[must_use]
    pub fn way_to_witness(&self) -> Option<Link> {
        let remote = self.witness && self.witness_site != Some(self.primary_site());
        remote.then(|| match self.witness_site {
            Some(_) => Link::Wan,
            None => Link::to_third(self.primary_site()),
        })
    }

    /// The links of a server to the others of its session.
    pub fn links_of(&self, node: Component) -> impl Iterator<Item = Link> {
        let links = self.links().iter().copied();
        links.filter(move |link| {
            let ends = link.ends();
            ends.is_some_and(|(first, second)| first == node || second == node)
        })
    }

    /// Where the log backups go, whether or not there are any.
    #[must_use]
    #[inline]
    pub const fn share(&self) -> SharePlace {
        let host = match self.share {
            ShareLocation::OnPrimary => Replica::Primary.server(),
            ShareLocation::Dc1 | ShareLocation::Dc2 | ShareLocation::Third => Component::Share,
        };
        SharePlace {
            host,
            site: self.share.site(),
        }
    }

    /// The data centre of a machine; `None` in a third place, and for what is no machine.
    #[must_use]
    #[inline]
    pub fn site_of(&self, node: Component) -> Option<Site> {
        let site = self.places.node_sites.get(node.bit());
        site.copied().flatten()
    }

    /// [`Topology::site_of`], from what is set.
    fn place_of(&self, node: Component) -> Option<Site> {
        match node.kind() {
            ComponentKind::PoolServer => self.servers.get(node.node()).map(|server| server.site),
            ComponentKind::Database => {
                Replica::of(node).map(|copy| self.session_site(copy.session()))
            }
            ComponentKind::Witness => {
                let mut sessions = SessionId::ALL.into_iter();
                let session = sessions.find(|session| session.witness() == node);
                session.and_then(|session| self.witness_site(session))
            }
            ComponentKind::ShareHost => self.share.site(),
            ComponentKind::FrontEnd => Some(self.primary_site()),
            ComponentKind::DataCentre
            | ComponentKind::Connection
            | ComponentKind::Mirroring
            | ComponentKind::Job
            | ComponentKind::Operators
            | ComponentKind::Clients => None,
        }
    }

    /// Whether the topology has a machine.
    fn has_node(&self, node: Component) -> bool {
        match node.kind() {
            ComponentKind::PoolServer => node.node() < self.servers.len(),
            ComponentKind::Database => match Replica::of(node) {
                Some(Replica::Primary) => true,
                Some(Replica::PrimaryMirror) => self.is_mirrored(SessionId::Primary),
                Some(Replica::Target) => self.secondary,
                Some(Replica::TargetMirror) => self.is_mirrored(SessionId::Secondary),
                None => false,
            },
            ComponentKind::Witness => {
                let mut sessions = SessionId::ALL.into_iter();
                let session = sessions.find(|session| session.witness() == node);
                session.is_some_and(|session| match session {
                    SessionId::Primary => self.witness,
                    SessionId::Secondary => self.secondary && self.secondary_witness,
                })
            }
            ComponentKind::ShareHost => self.secondary && self.share().host == node,
            ComponentKind::FrontEnd => self.slices.front_end,
            ComponentKind::DataCentre
            | ComponentKind::Connection
            | ComponentKind::Mirroring
            | ComponentKind::Job
            | ComponentKind::Operators
            | ComponentKind::Clients => false,
        }
    }

    /// Whether the topology has a link that can be cut. Where a witness stands in another data
    /// centre than its session, its links are the inter-site link.
    fn has_link(&self, link: Link) -> bool {
        let with_witness = |session| self.is_mirrored(session) && self.has_witness(session);
        let way_to_witness =
            with_witness(SessionId::Primary) && self.way_to_witness() == Some(link);
        let share_in_third = self.secondary && self.share == ShareLocation::Third;
        let (session, number) = match (link, link.in_session()) {
            (_, Some(in_session)) => in_session,
            (Link::Dc1ToThird, None) => return share_in_third || way_to_witness,
            (Link::Dc2ToThird, None) => return share_in_third,
            (_, None) => {
                let remote = |server: &PoolServer| server.site != self.primary_site();
                return self.secondary || way_to_witness || self.servers.iter().any(remote);
            }
        };
        match number {
            0 => self.is_mirrored(session),
            1.. => {
                with_witness(session)
                    && self.witness_site(session) == Some(self.session_site(session))
            }
        }
    }
}
