//! The figures of the simulation as the cells of the page's tables.

use crate::document::{Column, ColumnName, Estimate, OutcomeSeen, Simulation};
use crate::figure::{Figure, Measure, Unit};
use crate::{headline, quantity, words};

/// Everything the page says about a simulation.
pub(crate) struct Figures<'a> {
    pub(crate) ran: String,
    pub(crate) availability: String,
    pub(crate) outage: String,
    pub(crate) users: String,
    /// What a year costs; empty without prices.
    pub(crate) cost: String,
    pub(crate) events: String,
    pub(crate) heads: Vec<Head>,
    pub(crate) groups: Vec<Group>,
    pub(crate) lengths: Vec<Row>,
    pub(crate) causes: Vec<Row>,
    pub(crate) phases: Vec<Row>,
    pub(crate) drilled: &'a str,
    pub(crate) seen: Vec<(&'a str, String, String, &'a str)>,
    pub(crate) intervals: String,
}

/// The head of a column.
pub(crate) struct Head {
    pub(crate) title: String,
    pub(crate) n: String,
}

/// Rows of one quantity.
pub(crate) struct Group {
    pub(crate) title: String,
    pub(crate) rows: Vec<Row>,
}

/// A row: its name and its cells.
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) cells: Vec<Cell>,
}

/// A value with the interval below it.
pub(crate) struct Cell {
    pub(crate) value: String,
    pub(crate) interval: String,
}

impl Cell {
    /// The value, and the interval in brackets.
    pub(crate) fn with_interval(&self) -> String {
        match self.interval.as_str() {
            "" => self.value.clone(),
            interval => format!("{} ({interval})", self.value),
        }
    }
}

impl<'a> Figures<'a> {
    pub(crate) fn of(simulation: &'a Simulation) -> Self {
        let columns = &simulation.columns;
        let heads = columns
            .iter()
            .map(|column| Head {
                title: words::column(column.name, simulation),
                n: quantity::count(column.n),
            })
            .collect();
        Self {
            ran: ran(simulation),
            availability: quantity::availability(&simulation.availability),
            outage: headline::outage(simulation),
            users: quantity::estimate(&simulation.user_minutes_per_year, quantity::number),
            cost: headline::cost(simulation).unwrap_or_default(),
            events: quantity::count(simulation.events_executed),
            heads,
            groups: groups(columns),
            lengths: lengths(simulation),
            causes: causes(simulation),
            phases: phases(simulation),
            drilled: words::drilled(&simulation.drilled),
            seen: simulation
                .violations_seen
                .iter()
                .map(|seen| {
                    let (trials, first) = headline::seen(seen);
                    (seen.property.as_str(), trials, first, seen.replay.as_str())
                })
                .collect(),
            intervals: intervals(simulation),
        }
    }
}

fn ran(simulation: &Simulation) -> String {
    let mut text = format!(
        "{} of {} and {}",
        quantity::plural(simulation.trials, "trial", "trials"),
        quantity::horizon(simulation.horizon_ms),
        headline::drills(simulation)
    );
    if let Some(by) = simulation.cut_off_by {
        let limit = words::cut_off(by, None);
        text += &format!("; cut off by {limit}, so that running it again may give other figures");
    }
    text
}

/// Returns the rows of every measure. Where the columns measure different times, the heading names
/// each once, in the order of the columns.
fn groups(columns: &[Column]) -> Vec<Group> {
    let of = |index: usize| {
        let measure = |column: &Column| Measure::of_column(column.name)[index];
        let mut titles: Vec<&str> = Vec::new();
        for column in columns {
            let title = measure(column).title();
            if !titles.contains(&title) {
                titles.push(title);
            }
        }
        let rows = columns.first().map(|first| measure(first).rows(first));
        let names = rows.into_iter().flatten().map(|(name, _)| name).enumerate();
        let row = |(at, name): (usize, &'static str)| Row {
            name: name.to_owned(),
            cells: columns
                .iter()
                .map(|column| {
                    let unit = measure(column).unit();
                    cell(measure(column).rows(column)[at].1, |value| {
                        unit.words(value)
                    })
                })
                .collect(),
        };
        let mut rows: Vec<Row> = names.map(row).collect();
        let largest = columns
            .iter()
            .filter_map(|column| largest(measure(column), column));
        let largest: Vec<Cell> = largest.collect();
        if !largest.is_empty() {
            rows.push(Row {
                name: "largest seen".to_owned(),
                cells: largest,
            });
        }
        Group {
            title: titles.join(" / "),
            rows,
        }
    };
    let measures = (0..Measure::of_column(ColumnName::PerYear).len()).map(of);
    measures.chain(outcomes(columns)).collect()
}

