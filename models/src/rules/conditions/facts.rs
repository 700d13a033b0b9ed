//! The facts of a world that conditions are worked out from, and how they are brought about.

use crate::names::component::Component;
use crate::names::link::Link;
use crate::names::replica::Replica;
use crate::names::runbook::{Belief, Role, Runbook};
use crate::names::session::SessionId;
use crate::names::site::Site;
use crate::rules::refusal::Refusal;
use crate::state::control::Control;
use crate::state::lineage::Position;
use crate::state::session::{PartnerRole, Session};
use crate::state::topology::Topology;
use crate::state::world::{SiteState, World};

/// A position that is in every history.
pub(super) const BEGINNING: Position = Position::new(0, 0);

/// The session of a server and which member of it the server is; 2 for the witness.
pub(super) fn membership(node: Component) -> (SessionId, usize) {
    let mut pairs = SessionId::ALL.into_iter();
    pairs
        .find_map(|pair| Some((pair, (0..3).find(|m| pair.node(*m) == node)?)))
        .expect("a server of a session")
}

/// The data centres in one of which a team has to be.
pub(super) const fn sites_of_team(role: Role) -> &'static [Site] {
    match role {
        Role::MirrorFailover => &[Site::Dc1],
        Role::SiteFailover | Role::SiteFailback | Role::LogShippingRepair | Role::PlannedSwitch => {
            &[Site::Dc2]
        }
        Role::LastResort => &Site::ALL,
    }
}

/// The database servers of a topology.
pub(super) fn servers(topology: &Topology) -> impl Iterator<Item = Component> {
    topology
        .replicas()
        .iter()
        .map(|place| place.replica.server())
}

/// 2.2: whether users of a database get an acknowledgement.
pub(super) fn acknowledges(topology: &Topology, world: &World, node: Component) -> bool {
    let common = [
        Refusal::NotRunning(node),
        Refusal::NotPrincipal(node),
        Refusal::NoQuorum(node),
        Refusal::WaitsForMirror(node),
        Refusal::GreyFailed(node),
    ];
    let in_dc1 = [Refusal::Fenced(node), Refusal::LogDriveFull(Site::Dc1)];
    let in_dc1 = if site_of(membership(node).0) == Site::Dc1 {
        &in_dc1[..]
    } else {
        &[]
    };
    let mut needed = common.iter().chain(in_dc1);
    needed.all(|refusal| refusal.condition_holds(topology, world))
}

pub(super) fn pair(session: Component) -> SessionId {
    SessionId::from_component(session).expect("a session")
}

/// The data centre of a session.
pub(super) const fn site_of(session: SessionId) -> Site {
    match session {
        SessionId::Primary => Site::Dc1,
        SessionId::Secondary => Site::Dc2,
    }
}

pub(super) fn copy(node: Component) -> Replica {
    Replica::of(node).expect("a database server")
}

pub(super) fn link(component: Component) -> Link {
    Link::from_component(component).expect("a link")
}

pub(super) fn role(world: &World, node: Component) -> PartnerRole {
    let (pair, member) = membership(node);
    world.session(pair).role(member)
}

pub(super) fn set_role(world: &mut World, node: Component, role: PartnerRole) {
    let (pair, member) = membership(node);
    world.session_mut(pair).set_role(member, role);
    let content = world.copy_mut(pair.member(member));
    if role == PartnerRole::Principal && !content.is_present() {
        // There is no principal without a database.
        *content = BEGINNING;
    }
}

pub(super) fn session_of(world: &mut World, session: Component) -> &mut Session {
    world.session_mut(pair(session))
}

pub(super) fn is_alone(world: &World, node: Component) -> bool {
    let (pair, member) = membership(node);
    world.session(pair).is_alone(member)
}

/// Whether the link between the partners of a session carries traffic.
pub(super) fn partners_linked(world: &World, pair: SessionId) -> bool {
    let running = (0..2).all(|m| world.is_up(pair.node(m)));
    running && !world.is_cut(pair.link(0))
}

