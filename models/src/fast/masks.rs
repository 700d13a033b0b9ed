//! What can happen next, found without asking every event: tables made once for each topology.
//!
//! [`World::may`] is the rule, event by event. Most events are crashes, restarts, cuts, repairs and
//! detections, about which a bit of the world decides nearly alone: those are taken from masks, and
//! their rule is asked only where such a bit makes them possible. A test walks at random and
//! compares the two. Asking every event took half the time of a search.

use crate::bits::bits;
use crate::names::component::Component;
use crate::names::event::{Event, EventKind, EventSet, role_of};
use crate::names::link::Link;
use crate::names::replica::Replica;
use crate::names::runbook::Role;
use crate::names::session::SessionId;
use crate::names::site::Site;
use crate::state::bit_names::bit_names;
use crate::state::control::Control;
use crate::state::topology::Topology;
use crate::state::world::{SiteState, World};

/// No such event in this topology.
const NONE: u16 = u16::MAX;

/// The events of a topology by what decides about them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Masks {
    /// Every crash and every cut: what can happen where nothing is broken.
    breaks: EventSet,
    /// Of these, what does not happen while DC1 is parked.
    parked: EventSet,
    /// By bit of the machine.
    nodes: [BreakAndRepair; Component::MAX_NODES],
    /// By number of the link.
    links: [BreakAndRepair; Link::ALL.len()],
    /// The detection of a loss, by number of the link.
    detect: [Slot; Link::ALL.len()],
    /// Replication, by number of the server.
    replicate: [Slot; Component::MAX_SERVERS],
    /// The work at a runbook, by role: half of all that would be asked one by one.
    teams: [Work; Role::ALL.len()],
    /// Everything else, asked one by one where its gate is open.
    others: EventSet,
    /// The events that cannot happen by four bits of [`World::gates`], for each value of the four:
    /// most events of operators, sites and sessions fail on one bit, at a tenth of the price of
    /// their rule.
    closed: [[EventSet; 16]; Gate::NIBBLES],
    /// Faults wherever they happen.
    pub(crate) faults: EventSet,
    /// Returns to DC1: faults once it has been left.
    pub(crate) late: EventSet,
    /// See [`Event::is_progress`].
    pub(crate) progress: EventSet,
    /// Bits of the nodes in each data centre, by their numbers.
    pub(crate) nodes_in_site: [u32; Site::ALL.len()],
    /// Bit `i`: servers `i` and `i + 1` are interchangeable.
    pub(crate) like_next: u8,
}

/// The dense index of an event, if the topology has it.
#[derive(Debug, Clone, Copy)]
struct Slot(u16);

impl Default for Slot {
    fn default() -> Self {
        Self(NONE)
    }
}

impl Slot {
    const fn insert_into(self, set: &mut EventSet) {
        if self.exists() {
            set.insert(self.0 as usize);
        }
    }

    const fn exists(self) -> bool {
        self.0 != NONE
    }

    const fn remove_from(self, set: &mut EventSet) {
        if self.exists() {
            set.remove(self.0 as usize);
        }
    }
}

/// Bits of [`World::gates`].
struct Gate;

impl Gate {
    bit_names! { u32;
        /// Bit per site: it is up.
        SITE_UP: Site::ALL.len() as u32,
        /// Bit per site: it is not.
        SITE_DOWN: Site::ALL.len() as u32,
        /// Bit per runbook: it is begun.
        BUSY: Role::ALL.len() as u32,
        /// Bit per session: its partners see each other, and its mirror is behind.
        BEHIND: SessionId::COUNT as u32,
        /// Bit per session: they do not, and its mirror is not behind.
        APART: SessionId::COUNT as u32,
        /// Bit per copy: it is a principal's.
        PRINCIPAL: Replica::COUNT as u32,
        /// Bit per session: its partners do not see each other.
        UNSEEN: SessionId::COUNT as u32,
        /// Log shipping's jobs exist.
        JOBS: 1,
    }

    /// Groups of four bits.
    const NIBBLES: usize = Self::BITS.div_ceil(4) as usize;

    /// The bit without which an event cannot happen; 0 if there is none.
    fn needed_by(event: Event) -> u32 {
        use EventKind as K;
        let site = Site::from_component(event.at).map_or(0, |site| site as u32);
        let role = role_of(event.at).map_or(0, |role| role as u32);
        let pair = SessionId::from_component(event.at).map_or(0, |pair| pair as u32);
        match event.kind {
            K::Disaster | K::Outage => Self::SITE_UP << site,
            K::Return | K::Rebuild => Self::SITE_DOWN << site,
            K::Premature | K::Skip | K::SwapNext | K::WrongFile | K::Abort | K::FenceFails => {
                Self::BUSY << role
            }
            K::Resynchronise => Self::BEHIND << pair,
            K::Expose => Self::APART << pair,
            K::AutomaticFailover => Self::UNSEEN << pair,
            K::Write => Replica::of(event.at).map_or(0, |copy| Self::PRINCIPAL << copy.place()),
            K::Copy | K::Restore => Self::JOBS,
            K::Crash
            | K::Restart
            | K::Cut
            | K::Heal
            | K::Detect
            | K::Backup
            | K::Replicate
            | K::ShareLoss
            | K::StartRunbook
            | K::RunbookStep
            | K::StandDown
            | K::Reconnect
            | K::Misoperation
            | K::GreyFailure
            | K::GreyRepair
            | K::Stall
            | K::StallEnds
            | K::LogFull
            | K::Retention
            | K::Export
            | K::Destroy
            | K::SwapRoles
            | K::Notice
            | K::Forget
            | K::Accept
            | K::PortLost => 0,
        }
    }
}

