//! Distribution functions as staircases with their confidence bands.

use plotters::prelude::DrawingBackend;
use plotters::style::RGBColor;

use super::axis::Axis;
use super::canvas::{BLUE, Canvas, Mark, Point, Trouble, VERMILION};
use super::frame;
use super::frame::Frame;
use crate::document::{
    CdfPoint, Column, ColumnName, Distribution, Drilled, ResultDocument, Simulation,
};
use crate::figure::Measure;
use crate::{headline, quantity, words};

/// Data losses beyond this multiple of the 99th percentile are described, not drawn.
pub(super) const FAR_OUT: f64 = 1.5;

pub(super) struct Series<'a> {
    pub(super) legend: String,
    pub(super) points: &'a [CdfPoint],
    /// Of the band, where there is one.
    pub(super) confidence: Option<f64>,
    pub(super) color: RGBColor,
    pub(super) mark: Mark,
}

/// Draws the time to recover per incident and given the loss of a site.
pub(super) fn time_to_recover<DB: DrawingBackend>(
    document: &ResultDocument,
    canvas: &Canvas<'_, DB>,
) -> Result<f64, Trouble> {
    let top = canvas.headings("Time to recover", &headline::provenance(document))?;
    let Some(simulation) = &document.simulation else {
        return canvas.say(top, &["nothing was simulated".to_owned()]);
    };
    let looks = [
        (ColumnName::PerIncident, BLUE, Mark::Disc),
        (ColumnName::GivenSiteLoss, VERMILION, Mark::Square),
    ];
    let mut series = Vec::new();
    for (name, color, mark) in looks {
        if let Some(column) = simulation.column(name) {
            let legend = if column.time_cdf.is_empty() {
                // A line that is missing without a word would look like a fault of the chart.
                let why = if column.n == 0 {
                    "none seen"
                } else {
                    quantity::NOT_AVAILABLE
                };
                format!("{}: {why}", words::column(name, simulation))
            } else {
                legend(simulation, column, &column.time_ms) + &unrecovered(column)
            };
            series.push(Series {
                legend,
                points: &column.time_cdf,
                confidence: (column.n > 0).then_some(column.time_ms.p50.confidence),
                color,
                mark,
            });
        }
    }
    if series.iter().all(|one| one.points.is_empty()) {
        return canvas.say(top, &headline::nothing_seen(simulation));
    }
    let limits = limits(document, Measure::TimeToRecover);
    let values = series.iter().flat_map(|one| one.points);
    let values = values.map(|point| point.x);
    let axis = Axis::of_times(values.chain(limits.iter().map(|(ms, _)| *ms)));
    plot(
        canvas,
        top,
        &axis,
        |ms| ms,
        (&series, &limits),
        "share of incidents recovered within the time",
        "time from the loss of service to its return (logarithmic)",
    )
}

/// Draws the data lost given the loss of a site.
pub(super) fn data_lost<DB: DrawingBackend>(
    document: &ResultDocument,
    canvas: &Canvas<'_, DB>,
) -> Result<f64, Trouble> {
    let drilled = document.simulation.as_ref().map(|one| &one.drilled);
    let title = match drilled {
        None => "Data lost".to_owned(),
        Some(Drilled::SiteLoss) => "Data lost given loss of DC1".to_owned(),
        Some(Drilled::Fault(event)) => format!("Data lost given {event}"),
    };
    let top = canvas.headings(&title, &headline::provenance(document))?;
    let Some(simulation) = &document.simulation else {
        return canvas.say(top, &["nothing was simulated".to_owned()]);
    };
    let drills = simulation
        .column(ColumnName::GivenSiteLoss)
        .filter(|column| column.n > 0 && !column.data_lost_cdf.is_empty());
    let Some(column) = drills else {
        return canvas.say(
            top,
            &[format!(
                "no drill of {} was run",
                words::drilled(&simulation.drilled)
            )],
        );
    };
    let points = &column.data_lost_cdf;
    let largest_ms = points.iter().map(|point| point.x).fold(0.0, f64::max);
    if largest_ms <= 0.0 {
        let drills = quantity::plural(column.n, "drill", "drills");
        let chance = quantity::estimate(&column.any_loss, quantity::probability);
        return canvas.say(
            top,
            &[
                format!("no data were lost in {drills}"),
                format!("probability of any loss: {chance}"),
            ],
        );
    }
    // A few drills that hit stalled log shipping lose a thousand times more than the others: drawn
    // to scale they would be all there is to see. They are described instead.
    let p99_ms = column.data_lost_ms.p99.value.unwrap_or(largest_ms);
    let shown_ms = if p99_ms > 0.0 {
        largest_ms.min(p99_ms * FAR_OUT)
    } else {
        largest_ms
    };
    let limits = limits(document, Measure::DataLost);
    // An objective far beyond all losses would press them together: the table has it.
    let limits: Vec<(f64, String)> = limits
        .into_iter()
        .filter(|(ms, _)| *ms <= 2.0 * shown_ms)
        .collect();
    let most_ms = limits.iter().map(|(ms, _)| *ms).fold(shown_ms, f64::max);
    let beyond = points.iter().find(|point| point.x > shown_ms);
    let drawn: Vec<CdfPoint> = points
        .iter()
        .filter(|point| point.x <= shown_ms)
        .copied()
        .collect();
    let mut legend = legend(simulation, column, &column.data_lost_ms);
    if beyond.is_some() {
        let rest = 1.0 - drawn.last().map_or(0.0, |last| last.p);
        // The curve has fewer points than there are drills: the next one can be off the chart.
        let rest = quantity::probability(rest);
        legend.push_str(&format!("; at most {rest} off the chart"));
    }
    let series = [Series {
        legend,
        points: &drawn,
        confidence: Some(column.data_lost_ms.p50.confidence),
        color: VERMILION,
        mark: Mark::Square,
    }];
    plot(
        canvas,
        top,
        &Axis::from_zero(most_ms / 60_000.0),
        |ms| ms / 60_000.0,
        (&series, &limits),
        "share of drills that lose no more than this",
        "data lost (minutes of messages)",
    )
}

