//! The conditions of guards one by one, for tests: whether one holds in a world, and a world in
//! which it does.
//!
//! Nothing here is taken from a guard. A condition is worked out from the facts of the world, or
//! from what an event does to it.

mod facts;

use self::facts::{
    BEGINNING, acknowledges, believes_trigger, copy, direct_users_to, directs_users, has_quorum,
    is_alone, is_silent, link, membership, other_than, pair, partners_linked, role, runbook,
    servers, session_of, set_role, site_of, sites_of_team,
};
use crate::names::component::Component;
use crate::names::event::{Event, EventKind, operators};
use crate::names::link::Link;
use crate::names::replica::Replica;
use crate::names::runbook::{Belief, Operation, Role};
use crate::names::session::SessionId;
use crate::names::site::{ShareLocation, Site};
use crate::rules::refusal::Refusal;
use crate::state::control::Control;
use crate::state::lineage::Position;
use crate::state::session::{PartnerRole, Session};
use crate::state::topology::{Assumption, MirrorShipping, Topology};
use crate::state::world::{SiteState, World};

impl Refusal {
    /// Whether the condition that this refusal names holds.
    #[must_use]
    pub fn condition_holds(self, topology: &Topology, world: &World) -> bool {
        let w = world;
        let prefix = |p, q| w.lineage.is_prefix(p, q);
        let of = |node| w.copies[copy(node).place()];
        match self {
            Self::NoSuchEvent => false,
            Self::NotRunning(node) => w.is_up(node),
            Self::Running(node) => !w.is_up(node),
            Self::Parked(site) => {
                let finished = topology
                    .runbook(Role::SiteFailover)
                    .is_some_and(|r| usize::from(w.progress(Role::SiteFailover)) > r.steps.len());
                !topology.deviations.parked_site || !finished || !w.site_up(site)
            }
            Self::SiteDown(site) => w.site(site) == SiteState::Up,
            Self::SiteUp(site) => w.site(site) != SiteState::Up,
            Self::SiteLost(site) => w.site(site) != SiteState::Lost,
            Self::SiteKeepsContents(site) => w.site(site) == SiteState::Lost,
            Self::SiteLeft(_) => {
                topology.assumption == Assumption::Dropped || !topology.has_left_dc1(w)
            }
            Self::SiteReturns(_) => {
                topology.assumption == Assumption::Holds && topology.has_left_dc1(w)
            }
            Self::SitesApart => !w.is_cut(Link::Wan),
            Self::NoDatabase(node) => w.copy(copy(node)).is_present(),
            Self::GreyFailed(node) => !w.control.has(Control::grey(copy(node))),
            Self::NotGreyFailed(node) => w.control.has(Control::grey(copy(node))),
            Self::Stalled(node) => !w.is_stalled(node),
            Self::NotStalled(node) => w.is_stalled(node),
            Self::GivenUp(node) => w.may_fail_over(topology, membership(node).0).is_err(),
            Self::LinkCut(component) => !w.is_cut(link(component)),
            Self::LinkNotCut(component) => w.is_cut(link(component)),
            Self::LinkGone(component) => {
                let (pair, _) = link(component).in_session().expect("a link of a session");
                w.site(site_of(pair)) != SiteState::Lost
            }
            Self::LossNoticed(component) => {
                let (pair, link) = link(component).in_session().expect("a link of a session");
                w.session(pair).seen(link)
            }
            Self::LinkWorks(component) => {
                let link = link(component);
                let (a, b) = link.ends().expect("a link of a session");
                w.is_cut(link) || !w.is_up(a) || !w.is_up(b)
            }
            Self::NoWitness(session) => w.session(pair(session)).witness_set(),
            Self::NoPrincipal(session) => w.newest_principal(pair(session)).is_some(),
            Self::NotPrincipal(node) => role(w, node) == PartnerRole::Principal,
            Self::NoQuorum(node) => has_quorum(w, node),
            Self::HasQuorum(node) => !has_quorum(w, node),
            Self::WaitsForMirror(node) => {
                let (pair, member) = membership(node);
                let session = w.session(pair);
                !session.is_synchronized(member)
                    || session.is_alone(member)
                    || partners_linked(w, pair) && session.is_mirror(1 - member)
            }
            Self::Fenced(node) => !w.control.has(Control::fenced(copy(node))),
            Self::LogDriveFull(_) => !w.control.has(Control::LOG_FULL),
            Self::LogTruncated(site) => {
                let session = w.session(SessionId::Primary);
                let partners = (0..2).all(|m| session.role(m) != PartnerRole::None);
                let behind = partners && session.synchronized_principal().is_none();
                let ships =
                    !session.is_principal(1) || topology.mirror_ships != MirrorShipping::None;
                let reached = Self::ShareUnreachable(site).condition_holds(topology, w)
                    && !w.control.has(Control::BACKUP_STOPPED);
                behind || topology.secondary && !(ships && reached)
            }
            Self::NotSynchronized(session) => {
                w.session(pair(session)).synchronized_principal().is_some()
            }
            Self::Synchronized(session) => !w.session(pair(session)).any_synchronized(),
            Self::Suspended(session) => !w.session(pair(session)).any_suspended(),
            Self::PartnersConnected(session) => !w.session(pair(session)).seen(0),
            Self::PartnersApart(session) => {
                let pair = pair(session);
                w.session(pair).seen(0) && partners_linked(w, pair)
            }
            Self::NoMirrorRuns(session) => {
                let members = [0, 1].map(|m| pair(session).node(m));
                let mirror = |n: &Component| role(w, *n) == PartnerRole::Mirror && w.is_up(*n);
                members.iter().any(mirror)
            }
            Self::NotReady(node) => w.session(membership(node).0).ready(),
            Self::WitnessUnreachable(node) => {
                let (pair, member) = membership(node);
                let linked =
                    !w.is_cut(pair.link(1 + member)) && w.is_up(node) && w.is_up(pair.node(2));
                // A principal only has to reach it (3.12), a mirror has to know that it does (3.7).
                let mirror = role(w, node) == PartnerRole::Mirror;
                linked && (w.session(pair).seen(1 + member) || !mirror)
            }
            Self::RegisterNames(node) => {
                let (pair, member) = membership(node);
                w.session(pair).registered() != member
            }
            Self::RegisterNotSynchronized(session) => {
                w.session(pair(session)).register_synchronized()
            }
            Self::WitnessSeesPrincipal(node) => {
                let (pair, member) = membership(node);
                !w.session(pair).seen(1 + member) || is_silent(w, node)
            }
            Self::WitnessForbidsForce(session) => {
                !topology.force_needs_no_witness || !w.session(pair(session)).witness_set()
            }
            Self::NoManualFailover(session) => {
                let members = [0, 1].map(|m| pair(session).node(m));
                members.iter().any(|n| role(w, *n) == PartnerRole::Pending)
            }
            Self::SilenceNoticed(node) => !w.session(membership(node).0).noticed(),
            Self::RegisterUnchanged(node) => {
                let session = w.session(membership(node).0);
                let old = session.registered() == 0 && session.register_synchronized();
                // A principal that reaches the witness corrects it at once (R9).
                let corrects = |member: usize| {
                    session.is_principal(member)
                        && !session.is_alone(member)
                        && session.seen(1 + member)
                        && w.is_connected(membership(node).0, 1 + member)
                };
                !old && !(0..2).any(corrects)
            }
            Self::NotInSession(node) => role(w, node) != PartnerRole::None,
            Self::HasPartner(node) => {
                let (pair, member) = membership(node);
                w.session(pair).role(1 - member) == PartnerRole::None
            }
            Self::RunsAlone(node) => !is_alone(w, node),
            Self::NotAlone(node) => is_alone(w, node),
            Self::IsPrincipal(node) => role(w, node) != PartnerRole::Principal,
            Self::IsMirror(node) => role(w, node) != PartnerRole::Mirror,
            Self::NoMirrorInTopology(session) => match pair(session) {
                SessionId::Primary => topology.mirror,
                SessionId::Secondary => topology.secondary_mirror,
            },
            Self::ClientsDisconnected => w.clients_connected(),
            Self::ClientsConnected => !w.clients_connected(),
            Self::NoService => w.service(topology) != 0,
            Self::NoUserReaches(node) => {
                let mut servers = 0..topology.servers.len();
                servers.any(|server| directs_users(topology, w, server, node))
            }
            Self::NothingNewToWrite(node) => {
                w.after(topology, Event::new(EventKind::Write, node)) != *w
            }
            Self::MessageInFlight => !w.control.has(Control::IN_FLIGHT),
            Self::RecordsExported => {
                let served = w.service(topology);
                let lacks =
                    |copy: &Replica| served & copy.bit() != 0 && w.copy(*copy) != w.exported;
                Replica::ALL.iter().any(lacks)
            }
            Self::BackupStopped => !w.control.has(Control::BACKUP_STOPPED),
            Self::NotFenced => w.control.has(Control::FENCES),
            Self::PortLost(node) => topology.links_of(node).any(|link| !w.is_cut(link)),
            Self::NoFence(operation) => matches!(
                operation,
                Operation::FenceDc1 | Operation::FencePrincipal | Operation::FenceInBand
            ),
            Self::ChainBroken => !w.control.has(Control::GAP),
            Self::NoChain => w.share_to.is_present(),
            Self::NotShipping(node) => {
                topology.secondary
                    && (node == Component::A || topology.mirror_ships != MirrorShipping::None)
            }
            Self::ShareUnreachable(site) => {
                let (host, place) = match topology.share {
                    ShareLocation::OnPrimary => (Component::A, Some(Site::Dc1)),
                    ShareLocation::Dc1 => (Component::Share, Some(Site::Dc1)),
                    ShareLocation::Dc2 => (Component::Share, Some(Site::Dc2)),
                    ShareLocation::Third => (Component::Share, None),
                };
                let way = if place.is_some() {
                    Link::Wan
                } else {
                    Link::to_third(site)
                };
                w.is_up(host) && (place == Some(site) || !w.is_cut(way))
            }
            Self::LogDoesNotJoin(node) => w.lineage.leads_to(w.share_to, of(node)),
            Self::NothingToBackUp(node) => of(node) != w.share_to,
            Self::NoJobs => w.control.has(Control::JOBS),
            Self::NothingToCopy => w.folder != w.share_to,
            Self::NoFolder => w.folder.is_present(),
            Self::ShareDoesNotJoin => {
                prefix(w.share_from, w.folder) && prefix(w.folder, w.share_to)
            }
            Self::NothingToRestore => w.folder != w.copies[Replica::Target.place()],
            Self::FolderDoesNotJoin => w.lineage.leads_to(w.copy(Replica::Target), w.folder),
            Self::SecondaryRecovered => role(w, Component::S) != PartnerRole::Principal,
            Self::SecondaryAhead(node) => prefix(w.copies[Replica::Target.place()], of(node)),
            Self::NoLogBackups => w.share_from != w.share_to,
            Self::ShareEmpty => w.share_from != w.share_to || w.image.is_present(),
            Self::EverythingCopied => !prefix(w.share_to, w.folder),
            Self::CopyPossible => {
                let s_down = !w.is_up(Component::S);
                let cut_off = !Self::ShareUnreachable(Site::Dc2).condition_holds(topology, w);
                let misfit = !prefix(w.share_from, w.folder) || !prefix(w.folder, w.share_to);
                s_down || cut_off || misfit
            }
            Self::ReplicaCurrent(node) => {
                let bit = 1 << node.number();
                let control = &w.control;
                let behind = (control.replica_active ^ control.active) & bit != 0;
                let failed_over = control.has(Control::FAILED_OVER);
                behind || (control.replica_failed_over & bit != 0) != failed_over
            }
            Self::CmsUnreachable(site) => {
                let at = w.cms_site();
                let own_master = site == Site::Dc1 && w.control.has(Control::TWO_MASTERS);
                w.site_up(at) && (at == site || !w.is_cut(Link::Wan)) && !own_master
            }
            Self::RunbookStarted(role) => w.progress(role) == 0,
            Self::RunbookNotStarted(role) => w.progress(role) != 0,
            Self::RunbookOver(role) => w.current_step(topology, role).is_some(),
            Self::OperatorsDown(role) => sites_of_team(role).iter().any(|site| w.site_up(*site)),
            Self::NotBelieved(role) => believes_trigger(topology, w, role),
            Self::StillBelieved(role) => !believes_trigger(topology, w, role),
            Self::UnderWay(role) => topology.runbook(role).is_some_and(|runbook| {
                let done = usize::from(w.progress(role)) - 1;
                let nothing = |o| matches!(o, Operation::Decide | Operation::Salvage);
                runbook.steps[..done].iter().all(|s| nothing(s.operation))
            }),
            Self::WaitsFor(belief) => {
                let mut steps = topology.runbooks.iter().flat_map(|r| &r.steps);
                w.believes(topology, belief) || steps.all(|s| s.wait_for != Some(belief))
            }
            Self::StepPossible(role) => {
                let step = Event::new(EventKind::RunbookStep, operators(role));
                let index = topology.index_of(step).expect("a runbook has its event");
                !w.enabled(topology).contains(index)
            }
            Self::ReadsNoFile(operation) => matches!(
                operation,
                Operation::RestorePrimary | Operation::RestoreBacklog
            ),
            Self::OnlyDecides(role) => w
                .current_step(topology, role)
                .is_some_and(|step| step.operation != Operation::Decide),
            Self::LastStep(role) => topology
                .runbook(role)
                .is_some_and(|r| r.steps.len() > usize::from(w.progress(role))),
            Self::NoEffect(operation) => w.after(topology, Event::misoperation(operation)) != *w,
            Self::FailoverNotFinished => {
                let steps = topology
                    .runbook(Role::SiteFailover)
                    .map_or(0, |r| r.steps.len());
                steps == 0 || usize::from(w.progress(Role::SiteFailover)) > steps
            }
            Self::NoFullBackup => {
                let of_secondary = w.is_up(Component::S)
                    && w.session(SessionId::Secondary).is_principal(0)
                    && Self::ShareUnreachable(Site::Dc2).condition_holds(topology, w);
                w.image.is_present() || of_secondary
            }
            Self::BackupNotContained(node) => !w.image.is_present() || prefix(w.image, of(node)),
            Self::SecondaryNotContained(node) => {
                prefix(w.copies[Replica::Target.place()], of(node))
            }
            Self::NoDatabaseServerRuns => servers(topology).any(|node| w.is_up(node)),
            Self::NoCopyLeft => w.copies.iter().any(|copy| copy.is_present()),
            Self::NewestServes(node) => !acknowledges(topology, w, node),
            Self::NothingAcknowledges => {
                let mut copies = Replica::ALL.into_iter();
                copies.any(|c| acknowledges(topology, w, c.server()))
            }
            Self::CopyLeft(node) => !of(node).is_present(),
            Self::BackupLeft => {
                let [first, second] = w.archive;
                let left = [w.folder, w.image, first, second];
                left.iter().all(|backup| !backup.is_present())
            }
            Self::NoBackupInReach => {
                let running = || servers(topology).filter(|node| w.is_up(*node));
                let reaches = |node: Component| {
                    Self::ShareUnreachable(site_of(membership(node).0)).condition_holds(topology, w)
                };
                let joined = !w.is_cut(Link::Wan);
                let folder = |node| {
                    w.is_up(Component::S) && (joined || site_of(membership(node).0) == Site::Dc2)
                };
                let on_share = w.image.is_present() && running().any(reaches);
                let in_folder = w.folder.is_present() && running().any(folder);
                let salvaged = w.archive.iter().any(|salvaged| salvaged.is_present());
                on_share || in_folder || salvaged && running().next().is_some()
            }
        }
    }

