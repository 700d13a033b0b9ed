//! `poolproof solve`: the exact figures, where every delay is exponential.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use poolproof_engines::solve::chain::{Generator, STATES_MOST};
use poolproof_engines::solve::figures::{Figures, Within, YEAR_H, long_run, within};
use poolproof_engines::solve::lump::lump;
use poolproof_engines::solve::{SolveError, prism};
use serde::Serialize;

use super::timing::{Stopwatch, Timing};
use super::{Format, RunArgs, input, output, quoted};
use crate::app::compile::chain::{self, Product};
use crate::exit::Exit;
use crate::scenario::Scenario;

/// Solve a scenario exactly, where every delay is exponential or zero
///
/// Prints availability, outages and their length, the time to the first outage and the downtime of
/// a year, to twelve digits and without any chance. Data lost is not solved for: log shipping runs
/// by a timetable. Where a delay has another distribution, the keys to change are named.
///
/// An outage that ends at the instant at which it begins, because every delay in it is zero, is
/// none.
#[derive(Args)]
pub struct SolveArgs {
    /// Scenario files; - is standard input
    #[arg(required = true, value_name = "SCENARIO")]
    scenarios: Vec<PathBuf>,
    /// Write the chain into this directory as SCENARIO.tra, .lab and .srew, for the PRISM model
    /// checker
    #[arg(long, value_name = "DIRECTORY")]
    prism: Option<PathBuf>,
    /// Give up on a chain with more states than this
    #[arg(long, value_name = "NUMBER", default_value_t = STATES_MOST)]
    max_states: usize,
    /// Print the solution in this form
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
    #[command(flatten)]
    run: RunArgs,
}

/// Runs the command.
pub fn run(args: &SolveArgs) -> Exit {
    let each = args.scenarios.iter().map(|path| solve_one(path, args));
    each.fold(Exit::AsExpected, Exit::and)
}

fn solve_one(path: &Path, args: &SolveArgs) -> Exit {
    let loaded = match input::load(path, &args.run) {
        Ok(loaded) => loaded,
        Err(exit) => return exit,
    };
    let scenario = &loaded.scenario;
    let watch = Stopwatch::start();
    let product = chain::chain(scenario, args.max_states);
    let chain = match &product.chain {
        Ok(chain) => chain,
        Err(error) => return refused(path, scenario, &product, error),
    };
    let whole = &chain.generator;
    let lumped = lump(whole).generator;
    let figures = match long_run(&lumped) {
        Ok(figures) => figures,
        Err(error) => return refused(path, scenario, &product, &error),
    };
    // The long run is an answer even where a year would take too long.
    let year = within(&lumped, YEAR_H).ok();
    if args.run.timing {
        Timing {
            stage: "solve",
            seconds: watch.seconds(),
            ..Timing::default()
        }
        .print();
    }
    if let Some(directory) = &args.prism
        && let Err(exit) = export(directory, &scenario.name, whole)
    {
        return exit;
    }
    let command = format!(
        "poolproof solve {}{}",
        quoted(&path.display().to_string()),
        args.run.reproducing()
    );
    let mut solution = Solution::new(scenario, command, &figures, year);
    (solution.states, solution.transitions) = (whole.len(), whole.transitions());
    solution.states_lumped = lumped.len();
    match args.format {
        Format::Human => output::print(&solution.table()),
        Format::Json => match serde_json::to_string_pretty(&solution) {
            Ok(text) => output::print(&format!("{text}\n")),
            Err(error) => {
                eprintln!("error: the solution cannot be written as JSON: {error}");
                Exit::Defect
            }
        },
    }
}

/// Writes the chain, each file under a temporary name first.
fn export(directory: &Path, name: &str, generator: &Generator) -> Result<(), Exit> {
    for (suffix, bytes) in prism::files(generator) {
        let file = format!("{name}{suffix}");
        output::write_file(&directory.join(&file), &bytes).map_err(|error| {
            eprintln!(
                "error: cannot write {}: {error}",
                directory.join(&file).display()
            );
            Exit::Output
        })?;
    }
    Ok(())
}

/// Says why there is no exact answer, and what to change.
fn refused(path: &Path, scenario: &Scenario, product: &Product, error: &SolveError) -> Exit {
    eprintln!("error: {}: {error}", path.display());
    match error {
        SolveError::NotExponential { at } => {
            for unfit in chain::unfit(scenario, &product.topology, at) {
                let value = match &unfit.value[..] {
                    "" => " (several ways to fail: their repairs are a mixture)".to_owned(),
                    value => format!(" = {value}"),
                };
                eprintln!("  {}{value}", unfit.key);
                eprintln!("      is the delay of {}", some_of(&unfit.events));
            }
            eprintln!("help: give each of these an exponential delay, as in");
            eprintln!(
                "      {{ exponential = \"30min\" }}, or none, \"0s\"; write a component that"
            );
            eprintln!("      fails in one way only, or never: []");
            Exit::Input
        }
        SolveError::TooManyStates { .. } => {
            eprintln!("help: raise --max-states, or let fewer components fail");
            Exit::Undecided
        }
        SolveError::NoTimePasses { .. } => {
            eprintln!("help: give one of the delays a value above 0");
            Exit::Input
        }
        SolveError::NotConverged { .. } => Exit::Undecided,
    }
}

