//! `poolproof collect`: which records of the servers to collect, and how.

use std::fs;
use std::path::PathBuf;

use clap::Args;

use super::exit::Exit;
use super::failure::CommandResult;
use super::terminal::print;
use super::{files, ownership};
use crate::records::collect::Collection;
use crate::scenario;

/// Print which records to collect on each server, for `fit`: read-only queries, how to save their
/// output, and a manifest
///
/// Nothing is run, and no password is needed: the page says what to run in PowerShell. With a
/// scenario it has the names of its servers.
#[derive(Args)]
pub struct CollectArgs {
    /// Scenario file with the names of the servers; - is standard input
    #[arg(value_name = "SCENARIO")]
    scenario: Option<PathBuf>,
    /// Write the page, the manifest and the queries into this directory in place of printing; a
    /// file that is there already and differs is not overwritten
    #[arg(long, value_name = "DIRECTORY")]
    out: Option<PathBuf>,
}

/// Runs the command.
pub fn run(args: &CollectArgs) -> CommandResult {
    let loaded = args.scenario.as_deref().map(scenario::load).transpose()?;
    let collection = Collection::of(loaded.as_ref().map(|loaded| &loaded.scenario));
    let files = collection.files();
    let Some(directory) = &args.out else {
        print(&printed(&files))?;
        return Ok(Exit::AsExpected);
    };
    let mut wanted = Vec::new();
    for (name, text) in files {
        let path = directory.join(name);
        match fs::read(&path) {
            Ok(there) if there == text.as_bytes() => {}
            Ok(_) => return Err(ownership::exists(&path)),
            Err(_) if fs::symlink_metadata(&path).is_ok() => return Err(ownership::exists(&path)),
            Err(_) => wanted.push((path, text.into_bytes())),
        }
    }
    print(&files::write_listed(&wanted)?)?;
    Ok(Exit::AsExpected)
}

/// The page, and then every other file under its name.
fn printed(files: &[(String, String)]) -> String {
    let mut text = String::new();
    for (index, (name, content)) in files.iter().enumerate() {
        if index > 0 {
            let language = name.rsplit('.').next().unwrap_or_default();
            text += &format!("\n## {name}\n\n```{language}\n{content}```\n");
        } else {
            text += content;
        }
    }
    text
}
