//! A drawing surface in nominal pixels: lines, dashes, bands, markers and text.
//!
//! plotters rounds to whole pixels; drawing at twice the size keeps curves smooth and lets the
//! strokes of the PNG double with it.

use std::cell::RefCell;
use std::fmt;

use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters::element::{Circle, PathElement, Polygon, Rectangle};
use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, IntoFont, RGBColor, ShapeStyle, TextStyle, WHITE};

/// Drawn pixels per nominal pixel.
pub(super) const SCALE: u32 = 2;
/// The family under which the embedded font is registered, and which the SVG names.
pub(super) const FONT_NAME: &str = "sans-serif";

pub(super) const INK: RGBColor = RGBColor(0x22, 0x22, 0x22);
pub(super) const FAINT_INK: RGBColor = RGBColor(0x55, 0x55, 0x55);
pub(super) const GRID: RGBColor = RGBColor(0xd8, 0xd8, 0xd8);
/// Two colours of the palette of Okabe and Ito, distinct to all common forms of sight.
pub(super) const BLUE: RGBColor = RGBColor(0x00, 0x72, 0xb2);
pub(super) const VERMILION: RGBColor = RGBColor(0xd5, 0x5e, 0x00);
/// Two more of that palette, for pictures with many series.
pub(super) const GREEN: RGBColor = RGBColor(0x00, 0x9e, 0x73);
pub(super) const PURPLE: RGBColor = RGBColor(0xcc, 0x79, 0xa7);

/// Sizes of text in nominal pixels.
pub(super) const TITLE: f64 = 23.0;
pub(super) const BODY: f64 = 16.0;
/// From one line of text to the next.
const PITCH: f64 = 21.0;
/// What stays empty at the left and at the right.
pub(super) const MARGIN: f64 = 24.0;
/// Room below the last line of text.
pub(super) const FOOT: f64 = 18.0;

/// A point in nominal pixels, from the upper left corner.
pub(super) type Point = (f64, f64);

/// What the drawing library says went wrong.
#[derive(Debug)]
pub(crate) struct Trouble(String);

impl Trouble {
    pub(super) fn of(error: impl fmt::Display) -> Self {
        Self(error.to_string())
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// How a series is distinguished from the others without its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// A solid line with discs.
    Disc,
    /// A dashed line with squares.
    Square,
    /// A dotted line with triangles.
    Triangle,
    /// A line of long dashes with diamonds.
    Diamond,
}

/// How the two back ends of plotters differ on text: one lays it out, the other leaves it to the
/// viewer. Both are shares of the size of the text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lettering {
    /// What makes the letters of both equally large.
    pub(super) size: f64,
    /// What brings the middle of the letters down to the point asked for.
    pub(super) drop: f64,
}

pub(super) const SVG_LETTERING: Lettering = Lettering {
    size: 1.0,
    drop: 0.05,
};
pub(super) const BITMAP_LETTERING: Lettering = Lettering {
    size: 0.94,
    drop: 0.18,
};

/// A drawing surface.
pub(crate) struct Canvas<'a, DB: DrawingBackend> {
    area: &'a DrawingArea<DB, Shift>,
    lettering: Lettering,
    pub(super) width: f64,
    tips: RefCell<Vec<Tip>>,
}

/// What is shown where a pointer rests.
pub(super) type Tip = (Point, String);

impl<'a, DB: DrawingBackend> Canvas<'a, DB> {
    pub(super) fn new(area: &'a DrawingArea<DB, Shift>, width: u32, lettering: Lettering) -> Self {
        Self {
            area,
            lettering,
            width: f64::from(width),
            tips: RefCell::default(),
        }
    }

    /// Says something where a pointer rests; pictures without a pointer leave it out.
    pub(super) fn tip(&self, at: Point, words: String) {
        self.tips.borrow_mut().push((at, words));
    }

    /// What was said so.
    pub(super) fn into_tips(self) -> Vec<Tip> {
        self.tips.into_inner()
    }

    /// Whether it is drawn for a telephone.
    pub(super) fn narrow(&self) -> bool {
        self.width < 600.0
    }

    /// Draws a solid line through the points.
    pub(super) fn line(
        &self,
        points: &[Point],
        color: RGBColor,
        width: f64,
    ) -> Result<(), Trouble> {
        let style = ShapeStyle::from(color).stroke_width(pixels(width).max(1) as u32);
        let path: Vec<_> = points.iter().copied().map(drawn).collect();
        self.area
            .draw(&PathElement::new(path, style))
            .map_err(Trouble::of)
    }