    /// Makes the condition hold by changing what it is about and as little else as it takes. False
    /// where it is about an operation, which no fact can change.
    #[must_use]
    pub fn establish(self, topology: &mut Topology, world: &mut World) -> bool {
        let w = world;
        match self {
            Self::NoSuchEvent | Self::ReadsNoFile(_) | Self::NoFence(_) | Self::NoEffect(_) => {
                return false;
            }
            Self::NotRunning(node) => w.set_down(node, false),
            Self::Running(node) => w.set_down(node, true),
            Self::Parked(_) => topology.deviations.parked_site = false,
            Self::SiteDown(site) => w.set_site(site, SiteState::Up),
            Self::SiteUp(site) | Self::SiteLost(site) => w.set_site(site, SiteState::Outage),
            Self::SiteKeepsContents(site) => w.set_site(site, SiteState::Lost),
            Self::SiteLeft(_) => topology.assumption = Assumption::Dropped,
            Self::SiteReturns(_) => {
                topology.assumption = Assumption::Holds;
                w.progress[Role::SiteFailback as usize] = 0;
                return topology.has_left_dc1(w);
            }
            Self::SitesApart => w.set_cut(Link::Wan, false),
            Self::NoDatabase(node) => w.copies[copy(node).place()] = BEGINNING,
            Self::GreyFailed(node) => w.control.set(Control::grey(copy(node)), false),
            Self::NotGreyFailed(node) => w.control.set(Control::grey(copy(node)), true),
            Self::Stalled(node) => w.control.set(Control::stalled(copy(node)), false),
            Self::NotStalled(node) => w.control.set(Control::stalled(copy(node)), true),
            Self::GivenUp(node) => session_of(w, membership(node).0.component()).set_seen(0, true),
            Self::LinkCut(component) => w.set_cut(link(component), false),
            Self::LinkNotCut(component) | Self::LinkWorks(component) => {
                w.set_cut(link(component), true);
            }
            Self::LinkGone(component) => {
                let (pair, _) = link(component).in_session().expect("a link of a session");
                w.set_site(site_of(pair), SiteState::Outage);
            }
            Self::LossNoticed(component) => {
                let (pair, link) = link(component).in_session().expect("a link of a session");
                w.session_mut(pair).set_seen(link, true);
            }
            Self::NoWitness(session) => session_of(w, session).set_witness_set(true),
            Self::NoPrincipal(session) => {
                set_role(w, pair(session).node(0), PartnerRole::Principal);
            }
            Self::NotPrincipal(node) | Self::NotInSession(node) => {
                set_role(w, node, PartnerRole::Principal);
            }
            Self::NoQuorum(node) => w.session_mut(membership(node).0).set_witness_set(false),
            Self::HasQuorum(node) => {
                let (pair, member) = membership(node);
                let session = w.session_mut(pair);
                session.set_alone(member, false);
                session.set_seen(0, false);
                session.set_seen(1 + member, false);
            }
            Self::WaitsForMirror(node) => {
                let (pair, member) = membership(node);
                w.session_mut(pair).set_synchronized(member, false);
            }
            Self::Fenced(node) => w.control.set(Control::fenced(copy(node)), false),
            Self::LogDriveFull(_) => w.control.set(Control::LOG_FULL, false),
            Self::LogTruncated(_) => {
                let session = w.session_mut(SessionId::Primary);
                if (0..2).all(|m| session.role(m) != PartnerRole::None) {
                    session.set_synchronized(0, false);
                    session.set_synchronized(1, false);
                } else {
                    topology.secondary = true;
                    w.set_down(Component::Share, true);
                }
            }
            Self::NotSynchronized(session) => {
                let pair = pair(session);
                let principal = usize::from(w.session(pair).is_principal(1));
                set_role(w, pair.node(principal), PartnerRole::Principal);
                w.session_mut(pair).set_synchronized(principal, true);
            }
            Self::Synchronized(session) => {
                for member in 0..2 {
                    session_of(w, session).set_synchronized(member, false);
                }
            }
            Self::Suspended(session) => {
                for member in 0..2 {
                    session_of(w, session).set_suspended(member, false);
                }
            }
            Self::PartnersConnected(session) => session_of(w, session).set_seen(0, false),
            Self::PartnersApart(session) => {
                let pair = pair(session);
                w.session_mut(pair).set_seen(0, true);
                w.set_cut(pair.link(0), false);
                w.set_down(pair.node(0), false);
                w.set_down(pair.node(1), false);
            }
            Self::NoMirrorRuns(session) => {
                let pair = pair(session);
                let mirror = usize::from(!w.session(pair).is_principal(1));
                w.session_mut(pair).set_role(mirror, PartnerRole::Mirror);
                w.set_down(pair.node(mirror), false);
            }
            Self::NotReady(node) => w.session_mut(membership(node).0).set_ready(true),
            Self::WitnessUnreachable(node) => {
                let (pair, member) = membership(node);
                w.session_mut(pair).set_seen(1 + member, true);
                w.set_cut(pair.link(1 + member), false);
                w.set_down(node, false);
                w.set_down(pair.node(2), false);
            }
            Self::RegisterNames(node) => {
                let (pair, member) = membership(node);
                w.session_mut(pair).set_register_second(member == 0);
            }
            Self::RegisterNotSynchronized(session) => {
                session_of(w, session).set_register_synchronized(true);
            }
            Self::WitnessSeesPrincipal(node) => {
                let (pair, member) = membership(node);
                w.session_mut(pair).set_seen(1 + member, false);
            }
            Self::WitnessForbidsForce(_) => topology.force_needs_no_witness = false,
            Self::NoManualFailover(session) => {
                let pair = pair(session);
                let principal = usize::from(w.session(pair).is_mirror(0));
                w.session_mut(pair)
                    .set_role(principal, PartnerRole::Pending);
            }
            Self::SilenceNoticed(node) => {
                w.session_mut(membership(node).0).set_noticed(false);
            }
            Self::RegisterUnchanged(node) => {
                let (pair, _) = membership(node);
                for link in [1, 2] {
                    w.set_cut(pair.link(link), true);
                    w.session_mut(pair).set_seen(link, false);
                }
                w.session_mut(pair).set_register_synchronized(false);
            }
            Self::HasPartner(node) => {
                let (pair, member) = membership(node);
                w.session_mut(pair).set_role(1 - member, PartnerRole::None);
            }
            Self::RunsAlone(node) | Self::NotAlone(node) => {
                let (pair, member) = membership(node);
                let alone = w.session(pair).is_alone(member);
                w.session_mut(pair).set_alone(member, !alone);
            }
            Self::IsPrincipal(node) | Self::IsMirror(node) => {
                set_role(w, node, PartnerRole::None);
            }
            Self::NoMirrorInTopology(session) => match pair(session) {
                SessionId::Primary => topology.mirror = true,
                SessionId::Secondary => topology.secondary_mirror = true,
            },
            Self::ClientsDisconnected => w.control.set(Control::DISCONNECTED, false),
            Self::ClientsConnected => w.control.set(Control::DISCONNECTED, true),
            Self::NoService => {
                let [disconnected, in_flight] =
                    [Control::DISCONNECTED, Control::IN_FLIGHT].map(|flag| w.control.has(flag));
                *w = topology.initial();
                w.control.set(Control::DISCONNECTED, disconnected);
                w.control.set(Control::IN_FLIGHT, in_flight);
                return w.service(topology) != 0;
            }
            Self::NoUserReaches(node) => direct_users_to(topology, w, node),
            Self::NothingNewToWrite(_) => w.control.set(Control::IN_FLIGHT, true),
            Self::MessageInFlight => w.control.set(Control::IN_FLIGHT, false),
            Self::RecordsExported => w.exported = other_than(w.exported),
            Self::BackupStopped => w.control.set(Control::BACKUP_STOPPED, false),
            Self::NotFenced => w.control.set(Control::FENCES, true),
            Self::PortLost(node) => {
                for link in topology.links_of(node) {
                    w.set_cut(link, false);
                }
            }
            Self::ChainBroken => w.control.set(Control::GAP, false),
            Self::NoChain => {
                w.share_from = BEGINNING;
                w.share_to = BEGINNING;
            }
            Self::NotShipping(_) => {
                topology.secondary = true;
                topology.mirror_ships = MirrorShipping::SameShare;
            }
            Self::ShareUnreachable(_) => {
                w.set_down(Component::A, false);
                w.set_down(Component::Share, false);
                for link in [Link::Wan, Link::Dc1ToThird, Link::Dc2ToThird] {
                    w.set_cut(link, false);
                }
            }
            Self::LogDoesNotJoin(node) => w.share_to = w.copies[copy(node).place()],
            Self::NothingToBackUp(node) => w.share_to = other_than(w.copies[copy(node).place()]),
            Self::NoJobs => w.control.set(Control::JOBS, true),
            Self::NothingToCopy => w.folder = other_than(w.share_to),
            Self::NoFolder => w.folder = BEGINNING,
            Self::ShareDoesNotJoin => (w.share_from, w.share_to) = (w.folder, w.folder),
            Self::NothingToRestore => w.folder = other_than(w.copies[Replica::Target.place()]),
            Self::FolderDoesNotJoin => w.folder = w.copies[Replica::Target.place()],
            Self::SecondaryRecovered => set_role(w, Component::S, PartnerRole::None),
            Self::SecondaryAhead(node) => {
                w.copies[Replica::Target.place()] = w.copies[copy(node).place()];
            }
            Self::ShareEmpty | Self::NoLogBackups => w.share_from = other_than(w.share_to),
            Self::EverythingCopied => w.folder = Position::ABSENT,
            Self::CopyPossible => w.set_down(Component::S, true),
            Self::ReplicaCurrent(node) => w.control.replica_active ^= 1 << node.number(),
            Self::CmsUnreachable(_) => {
                w.set_site(w.cms_site(), SiteState::Up);
                w.set_cut(Link::Wan, false);
                w.control.set(Control::TWO_MASTERS, false);
            }
            Self::RunbookStarted(role) => w.progress[role as usize] = 0,
            Self::RunbookNotStarted(role) | Self::RunbookOver(role) | Self::UnderWay(role) => {
                w.progress[role as usize] = 1;
            }
            Self::OperatorsDown(role) => w.set_site(sites_of_team(role)[0], SiteState::Up),
            Self::NotBelieved(role) | Self::StillBelieved(role) => {
                let wanted = matches!(self, Self::NotBelieved(_));
                let believed = |b: &Belief| w.believes(topology, *b) == wanted;
                let Some(belief) = Belief::ALL.into_iter().find(believed) else {
                    return false;
                };
                runbook(topology, role).trigger = belief;
            }
            Self::WaitsFor(belief) => {
                let steps = topology.runbooks.iter_mut().flat_map(|r| &mut r.steps);
                for step in steps.filter(|step| step.wait_for == Some(belief)) {
                    step.wait_for = None;
                }
            }
            Self::StepPossible(role) => {
                for site in sites_of_team(role) {
                    w.set_site(*site, SiteState::Outage);
                }
            }
            Self::OnlyDecides(role) => {
                let at = usize::from(w.progress(role)) - 1;
                runbook(topology, role).steps[at].operation = Operation::FenceDc1;
            }
            Self::LastStep(role) => {
                let steps = &mut runbook(topology, role).steps;
                steps.push(steps[0].clone());
            }
            Self::FailoverNotFinished => {
                w.progress[Role::SiteFailover as usize] = topology.finished(Role::SiteFailover);
            }
            Self::NoFullBackup => w.image = BEGINNING,
            Self::BackupNotContained(node) => w.copies[copy(node).place()] = w.image,
            Self::SecondaryNotContained(node) => {
                w.copies[copy(node).place()] = w.copies[Replica::Target.place()];
            }
            Self::NoDatabaseServerRuns => w.set_down(Component::A, false),
            Self::NoCopyLeft => w.copies[Replica::Primary.place()] = BEGINNING,
            // A copy that has no role acknowledges nothing, and stays the newest.
            Self::NewestServes(node) => set_role(w, node, PartnerRole::None),
            Self::NothingAcknowledges => {
                *session_of(w, SessionId::Primary.component()) = Session::of_one();
                set_role(w, Component::A, PartnerRole::Principal);
                w.set_down(Component::A, false);
                let stopped = Control::grey(Replica::Primary) | Control::fenced(Replica::Primary);
                w.control.set(stopped | Control::LOG_FULL, false);
            }
            Self::CopyLeft(node) => w.copies[copy(node).place()] = Position::ABSENT,
            Self::BackupLeft => {
                [w.folder, w.image] = [Position::ABSENT; 2];
                w.archive = [Position::ABSENT; 2];
            }
            Self::NoBackupInReach => w.archive[0] = BEGINNING,
        }
        true
    }
}
