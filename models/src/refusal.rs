//! Why an event cannot happen: the guards of the rules, in words.
//!
//! The rules decide ([`World::may`]); here the first guard that refuses is named. Each answer is
//! worked out from the same predicates as the rule, and a test walks through worlds to make sure
//! that there is an answer exactly where the rule refuses.

use crate::names::component::Component;
use crate::names::event::{Event, EventKind, pair_of, role_of};
use crate::names::runbook::{Belief, Mistake, Operation, Role};
use crate::names::site::Site;
use crate::rules::network::Link;
use crate::rules::operations::Feasibility;
use crate::state::topology::{Assumption, Topology};
use crate::state::world::{Control, Pair, PartnerRole, SiteState, World, copy_node};
use crate::story::{node_title, operation_text};
use crate::transition::step::{copy_of, mistake_of, site_of};

impl World {
    /// Why an event cannot happen now, a sentence without a full stop; `None` if it can.
    #[must_use]
    pub fn why_not(&self, topology: &Topology, event: Event) -> Option<String> {
        if self.may(topology, event) {
            return None;
        }
        Some(self.refusal(topology, event))
    }

    fn refusal(&self, topology: &Topology, event: Event) -> String {
        use EventKind as K;
        let at = event.at;
        let name = node_title(topology, at);
        let is_down = || format!("{name} is down");
        match event.kind {
            K::Write => copy_of(at).map_or_else(String::new, |c| self.no_write(topology, c)),
            K::Crash => format!("{name} is down already"),
            K::Restart => self.no_restart(topology, at),
            K::Cut if Link::from_component(at).is_some_and(|l| self.is_cut(l)) => {
                format!("the link {} is cut already", at.name())
            }
            K::Cut => format!("the link {} is gone with its data centre", at.name()),
            K::Heal => format!("the link {} is not cut", at.name()),
            K::Detect => Link::from_component(at)
                .and_then(Link::in_pair)
                .map_or_else(String::new, |(pair, link)| self.no_detection(pair, link)),
            K::Notice => Link::from_component(at)
                .and_then(Link::in_pair)
                .map_or_else(String::new, |(pair, link)| self.no_notice(pair, link)),
            K::Forget if !self.is_up(Component::W) => "the witness W is down".to_owned(),
            K::Forget if !self.session(Pair::Dc1).witness_set() => {
                "the session has no witness".to_owned()
            }
            K::Forget => {
                "an old register of W would be put right at once, or is W's own".to_owned()
            }
            K::Accept if self.service(topology) == 0 => "no user is served".to_owned(),
            K::Accept if !self.clients_connected() => "clients have not reconnected".to_owned(),
            K::Accept => "a post is in flight already".to_owned(),
            K::Expose => pair_of(at).map_or_else(String::new, |p| self.no_exposure(p)),
            K::AutomaticFailover => {
                pair_of(at).map_or_else(String::new, |p| self.no_automatic_failover(p))
            }
            K::SwapRoles => pair_of(at).map_or_else(String::new, |p| self.no_swap(p)),
            K::Resynchronise => pair_of(at).map_or_else(String::new, |p| self.no_resync(p)),
            K::Backup => self.no_backup(topology),
            K::Copy => self.no_copy(topology),
            K::Restore => self.no_restore(topology),
            K::Replicate if !self.is_stale(usize::from(at.number())) => {
                format!("{name} has the current pool state and active list")
            }
            K::Replicate if !self.is_up(at) => is_down(),
            K::Replicate => format!("{name} cannot reach the Central Management store"),
            K::Disaster | K::Outage => format!("{name} is down already"),
            K::Return => self.no_return(topology, at),
            K::ShareLoss => "the backup share holds no files".to_owned(),
            K::StartRunbook => role_of(at).map_or_else(String::new, |r| self.no_start(topology, r)),
            K::RunbookStep => role_of(at).map_or_else(String::new, |r| self.no_step(topology, r)),
            K::StandDown => role_of(at).map_or_else(String::new, |r| self.no_end(topology, r)),
            K::Reconnect if self.clients_connected() => "all clients are connected".to_owned(),
            K::Reconnect => "nothing serves that clients could connect to".to_owned(),
            K::Misoperation => event.operation.map_or_else(String::new, |operation| {
                self.no_operation(topology, operation)
                    .unwrap_or_else(|| no_effect(operation))
            }),
            K::GreyFailure | K::GreyRepair | K::Destroy if !self.is_up(at) => is_down(),
            K::GreyFailure => format!("{name} does not answer its users already"),
            K::GreyRepair => format!("{name} answers its users"),
            K::Destroy => format!("{name} has no database to lose"),
            K::LogFull => self.no_full_log(topology),
            K::Retention => self.no_retention(),
            K::Rebuild => self.no_rebuild(topology, site_of(at).unwrap_or(Site::Dc1)),
            K::Export => "the adapter has been fed everything that is served".to_owned(),
            K::Premature | K::Skip | K::SwapNext | K::WrongFile | K::Abort => role_of(at)
                .zip(mistake_of(event.kind))
                .map_or_else(String::new, |(role, m)| self.no_mistake(topology, role, m)),
        }
    }

