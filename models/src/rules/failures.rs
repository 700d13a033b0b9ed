//! Servers, links and data centres: how they fail, return and are rebuilt (handbook 3.5, 3.10, 5).

use crate::bits::bits;
use crate::names::component::Component;
use crate::names::link::Link;
use crate::names::replica::Replica;
use crate::names::runbook::Role;
use crate::names::session::SessionId;
use crate::names::site::Site;
use crate::rules::losses::Losses;
use crate::rules::mutant::Mutant;
use crate::rules::refusal::{Permission, Refusal, first_member, require};
use crate::state::control::Control;
use crate::state::latches::LossCause;
use crate::state::lineage::Position;
use crate::state::session::{PartnerRole, Session};
use crate::state::topology::{Assumption, Topology};
use crate::state::world::{SiteState, World};

impl World {
    /// 3.5, guard: the server runs.
    #[inline]
    pub(crate) fn runs(&self, node: Component) -> Permission {
        require(self.is_up(node), Refusal::NotRunning(node))
    }

    /// 6, guard: the data centre is not parked (deviation `parked_site`).
    #[inline]
    fn not_parked(&self, topology: &Topology, site: Option<Site>) -> Permission {
        match site {
            Some(site) => require(!self.is_parked(topology, site), Refusal::Parked(site)),
            None => Ok(()),
        }
    }

    /// 3.5, guard: a running server crashes, but for one in a parked data centre (6).
    #[inline]
    pub(crate) fn may_crash(&self, topology: &Topology, node: Component) -> Permission {
        self.runs(node)?;
        self.not_parked(topology, topology.site_of(node))
    }

    /// 3.10: a crashed server keeps its disks. A restart brings a dead data disk to light (H-42).
    pub(crate) fn crash(&mut self, topology: &Topology, node: Component) {
        self.set_down(node, true);
        if node.node() < topology.servers.len() {
            self.control.lingering &= !(1 << node.node());
        }
        if let Some(copy) = Replica::of(node) {
            self.control.set(Control::grey(copy), false);
        }
    }

    /// 3.10, guard: a crashed server starts only in a running data centre. Once DC1 is left,
    /// nothing in it starts while the assumption of section 5 holds.
    pub(crate) fn may_restart(&self, topology: &Topology, node: Component) -> Permission {
        require(!self.is_up(node), Refusal::Running(node))?;
        require(!self.is_stalled(node), Refusal::Stalled(node))?;
        self.may_come_back(topology, node)
    }

    /// 3.10, 5, guard: a server comes back only in a running data centre, and in DC1 not once that
    /// is left while the assumption holds.
    fn may_come_back(&self, topology: &Topology, node: Component) -> Permission {
        match topology.site_of(node) {
            Some(site) => {
                require(self.site_up(site), Refusal::SiteDown(site))?;
                require(!self.is_barred(topology, site), Refusal::SiteLeft(site))
            }
            None => Ok(()),
        }
    }

    /// 13.5: whether a server answers nothing and goes on by itself.
    pub(crate) fn is_stalled(&self, node: Component) -> bool {
        self.control.has(Control::STALLS)
            && Replica::of(node).is_some_and(|copy| {
                copy.session() == SessionId::Primary && self.control.has(Control::stalled(copy))
            })
    }

    /// 13.5, guard: a server that stalled can go on. Where mirror and witness have agreed that the
    /// principal is lost, the mirror has taken its role before it has opened the database (3.7), so
    /// the failover comes first.
    pub(crate) fn may_end_stall(&self, topology: &Topology, copy: Replica) -> Permission {
        let server = copy.server();
        require(self.is_stalled(server), Refusal::NotStalled(server))?;
        let pair = copy.session();
        let given_up = self.session(pair).is_principal(copy.member())
            && self.may_fail_over(topology, pair).is_ok();
        require(!given_up, Refusal::GivenUp(server))?;
        self.may_come_back(topology, server)
    }

