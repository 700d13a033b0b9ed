//! The transition relation as a table: one row for each kind of event.

use crate::names::component::Component;
use crate::names::event::{Event, EventKind, EventSet, FaultClass, operators, role_of};
use crate::names::link::Link;
use crate::names::replica::Replica;
use crate::names::runbook::{Mistake, Operation, Role};
use crate::names::session::SessionId;
use crate::names::site::Site;
use crate::rules::losses::Losses;
use crate::rules::refusal::{Permission, Refusal};
use crate::state::control::Control;
use crate::state::latches::LossCause;
use crate::state::places::SessionPlace;
use crate::state::topology::Topology;
use crate::state::world::World;

/// The rule of one kind of event.
pub(crate) struct Rule {
    kind: EventKind,
    /// Where the topology has such events.
    at: fn(&Topology) -> Vec<Component>,
    /// Whether it can happen now.
    pub(crate) guard: fn(&World, &Topology, Event) -> Permission,
    /// What it does, where its guard lets it pass.
    pub(crate) effect: fn(&mut World, &Topology, Event) -> Losses,
    /// What it costs wherever it happens, if it is a fault.
    fault: Option<FaultClass>,
    /// Whether users without service can hope for it.
    is_progress: bool,
}

/// The rules in the order of [`EventKind::ALL`]. A kind without a row does not compile.
static RULES: [Rule; EventKind::ALL.len()] = ROWS;

/// Each row stands at the number of its kind.
const _: () = {
    let mut at = 0;
    while at < ROWS.len() {
        assert!(ROWS[at].kind as usize == at + 1);
        at += 1;
    }
};

/// The rule of a kind of event.
#[inline]
pub(crate) fn rule(kind: EventKind) -> &'static Rule {
    &RULES[kind as usize - 1]
}

