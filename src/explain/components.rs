//! What servers are called before a reader who does not know their short names.

use poolproof_models::names::component::Component;
use poolproof_models::state::topology::Topology;

/// The name of a component, with what it is.
#[must_use]
pub fn component_title(topology: &Topology, component: Component) -> String {
    match topology.servers.get(usize::from(component.number())) {
        Some(server) => format!("pool {} ({})", component.name(), server.site.name()),
        None => match component {
            Component::W | Component::SW => format!("the witness {}", component.name()),
            Component::Share => "the host of the backup share".to_owned(),
            _ => component.name().to_owned(),
        },
    }
}
