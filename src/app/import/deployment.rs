//! The deployment around the pool: its state, the Central Management store, the next hop, and what
//! of a topology cannot be placed.

use std::collections::BTreeMap;

use super::draft::{ImportAsk, ImportDraft, ValueOrigin};
use crate::records::manifest::StatedSite;
use crate::records::server_name::{ServerName, is_same_server};
use crate::records::setup::RecordPlace;
use crate::records::topology::{ServiceUse, TopologyDependency, TopologyRecord, TopologyService};
use crate::scenario::writer::quoted;

/// The dependency that says nothing special.
const PLAIN_USAGE: &str = "Default";

/// Adds `[control]`, and asks what a topology leaves open.
pub(super) fn import(draft: &mut ImportDraft<'_>, pool: Option<&str>, is_shipped: bool) {
    state(draft, pool);
    let records = draft.records;
    for topology in &records.setup.topologies {
        stores(draft, topology);
        dependencies(draft, topology, is_shipped);
        left_alone(draft, topology);
    }
    let found = records.setup.topologies.iter().find_map(central_management);
    placed(
        draft,
        "control.cms_site",
        found,
        "the Central Management store",
        "Where is the master of the Central Management store?",
    );
    let found = records.setup.topologies.iter().find_map(next_hop);
    placed(
        draft,
        "control.next_hop",
        found,
        "the Front End pool that routes to the chat pool",
        "Where is the Front End pool that routes to the chat pool?",
    );
}

/// Whether the pool is failed over.
fn state(draft: &mut ImportDraft<'_>, pool: Option<&str>) {
    let records = draft.records;
    let states = &records.setup.states;
    let of_pool = |name: &str| {
        states
            .iter()
            .find(|state| is_same_server(&state.pool, name))
    };
    let found = match pool {
        Some(name) => of_pool(name),
        None => states.first().filter(|_| states.len() == 1),
    };
    let Some(found) = found else { return };
    let state = if found.is_failed_over {
        "FailedOver"
    } else {
        "Normal"
    };
    draft.record("control.pool_state", quoted(state), found.place);
    if found.is_failed_over {
        draft.finding(
            found.place,
            "the pool is failed over to DC2",
            "the check begins there; import records of the normal state for the whole picture",
        );
        draft.ask_text(&ImportAsk {
            key: "check.start",
            at: "check.start",
            text: "The pool is failed over. Have the databases of DC1 been made anew, or are the \
                   old disks still there?"
                .to_owned(),
            choices: &["failed-over", "failed-over-old-disks"],
            taken: "failed-over",
        });
    }
}

/// A server that is placed in a data centre, or else a question without a name.
fn placed(
    draft: &mut ImportDraft<'_>,
    key: &str,
    server: Option<String>,
    what: &str,
    question: &str,
) {
    match server {
        Some(name) => draft.site_at(key, &name, what, StatedSite::Dc1),
        None => {
            draft.ask_text(&ImportAsk {
                key,
                at: key,
                text: question.to_owned(),
                choices: &["DC1", "DC2"],
                taken: "DC1",
            });
        }
    }
}

/// The server of the Central Management store, where the topology has one only.
fn central_management(topology: &TopologyRecord) -> Option<String> {
    let services = topology.services.iter();
    let all: Vec<&TopologyService> = services
        .filter(|one| one.purpose() == ServiceUse::CentralManagement)
        .collect();
    let active: Vec<_> = all
        .iter()
        .filter(|one| one.is_active == Some(true))
        .collect();
    let named: Vec<String> = match active[..] {
        [only] => topology.server_of(only).into_iter().collect(),
        _ => all
            .iter()
            .filter_map(|one| topology.server_of(one))
            .collect(),
    };
    only(named)
}

/// The registrar that chat services depend on, where there is one only.
fn next_hop(topology: &TopologyRecord) -> Option<String> {
    let services = topology.services.iter();
    let chat = services.filter(|one| one.purpose() == ServiceUse::Chat);
    let plain = chat
        .flat_map(|one| &one.dependencies)
        .filter(|one| is_plain(one));
    let targets = plain.filter_map(|one| topology.target(one));
    let registrars = targets.filter(|one| one.purpose() == ServiceUse::Registrar);
    only(
        registrars
            .filter_map(|one| topology.server_of(one))
            .collect(),
    )
}

