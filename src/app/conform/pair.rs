//! The mirrored pair of a scenario on its own, and what of it can be seen.

use poolproof_engines::conform::{Move, Observed, Soonest};
use poolproof_models::names::component::Component;
use poolproof_models::names::event::{Event, EventKind};
use poolproof_models::names::link::Link;
use poolproof_models::names::replica::Replica;
use poolproof_models::names::runbook::Operation;
use poolproof_models::names::session::SessionId;
use poolproof_models::names::site::Site;
use poolproof_models::state::session::PartnerRole;
use poolproof_models::state::topology::Topology;
use poolproof_models::state::world::World;

use super::evidence::{Observation, Sight};
use crate::app::compile::check;
use crate::records::mirroring::MirrorState;
use crate::scenario::Scenario;
use crate::scenario::failures::{FailureMode, Noticed};

const PAIR: SessionId = SessionId::Primary;

/// What people do to a pair without a runbook.
const BY_PEOPLE: [Operation; 8] = [
    Operation::ManualFailover,
    Operation::ForceService,
    Operation::ResumeMirroring,
    Operation::SuspendMirroring,
    Operation::RemoveWitness,
    Operation::RemoveMirroring,
    Operation::RecoverMirror,
    Operation::ReseedMirror,
];

/// The variant of a failure whose partners notice it at once; the first one is silent.
const CLOSED: u8 = 1;

/// The pair and the observations of it.
pub struct Pair<'a> {
    /// The pair with one pool server, without log shipping and runbooks.
    pub topology: Topology,
    /// What was observed.
    pub observations: &'a [Observation],
    /// The partner time-out in milliseconds; 0 to leave it out of account.
    pub timeout_ms: i64,
    /// Whether servers fail in a way that closes their connections.
    closes: bool,
    /// The observations of a second principal beside another one.
    second_principals: Vec<usize>,
}

impl<'a> Pair<'a> {
    /// The pair of a scenario.
    #[must_use]
    pub fn of(scenario: &Scenario, observations: &'a [Observation]) -> Self {
        let mut alone = scenario.clone();
        alone.operators.mirror_failover = None;
        alone.operators.site_failover = None;
        alone.operators.site_failback = None;
        alone.operators.log_shipping_repair = None;
        alone.operators.last_resort = None;
        alone.log_shipping.enabled = false;
        alone.secondary.mirror = false;
        alone.check.slices = Some(Vec::new());
        alone.check.faults_enabled = None;
        alone.check.exclude.clear();
        for site in &mut alone.pool.servers {
            (site.active, site.idle) = (0, 0);
        }
        alone.pool.servers[0].active = 1;
        let mut topology = check::model(&alone).system;
        topology.misoperations = BY_PEOPLE.to_vec();
        let closing = |mode: &FailureMode| mode.noticed == Noticed::Closed;
        Self {
            topology: topology.finish(),
            observations,
            timeout_ms: i64::try_from(scenario.mirroring.partner_timeout.ms).unwrap_or(i64::MAX),
            closes: scenario.failures.database_server.iter().any(closing),
            second_principals: second_principals(observations),
        }
    }

    /// The pair at rest: A is the principal, or B is.
    #[must_use]
    pub fn starts(&self) -> Vec<World> {
        let normal = self.topology.initial();
        let mut swapped = normal;
        for event in [
            Event::misoperation(Operation::ManualFailover),
            Event::new(EventKind::SwapRoles, PAIR.component()),
            Event::new(EventKind::Resynchronise, PAIR.component()),
        ] {
            if swapped.may(&self.topology, event) {
                swapped = swapped.after(&self.topology, event);
            }
        }
        match swapped == normal {
            true => vec![normal],
            false => vec![normal, swapped],
        }
    }

    /// How often people are on record as having acted: a failover by hand; a suspension, and its
    /// end.
    #[must_use]
    pub fn recorded_work(&self) -> u32 {
        let actions = self.observations.iter().map(|one| match one.sight {
            Sight::State(MirrorState::ManualFailover) => 1,
            Sight::State(MirrorState::Suspended) => 2,
            _ => 0,
        });
        actions.sum()
    }

    fn event(&self, step: Move) -> Event {
        self.topology.events()[step.event]
    }

