//! `poolproof serve`: what if, in a browser.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Component, Path, PathBuf};
use std::time::Duration;
use std::{fs, thread};

use clap::Args;

use super::exit::Exit;
use super::failure::{CommandResult, Failure};
use super::init::TemplateName;
use super::limits::LimitArgs;
use super::terminal::{print, say};
use super::{interrupt, memory};
use crate::app::whatif::{WhatIf, WhatIfSubject};
use crate::scenario::{self, FileSystem};
use crate::serve::{Gate, Routes, WhatIfRoutes, serve};

/// Change a scenario in a browser and see at once what becomes of the answer
///
/// Serves a page on this machine only, until Ctrl-C: the pool as a picture that can be changed, the
/// runbooks, the rates and the objectives, and beside them the verdicts and figures, first coarse,
/// then as exact as those of evaluate. Nothing is written: the changed scenario, the report and the
/// command that makes it again are downloaded from the page.
#[derive(Args)]
pub struct ServeArgs {
    /// Scenario file; without it, a template
    #[arg(value_name = "SCENARIO")]
    scenario: Option<PathBuf>,
    /// Start from this design where no file is given
    #[arg(long, value_enum, default_value = "lbw", conflicts_with = "scenario")]
    template: TemplateName,
    /// Listen on this port; 0 takes one that is free
    #[arg(long, value_name = "NUMBER", default_value_t = 3100)]
    port: u16,
    /// Listen on this address of the machine: anybody who sees the address of the page, on
    /// the network too, can use it
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    listen: IpAddr,
    #[command(flatten)]
    limits: LimitArgs,
}

/// Runs the command.
pub fn run(args: &ServeArgs) -> CommandResult {
    let subject = match &args.scenario {
        Some(path) => of_file(path)?,
        None => WhatIfSubject::Template(args.template.template()),
    };
    let about = WhatIf::open(subject, args.limits.limits(), args.limits.options())?;
    let what = about.file().to_owned();
    let routes = WhatIfRoutes::new(about, memory::spare);
    until_interrupted(
        SocketAddr::from((args.listen, args.port)),
        routes,
        |address| format!("serving {what} at {address} until Ctrl-C\n"),
    )
}

/// Serves pages until Ctrl-C; `announced` says where, from the address of the first page.
pub fn until_interrupted(
    asked: SocketAddr,
    routes: impl Routes,
    announced: impl Fn(&str) -> String,
) -> CommandResult {
    let cannot_listen = |error| {
        Failure::output(format!("cannot listen on {asked}: {error}"))
            .hinted("choose another port with --port")
    };
    let listener = TcpListener::bind(asked).map_err(cannot_listen)?;
    let address = listener.local_addr().map_err(cannot_listen)?;
    let gate = Gate::new(address)
        .map_err(|error| Failure::output(format!("the system gives no random token: {error}")))?;
    if !address.ip().is_loopback() {
        say(&format!(
            "warning: {address} can be reached from other machines; anybody who sees the address \
             below can use the page, and what it sends is not encrypted"
        ));
    }
    // From here on: who knows the address may end it.
    let _ = interrupt::requested();
    print(&announced(&gate.address()))?;
    let server = thread::spawn(move || serve(&listener, gate, routes));
    while !interrupt::requested() {
        if server.is_finished() {
            let ended = server.join();
            let error = ended.ok().and_then(Result::err);
            let error = error.map_or_else(String::new, |error| format!(": {error}"));
            return Err(Failure::output(format!("the server has ended{error}")));
        }
        thread::sleep(Duration::from_millis(50));
    }
    Ok(Exit::Interrupted)
}

/// A scenario file, with the runbooks beside those that it names.
fn of_file(path: &Path) -> Result<WhatIfSubject, Failure> {
    if path == Path::new("-") {
        return Err(Failure::usage("the page needs a file, not standard input")
            .hinted("write the scenario to a file, and name that"));
    }
    let loaded = scenario::load(path)?;
    let directory = path.parent().unwrap_or(Path::new(""));
    let mut places = BTreeSet::new();
    for runbook in loaded.scenario.operators.runbooks() {
        places.extend(Path::new(&runbook.file).parent().map(Path::to_owned));
    }
    let mut runbooks = Vec::new();
    for place in places {
        let Some(below) = from_to(directory, &place) else {
            continue;
        };
        let Ok(entries) = fs::read_dir(Path::new(".").join(&place)) else {
            continue;
        };
        let names = entries.flatten().map(|entry| entry.file_name());
        let mut names: Vec<PathBuf> = names.map(|name| below.join(name)).collect();
        names.retain(|name| name.extension().is_some_and(|known| known == "toml"));
        names.sort();
        runbooks.extend(names.iter().map(|name| name.display().to_string()));
    }
    Ok(WhatIfSubject::File {
        name: path.display().to_string(),
        resolver: Box::new(FileSystem),
        runbooks,
    })
}

/// The way from one directory to another, as a file in the first would write it.
fn from_to(from: &Path, to: &Path) -> Option<PathBuf> {
    if from.is_absolute() != to.is_absolute() {
        return None;
    }
    let (mut from, mut to) = (from.components().peekable(), to.components().peekable());
    while from.peek().is_some() && from.peek() == to.peek() {
        from.next();
        to.next();
    }
    let up = from.map(|part| matches!(part, Component::Normal(_)).then_some(".."));
    let up: Option<PathBuf> = up.collect();
    Some(up?.join(to.collect::<PathBuf>()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runbooks_are_named_as_the_scenario_would() {
        let way = |from: &str, to: &str| {
            let way = from_to(Path::new(from), Path::new(to));
            way.map(|way| way.display().to_string().replace('\\', "/"))
        };
        let some = |way: &str| Some(way.to_owned());
        assert_eq!(way("", "runbooks"), some("runbooks"));
        assert_eq!(way("a", "a/runbooks"), some("runbooks"));
        assert_eq!(way("a/hazards", "a/runbooks"), some("../runbooks"));
        assert_eq!(way("..", "runbooks"), None);
        assert_eq!(way("a", "/runbooks"), None);
    }
}
