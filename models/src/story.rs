//! Worlds and steps in the words of the handbook, for people.

use std::fmt;

use crate::component::Component;
use crate::event::{Event, EventKind, FaultClass, pair_of, role_of};
use crate::lineage::Position;
use crate::network::Link;
use crate::runbook::{Belief, Operation, Role};
use crate::site::Site;
use crate::topology::Topology;
use crate::world::{Control, Latch, LossKind, Pair, PartnerRole, SiteState, World, copy_node};

/// One step of a counterexample, told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Who or what acts.
    pub actor: String,
    /// What happens, a sentence without a full stop.
    pub text: String,
    /// What changed and nothing else.
    pub changes: Vec<String>,
    /// Whether it is a fault.
    pub fault: bool,
}

impl World {
    /// Tells the step `event` from this world to `after`.
    #[must_use]
    pub fn tell(&self, topology: &Topology, event: Event, after: &Self) -> Told {
        let class = self.fault_class(topology, event);
        let (actor, text) = self.actor_and_text(topology, event, class);
        Told {
            actor,
            text,
            changes: self.changes(topology, after),
            fault: class.is_some(),
        }
    }

    fn actor_and_text(
        &self,
        topology: &Topology,
        event: Event,
        class: Option<FaultClass>,
    ) -> (String, String) {
        use EventKind as K;
        let name = node_title(topology, event.at);
        let world = "environment".to_owned();
        match event.kind {
            K::Write => (
                "users".to_owned(),
                format!("Users post and {name} acknowledges"),
            ),
            K::Crash => (world, format!("{name} crashes")),
            K::Restart if class.is_some() => (
                world,
                format!("{name} comes back although DC1 has been left"),
            ),
            K::Restart => (world, format!("{name} restarts")),
            K::Cut => (world, format!("The link {} is cut", event.at.name())),
            K::Heal => (world, format!("The link {} works again", event.at.name())),
            K::Detect => (
                "partners".to_owned(),
                format!("The ends of {} notice that it is silent", event.at.name()),
            ),
            K::Expose => ("principal".to_owned(), self.expose_text(event)),
            K::AutomaticFailover => ("mirror".to_owned(), self.failover_text(topology, event)),
            K::Resynchronise => ("mirror".to_owned(), "The mirror has caught up".to_owned()),
            K::Backup => (
                "backup job".to_owned(),
                "A log backup is finished".to_owned(),
            ),
            K::Copy => (
                "copy job".to_owned(),
                "The copy job brings the files to DC2".to_owned(),
            ),
            K::Restore => (
                "restore job".to_owned(),
                "The restore job applies the files".to_owned(),
            ),
            K::Replicate => (
                "CMS".to_owned(),
                format!("{name} learns the pool state and the active list"),
            ),
            K::Disaster => (world, format!("{name} is lost with everything in it")),
            K::Outage => (world, format!("{name} fails; its disks survive")),
            K::Return if class.is_some() => (
                world,
                format!("{name} comes back by itself although it has been left"),
            ),
            K::Return => (world, format!("{name} comes back")),
            K::ShareLoss => (world, "The files on the backup share are lost".to_owned()),
            K::StartRunbook => self.runbook_text(topology, event, "begin"),
            K::StandDown => self.runbook_text(topology, event, "lay aside"),
            K::RunbookStep => self.step_text(topology, event),
            K::Reconnect => ("clients".to_owned(), "Clients reconnect".to_owned()),
            K::GreyFailure => (
                world,
                format!("{name} fails for its users only; its partners see nothing"),
            ),
            K::Destroy => (world, format!("{name} loses its disks")),
            K::GreyRepair => (world, format!("{name} answers its users again")),
            K::LogFull => (
                world,
                "The log drive of the principal in DC1 is full".to_owned(),
            ),
            K::Retention => (
                world,
                "Retention deletes log backups that were never copied".to_owned(),
            ),
            K::Rebuild => (world, format!("{name} has been rebuilt")),
            K::Export => (
                "compliance".to_owned(),
                "The adapter is fed what has been stored".to_owned(),
            ),
            K::Premature | K::Skip | K::SwapNext | K::WrongFile | K::Abort => {
                let (actor, step) = self.step_text(topology, event);
                let how = match event.kind {
                    K::Premature => "done too early",
                    K::Skip => "left out",
                    K::SwapNext => "done after the next one",
                    K::WrongFile => "done with the wrong file",
                    _ => "not done: the runbook is given up",
                };
                (actor, format!("By mistake {how}: {step}"))
            }
            K::Misoperation => {
                let text = event.operation.map_or("?", operation_text);
                ("operator".to_owned(), format!("By mistake: {text}"))
            }
        }
    }

