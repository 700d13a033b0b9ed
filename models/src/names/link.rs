//! Network links that can be cut.

use crate::names::component::{Component, ComponentKind};
use crate::names::session::SessionId;
use crate::names::site::Site;

/// Declares [`Link`], one row each: its component, and the session whose traffic it carries with
/// the link's number there.
macro_rules! links {
    ($($(#[$doc:meta])* $variant:ident: $component:ident, $session:expr;)*) => {
        /// A link that can be cut. The order is that of its component among all links, and of its
        /// bit in the world.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Link {
            $($(#[$doc])* $variant,)*
        }

        impl Link {
            /// Every link.
            pub const ALL: [Self; [$(Self::$variant),*].len()] = [$(Self::$variant),*];

            /// The link as a component.
            #[must_use]
            pub const fn component(self) -> Component {
                match self {
                    $(Self::$variant => Component::$component,)*
                }
            }

            /// The session and the number of the link within it: 0 between the partners, 1 or 2
            /// from member 0 or 1 to the witness. `None` for a link between places.
            #[must_use]
            pub const fn in_session(self) -> Option<(SessionId, usize)> {
                match self {
                    $(Self::$variant => $session,)*
                }
            }
        }
    };
}

links! {
    /// Between A and B.
    AB: LinkAB, Some((SessionId::Primary, 0));
    /// Between A and the witness.
    AW: LinkAW, Some((SessionId::Primary, 1));
    /// Between B and the witness.
    BW: LinkBW, Some((SessionId::Primary, 2));
    /// Between the data centres.
    Wan: Wan, None;
    /// Between S and SM.
    SSM: LinkSSM, Some((SessionId::Secondary, 0));
    /// Between S and its witness.
    SSW: LinkSSW, Some((SessionId::Secondary, 1));
    /// Between SM and its witness.
    SMSW: LinkSMSW, Some((SessionId::Secondary, 2));
    /// Between DC1 and a third place, which has the share or the witness (13.10).
    Dc1ToThird: Dc1ToThird, None;
    /// Between DC2 and a third place.
    Dc2ToThird: Dc2ToThird, None;
}

impl Link {
    /// The link from a data centre to a third place.
    #[must_use]
    pub const fn to_third(site: Site) -> Self {
        match site {
            Site::Dc1 => Self::Dc1ToThird,
            Site::Dc2 => Self::Dc2ToThird,
        }
    }

    /// The link of that component.
    #[must_use]
    pub const fn from_component(component: Component) -> Option<Self> {
        match component.place_among(ComponentKind::Connection) {
            Some(place) => Some(Self::ALL[place]),
            None => None,
        }
    }

    /// The two ends; `None` for a link between places.
    #[must_use]
    pub fn ends(self) -> Option<(Component, Component)> {
        let (session, link) = self.in_session()?;
        let [first, second] = SessionId::LINK_ENDS[link];
        Some((session.node(first), session.node(second)))
    }
}
