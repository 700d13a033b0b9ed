//! A study in three shards, and files that are not all of it.

use std::path::Path;
use std::process::{Command, Output};

/// The files of three shards.
pub const SHARDS: [&str; 3] = [
    "shards/shard-00000.json",
    "shards/shard-00001.json",
    "shards/shard-00002.json",
];

/// Runs poolproof in a directory.
pub fn run(directory: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_poolproof"))
        .args(arguments)
        .current_dir(directory)
        .output()
        .unwrap()
}

/// Merging these files is refused as bad input, for this reason, and nothing is printed.
pub fn assert_refused(directory: &Path, files: &[&str], why: &str) {
    let output = run(directory, &[&["merge", "manifest.json"], files].concat());
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{errors}");
    assert!(errors.contains(why), "`{why}` is not in: {errors}");
    assert!(output.stdout.is_empty());
}
