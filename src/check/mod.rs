//! Why a property is violated, in words.

pub mod cause;
