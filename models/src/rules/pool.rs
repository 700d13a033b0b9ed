//! Pool servers, the control state they follow, and whether users are served (handbook 1.4).

use crate::bits::bits;
use crate::names::component::Component;
use crate::names::link::Link;
use crate::names::replica::Replica;
use crate::names::session::SessionId;
use crate::names::site::Site;
use crate::rules::losses::Losses;
use crate::rules::mutant::Mutant;
use crate::rules::refusal::{Permission, Refusal, require};
use crate::state::control::Control;
use crate::state::latches::{Latches, LossCause, LossKind};
use crate::state::lineage::Position;
use crate::state::session::PartnerRole;
use crate::state::topology::{Acknowledgement, Topology};
use crate::state::world::World;

impl World {
    /// Whether the master of the Central Management store answers a data centre (5 step 0c, H-38).
    fn cms_reachable(&self, from: Site) -> bool {
        let at = self.cms_site();
        // With two masters, each data centre follows its own.
        let follows_other = from == Site::PRIMARY && self.control.has(Control::TWO_MASTERS);
        self.site_up(at) && self.sites_connected(at, from) && !follows_other
    }

    /// The data centre of the Central Management store's master (1.4).
    #[must_use]
    pub const fn cms_site(&self) -> Site {
        if self.control.has(Control::CMS_IN_DC2) {
            Site::SECONDARY
        } else {
            Site::PRIMARY
        }
    }

    /// 5 step 0c, guard: pool state and active list can be changed from a data centre.
    pub(crate) fn may_change_cms(&self, from: Site) -> Permission {
        require(self.cms_reachable(from), Refusal::CmsUnreachable(from))
    }

    /// 5 step 0c: the master is in DC2. Where the old one runs behind a cut it stays a master too
    /// (13.14, H-38), until the failover is done again with both in reach.
    pub(crate) fn fail_over_cms(&mut self) {
        let old = Site::PRIMARY;
        let leaves_master = !self.control.has(Control::CMS_IN_DC2)
            && self.site_up(old)
            && !self.sites_connected(Site::SECONDARY, old);
        let ends = self.site_up(old) && self.sites_connected(Site::SECONDARY, old);
        if leaves_master || ends {
            self.control.set(Control::TWO_MASTERS, leaves_master);
        }
        self.control.set(Control::CMS_IN_DC2, true);
    }

    /// Bits of the servers whose replica is behind; bits beyond the last server mean nothing (1.4).
    pub(crate) const fn stale_servers(&self) -> u8 {
        let control = &self.control;
        let failed_over = if control.has(Control::FAILED_OVER) {
            u8::MAX
        } else {
            0
        };
        control.replica_failed_over ^ failed_over | control.replica_active ^ control.active
    }

    /// Whether a server's replica is behind (1.4).
    pub(crate) const fn is_stale(&self, server: usize) -> bool {
        (self.stale_servers() >> server) & 1 == 1
    }

    /// Bits of the servers whose replica is behind and can be refreshed (10, choice 9).
    pub(crate) fn replicable_servers(&self, topology: &Topology) -> u8 {
        let behind = self.stale_servers() & !self.servers_down();
        if behind == 0 || topology.has_mutant(Mutant::ReplicationLost) {
            return 0;
        }
        Site::ALL.into_iter().fold(0, |bits, site| {
            let reached = self.cms_reachable(site);
            bits | if reached {
                behind & topology.servers_in_site(site)
            } else {
                0
            }
        })
    }

    /// 10, choice 9, guard: a server's replica is behind and can be refreshed.
    pub(crate) fn may_replicate(&self, topology: &Topology, server: usize) -> Permission {
        let node = Component::server(server);
        let site = topology.servers[server].site;
        require(self.is_stale(server), Refusal::ReplicaCurrent(node))?;
        require(self.is_up(node), Refusal::NotRunning(node))?;
        require(
            self.cms_reachable(site) && !topology.has_mutant(Mutant::ReplicationLost),
            Refusal::CmsUnreachable(site),
        )
    }

    pub(crate) const fn replicate(&mut self, server: usize, sessions: bool) {
        let bit = 1 << server;
        let control = &mut self.control;
        let loses = control.replica_active & !control.active & bit;
        if sessions {
            // 1.4: it takes no new sessions but keeps serving those it has.
            control.lingering = control.lingering & !bit | loses;
        }
        control.replica_active = control.replica_active & !bit | control.active & bit;
        let failed_over = if control.has(Control::FAILED_OVER) {
            bit
        } else {
            0
        };
        control.replica_failed_over = control.replica_failed_over & !bit | failed_over;
    }

