//! `poolproof sweep driver`: shards on a cluster, by an engine that exists.
//!
//! The driver is a small Python program that calls `poolproof run-shard` and `poolproof merge`; it
//! is shipped inside this program so that both fit.

use std::path::PathBuf;
use std::process::Command;

use clap::{Args, ValueEnum};

use super::exit::Exit;
use super::failure::{CommandResult, Failure};
use super::terminal::print;

const DASK: &str = include_str!("../../cluster/dask_driver.py");

/// Print or run a driver that runs the shards of a manifest on a cluster
///
/// With --run the driver is given everything after `--`, for example: poolproof sweep driver
/// --engine dask --run -- manifest.json --scheduler tcp://host:8786 --out shards. It needs the
/// packages of cluster/requirements.txt.
#[derive(Args)]
pub struct DriverArgs {
    /// The engine
    #[arg(long, value_enum)]
    engine: ClusterEngine,
    /// Run the driver in place of printing it
    #[arg(long)]
    run: bool,
    /// The Python interpreter that has the packages
    #[arg(
        long,
        value_name = "PROGRAM",
        default_value = "python3",
        requires = "run"
    )]
    python: PathBuf,
    /// Arguments of the driver
    #[arg(last = true, value_name = "ARGUMENT", requires = "run")]
    arguments: Vec<String>,
}

/// An engine with a driver.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ClusterEngine {
    /// Dask.distributed
    Dask,
}

/// Runs the command.
pub fn run(args: &DriverArgs) -> CommandResult {
    let ClusterEngine::Dask = args.engine;
    if !args.run {
        print(DASK)?;
        return Ok(Exit::AsExpected);
    }
    let mut command = Command::new(&args.python);
    command.args(["-c", DASK]).args(&args.arguments);
    // The driver calls this very program for what runs here.
    if let Ok(program) = std::env::current_exe() {
        command.env("POOLPROOF", program);
    }
    let status = command.status().map_err(|error| {
        Failure::input(format!("cannot run {}: {error}", args.python.display()))
    })?;
    let same = |exit: &Exit| status.code() == Some(i32::from(exit.code()));
    Ok(Exit::BY_RANK
        .into_iter()
        .find(same)
        .unwrap_or(Exit::Undecided))
}
