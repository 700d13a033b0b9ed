//! A story told step by step: posts are numbered, so that each copy's content can be named.

use crate::names::component::Component;
use crate::names::event::Event;
use crate::names::site::{ShareLocation, Site};
use crate::rules::network::Link;
use crate::state::lineage::{Position, Renumbering};
use crate::state::topology::Topology;
use crate::state::world::{COPIES, Pair, PartnerRole, World, copy_node};
use crate::story::Told;

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
    /// The posts that it holds, in words; empty for what holds none by its nature.
    pub holds: String,
    /// The numbers of these posts.
    pub posts: Vec<u32>,
}

/// A link at one moment of a story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkView {
    /// Its name.
    pub name: &'static str,
    /// Both ends: servers, or the data centres.
    pub ends: [&'static str; 2],
    /// Whether it is cut.
    pub cut: bool,
    /// Whether both ends believe in it (handbook 3.11); of the inter-site link nobody keeps a
    /// belief, so it says whether it works.
    pub believed: bool,
}

/// A post that has been acknowledged in a story.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Post {
    /// Its number, from 1.
    pub number: u32,
    /// The step that acknowledged it, from 1.
    pub step: u32,
    /// The server that did.
    pub by: &'static str,
    /// The step since which nothing holds it any more.
    pub lost_in: Option<u32>,
    /// Timeline and rank, as long as something holds it.
    place: (u8, u8),
}

/// Follows a path and numbers the posts, so that each copy's content can be named.
#[derive(Debug, Clone)]
pub struct Narrator<'t> {
    topology: &'t Topology,
    world: World,
    posts: Vec<Post>,
    steps: u32,
}

impl<'t> Narrator<'t> {
    /// Begins at the start of a topology.
    #[must_use]
    pub fn new(topology: &'t Topology) -> Self {
        Self {
            topology,
            world: topology.initial(),
            posts: Vec::new(),
            steps: 0,
        }
    }

    /// Begins in the middle: nothing is known of the posts so far.
    #[must_use]
    pub fn at(topology: &'t Topology, world: World) -> Self {
        Self {
            world,
            ..Self::new(topology)
        }
    }

    /// The world that the story has come to.
    #[must_use]
    pub const fn world(&self) -> &World {
        &self.world
    }

    /// Every post of the story so far, in the order of acknowledgement.
    #[must_use]
    pub fn posts(&self) -> &[Post] {
        &self.posts
    }

    /// Does an enabled event and tells it.
    pub fn step(&mut self, event: Event) -> Told {
        let (after, report) = self.world.apply(self.topology, event);
        let mut told = self.world.tell(self.topology, event, &after);
        let before = self.contents();
        self.steps += 1;
        if let Some(rank) = report.renumbering.written {
            let copy = crate::transition::step::copy_of(event.at).unwrap_or(0);
            let number = self.posts.len() as u32 + 1;
            self.posts.push(Post {
                number,
                step: self.steps,
                by: copy_node(copy).name(),
                lost_in: None,
                place: (self.world.copy(copy).timeline() as u8, rank),
            });
            told.text = format!("{} (post {number})", told.text);
            told.post = Some(number);
        }
        told.branch = branch(&self.world, &after, &report.renumbering);
        let had_loss = self.world.loss();
        self.world = after;
        let gone = self.follow(&report.renumbering);
        let contents = self.contents();
        let mut changes: Vec<_> = contents
            .iter()
            .filter(|entry| !before.contains(entry))
            .map(|(holder, posts)| format!("{holder} holds {}", in_words(posts)))
            .collect();
        if let Some(server) = told.branch {
            changes.push(format!("{server} goes on with a history of its own"));
        }
        // What each copy holds now comes before what that means.
        let verdict = told.changes.iter().position(|c| {
            c.starts_with(char::is_uppercase) && c.contains(": both") || c.starts_with("LOST")
        });
        let at = verdict.unwrap_or(told.changes.len());
        told.changes.splice(at..at, changes);
        if !gone.is_empty() {
            let verb = if gone.len() == 1 { "is" } else { "are" };
            told.changes.push(format!(
                "{} {verb} held by nothing any more",
                listed("post", &gone)
            ));
        }
        let left_out = self.left_out(event);
        if self.world.loss() != had_loss && !left_out.is_empty() {
            told.changes.push(format!(
                "{} not in what users see",
                listed("post", &left_out)
            ));
        }
        told
    }