/// What a team can do at its runbook when it makes no mistake.
#[derive(Debug, Clone, Copy, Default)]
struct Work {
    start: Slot,
    step: Slot,
    stand_down: Slot,
}

#[derive(Debug, Clone, Copy, Default)]
struct BreakAndRepair {
    breaks: Slot,
    repair: Slot,
}

impl Masks {
    /// The masks of a topology whose table of events is made.
    pub(crate) fn of(topology: &Topology) -> Self {
        use EventKind as K;
        let mut masks = Self::default();
        for (index, event) in topology.events().iter().enumerate() {
            masks.add(index, *event);
            if matches!(event.kind, K::Crash | K::Cut) {
                masks.breaks.insert(index);
                let pair = Link::from_component(event.at).and_then(Link::in_session);
                let site = pair.map_or(topology.site_of(event.at), |(pair, _)| {
                    Some(topology.session_site(pair))
                });
                if site == Some(topology.primary_site()) {
                    masks.parked.insert(index);
                }
            }
            if event.kind.fault_class().is_some() {
                masks.faults.insert(index);
            }
            if topology.returns_to_dc1(*event) {
                masks.late.insert(index);
            }
            if event.is_progress() {
                masks.progress.insert(index);
            }
        }
        masks.nodes_in_site = Site::ALL.map(|site| {
            let nodes = topology.nodes().iter();
            let there = nodes.filter(|node| topology.site_of(**node) == Some(site));
            there.fold(0, |bits, node| bits | 1 << node.node())
        });
        let pairs = topology.servers.windows(2).enumerate();
        masks.like_next = pairs.fold(0, |bits, (i, two)| bits | u8::from(two[0] == two[1]) << i);
        masks
    }

    /// Puts an event where it is looked up.
    fn add(&mut self, index: usize, event: Event) {
        use EventKind as K;
        let link = Link::from_component(event.at).map(|link| link as usize);
        let role = role_of(event.at).map(|role| role as usize);
        let place = match (event.kind, link, role) {
            (K::StartRunbook, _, Some(role)) => &mut self.teams[role].start,
            (K::RunbookStep, _, Some(role)) => &mut self.teams[role].step,
            (K::StandDown, _, Some(role)) => &mut self.teams[role].stand_down,
            (K::Crash, ..) => &mut self.nodes[event.at.node()].breaks,
            (K::Restart, ..) => &mut self.nodes[event.at.node()].repair,
            (K::Cut, Some(link), _) => &mut self.links[link].breaks,
            (K::Heal, Some(link), _) => &mut self.links[link].repair,
            (K::Detect, Some(link), _) => &mut self.detect[link],
            (K::Replicate, ..) => &mut self.replicate[event.at.node()],
            // What has no table of its own.
            (_, Some(_) | None, Some(_) | None) => return self.add_other(index, event),
        };
        *place = Slot(index as u16);
    }

    fn add_other(&mut self, index: usize, event: Event) {
        self.others.insert(index);
        let gate = Gate::needed_by(event);
        for (nibble, closed) in self.closed.iter_mut().enumerate() {
            let needed = gate >> (4 * nibble) & 15;
            for (open, set) in (0..).zip(closed) {
                if needed & !open != 0 {
                    set.insert(index);
                }
            }
        }
    }
}

impl World {
    /// What can happen now.
    #[must_use]
    pub fn enabled(&self, topology: &Topology) -> EventSet {
        let others = topology.masks().others;
        self.breaks(topology)
            .or(&self.repairs(topology))
            .or(&self.possible(topology, others))
    }

    /// What can happen now and is no fault.
    #[must_use]
    pub fn enabled_without_faults(&self, topology: &Topology) -> EventSet {
        let faults = self.faults(topology);
        let others = topology.masks().others.minus(&faults);
        self.repairs(topology)
            .minus(&faults)
            .or(&self.possible(topology, others))
    }

    /// The crashes and cuts that can happen.
    fn breaks(&self, topology: &Topology) -> EventSet {
        let masks = topology.masks();
        let mut set = masks.breaks;
        if self.is_parked(topology, topology.primary_site()) {
            set = set.minus(&masks.parked);
        }
        for node in bits(self.down) {
            masks.nodes[node].breaks.remove_from(&mut set);
        }
        for link in bits(self.cut) {
            masks.links[link].breaks.remove_from(&mut set);
        }
        for site in Site::ALL {
            if self.site(site) == SiteState::Lost {
                for link in Link::ALL {
                    if self.may_cut(topology, link).is_err() {
                        masks.links[link as usize].breaks.remove_from(&mut set);
                    }
                }
            }
        }
        set
    }

