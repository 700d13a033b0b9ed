//! The mirror trio of handbook 3 as a toy of its own: rule by rule the same as
//! `benches/spin/mirror_trio.pml`, so that our search and SPIN count the same states.
//!
//! The product's model of mirroring knows more (suspension, forced service, posts in flight) and
//! has ranks without a bound; this one exists only to race.

use poolproof_models::names::event::{EventSet, FaultClass};
use poolproof_models::names::property::Spent;
use poolproof_models::system::{System, Words, words_of};
use poolproof_models::transition::step::Report;

/// A, B and the witness; what holds of each is a bit of this number.
const A: usize = 0;
const B: usize = 1;
const W: usize = 2;
/// The ends of each link: A-B, A-W, B-W.
const ENDS: [(usize, usize); 3] = [(A, B), (A, W), (B, W)];

/// The state: the variables of the Promela model.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct State {
    up: [bool; 3],
    cut: [bool; 3],
    seen: [bool; 3],
    principal: [bool; 2],
    /// The member whose promotion is the latest.
    newer: u8,
    synchronized: bool,
    ready: bool,
    /// The witness's register: the principal, and whether failover is possible.
    register: u8,
    register_synchronized: bool,
    /// Posts that each copy holds, of which the first `common` are the same.
    posts: [u8; 2],
    common: u8,
    lost: bool,
}

/// The trio with at most so many posts.
pub struct Trio {
    /// The most posts in a copy.
    pub length: u8,
}

impl State {
    const fn connected(&self, link: usize) -> bool {
        let (first, second) = ENDS[link];
        self.up[first] && self.up[second] && !self.cut[link]
    }

    const fn serves(&self, p: usize) -> bool {
        let partner = self.seen[0] && !self.principal[1 - p];
        let witness = self.seen[1 + p] && self.register as usize == p;
        self.principal[p] && self.up[p] && (partner || witness)
    }

    const fn acknowledges(&self, p: usize) -> bool {
        self.serves(p) && (!self.synchronized || self.connected(0))
    }

    const fn may_expose(&self, p: usize) -> bool {
        self.synchronized && !self.seen[0] && self.serves(p) && self.connected(1 + p)
    }

    /// Whether `m` may be promoted by itself.
    const fn may_fail_over(&self, m: usize) -> bool {
        let p = 1 - m;
        let roles = self.principal[p] && !self.principal[m];
        let reach = self.up[m] && self.connected(1 + m) && self.seen[1 + m] && !self.seen[1 + p];
        let register = self.register as usize == p && self.register_synchronized;
        self.ready && !self.seen[0] && roles && reach && register
    }

    const fn may_resynchronise(&self, p: usize) -> bool {
        let joined = self.seen[0] && self.connected(0);
        !self.synchronized && joined && self.serves(p) && !self.principal[1 - p]
    }

    fn settle(&mut self) {
        for (link, (first, second)) in ENDS.into_iter().enumerate() {
            if self.connected(link) {
                self.seen[link] = true;
            } else if !self.up[first] && !self.up[second] {
                self.seen[link] = false;
            }
        }
        if self.principal == [true, true] && self.connected(0) {
            self.principal[1 - self.newer as usize] = false;
            self.synchronized = false;
        }
        for p in [A, B] {
            let overruled = self.principal[1 - p] && self.newer as usize != p;
            if self.principal[p] && self.connected(1 + p) && !overruled {
                self.register = p as u8;
                self.register_synchronized = self.synchronized;
            }
        }
        let mirror = [A, B]
            .into_iter()
            .find(|m| !self.principal[*m] && self.principal[1 - *m] && self.up[*m]);
        self.ready = mirror.is_some_and(|m| match (self.seen[0], self.connected(0)) {
            (true, true) => self.synchronized && self.seen[1] && self.seen[2],
            (true, false) => self.ready,
            (false, _) => self.ready && self.seen[1 + m],
        });
    }

    fn restart(&mut self, node: usize) {
        self.up[node] = true;
        for (link, (first, second)) in ENDS.into_iter().enumerate() {
            if first == node || second == node {
                self.seen[link] = false;
            }
        }
        if node != W && !self.principal[node] {
            self.ready = false;
        }
    }
}

