//! What an outage is waiting for, and what began it.

use crate::names::component::{Component, ComponentKind};
use crate::names::event::{Event, EventKind};
use crate::names::replica::Replica;
use crate::names::runbook::{Phase, Role};
use crate::names::session::SessionId;
use crate::state::topology::Topology;
use crate::state::world::World;

impl World {
    /// The phase of an outage: what has to pass before users are served again.
    ///
    /// People's phases are those of the step that they are at. Without people at work, a silence
    /// that is not yet noticed is *detect*, a promotion under way *recover*, and waiting for a
    /// server, a link or a data centre to be repaired *act*.
    #[must_use]
    pub fn phase(&self, topology: &Topology) -> Phase {
        if self.service(topology) != 0 {
            return Phase::Reconnect;
        }
        // While the mirror is about to take over by itself, nobody waits for the team of the pair.
        let promoted = SessionId::ALL.into_iter().any(|pair| {
            self.may_fail_over(topology, pair).is_ok() || self.may_swap_roles(pair).is_ok()
        });
        for role in [Role::SiteFailover, Role::MirrorFailover] {
            if promoted && role == Role::MirrorFailover {
                continue;
            }
            if let Some(step) = self.current_step(topology, role)
                && step
                    .wait_for
                    .is_none_or(|belief| self.believes(topology, belief))
            {
                return step.phase;
            }
        }
        for pair in SessionId::ALL {
            if (0..3).any(|link| self.may_detect(pair, link).is_ok()) {
                return Phase::Detect;
            }
            if self.may_expose(topology, pair).is_ok()
                || self.may_fail_over(topology, pair).is_ok()
                || self.may_swap_roles(pair).is_ok()
            {
                return Phase::Recover;
            }
        }
        Phase::Act
    }
}

/// What began an outage, as reports group it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Cause {
    /// A pool server.
    PoolServer = 0,
    /// A database server of the pair in DC1.
    DatabaseServer = 1,
    /// A witness.
    Witness = 2,
    /// The host of the share, or its files.
    Share = 3,
    /// A link inside a data centre.
    LocalLink = 4,
    /// The link between the data centres.
    InterSiteLink = 5,
    /// A data centre failed and kept its contents.
    SiteOutage = 6,
    /// A data centre was lost.
    SiteDisaster = 7,
    /// Something that is no fault: a return, an operator's step.
    Other = 8,
    /// A database server in DC2, which has no automatic failover without a witness of its own.
    DatabaseServerDc2 = 9,
    /// Operators' own steps: the planned outage of a failback.
    Operators = 10,
    /// Planned maintenance: patching.
    Maintenance = 11,
    /// Operators' mistakes.
    Mistake = 12,
}

impl Cause {
    /// Every cause, in stable order.
    pub const ALL: [Self; 13] = [
        Self::PoolServer,
        Self::DatabaseServer,
        Self::Witness,
        Self::Share,
        Self::LocalLink,
        Self::InterSiteLink,
        Self::SiteOutage,
        Self::SiteDisaster,
        Self::Other,
        Self::DatabaseServerDc2,
        Self::Operators,
        Self::Maintenance,
        Self::Mistake,
    ];

    /// The name used in results.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PoolServer => "pool server",
            Self::DatabaseServer => "database server in DC1",
            Self::Operators => "operators' steps (planned failback)",
            Self::DatabaseServerDc2 => "database server in DC2",
            Self::Witness => "witness",
            Self::Share => "backup share",
            Self::LocalLink => "link inside a site",
            Self::InterSiteLink => "inter-site link",
            Self::SiteOutage => "site outage",
            Self::SiteDisaster => "site disaster",
            Self::Maintenance => "planned maintenance",
            Self::Mistake => "operators' mistakes",
            Self::Other => "other",
        }
    }

    /// The cause that an event stands for.
    #[must_use]
    pub const fn of(event: Event) -> Self {
        match (event.kind, event.at) {
            (EventKind::Disaster, _) => Self::SiteDisaster,
            (EventKind::Outage, _) => Self::SiteOutage,
            (EventKind::ShareLoss, _) => Self::Share,
            (EventKind::Cut, Component::Wan) => Self::InterSiteLink,
            (EventKind::Cut, _) => Self::LocalLink,
            (EventKind::Crash | EventKind::Destroy | EventKind::GreyFailure, at) => {
                match (Replica::of(at), at.kind()) {
                    (Some(Replica::Primary | Replica::PrimaryMirror), _) => Self::DatabaseServer,
                    (Some(Replica::Target | Replica::TargetMirror), _) => Self::DatabaseServerDc2,
                    (None, ComponentKind::Witness) => Self::Witness,
                    (None, ComponentKind::ShareHost) => Self::Share,
                    (None, _) => Self::PoolServer,
                }
            }
            (
                EventKind::Misoperation
                | EventKind::Premature
                | EventKind::Skip
                | EventKind::SwapNext
                | EventKind::WrongFile
                | EventKind::Abort,
                _,
            ) => Self::Mistake,
            (EventKind::RunbookStep | EventKind::Replicate, _) => Self::Operators,
            _ => Self::Other,
        }
    }
}