/// The objectives on a measure of the drills and of the incidents: limit, and how they read.
fn limits(document: &ResultDocument, measure: Measure) -> Vec<(f64, String)> {
    let columns = [ColumnName::PerIncident, ColumnName::GivenSiteLoss];
    let objectives = document.objectives.iter().filter(|one| {
        let figure = one.figure;
        figure.measure == measure && columns.contains(&figure.column)
    });
    objectives
        .map(|one| {
            let statistic = one.figure.statistic.name();
            let limit = quantity::duration(one.limit);
            (one.limit, format!("limit of {statistic}: {limit}"))
        })
        .collect()
}

/// Says what the line is and reads two of its points to those who want a number.
fn legend(simulation: &Simulation, column: &Column, distribution: &Distribution) -> String {
    format!(
        "{}, n = {}: half within {}, 95 % within {}",
        words::column(column.name, simulation),
        quantity::count(column.n),
        quantity::value(&distribution.p50, quantity::duration),
        quantity::value(&distribution.p95, quantity::duration),
    )
}

/// Says how many had no end: their line never reaches the top.
fn unrecovered(column: &Column) -> String {
    match column.no_return.count {
        0 => String::new(),
        count => format!(", {} had not returned", quantity::count(count)),
    }
}

/// Draws the distribution functions over an axis, with the legend below.
pub(super) fn plot<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    top: f64,
    axis: &Axis,
    unit: impl Fn(f64) -> f64 + Copy,
    (series, limits): (&[Series<'_>], &[(f64, String)]),
    y_title: &str,
    x_title: &str,
) -> Result<f64, Trouble> {
    let frame = Frame::below(canvas, top, y_title, 66.0)?;
    frame.levels(
        canvas,
        &[
            (0.0, "0 %"),
            (0.25, "25 %"),
            (0.5, "50 %"),
            (0.75, "75 %"),
            (0.95, "95 %"),
            (1.0, "100 %"),
        ],
    )?;
    let under = frame.ticks(canvas, axis, x_title)?;
    let place = |x_ms: f64, p: f64| frame.place(axis.share(unit(x_ms)), p.clamp(0.0, 1.0));
    for (row, (ms, words)) in limits.iter().enumerate() {
        frame.limit(canvas, axis.share(unit(*ms)), words, row)?;
    }
    // All bands before all lines, so that no line is tinted by the band of another.
    let drawn = || series.iter().filter(|one| !one.points.is_empty());
    for one in drawn() {
        let mut outline = staircase(one.points, |point| point.high, place, frame.right);
        let mut lower = staircase(one.points, |point| point.low, place, frame.right);
        lower.reverse();
        outline.append(&mut lower);
        canvas.tint(&outline, one.color)?;
    }
    for one in drawn() {
        let mut path = staircase(one.points, |point| point.p, place, frame.right);
        if let Some(first) = one.points.first() {
            path.insert(0, place(first.x, 0.0));
        }
        canvas.curve(&path, one.color, one.mark)?;
        for share in [0.5, 0.95] {
            if let Some(point) = one.points.iter().find(|point| point.p >= share) {
                canvas.mark(place(point.x, share), one.color, one.mark)?;
            }
        }
        for percent in (5..100).step_by(5) {
            let share = f64::from(percent) / 100.0;
            if let Some(point) = one.points.iter().find(|point| point.p >= share) {
                let words = format!("{percent} % within {}", quantity::duration(point.x));
                canvas.tip(place(point.x, share), words);
            }
        }
    }
    let entries = series
        .iter()
        .map(|one| (one.legend.as_str(), one.color, one.mark));
    let confidence = series
        .iter()
        .find_map(|one| one.confidence)
        .map_or_else(String::new, |share| {
            format!("{} ", quantity::probability(share))
        });
    let note = format!(
        "Shaded: {confidence}confidence band of the whole line. Markers: the median and the 95th \
         percentile."
    );
    let under = frame::key(canvas, entries, under)?;
    canvas.note(&note, under)
}

/// Returns the steps through the points, carried on to the right edge of the data area.
fn staircase(
    points: &[CdfPoint],
    edge: impl Fn(&CdfPoint) -> f64,
    place: impl Fn(f64, f64) -> Point,
    right: f64,
) -> Vec<Point> {
    let mut path: Vec<Point> = Vec::with_capacity(points.len() * 2 + 1);
    for point in points {
        let at = place(point.x, edge(point));
        if let Some(&(_, level)) = path.last() {
            path.push((at.0, level));
        }
        path.push(at);
    }
    if let Some(&(_, level)) = path.last() {
        path.push((right, level));
    }
    path
}