    fn no_write(&self, topology: &Topology, copy: usize) -> String {
        let (pair, member) = (if copy < 2 { Pair::Dc1 } else { Pair::Dc2 }, copy % 2);
        let name = pair.node(member).name();
        if !self.clients_connected() {
            return "clients have not reconnected".to_owned();
        }
        if !self.can_acknowledge(topology, pair, member) {
            return self.cannot_acknowledge(pair, member);
        }
        if self.service(topology) >> copy & 1 == 0 {
            return format!("no user reaches {name}");
        }
        format!("a further post on {name} would change nothing that can be told apart")
    }

    /// Why a member cannot complete a commit (handbook 2.2, 3.4).
    fn cannot_acknowledge(&self, pair: Pair, member: usize) -> String {
        let session = self.session(pair);
        let name = pair.node(member).name();
        let partner = pair.node(1 - member).name();
        if !session.is_principal(member) {
            format!("{name} is no principal")
        } else if !self.is_up(pair.node(member)) {
            format!("{name} is down")
        } else if !self.may_serve(pair, member) {
            format!(
                "{name} has no quorum: neither its mirror nor a witness that names it principal"
            )
        } else if session.synchronized() && !session.is_alone(member) && !self.is_connected(pair, 0)
        {
            format!("{name} counts the session as SYNCHRONIZED and waits for {partner}'s disk")
        } else if self.control.is(Control::FENCED) && pair == Pair::Dc1 {
            "the databases of DC1 are fenced".to_owned()
        } else if self.control.is(Control::LOG_FULL) && pair == Pair::Dc1 {
            "the log drive of the principal in DC1 is full".to_owned()
        } else {
            format!("{name} answers its partners, but not its users")
        }
    }

    fn no_restart(&self, topology: &Topology, node: Component) -> String {
        let name = node_title(topology, node);
        match topology.site_of(node) {
            _ if self.is_up(node) => format!("{name} runs"),
            Some(site) if !self.site_up(site) => format!("{} is down", site.name()),
            _ => format!("{name} stays down: DC1 has been left, and the assumption holds"),
        }
    }

    fn no_return(&self, topology: &Topology, at: Component) -> String {
        let site = site_of(at).unwrap_or(Site::Dc1);
        match self.site(site) {
            SiteState::Up => format!("{} is up", site.name()),
            SiteState::Lost => format!("{} is lost for good", site.name()),
            SiteState::Outage if topology.assumption == Assumption::Holds => {
                format!("{} has been left, and the assumption holds", site.name())
            }
            SiteState::Outage => format!("{} cannot come back", site.name()),
        }
    }

    fn no_detection(&self, pair: Pair, link: usize) -> String {
        let name = Link::of_pair(pair, link).component().name();
        if self.session(pair).seen(link) {
            format!("{name} carries traffic: there is no loss to notice")
        } else {
            format!("nobody believes in {name} any more")
        }
    }