    /// What can happen and has a table of its own: repairs, detections, replication and the work at
    /// runbooks.
    fn repairs(&self, topology: &Topology) -> EventSet {
        let masks = topology.masks();
        let mut set = EventSet::default();
        for node in bits(self.down) {
            if self
                .may_restart(topology, Component::from_node(node))
                .is_ok()
            {
                masks.nodes[node].repair.insert_into(&mut set);
            }
        }
        for link in bits(self.cut) {
            masks.links[link].repair.insert_into(&mut set);
        }
        self.add_progress(topology, &mut set);
        for role in Role::ALL {
            self.add_work(topology, role, &mut set);
        }
        set
    }

    /// Adds detections and replication.
    fn add_progress(&self, topology: &Topology, set: &mut EventSet) {
        let masks = topology.masks();
        for pair in SessionId::ALL {
            for link in bits(self.unnoticed_links(pair)) {
                masks.detect[pair.link(link) as usize].insert_into(set);
            }
        }
        for server in bits(self.replicable_servers(topology)) {
            masks.replicate[server].insert_into(set);
        }
    }

    /// Adds what a team can do at its runbook.
    #[inline]
    fn add_work(&self, topology: &Topology, role: Role, set: &mut EventSet) {
        let team = &topology.masks().teams[role as usize];
        if self.progress(role) == 0 {
            if team.start.exists() && self.may_start(topology, role).is_ok() {
                team.start.insert_into(set);
            }
            return;
        }
        let (steps, stands_down) = self.step_or_stand_down(topology, role);
        if steps.is_ok() {
            team.step.insert_into(set);
        }
        if stands_down.is_ok() {
            team.stand_down.insert_into(set);
        }
    }

    /// Whether the system or a team is at work, but for teams that wait until nothing is: that of
    /// the last resort (13.22).
    pub(crate) fn is_under_way(&self, topology: &Topology) -> bool {
        let masks = topology.masks();
        let mut set = EventSet::default();
        self.add_progress(topology, &mut set);
        for runbook in topology.runbooks.iter().filter(|r| !r.waits_for_stuck()) {
            self.add_work(topology, runbook.role, &mut set);
        }
        let others = masks.others.and(&masks.progress);
        !set.is_empty() || !self.possible(topology, others).is_empty()
    }

    /// Whether the topology has the restart of a machine.
    pub(crate) fn can_restart(&self, topology: &Topology, node: usize) -> bool {
        let exists = topology.masks().nodes[node].repair.exists();
        exists
            && self
                .may_restart(topology, Component::from_node(node))
                .is_ok()
    }

    /// Whether a link is cut that the topology lets work again.
    pub(crate) fn a_link_can_heal(&self, topology: &Topology) -> bool {
        bits(self.cut).any(|link| topology.masks().links[link].repair.exists())
    }

    /// Which of these events can happen.
    fn possible(&self, topology: &Topology, mut events: EventSet) -> EventSet {
        let open = self.gates();
        for (nibble, closed) in topology.masks().closed.iter().enumerate() {
            events = events.minus(&closed[(open >> (4 * nibble) & 15) as usize]);
        }
        let mut set = EventSet::default();
        for index in events.iter() {
            if self.may(topology, topology.events()[index]) {
                set.insert(index);
            }
        }
        set
    }

    /// What the [`Gate`]s say of this world.
    fn gates(&self) -> u32 {
        let mut gates = 0;
        for site in Site::ALL {
            let gate = if self.site_up(site) {
                Gate::SITE_UP
            } else {
                Gate::SITE_DOWN
            };
            gates |= gate << site as u32;
        }
        for role in Role::ALL {
            gates |= (Gate::BUSY * u32::from(self.progress(role) != 0)) << role as u32;
        }
        for pair in SessionId::ALL {
            let session = self.session(pair);
            let (seen, synchronized) = (session.seen(0), session.any_synchronized());
            let behind = seen & !synchronized & !session.any_suspended();
            let gate = (Gate::BEHIND * u32::from(behind))
                | (Gate::APART * u32::from(!seen & synchronized))
                | (Gate::UNSEEN * u32::from(!seen));
            gates |= gate << pair as u32;
        }
        gates |= Gate::PRINCIPAL * u32::from(self.principals());
        gates | (Gate::JOBS * u32::from(self.control.has(Control::JOBS)))
    }

    /// The enabled and other events that would cost a fault in this world.
    #[must_use]
    pub fn faults(&self, topology: &Topology) -> EventSet {
        let masks = topology.masks();
        if topology.has_left_dc1(self) {
            masks.faults.or(&masks.late)
        } else {
            masks.faults
        }
    }
}