    /// A data centre's view of the next hop follows the configuration as soon as it can; it
    /// commutes with everything else, so it is no event of its own (5 step 8).
    pub(crate) fn settle(&mut self) {
        let hop = self.control.has(Control::HOP_IN_DC2);
        for site in Site::ALL {
            if self.cms_reachable(site) {
                self.control.set(Control::HOP_VIEW << site.index(), hop);
            }
        }
    }

    /// Whether the Front End pool of a data centre takes itself for the next hop (1.1).
    fn is_next_hop(&self, site: Site) -> bool {
        let front_end = site == Site::SECONDARY || self.is_up(Component::FrontEnd1);
        let chosen =
            self.control.has(Control::HOP_VIEW << site.index()) == (site == Site::SECONDARY);
        self.site_up(site) & front_end & chosen
    }

    /// Bits of the servers that take users: running, active by their own replica, in a data centre
    /// into which the next hop routes clients (1.1, 1.4).
    #[must_use]
    pub fn serving_servers(&self, topology: &Topology) -> u8 {
        let hops = Site::ALL.map(|site| self.is_next_hop(site));
        let joined = !self.is_cut(Link::Wan);
        let mut bits = 0;
        for site in Site::ALL {
            if hops[site as usize] | joined & hops[site.other() as usize] {
                bits |= topology.servers_in_site(site);
            }
        }
        bits & (self.control.replica_active | self.control.lingering) & !self.servers_down()
    }

    /// 13.21: over how many servers the users are spread, this one among them; 0 where it takes
    /// none.
    #[must_use]
    pub fn servers_beside(&self, topology: &Topology, server: Component) -> u32 {
        let serving = self.serving_servers(topology);
        let mut servers = 0..topology.servers.len();
        let number = servers.find(|number| Component::server(*number) == server);
        match number {
            Some(number) if serving >> number & 1 == 1 => serving.count_ones(),
            _ => 0,
        }
    }

    /// Whether users come to a copy: one of the servers that take users uses the databases
    /// of its session, reaches them and knows of it.
    fn users_come(&self, topology: &Topology, copy: Replica, serving: u8) -> bool {
        let failed_over = self.control.replica_failed_over;
        let (site, target) = match copy.session() {
            SessionId::Primary => (topology.primary_site(), !failed_over),
            SessionId::Secondary => (topology.secondary_site(), failed_over),
        };
        let near = if self.is_cut(Link::Wan) {
            topology.servers_in_site(site)
        } else {
            u8::MAX
        };
        // V32: see the validator.
        let usable = !self.logins_missing(topology, copy);
        // 2.4, H-33: a failover partner whose name the servers do not know.
        let known = copy != Replica::TargetMirror || !self.control.has(Control::STALE_PARTNER);
        serving & target & near != 0 && usable && known
    }

    /// V38, H-52, 13.19: whether the pool servers cannot log in to a copy: the database is online
    /// but unusable.
    #[must_use]
    pub const fn logins_missing(&self, topology: &Topology, copy: Replica) -> bool {
        topology.logins & copy.bit() == 0 && !self.control.has(Control::LOGINS_CREATED)
    }

    /// The copies that acknowledge users' messages now, as bits, whether or not clients have
    /// reconnected (2.4).
    #[must_use]
    pub fn service(&self, topology: &Topology) -> u8 {
        self.service_of(topology, u8::MAX)
    }

    /// [`World::service`] of some copies, given as bits. Each copy costs a look at its servers and
    /// its quorum, and most who ask need one or two (2.4, 3.5).
    pub(crate) fn service_of(&self, topology: &Topology, copies: u8) -> u8 {
        let serving = self.serving_servers(topology);
        bits(copies & self.principals()).fold(0, |served, place| {
            let copy = Replica::ALL[place];
            let serves =
                self.users_come(topology, copy, serving) && self.can_acknowledge(topology, copy);
            served | if serves { copy.bit() } else { 0 }
        })
    }

    /// Whether clients have their sessions (always, where the slice is off) (2.4).
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

    /// 2.1, guard: a pool server can accept a message; one stands for all that are in flight.
    pub(crate) fn may_accept(&self, topology: &Topology) -> Permission {
        require(
            !self.control.has(Control::IN_FLIGHT),
            Refusal::MessageInFlight,
        )?;
        require(self.clients_connected(), Refusal::ClientsDisconnected)?;
        require(self.service(topology) != 0, Refusal::NoService)
    }

