//! `poolproof man`: the manual pages, one per command.

use std::io;
use std::path::PathBuf;

use clap::{Args, CommandFactory};
use clap_mangen::Man;

use super::exit::Exit;
use super::failure::{CommandResult, Failure};
use super::terminal::print;
use super::{Cli, files};

/// Print the manual page, or write the pages of all commands
#[derive(Args)]
pub struct ManArgs {
    /// Write a page per command into this directory
    #[arg(long, value_name = "DIRECTORY")]
    out: Option<PathBuf>,
}

/// Runs the command.
pub fn run(args: &ManArgs) -> CommandResult {
    let pages = pages().map_err(|error| {
        Failure::defect(format_args!("the manual pages cannot be made: {error}"))
    })?;
    let text = match &args.out {
        // The first is the page of the program.
        None => {
            let first = pages.first().map(|(_, page)| page.as_slice());
            String::from_utf8_lossy(first.unwrap_or_default()).into_owned()
        }
        Some(directory) => {
            let pages = pages.into_iter();
            let pages: Vec<_> = pages
                .map(|(name, page)| (directory.join(name), page))
                .collect();
            files::write_listed(&pages)?
        }
    };
    print(&text)?;
    Ok(Exit::AsExpected)
}

/// Every page by its file name: the program, then its commands.
fn pages() -> io::Result<Vec<(String, Vec<u8>)>> {
    let mut command = Cli::command();
    command.build();
    let mut pages = vec![("poolproof.1".to_owned(), page(&command)?)];
    for inner in command.get_subcommands().filter(|c| c.get_name() != "help") {
        let name = format!("poolproof-{}", inner.get_name());
        pages.push((format!("{name}.1"), page(inner)?));
        for below in inner.get_subcommands().filter(|c| c.get_name() != "help") {
            pages.push((format!("{name}-{}.1", below.get_name()), page(below)?));
        }
    }
    Ok(pages)
}

fn page(command: &clap::Command) -> io::Result<Vec<u8>> {
    // No date: the pages of a version are the same whenever they are made.
    let mut text = Vec::new();
    Man::new(command.clone()).date("").render(&mut text)?;
    Ok(text)
}