    /// 13.5: the server answers nothing, and keeps what it knows.
    pub(crate) fn stall(&mut self, copy: Replica) {
        self.set_down(copy.server(), true);
        self.control.set(Control::stalled(copy), true);
    }

    /// 13.5: the server goes on where it was. What its partners noticed meanwhile stays noticed; a
    /// connection that nobody gave up is there still.
    pub(crate) fn end_stall(&mut self, copy: Replica) {
        self.set_down(copy.server(), false);
        self.control.set(Control::stalled(copy), false);
    }

    /// 3.5, guard: a data centre that is up fails, but for a parked one (6).
    pub(crate) fn may_fail(&self, topology: &Topology, site: Site) -> Permission {
        require(self.site_up(site), Refusal::SiteDown(site))?;
        self.not_parked(topology, Some(site))
    }

    /// 3.10, guard: a data centre that failed with its contents comes back with its old state,
    /// unless it was left (5).
    pub(crate) fn may_return(&self, topology: &Topology, site: Site) -> Permission {
        match self.site(site) {
            SiteState::Up => Err(Refusal::SiteUp(site)),
            SiteState::Lost => Err(Refusal::SiteLost(site)),
            SiteState::Outage => require(!self.is_barred(topology, site), Refusal::SiteLeft(site)),
        }
    }

    /// 4.4, guard: the share has files to lose, and does not stand in a parked data centre (6).
    pub(crate) fn may_lose_share(&self, topology: &Topology, share: Component) -> Permission {
        require(self.share_has_files(), Refusal::ShareEmpty)?;
        self.not_parked(topology, topology.site_of(share))
    }

    /// H-42, guard: a running database server answers its users and can stop doing so.
    pub(crate) fn may_fail_grey(&self, topology: &Topology, copy: Replica) -> Permission {
        let server = copy.server();
        let grey = self.control.has(Control::grey(copy));
        require(!grey, Refusal::GreyFailed(server))?;
        self.may_crash(topology, server)
    }

    /// H-42, guard: a running database server does not answer its users and can do so again.
    pub(crate) fn may_repair_grey(&self, topology: &Topology, copy: Replica) -> Permission {
        let server = copy.server();
        let grey = self.control.has(Control::grey(copy));
        require(grey, Refusal::NotGreyFailed(server))?;
        self.may_crash(topology, server)
    }

    /// L5, guard: a running database server can lose its disks.
    pub(crate) fn may_destroy(&self, topology: &Topology, copy: Replica) -> Permission {
        let server = copy.server();
        require(self.copy(copy).is_present(), Refusal::NoDatabase(server))?;
        self.may_crash(topology, server)
    }

    /// 5: while the documented assumption holds, nothing in DC1 starts once it is left.
    fn is_barred(&self, topology: &Topology, site: Site) -> bool {
        site == topology.primary_site()
            && topology.assumption == Assumption::Holds
            && topology.has_left_dc1(self)
            && !topology.has_mutant(Mutant::AssumptionIgnored)
    }

    /// H-48, guard: a principal goes on writing, and something holds its log.
    pub(crate) fn may_fill_log(&self, topology: &Topology) -> Permission {
        let writing = first_member(SessionId::Primary, |copy| {
            self.acknowledging(topology, copy)
        })?;
        require(
            self.log_is_held(topology, writing),
            Refusal::LogTruncated(topology.primary_site()),
        )
    }

    /// 13.6: the log of a principal in DC1 is held while its session is not synchronised, and while
    /// no log backup succeeds. Any log backup truncates it, wherever it is written and whether or
    /// not S can use it.
    pub(crate) fn log_is_held(&self, topology: &Topology, copy: Replica) -> bool {
        let (session, member) = (self.session(SessionId::Primary), copy.member());
        let in_session = session.role(1 - member) != PartnerRole::None && !session.is_alone(member);
        let backed_up = !topology.secondary
            || topology.ships(copy)
                && !self.control.has(Control::BACKUP_STOPPED)
                && self.share_reachable(topology, topology.primary_site());
        in_session && !session.is_synchronized(member) || !backed_up
    }

