//! What an outage is waiting for, and what began it.

use crate::names::component::{Component, ComponentKind, Home};
use crate::names::event::{Event, EventKind};
use crate::names::incident::Cause;
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
        // While the mirror is about to take over by itself, users do not wait for the
        // operators of the session.
        let promoted = SessionId::ALL.into_iter().any(|pair| {
            self.may_fail_over(topology, pair).is_ok() || self.may_swap_roles(pair).is_ok()
        });
        for role in [
            Role::LastResort,
            Role::SiteFailover,
            Role::PlannedSwitch,
            Role::MirrorFailover,
        ] {
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

impl Cause {
    /// The cause that an event stands for.
    #[must_use]
    pub const fn of(event: Event) -> Self {
        use EventKind as K;
        match event.kind {
            K::Disaster => Self::SiteDisaster,
            K::Outage => Self::SiteOutage,
            K::ShareLoss => Self::Share,
            K::Cut if matches!(event.at, Component::Wan) => Self::InterSiteLink,
            K::Cut if matches!(event.at, Component::Dc1ToThird | Component::Dc2ToThird) => {
                Self::InterSiteLink
            }
            K::Cut | K::PortLost => Self::LocalLink,
            K::Crash | K::Destroy | K::GreyFailure | K::Stall => Self::of_machine(event.at),
            K::Misoperation
            | K::Premature
            | K::Skip
            | K::SwapNext
            | K::WrongFile
            | K::Abort
            | K::FenceFails => Self::Mistake,
            K::RunbookStep | K::Replicate => Self::Operators,
            K::Write
            | K::Restart
            | K::Heal
            | K::Detect
            | K::Expose
            | K::AutomaticFailover
            | K::Resynchronise
            | K::Backup
            | K::Copy
            | K::Restore
            | K::Return
            | K::StartRunbook
            | K::StandDown
            | K::Reconnect
            | K::GreyRepair
            | K::StallEnds
            | K::LogFull
            | K::Retention
            | K::Rebuild
            | K::Export
            | K::SwapRoles
            | K::Notice
            | K::Forget
            | K::Accept => Self::Other,
        }
    }
    /// The cause that the failure of a machine stands for.
    const fn of_machine(machine: Component) -> Self {
        use ComponentKind as C;
        match machine.kind() {
            C::Database => match machine.home() {
                Home::Secondary => Self::DatabaseServerDc2,
                Home::Primary | Home::Placed | Home::Between => Self::DatabaseServer,
            },
            C::Witness => Self::Witness,
            C::ShareHost => Self::Share,
            C::PoolServer | C::FrontEnd => Self::PoolServer,
            C::DataCentre | C::Connection | C::Mirroring | C::Job | C::Operators | C::Clients => {
                Self::Other
            }
        }
    }
}
