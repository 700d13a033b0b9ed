//! The area of a chart in which lines are drawn: its place, its grid, its labels and its key.

use plotters::prelude::DrawingBackend;
use plotters::style::RGBColor;
use plotters::style::text_anchor::HPos;

use super::axis::Axis;
use super::canvas::{BODY, Canvas, GRID, INK, MARGIN, Mark, Point, Trouble};

/// The data area, in nominal pixels.
pub(super) struct Frame {
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
}

impl Frame {
    /// Returns the area below the headings and the title of its upright axis, whose labels are at
    /// most `labels` wide.
    pub(super) fn below<DB: DrawingBackend>(
        canvas: &Canvas<'_, DB>,
        top: f64,
        y_title: &str,
        labels: f64,
    ) -> Result<Self, Trouble> {
        let (height, edge) = if canvas.narrow() {
            (260.0, 34.0)
        } else {
            (320.0, 66.0)
        };
        let within = (BODY, canvas.width - 2.0 * MARGIN);
        let under = canvas.paragraph(y_title, (MARGIN, top + 8.0), within, HPos::Left, INK)?;
        let top = under + 6.0;
        Ok(Self {
            left: MARGIN + labels,
            // The room to the right is for half of the last label.
            right: canvas.width - edge,
            top,
            bottom: top + height,
        })
    }

    /// Returns the point at a share of the width and of the height.
    pub(super) fn place(&self, across: f64, up: f64) -> Point {
        (
            self.left + (self.right - self.left) * across,
            self.bottom - (self.bottom - self.top) * up,
        )
    }

    /// Draws what is promised as an upright line with its words beside it, the `row`th of several.
    pub(super) fn limit<DB: DrawingBackend>(
        &self,
        canvas: &Canvas<'_, DB>,
        across: f64,
        words: &str,
        row: usize,
    ) -> Result<(), Trouble> {
        let (x, _) = self.place(across, 0.0);
        canvas.dashed(&[(x, self.top), (x, self.bottom)], INK, 1.5, (6.0, 4.0))?;
        let wide = canvas.text_width(words, BODY - 2.0)?;
        // Above the floor, where distributions leave room, and on the side that has it.
        let y = self.bottom - 14.0 - 20.0 * row as f64;
        let from = if x + 8.0 + wide <= self.right {
            x + 6.0
        } else {
            x - 8.0 - wide
        };
        let (to, up, down) = (from + wide + 2.0, y - 9.0, y + 9.0);
        canvas.blank(&[(from, up), (to, up), (to, down), (from, down)])?;
        canvas.text(words, (from + 1.0, y), BODY - 2.0, HPos::Left, INK)
    }

    /// Draws level lines at shares of the height, the lowest first.
    pub(super) fn levels<DB: DrawingBackend>(
        &self,
        canvas: &Canvas<'_, DB>,
        levels: &[(f64, &str)],
    ) -> Result<(), Trouble> {
        let mut last = f64::INFINITY;
        for (index, (share, label)) in levels.iter().enumerate() {
            let (_, y) = self.place(0.0, *share);
            canvas.line(&[(self.left, y), (self.right, y)], GRID, 1.0)?;
            // Two levels that are closer than a line of text make room for each other.
            let next = levels
                .get(index + 1)
                .map(|(next, _)| self.place(0.0, *next).1);
            let mut nudge = 0.0;
            if last - y < 20.0 {
                nudge = -(20.0 - (last - y)) / 2.0;
            } else if let Some(next) = next.filter(|next| y - next < 20.0) {
                nudge = (20.0 - (y - next)) / 2.0;
            }
            canvas.text(label, (self.left - 10.0, y + nudge), BODY, HPos::Right, INK)?;
            last = y;
        }
        Ok(())
    }

    /// Draws the ticks and labels of the level axis and both axes; returns what is below.
    pub(super) fn ticks<DB: DrawingBackend>(
        &self,
        canvas: &Canvas<'_, DB>,
        axis: &Axis,
        x_title: &str,
    ) -> Result<f64, Trouble> {
        let across = |share: f64| self.place(share, 0.0).0;
        for (tick, label) in axis.labelled(canvas, &across)? {
            let x = across(axis.share(tick));
            canvas.line(&[(x, self.top), (x, self.bottom)], GRID, 1.0)?;
            canvas.line(&[(x, self.bottom), (x, self.bottom + 5.0)], INK, 1.0)?;
            canvas.text(label, (x, self.bottom + 18.0), BODY, HPos::Center, INK)?;
        }
        let (left, bottom) = (self.left, self.bottom);
        canvas.line(
            &[(left, self.top), (left, bottom), (self.right, bottom)],
            INK,
            1.0,
        )?;
        // In the middle of the area where there is room, else of the picture.
        let room = canvas.width - 2.0 * MARGIN;
        let middle = if canvas.text_width(x_title, BODY)? <= self.right - left {
            (left + self.right) / 2.0
        } else {
            canvas.width / 2.0
        };
        canvas.paragraph(
            x_title,
            (middle, bottom + 44.0),
            (BODY, room),
            HPos::Center,
            INK,
        )
    }
}

/// Draws the key below the data area, where it can hide nothing; returns what is below it.
pub(super) fn key<'a, DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    entries: impl Iterator<Item = (&'a str, RGBColor, Mark)>,
    top: f64,
) -> Result<f64, Trouble> {
    let mut y = top + 12.0;
    let right = MARGIN + if canvas.narrow() { 34.0 } else { 48.0 };
    for (legend, color, mark) in entries {
        let (up, down) = (y - 8.0, y + 8.0);
        canvas.tint(
            &[(MARGIN, up), (right, up), (right, down), (MARGIN, down)],
            color,
        )?;
        canvas.curve(&[(MARGIN, y), (right, y)], color, mark)?;
        canvas.mark(((MARGIN + right) / 2.0, y), color, mark)?;
        let within = (BODY, canvas.width - right - 12.0 - MARGIN);
        y = canvas.paragraph(legend, (right + 12.0, y), within, HPos::Left, INK)? + 3.0;
    }
    Ok(y)
}
