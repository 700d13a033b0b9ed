//! `poolproof evaluate`: validate, check, simulate, report.

use std::path::{Path, PathBuf};

use clap::Args;
use poolproof_reports::document::ResultDocument;
use poolproof_reports::{bundle, json, table};

use super::{Format, RunArgs, exit_of, input, output, quoted, stages};
use crate::evaluate;
use crate::exit::Exit;

/// Validate, check and simulate scenarios, and write a report for each: the main job
///
/// Prints a table and writes OUT/<scenario>/ with index.html, result.json, incidents.csv, charts
/// and the counterexample of every property that is violated.
#[derive(Args)]
pub struct EvaluateArgs {
    /// Scenario files
    #[arg(required = true, value_name = "SCENARIO")]
    scenarios: Vec<PathBuf>,
    /// Write results below this directory
    #[arg(long, value_name = "DIRECTORY", default_value = "out")]
    out: PathBuf,
    /// Print the result in this form
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
    #[command(flatten)]
    run: RunArgs,
}

/// Runs the command.
pub fn run(args: &EvaluateArgs) -> Exit {
    let each = args.scenarios.iter().map(|path| evaluate(path, args));
    each.fold(Exit::AsExpected, Exit::and)
}

fn evaluate(path: &Path, args: &EvaluateArgs) -> Exit {
    let loaded = match input::load(path, &args.run) {
        Ok(loaded) => loaded,
        Err(exit) => return exit,
    };
    let scenario = &loaded.scenario;
    let command = format!(
        "poolproof evaluate {}{}",
        quoted(&path.display().to_string()),
        args.run.reproducing()
    );
    let (check, simulated) = args.run.on_threads(|| {
        (
            stages::check(scenario, &args.run),
            stages::simulate(scenario, &args.run),
        )
    });
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
    let (document, files) = match drawn {
        Ok(drawn) => drawn,
        Err(error) => {
            eprintln!("error: a defect in poolproof: the report cannot be drawn: {error}");
            return Exit::Defect;
        }
    };
    let directory = output::directory(&args.out, &scenario.name);
    let text = match args.format {
        Format::Human => table::text(&document),
        Format::Json => match json::result(&document) {
            Ok(bytes) => bytes,
            Err(error) => {
                eprintln!("error: the result cannot be written as JSON: {error}");
                return Exit::Defect;
            }
        },
    };
    let interrupted = check.interrupted || simulated.interrupted;
    let mut exit = exit_of(&document).and(output::print(&text));
    if interrupted {
        exit = exit.and(Exit::Interrupted);
    }
    match output::write_bundle(&directory, &files) {
        Ok(()) if args.format == Format::Human => {
            let place = format!("\nreport: {}\n", directory.join("index.html").display());
            exit = exit.and(output::print(&place));
        }
        Ok(()) => {}
        Err(failed) => exit = exit.and(failed),
    }
    if exit != Exit::AsExpected {
        eprintln!("{command}");
    }
    exit
}
