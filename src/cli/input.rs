//! Reading scenarios for a command.

use std::fs::File;
use std::io::{ErrorKind, Read};
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
        eprintln!("{text}");
        error.diagnostics
    })?;
    // Not a change of the scenario: results name the seed beside the scenario's digest.
    if let Some(seed) = args.seed {
        loaded.scenario.simulate.seed = seed;
    }
    Ok(loaded)
}

/// The most bytes of a trace, a manifest, a shard or a result: far more than any has.
const BYTES_MOST: u64 = 1 << 30;

/// Reads a file of text that is no scenario; what is wrong with it in words.
pub fn text(path: &Path) -> Result<String, String> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(BYTES_MOST + 1).read_to_end(&mut bytes));
    match read {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Err("there is no such file".to_owned())
        }
        Err(_) if path.is_dir() => Err("it is a directory".to_owned()),
        Err(error) => Err(error.to_string()),
        Ok(_) if bytes.len() as u64 > BYTES_MOST => {
            Err(format!("it has more than {BYTES_MOST} bytes"))
        }
        Ok(_) => String::from_utf8(bytes).map_err(|error| {
            let valid = error.utf8_error().valid_up_to();
            format!("it is not UTF-8: byte {} does not fit", valid + 1)
        }),
    }
}

/// Whether diagnostics are coloured: on a terminal that can, unless `NO_COLOR` or `CLICOLOR` say
/// otherwise; elsewhere only if `CLICOLOR_FORCE` does.
pub fn colour() -> bool {
    AutoStream::choice(&std::io::stderr()) != ColorChoice::Never
}