    /// R4: the witness takes a member for gone before the member knows.
    fn no_notice(&self, pair: Pair, link: usize) -> String {
        let session = self.session(pair);
        let member = link.saturating_sub(1);
        let [name, witness] = [member, 2].map(|m| pair.node(m).name());
        if !session.witness_set() {
            "the session has no witness".to_owned()
        } else if !session.is_principal(member) {
            format!("{name} is no principal")
        } else if let Some(down) = [member, 2].iter().find(|m| !self.is_up(pair.node(**m))) {
            format!(
                "{} is down: the loss is noticed at both ends",
                pair.node(*down).name()
            )
        } else if session.noticed() {
            format!("{witness} takes {name} for gone already")
        } else {
            self.no_detection(pair, link)
        }
    }

    fn no_exposure(&self, pair: Pair) -> String {
        let session = self.session(pair);
        match self.newest_principal(pair) {
            _ if !session.synchronized() => {
                "the principal does not wait for its mirror as it is".to_owned()
            }
            _ if session.seen(0) => {
                "the principal has not noticed the loss of its mirror".to_owned()
            }
            None => "there is no principal".to_owned(),
            Some(p) if !self.may_serve(pair, p) => self.cannot_acknowledge(pair, p),
            Some(p) => {
                let [principal, witness] = [p, 2].map(|m| pair.node(m).name());
                format!("{principal} cannot tell the witness {witness} (handbook 3.12)")
            }
        }
    }

    fn no_automatic_failover(&self, pair: Pair) -> String {
        let session = self.session(pair);
        let witness = pair.node(2).name();
        if !session.witness_set() {
            return "the session has no witness".to_owned();
        }
        let Some(mirror) = self.mirror(pair) else {
            return "no mirror runs".to_owned();
        };
        let (name, principal) = (pair.node(mirror).name(), pair.node(1 - mirror).name());
        if session.seen(0) {
            format!("{name} has not lost its principal {principal}")
        } else if !session.ready() {
            format!("{name} does not know the session as SYNCHRONIZED (handbook 3.7)")
        } else if !self.is_connected(pair, 1 + mirror) || !session.seen(1 + mirror) {
            format!("{name} does not reach the witness {witness}")
        } else if session.registered() != 1 - mirror {
            format!("{witness} has {name} recorded as principal")
        } else if !session.register_synchronized() {
            format!("{witness} does not have the session recorded as SYNCHRONIZED")
        } else {
            format!("{witness} still sees the principal {principal}")
        }
    }

    fn no_resync(&self, pair: Pair) -> String {
        let session = self.session(pair);
        if session.synchronized() {
            "the session is SYNCHRONIZED".to_owned()
        } else if session.suspended() {
            "the session is SUSPENDED until somebody resumes it (handbook 3.3)".to_owned()
        } else {
            self.not_joined(pair)
        }
    }

    /// Why a serving principal and a mirror are not connected.
    fn not_joined(&self, pair: Pair) -> String {
        let Some(mirror) = self.mirror(pair) else {
            return "no mirror runs".to_owned();
        };
        if !self.session(pair).seen(0) || !self.is_connected(pair, 0) {
            "the partners are not connected".to_owned()
        } else {
            self.cannot_acknowledge(pair, 1 - mirror)
        }
    }

    fn no_backup(&self, topology: &Topology) -> String {
        if self.backup_source(topology).is_some() {
            return "the last log backup has everything".to_owned();
        }
        let serving = (0..2).find(|m| self.can_acknowledge(topology, Pair::Dc1, *m));
        match serving {
            None => "no database in DC1 accepts posts".to_owned(),
            Some(m) if !topology.ships(m) => {
                let name = Pair::Dc1.node(m).name();
                format!("{name} is not set up for log shipping (handbook 4.3)")
            }
            _ if self.control.is(Control::GAP) || !self.share_to.is_present() => {
                "the log chain is broken: S must be initialised again (handbook 4.8)".to_owned()
            }
            _ if !self.share_reachable(topology, Site::Dc1) => {
                "the backup share cannot be reached from DC1".to_owned()
            }
            _ => "the log does not join what is on the share (handbook 4.2)".to_owned(),
        }
    }

