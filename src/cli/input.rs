//! Reading scenarios for a command.

use std::io::IsTerminal;
use std::path::Path;

use super::RunArgs;
use crate::exit::Exit;
use crate::scenario::diagnostic::{self, Diagnostic};
use crate::scenario::{self, Loaded};

/// Loads a scenario with the command line's changes; prints what is wrong with it.
pub fn load(path: &Path, args: &RunArgs) -> Result<Loaded, Exit> {
    read(path, args).map_err(|_| Exit::Input)
}

/// The same, for who reports what is wrong in another form as well.
pub fn read(path: &Path, args: &RunArgs) -> Result<Loaded, Vec<Diagnostic>> {
    let mut loaded = scenario::load_with(path, &args.set).map_err(|error| {
        let text = diagnostic::render(&error.diagnostics, colour());
        anstream::eprintln!("{text}");
        error.diagnostics
    })?;
    // Not a change of the scenario: results name the seed beside the scenario's digest.
    if let Some(seed) = args.seed {
        loaded.scenario.simulate.seed = seed;
    }
    Ok(loaded)
}

/// Whether diagnostics are coloured: on a terminal, unless `NO_COLOR` says otherwise.
pub fn colour() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
}
