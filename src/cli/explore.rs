//! `poolproof explore`: the model in a browser, state by state.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use poolproof_stateright::{ExplorerModel, serve};

use super::exit::Exit;
use super::failure::{CommandResult, Failure};
use super::flags::{OneBudgetArgs, RunArgs};
use super::interrupt;
use super::terminal::print;
use crate::app::compile::check;
use crate::explain::explorer::ExplorerWords;

/// Walk through the model in a browser, one event at a time
///
/// Serves Stateright's Explorer on this machine only, until Ctrl-C. Each state says what every
/// server is and holds, each event who does what, and every checked property has its line.
#[derive(Args)]
pub struct ExploreArgs {
    /// Scenario file
    #[arg(value_name = "SCENARIO")]
    scenario: PathBuf,
    /// Listen on this port of 127.0.0.1
    #[arg(long, value_name = "NUMBER", default_value_t = 3000,
        value_parser = clap::value_parser!(u16).range(1..))]
    port: u16,
    #[command(flatten)]
    budget: OneBudgetArgs,
    #[command(flatten)]
    run: RunArgs,
}

/// Runs the command.
pub fn run(args: &ExploreArgs) -> CommandResult {
    let loaded = args.budget.narrow(args.run.load(&args.scenario)?)?;
    // Never another address: there is no password.
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, args.port));
    // The server itself has no answer to a port that is taken but to end the program.
    TcpListener::bind(address).map_err(|error| {
        Failure::output(format!("cannot listen on {address}: {error}"))
            .hinted("choose another port with --port")
    })?;
    let scenario = &loaded.scenario;
    let model = ExplorerModel::new(
        check::model(scenario),
        check::properties(scenario),
        ExplorerWords,
    );
    print(&format!(
        "exploring {} at http://{address}/ until Ctrl-C\n",
        scenario.name
    ))?;
    std::thread::spawn(move || {
        serve(model, address);
    });
    while !interrupt::requested() {
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(Exit::Interrupted)
}
