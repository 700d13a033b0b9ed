//! The figures of the simulation as the cells of the page's tables.

use crate::document::Column;
use crate::document::Distribution;
use crate::document::Estimate;
use crate::document::Simulation;
use crate::headline;
use crate::quantity;

/// Everything the page says about a simulation.
pub(crate) struct Figures<'a> {
    pub(crate) ran: String,
    pub(crate) availability: String,
    pub(crate) outage: String,
    pub(crate) events: String,
    pub(crate) heads: Vec<Head<'a>>,
    pub(crate) groups: Vec<Group>,
    pub(crate) causes: Vec<Row>,
    pub(crate) phases: Vec<Row>,
    pub(crate) drilled: &'a str,
    pub(crate) seen: Vec<(&'a str, String, String, &'a str)>,
    pub(crate) intervals: String,
}

/// The head of a column.
pub(crate) struct Head<'a> {
    pub(crate) title: &'a str,
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

impl<'a> Figures<'a> {
    pub(crate) fn of(simulation: &'a Simulation) -> Self {
        let columns = &simulation.columns;
        let heads = columns
            .iter()
            .map(|column| Head {
                title: &column.title,
                n: quantity::count(column.n),
            })
            .collect();
        let any_loss = Row {
            name: "probability".to_owned(),
            cells: columns
                .iter()
                .map(|one| cell(&one.any_loss, quantity::probability))
                .collect(),
        };
        Self {
            ran: ran(simulation),
            availability: quantity::availability(&simulation.availability),
            outage: quantity::estimate(&simulation.mean_outage_ms_per_year, quantity::duration),
            events: quantity::count(simulation.events_executed),
            heads,
            groups: vec![
                group(
                    &time_title(columns),
                    columns,
                    |one| &one.time_ms,
                    quantity::duration,
                ),
                group(
                    "data lost",
                    columns,
                    |one| &one.data_lost_ms,
                    quantity::duration,
                ),
                group(
                    "messages lost",
                    columns,
                    |one| &one.messages_lost,
                    quantity::number,
                ),
                Group {
                    title: "any message lost".to_owned(),
                    rows: vec![any_loss],
                },
            ],
            causes: causes(simulation),
            phases: phases(simulation),
            drilled: &simulation.drilled,
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
    if let Some(limit) = &simulation.cut_off_by {
        text += &format!("; cut off by {limit}, so that running it again may give other figures");
    }
    text
}

/// Names the time of each column once, in the order of the columns.
fn time_title(columns: &[Column]) -> String {
    let mut labels: Vec<&str> = Vec::new();
    for column in columns {
        if !labels.contains(&column.time_label.as_str()) {
            labels.push(&column.time_label);
        }
    }
    labels.join(" / ")
}

fn group(
    title: &str,
    columns: &[Column],
    part: impl Fn(&Column) -> &Distribution,
    format: fn(f64) -> String,
) -> Group {
    type Figure = fn(&Distribution) -> &Estimate;
    let figures: [(&str, Figure); 4] = [
        ("p50", |one| &one.p50),
        ("p95", |one| &one.p95),
        ("p99", |one| &one.p99),
        ("mean", |one| &one.mean),
    ];
    let row = |(name, figure): (&str, Figure)| Row {
        name: name.to_owned(),
        cells: columns
            .iter()
            .map(|column| cell(figure(part(column)), format))
            .collect(),
    };
    let mut rows: Vec<_> = figures.into_iter().map(row).collect();
    let largest = |column: &Column| {
        let one = part(column);
        let value = if one.n == 0 {
            quantity::NOT_AVAILABLE.to_owned()
        } else {
            format(one.max)
        };
        Cell {
            value,
            interval: String::new(),
        }
    };
    rows.push(Row {
        name: "largest seen".to_owned(),
        cells: columns.iter().map(largest).collect(),
    });
    Group {
        title: title.to_owned(),
        rows,
    }
}

/// A share of time with service, with as many nines as it has.
pub(crate) fn availability(share: &Estimate) -> Cell {
    let text = quantity::availability(share);
    let (value, interval) = text.split_once(" (").unwrap_or((&text, ""));
    Cell {
        value: value.to_owned(),
        interval: interval.trim_end_matches(')').to_owned(),
    }
}

pub(crate) fn cell(estimate: &Estimate, format: fn(f64) -> String) -> Cell {
    Cell {
        value: quantity::value(estimate, format),
        interval: quantity::interval(estimate, format).unwrap_or_default(),
    }
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
            name: share.cause.clone(),
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
            name: share.phase.clone(),
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
        let method = format!("{confidence}, {}", estimate.method);
        if estimate.n > 0 && !methods.contains(&method) {
            methods.push(method);
        }
    }
    methods.join("; ")
}
