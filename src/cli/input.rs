//! Reading scenarios for a command.

use std::path::Path;

use anstream::{AutoStream, ColorChoice};

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

/// Whether diagnostics are coloured: on a terminal that can, unless `NO_COLOR` or `CLICOLOR` say
/// otherwise; elsewhere only if `CLICOLOR_FORCE` does.
pub fn colour() -> bool {
    AutoStream::choice(&std::io::stderr()) != ColorChoice::Never
}