    fn no_copy(&self, topology: &Topology) -> String {
        if !self.control.has(Control::JOBS) {
            "the copy and restore jobs are gone".to_owned()
        } else if !self.is_up(Component::S) {
            "S is down".to_owned()
        } else if !self.share_reachable(topology, Site::Dc2) {
            "the backup share cannot be reached from DC2".to_owned()
        } else if self.copy_runs(topology) {
            "the folder has every file of the share".to_owned()
        } else {
            "the files on the share do not join what is in the folder (handbook 4.2)".to_owned()
        }
    }

    fn no_restore(&self, topology: &Topology) -> String {
        if !self.control.has(Control::JOBS) {
            "the copy and restore jobs are gone".to_owned()
        } else if !self.is_up(Component::S) {
            "S is down".to_owned()
        } else if self.session(Pair::Dc2).is_principal(0) {
            "S has been recovered and takes no log backup".to_owned()
        } else if self.restore_runs(topology) {
            "S has every file of the folder".to_owned()
        } else {
            "the files in the folder do not join what S has (handbook 4.2)".to_owned()
        }
    }

    fn no_start(&self, topology: &Topology, role: Role) -> String {
        let Some(runbook) = topology.runbook(role) else {
            return format!("there is no runbook for {}", role.name());
        };
        if self.progress(role) != 0 {
            format!("\"{}\" has been begun already", runbook.name)
        } else if !self.site_up(Self::team_site(role)) {
            format!(
                "{}, where its operators are, is down",
                Self::team_site(role).name()
            )
        } else {
            format!(
                "nobody believes its trigger: {}",
                belief_text(runbook.trigger)
            )
        }
    }

    fn no_step(&self, topology: &Topology, role: Role) -> String {
        let Some(step) = self.current_step(topology, role) else {
            return no_work(self.progress(role));
        };
        let trigger = topology.runbook(role).map(|r| r.trigger);
        let number = self.progress(role);
        if !self.site_up(Self::team_site(role)) {
            format!(
                "{}, where its operators are, is down",
                Self::team_site(role).name()
            )
        } else if let Some(trigger) = trigger
            && self.has_only_decided(topology, role)
            && !self.believes(topology, trigger)
        {
            format!(
                "what started it is over: nobody believes {}",
                belief_text(trigger)
            )
        } else if let Some(belief) = step.wait_for.filter(|b| !self.believes(topology, *b)) {
            format!("step {number} waits for {}", belief_text(belief))
        } else {
            let why = self
                .no_operation(topology, step.operation)
                .unwrap_or_else(|| "it cannot be done".to_owned());
            format!("step {number} ({}): {why}", operation_text(step.operation))
        }
    }

    fn no_end(&self, topology: &Topology, role: Role) -> String {
        if self.current_step(topology, role).is_none() {
            return no_work(self.progress(role));
        }
        if self.has_only_decided(topology, role) {
            "what started the runbook is still believed".to_owned()
        } else {
            "the runbook is under way, and is not laid aside half-way".to_owned()
        }
    }

    fn no_mistake(&self, topology: &Topology, role: Role, mistake: Mistake) -> String {
        let Some(step) = self.current_step(topology, role) else {
            return no_work(self.progress(role));
        };
        if !self.site_up(Self::team_site(role)) {
            return format!(
                "{}, where its operators are, is down",
                Self::team_site(role).name()
            );
        }
        match mistake {
            Mistake::Premature if self.may_step(topology, role) => {
                "it is time for the step: nothing about it is too early".to_owned()
            }
            Mistake::WrongFile
                if !matches!(
                    step.operation,
                    Operation::RestorePrimary | Operation::RestoreBacklog
                ) =>
            {
                "the step reads no file".to_owned()
            }
            Mistake::Skip | Mistake::SwapNext if step.operation == Operation::Decide => {
                "nobody acts before the decision".to_owned()
            }
            Mistake::SwapNext => "the next step cannot be done, or there is none".to_owned(),
            _ => self
                .no_operation(topology, step.operation)
                .unwrap_or_else(|| no_effect(step.operation)),
        }
    }

