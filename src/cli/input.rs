//! Reading scenarios for a command.

use std::io::IsTerminal;
use std::path::Path;

use super::RunArgs;
use crate::exit::Exit;
use crate::scenario::{self, Loaded, diagnostic};

/// Loads a scenario with the command line's changes; prints what is wrong with it.
pub fn load(path: &Path, args: &RunArgs) -> Result<Loaded, Exit> {
    let loaded = scenario::load_with(path, &args.set).map_err(|error| {
        let text = diagnostic::render(&error.diagnostics, colour());
        anstream::eprintln!("{text}");
        Exit::Input
    })?;
    Ok(match args.seed {
        Some(seed) => with_seed(loaded, seed),
        None => loaded,
    })
}

/// The seed of the command line is a value like any other: it shows among the assumptions.
fn with_seed(mut loaded: Loaded, seed: u64) -> Loaded {
    loaded.scenario.simulate.seed = seed;
    loaded
}

/// Whether diagnostics are coloured: on a terminal, unless `NO_COLOR` says otherwise.
pub fn colour() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
}
