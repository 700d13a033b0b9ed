//! The main job: one scenario in; verdicts, figures and objectives out, as one document.

use poolproof_engines::clocks::distribution::SimDuration;
use poolproof_models::names::component::Component;
use poolproof_models::names::link::Link;
use poolproof_models::names::site::{ShareLocation, Site};
use poolproof_models::state::topology::Topology;
use poolproof_reports::document as doc;
use poolproof_reports::quantity;

use crate::app::compile;
use crate::objectives;
use crate::scenario::Scenario;
use crate::scenario::assumption::Grade;
use crate::scenario::diagnostic::Diagnostic;

/// Puts a result document together.
#[must_use]
pub fn document(
    scenario: &Scenario,
    warnings: &[Diagnostic],
    command: &str,
    check: Option<doc::Check>,
    simulation: Option<doc::Simulation>,
) -> doc::ResultDocument {
    let objectives = simulation.as_ref().map_or_else(Vec::new, |simulation| {
        let listed = &scenario.expect.objectives;
        listed
            .iter()
            .map(|objective| objectives::judge(objective, simulation))
            .collect()
    });
    doc::ResultDocument {
        schema: doc::SCHEMA.to_owned(),
        identity: identity(scenario, command),
        scenario: view(scenario, warnings),
        check,
        simulation,
        cut_sets: None,
        objectives,
    }
}

/// What makes a result of a scenario reproducible.
#[must_use]
pub fn identity(scenario: &Scenario, command: &str) -> doc::RunIdentity {
    let overrides = scenario.overrides.iter();
    doc::RunIdentity {
        poolproof_version: env!("CARGO_PKG_VERSION").to_owned(),
        scenario_name: scenario.name.clone(),
        scenario_digest: scenario.digest.clone(),
        seed: scenario.simulate.seed,
        scenario_path: scenario.path.clone(),
        overrides: overrides
            .map(|(path, value)| doc::Override {
                path: path.clone(),
                value: value.clone(),
            })
            .collect(),
        command: command.to_owned(),
    }
}

fn view(scenario: &Scenario, warnings: &[Diagnostic]) -> doc::Scenario {
    let topology = compile::timed_topology(scenario);
    doc::Scenario {
        name: scenario.name.clone(),
        title: scenario.title.clone(),
        description: scenario.description.clone(),
        sites: sites(&topology),
        links: links(scenario, &topology),
        share_text: compile::share_text(scenario.log_shipping.share).to_owned(),
        witness: topology.witness,
        assumptions: scenario
            .assumptions()
            .iter()
            .filter(|assumption| assumption.is_modelled || !assumption.is_default)
            .map(|assumption| doc::Assumption {
                key: assumption.key.clone(),
                value: assumption.value.clone(),
                source: assumption.source.clone(),
                grade: grade(assumption.grade),
                is_default: assumption.is_default,
            })
            .collect(),
        warnings: warnings
            .iter()
            .map(|w| match w.hazards[..] {
                [] => format!("{}: {}", w.code, w.message),
                _ => format!("{}: {} ({})", w.code, w.message, w.hazards.join(", ")),
            })
            .collect(),
    }
}

/// What the user wrote is the user's judgement.
const fn grade(grade: Option<Grade>) -> doc::Grade {
    match grade {
        Some(Grade::V) => doc::Grade::V,
        Some(Grade::S) => doc::Grade::S,
        Some(Grade::R) => doc::Grade::R,
        Some(Grade::D) => doc::Grade::D,
        Some(Grade::M) => doc::Grade::M,
        Some(Grade::J) | None => doc::Grade::J,
    }
}

