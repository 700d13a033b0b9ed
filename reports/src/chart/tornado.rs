//! Tornado charts: how far each parameter alone moves a figure, the widest first.

use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::HPos;

use super::axis::Axis;
use super::canvas::{BLUE, BODY, Canvas, GRID, INK, MARGIN, Trouble, VERMILION};
use super::picture::Picture;
use crate::figure::{Figure, Unit};
use crate::sweep::{SweepDocument, SweepMethod};
use crate::words;

/// More bars are no longer a picture; the table has them all.
const BARS_MAX: usize = 16;

const SHOWN: [(Figure, &str); 3] = [
    (Figure::DATA_LOST, "tornado-data-lost"),
    (Figure::TIME_TO_RECOVER, "tornado-time-to-recover"),
    (Figure::OUTAGE, "tornado-outage"),
];

/// A tornado chart of one figure.
pub(crate) struct Tornado<'a> {
    document: &'a SweepDocument,
    figure: usize,
    name: &'static str,
}

/// One parameter: the figure at its low and at its high end.
struct Swing<'a> {
    path: &'a str,
    ends: [(&'a str, f64); 2],
}

/// Returns the tornado charts of a sweep that varies one parameter at a time.
pub(crate) fn charts(document: &SweepDocument) -> Vec<Tornado<'_>> {
    if document.method != SweepMethod::OneAtATime {
        return Vec::new();
    }
    let chart = |(figure, name): (Figure, &'static str)| {
        Some(Tornado {
            document,
            figure: document.figure(figure)?,
            name,
        })
    };
    SHOWN.into_iter().filter_map(chart).collect()
}

impl Tornado<'_> {
    fn value(&self, point: usize) -> Option<f64> {
        self.document
            .points
            .get(point)?
            .figures
            .get(self.figure)?
            .value
    }

    /// The widest first.
    fn bars(&self) -> Vec<Swing<'_>> {
        let heads = self.document.parameters.iter().enumerate();
        let mut bars: Vec<Swing<'_>> = heads
            .filter_map(|(index, head)| {
                let end = |point: usize| {
                    let text = self.document.points.get(point)?.values.get(index)?;
                    Some((text.as_str(), self.value(point)?))
                };
                Some(Swing {
                    path: &head.path,
                    ends: [end(1 + 2 * index)?, end(2 + 2 * index)?],
                })
            })
            .collect();
        let width = |bar: &Swing<'_>| (bar.ends[0].1 - bar.ends[1].1).abs();
        bars.sort_by(|a, b| {
            width(b)
                .total_cmp(&width(a))
                .then_with(|| a.path.cmp(b.path))
        });
        bars.truncate(BARS_MAX);
        bars
    }
}

impl Picture for Tornado<'_> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn title(&self) -> &'static str {
        match self.name {
            "tornado-data-lost" => "What moves the data lost given loss of DC1 (95th percentile)",
            "tornado-time-to-recover" => {
                "What moves the time to recover given loss of DC1 (95th percentile)"
            }
            _ => "What moves the mean outage of a trial",
        }
    }

    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>) -> Result<f64, Trouble> {
        let top = canvas.headings(self.title(), &self.document.provenance())?;
        let bars = self.bars();
        let (Some(base), false) = (self.value(0), bars.is_empty()) else {
            let why = "nothing to draw: no point has this figure".to_owned();
            return canvas.say(top, &[why]);
        };
        let unit = self.document.figures[self.figure].unit;
        let (factor, title) = match unit {
            Unit::Ms => (60_000.0, "minutes"),
            Unit::Share | Unit::Availability => (0.01, "percent"),
            Unit::Messages => (1.0, "messages"),
            Unit::CostPerYear => (1.0, "per year"),
        };
        let ends = || bars.iter().flat_map(|bar| bar.ends.map(|(_, value)| value));
        let largest = ends().fold(base, f64::max);
        let axis = Axis::from_zero(largest / factor);
        // The room to the right is for half of the last label.
        let (left, right) = (MARGIN + 6.0, canvas.width - 36.0);
        let across = |share: f64| left + (right - left) * share;
        let place = |value: f64| across(axis.share(value / factor));
        let mut bottom = top;
        for bar in &bars {
            let [(low_text, low), (high_text, high)] = bar.ends;
            let label = format!(
                "{}: {low_text} gives {}, {high_text} gives {}",
                words::key(bar.path),
                unit.words(low),
                unit.words(high)
            );
            let within = (BODY - 1.0, right - left);
            let at = (left, bottom + 12.0);
            let under = canvas.paragraph(&label, at, within, HPos::Left, INK)?;
            let (from, to) = (under - 6.0, under + 16.0);
            // Between the labels, not through them.
            for (tick, _) in axis.labelled(canvas, &across)? {
                let x = across(axis.share(tick));
                canvas.line(&[(x, from - 2.0), (x, to + 2.0)], GRID, 1.0)?;
            }
            // Apart from their colours the ends differ in height.
            for (value, color, inset) in [(low, BLUE, 0.0), (high, VERMILION, 5.0)] {
                let (a, b) = (place(base.min(value)), place(base.max(value)));
                canvas.fill((a, from + inset), (b.max(a + 1.0), to - inset), color)?;
            }
            let x = place(base);
            canvas.line(&[(x, from - 4.0), (x, to + 4.0)], INK, 1.5)?;
            bottom = to + 11.0;
        }
        for (tick, label) in axis.labelled(canvas, &across)? {
            let at = (across(axis.share(tick)), bottom + 8.0);
            canvas.text(label, at, BODY, HPos::Center, INK)?;
        }
        let figure = self.document.figures[self.figure].figure;
        let title = format!("{} ({title})", figure.title(self.document.horizon_ms));
        let middle = (canvas.width / 2.0, bottom + 36.0);
        let within = (BODY, canvas.width - 2.0 * MARGIN);
        let under = canvas.paragraph(&title, middle, within, HPos::Center, INK)?;
        let note = format!(
            "Thick blue: the low end; thin vermilion: the high end; black line: the base, {}.",
            unit.words(base)
        );
        canvas.note(&note, under + 12.0)
    }
}
