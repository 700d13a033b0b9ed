//! Log shipping: backup, copy, restore (handbook section 4).
//!
//! The share holds one contiguous run of log backups; the folder on S holds everything up to one
//! position. A file fits only where the history before it is there (4.2); files of another branch
//! are never mixed in: the job that would do it stalls.

use crate::names::replica::Replica;
use crate::names::runbook::Role;
use crate::names::session::SessionId;
use crate::rules::losses::Losses;
use crate::rules::mutant::Mutant;
use crate::rules::refusal::{Permission, Refusal, first_member, require};
use crate::state::control::Control;
use crate::state::latches::LossCause;
use crate::state::lineage::Position;
use crate::state::topology::Topology;
use crate::state::world::World;

impl World {
    /// The copy of the primary session whose backup job can finish a log backup now, whether or not
    /// there is anything new in it (4.1).
    #[must_use]
    pub fn backup_source(&self, topology: &Topology) -> Option<Replica> {
        self.backing_up(topology).ok()
    }

    /// 4.1, 4.2, guard: a copy of the primary session can finish a log backup, whether or not there
    /// is anything new in it. Returns the copy.
    fn backing_up(&self, topology: &Topology) -> Permission<Replica> {
        require(self.share_to.is_present(), Refusal::NoChain)?;
        require(!self.control.has(Control::GAP), Refusal::ChainBroken)?;
        let stopped = self.control.has(Control::BACKUP_STOPPED);
        require(!stopped, Refusal::BackupStopped)?;
        let site = topology.primary_site();
        first_member(SessionId::Primary, |copy| {
            let server = copy.server();
            self.acknowledging(topology, copy)?;
            require(topology.ships(copy), Refusal::NotShipping(server))?;
            require(
                self.share_reachable(topology, site),
                Refusal::ShareUnreachable(site),
            )?;
            require(
                self.lineage.leads_to(self.share_to, self.copy(copy)),
                Refusal::LogDoesNotJoin(server),
            )
        })
    }

    /// 4.1, guard: a log backup is worth an event only when there is something new in it.
    pub(crate) fn may_back_up(&self, topology: &Topology) -> Permission {
        let new = |copy: Replica| {
            require(
                self.copy(copy) != self.share_to,
                Refusal::NothingToBackUp(copy.server()),
            )
        };
        // Most worlds fail on this question, which costs little.
        let session = self.session(SessionId::Primary);
        first_member(SessionId::Primary, |copy| {
            let principal = session.is_principal(copy.member());
            require(principal, Refusal::NotPrincipal(copy.server()))?;
            new(copy)
        })?;
        new(self.backing_up(topology)?)
    }

    pub(crate) fn back_up(&mut self, topology: &Topology) {
        if let Some(source) = self.backup_source(topology) {
            if topology.ships_elsewhere(source) {
                // 4.3: the files land where the copy job does not look.
                self.control.set(Control::GAP, true);
            } else {
                self.share_to = self.copy(source);
            }
            if topology.has_mutant(Mutant::BackupFromMirror) {
                self.share_from = self.share_to;
            }
        }
    }

    /// Whether the files on the share join what is in the folder (4.2).
    fn share_fits_folder(&self) -> bool {
        self.lineage.is_prefix(self.share_from, self.folder)
            && self.lineage.is_prefix(self.folder, self.share_to)
    }

    /// 4.1, guard: copying is possible at all, by the job or by hand.
    pub(crate) fn may_copy_by_hand(&self, topology: &Topology) -> Permission {
        self.secondary_runs()?;
        require(self.folder.is_present(), Refusal::NoFolder)?;
        require(self.share_to.is_present(), Refusal::NoChain)?;
        let site = topology.secondary_site();
        require(
            self.share_reachable(topology, site),
            Refusal::ShareUnreachable(site),
        )?;
        require(self.share_fits_folder(), Refusal::ShareDoesNotJoin)
    }

    /// Whether the copy job runs, whether or not there is anything new (4.1).
    #[must_use]
    pub fn copy_runs(&self, topology: &Topology) -> bool {
        self.control.has(Control::JOBS) && self.may_copy_by_hand(topology).is_ok()
    }

    /// 4.1, guard: the job runs, and there are files that were not copied.
    pub(crate) fn may_copy(&self, topology: &Topology) -> Permission {
        require(self.control.has(Control::JOBS), Refusal::NoJobs)?;
        require(self.folder != self.share_to, Refusal::NothingToCopy)?;
        self.may_copy_by_hand(topology)
    }

