//! What was observed beside what was fitted, and bars by hour.

use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::HPos;

use super::axis::Axis;
use super::canvas::{BLUE, BODY, Canvas, FAINT_INK, MARGIN, Mark, Trouble, VERMILION};
use super::cdf::{Series, plot};
use super::frame::Frame;
use crate::fit::{FitSample, HourVolume};
use crate::quantity;

/// Draws the distribution function of observed delays with its band, and the fitted one.
pub(crate) fn sample<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    sample: &FitSample,
) -> Result<f64, Trouble> {
    let p = sample.p_value.map_or_else(String::new, |p| {
        format!(
            "; a worse fit has the probability {}",
            quantity::probability(p)
        )
    });
    let count = quantity::plural(sample.observed.len() as u64, "observation", "observations");
    let top = canvas.headings(&sample.title, &format!("{count}{p}"))?;
    let series = [
        Series {
            legend: "observed, with its band".to_owned(),
            points: &sample.observed,
            confidence: Some(0.95),
            color: BLUE,
            mark: Mark::Disc,
        },
        Series {
            legend: format!("fitted: {}", sample.family),
            points: &sample.fitted,
            confidence: None,
            color: VERMILION,
            mark: Mark::Square,
        },
    ];
    let all = || sample.observed.iter().chain(&sample.fitted);
    let axis = Axis::of_times(all().map(|point| point.x));
    let (share, time) = ("share that is over within the time", "time (logarithmic)");
    plot(canvas, top, &axis, |ms| ms, (&series, &[]), share, time)
}

/// Draws the volume of log as a bar for each hour.
pub(crate) fn volume<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    hours: &[HourVolume],
) -> Result<f64, Trouble> {
    let top = canvas.headings("Log written by hour of the day", "mean over all days")?;
    let kibibytes = |hour: &HourVolume| hour.bytes_per_minute / 1_024.0;
    let largest = hours.iter().map(kibibytes).fold(0.0, f64::max);
    let axis = Axis::from_zero(largest);
    let frame = Frame::below(canvas, top, "KiB of log a minute", 66.0)?;
    let levels: Vec<(f64, &str)> = axis
        .ticks
        .iter()
        .map(|(tick, label)| (axis.share(*tick), label.as_str()))
        .collect();
    frame.levels(canvas, &levels)?;
    for hour in hours {
        let (from, to) = (hour.hour as f64 / 24.0, (hour.hour as f64 + 1.0) / 24.0);
        let (left, upper) = frame.place(from, axis.share(kibibytes(hour)));
        let (right, lower) = frame.place(to, 0.0);
        canvas.fill((left + 1.5, upper), (right - 1.5, lower), BLUE)?;
        if hour.hour % 6 == 0 {
            let at = (left, lower + 16.0);
            canvas.text(
                &format!("{} h", hour.hour),
                at,
                BODY - 1.0,
                HPos::Left,
                FAINT_INK,
            )?;
        }
    }
    let (_, bottom) = frame.place(0.0, 0.0);
    let within = (BODY, canvas.width - 2.0 * MARGIN);
    let note = "hours in the local time of the principal";
    canvas.paragraph(note, (MARGIN, bottom + 42.0), within, HPos::Left, FAINT_INK)
}
