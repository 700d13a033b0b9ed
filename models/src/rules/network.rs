//! Links and reachability.

use crate::names::component::Component;
use crate::names::site::{ShareLocation, Site};
use crate::state::topology::Topology;
use crate::state::world::{Pair, World};

/// A link that can be cut. The order is the order of bits in the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Link {
    /// Between A and B.
    AB = 0,
    /// Between A and the witness.
    AW = 1,
    /// Between B and the witness.
    BW = 2,
    /// Between the data centres.
    Wan = 3,
    /// Between S and SM.
    SSM = 4,
    /// Between S and its witness.
    SSW = 5,
    /// Between SM and its witness.
    SMSW = 6,
}

impl Link {
    /// Every link.
    pub const ALL: [Self; 7] = [
        Self::AB,
        Self::AW,
        Self::BW,
        Self::Wan,
        Self::SSM,
        Self::SSW,
        Self::SMSW,
    ];

    /// The link as a component.
    #[must_use]
    pub const fn component(self) -> Component {
        const COMPONENTS: [Component; 7] = [
            Component::LinkAB,
            Component::LinkAW,
            Component::LinkBW,
            Component::Wan,
            Component::LinkSSM,
            Component::LinkSSW,
            Component::LinkSMSW,
        ];
        COMPONENTS[self as usize]
    }

    /// The link of that component.
    #[must_use]
    pub const fn from_component(component: Component) -> Option<Self> {
        match component {
            Component::LinkAB => Some(Self::AB),
            Component::LinkAW => Some(Self::AW),
            Component::LinkBW => Some(Self::BW),
            Component::Wan => Some(Self::Wan),
            Component::LinkSSM => Some(Self::SSM),
            Component::LinkSSW => Some(Self::SSW),
            Component::LinkSMSW => Some(Self::SMSW),
            _ => None,
        }
    }

    /// Link 0 (between the partners), 1 or 2 (member 0 or 1 to the witness) of a session.
    #[must_use]
    pub const fn of_pair(pair: Pair, link: usize) -> Self {
        const LINKS: [[Link; 3]; 2] = [
            [Link::AB, Link::AW, Link::BW],
            [Link::SSM, Link::SSW, Link::SMSW],
        ];
        LINKS[pair as usize][link]
    }

    /// The session and the number of the link within it; `None` for the inter-site link.
    #[must_use]
    pub const fn in_pair(self) -> Option<(Pair, usize)> {
        match self {
            Self::AB => Some((Pair::Dc1, 0)),
            Self::AW => Some((Pair::Dc1, 1)),
            Self::BW => Some((Pair::Dc1, 2)),
            Self::Wan => None,
            Self::SSM => Some((Pair::Dc2, 0)),
            Self::SSW => Some((Pair::Dc2, 1)),
            Self::SMSW => Some((Pair::Dc2, 2)),
        }
    }

    /// The two ends; `None` for the inter-site link.
    #[must_use]
    pub fn ends(self) -> Option<(Component, Component)> {
        let (pair, link) = self.in_pair()?;
        let (first, second) = [(0, 1), (0, 2), (1, 2)][link];
        Some((pair.node(first), pair.node(second)))
    }
}

impl World {
    /// Whether link `link` of the session carries traffic: not cut, both ends running.
    #[must_use]
    pub const fn is_connected(&self, pair: Pair, link: usize) -> bool {
        self.connected_links(pair) >> link & 1 == 1
    }

    /// Bit per link of the session: it carries traffic. The nodes and links of a session are
    /// numbered in a row.
    pub(crate) const fn connected_links(&self, pair: Pair) -> u16 {
        let up = !self.down >> pair.node(0) as u8;
        let [first, second, witness] = [up & 1, up >> 1 & 1, up >> 2 & 1];
        let cut = self.cut as u16 >> Link::of_pair(pair, 0) as u8;
        (first & second | (first & witness) << 1 | (second & witness) << 2) & !cut
    }

    /// Whether traffic passes from one data centre to the other, or stays inside one.
    #[must_use]
    pub const fn sites_connected(&self, from: Site, to: Site) -> bool {
        from as u8 == to as u8 || !self.is_cut(Link::Wan)
    }

    /// Whether a database server of `site` reaches the backup share (handbook 4.4).
    #[must_use]
    pub fn share_reachable(&self, topology: &Topology, site: Site) -> bool {
        let host = match topology.share {
            ShareLocation::OnPrimary => Component::A,
            _ => Component::Share,
        };
        self.is_up(host)
            && topology
                .share
                .site()
                .is_none_or(|place| self.sites_connected(place, site))
    }
}