    /// 4.1: every finished file is copied.
    pub(crate) const fn copy_files(&mut self) {
        self.folder = self.share_to;
    }

    /// 4.2, guard: the copied files fit onto S, which is still restoring.
    pub(crate) fn may_restore_by_hand(&self, topology: &Topology) -> Permission {
        let secondary = self.copy(Replica::Target);
        self.secondary_runs()?;
        require(
            secondary.is_present(),
            Refusal::NoDatabase(Replica::Target.server()),
        )?;
        require(
            !self.session(SessionId::Secondary).is_principal(0),
            Refusal::SecondaryRecovered,
        )?;
        require(self.folder.is_present(), Refusal::NoFolder)?;
        require(
            self.lineage.leads_to(secondary, self.folder)
                || topology.has_mutant(Mutant::RestoreAcceptsAnything),
            Refusal::FolderDoesNotJoin,
        )
    }

    /// Whether the restore job runs, whether or not there is anything new (4.1).
    #[must_use]
    pub fn restore_runs(&self, topology: &Topology) -> bool {
        self.control.has(Control::JOBS) && self.may_restore_by_hand(topology).is_ok()
    }

    /// 4.1, 4.2, guard: the job runs, and there are copied files that fit.
    pub(crate) fn may_restore(&self, topology: &Topology) -> Permission {
        require(self.control.has(Control::JOBS), Refusal::NoJobs)?;
        require(
            self.copy(Replica::Target) != self.folder,
            Refusal::NothingToRestore,
        )?;
        self.may_restore_by_hand(topology)
    }

    /// 4.1: the files are applied in order, NORECOVERY.
    pub(crate) const fn restore_files(&mut self) {
        *self.copy_mut(Replica::Target) = self.folder;
    }

    /// Step 2 of the site failover by hand: every finished file is copied (5).
    pub(crate) fn copy_by_hand(&mut self, topology: &Topology) {
        if !topology.has_mutant(Mutant::BacklogNotCopied) {
            self.copy_files();
        }
    }

    /// Step 3 of the site failover by hand: every copied file is applied (5).
    pub(crate) fn restore_by_hand(&mut self, topology: &Topology) {
        if !topology.has_mutant(Mutant::BacklogNotRestored) {
            self.restore_files();
        }
    }

    /// Whether a finished backup in reach holds more than S has: ALr's condition when S is
    /// recovered (H-13). A file of another branch is none that it could have had (4.2).
    pub(crate) fn leaves_backup_out(&self, topology: &Topology) -> bool {
        let target = self.copy(Replica::Target);
        let more = |end| self.lineage.leads_to(target, end) && !self.lineage.is_prefix(end, target);
        let on_share = self.share_from != self.share_to
            && self.share_reachable(topology, topology.secondary_site())
            && self.share_fits_folder()
            && more(self.share_to);
        on_share || self.folder.is_present() && more(self.folder)
    }

    /// Whether losing the share's files would change anything (4.4).
    #[must_use]
    pub fn share_has_files(&self) -> bool {
        self.share_from != self.share_to || self.image.is_present()
    }

    /// 4.4, 6 step 3: nothing is left on the share, neither log backups nor a full backup. The next
    /// log backup does not join what was not copied.
    pub(crate) const fn empty_share(&mut self) {
        self.share_from = self.share_to;
        self.image = Position::ABSENT;
    }

    /// 4.4: the files are gone.
    pub(crate) fn lose_share(&mut self, cause: LossCause) -> Losses {
        let before = *self;
        self.empty_share();
        self.settle_losses(&before, cause)
    }

    /// H-25, guard: retention deletes an uncopied file only while something stops the copying.
    pub(crate) fn may_expire(&self, topology: &Topology) -> Permission {
        require(self.share_from != self.share_to, Refusal::NoLogBackups)?;
        require(self.folder.is_present(), Refusal::NoFolder)?;
        require(
            !self.lineage.is_prefix(self.share_to, self.folder),
            Refusal::EverythingCopied,
        )?;
        require(!self.control.has(Control::GAP), Refusal::ChainBroken)?;
        require(
            self.may_copy_by_hand(topology).is_err(),
            Refusal::CopyPossible,
        )
    }