    fn expose_text(&self, event: Event) -> String {
        let Some(pair) = pair_of(event.at) else {
            return String::new();
        };
        let principal = self.newest_principal(pair).unwrap_or(0);
        let told = if self.session(pair).witness_set() {
            ", and the witness takes note"
        } else {
            ""
        };
        format!(
            "{} goes on alone, exposed{told}",
            pair.node(principal).name()
        )
    }

    fn failover_text(&self, topology: &Topology, event: Event) -> String {
        let promoted = pair_of(event.at).and_then(|pair| {
            self.may_fail_over(topology, pair)
                .map(|m| pair.node(m).name())
        });
        format!(
            "{} and the witness agree: automatic failover",
            promoted.unwrap_or("the mirror")
        )
    }

    fn runbook_text(&self, topology: &Topology, event: Event, verb: &str) -> (String, String) {
        let Some(role) = role_of(event.at) else {
            return (String::new(), String::new());
        };
        let Some(runbook) = topology.runbook(role) else {
            return (String::new(), String::new());
        };
        let why = match (verb, runbook.trigger) {
            ("lay aside", _) => "what started it is over",
            (_, Belief::SiteDown) if self.site_up(Site::Dc1) => {
                "nothing in DC1 answers, so they believe it is down (it is alive)"
            }
            (_, Belief::SiteDown) => "nothing in DC1 answers",
            (_, Belief::PrincipalDown) => "the principal does not answer",
            (_, Belief::PartnerBack) => "the partner is back",
            (_, Belief::WitnessDown) => "the witness does not answer",
            (_, Belief::SiteRebuilt) => "DC1 is there again",
            (_, Belief::SecondaryMirrored) => "S has a synchronised mirror",
            (_, Belief::UsersCutOff) => "users are cut off although both partners answer",
            (_, Belief::ReplicasCurrent) => "every server is up to date",
        };
        (
            team(role).to_owned(),
            format!("Operators {verb} \"{}\": {why}", runbook.name),
        )
    }

    fn step_text(&self, topology: &Topology, event: Event) -> (String, String) {
        let role = role_of(event.at);
        let Some(step) = role.and_then(|role| self.current_step(topology, role)) else {
            return (String::new(), String::new());
        };
        let number = role.map_or(0, |role| self.progress(role));
        (
            step.actor.clone(),
            format!("Runbook step {number}: {}", operation_text(step.operation)),
        )
    }

    /// What differs between this world and the next, in words.
    #[must_use]
    pub fn changes(&self, topology: &Topology, after: &Self) -> Vec<String> {
        let mut out = Vec::new();
        for site in Site::ALL {
            if self.site(site) != after.site(site) {
                let state = match after.site(site) {
                    SiteState::Up => "up",
                    SiteState::Outage => "down",
                    SiteState::Lost => "lost",
                };
                out.push(format!("{}: {state}", site.name()));
            }
        }
        for node in topology.nodes() {
            if self.is_up(node) != after.is_up(node)
                && topology
                    .site_of(node)
                    .is_none_or(|s| self.site(s) == after.site(s))
            {
                let state = if after.is_up(node) { "up" } else { "down" };
                out.push(format!("{}: {state}", node_title(topology, node)));
            }
        }
        for link in topology.links() {
            if self.is_cut(link) != after.is_cut(link) {
                let state = if after.is_cut(link) { "cut" } else { "up" };
                out.push(format!("link {}: {state}", link.component().name()));
            }
        }
        for pair in Pair::ALL {
            self.session_changes(topology, pair, after, &mut out);
        }
        self.control_changes(topology, after, &mut out);
        self.latch_changes(after, &mut out);
        out
    }