const ROWS: [Rule; EventKind::ALL.len()] = {
    use EventKind as K;
    [
        row(
            K::Write,
            database_servers,
            |w, t, e| w.may_write(t, copy(e)?),
            |w, t, e| copy(e).map_or(NOTHING, |copy| w.write(t, copy)),
        ),
        row(
            K::Crash,
            |t| t.nodes().to_vec(),
            |w, t, e| w.may_crash(t, e.at),
            |w, t, e| {
                let _: () = w.crash(t, e.at);
                plain(())
            },
        )
        .fault(FaultClass::ComponentCrash),
        row(
            K::Restart,
            |t| t.nodes().to_vec(),
            |w, t, e| w.may_restart(t, e.at),
            |w, t, e| {
                let _: () = w.restart(t, e.at);
                plain(())
            },
        ),
        row(
            K::Cut,
            every_link,
            |w, t, e| w.may_cut(t, link(e)?),
            |w, t, e| plain(link(e).map(|link| w.cut(t, link, true))),
        )
        .fault(FaultClass::LinkCut),
        row(
            K::Heal,
            every_link,
            |w, _, e| w.may_heal(link(e)?),
            |w, t, e| plain(link(e).map(|link| w.cut(t, link, false))),
        ),
        row(
            K::Detect,
            every_connection,
            |w, _, e| connection(e).and_then(|(pair, link)| w.may_detect(pair, link)),
            |w, _, e| {
                plain(connection(e).map(|(pair, link)| {
                    w.session_mut(pair).set_seen(link, false);
                }))
            },
        )
        .progress(),
        row(
            K::Expose,
            every_session,
            |w, t, e| w.may_expose(t, session(e)?),
            |w, t, e| plain(session(e).map(|pair| w.expose(t, pair))),
        )
        .progress(),
        row(
            K::AutomaticFailover,
            every_session_with_witness,
            |w, t, e| w.may_fail_over(t, session(e)?).map(drop),
            |w, t, e| {
                plain(session(e).and_then(|pair| {
                    let mirror = w.may_fail_over(t, pair)?;
                    w.promote(t, pair, mirror, false);
                    Ok(())
                }))
            },
        )
        .progress(),
        row(
            K::Resynchronise,
            every_session,
            |w, _, e| w.may_resynchronise(session(e)?),
            |w, t, e| session(e).map_or(NOTHING, |pair| w.resynchronise(t, pair)),
        )
        .progress(),
        row(
            K::Backup,
            |t| at_if(t.secondary, &[Component::BackupJob]),
            |w, t, _| w.may_back_up(t),
            |w, t, _| {
                let _: () = w.back_up(t);
                plain(())
            },
        ),
        row(
            K::Copy,
            |t| at_if(t.secondary, &[Component::CopyJob]),
            |w, t, _| w.may_copy(t),
            |w, _, _| {
                let _: () = w.copy_files();
                plain(())
            },
        ),
        row(
            K::Restore,
            |t| at_if(t.secondary, &[Component::RestoreJob]),
            |w, t, _| w.may_restore(t),
            |w, _, _| {
                let _: () = w.restore_files();
                plain(())
            },
        ),
        row(
            K::Replicate,
            |t| (0..t.servers.len()).map(Component::server).collect(),
            |w, t, e| w.may_replicate(t, server(t, e)?),
            |w, t, e| plain(server(t, e).map(|s| w.replicate(s, t.slices.sessions))),
        )
        .progress(),
        row(
            K::Disaster,
            every_site,
            |w, t, e| w.may_fail(t, site(e)?),
            |w, t, e| site(e).map_or(NOTHING, |site| w.site_fails(t, site, true)),
        )
        .fault(FaultClass::SiteLoss),
        row(
            K::Outage,
            every_site,
            |w, t, e| w.may_fail(t, site(e)?),
            |w, t, e| site(e).map_or(NOTHING, |site| w.site_fails(t, site, false)),
        )
        .fault(FaultClass::SiteLoss),
        row(
            K::Return,
            every_site,
            |w, t, e| w.may_return(t, site(e)?),
            |w, t, e| plain(site(e).map(|site| w.site_returns(t, site))),
        ),
        row(
            K::ShareLoss,
            |t| at_if(t.secondary, &[Component::Share]),
            |w, t, e| w.may_lose_share(t, e.at),
            |w, _, _| w.lose_share(LossCause::ShareLost),
        )
        .fault(FaultClass::ShareLoss),
        row(
            K::StartRunbook,
            every_team,
            |w, t, e| w.may_start(t, team(e)?),
            |w, _, e| plain(team(e).map(|role| w.progress[role as usize] = 1)),
        )
        .progress(),
        row(
            K::RunbookStep,
            every_team,
            |w, t, e| w.may_step(t, team(e)?),
            |w, t, e| team(e).map_or(NOTHING, |role| w.step(t, role)),
        )
        .progress(),
        row(
            K::StandDown,
            every_team,
            |w, t, e| w.may_stand_down(t, team(e)?),
            |w, t, e| plain(team(e).map(|role| w.stand_down(t, role))),
        )
        .progress(),
        row(
            K::Reconnect,
            |t| at_if(t.slices.clients, &[Component::Clients]),
            |w, t, _| w.may_reconnect(t),
            |w, _, _| {
                let _: () = w.control.set(Control::DISCONNECTED, false);
                plain(())
            },
        )
        .progress(),
        // Its events are the operations that the topology lists.
        row(
            K::Misoperation,
            |_| Vec::new(),
            |w, t, e| w.may_operate(t, operation(e)?),
            |w, t, e| operation(e).map_or(NOTHING, |operation| w.operate(t, operation, None)),
        )
        .fault(FaultClass::Mistake),
        row(
            K::GreyFailure,
            |t| at_if(t.slices.grey, &members(t, SessionId::Primary)),
            |w, t, e| w.may_fail_grey(t, copy(e)?),
            |w, _, e| plain(copy(e).map(|copy| w.control.set(Control::grey(copy), true))),
        )
        .fault(FaultClass::ComponentCrash),
        row(
            K::GreyRepair,
            |t| at_if(t.slices.grey, &members(t, SessionId::Primary)),
            |w, t, e| w.may_repair_grey(t, copy(e)?),
            |w, _, e| plain(copy(e).map(|copy| w.control.set(Control::grey(copy), false))),
        ),
        row(
            K::LogFull,
            |t| at_if(t.slices.log_full, &[SessionId::Primary.component()]),
            |w, t, _| w.may_fill_log(t),
            |w, _, _| {
                let _: () = w.control.set(Control::LOG_FULL, true);
                plain(())
            },
        ),
        row(
            K::Retention,
            |t| at_if(t.slices.retention && t.secondary, &[Component::Share]),
            |w, t, _| w.may_expire(t),
            |w, _, _| w.expire(LossCause::ShareLost),
        ),
        row(
            K::Rebuild,
            |t| {
                let site = |role, site| at_if(t.runbook(role).is_some(), &[Component::site(site)]);
                let mut sites = site(Role::SiteFailback, t.primary_site());
                sites.append(&mut site(Role::LogShippingRepair, t.secondary_site()));
                sites
            },
            |w, t, e| w.may_rebuild(t, site(e)?),
            |w, t, e| plain(site(e).map(|site| w.rebuild(t, site))),
        ),
        row(
            K::Export,
            |t| at_if(t.slices.compliance, &[Component::Clients]),
            |w, t, _| w.may_export(t).map(drop),
            |w, t, _| plain(w.may_export(t).map(|copy| w.export(copy))),
        ),
        mistake(
            K::Premature,
            |t| teams_that_err(t, Mistake::Premature),
            |w, t, e| w.may_err(t, team(e)?, Mistake::Premature),
            |w, t, e| err(w, t, e, Mistake::Premature),
        ),
        mistake(
            K::Skip,
            |t| teams_that_err(t, Mistake::Skip),
            |w, t, e| w.may_err(t, team(e)?, Mistake::Skip),
            |w, t, e| err(w, t, e, Mistake::Skip),
        ),
        mistake(
            K::SwapNext,
            |t| teams_that_err(t, Mistake::SwapNext),
            |w, t, e| w.may_err(t, team(e)?, Mistake::SwapNext),
            |w, t, e| err(w, t, e, Mistake::SwapNext),
        ),
        mistake(
            K::WrongFile,
            |t| teams_that_err(t, Mistake::WrongFile),
            |w, t, e| w.may_err(t, team(e)?, Mistake::WrongFile),
            |w, t, e| err(w, t, e, Mistake::WrongFile),
        ),
        mistake(
            K::Abort,
            |t| teams_that_err(t, Mistake::Abort),
            |w, t, e| w.may_err(t, team(e)?, Mistake::Abort),
            |w, t, e| err(w, t, e, Mistake::Abort),
        ),
        row(
            K::Destroy,
            |t| at_if(t.slices.storage, &database_servers(t)),
            |w, t, e| w.may_destroy(t, copy(e)?),
            |w, t, e| w.destroy(t, e.at),
        )
        .fault(FaultClass::ComponentCrash),
        row(
            K::SwapRoles,
            |t| {
                let manual = t.mirror && t.can_do(Operation::ManualFailover);
                at_if(manual, &[SessionId::Primary.component()])
            },
            |w, _, e| w.may_swap_roles(session(e)?).map(drop),
            |w, t, e| plain(session(e).map(|pair| w.swap_roles(t, pair))),
        )
        .progress(),
        row(
            K::Notice,
            |t| {
                let witnessed = t.slices.one_sided_detection && t.mirror && t.witness;
                at_if(
                    witnessed,
                    &[1, 2].map(|link| SessionId::Primary.link(link).component()),
                )
            },
            |w, _, e| {
                let (pair, link) = connection(e)?;
                let member = link.checked_sub(1).ok_or(Refusal::NoSuchEvent)?;
                w.may_notice(pair, member)
            },
            |w, _, e| plain(connection(e).map(|(pair, _)| w.notice(pair))),
        ),
        row(
            K::Forget,
            |t| {
                let witnessed = t.slices.witness_memory && t.mirror && t.witness;
                at_if(witnessed, &[SessionId::Primary.witness()])
            },
            |w, t, _| w.may_forget(t, SessionId::Primary),
            |w, _, _| {
                let _: () = w.forget(SessionId::Primary);
                plain(())
            },
        )
        .fault(FaultClass::ComponentCrash),
        row(
            K::Accept,
            |t| at_if(t.follows_posts_in_flight(), &[Component::Clients]),
            |w, t, _| w.may_accept(t),
            |w, _, _| {
                let _: () = w.control.set(Control::IN_FLIGHT, true);
                plain(())
            },
        ),
        mistake(
            K::FenceFails,
            |t| teams_that_err(t, Mistake::FenceFails),
            |w, t, e| w.may_err(t, team(e)?, Mistake::FenceFails),
            |w, t, e| err(w, t, e, Mistake::FenceFails),
        ),
        row(
            K::PortLost,
            |t| {
                let mut with_links = t.nodes().to_vec();
                with_links.retain(|node| t.slices.ports && t.links_of(*node).count() > 1);
                with_links
            },
            |w, t, e| w.may_lose_port(t, e.at),
            |w, t, e| {
                let _: () = w.lose_port(t, e.at);
                plain(())
            },
        )
        .fault(FaultClass::LinkCut),
        row(
            K::Stall,
            |t| at_if(t.slices.stalls, &members(t, SessionId::Primary)),
            |w, t, e| w.may_crash(t, e.at),
            |w, _, e| plain(copy(e).map(|copy| w.stall(copy))),
        )
        .fault(FaultClass::ComponentCrash),
        row(
            K::StallEnds,
            |t| at_if(t.slices.stalls, &members(t, SessionId::Primary)),
            |w, t, e| w.may_end_stall(t, copy(e)?),
            |w, _, e| plain(copy(e).map(|copy| w.end_stall(copy))),
        ),
    ]
};