    /// H-25: files that were never copied are deleted, which is a gap (4.2).
    pub(crate) fn expire(&mut self, cause: LossCause) -> Losses {
        let before = *self;
        self.share_from = self.share_to;
        self.control.set(Control::GAP, true);
        self.settle_losses(&before, cause)
    }

    /// 4.1, T17: no log will be restored on S for longer than the threshold, and an alert
    /// is heard: by the monitor server, or by S for its own jobs.
    #[must_use]
    pub fn no_restore_alert(&self, topology: &Topology) -> bool {
        // The cheapest questions first: nearly every world is asked this.
        let runs = || {
            self.restore_runs(topology)
                && self.copy_runs(topology)
                && self.backup_source(topology).is_some()
        };
        let heard = match topology.alerts.monitor {
            Some(site) => self.site_up(site),
            None => self.is_up(Replica::Target.server()) && self.control.has(Control::JOBS),
        };
        topology.secondary && topology.alerts.no_restore && heard && !runs()
    }

    /// 4.1, T17: no log backup will be finished for longer than the threshold, and an alert is
    /// heard: by the monitor server, or by A, on which the alert job was set up.
    #[must_use]
    pub fn no_backup_alert(&self, topology: &Topology) -> bool {
        let heard = match topology.alerts.monitor {
            Some(site) => self.site_up(site),
            None => self.is_up(Replica::Primary.server()),
        };
        let runs = || self.backup_source(topology).is_some();
        topology.secondary && topology.alerts.no_backup && heard && !runs()
    }

    /// 4.8: whether S has to be initialised again, although no failover is under way: it has lost
    /// its database, was recovered, has no jobs any more, or its chain is broken.
    pub(crate) fn secondary_stalled(&self, topology: &Topology) -> bool {
        let mut members = SessionId::Primary.members().into_iter();
        let mut served = || members.any(|copy| self.can_acknowledge(topology, copy));
        let leaves = |role| self.current_step(topology, role).is_some();
        let left = || {
            self.control.has(Control::FAILED_OVER)
                || leaves(Role::SiteFailover)
                || leaves(Role::PlannedSwitch)
        };
        let empty = !self.copy(Replica::Target).is_present();
        let alert = || self.no_restore_alert(topology) || self.no_backup_alert(topology);
        topology.secondary
            && !left()
            && (empty
                || self.session(SessionId::Secondary).is_principal(0)
                || !self.control.has(Control::JOBS)
                || self.control.has(Control::BACKUP_STOPPED)
                || self.chain_broken(topology))
            && (empty || alert())
            && served()
    }

    /// CH: whether the log that is being written can never reach S by log shipping: the chain has a
    /// gap or leads elsewhere, or S was recovered, which ends it (4.2).
    #[must_use]
    pub fn chain_broken(&self, topology: &Topology) -> bool {
        let fits = |copy: Replica| {
            self.share_to.is_present()
                && self.lineage.leads_to(self.share_to, self.copy(copy))
                && self.lineage.is_prefix(self.share_from, self.folder)
                && self
                    .lineage
                    .leads_to(self.copy(Replica::Target), self.folder)
        };
        topology.secondary
            && self.copy(Replica::Target).is_present()
            && SessionId::Primary.members().into_iter().any(|copy| {
                self.can_acknowledge(topology, copy)
                    && (self.control.has(Control::GAP)
                        || self.session(SessionId::Secondary).is_principal(0)
                        || !fits(copy))
            })
    }

    /// ST: whether users are served in DC1 and nothing will bring their messages to S, although
    /// every server runs (4.3, T17); `chain_broken` is [`World::chain_broken`].
    #[must_use]
    pub fn target_stale(&self, topology: &Topology, chain_broken: bool) -> bool {
        if !topology.secondary || !self.copy(Replica::Target).is_present() {
            return false;
        }
        let cut_off = !self.control.has(Control::JOBS)
            || self.control.has(Control::BACKUP_STOPPED)
            || self.session(SessionId::Secondary).is_principal(0);
        let members = SessionId::Primary.members().into_iter();
        let stale = members.fold(0, |bits, copy| {
            let ships = topology.ships(copy) && !topology.ships_elsewhere(copy);
            let stale = chain_broken || cut_off || !ships;
            bits | if stale { copy.bit() } else { 0 }
        });
        stale != 0 && self.service_of(topology, stale) != 0
    }
}
