//! Cost against what it buys: every point, and the front that no other point beats.

use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::HPos;

use super::axis::Axis;
use super::canvas::{BLUE, BODY, Canvas, INK, MARGIN, Mark, Point, Trouble, VERMILION};
use super::frame::Frame;
use super::picture::Picture;
use crate::figure::Figure;
use crate::sweep::SweepDocument;

const SHOWN: [(Figure, &str); 2] = [
    (Figure::DATA_LOST, "pareto-data-lost"),
    (Figure::TIME_TO_RECOVER, "pareto-time-to-recover"),
];

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
    /// Number of the point, cost, and the figure in minutes.
    fn points(&self) -> Vec<(usize, f64, f64)> {
        let points = self.document.points.iter().enumerate();
        points
            .filter_map(|(index, point)| {
                let ms = point.figures.get(self.figure)?.value?;
                Some((index, point.cost_per_year?, ms / 60_000.0))
            })
            .collect()
    }
}

/// The points that none beats in these two, by cost.
fn front(points: &[(usize, f64, f64)]) -> Vec<(usize, f64, f64)> {
    let mut sorted = points.to_vec();
    sorted.sort_by(|a, b| a.1.total_cmp(&b.1).then_with(|| a.2.total_cmp(&b.2)));
    let mut front: Vec<(usize, f64, f64)> = Vec::new();
    for point in sorted {
        if front.last().is_none_or(|last| point.2 < last.2) {
            front.push(point);
        }
    }
    front
}

impl Picture for Pareto<'_> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn title(&self) -> &'static str {
        match self.name {
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
        let most =
            |pick: fn(&(usize, f64, f64)) -> f64| points.iter().map(pick).fold(0.0, f64::max);
        let (x_axis, y_axis) = (
            Axis::from_zero(most(|point| point.1)),
            Axis::from_zero(most(|point| point.2)),
        );
        let y_title = match self.name {
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
        let front = front(&points);
        let beaten = |point: &&(usize, f64, f64)| front.iter().all(|best| best.0 != point.0);
        for (_, cost, minutes) in points.iter().filter(beaten) {
            canvas.mark(place(*cost, *minutes), BLUE, Mark::Disc)?;
        }
        let mut path: Vec<Point> = Vec::new();
        for (_, cost, minutes) in &front {
            let at = place(*cost, *minutes);
            if let Some(&(_, level)) = path.last() {
                path.push((at.0, level));
            }
            path.push(at);
        }
        canvas.curve(&path, VERMILION, Mark::Disc)?;
        for (index, cost, minutes) in &front {
            let at = place(*cost, *minutes);
            canvas.mark(at, VERMILION, Mark::Square)?;
            // Below and to the left no point can be.
            let number = format!("{}", index + 1);
            let beside = (at.0 - 9.0, at.1 + 14.0);
            canvas.text(&number, beside, BODY - 2.0, HPos::Right, INK)?;
        }
        let key = [
            (
                VERMILION,
                Mark::Square,
                "on the front of these two; the number is that of the point in the table",
            ),
            (
                BLUE,
                Mark::Disc,
                "beaten by a point that costs no more and is no worse",
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
