//! The last resort: what database administrators do where no other runbook helps, although a server
//! runs (handbook 13.22). They make the newest copy serve, else restore the newest backup, else
//! start empty.

use crate::bits::bits;
use crate::names::component::{Component, ComponentKind};
use crate::names::event::{Event, EventKind};
use crate::names::replica::Replica;
use crate::names::runbook::Role;
use crate::names::session::SessionId;
use crate::names::site::Site;
use crate::rules::losses::Losses;
use crate::rules::refusal::{Permission, Refusal, require};
use crate::state::control::Control;
use crate::state::latches::{Latches, LossCause};
use crate::state::lineage::Position;
use crate::state::session::{PartnerRole, Session};
use crate::state::topology::Topology;
use crate::state::world::{SiteState, World};

impl World {
    /// 13.22: whether users are not served, nothing that is under way or under repair would change
    /// it, no other team can do anything, and a database server runs.
    pub(crate) fn service_stuck(&self, topology: &Topology) -> bool {
        // The cheapest questions first: nearly every world is asked this.
        self.service(topology) == 0
            && self.database_server_runs(topology).is_ok()
            && !self.is_under_way(topology)
            && !self.waits_for_repair(topology)
    }

    /// 13.22, guard: a database server runs.
    fn database_server_runs(&self, topology: &Topology) -> Permission {
        let mut replicas = topology.replicas().iter();
        require(
            replicas.any(|place| self.is_up(place.replica.server())),
            Refusal::NoDatabaseServerRuns,
        )
    }

    /// Whether something is being repaired that service could come back with (3.10, 3.11). A lost
    /// data centre brings nothing back when it is rebuilt, nor does a database server without a
    /// database, unless a team waits for it.
    fn waits_for_repair(&self, topology: &Topology) -> bool {
        let acknowledges = Replica::ALL
            .into_iter()
            .any(|copy| self.can_acknowledge(topology, copy));
        let happens = |kind, at| {
            let event = Event::new(kind, at);
            topology.index_of(event).is_some() && self.may(topology, event)
        };
        self.a_link_can_heal(topology)
            || bits(self.down).any(|node| {
                self.repair_helps(topology, Component::from_node(node), acknowledges)
                    && self.can_restart(topology, node)
            })
            || Site::ALL
                .into_iter()
                .any(|site| happens(EventKind::Return, Component::site(site)))
            || Replica::ALL.into_iter().any(|copy| {
                happens(EventKind::GreyRepair, copy.server())
                    || happens(EventKind::StallEnds, copy.server())
            })
    }

    /// 13.22: whether a machine that is down is one that service waits for: where a database
    /// acknowledges, a machine between it and the users, else one that a database waits for.
    fn repair_helps(&self, topology: &Topology, node: Component, acknowledges: bool) -> bool {
        match node.kind() {
            ComponentKind::PoolServer | ComponentKind::FrontEnd => acknowledges,
            ComponentKind::Database => {
                let copy = Replica::of(node);
                let holds = copy.is_some_and(|copy| self.copy(copy).is_present());
                !acknowledges && (holds || self.a_team_is_at_work(topology))
            }
            ComponentKind::Witness | ComponentKind::ShareHost => !acknowledges,
            ComponentKind::DataCentre
            | ComponentKind::Connection
            | ComponentKind::Mirroring
            | ComponentKind::Job
            | ComponentKind::Operators
            | ComponentKind::Clients => false,
        }
    }

    /// 13.22: whether a team has begun a runbook and not finished it, but for the last resort's.
    fn a_team_is_at_work(&self, topology: &Topology) -> bool {
        Role::ALL
            .into_iter()
            .any(|role| role != Role::LastResort && self.current_step(topology, role).is_some())
    }

    /// The newest of these contents: one that no other contains, and of several the one whose
    /// timeline was born last (3.2, 13.2). Of copies with the same content the one that
    /// acknowledges already, else the first.
    fn newest(&self, topology: &Topology, contents: [Position; Replica::COUNT]) -> Option<Replica> {
        let has = |p: Position, q: Position| self.lineage.is_prefix(q, p);
        let present = || contents.into_iter().filter(|p| p.is_present());
        let newest = present()
            .filter(|p| present().all(|q| !has(q, *p) || has(*p, q)))
            .max_by_key(|p| (p.timeline(), p.rank()))?;
        let same = |copy: &Replica| {
            let content = contents[copy.place()];
            content.is_present() && has(content, newest) && has(newest, content)
        };
        Replica::ALL
            .into_iter()
            .filter(same)
            .min_by_key(|copy| !self.can_acknowledge(topology, *copy))
    }

