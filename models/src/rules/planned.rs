//! Planned work: when it begins, and what becomes of it where something fails meanwhile (handbook
//! 13.15, 13.16).

use crate::names::replica::Replica;
use crate::names::runbook::{Belief, Role};
use crate::names::session::SessionId;
use crate::names::site::Site;
use crate::state::control::Control;
use crate::state::session::PartnerRole;
use crate::state::topology::Topology;
use crate::state::world::World;

impl World {
    /// 13.15: whether nothing is broken, users are served, and the copies that a switch would go to
    /// are up to date or on their way there.
    pub(crate) fn in_order(&self, topology: &Topology) -> bool {
        let in_dc2 = self.control.has(Control::FAILED_OVER);
        let pair = if in_dc2 {
            SessionId::Secondary
        } else {
            SessionId::Primary
        };
        let session = self.session(pair);
        let mirrored = (0..2).all(|member| session.role(member) != PartnerRole::None);
        let shipped = || {
            self.backup_source(topology).is_some()
                && self.copy_runs(topology)
                && self.restore_runs(topology)
                && self.copy(Replica::Target).is_present()
        };
        self.down == 0
            && self.cut == 0
            && Site::ALL.into_iter().all(|site| self.site_up(site))
            && self.service(topology) != 0
            && (!mirrored || self.is_synchronized(pair))
            && (in_dc2 || !topology.secondary || shipped())
    }

    /// 13.15: whether planned work of a team leads away from where users are: a failback from DC2,
    /// everything else from DC1.
    #[must_use]
    pub fn is_there_to_move(&self, topology: &Topology, role: Role) -> bool {
        match role {
            Role::SiteFailback => self.believes(topology, Belief::SiteRebuilt),
            Role::MirrorFailover
            | Role::SiteFailover
            | Role::LogShippingRepair
            | Role::LastResort
            | Role::PlannedSwitch => !self.control.has(Control::FAILED_OVER),
        }
    }

    /// 13.15: whether planned work of a team has its occasion: everything is in order, and no other
    /// team is at work.
    pub(crate) fn is_occasion(&self, topology: &Topology, role: Role) -> bool {
        let mut others = Role::ALL.into_iter().filter(|other| *other != role);
        self.is_there_to_move(topology, role)
            && others.all(|other| self.current_step(topology, other).is_none())
    }

    /// 13.15: whether users are in DC2 because of a planned switch that is done: nothing in DC1 has
    /// failed.
    #[must_use]
    pub fn is_switched_by_plan(&self, topology: &Topology) -> bool {
        let progress = self.progress(Role::PlannedSwitch);
        progress != 0 && progress == topology.finished(Role::PlannedSwitch)
    }

    /// 5, 13.15: once the failover from a disaster does something, a planned switch is over,
    /// wherever it is: the same people do it.
    pub(crate) fn give_up_switch(&mut self, topology: &Topology) {
        let left = !self.has_only_decided(topology, Role::SiteFailover);
        if left && !self.is_switched_by_plan(topology) {
            self.progress[Role::PlannedSwitch as usize] = 0;
        }
    }

    /// 6, 13.15: a planned switch is done. Where users are in DC2 then, so is the failover from
    /// which a failback leads back.
    pub(crate) fn finish_switch(&mut self, topology: &Topology) {
        if self.control.has(Control::FAILED_OVER) {
            self.progress[Role::SiteFailover as usize] = topology.finished(Role::SiteFailover);
        } else {
            self.progress[Role::PlannedSwitch as usize] = 0;
        }
    }
}
