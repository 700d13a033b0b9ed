//! The Persistent Chat servers: how many there are in each data centre, and which are active.

use super::answers::HostPattern;
use super::draft::{ImportAsk, ImportDraft, TWO_SITES, ValueOrigin};
use crate::records::manifest::StatedSite;
use crate::records::server_name::{ServerName, is_same_server};
use crate::records::setup::RecordPlace;
use crate::records::topology::ServiceUse;
use crate::scenario::writer::quoted;

/// A pool of chat servers that some record lists.
struct ChatPool {
    name: String,
    servers: Vec<String>,
    place: RecordPlace,
}

/// A pool may have so many active servers (Capacity planning for Persistent Chat Server).
const ACTIVE_MOST: usize = 4;

/// Adds `[pool]`; the name of the pool, where a record has it.
pub(super) fn import(draft: &mut ImportDraft<'_>) -> Option<String> {
    let pools = chat_pools(draft);
    let mut names: Vec<&str> = Vec::new();
    for pool in &pools {
        if !names.iter().any(|name| is_same_server(name, &pool.name)) {
            names.push(&pool.name);
        }
    }
    let chosen = match &names[..] {
        [] => None,
        [only] => Some((*only).to_owned()),
        [first, ..] => {
            let (chosen, _) = draft.ask(&ImportAsk {
                key: "pool.fqdn",
                at: "title",
                text: "Which of the chat pools is the scenario about?".to_owned(),
                choices: &names,
                taken: first,
            });
            Some(chosen)
        }
    };
    let of_chosen: Vec<&ChatPool> = pools
        .iter()
        .filter(|pool| {
            chosen
                .as_deref()
                .is_some_and(|name| is_same_server(name, &pool.name))
        })
        .collect();
    if let Some(pool) = of_chosen.first() {
        draft.record("title", quoted(&pool.name), pool.place);
    }
    let mut servers: Vec<String> = Vec::new();
    let mut origin = ValueOrigin::Open;
    let named: Vec<_> = draft.records.manifest.servers.iter().collect();
    let named = named.into_iter().filter(|server| server.word == "pool");
    let named: Vec<_> = named.collect();
    if let Some(first) = of_chosen.first() {
        servers.clone_from(&first.servers);
        origin = ValueOrigin::Record(draft.row(first.place));
        for other in &of_chosen[1..] {
            compare(draft, first, other);
        }
        for server in &named {
            if !servers
                .iter()
                .any(|name| is_same_server(name, &server.name))
            {
                let text = format!(
                    "the pool has no server {}, which {} names as one of it",
                    server.name,
                    ImportDraft::named(server)
                );
                draft.finding(first.place, &text, "correct the manifest, or collect again");
            }
        }
    } else if let Some(first) = named.first() {
        servers = named.iter().map(|server| server.name.clone()).collect();
        origin = ValueOrigin::Record(ImportDraft::named(first));
    }
    if servers.is_empty() {
        let (list, from) = draft.ask(&ImportAsk {
            key: "pool.servers",
            at: "pool.dc1.active",
            text: "Which servers does the pool have, separated by commas?".to_owned(),
            choices: &[],
            taken: "pc1",
        });
        let list = list
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty());
        servers = list.map(str::to_owned).collect();
        origin = from;
    }
    placed(draft, &servers, &origin);
    chosen
}

