//! The database copies, each with its role and the session that it is a member of.

use crate::names::component::{Component, ComponentKind};
use crate::names::session::SessionId;

/// Declares [`Replica`], one row each: the server that holds it, its session and its number there.
macro_rules! replicas {
    ($($(#[$doc:meta])* $variant:ident: $server:ident, $session:ident, $member:literal;)*) => {
        /// A database copy, by its role at the start (handbook 1.1). The order is that of the
        /// servers among all database servers.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Replica {
            $($(#[$doc])* $variant,)*
        }

        impl Replica {
            /// Every copy.
            pub const ALL: [Self; [$(Self::$variant),*].len()] = [$(Self::$variant),*];

            /// The server that holds it.
            #[must_use]
            #[inline]
            pub const fn server(self) -> Component {
                match self {
                    $(Self::$variant => Component::$server,)*
                }
            }

            /// The session that it is a member of.
            #[must_use]
            #[inline]
            pub const fn session(self) -> SessionId {
                match self {
                    $(Self::$variant => SessionId::$session,)*
                }
            }

            /// Its number in the session, 0 or 1.
            #[must_use]
            #[inline]
            pub const fn member(self) -> usize {
                match self {
                    $(Self::$variant => $member,)*
                }
            }
        }
    };
}

replicas! {
    /// A's: the primary database.
    Primary: A, Primary, 0;
    /// B's: the mirror of the primary.
    PrimaryMirror: B, Primary, 1;
    /// S's: the target of log shipping.
    Target: S, Secondary, 0;
    /// SM's: the mirror of the target.
    TargetMirror: SM, Secondary, 1;
}

impl Replica {
    /// How many there are.
    pub const COUNT: usize = Self::ALL.len();

    /// The place in lists of all copies, and the bit that stands for it.
    #[must_use]
    pub const fn place(self) -> usize {
        self as usize
    }

    /// The bit that stands for it.
    #[must_use]
    pub const fn bit(self) -> u8 {
        1 << self as u8
    }

    /// The copy of a database server.
    #[must_use]
    pub const fn of(server: Component) -> Option<Self> {
        match server.place_among(ComponentKind::Database) {
            Some(place) => Some(Self::ALL[place]),
            None => None,
        }
    }

    /// The other member of its session.
    #[must_use]
    #[inline]
    pub const fn partner(self) -> Self {
        self.session().member(1 - self.member())
    }
}
