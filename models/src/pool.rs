//! Pool servers, the control state they follow, and whether users are served (handbook 1.4).

use crate::component::Component;
use crate::site::Site;
use crate::topology::Topology;
use crate::world::{Control, LossCause, LossKind, Pair, World};

impl World {
    /// Whether the master of the Central Management store answers a data centre.
    fn cms_reachable(&self, from: Site) -> bool {
        let at = self.cms_site();
        self.site_up(at) && self.sites_connected(at, from)
    }

    /// The data centre of the Central Management store's master.
    #[must_use]
    pub const fn cms_site(&self) -> Site {
        if self.control.has(Control::CMS_IN_DC2) {
            Site::Dc2
        } else {
            Site::Dc1
        }
    }

    /// Whether pool state and active list can be changed from DC2.
    pub(crate) fn cms_writable(&self) -> bool {
        self.cms_reachable(Site::Dc2)
    }

    /// Whether a server's replica is behind and can be refreshed.
    pub(crate) fn may_replicate(&self, topology: &Topology, server: usize) -> bool {
        let stale = (self.control.replica_failed_over >> server & 1 == 1)
            != self.control.has(Control::FAILED_OVER)
            || (self.control.replica_active ^ self.control.active) >> server & 1 == 1;
        stale
            && self.is_up(Component::server(server))
            && self.cms_reachable(topology.servers[server].site)
    }

    pub(crate) const fn replicate(&mut self, server: usize) {
        let bit = 1 << server;
        let control = &mut self.control;
        control.replica_active = control.replica_active & !bit | control.active & bit;
        let failed_over = if control.has(Control::FAILED_OVER) {
            bit
        } else {
            0
        };
        control.replica_failed_over = control.replica_failed_over & !bit | failed_over;
    }

    /// A data centre's view of the next hop follows the configuration as soon as it can; it
    /// commutes with everything else, so it is no event of its own.
    pub(crate) fn settle_next_hop(&mut self) {
        let hop = self.control.has(Control::HOP_IN_DC2);
        for site in Site::ALL {
            if self.cms_reachable(site) {
                self.control.set(Control::HOP_VIEW << site.index(), hop);
            }
        }
    }

    /// Whether the Front End pool of a data centre takes itself for the next hop.
    fn is_next_hop(&self, site: Site) -> bool {
        self.site_up(site)
            && self.control.has(Control::HOP_VIEW << site.index()) == (site as u8 == 1)
    }

    /// The data centres from which clients are routed into a data centre.
    fn routed(&self, to: Site) -> bool {
        Site::ALL
            .into_iter()
            .any(|hop| self.is_next_hop(hop) && self.sites_connected(hop, to))
    }

    /// Bits of the servers that take users: running, active by their own replica, with a route.
    #[must_use]
    pub fn serving_servers(&self, topology: &Topology) -> u8 {
        let mut bits = 0;
        for site in Site::ALL {
            if self.routed(site) {
                bits |= topology.servers_in_site(site);
            }
        }
        bits & self.control.replica_active & !(self.down as u8)
    }

    /// Whether users reach the member's copy and it can acknowledge.
    #[must_use]
    pub fn is_served_by(&self, topology: &Topology, pair: Pair, member: usize) -> bool {
        self.can_acknowledge(pair, member) && self.users_reach(topology, pair)
    }

    /// Whether some serving server uses this session's databases and reaches them.
    fn users_reach(&self, topology: &Topology, pair: Pair) -> bool {
        let mut near = topology.servers_in_site(pair.site());
        if !self.is_cut(crate::network::Link::Wan) {
            near |= topology.servers_in_site(pair.site().other());
        }
        let target = match pair {
            Pair::Dc1 => !self.control.replica_failed_over,
            Pair::Dc2 => self.control.replica_failed_over,
        };
        self.serving_servers(topology) & target & near != 0
    }

    /// The copies (0 to 3) that acknowledge users' posts now, as bits, whether or not clients have
    /// reconnected.
    #[must_use]
    pub fn service(&self, topology: &Topology) -> u8 {
        let mut bits = 0;
        for pair in Pair::ALL {
            if self.session(pair).0 == 0 || !self.users_reach(topology, pair) {
                continue;
            }
            for member in 0..2 {
                bits |= u8::from(self.can_acknowledge(pair, member)) << pair.copy(member);
            }
        }
        bits
    }