    /// 13.22, guard: a failover to DC2 has begun, DC1 keeps its contents, and DC2 holds no database
    /// to fail over to.
    pub(crate) fn may_return_to_dc1(&self, topology: &Topology) -> Permission {
        let site = topology.primary_site();
        require(
            self.progress(Role::SiteFailover) != 0,
            Refusal::RunbookNotStarted(Role::SiteFailover),
        )?;
        match self.site(site) {
            SiteState::Up => return Err(Refusal::SiteUp(site)),
            SiteState::Lost => return Err(Refusal::SiteLost(site)),
            SiteState::Outage => {}
        }
        self.hold_nothing(&SessionId::Secondary.members())
    }

    /// 13.22, guard: none of these copies holds anything.
    fn hold_nothing(&self, copies: &[Replica]) -> Permission {
        let mut holding = copies.iter().filter(|copy| self.copy(**copy).is_present());
        match holding.next() {
            Some(copy) => Err(Refusal::CopyLeft(copy.server())),
            None => Ok(()),
        }
    }

    /// 13.22: the failover is given up, so that DC1 comes back with its databases (5). None of them
    /// goes on by itself: what DC2 acknowledged before it was lost is no part of their history.
    pub(crate) fn return_to_dc1(&mut self) {
        *self.session_mut(SessionId::Primary) = Session::default();
        for role in [Role::SiteFailover, Role::SiteFailback, Role::PlannedSwitch] {
            self.progress[role as usize] = 0;
        }
    }

    /// 5 steps 2 and 3: S and its folder once every file in reach is applied, if one fits onto S.
    fn with_files(&self, topology: &Topology) -> Self {
        let mut world = *self;
        if world.may_copy_by_hand(topology).is_ok() {
            world.copy_files();
        }
        if world.may_restore_by_hand(topology).is_err() {
            return *self;
        }
        world.restore_files();
        world
    }

    /// 13.22, guard: a copy is left on a server that runs, and the newest does not acknowledge.
    /// Returns the newest, S with the files that can be applied to it.
    pub(crate) fn may_recover_newest(&self, topology: &Topology) -> Permission<Replica> {
        let left = Replica::ALL.into_iter();
        let mut left = left.filter(|copy| self.copy(*copy).is_present());
        let first = left.next().ok_or(Refusal::NoCopyLeft)?;
        let applied = self.with_files(topology);
        let contents = Replica::ALL.map(|copy| {
            if self.is_up(copy.server()) {
                applied.copy(copy)
            } else {
                Position::ABSENT
            }
        });
        let newest = self
            .newest(topology, contents)
            .ok_or(Refusal::NotRunning(first.server()))?;
        require(
            !self.can_acknowledge(topology, newest),
            Refusal::NewestServes(newest.server()),
        )?;
        Ok(newest)
    }

    /// 3.14, 13.22: SET PARTNER OFF, SET WITNESS OFF, RESTORE WITH RECOVERY.
    pub(crate) fn recover_newest(&mut self, topology: &Topology) {
        let Ok(newest) = self.may_recover_newest(topology) else {
            return;
        };
        if newest == Replica::Target {
            *self = self.with_files(topology);
        }
        let branch = self.lineage.fork(self.copy(newest));
        // What S has beside the database of DC1 fits its log no more (4.2).
        let gap =
            newest.session() == SessionId::Primary && self.session(SessionId::Secondary).exists();
        self.serve_alone(topology, newest, branch, gap);
    }

    /// 3.14: the copy becomes a principal without partner and witness, and no other copy has a
    /// role.
    fn serve_alone(&mut self, topology: &Topology, copy: Replica, content: Position, gap: bool) {
        *self.copy_mut(copy) = content;
        for pair in SessionId::ALL {
            *self.session_mut(pair) = Session::default();
        }
        self.session_mut(copy.session())
            .set_role(copy.member(), PartnerRole::Principal);
        match copy.session() {
            SessionId::Primary => {
                let stopped = Control::fenced(copy) | Control::LOG_FULL;
                self.control.set(stopped, false);
            }
            SessionId::Secondary => self.control.set(Control::JOBS, false),
        }
        if gap && topology.secondary {
            self.control.set(Control::GAP, true);
        }
        // A team that had begun a failover would make another database serve beside this one.
        self.end_failovers(topology, copy.session() == SessionId::Secondary);
    }