    fn no_full_log(&self, topology: &Topology) -> String {
        if self.control.is(Control::LOG_FULL) {
            "the log drive is full already".to_owned()
        } else if !(0..2).any(|m| self.can_acknowledge(topology, Pair::Dc1, m)) {
            "no database in DC1 accepts posts".to_owned()
        } else {
            "log backups truncate the log (handbook 3.14)".to_owned()
        }
    }

    fn no_retention(&self) -> String {
        let copied = self.lineage.is_prefix(self.share_to, self.folder);
        if !self.share_has_files() {
            "the backup share holds no files".to_owned()
        } else if copied || !self.folder.is_present() {
            "every file on the share has been copied".to_owned()
        } else if self.control.is(Control::GAP) {
            "the log chain is broken already".to_owned()
        } else {
            "nothing keeps the copy job from running (handbook 4.2)".to_owned()
        }
    }

    fn no_rebuild(&self, topology: &Topology, site: Site) -> String {
        let failover = self.progress(Role::SiteFailover);
        let name = site.name();
        match (self.site(site), site) {
            (SiteState::Up, _) => format!("{name} is up"),
            (_, Site::Dc2) => format!("{name} has kept its contents"),
            _ if failover < topology.finished(Role::SiteFailover) => {
                "the failover to DC2 is not done".to_owned()
            }
            _ => format!("{name} comes back by itself"),
        }
    }

    fn no_swap(&self, pair: Pair) -> String {
        let pending = (0..2).any(|m| self.session(pair).role(m) == PartnerRole::Pending);
        if pending {
            self.not_joined(pair)
        } else {
            "no manual failover is under way (handbook 3.8)".to_owned()
        }
    }

    /// Why an operation cannot be done; `None` if it can.
    fn no_operation(&self, topology: &Topology, operation: Operation) -> Option<String> {
        if self.feasibility(topology, operation) == Feasibility::Now {
            return None;
        }
        let source = Pair::Dc1.node(self.shipping_source());
        let needed = match operation {
            Operation::Salvage => vec![copy_node(self.old_copy())],
            Operation::ReinitialiseSecondary => vec![source, Component::S],
            _ => nodes_needed(operation).to_vec(),
        };
        if let Some(node) = needed.iter().find(|node| !self.is_up(**node)) {
            return Some(format!("{} is down", node.name()));
        }
        Some(self.operation_refused(topology, operation))
    }

