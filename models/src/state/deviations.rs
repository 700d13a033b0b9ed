//! Where published models of a mirrored pair differ from the handbook: knobs, all off by default.
//!
//! They are here so that the exact figures of such models can be reproduced by ordinary scenario
//! files. Nobody should plan with them.

use crate::names::runbook::Role;
use crate::names::site::Site;
use crate::state::topology::Topology;
use crate::state::world::World;

/// The deviations of a topology; by default there are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Deviations {
    /// The loss of a connection is noticed in the step that breaks it; by 3.11 after the partner
    /// time-out, which is at least 5 s.
    pub instant_detection: bool,
    /// The mirror's knowledge of being synchronised outlives restarts and isolation, and the
    /// witness takes its word for it, so that an automatic failover can begin when the two regain
    /// contact (forbidden by 3.7).
    pub failover_on_regained_contact: bool,
    /// Partners that meet again with nothing behind, and partners one of which was just seeded
    /// from the other, are SYNCHRONIZED at once; by 3.3 they are SYNCHRONIZING first.
    pub instant_resynchronisation: bool,
    /// Forcing service is what an automatic failover is: possible only where the session was
    /// SYNCHRONIZED, it swaps the roles at once and suspends nothing. By 3.9 it is possible in any
    /// state and leaves mirroring suspended, and the old principal learns of it when it is back
    /// (3.10).
    pub orderly_forced_service: bool,
    /// A data centre that was rebuilt waits for its failback without anything in it failing. By
    /// section 6 it is an ordinary data centre again.
    pub parked_site: bool,
}

impl World {
    /// Whether nothing happens in a data centre because it is parked: DC1, rebuilt, until the
    /// failback to it is done (6).
    pub(crate) fn is_parked(&self, topology: &Topology, site: Site) -> bool {
        let progress = self.progress(Role::SiteFailover);
        topology.deviations.parked_site
            && site == topology.primary_site()
            && progress > 0
            && progress == topology.finished(Role::SiteFailover)
            && self.site_up(site)
    }
}
