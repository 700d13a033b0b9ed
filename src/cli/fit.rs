//! `poolproof fit`: values of a scenario from records of the servers.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use poolproof_reports::fit::{page, table};

use super::exit::Exit;
use super::failure::{CommandResult, Failure};
use super::format::OutputFormat;
use super::terminal::{print, say};
use super::{chain, files, ownership};
use crate::app::fit::{FitRequest, MARK, fit};
use crate::app::regression::relative;
use crate::app::reproduction::Reproduction;
use crate::scenario;

/// Fit intervals, durations, failure rates and repair times to the records of the servers
///
/// Writes a scenario file in which each value has its source, the number of observations and the
/// interval. Where the records say too little, the prior stays, or is combined with them, and the
/// file says so. The records are those that `poolproof collect` asks for.
#[derive(Args)]
pub struct FitArgs {
    /// The manifest of the records, or the directory of its records.toml
    #[arg(value_name = "RECORDS")]
    records: PathBuf,
    /// Take the priors from this scenario, which the written file then varies
    #[arg(long, value_name = "FILE")]
    scenario: Option<PathBuf>,
    /// Write the measured values to this file; one that `fit` did not write is not overwritten
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write a page with every value, from which rows it is, and what was not usable
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Print in this form; json follows the schema poolproof/fit/v1
    #[arg(
        long,
        value_parser = OutputFormat::among(&OutputFormat::PLAIN),
        default_value = "human",
    )]
    format: OutputFormat,
}

/// Runs the command.
pub fn run(args: &FitArgs) -> CommandResult {
    if let Some(path) = args.output.iter().find(|path| is_foreign(path)) {
        return Err(ownership::exists(path));
    }
    if let Some(path) = args.html.iter().find(|path| ownership::is_foreign(path)) {
        return Err(ownership::exists(path));
    }
    for path in args.output.iter().chain(&args.html) {
        files::try_file(path)?;
    }
    let loaded = match &args.scenario {
        Some(path) => scenario::load(path)?,
        None => scenario::defaults()?,
    };
    let records = chain::load(&args.records)?;
    let extends = args
        .scenario
        .as_deref()
        .map(|scenario| extends(scenario, args));
    let command = Reproduction::new("fit")
        .argument(args.records.display())
        .given(
            "--scenario",
            args.scenario.as_ref().map(|path| path.display()),
        );
    let fitted = fit(&FitRequest {
        records: &records,
        prior: &loaded.scenario,
        extends: extends.as_deref(),
        command: command.to_string(),
    });
    if let Some(path) = &args.output {
        let directory = path.parent().unwrap_or(Path::new(""));
        let mut wanted = vec![(path.clone(), fitted.toml.into_bytes())];
        let named = fitted.files.into_iter();
        wanted.extend(named.map(|(name, text)| (directory.join(name), text.into_bytes())));
        if let Some((path, _)) = wanted.iter().find(|(path, _)| is_foreign(path)) {
            return Err(ownership::exists(path));
        }
        say(files::write_listed(&wanted)?.trim_end());
    }
    if let Some(path) = &args.html {
        let page = page(&fitted.document).map_err(Failure::defect)?;
        files::write(path, page.as_bytes())?;
        say(&format!("wrote {}", path.display()));
    }
    print(&match args.format {
        OutputFormat::Json => fitted.document.json().map_err(Failure::defect)?,
        _ => table(&fitted.document),
    })?;
    Ok(Exit::AsExpected)
}

/// The scenario, as the written file has to name it.
fn extends(scenario: &Path, args: &FitArgs) -> String {
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let output = args
        .output
        .as_deref()
        .unwrap_or(Path::new("pool-rates.toml"));
    relative(&absolute(output), &absolute(scenario))
}

/// Whether there is a file that a fit has not written.
fn is_foreign(path: &Path) -> bool {
    let begins = |bytes: Vec<u8>| bytes.starts_with(MARK.as_bytes());
    path.exists() && !fs::read(path).is_ok_and(begins)
}
