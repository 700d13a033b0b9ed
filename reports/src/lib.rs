//! The result document of poolproof, and what draws it.
//!
//! The engines fill in a [`document::ResultDocument`]; everything here is a function of it.
//! Nothing in this crate computes a result, reads a clock or touches a file: [`bundle::render`]
//! returns names and bytes, and the caller writes them.
//!
//! # Example
//!
//! A stored result is read and drawn again.
//!
//! ```
//! use poolproof_reports::bundle;
//! use poolproof_reports::document::ResultDocument;
//! use poolproof_reports::json;
//! # use poolproof_reports::sample;
//! # let stored = json::result(&sample::document()).unwrap();
//!
//! let document: ResultDocument = serde_json::from_str(&stored)?;
//! let files = bundle::render(&document, &[]).expect("every document can be drawn");
//! assert!(files.iter().any(|(name, _)| name == "index.html"));
//! assert_eq!(json::result(&document).expect("it can be written"), stored);
//! # Ok::<(), serde_json::Error>(())
//! ```

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
mod rare;
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
