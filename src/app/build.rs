//! Which build of the program this is, so that a result can be tied to what made it.

use std::sync::LazyLock;

/// The commit that the program was built from: the value of `POOLPROOF_COMMIT` at that time, or
/// `unknown`.
pub const COMMIT: &str = match option_env!("POOLPROOF_COMMIT") {
    Some(commit) if !commit.is_empty() => commit,
    _ => "unknown",
};

/// Version and commit, as in `0.1.0 (unknown)`.
pub static VERSION: LazyLock<String> =
    LazyLock::new(|| format!("{} ({COMMIT})", env!("CARGO_PKG_VERSION")));
