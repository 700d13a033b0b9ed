//! The exact solution of a scenario, where every delay is exponential or zero.

use std::fmt::Write as _;

use poolproof_engines::clocks::exponential::Replacement;
pub use poolproof_engines::solve::chain::STATES_MOST;
use poolproof_engines::solve::figures::{Figures, Within, YEAR_H, long_run, within};
use poolproof_engines::solve::lump::lump;
use poolproof_engines::solve::rates::HOUR_MS;
use poolproof_engines::solve::steady::SteadyMethod;
use poolproof_engines::solve::{SolveError, prism};
use poolproof_reports::{quantity, visible};
use serde::Serialize;

use super::beside::{Beside, beside};
use super::clock::Stopwatch;
use super::error::{AppError, ErrorKind};
use super::observer::{Execution, StageTiming};
use super::reproduction::Reproduction;
use crate::app::compile::chain::{self, Product};
use crate::scenario::Scenario;

/// An exact solution of one scenario.
pub struct SolveRequest<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// The most states of the chain.
    pub states_most: usize,
    /// Whether exponential delays of the same means stand for all others.
    pub exponential: bool,
    /// Whether to give the chain for the PRISM model checker as well.
    pub prism: bool,
    /// The command that makes it again.
    pub command: &'a Reproduction,
}

/// What the solver found.
pub struct Solved {
    /// The figures.
    pub solution: Solution,
    /// The chain in PRISM's explicit format: names and bytes of files; none unless asked for.
    pub prism: Vec<(String, Vec<u8>)>,
}

/// Solves a scenario exactly.
///
/// # Errors
///
/// When a delay has another distribution, the chain is too large, or no time passes in it.
pub fn solve(request: &SolveRequest<'_>, execution: &Execution<'_>) -> Result<Solved, AppError> {
    let scenario = request.scenario;
    let watch = Stopwatch::start();
    let product = match request.exponential {
        true => chain::exponential_chain(scenario, request.states_most),
        false => chain::chain(scenario, request.states_most),
    };
    let refused = |error: &SolveError| refused(scenario, &product, error);
    let whole = &product.chain.as_ref().map_err(refused)?.generator;
    let lumped = lump(whole).generator;
    let figures = long_run(&lumped).map_err(|error| refused(&error))?;
    // The long run is an answer even where a year would take too long.
    let year = within(&lumped, YEAR_H).ok();
    let replaced = request
        .exponential
        .then(|| Replaced::of(scenario, &product));
    execution.observer.finished(&StageTiming {
        stage: "solve",
        seconds: watch.seconds(),
        ..StageTiming::default()
    });
    let sizes = [whole.len(), whole.transitions(), lumped.len()];
    let named = |(suffix, bytes)| (format!("{}{suffix}", scenario.name), bytes);
    let horizon_h = scenario.simulate.horizon.ms as f64 / HOUR_MS;
    let exact = match &year {
        Some(year) if horizon_h == YEAR_H => Some(*year),
        _ => within(&lumped, horizon_h).ok(),
    };
    let beside = match (&replaced, exact) {
        (Some(_), Some(exact)) => {
            let (topology, clocks) = (&product.topology, &product.activities);
            Some(beside(scenario, topology, clocks, &exact, execution)?)
        }
        _ => None,
    };
    Ok(Solved {
        solution: Solution {
            replaced,
            beside,
            ..Solution::new(scenario, request.command.to_string(), sizes, &figures, year)
        },
        prism: match request.prism {
            true => prism::files(whole).into_iter().map(named).collect(),
            false => Vec::new(),
        },
    })
}

/// Why there is no exact answer, and what to change.
fn refused(scenario: &Scenario, product: &Product, error: &SolveError) -> AppError {
    let named = |kind: ErrorKind| AppError::new(kind, format!("{}: {error}", scenario.name));
    match error {
        SolveError::NotExponential { at } => {
            let mut refused = named(ErrorKind::Input);
            for unfit in chain::unfit(scenario, &product.topology, at) {
                let value = match &unfit.value[..] {
                    "" => " (several ways to fail: their repairs are a mixture)".to_owned(),
                    value => format!(" = {value}"),
                };
                let (key, events) = (&unfit.key, some_of(&unfit.events));
                refused.message += &format!("\n  {key}{value}\n      is the delay of {events}");
            }
            refused
                .hinted(
                    "give each of these an exponential delay, as in { exponential = \"30min\" }, \
                     or none, \"0s\"",
                )
                .hinted("write a component that fails in one way only, or never: []")
                .hinted(
                    "--exponential replaces all of them by exponential delays of the same means",
                )
        }
        SolveError::TooManyStates { .. } => {
            named(ErrorKind::Undecided).hinted("raise --max-states, or let fewer components fail")
        }
        SolveError::NoTimePasses { .. } => {
            named(ErrorKind::Input).hinted("give one of the delays a value above 0")
        }
        SolveError::NotConverged { .. } => named(ErrorKind::Undecided),
    }
}

/// What exponential delays stand for.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Replaced {
    delays: Vec<ReplacedKey>,
    /// Steps take their own time, whatever log waits.
    steps_take_their_own_time: bool,
    /// Planned work runs by a timetable.
    planned_work_left_out: bool,
    /// A stall counts as an outage from its first moment on.
    short_stalls_count: bool,
}

