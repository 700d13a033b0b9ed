//! The result document of poolproof, and what draws it.
//!
//! The engines fill in a [`document::ResultDocument`]; everything here is a function of it.
//! Nothing in this crate computes a result, reads a clock or touches a file: [`bundle::render`]
//! returns names and bytes, and the caller writes them.

pub mod bundle;
pub mod chart;
pub mod comparison;
pub mod csv;
pub mod cuts;
pub mod diagnostics;
pub mod document;
pub mod entry;
mod error;
mod families;
pub mod findings;
pub mod float;
pub mod github;
mod headline;
pub mod html;
pub mod json;
pub mod junit;
mod layout;
pub mod markdown;
pub mod mermaid;
pub mod player;
pub mod quantity;
#[doc(hidden)]
pub mod sample;
pub mod sarif;
mod schema;
pub mod sweep;
pub mod table;
pub mod timeline;
pub mod trace;

pub use error::ReportError;
pub use schema::cuts_schema;
pub use schema::diagnostics_schema;
pub use schema::schema;
pub use schema::schema_of;
pub use schema::trace_schema;