    /// Draws the line of a series: solid or dashed.
    pub(super) fn curve(
        &self,
        points: &[Point],
        color: RGBColor,
        mark: Mark,
    ) -> Result<(), Trouble> {
        match mark {
            Mark::Disc => self.line(points, color, 2.0),
            Mark::Square => self.dashed(points, color, 2.0, (9.0, 5.0)),
            Mark::Triangle => self.dashed(points, color, 2.0, (3.0, 4.0)),
            Mark::Diamond => self.dashed(points, color, 2.0, (18.0, 5.0)),
        }
    }

    /// Draws a dashed line through the points: lengths of the dashes and of the gaps.
    pub(super) fn dashed(
        &self,
        points: &[Point],
        color: RGBColor,
        width: f64,
        (on, off): (f64, f64),
    ) -> Result<(), Trouble> {
        for dash in dashes(points, on, off) {
            self.line(&dash, color, width)?;
        }
        Ok(())
    }

    /// Draws one marker of a series.
    pub(super) fn mark(&self, at: Point, color: RGBColor, mark: Mark) -> Result<(), Trouble> {
        let style = ShapeStyle::from(color).filled();
        match mark {
            Mark::Disc => self.area.draw(&Circle::new(drawn(at), pixels(5.0), style)),
            Mark::Square => {
                let corners = [(at.0 - 4.5, at.1 - 4.5), (at.0 + 4.5, at.1 + 4.5)];
                self.area.draw(&Rectangle::new(corners.map(drawn), style))
            }
            Mark::Triangle => {
                let corners = [(-5.5, 4.5), (5.5, 4.5), (0.0, -6.0)];
                let corners = corners.map(|(x, y)| drawn((at.0 + x, at.1 + y)));
                self.area.draw(&Polygon::new(corners.to_vec(), style))
            }
            Mark::Diamond => {
                let corners = [(-6.0, 0.0), (0.0, -6.0), (6.0, 0.0), (0.0, 6.0)];
                let corners = corners.map(|(x, y)| drawn((at.0 + x, at.1 + y)));
                self.area.draw(&Polygon::new(corners.to_vec(), style))
            }
        }
        .map_err(Trouble::of)
    }

    /// Fills a polygon with a light tint of the colour.
    pub(super) fn tint(&self, points: &[Point], color: RGBColor) -> Result<(), Trouble> {
        let path: Vec<_> = points.iter().copied().map(drawn).collect();
        self.area
            .draw(&Polygon::new(path, color.mix(0.18)))
            .map_err(Trouble::of)
    }

    /// Fills a polygon.
    pub(super) fn solid(&self, points: &[Point], color: RGBColor) -> Result<(), Trouble> {
        let path: Vec<_> = points.iter().copied().map(drawn).collect();
        self.area
            .draw(&Polygon::new(path, color))
            .map_err(Trouble::of)
    }

    /// Fills a polygon with the colour of the ground, which hides what is under it.
    pub(super) fn blank(&self, points: &[Point]) -> Result<(), Trouble> {
        self.solid(points, WHITE)
    }

    /// Fills a rectangle given by two corners.
    pub(super) fn fill(&self, from: Point, to: Point, color: RGBColor) -> Result<(), Trouble> {
        let style = ShapeStyle::from(color).filled();
        self.area
            .draw(&Rectangle::new([drawn(from), drawn(to)], style))
            .map_err(Trouble::of)
    }

    /// Writes text at a point, which is its left end, middle or right end, on its middle line.
    pub(super) fn text(
        &self,
        text: &str,
        at: Point,
        size: f64,
        anchor: HPos,
        color: RGBColor,
    ) -> Result<(), Trouble> {
        let style = style(size * self.lettering.size, color).pos(Pos::new(anchor, VPos::Center));
        let at = (at.0, at.1 + size * self.lettering.drop);
        self.area
            .draw_text(text, &style, drawn(at))
            .map_err(Trouble::of)
    }

    /// Returns the width of a text in nominal pixels, with a little room for the fonts of others.
    pub(super) fn text_width(&self, text: &str, size: f64) -> Result<f64, Trouble> {
        let (width, _) = self
            .area
            .estimate_text_size(text, &style(size, INK))
            .map_err(Trouble::of)?;
        Ok(f64::from(width) / f64::from(SCALE))
    }

    /// Returns the text cut to a width, with an ellipsis where something was cut.
    pub(super) fn fitted(&self, text: &str, size: f64, width: f64) -> Result<String, Trouble> {
        let mut fitted = text.to_owned();
        let mut kept = text.chars().count();
        while kept > 1 && self.text_width(&fitted, size)? > width {
            kept -= 1;
            fitted = text
                .chars()
                .take(kept)
                .collect::<String>()
                .trim_end()
                .to_owned()
                + "…";
        }
        Ok(fitted)
    }

