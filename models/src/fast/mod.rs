//! The same rules again, fast: never needed to understand them, and held against them by walks.

pub(crate) mod masks;
mod symmetry;
