//! The dispatch from an event to its rule, and the table of a topology's events.

pub mod step;
pub(crate) mod table;
