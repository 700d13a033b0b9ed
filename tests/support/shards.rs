//! A study in three shards, and files that are not all of it.

use std::path::Path;

use super::program::poolproof_in;

/// The files of three shards.
pub const SHARDS: [&str; 3] = [
    "shards/shard-00000.json",
    "shards/shard-00001.json",
    "shards/shard-00002.json",
];

/// Merging these files is refused as bad input, for this reason, and nothing is printed.
pub fn assert_refused(directory: &Path, files: &[&str], why: &str) {
    let output = poolproof_in(directory, &[&["merge", "manifest.json"], files].concat());
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{errors}");
    assert!(errors.contains(why), "`{why}` is not in: {errors}");
    assert!(output.stdout.is_empty());
}
