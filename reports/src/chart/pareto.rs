//! Cost against what it buys: every point, and the front that no other point beats.

use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::HPos;

use super::axis::Axis;
use super::canvas::{BLUE, BODY, Canvas, INK, MARGIN, Mark, Point, Trouble, VERMILION};
use super::frame::Frame;
use super::picture::Picture;
use crate::figure::Figure;
use crate::sweep::SweepDocument;

const SHOWN: [(Figure, &str); 3] = [
    (Figure::OUTAGE, "pareto-outage"),
    (Figure::DATA_LOST, "pareto-data-lost"),
    (Figure::TIME_TO_RECOVER, "pareto-time-to-recover"),
];

/// A point of the chart.
struct Shown {
    number: usize,
    cost: f64,
    minutes: f64,
    interval: Option<(f64, f64)>,
    on_front: bool,
}

/// Cost against one figure.
pub(crate) struct Pareto<'a> {
    document: &'a SweepDocument,
    figure: usize,
    name: &'static str,
}

/// Returns the charts of a sweep whose points have a cost.
pub(crate) fn charts(document: &SweepDocument) -> Vec<Pareto<'_>> {
    if !document.has_cost() {
        return Vec::new();
    }
    let chart = |(figure, name): (Figure, &'static str)| {
        Some(Pareto {
            document,
            figure: document.figure(figure)?,
            name,
        })
    };
    SHOWN.into_iter().filter_map(chart).collect()
}

impl Pareto<'_> {
    fn points(&self) -> Vec<Shown> {
        let points = self.document.points.iter().enumerate();
        points
            .filter_map(|(index, point)| {
                let figure = point.figures.get(self.figure)?;
                let minutes = |ms: f64| ms / 60_000.0;
                Some(Shown {
                    number: index + 1,
                    cost: point.cost_per_year?,
                    minutes: minutes(figure.value?),
                    interval: figure.low.map(minutes).zip(figure.high.map(minutes)),
                    on_front: point.on_front == Some(true),
                })
            })
            .collect()
    }
}

impl Picture for Pareto<'_> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn title(&self) -> &'static str {
        match self.name {
            "pareto-outage" => "Cost against outage per year",
            "pareto-data-lost" => "Cost against data lost given loss of DC1",
            _ => "Cost against time to recover given loss of DC1",
        }
    }

    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>) -> Result<f64, Trouble> {
        let top = canvas.headings(self.title(), &self.document.provenance())?;
        let points = self.points();
        if points.is_empty() {
            let why = "nothing to draw: no point has cost and figure".to_owned();
            return canvas.say(top, &[why]);
        }
        let most = |of: fn(&Shown) -> f64| points.iter().map(of).fold(0.0, f64::max);
        let highest = |point: &Shown| point.interval.map_or(point.minutes, |(_, high)| high);
        let (x_axis, y_axis) = (
            Axis::from_zero(most(|point| point.cost)),
            Axis::from_zero(most(highest)),
        );
        let y_title = match self.name {
            "pareto-outage" => "outage per year, mean (minutes)",
            "pareto-data-lost" => "data lost, 95th percentile (minutes of messages)",
            _ => "time to recover, 95th percentile (minutes)",
        };
        let frame = Frame::below(canvas, top, y_title, 66.0)?;
        let levels: Vec<(f64, &str)> = y_axis
            .ticks
            .iter()
            .map(|(tick, label)| (y_axis.share(*tick), label.as_str()))
            .collect();
        frame.levels(canvas, &levels)?;
        let x_title = "cost per year (the currency of the scenario)";
        let under = frame.ticks(canvas, &x_axis, x_title)?;
        let place = |cost: f64, minutes: f64| -> Point {
            frame.place(x_axis.share(cost), y_axis.share(minutes))
        };
        // Those on the front last, so that no other hides them.
        let beaten = points.iter().filter(|point| !point.on_front);
        for point in beaten.chain(points.iter().filter(|point| point.on_front)) {
            let (color, mark) = if point.on_front {
                (VERMILION, Mark::Square)
            } else {
                (BLUE, Mark::Disc)
            };
            if let Some((low, high)) = point.interval {
                let ends = [place(point.cost, low), place(point.cost, high)];
                canvas.line(&ends, color, 1.5)?;
            }
            let at = place(point.cost, point.minutes);
            canvas.mark(at, color, mark)?;
            if point.on_front {
                let beside = (at.0 - 9.0, at.1 + 14.0);
                let number = point.number.to_string();
                canvas.text(&number, beside, BODY - 2.0, HPos::Right, INK)?;
            }
        }
        let key = [
            (
                VERMILION,
                Mark::Square,
                "on the Pareto front of cost, yearly outage, data lost and time to recover; the \
                 number is that of the point in the table",
            ),
            (
                BLUE,
                Mark::Disc,
                "beaten by a point that costs no more and is worse in none of them, beyond what \
                 chance explains; lines are intervals, and \
                 where one is missing too few values carry the mean",
            ),
        ];
        let mut y = under + 12.0;
        for (color, mark, words) in key {
            canvas.mark((MARGIN + 6.0, y), color, mark)?;
            let within = (BODY - 1.0, canvas.width - 2.0 * MARGIN - 22.0);
            let at = (MARGIN + 22.0, y);
            y = canvas.paragraph(words, at, within, HPos::Left, INK)? + 3.0;
        }
        Ok(y + 4.0)
    }
}