    fn session_changes(
        &self,
        topology: &Topology,
        pair: Pair,
        after: &Self,
        out: &mut Vec<String>,
    ) {
        let (a, b) = (self.session(pair), after.session(pair));
        for member in 0..2 {
            if a.role(member) != b.role(member) {
                let role = match b.role(member) {
                    PartnerRole::None => "no role",
                    PartnerRole::Principal => "principal",
                    PartnerRole::Mirror => "mirror",
                };
                out.push(format!("{}: {role}", pair.node(member).name()));
            }
            if self.can_acknowledge(topology, pair, member)
                != after.can_acknowledge(topology, pair, member)
            {
                let can = if after.can_acknowledge(topology, pair, member) {
                    "can"
                } else {
                    "cannot"
                };
                out.push(format!("{}: {can} acknowledge", pair.node(member).name()));
            }
        }
        let mirrored = b.role(1) != PartnerRole::None;
        if a.synchronized() != b.synchronized() && mirrored {
            let state = if b.synchronized() {
                "SYNCHRONIZED"
            } else {
                "not synchronised, exposed"
            };
            out.push(format!("session {}: {state}", session_title(pair)));
        }
        if a.suspended() != b.suspended() {
            let state = if b.suspended() {
                "SUSPENDED"
            } else {
                "resumed"
            };
            out.push(format!("session {}: {state}", session_title(pair)));
        }
        if b.witness_set() && a.witness_set() {
            if a.register_second() != b.register_second() {
                let owner = pair.node(b.registered()).name();
                out.push(format!(
                    "{} records {owner} as principal",
                    pair.node(2).name()
                ));
            }
        } else if a.witness_set() && b.0 != 0 {
            out.push(format!(
                "session {}: no witness any more",
                session_title(pair)
            ));
        }
        for link in 0..3 {
            if a.seen(link) && !b.seen(link) && b.0 != 0 && self.site_up(pair.site()) {
                let name = Link::of_pair(pair, link).component().name();
                out.push(format!("{name}: believed lost"));
            }
        }
    }

    fn control_changes(&self, topology: &Topology, after: &Self, out: &mut Vec<String>) {
        let (a, b) = (self.control, after.control);
        let flag = |flag: u8| (a.has(flag) != b.has(flag)).then(|| b.has(flag));
        for (changed, on, off) in [
            (
                flag(Control::FAILED_OVER),
                "PoolState: FailedOver",
                "PoolState: Normal",
            ),
            (
                flag(Control::CMS_IN_DC2),
                "CMS master: DC2",
                "CMS master: DC1",
            ),
            (
                flag(Control::JOBS),
                "copy and restore jobs exist",
                "copy and restore jobs are gone",
            ),
            (
                flag(Control::HOP_VIEW),
                "DC1 routes to DC2",
                "DC1 routes to DC1",
            ),
            (
                flag(Control::HOP_VIEW << 1),
                "DC2 routes to DC2",
                "DC2 routes to DC1",
            ),
        ] {
            if let Some(now) = changed {
                out.push(if now { on } else { off }.to_owned());
            }
        }
        for (label, old, new) in [
            ("active list", a.active, b.active),
            (
                "servers that act as active",
                a.replica_active,
                b.replica_active,
            ),
            (
                "servers that use DC2's database",
                a.replica_failed_over,
                b.replica_failed_over,
            ),
            ("servers with old sessions", a.lingering, b.lingering),
        ] {
            if old != new {
                out.push(format!("{label}: {}", server_list(topology, new)));
            }
        }
        if self.service(topology) != after.service(topology) {
            let served = after.service(topology);
            let copies: Vec<_> = (0..4)
                .filter(|c| served >> c & 1 == 1)
                .map(|c| copy_node(c).name())
                .collect();
            out.push(if copies.is_empty() {
                "no user is served".to_owned()
            } else {
                format!("users are served from {}", copies.join(" and "))
            });
        }
    }

