//! Reachability: which links carry traffic, and who reaches whom.

use crate::names::link::Link;
use crate::names::session::SessionId;
use crate::names::site::Site;
use crate::state::topology::Topology;
use crate::state::world::World;

impl World {
    /// Whether link `link` of the session carries traffic: not cut, both ends running.
    #[must_use]
    pub const fn is_connected(&self, pair: SessionId, link: usize) -> bool {
        self.connected_links(pair) >> link & 1 == 1
    }

    /// Bit per link of the session: it carries traffic.
    #[inline]
    pub(crate) const fn connected_links(&self, pair: SessionId) -> u32 {
        let [first, second, witness] = pair.node_bits();
        let up = !self.down;
        let [first, second, witness] = [up >> first & 1, up >> second & 1, up >> witness & 1];
        let [partners, to_first, to_second] = pair.link_bits();
        let cut = self.cut;
        let cut = cut >> partners & 1 | (cut >> to_first & 1) << 1 | (cut >> to_second & 1) << 2;
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
        let share = topology.share();
        let joined = match share.site {
            Some(place) => self.sites_connected(place, site),
            None => !self.is_cut(Link::to_third(site)),
        };
        self.is_up(share.host) && joined
    }
}
