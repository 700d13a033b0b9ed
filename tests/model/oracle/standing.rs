//! The properties of how things stand, by their definitions, from the books and from plain facts:
//! who is principal, who believes what, who can acknowledge, what is under way.

use poolproof_models::names::component::Component;
use poolproof_models::names::property::Property;
use poolproof_models::names::replica::Replica;
use poolproof_models::names::session::SessionId;
use poolproof_models::state::control::Control;
use poolproof_models::state::session::PartnerRole;
use poolproof_models::state::topology::{MirrorShipping, Topology};
use poolproof_models::state::world::World;

use super::books::{Books, LogBackup};
use super::messages::Messages;

impl Books {
    /// The properties that a state breaks, as bits.
    pub fn standing(&self, topology: &Topology, world: &World) -> u32 {
        let chain_broken = self.chain_broken(topology, world);
        let behind = SessionId::ALL.map(|pair| self.mirror_behind(world, pair));
        let broken = [
            (Property::OnePrincipal, two_commit(topology, world)),
            (Property::MirrorHasAll, behind.contains(&true)),
            (
                Property::RegisterIsTrue,
                SessionId::ALL
                    .into_iter()
                    .zip(behind)
                    .any(|(pair, behind)| self.witness_errs(world, pair, behind)),
            ),
            (Property::ChainIntact, chain_broken),
            (
                Property::TargetFresh,
                self.target_stale(topology, world, chain_broken),
            ),
            (Property::RightSide, overloaded(topology, world)),
            (Property::NeverStuck, self.stuck(topology, world)),
        ];
        broken.into_iter().fold(0, |bits, (property, broken)| {
            bits | if broken { property.bit() } else { 0 }
        })
    }

    /// I1: SYNCHRONIZED, and the mirror lacks an acknowledged message of its principal (3.12).
    fn mirror_behind(&self, world: &World, pair: SessionId) -> bool {
        let session = world.session(pair);
        self.newest_principal(world, pair).is_some_and(|principal| {
            let mirror = principal.partner();
            let held = self.acknowledged_in(principal);
            session.is_synchronized(principal.member())
                && !session.is_alone(principal.member())
                && session.is_mirror(mirror.member())
                && !held.is_within(self.held_by(mirror))
        })
    }

    /// I2 as read by R2: principal and witness are connected, the witness's flag says synchronised,
    /// and it is not so.
    fn witness_errs(&self, world: &World, pair: SessionId, behind: bool) -> bool {
        let session = world.session(pair);
        self.newest_principal(world, pair).is_some_and(|principal| {
            let link = 1 + principal.member();
            let bound = !session.is_alone(0) && !session.is_alone(1);
            let connected = session.seen(link) && world.is_connected(pair, link);
            bound
                && connected
                && session.register_synchronized()
                && (behind || !session.is_synchronized(principal.member()))
        })
    }

    /// CH: the next message of a member of DC1 that can acknowledge does not reach S by any log
    /// backup (4.2).
    fn chain_broken(&self, topology: &Topology, world: &World) -> bool {
        let Some(s) = self.copy(Replica::Target).filter(|_| topology.secondary) else {
            return false;
        };
        // RECOVERY ends it for good, and so does a primary that was restored (4.2, 4.8).
        let recovered = world.session(SessionId::Secondary).is_principal(0);
        let over = recovered || self.needs_set_up;
        let next = Messages::one(self.count);
        let members = SessionId::Primary.members().into_iter();
        members
            .filter(|copy| world.can_acknowledge(topology, *copy))
            .filter_map(|copy| self.copy(copy))
            .any(|database| {
                let file = LogBackup {
                    from: database.backed_up,
                    to: database.messages.or(next),
                    fork: database.fork,
                };
                let files = [&self.folder[..], &self.share[..], &[file]].concat();
                over || !next.is_within(self.after_files(s, &files).messages)
            })
    }

    /// ST: users are served in DC1, and log shipping to S does not go on without an operator.
    fn target_stale(&self, topology: &Topology, world: &World, chain_broken: bool) -> bool {
        let served = world.service(topology);
        let s = self.copy(Replica::Target).filter(|_| topology.secondary);
        let recovered = world.session(SessionId::Secondary).is_principal(0);
        let control = world.control();
        let has_jobs = control.has(Control::JOBS) && !control.has(Control::BACKUP_STOPPED);
        let ships = |copy: Replica| {
            copy == Replica::Primary || topology.mirror_ships == MirrorShipping::SameShare
        };
        s.is_some()
            && SessionId::Primary.members().into_iter().any(|copy| {
                served & copy.bit() != 0 && (chain_broken || recovered || !has_jobs || !ships(copy))
            })
    }

    /// UQ: nobody is served, nothing is under way, and a running database server with every
    /// acknowledged message that is left, and a pool server beside it, could serve.
    fn stuck(&self, topology: &Topology, world: &World) -> bool {
        let left = self.held();
        let complete = |copy: Replica| {
            let lacks = self.acknowledged.without(self.held_by(copy));
            self.copy(copy).is_some() && lacks.without(left) == lacks
        };
        let could_serve = |copy: Replica| {
            let pair = copy.session();
            let site = topology.session_site(pair);
            let in_session = match world.session(pair).role(copy.member()) {
                PartnerRole::Principal => true,
                PartnerRole::Mirror => pair == SessionId::Primary,
                PartnerRole::None | PartnerRole::Pending => false,
            };
            let mut servers =
                (0..topology.servers.len()).filter(|s| topology.servers[*s].site == site);
            in_session
                && world.site_up(site)
                && world.is_up(copy.server())
                && !world.control().has(Control::grey(copy))
                && servers.any(|s| world.is_up(Component::server(s)))
                && complete(copy)
        };
        world.service(topology) == 0
            && Replica::ALL.into_iter().any(could_serve)
            && !world.enabled(topology).iter().any(|index| {
                let event = topology.events()[index];
                event.kind.is_progress() && event.at != Component::LastResortOperators
            })
    }
}

/// I3: with a witness, both partners of a session can complete a commit (3.12, R3).
fn two_commit(topology: &Topology, world: &World) -> bool {
    SessionId::ALL.into_iter().any(|pair| {
        let session = world.session(pair);
        session.witness_set()
            && !session.is_alone(0)
            && !session.is_alone(1)
            && pair
                .members()
                .into_iter()
                .all(|copy| world.can_acknowledge(topology, copy))
    })
}

/// WS: a server that takes users carries more than 30,000 of them (1.2).
fn overloaded(topology: &Topology, world: &World) -> bool {
    let servers = world.serving_servers(topology).count_ones();
    servers > 0 && world.service(topology) != 0 && topology.users > 30_000 * servers
}
