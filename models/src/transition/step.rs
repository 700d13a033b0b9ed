//! What can happen next, and what it does: the dispatch from events to rules.

use crate::bits::bits;
use crate::names::component::Component;
use crate::names::event::{Event, EventKind, FaultClass, pair_of, role_of};
use crate::names::runbook::{Mistake, Role};
use crate::names::site::Site;
use crate::rules::losses::Losses;
use crate::rules::mutant::Mutant;
use crate::rules::network::Link;
use crate::rules::settling::Changes;
use crate::state::lineage::{Position, Renumbering};
use crate::state::topology::{Assumption, Topology};
use crate::state::world::{Control, LossCause, Pair, SiteState, World};

/// What a step did beside the new world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Report {
    /// How ranks and timelines were renumbered. The losses are in the old numbers.
    pub renumbering: Renumbering,
    /// Acknowledged messages that were lost, or that users are served without.
    pub losses: Losses,
}

impl World {
    /// Whether an event can happen now. Every event that can, changes the world.
    #[must_use]
    pub fn may(&self, topology: &Topology, event: Event) -> bool {
        use EventKind as K;
        let at = event.at;
        match event.kind {
            K::Write => copy_of(at).is_some_and(|copy| self.may_write(topology, copy)),
            K::Crash => self.is_up(at) && !self.is_parked_node(topology, at),
            K::Restart => self.may_restart(topology, at),
            K::Cut => Link::from_component(at).is_some_and(|l| self.may_cut(topology, l)),
            K::Heal => Link::from_component(at).is_some_and(|link| self.is_cut(link)),
            K::Detect => Link::from_component(at)
                .and_then(Link::in_pair)
                .is_some_and(|(pair, link)| self.may_detect(pair, link)),
            K::Expose => pair_of(at).is_some_and(|pair| self.may_expose(topology, pair)),
            K::AutomaticFailover => {
                pair_of(at).is_some_and(|pair| self.may_fail_over(topology, pair).is_some())
            }
            K::Resynchronise => pair_of(at).is_some_and(|pair| self.may_resynchronise(pair)),
            K::SwapRoles => pair_of(at).is_some_and(|pair| self.may_swap_roles(pair).is_some()),
            K::Notice => Link::from_component(at)
                .and_then(Link::in_pair)
                .is_some_and(|(pair, link)| link > 0 && self.may_notice(pair, link - 1)),
            K::Forget => self.may_forget(topology, Pair::Dc1),
            K::Accept => self.may_accept(topology),
            K::Backup => self.may_back_up(topology),
            K::Copy => self.may_copy(topology),
            K::Restore => self.may_restore(topology),
            K::Replicate => self.may_replicate(topology, usize::from(at.number())),
            K::Disaster | K::Outage => site_of(at)
                .is_some_and(|site| self.site_up(site) && !self.is_parked(topology, site)),
            K::Return => site_of(at).is_some_and(|site| self.may_return(topology, site)),
            K::ShareLoss => self.share_has_files() && !self.is_parked_node(topology, at),
            K::StartRunbook => role_of(at).is_some_and(|role| self.may_start(topology, role)),
            K::RunbookStep => role_of(at).is_some_and(|role| self.may_step(topology, role)),
            K::StandDown => role_of(at).is_some_and(|role| self.may_stand_down(topology, role)),
            K::Reconnect => !self.clients_connected() && self.service(topology) != 0,
            K::Misoperation => event
                .operation
                .is_some_and(|o| self.may_operate(topology, o)),
            K::GreyFailure | K::GreyRepair => copy_of(at).is_some_and(|copy| {
                self.control.is(Control::GREY << copy) == (event.kind == K::GreyRepair)
                    && self.is_up(at)
                    && !self.is_parked_node(topology, at)
            }),
            K::Destroy => copy_of(at).is_some_and(|copy| {
                self.copies[copy].is_present()
                    && self.is_up(at)
                    && !self.is_parked_node(topology, at)
            }),
            K::LogFull => self.may_fill_log(topology),
            K::Retention => self.may_expire(topology),
            K::Rebuild => site_of(at).is_some_and(|site| self.may_rebuild(topology, site)),
            K::Export => self.unexported(topology).is_some(),
            K::Premature | K::Skip | K::SwapNext | K::WrongFile | K::Abort => role_of(at)
                .zip(mistake_of(event.kind))
                .is_some_and(|(role, mistake)| self.may_err(topology, role, mistake)),
        }
    }