    /// Moves the posts to their new numbers; returns those that nothing holds any more.
    fn follow(&mut self, renumbering: &Renumbering) -> Vec<u32> {
        let holders = self.world.holders();
        let mut gone = Vec::new();
        for post in self.posts.iter_mut().filter(|p| p.lost_in.is_none()) {
            let (timeline, rank) = post.place;
            let now = renumbering.timelines[usize::from(timeline)];
            let below = renumbering.ranks & ((1 << rank) - 1);
            post.place = (now, below.count_ones() as u8);
            let held = now != 0xFF && {
                let place = Position::new(post.place.0, post.place.1);
                let lineage = &self.world.lineage;
                holders.iter().any(|end| lineage.is_prefix(place, *end))
            };
            if !held {
                post.lost_in = Some(self.steps);
                gone.push(post.number);
            }
        }
        gone
    }

    /// Posts that something holds, and that the copy which has just acknowledged does not.
    fn left_out(&self, event: Event) -> Vec<u32> {
        let Some(copy) = crate::transition::step::copy_of(event.at) else {
            return Vec::new();
        };
        let here = self.posts_in(self.world.copy(copy));
        self.posts
            .iter()
            .filter(|post| post.lost_in.is_none() && !here.contains(&post.number))
            .map(|post| post.number)
            .collect()
    }

    /// What every server is, and what it holds, for a picture of the state.
    #[must_use]
    pub fn holders(&self) -> Vec<Holder> {
        let mut out = Vec::new();
        for server in 0..self.topology.servers.len() {
            out.push(self.pool_server(server));
        }
        for pair in Pair::ALL {
            for member in 0..3 {
                let node = pair.node(member);
                if self.topology.nodes().contains(&node) {
                    out.push(self.member(pair, member));
                }
            }
        }
        let share_host = match self.topology.share {
            ShareLocation::OnPrimary => Component::A,
            _ => Component::Share,
        };
        let share_site = match self.topology.share {
            ShareLocation::OnPrimary => Some(Site::Dc1),
            place => place.site(),
        };
        for (name, node, site) in [
            ("the share", share_host, share_site),
            ("the folder in DC2", Component::S, Some(Site::Dc2)),
        ] {
            if self.topology.secondary {
                out.push(self.holder(name, site, "log backups", self.world.is_up(node)));
            }
        }
        out
    }

    fn pool_server(&self, server: usize) -> Holder {
        let w = &self.world;
        let bit = |bits: u8| bits >> server & 1 == 1;
        let role = if bit(w.serving_servers(self.topology)) && w.service(self.topology) != 0 {
            "pool server, takes users"
        } else if bit(w.control.replica_active) {
            "pool server, active"
        } else if bit(w.control.lingering) {
            "pool server, old sessions"
        } else {
            "pool server, idle"
        };
        let node = Component::server(server);
        let site = Some(self.topology.servers[server].site);
        self.holder(node.name(), site, role, w.is_up(node))
    }

    fn member(&self, pair: Pair, member: usize) -> Holder {
        let node = pair.node(member);
        let session = self.world.session(pair);
        let role = match (member, session.role(member.min(1))) {
            (2, _) => "witness",
            (_, PartnerRole::Principal) => "principal",
            (_, PartnerRole::Pending) => "principal, PENDING_FAILOVER",
            (_, PartnerRole::Mirror) => "mirror",
            (_, PartnerRole::None) if pair == Pair::Dc2 && member == 0 => "restoring",
            (_, PartnerRole::None) => "no role",
        };
        let site = self.topology.site_of(node);
        self.holder(node.name(), site, role, self.world.is_up(node))
    }