/// A row of an event that is neither a fault nor progress.
const fn row(
    kind: EventKind,
    at: fn(&Topology) -> Vec<Component>,
    guard: fn(&World, &Topology, Event) -> Permission,
    effect: fn(&mut World, &Topology, Event) -> Losses,
) -> Rule {
    Rule {
        kind,
        at,
        guard,
        effect,
        fault: None,
        is_progress: false,
    }
}

/// A row of an operator's mistake at a step.
const fn mistake(
    kind: EventKind,
    at: fn(&Topology) -> Vec<Component>,
    guard: fn(&World, &Topology, Event) -> Permission,
    effect: fn(&mut World, &Topology, Event) -> Losses,
) -> Rule {
    row(kind, at, guard, effect).fault(FaultClass::Mistake)
}

impl Rule {
    const fn fault(mut self, class: FaultClass) -> Self {
        self.fault = Some(class);
        self
    }

    const fn progress(mut self) -> Self {
        self.is_progress = true;
        self
    }
}

impl EventKind {
    /// What it costs wherever it happens, if it is a fault: a return is one only in some states.
    #[must_use]
    pub fn fault_class(self) -> Option<FaultClass> {
        rule(self).fault
    }

    /// Whether users without service can hope for it: the system or its operators are at work.
    #[must_use]
    pub fn is_progress(self) -> bool {
        rule(self).is_progress
    }
}

