//! The promises of the program: commands, files, documents and the repository itself.

#[path = "../support/mod.rs"]
mod support;

mod book;
mod citations;
mod command_line;
mod compare;
mod determinism;
mod doc_commands;
mod docs_ci;
mod exit_codes;
mod explain;
mod explore;
mod file_errors;
mod gallery;
mod interrupt;
mod machine_formats;
mod outputs;
mod recipes;
mod replay;
mod resume;
mod sweep;
mod tidy;
