//! Which events a topology has: the dense table that every engine works on.

use crate::names::component::Component;
use crate::names::event::{Event, EventKind, EventSet, mistake_kind, operators};
use crate::names::runbook::{Operation, Role};
use crate::names::site::Site;
use crate::rules::network::Link;
use crate::state::topology::Topology;

/// Every event that the topology can have, in the order of stable ids.
pub(crate) fn event_table(topology: &Topology) -> Vec<Event> {
    use EventKind as K;
    let mut events = Vec::new();
    let mut add = |kind, at| events.push(Event::new(kind, at));
    for (exists, copy) in [
        (true, Component::A),
        (topology.mirror, Component::B),
        (topology.secondary, Component::S),
        (
            topology.secondary && topology.secondary_mirror,
            Component::SM,
        ),
    ] {
        if exists {
            add(K::Write, copy);
        }
    }
    for node in topology.nodes() {
        add(K::Crash, node);
        add(K::Restart, node);
    }
    for link in topology.links() {
        add(K::Cut, link.component());
        add(K::Heal, link.component());
        if link.in_pair().is_some() {
            add(K::Detect, link.component());
        }
    }
    if topology.mirror && topology.witness {
        for link in [Link::AW, Link::BW] {
            add(K::Detect, link.component());
        }
    }
    for (exists, witness, pair) in [
        (topology.mirror, topology.witness, Component::PairDc1),
        (
            topology.secondary && topology.secondary_mirror,
            topology.secondary_witness,
            Component::PairDc2,
        ),
    ] {
        if exists {
            add(K::Expose, pair);
            add(K::Resynchronise, pair);
            if witness {
                add(K::AutomaticFailover, pair);
            }
            if pair == Component::PairDc1 && topology.can_do(Operation::ManualFailover) {
                add(K::SwapRoles, pair);
            }
        }
    }
    if topology.secondary {
        add(K::Backup, Component::BackupJob);
        add(K::Copy, Component::CopyJob);
        add(K::Restore, Component::RestoreJob);
        add(K::ShareLoss, Component::Share);
    }
    for index in 0..topology.servers.len() {
        add(K::Replicate, Component::server(index));
    }
    let two_sites = topology.links().contains(&Link::Wan);
    for site in Site::ALL {
        if site == Site::Dc1 || two_sites {
            for kind in [K::Disaster, K::Outage, K::Return] {
                add(kind, Component::site(site));
            }
        }
    }
    for runbook in &topology.runbooks {
        for kind in [K::StartRunbook, K::RunbookStep, K::StandDown] {
            add(kind, operators(runbook.role));
        }
        for mistake in &topology.mistakes {
            add(mistake_kind(*mistake), operators(runbook.role));
        }
    }
    if topology.runbook(Role::SiteFailback).is_some() {
        add(K::Rebuild, Component::Dc1);
    }
    if topology.runbook(Role::LogShippingRepair).is_some() {
        add(K::Rebuild, Component::Dc2);
    }
    let slices = topology.slices;
    let witnessed = topology.mirror && topology.witness;
    for (on, kind, at) in [
        (slices.grey, K::GreyFailure, Component::A),
        (slices.grey, K::GreyRepair, Component::A),
        (slices.grey && topology.mirror, K::GreyFailure, Component::B),
        (slices.grey && topology.mirror, K::GreyRepair, Component::B),
        (slices.storage, K::Destroy, Component::A),
        (slices.storage && topology.mirror, K::Destroy, Component::B),
        (
            slices.storage && topology.secondary,
            K::Destroy,
            Component::S,
        ),
        (
            slices.storage && topology.secondary && topology.secondary_mirror,
            K::Destroy,
            Component::SM,
        ),
        (slices.log_full, K::LogFull, Component::PairDc1),
        (
            slices.retention && topology.secondary,
            K::Retention,
            Component::Share,
        ),
        (slices.compliance, K::Export, Component::Clients),
        (
            slices.one_sided_detection && witnessed,
            K::Notice,
            Component::LinkAW,
        ),
        (
            slices.one_sided_detection && witnessed,
            K::Notice,
            Component::LinkBW,
        ),
        (slices.witness_memory && witnessed, K::Forget, Component::W),
        (
            topology.follows_posts_in_flight(),
            K::Accept,
            Component::Clients,
        ),
    ] {
        if on {
            add(kind, at);
        }
    }
    if topology.slices.clients {
        add(K::Reconnect, Component::Clients);
    }
    events.extend(
        topology
            .misoperations
            .iter()
            .map(|o| Event::misoperation(*o)),
    );
    events.retain(|event| !topology.excluded.contains(event));
    events.sort_by_key(|event| event.id());
    events.dedup();
    assert!(
        events.len() <= EventSet::CAPACITY,
        "more events than an event set holds"
    );
    events
}
