//! What is entered in the books at each event: who wrote what where, which file went where, who was
//! promoted, what was lost.

use poolproof_models::names::component::Component;
use poolproof_models::names::event::{Event, EventKind, role_of};
use poolproof_models::names::property::Property;
use poolproof_models::names::replica::Replica;
use poolproof_models::names::runbook::{Operation, Step};
use poolproof_models::names::session::SessionId;
use poolproof_models::names::site::{ShareLocation, Site};
use poolproof_models::state::control::Control;
use poolproof_models::state::session::PartnerRole;
use poolproof_models::state::topology::Topology;
use poolproof_models::state::world::World;

use super::books::{Books, Database};

impl Books {
    /// Enters a step of the model.
    pub fn enter(&mut self, topology: &Topology, before: &World, event: Event, after: &World) {
        self.now += 1;
        if let Some(class) = before.fault_class(topology, event) {
            self.spent = self.spent.plus(class);
        }
        use EventKind as K;
        match event.kind {
            K::Write => {
                if let Some(copy) = Replica::of(event.at) {
                    self.post(before, copy);
                    self.judge_post(copy);
                }
            }
            K::Accept => self.accept(topology),
            K::AutomaticFailover | K::SwapRoles => {
                if let Some(pair) = SessionId::from_component(event.at) {
                    self.judge_failover(before, pair);
                    self.promote(before, pair);
                }
            }
            K::Resynchronise => {
                if let Some(pair) = SessionId::from_component(event.at) {
                    self.resynchronise(before, pair);
                }
            }
            K::Backup => {
                if let Some(source) = before.backup_source(topology) {
                    if topology.ships_elsewhere(source) {
                        self.back_up_log_elsewhere(before, source);
                    } else {
                        let file = self.back_up_log(before, source);
                        self.share.extend(file);
                    }
                }
            }
            K::Copy => self.copy_files(),
            K::Restore => self.restore_files(),
            K::Disaster => {
                if let Some(site) = Site::from_component(event.at) {
                    self.lose_site(topology, site);
                }
            }
            K::ShareLoss => self.lose_share(),
            K::Retention => self.share.clear(),
            K::Destroy => self.destroy(topology, event.at),
            K::RunbookStep | K::Misoperation | K::Premature | K::SwapNext | K::WrongFile => {
                self.work(topology, before, event, after);
            }
            K::Crash
            | K::Restart
            | K::Cut
            | K::Heal
            | K::Detect
            | K::Expose
            | K::Replicate
            | K::Outage
            | K::Return
            | K::StartRunbook
            | K::StandDown
            | K::Reconnect
            | K::GreyFailure
            | K::GreyRepair
            | K::Stall
            | K::StallEnds
            | K::LogFull
            | K::Rebuild
            | K::Export
            | K::Skip
            | K::FenceFails
            | K::PortLost
            | K::Abort
            | K::Notice
            | K::Forget => {}
        }
        if !after.control().has(Control::IN_FLIGHT) {
            // What nobody committed is dropped (2.2).
            self.in_flight = None;
        }
        self.judge_holders();
    }

    /// The running mirror of a session becomes principal (3.7 to 3.9).
    fn promote(&mut self, before: &World, pair: SessionId) {
        let promoted = before.mirror(pair).map(|member| pair.member(member));
        if let Some((copy, database)) = promoted.and_then(|c| Some((c, self.copy(c)?))) {
            self.recover(copy, database);
        }
    }

    /// The mirror has what its principal has, and nothing else (3.3, 3.10).
    fn resynchronise(&mut self, before: &World, pair: SessionId) {
        if let Some(member) = before.mirror(pair) {
            let principal = self.copy(pair.member(1 - member));
            self.copies[pair.member(member).place()] = principal;
        }
    }

    /// The copy job, or a person, copies every file (4.1).
    fn copy_files(&mut self) {
        for file in &self.share {
            if !self.folder.contains(file) {
                self.folder.push(*file);
            }
        }
    }

    /// The restore job, or a person, applies every file that fits (4.1, 4.2).
    fn restore_files(&mut self) {
        let place = Replica::Target.place();
        self.copies[place] = self.copies[place].map(|s| self.after_files(s, &self.folder));
    }

    /// A server's disks are gone, with the folder or the share that stands on it (13.10).
    fn destroy(&mut self, topology: &Topology, server: Component) {
        if let Some(copy) = Replica::of(server) {
            self.copies[copy.place()] = None;
            if copy == Replica::Target {
                self.lose_folder();
            }
            if copy == Replica::Primary && topology.share == ShareLocation::OnPrimary {
                self.lose_share();
            }
        }
    }