/// Events in blocks: writes, crashes, restarts, cuts, heals, detections, exposures, automatic
/// failovers, resynchronisations; at A before B before W.
const BLOCKS: [(&str, usize); 9] = [
    ("write", 2),
    ("crash", 3),
    ("restart", 3),
    ("cut", 3),
    ("heal", 3),
    ("detect", 3),
    ("expose", 2),
    ("automatic-failover", 2),
    ("resynchronise", 2),
];

/// The block of an event, and its place there.
const fn place(index: usize) -> (usize, usize) {
    let (mut block, mut at) = (0, index);
    while at >= BLOCKS[block].1 {
        at -= BLOCKS[block].1;
        block += 1;
    }
    (block, at)
}

impl System for Trio {
    type State = State;

    fn initial(&self) -> State {
        State {
            up: [true; 3],
            cut: [false; 3],
            seen: [true; 3],
            principal: [true, false],
            newer: 0,
            synchronized: true,
            ready: true,
            register: 0,
            register_synchronized: true,
            posts: [0; 2],
            common: 0,
            lost: false,
        }
    }

    fn event_count(&self) -> usize {
        BLOCKS.iter().map(|(_, size)| size).sum()
    }

    fn event_id(&self, index: usize) -> u16 {
        index as u16
    }

    fn event_name(&self, index: usize) -> String {
        let (block, at) = place(index);
        format!("{}:{at}", BLOCKS[block].0)
    }

    fn enabled(&self, s: &State) -> EventSet {
        let mut set = EventSet::default();
        let mut next = 0;
        let mut offer = |possible: bool| {
            if possible {
                set.insert(next);
            }
            next += 1;
        };
        [A, B]
            .into_iter()
            .for_each(|p| offer(s.acknowledges(p) && s.posts[p] < self.length));
        s.up.into_iter().for_each(&mut offer);
        s.up.into_iter().for_each(|up| offer(!up));
        s.cut.into_iter().for_each(|cut| offer(!cut));
        s.cut.into_iter().for_each(&mut offer);
        (0..3).for_each(|link| offer(s.seen[link] && !s.connected(link)));
        [A, B].into_iter().for_each(|p| offer(s.may_expose(p)));
        [B, A].into_iter().for_each(|m| offer(s.may_fail_over(m)));
        [A, B]
            .into_iter()
            .for_each(|p| offer(s.may_resynchronise(p)));
        set
    }

    fn apply(&self, state: &State, index: usize) -> (State, Report) {
        let mut s = *state;
        let (block, at) = place(index);
        match block {
            0 => {
                s.posts[at] += 1;
                if s.synchronized {
                    s.posts[1 - at] = s.posts[at];
                    s.common = s.posts[at];
                }
            }
            1 => s.up[at] = false,
            2 => s.restart(at),
            3 => s.cut[at] = true,
            4 => s.cut[at] = false,
            5 => s.seen[at] = false,
            6 => {
                s.synchronized = false;
                s.register_synchronized = false;
            }
            7 => {
                let mirror = 1 - at;
                s.principal[mirror] = true;
                s.newer = mirror as u8;
                s.synchronized = false;
                s.register = mirror as u8;
                s.register_synchronized = false;
            }
            _ => {
                s.lost |= s.posts[1 - at] > s.common;
                s.posts[1 - at] = s.posts[at];
                s.common = s.posts[at];
                s.synchronized = true;
            }
        }
        s.settle();
        (s, Report::default())
    }

    fn words(&self, s: &State) -> Words {
        let bits = |list: &[bool]| list.iter().fold(0, |word, bit| word << 1 | u64::from(*bit));
        let flags = [s.synchronized, s.ready, s.register_synchronized, s.lost];
        let few = [s.newer, s.register, s.posts[0], s.posts[1], s.common];
        let word = [&s.up[..], &s.cut, &s.seen, &s.principal, &flags]
            .into_iter()
            .fold(0, |word, list| word << list.len() | bits(list));
        let numbers = few.into_iter().fold(0, |word, n| word << 8 | u64::from(n));
        words_of([word, numbers])
    }

    fn fault_class(&self, _: &State, _: usize) -> Option<FaultClass> {
        None
    }

    fn faults(&self, _: &State) -> EventSet {
        EventSet::default()
    }

    fn violated(&self, s: &State, _: Spent, _: &EventSet) -> u32 {
        u32::from(s.acknowledges(A) && s.acknowledges(B))
    }

    fn reached(&self, _: usize, _: &State) -> u32 {
        0
    }

    fn is_serving(&self, s: &State) -> bool {
        s.acknowledges(A) || s.acknowledges(B)
    }
}