    /// The backups that a database on a server can be restored from: the files in S's folder, the
    /// full backup with the log backups that fit onto it, and what was salvaged (4.2, 6).
    fn backups_for(&self, topology: &Topology, copy: Replica) -> [Position; 4] {
        let site = topology.session_site(copy.session());
        let on_share = self.share_reachable(topology, site);
        let in_folder = self.is_up(Replica::Target.server())
            && self.sites_connected(topology.secondary_site(), site);
        let from = |reached: bool, base: Position| {
            let fits = self.lineage.is_prefix(self.share_from, base)
                && self.lineage.is_prefix(base, self.share_to);
            match (reached, on_share && fits) {
                (false, _) => Position::ABSENT,
                (true, true) => self.share_to,
                (true, false) => base,
            }
        };
        let [first, second] = self.archive;
        [
            from(in_folder, self.folder),
            from(on_share, self.image),
            first,
            second,
        ]
    }

    /// 13.22, guard: no copy is left, a database server runs, and a backup can be brought to one.
    /// Returns the copy that is restored, and the newest backup.
    pub(crate) fn may_restore_newest_backup(
        &self,
        topology: &Topology,
    ) -> Permission<(Replica, Position)> {
        self.hold_nothing(&Replica::ALL)?;
        self.database_server_runs(topology)?;
        self.servers_that_run(topology)
            .find_map(|copy| {
                let backups = self.backups_for(topology, copy);
                let newest = self.newest(topology, backups)?;
                Some((copy, backups[newest.place()]))
            })
            .ok_or(Refusal::NoBackupInReach)
    }

    /// 13.22: the database servers that run, those of DC1 first.
    fn servers_that_run(&self, topology: &Topology) -> impl Iterator<Item = Replica> {
        let replicas = topology.replicas().iter().map(|place| place.replica);
        replicas.filter(|copy| self.is_up(copy.server()))
    }

    /// 6 step 4, 13.22: the backup is restored WITH RECOVERY.
    pub(crate) fn restore_newest_backup(&mut self, topology: &Topology) {
        if let Ok((copy, backup)) = self.may_restore_newest_backup(topology) {
            let branch = self.lineage.fork(backup);
            // Log shipping has to be set up again, from a full backup (4.8).
            self.serve_alone(topology, copy, branch, true);
        }
    }

    /// 13.22, guard: neither a copy nor a backup is left, and a database server runs. Returns the
    /// copy that is created.
    pub(crate) fn may_start_empty(&self, topology: &Topology) -> Permission<Replica> {
        self.hold_nothing(&Replica::ALL)?;
        let nothing_left = self.holders().iter().all(|holder| !holder.is_present());
        require(nothing_left, Refusal::BackupLeft)?;
        self.servers_that_run(topology)
            .next()
            .ok_or(Refusal::NoDatabaseServerRuns)
    }

    /// 13.22: a history begins that descends from none. What was lost was counted when its last
    /// holder disappeared; of files without a base nothing can be restored (4.2).
    pub(crate) fn start_empty(&mut self, topology: &Topology) {
        let Ok(copy) = self.may_start_empty(topology) else {
            return;
        };
        self.share_from = Position::ABSENT;
        self.share_to = Position::ABSENT;
        if self.exported.is_present() {
            // H-45: the compliance store has records of messages that no database has.
            self.latch(Latches::RECORD_PHANTOM);
            self.exported = Position::ABSENT;
        }
        let beginning = self.lineage.begin_anew();
        self.serve_alone(topology, copy, beginning, true);
    }

    /// 13.22, guard: a database acknowledges, and the pool state can be changed from its data
    /// centre, if need be after a failover of the Central Management store. Returns the newest.
    pub(crate) fn may_serve_newest(&self, topology: &Topology) -> Permission<Replica> {
        let contents = Replica::ALL.map(|copy| {
            if self.can_acknowledge(topology, copy) {
                self.copy(copy)
            } else {
                Position::ABSENT
            }
        });
        let newest = self
            .newest(topology, contents)
            .ok_or(Refusal::NothingAcknowledges)?;
        if !topology.cms_paired {
            self.may_change_cms(topology.session_site(newest.session()))?;
        }
        Ok(newest)
    }