    /// Breaks a text into lines within a width; a word that is wider is cut.
    pub(super) fn wrapped(
        &self,
        text: &str,
        size: f64,
        width: f64,
    ) -> Result<Vec<String>, Trouble> {
        let mut lines: Vec<String> = Vec::new();
        for word in text.split_whitespace() {
            let word = self.fitted(word, size, width)?;
            match lines.last_mut() {
                Some(line) if self.text_width(&format!("{line} {word}"), size)? <= width => {
                    line.push(' ');
                    line.push_str(&word);
                }
                _ => lines.push(word),
            }
        }
        Ok(lines)
    }

    /// Writes a text in lines within a width, and returns where the next line would be.
    pub(super) fn paragraph(
        &self,
        text: &str,
        at: Point,
        (size, width): (f64, f64),
        anchor: HPos,
        color: RGBColor,
    ) -> Result<f64, Trouble> {
        let mut y = at.1;
        for line in self.wrapped(text, size, width)? {
            self.text(&line, (at.0, y), size, anchor, color)?;
            y += PITCH * size / BODY;
        }
        Ok(y)
    }

    /// Says why there is nothing to draw, below the headings, and returns the height of all.
    pub(super) fn say(&self, top: f64, lines: &[String]) -> Result<f64, Trouble> {
        let mut y = top + 40.0;
        let within = (BODY + 2.0, self.width - 2.0 * MARGIN);
        for line in lines {
            let at = (self.width / 2.0, y);
            y = self.paragraph(line, at, within, HPos::Center, FAINT_INK)?;
        }
        Ok(y + 40.0)
    }

    /// Writes the title and the line under it, and returns where they end.
    pub(super) fn headings(&self, title: &str, subtitle: &str) -> Result<f64, Trouble> {
        let room = self.width - 2.0 * MARGIN;
        let size = if self.narrow() { TITLE - 3.0 } else { TITLE };
        let at = (MARGIN, 28.0);
        let y = self.paragraph(title, at, (size, room), HPos::Left, INK)?;
        let at = (MARGIN, y - 3.0);
        self.paragraph(subtitle, at, (BODY - 1.0, room), HPos::Left, FAINT_INK)
    }

    /// Writes a remark at the foot, and returns the height of the picture.
    pub(super) fn note(&self, text: &str, top: f64) -> Result<f64, Trouble> {
        let within = (BODY - 2.0, self.width - 2.0 * MARGIN);
        let end = self.paragraph(text, (MARGIN, top), within, HPos::Left, FAINT_INK)?;
        Ok(end - PITCH / 2.0 + FOOT)
    }
}

fn style(size: f64, color: RGBColor) -> TextStyle<'static> {
    let mut style = TextStyle::from((FONT_NAME, size * f64::from(SCALE)).into_font());
    style.color = color.to_backend_color();
    style
}

fn pixels(nominal: f64) -> i32 {
    libm::round(nominal * f64::from(SCALE)) as i32
}

fn drawn((x, y): Point) -> (i32, i32) {
    (pixels(x), pixels(y))
}

/// Cuts a path into dashes that keep its corners.
fn dashes(points: &[Point], on: f64, off: f64) -> Vec<Vec<Point>> {
    let mut dashes = Vec::new();
    let Some(&first) = points.first() else {
        return dashes;
    };
    let mut current = vec![first];
    let (mut drawing, mut left) = (true, on);
    for pair in points.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length = (dx * dx + dy * dy).sqrt();
        let mut walked = 0.0;
        while length - walked > left {
            walked += left;
            let at = (from.0 + dx * walked / length, from.1 + dy * walked / length);
            if drawing {
                current.push(at);
                dashes.push(std::mem::take(&mut current));
            } else {
                current = vec![at];
            }
            drawing = !drawing;
            left = if drawing { on } else { off };
        }
        left -= length - walked;
        if drawing {
            current.push(to);
        }
    }
    if drawing && current.len() > 1 {
        dashes.push(current);
    }
    dashes
}

#[cfg(test)]
mod tests {
    use super::dashes;

    #[test]
    fn dashes_follow_the_corners() {
        let cut = dashes(&[(0.0, 0.0), (5.0, 0.0), (5.0, 20.0)], 9.0, 5.0);
        assert_eq!(cut[0], [(0.0, 0.0), (5.0, 0.0), (5.0, 4.0)]);
        assert_eq!(cut[1], [(5.0, 9.0), (5.0, 18.0)]);
        assert_eq!(cut.len(), 2);
        assert!(dashes(&[], 9.0, 5.0).is_empty());
    }
}