/// Asks where the servers are and which are active, and writes how many there are of each.
fn placed(draft: &mut ImportDraft<'_>, servers: &[String], origin: &ValueOrigin) {
    let at = "pool.dc1.active";
    let sites = TWO_SITES;
    let mut where_they_are = Vec::new();
    for server in servers {
        let what = "the chat server";
        let (site, _) = draft.site(server, what, at, &sites, StatedSite::Dc1);
        where_they_are.push(site);
    }
    let short = |server: &String| {
        ServerName::parse(server).map_or_else(|| server.clone(), |name| name.host().to_owned())
    };
    let beside: Vec<String> = servers
        .iter()
        .zip(&where_they_are)
        .filter(|(_, site)| **site == StatedSite::Dc1)
        .map(|(server, _)| short(server))
        .take(ACTIVE_MOST)
        .collect();
    let beside = match beside.is_empty() {
        false => beside.join(","),
        true => servers
            .iter()
            .take(ACTIVE_MOST)
            .map(short)
            .collect::<Vec<_>>()
            .join(","),
    };
    let (active, from) = draft.ask(&ImportAsk {
        key: "pool.active",
        at,
        text: "Which servers are on the active list? Names or patterns, separated by commas."
            .to_owned(),
        choices: &[],
        taken: &beside,
    });
    let patterns: Vec<HostPattern> = active.split(',').map(HostPattern::new).collect();
    let is_active = |server: &String| patterns.iter().any(|pattern| pattern.is_for(server));
    let origin = match (origin, from) {
        (ValueOrigin::Record(row), ValueOrigin::Answer(answer)) => {
            ValueOrigin::Answer(format!("{row}, and {answer}"))
        }
        (ValueOrigin::Record(row), _) => ValueOrigin::Record(row.clone()),
        (_, from) => from,
    };
    let mut actives = [0, 0];
    for (index, (key, wanted)) in ["dc1", "dc2"].into_iter().zip(sites).enumerate() {
        let here = servers
            .iter()
            .zip(&where_they_are)
            .filter(|(_, site)| **site == wanted);
        let here: Vec<&String> = here.map(|(server, _)| server).collect();
        let active = here.iter().filter(|server| is_active(server)).count();
        actives[index] = active;
        let idle = here.len() - active;
        draft.value(
            &format!("pool.{key}.active"),
            active.to_string(),
            origin.clone(),
        );
        draft.value(
            &format!("pool.{key}.idle"),
            idle.to_string(),
            origin.clone(),
        );
    }
    let variant = if actives[1] > 0 { "HBW" } else { "LBW" };
    draft.ask_text(&ImportAsk {
        key: "pool.variant",
        at: "pool.variant",
        text: "Is the link between the data centres fast (HBW) or slow (LBW)?".to_owned(),
        choices: &["HBW", "LBW"],
        taken: variant,
    });
}

/// The pools with chat servers, those of the management shell first.
fn chat_pools(draft: &ImportDraft<'_>) -> Vec<ChatPool> {
    let setup = &draft.records.setup;
    let has_chat = |service: &String| service.to_lowercase().contains("persistentchat");
    let by_state = |name: &str| {
        let mut states = setup.states.iter();
        states.any(|state| is_same_server(&state.pool, name))
    };
    let says_nothing = setup.pools.iter().all(|pool| pool.services.is_empty());
    let mut found: Vec<ChatPool> = setup
        .pools
        .iter()
        .filter(|pool| {
            let is_only = says_nothing && setup.pools.len() == 1;
            is_only || pool.services.iter().any(has_chat) || by_state(&pool.name)
        })
        .map(|pool| ChatPool {
            name: pool.name.clone(),
            servers: pool.computers.clone(),
            place: pool.place,
        })
        .collect();
    for topology in &setup.topologies {
        let services = topology.services.iter();
        let mut seen: Vec<u64> = Vec::new();
        for service in services.filter(|service| service.purpose() == ServiceUse::Chat) {
            let Some(cluster) = topology.cluster_of(service) else {
                continue;
            };
            if seen.contains(&cluster.line) {
                continue;
            }
            seen.push(cluster.line);
            let machines = cluster.machines.iter().map(|machine| machine.fqdn.clone());
            let mut servers: Vec<String> = machines.collect();
            if servers.is_empty() {
                servers.push(cluster.fqdn.clone());
            }
            found.push(ChatPool {
                name: cluster.fqdn.clone(),
                servers,
                place: RecordPlace {
                    file: topology.file,
                    row: cluster.line,
                },
            });
        }
    }
    found.retain(|pool| !pool.servers.is_empty() && !pool.name.is_empty());
    found
}

/// Notes servers that one record of the pool has and the other does not.
fn compare(draft: &mut ImportDraft<'_>, one: &ChatPool, other: &ChatPool) {
    let missing = |from: &ChatPool, of: &ChatPool| {
        let servers = from.servers.iter();
        let only = servers.filter(|name| !of.servers.iter().any(|one| is_same_server(name, one)));
        only.cloned().collect::<Vec<_>>()
    };
    for (from, of) in [(one, other), (other, one)] {
        let only = missing(from, of);
        if !only.is_empty() {
            let row = draft.row(of.place);
            let text = format!("the pool has {} here, and not in {row}", only.join(", "));
            draft.finding(from.place, &text, "collect both again");
        }
    }
}