    /// A crashed server starts only in a running data centre. Once DC1 is left, nothing in it
    /// starts while the assumption of handbook 5 holds.
    pub(crate) fn may_restart(&self, topology: &Topology, node: Component) -> bool {
        !self.is_up(node)
            && topology
                .site_of(node)
                .is_none_or(|site| self.site_up(site) && !self.is_barred(topology, site))
    }

    /// 3.10: a data centre that failed with its contents comes back with its old state, unless it
    /// was left (5).
    fn may_return(&self, topology: &Topology, site: Site) -> bool {
        self.site(site) == SiteState::Outage && !self.is_barred(topology, site)
    }

    /// 5: while the documented assumption holds, nothing in DC1 starts once it is left.
    fn is_barred(&self, topology: &Topology, site: Site) -> bool {
        site == Site::Dc1
            && topology.assumption == Assumption::Holds
            && topology.has_left_dc1(self)
            && !topology.has_mutant(Mutant::AssumptionIgnored)
    }

    /// H-48: nothing truncates the log, because the mirror is suspended or log backups have ended.
    fn may_fill_log(&self, topology: &Topology) -> bool {
        let serves = (0..2).any(|m| self.can_acknowledge(topology, Pair::Dc1, m));
        serves && (self.session(Pair::Dc1).suspended() || self.control.is(Control::GAP))
    }

    /// DC2 is rebuilt after a disaster, empty: S has to be initialised again (4.8).
    /// DC1 is there again for a failback: rebuilt and empty after a disaster; after an outage that
    /// it was left in, with its old databases kept off, while the assumption holds.
    fn may_rebuild(&self, topology: &Topology, site: Site) -> bool {
        if site == Site::Dc2 {
            return self.site(site) == SiteState::Lost;
        }
        // Timing guard: rebuilding takes days and does not overtake the failover.
        if self.progress(Role::SiteFailover) < topology.finished(Role::SiteFailover) {
            return false;
        }
        match self.site(Site::Dc1) {
            SiteState::Up => false,
            SiteState::Lost => true,
            SiteState::Outage => self.is_barred(topology, Site::Dc1),
        }
    }

    /// 6: the data centre is there again, with no database in a session.
    fn rebuild(&mut self, topology: &Topology, site: Site) {
        self.sessions[site.index()] = crate::state::world::Session::default();
        self.forget_crashes(topology, site);
        self.site_returns(topology, site);
    }

    /// A link inside a lost data centre is gone with it (3.5).
    pub(crate) fn may_cut(&self, topology: &Topology, link: Link) -> bool {
        let lost = link
            .in_pair()
            .is_some_and(|(pair, _)| self.site(pair.site()) == SiteState::Lost);
        let parked = || {
            link.in_pair()
                .is_some_and(|(pair, _)| self.is_parked(topology, pair.site()))
        };
        !self.is_cut(link) && !lost && !parked()
    }

    /// What an event costs, if it is a fault.
    #[must_use]
    pub fn fault_class(&self, topology: &Topology, event: Event) -> Option<FaultClass> {
        let late = || topology.returns_to_dc1(event) && topology.has_left_dc1(self);
        event
            .kind
            .fault_class()
            .or_else(|| late().then_some(FaultClass::LateReturn))
    }

    /// Does an event that is enabled.
    #[must_use]
    pub fn apply(&self, topology: &Topology, event: Event) -> (Self, Report) {
        let mut written = None;
        let mut world = *self;
        let (losses, changes) = world.perform(topology, event, &mut written);
        let mut renumbering = if changes.may_renumber(self, &world) {
            world.compact()
        } else {
            world.keep_numbers()
        };
        renumbering.written = written;
        let report = Report {
            renumbering,
            losses,
        };
        (world, report)
    }

    /// The world after an event that is enabled, for those who need no report of it.
    #[must_use]
    pub fn after(&self, topology: &Topology, event: Event) -> Self {
        let mut world = *self;
        let (_, changes) = world.perform(topology, event, &mut None);
        if changes.may_renumber(self, &world) {
            world.compact();
        }
        world
    }

    /// The canonical world after an event that is enabled in this one, which is canonical.
    #[must_use]
    #[inline(always)]
    pub fn successor(&self, topology: &Topology, event: Event) -> Self {
        let mut world = *self;
        let (_, changes) = world.perform(topology, event, &mut None);
        if changes.may_renumber(self, &world) {
            world.compact();
        }
        if changes.in_servers() {
            world.sort_servers(topology);
        }
        debug_assert!(world.canonical(topology) == world, "servers are not sorted");
        world
    }

    /// Does an event and what follows at once, but for renumbering. In place: a world that is
    /// copied just after some byte of it was written waits for that byte.
    #[inline(always)]
    fn perform(
        &mut self,
        topology: &Topology,
        event: Event,
        written: &mut Option<u8>,
    ) -> (Losses, Changes) {
        let before = self.pack();
        let losses = self.effect(topology, event, written);
        let changes = Changes::since(before, self);
        self.settle_after(&changes, topology);
        (losses, changes)
    }

