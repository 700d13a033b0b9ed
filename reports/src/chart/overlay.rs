//! Distribution functions of several scenarios in one picture.

use plotters::prelude::DrawingBackend;
use plotters::style::RGBColor;

use super::axis::Axis;
use super::canvas::{BLUE, Canvas, GREEN, Mark, PURPLE, Trouble, VERMILION};
use super::cdf::{FAR_OUT, Series, plot};
use super::picture::Picture;
use crate::comparison::{Compared, ComparisonDocument};
use crate::document::CdfPoint;
use crate::figure::{Figure, Statistic};
use crate::quantity;

/// Colour and mark of each line. More lines could be distinguished by colour alone.
const LOOKS: [(RGBColor, Mark); 4] = [
    (BLUE, Mark::Disc),
    (VERMILION, Mark::Square),
    (GREEN, Mark::Triangle),
    (PURPLE, Mark::Diamond),
];

/// What is overlaid.
#[derive(Clone, Copy)]
enum What {
    TimeToRecover,
    DataLost,
}

/// A picture of all scenarios of a comparison.
pub(crate) struct Overlay<'a> {
    document: &'a ComparisonDocument,
    what: What,
}

/// Returns the pictures of a comparison of few scenarios.
pub(crate) fn charts(document: &ComparisonDocument) -> Vec<Overlay<'_>> {
    if document.scenarios.len() > LOOKS.len() {
        return Vec::new();
    }
    [What::TimeToRecover, What::DataLost]
        .map(|what| Overlay { document, what })
        .into()
}

impl Overlay<'_> {
    fn points<'s>(&self, scenario: &'s Compared) -> &'s [CdfPoint] {
        match self.what {
            What::TimeToRecover => &scenario.time_cdf,
            What::DataLost => &scenario.data_lost_cdf,
        }
    }
}

impl Picture for Overlay<'_> {
    fn name(&self) -> &'static str {
        match self.what {
            What::TimeToRecover => "time-to-recover",
            What::DataLost => "data-lost",
        }
    }

    fn title(&self) -> &'static str {
        match self.what {
            What::TimeToRecover => "Time to recover given loss of the first site, by scenario",
            What::DataLost => "Data lost given loss of the first site, by scenario",
        }
    }

    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>) -> Result<f64, Trouble> {
        let top = canvas.headings(self.title(), &self.document.provenance())?;
        let scenarios = &self.document.scenarios;
        let all = || scenarios.iter().flat_map(|one| self.points(one));
        if all().next().is_none() {
            return canvas.say(top, &["no drill of a site loss was run".to_owned()]);
        }
        let largest = all().map(|point| point.x).fold(0.0, f64::max);
        if largest <= 0.0 {
            return canvas.say(top, &["no data were lost in any drill".to_owned()]);
        }
        // As in the chart of one scenario: a few drills far out would press all others together.
        let shown = match self.what {
            What::TimeToRecover => largest,
            What::DataLost => {
                let p99 = |points: &[CdfPoint]| {
                    let point = points.iter().find(|point| point.p >= 0.99);
                    point.map_or(largest, |point| point.x)
                };
                let p99 = scenarios.iter().map(|one| p99(self.points(one)));
                let p99 = p99.fold(0.0, f64::max);
                if p99 > 0.0 {
                    largest.min(p99 * FAR_OUT)
                } else {
                    largest
                }
            }
        };
        let drawn: Vec<Vec<CdfPoint>> = scenarios
            .iter()
            .map(|one| {
                let points = self.points(one).iter().copied();
                points.filter(|point| point.x <= shown).collect()
            })
            .collect();
        let series: Vec<Series<'_>> = drawn
            .iter()
            .zip(LOOKS)
            .enumerate()
            .map(|(index, (points, (color, mark)))| Series {
                legend: legend(self.document, self.what, index, points),
                points,
                confidence: confidence(self.document),
                color,
                mark,
            })
            .collect();
        match self.what {
            What::TimeToRecover => plot(
                canvas,
                top,
                &Axis::of_times(all().map(|point| point.x)),
                |ms| ms,
                (&series, &[]),
                "share of drills recovered within the time",
                "time from the loss of the site to the return of service (logarithmic)",
            ),
            What::DataLost => plot(
                canvas,
                top,
                &Axis::from_zero(shown / 60_000.0),
                |ms| ms / 60_000.0,
                (&series, &[]),
                "share of drills that lose no more than this",
                "data lost (minutes of messages)",
            ),
        }
    }
}

/// Returns the confidence of the bands, which is that of every figure alone.
fn confidence(document: &ComparisonDocument) -> Option<f64> {
    let mut values = document.figures.iter().flat_map(|row| &row.values);
    values.next().map(|value| value.confidence)
}

/// Says whose line it is, reads two points of it, and names what is not drawn.
fn legend(document: &ComparisonDocument, what: What, index: usize, drawn: &[CdfPoint]) -> String {
    let scenario = &document.scenarios[index];
    let (all, most) = match what {
        What::TimeToRecover => (&scenario.time_cdf, Figure::TIME_TO_RECOVER),
        What::DataLost => (&scenario.data_lost_cdf, Figure::DATA_LOST),
    };
    if all.is_empty() {
        return format!("{}: no drill of a site loss was run", scenario.label);
    }
    // From the figures: the points of the line are too few to read a percentile from.
    let figure = |figure: Figure| {
        let row = document.figures.iter().find(|row| row.figure == figure);
        let value = row.and_then(|row| row.values.get(index));
        value.map_or(quantity::NOT_AVAILABLE.to_owned(), |value| {
            quantity::value(value, quantity::duration)
        })
    };
    let half = Figure {
        statistic: Statistic::P50,
        ..most
    };
    let (half, most) = (figure(half), figure(most));
    let mut text = format!("{}: half within {half}, 95 % within {most}", scenario.label);
    if drawn.len() < all.len() {
        let rest = 1.0 - drawn.last().map_or(0.0, |last| last.p);
        text += &format!("; {} off the chart", quantity::probability(rest));
    }
    text
}