impl Event {
    /// [`EventKind::is_progress`], but not of the last resort: UQ asks whether the system needed
    /// one (9, 13.22).
    #[must_use]
    pub fn is_progress(self) -> bool {
        self.kind.is_progress() && role_of(self.at) != Some(Role::LastResort)
    }
}

/// Every event that the topology can have, in the order of stable ids.
pub(crate) fn events_of(topology: &Topology) -> Vec<Event> {
    let listed = topology.misoperations.iter();
    let mut events: Vec<Event> = listed.map(|o| Event::misoperation(*o)).collect();
    for rule in &RULES {
        let places = (rule.at)(topology).into_iter();
        events.extend(places.map(|at| Event::new(rule.kind, at)));
    }
    events.retain(|event| !topology.excluded.contains(event));
    events.sort_by_key(|event| event.id());
    events.dedup();
    assert!(
        events.len() <= EventSet::CAPACITY,
        "more events than an event set holds"
    );
    events
}

const NOTHING: Losses = Losses::none();

/// What an effect loses that can lose nothing.
fn plain<T>(_done: T) -> Losses {
    NOTHING
}

fn err(world: &mut World, topology: &Topology, event: Event, mistake: Mistake) -> Losses {
    let before = *world;
    if let Ok(role) = team(event) {
        world.err(topology, role, mistake);
    }
    world.settle_losses(&before, LossCause::Overwritten)
}

