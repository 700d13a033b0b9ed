//! Heat maps of a sweep over two parameters: darker is worse, and every cell says its value.

use plotters::prelude::DrawingBackend;
use plotters::style::RGBColor;
use plotters::style::text_anchor::HPos;

use super::canvas::{BODY, Canvas, FOOT, INK, MARGIN, Trouble};
use super::picture::Picture;
use crate::document::{Estimate, Promise};
use crate::figure::Figure;
use crate::sweep::{SweepDocument, SweepMethod};
use crate::words;

const CELL: f64 = 44.0;
/// More rows or columns are no longer a picture; the table has them all.
const CELLS_MAX: usize = 20;
/// The widest room for the names of the rows.
const NAMES_MAX: f64 = 220.0;
const NAMES_MAX_NARROW: f64 = 110.0;
/// From light to dark, by lightness, so that they are distinct without colour.
const LIGHT: (f64, f64, f64) = (247.0, 244.0, 230.0);
const DARK: (f64, f64, f64) = (8.0, 64.0, 110.0);

/// What a heat map can show, and the name of its files.
const SHOWN: [(Figure, &str); 3] = [
    (Figure::DATA_LOST, "heat-data-lost"),
    (Figure::TIME_TO_RECOVER, "heat-time-to-recover"),
    (Figure::OUTAGE, "heat-outage"),
];

/// A heat map of one figure.
pub(crate) struct Heat<'a> {
    document: &'a SweepDocument,
    figure: usize,
    name: &'static str,
    /// The first two parameters that have several values.
    axes: (usize, usize),
}

/// Returns the heat maps of a grid over at least two parameters.
pub(crate) fn charts(document: &SweepDocument) -> Vec<Heat<'_>> {
    let parameters = document.parameters.iter().enumerate();
    let varied = parameters.filter(|(_, head)| head.values.len() > 1);
    let varied: Vec<usize> = varied.map(|(index, _)| index).collect();
    let (Some(&x), Some(&y)) = (varied.first(), varied.get(1)) else {
        return Vec::new();
    };
    let most = |axis: usize| document.parameters[axis].values.len() <= CELLS_MAX;
    if document.method != SweepMethod::Grid || !most(x) || !most(y) {
        return Vec::new();
    }
    let heat = |(figure, name): (Figure, &'static str)| {
        Some(Heat {
            document,
            figure: document.figure(figure)?,
            name,
            axes: (x, y),
        })
    };
    SHOWN.into_iter().filter_map(heat).collect()
}

impl Heat<'_> {
    /// The figure in a cell; other parameters are at their first value.
    fn estimate(&self, x: &str, y: &str) -> Option<&Estimate> {
        let heads = &self.document.parameters;
        let fits = |(index, value): (usize, &String)| {
            if index == self.axes.0 {
                value == x
            } else if index == self.axes.1 {
                value == y
            } else {
                heads[index].values.first() == Some(value)
            }
        };
        let mut points = self.document.points.iter();
        let point = points.find(|point| point.values.iter().enumerate().all(fits))?;
        point.figures.get(self.figure)
    }

    fn value(&self, x: &str, y: &str) -> Option<f64> {
        self.estimate(x, y)?.value
    }

    /// What the scenario promises of the figure.
    fn promise(&self) -> Option<&Promise> {
        let figure = self.document.figures[self.figure].figure;
        let mut promises = self.document.promises.iter();
        promises.find(|one| one.figure == figure)
    }

    /// Whether a cell meets the objective.
    fn is_kept(&self, x: &str, y: &str) -> bool {
        let estimate = self.estimate(x, y);
        let promise = self.promise();
        promise.is_some_and(|one| estimate.is_some_and(|estimate| one.is_kept(estimate)))
    }

    fn others(&self) -> String {
        let heads = self.document.parameters.iter().enumerate();
        let others: Vec<String> = heads
            .filter(|(index, head)| {
                *index != self.axes.0 && *index != self.axes.1 && head.values.len() > 1
            })
            .map(|(_, head)| format!("{} = {}", words::key(&head.path), head.values[0]))
            .collect();
        others.join(", ")
    }
}

impl Heat<'_> {
    /// Says in a sentence what cells would say one by one.
    fn same_everywhere<DB: DrawingBackend>(
        &self,
        canvas: &Canvas<'_, DB>,
        top: f64,
        value: &str,
    ) -> Result<f64, Trouble> {
        let [x, y] = [self.axes.0, self.axes.1].map(|at| {
            let head = &self.document.parameters[at];
            words::key(&head.path)
        });
        let text = format!("{value} at every point: neither {x} nor {y} moves it.");
        let within = (BODY, canvas.width - 2.0 * MARGIN);
        let at = (MARGIN, top + 12.0);
        Ok(canvas.paragraph(&text, at, within, HPos::Left, INK)? + FOOT)
    }
}

