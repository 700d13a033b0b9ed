//! The promises of the program: commands, files, and the documents that quote them.

#[path = "../support/mod.rs"]
mod support;

mod adverse;
mod advise;
mod before_work;
mod budgets;
mod command_line;
mod compare;
mod conform;
mod determinism;
mod doc_commands;
mod docs_ci;
mod doctor;
mod drift;
mod drill_records;
mod exit_codes;
mod explain;
mod explore;
mod file_errors;
mod gallery;
mod import;
mod interrupt;
mod machine_formats;
mod outputs;
mod recipes;
mod records;
mod replay;
mod resume;
mod runbooks;
mod serve;
mod serve_browser;
mod serve_guards;
mod serve_page;
mod serve_studies;
mod sweep;
mod terminal;
mod untrusted;
mod visible;