    /// Whether clients have their sessions (always, where the slice is off).
    #[must_use]
    pub const fn clients_connected(&self) -> bool {
        !self.control.has(Control::DISCONNECTED)
    }

    /// Clients lose their sessions with the servers that hold them (1.2: the users of a lost server
    /// are cut off); a database that does not answer leaves them connected.
    pub(crate) fn settle_clients(&mut self, topology: &Topology) {
        let lost = || self.serving_servers(topology) == 0;
        if topology.slices.clients && self.clients_connected() && lost() {
            self.control.set(Control::DISCONNECTED, true);
        }
    }

    /// Whether a post at this copy can be acknowledged and would change the world.
    pub(crate) fn may_write(&self, topology: &Topology, copy: usize) -> bool {
        let (pair, member) = (if copy < 2 { Pair::Dc1 } else { Pair::Dc2 }, copy % 2);
        self.clients_connected()
            && self.can_acknowledge(pair, member)
            && (!self.is_on_top(pair, copy) || self.write_tells(copy))
            && self.users_reach(topology, pair)
    }

    /// Whether the copy's end already is strictly above everything but its synchronised mirror.
    fn is_on_top(&self, pair: Pair, copy: usize) -> bool {
        let rank = self.copies[copy].rank();
        let partner = copy ^ 1;
        let joined = self.session(pair).synchronized();
        let below = |p: crate::lineage::Position| !p.is_present() || p.rank() < rank;
        (0..crate::world::COPIES)
            .all(|c| c == copy || c == partner && joined || below(self.copies[c]))
            && below(self.share_from)
            && below(self.share_to)
            && below(self.folder)
            && self.lineage.fork_ranks().all(|r| r < rank)
    }

    /// Whether an acknowledgement here would be the first of its kind since a fork, or would leave
    /// acknowledged messages out.
    fn write_tells(&self, copy: usize) -> bool {
        !self.split_brain()
            && self
                .lineage
                .acknowledge_changes(self.copies[copy].timeline())
            || self.loss() == LossKind::None && self.serves_without(copy).next().is_some()
    }

    /// Acknowledged messages that the copy's history does not contain.
    fn serves_without(&self, copy: usize) -> impl Iterator<Item = crate::mirroring::Loss> {
        let end = self.copies[copy];
        let single = self.lineage.len() == 1;
        let world = *self;
        self.holders()
            .into_iter()
            .filter(move |h| !single && h.is_present() && !world.lineage.is_prefix(*h, end))
            .map(move |h| crate::mirroring::Loss {
                timeline: h.timeline() as u8,
                from: world.lineage.common_rank(h, end),
                to: h.rank(),
            })
    }

    /// Users post and the copy acknowledges: its end, and a synchronised mirror's, becomes a new
    /// top rank. Returns that rank and what the history leaves out.
    pub(crate) fn write(&mut self, copy: usize) -> (u8, crate::mirroring::Losses) {
        let pair = if copy < 2 { Pair::Dc1 } else { Pair::Dc2 };
        let mut losses = crate::mirroring::Losses::default();
        self.serves_without(copy).for_each(|loss| losses.add(loss));
        if losses.iter().next().is_some() {
            self.latch_loss(LossKind::Recoverable, LossCause::ServedWithout);
        }
        let timeline = self.copies[copy].timeline();
        if !self.split_brain() && self.lineage.acknowledge(timeline) {
            self.latch_split_brain();
        }
        let top = if self.is_on_top(pair, copy) {
            self.copies[copy].rank()
        } else {
            let positions =
                self.copies
                    .iter()
                    .chain([&self.share_from, &self.share_to, &self.folder]);
            let ranks = positions.filter(|p| p.is_present()).map(|p| p.rank());
            1 + ranks.chain(self.lineage.fork_ranks()).max().unwrap_or(0)
        };
        self.copies[copy] = crate::lineage::Position::new(timeline as u8, top);
        if self.session(pair).synchronized() {
            self.copies[copy ^ 1] = self.copies[copy];
        }
        (top, losses)
    }
}