    /// 13.6: a log drive is full only as long as something holds the log.
    pub(crate) fn settle_log_drive(&mut self, topology: &Topology) {
        if !self.control.has(Control::LOG_FULL) {
            return;
        }
        let pair = SessionId::Primary;
        let serves = |copy: &Replica| self.serving(pair, copy.member()).is_ok();
        let mut serving = pair.members().into_iter().filter(serves).peekable();
        let runs = serving.peek().is_some();
        if runs && !serving.any(|copy| self.log_is_held(topology, copy)) {
            self.control.set(Control::LOG_FULL, false);
        }
    }

    /// 6, guard. DC2 is rebuilt after a disaster, empty: S has to be initialised again (4.8). DC1
    /// is there again for a failback: rebuilt and empty after a disaster; after an outage that it
    /// was left in, with its old databases kept off, while the assumption holds.
    pub(crate) fn may_rebuild(&self, topology: &Topology, site: Site) -> Permission {
        require(!self.site_up(site), Refusal::SiteUp(site))?;
        let lost = self.site(site) == SiteState::Lost;
        if site == topology.secondary_site() {
            return require(lost, Refusal::SiteKeepsContents(site));
        }
        // Timing guard: rebuilding takes days and does not overtake the failover.
        require(
            self.progress(Role::SiteFailover) >= topology.finished(Role::SiteFailover),
            Refusal::FailoverNotFinished,
        )?;
        require(
            lost || self.is_barred(topology, site),
            Refusal::SiteReturns(site),
        )
    }

    /// 6: the data centre is there again, with no database in a session.
    pub(crate) fn rebuild(&mut self, topology: &Topology, site: Site) {
        for pair in SessionId::ALL {
            if topology.session_site(pair) == site {
                *self.session_mut(pair) = Session::default();
            }
        }
        self.forget_crashes(topology, site);
        self.site_returns(topology, site);
    }

    /// 3.5, guard: a link inside a lost data centre is gone with it; none is cut in a parked one
    /// (6).
    pub(crate) fn may_cut(&self, topology: &Topology, link: Link) -> Permission {
        let component = link.component();
        require(!self.is_cut(link), Refusal::LinkCut(component))?;
        let site = link
            .in_session()
            .map(|(pair, _)| topology.session_site(pair));
        require(
            site.is_none_or(|site| self.site(site) != SiteState::Lost),
            Refusal::LinkGone(component),
        )?;
        self.not_parked(topology, site)
    }

    /// 3.5, guard: a link that is cut can work again.
    pub(crate) fn may_heal(&self, link: Link) -> Permission {
        require(self.is_cut(link), Refusal::LinkNotCut(link.component()))
    }

    /// 3.5: the link is cut, or works again.
    pub(crate) fn cut(&mut self, topology: &Topology, link: Link, cut: bool) {
        self.set_cut(link, cut);
        if topology.way_to_witness() == Some(link) {
            self.cut_remote_witness(topology);
        }
    }

    /// A witness outside DC1 (against V5) hears A and B over one link only.
    fn cut_remote_witness(&mut self, topology: &Topology) {
        if let Some(way) = topology.way_to_witness() {
            let cut = self.is_cut(way);
            for number in [1, 2] {
                self.set_cut(SessionId::Primary.link(number), cut);
            }
        }
    }

    /// 13.10, guard: a server that runs has a link to its session that is not cut.
    pub(crate) fn may_lose_port(&self, topology: &Topology, node: Component) -> Permission {
        self.may_crash(topology, node)?;
        let mut links = topology.links_of(node);
        let open = links.any(|link| !self.is_cut(link));
        require(open, Refusal::PortLost(node))
    }

    /// 13.10: every link of the server to its session is cut by one fault.
    pub(crate) fn lose_port(&mut self, topology: &Topology, node: Component) {
        for link in topology.links_of(node) {
            self.set_cut(link, true);
        }
    }

    /// 3.10: a server that starts has lost its connections, and remembers its role.
    pub(crate) fn restart(&mut self, topology: &Topology, node: Component) {
        self.set_down(node, false);
        for pair in SessionId::ALL {
            for member in 0..3 {
                if pair.node(member) == node {
                    self.forget_connections(topology, pair, member);
                }
            }
        }
    }

