//! Reading scenarios from files: the only part of this module that does I/O.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use super::diagnostic::Diagnostic;
use super::library::{FILE_BYTES_MOST, Resolver, Unreadable};
use super::resolve::{self, LoadError, Loaded, load_text};

/// What stands for standard input on a command line.
const STANDARD_INPUT: &str = "-";

/// Loads a scenario file, or standard input for `-`: what that names is relative to the current
/// directory.
///
/// # Errors
///
/// All mistakes of the file and of those it names.
pub fn load(path: &Path) -> Result<Loaded, LoadError> {
    load_with(path, &[])
}

/// Loads a scenario file with overrides: paths of keys and values in TOML, or plain strings.
///
/// # Errors
///
/// All mistakes of the file, of those it names and of the overrides.
pub fn load_with(path: &Path, overrides: &[(String, String)]) -> Result<Loaded, LoadError> {
    if path == Path::new(STANDARD_INPUT) {
        let name = resolve::STANDARD_INPUT;
        return from_text(&FileSystem, name, whole(io::stdin()), overrides);
    }
    load_from(&FileSystem, &path.display().to_string(), overrides)
}

/// Loads a scenario, and all that it names, from wherever a resolver finds texts.
///
/// # Errors
///
/// All mistakes of the texts and of the overrides.
pub fn load_from(
    resolver: &dyn Resolver,
    name: &str,
    overrides: &[(String, String)],
) -> Result<Loaded, LoadError> {
    from_text(resolver, name, resolver.read(name), overrides)
}

/// What is wrong with a scenario or, where the file is one, with a runbook alone; nothing but
/// warnings where it can be used.
///
/// # Errors
///
/// All mistakes of the file and of those it names.
pub fn validate(path: &Path) -> Result<Vec<Diagnostic>, LoadError> {
    if path != Path::new(STANDARD_INPUT) {
        let name = path.display().to_string();
        if let Ok(text) = FileSystem.read(&name)
            && resolve::is_runbook(&name, &text)
        {
            return resolve::validate_runbook(&name, &text, &FileSystem).map(|()| Vec::new());
        }
    }
    load(path).map(|loaded| loaded.warnings)
}

fn from_text(
    resolver: &dyn Resolver,
    name: &str,
    text: Result<String, Unreadable>,
    overrides: &[(String, String)],
) -> Result<Loaded, LoadError> {
    match text {
        Ok(text) => load_text(name, &text, overrides, resolver),
        Err(why) => Err(LoadError {
            diagnostics: vec![why.diagnostic(name)],
        }),
    }
}

/// Finds runbooks and extended scenarios in the file system.
#[derive(Debug, Clone, Copy, Default)]
pub struct FileSystem;

impl Resolver for FileSystem {
    fn read(&self, name: &str) -> Result<String, Unreadable> {
        read(Path::new(name))
    }
}

fn read(path: &Path) -> Result<String, Unreadable> {
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound && is_replaced(path) => {
            let why = "its name is not UTF-8, as names of scenarios have to be; rename it";
            return Err(Unreadable::Other(why.to_owned()));
        }
        Err(error) => return Err(unreadable(&error)),
        Ok(there) if there.is_dir() => return Err(Unreadable::Directory),
        // A pipe may never have an end, and a device neither.
        Ok(there) if !there.is_file() => {
            let why = "it is not a regular file; `-` reads standard input";
            return Err(Unreadable::Other(why.to_owned()));
        }
        Ok(_) => {}
    }
    whole(File::open(path).map_err(|error| unreadable(&error))?)
}

/// Whether a name had characters that no text can hold, which stand replaced in it.
fn is_replaced(path: &Path) -> bool {
    path.to_string_lossy().contains(char::REPLACEMENT_CHARACTER)
}

fn whole(input: impl Read) -> Result<String, Unreadable> {
    let mut bytes = Vec::new();
    // The length is limited while reading: a pipe or device does not report it beforehand.
    input
        .take(FILE_BYTES_MOST + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| unreadable(&error))?;
    if bytes.len() as u64 > FILE_BYTES_MOST {
        return Err(Unreadable::TooLarge);
    }
    String::from_utf8(bytes).map_err(|error| Unreadable::NotUtf8 {
        valid_bytes: error.utf8_error().valid_up_to(),
    })
}

fn unreadable(error: &io::Error) -> Unreadable {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Unreadable::Missing,
        io::ErrorKind::IsADirectory => Unreadable::Directory,
        _ => Unreadable::Other(error.to_string()),
    }
}