/// A key whose value an exponential delay of the same mean stands for.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct ReplacedKey {
    key: String,
    /// In the syntax of the file; empty where several keys make one delay.
    value: String,
    mean_h: f64,
}

impl Replaced {
    fn of(scenario: &Scenario, product: &Product) -> Self {
        let delays = chain::replaced_delays(scenario, product).into_iter();
        let is = |one: fn(&Replacement) -> bool| product.replaced.iter().any(one);
        Self {
            delays: delays
                .map(|one| ReplacedKey {
                    key: one.key,
                    value: one.value,
                    mean_h: rounded(one.mean_ms / HOUR_MS),
                })
                .collect(),
            steps_take_their_own_time: is(|one| *one == Replacement::Steps),
            planned_work_left_out: is(|one| matches!(one, Replacement::Planned { .. })),
            short_stalls_count: is(|one| *one == Replacement::Pause)
                && !scenario.failures.stall.rate.is_zero(),
        }
    }

    /// Lines of the table.
    fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if !self.delays.is_empty() {
            lines.push("Exponential delays of the same mean stand for".to_owned());
        }
        for one in &self.delays {
            let value = match &one.value[..] {
                "" => "several values".to_owned(),
                value => value.to_owned(),
            };
            let mean = quantity::duration(one.mean_h * HOUR_MS);
            lines.push(format!("  {} = {value}: {mean}", one.key));
        }
        if self.steps_take_their_own_time {
            lines.push("Steps of runbooks take their own time, whatever log waits.".to_owned());
        }
        if self.planned_work_left_out {
            lines.push("Planned work is left out: it runs by a timetable.".to_owned());
        }
        if self.short_stalls_count {
            lines.push("Every stall counts as an outage, however short it is.".to_owned());
        }
        lines
    }
}

/// How a chain was solved, as solutions say it.
const fn method_text(method: SteadyMethod) -> &'static str {
    match method {
        SteadyMethod::Elimination => "elimination without subtraction",
        SteadyMethod::Iteration => "Gauss-Seidel iteration",
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

/// The exact figures of a scenario. Times in hours, rates per hour, rounded to twelve digits, and
/// those of the first year to ten.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Solution {
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
    /// Absent unless exponential delays were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    replaced: Option<Replaced>,
    /// Absent unless exponential delays were asked for, or where it would take too long.
    #[serde(skip_serializing_if = "Option::is_none")]
    beside: Option<Beside>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct FirstYear {
    hours: f64,
    downtime_h: f64,
    outages: f64,
    any_outage: f64,
    availability_at_end: f64,
}

impl Solution {
    fn new(
        scenario: &Scenario,
        command: String,
        [states, transitions, states_lumped]: [usize; 3],
        figures: &Figures,
        year: Option<Within>,
    ) -> Self {
        let finite = |x: Option<f64>| x.filter(|x| x.is_finite()).map(rounded);
        Self {
            schema: "poolproof/solution/v1",
            scenario: scenario.name.clone(),
            digest: scenario.digest.clone(),
            version: env!("CARGO_PKG_VERSION"),
            command,
            states,
            transitions,
            states_lumped,
            method: method_text(figures.method),
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
                downtime_h: digits_of_year(year.downtime_h),
                outages: digits_of_year(year.outages),
                any_outage: digits_of_year(year.any_outage),
                availability_at_end: digits_of_year(year.availability_at_end),
            }),
            replaced: None,
            beside: None,
        }
    }

    /// The document, schema `poolproof/solution/v1`.
    ///
    /// # Errors
    ///
    /// A defect, where it cannot be written as JSON.
    pub fn json(&self) -> Result<String, AppError> {
        let text = serde_json::to_string_pretty(self).map_err(AppError::defect)?;
        Ok(visible::json(text + "\n"))
    }

    /// A table for people.
    #[must_use]
    pub fn table(&self) -> String {
        let mut text = String::new();
        let _ = writeln!(
            text,
            "{}: solved exactly{}\n  {} states lumped to {}, by {}",
            self.scenario,
            match self.replaced {
                Some(_) => ", with exponential delays",
                None => "",
            },
            self.states,
            self.states_lumped,
            self.method
        );
        let hours = |x: f64| format!("{x} h{}", in_readable_units(x));
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
        let replaced = self.replaced.iter().flat_map(Replaced::lines);
        let beside = self.beside.iter().flat_map(Beside::lines);
        for line in beside.chain(replaced) {
            let _ = writeln!(text, "{line}");
        }
        text
    }
}

/// A time in a unit that suits its size, beside its digits.
fn in_readable_units(hours: f64) -> String {
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

/// Over a bounded time a stiff chain takes millions of steps, which leave ten digits.
fn digits_of_year(x: f64) -> f64 {
    digits(x, 10)
}

/// The number with so many significant digits; 0 without a sign.
fn digits(x: f64, count: usize) -> f64 {
    let digits = format!("{x:.*e}", count.saturating_sub(1)).parse();
    digits.unwrap_or(x) + 0.0
}