    fn holder(
        &self,
        name: &'static str,
        site: Option<Site>,
        role: &'static str,
        up: bool,
    ) -> Holder {
        let contents = self.contents();
        let found = contents.into_iter().find(|(holder, _)| *holder == name);
        let posts = found.map(|(_, posts)| posts);
        Holder {
            name,
            site,
            role,
            up,
            holds: posts.as_ref().map_or_else(String::new, in_words),
            posts: posts.flatten().unwrap_or_default(),
        }
    }

    /// Every link, for a picture of the state.
    #[must_use]
    pub fn links(&self) -> Vec<LinkView> {
        let w = &self.world;
        let links = self.topology.links();
        links
            .into_iter()
            .map(|link| LinkView {
                name: link.component().name(),
                ends: link
                    .ends()
                    .map_or(["DC1", "DC2"], |(a, b)| [a.name(), b.name()]),
                cut: w.is_cut(link),
                believed: link
                    .in_pair()
                    .map_or(!w.is_cut(Link::Wan), |(pair, n)| w.session(pair).seen(n)),
            })
            .collect()
    }

    /// Each holder with the posts that it has; `None` for one without any content.
    fn contents(&self) -> Vec<(&'static str, Option<Vec<u32>>)> {
        let w = &self.world;
        let [a, b, s, sm] = w.copies;
        let share = if w.share_has_files() {
            w.share_to
        } else {
            Position::ABSENT
        };
        [
            ("A", a),
            ("B", b),
            ("the share", share),
            ("the folder in DC2", w.folder),
            ("S", s),
            ("SM", sm),
            ("the full backup", w.image),
            ("the salvage", w.archive),
        ]
        .into_iter()
        .map(|(name, end)| (name, end.is_present().then(|| self.posts_in(end))))
        .collect()
    }

    fn posts_in(&self, end: Position) -> Vec<u32> {
        let lineage = &self.world.lineage;
        let held = |post: &&Post| {
            let (timeline, rank) = post.place;
            post.lost_in.is_none() && lineage.is_prefix(Position::new(timeline, rank), end)
        };
        self.posts.iter().filter(held).map(|p| p.number).collect()
    }
}

/// The server whose copy has started a recovery fork in a step (handbook 3.9, 4.2), while the
/// history that it left goes on being held.
fn branch(before: &World, after: &World, renumbering: &Renumbering) -> Option<&'static str> {
    let known = |timeline: usize| {
        (0..before.lineage.len()).any(|t| usize::from(renumbering.timelines[t]) == timeline)
    };
    let born = (0..after.lineage.len()).find(|t| !known(*t))?;
    (0..COPIES)
        .find(|c| after.copy(*c).is_present() && after.copy(*c).timeline() == born)
        .map(|copy| copy_node(copy).name())
}

fn in_words(posts: &Option<Vec<u32>>) -> String {
    match posts.as_deref() {
        None => "nothing".to_owned(),
        Some([]) => "no post of this story".to_owned(),
        Some(numbers) => listed("post", numbers),
    }
}

/// `post 1`, or `posts 1, 2`.
fn listed(noun: &str, numbers: &[u32]) -> String {
    // As ranges: a simulated year has hundreds of posts.
    let mut list: Vec<String> = Vec::new();
    for run in numbers.chunk_by(|a, b| a + 1 == *b) {
        match run {
            [first, _, .., last] => list.push(format!("{first} to {last}")),
            few => list.extend(few.iter().map(u32::to_string)),
        }
    }
    let plural = if numbers.len() == 1 { "" } else { "s" };
    format!("{noun}{plural} {}", list.join(", "))
}