/// The first few of many names.
fn some_of(names: &[String]) -> String {
    const SHOWN: usize = 4;
    let shown = names[..names.len().min(SHOWN)].join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// What is printed. Times in hours, rates per hour, rounded to twelve digits.
#[derive(Serialize)]
struct Solution {
    schema: &'static str,
    scenario: String,
    digest: String,
    version: &'static str,
    command: String,
    states: usize,
    transitions: usize,
    /// Of the states, those that availability can tell apart.
    states_lumped: usize,
    method: &'static str,
    residual: f64,
    availability: f64,
    unavailability: f64,
    outages_per_hour: f64,
    outages_per_year: f64,
    downtime_h_per_year: f64,
    /// Null where there are no outages, or one that never ends.
    mean_outage_h: Option<f64>,
    /// Null where there may never be an outage.
    time_to_first_outage_h: Option<f64>,
    /// Null for a chain that is too large or can end in several ways.
    downtime_variance_h2_per_h: Option<f64>,
    /// Null where it would take too long.
    first_year: Option<FirstYear>,
}

#[derive(Serialize)]
struct FirstYear {
    hours: f64,
    downtime_h: f64,
    outages: f64,
    any_outage: f64,
    availability_at_end: f64,
}

impl Solution {
    fn new(scenario: &Scenario, command: String, figures: &Figures, year: Option<Within>) -> Self {
        let finite = |x: Option<f64>| x.filter(|x| x.is_finite()).map(rounded);
        Self {
            schema: "poolproof/solution/v1",
            scenario: scenario.name.clone(),
            digest: scenario.digest.clone(),
            version: env!("CARGO_PKG_VERSION"),
            command,
            states: 0,
            transitions: 0,
            states_lumped: 0,
            method: figures.method.name(),
            // Rounding noise, of which only the order of magnitude means anything.
            residual: digits(figures.residual, 1),
            availability: rounded(figures.availability),
            unavailability: rounded(figures.unavailability),
            outages_per_hour: rounded(figures.outages_per_hour),
            outages_per_year: rounded(figures.outages_per_hour * YEAR_H),
            downtime_h_per_year: rounded(figures.unavailability * YEAR_H),
            mean_outage_h: finite(figures.mean_outage_h),
            time_to_first_outage_h: finite(figures.time_to_first_outage_h),
            downtime_variance_h2_per_h: finite(figures.variance_rate_h),
            first_year: year.map(|year| FirstYear {
                hours: year.hours,
                downtime_h: rounded(year.downtime_h),
                outages: rounded(year.outages),
                any_outage: rounded(year.any_outage),
                availability_at_end: rounded(year.availability_at_end),
            }),
        }
    }

    fn table(&self) -> String {
        let mut text = String::new();
        let _ = writeln!(
            text,
            "{}: solved exactly, {} states lumped to {}, by {}",
            self.scenario, self.states, self.states_lumped, self.method
        );
        let hours = |x: f64| format!("{x} h{}", in_people_s_units(x));
        let or = |x: Option<f64>, none: &str| x.map_or_else(|| none.to_owned(), hours);
        let of_year = |f: &dyn Fn(&FirstYear) -> String| {
            let year = self.first_year.as_ref();
            year.map_or_else(|| "not computed: it would take too long".to_owned(), f)
        };
        let rows = [
            ("In the long run", String::new()),
            ("  availability", self.availability.to_string()),
            ("  unavailability", self.unavailability.to_string()),
            ("  outages per hour", self.outages_per_hour.to_string()),
            ("  outages per year", self.outages_per_year.to_string()),
            (
                "  mean outage",
                or(self.mean_outage_h, "none, or without end"),
            ),
            ("  downtime per year", hours(self.downtime_h_per_year)),
            (
                "  variance rate of downtime",
                self.downtime_variance_h2_per_h
                    .map_or_else(|| "not computed".to_owned(), |x| format!("{x} h")),
            ),
            ("From the start", String::new()),
            (
                "  mean time to first outage",
                or(
                    self.time_to_first_outage_h,
                    "infinite: there may never be one",
                ),
            ),
            ("  first year: downtime", of_year(&|y| hours(y.downtime_h))),
            ("  first year: outages", of_year(&|y| y.outages.to_string())),
            (
                "  first year: P(any outage)",
                of_year(&|y| y.any_outage.to_string()),
            ),
        ];
        for (what, value) in rows {
            let _ = writeln!(text, "{}", format!("{what:<30}{value}").trim_end());
        }
        text
    }
}

/// A time as people say it, beside its digits.
fn in_people_s_units(hours: f64) -> String {
    let (value, unit) = match hours {
        h if h <= 0.0 => return String::new(),
        h if h < 1.0 / 60.0 => (h * 3_600.0, "s"),
        h if h < 1.0 => (h * 60.0, "min"),
        h if h < 48.0 => return String::new(),
        h if h < YEAR_H => (h / 24.0, "d"),
        h => (h / YEAR_H, "years"),
    };
    format!(" ({} {unit})", digits(value, 3))
}

fn rounded(x: f64) -> f64 {
    digits(x, 12)
}

/// The number with so many significant digits.
fn digits(x: f64, count: usize) -> f64 {
    format!("{x:.*e}", count.saturating_sub(1))
        .parse()
        .unwrap_or(x)
}
