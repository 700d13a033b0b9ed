//! Follows a path step by step and numbers the messages, so that each copy's content can be named.

use std::collections::BTreeSet;

use poolproof_models::names::event::Event;
use poolproof_models::names::replica::Replica;
use poolproof_models::state::lineage::{Position, Renumbering};
use poolproof_models::state::topology::Topology;
use poolproof_models::state::world::World;

use super::changes::Changes;
use super::holders::{self, Holder, LinkView, content_in_words, contents, held, listed};
use super::steps::{StepText, step_text};

/// A message that has been acknowledged on a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Message {
    /// Its number, from 1.
    pub number: u32,
    /// The step that acknowledged it, from 1.
    pub step: u32,
    /// The server that did.
    pub by: &'static str,
    /// The step since which nothing holds it any more.
    pub lost_in: Option<u32>,
    /// Timeline and rank, as long as something holds it.
    timeline_and_rank: (u8, u8),
}

impl Message {
    /// Where the message is in the log.
    pub(super) const fn position(&self) -> Position {
        let (timeline, rank) = self.timeline_and_rank;
        Position::new(timeline, rank)
    }
}

/// Follows a path and numbers the messages.
#[derive(Debug, Clone)]
pub struct Explainer<'t> {
    topology: &'t Topology,
    world: World,
    messages: Vec<Message>,
    steps: u32,
}

impl<'t> Explainer<'t> {
    /// Begins at the start of a topology.
    #[must_use]
    pub fn new(topology: &'t Topology) -> Self {
        Self::at(topology, topology.initial())
    }

    /// Begins in the middle of a path: the messages so far have no numbers.
    #[must_use]
    pub const fn at(topology: &'t Topology, world: World) -> Self {
        Self {
            topology,
            world,
            messages: Vec::new(),
            steps: 0,
        }
    }

    /// The world that the path has come to.
    #[must_use]
    pub const fn world(&self) -> &World {
        &self.world
    }

    /// Every message of the path so far, in the order of acknowledgement.
    #[must_use]
    pub fn messages(&self) -> &[Message] {
        &self.messages
    }

    /// What every server is, and what it holds, for a picture of the state.
    #[must_use]
    pub fn holders(&self) -> Vec<Holder> {
        holders::holders(self.topology, &self.world, &self.messages)
    }

    /// Every link, for a picture of the state.
    #[must_use]
    pub fn links(&self) -> Vec<LinkView> {
        holders::links(self.topology, &self.world)
    }

    /// Does an enabled event and describes it.
    pub fn step(&mut self, event: Event) -> StepText {
        let before = self.world;
        let (after, report) = before.apply(self.topology, event);
        let mut step = step_text(self.topology, &before, event, &after);
        let contents_before = contents(&before, &self.messages);
        self.steps += 1;
        if let Some(rank) = report.renumbering.written {
            let copy = Replica::of(event.at).unwrap_or(Replica::Primary);
            let number = self.messages.len() as u32 + 1;
            self.messages.push(Message {
                number,
                step: self.steps,
                by: copy.server().name(),
                lost_in: None,
                timeline_and_rank: (before.copy(copy).timeline() as u8, rank),
            });
            step.text = format!("{} (post {number})", step.text);
            step.message = Some(number);
        }
        step.fork = forked_server(&before, &after, &report.renumbering);
        self.world = after;
        let lost = self.follow(&report.renumbering);
        // What each copy holds now comes before what that means.
        let Changes {
            mut facts,
            mut harm,
        } = Changes::between(self.topology, &before, &after);
        let contents = contents(&after, &self.messages).into_iter();
        let changed = contents.filter(|entry| !contents_before.contains(entry));
        facts.extend(changed.map(|(holder, messages)| {
            format!("{holder} holds {}", content_in_words(messages.as_deref()))
        }));
        if let Some(server) = step.fork {
            facts.push(format!("{server} goes on with a history of its own"));
        }
        if !lost.is_empty() {
            let verb = if lost.len() == 1 { "is" } else { "are" };
            harm.push(format!(
                "{} {verb} held by nothing any more",
                listed("post", &lost)
            ));
        }
        let left_out = if after.loss() == before.loss() {
            Vec::new()
        } else {
            self.left_out(event)
        };
        if !left_out.is_empty() {
            harm.push(format!(
                "{} not in what users see",
                listed("post", &left_out)
            ));
        }
        facts.append(&mut harm);
        step.changes = facts;
        step
    }

    /// Moves the messages to their new positions; returns those that nothing holds any more.
    fn follow(&mut self, renumbering: &Renumbering) -> Vec<u32> {
        let holders = self.world.holders();
        let lineage = self.world.lineage();
        let mut lost = Vec::new();
        for message in self.messages.iter_mut().filter(|m| m.lost_in.is_none()) {
            let (timeline, rank) = message.timeline_and_rank;
            let now = renumbering.timelines[usize::from(timeline)];
            let below = renumbering.ranks & ((1 << rank) - 1);
            message.timeline_and_rank = (now, below.count_ones() as u8);
            let position = message.position();
            let held = now != 0xFF && holders.iter().any(|end| lineage.is_prefix(position, *end));
            if !held {
                message.lost_in = Some(self.steps);
                lost.push(message.number);
            }
        }
        lost
    }

    /// Messages that something holds, and that the copy which has just acknowledged does not.
    fn left_out(&self, event: Event) -> Vec<u32> {
        let Some(copy) = Replica::of(event.at) else {
            return Vec::new();
        };
        let here: BTreeSet<u32> = held(&self.world, &self.messages, self.world.copy(copy))
            .into_iter()
            .collect();
        let kept = self.messages.iter().filter(|m| m.lost_in.is_none());
        kept.map(|message| message.number)
            .filter(|number| !here.contains(number))
            .collect()
    }
}

/// The server whose copy has started a recovery fork in a step (handbook 3.9, 4.2), while something
/// still holds the history that it left.
fn forked_server(before: &World, after: &World, renumbering: &Renumbering) -> Option<&'static str> {
    let known = |timeline: usize| {
        (0..before.lineage().len()).any(|t| usize::from(renumbering.timelines[t]) == timeline)
    };
    let born = (0..after.lineage().len()).find(|t| !known(*t))?;
    Replica::ALL
        .into_iter()
        .find(|c| after.copy(*c).is_present() && after.copy(*c).timeline() == born)
        .map(|copy| copy.server().name())
}