    /// Operators work: what they do, in the order in which they do it.
    fn work(&mut self, topology: &Topology, before: &World, event: Event, after: &World) {
        let mut failed_over = before.control().has(Control::FAILED_OVER);
        let mut active = before.control().active;
        let mut world = *before;
        for operation in operations(topology, before, event) {
            let right = self.full_backup;
            if event.kind == EventKind::WrongFile {
                self.full_backup = self.oldest_full_backup();
            }
            let held = Replica::ALL.map(|copy| self.held_by(copy));
            self.operate(topology, before, operation, after);
            let next = world.after(topology, Event::misoperation(operation));
            self.operate_last_resort(topology, [&world, &next], operation);
            let previous = world;
            world = next;
            if event.kind == EventKind::WrongFile {
                self.full_backup = right;
            }
            match operation {
                Operation::SetFailedOver => failed_over = true,
                Operation::SetNormal => failed_over = false,
                Operation::ServeNewest => failed_over = world.control().has(Control::FAILED_OVER),
                _ => {}
            }
            self.judge_overwriting(operation, held);
            let list = match operation {
                Operation::ServeNewest => Some(world.control().active),
                _ => activated(topology, operation, active),
            };
            if let Some(list) = list {
                active = list;
                self.judge_activation(topology, [&previous, &world], (active, failed_over));
            }
            if operation == Operation::ClearActive {
                active = 0;
            }
        }
    }

    /// S as it was when it was recovered, or at the beginning (H-20).
    fn oldest_full_backup(&self) -> Option<Database> {
        let fork = self.copy(Replica::Target).map_or(0, |s| s.fork);
        let branch = self.forks[fork];
        Some(Database {
            messages: branch.recovered,
            // A history that began anew has no fork before it.
            fork: branch.parent.unwrap_or(fork),
            backed_up: branch.recovered,
        })
    }

    /// The steps of the last resort (13.22).
    fn operate_last_resort(
        &mut self,
        topology: &Topology,
        [before, after]: [&World; 2],
        operation: Operation,
    ) {
        match operation {
            Operation::RecoverNewest => self.recover_newest(topology, before, after),
            Operation::RestoreNewestBackup => self.restore_newest_backup(topology, before, after),
            Operation::StartEmpty => self.start_empty(after),
            Operation::RemirrorNewest => self.remirror(topology, before, after),
            _ => {}
        }
    }

    /// The partner of the principal is seeded; S takes the place of SM (13.22).
    fn remirror(&mut self, topology: &Topology, before: &World, after: &World) {
        let [s, sm] = [Replica::Target, Replica::TargetMirror];
        let was = |copy: Replica| before.session(copy.session()).role(copy.member());
        let is = |copy: Replica| after.session(copy.session()).role(copy.member());
        let seeded =
            |copy: &Replica| was(*copy) != PartnerRole::Mirror && is(*copy) == PartnerRole::Mirror;
        let Some(mirror) = Replica::ALL.into_iter().find(seeded) else {
            return;
        };
        if mirror == sm
            && was(sm) == PartnerRole::Principal
            && let Some(database) = self.copy(sm)
        {
            self.recover(s, database);
        }
        if mirror.session() == SessionId::Primary && topology.seeding_breaks_chain {
            self.back_up_log_elsewhere(before, mirror.partner());
        }
        self.copies[mirror.place()] = self.copy(mirror.partner());
    }

    /// The copy that is the principal afterwards is recovered; S has every file that fits (13.22).
    fn recover_newest(&mut self, topology: &Topology, before: &World, after: &World) {
        let Some(copy) = only_principal(after) else {
            return;
        };
        let recovered = before.session(SessionId::Secondary).is_principal(0);
        if copy == Replica::Target && !recovered {
            self.apply_files_in_reach(topology, before);
            self.judge_recovery(topology, before);
        }
        if let Some(database) = self.copy(copy) {
            self.recover(copy, database);
        }
        let beside = before.session(SessionId::Secondary).exists();
        self.needs_set_up |= beside && copy.session() == SessionId::Primary;
    }

    /// Every file in reach is applied to S, where one fits (5 steps 2 and 3).
    fn apply_files_in_reach(&mut self, topology: &Topology, before: &World) {
        let may = |world: &World, operation| world.may_do(topology, operation, None).is_ok();
        let copied = before.after(topology, Event::misoperation(Operation::CopyBacklog));
        match may(before, Operation::CopyBacklog) {
            true if may(&copied, Operation::RestoreBacklog) => {
                self.copy_files();
                self.restore_files();
            }
            false if may(before, Operation::RestoreBacklog) => self.restore_files(),
            true | false => {}
        }
    }