    /// 1.2, guard: clients have lost their sessions, and users are served again.
    pub(crate) fn may_reconnect(&self, topology: &Topology) -> Permission {
        require(!self.clients_connected(), Refusal::ClientsConnected)?;
        require(self.service(topology) != 0, Refusal::NoService)
    }

    /// 10, choices 1 and 16: messages in flight are dropped with the service that would have
    /// committed them. Users who got their acknowledgement on acceptance have lost them, and a
    /// record that left before is of a message that never was.
    pub(crate) fn settle_messages_in_flight(&mut self, topology: &Topology) {
        if !self.control.has(Control::IN_FLIGHT) || self.service(topology) != 0 {
            return;
        }
        self.control.set(Control::IN_FLIGHT, false);
        if topology.acknowledgement == Acknowledgement::OnAccept {
            self.latch_loss(LossKind::Final, LossCause::NeverCommitted);
        }
        if topology.record_before_commit && topology.slices.compliance {
            self.latch(Latches::RECORD_PHANTOM);
        }
    }

    /// 2.2, guard: a message at this copy can be acknowledged and would change the world.
    pub(crate) fn may_write(&self, topology: &Topology, copy: Replica) -> Permission {
        let server = copy.server();
        require(self.clients_connected(), Refusal::ClientsDisconnected)?;
        self.acknowledging(topology, copy)?;
        require(
            self.users_come(topology, copy, self.serving_servers(topology)),
            Refusal::NoUserReaches(server),
        )?;
        require(
            !self.is_on_top(copy)
                || self.write_shows(topology, copy)
                || self.control.has(Control::IN_FLIGHT),
            Refusal::NothingNewToWrite(server),
        )
    }

    /// Whether the copy's end already is strictly above everything but its synchronised mirror.
    fn is_on_top(&self, copy: Replica) -> bool {
        let rank = self.copy(copy).rank();
        let partner = copy.partner();
        let session = self.session(copy.session());
        let joined = session.is_synchronized(copy.member()) && !session.is_alone(copy.member());
        let below = |p: &Position| !p.is_present() || p.rank() < rank;
        let own = |c: Replica| c == copy || c == partner && joined;
        let (copies, others) = self.positions();
        Replica::ALL
            .into_iter()
            .all(|c| own(c) || below(&copies[c.place()]))
            && others.iter().all(below)
            && self.lineage.fork_ranks().all(|r| r < rank)
    }

    /// Whether an acknowledgement here would be the first of its kind since a fork, would leave
    /// acknowledged messages out, or would give the number of a lost message to a new one (R1,
    /// H-46).
    fn write_shows(&self, topology: &Topology, copy: Replica) -> bool {
        !self.split_brain()
            && self
                .lineage
                .acknowledge_changes(self.copy(copy).timeline(), self.written_timelines())
            || self.loss() == LossKind::None && self.serves_without(copy).next().is_some()
            || self.loss() != LossKind::None && !self.has_latched(Latches::NUMBERS_REUSED)
            || topology.slices.compliance
                && self.is_phantom(copy)
                && !self.has_latched(Latches::RECORD_PHANTOM)
    }

    /// H-45: the compliance record of a message is out, and the serving history has no such
    /// message.
    fn is_phantom(&self, copy: Replica) -> bool {
        self.exported.is_present() && !self.lineage.is_prefix(self.exported, self.copy(copy))
    }

    /// H-44: a data centre is lost with messages whose compliance records are still there.
    pub(crate) fn lose_records(&mut self, topology: &Topology, pair: SessionId) {
        let unexported = pair.members().into_iter().any(|replica| {
            let copy = self.copy(replica);
            self.session(pair).is_principal(replica.member())
                && copy.is_present()
                && self.exported.is_present()
                && !self.lineage.is_prefix(copy, self.exported)
        });
        if topology.slices.compliance && unexported {
            self.latch(Latches::RECORD_MISSING);
        }
    }

    /// 2.3, guard: a serving copy has something that the compliance adapter lacks. Returns the
    /// copy.
    pub(crate) fn may_export(&self, topology: &Topology) -> Permission<Replica> {
        let served = self.service(topology);
        require(served != 0, Refusal::NoService)?;
        bits(served)
            .map(|place| Replica::ALL[place])
            .find(|copy| self.copy(*copy) != self.exported)
            .ok_or(Refusal::RecordsExported)
    }

