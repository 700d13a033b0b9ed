//! The failback to DC1, and setting up log shipping again (handbook section 6, 4.8).

use crate::names::replica::Replica;
use crate::names::session::SessionId;
use crate::names::site::Site;
use crate::rules::losses::Losses;
use crate::rules::mutant::Mutant;
use crate::rules::refusal::{Permission, Refusal, require};
use crate::state::control::Control;
use crate::state::latches::LossCause;
use crate::state::lineage::Position;
use crate::state::session::{PartnerRole, Session};
use crate::state::topology::Topology;
use crate::state::world::World;

impl World {
    /// 4.4, guard: a data centre reaches the backup share.
    fn share_answers(&self, topology: &Topology, site: Site) -> Permission {
        require(
            self.share_reachable(topology, site),
            Refusal::ShareUnreachable(site),
        )
    }

    /// 6 step 2, guard: S has a partner.
    pub(crate) fn may_remove_dc2_mirroring(&self) -> Permission {
        self.secondary_serves()?;
        require(
            self.session(SessionId::Secondary).role(1) != PartnerRole::None,
            Refusal::NotInSession(Replica::TargetMirror.server()),
        )
    }

    /// 6 step 2: S runs alone; what SM had is of no use.
    pub(crate) fn remove_dc2_mirroring(&mut self) {
        *self.session_mut(SessionId::Secondary) = Session::of_one();
        *self.copy_mut(Replica::TargetMirror) = Position::ABSENT;
    }

    /// 6 step 3, guard: S serves, and reaches the share.
    pub(crate) fn may_back_up_secondary(&self, topology: &Topology) -> Permission {
        self.secondary_serves()?;
        self.share_answers(topology, topology.secondary_site())
    }

    /// 6 step 3: the full backup has what S has.
    pub(crate) const fn back_up_secondary(&mut self) {
        self.image = self.copy(Replica::Target);
    }

    /// 6 step 3, inferred: after the backup of its tail, S is restoring.
    pub(crate) fn back_up_secondary_tail(&mut self) {
        self.back_up_secondary();
        *self.session_mut(SessionId::Secondary) = Session::default();
        *self.copy_mut(Replica::TargetMirror) = Position::ABSENT;
    }

    /// 6 step 0, guard: there is an old copy, and its server runs.
    pub(crate) fn may_salvage(&self) -> Permission {
        let old = self.old_copy();
        let server = old.server();
        require(self.is_up(server), Refusal::NotRunning(server))?;
        require(self.copy(old).is_present(), Refusal::NoDatabase(server))
    }

    /// 6 step 0: what the old copy has is safe, beside what was salvaged before.
    pub(crate) fn salvage(&mut self) {
        let old = self.copy(self.old_copy());
        let covered = |kept: &Position| !kept.is_present() || self.lineage.is_prefix(*kept, old);
        let slot = self.archive.iter().position(covered);
        self.archive[slot.unwrap_or(0)] = old;
    }

    /// The copy that is about to be given up: a mirror's that is not part of its principal's
    /// history, S's where it is ahead of DC1 (4.3, H-26), else A's.
    pub(crate) fn old_copy(&self) -> Replica {
        let session = self.session(SessionId::Primary);
        let mirror = SessionId::Primary.members().into_iter().find(|copy| {
            let principal = self.copy(copy.partner());
            session.is_mirror(copy.member()) && !self.lineage.is_prefix(self.copy(*copy), principal)
        });
        let serving = self.copy(self.shipping_source());
        let ahead = !self.control.has(Control::FAILED_OVER)
            && serving.is_present()
            && self.copy(Replica::Target).is_present()
            && !self.lineage.is_prefix(self.copy(Replica::Target), serving);
        mirror.unwrap_or(if ahead {
            Replica::Target
        } else {
            Replica::Primary
        })
    }

    /// 6 step 4, guard: A runs, and a full backup can be brought to it. Where the backup was lost
    /// with the share, it is taken again of S, if that serves.
    pub(crate) fn may_restore_primary(&self, topology: &Topology) -> Permission {
        let server = Replica::Primary.server();
        require(self.is_up(server), Refusal::NotRunning(server))?;
        let again = || self.may_back_up_secondary(topology).is_ok();
        require(self.image.is_present() || again(), Refusal::NoFullBackup)?;
        self.share_answers(topology, topology.primary_site())
    }

    /// What an old backup holds: S as it was when it was recovered, or if nothing is left of S, the
    /// beginning (H-20).
    pub(crate) fn oldest_image(&self) -> Position {
        let end = self.copy(Replica::Target);
        let recovered = end
            .is_present()
            .then(|| self.lineage.fork_of(end.timeline()));
        recovered.flatten().unwrap_or_else(|| Position::new(0, 0))
    }

    /// Step 4 of failback: A becomes a principal of its own from the full backup; its old content
    /// is deleted, SQL's tail check is off (6). Lifts the fence.
    pub(crate) fn restore_primary(&mut self, topology: &Topology) -> Losses {
        if !self.image.is_present() {
            self.image = self.copy(Replica::Target);
        }
        let image = if topology.has_mutant(Mutant::RestoresOldBackup) {
            self.oldest_image()
        } else {
            self.image
        };
        self.restore_primary_from(topology, image)
    }