    /// The newest backup, where no copy is left: one that no other contains, and of several the one
    /// on the fork that was born last (13.22).
    fn restore_newest_backup(&mut self, topology: &Topology, before: &World, after: &World) {
        let Some(copy) = only_principal(after) else {
            return;
        };
        let site = topology.session_site(copy.session());
        let on_share = before.share_reachable(topology, site);
        let full = self.full_backup.filter(|_| on_share);
        let full = full.map(|database| self.after_files(database, &self.share));
        let mut backups = self.salvages.clone();
        backups.extend(full);
        let is_newest = |one: &&Database| {
            let contained = |other: &Database| one.messages.is_within(other.messages);
            let contains = |other: &Database| other.messages.is_within(one.messages);
            backups
                .iter()
                .all(|other| !contained(other) || contains(other))
        };
        let newest = backups.iter().filter(is_newest).max_by_key(|one| one.fork);
        if let Some(database) = newest.copied() {
            self.recover(copy, database);
        }
        self.needs_set_up = true;
    }

    /// A database that has nothing, and descends from none (13.22).
    fn start_empty(&mut self, after: &World) {
        if let Some(copy) = only_principal(after) {
            self.share.clear();
            self.begin(copy);
        }
        self.needs_set_up = true;
    }

    fn operate(
        &mut self,
        topology: &Topology,
        before: &World,
        operation: Operation,
        after: &World,
    ) {
        use Operation as O;
        let [a, s, sm] = [Replica::Primary, Replica::Target, Replica::TargetMirror];
        let dc1 = SessionId::Primary;
        match operation {
            O::CopyBacklog => self.copy_files(),
            O::RestoreBacklog => self.restore_files(),
            O::RecoverSecondary => {
                self.judge_recovery(topology, before);
                if let Some(database) = self.copy(s) {
                    self.recover(s, database);
                }
            }
            O::InstallMirror => self.copies[sm.place()] = self.copy(s),
            O::ForceService => self.promote(before, dc1),
            O::TailBackup => {
                let (_, end) = before.share();
                let fits = |c: &Replica| {
                    before.can_acknowledge(topology, *c)
                        && before.lineage().is_prefix(end, before.copy(*c))
                };
                if let Some(copy) = dc1.members().into_iter().find(fits) {
                    let file = self.back_up_log(before, copy);
                    self.share.extend(file);
                }
            }
            O::RemoveDc2Mirroring => self.copies[sm.place()] = None,
            O::FullBackup => self.full_backup = self.copy(s),
            O::TailBackupDc2 => {
                self.full_backup = self.copy(s);
                self.copies[sm.place()] = None;
            }
            O::Salvage => {
                let old = self.old_copy(before);
                self.salvaged = self.salvaged.or(self.held_by(old));
                self.salvages.extend(self.copy(old));
            }
            O::RestorePrimary => {
                // A backup that was lost with the share is taken again, and lies there then.
                self.full_backup = self.full_backup.or(self.copy(s));
                if let Some(database) = self.full_backup {
                    self.recover(a, database);
                }
                self.needs_set_up = true;
            }
            O::ReinitialiseSecondary => {
                let source = self.principal_of_dc1(before).unwrap_or(a);
                let full_backup = self.copy(source);
                self.copies[s.place()] = full_backup;
                self.copies[sm.place()] = None;
                self.share.clear();
                self.folder.clear();
                self.base = full_backup;
                self.full_backup = None;
                self.needs_set_up = false;
            }
            O::ReseedMirror => {
                let session = after.session(dc1);
                for copy in dc1.members() {
                    if session.is_mirror(copy.member()) {
                        if topology.seeding_breaks_chain {
                            self.back_up_log_elsewhere(before, copy.partner());
                        }
                        self.copies[copy.place()] = self.copy(copy.partner());
                    }
                }
            }
            O::RecoverMirror => {
                let (was, is) = (before.session(dc1), after.session(dc1));
                for copy in dc1.members() {
                    let recovered =
                        !was.is_principal(copy.member()) && is.is_principal(copy.member());
                    if let Some(database) = self.copy(copy).filter(|_| recovered) {
                        self.recover(copy, database);
                    }
                }
            }
            O::AdHocLogBackup | O::SetSimpleRecovery => {
                let mut members = dc1.members().into_iter();
                if let Some(copy) = members.find(|c| before.can_acknowledge(topology, *c)) {
                    self.back_up_log_elsewhere(before, copy);
                }
            }
            O::BridgeGap => {
                let source = self.principal_of_dc1(before).unwrap_or(a);
                self.copies[s.place()] = self.copy(source);
                self.base = self.copy(source);
            }
            O::Decide
            | O::FailOverCms
            | O::DropLogShipping
            | O::SetFailedOver
            | O::ActivateDc2
            | O::MoveNextHop
            | O::ManualFailover
            | O::ResumeMirroring
            | O::SuspendMirroring
            | O::RemoveWitness
            | O::FenceDc1
            | O::FencePrincipal
            | O::FenceInBand
            | O::LiftFence
            | O::StartServices
            | O::StopBackupAgent
            | O::StartBackupAgent
            | O::RestartServers
            | O::SwapActive
            | O::ActivateAll
            | O::ClearActive
            | O::StopServices
            | O::VerifyPrimary
            | O::ActivateDc1
            | O::SetNormal
            | O::ReturnNextHop
            | O::RemoveMirroring
            | O::ReleaseStaleSide
            | O::StopAgent
            // See [`Books::operate_last_resort`].
            | O::ReturnToDc1
            | O::RecoverNewest
            | O::RestoreNewestBackup
            | O::StartEmpty
            | O::ServeNewest
            | O::RemirrorNewest => {}
        }
    }