fn sites(topology: &Topology) -> Vec<doc::SiteView> {
    let places = [
        (Some(Site::Dc1), Site::Dc1.name()),
        (Some(Site::Dc2), Site::Dc2.name()),
        (None, "third place"),
    ];
    let site_view = |(site, name): (Option<Site>, &str)| doc::SiteView {
        name: name.to_owned(),
        nodes: topology
            .nodes()
            .iter()
            .copied()
            .filter(|n| topology.site_of(*n) == site)
            .map(|node| node_view(topology, node))
            .collect(),
    };
    let views = places.into_iter().map(site_view);
    // A data centre without servers is still one; a third place is there for the share only.
    views
        .enumerate()
        .filter(|(index, site)| *index < Site::ALL.len() || !site.nodes.is_empty())
        .map(|(_, site)| site)
        .collect()
}

fn links(scenario: &Scenario, topology: &Topology) -> Vec<doc::LinkView> {
    let link = |from: &str, to: &str, kind, text: String| doc::LinkView {
        from: from.to_owned(),
        to: to.to_owned(),
        kind,
        text,
    };
    let mut links: Vec<doc::LinkView> = topology
        .links()
        .iter()
        .map(|one| {
            let (from, to, kind, text) = match one {
                Link::AB => ("A", "B", doc::LinkKind::Mirroring, "mirroring"),
                Link::AW => ("A", "W", doc::LinkKind::Witness, "witness"),
                Link::BW => ("B", "W", doc::LinkKind::Witness, "witness"),
                Link::Wan => ("DC1", "DC2", doc::LinkKind::InterSite, "inter-site link"),
                Link::SSM => (
                    "S",
                    "SM",
                    doc::LinkKind::Mirroring,
                    "mirroring, after a failover",
                ),
                Link::SSW => ("S", "SW", doc::LinkKind::Witness, "witness"),
                Link::SMSW => ("SM", "SW", doc::LinkKind::Witness, "witness"),
            };
            link(from, to, kind, text.to_owned())
        })
        .collect();
    let witness = topology.mirror && topology.witness;
    if witness && topology.witness_site == Site::Dc2 {
        for partner in ["A", "B"] {
            let text = "witness, over the inter-site link".to_owned();
            links.push(link(partner, "W", doc::LinkKind::Witness, text));
        }
    }
    if topology.secondary {
        let shipping = &scenario.log_shipping;
        let every = |what: &str, interval: SimDuration| {
            format!("{what} every {}", quantity::duration(interval.ms as f64))
        };
        let copies = every("copy", shipping.copy_interval);
        let restores = every("restore", shipping.restore_interval);
        let backups = every("log backup", shipping.backup_interval);
        let flow = doc::LinkKind::LogShipping;
        if topology.share == ShareLocation::OnPrimary {
            let text = format!("{backups} on A itself, {copies}, {restores}");
            links.push(link("A", "S", flow, text));
        } else {
            links.push(link("A", "share", flow, backups));
            links.push(link("share", "S", flow, format!("{copies}, {restores}")));
        }
    }
    links
}

fn node_view(topology: &Topology, node: Component) -> doc::NodeView {
    use doc::NodeKind as K;
    let server = topology.servers.get(usize::from(node.number()));
    let (kind, role) = match node {
        Component::A => (K::Database, "principal of mgc"),
        Component::B => (K::Database, "mirror of mgc"),
        Component::W | Component::SW => (K::Witness, "witness"),
        Component::S => (K::Database, "log-shipping secondary"),
        Component::SM => (K::Database, "mirror of the secondary, after a failover"),
        Component::Share => (K::Share, "backup share"),
        Component::FrontEnd1 => (K::FrontEnd, "next-hop Front End pool"),
        _ if server.is_some_and(|s| s.active) => (K::PoolServer, "pool server, active"),
        _ => (K::PoolServer, "pool server, idle"),
    };
    doc::NodeView {
        name: node.name().to_owned(),
        kind,
        role_text: role.to_owned(),
        // What is set up in a failover only does not run before.
        active: match node {
            Component::SM | Component::SW => false,
            _ => server.is_none_or(|s| s.active),
        },
    }
}
