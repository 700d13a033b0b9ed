//! A sweep over one parameter: each figure as a line over the values, with its band.

use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::HPos;

use super::axis::Axis;
use super::canvas::{BLUE, BODY, Canvas, FOOT, INK, MARGIN, Mark, Point, Trouble};
use super::frame::Frame;
use super::picture::Picture;
use crate::document::Estimate;
use crate::figure::{Figure, Unit};
use crate::sweep::{SweepDocument, SweepMethod};
use crate::words;

/// What is drawn, the name of its files, and its title.
const SHOWN: [(Figure, &str, &str); 3] = [
    (
        Figure::DATA_LOST,
        "line-data-lost",
        "Data lost given loss of DC1, 95th percentile",
    ),
    (
        Figure::TIME_TO_RECOVER,
        "line-time-to-recover",
        "Time to recover given loss of DC1, 95th percentile",
    ),
    (Figure::OUTAGE, "line-outage", "Mean outage of a trial"),
];

/// One figure over the values of the only parameter.
pub(crate) struct SweepLine<'a> {
    document: &'a SweepDocument,
    /// Which parameter it is.
    parameter: usize,
    figure: usize,
    name: &'static str,
    title: &'static str,
}

/// Returns the lines of a grid over exactly one parameter.
pub(crate) fn charts(document: &SweepDocument) -> Vec<SweepLine<'_>> {
    let heads = document.parameters.iter().enumerate();
    let varied: Vec<usize> = heads
        .filter(|(_, head)| head.values.len() > 1)
        .map(|(index, _)| index)
        .collect();
    let [parameter] = varied[..] else {
        return Vec::new();
    };
    if document.method != SweepMethod::Grid {
        return Vec::new();
    }
    let line = |(figure, name, title): (Figure, &'static str, &'static str)| {
        Some(SweepLine {
            document,
            parameter,
            figure: document.figure(figure)?,
            name,
            title,
        })
    };
    SHOWN.into_iter().filter_map(line).collect()
}

impl SweepLine<'_> {
    /// Value and figure of each point that has one, in the order of the values.
    fn points(&self) -> Vec<(&str, f64, &Estimate)> {
        let points = self.document.points.iter();
        points
            .filter_map(|point| {
                let estimate = point.figures.get(self.figure)?;
                let value = point.values.get(self.parameter)?;
                Some((value.as_str(), estimate.value?, estimate))
            })
            .collect()
    }

    /// The parameter in words.
    fn parameter(&self) -> String {
        words::key(&self.document.parameters[self.parameter].path)
    }
}

impl Picture for SweepLine<'_> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn title(&self) -> &'static str {
        self.title
    }

    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>) -> Result<f64, Trouble> {
        let top = canvas.headings(self.title, &self.document.provenance())?;
        let points = self.points();
        let Some((_, first, _)) = points.first() else {
            return canvas.say(
                top,
                &["nothing to draw: no point has this figure".to_owned()],
            );
        };
        let unit = self.document.figures[self.figure].unit;
        if points
            .iter()
            .all(|(_, value, _)| unit.words(*value) == unit.words(*first))
        {
            let text = format!(
                "{} at every point: {} does not move it.",
                unit.words(*first),
                self.parameter()
            );
            let within = (BODY, canvas.width - 2.0 * MARGIN);
            let at = (MARGIN, top + 12.0);
            return Ok(canvas.paragraph(&text, at, within, HPos::Left, INK)? + FOOT);
        }
        let (factor, title) = scale(unit, &points);
        let end = |estimate: &Estimate, value: f64| estimate.high.unwrap_or(value);
        let highest = points.iter().map(|(_, value, one)| end(one, *value));
        let promises = self.document.promises.iter();
        let figure = self.document.figures[self.figure].figure;
        let promise = promises.clone().find(|one| one.figure == figure);
        let most = highest.fold(promise.map_or(0.0, |one| one.limit), f64::max);
        let axis = Axis::from_zero(most / factor);
        let frame = Frame::below(canvas, top, title, 66.0)?;
        let levels = axis.ticks.iter();
        let levels: Vec<(f64, &str)> = levels
            .map(|(tick, label)| (axis.share(*tick), label.as_str()))
            .collect();
        frame.levels(canvas, &levels)?;
        // The values stand side by side at equal distances, as they were asked for.
        let across = |index: usize| (index as f64 + 0.5) / points.len() as f64;
        let place = |index: usize, value: f64| -> Point {
            frame.place(across(index), axis.share(value / factor))
        };
        let numbered = || points.iter().enumerate();
        let mut band: Vec<Point> = numbered()
            .map(|(index, (_, value, one))| place(index, end(one, *value)))
            .collect();
        let lows =
            numbered().map(|(index, (_, value, one))| place(index, one.low.unwrap_or(*value)));
        band.extend(lows.rev());
        canvas.tint(&band, BLUE)?;
        let line: Vec<Point> = numbered()
            .map(|(index, (_, value, _))| place(index, *value))
            .collect();
        canvas.curve(&line, BLUE, Mark::Disc)?;
        let room = (frame.right - frame.left) / points.len() as f64 - 6.0;
        let mut under = frame.bottom;
        for (index, (text, value, estimate)) in numbered() {
            let at = place(index, *value);
            canvas.mark(at, BLUE, Mark::Disc)?;
            canvas.tip(at, format!("{text}: {}", unit.estimate(estimate)));
            let below = (at.0, frame.bottom + 18.0);
            let end = canvas.paragraph(text, below, (BODY, room), HPos::Center, INK)?;
            under = under.max(end);
        }
        let corners = [
            (frame.left, frame.top),
            (frame.left, frame.bottom),
            (frame.right, frame.bottom),
        ];
        canvas.line(&corners, INK, 1.0)?;
        let mut note = "Shaded: the interval of each value.".to_owned();
        if let Some(promise) = promise {
            let (_, y) = place(0, promise.limit);
            let ends = [(frame.left, y), (frame.right, y)];
            canvas.dashed(&ends, INK, 1.5, (6.0, 4.0))?;
            note += &format!(" Dashed: the objective, {}.", unit.words(promise.limit));
        }
        let middle = ((frame.left + frame.right) / 2.0, under + 6.0);
        let within = (BODY, canvas.width - 2.0 * MARGIN);
        let under = canvas.paragraph(&self.parameter(), middle, within, HPos::Center, INK)?;
        canvas.note(&note, under + 12.0)
    }
}

/// What values are divided by, and the name of the unit that they are then in.
fn scale(unit: Unit, points: &[(&str, f64, &Estimate)]) -> (f64, &'static str) {
    let most = points
        .iter()
        .map(|(_, value, _)| *value)
        .fold(0.0, f64::max);
    match unit {
        Unit::Ms if most < 120_000.0 => (1_000.0, "seconds"),
        Unit::Ms if most < 7_200_000.0 => (60_000.0, "minutes"),
        Unit::Ms => (3_600_000.0, "hours"),
        Unit::Share | Unit::Availability => (0.01, "percent"),
        Unit::Messages => (1.0, "messages"),
        Unit::CostPerYear => (1.0, "cost per year"),
    }
}