    /// 5, 6, 13.22: pool state, active servers, next hop and Central Management store follow the
    /// newest database, missing logins are created, the servers in reach are started again, and no
    /// failover is under way any more.
    pub(crate) fn serve_newest(&mut self, topology: &Topology, reached: u8) {
        let Ok(newest) = self.may_serve_newest(topology) else {
            return;
        };
        let pair = newest.session();
        let in_dc2 = pair == SessionId::Secondary;
        if self.logins_missing(topology, newest) {
            self.control.set(Control::LOGINS_CREATED, true);
        }
        if self.may_change_cms(topology.session_site(pair)).is_err() {
            self.control.set(Control::TWO_MASTERS, false);
            self.control.set(Control::CMS_IN_DC2, in_dc2);
        }
        let follows = Control::FAILED_OVER | Control::HOP_IN_DC2;
        self.control.set(follows, in_dc2);
        if in_dc2 {
            self.activate_dc2(topology);
        } else {
            self.activate(topology, topology.server_bits(|server| server.active));
        }
        self.restart_services(topology, reached);
        self.end_failovers(topology, in_dc2);
    }

    /// 13.22: what other teams had begun is over. Users are served in DC1 as before any failover,
    /// or in DC2 as after one that is done.
    fn end_failovers(&mut self, topology: &Topology, in_dc2: bool) {
        self.progress[Role::SiteFailover as usize] = if in_dc2 {
            topology.finished(Role::SiteFailover)
        } else {
            0
        };
        self.progress[Role::SiteFailback as usize] = 0;
        self.progress[Role::PlannedSwitch as usize] = 0;
        let session = self.session(SessionId::Primary);
        if (0..2).any(|member| session.role(member) == PartnerRole::None) {
            self.progress[Role::MirrorFailover as usize] = 0;
        }
    }

    /// 3.14, 13.22, guard: the newest principal serves without a mirror, and its partner runs.
    /// Returns the principal.
    pub(crate) fn may_remirror_newest(&self, topology: &Topology) -> Permission<Replica> {
        let principals = self.principals();
        let contents = Replica::ALL.map(|copy| {
            if principals & copy.bit() != 0 {
                self.copy(copy)
            } else {
                Position::ABSENT
            }
        });
        let newest = self
            .newest(topology, contents)
            .ok_or(Refusal::NothingAcknowledges)?;
        let pair = newest.session();
        if pair == SessionId::Primary {
            self.may_reseed(topology, pair)?;
            return Ok(newest);
        }
        require(
            topology.is_mirrored(pair),
            Refusal::NoMirrorInTopology(pair.component()),
        )?;
        self.serving(pair, newest.member())?;
        let partner = newest.partner();
        require(
            self.session(pair).role(partner.member()) == PartnerRole::None,
            Refusal::HasPartner(newest.server()),
        )?;
        self.runs(partner.server())?;
        let link = pair.link(0);
        require(!self.is_cut(link), Refusal::LinkCut(link.component()))?;
        Ok(newest)
    }

    /// 3.14, 13.22: the partner is seeded, and the pool servers are started again. The failback
    /// takes its backup on S (6 step 3), so S gets the database of SM before SM is its mirror.
    pub(crate) fn remirror_newest(&mut self, topology: &Topology) -> Losses {
        let losses = match self.may_remirror_newest(topology) {
            Err(_) => return Losses::default(),
            Ok(newest) if newest.session() == SessionId::Primary => self.reseed_mirror(topology),
            Ok(Replica::TargetMirror) => {
                let losses = self.move_to_secondary();
                // S has all that SM had: nothing more is overwritten.
                let _: Losses = self.install_mirror(topology);
                losses
            }
            Ok(_) => self.install_mirror(topology),
        };
        let reached = self.servers_in_reach(topology, None);
        self.restart_services(topology, reached);
        losses
    }

    /// 6 step 3: S is restored from a backup of SM and its tail, and SM gives its role up.
    fn move_to_secondary(&mut self) -> Losses {
        let before = *self;
        *self.copy_mut(Replica::Target) = self.lineage.fork(self.copy(Replica::TargetMirror));
        *self.session_mut(SessionId::Secondary) = Session::of_one();
        let losses = self.settle_losses(&before, LossCause::Overwritten);
        self.mark_overwritten(&losses);
        losses
    }
}
