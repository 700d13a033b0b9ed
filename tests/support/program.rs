//! The program itself, started as a user starts it.

use std::path::Path;
use std::process::{Command, Output};

/// The path of the program.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_poolproof");

/// Variables that change what the program prints, whatever the machine of the test has.
const NOT_INHERITED: [&str; 6] = [
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "GITHUB_STEP_SUMMARY",
    "GITHUB_WORKSPACE",
    "NO_COLOR",
    "RUST_BACKTRACE",
];

/// The program with arguments, not yet started.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    for variable in NOT_INHERITED {
        command.env_remove(variable);
    }
    command.args(arguments);
    command
}

/// Runs the program to its end.
pub fn poolproof(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

/// Runs the program in a directory.
pub fn poolproof_in(directory: &Path, arguments: &[&str]) -> Output {
    command(arguments).current_dir(directory).output().unwrap()
}

/// Runs the program, which must succeed, and returns what it prints.
pub fn printed(arguments: &[&str]) -> String {
    let output = poolproof(arguments);
    let errors = stderr(&output);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {errors}");
    stdout(&output)
}

/// What was printed, as text.
pub fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// What was printed about progress and errors, as text.
pub fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}