    /// Bit per link of the session: it is down, and its ends have not noticed.
    fn unnoticed(world: &World) -> [bool; 3] {
        let session = world.session(PAIR);
        [0, 1, 2].map(|link| session.seen(link) && !world.is_connected(PAIR, link))
    }

    /// Whether a partner's record of a state is what is seen.
    fn shows(&self, at: Component, state: MirrorState, by: Option<Event>, world: &World) -> bool {
        let Some(member) = Replica::of(at).map(Replica::member) else {
            return false;
        };
        let session = world.session(PAIR);
        let (is_principal, is_mirror) = (session.is_principal(member), session.is_mirror(member));
        let partner = 1 - member;
        // A session that was removed loses nobody.
        let is_bound = !session.is_alone(member) && session.role(partner) != PartnerRole::None;
        let is_kind = |kind: EventKind| by.is_some_and(|event| event.kind == kind);
        let did = |operation| by.is_some_and(|event| event.operation == Some(operation));
        let synchronised = |principal: usize| {
            session.is_principal(principal)
                && session.is_synchronized(principal)
                && world.is_connected(PAIR, 0)
        };
        world.is_up(at)
            && match state {
                MirrorState::PrincipalSynchronised => synchronised(member),
                MirrorState::MirrorSynchronised => is_mirror && synchronised(partner),
                MirrorState::PrincipalLost => is_mirror && is_bound && !session.seen(0),
                MirrorState::MirrorLost => is_principal && is_bound && !session.seen(0),
                MirrorState::ManualFailover => {
                    is_kind(EventKind::SwapRoles) || did(Operation::ForceService)
                }
                MirrorState::AutomaticFailover => is_kind(EventKind::AutomaticFailover),
                MirrorState::Suspended => session.any_suspended(),
                MirrorState::NoQuorum => {
                    let alone = !session.seen(0) && !session.seen(1 + member);
                    is_principal
                        && is_bound
                        && session.witness_set()
                        && alone
                        && !world.can_acknowledge(&self.topology, PAIR.member(member))
                }
                MirrorState::Synchronising => {
                    let at_work = |principal: usize| {
                        session.is_principal(principal)
                            && session.is_mirror(1 - principal)
                            && !session.is_synchronized(principal)
                    };
                    world.is_connected(PAIR, 0) && (at_work(member) || at_work(partner))
                        // It is over in one step here.
                        || is_kind(EventKind::Resynchronise)
                }
                MirrorState::Exposed => {
                    is_principal
                        && !session.is_synchronized(member)
                        && !session.seen(0)
                        && world.can_acknowledge(&self.topology, PAIR.member(member))
                }
            }
    }
}

/// The observations of a principal while the other partner is on record as the principal, within
/// the error of the clocks, where no record shows that the roles changed. A change that nobody
/// recorded does not explain two principals at once.
#[must_use]
pub fn second_principals(observations: &[Observation]) -> Vec<usize> {
    let is_principal = |one: &Observation| {
        use MirrorState::{Exposed, PrincipalSynchronised};
        matches!(one.sight, Sight::State(PrincipalSynchronised | Exposed))
    };
    let shows_change = |one: &Observation, since: i64| {
        use MirrorState::{AutomaticFailover, ManualFailover, MirrorSynchronised, PrincipalLost};
        let is_change = matches!(
            one.sight,
            Sight::State(AutomaticFailover | ManualFailover | MirrorSynchronised | PrincipalLost)
        );
        is_change && one.window.1 >= since
    };
    let mut found = Vec::new();
    for (second, one) in observations.iter().enumerate() {
        let mut earlier = observations[..second].iter();
        let at_once = earlier.find(|other| {
            is_principal(other) && other.at != one.at && other.window.1 >= one.window.0
        });
        let Some(other) = at_once.filter(|_| is_principal(one)) else {
            continue;
        };
        let mut records = observations.iter();
        if !records.any(|record| shows_change(record, other.window.0)) {
            found.push(second);
        }
    }
    found
}

