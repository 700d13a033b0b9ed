//! The main job: one scenario in; verdicts, figures and objectives out, as one document.

use poolproof_models::component::Component;
use poolproof_models::site::Site;
use poolproof_models::topology::Topology;
use poolproof_reports::document as doc;

use crate::objectives;
use crate::scenario::Scenario;
use crate::scenario::assumption::Grade;
use crate::scenario::diagnostic::Diagnostic;
use crate::system;

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
        identity: doc::RunIdentity {
            poolproof_version: env!("CARGO_PKG_VERSION").to_owned(),
            scenario_name: scenario.name.clone(),
            scenario_digest: scenario.digest.clone(),
            seed: scenario.simulate.seed,
            command: command.to_owned(),
        },
        scenario: view(scenario, warnings),
        check,
        simulation,
        objectives,
    }
}

fn view(scenario: &Scenario, warnings: &[Diagnostic]) -> doc::Scenario {
    let topology = system::timed_topology(scenario);
    doc::Scenario {
        name: scenario.name.clone(),
        title: scenario.title.clone(),
        description: scenario.description.clone(),
        sites: Site::ALL
            .into_iter()
            .map(|site| site_view(&topology, site))
            .collect(),
        share_text: system::share_text(scenario.log_shipping.share).to_owned(),
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

fn site_view(topology: &Topology, site: Site) -> doc::SiteView {
    let nodes = topology
        .nodes()
        .into_iter()
        .filter(|n| topology.site_of(*n) == Some(site));
    doc::SiteView {
        name: site.name().to_owned(),
        nodes: nodes.map(|node| node_view(topology, node)).collect(),
    }
}

fn node_view(topology: &Topology, node: Component) -> doc::NodeView {
    let server = topology.servers.get(usize::from(node.number()));
    let role = match node {
        Component::A => "principal of mgc",
        Component::B => "mirror of mgc",
        Component::W | Component::SW => "witness",
        Component::S => "log-shipping secondary",
        Component::SM => "mirror of the secondary, after a failover",
        Component::Share => "backup share",
        _ if server.is_some_and(|s| s.active) => "pool server, active",
        _ => "pool server, idle",
    };
    doc::NodeView {
        name: node.name().to_owned(),
        role_text: role.to_owned(),
        active: server.is_none_or(|s| s.active),
    }
}
