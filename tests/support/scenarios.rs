//! Scenario files of the repository.

use std::fs;
use std::path::{Path, PathBuf};

use poolproof::scenario::{self, Scenario};

/// Reads a scenario, with overrides as `--set` has them; panics with the diagnostics if it is not
/// valid.
pub fn load(path: impl AsRef<Path>, overrides: &[(&str, &str)]) -> Scenario {
    let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
    let overrides: Vec<_> = overrides.iter().map(owned).collect();
    let loaded = scenario::load_with(path.as_ref(), &overrides);
    loaded.unwrap_or_else(|error| panic!("{error}")).scenario
}

/// The files of a directory that have an extension, sorted.
pub fn files(directory: &str, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap_or_else(|error| panic!("{directory}: {error}"));
    let mut found: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    found.sort();
    found
}
