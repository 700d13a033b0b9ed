//! What every server, place and link is at one moment, and which messages each holds.

use poolproof_models::names::component::Component;
use poolproof_models::names::link::Link;
use poolproof_models::names::session::SessionId;
use poolproof_models::names::site::{ShareLocation, Site};
use poolproof_models::state::lineage::Position;
use poolproof_models::state::session::PartnerRole;
use poolproof_models::state::topology::Topology;
use poolproof_models::state::world::World;

use super::explainer::Message;

/// A server or a place at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Its name.
    pub name: &'static str,
    /// Where it is; `None` for a third place.
    pub site: Option<Site>,
    /// What it is.
    pub role: HolderRole,
    /// Whether it runs.
    pub up: bool,
    /// The numbers of the messages in its copy of the log: `None` for what holds none by its
    /// nature, `Some(None)` for what has no copy.
    pub content: Option<Option<Vec<u32>>>,
}

/// What a server or a place is at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HolderRole {
    /// A pool server that serves users.
    ServesUsers,
    /// A pool server that is active and serves no users.
    Active,
    /// A pool server that is not active and keeps the sessions that it had.
    OldSessions,
    /// A pool server that is not active.
    Idle,
    /// The witness of a mirroring session.
    Witness,
    /// The principal of a mirroring session.
    Principal,
    /// The principal of a session in a manual failover that has begun.
    PendingFailover,
    /// The mirror of a session.
    Mirror,
    /// A database that restores log backups.
    Restoring,
    /// A database server without a role in a session.
    NoRole,
    /// A place that keeps log backups.
    LogBackups,
}

impl HolderRole {
    /// The role in words.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::ServesUsers => "pool server, takes users",
            Self::Active => "pool server, active",
            Self::OldSessions => "pool server, old sessions",
            Self::Idle => "pool server, idle",
            Self::Witness => "witness",
            Self::Principal => "principal",
            Self::PendingFailover => "principal, PENDING_FAILOVER",
            Self::Mirror => "mirror",
            Self::Restoring => "restoring",
            Self::NoRole => "no role",
            Self::LogBackups => "log backups",
        }
    }
}

/// A link at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkView {
    /// Its name.
    pub name: &'static str,
    /// Both ends: servers, or the data centres.
    pub ends: [&'static str; 2],
    /// Whether it is cut.
    pub cut: bool,
    /// Whether both ends believe in it (handbook 3.11). No end keeps a belief about the inter-site
    /// link, so for that link it says whether the link works.
    pub believed: bool,
}

/// The messages of a holder; `None` for a holder without any content.
pub(super) type Content = (&'static str, Option<Vec<u32>>);

/// Every server and place with what it holds of `messages`, in the order of pictures.
#[must_use]
pub(super) fn holders(topology: &Topology, world: &World, messages: &[Message]) -> Vec<Holder> {
    let contents = contents(world, messages);
    let holder = |name: &'static str, site: Option<Site>, role: HolderRole, up: bool| {
        let found = contents.iter().find(|(holder, _)| *holder == name);
        Holder {
            name,
            site,
            role,
            up,
            content: found.map(|(_, messages)| messages.clone()),
        }
    };
    let mut out = Vec::new();
    for (server, pool) in topology.servers.iter().enumerate() {
        let node = Component::server(server);
        let role = pool_server_role(topology, world, server);
        out.push(holder(
            node.name(),
            Some(pool.site),
            role,
            world.is_up(node),
        ));
    }
    for pair in SessionId::ALL {
        for member in 0..3 {
            let node = pair.node(member);
            if topology.nodes().contains(&node) {
                let (site, role) = (topology.site_of(node), partner_role(world, pair, member));
                out.push(holder(node.name(), site, role, world.is_up(node)));
            }
        }
    }
    if topology.secondary {
        let (host, site) = match topology.share {
            ShareLocation::OnPrimary => (Component::A, Some(Site::Dc1)),
            place => (Component::Share, place.site()),
        };
        out.push(holder(
            "the share",
            site,
            HolderRole::LogBackups,
            world.is_up(host),
        ));
        let (folder, up) = ("the folder in DC2", world.is_up(Component::S));
        out.push(holder(folder, Some(Site::Dc2), HolderRole::LogBackups, up));
    }
    out
}

fn pool_server_role(topology: &Topology, world: &World, server: usize) -> HolderRole {
    let bit = |bits: u8| bits >> server & 1 == 1;
    if bit(world.serving_servers(topology)) && world.service(topology) != 0 {
        HolderRole::ServesUsers
    } else if bit(world.control().replica_active) {
        HolderRole::Active
    } else if bit(world.control().lingering) {
        HolderRole::OldSessions
    } else {
        HolderRole::Idle
    }
}

fn partner_role(world: &World, pair: SessionId, member: usize) -> HolderRole {
    match (member, world.session(pair).role(member.min(1))) {
        (2, _) => HolderRole::Witness,
        (_, PartnerRole::Principal) => HolderRole::Principal,
        (_, PartnerRole::Pending) => HolderRole::PendingFailover,
        (_, PartnerRole::Mirror) => HolderRole::Mirror,
        (_, PartnerRole::None) if pair == SessionId::Secondary && member == 0 => {
            HolderRole::Restoring
        }
        (_, PartnerRole::None) => HolderRole::NoRole,
    }
}

/// Every link, in the order of pictures.
#[must_use]
pub(super) fn links(topology: &Topology, world: &World) -> Vec<LinkView> {
    let links = topology.links().iter().copied();
    links
        .map(|link| LinkView {
            name: link.component().name(),
            ends: link
                .ends()
                .map_or(["DC1", "DC2"], |(a, b)| [a.name(), b.name()]),
            cut: world.is_cut(link),
            believed: link
                .in_session()
                .map_or(!world.is_cut(Link::Wan), |(pair, n)| {
                    world.session(pair).seen(n)
                }),
        })
        .collect()
}

/// Each holder of log with those of `messages` that it has.
pub(super) fn contents(world: &World, messages: &[Message]) -> Vec<Content> {
    let names = [
        "A",
        "B",
        "S",
        "SM",
        "the share",
        "the folder in DC2",
        "the full backup",
        "the salvage",
        "the second salvage",
    ];
    let holders = names.into_iter().zip(world.holders());
    holders
        .map(|(name, end)| (name, end.is_present().then(|| held(world, messages, end))))
        .collect()
}

/// The numbers of the messages in a history that ends at `end`.
pub(super) fn held(world: &World, messages: &[Message], end: Position) -> Vec<u32> {
    let in_history = |message: &&Message| {
        message.lost_in.is_none() && world.lineage().is_prefix(message.position(), end)
    };
    let held = messages.iter().filter(in_history);
    held.map(|message| message.number).collect()
}

/// What a holder has, as the end of "A holds ...".
pub(super) fn content_in_words(messages: Option<&[u32]>) -> String {
    match messages {
        None => "nothing".to_owned(),
        Some([]) => "no post of this story".to_owned(),
        Some(numbers) => listed("post", numbers),
    }
}

/// `post 1`, or `posts 1, 2`, or `posts 1 to 9`: a simulated year has hundreds of messages.
pub(super) fn listed(noun: &str, numbers: &[u32]) -> String {
    let mut list: Vec<String> = Vec::new();
    for run in numbers.chunk_by(|a, b| a + 1 == *b) {
        match run {
            [first, _, .., last] => list.push(format!("{first} to {last}")),
            few => list.extend(few.iter().map(u32::to_string)),
        }
    }
    let plural = if numbers.len() == 1 { "" } else { "s" };
    format!("{noun}{plural} {}", list.join(", "))
}