/// The only server of a list, however often it stands there.
fn only(names: Vec<String>) -> Option<String> {
    let first = names.first()?.clone();
    names
        .iter()
        .all(|name| is_same_server(name, &first))
        .then_some(first)
}

fn is_plain(dependency: &TopologyDependency) -> bool {
    dependency.usage == PLAIN_USAGE
}

fn is_chat(service: &TopologyService) -> bool {
    use ServiceUse as U;
    matches!(
        service.purpose(),
        U::Chat | U::ChatStore | U::ComplianceStore
    )
}

/// Notes a chat store that is on no database server of the manifest.
fn stores(draft: &mut ImportDraft<'_>, topology: &TopologyRecord) {
    let services = topology.services.iter();
    for service in services.filter(|one| one.purpose() == ServiceUse::ChatStore) {
        let Some(name) = topology.server_of(service) else {
            continue;
        };
        let found = draft.records.manifest.server(&name);
        let word = found.map(|index| draft.word_of(index));
        if word.is_none_or(|word| !matches!(word, "A" | "B" | "S" | "SM")) {
            let place = RecordPlace {
                file: topology.file,
                row: service.line,
            };
            let text = format!(
                "the chat store of the topology is on {name}, which is no database server of the \
                 manifest"
            );
            draft.finding(place, &text, "name it in the manifest with its role");
        }
    }
}

/// Asks what each dependency means that is not plain: how a mirror, a witness and a secondary store
/// are written is not known.
fn dependencies(draft: &mut ImportDraft<'_>, topology: &TopologyRecord, is_shipped: bool) {
    for service in topology.services.iter().filter(|one| is_chat(one)) {
        for dependency in service.dependencies.iter().filter(|one| !is_plain(one)) {
            let target = topology.target(dependency);
            let server = target.and_then(|target| topology.server_of(target));
            let on = match (&server, target) {
                (Some(server), _) => server.clone(),
                (None, Some(target)) => format!("the service {}", target.role),
                (None, None) => "a service that the topology does not have".to_owned(),
            };
            let (role, usage, line) = (&service.role, &dependency.usage, dependency.line);
            let (answer, origin) = draft.ask(&ImportAsk {
                key: &format!("dependency-{line}"),
                at: &format!("dependency-{line}"),
                text: format!(
                    "The service {role} depends on {on} with the usage `{usage}`, in line {line} \
                     of the topology. Which role does that server have?"
                ),
                choices: &["none", "A", "B", "W", "S", "SM", "SW"],
                taken: "none",
            });
            if origin == ValueOrigin::Open {
                continue;
            }
            let place = RecordPlace {
                file: topology.file,
                row: line,
            };
            verify_role(draft, place, &answer, server.as_deref());
            let key = match answer.as_str() {
                "S" => "secondary.in_topology",
                "SM" => "secondary.mirror_in_topology",
                _ => continue,
            };
            if is_shipped && !draft.values.iter().any(|value| value.key == key) {
                draft.value(key, "true", origin);
            }
        }
    }
}

/// Notes an answer that the manifest contradicts.
fn verify_role(draft: &mut ImportDraft<'_>, place: RecordPlace, word: &str, server: Option<&str>) {
    let names = server.zip(draft.server(word));
    let hosts = names.map(|(one, other)| (ServerName::parse(one), ServerName::parse(&other.name)));
    if let Some((Some(found), Some(named))) = hosts
        && !found.is_same_host(&named)
    {
        let text = format!(
            "{word} was answered for {}, and the manifest names {}",
            found.full(),
            named.full()
        );
        draft.finding(place, &text, "correct the answer or the manifest");
    }
}

/// Lists what was not used, with its lines.
fn left_alone(draft: &mut ImportDraft<'_>, topology: &TopologyRecord) {
    for (name, lines) in &topology.unknown {
        let text = format!("element `<{name}>` is not known; left alone");
        draft.unused(topology.file, lines, &text);
    }
    let mut others: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for service in &topology.services {
        if service.purpose() == ServiceUse::Other {
            others.entry(&service.role).or_default().push(service.line);
        }
    }
    for (role, lines) in others {
        let text = match role {
            "" => "a service without a role is left alone".to_owned(),
            role => format!("the service `{role}` has no place in a scenario; left alone"),
        };
        draft.unused(topology.file, &lines, &text);
    }
}
