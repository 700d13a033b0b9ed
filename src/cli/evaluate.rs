//! `poolproof evaluate`: validate, check, simulate, report.

use std::path::{Path, PathBuf};

use clap::Args;
use poolproof_reports::document::ResultDocument;
use poolproof_reports::{bundle, json};

use super::bounds::BoundArgs;
use super::format::RunFormat;
use super::runs::{self, Ran};
use super::{RunArgs, output, quoted, replay, stages};
use crate::evaluate;
use crate::exit::Exit;
use crate::scenario::Loaded;

/// Validate, check and simulate scenarios, and write a report for each: the main job
///
/// Prints a table and writes OUT/<scenario>/ with index.html, result.json, incidents.csv, charts
/// and the counterexample of every property that is violated.
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

fn evaluate(path: &Path, loaded: &Loaded, args: &EvaluateArgs) -> Ran {
    let scenario = &loaded.scenario;
    let command = format!(
        "poolproof evaluate {}{}{}",
        quoted(&path.display().to_string()),
        args.run.reproducing(),
        args.bounds.reproducing()
    );
    let (check, mut simulated) = args.run.on_threads(|| {
        (
            stages::check(scenario, &args.run, &args.bounds),
            stages::simulate(scenario, &args.run),
        )
    });
    replay::name_replays(&mut simulated.document, path, &args.run, None);
    let document = evaluate::document(
        scenario,
        &loaded.warnings,
        &command,
        Some(check.document),
        Some(simulated.document),
    );
    // Drawn from what is stored, so that `report` draws the same bytes again.
    let stored = json::result(&document)
        .map_err(|error| error.to_string())
        .and_then(|text| ResultDocument::parse(&text).map_err(|error| error.to_string()));
    let drawn = stored.and_then(|document| {
        let files = bundle::render(&document, &simulated.incidents);
        files
            .map(|files| (document, files))
            .map_err(|error| error.to_string())
    });
    let directory = output::directory(&args.out, &scenario.name);
    let (document, written) = match drawn {
        Ok((document, files)) => (document, output::write_bundle(&directory, &files)),
        Err(error) => {
            eprintln!("error: a defect in poolproof: the report cannot be drawn: {error}");
            (document, Err(Exit::Defect))
        }
    };
    let note = format!("\nreport: {}\n", directory.join("index.html").display());
    Ran {
        document,
        command,
        interrupted: check.interrupted || simulated.interrupted,
        note: written.map_or_else(|_| String::new(), |()| note),
        exit: written.map_or_else(|failed| failed, |()| Exit::AsExpected),
    }
}
