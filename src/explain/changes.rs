//! What differs between two worlds, in words: what changed and nothing else.

use poolproof_models::names::replica::Replica;
use poolproof_models::names::session::SessionId;
use poolproof_models::names::site::Site;
use poolproof_models::state::control::Control;
use poolproof_models::state::latches::{Latches, LossKind};
use poolproof_models::state::session::PartnerRole;
use poolproof_models::state::topology::Topology;
use poolproof_models::state::world::{SiteState, World};

use super::components::component_title;

/// What differs between two worlds, in words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// How components, sessions, settings and the log chain stand now.
    pub facts: Vec<String>,
    /// What that means for acknowledged messages.
    pub harm: Vec<String>,
}

impl Changes {
    /// Compares a world with a later one.
    #[must_use]
    pub fn between(topology: &Topology, before: &World, after: &World) -> Self {
        Self {
            facts: facts(topology, before, after),
            harm: harm(before, after),
        }
    }
}

/// What differs between a world and a later one, in the order of reports.
#[must_use]
pub fn changes(topology: &Topology, before: &World, after: &World) -> Vec<String> {
    let Changes {
        mut facts,
        mut harm,
    } = Changes::between(topology, before, after);
    facts.append(&mut harm);
    facts
}

fn facts(topology: &Topology, before: &World, after: &World) -> Vec<String> {
    let mut out = Vec::new();
    for site in Site::ALL {
        if before.site(site) != after.site(site) {
            let state = match after.site(site) {
                SiteState::Up => "up",
                SiteState::Outage => "down",
                SiteState::Lost => "lost",
            };
            out.push(format!("{}: {state}", site.name()));
        }
    }
    for node in topology.nodes().iter().copied() {
        if before.is_up(node) != after.is_up(node)
            && topology
                .site_of(node)
                .is_none_or(|s| before.site(s) == after.site(s))
        {
            let state = if after.is_up(node) { "up" } else { "down" };
            out.push(format!("{}: {state}", component_title(topology, node)));
        }
    }
    for link in topology.links().iter().copied() {
        if before.is_cut(link) != after.is_cut(link) {
            let state = if after.is_cut(link) { "cut" } else { "up" };
            out.push(format!("link {}: {state}", link.component().name()));
        }
    }
    for pair in SessionId::ALL {
        session_changes(topology, pair, before, after, &mut out);
    }
    control_changes(topology, before, after, &mut out);
    latch_changes(before, after, &mut out);
    out
}

