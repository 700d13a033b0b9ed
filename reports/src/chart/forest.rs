//! Figures of several scenarios as points with their intervals, one scenario below the other.

use plotters::prelude::DrawingBackend;
use plotters::style::RGBColor;
use plotters::style::text_anchor::HPos;

use super::axis::Axis;
use super::canvas::{BLUE, BODY, Canvas, FAINT_INK, GRID, INK, MARGIN, Mark, Trouble, VERMILION};
use super::picture::Picture;
use crate::comparison::{ComparisonDocument, FigureRow, chosen};
use crate::figure::Unit;

const PITCH: f64 = 27.0;
/// The widest room for the names of the scenarios.
const NAMES_MAX: f64 = 260.0;
/// The room for a number beside the last point.
const NUMBERS: f64 = 110.0;

/// The figures that a design is chosen by.
pub(crate) struct Forest<'a>(pub(crate) &'a ComparisonDocument);

impl Picture for Forest<'_> {
    fn name(&self) -> &'static str {
        "scenarios"
    }

    fn title(&self) -> &'static str {
        "The scenarios side by side"
    }

    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>) -> Result<f64, Trouble> {
        let mut y = canvas.headings(self.title(), &self.0.provenance())?;
        for (row, head) in chosen(self.0) {
            // Availability is the outage again, on an axis on which nothing can be seen.
            if row.unit != Unit::Availability {
                y = panel(canvas, self.0, row, head, y)?;
            }
        }
        let first = self.0.scenarios.first().map_or("", |one| &one.label);
        let key = [
            (
                INK,
                Mark::Diamond,
                format!("{first}, with its value as a line"),
            ),
            (VERMILION, Mark::Square, format!("differs from {first}")),
            (
                BLUE,
                Mark::Disc,
                format!("no significant difference to {first}"),
            ),
        ];
        y += 8.0;
        for (color, mark, words) in key {
            canvas.mark((MARGIN + 6.0, y), color, mark)?;
            let within = (BODY - 1.0, canvas.width - 2.0 * MARGIN - 22.0);
            y = canvas.paragraph(&words, (MARGIN + 22.0, y), within, HPos::Left, INK)? + 2.0;
        }
        let note = "Whiskers: the confidence interval of each alone. Whether a figure differs is \
                    judged trial by trial under the same failures, which sees more.";
        canvas.note(note, y + 2.0)
    }
}

fn panel<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    document: &ComparisonDocument,
    row: &FigureRow,
    head: &str,
    top: f64,
) -> Result<f64, Trouble> {
    let ends = || {
        let values = row.values.iter();
        values.filter_map(|one| one.high.into_iter().chain(one.value).reduce(f64::max))
    };
    let (factor, unit) = match row.unit {
        Unit::Ms if ends().fold(0.0, f64::max) > 10_800_000.0 => (3_600_000.0, "hours"),
        Unit::Ms => (60_000.0, "minutes"),
        Unit::Share | Unit::Availability => (0.01, "percent"),
        Unit::Messages => (1.0, "messages"),
        Unit::CostPerYear => (1.0, "per year"),
    };
    let axis = Axis::from_zero(ends().fold(0.0, f64::max) / factor);
    let within = (BODY, canvas.width - 2.0 * MARGIN);
    let at = (MARGIN, top + 10.0);
    let top = canvas.paragraph(&format!("{head} ({unit})"), at, within, HPos::Left, INK)? - 4.0;
    let above = canvas.narrow();
    let mut names = 0.0_f64;
    for one in &document.scenarios {
        names = names.max(canvas.text_width(&one.label, BODY - 1.0)?);
    }
    let names = names.min(NAMES_MAX);
    let left = if above {
        MARGIN + 6.0
    } else {
        MARGIN + names + 12.0
    };
    let right = canvas.width - NUMBERS;
    let pitch = if above { PITCH + 18.0 } else { PITCH };
    let bottom = top + pitch * document.scenarios.len() as f64;
    let place = |value: f64| left + (right - left) * axis.share(value / factor);
    let mut free_from = 0.0;
    for (tick, label) in &axis.ticks {
        let x = left + (right - left) * axis.share(*tick);
        canvas.line(&[(x, top), (x, bottom)], GRID, 1.0)?;
        let half = canvas.text_width(label, BODY)? / 2.0;
        if x - half >= free_from {
            canvas.text(label, (x, bottom + 14.0), BODY, HPos::Center, INK)?;
            free_from = x + half + 10.0;
        }
    }
    canvas.line(&[(left, bottom), (right, bottom)], INK, 1.0)?;
    if let Some(base) = row.values.first().and_then(|one| one.value) {
        let x = place(base);
        canvas.dashed(&[(x, top), (x, bottom)], FAINT_INK, 1.0, (3.0, 4.0))?;
    }
    for (index, one) in document.scenarios.iter().enumerate() {
        let y = top + pitch * (index as f64 + 1.0) - PITCH / 2.0;
        let label = if above {
            let label = canvas.fitted(&one.label, BODY - 1.0, canvas.width - left - MARGIN)?;
            let wide = canvas.text_width(&label, BODY - 1.0)?;
            let (up, down, end) = (y - 28.0, y - 12.0, left + 4.0 + wide);
            canvas.blank(&[(left + 2.0, up), (end, up), (end, down), (left + 2.0, down)])?;
            (label, (left + 4.0, y - 20.0), HPos::Left)
        } else {
            let label = canvas.fitted(&one.label, BODY - 1.0, names)?;
            (label, (left - 10.0, y), HPos::Right)
        };
        canvas.text(&label.0, label.1, BODY - 1.0, label.2, INK)?;
        let (color, mark) = look(row, index);
        let Some(estimate) = row.values.get(index) else {
            continue;
        };
        let Some(value) = estimate.value else {
            canvas.text("none", (left + 6.0, y), BODY - 1.0, HPos::Left, FAINT_INK)?;
            continue;
        };
        let mut end = place(value);
        if let (Some(low), Some(high)) = (estimate.low, estimate.high) {
            let (from, to) = (place(low), place(high));
            end = end.max(to);
            canvas.line(&[(from, y), (to, y)], color, 2.0)?;
            for x in [from, to] {
                canvas.line(&[(x, y - 5.0), (x, y + 5.0)], color, 1.5)?;
            }
        }
        canvas.mark((place(value), y), color, mark)?;
        let words = row.unit.words(value);
        let from = end + 10.0;
        let wide = canvas.text_width(&words, BODY - 1.0)?;
        let (up, down) = (y - 8.0, y + 8.0);
        canvas.blank(&[
            (from, up),
            (from + wide, up),
            (from + wide, down),
            (from, down),
        ])?;
        canvas.text(&words, (from, y), BODY - 1.0, HPos::Left, INK)?;
    }
    Ok(bottom + 34.0)
}

/// How a scenario is drawn: the first, one that differs from it, one that does not.
fn look(row: &FigureRow, scenario: usize) -> (RGBColor, Mark) {
    let difference = scenario
        .checked_sub(1)
        .and_then(|at| row.differences.get(at));
    match difference.map(|one| one.visible) {
        None => (INK, Mark::Diamond),
        Some(Some(true)) => (VERMILION, Mark::Square),
        Some(_) => (BLUE, Mark::Disc),
    }
}
