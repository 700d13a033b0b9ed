//! The dispatch from an event to its rule, and the table of a topology's events.

pub(crate) mod event_table;
pub mod step;
