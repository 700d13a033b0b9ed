//! What a run says about one scenario file: a result, or why there is none. A run over several
//! files has one entry for each, so that nothing is lost beside a file that was refused.

use crate::diagnostics::Diagnostics;
use crate::document::ResultDocument;

/// One scenario file of a run.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "a handful of them, each made once"
)]
pub enum Entry {
    /// It was run.
    Result {
        /// The scenario file, relative to the root of the repository where that is known.
        path: String,
        /// What was found.
        document: ResultDocument,
    },
    /// It was only read: because that was asked for, or because it was refused.
    Input(Diagnostics),
}

impl Entry {
    /// Returns the result, if there is one.
    #[must_use]
    pub fn document(&self) -> Option<&ResultDocument> {
        match self {
            Self::Result { document, .. } => Some(document),
            Self::Input(_) => None,
        }
    }
}