/// Returns the outcomes that are in no mean, where any was seen.
fn outcomes(columns: &[Column]) -> Option<Group> {
    let row = |name: &str, of: fn(&Column) -> &OutcomeSeen| {
        let seen = columns.iter().any(|column| of(column).count > 0);
        seen.then(|| Row {
            name: name.to_owned(),
            cells: columns.iter().map(|column| outcome(of(column))).collect(),
        })
    };
    let rows = [
        row(words::NO_RETURN, |column| &column.no_return),
        row(words::NO_COPY_LEFT, |column| &column.no_copy_left),
    ];
    let rows: Vec<Row> = rows.into_iter().flatten().collect();
    (!rows.is_empty()).then(|| Group {
        title: "in no mean".to_owned(),
        rows,
    })
}

fn outcome(outcome: &OutcomeSeen) -> Cell {
    Cell {
        value: quantity::count(outcome.count),
        interval: quantity::estimate(&outcome.share, quantity::probability),
    }
}

fn largest(measure: Measure, column: &Column) -> Option<Cell> {
    let sample = measure.sample(column)?;
    let value = if sample.n == 0 {
        quantity::NOT_AVAILABLE.to_owned()
    } else {
        measure.unit().words(sample.max)
    };
    Some(Cell {
        value,
        interval: String::new(),
    })
}

/// Returns a figure as a cell.
pub(crate) fn figure(figure: Figure, estimate: &Estimate) -> Cell {
    match figure.unit() {
        // The interval has as many nines as the value.
        Unit::Availability => Cell {
            value: quantity::value(estimate, quantity::share_of_time),
            interval: quantity::interval_of_time(estimate).unwrap_or_default(),
        },
        unit => cell(estimate, |value| unit.words(value)),
    }
}

pub(crate) fn cell(estimate: &Estimate, format: impl Fn(f64) -> String) -> Cell {
    Cell {
        value: quantity::value(estimate, &format),
        interval: quantity::interval(estimate, &format).unwrap_or_default(),
    }
}

/// Returns how often incidents of each class of length happen, unplanned and planned.
pub(crate) fn lengths(simulation: &Simulation) -> Vec<Row> {
    let classes = &simulation.incidents_by_length;
    let row = |class| {
        let rate = |estimate| cell(estimate, quantity::number);
        Row {
            name: words::length(class, classes),
            cells: vec![
                rate(&class.unplanned_per_year),
                rate(&class.planned_per_year),
            ],
        }
    };
    classes.iter().map(row).collect()
}

fn causes(simulation: &Simulation) -> Vec<Row> {
    let mut shares: Vec<_> = simulation.outage_by_cause.iter().collect();
    let size = |estimate: &Estimate| estimate.value.unwrap_or(0.0);
    shares.sort_by(|a, b| {
        let (x, y) = (size(&a.ms_per_year), size(&b.ms_per_year));
        y.total_cmp(&x).then_with(|| a.cause.cmp(&b.cause))
    });
    shares
        .into_iter()
        .map(|share| Row {
            name: words::cause(share.cause).to_owned(),
            cells: vec![
                cell(&share.ms_per_year, quantity::duration),
                cell(&share.incidents_per_year, quantity::number),
            ],
        })
        .collect()
}

fn phases(simulation: &Simulation) -> Vec<Row> {
    simulation
        .outage_by_phase
        .iter()
        .map(|share| Row {
            name: words::phase(share.phase).to_owned(),
            cells: [
                &share.ms_per_incident.mean,
                &share.given_site_loss_ms.mean,
                &share.given_site_loss_ms.p95,
            ]
            .map(|estimate| cell(estimate, quantity::duration))
            .into(),
        })
        .collect()
}

/// Says how the intervals were made: each confidence and method once, in order of appearance.
fn intervals(simulation: &Simulation) -> String {
    let mut methods: Vec<String> = Vec::new();
    let figures = simulation.columns.iter().flat_map(|column| {
        let time = &column.time_ms;
        [&time.p50, &time.mean, &column.any_loss]
    });
    for estimate in std::iter::once(&simulation.availability).chain(figures) {
        let confidence = quantity::probability(estimate.confidence);
        let method = format!("{confidence}, {}", words::method(estimate.method));
        if estimate.n > 0 && !methods.contains(&method) {
            methods.push(method);
        }
    }
    methods.join("; ")
}
