//! Why users are not served, and what each team of operators waits for, in words.

use poolproof_models::names::component::Component;
use poolproof_models::names::event::{Event, EventKind, operators};
use poolproof_models::names::replica::Replica;
use poolproof_models::names::runbook::{Belief, Role};
use poolproof_models::names::session::SessionId;
use poolproof_models::names::site::Site;
use poolproof_models::rules::refusal::Refusal;
use poolproof_models::state::control::Control;
use poolproof_models::state::session::PartnerRole;
use poolproof_models::state::topology::Topology;
use poolproof_models::state::world::{SiteState, World};

use super::operations::operation_text;
use super::refusal::reason;

/// What stands between users and service: data centres, database servers, pool servers, and
/// what keeps each runbook from changing it. Each a clause without a full stop.
#[must_use]
pub fn blocking_conditions(topology: &Topology, world: &World) -> Vec<String> {
    let mut out = Vec::new();
    for site in Site::ALL {
        match world.site(site) {
            SiteState::Up => {}
            SiteState::Outage => out.push(format!("{} is down", site.name())),
            SiteState::Lost => out.push(format!("{} is lost", site.name())),
        }
    }
    // A database that would take posts: then users do not come to it.
    let acknowledges = |copy: Replica| world.can_acknowledge(topology, copy);
    let ready = |pair: &SessionId| pair.members().into_iter().any(acknowledges);
    match SessionId::ALL.into_iter().find(ready) {
        Some(pair) => out.extend(route_condition(topology, world, pair)),
        None => out.extend(
            Replica::ALL
                .into_iter()
                .filter_map(|copy| copy_condition(topology, world, copy)),
        ),
    }
    let teams = Role::ALL.into_iter();
    out.extend(teams.filter_map(|role| team_condition(topology, world, role)));
    out
}

/// Why a copy in a data centre that is up does not acknowledge.
fn copy_condition(topology: &Topology, world: &World, copy: Replica) -> Option<String> {
    let pair = copy.session();
    let (node, member) = (copy.server(), copy.member());
    let exists = topology.nodes().contains(&node);
    if !exists || !world.site_up(topology.session_site(pair)) {
        return None;
    }
    let name = node.name();
    let session = world.session(pair);
    Some(if !world.is_up(node) {
        format!("{name} does not run")
    } else if !world.copy(copy).is_present() {
        format!("{name} is empty")
    } else if session.is_principal(member) {
        let in_dc1 = matches!(pair, SessionId::Primary);
        if in_dc1 && world.control().has(Control::fenced(copy)) {
            format!("{name} is fenced")
        } else if in_dc1 && world.control().has(Control::LOG_FULL) {
            format!("the log drive of {name} is full")
        } else {
            format!("{name} is principal, but sees no quorum")
        }
    } else if session.role(member) == PartnerRole::Mirror {
        format!("{name} is a mirror, and nobody promotes it")
    } else {
        format!("{name} is restoring, and nobody recovers it")
    })
}

/// Why users do not come to databases that would take their posts.
fn route_condition(topology: &Topology, world: &World, ready: SessionId) -> Option<String> {
    if world.service(topology) != 0 {
        return None;
    }
    let running = (0..topology.servers.len())
        .filter(|server| world.is_up(Component::server(*server)))
        .fold(0, |bits: u8, server| bits | 1 << server);
    let site = topology.session_site(ready).name();
    let without_logins = ready.members().into_iter().find(|copy| {
        world.can_acknowledge(topology, *copy) && world.logins_missing(topology, *copy)
    });
    Some(if running == 0 {
        "no pool server runs".to_owned()
    } else if running & world.control().replica_active == 0 {
        "no pool server that runs is active".to_owned()
    } else if world.serving_servers(topology) == 0 {
        "no next hop leads to an active pool server".to_owned()
    } else if let Some(copy) = without_logins {
        format!(
            "{} has no logins for the pool servers",
            copy.server().name()
        )
    } else {
        format!("no active pool server uses and reaches the databases of {site}")
    })
}

/// What keeps a team from going on.
fn team_condition(topology: &Topology, world: &World, role: Role) -> Option<String> {
    let what = match role {
        Role::MirrorFailover => "a failover inside DC1",
        Role::SiteFailover => "a failover to DC2",
        Role::SiteFailback => "a failback to DC1",
        // It serves nobody.
        Role::LogShippingRepair => return None,
        // It begins only where users are served.
        Role::PlannedSwitch if world.progress(role) == 0 => return None,
        Role::PlannedSwitch => "a planned switch to DC2",
        // Whether a scenario has one is no condition of the others.
        Role::LastResort if topology.runbook(role).is_none() => return None,
        Role::LastResort => "the last resort",
    };
    let Some(runbook) = topology.runbook(role) else {
        return Some(format!("there is no runbook for {what}"));
    };
    let name = &runbook.name;
    let progress = world.progress(role);
    if progress == 0 {
        if world.trigger_believed(topology, role) {
            let place = home_of(role);
            return Some(format!("nobody {place} can begin \"{name}\""));
        }
        let trigger = awaited(runbook.trigger);
        return Some(format!(
            "\"{name}\" is not begun: it would take that {trigger}"
        ));
    }
    let Some(step) = world.current_step(topology, role) else {
        let done = progress == topology.finished(role);
        let how = if done { "done" } else { "given up" };
        return Some(format!("\"{name}\" has been {how}"));
    };
    let event = Event::new(EventKind::RunbookStep, operators(role));
    if topology.excluded.contains(&event) {
        return Some(format!("nobody works on \"{name}\" in this scenario"));
    }
    if !world.team_site_up(role) {
        let place = home_of(role);
        return Some(format!("nobody {place} can go on with \"{name}\""));
    }
    let text = operation_text(step.operation);
    let why = match world.guard(topology, event).err()? {
        Refusal::WaitsFor(belief) => format!("it waits until {}", awaited(belief)),
        refusal => reason(topology, refusal),
    };
    Some(format!(
        "\"{name}\" stands at step {progress} ({text}): {why}"
    ))
}

/// Where a team is.
const fn home_of(role: Role) -> &'static str {
    match World::team_site(role) {
        Some(Site::Dc1) => "in DC1",
        Some(Site::Dc2) => "in DC2",
        None => "in either data centre",
    }
}

/// What somebody waits for.
const fn awaited(belief: Belief) -> &'static str {
    match belief {
        Belief::PrincipalDown => "the principal is believed dead while its mirror answers",
        Belief::SiteDown => "DC1 is believed to be down",
        Belief::PartnerBack => "the principal's partner is back",
        Belief::WitnessDown => "the witness is believed to be down",
        Belief::SiteRebuilt => "DC1 is there again after a failover",
        Belief::ReplicasCurrent => "every pool server is up to date",
        Belief::SecondaryMirrored => "S has a synchronised mirror",
        Belief::UsersCutOff => "users are cut off although both partners answer",
        Belief::SecondaryStalled => "log shipping to S has stopped for good",
        Belief::NoRestoreAlert => "S is known to have restored nothing for too long",
        Belief::NoBackupAlert => "it is known that no log was backed up for too long",
        Belief::ServiceStuck => "nothing brings service back by itself",
        Belief::Planned => "it is the day of planned work and everything is in order",
    }
}