    /// 3.12, 4.4: everything in the data centre stops; after a disaster its contents are gone.
    pub(crate) fn site_fails(&mut self, topology: &Topology, site: Site, for_good: bool) -> Losses {
        let before = *self;
        let state = if for_good {
            SiteState::Lost
        } else {
            SiteState::Outage
        };
        self.set_site(site, state);
        let nodes = topology.masks().nodes_in_site[site as usize];
        if site == topology.primary_site() && self.control.has(Control::STALLS) {
            // A server that had stalled starts with its data centre like any other.
            for copy in SessionId::Primary.members() {
                if self.is_stalled(copy.server()) {
                    self.end_stall(copy);
                }
            }
        }
        self.crashed |= beyond_servers(self.down & nodes);
        self.down |= nodes;
        if for_good {
            self.forget_crashes(topology, site);
        }
        self.control.lingering &= !topology.servers_in_site(site);
        if !for_good {
            return Losses::default();
        }
        if site == topology.primary_site() {
            self.lose_records(topology, SessionId::Primary);
            self.control.set(
                Control::TWO_MASTERS
                    | Control::BACKUP_STOPPED
                    | Control::LOG_FULL
                    | Control::grey_bits(SessionId::Primary),
                false,
            );
        }
        for pair in SessionId::ALL {
            if topology.session_site(pair) == site {
                *self.session_mut(pair) = Session::default();
                for copy in pair.members() {
                    *self.copy_mut(copy) = Position::ABSENT;
                }
                for link in pair.links() {
                    self.set_cut(link, false);
                }
            }
        }
        self.cut_remote_witness(topology);
        if topology.share.site() == Some(site) {
            self.share_from = Position::ABSENT;
            self.share_to = Position::ABSENT;
            self.image = Position::ABSENT;
        }
        if site == topology.secondary_site() {
            self.folder = Position::ABSENT;
        }
        self.settle_losses(&before, LossCause::SiteLost)
    }

    /// 3.10, H-12: everything starts but what had crashed by itself before.
    pub(crate) fn site_returns(&mut self, topology: &Topology, site: Site) {
        self.set_site(site, SiteState::Up);
        let nodes = topology.masks().nodes_in_site[site as usize];
        let crashed = u32::from(self.crashed) << Component::MAX_SERVERS;
        for node in bits(nodes & !crashed) {
            self.restart(topology, Component::from_node(node));
        }
        self.forget_crashes(topology, site);
    }

    /// H-12: which servers had crashed before their data centre failed is no longer kept.
    fn forget_crashes(&mut self, topology: &Topology, site: Site) {
        self.crashed &= !beyond_servers(topology.masks().nodes_in_site[site as usize]);
    }

    /// A database server loses its disks: it is down, and comes back with nothing (3.12, L5).
    /// What lies on them goes with them: the database, S's folder, a share on that server (13.10).
    pub(crate) fn destroy(&mut self, topology: &Topology, node: Component) -> Losses {
        let before = *self;
        self.set_down(node, true);
        if let Some(copy) = Replica::of(node) {
            *self.copy_mut(copy) = Position::ABSENT;
            let session = self.session_mut(copy.session());
            // Its partner and the witness keep what they know of it (13.3).
            let named = session.witness_set() && session.registered() == copy.member();
            if named && session.is_principal(copy.member()) {
                session.set_orphaned(true);
            }
            session.set_role(copy.member(), PartnerRole::None);
        }
        if node == Replica::Target.server() {
            self.folder = Position::ABSENT;
        }
        if topology.secondary && topology.share().host == node {
            self.empty_share();
        }
        self.settle_losses(&before, LossCause::StorageLost)
    }
}

/// The bits of machines that are no pool servers, from the first such (H-12).
const fn beyond_servers(nodes: u32) -> u8 {
    (nodes >> Component::MAX_SERVERS) as u8
}