fn session_changes(
    topology: &Topology,
    pair: SessionId,
    before: &World,
    after: &World,
    out: &mut Vec<String>,
) {
    let (a, b) = (before.session(pair), after.session(pair));
    for member in 0..2 {
        if a.role(member) != b.role(member) {
            let role = match b.role(member) {
                PartnerRole::None => "no role",
                PartnerRole::Principal => "principal",
                PartnerRole::Pending => "principal, PENDING_FAILOVER",
                PartnerRole::Mirror => "mirror",
            };
            out.push(format!("{}: {role}", pair.node(member).name()));
        }
        let copy = pair.member(member);
        if before.can_acknowledge(topology, copy) != after.can_acknowledge(topology, copy) {
            let can = if after.can_acknowledge(topology, copy) {
                "can"
            } else {
                "cannot"
            };
            out.push(format!("{}: {can} acknowledge", pair.node(member).name()));
        }
    }
    let mirrored = b.role(1) != PartnerRole::None;
    if before.is_synchronized(pair) != after.is_synchronized(pair) && mirrored {
        let state = if after.is_synchronized(pair) {
            "SYNCHRONIZED"
        } else {
            "not synchronised, exposed"
        };
        out.push(format!("session {}: {state}", session_title(pair)));
    }
    if before.is_suspended(pair) != after.is_suspended(pair) {
        let state = if after.is_suspended(pair) {
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
    } else if a.witness_set() && b.exists() {
        out.push(format!(
            "session {}: no witness any more",
            session_title(pair)
        ));
    }
    for link in 0..3 {
        if a.seen(link)
            && !b.seen(link)
            && b.exists()
            && before.site_up(topology.session_site(pair))
        {
            let name = pair.link(link).component().name();
            out.push(format!("{name}: believed lost"));
        }
    }
}

fn control_changes(topology: &Topology, before: &World, after: &World, out: &mut Vec<String>) {
    let (a, b) = (before.control(), after.control());
    let flag = |flag: u32| (a.has(flag) != b.has(flag)).then(|| b.has(flag));
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
    if before.service(topology) != after.service(topology) {
        out.push(service_text(topology, after));
    }
}

/// Whether users are served, and from where.
#[must_use]
pub fn service_text(topology: &Topology, world: &World) -> String {
    let served = world.service(topology);
    let copies: Vec<_> = Replica::ALL
        .into_iter()
        .filter(|c| served & c.bit() != 0)
        .map(|c| c.server().name())
        .collect();
    if copies.is_empty() {
        "no user is served".to_owned()
    } else {
        format!("users are served from {}", copies.join(" and "))
    }
}

/// What a server or place holds, where no story has numbered the posts: which history, and how
/// far. Empty for what holds none.
#[must_use]
pub fn content_text(world: &World, holder: &str) -> String {
    let copy = Replica::ALL
        .into_iter()
        .find(|copy| copy.server().name() == holder);
    let end = match (copy, holder) {
        (Some(copy), _) => world.copy(copy),
        (None, "the share") if world.share_has_files() => world.share().1,
        (None, "the share") => return "no files".to_owned(),
        (None, "the folder in DC2") => world.folder(),
        _ => return String::new(),
    };
    if !end.is_present() {
        return "empty".to_owned();
    }
    let (history, rank) = (end.timeline() + 1, end.rank());
    format!("history {history} up to position {rank}")
}

fn latch_changes(before: &World, after: &World, out: &mut Vec<String>) {
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
            Control::fenced(Replica::Primary),
            "A: fenced",
            "A: not fenced any more",
        ),
        (
            Control::fenced(Replica::PrimaryMirror),
            "B: fenced",
            "B: not fenced any more",
        ),
        (
            Control::BACKUP_STOPPED,
            "log backup job in DC1: stopped",
            "log backup job in DC1: runs again",
        ),
        (
            Control::TWO_MASTERS,
            "Central Management store: two masters",
            "Central Management store: one master again",
        ),
    ] {
        if before.control().has(state) != after.control().has(state) {
            out.push(if after.control().has(state) { on } else { off }.to_owned());
        }
    }
    for (mark, text) in [
        (
            Latches::FAILOVER_LOST,
            "I4 BROKEN: the failover left acknowledged messages behind",
        ),
        (
            Latches::WRONG_SIDE,
            "WRONG SIDE: servers were activated that cannot or must not serve",
        ),
        (Latches::RECORD_MISSING, "COMPLIANCE: records are lost"),
        (
            Latches::RECORD_PHANTOM,
            "COMPLIANCE: a record is of a message that is lost",
        ),
        (
            Latches::NUMBERS_REUSED,
            "NUMBERS REUSED: new messages take the numbers of lost ones",
        ),
        (
            Latches::OVERWRITTEN,
            "OVERWRITTEN: newer data was destroyed",
        ),
    ] {
        if before.has_latched(mark) != after.has_latched(mark) {
            out.push(text.to_owned());
        }
    }
}

fn harm(before: &World, after: &World) -> Vec<String> {
    let mut out = Vec::new();
    if before.split_brain() != after.split_brain() {
        out.push("SPLIT BRAIN: both sides of a fork have acknowledged posts".to_owned());
    }
    if before.loss() != after.loss() {
        out.push(match after.loss() {
            LossKind::Final => "LOST: acknowledged messages are gone for good".to_owned(),
            _ => "LOST: the serving history lacks acknowledged messages (some copy or file \
                  still holds them)"
                .to_owned(),
        });
    }
    if before.backup_left_out() != after.backup_left_out() {
        out.push("LOST: a finished log backup was left out".to_owned());
    }
    out
}

const fn session_title(pair: SessionId) -> &'static str {
    match pair {
        SessionId::Primary => "A-B",
        SessionId::Secondary => "S-SM",
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