    fn latch_changes(&self, after: &Self, out: &mut Vec<String>) {
        for (state, on, off) in [
            (
                Control::GAP,
                "log chain: broken, S can take nothing that comes after",
                "log chain: whole",
            ),
            (
                Control::STALE_PARTNER,
                "pool servers do not know the new partner",
                "pool servers know both partners",
            ),
            (
                Control::LOG_FULL,
                "log drive in DC1: full",
                "log drive in DC1: emptied",
            ),
            (
                Control::FENCED,
                "databases in DC1: fenced",
                "databases in DC1: not fenced any more",
            ),
        ] {
            if self.control.is(state) != after.control.is(state) {
                out.push(if after.control.is(state) { on } else { off }.to_owned());
            }
        }
        for (mark, text) in [
            (
                Latch::FAILOVER_LOST,
                "I4 BROKEN: the failover left acknowledged messages behind",
            ),
            (
                Latch::WRONG_SIDE,
                "WRONG SIDE: servers were activated that cannot or must not serve",
            ),
            (Latch::RECORD_MISSING, "COMPLIANCE: records are lost"),
            (
                Latch::RECORD_PHANTOM,
                "COMPLIANCE: a record is of a message that is lost",
            ),
            (
                Latch::NUMBERS_REUSED,
                "NUMBERS REUSED: new messages take the numbers of lost ones",
            ),
            (Latch::OVERWRITTEN, "OVERWRITTEN: newer data was destroyed"),
        ] {
            if self.is_marked(mark) != after.is_marked(mark) {
                out.push(text.to_owned());
            }
        }
        if self.split_brain() != after.split_brain() {
            out.push("SPLIT BRAIN: both sides of a fork have acknowledged posts".to_owned());
        }
        if self.loss() != after.loss() {
            out.push(match after.loss() {
                LossKind::Final => "LOST: acknowledged messages are gone for good".to_owned(),
                _ => "LOST: the serving history lacks acknowledged messages (some copy or file \
                      still holds them)"
                    .to_owned(),
            });
        }
        if self.backup_left_out() != after.backup_left_out() {
            out.push("LOST: a finished log backup was left out".to_owned());
        }
    }
}

/// A server or a place at one moment of a story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Its name.
    pub name: &'static str,
    /// Where it is; `None` for a third place.
    pub site: Option<Site>,
    /// What it is in its session, or what it keeps.
    pub role: &'static str,
    /// Whether it runs.
    pub up: bool,
    /// The posts that it holds, in words; empty for a witness.
    pub holds: String,
}

/// Follows a path and numbers the posts, so that each copy's content can be named.
#[derive(Debug, Clone)]
pub struct Narrator<'t> {
    topology: &'t Topology,
    world: World,
    /// Timeline, rank and number of every post that something still holds.
    posts: Vec<(u8, u8, u32)>,
    written: u32,
}

impl<'t> Narrator<'t> {
    /// Begins at the start of a topology.
    #[must_use]
    pub fn new(topology: &'t Topology) -> Self {
        Self {
            topology,
            world: topology.initial(),
            posts: Vec::new(),
            written: 0,
        }
    }

    /// The world that the story has come to.
    #[must_use]
    pub const fn world(&self) -> &World {
        &self.world
    }

    /// Does an enabled event and tells it.
    pub fn step(&mut self, event: Event) -> Told {
        let (after, report) = self.world.apply(self.topology, event);
        let mut told = self.world.tell(self.topology, event, &after);
        let before = self.contents();
        let mut posts = std::mem::take(&mut self.posts);
        if let Some(rank) = report.renumbering.written {
            self.written += 1;
            let copy = crate::step::copy_of(event.at).unwrap_or(0);
            let timeline = self.world.copy(copy).timeline() as u8;
            posts.push((timeline, rank, self.written));
            told.text = format!("{} (post {})", told.text, self.written);
        }
        for (timeline, rank, number) in posts {
            let now = report.renumbering.timelines[usize::from(timeline)];
            if now != 0xFF {
                let below = report.renumbering.ranks & ((1 << rank) - 1);
                self.posts.push((now, below.count_ones() as u8, number));
            }
        }
        self.world = after;
        let contents = self.contents();
        let mut changes: Vec<_> = contents
            .iter()
            .filter(|entry| !before.contains(entry))
            .map(|(holder, posts)| format!("{holder} holds {posts}"))
            .collect();
        // What each copy holds now comes before what that means.
        let verdict = told.changes.iter().position(|c| {
            c.starts_with(char::is_uppercase) && c.contains(": both") || c.starts_with("LOST")
        });
        let at = verdict.unwrap_or(told.changes.len());
        told.changes.splice(at..at, changes.drain(..));
        told
    }

