//! Events: the atomic steps, with stable ids and names.

use crate::names::component::{Component, ComponentKind};
use crate::names::runbook::{Mistake, Operation, Role};

named! {
    /// What kind of step. The discriminant is the stable number: never change or reuse one.
    pub enum EventKind {
        /// Users write a message, and the copy acknowledges.
        Write = 1, "write";
        /// A server crashes; its disks survive. A fault.
        Crash = 2, "crash";
        /// A crashed server starts again.
        Restart = 3, "restart";
        /// A link breaks. A fault.
        Cut = 4, "cut";
        /// A cut link works again.
        Heal = 5, "heal";
        /// The ends of a link notice that the other end is gone (handbook 3.11).
        Detect = 6, "detect";
        /// The principal goes on alone after the handshake with the witness (3.12).
        Expose = 7, "expose";
        /// The mirror is promoted (3.7).
        AutomaticFailover = 8, "automatic-failover";
        /// The mirror has caught up: SYNCHRONIZED (3.3).
        Resynchronise = 9, "resynchronise";
        /// A log backup is finished (4.1).
        Backup = 10, "backup";
        /// The copy job has copied every finished file (4.1).
        Copy = 11, "copy";
        /// The restore job has applied every copied file (4.1).
        Restore = 12, "restore";
        /// A pool server's replica of the Central Management store is refreshed (1.4).
        Replicate = 13, "replicate";
        /// A data centre is lost for good. A fault.
        Disaster = 14, "disaster";
        /// A data centre fails and keeps its contents. A fault.
        Outage = 15, "outage";
        /// A data centre comes back with its old state.
        Return = 16, "return";
        /// The files on the share are lost. A fault.
        ShareLoss = 17, "share-loss";
        /// Operators begin a runbook: its trigger is believed.
        StartRunbook = 18, "start-runbook";
        /// Operators finish the current step of a runbook.
        RunbookStep = 19, "runbook-step";
        /// Operators abandon a runbook: what started it is over, and nothing has been done yet.
        StandDown = 20, "stand-down";
        /// Clients have reconnected.
        Reconnect = 21, "reconnect";
        /// An operation outside any runbook. A fault, the operator's mistake.
        Misoperation = 22, "misoperation";
        /// A database server answers its partners but not its users: a dead data disk (H-42). A
        /// fault.
        GreyFailure = 23, "grey-failure";
        /// It answers its users again.
        GreyRepair = 24, "grey-repair";
        /// The log drive of the principal fills, because nothing truncates the log (H-48).
        LogFull = 25, "log-full";
        /// Retention deletes files on the share that were never copied (H-25).
        Retention = 26, "retention";
        /// A lost data centre has been rebuilt, empty; or one that was left is powered up, fenced.
        Rebuild = 27, "rebuild";
        /// The compliance adapter is fed what has been stored (2.3).
        Export = 28, "export";
        /// Operators do the current step too early. A fault.
        Premature = 29, "premature";
        /// Operators leave the current step out. A fault.
        Skip = 30, "skip";
        /// Operators do the next step before the current one. A fault.
        SwapNext = 31, "swap-next";
        /// Operators use the wrong file in the current step. A fault.
        WrongFile = 32, "wrong-file";
        /// Operators give the runbook up. A fault.
        Abort = 33, "abort";
        /// A database server loses its disks. A fault.
        Destroy = 34, "destroy";
        /// The roles swap in a manual failover (3.8).
        SwapRoles = 35, "swap-roles";
        /// The witness notices that a principal is silent before the principal does (R4).
        Notice = 36, "notice";
        /// The witness is restored from an old image (3.13). A fault.
        Forget = 37, "forget";
        /// A pool server accepts a message that is not yet committed (2.1, 2.2).
        Accept = 38, "accept";
        /// A fence is taken for set, and is not (13.13). A fault.
        FenceFails = 39, "fence-fails";
        /// The mirroring port of a server is closed, or its network card fails: every link of the
        /// server to its session is cut at once. A fault.
        PortLost = 40, "port-lost";
        /// A database server answers nothing for a while: heavy disk load, paging, a snapshot of
        /// its virtual machine (13.5). A fault.
        Stall = 41, "stall";
        /// It goes on where it was.
        StallEnds = 42, "stall-ends";
    }
}

/// One atomic step: of a component, a fault, or an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Event {
    /// What kind.
    pub kind: EventKind,
    /// The component it happens at.
    pub at: Component,
    /// The operation of a misoperation.
    pub operation: Option<Operation>,
}

impl Event {
    /// An event.
    #[must_use]
    pub const fn new(kind: EventKind, at: Component) -> Self {
        Self {
            kind,
            at,
            operation: None,
        }
    }

    /// An operation outside any runbook.
    #[must_use]
    pub const fn misoperation(operation: Operation) -> Self {
        let operation = Some(operation);
        Self {
            kind: EventKind::Misoperation,
            at: Component::SiteOperators,
            operation,
        }
    }

    /// The stable id: the kind's number in the high byte; in the low byte the component's number,
    /// or the operation's place in [`Operation::ALL`].
    #[must_use]
    pub const fn id(self) -> u16 {
        let low = match self.operation {
            Some(operation) => operation as u16,
            None => self.at as u16,
        };
        ((self.kind as u16) << 8) | low
    }

    /// The stable name, `kind:component`, as stored in traces.
    #[must_use]
    pub fn name(self) -> String {
        match self.operation {
            Some(operation) => format!("misoperation:{}", operation.name()),
            None => format!("{}:{}", self.kind.name(), self.at.name()),
        }
    }

