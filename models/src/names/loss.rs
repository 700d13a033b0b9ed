//! What loses acknowledged messages, by name.

use crate::state::latches::{LossCause, LossKind};

impl LossKind {
    /// Every kind, in stable order.
    pub const ALL: [Self; 3] = [Self::None, Self::Recoverable, Self::Final];

    /// The name used in results.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Recoverable => "recoverable",
            Self::Final => "final",
        }
    }
}

impl LossCause {
    /// The name used in results.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::SiteLost => "site-lost",
            Self::ShareLost => "share-lost",
            Self::Discarded => "discarded",
            Self::ServedWithout => "served-without",
            Self::Overwritten => "overwritten",
            Self::StorageLost => "storage-lost",
            Self::NeverCommitted => "never-committed",
        }
    }

    /// The cause of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.name() == name)
    }
}