/// The database servers of the topology.
fn database_servers(topology: &Topology) -> Vec<Component> {
    let replicas = topology.replicas().iter();
    replicas.map(|place| place.replica.server()).collect()
}

/// Those of the members of a session.
fn members(topology: &Topology, session: SessionId) -> Vec<Component> {
    let replicas = topology.replicas().iter().map(|place| place.replica);
    replicas
        .filter(|replica| replica.session() == session)
        .map(Replica::server)
        .collect()
}

/// These components, if the topology has them.
fn at_if(exists: bool, components: &[Component]) -> Vec<Component> {
    if exists {
        components.to_vec()
    } else {
        Vec::new()
    }
}

fn every_link(topology: &Topology) -> Vec<Component> {
    topology
        .links()
        .iter()
        .map(|link| link.component())
        .collect()
}

/// The links whose loss is noticed by the ends of a session's connection (3.11).
fn every_connection(topology: &Topology) -> Vec<Component> {
    let links = |place: &SessionPlace| {
        let connections = if place.witness.is_some() { 3 } else { 1 };
        let links = place.session.links().into_iter().take(connections);
        links.map(Link::component).collect::<Vec<_>>()
    };
    topology.sessions().iter().flat_map(links).collect()
}

fn every_session(topology: &Topology) -> Vec<Component> {
    let sessions = topology.sessions().iter();
    sessions.map(|place| place.session.component()).collect()
}

fn every_session_with_witness(topology: &Topology) -> Vec<Component> {
    let sessions = topology.sessions().iter();
    let sessions = sessions.filter(|place| place.witness.is_some());
    sessions.map(|place| place.session.component()).collect()
}

fn every_site(topology: &Topology) -> Vec<Component> {
    let sites = topology.sites().iter();
    sites.map(|place| Component::site(place.site)).collect()
}

fn every_team(topology: &Topology) -> Vec<Component> {
    let roles = topology.runbooks.iter().map(|runbook| runbook.role);
    roles.map(operators).collect()
}

fn teams_that_err(topology: &Topology, mistake: Mistake) -> Vec<Component> {
    if topology.mistakes.contains(&mistake) {
        every_team(topology)
    } else {
        Vec::new()
    }
}

/// What an event is about. The topology has no event of that kind where there is nothing.
fn copy(event: Event) -> Permission<Replica> {
    Replica::of(event.at).ok_or(Refusal::NoSuchEvent)
}

fn link(event: Event) -> Permission<Link> {
    Link::from_component(event.at).ok_or(Refusal::NoSuchEvent)
}

fn connection(event: Event) -> Permission<(SessionId, usize)> {
    link(event)?.in_session().ok_or(Refusal::NoSuchEvent)
}

fn session(event: Event) -> Permission<SessionId> {
    SessionId::from_component(event.at).ok_or(Refusal::NoSuchEvent)
}

fn site(event: Event) -> Permission<Site> {
    Site::from_component(event.at).ok_or(Refusal::NoSuchEvent)
}

fn team(event: Event) -> Permission<Role> {
    role_of(event.at).ok_or(Refusal::NoSuchEvent)
}

fn server(topology: &Topology, event: Event) -> Permission<usize> {
    let number = usize::from(event.at.number());
    if number < topology.servers.len() {
        Ok(number)
    } else {
        Err(Refusal::NoSuchEvent)
    }
}

fn operation(event: Event) -> Permission<Operation> {
    event.operation.ok_or(Refusal::NoSuchEvent)
}
