//! What a step can have changed: a rule that reads none of it need not be asked again.
//!
//! Whole words are compared: field by field it took a tenth of the price of a step. The masks come
//! from the declaration of the world; walks under test hold them against the rules.

use std::mem::offset_of;

use crate::names::component::Component;
use crate::names::session::SessionId;
use crate::state::packed::Mask;
use crate::state::world::{World, WorldMasks};

type WorldMask = Mask<{ World::WORDS }>;

/// The fork table, its sticky bits and every position.
const HISTORY: WorldMask = WorldMasks::lineage().or(WorldMasks::positions());

/// Flags of the control state, cut links and states of sites.
const CONTROL: WorldMask = WorldMask::word(offset_of!(World, control.flags), u32::MAX)
    .or(WorldMasks::cut())
    .or(WorldMasks::sites());

/// The pool servers: which run, and what each knows.
const SERVERS: WorldMask = WorldMask::bytes(offset_of!(World, control.active), 4).or(
    WorldMask::word(offset_of!(World, down), Component::SERVER_BITS),
);

/// By session: its state, its machines and its links.
const SESSIONS: [WorldMask; SessionId::COUNT] = {
    let mut masks = [WorldMask::NONE; SessionId::COUNT];
    let mut at = 0;
    while at < SessionId::COUNT {
        let session = SessionId::ALL[at];
        let (mut nodes, mut links) = (0, 0);
        let mut number = 0;
        while number < 3 {
            nodes |= 1 << session.node(number).node();
            links |= 1 << session.link(number) as u32;
            number += 1;
        }
        masks[at] = WorldMask::word(offset_of!(World, sessions) + 4 * at, u32::MAX)
            .or(WorldMask::word(offset_of!(World, down), nodes))
            .or(WorldMask::word(offset_of!(World, cut), links));
        at += 1;
    }
    masks
};

/// By session: the fork table, its sticky bits and the contents of the session's copies.
const SESSION_HISTORIES: [WorldMask; SessionId::COUNT] = {
    let mut masks = [WorldMasks::lineage(); SessionId::COUNT];
    let mut at = 0;
    while at < SessionId::COUNT {
        let [first, second] = SessionId::ALL[at].members();
        let copies = offset_of!(World, copies);
        masks[at] = masks[at]
            .or(WorldMask::bytes(copies + first.place(), 1))
            .or(WorldMask::bytes(copies + second.place(), 1));
        at += 1;
    }
    masks
};

/// Which bits of a world a step changed.
pub(crate) struct Changes(WorldMask);

impl Changes {
    /// The changes since a world was packed.
    #[inline]
    pub(crate) fn since(mut words: [u64; World::WORDS], after: &World) -> Self {
        for (word, after) in words.iter_mut().zip(after.pack()) {
            *word ^= after;
        }
        Self(Mask(words))
    }

    /// The fork table, its sticky bits and every position.
    #[inline(always)]
    fn in_history(&self) -> bool {
        self.0.meets(&HISTORY)
    }

    /// The fork table, its sticky bits and the contents of a session's copies.
    #[inline(always)]
    pub(crate) fn in_history_of(&self, session: SessionId) -> bool {
        self.0.meets(&SESSION_HISTORIES[session as usize])
    }

    /// A session, its machines and its links.
    #[inline(always)]
    pub(crate) fn in_session(&self, session: SessionId) -> bool {
        self.0.meets(&SESSIONS[session as usize])
    }

    /// Flags of the control state, cut links and states of sites.
    #[inline(always)]
    pub(crate) fn in_control(&self) -> bool {
        self.0.meets(&CONTROL)
    }

    /// The pool servers: which run, and what each knows.
    #[inline(always)]
    pub(crate) fn in_servers(&self) -> bool {
        self.0.meets(&SERVERS)
    }

    /// Whether anything changed that the renumbering reads. The numbers before were dense, so
    /// otherwise they still are.
    #[inline(always)]
    pub(crate) fn may_renumber(&self, before: &World, settled: &World) -> bool {
        // The roles say which members are principals, which can write.
        let roles = |world: &World| world.sessions.map(|session| session.roles());
        self.in_history()
            || roles(settled) != roles(before)
            || settled.split_brain() != before.split_brain()
    }
}
