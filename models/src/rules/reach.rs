//! What the operators of a data centre reach (handbook 13.13).

use crate::names::site::Site;
use crate::rules::refusal::{Permission, Refusal, require};
use crate::state::topology::Topology;
use crate::state::world::World;

/// What an operation acts on, so that operators elsewhere need a way there (13.13).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Nothing, several places each by itself, or something that is reached out of band.
    Nowhere,
    /// Servers of the primary data centre.
    Primary,
    /// Servers of the secondary data centre.
    Secondary,
    /// Servers of both.
    Both,
    /// The Central Management store, wherever its master is (1.4).
    Cms,
}

impl World {
    /// 13.13, guard: operators of a data centre reach what an operation acts on.
    #[inline]
    pub(crate) fn reaches(
        &self,
        topology: &Topology,
        place: Place,
        from: Option<Site>,
    ) -> Permission {
        let joined = |site: Site| {
            let joined = from.is_none_or(|from| self.sites_connected(from, site));
            require(joined, Refusal::SitesApart)
        };
        match place {
            Place::Nowhere => Ok(()),
            Place::Primary => joined(topology.primary_site()),
            Place::Secondary => joined(topology.secondary_site()),
            Place::Both => require(
                self.sites_connected(topology.primary_site(), topology.secondary_site()),
                Refusal::SitesApart,
            ),
            Place::Cms => self.may_change_cms(from.unwrap_or(self.cms_site())),
        }
    }

    /// 13.13: the running pool servers that operators of a data centre reach, as bits.
    pub(crate) fn servers_in_reach(&self, topology: &Topology, from: Option<Site>) -> u8 {
        let sites = Site::ALL.into_iter();
        let reached = sites.filter(|site| from.is_none_or(|f| self.sites_connected(f, *site)));
        let servers = reached.fold(0, |bits, site| bits | topology.servers_in_site(site));
        servers & !self.servers_down()
    }
}
