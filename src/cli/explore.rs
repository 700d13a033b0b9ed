//! `poolproof explore`: the model in a browser, state by state.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use clap::Args;

use super::failure::{CommandResult, Failure};
use super::flags::{OneBudgetArgs, RunArgs};
use super::serve::until_interrupted;
use super::trace::{self, is_trace};
use crate::app::exploration::Exploration;
use crate::scenario::Scenario;
use crate::serve::ExploringRoutes;

/// Walk through the model in a browser, one event at a time
///
/// Serves a page for each state on this machine only, until Ctrl-C: how every server stands and
/// what it holds, which properties the state violates, what can happen next, faults apart, and what
/// cannot happen, with the reason. With a recorded counterexample it begins at the end of it, and
/// every step is a place to leave the recorded path.
#[derive(Args)]
pub struct ExploreArgs {
    /// A scenario file, or a trace: a file ending in .json
    #[arg(value_name = "TRACE|SCENARIO")]
    subject: PathBuf,
    /// Listen on this port of 127.0.0.1; 0 takes one that is free
    #[arg(long, value_name = "NUMBER", default_value_t = 3000)]
    port: u16,
    #[command(flatten)]
    budget: OneBudgetArgs,
    #[command(flatten)]
    run: RunArgs,
}

/// Runs the command.
pub fn run(args: &ExploreArgs) -> CommandResult {
    let (scenario, way) = if is_trace(&args.subject) {
        recorded(args)?
    } else {
        let loaded = args.budget.narrow(args.run.load(&args.subject)?)?;
        (loaded.scenario, String::new())
    };
    let exploration = Exploration::new(&scenario);
    if exploration.page(&way).is_none() {
        let subject = args.subject.display();
        return Err(Failure::input(format!(
            "{subject} cannot be followed within the budget of the check"
        ))
        .hinted("poolproof replay says how far it goes"));
    }
    // Never another address: nothing here is meant for a network.
    let asked = SocketAddr::from((Ipv4Addr::LOCALHOST, args.port));
    let routes = ExploringRoutes::new(exploration);
    until_interrupted(asked, routes, |address| {
        format!(
            "exploring {} at {address}{way} until Ctrl-C\n",
            scenario.name
        )
    })
}

/// The scenario of a trace within its budget, and the way that the trace goes.
fn recorded(args: &ExploreArgs) -> Result<(Scenario, String), Failure> {
    let opened = trace::open(&args.subject, None, &args.run)?;
    let way = Exploration::way(&opened.trace.counterexample.steps);
    let scenario = opened.loaded.scenario;
    let Some(budget) = &opened.trace.budget else {
        return Ok((scenario, way));
    };
    let mut scenarios = scenario
        .budgets(std::slice::from_ref(budget))
        .map_err(|error| Failure::input(error.to_string()))?;
    Ok((scenarios.remove(0), way))
}
