//! The mirroring sessions: members, witness and links of each (handbook section 3).

use crate::names::component::{Component, ComponentKind};
use crate::names::link::Link;
use crate::names::replica::Replica;

/// Declares [`SessionId`], one row each: its component, and its witness.
macro_rules! sessions {
    ($($(#[$doc:meta])* $variant:ident: $component:ident, $witness:ident;)*) => {
        /// A mirroring session, by its role. The rules of all are the same code. The order is that
        /// of the session's component among all sessions.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum SessionId {
            $($(#[$doc])* $variant,)*
        }

        impl SessionId {
            /// Every session.
            pub const ALL: [Self; [$(Self::$variant),*].len()] = [$(Self::$variant),*];

            /// The session as a component.
            #[must_use]
            pub const fn component(self) -> Component {
                match self {
                    $(Self::$variant => Component::$component,)*
                }
            }

            /// The server of its witness.
            #[must_use]
            pub const fn witness(self) -> Component {
                match self {
                    $(Self::$variant => Component::$witness,)*
                }
            }
        }
    };
}

sessions! {
    /// Of the primary database: A and B with witness W.
    Primary: PairDc1, W;
    /// Of the log-shipping secondary: S and SM with witness SW.
    Secondary: PairDc2, SW;
}

/// The members of each session, from the rows of [`Replica`].
const MEMBERS: [[Replica; 2]; SessionId::COUNT] = {
    let mut members = [[Replica::Primary; 2]; SessionId::COUNT];
    let mut at = 0;
    while at < Replica::ALL.len() {
        let replica = Replica::ALL[at];
        members[replica.session() as usize][replica.member()] = replica;
        at += 1;
    }
    members
};

/// Members 0 and 1 and the witness of each session.
const NODES: [[Component; 3]; SessionId::COUNT] = {
    let mut nodes = [[Component::A; 3]; SessionId::COUNT];
    let mut at = 0;
    while at < SessionId::COUNT {
        let [first, second] = MEMBERS[at];
        nodes[at] = [
            first.server(),
            second.server(),
            SessionId::ALL[at].witness(),
        ];
        at += 1;
    }
    nodes
};

/// The bits of these machines in the world.
const NODE_BITS: [[u8; 3]; SessionId::COUNT] = {
    let mut bits = [[0; 3]; SessionId::COUNT];
    let mut at = 0;
    while at < SessionId::COUNT {
        let [first, second, witness] = NODES[at];
        bits[at] = [
            first.node() as u8,
            second.node() as u8,
            witness.node() as u8,
        ];
        at += 1;
    }
    bits
};

/// The links of each session, from the rows of [`Link`].
const LINKS: [[Link; 3]; SessionId::COUNT] = {
    let mut links = [[Link::AB; 3]; SessionId::COUNT];
    let mut at = 0;
    while at < Link::ALL.len() {
        if let Some((session, number)) = Link::ALL[at].in_session() {
            links[session as usize][number] = Link::ALL[at];
        }
        at += 1;
    }
    links
};

impl SessionId {
    /// How many there are.
    pub const COUNT: usize = Self::ALL.len();

    /// The ends of each link, as numbers of [`SessionId::node`].
    pub const LINK_ENDS: [[usize; 2]; 3] = [[0, 1], [0, 2], [1, 2]];

    /// The session of that component.
    #[must_use]
    pub const fn from_component(component: Component) -> Option<Self> {
        match component.place_among(ComponentKind::Mirroring) {
            Some(place) => Some(Self::ALL[place]),
            None => None,
        }
    }

    /// Its two members.
    #[must_use]
    #[inline]
    pub const fn members(self) -> [Replica; 2] {
        MEMBERS[self as usize]
    }

    /// Member 0 or 1.
    #[must_use]
    #[inline]
    pub const fn member(self, number: usize) -> Replica {
        MEMBERS[self as usize][number]
    }

    /// The server of member 0 or 1, or of the witness, 2.
    #[must_use]
    #[inline]
    pub const fn node(self, number: usize) -> Component {
        NODES[self as usize][number]
    }

    /// Link 0 (between the partners), 1 or 2 (member 0 or 1 to the witness).
    #[must_use]
    #[inline]
    pub const fn link(self, number: usize) -> Link {
        LINKS[self as usize][number]
    }

    /// The bits of the machines of [`SessionId::node`] in the world.
    #[inline]
    pub(crate) const fn node_bits(self) -> [u8; 3] {
        NODE_BITS[self as usize]
    }

    /// The bits of its links in the world.
    #[inline]
    pub(crate) const fn link_bits(self) -> [u8; 3] {
        let [partners, first, second] = LINKS[self as usize];
        [partners as u8, first as u8, second as u8]
    }

    /// All of its links.
    #[must_use]
    #[inline]
    pub const fn links(self) -> [Link; 3] {
        LINKS[self as usize]
    }
}