    /// What every server that holds messages or votes is, for a picture of the state.
    #[must_use]
    pub fn holders(&self) -> Vec<Holder> {
        let contents = self.contents();
        let w = &self.world;
        let mut out = Vec::new();
        for pair in Pair::ALL {
            for member in 0..3 {
                let node = pair.node(member);
                if !self.topology.nodes().contains(&node) {
                    continue;
                }
                let role = match (member, w.session(pair).role(member.min(1))) {
                    (2, _) => "witness",
                    (_, PartnerRole::Principal) => "principal",
                    (_, PartnerRole::Mirror) => "mirror",
                    (_, PartnerRole::None) if pair == Pair::Dc2 && member == 0 => "restoring",
                    (_, PartnerRole::None) => "no role",
                };
                let holds = contents.iter().find(|(name, _)| *name == node.name());
                out.push(Holder {
                    name: node.name(),
                    site: Some(pair.site()),
                    role,
                    up: w.is_up(node),
                    holds: holds.map(|(_, posts)| posts.clone()).unwrap_or_default(),
                });
            }
        }
        for (name, node, site) in [
            ("the share", Component::Share, self.topology.share.site()),
            ("the folder in DC2", Component::S, Some(Site::Dc2)),
        ] {
            if self.topology.secondary {
                let holds = contents.iter().find(|(holder, _)| *holder == name);
                out.push(Holder {
                    name,
                    site,
                    role: "log backups",
                    up: w.is_up(node),
                    holds: holds.map(|(_, posts)| posts.clone()).unwrap_or_default(),
                });
            }
        }
        out
    }

    /// Each holder with the posts that it has.
    fn contents(&self) -> Vec<(&'static str, String)> {
        let w = &self.world;
        let [a, b, s, sm] = w.copies;
        [
            ("A", a),
            ("B", b),
            (
                "the share",
                if w.share_has_files() {
                    w.share_to
                } else {
                    Position::ABSENT
                },
            ),
            ("the folder in DC2", w.folder),
            ("S", s),
            ("SM", sm),
            ("the full backup", w.image),
            ("the salvage", w.archive),
        ]
        .into_iter()
        .map(|(name, position)| (name, self.posts_in(position)))
        .collect()
    }

    fn posts_in(&self, position: Position) -> String {
        if !position.is_present() {
            return "nothing".to_owned();
        }
        let mut numbers: Vec<u32> = self
            .posts
            .iter()
            .filter(|(t, r, _)| {
                self.world
                    .lineage
                    .is_prefix(Position::new(*t, *r), position)
            })
            .map(|(_, _, number)| *number)
            .collect();
        numbers.sort_unstable();
        if numbers.is_empty() {
            return "no post of this story".to_owned();
        }
        let list: Vec<_> = numbers.iter().map(u32::to_string).collect();
        format!(
            "post{} {}",
            if list.len() == 1 { "" } else { "s" },
            list.join(", ")
        )
    }
}

const fn session_title(pair: Pair) -> &'static str {
    match pair {
        Pair::Dc1 => "A-B",
        Pair::Dc2 => "S-SM",
    }
}

const fn team(role: Role) -> &'static str {
    match role {
        Role::MirrorFailover => "operators in DC1",
        Role::SiteFailover | Role::SiteFailback => "operators in DC2",
    }
}

