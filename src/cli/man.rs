//! `poolproof man`: the manual pages, one per command.

use std::io;
use std::path::PathBuf;

use clap::{Args, CommandFactory};
use clap_mangen::Man;

use super::{Cli, output};
use crate::exit::Exit;

/// Print the manual page, or write the pages of all commands
#[derive(Args)]
pub struct ManArgs {
    /// Write a page per command into this directory
    #[arg(long, value_name = "DIRECTORY")]
    out: Option<PathBuf>,
}

/// Runs the command.
pub fn run(args: &ManArgs) -> Exit {
    let pages = match pages() {
        Ok(pages) => pages,
        Err(error) => {
            eprintln!("error: cannot make the manual pages: {error}");
            return Exit::Defect;
        }
    };
    let Some(directory) = &args.out else {
        // The first is the page of the program.
        let text = pages.first().map(|(_, page)| page.as_slice());
        return output::print(&String::from_utf8_lossy(text.unwrap_or_default()));
    };
    let mut told = String::new();
    for (name, page) in &pages {
        let path = directory.join(name);
        if let Err(error) = output::write_file(&path, page) {
            eprintln!("error: cannot write {}: {error}", path.display());
            return Exit::Output;
        }
        told.push_str(&format!("wrote {}\n", path.display()));
    }
    output::print(&told)
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
