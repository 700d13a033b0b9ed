//! `poolproof evaluate`: validate, check, simulate, report.

use std::path::{Path, PathBuf};

use clap::Args;
use poolproof_reports::document::CutSets;

use super::bounds::BoundArgs;
use super::format::RunFormat;
use super::runs::{self, Ran};
use super::{RunArgs, bundles, out_option, output, quoted, replay, stages, studies};
use crate::evaluate;
use crate::exit::Exit;
use crate::scenario::Loaded;

/// Validate, check and simulate scenarios, and write a report for each: the main job
///
/// Prints a table and writes OUT/<scenario>/ with index.html, summary.md, result.json, figures.csv,
/// incidents.csv, charts and the counterexample of every property that is violated.
#[derive(Args)]
pub struct EvaluateArgs {
    /// Scenario files; - is standard input
    #[arg(required = true, value_name = "SCENARIO")]
    scenarios: Vec<PathBuf>,
    /// Write results below this directory
    #[arg(long, value_name = "DIRECTORY", default_value = "out")]
    out: PathBuf,
    /// Print the results in this form
    #[arg(long, value_enum, default_value = "human")]
    format: RunFormat,
    /// Go on where an interrupted run into the same directory ended
    #[arg(long)]
    resume: bool,
    #[command(flatten)]
    bounds: BoundArgs,
    #[command(flatten)]
    run: RunArgs,
}

/// Runs the command.
pub fn run(args: &EvaluateArgs) -> Exit {
    runs::over(&args.scenarios, &args.run, args.format, |path, loaded| {
        evaluate(path, &loaded, args)
    })
}

fn evaluate(path: &Path, loaded: &Loaded, args: &EvaluateArgs) -> Result<Ran, Exit> {
    let scenario = &loaded.scenario;
    let command = format!(
        "poolproof evaluate {}{}{}",
        quoted(&path.display().to_string()),
        args.run.reproducing(),
        args.bounds.reproducing()
    );
    output::claim(&output::directory(&args.out, &scenario.name))?;
    let (check, cut_sets) = args.run.on_threads(|| {
        (
            stages::check(scenario, &args.run, &args.bounds),
            stages::cuts(scenario, &args.run, &args.bounds),
        )
    });
    let (mut simulated, kept) = studies::alone(scenario, &args.run, Some(&args.out), args.resume)?;
    replay::name_replays(&mut simulated.document, path, &args.run, None);
    let mut document = evaluate::document(
        scenario,
        &loaded.warnings,
        &command,
        Some(check.document),
        Some(simulated.document),
    );
    document.cut_sets = cut_sets.map(|cut_sets| CutSets {
        identity: document.identity.clone(),
        ..cut_sets
    });
    let (document, note, exit) = bundles::write(document, &simulated.incidents, Some(&args.out));
    Ok(Ran {
        document,
        command,
        aside: out_option(Some(args.out.as_path()).filter(|out| *out != Path::new("out"))),
        interrupted: check.interrupted || simulated.interrupted,
        note,
        exit: exit.and(kept),
    })
}