impl Observed<Topology> for Pair<'_> {
    fn count(&self) -> usize {
        self.observations.len()
    }

    fn window(&self, observation: usize) -> (i64, i64) {
        self.observations[observation].window
    }

    fn precedes(&self, observation: usize, other: usize) -> bool {
        let (one, other) = (&self.observations[observation], &self.observations[other]);
        one.clock.is_some() && one.clock == other.clock || one.window.1 < other.window.0
    }

    fn fits(&self, observation: usize, step: Option<(&World, Move)>, state: &World) -> bool {
        let Observation { at, sight, .. } = &self.observations[observation];
        let by = step.map(|(_, step)| self.event(step));
        let is = |kind: EventKind| by.is_some_and(|event| event.kind == kind && event.at == *at);
        let site = || {
            let site = self.topology.site_of(*at);
            by.filter(|event| site.is_some() && Site::from_component(event.at) == site)
                .map(|event| event.kind)
        };
        match sight {
            Sight::State(_) if self.second_principals.contains(&observation) => false,
            Sight::State(change) => self.shows(*at, *change, by, state),
            Sight::Down(noticed) => {
                let closed = step.is_some_and(|(_, step)| step.variant == CLOSED);
                let as_noticed = noticed.is_none_or(|how| (how == Noticed::Closed) == closed);
                // What was stopped on purpose was no failure of its data centre.
                let with_site =
                    site() == Some(EventKind::Outage) && *noticed != Some(Noticed::Closed);
                is(EventKind::Crash) && as_noticed || with_site
            }
            Sight::Up => {
                let returned = matches!(site(), Some(EventKind::Return));
                state.is_up(*at) && (is(EventKind::Restart) || returned)
            }
            Sight::Cut => is(EventKind::Cut),
            Sight::Healed => is(EventKind::Heal),
        }
    }

    fn is_record(&self, observation: usize, event: usize) -> bool {
        use EventKind as K;
        let kind = self.topology.events()[event].kind;
        match self.observations[observation].sight {
            Sight::Down(_) => matches!(kind, K::Crash | K::Outage),
            Sight::Up => matches!(kind, K::Restart | K::Return),
            Sight::Cut => kind == K::Cut,
            Sight::Healed => kind == K::Heal,
            Sight::State(MirrorState::AutomaticFailover) => kind == K::AutomaticFailover,
            Sight::State(MirrorState::ManualFailover) => {
                matches!(kind, K::SwapRoles | K::Misoperation)
            }
            Sight::State(MirrorState::Suspended) => kind == K::Misoperation,
            Sight::State(_) => false,
        }
    }

    fn is_possible(&self, is_explained: &dyn Fn(usize) -> bool, state: &World) -> bool {
        let mut begun = self.observations.iter().enumerate();
        begun.all(|(begins, one)| {
            let lasts = match one.sight {
                Sight::Down(_) => !state.is_up(one.at),
                Sight::Cut => Link::from_component(one.at).is_none_or(|link| state.is_cut(link)),
                Sight::Up | Sight::Healed | Sight::State(_) => return true,
            };
            lasts || !is_explained(begins) || one.until.is_some_and(is_explained)
        })
    }

    fn variants(&self, event: usize) -> u8 {
        use EventKind as K;
        match self.topology.events()[event].kind {
            K::Crash if self.closes => 2,
            K::Crash
            | K::Restart
            | K::Cut
            | K::Heal
            | K::Detect
            | K::Expose
            | K::AutomaticFailover
            | K::SwapRoles
            | K::Resynchronise
            | K::Outage
            | K::Return
            | K::Stall
            | K::StallEnds
            | K::Misoperation => 1,
            _ => 0,
        }
    }

    fn wait(&self, _: &World, step: Move, _: &World, clock: &mut Soonest) {
        let event = self.event(step);
        // Both ends notice in one step; what works again in time is never noticed.
        if event.kind == EventKind::Detect
            && let Some((PAIR, link)) = Link::from_component(event.at).and_then(Link::in_session)
        {
            clock.now = clock.now.max(clock.timers[link].unwrap_or(clock.now));
        }
    }

    fn start(&self, before: &World, step: Move, after: &World, clock: &mut Soonest) {
        let (was, is) = (Self::unnoticed(before), Self::unnoticed(after));
        let closed = self.event(step).kind == EventKind::Crash && step.variant == CLOSED;
        let takes = if closed { 0 } else { self.timeout_ms };
        for link in 0..3 {
            if !is[link] {
                clock.timers[link] = None;
            } else if !was[link] {
                clock.timers[link] = Some(clock.now.saturating_add(takes));
            }
        }
    }
}
