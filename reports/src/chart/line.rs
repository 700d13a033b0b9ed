//! Lines of a sweep over one parameter: a figure at each value, with its interval.

use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::HPos;

use super::axis::Axis;
use super::canvas::{BLUE, BODY, Canvas, INK, Mark, Point, Trouble};
use super::frame::Frame;
use super::picture::Picture;
use crate::figure::Figure;
use crate::sweep::{SweepDocument, SweepMethod};

/// More values are no longer told apart; the table has them all.
const VALUES_MAX: usize = 20;

/// What a line can show: the figure, the name of its files, the title, and the axis.
const SHOWN: [(Figure, &str, &str, &str); 3] = [
    (
        Figure::DATA_LOST,
        "line-data-lost",
        "Data lost given loss of DC1, 95th percentile",
        "data lost (minutes of messages)",
    ),
    (
        Figure::TIME_TO_RECOVER,
        "line-time-to-recover",
        "Time to recover given loss of DC1, 95th percentile",
        "time to recover (minutes)",
    ),
    (
        Figure::OUTAGE,
        "line-outage",
        "Outage of a trial, mean",
        "outage (minutes)",
    ),
];

/// A line of one figure.
pub(crate) struct Line<'a> {
    document: &'a SweepDocument,
    figure: usize,
    name: &'static str,
    title: &'static str,
    axis: &'static str,
}

/// A point of a line, in minutes.
struct LinePoint {
    value: f64,
    interval: Option<(f64, f64)>,
}

/// Returns the lines of a grid over one parameter.
pub(crate) fn charts(document: &SweepDocument) -> Vec<Line<'_>> {
    let [parameter] = &document.parameters[..] else {
        return Vec::new();
    };
    let fits = (2..=VALUES_MAX).contains(&parameter.values.len());
    if document.method != SweepMethod::Grid || !fits {
        return Vec::new();
    }
    let line = |(figure, name, title, axis)| {
        Some(Line {
            document,
            figure: document.figure(figure)?,
            name,
            title,
            axis,
        })
    };
    SHOWN.into_iter().filter_map(line).collect()
}

impl Line<'_> {
    /// The points that have run; none for one without the figure.
    fn points(&self) -> Vec<Option<LinePoint>> {
        let minutes = |ms: f64| ms / 60_000.0;
        let points = self.document.points.iter().map(|point| {
            let figure = point.figures.get(self.figure)?;
            let interval = figure.low.map(minutes).zip(figure.high.map(minutes));
            Some(LinePoint {
                value: minutes(figure.value?),
                interval,
            })
        });
        points.collect()
    }
}

impl Picture for Line<'_> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn title(&self) -> &'static str {
        self.title
    }

    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>) -> Result<f64, Trouble> {
        let top = canvas.headings(self.title, &self.document.provenance())?;
        let parameter = &self.document.parameters[0];
        let points = self.points();
        let known = || points.iter().flatten();
        if known().next().is_none() {
            let why = "nothing to draw: no point has this figure".to_owned();
            return canvas.say(top, &[why]);
        }
        let most = known().map(|one| one.interval.map_or(one.value, |(_, high)| high));
        let axis = Axis::from_zero(most.fold(0.0, f64::max));
        let frame = Frame::below(canvas, top, self.axis, 66.0)?;
        let levels: Vec<(f64, &str)> = axis
            .ticks
            .iter()
            .map(|(tick, label)| (axis.share(*tick), label.as_str()))
            .collect();
        frame.levels(canvas, &levels)?;
        // Room for every value, also of the points that are still to come.
        let across = |index: usize| (index as f64 + 0.5) / parameter.values.len() as f64;
        let place = |index: usize, minutes: f64| -> Point {
            frame.place(across(index), axis.share(minutes))
        };
        let path: Vec<Point> = points
            .iter()
            .enumerate()
            .filter_map(|(index, point)| Some(place(index, point.as_ref()?.value)))
            .collect();
        canvas.line(&path, BLUE, 2.0)?;
        for (index, point) in points.iter().enumerate() {
            let Some(point) = point else {
                continue;
            };
            if let Some((low, high)) = point.interval {
                canvas.line(&[place(index, low), place(index, high)], BLUE, 1.5)?;
            }
            canvas.mark(place(index, point.value), BLUE, Mark::Disc)?;
        }
        let room = (frame.place(1.0, 0.0).0 - frame.place(0.0, 0.0).0)
            / parameter.values.len() as f64
            - 6.0;
        for (index, value) in parameter.values.iter().enumerate() {
            let (x, y) = frame.place(across(index), 0.0);
            let label = canvas.fitted(value, BODY - 2.0, room)?;
            canvas.text(&label, (x, y + 16.0), BODY - 2.0, HPos::Center, INK)?;
        }
        let (x, y) = frame.place(0.5, 0.0);
        canvas.text(&parameter.path, (x, y + 38.0), BODY, HPos::Center, INK)?;
        canvas.note("Lines at the points are their intervals.", y + 62.0)
    }
}