    /// Not inlined: where its bytes are asked for one by one, a world is not packed by words.
    #[inline(never)]
    fn effect(&mut self, topology: &Topology, event: Event, written: &mut Option<u8>) -> Losses {
        use EventKind as K;
        let at = event.at;
        let none = Losses::default();
        match event.kind {
            K::Write => {
                let Some(copy) = copy_of(at) else { return none };
                let (rank, losses) = self.write(topology, copy);
                *written = Some(rank);
                return losses;
            }
            K::Crash => {
                self.set_down(at, true);
                if usize::from(at.number()) < topology.servers.len() {
                    self.control.lingering &= !(1 << at.number());
                }
                if let Some(copy) = copy_of(at) {
                    // A restart brings a dead data disk to light, and the log drive is emptied.
                    self.control.set_state(Control::GREY << copy, false);
                }
            }
            K::Restart => self.restart(topology, at),
            K::Cut | K::Heal => {
                if let Some(link) = Link::from_component(at) {
                    self.set_cut(link, event.kind == K::Cut);
                    if link == Link::Wan {
                        self.cut_remote_witness(topology);
                    }
                }
            }
            K::Detect => {
                if let Some((pair, link)) = Link::from_component(at).and_then(Link::in_pair) {
                    self.sessions[pair as usize].set_seen(link, false);
                }
            }
            K::Expose => {
                if let Some(pair) = pair_of(at) {
                    self.expose(topology, pair);
                }
            }
            K::AutomaticFailover => {
                if let Some(pair) = pair_of(at)
                    && let Some(mirror) = self.may_fail_over(topology, pair)
                {
                    self.promote(topology, pair, mirror, false);
                }
            }
            K::Resynchronise => {
                return pair_of(at).map_or(none, |pair| self.resynchronise(topology, pair));
            }
            K::SwapRoles => {
                if let Some(pair) = pair_of(at) {
                    self.swap_roles(topology, pair);
                }
            }
            K::Notice => {
                if let Some((pair, _)) = Link::from_component(at).and_then(Link::in_pair) {
                    self.notice(pair);
                }
            }
            K::Forget => self.forget(Pair::Dc1),
            K::Accept => self.control.set(Control::IN_FLIGHT, true),
            K::Backup => self.back_up(topology),
            K::Copy => self.copy_files(),
            K::Restore => self.restore_files(),
            K::Replicate => self.replicate(usize::from(at.number()), topology.slices.sessions),
            K::Disaster | K::Outage => {
                return site_of(at).map_or(none, |site| {
                    self.site_fails(topology, site, event.kind == K::Disaster)
                });
            }
            K::Return => {
                if let Some(site) = site_of(at) {
                    self.site_returns(topology, site);
                }
            }
            K::ShareLoss => return self.lose_share(LossCause::ShareLost),
            K::StartRunbook | K::StandDown => {
                if let Some(role) = role_of(at) {
                    self.progress[role as usize] = u8::from(event.kind == K::StartRunbook);
                }
            }
            K::RunbookStep => return role_of(at).map_or(none, |role| self.step(topology, role)),
            K::Reconnect => self.control.set(Control::DISCONNECTED, false),
            K::Misoperation => {
                return event.operation.map_or(none, |o| self.operate(topology, o));
            }
            K::GreyFailure | K::GreyRepair => {
                if let Some(copy) = copy_of(at) {
                    let fails = event.kind == K::GreyFailure;
                    self.control.set_state(Control::GREY << copy, fails);
                }
            }
            K::Destroy => return self.destroy(at),
            K::LogFull => self.control.set_state(Control::LOG_FULL, true),
            K::Retention => return self.expire(LossCause::ShareLost),
            K::Rebuild => {
                if let Some(site) = site_of(at) {
                    self.rebuild(topology, site);
                }
            }
            K::Export => {
                if let Some(copy) = self.unexported(topology) {
                    self.export(copy);
                }
            }
            K::Premature | K::Skip | K::SwapNext | K::WrongFile | K::Abort => {
                let before = *self;
                if let Some((role, mistake)) = role_of(at).zip(mistake_of(event.kind)) {
                    self.err(topology, role, mistake);
                }
                return self.settle_losses(&before, LossCause::Overwritten);
            }
        }
        none
    }

