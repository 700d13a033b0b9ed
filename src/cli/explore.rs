//! `poolproof explore`: the model in a browser, state by state.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use poolproof_stateright::{ExplorerModel, serve};

use super::{RunArgs, input, interrupt, output};
use crate::app::compile::check;
use crate::exit::Exit;
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
    run: RunArgs,
}

/// Runs the command.
pub fn run(args: &ExploreArgs) -> Exit {
    let loaded = match input::load(&args.scenario, &args.run) {
        Ok(loaded) => loaded,
        Err(exit) => return exit,
    };
    // Never another address: there is no password.
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, args.port));
    // The server itself has no answer to a port that is taken but to end the program.
    if let Err(error) = TcpListener::bind(address) {
        eprintln!("error: cannot listen on {address}: {error}");
        eprintln!("help: choose another port with --port");
        return Exit::Output;
    }
    let scenario = &loaded.scenario;
    let model = ExplorerModel::new(
        check::model(scenario),
        check::properties(scenario),
        ExplorerWords,
    );
    let text = format!(
        "exploring {} at http://{address}/ until Ctrl-C\n",
        scenario.name
    );
    let exit = output::print(&text);
    if exit != Exit::AsExpected {
        return exit;
    }
    std::thread::spawn(move || {
        serve(model, address);
    });
    while !interrupt::requested() {
        std::thread::sleep(Duration::from_millis(50));
    }
    Exit::Interrupted
}
