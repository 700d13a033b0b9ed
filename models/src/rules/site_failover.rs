//! The failover to DC2: what its steps need and do (handbook section 5).

use crate::names::replica::Replica;
use crate::names::session::SessionId;
use crate::rules::losses::Losses;
use crate::rules::refusal::{Permission, Refusal, first_member, require};
use crate::state::control::Control;
use crate::state::latches::{Latches, LossCause};
use crate::state::session::PartnerRole;
use crate::state::topology::Topology;
use crate::state::world::World;

impl World {
    /// 5, guard: S runs.
    pub(crate) fn secondary_runs(&self) -> Permission {
        let server = Replica::Target.server();
        require(self.is_up(server), Refusal::NotRunning(server))
    }

    /// 5 step 4 and 6 step 3, guard: S runs and has been recovered.
    pub(crate) fn secondary_serves(&self) -> Permission {
        self.secondary_runs()?;
        require(
            self.session(SessionId::Secondary).is_principal(0),
            Refusal::NotPrincipal(Replica::Target.server()),
        )
    }

    /// 5 step 0c, guard: the Central Management store can be failed over.
    pub(crate) fn may_fail_over_cms(&self, topology: &Topology) -> Permission {
        if topology.cms_paired {
            Ok(())
        } else {
            self.may_change_cms(topology.secondary_site())
        }
    }

    /// 5 step 4, guard: S is restoring.
    pub(crate) fn may_recover_secondary(&self) -> Permission {
        self.secondary_runs()?;
        require(
            self.copy(Replica::Target).is_present(),
            Refusal::NoDatabase(Replica::Target.server()),
        )?;
        require(
            !self.session(SessionId::Secondary).is_principal(0),
            Refusal::SecondaryRecovered,
        )
    }

    /// 5 step 6, guard: S has been recovered and has no mirror, and SM runs.
    pub(crate) fn may_install_mirror(&self, topology: &Topology) -> Permission {
        require(
            topology.secondary_mirror,
            Refusal::NoMirrorInTopology(SessionId::Secondary.component()),
        )?;
        self.secondary_serves()?;
        let mirror = Replica::TargetMirror.server();
        require(self.is_up(mirror), Refusal::NotRunning(mirror))?;
        let link = SessionId::Secondary.link(0);
        require(!self.is_cut(link), Refusal::LinkCut(link.component()))?;
        require(
            self.session(SessionId::Secondary).role(1) == PartnerRole::None,
            Refusal::HasPartner(Replica::Target.server()),
        )
    }

    /// 4.5, 5 step 3b, guard: a principal of DC1 whose tail can be written to the share. Returns
    /// it.
    pub(crate) fn may_back_up_tail(&self, topology: &Topology) -> Permission<Replica> {
        first_member(SessionId::Primary, |copy| {
            self.acknowledging(topology, copy)?;
            require(self.share_to.is_present(), Refusal::NoChain)?;
            let site = topology.primary_site();
            require(
                self.share_reachable(topology, site),
                Refusal::ShareUnreachable(site),
            )?;
            require(
                self.lineage.leads_to(self.share_to, self.copy(copy)),
                Refusal::LogDoesNotJoin(copy.server()),
            )
        })
    }

    /// 4.5: the tail is on the share, and the principal is fenced. The tail begins where the last
    /// log backup ended: where S never gets that one, the tail is of no use (13.11).
    pub(crate) fn back_up_tail(&mut self, topology: &Topology) {
        if let Ok(source) = self.may_back_up_tail(topology) {
            if !self.control.has(Control::GAP) {
                self.share_to = self.copy(source);
            }
            self.control.set(Control::FENCES, true);
        }
    }

    /// 5 step 7: the servers in DC2 are the active ones, four at most (V1).
    pub(crate) fn activate_dc2(&mut self, topology: &Topology) {
        self.activate(
            topology,
            first_four(topology.servers_in_site(topology.secondary_site())),
        );
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
            (
                SessionId::Secondary,
                topology.servers_in_site(topology.primary_site()),
            )
        } else {
            (
                SessionId::Primary,
                topology.servers_in_site(topology.secondary_site()),
            )
        };
        let across = (topology.low_bandwidth || failed_over) && self.control.active & wrong != 0;
        let nothing_there = self.newest_principal(pair).is_none();
        if across || nothing_there || self.control.active.count_ones() > 4 {
            self.latch(Latches::WRONG_SIDE);
        }
    }

    /// Step 4: S becomes a writable principal of its own, on a new branch.
    pub(crate) fn recover_secondary(&mut self, topology: &Topology) {
        if self.leaves_backup_out(topology) {
            self.latch(Latches::BACKUP_LEFT_OUT);
        }
        *self.copy_mut(Replica::Target) = self.lineage.fork(self.copy(Replica::Target));
        // 10, choice 17: the compliance store in DC2 is empty.
        self.session_mut(SessionId::Secondary)
            .set_role(0, PartnerRole::Principal);
    }

    /// Step 6: SM is seeded from S; the session starts SYNCHRONIZING.
    pub(crate) fn install_mirror(&mut self, topology: &Topology) -> Losses {
        let before = *self;
        *self.copy_mut(Replica::TargetMirror) = self.copy(Replica::Target);
        let session = self.session_mut(SessionId::Secondary);
        session.set_role(1, PartnerRole::Mirror);
        session.set_witness_set(topology.secondary_witness);
        if topology.slices.partner_names {
            self.control.set(Control::STALE_PARTNER, true);
        }
        let losses = self.settle_losses(&before, LossCause::Overwritten);
        self.mark_overwritten(&losses);
        losses
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
