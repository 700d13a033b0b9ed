//! Assumptions: every figure a result rests on, with where it comes from.

use super::words::words;

words! {
    /// How well a figure is founded.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    pub enum Grade {
        /// Verified: read at the named publication.
        V = "V",
        /// Read in another text that cites the named publication.
        S = "S",
        /// Recomputed from published raw data.
        R = "R",
        /// Derived from a figure of grade V, S or R.
        D = "D",
        /// Measured: fitted from records of the pool itself; not to be shown as published.
        M = "M",
        /// Judgement; not to be shown as published.
        J = "J",
    }
}

/// One value that the scenario uses, written or by default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assumption {
    /// Where it stands in the file, for example `mirroring.partner_timeout`.
    pub key: String,
    /// The value in the syntax of the file, without quotes.
    pub value: String,
    /// Page or handbook section of a default; the file of a value that was written.
    pub source: String,
    /// How well a default is founded; `None` for a written value, which is the user's word
    /// (runbook files may state a grade).
    pub grade: Option<Grade>,
    /// Whether the file is silent and the default was taken.
    pub is_default: bool,
    /// Whether results depend on it. A default that only the rules of the handbook look at does
    /// not belong into a report.
    pub is_modelled: bool,
}