    /// 2.3: the adapter has been fed what this copy has.
    pub(crate) const fn export(&mut self, copy: Replica) {
        self.exported = self.copy(copy);
    }

    /// WS: an overload of the servers that take users: 30,000 each are the most after a loss (1.2).
    #[must_use]
    pub fn overloaded(&self, topology: &Topology) -> bool {
        if topology.users == 0 {
            return false;
        }
        let servers = self.serving_servers(topology).count_ones();
        servers > 0 && topology.users > 30_000 * servers && self.service(topology) != 0
    }

    /// UQ: users are not served, nothing that would change it is under way, and still a database
    /// server with every acknowledged message, a pool server and a next hop are running (handbook
    /// 9).
    #[must_use]
    pub fn stuck(&self, topology: &Topology, enabled: &crate::names::event::EventSet) -> bool {
        let under_way = !enabled.and(&topology.masks().progress).is_empty();
        !under_way && self.service(topology) == 0 && self.could_serve(topology)
    }

    /// Whether some running database server has every acknowledged message, and some running pool
    /// server of a data centre that is up could be pointed at it (9, UQ).
    fn could_serve(&self, topology: &Topology) -> bool {
        let holders = self.holders();
        let complete = |copy: Replica| {
            holders
                .iter()
                .all(|h| !h.is_present() || self.lineage.is_prefix(*h, self.copy(copy)))
        };
        Replica::ALL.into_iter().any(|copy| {
            let pair = copy.session();
            let site = topology.session_site(pair);
            // A secondary that is still restoring serves no user without a failover, nor does its
            // mirror before it is promoted.
            let role = self.session(pair).role(copy.member());
            let in_session = role == PartnerRole::Principal
                || pair == SessionId::Primary && role == PartnerRole::Mirror;
            self.copy(copy).is_present()
                && in_session
                && self.site_up(site)
                && self.is_up(copy.server())
                && !self.control.has(Control::grey(copy))
                && complete(copy)
                && topology.servers_in_site(site) & !self.servers_down() != 0
        })
    }

    /// Holders of acknowledged messages that the copy's history does not contain (handbook 9, AL).
    fn serves_without(&self, copy: Replica) -> impl Iterator<Item = Position> {
        let end = self.copy(copy);
        let single = self.lineage.len() == 1;
        let world = *self;
        self.holders()
            .into_iter()
            .filter(move |h| !single && h.is_present() && !world.lineage.is_prefix(*h, end))
    }

    /// Users write and the copy acknowledges: its end, and a synchronised mirror's, becomes a new
    /// top rank. Returns what the history leaves out.
    pub(crate) fn write(&mut self, topology: &Topology, copy: Replica) -> Losses {
        self.control.set(Control::IN_FLIGHT, false);
        let mut losses = Losses::default();
        for held in self.serves_without(copy) {
            let from = self.lineage.common_rank(held, self.copy(copy));
            losses.add_beyond(&self.lineage, held, Some(from));
        }
        if losses.iter().next().is_some() {
            losses.cause = LossCause::ServedWithout;
            self.latch_loss(LossKind::Recoverable, losses.cause);
        }
        // H-46: the counter of message numbers was rewound with the history.
        if self.loss() != LossKind::None {
            self.latch(Latches::NUMBERS_REUSED);
        }
        if topology.slices.compliance && self.is_phantom(copy) {
            self.latch(Latches::RECORD_PHANTOM);
        }
        let timeline = self.copy(copy).timeline();
        if !self.split_brain() && self.lineage.acknowledge(timeline, self.written_timelines()) {
            self.latch(Latches::SPLIT_BRAIN);
        }
        let top = if self.is_on_top(copy) {
            self.copy(copy).rank()
        } else {
            let (copies, others) = self.positions();
            let positions = copies.iter().chain(&others);
            let ranks = positions.filter(|p| p.is_present()).map(|p| p.rank());
            1 + ranks.chain(self.lineage.fork_ranks()).max().unwrap_or(0)
        };
        *self.copy_mut(copy) = Position::new(timeline as u8, top);
        let pair = copy.session();
        let session = self.session(pair);
        let mirrored = session.is_synchronized(copy.member()) && !session.is_alone(copy.member());
        if mirrored && self.is_connected(pair, 0) && session.is_mirror(1 - copy.member()) {
            *self.copy_mut(copy.partner()) = self.copy(copy);
        }
        losses
    }
}