/// R4: the witness has noticed the silence of a principal that has not noticed its own.
pub(super) fn is_silent(world: &World, node: Component) -> bool {
    let (pair, member) = membership(node);
    let session = world.session(pair);
    let linked =
        !world.is_cut(pair.link(1 + member)) && world.is_up(node) && world.is_up(pair.node(2));
    session.noticed()
        && role(world, node) == PartnerRole::Principal
        && session.seen(1 + member)
        && !linked
}

/// 3.4: the table of quorums, for a running principal.
pub(super) fn has_quorum(world: &World, node: Component) -> bool {
    let (pair, member) = membership(node);
    let session = world.session(pair);
    if session.is_alone(member) || !session.witness_set() {
        return true;
    }
    let sees_mirror = session.seen(0) && session.role(1 - member) == PartnerRole::Mirror;
    let named = session.registered() == member || is_silent(world, node);
    sees_mirror || session.seen(1 + member) && named
}

pub(super) fn believes_trigger(topology: &Topology, world: &World, role: Role) -> bool {
    let Some(runbook) = topology.runbook(role) else {
        return false;
    };
    let in_dc2 = world.control.has(Control::FAILED_OVER);
    let occasion = || {
        let mut others = topology.runbooks.iter().filter(|other| other.role != role);
        let idle = |other: &Runbook| {
            let progress = usize::from(world.progress(other.role));
            progress == 0 || progress > other.steps.len()
        };
        others.all(idle)
            && if role == Role::SiteFailback {
                world.believes(topology, Belief::SiteRebuilt)
            } else {
                !in_dc2
            }
    };
    world.believes(topology, runbook.trigger) && (runbook.trigger != Belief::Planned || occasion())
}

pub(super) fn runbook(topology: &mut Topology, role: Role) -> &mut Runbook {
    let mut runbooks = topology.runbooks.iter_mut();
    runbooks
        .find(|runbook| runbook.role == role)
        .expect("a runbook")
}

/// 1.1, 1.4, 2.4: whether a server takes users and directs them to the database of `node`.
pub(super) fn directs_users(
    topology: &Topology,
    world: &World,
    server: usize,
    node: Component,
) -> bool {
    let (control, bit) = (&world.control, 1 << server);
    let at = topology.servers[server].site;
    let joined = !world.is_cut(Link::Wan);
    let takes = world.is_up(Component::server(server))
        && (control.replica_active | control.lingering) & bit != 0;
    let is_hop = |site: Site| {
        let in_dc2 = control.has(Control::HOP_VIEW << site.index());
        let front_end = site == Site::Dc2 || world.is_up(Component::FrontEnd1);
        world.site_up(site) && front_end && in_dc2 == (site == Site::Dc2)
    };
    let routed = is_hop(at) || joined && is_hop(at.other());
    let home = site_of(membership(node).0);
    let uses = (control.replica_failed_over & bit != 0) == (home == Site::Dc2);
    let knows = node != Component::SM || !control.has(Control::STALE_PARTNER);
    let exist = Replica::of(node).is_some_and(|copy| topology.logins >> copy.place() & 1 == 1);
    let logins = exist || control.has(Control::LOGINS_CREATED);
    takes && routed && uses && (at == home || joined) && knows && logins
}

/// Makes every server take users and direct them to the database of `node`.
pub(super) fn direct_users_to(topology: &mut Topology, world: &mut World, node: Component) {
    let in_dc2 = site_of(membership(node).0) == Site::Dc2;
    for server in 0..topology.servers.len() {
        world.set_down(Component::server(server), false);
    }
    world.set_down(Component::FrontEnd1, false);
    world.set_cut(Link::Wan, false);
    for site in Site::ALL {
        world.set_site(site, SiteState::Up);
        let view = Control::HOP_VIEW << site.index();
        world.control.set(view, site == Site::Dc2);
    }
    world.control.replica_active = u8::MAX;
    world.control.replica_failed_over = if in_dc2 { u8::MAX } else { 0 };
    world.control.set(Control::STALE_PARTNER, false);
    topology.logins = u8::MAX;
}

/// Some other position.
pub(super) fn other_than(position: Position) -> Position {
    if position.is_present() {
        Position::ABSENT
    } else {
        BEGINNING
    }
}
