//! The probability of a worse year: both axes logarithmic, so that rare years are seen.

use plotters::prelude::DrawingBackend;
use plotters::style::RGBColor;

use super::axis::Axis;
use super::canvas::{BLUE, Canvas, Mark, Point, Trouble, VERMILION};
use super::frame;
use super::frame::Frame;
use crate::document::{ExceedancePoint, ResultDocument, Simulation};
use crate::{headline, quantity};

struct ExceedanceSeries<'a> {
    legend: String,
    points: &'a [ExceedancePoint],
    color: RGBColor,
    mark: Mark,
}

/// Draws the outage of a year and the data lost in it.
pub(super) fn exceedance<DB: DrawingBackend>(
    document: &ResultDocument,
    canvas: &Canvas<'_, DB>,
) -> Result<f64, Trouble> {
    let span = document
        .simulation
        .as_ref()
        .map_or_else(|| "year".to_owned(), span);
    let title = format!("Probability of a worse {span}");
    let top = canvas.headings(&title, &headline::provenance(document))?;
    let Some(simulation) = &document.simulation else {
        return canvas.say(top, &["nothing was simulated".to_owned()]);
    };
    let worst = |points: &[ExceedancePoint]| points.iter().map(|one| one.x).fold(0.0, f64::max);
    let legend = |what: &str, points: &[ExceedancePoint]| {
        let never = points.iter().all(|one| one.p <= 0.0 && one.x <= 0.0);
        if never {
            return format!("{what}: none seen");
        }
        format!("{what}: at most {}", quantity::duration(worst(points)))
    };
    let series = [
        (
            "time without service",
            &simulation.outage_exceedance,
            BLUE,
            Mark::Disc,
        ),
        (
            "data lost, as time of messages",
            &simulation.data_lost_exceedance,
            VERMILION,
            Mark::Square,
        ),
    ]
    .map(|(what, points, color, mark)| ExceedanceSeries {
        legend: legend(what, points),
        points,
        color,
        mark,
    });
    let values = series.iter().flat_map(|one| one.points).map(|one| one.x);
    let values = values.filter(|x| *x > 0.0);
    if values.clone().next().is_none() {
        let trials = quantity::plural(simulation.trials, "trial", "trials");
        return canvas.say(top, &[format!("no outage and no loss seen in {trials}")]);
    }
    let axis = Axis::of_times(values);
    let decades = decades(&series);
    let labels: Vec<(f64, String)> = (0..=decades)
        .rev()
        .map(|decade| (1.0 - f64::from(decade) / f64::from(decades), one_in(decade)))
        .collect();
    let labels: Vec<_> = labels
        .iter()
        .map(|(at, text)| (*at, text.as_str()))
        .collect();
    let y_title = format!("fraction of simulated {span}s worse than this (logarithmic)");
    let frame = Frame::below(canvas, top, &y_title, 110.0)?;
    frame.levels(canvas, &labels)?;
    let under = frame.ticks(canvas, &axis, "more than this in total (logarithmic)")?;
    let up = |p: f64| {
        let least = libm::pow(10.0, -f64::from(decades));
        (1.0 + libm::log10(p.max(least)) / f64::from(decades)).clamp(0.0, 1.0)
    };
    let place = |x: f64, p: f64| frame.place(axis.share(x), up(p));
    for one in &series {
        let mut outline = stairs(one.points, |point| point.high, &place, frame.left);
        let mut lower = stairs(one.points, |point| point.low, &place, frame.left);
        lower.reverse();
        outline.append(&mut lower);
        if one.points.iter().any(|point| point.x > 0.0) {
            canvas.tint(&outline, one.color)?;
        }
    }
    for one in &series {
        if one.points.iter().any(|point| point.x > 0.0) {
            let path = stairs(one.points, |point| point.p, &place, frame.left);
            canvas.curve(&path, one.color, one.mark)?;
            for share in [0.1, 0.01, 0.001] {
                let crossed = one
                    .points
                    .iter()
                    .find(|point| point.p <= share && point.p > 0.0);
                if let Some(point) = crossed.filter(|point| point.x > 0.0) {
                    canvas.mark(place(point.x, point.p), one.color, one.mark)?;
                }
            }
        }
    }
    let entries = series
        .iter()
        .map(|one| (one.legend.as_str(), one.color, one.mark));
    let under = frame::key(canvas, entries, under)?;
    let confidence = quantity::probability(simulation.availability.confidence);
    let note = format!(
        "Shaded: {confidence} confidence interval of each share. Markers: one {span} in 10, in 100 \
         and in 1,000."
    );
    canvas.note(&note, under)
}

/// Returns what a trial stands for.
fn span(simulation: &Simulation) -> String {
    match quantity::horizon(simulation.horizon_ms).as_str() {
        "1 year" => "year".to_owned(),
        other => format!("trial of {other}"),
    }
}

/// Returns how many powers of ten the upright axis needs for what was seen.
fn decades(series: &[ExceedanceSeries<'_>]) -> u32 {
    let points = series.iter().flat_map(|one| one.points);
    let least = points
        .filter(|point| point.p > 0.0)
        .fold(0.1, |least: f64, point| least.min(point.p));
    (libm::ceil(-libm::log10(least) - 1e-9) as u32).clamp(1, 9)
}

fn one_in(decade: u32) -> String {
    match decade {
        0 => "all".to_owned(),
        _ => format!("1 in {}", quantity::count(10_u64.pow(decade))),
    }
}

/// Returns the steps of the curve from the left edge on.
fn stairs(
    points: &[ExceedancePoint],
    edge: impl Fn(&ExceedancePoint) -> f64,
    place: &impl Fn(f64, f64) -> Point,
    left: f64,
) -> Vec<Point> {
    let mut path: Vec<Point> = Vec::with_capacity(points.len() * 2 + 2);
    let mut level = place(1.0, 1.0).1;
    for point in points {
        let (x, y) = place(point.x, edge(point));
        let x = if point.x <= 0.0 { left } else { x };
        if path.is_empty() {
            path.push((left, if point.x <= 0.0 { y } else { level }));
        }
        path.push((x, path.last().map_or(level, |last| last.1)));
        path.push((x, y));
        level = y;
    }
    path
}
