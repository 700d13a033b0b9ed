//! Random walks of the model with the books beside them.

use std::panic::{AssertUnwindSafe, catch_unwind};

use poolproof::app::compile::check;
use poolproof::scenario::Scenario;
use poolproof_models::model::{Bounded, Node};
use poolproof_models::names::event::{Event, EventKind, EventSet};
use poolproof_models::names::property::{Property, Spent};
use poolproof_models::names::replica::Replica;
use poolproof_models::names::session::SessionId;
use poolproof_models::state::topology::Topology;
use poolproof_models::state::world::World;
use poolproof_models::system::System;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::books::Books;
use super::definitions::JUDGED;
use super::inputs::pick;
use super::messages::MESSAGES_MOST;

/// Where the model and the oracle differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Disagreement {
    /// About which property.
    pub property: &'static str,
    /// The model says that it is violated, and the oracle that it holds; or the other way round.
    pub violated_in_model: bool,
}

/// What a walk came to.
pub struct Walked {
    /// The events, up to the first disagreement.
    pub path: Vec<Event>,
    /// The first disagreement.
    pub found: Option<Disagreement>,
}

/// A step that the model cannot take.
pub const PANIC: Disagreement = Disagreement {
    property: "no panic",
    violated_in_model: true,
};

/// Another principal wins than the one that was promoted last.
const ROLE_ORDER: Disagreement = Disagreement {
    property: "role order",
    violated_in_model: true,
};

/// The state after a step; `None` where the model panics, or cannot say what is possible then.
fn after(topology: &Topology, world: &World, index: usize) -> Option<World> {
    catch_unwind(AssertUnwindSafe(|| {
        let after = topology.after(world, index);
        let _: EventSet = topology.enabled(&after);
        after
    }))
    .ok()
}

/// The properties that the oracle judges, as bits.
pub fn judged() -> u32 {
    JUDGED
        .iter()
        .fold(0, |bits, property| bits | property.bit())
}

/// The first disagreement about a state in some properties, if any.
fn compare(
    topology: &Topology,
    world: &World,
    books: &Books,
    claims: [Option<Replica>; 2],
    judged: u32,
) -> Option<Disagreement> {
    if let Some(found) = role_order(world, books, claims) {
        return Some(found);
    }
    let enabled = world.enabled(topology);
    let model = world.violated_with(topology, books.spent, &enabled) & judged;
    let oracle = books.verdict(topology, world) & judged;
    let differ = model ^ oracle;
    let property = Property::ALL.into_iter().find(|p| differ & p.bit() != 0)?;
    Some(Disagreement {
        property: property.name(),
        violated_in_model: model & property.bit() != 0,
    })
}

/// Of each pair with two principals the one that was promoted last, before a step in which partners
/// can meet again. What operators do can make either a mirror.
fn claims(world: &World, books: &Books, event: Event) -> [Option<Replica>; 2] {
    use EventKind::{Heal, Restart, Return};
    if !matches!(event.kind, Heal | Restart | Return) {
        return [None, None];
    }
    SessionId::ALL.map(|pair| {
        let session = world.session(pair);
        let two = session.is_principal(0) && session.is_principal(1);
        books.newest_principal(world, pair).filter(|_| two)
    })
}

/// Of two principals the one that was promoted last wins, by birth (13.2): while both are there,
/// and when one becomes the mirror of the other. `claims` are those before the step.
fn role_order(world: &World, books: &Books, claims: [Option<Replica>; 2]) -> Option<Disagreement> {
    let wrong = SessionId::ALL.into_iter().zip(claims).any(|(pair, claim)| {
        let winner = books.newest_principal(world, pair);
        let gave_way = claim.is_some_and(|winner| {
            let session = world.session(pair);
            session.is_mirror(winner.member()) && session.is_principal(winner.partner().member())
        });
        gave_way || world.newest_principal(pair) != winner.map(|copy| copy.member())
    });
    wrong.then_some(ROLE_ORDER)
}