    /// The copy that is salvaged: a mirror's that is not part of its principal's history, S's where
    /// it is ahead of DC1 (4.3, H-26), else A's.
    fn old_copy(&self, before: &World) -> Replica {
        let session = before.session(SessionId::Primary);
        let mut mirrors = SessionId::Primary.members().into_iter();
        let mirror = mirrors.find(|copy| {
            session.is_mirror(copy.member())
                && !self.held_by(*copy).is_within(self.held_by(copy.partner()))
        });
        let source = self.principal_of_dc1(before).unwrap_or(Replica::Primary);
        let ahead = !before.control().has(Control::FAILED_OVER)
            && self.copy(source).is_some()
            && !self
                .held_by(Replica::Target)
                .is_within(self.held_by(source));
        mirror.unwrap_or(if ahead {
            Replica::Target
        } else {
            Replica::Primary
        })
    }

    /// Marks a property as broken by what has happened.
    pub fn breaks(&mut self, property: Property) {
        self.broken |= property.bit();
    }
}

/// The one principal that there is.
fn only_principal(world: &World) -> Option<Replica> {
    let is_principal = |copy: &Replica| world.session(copy.session()).is_principal(copy.member());
    let mut principals = Replica::ALL.into_iter().filter(is_principal);
    principals.next().filter(|_| principals.next().is_none())
}

/// The active list after an operation that activates servers, as bits (1.4).
fn activated(topology: &Topology, operation: Operation, active: u8) -> Option<u8> {
    let all = topology.server_bits(|_| true);
    match operation {
        Operation::ActivateDc1 => Some(topology.server_bits(|server| server.active)),
        Operation::ActivateDc2 => {
            let there = topology.servers_in_site(topology.secondary_site());
            let bits = (0..u8::BITS).map(|server| 1_u8 << server);
            let four = bits.filter(|bit| there & bit != 0).take(4);
            Some(four.fold(0, |list, bit| list | bit))
        }
        Operation::ActivateAll => Some(all),
        Operation::SwapActive => Some(!active & all),
        _ => None,
    }
}

/// The operations that operators do in an event, in the order in which they do them.
fn operations(topology: &Topology, before: &World, event: Event) -> Vec<Operation> {
    let steps: &[Step] = role_of(event.at)
        .filter(|_| event.operation.is_none())
        .map_or(&[], |role| {
            let at = usize::from(before.progress(role)).saturating_sub(1);
            let steps = topology.runbook(role).map_or(&[][..], |r| &r.steps);
            steps.get(at..).unwrap_or(&[])
        });
    let current = steps.first().map(|step| step.operation);
    let next = steps.get(1).map(|step| step.operation);
    let from = role_of(event.at).and_then(World::team_site);
    let possible = |world: &World, o: &Operation| world.may_do(topology, *o, from).is_ok();
    use EventKind as K;
    match event.kind {
        K::Misoperation => event.operation.into_iter().collect(),
        K::RunbookStep => current
            .into_iter()
            .filter(|o| possible(before, o))
            .collect(),
        K::Premature => current.into_iter().collect(),
        K::WrongFile => current
            .into_iter()
            .filter(|o| *o == Operation::RestorePrimary)
            .collect(),
        K::SwapNext => {
            let Some(next) = next else {
                return Vec::new();
            };
            let between = before.after(topology, Event::misoperation(next));
            let second = current.filter(|o| possible(&between, o));
            [next].into_iter().chain(second).collect()
        }
        _ => Vec::new(),
    }
}