impl Picture for Heat<'_> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn title(&self) -> &'static str {
        match self.name {
            "heat-data-lost" => "Data lost given loss of DC1, 95th percentile",
            "heat-time-to-recover" => "Time to recover given loss of DC1, 95th percentile",
            _ => "Mean outage of a trial",
        }
    }

    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>) -> Result<f64, Trouble> {
        let top = canvas.headings(self.title(), &self.document.provenance())?;
        let unit = self.document.figures[self.figure].unit;
        let (columns, rows) = (
            &self.document.parameters[self.axes.0],
            &self.document.parameters[self.axes.1],
        );
        let values = || {
            let pairs = rows.values.iter();
            pairs.flat_map(|y| columns.values.iter().filter_map(move |x| self.value(x, y)))
        };
        let (least, most) = values().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), value| {
            (a.min(value), b.max(value))
        });
        if !least.is_finite() {
            let why = "nothing to draw: no point has this figure".to_owned();
            return canvas.say(top, &[why]);
        }
        // Cells that all say the same are no picture.
        if values().all(|value| unit.words(value) == unit.words(least)) {
            return self.same_everywhere(canvas, top, &unit.words(least));
        }
        let most_wide = if canvas.narrow() {
            NAMES_MAX_NARROW
        } else {
            NAMES_MAX
        };
        let mut names = 0.0_f64;
        for value in &rows.values {
            names = names.max(canvas.text_width(value, BODY)?);
        }
        let names = names.min(most_wide);
        let (left, right) = (MARGIN + names + 14.0, canvas.width - MARGIN);
        let wide = (right - left) / columns.values.len() as f64;
        let within = (BODY, canvas.width - 2.0 * MARGIN);
        let at = (MARGIN, top + 8.0);
        let top = canvas.paragraph(&words::key(&rows.path), at, within, HPos::Left, INK)? - 6.0;
        // A number that is cut would be another number: all of them, or none.
        let mut written = true;
        for value in values() {
            written &= canvas.text_width(&unit.words(value), BODY - 2.0)? <= wide - 8.0;
        }
        for (row, y) in rows.values.iter().enumerate() {
            let top = top + CELL * row as f64;
            let label = canvas.fitted(y, BODY, names)?;
            let at = (left - 10.0, top + CELL / 2.0);
            canvas.text(&label, at, BODY, HPos::Right, INK)?;
            for (column, x) in columns.values.iter().enumerate() {
                let corner = left + wide * column as f64;
                let Some(value) = self.value(x, y) else {
                    continue;
                };
                let share = if most > least {
                    (value - least) / (most - least)
                } else {
                    0.0
                };
                let to = (corner + wide - 2.0, top + CELL - 2.0);
                canvas.fill((corner, top), to, shade(share))?;
                if self.is_kept(x, y) {
                    let (a, b, c, d) = (corner + 2.0, top + 2.0, to.0 - 2.0, to.1 - 2.0);
                    let frame = [(a, b), (c, b), (c, d), (a, d), (a, b)];
                    // White within black is seen on every shade.
                    canvas.line(&frame, DARK_INK, 5.0)?;
                    canvas.line(&frame, LIGHT_INK, 2.0)?;
                }
                if written {
                    // From here on light letters are read better.
                    let ink = if share > 0.62 { LIGHT_INK } else { DARK_INK };
                    let middle = (corner + wide / 2.0 - 1.0, top + CELL / 2.0 - 1.0);
                    canvas.text(&unit.words(value), middle, BODY - 2.0, HPos::Center, ink)?;
                }
            }
        }
        let bottom = top + CELL * rows.values.len() as f64;
        let mut under = bottom;
        for (column, x) in columns.values.iter().enumerate() {
            let at = (left + wide * (column as f64 + 0.5), bottom + 18.0);
            let within = (BODY, wide - 6.0);
            under = under.max(canvas.paragraph(x, at, within, HPos::Center, INK)?);
        }
        let middle = ((left + right) / 2.0, under + 6.0);
        let within = (BODY, right - left);
        let under = canvas.paragraph(
            &words::key(&columns.path),
            middle,
            within,
            HPos::Center,
            INK,
        )?;
        let (least, most) = (unit.words(least), unit.words(most));
        let mut note = format!("Darker is more: from {least} to {most}.");
        if let Some(promise) = self.promise() {
            note += &format!(
                " Framed: meets the objective, {}.",
                unit.words(promise.limit)
            );
        }
        if !written {
            note += " The table has the values.";
        }
        let others = self.others();
        if !others.is_empty() {
            note += &format!(" With {others}.");
        }
        canvas.note(&note, under + 12.0)
    }
}

/// The letters on a cell. Cells keep their shade on a dark page, so these are none of the colours
/// that a page exchanges.
const DARK_INK: RGBColor = RGBColor(0x21, 0x21, 0x21);
const LIGHT_INK: RGBColor = RGBColor(0xfe, 0xfe, 0xfe);

fn shade(share: f64) -> RGBColor {
    let mix = |from: f64, to: f64| libm::round(from + (to - from) * share) as u8;
    RGBColor(
        mix(LIGHT.0, DARK.0),
        mix(LIGHT.1, DARK.1),
        mix(LIGHT.2, DARK.2),
    )
}
