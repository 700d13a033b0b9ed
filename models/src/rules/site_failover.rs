//! The failover to DC2: what its steps need and do (handbook section 5).

use crate::names::component::Component;
use crate::names::site::Site;
use crate::rules::refusal::{Permission, Refusal, first_member, require};
use crate::state::topology::Topology;
use crate::state::world::{Control, Latch, Pair, PartnerRole, World};

impl World {
    /// 5, guard: S runs.
    pub(crate) fn secondary_runs(&self) -> Permission {
        require(self.is_up(Component::S), Refusal::NotRunning(Component::S))
    }

    /// 5 step 4 and 6 step 3, guard: S runs and has been recovered.
    pub(crate) fn secondary_serves(&self) -> Permission {
        self.secondary_runs()?;
        require(
            self.session(Pair::Dc2).is_principal(0),
            Refusal::NotPrincipal(Component::S),
        )
    }

    /// 5 step 0c, guard: the Central Management store can be failed over.
    pub(crate) fn may_fail_over_cms(&self, topology: &Topology) -> Permission {
        if topology.cms_paired {
            Ok(())
        } else {
            self.may_change_cms()
        }
    }

    /// 5 step 4, guard: S is restoring.
    pub(crate) fn may_recover_secondary(&self) -> Permission {
        self.secondary_runs()?;
        require(
            self.copies[2].is_present(),
            Refusal::NoDatabase(Component::S),
        )?;
        require(
            !self.session(Pair::Dc2).is_principal(0),
            Refusal::SecondaryRecovered,
        )
    }

    /// 5 step 6, guard: S has been recovered and has no mirror, and SM runs.
    pub(crate) fn may_install_mirror(&self, topology: &Topology) -> Permission {
        require(
            topology.secondary_mirror,
            Refusal::NoMirrorInTopology(Component::PairDc2),
        )?;
        self.secondary_serves()?;
        require(
            self.is_up(Component::SM),
            Refusal::NotRunning(Component::SM),
        )?;
        require(
            self.session(Pair::Dc2).role(1) == PartnerRole::None,
            Refusal::HasPartner(Component::S),
        )
    }

    /// 4.5, 5 step 3b, guard: a principal of DC1 whose tail can be brought to DC2. Returns it.
    pub(crate) fn may_back_up_tail(&self, topology: &Topology) -> Permission<usize> {
        first_member(|member| {
            self.acknowledging(topology, Pair::Dc1, member)?;
            require(
                self.sites_connected(Site::Dc1, Site::Dc2),
                Refusal::SitesApart,
            )?;
            require(self.share_to.is_present(), Refusal::NoChain)?;
            require(
                self.lineage.is_prefix(self.share_to, self.copies[member]),
                Refusal::LogDoesNotJoin(Pair::Dc1.node(member)),
            )
        })
    }

    /// 4.5: the tail is on the share, and the principal is fenced.
    pub(crate) fn back_up_tail(&mut self, topology: &Topology) {
        if let Ok(member) = self.may_back_up_tail(topology) {
            self.share_to = self.copies[member];
            self.control.set_state(Control::FENCED, true);
        }
    }

    /// 5 step 7: the servers in DC2 are the active ones, four at most (V1).
    pub(crate) fn activate_dc2(&mut self, topology: &Topology) {
        self.activate(topology, first_four(topology.servers_in_site(Site::Dc2)));
    }

    /// 1.4: a new active list.
    pub(crate) fn activate(&mut self, topology: &Topology, servers: u8) {
        self.control.active = servers;
        self.mark_wrong_side(topology);
    }

    /// WS: servers of the left or the wrong data centre, more than four, or servers whose database
    /// does not serve (6 step 6, H-17, H-34 to H-36).
    fn mark_wrong_side(&mut self, topology: &Topology) {
        let failed_over = self.control.has(Control::FAILED_OVER);
        let (pair, wrong) = if failed_over {
            (Pair::Dc2, topology.servers_in_site(Site::Dc1))
        } else {
            (Pair::Dc1, topology.servers_in_site(Site::Dc2))
        };
        let across = (topology.low_bandwidth || failed_over) && self.control.active & wrong != 0;
        let nothing_there = self.newest_principal(pair).is_none();
        if across || nothing_there || self.control.active.count_ones() > 4 {
            self.mark(Latch::WRONG_SIDE);
        }
    }

    /// Step 4: S becomes a writable principal of its own, on a new branch.
    pub(crate) fn recover_secondary(&mut self, topology: &Topology) {
        if self.leaves_backup_out(topology) {
            self.latch_backup_left_out();
        }
        self.copies[2] = self.lineage.fork(self.copies[2]);
        // 10, choice 17: the compliance store in DC2 is empty.
        self.sessions[1].set_role(0, PartnerRole::Principal);
    }

    /// Step 6: SM is seeded from S; the session starts SYNCHRONIZING.
    pub(crate) fn install_mirror(&mut self, topology: &Topology) {
        self.copies[3] = self.copies[2];
        let session = &mut self.sessions[1];
        session.set_role(1, PartnerRole::Mirror);
        session.set_witness_set(topology.secondary_witness);
        if topology.slices.partner_names {
            self.control.set_state(Control::STALE_PARTNER, true);
        }
    }
}

/// The four lowest servers of a set: at most four may be active (V1).
pub(crate) fn first_four(servers: u8) -> u8 {
    let mut rest = servers;
    for _ in 0..4 {
        rest &= rest.wrapping_sub(1);
    }
    servers & !rest
}