    /// The same from this backup, which need not be the right one (H-20).
    pub(crate) fn restore_primary_from(&mut self, topology: &Topology, image: Position) -> Losses {
        let before = *self;
        *self.copy_mut(Replica::Primary) = self.lineage.fork(image);
        *self.session_mut(SessionId::Primary) = Session::of_one();
        self.control.set(Control::FENCES | Control::LOG_FULL, false);
        // Log shipping has to be set up again, from a full backup of A (4.8).
        self.control.set(Control::GAP, topology.secondary);
        let losses = self.settle_losses(&before, LossCause::Overwritten);
        self.mark_overwritten(&losses);
        losses
    }

    /// 6 step 5, guard: A has everything that the backup has, and everything that S has.
    pub(crate) fn may_verify_primary(&self) -> Permission {
        let [a, s] = [Replica::Primary, Replica::Target].map(Replica::server);
        require(self.is_up(a), Refusal::NotRunning(a))?;
        require(
            self.session(SessionId::Primary).is_principal(0),
            Refusal::NotPrincipal(a),
        )?;
        require(
            !self.image.is_present()
                || self
                    .lineage
                    .is_prefix(self.image, self.copy(Replica::Primary)),
            Refusal::BackupNotContained(a),
        )?;
        require(
            self.copy(Replica::Target).is_present(),
            Refusal::NoDatabase(s),
        )?;
        require(
            self.lineage
                .is_prefix(self.copy(Replica::Target), self.copy(Replica::Primary)),
            Refusal::SecondaryNotContained(a),
        )
    }

    /// The member of the DC1 pair that a full backup for S is taken from: the principal, or A where
    /// there is none (6 step 5).
    pub(crate) fn shipping_source(&self) -> Replica {
        let principal = self.newest_principal(SessionId::Primary);
        SessionId::Primary.member(principal.unwrap_or(0))
    }

    /// 4.8, 6 step 5, guard: a principal of DC1 serves and is not fenced, S runs, and both reach
    /// the share.
    pub(crate) fn may_reinitialise_secondary(&self, topology: &Topology) -> Permission {
        self.backing_up_for_secondary(topology)?;
        self.secondary_runs()
    }

    /// 4.8, guard: there is a database that a backup for S can be taken of, and the share that it
    /// goes over. A mirror, a restoring database and one that is fenced give none.
    fn backing_up_for_secondary(&self, topology: &Topology) -> Permission<Replica> {
        let source = self.shipping_source();
        self.serving(SessionId::Primary, source.member())?;
        let fenced = self.control.has(Control::fenced(source));
        require(!fenced, Refusal::Fenced(source.server()))?;
        for site in [topology.primary_site(), topology.secondary_site()] {
            self.share_answers(topology, site)?;
        }
        Ok(source)
    }

    /// 4.8, and step 5 of failback: S is overwritten from the principal of DC1 and goes back to
    /// restoring; the jobs run again on an empty share.
    pub(crate) fn reinitialise_secondary(&mut self) -> Losses {
        let before = *self;
        let full_backup = self.copy(self.shipping_source());
        *self.copy_mut(Replica::Target) = full_backup;
        *self.copy_mut(Replica::TargetMirror) = Position::ABSENT;
        *self.session_mut(SessionId::Secondary) = Session::default();
        self.folder = full_backup;
        self.share_from = full_backup;
        self.share_to = full_backup;
        self.image = Position::ABSENT;
        self.control.set(Control::JOBS, true);
        self.control
            .set(Control::GAP | Control::BACKUP_STOPPED, false);
        let losses = self.settle_losses(&before, LossCause::Overwritten);
        self.mark_overwritten(&losses);
        losses
    }

    /// 4.2; 10, choice 18, guard: S is still restoring on the branch of a principal in DC1, and
    /// behind it.
    pub(crate) fn may_bridge_gap(&self, topology: &Topology) -> Permission {
        let source = self.backing_up_for_secondary(topology)?;
        self.may_recover_secondary()?;
        require(self.control.has(Control::JOBS), Refusal::NoJobs)?;
        require(
            self.lineage
                .is_prefix(self.copy(Replica::Target), self.copy(source)),
            Refusal::SecondaryAhead(source.server()),
        )
    }

    /// A differential backup brings S up to the principal; the next log backup joins it (4.2).
    pub(crate) fn bridge_gap(&mut self) {
        let differential = self.copy(self.shipping_source());
        *self.copy_mut(Replica::Target) = differential;
        self.folder = differential;
        self.share_from = differential;
        self.share_to = differential;
        self.control.set(Control::GAP, false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::site::Site;
    use crate::state::topology::PoolServer;

    /// An operator may take an old backup for S when nothing is left of S (H-20).
    #[test]
    fn an_old_backup_outlives_the_secondary() {
        let site = Site::Dc1;
        let servers = vec![PoolServer { site, active: true }];
        let mut world = Topology::new(servers).finish().initial();
        *world.copy_mut(Replica::Target) = Position::ABSENT;
        assert_eq!(world.oldest_image(), Position::new(0, 0));
    }
}
