//! The result document of poolproof, and what draws it.
//!
//! The engines fill in a [`document::ResultDocument`]; everything here is a function of it.
//! Nothing in this crate computes a result, reads a clock or touches a file: [`bundle::render`]
//! returns names and bytes, and the caller writes them.
//!
//! # Example
//!
//! A stored result of another version is refused with what to do about it.
//!
//! ```
//! use poolproof_reports::document::ResultDocument;
//!
//! let stored = r#"{"schema": "poolproof/result/v1",
//!     "identity": {"poolproof_version": "0.0.9", "command": "poolproof evaluate a.toml"}}"#;
//! let error = ResultDocument::parse(stored).expect_err("version 1");
//! let hint = "make it again with this version: poolproof evaluate a.toml";
//! assert!(error.to_string().ends_with(hint));
//! ```

#[cfg(test)]
extern crate self as poolproof_reports;

pub mod advice;
mod answer;
pub mod bundle;
pub mod chart;
pub mod comparison;
pub mod csv;
pub mod cuts;
pub mod diagnostics;
pub mod document;
pub mod drill;
pub mod entry;
mod error;
pub mod evidence;
pub mod exploration;
mod families;
pub mod figure;
pub mod findings;
pub mod fit;
pub mod float;
pub mod github;
mod headline;
pub mod html;
pub mod json;
pub mod junit;
pub mod layout;
pub mod live;
mod look;
pub mod markdown;
mod matrix;
pub mod mermaid;
pub mod player;
pub mod quantity;
mod rare;
pub mod runbook;
#[cfg(test)]
#[path = "../tests/sample/mod.rs"]
mod sample;
pub mod sarif;
mod schema;
mod second_opinion;
pub mod sweep;
pub mod table;
pub mod timeline;
pub mod trace;
pub mod visible;
pub mod words;
mod xml;

pub use error::ReportError;
pub use schema::{cuts_schema, diagnostics_schema, schema, schema_of, trace_schema};
