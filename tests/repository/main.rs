//! The promises of the repository: its layers, its style, its documents and its citations.

#[path = "../support/tree.rs"]
mod tree;

mod book;
mod citations;
mod debts;
mod dependencies;
mod layers;
mod source;
mod style;
mod test_files;
mod tidy;
mod words;
