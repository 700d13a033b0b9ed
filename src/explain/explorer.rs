//! States and events in words for Stateright's Explorer.

use std::fmt::Write as _;

use poolproof_models::model::{Bounded, Node};
use poolproof_models::names::event::Event;
use poolproof_models::names::property::Property;
use poolproof_models::names::runbook::Role;
use poolproof_models::names::site::Site;
use poolproof_models::state::topology::Topology;
use poolproof_models::state::world::World;
use poolproof_stateright::Wording;

use super::changes::{changes, content_text, service_text};
use super::explainer::Explainer;
use super::operations::operation_text;
use super::properties::property_text;
use super::steps::step_text;

/// The words of the handbook.
pub struct ExplorerWords;

impl Wording for ExplorerWords {
    fn state(&self, bounded: &Bounded<Topology>, node: &Node<World>, broken: u32) -> String {
        let (topology, world) = (&bounded.system, &node.state);
        let mut text = String::new();
        for property in Property::ALL.into_iter().filter(|p| broken & p.bit() != 0) {
            let title = property_text(property).title;
            let _ = writeln!(text, "BROKEN: {}, {title}", property.name());
        }
        let (spent, budget) = (node.spent.total(), bounded.budget.total);
        let _ = writeln!(text, "faults: {spent} of {budget}");
        let _ = writeln!(text, "{}", service_text(topology, world));
        holders(&mut text, topology, world);
        links(&mut text, topology, world);
        for role in Role::ALL {
            if let Some(step) = world.current_step(topology, role) {
                let (number, step) = (world.progress(role), operation_text(step.operation));
                let _ = writeln!(text, "{} at step {number}: {step}", role.name());
            }
        }
        text
    }

    fn event(&self, topology: &Topology, world: &World, event: Event) -> String {
        let (after, _) = world.apply(topology, event);
        let step = step_text(topology, world, event, &after);
        let fault = if step.fault { "FAULT: " } else { "" };
        format!("{fault}{} ({})", step.text, step.actor)
    }

    fn changes(&self, topology: &Topology, before: &World, after: &World) -> String {
        changes(topology, before, after).join("\n")
    }
}

fn holders(text: &mut String, topology: &Topology, world: &World) {
    let mut site = None;
    for holder in Explainer::at(topology, *world).holders() {
        if site != Some(holder.site) {
            let name = holder.site.map_or("a third place", Site::name);
            let _ = writeln!(text, "in {name}:");
            site = Some(holder.site);
        }
        let down = if holder.up { "" } else { ", DOWN" };
        let _ = write!(text, "  {}: {}{down}", holder.name, holder.role.text());
        let content = content_text(world, holder.name);
        let separator = if content.is_empty() { "" } else { ", " };
        let _ = writeln!(text, "{separator}{content}");
    }
}

fn links(text: &mut String, topology: &Topology, world: &World) {
    for link in Explainer::at(topology, *world).links() {
        let state = match (link.cut, link.believed) {
            (true, true) => "CUT, and nobody has noticed",
            (true, false) => "CUT",
            (false, true) => continue,
            (false, false) => "silent",
        };
        let _ = writeln!(text, "link {}: {state}", link.name);
    }
}
