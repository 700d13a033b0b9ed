//! Commands of a page, as its reader runs them.

use std::path::Path;
use std::process::Command;

/// A command for the shell, in a directory and with poolproof on the path.
pub fn shell(command: &str, directory: &Path) -> Command {
    let program = Path::new(env!("CARGO_BIN_EXE_poolproof"));
    let own = std::env::var_os("PATH").unwrap_or_default();
    let mut path = vec![program.parent().unwrap().to_owned()];
    path.extend(std::env::split_paths(&own));
    let mut shell = Command::new("sh");
    shell
        .args(["-e", "-c", command])
        .current_dir(directory)
        .env("PATH", std::env::join_paths(path).unwrap());
    shell
}
