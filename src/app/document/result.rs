//! The main job: one scenario in; verdicts, figures and objectives out, as one document.

use poolproof_engines::clocks::distribution::SimDuration;
use poolproof_models::names::component::Component;
use poolproof_models::names::link::Link;
use poolproof_models::names::site::{ShareLocation, Site};
use poolproof_models::state::topology::Topology;
use poolproof_reports::document as doc;

use crate::app::build::COMMIT;
use crate::app::document::names;
use crate::app::{compile, objectives};
use crate::scenario::Scenario;
use crate::scenario::assumption::Grade;
use crate::scenario::diagnostic::Diagnostic;

/// Puts a result document together.
#[must_use]
pub fn document(
    scenario: &Scenario,
    warnings: &[Diagnostic],
    command: &str,
    checks: Vec<doc::Check>,
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
        checks,
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
        build: COMMIT.to_owned(),
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
        share: names::share(scenario.log_shipping.share),
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
            .map(|warning| doc::Warning {
                code: warning.code.to_string(),
                message: warning.message.clone(),
                hazards: warning.hazards.iter().map(ToString::to_string).collect(),
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
    use doc::{LinkKind as Kind, LinkNote as Note};
    let link = |from: &str, to: &str, kind, note, jobs| doc::LinkView {
        from: from.to_owned(),
        to: to.to_owned(),
        kind,
        note,
        jobs,
    };
    let mut links: Vec<doc::LinkView> = topology
        .links()
        .iter()
        .filter_map(|one| {
            let (from, to, kind, note) = match one {
                // What log shipping and the witness use is drawn with them.
                Link::Dc1ToThird | Link::Dc2ToThird => return None,
                Link::AB => ("A", "B", Kind::Mirroring, None),
                Link::AW => ("A", "W", Kind::Witness, None),
                Link::BW => ("B", "W", Kind::Witness, None),
                Link::Wan => ("DC1", "DC2", Kind::InterSite, None),
                Link::SSM => ("S", "SM", Kind::Mirroring, Some(Note::AfterFailover)),
                Link::SSW => ("S", "SW", Kind::Witness, None),
                Link::SMSW => ("SM", "SW", Kind::Witness, None),
            };
            Some(link(from, to, kind, note, Vec::new()))
        })
        .collect();
    if topology.mirror && topology.way_to_witness().is_some() {
        let over = topology.witness_site.map(|_| Note::OverInterSiteLink);
        links.extend(["A", "B"].map(|partner| link(partner, "W", Kind::Witness, over, Vec::new())));
    }
    if topology.secondary {
        let shipping = &scenario.log_shipping;
        let job = |job, interval: SimDuration| doc::LinkJob {
            job,
            every_ms: interval.ms,
        };
        let backup = job(doc::ShippingJob::Backup, shipping.backup_interval);
        let copy = job(doc::ShippingJob::Copy, shipping.copy_interval);
        let restore = job(doc::ShippingJob::Restore, shipping.restore_interval);
        let flow = Kind::LogShipping;
        if topology.share == ShareLocation::OnPrimary {
            let jobs = vec![backup, copy, restore];
            links.push(link("A", "S", flow, Some(Note::OnItself), jobs));
        } else {
            links.push(link("A", "share", flow, None, vec![backup]));
            links.push(link("share", "S", flow, None, vec![copy, restore]));
        }
    }
    links
}

fn node_view(topology: &Topology, node: Component) -> doc::NodeView {
    use doc::NodeRole as Role;
    let server = topology.servers.get(usize::from(node.number()));
    doc::NodeView {
        name: node.name().to_owned(),
        role: match node {
            Component::A => Role::Principal,
            Component::B => Role::Mirror,
            Component::W | Component::SW => Role::Witness,
            Component::S => Role::Secondary,
            Component::SM => Role::MirrorOfSecondary,
            Component::Share => Role::Share,
            Component::FrontEnd1 => Role::FrontEnd,
            _ => Role::PoolServer,
        },
        // What is set up in a failover only does not run before.
        active: match node {
            Component::SM | Component::SW => false,
            _ => server.is_none_or(|s| s.active),
        },
    }
}