    fn operation_refused(&self, topology: &Topology, operation: Operation) -> String {
        use Operation as O;
        let text = |text: &str| text.to_owned();
        let principal = |pair: Pair| self.session(pair).is_principal(0);
        match operation {
            O::FailOverCms => text("the Central Management store cannot be failed over"),
            O::CopyBacklog => text("nothing on the share can be copied and joins the folder"),
            O::RestoreBacklog => text("nothing in the folder can be applied to S"),
            O::RecoverSecondary if principal(Pair::Dc2) => text("S is recovered already"),
            O::RecoverSecondary => text("S has no database"),
            O::SetFailedOver
            | O::ActivateDc2
            | O::MoveNextHop
            | O::SwapActive
            | O::ActivateAll
            | O::ClearActive
            | O::ActivateDc1
            | O::SetNormal
            | O::ReturnNextHop => {
                text("the Central Management store's master cannot be reached from DC2")
            }
            O::InstallMirror if !topology.secondary_mirror => text("there is no SM"),
            O::InstallMirror if !principal(Pair::Dc2) => text("S is not recovered"),
            O::InstallMirror => text("S has a mirror already"),
            O::ManualFailover if self.mirror(Pair::Dc1).is_none() => text("no mirror runs"),
            O::ManualFailover => text("the partners are not connected and SYNCHRONIZED (3.8)"),
            O::ForceService if self.mirror(Pair::Dc1).is_none() => text("no mirror runs"),
            O::ForceService if self.session(Pair::Dc1).seen(0) => {
                text("the mirror is connected to its principal (handbook 3.9)")
            }
            O::ForceService => text("the witness does not side with the mirror (handbook 3.9)"),
            O::SuspendMirroring if self.session(Pair::Dc1).suspended() => {
                text("the session is SUSPENDED already")
            }
            O::RemoveWitness if !self.session(Pair::Dc1).witness_set() => {
                text("the session has no witness")
            }
            O::SuspendMirroring | O::RemoveWitness | O::ResumeMirroring => {
                self.not_joined(Pair::Dc1)
            }
            O::TailBackup => text("no tail of DC1's log can be brought to DC2 (handbook 4.5)"),
            O::RemoveDc2Mirroring => text("S is not in a mirroring session"),
            O::FullBackup | O::TailBackupDc2 => text("S does not accept posts: it is restoring"),
            O::Salvage => text("the old copy is empty"),
            O::RestorePrimary if !self.image.is_present() => text("there is no full backup"),
            O::RestorePrimary | O::ReinitialiseSecondary => {
                text("the data centres are not connected")
            }
            O::VerifyPrimary => text("A does not have everything that the backup and S have"),
            O::ReseedMirror => text("no partner runs beside a serving principal of DC1"),
            O::RemoveMirroring => text("no partner that runs is in a session"),
            O::RecoverMirror => text("no ex-mirror is left restoring"),
            O::ReleaseStaleSide => text("no principal runs without quorum"),
            O::BridgeGap if !self.control.has(Control::JOBS) => {
                text("the copy and restore jobs are gone")
            }
            O::BridgeGap if principal(Pair::Dc2) => text("S is recovered already"),
            O::BridgeGap if !self.sites_connected(Site::Dc1, Site::Dc2) => {
                text("the data centres are not connected")
            }
            O::BridgeGap => text("no differential backup of DC1's principal fits onto S (4.2)"),
            O::AdHocLogBackup | O::SetSimpleRecovery => text("no database in DC1 accepts posts"),
            O::Decide
            | O::DropLogShipping
            | O::FenceDc1
            | O::RestartServers
            | O::StopServices
            | O::StopAgent => no_effect(operation),
        }
    }
}

/// The servers that an operation is done on, where these are always the same.
const fn nodes_needed(operation: Operation) -> &'static [Component] {
    use Operation as O;
    match operation {
        O::DropLogShipping
        | O::CopyBacklog
        | O::RestoreBacklog
        | O::RecoverSecondary
        | O::RemoveDc2Mirroring
        | O::FullBackup
        | O::TailBackupDc2
        | O::BridgeGap
        | O::StopAgent => &[Component::S],
        O::InstallMirror => &[Component::S, Component::SM],
        O::RestorePrimary | O::VerifyPrimary => &[Component::A],
        _ => &[],
    }
}

fn no_effect(operation: Operation) -> String {
    format!("it would change nothing: {}", operation_text(operation))
}

fn no_work(progress: u8) -> String {
    if progress == 0 {
        "no runbook is under way".to_owned()
    } else {
        "the runbook is done, or given up".to_owned()
    }
}

/// A belief in words, for "waits for ..." and "nobody believes ...".
const fn belief_text(belief: Belief) -> &'static str {
    match belief {
        Belief::PrincipalDown => "that the principal is down while its mirror answers",
        Belief::SiteDown => "that nothing in DC1 answers",
        Belief::PartnerBack => "that the partner is back",
        Belief::WitnessDown => "that the witness does not answer",
        Belief::SiteRebuilt => "that DC1 is there again",
        Belief::ReplicasCurrent => "that every server is up to date",
        Belief::SecondaryMirrored => "that S has a synchronised mirror",
        Belief::SecondaryStalled => "that log shipping to S cannot go on",
        Belief::NoRestoreAlert => "that no log is restored on S any more",
        Belief::NoBackupAlert => "that no log backup is finished any more",
        Belief::UsersCutOff => "that users are cut off although both partners answer",
    }
}
