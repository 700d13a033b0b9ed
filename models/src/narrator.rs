//! A story told step by step: posts are numbered, so that each copy's content can be named.

use crate::component::Component;
use crate::event::Event;
use crate::lineage::Position;
use crate::site::Site;
use crate::story::Told;
use crate::topology::Topology;
use crate::world::{Pair, PartnerRole, World};

/// A server or a place at one moment of a story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Its name.
    pub name: &'static str,
    /// Where it is; `None` for a third place.
    pub site: Option<Site>,
    /// What it is in its session, or what it keeps.
    pub role: &'static str,
    /// Whether it runs.
    pub up: bool,
    /// The posts that it holds, in words; empty for a witness.
    pub holds: String,
}

/// Follows a path and numbers the posts, so that each copy's content can be named.
#[derive(Debug, Clone)]
pub struct Narrator<'t> {
    topology: &'t Topology,
    world: World,
    /// Timeline, rank and number of every post that something still holds.
    posts: Vec<(u8, u8, u32)>,
    written: u32,
}

impl<'t> Narrator<'t> {
    /// Begins at the start of a topology.
    #[must_use]
    pub fn new(topology: &'t Topology) -> Self {
        Self {
            topology,
            world: topology.initial(),
            posts: Vec::new(),
            written: 0,
        }
    }

    /// The world that the story has come to.
    #[must_use]
    pub const fn world(&self) -> &World {
        &self.world
    }

    /// Does an enabled event and tells it.
    pub fn step(&mut self, event: Event) -> Told {
        let (after, report) = self.world.apply(self.topology, event);
        let mut told = self.world.tell(self.topology, event, &after);
        let before = self.contents();
        let mut posts = std::mem::take(&mut self.posts);
        if let Some(rank) = report.renumbering.written {
            self.written += 1;
            let copy = crate::step::copy_of(event.at).unwrap_or(0);
            let timeline = self.world.copy(copy).timeline() as u8;
            posts.push((timeline, rank, self.written));
            told.text = format!("{} (post {})", told.text, self.written);
        }
        for (timeline, rank, number) in posts {
            let now = report.renumbering.timelines[usize::from(timeline)];
            if now != 0xFF {
                let below = report.renumbering.ranks & ((1 << rank) - 1);
                self.posts.push((now, below.count_ones() as u8, number));
            }
        }
        self.world = after;
        let contents = self.contents();
        let mut changes: Vec<_> = contents
            .iter()
            .filter(|entry| !before.contains(entry))
            .map(|(holder, posts)| format!("{holder} holds {posts}"))
            .collect();
        // What each copy holds now comes before what that means.
        let verdict = told.changes.iter().position(|c| {
            c.starts_with(char::is_uppercase) && c.contains(": both") || c.starts_with("LOST")
        });
        let at = verdict.unwrap_or(told.changes.len());
        told.changes.splice(at..at, changes.drain(..));
        told
    }

    /// What every server that holds messages or votes is, for a picture of the state.
    #[must_use]
    pub fn holders(&self) -> Vec<Holder> {
        let contents = self.contents();
        let w = &self.world;
        let mut out = Vec::new();
        for pair in Pair::ALL {
            for member in 0..3 {
                let node = pair.node(member);
                if !self.topology.nodes().contains(&node) {
                    continue;
                }
                let role = match (member, w.session(pair).role(member.min(1))) {
                    (2, _) => "witness",
                    (_, PartnerRole::Principal) => "principal",
                    (_, PartnerRole::Pending) => "principal, PENDING_FAILOVER",
                    (_, PartnerRole::Mirror) => "mirror",
                    (_, PartnerRole::None) if pair == Pair::Dc2 && member == 0 => "restoring",
                    (_, PartnerRole::None) => "no role",
                };
                let holds = contents.iter().find(|(name, _)| *name == node.name());
                out.push(Holder {
                    name: node.name(),
                    site: Some(pair.site()),
                    role,
                    up: w.is_up(node),
                    holds: holds.map(|(_, posts)| posts.clone()).unwrap_or_default(),
                });
            }
        }
        for (name, node, site) in [
            ("the share", Component::Share, self.topology.share.site()),
            ("the folder in DC2", Component::S, Some(Site::Dc2)),
        ] {
            if self.topology.secondary {
                let holds = contents.iter().find(|(holder, _)| *holder == name);
                out.push(Holder {
                    name,
                    site,
                    role: "log backups",
                    up: w.is_up(node),
                    holds: holds.map(|(_, posts)| posts.clone()).unwrap_or_default(),
                });
            }
        }
        out
    }

    /// Each holder with the posts that it has.
    fn contents(&self) -> Vec<(&'static str, String)> {
        let w = &self.world;
        let [a, b, s, sm] = w.copies;
        [
            ("A", a),
            ("B", b),
            (
                "the share",
                if w.share_has_files() {
                    w.share_to
                } else {
                    Position::ABSENT
                },
            ),
            ("the folder in DC2", w.folder),
            ("S", s),
            ("SM", sm),
            ("the full backup", w.image),
            ("the salvage", w.archive),
        ]
        .into_iter()
        .map(|(name, position)| (name, self.posts_in(position)))
        .collect()
    }

    fn posts_in(&self, position: Position) -> String {
        if !position.is_present() {
            return "nothing".to_owned();
        }
        let mut numbers: Vec<u32> = self
            .posts
            .iter()
            .filter(|(t, r, _)| {
                self.world
                    .lineage
                    .is_prefix(Position::new(*t, *r), position)
            })
            .map(|(_, _, number)| *number)
            .collect();
        numbers.sort_unstable();
        if numbers.is_empty() {
            return "no post of this story".to_owned();
        }
        let list: Vec<_> = numbers.iter().map(u32::to_string).collect();
        format!(
            "post{} {}",
            if list.len() == 1 { "" } else { "s" },
            list.join(", ")
        )
    }
}