/// What an operation is, in words.
#[must_use]
pub const fn operation_text(operation: Operation) -> &'static str {
    match operation {
        Operation::Decide => "look, gather people, decide",
        Operation::FailOverCms => "fail the Central Management store over to DC2",
        Operation::DropLogShipping => "drop the copy and restore jobs on S",
        Operation::CopyBacklog => "copy the uncopied log backups from the share",
        Operation::RestoreBacklog => "apply the unapplied log backups to S",
        Operation::RecoverSecondary => "recover S (RESTORE WITH RECOVERY): it becomes writable",
        Operation::SetFailedOver => "set PoolState to FailedOver",
        Operation::InstallMirror => "mirror S to SM",
        Operation::ActivateDc2 => "make the servers in DC2 the active ones",
        Operation::MoveNextHop => "point the next hop at DC2",
        Operation::ManualFailover => "SET PARTNER FAILOVER on the principal",
        Operation::ForceService => "FORCE_SERVICE_ALLOW_DATA_LOSS on the mirror",
        Operation::ResumeMirroring => "RESUME mirroring",
        Operation::SuspendMirroring => "SUSPEND mirroring",
        Operation::RemoveWitness => "remove the witness from the session",
        Operation::FenceDc1 => "fence the databases of DC1 out of band",
        Operation::TailBackup => "back up the tail of the log, which fences the principal too",
        Operation::RestartServers => "restart the pool servers",
        Operation::SwapActive => "swap active and idle servers",
        Operation::ActivateAll => "activate every server",
        Operation::ClearActive => "clear the active list",
        Operation::StopServices => "stop the chat service on every server",
        Operation::RemoveDc2Mirroring => "remove mirroring on S",
        Operation::FullBackup => "take a full backup of S",
        Operation::TailBackupDc2 => {
            "back up S and its tail WITH NORECOVERY: nothing can be written to it any more"
        }
        Operation::Salvage => "salvage what only the old copies in DC1 hold",
        Operation::RestorePrimary => "restore the backup on A with REPLACE and RECOVERY",
        Operation::VerifyPrimary => "verify that A has everything",
        Operation::ReinitialiseSecondary => {
            "set up log shipping from A to S again: S is overwritten"
        }
        Operation::ReseedMirror => "seed the mirror anew",
        Operation::ActivateDc1 => "make the servers of DC1 the active ones",
        Operation::SetNormal => "set PoolState to Normal",
        Operation::ReturnNextHop => "point the next hop at DC1",
        Operation::RemoveMirroring => "remove mirroring (SET PARTNER OFF)",
        Operation::RecoverMirror => "recover the ex-mirror: it becomes writable",
        Operation::ReleaseStaleSide => "switch the witness off on a principal without quorum",
        Operation::AdHocLogBackup => "take a log backup outside the job",
        Operation::SetSimpleRecovery => "switch to the simple recovery model",
        Operation::StopAgent => "stop SQL Agent on S",
    }
}

fn node_title(topology: &Topology, node: Component) -> String {
    match topology.servers.get(usize::from(node.number())) {
        Some(server) => format!("pool {} ({})", node.name(), server.site.name()),
        None => match node {
            Component::W | Component::SW => format!("the witness {}", node.name()),
            Component::Share => "the host of the backup share".to_owned(),
            _ => node.name().to_owned(),
        },
    }
}

fn server_list(topology: &Topology, bits: u8) -> String {
    let names: Vec<_> = (0..topology.servers.len())
        .filter(|i| bits >> i & 1 == 1)
        .map(|i| (i + 1).to_string())
        .collect();
    if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(", ")
    }
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let c = &self.copies;
        write!(
            f,
            "A {:?} B {:?} S {:?} SM {:?} share {:?}..{:?} folder {:?} sessions {:04x} {:04x} down \
             {:04x} cut {:02x} sites {:x} cms {:02x} steps {:?} latches {:02x}",
            c[0],
            c[1],
            c[2],
            c[3],
            self.share_from,
            self.share_to,
            self.folder,
            self.sessions[0].0,
            self.sessions[1].0,
            self.down,
            self.cut,
            self.sites,
            self.control.flags,
            self.progress,
            self.latches
        )
    }
}