    /// A witness in DC2 (against V5) hears A and B over the inter-site link only.
    fn cut_remote_witness(&mut self, topology: &Topology) {
        if topology.witness && topology.witness_site == Site::Dc2 {
            let cut = self.is_cut(Link::Wan);
            self.set_cut(Link::AW, cut);
            self.set_cut(Link::BW, cut);
        }
    }

    /// 3.10: a server that starts has lost its connections, and remembers its role.
    fn restart(&mut self, topology: &Topology, node: Component) {
        self.set_down(node, false);
        for pair in Pair::ALL {
            for member in 0..3 {
                if pair.node(member) == node {
                    self.forget_connections(topology, pair, member);
                }
            }
        }
    }

    /// 3.12, 4.4: everything in the data centre stops; after a disaster its contents are gone.
    fn site_fails(&mut self, topology: &Topology, site: Site, for_good: bool) -> Losses {
        let before = *self;
        let state = if for_good {
            SiteState::Lost
        } else {
            SiteState::Outage
        };
        self.set_site(site, state);
        let nodes = topology.masks().nodes_in_site[site as usize];
        self.crashed |= ((self.down & nodes) >> Component::A.number()) as u8;
        self.down |= nodes;
        if for_good {
            self.forget_crashes(topology, site);
        }
        self.control.lingering &= !topology.servers_in_site(site);
        if !for_good {
            return Losses::default();
        }
        if site == Site::Dc1 {
            self.lose_records(topology, Pair::Dc1);
            self.control
                .set_state(Control::LOG_FULL | (Control::GREY * 3), false);
        }
        for pair in Pair::ALL {
            if pair.site() == site {
                self.sessions[pair as usize] = crate::state::world::Session::default();
                for member in 0..2 {
                    self.copies[pair.copy(member)] = Position::ABSENT;
                }
                for link in 0..3 {
                    self.set_cut(Link::of_pair(pair, link), false);
                }
            }
        }
        self.cut_remote_witness(topology);
        if topology.share.site() == Some(site) {
            self.share_from = Position::ABSENT;
            self.share_to = Position::ABSENT;
        }
        if site == Site::Dc2 {
            self.folder = Position::ABSENT;
        }
        self.settle_losses(&before, LossCause::SiteLost)
    }

    /// 3.10, H-12: everything starts but what had crashed by itself before.
    fn site_returns(&mut self, topology: &Topology, site: Site) {
        self.set_site(site, SiteState::Up);
        let crashed = u16::from(self.crashed) << Component::A.number();
        for node in bits(topology.masks().nodes_in_site[site as usize] & !crashed) {
            self.restart(topology, Component::ALL[node]);
        }
        self.forget_crashes(topology, site);
    }

    /// H-12: what had crashed before its data centre failed is no longer told apart.
    fn forget_crashes(&mut self, topology: &Topology, site: Site) {
        self.crashed &=
            !((topology.masks().nodes_in_site[site as usize] >> Component::A.number()) as u8);
    }

    /// A database server loses its disks: it is down, and comes back with nothing (3.12, L5).
    fn destroy(&mut self, node: Component) -> Losses {
        let before = *self;
        self.set_down(node, true);
        for pair in Pair::ALL {
            for member in 0..2 {
                if pair.node(member) == node {
                    self.copies[pair.copy(member)] = Position::ABSENT;
                    let session = &mut self.sessions[pair as usize];
                    session.set_role(member, crate::state::world::PartnerRole::None);
                    session.set_synchronized(false);
                }
            }
        }
        if node == Component::S {
            self.folder = Position::ABSENT;
        }
        self.settle_losses(&before, LossCause::StorageLost)
    }
}

/// The mistake of an event.
pub(crate) const fn mistake_of(kind: EventKind) -> Option<Mistake> {
    match kind {
        EventKind::Premature => Some(Mistake::Premature),
        EventKind::Skip => Some(Mistake::Skip),
        EventKind::SwapNext => Some(Mistake::SwapNext),
        EventKind::WrongFile => Some(Mistake::WrongFile),
        EventKind::Abort => Some(Mistake::Abort),
        _ => None,
    }
}

/// The copy of a database server.
#[must_use]
pub const fn copy_of(node: Component) -> Option<usize> {
    match node {
        Component::A => Some(Pair::Dc1.copy(0)),
        Component::B => Some(Pair::Dc1.copy(1)),
        Component::S => Some(Pair::Dc2.copy(0)),
        Component::SM => Some(Pair::Dc2.copy(1)),
        _ => None,
    }
}

/// The data centre of a site component.
pub(crate) const fn site_of(component: Component) -> Option<Site> {
    match component {
        Component::Dc1 => Some(Site::Dc1),
        Component::Dc2 => Some(Site::Dc2),
        _ => None,
    }
}