/// The bounded model of a scenario; with clients that reconnect, which no scenario of the checker
/// has, where sessions outlive the active list.
pub fn model_of(scenario: &Scenario) -> Bounded<Topology> {
    let Bounded {
        mut system, budget, ..
    } = check::model(scenario);
    system.slices.clients = system.slices.sessions;
    Bounded::new(system.finish(), budget)
}

/// Replays events and judges these properties; `None` where one of the events cannot happen or is
/// beyond the budget.
pub fn replay(model: &Bounded<Topology>, path: &[Event], judged: u32) -> Option<Walked> {
    let topology = &model.system;
    let attempt = catch_unwind(AssertUnwindSafe(|| {
        let mut node = start(topology);
        let mut books = Books::open(topology, &node.state);
        for (at, event) in path.iter().enumerate() {
            let index = topology.index_of(*event)?;
            if !node.state.may(topology, *event) {
                return None;
            }
            let spent = model.spend(&node, index)?;
            let Some(after) = after(topology, &node.state, index) else {
                return Some(Walked {
                    path: path[..=at].to_vec(),
                    found: Some(PANIC),
                });
            };
            let claims = claims(&node.state, &books, *event);
            books.enter(topology, &node.state, *event, &after);
            node = Node {
                state: after,
                spent,
            };
            if let Some(found) = compare(topology, &node.state, &books, claims, judged) {
                return Some(Walked {
                    path: path[..=at].to_vec(),
                    found: Some(found),
                });
            }
        }
        Some(Walked {
            path: path.to_vec(),
            found: None,
        })
    }));
    attempt.ok().flatten()
}

fn start(topology: &Topology) -> Node<World> {
    Node {
        state: topology.initial(),
        spent: Spent::default(),
    }
}

/// How likely each event is in a walk, beside the others: each walk prefers other kinds of events,
/// so that long ways through few kinds of events come up too.
fn likelihoods(topology: &Topology, chance: &mut ChaCha8Rng) -> Vec<u32> {
    let kinds: Vec<u32> = (0..=u8::MAX)
        .map(|_| pick(chance, &[1, 10, 30, 100]))
        .collect();
    topology
        .events()
        .iter()
        .map(|event| match event.kind {
            // Misoperations are many.
            EventKind::Misoperation => pick(chance, &[1, 1, 1, 10]),
            EventKind::Write | EventKind::RunbookStep => pick(chance, &[30, 100, 300]),
            kind => kinds[usize::from(kind as u8)],
        })
        .collect()
}

/// A random walk of at most so many steps.
pub fn walk(model: &Bounded<Topology>, steps: usize, chance: &mut ChaCha8Rng) -> Walked {
    let judged = judged();
    let topology = &model.system;
    let mut node = start(topology);
    let mut books = Books::open(topology, &node.state);
    let mut path = Vec::with_capacity(steps);
    let mut possible = Vec::new();
    let likely = likelihoods(topology, chance);
    while path.len() < steps && books.count + 4 < MESSAGES_MOST {
        possible.clear();
        for index in topology.enabled(&node.state).iter() {
            if let Some(spent) = model.spend(&node, index) {
                possible.push((index, spent));
            }
        }
        if possible.is_empty() {
            break;
        }
        let all = possible
            .iter()
            .map(|(index, _)| likely[*index])
            .sum::<u32>();
        let mut rest = chance.random_range(0..all);
        let mut chosen = possible.iter();
        let (index, spent) = loop {
            let (index, spent) = chosen.next().expect("one of them is chosen");
            if rest < likely[*index] {
                break (*index, *spent);
            }
            rest -= likely[*index];
        };
        let event = topology.events()[index];
        path.push(event);
        let Some(after) = after(topology, &node.state, index) else {
            return Walked {
                path,
                found: Some(PANIC),
            };
        };
        let claims = claims(&node.state, &books, event);
        books.enter(topology, &node.state, event, &after);
        node = Node {
            state: after,
            spent,
        };
        if let Some(found) = compare(topology, &node.state, &books, claims, judged) {
            return Walked {
                path,
                found: Some(found),
            };
        }
    }
    Walked { path, found: None }
}
