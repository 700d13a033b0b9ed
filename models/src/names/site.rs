//! The two data centres.

use crate::names::component::{Component, ComponentKind};

/// A data centre (handbook, "Names used throughout").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Site {
    /// The primary data centre: the mirrored pair and, in LBW, all active servers.
    Dc1,
    /// The secondary data centre: the log-shipping secondary.
    Dc2,
}

impl Site {
    /// Both sites, in stable order.
    pub const ALL: [Self; 2] = [Self::Dc1, Self::Dc2];

    /// The data centre of the primary database.
    pub const PRIMARY: Self = Self::Dc1;

    /// The data centre of the log-shipping secondary.
    pub const SECONDARY: Self = Self::Dc2;

    /// 0 for DC1, 1 for DC2.
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The data centre of that component.
    #[must_use]
    pub const fn from_component(component: Component) -> Option<Self> {
        match component.place_among(ComponentKind::DataCentre) {
            Some(place) => Some(Self::ALL[place]),
            None => None,
        }
    }

    /// The other data centre.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Dc1 => Self::Dc2,
            Self::Dc2 => Self::Dc1,
        }
    }

    /// The name used in files and in counterexamples.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dc1 => "DC1",
            Self::Dc2 => "DC2",
        }
    }
}

/// Where a witness stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WitnessLocation {
    /// In DC1, beside its session (V5).
    Dc1,
    /// In DC2.
    Dc2,
    /// In a third place.
    Third,
}

impl WitnessLocation {
    /// The data centre; `None` for a third place.
    #[must_use]
    pub const fn site(self) -> Option<Site> {
        match self {
            Self::Dc1 => Some(Site::Dc1),
            Self::Dc2 => Some(Site::Dc2),
            Self::Third => None,
        }
    }
}

/// Where the log-shipping backup share lives (handbook 4.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ShareLocation {
    /// On server A itself.
    OnPrimary,
    /// On a separate host in DC1.
    Dc1,
    /// On a separate host in DC2.
    Dc2,
    /// In a third place that both data centres reach without the inter-site link.
    Third,
}

impl ShareLocation {
    /// The data centre that holds the share; `None` for a third place.
    #[must_use]
    pub const fn site(self) -> Option<Site> {
        match self {
            Self::OnPrimary | Self::Dc1 => Some(Site::Dc1),
            Self::Dc2 => Some(Site::Dc2),
            Self::Third => None,
        }
    }
}