    /// The event of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let (kind, at) = name.split_once(':')?;
        let kind = EventKind::from_name(kind)?;
        if kind == EventKind::Misoperation {
            return Operation::from_name(at).map(Self::misoperation);
        }
        Component::from_name(at).map(|at| Self::new(kind, at))
    }
}

/// A set of events by their dense index in a topology.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct EventSet([u64; Self::WORDS]);

impl EventSet {
    const WORDS: usize = 4;
    /// The most events that a topology may have.
    pub const CAPACITY: usize = Self::WORDS * 64;

    /// Adds an event.
    pub const fn insert(&mut self, index: usize) {
        self.0[index / 64] |= 1 << (index % 64);
    }

    /// Takes an event out.
    pub const fn remove(&mut self, index: usize) {
        self.0[index / 64] &= !(1 << (index % 64));
    }

    /// Whether an event is in the set.
    #[must_use]
    pub const fn contains(&self, index: usize) -> bool {
        self.0[index / 64] >> (index % 64) & 1 == 1
    }

    /// Whether the set is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0 == [0; Self::WORDS]
    }

    /// The number of events.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// The events in this set but not in `other`.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        let mut out = *self;
        for (word, other) in out.0.iter_mut().zip(other.0) {
            *word &= !other;
        }
        out
    }

    /// The events in both sets.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let mut out = *self;
        for (word, other) in out.0.iter_mut().zip(other.0) {
            *word &= other;
        }
        out
    }

    /// The events in either set.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        let mut out = *self;
        for (word, other) in out.0.iter_mut().zip(other.0) {
            *word |= other;
        }
        out
    }

    /// The dense indices, ascending.
    pub fn iter(&self) -> impl Iterator<Item = usize> + use<> {
        let words = self.0;
        let (mut word, mut rest) = (0, words[0]);
        std::iter::from_fn(move || {
            while rest == 0 {
                word += 1;
                rest = *words.get(word)?;
            }
            let bit = rest.trailing_zeros() as usize;
            rest &= rest - 1;
            Some(word * 64 + bit)
        })
    }
}

named! {
    /// What a fault costs: budgets can be set per class.
    pub enum FaultClass {
        /// A server crashes.
        ComponentCrash = 0, "component-crash";
        /// A data centre is lost or fails.
        SiteLoss = 1, "site-loss";
        /// A link is cut.
        LinkCut = 2, "link-cut";
        /// The share's files are lost.
        ShareLoss = 3, "share-loss";
        /// Something in the old site returns after failover has begun.
        LateReturn = 4, "late-return";
        /// An operator's mistake.
        Mistake = 5, "mistake";
    }
}

/// The event of a mistake.
#[must_use]
pub const fn mistake_kind(mistake: Mistake) -> EventKind {
    match mistake {
        Mistake::Premature => EventKind::Premature,
        Mistake::Skip => EventKind::Skip,
        Mistake::SwapNext => EventKind::SwapNext,
        Mistake::WrongFile => EventKind::WrongFile,
        Mistake::Abort => EventKind::Abort,
        Mistake::FenceFails => EventKind::FenceFails,
    }
}

/// The team that works through a runbook.
#[must_use]
pub const fn operators(role: Role) -> Component {
    match role {
        Role::MirrorFailover => Component::MirrorOperators,
        Role::SiteFailover => Component::SiteOperators,
        Role::SiteFailback => Component::FailbackOperators,
        Role::LogShippingRepair => Component::LogShippingOperators,
        Role::LastResort => Component::LastResortOperators,
        Role::PlannedSwitch => Component::PlannedOperators,
    }
}

/// The runbook role of a team.
#[must_use]
pub const fn role_of(team: Component) -> Option<Role> {
    match team.place_among(ComponentKind::Operators) {
        Some(place) => Some(Role::ALL[place]),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::names::component::Component;
    use crate::names::link::Link;
    use crate::names::replica::Replica;
    use crate::names::runbook::Role;
    use crate::names::session::SessionId;
    use crate::names::site::Site;

    use super::{operators, role_of};

    /// Rows that name a component stand in the order of components.
    #[test]
    fn tables_of_components_are_inverses() {
        for role in Role::ALL {
            assert_eq!(role_of(operators(role)), Some(role));
        }
        for site in Site::ALL {
            assert_eq!(Site::from_component(Component::site(site)), Some(site));
        }
        for copy in Replica::ALL {
            assert_eq!(Replica::of(copy.server()), Some(copy));
            assert_eq!(copy.session().member(copy.member()), copy);
            assert_eq!(copy.partner().partner(), copy);
        }
        for link in Link::ALL {
            assert_eq!(Link::from_component(link.component()), Some(link));
        }
        for session in SessionId::ALL {
            let component = session.component();
            assert_eq!(SessionId::from_component(component), Some(session));
            for number in 0..3 {
                assert_eq!(session.link(number).in_session(), Some((session, number)));
            }
        }
        let inside = Link::ALL.iter().filter(|link| link.in_session().is_some());
        assert_eq!(inside.count(), 6);
        assert_eq!(role_of(Component::A), None);
        assert_eq!(Replica::of(Component::W), None);
        let machines = Component::ALL.into_iter().filter(|c| c.kind().is_node());
        for machine in machines {
            assert_eq!(Component::from_node(machine.node()), machine);
        }
    }
}
