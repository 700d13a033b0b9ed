//! Tornado charts: how far each parameter alone moves a figure, the widest first.

use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::HPos;

use super::axis::Axis;
use super::canvas::BLUE;
use super::canvas::BODY;
use super::canvas::Canvas;
use super::canvas::FAINT_INK;
use super::canvas::GRID;
use super::canvas::INK;
use super::canvas::Trouble;
use super::canvas::VERMILION;
use super::picture::Picture;
use crate::comparison::Unit;
use crate::sweep::SweepDocument;

const WIDTH: u32 = 920;
const TOP: f64 = 112.0;
const PITCH: f64 = 58.0;
const RIGHT: f64 = 920.0 - 60.0;
/// More bars are no longer a picture; the table has them all.
const BARS_MAX: usize = 16;

const SHOWN: [(&str, &str); 3] = [
    ("given_site_loss.data_lost.p95", "tornado-data-lost"),
    (
        "given_site_loss.time_to_recover.p95",
        "tornado-time-to-recover",
    ),
    ("per_year.outage.mean", "tornado-outage"),
];

/// A tornado chart of one figure.
pub(crate) struct Tornado<'a> {
    document: &'a SweepDocument,
    figure: usize,
    name: &'static str,
}

/// One parameter: the figure at its low and at its high end.
struct Bar<'a> {
    path: &'a str,
    ends: [(&'a str, f64); 2],
}

/// Returns the tornado charts of a sweep that varies one parameter at a time.
pub(crate) fn charts(document: &SweepDocument) -> Vec<Tornado<'_>> {
    if document.method != "one-at-a-time" {
        return Vec::new();
    }
    let chart = |(figure, name): (&str, &'static str)| {
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
    fn bars(&self) -> Vec<Bar<'_>> {
        let heads = self.document.parameters.iter().enumerate();
        let mut bars: Vec<Bar<'_>> = heads
            .filter_map(|(index, head)| {
                let end = |point: usize| {
                    let text = self.document.points.get(point)?.values.get(index)?;
                    Some((text.as_str(), self.value(point)?))
                };
                Some(Bar {
                    path: &head.path,
                    ends: [end(1 + 2 * index)?, end(2 + 2 * index)?],
                })
            })
            .collect();
        let width = |bar: &Bar<'_>| (bar.ends[0].1 - bar.ends[1].1).abs();
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

    fn size(&self) -> (u32, u32) {
        let bars = self.bars().len().max(1);
        (WIDTH, (TOP + PITCH * bars as f64 + 120.0) as u32)
    }

    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>) -> Result<(), Trouble> {
        canvas.headings(self.title(), &self.document.provenance())?;
        let bars = self.bars();
        let (Some(base), false) = (self.value(0), bars.is_empty()) else {
            return canvas.say(&["nothing to draw: no point has this figure".to_owned()]);
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
        let left = 30.0;
        let place = |value: f64| left + (RIGHT - left) * axis.share(value / factor);
        let bottom = TOP + PITCH * bars.len() as f64;
        let mut free_from = 0.0;
        for (tick, label) in &axis.ticks {
            let x = left + (RIGHT - left) * axis.share(*tick);
            // Between the labels, not through them.
            for row in 0..bars.len() {
                let top = TOP + PITCH * row as f64;
                canvas.line(&[(x, top + 23.0), (x, top + 49.0)], GRID, 1.0)?;
            }
            let half = canvas.text_width(label, BODY)? / 2.0;
            if x - half >= free_from {
                canvas.text(label, (x, bottom + 18.0), BODY, HPos::Center, INK)?;
                free_from = x + half + 10.0;
            }
        }
        for (row, bar) in bars.iter().enumerate() {
            let top = TOP + PITCH * row as f64;
            let [(low_text, low), (high_text, high)] = bar.ends;
            let label = format!(
                "{}: {low_text} gives {}, {high_text} gives {}",
                bar.path,
                unit.words(low),
                unit.words(high)
            );
            let label = canvas.fitted(&label, BODY - 1.0, RIGHT - left)?;
            canvas.text(&label, (left, top + 12.0), BODY - 1.0, HPos::Left, INK)?;
            // Apart from their colours the ends differ in height.
            for (value, color, inset) in [(low, BLUE, 0.0), (high, VERMILION, 5.0)] {
                let (a, b) = (place(base.min(value)), place(base.max(value)));
                let from = (a, top + 25.0 + inset);
                canvas.fill(from, (b.max(a + 1.0), top + 47.0 - inset), color)?;
            }
        }
        let x = place(base);
        for row in 0..bars.len() {
            let top = TOP + PITCH * row as f64;
            canvas.line(&[(x, top + 21.0), (x, top + 51.0)], INK, 1.5)?;
        }
        let middle = ((left + RIGHT) / 2.0, bottom + 46.0);
        let title = format!("{} ({title})", self.document.figures[self.figure].title);
        canvas.text(&title, middle, BODY, HPos::Center, INK)?;
        let note = format!(
            "Thick blue: the low end; thin vermilion: the high end; black line: the base, {}.",
            unit.words(base)
        );
        canvas.text(
            &note,
            (30.0, bottom + 82.0),
            BODY - 2.0,
            HPos::Left,
            FAINT_INK,
        )
    }
}
