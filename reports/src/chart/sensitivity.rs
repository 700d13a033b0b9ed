//! Charts of Sobol indices: the share of a figure's variance that each parameter accounts for.

use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::HPos;

use super::axis::Axis;
use super::canvas::{BLUE, BODY, Canvas, GRID, INK, MARGIN, Mark, Trouble, VERMILION};
use super::picture::Picture;
use crate::figure::Figure;
use crate::sweep::SweepDocument;
use crate::sweep::sensitivity::{self, OfFigure};

/// More parameters are no longer a picture; the table has them all.
const PARAMETERS_MAX: usize = 16;
const PITCH: f64 = 50.0;

const SHOWN: [(Figure, &str, &str); 3] = [
    (
        Figure::OUTAGE,
        "sensitivity-outage",
        "What the variance of the mean outage comes from",
    ),
    (
        Figure::DATA_LOST,
        "sensitivity-data-lost",
        "What the variance of the data lost comes from (given loss of DC1, 95th percentile)",
    ),
    (
        Figure::TIME_TO_RECOVER,
        "sensitivity-time-to-recover",
        "What the variance of the time to recover comes from (given loss of DC1, 95th percentile)",
    ),
];

/// The indices of one figure.
pub(crate) struct Sensitivities<'a> {
    document: &'a SweepDocument,
    of: OfFigure<'a>,
    name: &'static str,
    title: &'static str,
}

/// Returns the charts of a sweep that has indices.
pub(crate) fn charts<'a>(document: &'a SweepDocument) -> Vec<Sensitivities<'a>> {
    let charts = sensitivity::by_figure(document).into_iter();
    let chart = |of: OfFigure<'a>| {
        let mut shown = SHOWN.into_iter();
        let (_, name, title) = shown.find(|(figure, ..)| *figure == of.figure)?;
        Some(Sensitivities {
            document,
            of,
            name,
            title,
        })
    };
    charts.filter_map(chart).collect()
}

impl Picture for Sensitivities<'_> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn title(&self) -> &'static str {
        self.title
    }

    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>) -> Result<f64, Trouble> {
        let top = canvas.headings(self.title, &self.document.provenance())? + 10.0;
        let rows = &self.of.rows[..self.of.rows.len().min(PARAMETERS_MAX)];
        let axis = Axis::from_zero(100.0);
        let (left, right) = (MARGIN + 6.0, canvas.width - MARGIN - 10.0);
        let place =
            |share: f64| left + (right - left) * axis.share((share * 100.0).clamp(0.0, 100.0));
        let bottom = top + PITCH * rows.len() as f64;
        for (tick, label) in &axis.ticks {
            let x = place(tick / 100.0);
            canvas.line(&[(x, top), (x, bottom)], GRID, 1.0)?;
            canvas.text(label, (x, bottom + 14.0), BODY, HPos::Center, INK)?;
        }
        canvas.line(&[(left, bottom), (right, bottom)], INK, 1.0)?;
        for (index, row) in rows.iter().enumerate() {
            let y = top + PITCH * index as f64 + 10.0;
            let name = canvas.fitted(&row.parameter, BODY - 1.0, right - left)?;
            let end = left + 8.0 + canvas.text_width(&name, BODY - 1.0)?;
            let (up, down) = (y - 8.0, y + 8.0);
            canvas.blank(&[(left + 2.0, up), (end, up), (end, down), (left + 2.0, down)])?;
            canvas.text(&name, (left + 4.0, y), BODY - 1.0, HPos::Left, INK)?;
            let both = [
                (&row.first, y + 16.0, BLUE, Mark::Disc),
                (&row.total, y + 29.0, VERMILION, Mark::Square),
            ];
            for (estimate, y, color, mark) in both {
                if let (Some(low), Some(high)) = (estimate.low, estimate.high) {
                    canvas.line(&[(place(low), y), (place(high), y)], color, 2.0)?;
                }
                if let Some(value) = estimate.value {
                    canvas.mark((place(value), y), color, mark)?;
                }
            }
        }
        let mut y = bottom + 34.0;
        for (color, mark, words) in [
            (BLUE, Mark::Disc, "explained alone"),
            (VERMILION, Mark::Square, "with interactions"),
        ] {
            canvas.mark((MARGIN + 6.0, y), color, mark)?;
            let within = (BODY - 1.0, canvas.width - 2.0 * MARGIN - 22.0);
            y = canvas.paragraph(words, (MARGIN + 22.0, y), within, HPos::Left, INK)? + 2.0;
        }
        let note = "Percent of the variance over the ranges, with confidence intervals. The noise \
                    of the simulation counts as interaction.";
        canvas.note(note, y + 2.0)
    }
}
